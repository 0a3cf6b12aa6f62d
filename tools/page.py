"""The site's page of a lesson: plain Markdown, as if it had been written by hand."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown.extensions.toc import slugify

from tools.execute import ANSI, DOES_NOT_HOLD, Run
from tools.exercises import folded
from tools.figures import EXTENSIONS, Figure, figure
from tools.lesson import Cell, Lesson
from tools.outside import faults, faults_of_markdown
from tools.recorded import with_recorded

LINK = re.compile(r"\]\((?:\./)?(\d\w*)\.ipynb(#[^)\s]+)?\)")
AFTER_EXERCISE = "## Remember"
MAX_FIGURE = 500_000
SMOKE = """!!! warning "Built at smoke scale"
    Every run on this page was cut short to test it. Its pictures and numbers mean nothing."""


@dataclass(frozen=True)
class Page:
    """A page's Markdown, and the files of its figures by their address as seen from the page."""

    text: str
    files: dict[str, bytes]


def render(lesson: Lesson, run: Run, scale: str, exercises: list[Path]) -> Page:
    """Makes the page of a lesson from its cells and from what they put out.

    Raises:
        LessonError: When a figure lacks its alt text, shares its cell with another, or is too large, or when
            an output or a text asks for something from elsewhere.
    """
    figures: list[Figure] = []
    parts: list[str] = []
    results = iter(zip(run.outputs, run.alts, strict=True))
    for cell in lesson.cells:
        outputs, alt = next(results) if cell.runs(scale) else ([], "")
        if cell.kind == "markdown":
            if wrong := faults_of_markdown(cell.source):
                raise lesson.error(cell.line, f"the page can't take this: {'; '.join(wrong)}")
            if cell.source.startswith(AFTER_EXERCISE):
                parts += [prose(folded(path)) for path in exercises]
            parts.append(prose(with_recorded(lesson, cell, "../")))
        elif cell.shown:
            parts += [_input(cell, scale), *_outputs(lesson, cell, outputs, alt or cell.alt, figures)]
        else:
            data = [output.get("data", {}) for output in outputs]
            parts += [DOES_NOT_HOLD for each in data if each.get("text/markdown") == DOES_NOT_HOLD]
    title, _, rest = parts[0].partition("\n")
    head = [title, _downloads(lesson, exercises), *([SMOKE] if scale == "smoke" else [])]
    parts = [*head, rest.strip(), *parts[1:], _foot(run, scale)]
    files = {name: data for each in figures for name, data in each.files.items()}
    return Page("\n\n".join(filter(None, parts)) + "\n", files)


def prose(text: str) -> str:
    """Markdown for Jupyter as Markdown for the site: links between lessons, and what is folded.

    Example:
        >>> prose("See [why](02_mode_collapse.ipynb#Two-players).")
        'See [why](02_mode_collapse.md#two-players).'
    """
    text = LINK.sub(lambda found: f"]({found[1]}.md{_anchor(found[2])})", text)
    text = re.sub(r"^<details(?=[\s>])", '<details markdown="1"', text, flags=re.MULTILINE)
    return re.sub(r"<summary>", '<summary markdown="span">', text)


def _anchor(anchor: str | None) -> str:
    """A heading's anchor in Jupyter as its anchor on the site."""
    return "#" + slugify(anchor[1:].replace("-", " "), "-") if anchor else ""


def _downloads(lesson: Lesson, exercises: list[Path]) -> str:
    """The buttons under the title: the notebook, and the exercises' notebooks."""
    links = [("Notebook", f"{lesson.name}.ipynb")]
    links += [("Exercise", f"exercises/{path.stem}.ipynb") for path in exercises]
    return "\n".join(f"[{text} :material-download:]({to}){{ .md-button download }}" for text, to in links)


def _input(cell: Cell, scale: str) -> str:
    """The code of a cell, folded or left out if its tags say so."""
    code = fence(cell.code(scale), "python")
    if "remove-input" in cell.tags:
        return ""
    if "hide-input" in cell.tags:
        return (
            f'<details class="code" markdown="1">\n<summary>Show the code</summary>\n\n{code}\n\n</details>'
        )
    return code


def fence(text: str, info: str) -> str:
    """A fenced block whose fence is longer than any in the text."""
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{ticks} {info}\n{text}\n{ticks}"


def _outputs(
    lesson: Lesson, cell: Cell, outputs: list[dict[str, Any]], alt: str, figures: list[Figure]
) -> list[str]:
    """What a cell put out, as Markdown; a figure is added to `figures`, the page's so far."""
    parts, path = [], f"{lesson.name}/{cell.name or len(figures) + 1}"
    for output in outputs:
        if found := _brought(output.get("data", {}), alt):
            raise lesson.error(cell.line, f"the page can't take an output: {'; '.join(found)}")
    shown = [figure(output.get("data", {}), output.get("metadata", {}), alt, path) for output in outputs]
    for output, each in zip(outputs, shown, strict=True):
        parts.append(f'<figure class="lesson">\n{each.html}\n</figure>' if each else _text(output))
    new = [each for each in shown if each]
    _check_figures(lesson, cell, new, alt, {name for each in figures for name in each.files})
    figures += new
    return parts


def _brought(data: dict[str, str], alt: str) -> list[str]:
    """What is wrong with the text, or the drawing, that an output would put on the page."""
    marked = [data[kind] for kind in ("text/markdown", "text/latex") if kind in data]
    html = faults(data.get("text/html", ""), alt) + faults(data.get("image/svg+xml", ""), alt, drawing=True)
    kinds = [kind.removeprefix("image/") for kind in data if kind.startswith("image/")]
    unknown = [f"not every browser shows {kind}" for kind in kinds if kind not in {*EXTENSIONS, "svg+xml"}]
    return html + unknown + [fault for text in marked for fault in faults_of_markdown(text)]


def _check_figures(lesson: Lesson, cell: Cell, figures: list[Figure], alt: str, taken: set[str]) -> None:
    """Refuses a figure that some reader would not see."""
    if figures and not alt.strip():
        raise lesson.error(
            cell.line, 'the figure needs an alt text: `# %% alt="what is seen, with its numbers"`'
        )
    if cell.alt and not figures:
        raise lesson.error(cell.line, "the cell has an alt text but shows no figure")
    if len(figures) > 1:
        raise lesson.error(cell.line, "a cell shows one figure at most, because it has one alt text")
    for name, data in (item for each in figures for item in each.files.items()):
        if name in taken:
            raise lesson.error(cell.line, f"two figures are called {cell.name!r}")
        if len(data) > MAX_FIGURE:
            size = f"{name} has {len(data) // 1000} KB of {MAX_FIGURE // 1000}"
            raise lesson.error(cell.line, f"{size}; draw many points with `rasterized=True`")


def _text(output: dict[str, Any]) -> str:
    """An output without figure: prose as prose, HTML as it is, anything else as a block of text."""
    data = output.get("data", {})
    if "text/markdown" in data:
        return prose(data["text/markdown"])
    if "text/html" in data:
        return f'<div class="output">\n{data["text/html"]}\n</div>'
    if "text/latex" in data:
        return str(data["text/latex"])
    text = data.get("text/plain", "") if data else output.get("text", "")
    bare = re.fullmatch(r"<[^\n]*>", text)
    if output.get("name") == "stderr" or bare or not text.strip():
        return ""
    return fence(ANSI.sub("", text).rstrip("\n"), "{ .text .output }")


def _foot(run: Run, scale: str) -> str:
    """One small line: how long the page took to run, and with what."""
    names = ("python", "keras", "tensorflow", "tensorflow-cpu", "jax", "torch", "numpy")
    used = ", ".join(f"{name} {run.versions[name]}" for name in names if name in run.versions)
    return f'<p class="lesson-foot">This page ran in {run.seconds:.0f} s at {scale} scale: {used}.</p>'
