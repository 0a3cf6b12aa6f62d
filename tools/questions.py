"""The page of all questions, made from the section "Check yourself" of every lesson."""

import re

from markdown.extensions.toc import slugify

from tools.lesson import Lesson
from tools.page import prose

SECTION = "Check yourself"
_FOLD = re.compile(r"^<details.*?^</details>", re.DOTALL | re.MULTILINE)
_HEAD = """# Questions and answers

{count} questions, each with its answer folded below it. Answer first, then open. They come from the lessons,
where the experiment stands beside them; a lesson's questions need that lesson only.
"""


def questions(lesson: Lesson) -> list[str]:
    """The folded questions of a lesson, as Markdown for the site."""
    text = "\n\n".join(cell.source for cell in lesson.cells if cell.kind == "markdown")
    section = re.split(rf"^## {SECTION}$", text, maxsplit=1, flags=re.MULTILINE)[1:]
    return (
        _FOLD.findall(prose(re.split(r"^## ", section[0], maxsplit=1, flags=re.MULTILINE)[0]))
        if section
        else []
    )


def page(lessons: list[Lesson]) -> str:
    """The page with the questions of all lessons, below links to them."""
    parts, count = [], 0
    for lesson in lessons:
        found = [re.sub(r"\]\((\d)", r"](lessons/\1", question) for question in questions(lesson)]
        if not found:
            continue
        count += len(found)
        title = lesson.cells[0].source.partition("\n")[0].removeprefix("# ")
        number = lesson.name.partition("_")[0].lstrip("0") or "0"
        place = f"[Lesson {number}](lessons/{lesson.name}.md#{slugify(SECTION, '-')})"
        parts += [f"## {number}. {title}", f"{place} has the experiment.", *found]
    return "\n\n".join([_HEAD.format(count=count), *parts]) + "\n"
