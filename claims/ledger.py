"""Finds, runs and checks the claims."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from claims.code import fingerprint
from claims.record import Claim, Untested, Verdict
from claims.store import RESULTS, load
from ground.files import ROOT
from keras_gan import sweep

_MODULES = {
    "Mode collapse": "collapse cures stacked",
    "Failure to converge": "convergence resting averaging fifty",
    "Vanishing gradients": "gaussians vanishing",
    "Metrics": "quality digits measuring",
    "Losses and penalties compared": "compared",
    "Convolutions": "rules",
    "Faults of famous material": "museum",
    "What the sources say": "sources depth hybrid ends",
    "Seventeen tricks": "tricks",
}
GROUPS: dict[str, tuple[Claim | Untested, ...]] = {
    group: tuple(claim for name in names.split() for claim in import_module(f"claims.{name}").CLAIMS)
    for group, names in _MODULES.items()
}
TESTED = {claim.id: claim for claims in GROUPS.values() for claim in claims if isinstance(claim, Claim)}


class RunsFailedError(RuntimeError):
    """Some seeds of a claim gave no numbers."""


def timed(seed: int, run: str) -> dict[str, Any]:
    """Runs a claim's function, named "module:function", and says how long it took."""
    module, name = run.split(":")
    start = perf_counter()
    numbers = getattr(import_module(module), name)(seed)
    return {"numbers": numbers, "seconds": perf_counter() - start}


def measure(
    claim: Claim, seeds: Sequence[int], *, jobs: int = 1, keep: bool = False
) -> tuple[list[dict[str, Any]], float]:
    """Runs a claim's seeds; returns a dict a seed, and the seconds of all of them together.

    Args:
        claim: What to run.
        seeds: Any seeds.
        jobs: Processes.
        keep: Keep each finished seed in `.cache/claims/`, so that a run that was cut off goes on. Claims that
            are judged from the same runs find them there.

    Raises:
        RunsFailedError: With the errors of the seeds that failed.
        RuntimeError: A process was killed; finished seeds are kept.
    """
    name = f"{claim.run.__module__}:{claim.run.__qualname__}"
    file = ROOT / ".cache" / "claims" / f"{claim.run.__name__}-{fingerprint(claim.run)}.jsonl"
    table = sweep(timed, [{"run": name}], seeds, num_workers=jobs, file=file if keep else None)
    if table.failed:
        errors = "; ".join(f"seed {row['seed']}: {row['error']}" for row in table.failed)
        raise RunsFailedError(errors)
    return [row["numbers"] for row in table.rows], float(table.column("seconds").sum())


def check(name: str, outcome: str = "confirmed", *, path: Path = RESULTS) -> Verdict:
    """Returns a claim's verdict, for a lesson that speaks of it.

    An exact claim is run on the spot. Of others the stored result counts, if its code is still the same.

    Args:
        name: Id of the claim.
        outcome: What the lesson says came out.
        path: The stored results.

    Raises:
        KeyError: There is no such claim, or it is not tested.
        AssertionError: It came out otherwise, was not run yet, or its stored result is stale.
    """
    claim = TESTED[name]
    if claim.exact:
        verdict = claim.verdict([claim.run(0)])
    else:
        entry = load(path).get(name)
        if entry is None or entry.is_stale(claim):
            state = "was not run yet" if entry is None else "or what it runs was changed since"
            raise AssertionError(f"claim {name} {state}: python -m claims --only {name}")
        verdict = entry.verdict
    if verdict.outcome != outcome:
        raise AssertionError(f"claim {name} is {verdict.outcome}, not {outcome}: {verdict.sentence}")
    return verdict
