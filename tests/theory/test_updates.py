"""Rules of update: what they do to games whose paths are known."""

import numpy as np
import pytest

from keras_gan import theory
from keras_gan.theory import (
    Alternating,
    BilinearGame,
    Consensus,
    DiracGAN,
    Extragradient,
    Optimistic,
    Simultaneous,
)

H = 0.2
FIRST = {"order": "generator_first"}  # the order of the published Dirac-GAN experiments


def slope(t):
    return 1 / (1 + np.exp(t))


def radii(game, rule, **options):
    return np.linalg.norm(theory.trajectory(game, rule, **options), axis=1)


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


def test_simultaneous_updates_grow_the_radius_by_an_exact_factor():
    path = theory.trajectory(DiracGAN(), Simultaneous(H))
    squares = (path**2).sum(axis=1)
    expected = 1 + H**2 * slope(path[:-1].prod(axis=1)) ** 2
    np.testing.assert_allclose(squares[1:] / squares[:-1], expected, atol=1e-12, rtol=0)


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


def test_a_diverging_path_ends_without_a_warning():
    path = theory.trajectory(BilinearGame(), Simultaneous(1e3), num_steps=200)
    assert np.isnan(path[-1]).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
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
