"""The two networks of a GAN: whether they fit together and to the options, and how they end."""

from types import FunctionType
from typing import Any

import keras

from keras_gan._checks import Shown, bad_value, unknown_option
from keras_gan.networks.layers import SpectralNormalization
from keras_gan.training.backend import _keras
from keras_gan.training.losses import Loss
from keras_gan.training.penalties import Penalty

_CLASSES = ("num_classes", "input_dim", "num_tokens")  # one_hot, Embedding, CategoryEncoding


_ACTIVATIONS = {name.replace("_", ""): name for name in vars(keras.activations) if not name.startswith("_")}
# Layers and operations that only move, drop, repeat or average numbers: they keep an activation's range.
_MOVERS = (
    *("Reshape", "Flatten", "Permute", "Transpose", "Squeeze", "ExpandDims", "Identity", "GetItem"),
    *(f"Cropping{n}D" for n in (1, 2, 3)),
    *(f"UpSampling{n}D" for n in (1, 2, 3)),
    *(f"{kind}Pooling{n}D" for kind in ("Average", "GlobalAverage", "GlobalMax") for n in (1, 2, 3)),
)


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
    _check_ends(generator, discriminator)
    _check_shapes(generator, discriminator, packing)
    _check_labels(generator, discriminator)


def check_networks(
    generator: keras.Model, discriminator: keras.Model, packing: int, feature_matching: str | None
) -> None:
    """Refuses networks that do not fit together, or not to the options that concern networks."""
    check_players(generator, discriminator, packing)
    if packing > 1 and count_classes(generator):
        raise bad_value(
            "Packs hold samples without labels",
            Shown(f"packing={packing} and class-conditional networks"),
            "Leave out `packing`, or build both networks without `num_classes`",
        )
    if feature_matching is not None:
        names = [layer.name for layer in discriminator.layers]
        if feature_matching not in names:
            raise unknown_option("feature_matching", feature_matching, names)


def check_game(loss: Loss, penalties: tuple[Penalty, ...], discriminator: keras.Model) -> None:
    """Refuses a game that needs a Lipschitz constraint and has none."""
    constrained = any(penalty.lipschitz for penalty in penalties) or _is_normalized(discriminator)
    if loss.refusal and not constrained:
        raise bad_value(
            f"A game that can be trained: {loss.refusal}",
            Shown(f"{loss}, penalty={list(penalties) or None}"),
            "Pass `penalty=kg.GradientPenalty()` or `kg.WeightClipping()`, build the discriminator with "
            "`spectral_normalization=True`, or pass `kg.Wasserstein(unconstrained=True)` to see it fail",
        )


def check_layers(networks: dict[str, Any]) -> None:
    """Raises `ValueError` unless all are Keras layers or models, which have weights to look at."""
    for name, network in networks.items():
        if not isinstance(network, keras.Layer):
            raise bad_value(f"`{name}` is a Keras model or layer", network, "Pass the network itself")


def count_classes(network: keras.Model) -> int | None:
    """How many classes a network tells apart, or `None` where it reads no label."""
    return _classes_read(network, network.inputs[1]) if len(network.inputs) == 2 else None


def has_convolutions(network: keras.Model) -> bool:
    """Whether a network has convolutions of any kind, on which the best way to compile depends."""
    return any("Conv" in kind.__name__ for layer in _keras.layers_of(network) for kind in type(layer).__mro__)


def least_rows(network: keras.Model) -> int:
    """Rows that a network needs to train on: two where batch normalisation would see one number a feature.

    One number less its own mean is 0 whatever the weights before it, and no gradient reaches them.
    """
    normalizing = [x for x in _keras.layers_of(network) if isinstance(x, keras.layers.BatchNormalization)]
    return 2 if any(layer.trainable and _has_one_place(layer) for layer in normalizing) else 1


def _has_one_place(layer: keras.layers.BatchNormalization) -> bool:
    for tensors in _keras.inputs_of(layer):
        shape = tensors[0].shape
        places = [side for i, side in enumerate(shape) if i not in (0, layer.axis % len(shape))]
        if all(side == 1 for side in places):
            return True
    return False


def output_activation(network: keras.Model) -> str | None:
    """Name of the Keras activation that ends a network, such as "tanh" or "linear"; None where it is unknown.

    A layer that only moves numbers (a reshape, a crop) is looked through, and so are a linear `Activation`,
    a nested model and a wrapper such as `SpectralNormalization`.
    """
    outputs = getattr(network, "outputs", None)
    return _activation_of(outputs[0]) if outputs else None


def _is_normalized(network: keras.Model) -> bool:
    """Whether every layer with weights is a `SpectralNormalization`; a label's Embedding does not count."""
    every = _keras.layers_of(network)
    layers = [layer for layer in every if not _keras.has_layers(layer) and layer.trainable_weights]
    normalized = [layer.layer for layer in every if isinstance(layer, SpectralNormalization)]
    inside = {id(layer) for layer in normalized}
    others = [x for x in layers if id(x) not in inside and not isinstance(x, keras.layers.Embedding)]
    return bool(normalized) and not others


def _check_ends(generator: keras.Model, discriminator: keras.Model) -> None:
    """Refuses outputs that are several or of no fixed size, and an activation on the logit.

    A sigmoid or a tanh in front of a loss that expects logits flattens or loses the gradient.

    Raises:
        ValueError: As said above.
    """
    for role, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network.output_shape, tuple):
            raise bad_value(
                f"The {role} has one output",
                Shown(f"outputs of the shapes {network.output_shape}"),
                "Make a model of the one that shall train: `keras.Model(inputs, output)`",
            )
    for what, shape in (("z", generator.input_shape), ("samples", generator.output_shape)):
        if isinstance(shape, tuple) and None in shape[1:]:
            raise bad_value(
                f"The generator knows the size of its {what}",
                Shown(f"shape {shape}"),
                "Give its `Input` a fixed shape, such as `keras.Input((64,))`",
            )
    activation = output_activation(discriminator)
    if activation not in (None, "linear"):
        raise bad_value(
            "The discriminator returns logits, numbers of any size and sign",
            Shown(f"a network that ends in {activation}"),
            "Remove the activation: the losses take the sigmoid themselves",
        )


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
        for inputs in _keras.inputs_of(operation):
            places = [i for i, tensor in enumerate(inputs) if tensor is label]
            if places and isinstance(operation, keras.Model):
                return _classes_read(operation, operation.inputs[places[0]])
            for name in _CLASSES if places else ():
                if hasattr(operation, name):
                    return int(getattr(operation, name))
    return None


def _activation_of(tensor: Any) -> str | None:
    operation, call, index = _keras.made_by(tensor)
    is_wrapper = isinstance(operation, keras.layers.Wrapper) and _is_known(operation)
    operation = operation.layer if is_wrapper else operation
    if isinstance(operation, keras.Model):
        outputs = getattr(operation, "outputs", None)  # a subclassed model keeps them to itself
        return _activation_of(outputs[index]) if outputs else None
    activation = _name(getattr(operation, "activation", operation)) if _is_known(operation) else None
    is_mover = type(operation).__name__ in _MOVERS or (
        isinstance(operation, keras.layers.Activation) and activation == "linear"
    )
    if is_mover and _is_known(operation) and not is_wrapper:
        return _activation_of(_keras.inputs_of(operation)[call][0])
    return activation


def _is_known(thing: Any) -> bool:
    module = thing.__module__ if isinstance(thing, FunctionType) else type(thing).__module__
    return module.split(".")[0] in ("keras", "keras_gan")


def _name(activation: Any) -> str | None:
    """The same name for the function `leaky_relu`, the layer `LeakyReLU` and the operation `LeakyRelu`."""
    name = activation.__name__ if isinstance(activation, FunctionType) else type(activation).__name__
    return _ACTIVATIONS.get(name.replace("_", "").lower()) if _is_known(activation) else None
