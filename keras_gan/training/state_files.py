"""A folder of states, each in one `.npz` file that is whole or not there, and of which no byte can change."""

import json
import re
import tempfile
import warnings
from collections import deque
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan._checks import Shown, bad_value, writing

_FORMAT = 2
_NAME = re.compile(r"epoch-(\d{6,})-([0-9a-f]{16})\.npz")
_NUM_KEPT = 2
_KINDS = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "deque": deque}


class StateFolder:
    """The newest two states of a run, in `epoch-000005-<start of the file's SHA-256>.npz`.

    A state is made of dicts, lists, tuples, sets, numbers, strings, `None` and NumPy arrays. Reading never
    unpickles. Files of other names are left alone.

    Args:
        path: The folder, made where it is missing.

    Raises:
        ValueError: When nothing can be written there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept: list[Path] = []
        try:
            path.mkdir(parents=True, exist_ok=True)
            for left_by_a_killed_run in path.glob(".part-*-epoch-*.npz"):
                left_by_a_killed_run.unlink(missing_ok=True)
            tempfile.TemporaryFile(dir=path).close()
        except OSError as error:
            raise bad_value(
                "`checkpoint` is a folder that can be written to",
                Shown(f"'{path}' ({error.strerror or error})"),
                "Choose another folder, or change its permissions",
            ) from None

    def newest(self) -> dict[str, Any] | None:
        """Returns the newest whole state, with one warning about damaged files passed over; or `None`.

        Raises:
            OSError: When a file cannot be read, which does not mean that it is damaged.
        """
        files = [file for file in self.path.iterdir() if _NAME.fullmatch(file.name) and file.is_file()]
        files.sort(key=lambda file: (_epoch(file), file.name))
        damaged, state = [], None
        while files and state is None:
            state = _read(files[-1])
            if state is None:
                damaged.append(files.pop().name)
        self._kept = files
        if damaged:
            then = f"goes on from {files[-1].name}, the one before" if files else "begins from the start"
            one = len(damaged) == 1
            warnings.warn(
                f"{' and '.join(damaged)} in '{self.path}' {'is' if one else 'are'} damaged, "
                f"so training {then}.",
                stacklevel=4,
            )
        return state

    def write(self, epoch: int, state: dict[str, Any]) -> None:
        """Writes a state beside the others, then under its name; then removes all but the newest two.

        Raises:
            OSError: When it could not be written; the files before it are as they were.
        """
        content = _to_bytes(state)
        file = self.path / f"epoch-{epoch:06d}-{_digest(content)}.npz"
        with writing(file) as part:
            part.write_bytes(content)
        self._kept.append(file)
        while len(self._kept) > _NUM_KEPT:
            self._kept.pop(0).unlink(missing_ok=True)


def pack(value: Any, arrays: list[np.ndarray], *, text: bool = True) -> Any:
    """Turns a state into what JSON can hold; its arrays are appended to `arrays`.

    Raises:
        TypeError: For anything that is neither plain data nor a NumPy array of plain data; and for strings,
            but for the keys of a dict, unless `text`.
    """
    if value is None or isinstance(value, bool | int | float) or (text and isinstance(value, str)):
        return value
    is_array = isinstance(value, np.ndarray | np.generic) and not (value.dtype.hasobject or value.dtype.names)
    if is_array and (text or value.dtype.kind not in "US"):
        arrays.append(np.asarray(value))
        # "bfloat16" is a name that only NumPy's extension knows, where its `str` says "two bytes"
        return {"array": len(arrays) - 1, "dtype": value.dtype.name if value.dtype.kind == "V" else None}
    if type(value) in _KINDS.values():
        kind = next(name for name, kind in _KINDS.items() if kind is type(value))
        items = [pack(item, arrays, text=text) for item in value]
        return items if kind == "list" else {kind: items}
    if isinstance(value, dict):  # a kind of dict, such as `defaultdict`, comes back as a dict
        pairs = [(pack(key, arrays), pack(item, arrays, text=text)) for key, item in value.items()]
        return {"dict": [list(pair) for pair in pairs]}
    raise TypeError(f"neither plain data nor an array: {type(value).__name__}")


def _unpack(packed: Any, arrays: Any) -> Any:
    if isinstance(packed, list):
        return [_unpack(item, arrays) for item in packed]
    if not isinstance(packed, dict):
        return packed
    if "array" in packed:
        array = arrays[str(packed["array"])]
        return (array.view(packed["dtype"]) if packed["dtype"] else array)[()]
    ((kind, items),) = packed.items()
    if kind == "dict":
        return {_unpack(key, arrays): _unpack(item, arrays) for key, item in items}
    return _KINDS[kind](_unpack(item, arrays) for item in items)


def _to_bytes(state: dict[str, Any]) -> bytes:
    arrays: list[np.ndarray] = []
    text = json.dumps({"format": _FORMAT, "state": pack(state, arrays)})
    named = {str(i): array for i, array in enumerate(arrays)}
    target = BytesIO()
    np.savez(target, allow_pickle=False, state=np.frombuffer(text.encode(), "uint8"), **named)
    return target.getvalue()


def _read(file: Path) -> dict[str, Any] | None:
    """The state in a file; `None` where its bytes do not fit its name or hold something else."""
    content = file.read_bytes()
    if _digest(content) not in file.name:
        return None
    try:
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            whole = json.loads(arrays["state"].tobytes())
            return _unpack(whole["state"], arrays) if whole["format"] == _FORMAT else None
    except Exception:  # foreign bytes may break the reading of a zip, of an array or of JSON in any way
        return None


def _epoch(file: Path) -> int:
    return int(file.name.split("-")[1])


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]
