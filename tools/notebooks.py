"""Notebooks from lessons, one way: `python -m tools.notebooks [--check]`."""

import argparse
import sys
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ground.files import ROOT, course, remove_others, write
from tools.exercises import blank, find_exercises
from tools.lesson import Lesson, LessonError, find_lessons, read
from tools.recorded import with_recorded

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(lesson: Lesson, package: str) -> str:
    """The notebook of a lesson: no outputs, no checks, and a first cell that makes it run on Colab."""
    cells = [_install(package)]
    for cell in lesson.cells:
        if cell.kind == "markdown":
            cells.append(new_markdown_cell(with_recorded(lesson, cell)))
        elif cell.shown:
            hidden = (
                {"jupyter": {"source_hidden": True}} if cell.tags & {"hide-input", "remove-input"} else {}
            )
            cells.append(new_code_cell(cell.source, metadata=hidden))
    return _dump(cells)


def exercise(path: Path, package: str) -> str:
    """The notebook of an exercise, without its solution."""
    cells = [_install(package)]
    for cell in jupytext.reads(blank(path), fmt="py:percent").cells:
        make = new_markdown_cell if cell.cell_type == "markdown" else new_code_cell
        cells.append(make(cell.source))
    return _dump(cells)


def package_name(root: Path) -> str:
    """What `pip` installs on Colab: `package` of the course's settings."""
    return str(course(root)["package"])


def all_notebooks(root: Path) -> dict[Path, str]:
    """Every notebook that belongs into the repository, by its path."""
    folder, package = root / "lessons" / "notebooks", package_name(root)
    lessons = {folder / f"{path.stem}.ipynb": notebook(read(path), package) for path in find_lessons(root)}
    exercises = {folder / "exercises" / f"{p.stem}.ipynb": exercise(p, package) for p in find_exercises(root)}
    return lessons | exercises


def _install(package: str) -> nbformat.NotebookNode:
    """The first cell: it installs the package on Colab and does nothing elsewhere."""
    return new_code_cell(
        f'import sys\n\nif "google.colab" in sys.modules:\n    %pip install --quiet "{package}"'
    )


def _dump(cells: list[nbformat.NotebookNode]) -> str:
    """The notebook's text, the same for the same cells."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:02d}"
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.writes(new_notebook(cells=cells, metadata=metadata)) + "\n"


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Writes the notebooks, or with `--check` says which are not as the lessons make them."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a notebook is out of date"
    )
    check = parser.parse_args(arguments).check
    try:
        fresh = all_notebooks(root)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        changed = [path for path, text in fresh.items() if write(path, text)]
        folder = root / "lessons" / "notebooks"
        remove_others(folder / "exercises", set(fresh))
        remove_others(folder, set(fresh))
        print(f"{len(fresh)} notebooks, {len(changed)} written")
        return 0
    stale = stale_notebooks(root, fresh)
    for path in stale:
        print(f"{path.relative_to(root).as_posix()}: out of date; run `make notebooks`", file=sys.stderr)
    return 1 if stale else 0


def stale_notebooks(root: Path, fresh: dict[Path, str]) -> list[Path]:
    """Committed notebooks whose text is not the generated one, missing and left-over ones included."""
    there = set((root / "lessons" / "notebooks").rglob("*.ipynb"))
    differ = {path for path in there & set(fresh) if path.read_text(encoding="utf-8") != fresh[path]}
    return sorted(differ | there ^ set(fresh))


if __name__ == "__main__":
    sys.exit(main())
