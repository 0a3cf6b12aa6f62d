"""The project's root and settings, and files that are written whole and only when their bytes changed."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class BrokenFile(Exception):
    """What is wrong with a file that was recorded once, and how to have it back."""


def read_json(path: Path) -> dict[str, Any]:
    """What a recorded file holds; nothing where there is none.

    Raises:
        BrokenFile: It is not JSON, or nested deeper than Python reads, or no object of JSON.
    """
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise broken(path, str(error)) from error
    if not isinstance(found, dict):
        raise broken(path, f"it holds a {type(found).__name__}")
    return found


def broken(path: Path, reason: str) -> BrokenFile:
    """The error for a recorded file that is not as it was written; the caller raises it."""
    return BrokenFile(f"{path} is not as it was recorded: {reason}. Take it from git, or record it again.")


def write(path: Path, content: str | bytes) -> bool:
    """Writes a file atomically unless it already holds `content`; returns whether it wrote.

    A reader never sees half a file, and a page that did not change wakes no file watcher.
    """
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    os.replace(partial, path)
    return True


def remove_others(folder: Path, keep: set[Path]) -> None:
    """Removes the files directly in `folder` that are not in `keep`, and the folder if nothing is left."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_file() and path not in keep:
            path.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()


def course(root: Path) -> dict[str, Any]:
    """The course's settings: `[tool.course]` in pyproject.toml."""
    with open(root / "pyproject.toml", "rb") as file:
        return dict(tomllib.load(file)["tool"]["course"])
