import numpy as np
import pytest

from keras_gan.metrics import neighbours
from keras_gan.metrics.neighbours import memorisation, neighbour_scores

SCORES = ("precision", "recall", "density", "coverage")


def normal(num, dim, seed):
    return np.random.default_rng(seed).standard_normal((num, dim))


def values(scores):
    return [getattr(scores, name) for name in SCORES]


def by_definition(real, fake, k):
    """The four scores from their formulas, pair by pair."""

    def radius(point, points):
        return sorted(np.linalg.norm(point - other) for other in points)[k]  # [0] is the point itself

    real_radii = [radius(x, real) for x in real]
    fake_radii = [radius(y, fake) for y in fake]
    distances = np.array([[np.linalg.norm(x - y) for y in fake] for x in real])
    inside_real, inside_fake = distances <= np.array(real_radii)[:, None], distances <= np.array(fake_radii)
    return [
        inside_real.any(axis=0).mean(),
        inside_fake.any(axis=1).mean(),
        inside_real.sum() / (k * len(fake)),
        inside_real.any(axis=1).mean(),
    ]


def expected_coverage(num_real, num_fake, k):
    """Of a perfect sampler: none of the fakes is among the k nearest of all other points."""
    i = np.arange(1, k + 1)
    return 1 - np.prod((num_real - i) / (num_real + num_fake - i))


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_matches_the_definition(k, shift):
    real, fake = normal(40, 3, 0), 0.8 * normal(30, 3, 1) + shift
    assert values(neighbour_scores(real, fake, num_neighbours=k)) == pytest.approx(
        by_definition(real, fake, k)
    )


def test_the_papers_numbers_of_neighbours_are_the_default():
    real, fake = normal(60, 3, 0), normal(50, 3, 1) + 0.5
    three, five = (neighbour_scores(real, fake, num_neighbours=k) for k in (3, 5))
    assert values(neighbour_scores(real, fake)) == values(three)[:2] + values(five)[2:]


# What the authors' package, prdc 0.2, gives: it is no longer kept, so it is not installed here.
OF_AUTHORS = {
    0: [146 / 150, 178 / 200, 874 / 750, 186 / 200],
    1: [140 / 150, 166 / 200, 937 / 750, 184 / 200],
    2: [146 / 150, 171 / 200, 843 / 750, 188 / 200],
}


@pytest.mark.parametrize("seed", OF_AUTHORS)
def test_matches_the_authors_package(seed):
    real, fake = normal(200, 8, seed), 0.9 * normal(150, 8, seed + 10) + 0.2
    assert values(neighbour_scores(real, fake, num_neighbours=5)) == pytest.approx(OF_AUTHORS[seed])


def test_equal_distributions_have_a_density_of_one_and_a_known_coverage():
    found = [neighbour_scores(normal(100, 2, 2 * s), normal(100, 2, 2 * s + 1)) for s in range(100)]
    density, coverage = (np.array([getattr(scores, name) for scores in found]) for name in SCORES[2:])
    assert density.mean() == pytest.approx(1, abs=4 * density.std() / 10)
    assert coverage.mean() == pytest.approx(expected_coverage(100, 100, 5), abs=4 * coverage.std() / 10)
    assert expected_coverage(1e9, 1e9, 5) == pytest.approx(1 - 2**-5)


def test_precision_and_recall_of_equal_distributions_are_far_below_one_in_many_dimensions():
    found = neighbour_scores(normal(1_000, 100, 0), normal(1_000, 100, 1))
    assert 0.3 < found.precision < 0.8
    assert 0.3 < found.recall < 0.8
    assert found.coverage > 0.9


def test_far_samples_score_zero():
    assert values(neighbour_scores(normal(50, 2, 0), normal(50, 2, 1) + 100)) == [0, 0, 0, 0]


def test_collapse_is_precise_and_covers_nothing():
    real = normal(200, 2, 0)
    found = neighbour_scores(real, np.zeros((200, 2)))
    assert found.precision == 1
    assert found.recall == 0
    assert found.coverage < 0.1


def test_copies_of_the_real_set_score_one():
    real = normal(50, 2, 0)
    assert values(neighbour_scores(real, real)) == pytest.approx([1, 1, 1 + 1 / 5, 1])


def test_a_dropped_mode_costs_variety_and_no_quality():
    real = np.concatenate([normal(200, 2, 0), normal(200, 2, 1) + 50])
    found = neighbour_scores(real, normal(400, 2, 2))
    assert found.precision > 0.9
    assert found.coverage < 0.55
    assert found.recall < 0.55


def test_order_and_blocks_change_nothing(monkeypatch):
    real, fake = normal(60, 3, 0), normal(50, 3, 1)
    whole = values(neighbour_scores(real, fake))
    monkeypatch.setattr(neighbours, "BLOCK", 200)
    rng = np.random.default_rng(2)
    shuffled = neighbour_scores(rng.permutation(real), rng.permutation(fake))
    assert values(shuffled) == pytest.approx(whole)


def test_scores_print_in_a_line():
    assert str(neighbour_scores(normal(50, 2, 0), normal(50, 2, 1) + 9)) == (
        "precision 0.000 | recall 0.000 | density 0.000 | coverage 0.000"
    )


# Memorisation


def test_copies_are_found_at_distance_zero():
    train, held_out = 1e3 + normal(500, 64, 0), 1e3 + normal(200, 64, 1)
    chosen = np.random.default_rng(2).integers(500, size=100)
    found = memorisation(train[chosen], train, held_out)
    np.testing.assert_array_equal(found.indices, chosen)
    assert (found.distances == 0).all()
    assert found.share == 1


def test_fresh_samples_are_near_as_often_as_held_out_ones():
    found = memorisation(normal(4_000, 2, 0), normal(500, 2, 1), normal(4_000, 2, 2), quantile=0.1)
    assert found.expected == 0.1
    assert found.share == pytest.approx(0.1, abs=4 * np.sqrt(2 * 0.09 / 4_000))


def test_a_known_share_of_copies_adds_up():
    train, fresh = normal(500, 16, 0), normal(1_000, 16, 2)
    mixed = np.concatenate([fresh[:700], train[:300]])
    found = memorisation(mixed, train, normal(2_000, 16, 1), quantile=0.05)
    assert found.share == pytest.approx(0.3 + 0.7 * 0.05, abs=0.03)


def test_nearest_matches_all_pairs_on_images():
    fake, train = normal(20 * 16, 1, 0).reshape(20, 4, 4, 1), normal(30 * 16, 1, 1).reshape(30, 4, 4, 1)
    found = memorisation(fake, train, fake)
    distances = np.sqrt(((fake[:, None] - train[None]) ** 2).sum(axis=(2, 3, 4)))
    np.testing.assert_array_equal(found.indices, distances.argmin(axis=1))
    np.testing.assert_allclose(found.distances, distances.min(axis=1))
    assert found.threshold == pytest.approx(np.quantile(found.distances, 0.05))


def test_order_of_samples_does_not_matter_to_the_share():
    samples, train, held_out = normal(50, 2, 0), normal(50, 2, 1), normal(50, 2, 2)
    found, shuffled = (
        memorisation(samples, train, held_out),
        memorisation(samples[::-1], train, held_out[::-1]),
    )
    assert (shuffled.share, shuffled.threshold) == (found.share, found.threshold)
    np.testing.assert_array_equal(shuffled.indices, found.indices[::-1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: neighbour_scores(np.zeros((5, 2)), np.zeros((9, 2))), "`real_features` .* at least 6 rows"),
        (lambda: neighbour_scores(np.zeros((9, 2)), np.zeros((9, 3))), "Both sets have the same features"),
        (
            lambda: neighbour_scores(np.zeros((9, 2)), np.zeros((9, 2)), num_neighbours=0),
            "`num_neighbours` is a positive integer",
        ),
        (
            lambda: memorisation(np.zeros((9, 2)), np.zeros((9, 3)), np.zeros((9, 2))),
            "have one shape but for n",
        ),
        (lambda: memorisation(np.zeros((0, 2)), np.zeros((9, 2)), np.zeros((9, 2))), "`samples` has shape"),
        (lambda: memorisation(3.0, np.zeros((9, 2)), np.zeros((9, 2))), "`samples` has shape"),
        (lambda: memorisation(*[np.zeros((9, 2))] * 3, quantile=2), "`quantile` is a finite number in"),
        (
            lambda: memorisation(np.full((9, 2), np.inf), *[np.zeros((9, 2))] * 2),
            "All of `samples` is finite",
        ),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=message):
        call()
