"""Noise on what the discriminator reads."""

from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from keras_gan._checks import check_count, check_positive
from keras_gan._record import Record


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class InstanceNoise(Record):
    """Gaussian noise on everything that the discriminator reads while the two players train.

    Real and generated distributions then overlap, so that the discriminator cannot tell them apart
    without error.

    Args:
        std: Standard deviation at the start, in units of the data.
        decay_steps: Generator updates over which it falls to 0, linearly; `None` keeps it.

    Raises:
        ValueError: For numbers that are not positive.

    Reference:
        Arjovsky and Bottou 2017, section 3, arXiv:1701.04862; Sønderby et al. 2017, arXiv:1610.04490.
    """

    std: float = 0.1
    decay_steps: int | None = None

    def __post_init__(self) -> None:
        check_positive("std", self.std)
        if self.decay_steps is not None:
            check_count("decay_steps", self.decay_steps)

    def std_at(self, step: Any) -> Any:
        """Standard deviation after `step` generator updates, a scalar."""
        if self.decay_steps is None:
            return self.std
        left = 1.0 - ops.cast(step, keras.config.floatx()) / self.decay_steps
        return self.std * ops.maximum(left, 0.0)
