"""Many seeds and settings: every run by itself, several at a time, kept in a file as soon as it has ended."""

import inspect
import json
import os
import signal
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from pickle import PicklingError
from threading import Thread
from time import sleep
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor
from joblib.parallel import get_active_backend
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from keras_gan._checks import bad_value, check_count, check_path, check_seed, unknown_option
from keras_gan.sweeps.journal import append, kept_lines

RESERVED = ("seed", "error")
Job = tuple[dict[str, Any], int]


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
    num_workers: int | None = None,
    file: str | Path | None = None,
    verbose: bool = True,
) -> Sweep:
    """Calls `run(seed=seed, **setting)` for every setting and seed, several at a time.

    A run that raises is reported in its row and stops no other. The runs happen where joblib puts them: in
    processes of this machine, or where `joblib.parallel_config(backend=...)` says.

    Args:
        run: Any function. It returns a dict of numbers (or strings, or lists of them).
        settings: Keyword arguments, one dict a setting, with numbers, strings, True, False or None; `[{}]`
            for seeds alone.
        seeds: Different integers.
        num_workers: How many processes, one a core by default. 1 starts none and runs here.
        file: Keeps each finished run, a JSON line each. The same call goes on after those that are there;
            failed ones run again; more seeds may be asked for.
        verbose: Report progress on standard error: one line, redrawn on a terminal.

    Raises:
        ValueError: An argument is not as described, or `file` belongs to another function or settings, or
            is no file that `sweep` wrote; it is left as it is.
        OSError: `file` cannot be read or written.
        RuntimeError: A worker process was killed. With `file`, the same call goes on.

    Warns:
        UserWarning: When lines of `file` are damaged; their runs are done again.

    Example:
        >>> def run(seed, width):
        ...     return {"weights": kg.mlp_discriminator((2,), widths=(width,), seed=seed).count_params()}
        >>> print(sweep(run, [{"width": 8}, {"width": 16}], seeds=[1], num_workers=1))
        width  seed  weights
            8     1       33
           16     1       65
    """
    settings, seeds = _checked_settings(settings), _checked_seeds(seeds)
    if not callable(run):
        raise bad_value("`run` is a function of `seed` and the settings", run, "Pass the function itself")
    if num_workers is not None:
        check_count("num_workers", num_workers)
    path = None if file is None else check_path("file", file).absolute()
    jobs = {_key(setting, seed): (setting, seed) for setting in settings for seed in seeds}
    lines = kept_lines(path, {"format": 2, **_identity(run), "settings": settings}) if path else []
    whole = [line for line in lines if "error" not in line["result"]]
    kept = {_key(line["setting"], line["seed"]): line["result"] for line in whole}
    found = {key: kept[key] for key in jobs if key in kept}
    missing = [job for key, job in jobs.items() if key not in found]
    progress, failed = _progress(len(jobs), len(found), verbose), 0
    with progress, closing(_lines(run, missing, num_workers)) as ended:
        for line in ended:
            if path:
                append(path, line)
            found[_key(line["setting"], line["seed"])] = line["result"]
            failed += "error" in line["result"]
            progress.update(progress.task_ids[0], advance=1, failed=f", {failed} failed" if failed else "")
    return Sweep(tuple({**setting, "seed": seed, **found[key]} for key, (setting, seed) in jobs.items()))


def _progress(total: int, kept: int, verbose: bool) -> Progress:
    """One line on standard error: redrawn on a terminal, else written once at the end."""
    progress = Progress(
        TextColumn(
            "sweep: {task.completed} of {task.total} runs{task.fields[failed]}{task.description} | time"
        ),
        TimeElapsedColumn(),
        TextColumn("| left"),
        TimeRemainingColumn(),
        console=Console(stderr=True, force_jupyter=False),
        disable=not verbose,
        speed_estimate_period=float("inf"),  # of all runs: one may take hours
    )
    task = progress.add_task(
        f", {kept} from the file" if kept else "", total=total, completed=kept, failed=""
    )
    progress.advance(task, 0)  # the time from which the first run counts
    return progress


def _lines(
    run: Callable[..., dict[str, Any]], jobs: list[Job], num_workers: int | None
) -> Generator[dict[str, Any]]:
    """Yields what the file keeps of each run, as soon as it has ended."""
    if num_workers == 1:
        yield from (_one(run, *job) for job in jobs)
        return
    backend, _ = get_active_backend()
    workers = backend.effective_n_jobs(num_workers or -1)
    streams = backend.supports_return_generator
    round_size = len(jobs) if streams else workers  # ray's gives nothing before all of a call have ended
    parallel = Parallel(
        n_jobs=min(workers, max(1, len(jobs))),
        return_as="generator_unordered" if streams else "list",
        batch_size=1,
        mmap_mode="c",  # arrays that `run` brings along are its own to change
        initializer=_start,
    )
    try:
        for start in range(0, len(jobs), round_size):
            yield from parallel(delayed(_one)(run, *job) for job in jobs[start : start + round_size])
    except BrokenExecutor as error:
        raise RuntimeError(
            "Worker processes live until all runs have ended. Received: one ended before (killed, out of "
            "memory, or it could not import what `run` needs). "
            "Call again, with the same `file` to keep what is done, with fewer workers if memory was short."
        ) from error
    except PicklingError as error:
        raise bad_value(
            "`run` and what it refers to can be sent to worker processes",
            run,
            "Make in it what cannot travel (a lock, an open file), or pass `num_workers=1` to stay here",
        ) from error
    finally:  # frees their memory, a GPU's too, and lets the next sweep meet modules as they are then
        get_reusable_executor(reuse=True).shutdown(wait=False)


def _start() -> None:
    """In a new process: leaves Ctrl-C to the parent, ends with it, and limits threads.

    joblib limits OpenMP and BLAS, and so torch. The two pools of TensorFlow and the one of XLA, which JAX
    uses, read their limits when they start.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "PJRT_NPROC"):
        os.environ.setdefault(name, os.environ.get("OMP_NUM_THREADS", "1"))
    parent = os.getppid()

    def end_with_parent() -> None:
        while os.getppid() == parent:
            sleep(0.5)
        os._exit(1)

    Thread(target=end_with_parent, daemon=True).start()


def _one(run: Callable[..., dict[str, Any]], setting: dict[str, Any], seed: int) -> dict[str, Any]:
    """One run, where joblib has put it; an exception becomes text, since not every one can travel."""
    try:
        result = run(seed=seed, **setting)
        if not isinstance(result, dict) or set(result) & {*RESERVED, *setting}:
            raise bad_value(
                "`run` returns a dict of numbers, under names that no setting has",
                result,
                "Return for example `{'kl': 0.1}`",
            )
        plain = json.loads(json.dumps(result, default=_plain))
    except Exception as error:
        plain = {"error": f"{type(error).__name__}: {error}"}
    return {"setting": setting, "seed": seed, "result": plain}


def _plain(value: Any) -> Any:
    """What JSON holds for a NumPy number or array, or a tensor."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"`run` returns numbers, and a {type(value).__name__} is none")
    return array.tolist()


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


def _key(setting: dict[str, Any], seed: int) -> str:
    return json.dumps([setting, seed], sort_keys=True)


def _identity(run: Callable[..., Any]) -> dict[str, str]:
    """What tells one function from another in a file: name, bound or enclosed values, hash of its source."""
    function = run.func if isinstance(run, partial) else run
    name = getattr(function, "__qualname__", type(function).__qualname__)
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):  # built in, or an object that can be called
        source = repr(function)
    closed = inspect.getclosurevars(function).nonlocals if inspect.isfunction(function) else {}
    plain = {name: value for name, value in closed.items() if _is_plain(name, value)}
    bound = (run.args, run.keywords) if isinstance(run, partial) else plain
    return {
        "function": f"{function.__module__}.{name}",
        "arguments": repr(bound) if bound else "",
        "source": sha256(source.encode()).hexdigest()[:16],
    }


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
