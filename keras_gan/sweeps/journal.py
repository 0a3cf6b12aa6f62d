"""A file of finished runs, a JSON line each with its digest, from which nothing is ever taken away."""

import errno
import json
import os
import warnings
from hashlib import sha256
from pathlib import Path
from typing import Any

from keras_gan._checks import Shown, bad_value, check_folder, shorten

_SEAL = b', "digest": "'  # of everything before it
_LONGEST = 2**20  # bytes of a first line that are looked at: the file may be anything


def kept_lines(path: Path, header: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns what a file holds, oldest first, and leaves it ready for more; makes it where it is missing.

    Args:
        path: The file.
        header: Its first line, which says what is run; a file with another one is refused, untouched.

    Raises:
        ValueError: When the file belongs to something else or is none of ours.
        OSError: When it cannot be read, or nothing can be written there.

    Warns:
        UserWarning: When lines are damaged or cut off. They stay there and are left out.
    """
    check_folder("file", path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        raise _not_ours(path, "which is no file")
    own = _sealed(header)
    with path.open("a+b") as file:
        file.seek(0)
        first = file.readline(max(len(own), _LONGEST))
        if not first:  # new, or empty
            append(path, header)
            return []
        _check_header(path, first, header)
        others = file.read()
    if not (first + others).endswith(b"\n"):
        _append(path, b"\n")  # so that what was cut off is a line by itself
    found = {number: _opened(line) for number, line in enumerate(others.split(b"\n"), start=2) if line}
    damaged = [number for number, line in found.items() if line is None]
    if damaged:
        shown = ", ".join(map(str, damaged[:5])) + (", ..." if damaged[5:] else "")
        warnings.warn(
            f"Damaged lines of '{path}' are left out, and what is missing is run again: line {shown}.",
            stacklevel=3,
        )
    return [line for line in found.values() if line and "result" in line]  # two sweeps leave two headers


def append(path: Path, line: dict[str, Any]) -> None:
    """Writes a line, through to the disk, so that a process killed later has not lost it.

    It goes to the end of the file in one piece, so that two sweeps can write to one file.
    """
    _append(path, _sealed(line))


def _append(path: Path, content: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        if file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(file.fileno())


def _sealed(line: dict[str, Any]) -> bytes:
    body = json.dumps(line).encode().removesuffix(b"}")
    return body + _SEAL + _digest(body) + b'"}\n'


def _opened(line: bytes) -> dict[str, Any] | None:
    """What a line holds; `None` where a byte of it is not as `append` wrote it."""
    body, _, seal = line.removesuffix(b"\n").rpartition(_SEAL)
    return json.loads(body + b"}") if body and seal == _digest(body) + b'"}' else None


def _digest(body: bytes) -> bytes:
    return sha256(body).hexdigest()[:16].encode()


def _check_header(path: Path, first: bytes, header: dict[str, Any]) -> None:
    """Refuses a file that another call has written, with the first thing that differs; or something else."""
    found = _opened(first)
    if found is None:
        raise _not_ours(path, f"with the first line {shorten(repr(first[:80]), 60)}")
    name = next((key for key in header if json.dumps(found.get(key)) != json.dumps(header[key])), None)
    if name is not None:
        raise bad_value(
            "`file` belongs to the same function with the same settings",
            Shown(f"'{path}' of another call: {name} was {shorten(repr(found.get(name)), 70)}"),
            "Choose another file, or remove this one if its runs are of no use",
        )


def _not_ours(path: Path, reason: str) -> ValueError:
    return bad_value(
        "`file` is new, or a file that `sweep` wrote and nothing has changed",
        Shown(f"'{path}', {reason}"),
        "Choose another name",
    )
