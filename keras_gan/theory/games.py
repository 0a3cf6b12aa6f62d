"""Two players with one number each, whose game can be solved by hand. `keras_gan.theory` hands them on.

A game is a frozen record with a vector field: where each player wants to go. How they go there is an
update rule.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import Shown, bad_value, check_choice, check_positive

GAMES = ("minimax", "non_saturating", "wasserstein")
NODES, _weights = np.polynomial.hermite_e.hermegauss(40)
WEIGHTS = _weights / _weights.sum()  # the mean of f over N(0, 1) is WEIGHTS @ f(NODES)
TINY = 1e-30


class TwoPlayerGame(ABC):
    """A game of two players with one number each: theta of the generator, psi of the discriminator.

    Its equilibrium lies at (0, 0). A subclass gives the field; an update rule and `trajectory` do the rest.
    """

    @abstractmethod
    def field(self, theta: Any, psi: Any) -> NDArray[Any]:
        """Where the two players want to go from (theta, psi): their velocities, `(2,)`.

        Written with operations that take complex numbers, as `Consensus` wants them.
        """

    def keep(self, psi: Any) -> Any:
        """What is left of psi after an update of the discriminator: all of it, unless the game clips."""
        return psi


@dataclass(frozen=True)
class BilinearGame(TwoPlayerGame):
    """min over theta, max over psi of theta · psi: pure rotation.

    Example:
        >>> BilinearGame().field(2.0, 0.5).tolist()
        [-0.5, 2.0]

    Reference:
        Gidel et al. 2019, "A variational inequality perspective on GANs", arXiv:1802.10551.
    """

    def field(self, theta: Any, psi: Any) -> NDArray[Any]:
        """The velocities (-psi, theta)."""
        return np.array([-psi, theta])


@dataclass(frozen=True)
class DiracGAN(TwoPlayerGame):
    """The smallest GAN: one real point at 0, one fake point at theta, and the logits psi · x.

    Args:
        loss: "minimax", "non_saturating" or "wasserstein".
        r1: γ of the cost γ/2 · psi², as in `R1`.
        gradient_penalty: γ of the cost γ/2 · (|psi| - 1)², twice the weight of `GradientPenalty`.
        noise_std: Standard deviation of the noise on both points, as in `InstanceNoise`. The velocities are
            means over the noise (Gauss-Hermite, 40 nodes).
        clip: psi is clipped to [-clip, clip] after each update of the discriminator, as in `WeightClipping`.

    Raises:
        ValueError: For an unknown loss, and for numbers out of range.

    Example:
        >>> DiracGAN(r1=0.5).field(1.0, 0.0).tolist()
        [-0.0, 0.5]

    Reference:
        Mescheder, Geiger and Nowozin 2018, sections 2 and 3, arXiv:1801.04406.
    """

    loss: str = "minimax"
    r1: float = 0.0
    gradient_penalty: float = 0.0
    noise_std: float = 0.0
    clip: float = np.inf

    def __post_init__(self) -> None:
        check_choice("loss", self.loss, GAMES)
        for name in ("r1", "gradient_penalty", "noise_std"):
            check_positive(name, getattr(self, name), or_zero=True)
        if self.clip != np.inf:
            check_positive("clip", self.clip)

    def field(self, theta: Any, psi: Any) -> NDArray[Any]:
        """The velocities: how each player's gain grows with its own number, the costs included."""
        noise = self.noise_std * NODES if self.noise_std else 0.0
        fake = theta + noise
        logits = psi * fake
        pull = self._slope(-logits if self.loss == "non_saturating" else logits)
        push = fake * self._slope(logits) - noise * self._slope(-psi * noise)
        # The sign alone is no function of a complex number; psi - sign(psi) is sign(psi) · (|psi| - 1).
        cost = self.r1 * psi + self.gradient_penalty * (psi - np.sign(np.real(psi)))
        return np.array([-psi * self._mean(pull), self._mean(push) - cost])

    def keep(self, psi: Any) -> Any:
        """Psi, clipped."""
        return psi if self.clip == np.inf else np.clip(psi, -self.clip, self.clip)

    def _mean(self, values: Any) -> Any:
        """The mean over the noise."""
        return WEIGHTS @ values if self.noise_std else values

    def _slope(self, logits: Any) -> Any:
        """f'(t) of f(t) = -log(1 + exp(-t)), written so that it never overflows; 1 for f(t) = t."""
        return np.ones_like(logits) if self.loss == "wasserstein" else (1 - np.tanh(logits / 2)) / 2


@dataclass(frozen=True)
class Consensus(TwoPlayerGame):
    """Another game whose players both also want to stand still: v - γ ∇ ½‖v‖², where v is its field.

    Args:
        game: The game; its field is smooth.
        weight: γ of the paper.

    Raises:
        ValueError: `weight` is negative, or the game has a kink: a gradient penalty, or clipping.

    Example:
        >>> Consensus(BilinearGame(), weight=0.5).field(2.0, 0.0).tolist()
        [-1.0, 2.0]

    Reference:
        Mescheder, Nowozin and Geiger 2017, "The numerics of GANs", section 4, arXiv:1705.10461.
    """

    game: TwoPlayerGame
    weight: float = 1.0

    def __post_init__(self) -> None:
        check_positive("weight", self.weight, or_zero=True)
        if not isinstance(self.game, TwoPlayerGame) or isinstance(self.game, Consensus):
            raise bad_value("`game` is a game of its own", self.game, "Pass `kg.theory.DiracGAN()`, say")
        if getattr(self.game, "gradient_penalty", 0) or getattr(self.game, "clip", np.inf) != np.inf:
            raise bad_value(
                "`game` has a smooth field", Shown(f"{self.game}"), "Leave out its penalty and its clipping"
            )

    def field(self, theta: float, psi: float) -> NDArray[np.float64]:
        """The velocities of the game, less γ times the gradient of half their squared norm."""
        # The imaginary part of a tiny complex step is the derivative, without any cancellation.
        steps = ((theta + TINY * 1j, psi), (theta, psi + TINY * 1j))
        gradient = [np.imag(np.sum(self.game.field(*at) ** 2)) / (2 * TINY) for at in steps]
        return self.game.field(theta, psi) - self.weight * np.array(gradient)
