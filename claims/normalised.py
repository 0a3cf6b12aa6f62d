"""Where batch normalisation stands: in the generator, in the discriminator, or in both."""

from typing import Any

import keras
import numpy as np

import keras_gan as kg
from claims.record import Claim, Results, Verdict, in_seeds, judged
from claims.trial import BATCH_SIZE, BETA_1, LATENT_DIM, RATE, STEPS, WIDTH, data_set

DEPTH = 3
PLACES = {
    "nowhere": (False, False),
    "generator": (True, False),
    "discriminator": (False, True),
    "both": (True, True),
}


def by_place(seed: int) -> dict[str, Any]:
    """Coverage of digits with three hidden layers in both networks, for each place."""
    return {name: covered(seed, *flags) for name, flags in PLACES.items()}


def covered(seed: int, in_generator: bool, in_discriminator: bool) -> float:
    """Trains as `claims.trial` does; the share of test digits with a sample near."""
    train, test = data_set("digits", seed, BATCH_SIZE * STEPS)
    both: dict[str, Any] = {"widths": (WIDTH,) * DEPTH, "activation": "leaky_relu_0.2"}
    shape = train.shape[1:]
    gan = kg.GAN(
        kg.mlp_generator(LATENT_DIM, shape, batch_normalization=in_generator, seed=3 * seed, **both),
        kg.mlp_discriminator(shape, batch_normalization=in_discriminator, seed=3 * seed + 1, **both),
        seed=3 * seed + 2,
    )
    adam = [keras.optimizers.Adam(RATE, beta_1=BETA_1) for _ in range(2)]
    gan.compile(generator_optimizer=adam[0], discriminator_optimizer=adam[1])
    gan.fit(train, batch_size=BATCH_SIZE, verbose=0)
    fake = gan.sample(len(test), seed=seed)
    return kg.neighbour_scores(test.reshape(len(test), -1), fake.reshape(len(test), -1)).coverage


def the_place_decides(results: Results) -> Verdict:
    """S5b: it helps in the generator, and does harm in the discriminator."""
    found = {name: np.array([row[name] for row in results]) for name in PLACES}
    needed = len(results) - 1
    medians = {name: float(np.median(values)) for name, values in found.items()}
    return judged(
        in_seeds(
            f"normalised in the generator alone three layers cover more than nowhere, medians "
            f"{medians['generator']:.3f} and {medians['nowhere']:.3f},",
            needed,
            list(found["generator"] > found["nowhere"]),
        ),
        in_seeds(
            f"in the discriminator alone or in both at most half of nowhere, medians "
            f"{medians['discriminator']:.3f} and {medians['both']:.3f},",
            needed,
            list(np.maximum(found["discriminator"], found["both"]) <= found["nowhere"] / 2),
        ),
    )


CLAIMS = (
    Claim(
        id="S5b",
        title="Batch normalisation helps in the generator and does harm in the discriminator",
        source="This course, after S5: the exercise on fully connected GANs names no network.",
        statement="""On digits, three hidden layers in both networks: normalised in the generator alone,
            samples cover more than without any normalisation; normalised in the discriminator alone, and in
            both, they cover at most half of that. Both in at least 4 of 5 seeds.""",
        protocol="""The setting of S5, with three layers only and each place by itself. Real and fake pass
            through the discriminator apart.""",
        cost=12,
        run=by_place,
        verdict=the_place_decides,
        seeds=(10, 11, 12, 13, 14),
        lesson="06b_how_deep",
    ),
)
