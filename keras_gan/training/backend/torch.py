"""Gradients and the training step on torch."""

from collections.abc import Callable

import keras
import numpy as np
import torch

from keras_gan.training.backend.devices import Loop, OneDevice


def value_and_grad(function: Callable, variables: list, state: list) -> tuple:
    """Calls `function() -> (loss, aux)` and differentiates the loss.

    Args:
        function: Takes no argument; reads and assigns Keras variables.
        variables: What to differentiate by.
        state: Every other variable that `function` reads or assigns; JAX needs it, torch not.

    Returns:
        `((loss, aux), gradients)`, one gradient a variable, in their order.
    """
    with torch.enable_grad():
        loss, aux = function()
        values = [variable.value for variable in variables]
        gradients = torch.autograd.grad(loss, values, allow_unused=True)
    return (loss, tuple(value.detach() for value in aux)), list(gradients)


def apply(optimizer: keras.optimizers.Optimizer, gradients: list, variables: list) -> None:
    """Moves variables by their gradients."""
    optimizer.apply(gradients, variables)


def gradient(function: Callable, values: list) -> list:
    """Gradients of the scalar `function(values)` by each tensor of `values`, differentiable again."""
    with torch.enable_grad():
        values = [value if value.requires_grad else value.detach().requires_grad_() for value in values]
        scalar = function(values)
        return list(torch.autograd.grad(scalar, values, create_graph=True, materialize_grads=True))


random_normal, random_uniform = keras.random.normal, keras.random.uniform


def resident(array: np.ndarray) -> torch.Tensor:
    """An array where training reads it."""
    return keras.ops.convert_to_tensor(array)


def loops_are_slow_for_convolutions() -> bool:
    """Whether convolutions inside a compiled loop are slower than outside."""
    return False


def accelerator() -> str | None:
    """The name of the GPU; None where the processor does the work."""
    kind = keras.ops.zeros(()).device.type  # where Keras puts tensors
    if kind == "cpu":
        return None
    return torch.cuda.get_device_name() if kind == "cuda" else kind


class Devices(OneDevice):
    """One device."""

    @property
    def not_followed(self) -> str | None:
        """From Keras 3.16 on, several processes alone change `evaluate`, `predict` and the metrics."""
        several = torch.distributed.is_available() and torch.distributed.is_initialized()
        if several and torch.distributed.get_world_size() > 1:
            return f"torch.distributed with {torch.distributed.get_world_size()} processes"
        return super().not_followed


def resolved_jit(model: keras.Model, jit_compile: bool | str, has_convolutions: bool) -> bool | str:
    """What `jit_compile="auto"` means: Keras's own answer, never on torch."""
    return jit_compile


def make_train_function(model: keras.Model, loop: Loop) -> Callable:
    """Makes the function that runs a block of training steps."""
    state = loop.state

    @torch.no_grad()
    def train_function(batch: tuple) -> dict:
        for block in loop.next_runs(batch[0]):
            before = [variable.value.clone() for variable in state]
            data = [keras.ops.convert_to_tensor(part) for part in block.data]
            indices = keras.ops.convert_to_tensor(block.indices)
            for i in range(block.steps):
                loop.step(*(part[indices[i]] for part in data))
            if not all(torch.isfinite(v.value).all() for v in state if v.value.is_floating_point()):
                loop.find_nonfinite(block, before)
        return model.get_metrics_result()

    return train_function


def make_test_function(model: keras.Model, loop: Loop) -> Callable:
    """Makes the function that evaluates a batch."""

    @torch.no_grad()
    def test_function(data: tuple) -> dict:
        try:
            batch = loop.next_evaluation(data[0])
        except StopIteration:  # which Keras catches in `fit` alone
            model.stop_evaluating = True
            return model.get_metrics_result()
        indices = keras.ops.convert_to_tensor(batch.indices[0])
        loop.evaluate(*(keras.ops.convert_to_tensor(part)[indices] for part in batch.data))
        return model.get_metrics_result()

    return test_function
