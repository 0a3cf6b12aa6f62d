"""Things with exact answers: the best discriminator, divergences, packing, games that can be solved by hand.

All numbers are float64, and nothing here is trained.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.stats import norm

from keras_gan._checks import check_array, check_positive


@dataclass(frozen=True)
class TwoGaussians:
    """Real samples from N(0, 1), fake ones from N(distance, 1), and the best discriminator between them.

    Its logit is a straight line: D* is a logistic regression. The gradients are those of the generator's
    losses with respect to `distance`, by which it shifts all its samples, while D* stands still. Where no
    closed form exists, a number is an integral, to about twelve digits.

    Args:
        distance: d, the distance of the means in standard deviations.

    Raises:
        ValueError: Unless `distance` is positive.

    Example:
        >>> game = TwoGaussians(2.0)
        >>> round(game.accuracy, 4), round(game.saturating_gradient, 4)
        (0.8413, 0.4496)

    Reference:
        Goodfellow et al. 2014, section 4.1 and the end of section 3, arXiv:1406.2661. The numbers follow from
        log p - log q = -d (x - d/2).
    """

    distance: float

    def __post_init__(self) -> None:
        check_positive("distance", self.distance)

    @property
    def slope(self) -> float:
        """The slope of the logit of D*: -d."""
        return -self.distance

    @property
    def bias(self) -> float:
        """The logit of D* at 0: d²/2."""
        return self.distance**2 / 2

    def logits(self, x: ArrayLike) -> NDArray[np.float64]:
        """The logits of D* at the points `x`."""
        return self.slope * check_array("x", x) + self.bias

    @property
    def accuracy(self) -> float:
        """How often D* is right, in [1/2, 1]: Φ(d/2)."""
        return float(norm.cdf(self.distance / 2))

    @property
    def value(self) -> float:
        """The value of the game at D*, in nats: 2 JSD - log 4."""
        return -2 * self._overlap(
            lambda s: np.exp(s / 2) * np.log1p(np.exp(-s)) + np.exp(-s / 2) * (s + np.log1p(np.exp(-s)))
        )

    @property
    def js_divergence(self) -> float:
        """The Jensen-Shannon divergence in nats, at most log 2."""
        return self.value / 2 + float(np.log(2))

    @property
    def kl_divergence(self) -> float:
        """KL of either one from the other, in nats: d²/2."""
        return self.distance**2 / 2

    @property
    def total_variation(self) -> float:
        """The total variation, in [0, 1]: 2 Φ(d/2) - 1."""
        return 2 * self.accuracy - 1

    @property
    def wasserstein_distance(self) -> float:
        """The Wasserstein-1 distance: d."""
        return self.distance

    @property
    def saturating_gradient(self) -> float:
        """|gradient| of E log(1 - D*): d times the mean of D* over the fakes. About exp(-d²/8)."""
        return self.distance * self._overlap(lambda s: 1 / np.cosh(s / 2))

    @property
    def non_saturating_gradient(self) -> float:
        """|gradient| of -E log D*: d times the mean of 1 - D* over the fakes. With the other, exactly d."""
        return self.distance - self.saturating_gradient

    @property
    def wasserstein_gradient(self) -> float:
        """|gradient| of the Wasserstein-1 distance: 1."""
        return 1.0

    def _overlap(self, sides: Callable[[float], float]) -> float:
        """exp(-d²/8) times the integral of φ(u) · sides(d u) over u > 0, where both sides are summed.

        The middle between the means lies at u = 0. There the density of the fakes is φ(u) · exp(d u / 2) ·
        exp(-d²/8); taken out of the integral, the small factor does not round it off.
        """
        d = self.distance
        end = min(12 * d, 100.0)  # beyond it the integrand is below 1e-20 of its greatest value
        integral = quad(lambda s: norm.pdf(s / d) * sides(s), 0, end, epsabs=0, epsrel=1e-12)[0]
        return float(np.exp(-(d**2) / 8) * integral / d)
