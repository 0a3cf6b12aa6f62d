"""`python -m benchmarks`: measures, prints, and writes the results and their page, task by task."""

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.rivals import RIVALS
from benchmarks.run import Settings, measure
from benchmarks.table import task_table, update_page
from benchmarks.tasks import TASKS
from ground.files import ROOT, read_json, write
from ground.machine import installed, processor

RESULTS, PAGE = ROOT / "benchmarks" / "results.json", ROOT / "docs" / "benchmarks.md"
_REPEATS = 7
_QUICK = {"tasks": ("ring",), "repeats": 1, "seconds": 0.2}
_PACKAGES = ("keras-gan", "keras", "tensorflow", "jax", "torch", "numpy")


def main(arguments: list[str]) -> int:
    """Measures what the options say; each task is stored when it is done, in place of its earlier record.

    A task that `keras_gan` trains on a GPU has a record of its own.

    A run with some of the rivals, fewer than seven repeats or another length goes to .cache/ and replaces no
    record.
    """
    options = _parser().parse_args(arguments)
    chosen = {"tasks": tuple(options.tasks), "repeats": options.repeats, "seconds": options.seconds}
    settings = Settings(rivals=tuple(options.rivals), **{**chosen, **(_QUICK if options.quick else {})})
    full = set(settings.rivals) == set(RIVALS) and settings.repeats >= _REPEATS and settings.seconds is None
    output = options.output or (RESULTS if full else ROOT / ".cache" / "benchmarks" / "results.json")
    tasks = read_json(RESULTS) if output == RESULTS else {}
    for name, record in measure(settings):
        made = {"finished": _now(), "machine": _machine(), "repeats": settings.repeats}
        name += "_gpu" * bool(record["gpu"])
        tasks[name] = {**made, **record}
        write(output, json.dumps(tasks, indent=1) + "\n")
        update_page(PAGE if output == RESULTS else output.with_suffix(".md"), tasks)
        print(f"\n{task_table(name, tasks[name])}\nSaved in {output}", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS), metavar="TASK")
    parser.add_argument("--rivals", nargs="+", choices=RIVALS, default=list(RIVALS), metavar="RIVAL")
    parser.add_argument(
        "--repeats", type=int, default=_REPEATS, help=f"measurements of each rival ({_REPEATS})"
    )
    parser.add_argument("--seconds", type=float, help="length of one measurement (each task has its own)")
    parser.add_argument("--quick", action="store_true", help="one short repeat on the ring, to try it")
    parser.add_argument("--output", type=Path, help="JSON file; the tables go beside it as .md")
    return parser


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _machine() -> dict[str, Any]:
    """Processor, cores, system and versions."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": installed(_PACKAGES),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
