"""Runs of games of two numbers, in float64: how they move, and where they end."""

from typing import Any

import numpy as np

from keras_gan.theory import (
    Alternating,
    BilinearGame,
    Consensus,
    DiracGAN,
    Extragradient,
    Optimistic,
    Simultaneous,
    TwoPlayerGame,
    spectral_radius,
    trajectory,
)

RATE = 0.2
NUM_STEPS = 500


def games() -> dict[str, TwoPlayerGame]:
    """The Dirac-GAN with its losses and remedies."""
    return {
        "minimax": DiracGAN(),
        "non-saturating": DiracGAN(loss="non_saturating"),
        "Wasserstein": DiracGAN(loss="wasserstein"),
        "noise 0.7": DiracGAN(noise_std=0.7),
        "R1 0.3": DiracGAN(r1=0.3),
        "R1 1": DiracGAN(r1=1.0),
        "consensus 1": Consensus(DiracGAN(), 1.0),
    }


def radii(seed: int) -> dict[str, Any]:
    """B1: spectral radii, largest distance from the formulas, and how exactly the norm grows."""
    formulas = {
        "minimax": np.sqrt(1 + RATE**2 / 4),
        "non-saturating": np.sqrt(1 + RATE**2 / 4),
        "Wasserstein": np.sqrt(1 + RATE**2),
        "noise 0.7": np.sqrt(1 - RATE * 0.7**2 / 2 + RATE**2 / 4),
        "R1 0.3": np.sqrt(1 - RATE * 0.3 + RATE**2 / 4),
        "R1 1": 0.9,
        "consensus 1": abs(1 + RATE * (-1 / 4 + 0.5j)),
    }
    found = {name: spectral_radius(game, Simultaneous(RATE)) for name, game in games().items()}
    path = trajectory(DiracGAN(), Simultaneous(RATE), num_steps=NUM_STEPS)
    squares = (path**2).sum(axis=1)
    slopes = (1 - np.tanh(path.prod(axis=1) / 2)) / 2
    growth = np.abs(squares[1:] / squares[:-1] - 1 - (RATE * slopes[:-1]) ** 2).max()
    distance = max(abs(found[name] - formulas[name]) for name in formulas)
    return {**found, "largest distance from the formulas": distance, "largest error of the growth": growth}


def final_distances(seed: int) -> dict[str, Any]:
    """B2: the distance from the equilibrium after 500 steps from (1, 1), for three ways to take turns."""
    rules = {
        "simultaneous": Simultaneous(RATE),
        "alternating": Alternating(RATE, order="generator_first"),
        "five steps of D": Alternating(RATE, order="generator_first", discriminator_steps=5),
    }
    return {
        name: [
            float(np.linalg.norm(trajectory(game, rule, num_steps=NUM_STEPS)[-1])) for rule in rules.values()
        ]
        for name, game in games().items()
        if name != "Wasserstein"
    }


def limit_cycle(seed: int) -> dict[str, Any]:
    """B3: where the non-saturating game ends, and how slowly it comes in when players take turns."""
    game = DiracGAN(loss="non_saturating")
    found: dict[str, Any] = {}
    for rate in (0.05, 0.1, 0.2):
        end = trajectory(game, Simultaneous(rate), num_steps=10_000)[-1_000:]
        found[f"simultaneous, rate {rate:g}: radius / root of twice the rate"] = float(
            np.linalg.norm(end, axis=1).mean() / np.sqrt(2 * rate)
        )
    path = trajectory(game, Alternating(RATE), num_steps=10_000)
    for k in (1_000, 10_000):
        formula = 1 / np.sqrt(1 / 2 + RATE * k / 8)
        found[f"alternating: distance after {k:,} / formula"] = float(np.linalg.norm(path[k]) / formula)
    return found


def r1_threshold(seed: int) -> dict[str, Any]:
    """B4: the distance after 5,000 steps, for R1 on both sides of a quarter of the learning rate."""
    ends = {}
    for weight in (0.04, 0.06):
        path = trajectory(DiracGAN(r1=weight), Simultaneous(RATE), start=(0.01, 0.01), num_steps=5_000)
        ends[f"R1 {weight:g}: distance at the end / at the start"] = float(
            np.linalg.norm(path[-1]) / np.linalg.norm(path[0])
        )
    return ends


def better_rules(seed: int) -> dict[str, Any]:
    """B5: spectral radii on the bilinear game."""
    game = BilinearGame()
    return {
        "simultaneous 0.1": spectral_radius(game, Simultaneous(0.1)),
        "alternating 0.1": spectral_radius(game, Alternating(0.1)),
        **{
            f"extragradient {rate:g}": spectral_radius(game, Extragradient(rate))
            for rate in (0.5, 0.99, 1.01)
        },
        **{f"optimistic {rate:g}": spectral_radius(game, Optimistic(rate)) for rate in (0.5, 0.57, 0.58)},
        "alternating 0.5, momentum -0.5": spectral_radius(game, Alternating(0.5, momentum=-0.5)),
    }


def two_rates(seed: int) -> dict[str, Any]:
    """B6: the smallest spectral radius over fifty random pairs of learning rates."""
    pairs = 10 ** np.random.default_rng(0).uniform(-3, 0, size=(50, 2))
    game = DiracGAN()
    found = [spectral_radius(game, Simultaneous((float(a), float(b)))) for a, b in pairs]
    exact = np.sqrt(1 + pairs.prod(axis=1) / 4)
    return {
        "pairs": len(found),
        "pairs above 1": int((np.array(found) > 1).sum()),
        "largest distance from the formula": float(np.abs(found - exact).max()),
    }
