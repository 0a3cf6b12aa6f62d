import numpy as np
import pytest

from keras_gan import data, metrics

RING = data.ring()


def score(samples):
    return metrics.mode_report(samples, RING)


def around(modes, num=2_500, std=RING.std, seed=0):
    """Draws as many samples around each of the modes, in turn."""
    centres = np.resize(np.asarray(modes), (num, 2))
    return centres + std * np.random.default_rng(seed).standard_normal((num, 2))


@pytest.mark.parametrize("make", [data.ring, data.grid])
@pytest.mark.parametrize("seed", range(5))
def test_a_perfect_sampler_is_at_floor_and_ceiling(make, seed):
    toy = make(seed=seed)
    report = metrics.mode_report(toy.test, toy)
    assert report.modes == report.num_modes == len(toy.modes)
    assert report.high_quality == pytest.approx(1 - np.exp(-4.5), abs=4 * 0.0021)
    assert 0 < report.kl < 4 * report.kl_floor


def test_the_floor_is_the_mean_of_perfect_samplers():
    counts = np.random.default_rng(0).multinomial(2_500, np.full(8, 1 / 8), size=2_000)
    repeated = [metrics.kl_to_weights(np.repeat(RING.modes, row, axis=0), RING.modes) for row in counts]
    assert np.mean(repeated) == pytest.approx(metrics.kl_floor(8, 2_500), rel=0.05)


def test_one_mode_is_a_collapse():
    report = score(around(RING.modes[3]))
    assert report.modes == 1
    assert report.kl == pytest.approx(np.log(8)) == pytest.approx(report.kl_collapsed)
    assert report.high_quality > 0.98


def test_a_dropped_mode_costs_log_eight_sevenths():
    report = score(around(RING.modes[:7], num=7 * 300))
    assert report.modes == 7
    assert report.kl == pytest.approx(np.log(8 / 7))


def test_kl_follows_unequal_weights():
    ring = data.ring(2, weights=[3, 1])
    samples = np.repeat(ring.modes, [300, 100], axis=0)
    assert metrics.kl_to_weights(samples, ring.modes, ring.weights) == pytest.approx(0)
    expected = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    assert metrics.kl_to_weights(samples, ring.modes) == pytest.approx(expected)


def test_too_narrow_samples_pass_the_ceiling():
    report = score(around(RING.modes, std=RING.std / 3))
    assert report.high_quality > report.high_quality_ceiling


def test_samples_between_modes_are_of_low_quality():
    report = score(np.zeros((10, 2)))
    assert (report.modes, report.high_quality) == (0, 0)


def test_one_lucky_hit_counts_unless_more_is_asked():
    samples = np.concatenate([around(RING.modes[0], 999), RING.modes[1:2]])
    assert metrics.modes_captured(samples, RING.modes, RING.std) == 2
    assert metrics.modes_captured(samples, RING.modes, RING.std, min_share=0.001) == 2
    assert metrics.modes_captured(samples, RING.modes, RING.std, min_share=0.01) == 1


def test_three_standard_deviations_are_within_reach():
    samples = [[2.9, 0.0], [0.0, 3.1]]
    assert metrics.high_quality_share(samples, [[0, 0]], 1.0) == 0.5
    assert metrics.high_quality_share(samples, [[0, 0]], 1.0, num_std=4) == 1


def test_order_of_samples_does_not_matter():
    samples = np.concatenate([RING.test, np.zeros((100, 2))])
    shuffled = np.random.default_rng(1).permutation(samples)
    assert score(samples) == score(shuffled)


def test_order_of_modes_does_not_matter():
    order = np.random.default_rng(1).permutation(8)
    for metric in (metrics.modes_captured, metrics.high_quality_share):
        assert metric(RING.test, RING.modes, 0.05) == metric(RING.test, RING.modes[order], 0.05)


@pytest.mark.parametrize(("dim", "ceiling"), [(1, 0.9973002), (2, 0.9888910), (3, 0.9707091), (700, 0.0)])
def test_ceiling_by_dimension(dim, ceiling):
    assert metrics.high_quality_ceiling(dim) == pytest.approx(ceiling, abs=1e-7)


def test_report_prints_floor_and_ceiling():
    text = str(score(RING.test))
    assert text.startswith("modes 8 of 8 | high quality 98.")
    assert "(true samples 98.9%)" in text
    assert "(true samples 0.0014, one mode 2.08)" in text


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: score([[np.nan, 0], [0, 0], [np.inf, 0]]), "Received: NaN or infinity in 2 of 3"),
        (lambda: score(np.zeros((3, 3))), r"`samples` has shape \(n, 2\). Received: shape \(3, 3\)"),
        (lambda: score(np.zeros((0, 2))), r"Received: shape \(0, 2\)"),
        (lambda: metrics.mode_report(RING.test, data.moons()), "`dataset` is a Gaussian mixture"),
        (lambda: metrics.modes_captured([[0, 0]], [[1, 1]], 0), "`std` is a positive number"),
        (
            lambda: metrics.modes_captured([[0, 0]], [[1, 1]], 1, min_share=2),
            "`min_share` is a finite number in",
        ),
        (lambda: metrics.high_quality_share([[0, 0]], [[1, 1]], 1, num_std=-1), "`num_std` is a positive"),
        (lambda: metrics.kl_to_weights([[0, 0]], [[1, 1]], [0.5]), "`weights` are 1 positive numbers"),
        (lambda: metrics.kl_floor(8, 0), "`num_samples` is a positive integer"),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_seven_mode_ring_is_refused():
    angles = np.linspace(0, 2 * np.pi, 8)
    modes = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    with pytest.raises(ValueError, match="no row twice"):
        metrics.modes_captured(RING.test, modes, 0.05)
