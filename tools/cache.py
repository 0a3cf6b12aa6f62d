"""Results of lessons that ran, so that nothing runs twice for the same code, package, libraries and data."""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ground.files import write
from tools.execute import Run, backend, program, versions
from tools.lesson import Lesson, find_lessons, stored_claims

KEEP = 5


def load(lesson: Lesson, scale: str, root: Path) -> Run | None:
    """The stored run of exactly this lesson at this scale, or None."""
    path = _entry(lesson, scale, root)
    if not path.exists():
        return None
    path.touch()
    return Run(**json.loads(path.read_text(encoding="utf-8")))


def store(lesson: Lesson, scale: str, root: Path, run: Run) -> None:
    """Stores a run and forgets all but the newest few of the lesson.

    The data are looked at again here: a lesson may have downloaded them.
    """
    path = _entry(lesson, scale, root)
    write(path, json.dumps(asdict(run)))
    for old in sorted(path.parent.glob("*.json"), key=lambda entry: entry.stat().st_mtime)[:-KEEP]:
        old.unlink()


def _entry(lesson: Lesson, scale: str, root: Path) -> Path:
    """Where the run is stored: a hash of everything that it depends on."""
    asked = [_data(lesson.data), _claims(lesson, root)]
    facts = [scale, backend(), program(lesson, scale), versions(), _package(root), *asked]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return root / ".cache" / "lessons" / lesson.name / f"{digest[:32]}.json"


def _package(root: Path) -> str:
    """A hash of the package's source."""
    return _digest(root, sorted((root / "keras_gan").rglob("*.py")))


def _claims(lesson: Lesson, root: Path) -> dict[str, Any]:
    """The stored results of the claims that a lesson asks for. They carry the hash of the claim's code."""
    stored = stored_claims(root)
    return {name: stored[name] for name in lesson.claims}


def ledger(root: Path) -> str:
    """A hash of the claims, what they run, what is stored, and the lessons that they may point to."""
    names = [path.stem for path in find_lessons(root)]
    files = sorted([*(root / "claims").glob("*.py"), *(root / "claims").glob("*.json")])
    return hashlib.sha256("\n".join([*names, _digest(root, files), _package(root)]).encode()).hexdigest()


def _digest(root: Path, paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _data(names: Sequence[str]) -> list[tuple[str, int, int]]:
    """Name, size and time of every file at hand of these data sets.

    Files of `cifar10` begin so, hyphens and the like left out: `cifar-10-batches-py-target`.
    """
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"
    folders = [home, *(Path(value) for value in [os.environ.get("KERAS_GAN_DATA")] if value)]
    files = [(folder, path) for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        (path.relative_to(folder).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for folder, path in files
        if _letters(path.relative_to(folder).as_posix()).startswith(tuple(map(_letters, names)))
    ]


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
