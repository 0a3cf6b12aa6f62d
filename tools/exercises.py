"""Exercises: what students get, what is wrong and what is right, from one source.

`python -m tools.exercises [--seeds 10] [NN ...]` solves each on many seeds and tries its wrong answers.
"""

import argparse
import os
import re
import runpy
import sys
import tempfile
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path

import jupytext

from ground.files import ROOT
from tools.lesson import LessonError, choose

SOLUTION = re.compile(
    r"^([ \t]*)# BEGIN SOLUTION\n(.*?)^[ \t]*# END SOLUTION[ \t]*$", re.DOTALL | re.MULTILINE
)
WRONG = re.compile(r"^([ \t]*)(\S.*)\n[ \t]*# WRONG: (.+)\n", re.MULTILINE)
SEED = re.compile(r"^SEED = \d+$", re.MULTILINE)


def find_exercises(root: Path) -> list[Path]:
    """The sources of the exercises, solutions inside."""
    return sorted((root / "lessons" / "exercises").glob("[0-9]*_*.py"))


def blank(path: Path) -> str:
    """The students' script, with a place to write where the source has the solution.

    Raises:
        LessonError: When a solution, or the word, would survive.
    """
    source = SOLUTION.sub(r"\1# YOUR CODE HERE\n\1raise NotImplementedError", _read(path))
    for word in ("SOLUTION", "WRONG"):
        if word in source:
            line = next(n for n, row in enumerate(source.splitlines(), 1) if word in row)
            raise LessonError(f"exercises/{path.name}: {word} survives in line {line} of the students' copy")
    return source


def solved(path: Path) -> str:
    """The script with its solution."""
    return WRONG.sub(r"\1\2\n", _read(path))


def wrong(path: Path) -> list[tuple[str, str, str]]:
    """For each wrong answer the script that gives it, the right line, and the wrong one in its place."""
    source = _read(path)
    found = []
    for match in WRONG.finditer(source):
        space, right, answer = match.groups()
        changed = f"{source[: match.start()]}{space}{answer}\n{source[match.end() :]}"
        found.append((WRONG.sub(r"\1\2\n", changed), right, answer))
    return found


def folded(path: Path) -> str:
    """The solution for the lesson's page, folded, with the wrong answers that the tests catch."""
    cells = [cell.source for cell in jupytext.reads(_read(path), fmt="py:percent").cells]
    code = [WRONG.sub(r"\1\2\n", each) for each in cells if SOLUTION.search(each)]
    code = [
        re.sub(r"^[ \t]*# (BEGIN|END) SOLUTION\n?", "", each, flags=re.MULTILINE).strip() for each in code
    ]
    parts = ["<details>\n<summary>A solution</summary>", *(f"```python\n{each}\n```" for each in code)]
    for _, right, answer in wrong(path):
        parts.append(
            f"Tempting, and refused by the tests:\n\n```python\n{answer}\n```\n\nwhere it says `{right}`."
        )
    return "\n\n".join([*parts, "</details>"])


def try_out(path: Path, seeds: range | None = None) -> list[str]:
    """Runs an exercise in this process; returns what is not as it must be, nothing if all is well.

    The solution passes its own tests, with each of `seeds` if the exercise has a line `SEED = 0`; each wrong
    answer fails a test that says why; the students' copy stops where it asks for code.
    """
    found = [] if wrong(path) else ["it names no wrong answer"]
    changed = seeds if seeds is not None and SEED.search(solved(path)) else [None]
    for seed in changed:
        with_seed = "" if seed is None else f" with SEED = {seed}"
        if (error := _error(solved(path), seed)) is not None:
            found.append(f"the solution fails{with_seed}: {error!r}")
        for source, _, answer in wrong(path):
            error = _error(source, seed)
            if not isinstance(error, AssertionError) or not str(error):
                found.append(f"`{answer}` should fail a test that says why{with_seed}; it gave {error!r}")
    if not isinstance(error := _error(blank(path)), NotImplementedError):
        found.append(f"the students' copy gave {error!r}")
    return found


def _error(source: str, seed: int | None = None) -> Exception | None:
    """What a script raises in an empty folder."""
    if seed is not None:
        source = SEED.sub(f"SEED = {seed}", source)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "exercise.py"
        script.write_text(source, encoding="utf-8")
        try:
            with chdir(folder), redirect_stdout(StringIO()):
                runpy.run_path(str(script))
        except Exception as error:
            return error
    return None


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Tries the exercises and says which are not as they must be."""
    parser = argparse.ArgumentParser(prog="python -m tools.exercises", description=__doc__)
    parser.add_argument("exercises", nargs="*", metavar="NN", help="beginning of a name; all without")
    parser.add_argument("--seeds", type=int, default=10, help="seeds 0, 1, ... of the random ones (10)")
    options = parser.parse_args(arguments)
    try:
        paths = choose(options.exercises, find_exercises(root))
    except LessonError as error:
        parser.error(str(error))
    failed = 0
    for path in paths:
        found = try_out(path, range(options.seeds))
        seeds = options.seeds if SEED.search(_read(path)) else "no"
        print(f"{path.stem}: {'; '.join(found) or 'well'}, {seeds} seeds", flush=True)
        failed += bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "agg")  # not in main: a test that calls it must not change the others
    sys.exit(main())
