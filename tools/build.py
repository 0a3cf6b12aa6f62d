"""Runs lessons and writes all pages that are made: `python -m tools.build [--scale full|smoke] [NN ...]`."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from time import perf_counter, sleep

from ground.files import ROOT, BrokenFile, remove_others, write
from tools import cache, gallery, notebooks, questions
from tools.execute import DOES_NOT_HOLD, execute
from tools.exercises import find_exercises
from tools.kernel import kill_all
from tools.lesson import SCALES, Lesson, LessonError, choose, find_lessons, read
from tools.page import render


def build(path: Path, scale: str, pages: bool, root: Path) -> str:
    """Builds one lesson; returns what was done. Nothing is written unless all of it succeeds."""
    lesson = read(path)
    start = perf_counter()
    run = cache.load(lesson, scale, root)
    done = "cached" if run else "ran"
    if run is None:
        run = execute(lesson, scale, root, lambda k, n: _progress(lesson.name, k, n, start))
        cache.store(lesson, scale, root, run)
    exercises = [each for each in find_exercises(root) if _number(each) == _number(path)]
    page = render(lesson, run, scale, exercises)
    if pages:
        _write(lesson, page.text, page.files, exercises, root)
    failed = page.text.count(DOES_NOT_HOLD)
    remark = f"; {failed} of its checks do not hold without the real data" if failed else ""
    return f"{done}, {run.seconds:.0f} s at {scale} scale{remark}"


def _number(path: Path) -> str:
    """The number that a lesson and its exercises share."""
    return path.stem.partition("_")[0]


def _write(lesson: Lesson, text: str, files: dict[str, bytes], exercises: list[Path], root: Path) -> None:
    """Writes figures first and the page last, then removes figures that the page no longer shows."""
    folder, address = root / "docs" / "lessons", notebooks.repository(root)
    for name, data in files.items():
        write(folder / name, data)
    write(folder / f"{lesson.name}.ipynb", notebooks.notebook(lesson, address))
    for path in exercises:
        write(folder / "exercises" / f"{path.stem}.ipynb", notebooks.exercise(path, address))
    write(folder / f"{lesson.name}.md", text)
    remove_others(folder / lesson.name, {folder / name for name in files})


def remove_stale(root: Path) -> None:
    """Removes pages, notebooks and figures of lessons and exercises that no longer exist."""
    folder, names = root / "docs" / "lessons", {path.stem for path in find_lessons(root)}
    exercises = {path.stem for path in find_exercises(root)}
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.is_dir() and old.name not in names | {"exercises"}:
            remove_others(old, set())
    remove_others(folder, {folder / f"{name}.{kind}" for name in names for kind in ("md", "ipynb")})
    remove_others(folder / "exercises", {folder / "exercises" / f"{name}.ipynb" for name in exercises})


def write_claims(root: Path) -> None:
    """Writes the page of the ledger, where there is one, from its stored results, unless nothing changed."""
    page, made_from = root / "docs" / "claims.md", root / ".cache" / "claims.page"
    state = cache.ledger(root)
    known = made_from.read_bytes() if made_from.exists() and page.exists() else b""
    if (root / "claims").is_dir() and known != state.encode():
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from claims.page import page as claims_page  # not above: with it comes Keras, which takes seconds

        write(page, claims_page())
        write(made_from, state)


def write_gallery(root: Path) -> None:
    """Writes the page of the gallery, where there is one."""
    if (root / "docs" / "gallery").is_dir():
        write(root / "docs" / "gallery.md", gallery.page(root))


def write_questions(root: Path) -> None:
    """Writes the page of all lessons' questions."""
    write(root / "docs" / "questions.md", questions.page([read(path) for path in find_lessons(root)]))


def _progress(name: str, number: int, total: int, start: float) -> None:
    """Redraws the lesson's line on a terminal; a log gets only the last one."""
    if sys.stderr.isatty():
        line = f"{name}: cell {number} of {total}, {perf_counter() - start:.0f} s"
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def _report(line: str) -> None:
    """Ends the lesson's line."""
    clear = "\r\x1b[K" if sys.stderr.isatty() else ""
    print(f"{clear}{line}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Builds the chosen lessons; a failing one keeps its old page and stops no other."""
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__)
    parser.add_argument("lessons", nargs="*", metavar="NN", help="number or name of a lesson; all without")
    parser.add_argument(
        "--scale", choices=SCALES, default="full", help="smoke: run with small settings, write nothing"
    )
    parser.add_argument("--pages", action="store_true", help="write pages at smoke scale too, marked as such")
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="lessons at a time (1); more make timings worse"
    )
    options = parser.parse_args(arguments)
    try:
        paths = choose(options.lessons, find_lessons(root))
    except LessonError as error:
        parser.error(str(error))
    pages = options.pages or options.scale == "full"
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # it is heard as Ctrl-C is
    try:
        built = list(_build_all(paths, options.scale, pages, root, options.jobs))
    except KeyboardInterrupt:
        _report("interrupted; lessons built so far are kept")
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)
    remove_stale(root)
    failed = not all(built)
    others = {"claims": write_claims, "gallery": write_gallery, "questions": write_questions}
    for name, make in others.items():
        if name == "questions" and (failed or not pages):
            continue
        try:
            make(root)
        except Exception as error:
            _report(_fault(f"docs/{name}.md", error))
            failed = True
    return int(failed)


def _build_all(paths: list[Path], scale: str, pages: bool, root: Path, jobs: int) -> Iterator[bool]:
    """Builds lessons, `jobs` at a time, and reports each; yields whether it was built.

    A lesson's work is its kernel's, in a process of its own. Whoever leaves early leaves no such process.
    """
    pool = ThreadPoolExecutor(jobs)
    futures = {pool.submit(_build, path, scale, pages, root) for path in paths}
    try:
        while futures:
            done, futures = wait(futures, timeout=1, return_when=FIRST_COMPLETED)
            for built, line in (future.result() for future in done):
                _report(line)
                yield built
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        while not all(future.done() for future in futures):
            kill_all()
            sleep(0.1)


def _build(path: Path, scale: str, pages: bool, root: Path) -> tuple[bool, str]:
    """Builds a lesson; returns whether it was built, and what was done or what is wrong."""
    try:
        done = build(path, scale, pages, root)
    except Exception as error:  # whatever it is, it is of this page alone
        return False, _fault(f"lessons/{path.name}", error)
    return True, f"{path.stem}: {done}"


def _fault(where: str, error: Exception) -> str:
    """What is wrong with a page, by its name."""
    named = isinstance(error, LessonError | BrokenFile)
    return str(error) if named else f"{where}: {type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
