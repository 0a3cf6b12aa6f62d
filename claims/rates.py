"""Whether learning rates that differ take the gradient away; here, unlike in `frozen`, both players train."""

from typing import Any

import keras
import numpy as np

import keras_gan as kg
from claims.frozen import BATCH_SIZE, LEAKY, NUM_MEASURED, STEPS_PER_EPOCH, Gradients, batches, manifold
from claims.record import Results, Verdict, in_seeds, judged

PAIRS = {  # learning rate of the generator, of the discriminator
    "equal": (2e-4, 2e-4),
    "equal, high": (2e-3, 2e-3),
    "equal, low": (2e-5, 2e-5),
    "discriminator faster": (2e-4, 2e-3),
    "generator faster": (2e-3, 2e-4),
}
UNEQUAL = ("discriminator faster", "generator faster")
NUM_STEPS = 2_000
LAST = 500 // STEPS_PER_EPOCH
VANISHED = 0.01


def pairs_of_rates(seed: int) -> dict[str, Any]:
    """For each pair the saturating gradient at the end over its start, and the discriminator's accuracy."""
    found: dict[str, Any] = {}
    for name, (generator_rate, rate) in PAIRS.items():
        rows = joint_run(seed, generator_rate, rate)
        end = [row["saturating"] for row in rows[-LAST:]]
        found[f"{name}: gradient / start"] = float(np.median(end)) / rows[0]["saturating"]
        found[f"{name}: least / start"] = min(row["saturating"] for row in rows) / rows[0]["saturating"]
        found[f"{name}: accuracy"] = float(np.median([row["accuracy"] for row in rows[-LAST:]]))
    return found


def joint_run(seed: int, generator_rate: float, rate: float) -> list[dict[str, float]]:
    """Trains both players with the minimax losses; a row an epoch, 0 first."""
    draw = manifold(seed)
    real = draw(NUM_MEASURED, np.random.default_rng([seed, 2]))
    common: Any = {"activation": LEAKY, "initializer": "he_normal"}
    gan = kg.GAN(
        kg.mlp_generator(16, (64,), seed=4 * seed, **common),
        kg.mlp_discriminator((64,), seed=4 * seed + 2, **common),
        loss="minimax",
        seed=4 * seed + 3,
    )
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(generator_rate, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(rate, beta_1=0.5),
    )
    gradients = Gradients(real, {"saturating": kg.Minimax()})
    gan.fit(
        batches(draw, seed, BATCH_SIZE),
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=NUM_STEPS // STEPS_PER_EPOCH,
        verbose=0,
        callbacks=[gradients],
    )
    return gradients.rows


def unequal_ones_vanish(results: Results) -> Verdict:
    """S10: the saying holds where the gradient vanishes with unequal rates and with no equal ones.

    It depends where only one of the two unequal pairs loses its gradient.
    """
    num = len(results)
    gone = {name: [row[f"{name}: gradient / start"] <= VANISHED for row in results] for name in PAIRS}
    vanishes = [in_seeds(f"{name}: the gradient vanishes", num, gone[name]) for name in UNEQUAL]
    stays = [
        in_seeds(f"{name}: it does not", num, [not flag for flag in gone[name]])
        for name in PAIRS
        if name not in UNEQUAL
    ]
    verdict = judged(*vanishes, *stays)
    if sum(condition.holds for condition in vanishes) == 1:
        return Verdict("depends", verdict.sentence)
    return verdict
