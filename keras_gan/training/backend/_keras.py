"""Every private name of Keras that this package uses, each with its reason; a test says that each exists.

Bounded by `keras>=3.15,<3.17`. Nothing else in the package reads an underscored attribute of a Keras object
or imports from `keras.src`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.trainers.data_adapters import get_data_adapter
from keras.src.trainers.data_adapters.data_adapter import DataAdapter
from keras.src.trainers.trainer import model_supports_jit as supports_jit  # the rule behind "auto"

__all__ = ["supports_jit"]

# --- Networks -----------------------------------------------------------------------------------------------


def layers_of(network: keras.Model) -> list[keras.layers.Layer]:
    """The network and all layers in it; `network.layers` stops at the first level."""
    return list(network._flatten_layers())


def has_layers(layer: keras.layers.Layer) -> bool:
    """Whether layers are inside of this one."""
    return bool(layer._layers)


def made_by(tensor: Any) -> tuple[Any, int, int]:
    """The operation that made a tensor of a functional model, in which of its calls, and as which output."""
    operation, call, output = tensor._keras_history
    return operation, call, output


def inputs_of(operation: Any) -> list[list[Any]]:
    """The tensors that an operation of a functional model reads, a list for each of its calls."""
    return [node.input_tensors for node in operation._inbound_nodes]


# --- Optimizers ---------------------------------------------------------------------------------------------


def trained_by(optimizer: keras.optimizers.Optimizer) -> list[keras.Variable]:
    """The variables that an optimizer was built for."""
    return list(getattr(optimizer, "_trainable_variables", []))


def has_schedule(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether a learning rate follows a schedule, so that it cannot be set."""
    return isinstance(optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule)


def learning_rate_after(optimizer: keras.optimizers.Optimizer, steps: int) -> Any:
    """The learning rate that many updates later; `learning_rate` knows that of now alone."""
    if has_schedule(optimizer):
        return optimizer._learning_rate(optimizer.iterations.value + steps)
    return keras.ops.convert_to_tensor(optimizer.learning_rate)


def moments(optimizer: keras.optimizers.Adam) -> tuple[list[keras.Variable], list[keras.Variable]]:
    """Adam's first and second moments, a variable a weight; `variables` holds them unsorted."""
    return optimizer._momentums, optimizer._velocities


# --- Data ---------------------------------------------------------------------------------------------------


def adapter_of(stream: Any) -> Any:
    """What reads a `tf.data.Dataset`, `PyDataset` or `DataLoader` as NumPy arrays."""
    return get_data_adapter(x=stream)


def no_adapter() -> Any:
    """What a Python generator, which cannot be read again, has in place of an adapter."""
    return DataAdapter()


def is_endless(stream: Any) -> bool:
    """Whether a stream says of itself that it has no end: a `tf.data.Dataset` or a `PyDataset`."""
    if hasattr(stream, "cardinality"):
        return int(stream.cardinality()) == -1  # `tf.data.INFINITE_CARDINALITY`
    return isinstance(stream, keras.utils.PyDataset) and stream.num_batches is None


# --- The trainers of the backends ---------------------------------------------------------------------------


def sync(model: keras.Model) -> None:
    """In the middle of an epoch JAX holds the weights elsewhere: brings them back to the variables."""
    if hasattr(model, "jax_state_sync"):
        model.jax_state_sync()


def hold_state(model: keras.Model, state: tuple) -> None:
    """Tells Keras on JAX what the variables are while they are empty, to put back should the feed fail."""
    names = ("trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables")
    model._jax_state = dict(zip(names, state, strict=True))


def variables_hold_state(model: keras.Model) -> None:
    """Tells Keras on JAX that from here on the variables hold the state themselves."""
    model._jax_state_synced = True


def state_sharding(model: keras.Model) -> Any:
    """How `keras.distribution` spreads the state of a model on JAX."""
    return model._get_state_sharding_spec()


def has_strategy(model: keras.Model) -> bool:
    """Whether a model was made in the scope of a `tf.distribute` strategy."""
    return bool(model._distribute_strategy)


@contextmanager
def without_strategy(model: keras.Model) -> Iterator[None]:
    """What Keras runs in here runs once, with the first replica's weights."""
    strategy = model.__dict__["_distribute_strategy"]
    model._distribute_strategy = None
    try:
        yield
    finally:
        model._distribute_strategy = strategy


def is_built(model: keras.Model) -> None:
    """Keeps Keras on TensorFlow from building a model by its first batch, which several workers cannot."""
    model._maybe_symbolic_build = _nothing


def _nothing(*arguments: Any, **options: Any) -> None:
    """Does nothing."""
