"""A file of finished runs, a JSON line each, that survives being cut off anywhere."""

import json
import os
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from keras_gan._checks import Shown, bad_value, check_folder, shorten


class Journal:
    """What `sweep(file=)` keeps: a first line that says what is run, then a line for each run that ended.

    Args:
        path: The file, made where it is missing.
        header: What is run, as JSON can hold it; a file with another header is refused.

    Attributes:
        lines: The lines after the first, oldest first.

    Raises:
        ValueError: When the file belongs to something else or is none of ours.
        OSError: When nothing can be written there.

    Warns:
        UserWarning: When the last line was cut off. It is removed.
    """

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        check_folder("file", path.absolute().parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = _without_half_line(path)
        first, *others = [_parsed(path, line) for line in whole.splitlines()] or [header]
        if first != header:
            raise _other_sweep(path, first, header)
        self.lines = others
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(len(whole))
        self._file.seek(len(whole))
        if not whole:
            self.append(header)

    def append(self, line: dict[str, Any]) -> None:
        """Writes a line, through to the disk, so that a process killed later has not lost it."""
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()


def _without_half_line(path: Path) -> bytes:
    """The content up to the last line break; a line without one was cut off while it was written."""
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        warnings.warn(
            f"The last line of '{path}' was cut off and is ignored; its run is done again.", stacklevel=4
        )
    return whole


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
