"""What keeps the discriminator from getting too steep: penalties on its slope, weight clipping.

A slope is the norm of the gradient of the logit by one sample. A penalty says where it is taken (`points`)
and what a slope costs (`value`); `GAN` adds the mean cost to the discriminator's loss.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import keras
from keras import ops

from keras_gan._checks import Record, bad_value, check_count, check_positive, unknown_option

Uniform = Callable[[tuple], Any]


class Penalty(Record):
    """What is done to the discriminator beside the game.

    Attributes:
        lipschitz: Whether it bounds every slope.
    """

    lipschitz: ClassVar[bool] = False


class SlopePenalty(Penalty, ABC):
    """A cost of the discriminator's slope, added to its loss.

    With `every=n` the cost is computed at each n-th update only, the first included, and counts n times:
    lazy regularisation, cheaper and nearly the same.

    Attributes:
        weight: How much a slope costs.
        every: Updates of the discriminator from one cost to the next; 1 is every update.

    Reference:
        Lazy regularisation: Karras et al. 2020, section 3.1, arXiv:1912.04958. Differs from the paper: the
        optimizer's learning rate and betas stay as they are.
    """

    weight: float
    every: int

    def __post_init__(self) -> None:
        check_positive("weight", self.weight, or_zero=True)
        check_count("every", self.every)

    @abstractmethod
    def points(self, real: Any, fake: Any, uniform: Uniform) -> Any:
        """Where the slope is taken.

        Args:
            real: Real samples as the discriminator reads them, float `(batch, ...)`.
            fake: As many generated ones.
            uniform: From a shape to random numbers in [0, 1).

        Returns:
            As many points, float `(batch, ...)`.
        """

    @abstractmethod
    def value(self, squared_slope: Any) -> Any:
        """Cost of each sample, the weight included, float `(batch,)`, from the squared slopes."""


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class GradientPenalty(SlopePenalty):
    """weight · E (slope - target)², on straight lines between real and generated samples.

    The points are u·real + (1 - u)·fake with one u a sample, uniform on [0, 1). Where the slope is exactly
    zero, the gradient of the cost is set to zero. Batch normalisation in the discriminator couples the
    samples of a batch, and the slope of one sample is then not defined: leave it out, as the paper does.

    Args:
        weight: λ of the paper.
        target: The slope that costs nothing.
        every: See `SlopePenalty`.

    Raises:
        ValueError: For negative numbers.

    Reference:
        Gulrajani et al. 2017, equation 3 and algorithm 1, arXiv:1704.00028.
    """

    weight: float = 10.0
    target: float = 1.0
    every: int = 1
    lipschitz: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("target", self.target, or_zero=True)

    def points(self, real: Any, fake: Any, uniform: Uniform) -> Any:
        """u·real + (1 - u)·fake."""
        u = uniform(_one_a_sample(real))
        return u * real + (1.0 - u) * fake

    def value(self, squared_slope: Any) -> Any:
        """The cost weight · (slope - target)²; weight · target² where the slope is 0."""
        return self.weight * ops.square(safe_sqrt(squared_slope) - self.target)


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class DRAGAN(GradientPenalty):
    """weight · E (slope - target)², around the real samples only.

    The points are real + u·spread·std·v, with std the standard deviation of all numbers of the batch, u one
    number a sample and v one number a coordinate, both uniform on [0, 1): the authors' code.

    Args:
        weight: As for `GradientPenalty`.
        target: As for `GradientPenalty`.
        every: See `SlopePenalty`.
        spread: The largest perturbation, in standard deviations of the batch.

    Reference:
        Kodali et al. 2017, arXiv:1705.07215, and its code, github.com/kodalinaveen3/DRAGAN. Differs from
        the paper, which draws Gaussian noise.
    """

    spread: float = 0.5
    lipschitz: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("spread", self.spread)

    def points(self, real: Any, fake: Any, uniform: Uniform) -> Any:
        """The points real + u·spread·std·v."""
        u, v = uniform(_one_a_sample(real)), uniform(ops.shape(real))
        return real + u * v * (self.spread * ops.std(real))


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class R1(SlopePenalty):
    """weight/2 · E slope², at the real samples: near them the discriminator becomes flat.

    Args:
        weight: γ of the paper.
        every: See `SlopePenalty`; StyleGAN2 takes 16.

    Reference:
        Mescheder, Geiger and Nowozin 2018, section 4.1, arXiv:1801.04406.
    """

    weight: float = 1.0
    every: int = 1

    def points(self, real: Any, fake: Any, uniform: Uniform) -> Any:
        """The real samples."""
        return real

    def value(self, squared_slope: Any) -> Any:
        """weight/2 · slope²."""
        return self.weight / 2 * squared_slope


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class R2(R1):
    """weight/2 · E slope², at the generated samples.

    Args:
        weight: As for `R1`. Take both with `penalty=[kg.R1(), kg.R2()]`.
        every: See `SlopePenalty`.

    Reference:
        Mescheder, Geiger and Nowozin 2018, section 4.1, arXiv:1801.04406.
    """

    def points(self, real: Any, fake: Any, uniform: Uniform) -> Any:
        """The generated samples."""
        return fake


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class WeightClipping(Penalty):
    """Clips every trainable weight of the discriminator to [-limit, limit] after each of its updates.

    Args:
        limit: c of the paper.

    Raises:
        ValueError: Unless `limit` is positive.

    Reference:
        Arjovsky, Chintala and Bottou 2017, algorithm 1, line 7, arXiv:1701.07875.
    """

    limit: float = 0.01
    lipschitz: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_positive("limit", self.limit)

    def clip(self, variables: list) -> None:
        """Clips these variables where they are."""
        for variable in variables:
            variable.assign(ops.clip(variable.value, -self.limit, self.limit))


PENALTIES: dict[str, type[Penalty]] = {
    "gradient_penalty": GradientPenalty,
    "dragan": DRAGAN,
    "r1": R1,
    "r2": R2,
    "weight_clipping": WeightClipping,
}


def get_penalty(penalty: str | Penalty) -> Penalty:
    """Returns the record for a name such as `"r1"`; a record is returned as it is.

    Raises:
        ValueError: For an unknown name, with the nearest one.

    Example:
        >>> get_penalty("gradient_penalty")
        GradientPenalty(weight=10.0, target=1.0, every=1)
    """
    if isinstance(penalty, Penalty):
        return penalty
    if not isinstance(penalty, str) or penalty not in PENALTIES:
        raise unknown_option("penalty", penalty, PENALTIES)
    return PENALTIES[penalty]()


def get_penalties(penalty: str | Penalty | Sequence[str | Penalty] | None) -> tuple[Penalty, ...]:
    """Returns the records for `GAN(penalty=)`: none, one, or several of different kinds.

    Raises:
        ValueError: As `get_penalty`, and for two of one kind.
    """
    if penalty is None:
        return ()
    several = [penalty] if isinstance(penalty, str | Penalty) else penalty
    if not isinstance(several, list | tuple):
        raise unknown_option("penalty", penalty, PENALTIES)
    penalties = tuple(get_penalty(one) for one in several)
    if len({type(one) for one in penalties}) < len(penalties):
        raise bad_value("`penalty` holds each kind once", penalties, "Add up the weights of equal ones")
    return penalties


def safe_sqrt(x: Any) -> Any:
    """√x for x ≥ 0, with gradient 0 instead of infinity at x = 0."""
    above = x > 0
    return ops.where(above, ops.sqrt(ops.where(above, x, ops.ones_like(x))), ops.zeros_like(x))


def _one_a_sample(x: Any) -> tuple:
    return (ops.shape(x)[0], *[1] * (len(x.shape) - 1))


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
