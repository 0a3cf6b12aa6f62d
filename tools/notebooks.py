"""Notebooks from lessons, one way: `python -m tools.notebooks [--check | --copy]`.

One is written over what git holds and nobody changed, or over what was written here last, and nothing else.
"""

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ground.files import ROOT, course, write
from tools.exercises import blank, find_exercises
from tools.lesson import Lesson, LessonError, find_lessons, read
from tools.recorded import with_recorded

COPY = "work"  # where students work; git ignores it
INSTALL = '''import sys

REPOSITORY = "{repository}"  # where this notebook is published, https://...
if "google.colab" in sys.modules:
    REPOSITORY = REPOSITORY or input("Address of the repository that this notebook is from: ")
    %pip install --quiet "keras-gan @ git+{{REPOSITORY}}"'''
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(lesson: Lesson, repository: str) -> str:
    """The notebook of a lesson: no outputs, no checks, and a first cell that makes it run on Colab."""
    cells = [_install(repository)]
    for cell in lesson.cells:
        if cell.kind == "markdown":
            cells.append(new_markdown_cell(with_recorded(lesson, cell)))
        elif cell.shown:
            hidden = (
                {"jupyter": {"source_hidden": True}} if cell.tags & {"hide-input", "remove-input"} else {}
            )
            cells.append(new_code_cell(cell.source, metadata=hidden))
    return _dump(cells)


def exercise(path: Path, repository: str) -> str:
    """The notebook of an exercise, without its solution."""
    cells = [_install(repository)]
    for cell in jupytext.reads(blank(path), fmt="py:percent").cells:
        make = new_markdown_cell if cell.cell_type == "markdown" else new_code_cell
        cells.append(make(cell.source))
    return _dump(cells)


def repository(root: Path) -> str:
    """Where the course is published: `repository` of its settings, empty where it is not."""
    return str(course(root).get("repository", ""))


def all_notebooks(root: Path) -> dict[Path, str]:
    """Every notebook that belongs into the repository, by its path."""
    folder, address = root / "lessons" / "notebooks", repository(root)
    lessons = {folder / f"{path.stem}.ipynb": notebook(read(path), address) for path in find_lessons(root)}
    exercises = {folder / "exercises" / f"{p.stem}.ipynb": exercise(p, address) for p in find_exercises(root)}
    return lessons | exercises


def _install(repository: str) -> nbformat.NotebookNode:
    """The first cell: on Colab it installs the package from where the notebook is, elsewhere it does nothing.

    By its name alone it would be installed from an index, where the name is not ours.
    """
    return new_code_cell(INSTALL.format(repository=repository))


def _dump(cells: list[nbformat.NotebookNode]) -> str:
    """The notebook's text, the same for the same cells."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:02d}"
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.writes(new_notebook(cells=cells, metadata=metadata)) + "\n"


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Writes the notebooks, or says which are not as the lessons make them, or copies them for a student."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing; fail if one is out of date")
    choice.add_argument("--copy", action="store_true", help=f"put those into {COPY}/ that it lacks")
    options = parser.parse_args(arguments)
    if options.copy:
        print(f"{COPY}/ is yours: {copy_missing(root)} notebooks added, those that were there are untouched")
        return 0
    try:
        fresh = all_notebooks(root)
        if options.check:
            return _report_stale(root, fresh)
        changed = write_notebooks(root, fresh)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(fresh)} notebooks, {changed} written")
    return 0


def copy_missing(root: Path) -> int:
    """Copies every notebook that a student's folder lacks, and touches no other; returns how many."""
    source, added = root / "lessons" / "notebooks", 0
    for path in sorted(source.rglob("*.ipynb")):
        copy = root / COPY / path.relative_to(source)
        if ".ipynb_checkpoints" not in path.parts and not os.path.lexists(copy):
            added += write(copy, path.read_bytes())
    return added


def write_notebooks(root: Path, fresh: dict[Path, str]) -> int:
    """Writes notebooks and removes those of lessons that are gone; returns how many were written.

    Raises:
        LessonError: A file in the way is not as git has it. Nothing is written then.
    """
    stale = stale_notebooks(root, fresh)
    there = [path for path in stale if os.path.lexists(path)]
    made = root / ".cache" / "notebooks"  # what was written last
    known = made.read_bytes().splitlines() if made.exists() else []
    ours = {path for path in there if path.is_file() and _line(path, path.read_bytes()) in known}
    if mine := sorted(set(there) - ours - _unchanged(root, there)):
        names = ", ".join(path.relative_to(root).as_posix() for path in mine)
        raise LessonError(
            f"Notebooks are written only over what git holds and nobody changed. Not so: {names}. "
            "Nothing was written; commit these files, or move them elsewhere, and try again."
        )
    for path in stale:
        write(path, fresh[path]) if path in fresh else path.unlink()
    write(made, b"\n".join(_line(path, text.encode()) for path, text in fresh.items()))
    return sum(path in fresh for path in stale)


def _line(path: Path, data: bytes) -> bytes:
    """What is kept of a notebook that was written: its digest and its name."""
    return f"{hashlib.sha256(data).hexdigest()} {path.parent.name}/{path.name}".encode()


def _unchanged(root: Path, paths: Iterable[Path]) -> set[Path]:
    """Those files that are, byte for byte, in git's last commit; none where there is no git."""
    names = {path.relative_to(root).as_posix(): path for path in paths if path.is_file()}
    try:
        rows = _git(root, "ls-tree", "-r", "-z", "HEAD", "--", "lessons/notebooks").split("\0")
        now = _git(root, "hash-object", "--", *names).split()
    except (OSError, subprocess.CalledProcessError):
        return set()
    held = {name: facts.split()[-1] for facts, _, name in (row.partition("\t") for row in rows if row)}
    return {path for (name, path), blob in zip(names.items(), now, strict=True) if held.get(name) == blob}


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=True).stdout.decode()


def _report_stale(root: Path, fresh: dict[Path, str]) -> int:
    """Says which notebooks are out of date; returns the exit status."""
    stale = stale_notebooks(root, fresh)
    for path in stale:
        print(f"{path.relative_to(root).as_posix()}: out of date; run `make notebooks`", file=sys.stderr)
    return 1 if stale else 0


def stale_notebooks(root: Path, fresh: dict[Path, str]) -> list[Path]:
    """Notebooks that are not the generated ones but for the ends of lines, missing and left-over included."""
    folder = root / "lessons" / "notebooks"
    there = {*folder.glob("*.ipynb"), *(folder / "exercises").glob("*.ipynb")}
    same = {path for path in there & set(fresh) if _bytes(path) == fresh[path].encode()}
    return sorted((there | set(fresh)) - same)


def _bytes(path: Path) -> bytes:
    """What a file holds, as git stores it on every system; nothing where it is no file."""
    return path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b""


if __name__ == "__main__":
    sys.exit(main())
