"""A VAE whose decoder is the generator of a GAN, on the small digits: what the sum of the losses gives."""

from typing import Any

import keras
import numpy as np
from keras import ops

import keras_gan as kg
from claims.digits import halves
from claims.record import Claim, Condition, Results, Verdict, in_seeds, judged

LATENT, BATCH_SIZE, EPOCHS, RATE = 16, 64, 150, 5e-4
READINGS = ("summed", "averaged")


class VAE(keras.Model):
    """Copies images; each call adds the error, summed over pixels, and the KL, times their costs."""

    def __init__(self, encoder: keras.Model, decoder: keras.Model, costs: Any, seed: int) -> None:
        super().__init__()
        self.encoder, self.decoder, self.costs = encoder, decoder, costs
        self.draws = keras.random.SeedGenerator(seed)
        self.built = True  # all of its layers are

    def call(self, x: Any) -> Any:
        """Returns the copies."""
        mean, log_var = ops.split(self.encoder(x), 2, axis=-1)
        noise = kg.training.backend.random_normal(ops.shape(mean), seed=self.draws)
        copy = self.decoder(mean + ops.exp(log_var / 2) * noise)
        self.add_loss(self.costs[0] * ops.mean(ops.sum(ops.square(x - copy), axis=(1, 2, 3))))
        self.add_loss(self.costs[1] * ops.mean(divergence(mean, log_var)))
        return copy


class DecoderOfVAE(keras.layers.Layer):
    """Decodes `z`; in training the VAE copies a minibatch and adds its losses."""

    def __init__(self, vae: VAE, images: np.ndarray) -> None:
        super().__init__()
        self.vae, self.images = vae, ops.convert_to_tensor(images)

    def call(self, z: Any, training: bool = False) -> Any:
        """Returns decoded `z`."""
        if training:
            shares = kg.training.backend.random_uniform((BATCH_SIZE,), seed=self.vae.draws)
            self.vae(ops.take(self.images, ops.cast(shares * len(self.images), "int32"), axis=0))
        return self.vae.decoder(z)


def divergence(mean: Any, log_var: Any) -> Any:
    """KL from N(mean, variance) to N(0, I), in nats, a number a row."""
    return ops.sum(ops.square(mean) + ops.exp(log_var) - 1 - log_var, axis=-1) / 2


def adam() -> keras.optimizers.Adam:
    """The optimizer of every player."""
    return keras.optimizers.Adam(RATE, beta_1=0.5)


def three_models(seed: int) -> dict[str, Any]:
    """Distances of samples, errors of copies and KL of a GAN, a VAE and both readings of their sum."""
    data = halves()
    classifier = kg.load_classifier(data)
    half = len(data.test) // 2
    rows = np.random.default_rng(seed).permutation(len(data.test))
    reference, other = data.test[rows[:half]], data.test[rows[half : 2 * half]]
    of_reference = classifier.features(reference)
    z = np.random.default_rng(seed).standard_normal((half, LATENT)).astype("float32")
    found: dict[str, Any] = {
        "Fréchet, real": kg.metrics.frechet_distance(of_reference, classifier.features(other)),
        "error, mean image": float(((data.test - data.train.mean(axis=0)) ** 2).sum(axis=(1, 2, 3)).mean()),
    }
    for name in ("GAN", "VAE", *READINGS):
        decoder, encoder = trained(name, seed, data.train)
        samples = ops.convert_to_numpy(decoder(z))
        found[f"Fréchet, {name}"] = kg.metrics.frechet_distance(of_reference, classifier.features(samples))
        if encoder is not None:
            mean, log_var = ops.split(encoder(data.test), 2, axis=-1)
            missed = ops.convert_to_numpy(decoder(mean)) - data.test
            found[f"error, {name}"] = float((missed**2).sum(axis=(1, 2, 3)).mean())
            found[f"KL, {name}"] = float(ops.mean(divergence(mean, log_var)))
    return found


def trained(name: str, seed: int, images: np.ndarray) -> tuple[keras.Model, keras.Model | None]:
    """The trained decoder, and the encoder where there is one; equal seeds give equal first weights."""
    shape, pixels = images.shape[1:], images[0].size
    common: Any = {"widths": (128, 128), "activation": "leaky_relu_0.2"}
    hidden = kg.mlp_generator(pixels, (2 * LATENT,), seed=3 * seed, **common)
    encoder = keras.Sequential([keras.Input(shape), keras.layers.Flatten(), hidden])
    decoder = kg.mlp_generator(LATENT, shape, seed=3 * seed + 1, **common)
    judge = kg.mlp_discriminator(shape, seed=3 * seed + 2, **common)
    vae = VAE(encoder, decoder, (1 / pixels if name == "averaged" else 1.0, 1.0), seed)
    if name == "VAE":
        vae.compile(adam(), steps_per_execution=len(images) // BATCH_SIZE)
        rows = np.random.default_rng(seed).integers(0, len(images), EPOCHS * len(images))
        vae.fit(images[rows], batch_size=BATCH_SIZE, shuffle=False, verbose=0)
        return decoder, encoder
    z = keras.Input((LATENT,))
    generator = decoder if name == "GAN" else keras.Model(z, DecoderOfVAE(vae, images)(z))
    gan = kg.GAN(generator, judge, seed=seed)
    gan.compile(generator_optimizer=adam(), discriminator_optimizer=adam())
    gan.fit(images, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
    return decoder, None if name == "GAN" else encoder


def sum_has_both_virtues(results: Results) -> Verdict:
    """S11: confirmed where both readings of the sum work, refuted where none does; else it depends."""
    works = {name: _works(name, results) for name in READINGS}
    verdict = judged(*works["summed"], *works["averaged"])
    if sum(all(each.holds for each in conditions) for conditions in works.values()) == 1:
        return Verdict("depends", verdict.sentence)
    return Verdict("confirmed" if verdict.outcome == "confirmed" else "refuted", verdict.sentence)


def _works(name: str, results: Results) -> list[Condition]:
    num = len(results)
    distance, of_gan = (np.median([row[f"Fréchet, {key}"] for row in results]) for key in (name, "GAN"))
    return [
        in_seeds(
            f"{name}: samples nearer than the VAE's",
            num,
            [row[f"Fréchet, {name}"] < row["Fréchet, VAE"] for row in results],
        ),
        Condition(
            f"{name}: median distance at most the GAN's",
            f"{distance:.1f} and {of_gan:.1f}",
            bool(distance <= of_gan),
        ),
        in_seeds(
            f"{name}: error of copies at most 1.1 times the VAE's",
            num,
            [row[f"error, {name}"] <= 1.1 * row["error, VAE"] for row in results],
        ),
    ]


CLAIMS = (
    Claim(
        id="S11",
        title="To join a VAE and a GAN, add up the losses",
        source="The GAN assignment that lesson 05 follows.",
        statement="""The decoder of a VAE is the generator of a GAN; add up the losses. The sum works where in
            all 10 seeds its samples are nearer to unseen digits than the VAE's, the median of their Fréchet
            distance is at most the GAN's, and in all 10 seeds the error of its copies is at most 1.1 times
            the VAE's. It is confirmed where the sum works both with the squared error summed over the pixels
            and with its average, refuted where with neither; else it depends.""",
        protocol="""The 1,797 digits of scikit-learn, 8 x 8 pixels, shuffled once: 896 train, 901 only
            measure, 450 a side. `z` normal of length 16; two hidden layers of 128 with leaky ReLU 0.2 in
            encoder, decoder and discriminator; Adam, rate 0.0005, β₁ = 0.5; batches of 64; 2,100 updates of
            the decoder in each model. Squared error, KL and the generator's non-saturating loss have weight
            1. The discriminator sees decoded `z` only. The assignment names no reading and no weights. First
            run on seeds 10 to 14, with the same rule.""",
        cost=35,
        run=three_models,
        verdict=sum_has_both_virtues,
        lesson="15_vae_gan",
    ),
)
