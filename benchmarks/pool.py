"""The orchestrator's side of a worker: start it, ask it, end it. Whatever goes wrong is a `RivalFailed`."""

import json
import os
import subprocess
import sys
from threading import Timer
from types import TracebackType
from typing import Any, Self

from ground.files import ROOT

_START_LIMIT = 900.0


class RivalFailed(Exception):
    """A rival could not be measured; the message says why."""


class Worker:
    """A process that waits on its pipe whenever it is not asked.

    Args:
        task, name: As for `benchmarks.worker`.
        framework: The Keras backend of the process.
    """

    def __init__(self, task: str, name: str, framework: str) -> None:
        environment = {"KERAS_BACKEND": framework, "TF_CPP_MIN_LOG_LEVEL": "3"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", task, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environment},
        )

    def ready(self) -> dict[str, Any]:
        """Waits until the rival has trained its first epoch."""
        return self._read(_START_LIMIT)

    def ask(self, seconds: float) -> dict[str, Any]:
        """Has the rival run for about so long."""
        try:
            print(seconds, file=self._process.stdin, flush=True)
        except OSError:
            raise RivalFailed("the process has ended") from None
        return self._read(_START_LIMIT / 3 + 10 * seconds)

    def _read(self, limit: float) -> dict[str, Any]:
        timer = Timer(limit, self._process.kill)
        timer.daemon = True  # an interrupt may come before the line that cancels it
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            raise RivalFailed(f"no answer within {limit:.0f} s, or ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RivalFailed(answer["error"])
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
