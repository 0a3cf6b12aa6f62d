"""Checkpoints of `GAN.fit`: the whole state of a run, from which it goes on bit for bit."""

import inspect
import json
import pickle
import random
import warnings
from collections import deque
from copy import copy
from dataclasses import KW_ONLY, dataclass
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from types import CodeType
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import Shown, bad_value, check_choice, check_count, check_path, shorten
from keras_gan.training.backend import Devices
from keras_gan.training.check_callbacks import listed
from keras_gan.training.check_data import Given
from keras_gan.training.state_files import StateFolder, pack

_ON_ERROR = ("go_on", "stop")
_GROUPS = list | tuple | dict | set | frozenset | deque
_SET_UP_ANEW = "min_delta"  # `EarlyStopping` turns its sign when it first compares, in each process
_PLACES = ("path", "file", "dir", "url", "root")  # in a parameter's name: where something is written
_GENERATORS = np.random.Generator | np.random.RandomState | random.Random
_OF_KERAS = ("_model", "model", "params", "validation_data")


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often `GAN.fit` keeps the state of a run.

    `fit(..., checkpoint="runs/a")` is short for `checkpoint=Checkpoint("runs/a")`. Whatever cuts the run
    off, the same call again goes on from the newest checkpoint and ends in the same bits as a run that
    was never cut off (same backend, versions, number of threads and data). The folder keeps the newest
    two checkpoints; a damaged one is passed over, with a warning. A run that a callback stopped has ended;
    more `epochs` than it was asked for then train it further.

    Of a callback, what training changed is kept: numbers, arrays, and lists, tuples, dicts and sets of them.
    Text is not, so that no file of a stranger says where a callback writes.

    Args:
        directory: Folder of this run, and of no other.
        every: Epochs between two checkpoints; the last epoch always leaves one.
        on_error: When a checkpoint cannot be written in the middle of a run (the disk is full):
            `"go_on"` warns and trains on, `"stop"` raises `OSError`. What was kept before stays.

    Raises:
        ValueError: For a count below 1 or an unknown option.

    Example:
        >>> keep = kg.training.Checkpoint("runs/a", every=5)
        >>> history = gan.fit(data.train, epochs=10, checkpoint=keep, verbose=0)
        >>> history = gan.fit(data.train, epochs=20, checkpoint=keep, verbose=0)  # ten more
        >>> len(history.history["d_loss"])
        20
    """

    directory: str | Path
    _: KW_ONLY
    every: int = 1
    on_error: str = "go_on"

    def __post_init__(self) -> None:
        if not isinstance(self.directory, str | Path) or not str(self.directory):
            raise bad_value("`checkpoint` is a folder", self.directory, 'Pass `checkpoint="runs/a"`, say')
        check_path("checkpoint", self.directory)
        check_count("every", self.every)
        check_choice("on_error", self.on_error, _ON_ERROR)


def start(
    gan: Any,
    checkpoint: str | Path | Checkpoint,
    given: Given,
    validation: Given | None,
    settings: dict[str, Any],
    initial_epoch: int,
    epochs: int,
    callbacks: Any,
    devices: Devices,
) -> tuple[int, list]:
    """Goes back to the newest checkpoint of this run, if there is one.

    Args:
        gan: The compiled `GAN`.
        checkpoint: Its folder, or more about it.
        given: What it trains on.
        validation: What each validation looks at.
        settings: Other arguments of `fit` that must be the same when the run goes on.
        initial_epoch: With which the run began; it must be the same too.
        epochs: Where training will end.
        callbacks: Those given to `fit`.
        devices: Which process writes.

    Returns:
        The epoch to begin with, and all callbacks.

    Raises:
        ValueError: For a folder that cannot be written to, and for another run than the one in it.
    """
    checkpoint = checkpoint if isinstance(checkpoint, Checkpoint) else Checkpoint(checkpoint)
    folder = StateFolder(check_path("checkpoint", checkpoint.directory))
    callbacks = listed(callbacks)
    if not any(isinstance(callback, keras.callbacks.History) for callback in callbacks):
        callbacks = [*callbacks, keras.callbacks.History()]
    settings = {**settings, "initial_epoch": initial_epoch, "callbacks": _settings_of(callbacks)}
    run = _describe(gan, given, validation, settings)
    keeper = _Keeper(checkpoint, folder, run, callbacks, devices)
    state = folder.newest()
    if state is not None:
        keeper.go_back(gan, state)
        has_ended = state["stopped"] and epochs <= state["epochs"]
        initial_epoch = epochs if has_ended else state["epoch"]
        if has_ended and state["epoch"] < epochs:
            warnings.warn(
                f"A callback has stopped this run after epoch {state['epoch']}, so nothing is trained. To "
                f"train on, pass more `epochs` than {state['epochs']}, or choose another folder.",
                stacklevel=3,
            )
        if initial_epoch < epochs and not given.arrays:
            warnings.warn(
                f"Training goes on after epoch {initial_epoch}, but its stream begins again from its start: "
                "the result is that of a run without a break only if every epoch brings the same batches.",
                stacklevel=3,
            )
    return initial_epoch, [*callbacks, keeper]


class _Keeper(keras.callbacks.Callback):
    """Writes the checkpoints; stands behind the callbacks whose memory it keeps."""

    def __init__(
        self, checkpoint: Checkpoint, folder: StateFolder, run: dict, callbacks: list, devices: Devices
    ) -> None:
        super().__init__()
        self.devices = devices
        self.checkpoint = checkpoint
        self.folder = folder
        self.run = run
        self.callbacks = callbacks
        self.remembered: dict[int, dict] = {}
        self.warned = False

    def go_back(self, gan: Any, state: dict[str, Any]) -> None:
        """Takes a state over, after a look at whether it is one of this run."""
        _check_same_run(self.run, state["run"], self.checkpoint.directory)
        self.remembered = _remembered(self.callbacks, state["callbacks"])
        _restore(_variables(gan), state["variables"])

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Gives the callbacks their memory back: by now those that forget at the start have done so."""
        self.fresh = [_memory(callback) for callback in self.callbacks]
        for position, memory in self.remembered.items():
            for name, value in memory.items():
                _put_back(self.callbacks[position], name, value)
                self.fresh[position].pop(name, None)  # so that it is kept again, changed or not

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes a checkpoint where one is due, and one at the end."""
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        due = last or (epoch + 1) % self.checkpoint.every == 0
        if due and self.devices.writes_files:  # of several worker processes only the chief does
            try:
                self.folder.write(epoch + 1, self._state(epoch + 1))
            except OSError as error:
                self._failed(epoch + 1, error)

    def _state(self, epoch: int) -> dict[str, Any]:
        memories = []
        for callback, fresh in zip(self.callbacks, self.fresh, strict=True):
            memory = _memory(callback)
            changed = [name for name, value in memory.items() if value != fresh.get(name)]
            kept = {name: getattr(callback, name) for name in changed if isinstance(memory[name], tuple)}
            self._warn_of_lost(callback, [name for name in changed if name not in kept])
            memories.append([type(callback).__name__, kept])
        return {
            "epoch": epoch,
            "epochs": self.params["epochs"],
            "stopped": bool(self.model.stop_training),
            "run": self.run,
            "callbacks": memories,
            "variables": [[v.path, ops.convert_to_numpy(v.value)] for v in _variables(self.model)],
        }

    def _warn_of_lost(self, callback: keras.callbacks.Callback, names: list[str]) -> None:
        """Names once what a run that goes on would not have back; Keras's own callbacks do without."""
        if names and not self.warned and not type(callback).__module__.startswith("keras."):
            self.warned = True
            shown = ", ".join(f"`{type(callback).__name__}.{name}`" for name in names)
            warnings.warn(
                "A checkpoint keeps of a callback numbers, arrays, and lists or dicts of them. "
                f"Received: {shown}, which training has changed. A run that goes on begins without that.",
                stacklevel=2,
            )

    def _failed(self, epoch: int, error: OSError) -> None:
        sentence = (
            f"The checkpoint of epoch {epoch} could not be written to '{self.checkpoint.directory}' "
            f"({error.strerror or error}): the others are as they were, and training "
        )
        if self.checkpoint.on_error == "stop":
            raise OSError(sentence + "stops.") from error
        warnings.warn(sentence + "goes on.", stacklevel=2)


def _memory(callback: keras.callbacks.Callback) -> dict[str, tuple | str]:
    """The attributes that may hold what training changes, in a form that can be compared.

    A tuple where it can be kept; where it cannot, a string.
    """
    memory: dict[str, tuple | str] = {}
    for name, value in vars(callback).items():
        arrays: list[np.ndarray] = []
        if name in _OF_KERAS or name == _SET_UP_ANEW:
            continue
        try:
            packed = json.dumps(pack(value, arrays, text=False))
            memory[name] = (packed, *[array.tobytes() for array in arrays])
        except TypeError:
            if isinstance(value, _GENERATORS):
                memory[name] = pickle.dumps(value).hex()  # only to see whether it has drawn
            elif isinstance(value, str | _GROUPS):
                memory[name] = repr(value)
    return memory


def _settings_of(callbacks: list) -> list:
    """With what the callbacks were made: what their constructors took, as far as it can be compared.

    Where something is written is no part of it, and neither is a callback without such settings.
    """
    described = [[type(callback).__name__, _settings(callback)] for callback in callbacks]
    return [[name, settings] for name, settings in described if settings]


def _settings(callback: keras.callbacks.Callback) -> dict[str, Any]:
    kinds = [kind for kind in type(callback).__mro__ if "__init__" in vars(kind) and kind is not object]
    taken = {name for kind in kinds for name in inspect.signature(kind).parameters} - {_SET_UP_ANEW}
    held = {name: vars(callback)[name] for name in sorted(taken & set(vars(callback)))}
    is_place = {
        name: any(word in name for word in _PLACES) or isinstance(x, Path) for name, x in held.items()
    }
    found = {name: _described(value) for name, value in held.items() if not is_place[name]}
    return {name: value for name, value in found.items() if value is not None}


def _described(value: Any) -> Any:
    """A setting as plain data that is equal in another process; None for what can't be compared."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, keras.callbacks.Callback):
        return [type(value).__name__, _settings(value)]
    code = getattr(value, "__code__", None)
    if isinstance(code, CodeType):
        constants = [each for each in code.co_consts if isinstance(each, int | float | str)]
        return [value.__qualname__, constants, list(code.co_names)]
    can_change = value is None or isinstance(value, np.ndarray | _GROUPS)
    text = "" if can_change else repr(value)
    return None if can_change or " at 0x" in text else text


def _remembered(callbacks: list, memories: list) -> dict[int, dict]:
    """Finds the position of the callback that each memory belongs to: the next of its class."""
    classes, found = [type(callback).__name__ for callback in callbacks], {}
    for name, memory in memories:
        position = next((i for i, other in enumerate(classes) if other == name and i not in found), None)
        if position is not None:
            _check_restorable(callbacks[position], memory)
            found[position] = memory
        elif memory:
            raise bad_value(
                f"A run that goes on has the callbacks that it had before, `{name}` among them",
                Shown(", ".join(classes)),
                "Pass the same callbacks in the same order",
            )
    return found


def _put_back(callback: keras.callbacks.Callback, name: str, value: Any) -> None:
    """Sets an attribute; a special dict or a `deque` that is there keeps its kind, and its own settings."""
    here = copy(getattr(callback, name, None))
    if isinstance(here, dict) and isinstance(value, dict):
        here.clear()
        here.update(value)
        value = here
    elif isinstance(here, deque) and isinstance(value, deque):
        here.clear()
        here.extend(value)
        value = here
    setattr(callback, name, value)


def _check_restorable(callback: keras.callbacks.Callback, memory: dict[str, Any]) -> None:
    """Refuses what training does not change: a place where files are written, a method, what Keras sets."""
    for name, value in memory.items():
        here = [vars(callback).get(name), getattr(type(callback), name, None)]
        fixed = any(
            isinstance(each, str | Path) or callable(each) or inspect.isdatadescriptor(each) for each in here
        )
        if fixed or name in _OF_KERAS or name.startswith("__"):
            raise bad_value(
                "A checkpoint holds of a callback what training changes: numbers, arrays and groups of them",
                Shown(f"`{type(callback).__name__}.{name}` = {shorten(repr(value), 40)}"),
                "Use checkpoints that you trust, and choose another folder",
            )


def _variables(gan: Any) -> list:
    """All state there is: weights, random states, both optimizers."""
    return [*gan.variables, *gan.optimizer.variables]


def _restore(variables: list, stored: list) -> None:
    here = [(v.path, tuple(v.shape), v.dtype) for v in variables]
    there = [(path, value.shape, str(value.dtype)) for path, value in stored]
    for new, old in zip_longest(here, there, fillvalue=("nothing",)):
        if new[1:] != old[1:]:  # the paths may differ: they come from names that Keras counts up
            raise bad_value(
                "A run that goes on has the variables that are in its checkpoint",
                Shown(f"{' '.join(map(str, new))}, where the checkpoint has {' '.join(map(str, old))}"),
                "Build the same networks and optimizers, or choose another folder",
            )
    for variable, (_, value) in zip(variables, stored, strict=True):
        variable.assign(value)


def _describe(gan: Any, given: Given, validation: Given | None, settings: dict[str, Any]) -> dict[str, Any]:
    """What makes a run this run: plain data that is equal when the same program runs again."""
    plain = _plain(
        {
            "backend": keras.backend.backend(),
            "gan": gan.get_config(),
            "compile": gan.get_compile_config(),
            **_described_data(given),
            "validation": validation and {**_described_data(validation), "rows": validation.rows_per_step},
            **settings,
        }
    )
    return {**plain, **_with_numbered_names({part: plain[part] for part in ("gan", "compile")})}


def _plain(description: Any) -> Any:
    return json.loads(json.dumps(description, default=repr))


def _described_data(given: Given) -> dict[str, Any]:
    described: dict[str, Any] = {"data": "a stream", "steps": given.steps_per_epoch}
    for name, array in zip(("data", "labels"), given.arrays, strict=False):
        array = np.ascontiguousarray(array)
        described[name] = {"shape": array.shape, "sha256": sha256(array.data).hexdigest()}
    return described


def _with_numbered_names(config: Any) -> Any:
    """Keras counts up the layers of one process: each name, like "dense_7", becomes its place in the list."""
    names: dict[str, str] = {}

    def collect(node: Any) -> None:
        if isinstance(node, dict) and isinstance(node.get("name"), str):
            names.setdefault(node["name"], f"name {len(names)}")
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            collect(child)

    def renamed(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: renamed(child) for key, child in node.items()}
        if isinstance(node, list):
            return [renamed(child) for child in node]
        return names.get(node, node) if isinstance(node, str) else node

    collect(config)
    return renamed(config)


def check_same_layers(here: Any, there: Any) -> None:
    """Refuses networks for a new start that have other layers than those that were compiled.

    Names, initializers and seeds do not count: the weights are taken over.

    Raises:
        ValueError: With the first thing that differs.
    """
    for role in ("generator", "discriminator"):
        new, old = (_layers(getattr(gan, role)) for gan in (there, here))
        difference = _first_difference(new, old, [])
        if difference is not None:
            place, new, old = difference
            raise bad_value(
                f"A GAN starts again with networks of the layers that it was made with, the `{role}` too",
                Shown(f"{'.'.join(place)}={shorten(repr(new), 40)}, which is {shorten(repr(old), 40)} there"),
                "Pass networks from the same builder with the same arguments, or make a new `GAN`",
            )


def _layers(network: keras.Model) -> Any:
    config = _plain(keras.saving.serialize_keras_object(network))
    return _without_initializers(_with_numbered_names(config))


def _without_initializers(config: Any) -> Any:
    if isinstance(config, dict):
        kept = {k: v for k, v in config.items() if k != "seed" and not k.endswith("_initializer")}
        return {key: _without_initializers(value) for key, value in kept.items()}
    return [_without_initializers(child) for child in config] if isinstance(config, list) else config


def _check_same_run(here: dict, there: dict, directory: str | Path) -> None:
    """Refuses another run than the one in a folder, and says what differs.

    Raises:
        ValueError: When the two descriptions are not equal.
    """
    difference = _first_difference(here, there, [])
    if difference is not None:
        place, new, old = difference
        raise bad_value(
            f"A run that goes on is the one in the folder '{directory}'",
            Shown(f"{'.'.join(place)}={shorten(repr(new), 40)}, which was {shorten(repr(old), 40)} there"),
            "Pass what the run began with, or choose another folder",
        )


def _first_difference(here: Any, there: Any, place: list[str]) -> tuple | None:
    if isinstance(here, dict) and isinstance(there, dict):
        pairs = [(key, here.get(key), there.get(key)) for key in {**here, **there}]
    elif isinstance(here, list) and isinstance(there, list):
        pairs = [(str(i), *pair) for i, pair in enumerate(zip_longest(here, there))]
    else:
        return None if here == there else (place, here, there)
    found = (_first_difference(new, old, [*place, key]) for key, new, old in pairs)
    return next((difference for difference in found if difference), None)
