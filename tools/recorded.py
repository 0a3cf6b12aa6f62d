"""What the ledger has stored about a claim, as a lesson shows it: evidence too heavy for the page itself."""

import json
from typing import Any

from tools.lesson import Cell, Lesson


def with_recorded(lesson: Lesson, cell: Cell, ledger: str = "") -> str:
    """The prose of a cell, and below it a quotation for each claim that its `claim` names.

    Args:
        lesson: Where the cell stands; the stored results lie beside its folder.
        cell: One of its markdown cells.
        ledger: Address of the ledger's page, for links; none without.

    Raises:
        LessonError: Nothing is stored for a claim.
    """
    if not cell.claims:
        return cell.source
    path = lesson.path.parents[1] / "claims" / "results.json"
    stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    quotations = []
    for name in cell.claims:
        if name not in stored:
            raise lesson.error(
                cell.line, f"no result is stored for claim {name}: python -m claims --only {name}"
            )
        claim = f"[claim {name}]({ledger}#{name.lower()})" if ledger else f"claim {name}"
        quotations.append(_quotation(claim, name, stored[name]))
    return "\n\n".join([cell.source, *quotations])


def _quotation(claim: str, name: str, entry: dict[str, Any]) -> str:
    seeds, verdict = entry["seeds"], entry["verdict"]
    which = "no seeds needed" if len(entry["results"]) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"
    made = f"{which}, {entry['date']}, {entry['seconds']:,.0f} s on {entry['hardware']}"
    return (
        f"> **Recorded, {claim}: {verdict['outcome']}.** {verdict['sentence']}\n>\n"
        f"> <small>{made}; `python -m claims --only {name}` repeats it.</small>"
    )
