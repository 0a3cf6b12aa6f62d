"""A process of its own for each rival in each task; it answers requests, a JSON line each, until they end.

`python -m benchmarks.worker TASK RIVAL` builds, trains for an epoch and reports; then it answers each number
of seconds on standard input with the steps taken. `python -m benchmarks.worker matmul LIBRARY` answers with
GFLOP/s.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from importlib import import_module
from time import perf_counter
from typing import Any

from benchmarks.matmul import measure, product_of
from benchmarks.rivals import OURS, RIVALS
from benchmarks.tasks import TASKS


def contest(task_name: str, rival_name: str) -> tuple[dict[str, Any], Callable[[float], dict[str, Any]]]:
    """Prepares a rival: what to report first, and how to answer a request."""
    task, rival = TASKS[task_name], RIVALS[rival_name]
    module = import_module(f"benchmarks.rivals.{rival.module}")
    rows = task.data()
    start = perf_counter()
    contestant = module.prepare(task, rows, **rival.options)
    contestant.first_epoch()
    ready = {
        "first_epoch": perf_counter() - start,
        "peak_memory": _peak_memory(),
        "num_parameters": contestant.num_parameters,
        "updates": contestant.updates(),
    }
    if rival_name in OURS:
        ready["accelerator"] = import_module("keras_gan.training.backend").accelerator()

    def answer(seconds: float) -> dict[str, Any]:
        measured = contestant.run(seconds)._asdict()
        return {**measured, "steps_per_block": contestant.steps_per_block}

    return ready, answer


def matmul(library: str) -> tuple[dict[str, Any], Callable[[float], dict[str, Any]]]:
    """Prepares the matrix product of a library."""
    product = product_of(library)
    return {}, lambda seconds: {"gflops": measure(product, seconds)}


def _peak_memory() -> int:
    """The most memory that this process has held so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main(task: str, name: str) -> int:
    """Serves one rival. What libraries print goes to standard error; standard output is for answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    try:
        ready, answer = matmul(name) if task == "matmul" else contest(task, name)
        say(ready)
        for line in sys.stdin:
            say(answer(float(line)))
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
