"""Checkpoints of `GAN.fit`: the whole state of a run, from which it goes on bit for bit."""

import json
import warnings
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import Shown, bad_value, check_choice, check_count, shorten
from keras_gan.training.backend import Devices
from keras_gan.training.state_files import StateFolder, pack

_ON_ERROR = ("go_on", "stop")
_SET_UP_ANEW = "min_delta"  # `EarlyStopping` turns its sign when it first compares, in each process


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often `GAN.fit` keeps the state of a run.

    `fit(..., checkpoint="runs/a")` is short for `checkpoint=Checkpoint("runs/a")`. Whatever cuts the run
    off, the same call again goes on from the newest checkpoint and ends in the same bits as a run that
    was never cut off (same backend, versions, number of threads and data). The folder keeps the newest
    two checkpoints; a damaged one is passed over, with a warning.

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
        check_count("every", self.every)
        check_choice("on_error", self.on_error, _ON_ERROR)


def start(
    gan: Any,
    checkpoint: str | Path | Checkpoint,
    arrays: tuple[np.ndarray, ...],
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
        arrays: Real samples and, with classes, their labels; empty for a stream.
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
    folder = StateFolder(Path(checkpoint.directory))
    callbacks = keras.tree.flatten(getattr(callbacks, "callbacks", callbacks) or [])
    if not any(isinstance(callback, keras.callbacks.History) for callback in callbacks):
        callbacks = [*callbacks, keras.callbacks.History()]
    run = _describe(gan, arrays, {**settings, "initial_epoch": initial_epoch})
    keeper = _Keeper(checkpoint, folder, run, callbacks, devices)
    state = folder.newest()
    if state is not None:
        keeper.go_back(gan, state)
        initial_epoch = epochs if state["stopped"] else state["epoch"]
        if initial_epoch < epochs and not arrays:
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
                setattr(self.callbacks[position], name, value)
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
            changed = [name for name, value in _memory(callback).items() if value != fresh.get(name)]
            memories.append([type(callback).__name__, {name: getattr(callback, name) for name in changed}])
        return {
            "epoch": epoch,
            "stopped": bool(self.model.stop_training),
            "run": self.run,
            "callbacks": memories,
            "variables": [[v.path, ops.convert_to_numpy(v.value)] for v in _variables(self.model)],
        }

    def _failed(self, epoch: int, error: OSError) -> None:
        sentence = (
            f"The checkpoint of epoch {epoch} could not be written to '{self.checkpoint.directory}' "
            f"({error.strerror or error}): the others are as they were, and training "
        )
        if self.checkpoint.on_error == "stop":
            raise OSError(sentence + "stops.") from error
        warnings.warn(sentence + "goes on.", stacklevel=2)


def _memory(callback: keras.callbacks.Callback) -> dict[str, tuple]:
    """The attributes that hold plain data, in a form that can be compared."""
    memory = {}
    for name, value in vars(callback).items():
        arrays: list[np.ndarray] = []
        with suppress(TypeError):
            if name != _SET_UP_ANEW:
                memory[name] = (json.dumps(pack(value, arrays)), *[array.tobytes() for array in arrays])
    return memory


def _remembered(callbacks: list, memories: list) -> dict[int, dict]:
    """Finds the position of the callback that each memory belongs to: the next of its class."""
    classes, found = [type(callback).__name__ for callback in callbacks], {}
    for name, memory in memories:
        position = next((i for i, other in enumerate(classes) if other == name and i not in found), None)
        if position is not None:
            found[position] = memory
        elif memory:
            raise bad_value(
                f"A run that goes on has the callbacks that it had before, `{name}` among them",
                Shown(", ".join(classes)),
                "Pass the same callbacks in the same order",
            )
    return found


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


def _describe(gan: Any, arrays: tuple[np.ndarray, ...], settings: dict[str, Any]) -> dict[str, Any]:
    """What makes a run this run: plain data that is equal when the same program runs again.

    `arrays` are the real samples and, with classes, their labels; empty for a stream.
    """
    description = {
        "backend": keras.backend.backend(),
        "gan": gan.get_config(),
        "compile": gan.get_compile_config(),
        "data": "a stream",
        **settings,
    }
    for name, array in zip(("data", "labels"), arrays, strict=False):
        array = np.ascontiguousarray(array)
        description[name] = {"shape": array.shape, "sha256": sha256(array.data).hexdigest()}
    return _with_numbered_names(json.loads(json.dumps(description, default=repr)))


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
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(network), default=repr))
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
    elif isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        pairs = [(str(i), *pair) for i, pair in enumerate(zip(here, there, strict=True))]
    else:
        return None if here == there else (place, here, there)
    found = (_first_difference(new, old, [*place, key]) for key, new, old in pairs)
    return next((difference for difference in found if difference), None)
