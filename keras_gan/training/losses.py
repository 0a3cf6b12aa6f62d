"""The games: what each player minimises, computed from logits.

Convention everywhere: real = 1, fake = 0, and discriminators return logits. Every loss is a frozen
record with two methods; the training loop knows nothing else about it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import keras
from keras import ops

from keras_gan._checks import Record, bad_value, unknown_option


@dataclass(frozen=True)
class Loss(Record, ABC):
    """What the two players of a GAN minimise.

    A subclass is one game. `discriminator_terms` returns the mean loss on the real and on the fake
    batch; `GAN` adds them (or averages them).

    Attributes:
        probability: Whether `sigmoid(logit)` is the probability "real": then `d_real` and `d_fake` are
            probabilities, otherwise mean raw outputs.
    """

    probability: ClassVar[bool] = False

    @abstractmethod
    def discriminator_terms(self, real_logits: Any, fake_logits: Any) -> tuple[Any, Any]:
        """Loss on the real and on the fake batch, two float scalars.

        Args:
            real_logits: Logits of a real batch, shape `(batch, 1)`, float.
            fake_logits: Logits of a generated batch, shape `(batch, 1)`, float.
        """

    @abstractmethod
    def generator_loss(self, fake_logits: Any) -> Any:
        """Loss of the generator, a float scalar, from logits of shape `(batch, 1)`."""

    @property
    def refusal(self) -> str | None:
        """Why this game must not be trained without a Lipschitz constraint, or `None`."""
        return None


def _check_real_label(real_label: float) -> None:
    if not isinstance(real_label, int | float) or not 0.5 < real_label <= 1.0:
        raise bad_value(
            "`real_label` lies in (0.5, 1]", real_label, "Pass 0.9 for one-sided smoothing, 1.0 for none"
        )


def _logistic_terms(real_logits: Any, fake_logits: Any, real_label: float) -> tuple[Any, Any]:
    # -[y log D + (1 - y) log(1 - D)] with D = sigmoid(x). The shorter softplus(x) - y x loses a small loss
    # to rounding: at x = 20 it is 0 instead of 2e-9.
    real = real_label * ops.softplus(-real_logits) + (1.0 - real_label) * ops.softplus(real_logits)
    return ops.mean(real), ops.mean(ops.softplus(fake_logits))


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class Minimax(Loss):
    """The minimax (saturating) game: the generator minimises log(1 - D(G(z))).

    Its gradient vanishes where the discriminator is sure of itself, which is what the lesson on
    vanishing gradients shows. Use `NonSaturating` to train.

    Args:
        real_label: Target for real samples, in (0.5, 1]. Below 1 it is one-sided label smoothing
            (Salimans et al. 2016, section 3.4). Keras's `BinaryCrossentropy(label_smoothing=)` is
            two-sided: it moves the fake target as well.

    Reference:
        Goodfellow et al. 2014, equation 1, arXiv:1406.2661.
    """

    real_label: float = 1.0
    probability: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_real_label(self.real_label)

    def discriminator_terms(self, real_logits: Any, fake_logits: Any) -> tuple[Any, Any]:
        """-E log D(x) and -E log(1 - D(G(z))); both log 2 where D = 1/2."""
        return _logistic_terms(real_logits, fake_logits, self.real_label)

    def generator_loss(self, fake_logits: Any) -> Any:
        """E log(1 - D(G(z))) = -E softplus(logit); -log 2 where D = 1/2."""
        return -ops.mean(ops.softplus(fake_logits))


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class NonSaturating(Minimax):
    """The non-saturating game: the generator minimises -log D(G(z)). The default.

    The same fixed point as `Minimax`, and a gradient that grows where the discriminator is sure.

    Args:
        real_label: As for `Minimax`.

    Reference:
        Goodfellow et al. 2014, end of section 3, arXiv:1406.2661.
    """

    def generator_loss(self, fake_logits: Any) -> Any:
        """-E log D(G(z)) = E softplus(-logit); log 2 where D = 1/2."""
        return ops.mean(ops.softplus(-fake_logits))


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class LeastSquares(Loss):
    """The least-squares game: squared distance of the raw output from 1 (real) and 0 (fake).

    Reference:
        Mao et al. 2017, equation 9 (a = 0, b = c = 1), arXiv:1611.04076.
    """

    def discriminator_terms(self, real_logits: Any, fake_logits: Any) -> tuple[Any, Any]:
        """1/2 E (D(x) - 1)^2 and 1/2 E D(G(z))^2; both 1/8 where D = 1/2."""
        return ops.mean(ops.square(real_logits - 1.0)) / 2, ops.mean(ops.square(fake_logits)) / 2

    def generator_loss(self, fake_logits: Any) -> Any:
        """1/2 E (D(G(z)) - 1)^2."""
        return ops.mean(ops.square(fake_logits - 1.0)) / 2


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class Hinge(Loss):
    """The hinge game: the discriminator pushes real above 1 and fake below -1, and no further.

    Reference:
        Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, equations 16 and 17, arXiv:1802.05957.
    """

    def discriminator_terms(self, real_logits: Any, fake_logits: Any) -> tuple[Any, Any]:
        """E max(0, 1 - D(x)) and E max(0, 1 + D(G(z))); both 1 where D = 0."""
        return ops.mean(ops.relu(1.0 - real_logits)), ops.mean(ops.relu(1.0 + fake_logits))

    def generator_loss(self, fake_logits: Any) -> Any:
        """-E D(G(z))."""
        return -ops.mean(fake_logits)


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclass(frozen=True)
class Wasserstein(Loss):
    """The Wasserstein game: the critic's mean output on real minus that on fake.

    It measures a distance only while the critic is 1-Lipschitz, or K-Lipschitz up to the factor K. Without
    a constraint the critic grows without bound, so `GAN` wants one: `GradientPenalty` or
    `WeightClipping` as `penalty=`, or `SpectralNormalization` on every layer with weights.

    Args:
        unconstrained: `True` trains without one all the same, to see what goes wrong.

    Reference:
        Arjovsky, Chintala and Bottou 2017, equations 2 and 3, arXiv:1701.07875.
    """

    unconstrained: bool = False

    @property
    def refusal(self) -> str | None:
        """Set unless `unconstrained`."""
        return None if self.unconstrained else "the Wasserstein loss needs a critic that is kept 1-Lipschitz"

    def discriminator_terms(self, real_logits: Any, fake_logits: Any) -> tuple[Any, Any]:
        """-E D(x) and E D(G(z))."""
        return -ops.mean(real_logits), ops.mean(fake_logits)

    def generator_loss(self, fake_logits: Any) -> Any:
        """-E D(G(z))."""
        return -ops.mean(fake_logits)


LOSSES: dict[str, type[Loss]] = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "hinge": Hinge,
    "wasserstein": Wasserstein,
}


def get_loss(loss: str | Loss) -> Loss:
    """Returns the record for a name such as `"hinge"`; a record is returned as it is.

    Raises:
        ValueError: For an unknown name, with the nearest one.

    Example:
        >>> get_loss("non_saturating")
        NonSaturating(real_label=1.0)
    """
    if isinstance(loss, Loss):
        return loss
    if not isinstance(loss, str) or loss not in LOSSES:
        raise unknown_option("loss", loss, LOSSES)
    return LOSSES[loss]()


def check_game(loss: Loss) -> None:
    """Raises `ValueError` for a game that must not be trained as it is."""
    if loss.refusal:
        raise bad_value(
            f"A game that can be trained: {loss.refusal}",
            loss,
            "Pass `kg.Wasserstein(unconstrained=True)` to see it fail, or choose another loss",
        )
