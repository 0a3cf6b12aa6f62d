"""Runs jobs: one by one, on an executor, or in processes that share the cores and end with their parent."""

import json
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from threading import Thread
from typing import Any

import numpy as np

from keras_gan._checks import Shown, bad_value

RESERVED = ("seed", "error")
Job = tuple[dict[str, Any], int]

# Read when a library is loaded or first used, so they have to be there when the process starts: OpenMP and
# torch, OpenBLAS, MKL, Apple's Accelerate, TensorFlow's two pools, and the pool of XLA that JAX uses.
THREADS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    *("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "PJRT_NPROC"),
)


def num_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_sendable(run: Callable[..., Any]) -> None:
    """Raises `ValueError` for a function that a new process cannot import."""
    interactive = not hasattr(sys.modules["__main__"], "__file__")
    try:
        pickle.dumps(run)
        sendable = not (interactive and getattr(run, "__module__", "") == "__main__")
    except (pickle.PicklingError, AttributeError, TypeError):
        sendable = False
    if not sendable:
        raise bad_value(
            "`run` is a function at the top of a module, which worker processes import",
            Shown(f"{getattr(run, '__qualname__', repr(run))} of {getattr(run, '__module__', None)}"),
            "Move it to a `.py` file, or pass `num_workers=1` to stay in this process",
        )


def results(
    run: Callable[..., dict[str, Any]], jobs: list[Job], executor: Executor | None, num_workers: int | None
) -> Generator[tuple[Job, dict[str, Any]]]:
    """Yields each job with its result as soon as it has one."""
    workers = min(num_workers or num_cores(), max(1, len(jobs)))
    if executor is None and workers == 1:
        for setting, seed in jobs:
            yield (setting, seed), _one(run, setting, seed)
        return
    with nullcontext(executor) if executor is not None else processes(workers) as pool:
        with nullcontext() if executor is not None else thread_limits(workers):
            futures = {pool.submit(_one, run, *job): job for job in jobs}
        try:
            for future in as_completed(futures):
                yield futures[future], _outcome(future)
        finally:
            for future in futures:
                future.cancel()


def _one(run: Callable[..., dict[str, Any]], setting: dict[str, Any], seed: int) -> dict[str, Any]:
    """One run, where the executor has put it; an exception becomes text, since not every one can travel."""
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
        return {"error": f"{type(error).__name__}: {error}"}
    return plain


def _plain(value: Any) -> Any:
    """What JSON holds for a NumPy number or array, or a tensor."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"`run` returns numbers, and a {type(value).__name__} is none")
    return array.tolist()


def _outcome(future: "Future[dict[str, Any]]") -> dict[str, Any]:
    """The result of a future; what the executor itself reports about one run becomes that run's error."""
    try:
        return future.result()
    except BrokenExecutor as error:
        raise RuntimeError(
            "Worker processes live until all runs have ended. Received: one ended before (killed, out of "
            'memory, or it could not start, as in a script without `if __name__ == "__main__":`). '
            "Call again, with the same `file` to keep what is done, with fewer workers if memory was short."
        ) from error
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


@contextmanager
def processes(num_workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of fresh processes, each with its share of the cores; an error ends them in the midst of a run.

    They start while jobs are submitted, so submit all jobs within `thread_limits`.
    """
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(num_workers, mp_context=context, initializer=_start)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown()


@contextmanager
def thread_limits(num_workers: int) -> Iterator[None]:
    """Gives processes that start here as many threads as cores fall to each; the user's own limits stay."""
    threads = str(max(1, num_cores() // num_workers))
    added = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(added, threads))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _start() -> None:
    """In the child: leaves Ctrl-C to the parent, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=end_with_parent, daemon=True).start()
