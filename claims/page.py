"""The page "Claims, tested", made from the ledger and what is stored."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from claims.ledger import GROUPS
from claims.record import Claim, Untested
from claims.store import Entry, load
from ground.files import ROOT

_HEAD = """# Claims, tested

What papers, courses and lists of tricks say about GANs, as far as this course relies on it or doubts it.
Each claim has a threshold, set after a pilot on other seeds (0 to 2 unless said) and fixed before those of
the test were run. What came out is stored with its seeds, versions and machine, whichever way it came out.

`python -m claims` runs what is missing or stale. `python -m claims --only A1 --seeds 20 21 22` tries other
seeds and prints what comes out. Claims that need no luck and about a second are run by every check of the
code.
"""
_STALE = "**Stale:** the test, or what it runs, was changed after these numbers were made."


def page(entries: dict[str, Entry] | None = None) -> str:
    """The whole page as Markdown; `entries` are those stored unless given."""
    entries = load() if entries is None else entries
    parts = [_HEAD, _overview(entries)]
    for group, claims in GROUPS.items():
        parts.append(f"## {group}\n")
        parts += [_section(claim, entries.get(claim.id)) for claim in claims]
    return "\n".join(parts)


def _overview(entries: dict[str, Entry]) -> str:
    rows = ["| id | claim | outcome |", "|---|---|---|"]
    for claim in (claim for claims in GROUPS.values() for claim in claims):
        outcome = _outcome(claim, entries.get(claim.id))
        rows.append(f"| [{claim.id}](#{claim.id.lower()}) | {claim.title} | {outcome} |")
    return "\n".join([*rows, "", _work(entries)]) + "\n"


def _work(entries: dict[str, Entry]) -> str:
    """How long all stored runs took together; claims that are judged from the same runs count once."""
    stored = ((claim, entries.get(claim.id)) for claims in GROUPS.values() for claim in claims)
    seconds = {claim.run: entry.seconds for claim, entry in stored if isinstance(claim, Claim) and entry}
    return f"All runs together are {sum(seconds.values()) / 3600:.1f} hours of work; two cores share them."


def _outcome(claim: Claim | Untested, entry: Entry | None) -> str:
    if isinstance(claim, Untested):
        return "not tested here"
    if entry is None:
        return "not run yet"
    return f"**{entry.verdict.outcome}**{', stale' if entry.is_stale(claim) else ''}"


def _section(claim: Claim | Untested, entry: Entry | None) -> str:
    lines = [
        f"### {claim.id}: {claim.title} {{#{claim.id.lower()}}}\n",
        f"**Source.** {claim.source}\n",
        f"**Statement.** {claim.statement}\n",
    ]
    if isinstance(claim, Untested):
        lines.append(f"**Not tested here:** {claim.reason}\n")
    else:
        lines.append(f"**Test.** {claim.protocol}\n")
        lines += _came_out(claim, entry)
    if claim.lesson:
        lines.append(f"**Lesson.** {_lesson(claim.lesson)}\n")
    return "\n".join(lines)


def _came_out(claim: Claim, entry: Entry | None) -> list[str]:
    cost = f"about {claim.cost:.0f} s a seed" if claim.cost >= 2 else "about a second"
    if entry is None:
        return [f"**Not run yet.** `python -m claims --only {claim.id}` runs it: {cost}.\n"]
    verdict = f"**Outcome: {entry.verdict.outcome}.** {entry.verdict.sentence}\n"
    versions = ", ".join(f"{name} {value}" for name, value in entry.versions.items())
    made = f"Made on {entry.date} in {entry.seconds:,.0f} s: {versions}; {entry.hardware}."
    repeat = (
        f"`python -m claims --only {claim.id} --seeds {' '.join(map(str, entry.seeds))}` repeats it ({cost})."
    )
    stale = [_STALE + "\n"] if entry.is_stale(claim) else []
    return [*stale, verdict, _numbers(claim, entry), f"{made} {repeat}\n"]


def _numbers(claim: Claim, entry: Entry) -> str:
    """Of an exact claim a list, of others a table with a row a seed, the median and the range."""
    if len(entry.results) == 1:
        return "\n".join(f"- {name}: {_text(value)}" for name, value in entry.results[0].items()) + "\n"
    names = list(entry.results[0])
    rows = [["seed", *names], ["---", *("---:" for _ in names)]]
    for seed, numbers in zip(entry.seeds, entry.results, strict=True):
        rows.append([str(seed), *(_text(numbers[name]) for name in names)])
    columns = [[numbers[name] for numbers in entry.results] for name in names]
    rows.append(["median", *(_median(column) for column in columns)])
    rows.append(["range", *(_range(column) for column in columns)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _median(column: Sequence[Any]) -> str:
    return "" if isinstance(column[0], list) else _text(float(statistics.median(column)))


def _range(column: Sequence[Any]) -> str:
    return "" if isinstance(column[0], list) else f"{_text(min(column))} to {_text(max(column))}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _lesson(target: str) -> str:
    """A link to a lesson's page; its bare name where there is no such lesson yet."""
    name, _, anchor = target.partition("#")
    if not Path(ROOT, "lessons", f"{name}.py").exists():
        return f"`{name}`, not written yet"
    return f"[{name}](lessons/{name}.md{'#' + anchor if anchor else ''})"
