import numpy as np
import pytest

from keras_gan.metrics import classes

UNIFORM = np.full(1_000, 1 / 1_000)


def only(num, seed=0):
    """The weights of samples that lie in a few modes, spread over the digits of all three channels."""
    chosen = np.random.default_rng(seed).choice(1_000, num, replace=False)
    return np.bincount(chosen, minlength=1_000) / num


def test_kl_by_hand():
    assert classes.class_kl([0] * 5, 10) == pytest.approx(np.log(10))
    assert classes.class_kl(np.arange(30) % 3, 3) == pytest.approx(0)
    assert classes.class_kl([0, 0, 0, 1], 2) == pytest.approx(0.75 * np.log(1.5) + 0.25 * np.log(0.5))
    assert classes.class_kl([0, 0, 0, 1], 2, weights=[0.75, 0.25]) == pytest.approx(0)


def test_floor_of_a_thousand_modes_is_the_mean_of_perfect_samplers():
    counts = np.random.default_rng(0).multinomial(26_000, UNIFORM, size=20)
    found = [classes.class_kl(np.repeat(np.arange(1_000), row), 1_000) for row in counts]
    assert classes.kl_floor(1_000, 26_000) == pytest.approx(0.0192, abs=5e-5)
    # The next terms of the expansion, of the order (m / n)², are still seen at 26 samples a mode.
    assert np.mean(found) == pytest.approx(classes.kl_floor(1_000, 26_000), rel=0.03)


def test_report_of_a_perfect_and_a_collapsed_sampler():
    perfect = classes.class_report(np.arange(26_000) % 1_000, 1_000, min_hits=7)
    assert (perfect.classes, perfect.kl) == (1_000, pytest.approx(0))
    collapsed = classes.class_report(np.full(26_000, 123), 1_000)
    assert collapsed.classes == 1
    assert collapsed.kl == collapsed.kl_collapsed == pytest.approx(np.log(1_000))
    assert str(collapsed) == (
        "1 of 1000 classes have a hit or more | KL 6.9078 nats (true samples 0.0192, one class 6.91)"
    )


def test_a_class_needs_its_hits():
    labels = [0, 0, 0, 1, 1, 2]
    assert [classes.class_report(labels, 4, min_hits=k).classes for k in (1, 2, 3, 4)] == [3, 2, 1, 0]


def test_order_of_samples_does_not_matter():
    labels = np.random.default_rng(0).integers(10, size=500)
    assert classes.class_report(labels, 10) == classes.class_report(np.sort(labels), 10)


# What a classifier that errs finds


def test_without_error_it_is_the_chance_of_a_hit():
    assert classes.expected_classes([0.25, 0.75], 2) == pytest.approx((1 - 0.75**2) + (1 - 0.25**2))
    assert classes.expected_classes([0.25, 0.75], 2, min_hits=2) == pytest.approx(0.25**2 + 0.75**2)
    assert classes.expected_classes([1, 0, 0], 9) == 1


def test_slips_go_to_the_other_classes_alike():
    q = np.array([0.7 * 0.8 + 0.3 * 0.1, 0.3 * 0.8 + 0.7 * 0.1, 0.1])
    expected = (1 - (1 - q) ** 4).sum()
    assert classes.expected_classes([0.7, 0.3, 0], 4, error=0.2) == pytest.approx(expected)


# Modes counted once in 26,000 samples of 1, 10, 100 or 300 modes, at 0.5, 1 and 3 % error a channel.
INFLATION = {1: (31, 33, 90), 10: (206, 230, 290), 100: (383, 567, 836), 300: (525, 666, 903)}


def simulated(weights, error, seed, num=26_000):
    rng = np.random.default_rng(seed)
    labels = rng.choice(1_000, num, p=weights)
    channels = np.stack([labels // 100, labels // 10 % 10, labels % 10])
    slips = (rng.random(channels.shape) < error) * rng.integers(1, 10, channels.shape)
    return np.array([100, 10, 1]) @ ((channels + slips) % 10)


@pytest.mark.parametrize("num_modes", INFLATION)
@pytest.mark.parametrize("column", range(3))
def test_the_expected_count_is_the_simulated_one(num_modes, column):
    error = (0.005, 0.01, 0.03)[column]
    weights = only(num_modes)
    expected = classes.expected_classes(weights, 26_000, error=error, num_channels=3)
    counts = [classes.class_report(simulated(weights, error, seed), 1_000).classes for seed in range(5)]
    assert np.mean(counts) == pytest.approx(expected, abs=4 * np.sqrt(expected / 5) + 0.5)
    assert len(set(counts)) == 1 or np.std(counts) < np.sqrt(expected)


@pytest.mark.parametrize("num_modes", INFLATION)
def test_single_simulations_lie_near_the_expected_count(num_modes):
    """They depend on which modes the generator draws: here the mean over twenty choices."""
    for error, found in zip((0.005, 0.01, 0.03), INFLATION[num_modes], strict=True):
        expected = [
            classes.expected_classes(only(num_modes, seed), 26_000, error=error, num_channels=3)
            for seed in range(20)
        ]
        assert found == pytest.approx(np.mean(expected), rel=0.08)


def test_a_least_number_of_hits_takes_the_slips_away():
    few = only(100)
    inflated = classes.expected_classes(few, 26_000, error=0.01, num_channels=3)
    counted = classes.expected_classes(few, 26_000, error=0.01, num_channels=3, min_hits=7)
    assert inflated > 400
    assert 100 < counted < 130
    assert classes.expected_classes(UNIFORM, 26_000, error=0.01, num_channels=3, min_hits=7) > 999.9


# The classifier's score


def test_score_from_one_to_the_number_of_classes():
    assert classes.classifier_score(np.full((5, 10), 0.1)) == pytest.approx(1)
    assert classes.classifier_score(np.tile(np.eye(10)[3], (5, 1))) == pytest.approx(1)
    assert classes.classifier_score(np.eye(10)) == pytest.approx(10)
    assert classes.classifier_score(np.eye(10)[:4]) == pytest.approx(4)


def test_score_matches_its_formula_in_any_order():
    p = np.random.default_rng(0).dirichlet(np.ones(4), size=30)
    expected = np.exp(np.mean([(row * np.log(row / p.mean(axis=0))).sum() for row in p]))
    assert classes.classifier_score(p) == pytest.approx(expected)
    assert classes.classifier_score(p[::-1]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: classes.class_kl([0, 10], 10),
            "integers from 0 to 9, one a sample. Received: .* from 0 to 10",
        ),
        (lambda: classes.class_kl([], 10), "empty"),
        (lambda: classes.class_kl([0.5], 10), "dtype float64"),
        (lambda: classes.class_kl([[0]], 10), r"shape \(1, 1\)"),
        (lambda: classes.class_kl([0], 2, weights=[0, 1]), "`weights` are 2 positive numbers of sum 1"),
        (lambda: classes.class_report([0], 2, min_hits=0), "`min_hits` is a positive integer"),
        (lambda: classes.kl_floor(8, 0), "`num_samples` is a positive integer"),
        (lambda: classes.expected_classes([0.5, 0.6], 9), "`weights` are 2 numbers from 0 up of sum 1"),
        (lambda: classes.expected_classes(UNIFORM[:999] / 0.999, 9, num_channels=3), "Received: 999 weights"),
        (lambda: classes.expected_classes([1.0], 9, error=0.1), "the same classes, two or more"),
        (lambda: classes.expected_classes([0.5, 0.5], 9, error=2), "`error` is a finite number in"),
        (lambda: classes.classifier_score([[0.5, 0.6]]), r"rows of sum 1. Received: shape \(1, 2\)"),
        (lambda: classes.classifier_score([0.5, 0.5]), r"Received: shape \(2,\)"),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=message):
        call()
