"""The end of a discriminator: the tanh of a README against a sigmoid, in its recipe, on small digits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from keras import ops

import keras_gan as kg
from claims.record import Claim, Condition, Results, Verdict, in_seeds, judged, most

CUT = 1e-7  # where Keras cuts a probability
STEPS, LOOKS = 600, 24
RECIPE = "deep_mlp_batch_norm"


@dataclass(frozen=True)
class CrossEntropy(kg.Loss):
    """Cross-entropy of a discriminator that ends in `head`, its answers cut as Keras cuts them."""

    head: str

    def discriminator_terms(self, real_logits: Any, fake_logits: Any) -> tuple:
        """Of real and of fake answers."""
        real, fake = self._answer(real_logits), self._answer(fake_logits)
        return -ops.mean(ops.log(real)), -ops.mean(ops.log(1 - fake))

    def generator_loss(self, fake_logits: Any) -> Any:
        """The non-saturating one."""
        return -ops.mean(ops.log(self._answer(fake_logits)))

    def _answer(self, logits: Any) -> Any:
        return ops.clip(getattr(ops, self.head)(logits), CUT, 1 - CUT)


def both_heads(seed: int) -> dict[str, Any]:
    """With each head, from the same first weights: silent shares of fakes at the looks, distance at the end.

    A fake is silent where its logit lies below the cut.
    """
    digits = kg.load_images("digits")
    num = len(digits.test) // 2
    classifier = kg.load_classifier(digits)
    reference = classifier.features(digits.test[::2][:num])
    found: dict[str, Any] = {}
    for head in ("tanh", "sigmoid"):
        gan = replace(kg.get_recipe(RECIPE), loss=CrossEntropy(head)).build(digits.sample_shape, seed=seed)

        def silent(samples: np.ndarray, gan: kg.GAN = gan) -> dict[str, float]:
            return {"silent": float((ops.convert_to_numpy(gan.discriminator(samples)) < CUT).mean())}

        watch = kg.Watch(num_samples=num, metrics=silent)
        gan.fit(
            batches(digits.train, seed),
            steps_per_epoch=STEPS // LOOKS,
            epochs=LOOKS,
            verbose=0,
            callbacks=[watch],
        )
        found[f"{head}, silent"] = [look["silent"] for look in watch.metrics[1:]]
        found[f"{head}, distance"] = kg.metrics.frechet_distance(
            reference, classifier.features(watch.samples[-1])
        )
    return found


def batches(images: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """Pass after pass over the images, in whole batches of the recipe."""
    rng, size = np.random.default_rng(seed), kg.get_recipe(RECIPE).batch_size
    while True:
        order = rng.permutation(len(images))
        for rows in order[: len(order) // size * size].reshape(-1, size):
            yield images[rows]


def harms_without_silence(results: Results) -> Verdict:
    """S12: worse samples, although the silent spells end."""
    distances = np.array([[row[f"{head}, distance"] for head in ("tanh", "sigmoid")] for row in results])
    ends = [row["tanh, silent"][-1] for row in results]
    ratio = float(np.median(distances[:, 0]) / np.median(distances[:, 1]))
    return judged(
        in_seeds(
            "tanh: fewer than a tenth of the fakes silent at the end",
            most(0.8, results),
            [e < 0.1 for e in ends],
        ),
        in_seeds(
            "tanh: farther from real digits", most(0.8, results), list(distances[:, 0] > distances[:, 1])
        ),
        Condition("median distance at least 1.2 times as large", f"{ratio:.2f}", ratio >= 1.2),
    )


CLAIMS = (
    Claim(
        id="S12",
        title="A deep GAN whose discriminator ends in a tanh trains, and ends with worse samples",
        source="""The README of this course's source on deep GANs of dense layers lets the discriminator end
            in a tanh, and shows its results; that they are worse is our expectation.""",
        statement="""With a tanh at the discriminator's end, cut at 1e-7, fewer than a tenth of the fakes have
            a logit below the cut at the end, and the samples lie farther from real digits than with a
            sigmoid, each in at least 8 of 10 seeds; the median distance is at least 1.2 times as large.""",
        protocol=f"""The recipe `{RECIPE}`, with a tanh at the generator's end, on scikit-learn's digits:
            {STEPS} steps, {LOOKS} looks, both heads from the same first weights. The Fréchet distance of as
            many samples as half of the test digits, by the features of a small classifier, from the other
            half. The pilot was the seeds 1 to 9: 8 of 9, 7 of 9, and 1.4 times.""",
        cost=20,
        run=both_heads,
        verdict=harms_without_silence,
        lesson="07b_a_tanh_at_the_end",
    ),
)
