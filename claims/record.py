"""The records of the ledger: a claim that is tested, a claim that is not, and what came out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["confirmed", "refuted", "depends"]
Results = Sequence[dict[str, Any]]
PILOT_SEEDS, TEST_SEEDS = (0, 1, 2), tuple(range(10, 20))


@dataclass(frozen=True)
class Verdict:
    """What came out, and a sentence with what was expected and what was measured."""

    outcome: Outcome
    sentence: str


@dataclass(frozen=True)
class Condition:
    """One thing that a claim expects: in words, what was measured, and whether it holds."""

    expected: str
    measured: str
    holds: bool


class _Texts:
    """Texts may be written over several lines; each becomes one."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, str):
                object.__setattr__(self, name, " ".join(value.split()))


@dataclass(frozen=True, kw_only=True)
class Claim(_Texts):
    """A claim with its test, fixed before the test seeds are run.

    Attributes:
        id: Short name, such as "A1".
        title: The claim in a few words.
        source: Who says so, where.
        statement: What is expected, thresholds included.
        protocol: How it is tested, and how that differs from the source.
        cost: Seconds that one seed takes, roughly, on two cores.
        run: From a seed to numbers (or lists of them); the same seed gives the same numbers. A claim with
            `exact` ignores it.
        verdict: From the results, a dict a seed, to the outcome.
        seeds: The seeds of the test. The thresholds come from other ones.
        lesson: Where the course uses it: "NN_name" or "NN_name#section".
        exact: It takes a second or two and no luck, so every check of the code runs it.
    """

    id: str
    title: str
    source: str
    statement: str
    protocol: str
    cost: float
    run: Callable[[int], dict[str, Any]]
    verdict: Callable[[Results], Verdict]
    seeds: tuple[int, ...] = field(default=TEST_SEEDS)
    lesson: str = ""
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Untested(_Texts):
    """A claim that the ledger holds without a test, with the reason."""

    id: str
    title: str
    source: str
    statement: str
    reason: str
    lesson: str = ""


def judged(*conditions: Condition) -> Verdict:
    """Confirmed where all conditions hold, refuted where one does not; the sentence names each."""
    parts = [
        f"{each.expected}: {each.measured}{'' if each.holds else ' (this does not hold)'}"
        for each in conditions
    ]
    return Verdict(
        "confirmed" if all(each.holds for each in conditions) else "refuted", "; ".join(parts) + "."
    )


def most(share: float, results: Results) -> int:
    """That share of the seeds, as a number of them."""
    return round(share * len(results))


def in_seeds(expected: str, needed: int, flags: Sequence[bool]) -> Condition:
    """The condition that at least `needed` of the seeds show something."""
    num = sum(map(bool, flags))
    return Condition(
        f"{expected} in at least {needed} of {len(flags)} seeds", f"{num} of {len(flags)}", num >= needed
    )
