"""The fully connected exercise by its own recipe: depths, and places for batch normalisation."""

from functools import cache
from typing import Any, ClassVar

import keras
import numpy as np

import keras_gan as kg
from claims.record import Claim, Results, Verdict, in_seeds, judged, most

EPOCHS, BATCH_SIZE, NUM_TRAIN = 80, 100, 900
RATE, SLOW = 0.002, 0.0002  # the recipe's, and a tenth of it
DEPTHS = (1, 2, 3)
PLACES = {"nowhere": (False, False), "generator": (True, False), "both": (True, True)}
SETTINGS = {f"{place}, {depth}": (place, depth, RATE) for place in PLACES for depth in DEPTHS}
SETTINGS |= {f"slower, {depth}": ("nowhere", depth, SLOW) for depth in (1, 3)}


class Kept:
    """Compiled GANs of this process, by place and depth."""

    gans: ClassVar[dict[tuple[str, int], kg.GAN]] = {}


@cache
def digits() -> kg.Dataset:
    """One half of scikit-learn's digits to train on, the other to measure with."""
    whole = kg.load_images("digits")
    images = np.concatenate([whole.train, whole.test])
    labels = np.concatenate([whole.train_labels, whole.test_labels])
    order = np.random.default_rng(0).permutation(len(images))
    first, second = order[:NUM_TRAIN], order[NUM_TRAIN:]
    return kg.Dataset(images[first], images[second], labels[first], labels[second])


def places_and_depths(seed: int) -> dict[str, Any]:
    """Fréchet distance and coverage of each setting; for three layers also with the mean picture mended."""
    train, found = digits().train, {}
    for name, (place, depth, rate) in SETTINGS.items():
        fake = samples(place, depth, rate, seed)
        found[name] = measure(fake)
        if depth == DEPTHS[-1] and rate == RATE:
            found[f"{name}, mended"] = measure(np.clip(fake - fake.mean(axis=0) + train.mean(axis=0), -1, 1))
    return found


def measure(fake: np.ndarray) -> list[float]:
    """The Fréchet distance in a classifier's features, and the coverage in pixels of unseen digits."""
    reference = digits().test[: len(fake)]
    features = map(kg.load_classifier(digits()).features, (reference, fake))
    near = kg.metrics.neighbour_scores(*(x.reshape(len(x), -1) for x in (reference, fake)))
    return [kg.metrics.frechet_distance(*features), near.coverage]


def samples(place: str, depth: int, rate: float, seed: int) -> np.ndarray:
    """Trains one setting and returns as many samples as digits are compared."""
    players = networks(place, depth, seed)
    if (place, depth) not in Kept.gans:
        Kept.gans[place, depth] = compiled(*players)
    gan = Kept.gans[place, depth]
    gan.restart(*players, seed=3 * seed + 2)
    gan.generator_optimizer.learning_rate = gan.discriminator_optimizer.learning_rate = rate
    gan.fit(digits().train, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
    return gan.sample(len(digits().test) // 2, seed=seed)


def networks(place: str, depth: int, seed: int) -> tuple[keras.Model, keras.Model]:
    """The two players, with weights from the seed."""
    both: dict[str, Any] = {"widths": (128,) * depth, "activation": "leaky_relu_0.01"}
    in_generator, in_discriminator = PLACES[place]
    return (
        kg.mlp_generator(100, (8, 8, 1), batch_normalization=in_generator, seed=3 * seed, **both),
        kg.mlp_discriminator((8, 8, 1), batch_normalization=in_discriminator, seed=3 * seed + 1, **both),
    )


def compiled(generator: keras.Model, discriminator: keras.Model) -> kg.GAN:
    """A GAN with the recipe's loss and optimizers."""
    loss = kg.NonSaturating(real_label=0.9)
    gan = kg.GAN(generator, discriminator, loss=loss, latent="uniform", share_z=True)
    adams = [keras.optimizers.Adam(RATE, epsilon=1e-8) for _ in range(2)]
    gan.compile(
        generator_optimizer=adams[0],
        discriminator_optimizer=adams[1],
        jit_compile=False,  # short runs: XLA costs more than it saves
    )
    return gan


def three_layers_fail_by_the_recipe(results: Results) -> Verdict:
    """S5b: three layers fail, normalising helps, and a normalised discriminator lets a stain pass."""
    far = {name: np.array([row[name][0] for row in results]) for name in results[0]}
    covered = {name: np.array([row[name][1] for row in results]) for name in results[0]}
    middle = {name: f"median {np.median(values):.0f}" for name, values in far.items()}
    needed = most(0.8, results)
    mended = [covered[f"{place}, 3, mended"] for place in PLACES]
    return judged(
        in_seeds(
            f"three layers end more than 1.5 times as far from digits as one ({middle['nowhere, 3']} and "
            f"{middle['nowhere, 1']})",
            needed,
            list(far["nowhere, 3"] > 1.5 * far["nowhere, 1"]),
        ),
        in_seeds(
            f"normalised in the generator three layers end nearer ({middle['generator, 3']})",
            needed,
            list(far["generator, 3"] < far["nowhere, 3"]),
        ),
        in_seeds(
            f"normalised in both they end nearer still ({middle['both, 3']}) and cover less than 2 %",
            needed,
            list((far["both, 3"] < far["generator, 3"]) & (covered["both, 3"] < 0.02)),
        ),
        in_seeds(
            f"with the mean picture mended these cover most of the three, median {np.median(mended[2]):.2f},",
            needed,
            list(mended[2] > np.maximum(mended[0], mended[1])),
        ),
    )


CLAIMS = (
    Claim(
        id="S5b",
        title="By its own recipe three layers fail; normalised in both networks, a stain hides the digits",
        source="""The exercise on fully connected GANs, for the first half of the sentence; the second
            half is what lesson 6b explains.""",
        statement="""On digits, by the exercise's recipe: three hidden layers end more than 1.5 times as far
            from digits as one (Fréchet distance); normalised in the generator, they end nearer; normalised
            in both networks nearer still, and yet cover less than 2 % of unseen digits; and with the mean
            picture of the samples moved to that of digits these cover more than the other two, mended
            alike. Each in at least 8 of 10 seeds.""",
        protocol=f"""Digits of 8×8 pixels, {NUM_TRAIN} to train on; one, two and three hidden layers of 128
            in both networks, slope 0.01, uniform z of 100 shared by both players, real labels at 0.9, Adam
            at {RATE:g}, batches of {BATCH_SIZE}, {EPOCHS} epochs; and for one and three layers a tenth of
            that rate. The exercise has MNIST and 100 epochs. Distance in the features of a classifier,
            coverage in pixels of 448 unseen digits. The thresholds come from seeds 0 to 3.""",
        cost=28,
        run=places_and_depths,
        verdict=three_layers_fail_by_the_recipe,
        lesson="06b_how_deep",
    ),
)
