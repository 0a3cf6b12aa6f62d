"""Divergences: their bounds, their ends, and the game whose value they are."""

import numpy as np
import pytest
from scipy.stats import norm

from keras_gan import theory
from keras_gan.theory import TwoGaussians

GRID = np.linspace(-12, 24, 36_001)


def masses(mean, std=1.0):
    """Masses of N(mean, std²) on the grid."""
    return norm.pdf(GRID, mean, std) * (GRID[1] - GRID[0])


def test_value_of_the_game_is_finite_in_the_tails_and_gives_twice_jsd_less_log_four():
    for distance in (0.5, 2, 8, 12):
        p, q = masses(0), masses(distance)
        value = theory.value_of_game(theory.optimal_logits(p, q), p, q)
        assert value == pytest.approx(2 * theory.js_divergence(p, q) - np.log(4), abs=1e-11)
        assert value == pytest.approx(TwoGaussians(distance).value, abs=1e-11)
    with np.errstate(divide="ignore"):  # what the logits are for
        assert q @ np.log(1 - theory.optimal_discriminator(p, q)) == -np.inf


def test_no_discriminator_has_a_greater_value():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(20)), rng.dirichlet(np.ones(20))
    best = theory.optimal_logits(p, q)
    greatest = theory.value_of_game(best, p, q)
    for _ in range(50):
        assert theory.value_of_game(best + 0.1 * rng.standard_normal(20), p, q) < greatest


def test_at_the_equilibrium_the_value_is_minus_log_four():
    p = np.full(10, 0.1)
    assert theory.value_of_game(theory.optimal_logits(p, p), p, p) == pytest.approx(-1.38629, abs=5e-6)
    assert np.all(theory.optimal_discriminator(p, p) == 0.5)


@pytest.mark.parametrize("seed", range(20))
def test_divergences_keep_their_bounds(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.full(8, 0.3), size=2)
    jsd, tv = theory.js_divergence(p, q), theory.total_variation(p, q)
    assert 0 < jsd < np.log(2)
    assert jsd == pytest.approx(theory.js_divergence(q, p), abs=1e-15)
    assert tv == theory.total_variation(q, p)
    assert 0 < tv < 1
    assert theory.kl_divergence(p, q) >= 2 * tv**2  # Pinsker
    assert tv**2 / 2 <= jsd <= tv * np.log(2)
    order = rng.permutation(8)
    assert theory.js_divergence(p[order], q[order]) == pytest.approx(jsd)
    assert theory.wasserstein_distance(np.arange(8), p, q) == pytest.approx(
        theory.wasserstein_distance(np.arange(8), q, p)
    )


def test_equal_and_disjoint_distributions():
    left, right = [0.5, 0.5, 0, 0], [0, 0, 0.25, 0.75]
    for divergence in (theory.js_divergence, theory.kl_divergence, theory.total_variation):
        assert divergence(left, left) == 0
    assert theory.js_divergence(left, right) == pytest.approx(np.log(2))
    assert theory.kl_divergence(left, right) == np.inf
    assert theory.total_variation(left, right) == 1
    logits = theory.optimal_logits(left, right)
    assert logits.tolist() == [np.inf, np.inf, -np.inf, -np.inf]
    assert theory.value_of_game(logits, left, right) == 0
    assert theory.value_of_game(-logits, left, right) == -np.inf
    assert theory.optimal_logits([1.0, 0.0, 0.0], [0.5, 0.0, 0.5])[1] == 0


def test_masses_may_lie_in_any_number_of_dimensions():
    p, q = np.full((2, 2), 0.25), np.array([[0.5, 0.5], [0, 0]])
    np.testing.assert_allclose(theory.optimal_discriminator(p, q), [[1 / 3, 1 / 3], [1, 1]])
    assert theory.total_variation(p, q) == 0.5


def test_wasserstein_distance_of_a_shift_is_the_shift():
    for shift in (0, 1, 3):
        moved = np.roll([0.2, 0.3, 0.5, 0, 0, 0], shift)
        distance = theory.wasserstein_distance(0.5 * np.arange(6), [0.2, 0.3, 0.5, 0, 0, 0], moved)
        assert distance == pytest.approx(0.5 * shift)


UNIFORM = [0.2, 0.3, 0.5]  # of [0, 0.2], [0.2, 0.5] and [0.5, 1]


COLLAPSED = [0, 0.375, 0.625]  # uniform on [0.2, 1]


UNEVEN = [0.12, 0.18, 0.7]  # density 0.6 below 0.5 and 1.4 above


@pytest.mark.parametrize(
    ("packing", "collapsed", "uneven"),
    [(1, 0.2, 0.2), (2, 0.36, 0.24), (3, 0.488, 0.284), (4, 0.5904, 0.3392), (5, 0.67232, 0.34072)],
)
def test_packs_tell_a_collapse_from_an_uneven_sampler(packing, collapsed, uneven):
    assert theory.packed_total_variation(UNIFORM, COLLAPSED, packing) == pytest.approx(collapsed, abs=1e-12)
    assert theory.packed_total_variation(UNIFORM, UNEVEN, packing) == pytest.approx(uneven, abs=1e-12)


def test_a_collapse_stays_hidden_from_a_pack_with_the_chance_of_missing_it():
    for packing in range(1, 9):
        tv = theory.packed_total_variation(UNIFORM, COLLAPSED, packing)
        assert tv == pytest.approx(1 - 0.8**packing, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.js_divergence([0.5, 0.6], [0.5, 0.5]), r"`p` holds masses .* sum 1.1, least 0.5"),
        (lambda: theory.js_divergence([0.5, 0.5], [1.5, -0.5]), "`q` holds masses"),
        (lambda: theory.kl_divergence([1.0], [0.5, 0.5]), r"one shape. Received: shapes \(1,\) and \(2,\)"),
        (lambda: theory.total_variation([np.nan, 1.0], [0.5, 0.5]), "`p` holds masses"),
        (lambda: theory.total_variation([], []), "`p` holds masses"),
        (lambda: theory.optimal_logits("half", [1.0]), "`p` is an array of numbers"),
        (lambda: theory.value_of_game([0.0], [0.5, 0.5], [0.5, 0.5]), "`logits` holds one number a mass"),
        (lambda: theory.value_of_game([0.0, np.nan], [0.5, 0.5], [0.5, 0.5]), "1 NaN"),
        (lambda: theory.wasserstein_distance([1, 0], [0.5, 0.5], [0.5, 0.5]), "`points` increase"),
        (lambda: theory.packed_total_variation(UNIFORM, UNEVEN, 0), "`packing` is a positive integer"),
        (lambda: theory.packed_total_variation(UNIFORM, UNEVEN, 99), "at most 10000000 packs"),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=message):
        call()
