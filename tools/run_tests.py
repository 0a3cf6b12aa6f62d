"""Runs the tests: all of them on TensorFlow, then those marked `backend` on every other backend there is.

With `KERAS_GAN_REQUIRED_BACKENDS=tensorflow,jax,torch` a missing backend is a failure.

With `--quick`, those that are not marked `slow` run on one backend: torch where it is there, which compiles
nothing.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from xml.etree import ElementTree

from ground.files import ROOT

BACKENDS = ("tensorflow", "jax", "torch")
QUICK = ["-m", "not slow and not browser"]
_TWO_AT_A_TIME = ["-n", "2", "--dist", "loadfile"]  # each worker holds a framework and up to 8 GB


def main(arguments: list[str]) -> int:
    """Runs every backend in a process of its own and ends with one line for all; arguments go to pytest."""
    required = os.environ.get("KERAS_GAN_REQUIRED_BACKENDS", "").split(",")
    start, failed = perf_counter(), False
    lines, counts = [], {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    quick = "--quick" in arguments
    arguments = [argument for argument in arguments if argument != "--quick"]
    if quick:
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # more would wait for the other worker's
    for backend in _quickest() if quick else BACKENDS:
        if find_spec(backend) is None:
            lines.append(f"{backend}: not run (how to install: uv pip install {backend})")
            failed |= backend in required
            continue
        report = ROOT / ".cache" / "tests" / f"{backend}.xml"
        choice = QUICK if quick else [] if backend == "tensorflow" else ["-m", "backend"]
        failed |= _run(backend, report, [*choice, *arguments]) not in (0, 5)
        found = _count(report)
        lines.append(f"{backend}: {_sentence(found)}")
        counts = {name: counts[name] + found[name] for name in counts}
    print("\n" + "\n".join(lines))
    print(f" {_sentence(counts)} in {perf_counter() - start:.1f}s ".center(80, "="), flush=True)
    return int(failed)


def _quickest() -> tuple[str]:
    """The one backend of a quick run."""
    return ("torch",) if find_spec("torch") else ("tensorflow",)


def _run(backend: str, report: Path, arguments: list[str]) -> int:
    """Runs pytest on one backend and returns its exit status."""
    print(f"\nTests on {backend}", flush=True)
    report.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        f"--junitxml={report}",
        *_TWO_AT_A_TIME,
        *arguments,
    ]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "KERAS_BACKEND": backend}).returncode


def _count(report: Path) -> dict[str, int]:
    """What pytest reported; an interrupted run counts as one error."""
    names = ("tests", "failures", "errors", "skipped")
    if not report.exists():
        return dict.fromkeys(names, 0) | {"errors": 1}
    suite = ElementTree.parse(report).getroot().find("testsuite")
    return {name: int(suite.get(name, 0)) if suite is not None else 0 for name in names}


def _sentence(counts: dict[str, int]) -> str:
    """The counts as pytest says them."""
    bad = {"failed": counts["failures"], "skipped": counts["skipped"], "errors": counts["errors"]}
    passed = max(0, counts["tests"] - sum(bad.values()))
    return ", ".join([f"{passed} passed", *(f"{number} {name}" for name, number in bad.items() if number)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
