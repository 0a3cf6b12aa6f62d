"""The combined model with a frozen discriminator, and the audit of which weights moved.

On Keras 3 the `trainable` flag sits on the layers, which every model shares, and is read when a train
function is first traced. So a discriminator frozen "for the combined model" is frozen for itself too, and
never trains. Nothing here uses the flag.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import check_choice
from keras_gan.training.check_networks import check_layers, check_players
from keras_gan.training.options import FROZEN_MODES
from keras_gan.training.step import frozen_call, with_labels


def players_config(generator: keras.Model, discriminator: keras.Model) -> dict[str, Any]:
    """Both networks, serialized for the config of a model that holds them."""
    return {
        "generator": keras.saving.serialize_keras_object(generator),
        "discriminator": keras.saving.serialize_keras_object(discriminator),
    }


def players_from(config: dict[str, Any]) -> dict[str, Any]:
    """Turns the serialized networks inside a config back into models."""
    players = {k: keras.saving.deserialize_keras_object(config[k]) for k in ("generator", "discriminator")}
    return {**config, **players}


@keras.saving.register_keras_serializable(package="keras_gan")
class AdversarialModel(keras.Model):
    """Generator and discriminator in a row, from `z` to logits; training it trains the generator only.

    The discriminator inside is frozen by construction: this model owns the generator's weights as
    trainable and lists the discriminator's as state, whatever any `trainable` flag says, in whichever
    order the models are compiled. `discriminator.train_on_batch` goes on training the discriminator.

    Args:
        generator: Model from `z`, shape `(batch, latent_dim)`, to samples.
        discriminator: Model from samples to logits, shape `(batch, 1)`.
        frozen_mode: How the discriminator runs while the generator trains: `"training"` (batch
            statistics, dropout on) or `"inference"` (moving statistics, dropout off). Its weights and
            moving statistics stay bit for bit as they were either way.

    Raises:
        ValueError: When the networks do not fit together.

    Example:
        >>> discriminator.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
        >>> adversarial = AdversarialModel(generator, discriminator)
        >>> adversarial.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
        >>> g_loss = adversarial.train_on_batch(z, np.ones((len(z), 1)))  # real = 1: fool it

    Reference:
        Goodfellow et al. 2014, algorithm 1, second half, arXiv:1406.2661.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        frozen_mode: str = "training",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_players(generator, discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.frozen_mode = check_choice("frozen_mode", frozen_mode, FROZEN_MODES)
        self.built = True

    def call(self, z: Any, training: bool = False) -> Any:
        """Maps `z`, shape `(batch, latent_dim)`, or `[z, labels]`, to logits, shape `(batch, 1)`."""
        mode = self.frozen_mode if training else "inference"
        labels = z[1] if isinstance(z, list | tuple) else None
        fake = self.generator(z, training=training)
        return frozen_call(self.discriminator, with_labels(fake, labels), mode=mode)

    @property
    def trainable(self) -> bool:
        """Whether the generator trains. Setting it never reaches the discriminator."""
        return self.generator.trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if hasattr(self, "generator"):
            self.generator.trainable = value

    @property
    def trainable_variables(self) -> list:
        """The generator's trainable variables."""
        return self.generator.trainable_variables

    @property
    def non_trainable_variables(self) -> list:
        """The generator's state and everything of the discriminator."""
        return self.generator.non_trainable_variables + self.discriminator.variables

    @property
    def trainable_weights(self) -> list:
        """The generator's trainable weights."""
        return self.generator.trainable_weights

    @property
    def non_trainable_weights(self) -> list:
        """The generator's moving statistics and every weight of the discriminator."""
        return self.generator.non_trainable_weights + self.discriminator.weights

    def get_config(self) -> dict[str, Any]:
        """Both networks and the mode."""
        networks = players_config(self.generator, self.discriminator)
        return {"name": self.name, **networks, "frozen_mode": self.frozen_mode}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "AdversarialModel":
        """Builds the model from `get_config()`."""
        return cls(**players_from(config))


@dataclass(frozen=True)
class WeightChange:
    """How far one weight moved.

    Attributes:
        network: The name that `weight_audit` was given.
        layer: The layer that the weight belongs to.
        weight: Its own name.
        largest_change: The largest absolute change of any of its entries; 0.0 where no bit changed.
    """

    network: str
    layer: str
    weight: str
    largest_change: float


class WeightAudit:
    """What `weight_audit` found; printed, it is a table.

    Attributes:
        changes: A `WeightChange` for each weight; empty until the `with` block ends.
    """

    def __init__(self, networks: dict[str, keras.Model]) -> None:
        check_layers(networks)
        self._networks = networks
        self._before = self._values()
        self.changes: list[WeightChange] = []

    def _values(self) -> list[tuple[str, str, np.ndarray]]:
        return [
            (name, weight.path, np.array(ops.convert_to_numpy(weight.value)))
            for name, network in self._networks.items()
            for weight in network.weights
        ]

    def finish(self) -> None:
        """Compares every weight with what it was when the audit began, bit for bit."""
        for (network, path, before), (_, _, after) in zip(self._before, self._values(), strict=True):
            layer, _, weight = path.rpartition("/")
            change = 0.0 if before.tobytes() == after.tobytes() else float(np.max(np.abs(after - before)))
            self.changes.append(WeightChange(network, layer.rpartition("/")[2], weight, change))

    def moved(self, network: str) -> bool:
        """Whether any weight of that network changed by even one bit.

        Raises:
            ValueError: For a name that was not given to `weight_audit`.
        """
        check_choice("network", network, self._networks)
        return any(c.largest_change != 0.0 for c in self.changes if c.network == network)

    def __str__(self) -> str:
        rows = [f"{'network':<15}{'layer':<24}{'weight':<18}largest change"]
        for c in self.changes:
            change = "still" if c.largest_change == 0.0 else f"{c.largest_change:.2e}"
            rows.append(f"{c.network:<15}{c.layer:<24}{c.weight:<18}{change}")
        return "\n".join(rows)


@contextmanager
def weight_audit(**networks: keras.Model) -> Iterator[WeightAudit]:
    """Reports which weights of which networks move inside a `with` block.

    Args:
        **networks: The networks to watch, by the name that the report shall use.

    Yields:
        A `WeightAudit`, filled when the block ends; `print(audit)` shows a line a weight.

    Example:
        >>> with weight_audit(generator=generator, discriminator=discriminator) as audit:
        ...     g_loss = adversarial.train_on_batch(z, np.ones((len(z), 1)))
        >>> audit.moved("generator"), audit.moved("discriminator")
        (True, False)
    """
    audit = WeightAudit(networks)
    yield audit
    audit.finish()
