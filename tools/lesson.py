"""A lesson as it is written: a jupytext percent script, read into cells that know their line.

Tags of code cells: `settings` (one in a lesson), `check`, `exact`, `hide-input`, `remove-input`.
Other metadata: on the settings cell `smoke={...}`, and `data="mnist digits"` and `claims="A1 A2"` for what
the lesson's code asks for; on a cell with a figure `alt="..."` and `name="..."`; on a markdown cell
`claim="A1 A2"`, which is followed by what the ledger has stored about these claims.
"""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext

from ground.files import read_json

TAGS = {"settings", "check", "exact", "hide-input", "remove-input"}
SETTINGS = {"smoke", "data", "claims"}  # what stands on the settings cell alone
METADATA = SETTINGS | {"tags", "alt", "name", "claim", "gallery", "cell_marker", "lines_to_next_cell"}
DATA = ("digits", "mnist", "fashion_mnist", "cifar10")  # what `load_images` knows by name
SCALES = ("full", "smoke")


class LessonError(Exception):
    """What is wrong with a lesson, and where; its message begins with `file:line:`."""


@dataclass(frozen=True)
class Cell:
    """One cell: its kind ("code" or "markdown"), its source, the line of its marker and of its first text."""

    kind: str
    source: str
    line: int
    first_line: int
    tags: frozenset[str] = frozenset()
    alt: str = ""
    name: str = ""
    smoke: dict[str, object] = field(default_factory=dict)
    claims: tuple[str, ...] = ()
    gallery: tuple[str, ...] = ()

    def runs(self, scale: str) -> bool:
        """Whether the cell is executed: code is, but claims are checked at full scale or when exact."""
        return self.kind == "code" and (scale == "full" or "check" not in self.tags or "exact" in self.tags)

    def code(self, scale: str) -> str:
        """The source that is executed: at smoke scale with the smoke literals of a settings cell."""
        return replace_literals(self.source, self.smoke) if scale == "smoke" and self.smoke else self.source

    @property
    def shown(self) -> bool:
        """Whether the cell appears on the page and in the notebook."""
        return "check" not in self.tags


@dataclass(frozen=True)
class Lesson:
    """One lesson: the script it was read from, its cells, and what its code asks for.

    Attributes:
        path: The script.
        cells: All of it.
        data: Names of the data sets that it loads.
        claims: Names of the claims that its checks call, or whose results they read.
    """

    path: Path
    cells: tuple[Cell, ...]
    data: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name that its page, its notebook and its figures share, e.g. `05_first_gan`."""
        return self.path.stem

    def error(self, line: int, message: str) -> LessonError:
        """Returns the error that points to a line of this lesson; the caller raises it."""
        return LessonError(f"{self.path.parent.name}/{self.path.name}:{line}: {message}")


def find_lessons(root: Path) -> list[Path]:
    """The lesson scripts in reading order."""
    return sorted((root / "lessons").glob("[0-9]*_*.py"))


def choose(wanted: list[str], paths: list[Path]) -> list[Path]:
    """Those whose names begin with one of `wanted`, or all; raises `LessonError` for an unknown one."""
    for name in wanted:
        if not any(path.stem.startswith(name) for path in paths):
            known = ", ".join(path.stem for path in paths)
            raise LessonError(f"no lesson begins with {name!r}. There are: {known}")
    return [path for path in paths if not wanted or path.stem.startswith(tuple(wanted))]


def read(path: Path) -> Lesson:
    """Reads a lesson and refuses one that the builder could misunderstand."""
    lesson, data = Lesson(path, ()), path.read_bytes()
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise lesson.error(data.count(b"\n", 0, error.start) + 1, f"save it as UTF-8: {error}") from error
    notebook = jupytext.reads(text, fmt="py:percent")
    rows = text.splitlines()
    lines = [number for number, row in enumerate(rows, 1) if row.startswith("# %%")]
    if len(lines) != len(notebook.cells):
        raise lesson.error(1, "every cell begins with a line `# %%`, and no other line does")
    for cell, line in zip(notebook.cells, lines, strict=True):
        _check_metadata(lesson, line, cell.metadata)
    cells = [
        Cell(
            kind=cell.cell_type,
            source=cell.source,
            line=line,
            first_line=next((n for n, row in enumerate(rows[line:], line + 1) if row.strip()), line),
            tags=frozenset(cell.metadata.get("tags", ())),
            alt=cell.metadata.get("alt", ""),
            name=cell.metadata.get("name", ""),
            smoke=dict(cell.metadata.get("smoke", {})),
            claims=tuple(cell.metadata.get("claim", "").split()),
            gallery=tuple(cell.metadata.get("gallery", "").split()),
        )
        for cell, line in zip(notebook.cells, lines, strict=True)
    ]
    lesson = Lesson(path, tuple(cells), _words(notebook, "data"), _words(notebook, "claims"))
    _check_settings(lesson)
    return lesson


def _words(notebook: Any, name: str) -> tuple[str, ...]:
    """The words of one kind of metadata, of all cells."""
    return tuple(word for cell in notebook.cells for word in cell.metadata.get(name, "").split())


def _check_metadata(lesson: Lesson, line: int, metadata: dict[str, Any]) -> None:
    """Refuses misspelt tags and metadata, which would otherwise silently do nothing."""
    tags = metadata.get("tags", [])
    unknown = set(metadata) - METADATA | set(tags if isinstance(tags, list) else [tags]) - TAGS
    if unknown:
        raise lesson.error(line, f"unknown cell tag or metadata: {', '.join(sorted(map(str, unknown)))}")
    for name in sorted(SETTINGS & set(metadata)):
        if "settings" not in tags:
            raise lesson.error(line, f"`{name}` belongs on the settings cell")
    if not re.fullmatch(r"[\w-]*", str(metadata.get("name", ""))):
        raise lesson.error(line, "the name of a figure holds letters, digits, `-` and `_` only")


def _check_settings(lesson: Lesson) -> None:
    """Refuses a lesson without exactly one settings cell of `NAME = literal` lines."""
    cells = [cell for cell in lesson.cells if "settings" in cell.tags]
    if len(cells) != 1:
        raise lesson.error(1, f"a lesson has exactly one cell tagged `settings`; this one has {len(cells)}")
    _check_declared(lesson, cells[0].line)
    for cell in lesson.cells:
        if (cell.claims or cell.gallery) and cell.kind != "markdown":
            raise lesson.error(cell.line, "`claim` and `gallery` belong on a markdown cell")
    try:
        names = {name for name, _ in _assignments(cells[0].source)}
    except (SyntaxError, ValueError) as error:
        raise lesson.error(
            cells[0].line, f"a settings cell holds `NAME = literal` lines only: {error}"
        ) from error
    unknown = set(cells[0].smoke) - names
    if unknown:
        raise lesson.error(cells[0].line, f"`smoke` names no setting: {', '.join(sorted(unknown))}")


def _check_declared(lesson: Lesson, line: int) -> None:
    """Refuses data sets that `load_images` does not know, and claims of which nothing is stored."""
    for name in lesson.data:
        if name not in DATA:
            raise lesson.error(line, f"there is no data set {name}: there are {', '.join(DATA)}")
    stored = stored_claims(lesson.path.parents[1]) if lesson.claims else {}
    for name in lesson.claims:
        if name not in stored:
            raise lesson.error(line, f"no result is stored for claim {name}: python -m claims --only {name}")


def stored_claims(root: Path) -> dict[str, Any]:
    """What the ledger has stored, by the claims' names. `claims.store` reads the same, but brings Keras."""
    return read_json(root / "claims" / "results.json")


def replace_literals(source: str, literals: dict[str, object]) -> str:
    """Returns the settings with other literals; comments and line numbers stay.

    Example:
        >>> replace_literals("EPOCHS = 30  # about a minute", {"EPOCHS": 1})
        'EPOCHS = 1  # about a minute'
    """
    lines = source.splitlines()
    for name, value in reversed(_assignments(source)):
        if name in literals:
            last = (value.end_lineno or value.lineno) - 1
            head = _columns(lines[value.lineno - 1], None, value.col_offset)
            tail = _columns(lines[last], value.end_col_offset, None)
            gap = "\n" * (last - value.lineno + 1)
            lines[value.lineno - 1 : last + 1] = [f"{head}{literals[name]!r}{tail}{gap}"]
    return "\n".join(lines)


def _columns(line: str, start: int | None, stop: int | None) -> str:
    """Slices a line by the UTF-8 columns that `ast` counts."""
    return line.encode()[start:stop].decode()


def _assignments(source: str) -> list[tuple[str, ast.expr]]:
    """The names and value nodes of a settings cell; raises `ValueError` for anything else."""
    found = []
    for node in ast.parse(source).body:
        if not (
            isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        ):
            raise ValueError(f"line {node.lineno} of the cell is something else")
        if not node.targets[0].id.isupper():
            raise ValueError(f"{node.targets[0].id} is not in capitals")
        ast.literal_eval(node.value)
        found.append((node.targets[0].id, node.value))
    return found
