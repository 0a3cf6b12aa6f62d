"""Two Gaussians: how much gradient the best discriminator leaves, exactly, and what Keras finds."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression

import keras_gan as kg
from claims.record import Claim, Condition, Results, Verdict, in_seeds, judged, most
from keras_gan.theory import TwoGaussians

TABLE = {  # d: accuracy, share of log 2, value, |saturating gradient|, |non-saturating gradient|
    0.1: (0.5199, 0.0018, -1.38380, 0.0499, 0.0501),
    0.5: (0.5987, 0.0437, -1.32567, 0.2353, 0.2647),
    1.0: (0.6915, 0.1607, -1.16345, 0.398, 0.602),
    2.0: (0.8413, 0.4859, -0.71263, 0.4496, 1.550),
    4.0: (0.97725, 0.9128, -0.12085, 0.1372, 3.863),
    6.0: (0.99865, 0.99445, -0.00770, 1.245e-2, 5.988),
    8.0: (0.999968, 0.999865, -0.00019, 3.93e-4, 8.0),
    10.0: (1.0, 0.999999, -2e-6, 4.46e-6, 10.0),
}
BATCH_SIZE = 1_024
NUM_MEASURED = 20_000
DISTANCES = (1.0, 2.0, 4.0)


def best_discriminator(seed: int) -> dict[str, Any]:
    """C1: for each distance accuracy, JSD / log 2, value and both gradients."""
    return {
        f"d = {d:g}": [
            game.accuracy,
            game.js_divergence / float(np.log(2)),
            game.value,
            game.saturating_gradient,
            game.non_saturating_gradient,
        ]
        for d, game in ((d, TwoGaussians(d)) for d in TABLE)
    }


def keras_discriminator(seed: int) -> dict[str, Any]:
    """C1b: slope, bias and measured gradient of a one-neuron discriminator, relative to the exact ones."""
    found: dict[str, Any] = {}
    for d in DISTANCES:
        generator = kg.mlp_generator(1, (1,), widths=(), seed=seed)
        generator.set_weights([np.ones((1, 1)), np.full(1, d)])
        discriminator = kg.mlp_discriminator((1,), widths=(), seed=seed)
        gan = kg.GAN(generator, discriminator, seed=seed)
        rate = keras.optimizers.schedules.CosineDecay(0.1, 3_000)
        gan.compile(
            generator_optimizer=keras.optimizers.SGD(0.0), discriminator_optimizer=keras.optimizers.Adam(rate)
        )
        gan.fit(normal_batches(seed), steps_per_epoch=3_000, epochs=1, verbose=0)
        (slope,), (bias,) = (weight.ravel() for weight in discriminator.get_weights())
        logits = slope * gan.sample(NUM_MEASURED, seed=seed) + bias
        saturating = abs(slope) * float((1 / (1 + np.exp(-logits))).mean())
        game = TwoGaussians(d)
        found[f"d = {d:g}: slope"] = float(slope / game.slope)
        found[f"d = {d:g}: bias"] = float(bias / game.bias)
        found[f"d = {d:g}: saturating gradient"] = saturating / game.saturating_gradient
    return found


def normal_batches(seed: int) -> Iterator[np.ndarray]:
    """Fresh standard normal samples without end."""
    rng = np.random.default_rng([seed, 1])
    while True:
        yield rng.standard_normal((BATCH_SIZE, 1)).astype("float32")


def gradient_noise(seed: int) -> dict[str, Any]:
    """C6: how much both gradients differ over fifty discriminators fitted to fresh samples, at d = 2."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {"saturating": [], "non-saturating": []}
    for _ in range(50):
        real, fake = rng.standard_normal((256, 1)), 2 + rng.standard_normal((256, 1))
        labels = np.repeat([1, 0], 256)
        fitted = LogisticRegression(C=np.inf).fit(np.concatenate([real, fake]), labels)
        real_share = fitted.predict_proba(2 + rng.standard_normal((NUM_MEASURED, 1)))[:, 1].mean()
        slope = abs(float(fitted.coef_[0, 0]))
        found["saturating"].append(slope * real_share)
        found["non-saturating"].append(slope * (1 - real_share))
    return {f"{name}: std / mean": float(np.std(values) / np.mean(values)) for name, values in found.items()}


def table_is_right(results: Results) -> Verdict:
    """C1."""
    (row,) = results
    found = np.array(list(row.values()))
    distance = float(np.abs(found - np.array(list(TABLE.values()))).max())
    ratio = row["d = 10"][3] / max(values[3] for values in row.values())
    return judged(
        Condition("all within 0.001 of the table", f"{distance:.1e}", distance <= 1e-3),
        Condition(
            "the saturating gradient at d = 10 is 1e-5 of its largest, or less", f"{ratio:.1e}", ratio <= 1e-5
        ),
    )


def keras_finds_it(results: Results) -> Verdict:
    """C1b."""
    num = len(results)
    weights = [[abs(value - 1) for name, value in row.items() if "gradient" not in name] for row in results]
    gradients = [[abs(value - 1) for name, value in row.items() if "gradient" in name] for row in results]
    return judged(
        in_seeds("slope and bias within 5 %", num, [max(errors) <= 0.05 for errors in weights]),
        in_seeds("gradient within 10 %", num, [max(errors) <= 0.1 for errors in gradients]),
    )


def noise_of_the_two(results: Results) -> Verdict:
    """C6."""
    flags = [row["non-saturating: std / mean"] > row["saturating: std / mean"] for row in results]
    return judged(in_seeds("more noise in the non-saturating gradient", most(0.8, results), flags))


CLAIMS = (
    Claim(
        id="C1",
        title="The best discriminator between two Gaussians takes the gradient away with their distance",
        source="""Goodfellow et al. 2014, *Generative adversarial nets*, section 3: log(1 - D(G(z)))
            saturates. The closed form is the course's own.""",
        statement="""For N(0, 1) against N(d, 1), d from 0.1 to 10, accuracy, Jensen-Shannon divergence over
            log 2, value of the game, and the norms of the saturating and the non-saturating gradient by the
            generator's shift are those of a table computed apart, within 0.001. The saturating gradient at
            d = 10 is at most 1e-5 of its largest, at d = 2.""",
        protocol="`TwoGaussians` of the package, to twelve digits. The five numbers stand in this order.",
        cost=1,
        lesson="08a_vanishing_gradients_exactly",
        run=best_discriminator,
        verdict=table_is_right,
        seeds=(0,),
        exact=True,
    ),
    Claim(
        id="C1b",
        title="One neuron in Keras finds that discriminator",
        source="C1: the best discriminator between two Gaussians is a logistic regression.",
        statement="""Trained by `GAN.fit` against a generator held still, for d = 1, 2 and 4, slope and bias
            come within 5 % of -d and d²/2, and the saturating gradient measured on 20,000 samples within 10
            % of the exact one, in every seed.""",
        protocol="""A generator z + d that does not move; a discriminator of one neuron; 3,000 steps of
            Adam, 0.1 falling to 0 by a cosine, on 1,024 fresh samples.""",
        cost=10,
        run=keras_discriminator,
        verdict=keras_finds_it,
    ),
    Claim(
        id="C6",
        title="The non-saturating gradient is the noisier one",
        source="""Arjovsky and Bottou 2017, *Towards principled methods for training generative adversarial
            networks*, section 2: a noisy discriminator gives the -log D gradient a large variance.""",
        statement="""For d = 2, over 50 discriminators fitted to fresh samples, the standard deviation of
            the non-saturating gradient, over its mean, is larger than that of the saturating one in at
            least 8 of 10 seeds.""",
        protocol="""Logistic regressions on 256 real and 256 fake samples; gradients on 20,000 fakes. The
            paper's discriminators are noisy by assumption, here by their few samples.""",
        cost=2,
        lesson="08c_cures_for_vanishing_gradients",
        run=gradient_noise,
        verdict=noise_of_the_two,
    ),
)
