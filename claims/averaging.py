"""A ring on which the plain GAN does not collapse: an averaged generator, and the accuracy of D.

The setting is that of A3: `z` of length 2, both networks at the same rate.
"""

from typing import Any

import keras
import numpy as np

import keras_gan as kg
from claims.record import Claim, Results, Verdict, in_seeds, judged

LOOKS, STEPS_PER_LOOK, BATCH_SIZE = 12, 250, 128
QUARTER, HALF = LOOKS // 4, LOOKS // 2
NUM_SAMPLES = 2_500


class Looks(keras.callbacks.Callback):
    """After each epoch: the discriminator's accuracy, and the scores of both generators."""

    def __init__(self, data: kg.Dataset) -> None:
        super().__init__()
        self.data = data
        self.accuracy: list[float] = []
        self.last: list[kg.ModeReport] = []
        self.averaged: list[kg.ModeReport] = []

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


def ring_looks(seed: int) -> Looks:
    """Trains for 3,000 steps and returns what was seen at 12 looks."""
    data = kg.ring(num_train=BATCH_SIZE * STEPS_PER_LOOK, num_test=NUM_SAMPLES, seed=seed)
    common: Any = {"activation": "leaky_relu_0.2", "initializer": "he_normal"}
    gan = kg.GAN(
        kg.mlp_generator(2, (2,), seed=3 * seed, **common),
        kg.mlp_discriminator((2,), seed=3 * seed + 1, **common),
        average=0.999,
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
    """Quality of the last and the averaged generator late in the run; quality and accuracy early and late."""
    looks = ring_looks(seed)
    quality = [report.high_quality for report in looks.last]
    return {
        "KL, last": late(looks.last, "kl"),
        "KL, averaged": late(looks.averaged, "kl"),
        "quality, last": late(looks.last, "high_quality"),
        "quality, averaged": late(looks.averaged, "high_quality"),
        "quality early": float(np.mean(quality[:QUARTER])),
        "quality late": float(np.mean(quality[-QUARTER:])),
        "accuracy early": float(np.mean(looks.accuracy[:QUARTER])),
        "accuracy late": float(np.mean(looks.accuracy[-QUARTER:])),
    }


def late(reports: list[kg.ModeReport], name: str) -> float:
    """The median of a score over the second half of the looks."""
    return float(np.median([getattr(report, name) for report in reports[-HALF:]]))


def averaging_helps(results: Results) -> Verdict:
    """B8."""
    num = len(results)
    return judged(
        in_seeds("smaller KL", num - 1, [row["KL, averaged"] < row["KL, last"] for row in results]),
        in_seeds(
            "higher quality",
            num - 1,
            [row["quality, averaged"] > row["quality, last"] for row in results],
        ),
    )


def accuracy_falls(results: Results) -> Verdict:
    """S7."""
    num = len(results)
    better = [row["quality late"] > row["quality early"] for row in results]
    falls = [row["accuracy late"] < row["accuracy early"] for row in results]
    return judged(
        in_seeds("samples better late than early", num - 1, better),
        in_seeds("accuracy lower late than early", num - 1, falls),
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
        statement="""On the ring the generator that is a moving average of the weights, with decay 0.999,
            has a smaller KL than the last one in at least 9 of 10 seeds, and a higher share of high quality
            in at least 9 of 10.""",
        protocol=f"""{EASY_RING} No R1. Of KL and share the median over the last 6 looks counts, since a
            single look at the last generator is a matter of luck.""",
        cost=20,
        run=one_step,
        verdict=averaging_helps,
        lesson="09c_a_network_that_does_not_rest",
    ),
)
