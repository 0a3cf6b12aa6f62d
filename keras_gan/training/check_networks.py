"""The two networks of a GAN: whether they fit together, and the class labels that they read."""

from typing import Any

import keras

from keras_gan._checks import Shown, bad_value
from keras_gan.training.network_ends import check_ends

_CLASSES = ("num_classes", "input_dim", "num_tokens")  # one_hot, Embedding, CategoryEncoding


def with_labels(x: Any, labels: Any) -> Any:
    """What a network reads: `x`, or `[x, labels]` where there are labels."""
    return x if labels is None else [x, labels]


def deserialize_players(config: dict[str, Any]) -> dict[str, Any]:
    """Turns the serialized networks inside a config back into models."""
    players = {k: keras.saving.deserialize_keras_object(config[k]) for k in ("generator", "discriminator")}
    return {**config, **players}


def frozen_copy(network: keras.Model) -> keras.Model:
    """A network of the same layers with weights of its own, equal and not trainable."""
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy


def check_players(generator: keras.Model, discriminator: keras.Model, packing: int = 1) -> None:
    """Refuses networks that do not fit together, before any training.

    Args:
        generator: From `z` to samples.
        discriminator: From `packing` samples, joined along their last axis, to one logit.
        packing: Samples that the discriminator reads at once.

    Raises:
        ValueError: Wrong types, unbuilt networks, shapes or labels that do not match, or no single logit.
    """
    for role, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.Model):
            raise bad_value(f"`{role}` is a `keras.Model`", network, f"Build one with `kg.mlp_{role}(...)`")
        if not network.built or not hasattr(network, "output_shape"):
            raise bad_value(
                f"`{role}` knows the shapes of its input and its output",
                Shown(f"{network.name!r}, unbuilt or a subclass of `keras.Model`"),
                "Start it with an `Input`, or wrap it: `keras.Model(inputs, network(inputs))`",
            )
    if {id(w) for w in generator.weights} & {id(w) for w in discriminator.weights}:
        raise bad_value(
            "`generator` and `discriminator` are two networks", Shown("weights in common"), "Build a second"
        )
    check_ends(generator, discriminator)
    _check_shapes(generator, discriminator, packing)
    _check_labels(generator, discriminator)


def count_classes(network: keras.Model) -> int | None:
    """How many classes a network tells apart, or `None` where it reads no label."""
    return _classes_read(network, network.inputs[1]) if len(network.inputs) == 2 else None


def _check_shapes(generator: keras.Model, discriminator: keras.Model, packing: int) -> None:
    made, read = generator.output_shape[1:], tuple(discriminator.inputs[0].shape[1:])
    wanted = (*made[:-1], made[-1] * packing)
    if wanted != read:
        packs = f" in packs of {packing}, joined along the last axis" if packing > 1 else ""
        raise bad_value(
            f"The discriminator reads what the generator makes{packs}",
            Shown(f"a generator that makes {made} and a discriminator that reads {read}"),
            f"Build the discriminator with `input_shape={wanted}`",
        )
    z_shape = tuple(generator.inputs[0].shape)
    if len(z_shape) != 2:
        raise bad_value(
            "The generator reads `z` of shape (batch, latent_dim)",
            Shown(f"input shape {z_shape}"),
            "Reshape inside the network",
        )
    if discriminator.output_shape[1:] != (1,):
        raise bad_value(
            "The discriminator returns one logit a sample, shape (batch, 1)",
            Shown(f"output shape {discriminator.output_shape}"),
            "End it with `Dense(1)` and no activation",
        )


def _check_labels(generator: keras.Model, discriminator: keras.Model) -> None:
    counts = [len(network.inputs) for network in (generator, discriminator)]
    if counts not in ([1, 1], [2, 2]):
        raise bad_value(
            "Either both networks read a class label as their second input, or neither does",
            Shown(f"{counts[0]} inputs of the generator, {counts[1]} of the discriminator"),
            "Build both with the same `num_classes`, or both without",
        )
    for network in (generator, discriminator):
        for label in network.inputs[1:]:
            if len(label.shape) != 1 or "int" not in label.dtype:
                raise bad_value(
                    "A class label is one integer a sample, an input of shape (batch,)",
                    Shown(f"shape {tuple(label.shape)}, dtype {label.dtype}, in the {network.name}"),
                    'Start it with `keras.Input((), dtype="int32")`',
                )
    classes = [count_classes(network) for network in (generator, discriminator)]
    if counts == [2, 2] and (None in classes or classes[0] != classes[1]):
        raise bad_value(
            "Both networks tell apart the same number of classes, by an Embedding or a one-hot of the label",
            Shown(f"{classes[0]} classes in the generator, {classes[1]} in the discriminator"),
            "Build both with the same `num_classes`",
        )


def _classes_read(network: keras.Model, label: Any) -> int | None:
    """The size of the first layer or operation that turns this label into numbers."""
    for operation in network.operations:
        for node in operation._inbound_nodes:
            places = [i for i, tensor in enumerate(node.input_tensors) if tensor is label]
            if places and isinstance(operation, keras.Model):
                return _classes_read(operation, operation.inputs[places[0]])
            for name in _CLASSES if places else ():
                if hasattr(operation, name):
                    return int(getattr(operation, name))
    return None
