"""What makes a run of `GAN.fit` the same run: its networks, options, data and backend."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan._checks import Shown, bad_value, shorten


def describe(gan: Any, arrays: tuple[np.ndarray, ...], settings: dict[str, Any]) -> dict[str, Any]:
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


def check_same_run(here: dict, there: dict, directory: str | Path) -> None:
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
