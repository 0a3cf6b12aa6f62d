import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.stats import ortho_group

from keras_gan.metrics.distances import frechet_distance, kernel_distance

both = pytest.mark.parametrize("distance", [frechet_distance, kernel_distance])


def normal(num, dim, seed, scale=1.0):
    return scale * np.random.default_rng(seed).standard_normal((num, dim))


def with_moments(mean, covariance, num=50, seed=0):
    """Points whose mean and covariance are exactly as given."""
    points = normal(num, len(mean), seed)
    points -= points.mean(axis=0)
    whitened = np.linalg.solve(np.linalg.cholesky(np.cov(points.T)), points.T).T
    return whitened @ np.linalg.cholesky(covariance).T + mean


def random_covariance(dim, seed):
    factor = normal(dim, dim, seed)
    return factor @ factor.T + 0.1 * np.eye(dim)


# The Fréchet distance


def test_gaussians_on_common_axes_have_a_closed_form():
    real = with_moments([0.0, 0.0, 0.0], np.diag([1.0, 4.0, 9.0]))
    fake = with_moments([1.0, 0.0, 2.0], np.diag([4.0, 4.0, 1.0]), seed=1)
    assert frechet_distance(real, fake) == pytest.approx(5 + 1 + 0 + 4)


def test_two_dimensions_have_a_closed_form_without_common_axes():
    """For 2 x 2 matrices, Tr (C1 C2)^½ = √(Tr C1 C2 + 2 √(det C1 det C2))."""
    first, second = random_covariance(2, 1), random_covariance(2, 2)
    cross = np.sqrt(np.trace(first @ second) + 2 * np.sqrt(np.linalg.det(first) * np.linalg.det(second)))
    expected = np.trace(first + second) - 2 * cross
    points = with_moments([0, 0], first), with_moments([0, 0], second, seed=1)
    assert frechet_distance(*points) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_matches_the_matrix_square_root(seed):
    real, fake = normal(200, 12, seed), normal(150, 12, seed + 10) @ random_covariance(12, seed) + 0.5
    first, second = np.cov(real.T), np.cov(fake.T)
    shift = real.mean(axis=0) - fake.mean(axis=0)
    expected = shift @ shift + np.trace(first + second - 2 * sqrtm(first @ second).real)
    assert frechet_distance(real, fake) == pytest.approx(expected)


@pytest.mark.parametrize("num", [5, 500])
def test_equal_sets_are_at_zero_even_where_the_covariance_is_singular(num):
    points = normal(num, 20, 0, scale=100.0)
    points[:, 3] = points[:, 4]
    points[:, 5] = 0
    assert frechet_distance(points, points) < 1e-8  # of a trace of 170,000
    assert frechet_distance(points, points + 1) == pytest.approx(20)


def test_collapse_costs_the_trace():
    real = with_moments([0, 0], np.diag([2.0, 3.0]))
    assert frechet_distance(real, np.zeros((50, 2))) == pytest.approx(5)


def test_its_bias_falls_with_the_number_of_samples():
    """Two samples of N(0, I), to first order: 2 d / n by the means, d (d + 1) / (2 n) by the covariances."""
    sizes = np.array([100, 200, 400, 800])
    means = [
        np.mean([frechet_distance(normal(n, 10, 2 * s), normal(n, 10, 2 * s + 1)) for s in range(40)])
        for n in sizes
    ]
    assert (np.diff(means) < 0).all()
    np.testing.assert_allclose(means, (2 * 10 + 10 * 11 / 2) / sizes, rtol=0.1)


# The kernel distance


def test_matches_the_definition_pair_by_pair():
    real, fake = normal(7, 3, 0), normal(5, 3, 1) + 0.3

    def k(x, y):
        return (x @ y / 3 + 1) ** 3

    def mean_of_pairs(points):
        values = [k(x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j]
        return np.mean(values)

    cross = np.mean([k(x, y) for x in real for y in fake])
    expected = mean_of_pairs(real) + mean_of_pairs(fake) - 2 * cross
    assert kernel_distance(real, fake) == pytest.approx(expected)


def test_blocks_change_nothing(monkeypatch):
    real, fake = normal(50, 4, 0), normal(30, 4, 1)
    whole = kernel_distance(real, fake)
    monkeypatch.setattr("keras_gan.metrics.distances.BLOCK", 7)
    assert kernel_distance(real, fake) == pytest.approx(whole)


def test_equal_distributions_have_a_mean_of_zero_at_every_size():
    for num in (10, 100):
        values = [kernel_distance(normal(num, 4, 2 * s), normal(num, 4, 2 * s + 1)) for s in range(400)]
        assert abs(np.mean(values)) < 4 * np.std(values) / 20
        assert 100 < np.sum(np.array(values) < 0) < 300


def test_one_dimension_has_a_closed_form():
    """N(0, 1) and N(1, 1): (xy + 1)³ sees the moments 0, 1, 0 and 1, 2, 4, squared, with weights 3, 3, 1."""
    values = [kernel_distance(normal(300, 1, 2 * s), normal(300, 1, 2 * s + 1) + 1) for s in range(100)]
    expected = 3 * (1 - 0) ** 2 + 3 * (2 - 1) ** 2 + (4 - 0) ** 2
    assert np.mean(values) == pytest.approx(expected, abs=4 * np.std(values) / 10)


# Both


@both
def test_order_of_samples_does_not_matter(distance):
    real, fake = normal(40, 3, 0), normal(30, 3, 1) + 1
    rng = np.random.default_rng(2)
    assert distance(rng.permutation(real), rng.permutation(fake)) == pytest.approx(distance(real, fake))


@both
def test_the_two_sets_may_change_places(distance):
    real, fake = normal(40, 3, 0), normal(30, 3, 1) + 1
    assert distance(fake, real) == pytest.approx(distance(real, fake))


@both
def test_rotations_change_nothing(distance):
    real, fake = normal(40, 5, 0), normal(40, 5, 1) * [1, 2, 3, 4, 5]
    turn = ortho_group.rvs(5, random_state=3)
    assert distance(real @ turn, fake @ turn) == pytest.approx(distance(real, fake))


@both
def test_farther_is_larger(distance):
    real, fake = normal(200, 3, 0), normal(200, 3, 1)
    values = [distance(real, fake + shift) for shift in (0, 0.5, 1, 2)]
    assert values == sorted(values)


@both
def test_float32_is_summed_in_float64(distance):
    real, fake = normal(40, 3, 0).astype("float32"), normal(30, 3, 1).astype("float32")
    assert distance(real, fake) == distance(real.astype("float64"), fake.astype("float64"))


@both
@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (np.zeros((3, 2, 2)), np.zeros((3, 2)), r"`real_features` has shape \(n, d\)"),
        (np.zeros((3, 2)), np.zeros((1, 2)), r"`fake_features` .* at least 2 rows. Received: shape \(1, 2\)"),
        (np.zeros((3, 0)), np.zeros((3, 0)), r"Received: shape \(3, 0\)"),
        (np.zeros((3, 2)), np.zeros((3, 4)), "Received: 2 and 4 features"),
        (
            np.zeros((3, 2)),
            np.full((3, 2), np.nan),
            "All of `fake_features` is finite. Received: NaN .* 3 of 3",
        ),
        (np.full((3, 2), 1e31), np.zeros((3, 2)), "a number beyond 1e"),
        ("abc", np.zeros((3, 2)), "`real_features` is an array of numbers"),
    ],
)
def test_bad_arguments_get_three_sentences(distance, real, fake, message):
    with pytest.raises(ValueError, match=message):
        distance(real, fake)
