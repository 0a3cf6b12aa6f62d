import numpy as np
import pytest

from keras_gan import data
from keras_gan.metrics import classifier as classifier_module
from keras_gan.metrics import report
from keras_gan.metrics.classes import class_kl
from keras_gan.metrics.classifier import load_classifier
from keras_gan.metrics.distances import frechet_distance
from keras_gan.metrics.report import sample_report

DIGITS = data.load_images("digits")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    path = tmp_path_factory.mktemp("keras")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier_module, "keras_folder", lambda: path)
        return load_classifier(DIGITS)


@pytest.fixture(scope="module")
def measured(classifier):
    def measure(samples, seed=0):
        return sample_report(samples, DIGITS, classifier, seed=seed)

    return measure


def blurred(images):
    shifted = [np.roll(images, (i, j), axis=(1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return np.mean(shifted, axis=0)


def test_each_column_is_the_metric_by_hand(measured, classifier):
    found = measured(DIGITS.train[:179])
    order = np.random.default_rng(0).permutation(359)
    reference, real = (classifier.features(DIGITS.test[part]) for part in (order[:179], order[179:358]))
    fake = classifier.features(DIGITS.train[:179])
    assert found.frechet.value == pytest.approx(frechet_distance(reference, fake))
    assert found.frechet.real == pytest.approx(frechet_distance(reference, real))
    shares = np.bincount(DIGITS.test_labels[order[:179]]) / 179
    expected = class_kl(classifier.labels(DIGITS.train[:179]), 10, weights=shares)
    assert found.class_kl.value == pytest.approx(expected)


def test_noise_is_the_far_end(measured):
    found = measured(DIGITS.train[:179])
    assert found.frechet.noise > 5 * found.frechet.real
    assert found.kernel.noise > 5 * abs(found.kernel.real)
    assert found.class_kl.noise > found.class_kl.real
    for name in ("precision", "density", "coverage", "classifier_score"):
        assert getattr(found, name).noise < 0.7 * getattr(found, name).real


def test_noise_measured_is_noise(measured):
    noise = np.random.default_rng(1).uniform(-1, 1, (179, 8, 8, 1))
    found = measured(noise)
    assert found.frechet.value == pytest.approx(found.frechet.noise, rel=0.2)
    assert found.coverage.value == pytest.approx(found.coverage.noise, abs=0.1)


def test_copies_are_seen(measured):
    found = measured(DIGITS.train)
    assert found.memorised.value == 1
    assert found.memorised.real < 0.2
    assert found.memorised.noise == 0


def test_half_the_classes_cost_coverage_and_proportions(measured):
    half = DIGITS.train[DIGITS.train_labels < 5]
    found = measured(half)
    assert found.coverage.value < found.coverage.real - 0.3
    assert found.class_kl.value == pytest.approx(np.log(2), abs=0.15)
    assert found.precision.value > found.precision.real - 0.1


def test_blur_is_farther_the_stronger_it_is(measured):
    values, images = [], DIGITS.train[:179]
    for _ in range(3):
        values.append(measured(images).frechet.value)
        images = blurred(images)
    assert values == sorted(values)
    assert values[1] > 3 * values[0]


def test_order_of_samples_does_not_matter(measured):
    samples = DIGITS.train[:100]
    forward, backward = measured(samples), measured(samples[::-1])
    for name in report.ROWS:
        assert getattr(forward, name).value == pytest.approx(
            getattr(backward, name).value, rel=1e-3, abs=1e-6
        )


def test_all_sets_have_the_size_of_the_smallest(measured):
    assert measured(DIGITS.train[:50]).num_samples == 50
    assert measured(DIGITS.train).num_samples == 179


def test_report_is_a_table_with_its_conditions(measured, classifier):
    lines = str(measured(DIGITS.train[:100])).splitlines()
    assert lines[0].split() == ["value", "real", "noise"]
    assert len(lines) == 2 + len(report.ROWS)
    assert all(len(line.split()) >= 4 for line in lines[1:-1])
    right = f"{classifier.accuracy:.1%} right on 359 test images"
    assert lines[-1] == f"100 samples a side, 64 features of a classifier with {right}"


@pytest.mark.parametrize(
    ("samples", "dataset", "message"),
    [
        (
            DIGITS.train[:5],
            DIGITS,
            r"Six samples and twelve test images .*Received: samples of shape \(5, 8, 8",
        ),
        (DIGITS.train, data.Dataset(DIGITS.train, DIGITS.test), "with labels at least"),
        (DIGITS.train[:9, :4], DIGITS, r"`images` has shape \(n, 8, 8, 1\)"),
        (3.0, DIGITS, r"samples of shape \(\)"),
    ],
)
def test_bad_arguments_get_three_sentences(classifier, samples, dataset, message):
    with pytest.raises(ValueError, match=message):
        sample_report(samples, dataset, classifier)
