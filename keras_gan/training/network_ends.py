"""How a network ends: its outputs, and the activation that bounds them."""

from types import FunctionType
from typing import Any

import keras

from keras_gan._checks import Shown, bad_value

_ACTIVATIONS = {name.replace("_", ""): name for name in vars(keras.activations) if not name.startswith("_")}
# Layers and operations that only move, drop, repeat or average numbers: they keep an activation's range.
_MOVERS = (
    *("Reshape", "Flatten", "Permute", "Transpose", "Squeeze", "ExpandDims", "Identity", "GetItem"),
    *(f"Cropping{n}D" for n in (1, 2, 3)),
    *(f"UpSampling{n}D" for n in (1, 2, 3)),
    *(f"{kind}Pooling{n}D" for kind in ("Average", "GlobalAverage", "GlobalMax") for n in (1, 2, 3)),
)


def output_activation(network: keras.Model) -> str | None:
    """Name of the Keras activation that ends a network, such as "tanh" or "linear"; None where it is unknown.

    A layer that only moves numbers (a reshape, a crop) is looked through, and so are a linear `Activation`,
    a nested model and a wrapper such as `SpectralNormalization`.
    """
    outputs = getattr(network, "outputs", None)
    return _activation_of(outputs[0]) if outputs else None


def _activation_of(tensor: Any) -> str | None:
    operation, node, index = tensor._keras_history
    if isinstance(operation, keras.layers.Wrapper) and _is_known(operation):
        operation, node = operation.layer, None
    if isinstance(operation, keras.Model):
        outputs = getattr(operation, "outputs", None)  # a subclassed model keeps them to itself
        return _activation_of(outputs[index]) if outputs else None
    activation = _name(getattr(operation, "activation", operation)) if _is_known(operation) else None
    is_mover = type(operation).__name__ in _MOVERS or (
        isinstance(operation, keras.layers.Activation) and activation == "linear"
    )
    if is_mover and _is_known(operation) and node is not None:
        return _activation_of(operation._inbound_nodes[node].input_tensors[0])
    return activation


def _is_known(thing: Any) -> bool:
    module = thing.__module__ if isinstance(thing, FunctionType) else type(thing).__module__
    return module.split(".")[0] in ("keras", "keras_gan")


def _name(activation: Any) -> str | None:
    """The same name for the function `leaky_relu`, the layer `LeakyReLU` and the operation `LeakyRelu`."""
    name = activation.__name__ if isinstance(activation, FunctionType) else type(activation).__name__
    return _ACTIVATIONS.get(name.replace("_", "").lower()) if _is_known(activation) else None


def check_layers(networks: dict[str, Any]) -> None:
    """Raises `ValueError` unless all are Keras layers or models, which have weights to look at."""
    for name, network in networks.items():
        if not isinstance(network, keras.Layer):
            raise bad_value(f"`{name}` is a Keras model or layer", network, "Pass the network itself")


def check_ends(generator: keras.Model, discriminator: keras.Model) -> None:
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
