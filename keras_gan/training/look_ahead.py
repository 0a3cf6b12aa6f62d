"""An optimizer's next updates as formulas, through which gradients flow."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan._checks import Shown, bad_value
from keras_gan.training.penalties import safe_sqrt

_OFF = {
    "momentum": (0.0, None),
    "amsgrad": (False, None),
    "weight_decay": (None,),
    "clipnorm": (None,),
    "clipvalue": (None,),
    "global_clipnorm": (None,),
    "use_ema": (False,),
    "gradient_accumulation_steps": (None,),
}


def check_look_ahead(optimizer: keras.optimizers.Optimizer) -> None:
    """Refuses optimizers whose updates are not written here.

    Raises:
        ValueError: Unless it is SGD without momentum or Adam, both without clipping, decay and the like.
    """
    name = type(optimizer).__name__
    known = isinstance(optimizer, keras.optimizers.SGD | keras.optimizers.Adam) and name in ("SGD", "Adam")
    used = [k for k, off in _OFF.items() if getattr(optimizer, k, off[0]) not in off]
    if not known or used:
        raise bad_value(
            "Unrolling knows the updates of plain SGD and plain Adam",
            Shown(f"a discriminator optimizer {name}" + (f" with {', '.join(used)}" if used else "")),
            "Pass `keras.optimizers.Adam(...)` without these, or leave out `unrolled_steps`",
        )


def look_ahead(
    optimizer: keras.optimizers.Optimizer,
    variables: list,
    gradients_at: Callable[[list], list],
    num_steps: int,
) -> list:
    """What `num_steps` updates from the optimizer's present state would make of the variables.

    Args:
        optimizer: SGD or Adam, built for `variables`; it stays as it is.
        variables: The weights to start from, as constants; they stay as they are.
        gradients_at: From values of the weights to the gradients there.
        num_steps: Number of updates, 0 included.

    Returns:
        One tensor a variable. Gradients flow through every update, moments included.
    """
    values = [ops.stop_gradient(v.value) for v in variables]
    update = _adam(optimizer) if isinstance(optimizer, keras.optimizers.Adam) else _sgd
    for i in range(num_steps):
        learning_rate = _learning_rate(optimizer, i)
        values = update(values, gradients_at(values), learning_rate, i)
        values = [v.constraint(x) if v.constraint else x for v, x in zip(variables, values, strict=True)]
    return values


def _learning_rate(optimizer: keras.optimizers.Optimizer, i: int) -> Any:
    schedule = optimizer._learning_rate
    if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return schedule(optimizer.iterations.value + i)
    return ops.convert_to_tensor(optimizer.learning_rate)


def _sgd(values: list, gradients: list, learning_rate: Any, i: int) -> list:
    return [x - learning_rate * g for x, g in zip(values, gradients, strict=True)]


def _adam(optimizer: keras.optimizers.Adam) -> Callable:
    """Keras's Adam: ε stands beside the root of the uncorrected second moment."""
    m = [ops.stop_gradient(v.value) for v in optimizer._momentums]
    s = [ops.stop_gradient(v.value) for v in optimizer._velocities]

    def update(values: list, gradients: list, learning_rate: Any, i: int) -> list:
        nonlocal m, s
        t = ops.cast(optimizer.iterations.value + (i + 1), "float32")
        correction = ops.sqrt(1.0 - ops.power(optimizer.beta_2, t)) / (1.0 - ops.power(optimizer.beta_1, t))
        m = [a + (g - a) * (1.0 - optimizer.beta_1) for a, g in zip(m, gradients, strict=True)]
        s = [a + (ops.square(g) - a) * (1.0 - optimizer.beta_2) for a, g in zip(s, gradients, strict=True)]
        rate = learning_rate * correction
        return [
            x - a * rate / (safe_sqrt(b) + optimizer.epsilon) for x, a, b in zip(values, m, s, strict=True)
        ]

    return update
