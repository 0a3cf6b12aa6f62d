"""How two players move in a game: update rules, the paths they give, and whether they spiral in.

`keras_gan.theory` hands them on. A rule is a frozen record that knows where the players are and where they
were one update before.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_gan._checks import (
    Shown,
    bad_value,
    check_array,
    check_choice,
    check_count,
    check_number,
    check_positive,
)
from keras_gan.theory.games import TwoPlayerGame

Rate = float | tuple[float, float]
Point = NDArray[np.float64]
ORDERS = ("discriminator_first", "generator_first")


@dataclass(frozen=True)
class UpdateRule(ABC):
    """One way to update both players.

    Args:
        learning_rate: One for both players, or a pair: the generator's, the discriminator's.

    Raises:
        ValueError: A rate is not positive.
    """

    learning_rate: Rate = 0.1

    def __post_init__(self) -> None:
        if isinstance(self.learning_rate, tuple) and len(self.learning_rate) != 2:
            todo = "Pass `learning_rate=(0.1, 0.4)`, say"
            raise bad_value("`learning_rate` is a number or a pair", self.learning_rate, todo)
        for rate in self._pair:
            check_positive("learning_rate", rate)

    @property
    def rates(self) -> Point:
        """The learning rates of generator and discriminator, `(2,)`."""
        return np.array(self._pair)

    @property
    def _pair(self) -> tuple[float, float]:
        rate = self.learning_rate
        return rate if isinstance(rate, tuple) else (rate, rate)

    @abstractmethod
    def step(self, game: TwoPlayerGame, now: Point, before: Point) -> Point:
        """Where the players are after one update.

        Args:
            game: The game.
            now: (theta, psi).
            before: Where they were one update ago; at the start the same as `now`.
        """

    def _move(self, game: TwoPlayerGame, start: Point, velocity: Point) -> Point:
        theta, psi = start + self.rates * velocity
        return np.array([theta, game.keep(psi)])


@dataclass(frozen=True)
class Simultaneous(UpdateRule):
    """Both players move at once, each seeing the other where it was: x + h v(x).

    Example:
        >>> Simultaneous(0.5).step(kg.theory.BilinearGame(), np.array([1.0, 0.0]), None).tolist()
        [1.0, 0.5]

    Reference:
        Mescheder, Geiger and Nowozin 2018, section 2.3, arXiv:1801.04406.
    """

    def step(self, game: TwoPlayerGame, now: Point, before: Point) -> Point:
        """One simultaneous update."""
        return self._move(game, now, game.field(*now))


@dataclass(frozen=True)
class Alternating(UpdateRule):
    """The players move in turn, each seeing what the other has done.

    Args:
        learning_rate: As for every rule.
        discriminator_steps: Updates of the discriminator for one of the generator.
        order: "discriminator_first", as `GAN` plays, or "generator_first".
        momentum: Adds this share of the player's last move to its move (heavy ball), usually negative.

    Raises:
        ValueError: A value is out of range, or momentum comes with several discriminator steps.

    Example:
        >>> start = np.array([1.0, 0.0])
        >>> Alternating(0.5).step(kg.theory.BilinearGame(), start, start).tolist()
        [0.75, 0.5]

    Reference:
        Mescheder, Geiger and Nowozin 2018, section 2.3, arXiv:1801.04406; Gidel et al. 2019, "Negative
        momentum for improved game dynamics", arXiv:1807.04740.
    """

    discriminator_steps: int = 1
    order: str = "discriminator_first"
    momentum: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count("discriminator_steps", self.discriminator_steps)
        check_choice("order", self.order, ORDERS)
        check_number("momentum", self.momentum, -1, 1)
        if self.momentum and self.discriminator_steps > 1:
            raise bad_value(
                "Momentum goes with one step of each player",
                Shown(f"momentum={self.momentum}, discriminator_steps={self.discriminator_steps}"),
                "Leave one of them out",
            )

    def step(self, game: TwoPlayerGame, now: Point, before: Point) -> Point:
        """One update of the generator and `discriminator_steps` of the discriminator."""
        turns = [1] * self.discriminator_steps
        turns = [*turns, 0] if self.order == "discriminator_first" else [0, *turns]
        point = now
        for player in turns:
            velocity = np.zeros(2)
            velocity[player] = game.field(*point)[player]
            point = point.copy()
            point[player] += self.momentum * (now - before)[player]
            point = self._move(game, point, velocity)
        return point


@dataclass(frozen=True)
class Extragradient(UpdateRule):
    """A trial step first; then both players move from where they were, by the velocity found there.

    Example:
        >>> round(spectral_radius(kg.theory.BilinearGame(), Extragradient(0.5)), 5)  # √(1 - 0.5² + 0.5⁴)
        0.90139

    Reference:
        Gidel et al. 2019, "A variational inequality perspective on GANs", arXiv:1802.10551.
    """

    def step(self, game: TwoPlayerGame, now: Point, before: Point) -> Point:
        """One extragradient update: two fields, one move."""
        trial = self._move(game, now, game.field(*now))
        return self._move(game, now, game.field(*trial))


@dataclass(frozen=True)
class Optimistic(UpdateRule):
    """Moves by 2 v(now) - v(before): the last change of the velocity is expected to come again.

    Example:
        >>> round(spectral_radius(kg.theory.BilinearGame(), Optimistic(0.5)), 4)  # √(1 / 2)
        0.7071

    Reference:
        Daskalakis et al. 2018, "Training GANs with optimism", arXiv:1711.00141.
    """

    def step(self, game: TwoPlayerGame, now: Point, before: Point) -> Point:
        """One optimistic update."""
        return self._move(game, now, 2 * game.field(*now) - game.field(*before))


def trajectory(
    game: TwoPlayerGame, rule: UpdateRule, *, start: ArrayLike = (1.0, 1.0), num_steps: int = 500
) -> NDArray[np.float64]:
    """Returns the path of the two players.

    Args:
        game: The game.
        rule: How they move.
        start: (theta, psi) before the first update.
        num_steps: Number of updates; the generator moves once in each.

    Returns:
        `(num_steps + 1, 2)`, the start included. A path that diverges beyond float64 ends in NaN.

    Raises:
        ValueError: `start` is no point of the plane, or `num_steps` is not positive.

    Example:
        >>> path = trajectory(kg.theory.BilinearGame(), Simultaneous(0.1), num_steps=100)
        >>> round(float(np.linalg.norm(path[-1]) / np.linalg.norm(path[0])), 4)  # (1 + 0.1²) ** 50
        1.6446
    """
    now = check_array("start", start)
    if now.shape != (2,) or not np.isfinite(now).all():
        raise bad_value("`start` is (theta, psi)", start, "Pass `start=(1.0, 1.0)`, say")
    before, path = now, [now]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(check_count("num_steps", num_steps)):
            before, now = now, rule.step(game, now, before)
            path.append(now)
    return np.array(path)


def update_jacobian(game: TwoPlayerGame, rule: UpdateRule) -> NDArray[np.float64]:
    """Returns the Jacobian of one update at the equilibrium, on (theta, psi) now and one update before.

    Args:
        game: The game; its field is smooth at (0, 0).
        rule: How the players move.

    Returns:
        `(4, 4)`, by central differences, to about ten digits. For a rule that forgets, its upper left quarter
        is the Jacobian on (theta, psi), and two of the four eigenvalues are 0.

    Raises:
        ValueError: The field has a kink at the equilibrium, as with a gradient penalty.

    Example:
        >>> update_jacobian(kg.theory.BilinearGame(), Simultaneous(0.5))[:2, :2].round(6).tolist()
        [[1.0, -0.5], [0.5, 1.0]]
    """
    fine, coarse = (_differences(game, rule, size) for size in (1e-5, 1e-4))
    if not np.allclose(fine, coarse, atol=1e-5):
        todo = "Look at a `trajectory` instead"
        raise bad_value("The field of `game` is smooth at the equilibrium", Shown(f"{game}"), todo)
    return fine


def spectral_radius(game: TwoPlayerGame, rule: UpdateRule) -> float:
    """Returns by what factor the distance from the equilibrium changes in one update, close to it.

    It is the largest modulus among the eigenvalues of `update_jacobian`: below 1 the players spiral in, above
    1 they leave, at 1 the linear part does not say.

    Args:
        game: The game; its field is smooth at (0, 0).
        rule: How the players move.

    Raises:
        ValueError: The field has a kink at the equilibrium, as with a gradient penalty.

    Example:
        >>> round(spectral_radius(kg.theory.BilinearGame(), Simultaneous(0.1)), 6)  # √(1 + 0.1²)
        1.004988

    Reference:
        Mescheder, Geiger and Nowozin 2018, section 2.3, arXiv:1801.04406.
    """
    return float(np.abs(np.linalg.eigvals(update_jacobian(game, rule))).max())


def _differences(game: TwoPlayerGame, rule: UpdateRule, size: float) -> NDArray[np.float64]:
    """The Jacobian by central differences of this size."""

    def update(state: Point) -> Point:
        return np.concatenate([rule.step(game, state[:2], state[2:]), state[:2]])

    columns = [(update(size * unit) - update(-size * unit)) / (2 * size) for unit in np.eye(4)]
    return np.array(columns).T
