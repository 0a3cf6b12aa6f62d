"""The project's root and settings, and files that are written whole and only when their bytes changed."""

import os
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


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
