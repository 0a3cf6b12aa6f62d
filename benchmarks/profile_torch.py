"""`python -m benchmarks.profile_torch [TASK]`: where a step's time goes, by hand and by `keras_gan`.

The profiler adds up what PyTorch's operations take. What is left of the clock's time is Python between them:
Keras's layers and optimizers, or the few lines of the loop by hand.
"""

import os
import sys
from importlib import import_module

os.environ["KERAS_BACKEND"] = "torch"  # before Keras is imported

from torch.profiler import ProfilerActivity, profile

from benchmarks.rivals import RIVALS
from benchmarks.tasks import TASKS

SECONDS, ROWS = 4.0, 10


def main(name: str = "dcgan28") -> int:
    """Prints milliseconds a step: by the clock, in the operations, and the ten that take most."""
    task = TASKS[name]
    for rival in (RIVALS["torch_eager"], RIVALS["ours_torch"]):
        contestant = import_module(f"benchmarks.rivals.{rival.module}").prepare(task, task.data())
        contestant.first_epoch()
        plain = contestant.run(SECONDS)
        with profile(activities=[ProfilerActivity.CPU]) as profiled:
            steps = contestant.run(SECONDS).steps
        found = sorted(profiled.key_averages(), key=lambda each: -each.self_cpu_time_total)
        total, calls = (sum(getattr(each, key) for each in found) for key in ("self_cpu_time_total", "count"))
        print(f"{name}, {rival.title}: {1e3 * plain.seconds / plain.steps:.1f} ms a step by the clock;")
        print(f"profiled, {total / 1e3 / steps:.1f} ms of it in {calls / steps:.0f} operations:")
        for each in found[:ROWS]:
            print(f"{each.self_cpu_time_total / 1e3 / steps:8.2f} ms {each.count / steps:6.0f} × {each.key}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
