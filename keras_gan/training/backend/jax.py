"""Gradients and the training step on JAX: the same stateful code, run inside `keras.StatelessScope`."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import jax
import keras
import numpy as np
from jax import numpy as jnp

from keras_gan.training.backend import _keras
from keras_gan.training.backend.devices import Loop, OneDevice, endless


def value_and_grad(function: Callable, variables: list, state: list) -> tuple:
    """Calls `function() -> (loss, aux)` and differentiates the loss.

    Args:
        function: Takes no argument; reads and assigns Keras variables.
        variables: What to differentiate by.
        state: Every other variable that `function` reads or assigns.

    Returns:
        `((loss, aux), gradients)`, one gradient a variable, in their order.
    """
    state_before = [v.value for v in state]

    def pure(values: list) -> tuple:
        mapping = [*zip(variables, values, strict=True), *zip(state, state_before, strict=True)]
        with keras.StatelessScope(mapping, collect_losses=True) as scope:
            loss, aux = function()
        return loss, (aux, [scope.get_current_value(v) for v in state])

    (loss, (aux, state_after)), gradients = jax.value_and_grad(pure, has_aux=True)(
        [v.value for v in variables]
    )
    for variable, before, after in zip(state, state_before, state_after, strict=True):
        if after is not before:
            variable.assign(after)
    return (loss, aux), gradients


def apply(optimizer: keras.optimizers.Optimizer, gradients: list, variables: list) -> None:
    """Moves variables by their gradients.

    By `stateless_apply`: what a `LossScaleOptimizer` decides by the gradients, JAX cannot assign inside.
    """
    state = optimizer.variables
    moved = optimizer.stateless_apply([v.value for v in state], gradients, [v.value for v in variables])
    for variable, value in zip((*variables, *state), (*moved[0], *moved[1]), strict=True):
        variable.assign(value)


def gradient(function: Callable, values: list) -> list:
    """Gradients of the scalar `function(values)` by each tensor of `values`, differentiable again."""
    return jax.grad(function)(values)


random_normal, random_uniform = keras.random.normal, keras.random.uniform


def resident(array: np.ndarray) -> jax.Array:
    """An array where training reads it: on every device. JAX copies in the background; this waits for it."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        placed = keras.ops.convert_to_tensor(array)
    else:
        layout = _layout(distribution, (None,) * array.ndim)
        placed = keras.distribution.distribute_tensor(array, layout)
    return jax.block_until_ready(placed)


def loops_are_slow_for_convolutions() -> bool:
    """Whether convolutions inside a compiled loop are slower than outside."""
    return jax.default_backend() == "cpu"  # XLA runs them there on one thread


def accelerator() -> str | None:
    """The name of the first GPU or TPU; None where the processor does the work."""
    return None if jax.default_backend() == "cpu" else jax.devices()[0].device_kind


def _layout(distribution: Any, axes: tuple) -> keras.distribution.TensorLayout:
    return keras.distribution.TensorLayout(axes, distribution.device_mesh)


class Devices(OneDevice):
    """The devices of `keras.distribution`, over which one program spans; one without."""

    not_followed = None

    def shard(self, rows: jax.Array) -> jax.Array:
        """The same rows, spread over the devices where these divide them."""
        distribution = keras.distribution.distribution()
        if distribution is None or len(rows) % _num_shards(distribution):
            return rows
        axes = (distribution.batch_dim_name, *(None,) * (rows.ndim - 1))
        return keras.distribution.distribute_tensor(rows, _layout(distribution, axes))

    def count(self) -> Iterator[tuple]:
        """What Keras counts while the feed brings the blocks: a row a device, which it sends there."""
        distribution = keras.distribution.distribution()
        return endless(1 if distribution is None else _num_shards(distribution))

    @contextmanager
    def one(self) -> Iterator[None]:
        """What Keras runs in here runs on whole batches, of any size."""
        distribution = keras.distribution.distribution()
        keras.distribution.set_distribution(None)
        try:
            yield
        finally:
            keras.distribution.set_distribution(distribution)


def resolved_jit(model: keras.Model, jit_compile: bool | str, has_convolutions: bool) -> bool | str:
    """What `jit_compile="auto"` means: Keras's own answer, on JAX where all layers can be."""
    return jit_compile


def make_train_function(model: keras.Model, loop: Loop) -> Callable:
    """Makes the function that runs a block of training steps, each shape compiled once."""
    run: Callable = _block(model, loop)
    if _compiles(model):  # without donation: the state before is kept
        if keras.distribution.distribution() is None:
            run = _compiled_once(run)
        else:
            run = jax.jit(run, out_shardings=(None, None, _keras.state_sharding(model)))

    def train_function(state: tuple, iterator: Iterator) -> tuple:
        logs: dict = {}
        _keras.hold_state(model, state)
        for block in loop.next_runs(next(iterator)):
            before = state
            logs, finite, state = run(state, block.data, block.indices, np.int32(block.steps))
            if not finite:
                _keras.variables_hold_state(model)
                order = {
                    id(v): value
                    for group, values in zip(_groups(model), before, strict=True)
                    for v, value in zip(group, values, strict=True)
                }
                loop.find_nonfinite(block, [order[id(v)] for v in loop.state])
        if loop.shows_state:  # Keras takes it from the variables again before the next block
            _keras.hold_state(model, state)
            _keras.sync(model)
        return logs, state

    return train_function


def _compiles(model: keras.Model) -> bool:
    return bool(model.jit_compile and not model.run_eagerly)


def _block(model: keras.Model, loop: Loop) -> Callable:
    """A block of training steps as a function of values."""

    def run(state: tuple, data: tuple, indices: jax.Array, steps: Any) -> tuple:
        step = _pure(loop.step, _groups(model))

        def body(i: int, state: tuple) -> tuple:
            return step(state, *(part[indices[i]] for part in data))

        if not _compiles(model):  # a layer that XLA does not take cannot be traced either
            for i in range(int(steps)):
                state = body(i, state)
        elif len(indices) == 1:  # no loop where there is nothing to repeat
            state = body(0, state)
        else:
            state = jax.lax.fori_loop(0, steps, body, state)
        values = [value for group in state for value in group if jnp.issubdtype(value.dtype, jnp.floating)]
        finite = jnp.all(jnp.stack([jnp.all(jnp.isfinite(value)) for value in values]))
        return _results(model, state[-1]), finite, state

    return run


def make_test_function(model: keras.Model, loop: Loop) -> Callable:
    """Makes the function that evaluates a batch, each shape compiled once."""
    variables = [model.trainable_variables, model.non_trainable_variables, model.metrics_variables]

    def run(state: tuple, data: tuple, indices: jax.Array) -> tuple:
        state = _pure(loop.evaluate, variables)(state, *(part[indices] for part in data))
        return _results(model, state[-1]), state

    if _compiles(model):
        run = jax.jit(run)

    def test_function(state: tuple, iterator: Iterator) -> tuple:
        batch = loop.next_evaluation(next(iterator))
        return run(state, tuple(map(jnp.asarray, batch.data)), batch.indices[0])

    return test_function


def _results(model: keras.Model, metric_values: list) -> dict:
    with keras.StatelessScope(list(zip(model.metrics_variables, metric_values, strict=True))):
        return model.get_metrics_result()


def _groups(model: keras.Model) -> list[list]:
    return [
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    ]


_COMPILED: OrderedDict[str, Any] = OrderedDict()  # programs of this process by a digest of their text
_MOST_COMPILED = 32


def _compiled_once(run: Callable) -> Callable:
    """`jax.jit(run)`, but equal programs, such as those of two seeds, are compiled once a process."""
    jitted, by_shape = jax.jit(run), {}

    def call(state: tuple, data: tuple, *rest: Any) -> tuple:
        shape = tuple((part.shape, str(part.dtype)) for part in (*data, *rest))
        if shape not in by_shape:
            by_shape[shape] = _program(jitted.lower(state, data, *rest))
        return by_shape[shape](state, data, *rest)

    return call


def _program(lowered: jax.stages.Lowered) -> Any:
    text = f"{lowered.in_tree} {lowered.out_tree} {lowered.as_text()}"
    key = sha256(text.encode()).hexdigest()
    if key not in _COMPILED:
        _COMPILED[key] = lowered.compile()
        while len(_COMPILED) > _MOST_COMPILED:
            _COMPILED.popitem(last=False)
    return _COMPILED[key]


def _num_shards(distribution: Any) -> int:
    mesh = distribution.device_mesh
    return mesh.shape[mesh.axis_names.index(distribution.batch_dim_name)]


def _pure(step: Callable, variables: list[list]) -> Callable:
    """Makes `step(*rows)`, which assigns variables, a function of their values."""

    def pure(values: tuple, *rows: jax.Array) -> tuple:
        pairs = [
            pair
            for group, group_values in zip(variables, values, strict=True)
            for pair in zip(group, group_values, strict=True)
        ]
        with keras.StatelessScope(pairs) as scope:
            step(*rows)
        return tuple([scope.get_current_value(v) for v in group] for group in variables)

    return pure
