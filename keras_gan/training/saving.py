"""All that makes a GAN, its random states too: to a `.keras` file and back, and back to its start."""

from os import PathLike
from pathlib import Path
from typing import Any

import keras
from keras import ops

from keras_gan._checks import Shown, bad_value, check_folder
from keras_gan.training.check_networks import deserialize_players
from keras_gan.training.same_run import check_same_layers

_RECORDS = ("loss", "penalty", "instance_noise")
_PLAIN_OPTIONS = (
    "discriminator_steps",
    "generator_steps",
    "update",
    "latent",
    "share_z",
    "reduction",
    "frozen_mode",
    "packing",
    "feature_matching",
    "unrolled_steps",
    "average",
    "seed",
)


class Saving:
    """The methods that Keras calls to save and load a `GAN`; loading runs no code from the file."""

    seed: int
    _start: dict[str, tuple[type, dict[str, Any]]] | None

    def save(self, filepath: str | PathLike[str], **options: Any) -> None:
        """Saves to a `.keras` file; otherwise as in Keras.

        Raises:
            ValueError: The name does not end in `.keras`.
            OSError: The folder is not there or not writable.
        """
        path = Path(filepath)
        if path.suffix != ".keras":
            raise bad_value(
                "A GAN is saved to a `.keras` file", Shown(f"path {path}"), "Rename it `gan.keras`"
            )
        check_folder("filepath", path.parent, exists=True)
        super().save(filepath, **options)  # type: ignore[misc]

    def get_config(self) -> dict[str, Any]:
        """Both networks and every option."""
        return {
            "name": self.name,
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "loss": keras.saving.serialize_keras_object(self.loss_record),
            "penalty": keras.saving.serialize_keras_object(self.penalties),
            "instance_noise": keras.saving.serialize_keras_object(self.instance_noise),
            **self._plain_options(),
        }

    def _plain_options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _PLAIN_OPTIONS}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Saving":
        """Builds the model from `get_config()`."""
        records = {name: keras.saving.deserialize_keras_object(config.get(name)) for name in _RECORDS}
        return cls(**{**deserialize_players(config), **records})

    def get_compile_config(self) -> dict[str, Any]:
        """Both optimizers and the compile options; nothing before `compile`."""
        if not self.compiled:
            return {}
        return {
            **{k: keras.saving.serialize_keras_object(v) for k, v in self._optimizers().items()},
            **self._compile_options,
        }

    def _optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "generator_optimizer": self.generator_optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
        }

    def keep_start(self) -> None:
        """Keeps the optimizers' settings for `restart`, before a callback changes them.

        Not by `serialize_keras_object`: it imports TensorFlow, on every backend.
        """
        try:
            self._start = {k: (type(v), v.get_config()) for k, v in self._optimizers().items()}
        except NotImplementedError:  # a schedule of the reader's own without `get_config`: it can still train
            self._start = None

    def restart(self, generator: keras.Model, discriminator: keras.Model, *, seed: int | None = None) -> None:
        """Begins anew: what a new `GAN` of these networks would be, without compiling anything again.

        For many seeds of one experiment, where compiling takes longer than training. The weights of the two
        networks are copied; optimizers, random states and averages start as they were after `compile`.

        Args:
            generator, discriminator: Networks of the same layers as this GAN's; only their weights are used.
            seed: Data order and `z`, as in `GAN`.

        Raises:
            ValueError: Before `compile`, for networks of other layers, and for optimizers without a config.

        Example:
            >>> for seed in (10, 20):
            ...     players = kg.mlp_generator(8, (2,), seed=seed), kg.mlp_discriminator((2,), seed=seed + 1)
            ...     gan.restart(*players, seed=seed)
            ...     history = gan.fit(data.train, epochs=1, verbose=0)
        """
        if not self.compiled:
            raise bad_value("A GAN starts again after `compile`", Shown("none yet"), "Call `compile` first")
        if self._start is None:
            raise bad_value(
                "A GAN starts again with optimizers that have a `get_config`",
                Shown("a learning-rate schedule without one"),
                "Give your schedule a `get_config`, or make a new `GAN`",
            )
        records = {"loss": self.loss_record, "penalty": self.penalties, "instance_noise": self.instance_noise}
        options = {**self._plain_options(), **records, "seed": seed}
        new = type(self)(generator, discriminator, **options)  # type: ignore[call-arg]
        check_same_layers(self, new)
        optimizers = {k: kind.from_config({**config}) for k, (kind, config) in self._start.items()}
        new.compile(**optimizers, **self._compile_options)
        for variable, fresh in zip(self.state, new.state, strict=True):
            variable.assign(fresh.value)
        self.seed = new.seed

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles from `get_compile_config()`."""
        self.compile(**keras.saving.deserialize_keras_object(config))

    def save_own_variables(self, store: dict) -> None:
        """Saves the random states (of `z` and of every Dropout), which Keras leaves out."""
        for i, variable in enumerate(self._random_states()):
            store[str(i)] = ops.convert_to_numpy(variable.value)

    def load_own_variables(self, store: dict) -> None:
        """Loads the random states, so that a loaded model goes on as the saved one would have."""
        for i, variable in enumerate(self._random_states()):
            variable.assign(store[str(i)])

    def _random_states(self) -> list:
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]
