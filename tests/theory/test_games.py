"""Games of two numbers: their fields, in closed form."""

import numpy as np
import pytest

from keras_gan import theory
from keras_gan.theory import BilinearGame, Consensus, DiracGAN, Simultaneous

H = 0.2


def slope(t):
    return 1 / (1 + np.exp(t))


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: DiracGAN(loss="minmax"), "Did you mean 'minimax'"),
        (lambda: DiracGAN(r1=-1.0), "`r1` is a number from 0 up"),
        (lambda: DiracGAN(clip=0.0), "`clip` is a positive number"),
        (lambda: Consensus(DiracGAN(loss="wasserstein", clip=1.0)), "has a smooth field"),
        (lambda: Consensus("gan"), "`game` is a game of its own"),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=message):
        call()
