from decimal import Decimal

import numpy as np
import pytest
from scipy.stats import norm

from keras_gan import theory
from keras_gan.theory import (
    Alternating,
    BilinearGame,
    Consensus,
    DiracGAN,
    Extragradient,
    Optimistic,
    Simultaneous,
    TwoGaussians,
)

H = 0.2
FIRST = {"order": "generator_first"}  # the order of the published Dirac-GAN experiments
GRID = np.linspace(-12, 24, 36_001)


def masses(mean, std=1.0):
    """Masses of N(mean, std²) on the grid."""
    return norm.pdf(GRID, mean, std) * (GRID[1] - GRID[0])


def radii(game, rule, **options):
    return np.linalg.norm(theory.trajectory(game, rule, **options), axis=1)


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
    ("game", "simultaneous", "alternating"),
    [
        (DiracGAN(), 1.004988, 1.000000),
        (DiracGAN(loss="non_saturating"), 1.004988, 1.000000),
        (DiracGAN(loss="wasserstein"), 1.019804, 1.000000),
        (DiracGAN(noise_std=0.7), 0.980306, 0.975192),
        (DiracGAN(noise_std=np.sqrt(2)), 0.900000, 0.927016),
        (DiracGAN(r1=0.3), 0.974679, 0.969536),
        (DiracGAN(r1=1.0), 0.900000, 0.927016),
        (DiracGAN(r1=0.05), 1.000000, 0.994987),
        (DiracGAN(r1=0.02), 1.002996, 0.997998),
        (Consensus(DiracGAN(), 1.0), 0.955249, 0.950000),
    ],
    ids=str,
)
@pytest.mark.parametrize("order", ["generator_first", "discriminator_first"])
def test_spectral_radii_have_their_printed_digits(game, simultaneous, alternating, order):
    # At a critical weight two eigenvalues meet, and theirs are the square roots of the differences' errors.
    critical = simultaneous == 0.9
    close = 1e-4 if critical else 1e-6
    assert theory.spectral_radius(game, Simultaneous(H)) == pytest.approx(simultaneous, abs=close)
    assert theory.spectral_radius(game, Alternating(H, order=order)) == pytest.approx(alternating, abs=1e-6)


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        (DiracGAN(), 0.5j),
        (DiracGAN(loss="wasserstein"), 1j),
        (DiracGAN(r1=0.3), -0.15 + 1j * np.sqrt(0.25 - 0.15**2)),
        (DiracGAN(noise_std=0.7), -(0.7**2) / 4 + 1j * np.sqrt(0.25 - 0.7**4 / 16)),
        (Consensus(DiracGAN(), 1.0), -0.25 + 0.5j),
        (BilinearGame(), 1j),
    ],
    ids=str,
)
def test_eigenvalues_of_the_field(game, expected):
    matrix = (theory.update_jacobian(game, Simultaneous(H))[:2, :2] - np.eye(2)) / H
    values = sorted(np.linalg.eigvals(matrix), key=np.imag)
    np.testing.assert_allclose(values, [np.conj(expected), expected], atol=1e-7)


@pytest.mark.parametrize(
    ("discriminator_steps", "expected"), [(1, 0.995 + 0.09987j), (5, 0.975 + 0.2222j)], ids=str
)
def test_alternating_updates_turn_divergence_into_rotation(discriminator_steps, expected):
    rule = Alternating(H, discriminator_steps=discriminator_steps)
    values = np.linalg.eigvals(theory.update_jacobian(DiracGAN(), rule)[:2, :2])
    assert values[np.imag(values) > 0][0] == pytest.approx(expected, abs=5e-5)
    assert np.abs(values) == pytest.approx(1, abs=1e-8)


def test_too_large_alternating_steps_diverge():
    values = np.linalg.eigvals(theory.update_jacobian(DiracGAN(), Alternating(5.0))[:2, :2])
    assert sorted(np.abs(values)) == pytest.approx([0.25, 4.0], abs=1e-6)


def slope(t):
    return 1 / (1 + np.exp(t))


def test_simultaneous_updates_grow_the_radius_by_an_exact_factor():
    path = theory.trajectory(DiracGAN(), Simultaneous(H))
    squares = (path**2).sum(axis=1)
    expected = 1 + H**2 * slope(path[:-1].prod(axis=1)) ** 2
    np.testing.assert_allclose(squares[1:] / squares[:-1], expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("seed", range(10))
def test_the_flow_conserves_the_radius_or_shrinks_it_as_computed(seed):
    theta, psi = 3 * np.random.default_rng(seed).standard_normal(2)

    def growth(game):  # of the squared radius
        return 2 * np.array([theta, psi]) @ game.field(theta, psi)

    for game in (DiracGAN(), DiracGAN(loss="wasserstein"), BilinearGame()):
        assert growth(game) == pytest.approx(0, abs=1e-12)
    saturating = -2 * theta * psi * np.tanh(theta * psi / 2)
    assert growth(DiracGAN(loss="non_saturating")) == pytest.approx(saturating, abs=1e-12)
    assert growth(DiracGAN(r1=0.3)) == pytest.approx(-0.6 * psi**2, abs=1e-12)
    penalty = -0.7 * (abs(psi) - 1) * np.sign(psi)
    wgan_gp = DiracGAN(loss="wasserstein", gradient_penalty=0.7)
    assert growth(wgan_gp) == pytest.approx(2 * psi * penalty, abs=1e-12)


NS = {"loss": "non_saturating"}
FINAL = [
    (DiracGAN(), (3.097, 1.421, 1.845)),
    (DiracGAN(**NS), (0.640, 0.284, 0.139)),
    (DiracGAN(noise_std=0.7), (5.7e-5, 4.0e-6, 7e-17)),
    (DiracGAN(r1=0.3), (2.6e-6, 2.3e-7, 9e-34)),
    (DiracGAN(r1=1.0), (1e-21, 7e-17, 5e-12)),
    (DiracGAN(r1=0.3, **NS), (2.2e-6, 1.5e-7, 4e-34)),
    (Consensus(DiracGAN(), 1.0), (2.6e-10, 1.7e-11, 10.97)),
]


@pytest.mark.parametrize(("game", "expected"), FINAL, ids=[str(game) for game, _ in FINAL])
def test_radius_after_five_hundred_steps(game, expected):
    rules = Simultaneous(H), Alternating(H, **FIRST), Alternating(H, discriminator_steps=5, **FIRST)
    for rule, value in zip(rules, expected, strict=True):
        digits = len(f"{value:.16g}".partition("e")[0].lstrip("0.").replace(".", ""))
        found = radii(game, rule)[-1]
        assert float(f"{found:.{digits}g}") == pytest.approx(value, rel=0.51 * 10 ** (1 - digits)), found


@pytest.mark.parametrize(
    ("game", "simultaneous", "alternating"),
    [
        (DiracGAN(loss="wasserstein", clip=1.0), (1.000, 1.272), (0.949, 1.049)),
        (DiracGAN(loss="wasserstein", gradient_penalty=0.7), (1.62, 1.97), (1.14, 1.44)),
    ],
    ids=["clipping", "gradient penalty"],
)
def test_wasserstein_gans_go_on_and_on(game, simultaneous, alternating):
    for rule, expected in ((Simultaneous(H), simultaneous), (Alternating(H, **FIRST), alternating)):
        last = radii(game, rule, num_steps=5_000)[-500:]
        assert (last.min(), last.max()) == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2])
def test_the_non_saturating_game_ends_in_a_circle(rate):
    last = radii(DiracGAN(**NS), Simultaneous(rate), num_steps=12_000)[-1_000:]
    assert last.mean() == pytest.approx(np.sqrt(2 * rate), rel=0.01)


def test_the_non_saturating_game_creeps_in_under_alternating_updates():
    path = radii(DiracGAN(**NS), Alternating(H, **FIRST), num_steps=20_000)
    for step in (1_000, 5_000, 20_000):
        assert path[step] == pytest.approx(1 / np.sqrt(1 / path[0] ** 2 + H * step / 8), rel=0.05)


def test_r1_converges_from_a_quarter_of_the_learning_rate_on():
    assert radii(DiracGAN(r1=0.04), Simultaneous(H), start=(0.1, 0.1))[-1] > 0.1
    assert radii(DiracGAN(r1=0.06), Simultaneous(H), start=(0.1, 0.1), num_steps=3_000)[-1] < 0.05
    for rate in (0.1, 0.4):
        assert theory.spectral_radius(DiracGAN(r1=rate / 4), Simultaneous(rate)) == pytest.approx(1, abs=1e-8)


def test_learning_rates_alone_do_not_stop_the_rotation():
    rates = np.exp(np.random.default_rng(0).uniform(np.log(0.01), np.log(1), (50, 2)))
    for pair in rates:
        radius = theory.spectral_radius(DiracGAN(), Simultaneous(tuple(pair)))
        assert radius == pytest.approx(np.sqrt(1 + pair.prod() / 4), abs=1e-8)
        assert radius > 1


@pytest.mark.parametrize("rate", [0.1, 0.5, 1 / np.sqrt(2), 1.0])
def test_extragradient_on_the_bilinear_game(rate):
    expected = np.sqrt(1 - rate**2 + rate**4)
    assert theory.spectral_radius(BilinearGame(), Extragradient(rate)) == pytest.approx(expected, abs=1e-6)
    path = radii(BilinearGame(), Extragradient(rate), num_steps=10)
    assert path[-1] / path[0] == pytest.approx(expected**10)


@pytest.mark.parametrize(("rate", "radius"), [(0.5, 0.7071), (0.57, 0.9807), (0.58, 1.0069)])
def test_optimistic_updates_converge_below_one_over_root_three(rate, radius):
    assert theory.spectral_radius(BilinearGame(), Optimistic(rate)) == pytest.approx(radius, abs=5e-5)
    path = radii(BilinearGame(), Optimistic(rate), num_steps=2_000)
    assert (path[-1] < path[1_000]) == (rate < 1 / np.sqrt(3))


def test_the_first_optimistic_step_is_a_plain_one():
    game, start = BilinearGame(), (2.0, 0.5)
    paths = [
        theory.trajectory(game, rule(0.1), start=start, num_steps=1) for rule in (Optimistic, Simultaneous)
    ]
    np.testing.assert_array_equal(*paths)


def test_the_bilinear_game_under_plain_updates():
    assert theory.spectral_radius(BilinearGame(), Simultaneous(0.1)) == pytest.approx(np.sqrt(1.01), abs=1e-9)
    path = theory.trajectory(BilinearGame(), Alternating(0.1), num_steps=10_000)
    last = np.linalg.norm(path, axis=1)
    assert 1.2 < last.min() < last.max() < 1.6
    averages = np.linalg.norm(np.cumsum(path, axis=0), axis=1) / np.arange(1, len(path) + 1)
    assert averages[[1_000, 10_000]].tolist() == pytest.approx([0, 0], abs=0.02)
    assert averages[10_000] < averages[1_000] < averages[100]


def test_negative_momentum_damps_alternating_updates():
    rule = Alternating(0.5, momentum=-0.5)
    assert theory.spectral_radius(BilinearGame(), rule) == pytest.approx(0.963, abs=5e-4)
    path = radii(BilinearGame(), rule, num_steps=400)
    assert path[-1] < 1e-5
    assert theory.spectral_radius(BilinearGame(), Alternating(0.5, momentum=0.5)) > 1


def test_clipping_holds_after_every_update_of_the_discriminator():
    game = DiracGAN(loss="wasserstein", clip=0.3)
    for rule in (Simultaneous(H), Alternating(H, discriminator_steps=5), Extragradient(H), Optimistic(H)):
        assert np.abs(theory.trajectory(game, rule, start=(1, 0))[:, 1]).max() == 0.3


def test_small_noise_is_no_noise():
    np.testing.assert_allclose(
        DiracGAN(noise_std=1e-8).field(0.7, -0.4), DiracGAN().field(0.7, -0.4), atol=1e-9
    )


def test_the_noisy_field_is_the_mean_over_noise():
    theta, psi, std = 0.7, -0.4, 0.5
    real, fake = std * np.random.default_rng(0).standard_normal((2, 400_000))
    fake = theta + fake
    sampled = [
        (-psi * slope(psi * fake)).mean(),
        (fake * slope(psi * fake) - real * slope(-psi * real)).mean(),
    ]
    np.testing.assert_allclose(DiracGAN(noise_std=std).field(theta, psi), sampled, atol=3e-3)


def test_consensus_uses_the_gradient_of_half_the_squared_field():
    theta, psi = 0.7, -0.4
    s = theta * psi
    f1, f2 = slope(s), -slope(s) * slope(-s)
    both = (theta**2 + psi**2) * f1 * f2
    expected = np.array([theta * f1**2 + both * psi, psi * f1**2 + both * theta])
    plain, with_consensus = (game.field(theta, psi) for game in (DiracGAN(), Consensus(DiracGAN(), 0.8)))
    np.testing.assert_allclose(plain - with_consensus, 0.8 * expected, atol=1e-14)


def test_a_diverging_path_ends_without_a_warning():
    path = theory.trajectory(BilinearGame(), Simultaneous(1e3), num_steps=200)
    assert np.isnan(path[-1]).any()


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
        (lambda: TwoGaussians(0.0), "`distance` is a positive number"),
        (lambda: DiracGAN(loss="minmax"), "Did you mean 'minimax'"),
        (lambda: DiracGAN(r1=-1.0), "`r1` is a number from 0 up"),
        (lambda: DiracGAN(clip=0.0), "`clip` is a positive number"),
        (lambda: Consensus(DiracGAN(loss="wasserstein", clip=1.0)), "has a smooth field"),
        (lambda: Consensus("gan"), "`game` is a game of its own"),
        (lambda: Simultaneous((0.1, 0.2, 0.3)), "`learning_rate` is a number or a pair"),
        (lambda: Extragradient((0.1, -0.2)), "`learning_rate` is a positive number"),
        (lambda: Alternating(0.1, discriminator_steps=0), "`discriminator_steps` is a positive integer"),
        (lambda: Alternating(0.1, order="discriminator"), "Did you mean 'discriminator_first'"),
        (lambda: Alternating(0.1, discriminator_steps=2, momentum=-0.5), "one step of each player"),
        (lambda: theory.trajectory(DiracGAN(), Simultaneous(H), start=(1,)), "`start` is"),
        (lambda: theory.trajectory(DiracGAN(), Simultaneous(H), num_steps=0), "`num_steps` is a positive"),
        (
            lambda: theory.spectral_radius(DiracGAN(gradient_penalty=1.0), Simultaneous(H)),
            "smooth at the equilibrium",
        ),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=message):
        call()
