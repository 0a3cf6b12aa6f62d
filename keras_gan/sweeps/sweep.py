"""Many seeds and settings: every run by itself, several at a time, kept in a file as soon as it has ended."""

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import Shown, bad_value, check_count, check_seed, unknown_option
from keras_gan.sweeps.journal import Journal
from keras_gan.sweeps.workers import RESERVED, check_sendable, results


@dataclass(frozen=True)
class Sweep:
    """The runs of a sweep, a row each; printed, it is a table.

    Attributes:
        rows: A dict a run, settings first, then by seed: the setting, `seed`, and what the run returned, or
            `error` where it failed.
    """

    rows: tuple[dict[str, Any], ...]

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The rows of runs that raised an exception, whose text is `error`."""
        return [row for row in self.rows if "error" in row]

    def column(self, name: str, /, **where: Any) -> NDArray[Any]:
        """Returns one value of each run that did not fail, in the order of the rows.

        Args:
            name: A setting, `"seed"`, or a number that `run` returned.
            **where: Settings (or the seed) that the rows must have.

        Raises:
            ValueError: No row has such a value.

        Example:
            >>> rows = ({"width": 8, "seed": 0, "kl": 0.5}, {"width": 16, "seed": 0, "kl": 0.25})
            >>> Sweep(rows).column("kl", width=16)
            array([0.25])
        """
        names = {key for row in self.rows for key in row} - {"error"}
        for key in (name, *where):
            if key not in names:
                raise unknown_option("name" if key == name else "where", key, names)
        rows = [row for row in self.rows if all(row.get(key) == value for key, value in where.items())]
        return np.asarray([row[name] for row in rows if "error" not in row and name in row])

    def __str__(self) -> str:
        names = list(dict.fromkeys(key for row in self.rows for key in row))
        table = [names, *([_cell(row.get(name, "")) for name in names] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(f"{cell:>{w}}" for cell, w in zip(row, widths, strict=True)) for row in table]
        return "\n".join(line.rstrip() for line in lines)


def sweep(
    run: Callable[..., dict[str, Any]],
    settings: Sequence[dict[str, Any]],
    seeds: Iterable[int],
    *,
    executor: Executor | None = None,
    num_workers: int | None = None,
    file: str | Path | None = None,
    verbose: bool = True,
) -> Sweep:
    """Calls `run(seed=seed, **setting)` for every setting and seed, several at a time.

    A run that raises is reported in its row and stops no other.

    Args:
        run: A function at the top of a module. It returns a dict of numbers (or strings, or lists of them).
        settings: Keyword arguments, one dict a setting, with numbers, strings, True, False or None; `[{}]`
            for seeds alone.
        seeds: Different integers.
        executor: Where to run: anything with `concurrent.futures`' `submit`, such as dask's
            `Client.get_executor()`. None starts processes that share the cores of this machine.
        num_workers: How many processes, one a core by default. 1 starts none and runs here.
        file: Keeps each finished run, a JSON line each. The same call goes on after those that are there;
            failed ones run again; more seeds may be asked for.
        verbose: Report progress on standard error: one line, redrawn on a terminal.

    Raises:
        ValueError: An argument is not as described, or `file` belongs to another function or settings.
        RuntimeError: A worker process was killed. With `file`, the same call goes on.

    Warns:
        UserWarning: When the last line of `file` was cut off.

    Example:
        >>> def run(seed, width):
        ...     return {"weights": kg.mlp_discriminator((2,), widths=(width,), seed=seed).count_params()}
        >>> print(sweep(run, [{"width": 8}, {"width": 16}], seeds=[1], num_workers=1))
        width  seed  weights
            8     1       33
           16     1       65
    """
    settings, seeds = _checked_settings(settings), _checked_seeds(seeds)
    _check_ways(run, executor, num_workers)
    jobs = {_key(setting, seed): (setting, seed) for setting in settings for seed in seeds}
    header = {"format": 1, **_identity(run), "settings": settings}
    with Journal(Path(file), header) if file is not None else nullcontext() as journal:
        lines = (
            {_key(line["setting"], line["seed"]): line["result"] for line in journal.lines} if journal else {}
        )
        found = {key: lines[key] for key in jobs if key in lines and "error" not in lines[key]}
        report = _Report(len(jobs), len(found), verbose)
        missing = [job for key, job in jobs.items() if key not in found]
        with report, closing(results(run, missing, executor, num_workers)) as ended:
            for (setting, seed), result in ended:
                if journal:
                    journal.append({"setting": setting, "seed": seed, "result": result})
                found[_key(setting, seed)] = result
                report.one_more("error" in result)
    return Sweep(tuple({**setting, "seed": seed, **found[key]} for key, (setting, seed) in jobs.items()))


class _Report:
    """One line on standard error: redrawn after each run on a terminal, else written once at the end."""

    def __init__(self, total: int, done: int, verbose: bool) -> None:
        self.total, self.done, self.kept = total, done, done
        self.failed, self.verbose, self.start = 0, verbose, perf_counter()

    def one_more(self, failed: bool) -> None:
        """Counts a run that has ended."""
        self.done += 1
        self.failed += failed
        if self.verbose and sys.stderr.isatty():
            print(f"\r\x1b[K{self}", end="", file=sys.stderr, flush=True)

    def __str__(self) -> str:
        seconds, new = perf_counter() - self.start, self.done - self.kept
        parts = [f"sweep: {self.done} of {self.total} runs", f"{seconds:.0f} s"]
        if self.kept:
            parts.insert(1, f"{self.kept} from the file")
        if self.failed:
            parts.insert(1, f"{self.failed} failed")
        if new and self.done < self.total:
            parts.append(f"about {seconds / new * (self.total - self.done):.0f} s left")
        return ", ".join(parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.verbose:
            clear = "\r\x1b[K" if sys.stderr.isatty() else ""
            print(f"{clear}{self}{'; cut off' if kind else ''}", file=sys.stderr, flush=True)


def _checked_settings(settings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    listed = list(settings) if isinstance(settings, list | tuple) else []
    plain = [isinstance(s, dict) and all(_is_plain(k, v) for k, v in s.items()) for s in listed]
    keys = {_key(setting, 0) for setting in listed} if all(plain) else set()
    if not listed or len(keys) != len(listed):
        raise bad_value(
            "`settings` are different dicts of plain values, without `seed` and `error`",
            settings,
            "Pass for example `[{'packing': 1}, {'packing': 2}]`, or `[{}]` for seeds alone",
        )
    return listed


def _is_plain(name: Any, value: Any) -> bool:
    return (
        isinstance(name, str)
        and name not in RESERVED
        and (value is None or type(value) in (bool, int, float, str))
    )


def _checked_seeds(seeds: Iterable[int]) -> list[int]:
    listed = [check_seed(seed) for seed in seeds] if isinstance(seeds, Iterable) else []
    if not listed or len(set(listed)) != len(listed):
        raise bad_value("`seeds` are different integers, at least one", seeds, "Pass `range(5)`, say")
    return listed


def _check_ways(run: Any, executor: Any, num_workers: Any) -> None:
    """Refuses what cannot run, or cannot run there."""
    if not callable(run):
        raise bad_value("`run` is a function of `seed` and the settings", run, "Pass the function itself")
    if executor is not None and not hasattr(executor, "submit"):
        raise bad_value(
            "`executor` is a `concurrent.futures` executor", executor, "Pass `ThreadPoolExecutor(2)`, say"
        )
    if num_workers is not None:
        check_count("num_workers", num_workers)
        if executor is not None:
            raise bad_value(
                "`num_workers` is for the processes that `sweep` starts",
                Shown(f"num_workers={num_workers} and an executor"),
                "Leave out one of them",
            )
    if executor is None and num_workers != 1:
        check_sendable(run)


def _key(setting: dict[str, Any], seed: int) -> str:
    return json.dumps([setting, seed], sort_keys=True)


def _identity(run: Callable[..., Any]) -> dict[str, str]:
    """What tells one function from another in a file: its name, bound arguments, and a hash of its source."""
    function = run.func if isinstance(run, partial) else run
    name = getattr(function, "__qualname__", type(function).__qualname__)
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):  # built in, or an object that can be called
        source = repr(function)
    return {
        "function": f"{function.__module__}.{name}",
        "arguments": repr((run.args, run.keywords)) if isinstance(run, partial) else "",
        "source": sha256(source.encode()).hexdigest()[:16],
    }


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
