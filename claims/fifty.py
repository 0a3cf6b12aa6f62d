"""A discriminator that is right half of the time: whether that shows a perfect generator. Exact."""

from typing import Any

import numpy as np
from scipy.optimize import minimize

import keras_gan as kg
from claims.record import Claim, Condition, Results, Verdict, judged


def one_half(seed: int) -> dict[str, Any]:
    """Where the fake is when the Dirac-GAN answers one half, and the best linear judge of a round cloud."""
    path = kg.theory.trajectory(kg.theory.DiracGAN(), kg.theory.Alternating(0.2), num_steps=500)
    crossings = np.flatnonzero(np.diff(np.sign(path[:, 1])))
    away = np.abs(path[crossings, 0])
    ring: Any = kg.ring(num_train=1)
    variance = 0.5 + ring.std**2

    def loss(line: np.ndarray) -> float:
        """Cross-entropy of a linear discriminator: real modes against a normal cloud of the same moments."""
        slope, bias = np.linalg.norm(line[:2]), line[2]
        real = [_mean_of_log(mode @ line[:2] + bias, slope * ring.std) for mode in ring.modes]
        return float(np.mean(real) + _mean_of_log(-bias, slope * variance**0.5))

    best = minimize(loss, [1.0, 0.5, 0.5])
    return {
        "times one half": len(crossings),
        "least distance of the fake then": float(away.min()),
        "loss of the best linear discriminator / 2 log 2": float(best.fun / (2 * np.log(2))),
        "best accuracy of any discriminator": best_accuracy(ring.modes, ring.std, variance),
    }


def _mean_of_log(mean: float, std: float) -> float:
    """The mean of log(1 + exp(-t)) over a normal t, by 80 nodes of Gauss and Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    return float(weights @ np.logaddexp(0, -(mean + std * nodes)) / weights.sum())


def best_accuracy(modes: np.ndarray, std: float, variance: float) -> float:
    """(1 + total variation) / 2 between a ring of normal modes and a normal cloud, on a fine grid."""
    ticks = np.linspace(-4, 4, 801)
    x, y = np.meshgrid(ticks, ticks)
    real = sum(
        np.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * std**2)) / (2 * np.pi * std**2) for a, b in modes
    ) / len(modes)
    fake = np.exp(-(x**2 + y**2) / (2 * variance)) / (2 * np.pi * variance)
    return float((1 + np.abs(real - fake).sum() * (ticks[1] - ticks[0]) ** 2 / 2) / 2)


def half_means_perfect(results: Results) -> Verdict:
    """F2."""
    (row,) = results
    away, loss = (
        row["least distance of the fake then"],
        row["loss of the best linear discriminator / 2 log 2"],
    )
    return judged(
        Condition(
            "the fake of the Dirac-GAN within 0.1 at each answer of one half",
            f"{row['times one half']} times, and never nearer than {away:.2f}",
            away <= 0.1,
        ),
        Condition(
            "the best linear discriminator of a cloud below 0.99 of 2 log 2",
            f"{loss:.6f} of it, where another is right in {row['best accuracy of any discriminator']:.1%}",
            loss < 0.99,
        ),
    )


CLAIMS = (
    Claim(
        id="F2",
        title="A discriminator that is right half of the time shows a perfect generator",
        source="""Read so in many lessons. Google's course on GANs, page on training, says the reverse, that a
            perfect generator leaves an accuracy of 50 %.""",
        statement="""Each time the discriminator of the undamped Dirac-GAN answers one half everywhere, the
            fake lies within 0.1 of the real point; and a linear discriminator at its best tells a ring from
            a normal cloud of the same mean and variance, with a loss below 0.99 times 2 log 2.""",
        protocol="""Alternating updates at 0.2, 500 steps from (1, 1). Ring of 8 modes of standard deviation
            0.05; expected losses by Gauss-Hermite quadrature, minimised over lines.""",
        cost=1,
        run=one_half,
        verdict=half_means_perfect,
        seeds=(0,),
        exact=True,
        lesson="09d_fifty_percent",
    ),
)
