"""All image metrics in one table, each with the value of real samples and of noise beside it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_gan._checks import Shown, bad_value, check_array, check_seed
from keras_gan.data.dataset import Dataset
from keras_gan.metrics.classes import class_kl, classifier_score
from keras_gan.metrics.classifier import Classifier
from keras_gan.metrics.distances import frechet_distance, kernel_distance
from keras_gan.metrics.neighbours import COVERAGE_NEIGHBOURS, memorisation, neighbour_scores

ROWS = {
    "frechet": "Fréchet distance",
    "kernel": "kernel distance",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "classifier_score": "classifier score",
    "class_kl": "class KL, nats",
    "memorised": "memorised share",
}


class Score(NamedTuple):
    """A value beside its two yardsticks, all three measured in the same way.

    Attributes:
        value: Of the samples.
        real: Of as many real samples: the floor of a distance, the ceiling of a share.
        noise: Of as many images of uniform noise. A row where noise looks like real samples is blind to
            it: a classifier of digits may place noise amid the digits, which precision then calls good.
    """

    value: float
    real: float
    noise: float


@dataclass(frozen=True)
class SampleReport:
    """What the metrics say of image samples, with all that a reader needs in order to compare.

    Attributes:
        frechet: `frechet_distance` of the features.
        kernel: `kernel_distance` of the features.
        precision: As in `neighbour_scores`, like the next three.
        recall: Variety, by balls around the samples.
        density: Quality; it may be above 1.
        coverage: Variety, by balls around the real images.
        classifier_score: `classifier_score` of the answers, up to the number of classes.
        class_kl: `class_kl` of the answers from the class shares of the reference.
        memorised: Share of samples nearer in pixels to a training image than 95 % of the reference.
        num_samples: Samples on each side; distances of other numbers can't be compared.
        feature_size: Features of an image.
        accuracy: Of the classifier that gives features and answers.
        num_test: Test images that the accuracy was measured on.
    """

    frechet: Score
    kernel: Score
    precision: Score
    recall: Score
    density: Score
    coverage: Score
    classifier_score: Score
    class_kl: Score
    memorised: Score
    num_samples: int
    feature_size: int
    accuracy: float
    num_test: int

    def __str__(self) -> str:
        lines = [f"{'':17} {'value':>9} {'real':>9} {'noise':>9}"]
        for name, title in ROWS.items():
            lines.append(f"{title:17} " + " ".join(f"{number:9.3f}" for number in getattr(self, name)))
        lines.append(
            f"{self.num_samples} samples a side, {self.feature_size} features of a classifier "
            f"with {self.accuracy:.1%} right on {self.num_test:,} test images"
        )
        return "\n".join(lines)


def sample_report(
    samples: ArrayLike, dataset: Dataset, classifier: Classifier, *, seed: int = 0
) -> SampleReport:
    """Measures image samples against test images that neither network was trained on.

    The test images are split into two halves at random: the reference, and the real samples that are
    measured like the fakes. All sets are cut to one size, since the metrics depend on it.

    Args:
        samples: `(n, height, width, channels)` in [-1, 1]. The first ones are used if there are more
            than half the test images.
        dataset: Images with labels, such as `load_images("mnist")`.
        classifier: `load_classifier(dataset)`.
        seed: Seed of the split and of the noise.

    Raises:
        ValueError: `samples` are not such images or fewer than six, or `dataset` has no labels.

    Example:
        >>> from keras_gan.metrics import load_classifier
        >>> from keras_gan.data import load_images
        >>> digits = load_images("digits")
        >>> report = sample_report(digits.train[:179], digits, load_classifier(digits))
        >>> report.memorised.value, report.num_samples
        (1.0, 179)
    """
    fake = check_array("samples", samples, dtype=np.float32)
    if dataset.train.ndim != 4:
        todo = "Measure points by `mode_report` or by the distances of `kg.metrics`"
        raise bad_value("`dataset` holds images with labels", Shown(repr(dataset)), todo)
    rng = np.random.default_rng(check_seed(seed))
    order = rng.permutation(len(dataset.test))
    num = min(len(fake) if fake.ndim else 0, len(order) // 2)
    if num <= COVERAGE_NEIGHBOURS or dataset.test_labels is None:
        received = Shown(f"samples of shape {fake.shape} and {dataset!r}")
        todo = "Draw 500 samples or more, and pass images with labels"
        raise bad_value("Six samples and twelve test images with labels at least", received, todo)
    reference, real = dataset.test[order[:num]], dataset.test[order[num : 2 * num]]
    noise = rng.uniform(-1, 1, real.shape).astype(np.float32)
    counts = np.bincount(dataset.test_labels[order[:num]], minlength=classifier.num_classes)
    # A class that the reference lacks counts as half a sample: the KL stays finite.
    shares = np.maximum(counts, 0.5) / np.maximum(counts, 0.5).sum()
    groups = (fake[:num], real, noise)
    features = classifier.features(reference)
    columns = [_measure(images, features, shares, classifier) for images in groups]
    found = memorisation(np.concatenate(groups), dataset.train, reference)
    for column, distances in zip(columns, found.distances.reshape(len(groups), num), strict=True):
        column["memorised"] = float((distances <= found.threshold).mean())
    scores = {name: Score(*(column[name] for column in columns)) for name in ROWS}
    return SampleReport(
        **scores,
        num_samples=num,
        feature_size=classifier.feature_size,
        accuracy=classifier.accuracy,
        num_test=classifier.num_test,
    )


def _measure(
    images: NDArray[np.float32],
    reference: NDArray[np.float32],
    shares: NDArray[np.float64],
    classifier: Classifier,
) -> dict[str, float]:
    """Returns the scores of one set of images against the features of the reference."""
    features, probabilities = classifier.features(images), classifier.probabilities(images)
    labels = probabilities.argmax(axis=1)
    neighbours = neighbour_scores(reference, features)
    return {
        "frechet": frechet_distance(reference, features),
        "kernel": kernel_distance(reference, features),
        **{name: getattr(neighbours, name) for name in ("precision", "recall", "density", "coverage")},
        "classifier_score": classifier_score(probabilities),
        "class_kl": class_kl(labels, classifier.num_classes, weights=shares),
    }
