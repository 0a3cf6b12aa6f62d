"""Two Gaussians, whose numbers are printed in a table and summed over a grid."""

from decimal import Decimal

import numpy as np
import pytest
from scipy.stats import norm

from keras_gan import theory
from keras_gan.theory import TwoGaussians

GRID = np.linspace(-12, 24, 36_001)


def masses(mean, std=1.0):
    """Masses of N(mean, std²) on the grid."""
    return norm.pdf(GRID, mean, std) * (GRID[1] - GRID[0])


# distance: accuracy, JSD / log 2, value, saturating and non-saturating gradient
GAUSSIANS = {
    0.1: (".5199", ".0018", "-1.38380", ".0499", ".0501"),
    0.5: (".5987", ".0437", "-1.32567", ".2353", ".2647"),
    1: (".6915", ".1607", "-1.16345", ".398", ".602"),
    2: (".8413", ".4859", "-.71263", ".4496", "1.550"),
    4: (".97725", ".9128", "-.12085", ".1372", "3.863"),
    6: (".99865", ".99445", "-.00770", "1.245e-2", "5.988"),
    8: (".999968", ".999865", "-.00019", "3.93e-4", "8.000"),
    10: ("1.0000", ".999999", "-2e-6", "4.46e-6", "10.00"),
    12: ("1.0000", "1.0000", "-6e-9", "1.85e-8", "12.00"),
}


@pytest.mark.parametrize("distance", GAUSSIANS)
def test_two_gaussians_reproduce_the_table_to_its_digits(distance):
    game = TwoGaussians(distance)
    computed = (
        game.accuracy,
        game.js_divergence / np.log(2),
        game.value,
        game.saturating_gradient,
        game.non_saturating_gradient,
    )
    for value, expected in zip(computed, GAUSSIANS[distance], strict=True):
        half_a_digit = 0.5 * 10.0 ** Decimal(expected).as_tuple().exponent
        assert value == pytest.approx(float(expected), abs=1.02 * half_a_digit)
    assert game.wasserstein_gradient == 1


@pytest.mark.parametrize("distance", [1e-3, 0.1, 1, 2, 4, 6, 8])
def test_two_gaussians_agree_with_sums_over_a_grid(distance):
    game, p, q = TwoGaussians(distance), masses(0), masses(distance)
    best = theory.optimal_discriminator(p, q)
    assert game.js_divergence == pytest.approx(theory.js_divergence(p, q), abs=1e-12)
    assert game.kl_divergence == pytest.approx(theory.kl_divergence(p, q), abs=1e-9)
    assert game.total_variation == pytest.approx(theory.total_variation(p, q), abs=1e-6)
    assert game.wasserstein_distance == pytest.approx(theory.wasserstein_distance(GRID, p, q), abs=1e-9)
    assert game.saturating_gradient == pytest.approx(distance * best @ q, abs=1e-11)
    assert game.non_saturating_gradient == pytest.approx(distance * (1 - best) @ q, abs=1e-11)
    np.testing.assert_allclose(game.logits(GRID), theory.optimal_logits(p, q), atol=1e-9)


def test_the_two_gradients_are_slopes_of_the_two_losses():
    game, step = TwoGaussians(3.0), 1e-4
    shifted = [masses(3 + shift) for shift in (step, -step)]
    logits = game.logits(GRID)
    saturating = [q @ -np.logaddexp(0, logits) for q in shifted]
    non_saturating = [q @ np.logaddexp(0, -logits) for q in shifted]
    assert np.subtract(*saturating) / (2 * step) == pytest.approx(game.saturating_gradient, rel=1e-6)
    assert np.subtract(*non_saturating) / (2 * step) == pytest.approx(game.non_saturating_gradient, rel=1e-6)


def test_the_saturating_gradient_loses_five_orders_of_magnitude():
    gradients = {d: TwoGaussians(d).saturating_gradient for d in (1, 2, 10)}
    assert max(gradients, key=gradients.get) == 2
    assert 5.0 < np.log10(gradients[2] / gradients[10]) < 5.1


def test_large_distances_stay_finite():
    game = TwoGaussians(60.0)
    assert 0 < game.saturating_gradient < 1e-190
    assert 0 > game.value > -1e-190
    assert game.js_divergence == np.log(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TwoGaussians(0.0), "`distance` is a positive number"),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=message):
        call()
