"""What several replicas of a training step cannot do as one device does it."""

from typing import Any

import keras

from keras_gan._checks import Shown, bad_value
from keras_gan.training.penalties import DRAGAN

_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def check_replicas(gan: Any, jit_compile: Any, *optimizers: keras.optimizers.Optimizer) -> None:
    """Refuses what each replica would compute from its own rows, where the formula wants the whole minibatch.

    Raises:
        ValueError: For unrolling, feature matching, DRAGAN, optimizers that clip gradients, and XLA, on more
            than one replica.
    """
    found = {
        "unrolled_steps": gan.unrolled_steps,
        "feature_matching": gan.feature_matching,
        "penalty=DRAGAN()": any(isinstance(penalty, DRAGAN) for penalty in gan.penalties),
        "jit_compile=True": jit_compile is True,
        **{name: any(getattr(x, name) is not None for x in optimizers) for name in _CLIPPING},
    }
    used = [name for name, value in found.items() if value]
    if gan.num_replicas > 1 and used:
        raise bad_value(
            "Several replicas train as one device would",
            Shown(f"{gan.num_replicas} replicas with {', '.join(used)}, which they cannot"),
            "Leave that out, or train on one device or with JAX, which spreads any of these",
        )
