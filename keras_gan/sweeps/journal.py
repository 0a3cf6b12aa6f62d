"""A file of finished runs, a JSON line each, that survives being cut off anywhere."""

import json
import os
import warnings
from pathlib import Path
from typing import Any

from keras_gan._checks import Shown, bad_value, check_folder, shorten


def kept_lines(path: Path, header: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns what a file holds, oldest first, and leaves it ready for more; makes it where it is missing.

    Args:
        path: The file.
        header: Its first line, which says what is run; a file with another one is refused.

    Raises:
        ValueError: When the file belongs to something else or is none of ours.
        OSError: When nothing can be written there.

    Warns:
        UserWarning: When the last line was cut off. It is removed.
    """
    check_folder("file", path.absolute().parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        warnings.warn(
            f"The last line of '{path}' was cut off and is ignored; its run is done again.", stacklevel=3
        )
    first, *others = [_parsed(path, line) for line in whole.splitlines()] or [header]
    if first != header:
        raise _other_sweep(path, first, header)
    with path.open("ab") as file:
        file.truncate(len(whole))
    if not whole:
        append(path, header)
    return others


def append(path: Path, line: dict[str, Any]) -> None:
    """Writes a line, through to the disk, so that a process killed later has not lost it."""
    with path.open("ab") as file:
        file.write(json.dumps(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _parsed(path: Path, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
        if isinstance(found, dict):
            return found
    except ValueError:
        pass
    raise bad_value(
        "`file` is a file that `sweep` wrote, a JSON object a line",
        Shown(f"'{path}' with the line {shorten(repr(line[:80]), 60)}"),
        "Choose another name, or repair that line",
    )


def _other_sweep(path: Path, found: dict[str, Any], header: dict[str, Any]) -> ValueError:
    """The refusal of a file that another call has written, with the first thing that differs."""
    name = next((key for key in header if found.get(key) != header[key]), "header")
    return bad_value(
        "`file` belongs to the same function with the same settings",
        Shown(f"'{path}' of another call: {name} was {shorten(repr(found.get(name)), 70)}"),
        "Choose another file, or remove this one if its runs are of no use",
    )
