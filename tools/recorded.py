"""What was recorded, as a lesson shows it: evidence too heavy for the page itself."""

from typing import Any

from tools import gallery
from tools.lesson import Cell, Lesson, stored_claims


def with_recorded(lesson: Lesson, cell: Cell, docs: str = "") -> str:
    """The prose of a cell, and below it what is stored of its claims and of its runs in the gallery.

    Args:
        lesson: Where the cell stands; the stored results lie beside its folder.
        cell: One of its markdown cells.
        docs: Where the site's pages lie, as seen from the lesson's, for links and films; none without.

    Raises:
        LessonError: Nothing is stored under one of the names.
    """
    root = lesson.path.parents[1]
    stored = stored_claims(root) if cell.claims else {}
    parts = [cell.source]
    for name in cell.claims:
        if name not in stored:
            raise lesson.error(
                cell.line, f"no result is stored for claim {name}: python -m claims --only {name}"
            )
        claim = f"[claim {name}]({docs}claims.md#{name.lower()})" if docs else f"claim {name}"
        parts.append(_quotation(claim, name, stored[name]))
    for name in cell.gallery:
        if not (card := gallery.stored(name, root)):
            raise lesson.error(
                cell.line, f"no run {name} is in the gallery: python -m tools.recording {name}"
            )
        parts.append(gallery.quotation(name, card, docs))
    return "\n\n".join(parts)


def _quotation(claim: str, name: str, entry: dict[str, Any]) -> str:
    seeds, verdict = entry["seeds"], entry["verdict"]
    which = "no seeds needed" if len(entry["results"]) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"
    made = f"{which}, {entry['date']}, {entry['seconds']:,.0f} s on {entry['hardware']}"
    return (
        f"> **Recorded, {claim}: {verdict['outcome']}.** {verdict['sentence']}\n>\n"
        f"> <small>{made}; `python -m claims --only {name}` repeats it.</small>"
    )
