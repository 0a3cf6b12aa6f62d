"""The only backend-specific code: the same names for TensorFlow, JAX and torch.

- `value_and_grad(function, variables, state)`: a loss and its gradients.
- `gradient(function, values)`: gradients of a function of tensors, which can be differentiated again.
- `random_normal(shape, seed)`, `random_uniform(shape, seed)`: Keras's random numbers; on TensorFlow others,
  the same with and without XLA.
- `resident(array)`: an array where training reads it.
- `loops_are_slow_for_convolutions()`: whether a compiled loop keeps them from running fast.
- `accelerator()`: the name of the GPU or TPU that it uses, None without.
- `Devices(model)`: how rows are spread over devices.
- `make_train_function(model, loop)`: what `keras.Model.fit` calls for each block of training steps.
- `make_test_function(model, loop)`: what `keras.Model.evaluate` calls for each batch.
- `apply(optimizer, gradients, variables)`: one update.
- `resolved_jit(model, jit_compile, has_convolutions)`: what `jit_compile="auto"` means.
"""

from importlib import import_module

import keras

_NAMES = ("tensorflow", "jax", "torch")

if keras.backend.backend() not in _NAMES:
    raise ImportError(
        f"keras_gan trains on the Keras backends {', '.join(_NAMES)}. "
        f"Received: KERAS_BACKEND={keras.backend.backend()}. "
        "Set the environment variable KERAS_BACKEND to one of these before Python starts."
    )

_module = import_module(f"{__name__}.{keras.backend.backend()}")
value_and_grad = _module.value_and_grad
gradient = _module.gradient
random_normal = _module.random_normal
random_uniform = _module.random_uniform
resident = _module.resident
loops_are_slow_for_convolutions = _module.loops_are_slow_for_convolutions
accelerator = _module.accelerator
Devices = _module.Devices
make_train_function = _module.make_train_function
make_test_function = _module.make_test_function
apply = _module.apply
resolved_jit = _module.resolved_jit
