"""The measurement: one process a rival, one at a time, in turns that begin with another rival each repeat."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.medians import ratios, summary
from benchmarks.pool import RivalFailed, Worker
from benchmarks.rivals import FRAMEWORKS, OURS, RIVALS, rivals_of
from benchmarks.tasks import TASKS, Task

_MATMUL_SECONDS = 0.25


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to measure.

    Attributes:
        tasks, rivals: Names; a task is run by those of the rivals that take part in it.
        repeats: Measurements of each rival.
        seconds: Length of a measurement; `None` takes each task's own.
    """

    tasks: tuple[str, ...]
    rivals: tuple[str, ...]
    repeats: int
    seconds: float | None


class Machine:
    """The machine's own speed and load, read again and again while rivals wait.

    Args:
        stack: Ends the processes.
        libraries: Whose matrix product is measured.
    """

    def __init__(self, stack: ExitStack, libraries: list[str]) -> None:
        self.readings: list[dict[str, Any]] = []
        self._workers = {}
        for library in libraries:
            self._workers[library] = stack.enter_context(Worker("matmul", library, library))
            self._workers[library].ready()

    def read(self) -> float:
        """Takes the load average and each library's matrix product; returns the best, in GFLOP/s."""
        reading: dict[str, Any] = {"load": os.getloadavg()[0]}
        reading |= {name: worker.ask(_MATMUL_SECONDS)["gflops"] for name, worker in self._workers.items()}
        self.readings.append(reading)
        return max(reading[name] for name in self._workers)


def measure(settings: Settings) -> Iterator[tuple[str, dict[str, Any]]]:
    """Runs task by task; yields each name with its record, the readings of the machine included."""
    with ExitStack() as stack:
        frameworks = {RIVALS[rival].framework for rival in settings.rivals}
        machine = Machine(stack, ["numpy", *(name for name in FRAMEWORKS if name in frameworks)])
        for name in settings.tasks:
            machine.readings = []
            record = _measure_task(name, settings, machine)
            yield name, record | {"readings": machine.readings}


def _measure_task(name: str, settings: Settings, machine: Machine) -> dict[str, Any]:
    """Starts the task's rivals, lets them run in turns, ends them."""
    task = TASKS[name]
    seconds = task.seconds if settings.seconds is None else settings.seconds
    records = {rival: {"title": RIVALS[rival].title} for rival in rivals_of(name) if rival in settings.rivals}
    peaks = []
    with ExitStack() as stack:
        workers = {}
        for rival, record in records.items():
            worker = stack.enter_context(Worker(name, rival, RIVALS[rival].framework))
            if _answered(record, worker.ready):
                workers[rival] = worker
            print(f"{name}: {rival}: {_first_words(record)}", flush=True)
        for repeat in range(settings.repeats):
            peaks.append(machine.read())
            for rival in _rotated(list(workers), repeat):
                _take_turn(records[rival], workers[rival], repeat, seconds)
            print(f"{name}: repeat {repeat + 1} of {settings.repeats} done", flush=True)
        peaks.append(machine.read())
    used = [record["accelerator"] for record in records.values() if record.get("accelerator")]
    facts = {"gpu": used[0] if used else None}
    return facts | _task_record(task, seconds, peaks) | {"rivals": _summarised(records, task, median(peaks))}


def _answered(record: dict[str, Any], request: Any, *arguments: float) -> dict[str, Any] | None:
    """The answer, also kept in the record; a failure is kept there too, and ends the rival's part."""
    if "failed" in record:
        return None
    try:
        answer = request(*arguments)
    except RivalFailed as failure:
        record["failed"] = str(failure)
        return None
    record |= {key: value for key, value in answer.items() if key not in ("steps", "seconds")}
    return answer


def _take_turn(record: dict[str, Any], worker: Worker, repeat: int, seconds: float) -> None:
    answer = _answered(record, worker.ask, seconds)
    if answer:
        record.setdefault("turns", {})[repeat] = answer["steps"] / answer["seconds"]


def _rotated(names: list[str], repeat: int) -> list[str]:
    shift = repeat % max(len(names), 1)
    return names[shift:] + names[:shift]


def _first_words(record: dict[str, Any]) -> str:
    if "failed" in record:
        return f"failed: {record['failed'].splitlines()[0]}"
    return f"first epoch {record['first_epoch']:.1f} s, {record['peak_memory'] / 2**20:.0f} MiB"


def _task_record(task: Task, seconds: float, peaks: list[float]) -> dict[str, Any]:
    return {
        "title": task.title,
        "num_parameters": task.num_parameters,
        "batch_size": task.batch_size,
        "discriminator_steps": task.discriminator_steps,
        "steps_per_epoch": task.steps_per_epoch,
        "block": task.block,
        "seconds": seconds,
        "flop": task.flop(),
        "usual_flop": task.usual_flop(),
        "peak_gflops": peaks,
    }


def _summarised(records: dict[str, dict[str, Any]], task: Task, peak: float) -> dict[str, Any]:
    """Turns into medians, shares of the peak, and quotients of ours over each rival."""
    turns = {name: record.pop("turns", {}) for name, record in records.items()}
    for name, record in records.items():
        if not turns[name]:
            continue
        record["steps_per_second"] = summary(list(turns[name].values()))
        gflops = record["steps_per_second"]["median"] / 1e9
        record["share"] = gflops * task.flop() / peak
        record["usual_share"] = gflops * task.usual_flop() / peak
        quotients = {ours: ratios(turns.get(ours, {}), turns[name]) for ours in OURS if ours != name}
        record["ours_over_it"] = {ours: found for ours, found in quotients.items() if found}
    return records
