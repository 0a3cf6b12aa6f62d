"""Results of lessons that ran, so that nothing runs twice for the same code, package, libraries and data.

A lesson asks for data by name, on its settings cell: what is there under the name is part of the key, even
nothing. What it opened besides, such as the classifier that measures its samples, is kept with the result.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ground.files import write
from tools.execute import Run, data_folders, program, settings, versions
from tools.lesson import Lesson, find_lessons, stored_claims

KEEP = 5


def load(lesson: Lesson, scale: str, root: Path) -> Run | None:
    """The stored run of exactly this lesson at this scale, or None.

    None also where what was stored is damaged, or where a file of data that the lesson opened has changed.
    """
    path = _entry(lesson, scale, root)
    if not path.exists():
        return None
    digest, _, text = path.read_bytes().partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        return None
    stored = json.loads(text)
    if stored.pop("files") != _digests(stored["opened"]):
        return None
    path.touch()
    return Run(**stored)


def store(lesson: Lesson, scale: str, root: Path, run: Run) -> None:
    """Stores a run, below the digest of its line, and forgets all but the newest few of the lesson.

    The data are looked at again here: a lesson may have downloaded them.
    """
    path = _entry(lesson, scale, root)
    text = json.dumps({**asdict(run), "files": _digests(run.opened)}).encode()
    write(path, hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
    for old in sorted(path.parent.glob("*.json"), key=lambda entry: entry.stat().st_mtime)[:-KEEP]:
        old.unlink()


def _entry(lesson: Lesson, scale: str, root: Path) -> Path:
    """Where the run is stored: a hash of everything that it depends on and that is known before."""
    asked = [_data(lesson.data), _claims(lesson, root)]
    facts = [scale, settings(root), program(lesson, scale), versions(), _package(root), *asked]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return root / ".cache" / "lessons" / lesson.name / f"{digest[:32]}.json"


def _digests(paths: Sequence[str]) -> list[str]:
    """What is in each of these files, as far as there is one."""
    files = [Path(path) for path in paths]
    return [hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "" for path in files]


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
    folders = data_folders()
    files = [(folder, path) for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        (path.relative_to(folder).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for folder, path in files
        if _letters(path.relative_to(folder).as_posix()).startswith(tuple(map(_letters, names)))
    ]


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
