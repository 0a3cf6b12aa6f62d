"""A ring on which the plain GAN does not collapse: an averaged generator, and the accuracy of D.

The setting is that of A3: `z` of length 2, both networks at the same rate.
"""

from typing import Any

import keras
import numpy as np

import keras_gan as kg
from claims.record import Claim, Results, Verdict, in_seeds, judged, most

LOOKS, STEPS_PER_LOOK, BATCH_SIZE = 12, 250, 128
QUARTER, HALF = LOOKS // 4, LOOKS // 2
NUM_SAMPLES = 2_500
DECAYS = 0.99, 0.999


class Looks(keras.callbacks.Callback):
    """After each epoch: the discriminator's accuracy, and the scores of both generators."""

    def __init__(self, data: kg.Dataset) -> None:
        super().__init__()
        self.data = data
        self.accuracy: list[float] = []
        self.last: list[kg.metrics.ModeReport] = []
        self.averaged: list[kg.metrics.ModeReport] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Scores fresh samples."""
        fake = self.model.sample(NUM_SAMPLES, seed=epoch)
        averaged = self.model.sample(NUM_SAMPLES, seed=epoch, averaged=True)
        self.last.append(kg.mode_report(fake, self.data))
        self.averaged.append(kg.mode_report(averaged, self.data))
        self.accuracy.append(accuracy(self.model.discriminator, self.data.test, fake))


def accuracy(discriminator: Any, real: np.ndarray, fake: np.ndarray) -> float:
    """Share of samples on the right side of one half, of as many real ones and fakes."""
    real_logits, fake_logits = (np.asarray(discriminator(x, training=False)) for x in (real, fake))
    return float(((real_logits > 0).mean() + (fake_logits <= 0).mean()) / 2)


def ring_looks(seed: int, decay: float) -> Looks:
    """Trains for 3,000 steps and returns what was seen at 12 looks."""
    data = kg.ring(num_train=BATCH_SIZE * STEPS_PER_LOOK, num_test=NUM_SAMPLES, seed=seed)
    common: Any = {"activation": "leaky_relu_0.2", "initializer": "he_normal"}
    gan = kg.GAN(
        kg.mlp_generator(2, (2,), seed=3 * seed, **common),
        kg.mlp_discriminator((2,), seed=3 * seed + 1, **common),
        average=decay,
        seed=3 * seed + 2,
    )
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
    )
    looks = Looks(data)
    gan.fit(data.train, batch_size=BATCH_SIZE, epochs=LOOKS, verbose=0, callbacks=[looks])
    return looks


def one_step(seed: int) -> dict[str, Any]:
    """Quality and accuracy early and late in the run."""
    looks = ring_looks(seed, DECAYS[0])
    quality = [report.high_quality for report in looks.last]
    return {
        "quality early": float(np.mean(quality[:QUARTER])),
        "quality late": float(np.mean(quality[-QUARTER:])),
        "accuracy early": float(np.mean(looks.accuracy[:QUARTER])),
        "accuracy late": float(np.mean(looks.accuracy[-QUARTER:])),
    }


def averages(seed: int) -> dict[str, Any]:
    """Quality and KL, late in the run, of the last generator and of one averaged with each decay."""
    found: dict[str, Any] = {}
    for decay in DECAYS:
        looks = ring_looks(seed, decay)
        for name, reports in (("last", looks.last), (f"decay {decay}", looks.averaged)):
            found[f"quality, {name}"] = late(reports, "high_quality")
            found[f"KL, {name}"] = late(reports, "kl")
    return found


def late(reports: list[kg.metrics.ModeReport], name: str) -> float:
    """The median of a score over the second half of the looks."""
    return float(np.median([getattr(report, name) for report in reports[-HALF:]]))


def averaging_helps(results: Results) -> Verdict:
    """B8."""
    conditions = [
        in_seeds(
            f"higher quality with decay {decay}",
            most(0.8, results),
            [row[f"quality, decay {decay}"] > row["quality, last"] for row in results],
        )
        for decay in DECAYS
    ]
    verdict = judged(*conditions)
    mixed = len({each.holds for each in conditions}) > 1
    return Verdict("depends" if mixed else verdict.outcome, verdict.sentence)


def accuracy_falls(results: Results) -> Verdict:
    """S7."""
    needed = most(0.8, results)
    better = [row["quality late"] > row["quality early"] for row in results]
    falls = [row["accuracy late"] < row["accuracy early"] for row in results]
    return judged(
        in_seeds("samples better late than early", needed, better),
        in_seeds("accuracy lower late than early", needed, falls),
    )


EASY_RING = """The ring of A3: 8 modes of standard deviation 0.05; `z` of length 2; in both networks two
    hidden layers of 128, leaky ReLU 0.2, He initialisation; Adam at 0.001, β₁ = 0.5; non-saturating loss,
    batches of 128; 3,000 steps of the generator, a look at 2,500 fresh samples every 250."""

CLAIMS = (
    Claim(
        id="B8",
        title="An averaged generator is better than the last one",
        source="""Yazici et al. 2019, *The unusual effectiveness of averaging in GAN training*: moving
            averages of the generator's weights improve the scores on images, for several networks and
            losses.""",
        statement="""On the ring a generator that is a moving average of the weights has a higher share of
            high quality than the last one in at least 8 of 10 seeds, with decay 0.99 and with decay 0.999. It
            depends where that holds for one of the two.""",
        protocol=f"""{EASY_RING} No R1. The share is the median over the last 6 looks, since a single look at
            the last generator is a matter of luck; the KL of the modes is stored beside it. In the pilot
            the shorter memory helped and the longer one did harm, but helped in one run of 9,000 steps.""",
        cost=20,
        run=averages,
        verdict=averaging_helps,
        lesson="09c_a_network_that_does_not_rest",
    ),
)
