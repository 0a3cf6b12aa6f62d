"""What is true of metrics whatever the generator: a bias, best values, a likelihood that misleads."""

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.cluster import KMeans

import keras_gan as kg
from claims.digits import halves
from claims.record import Claim, Condition, Results, Verdict, in_seeds, judged

SIZES, NUM_PAIRS = (50, 100, 200, 400), 20
DIM = 10  # of the normal distribution whose bias is known
NUM_POINTS, DIMS, NEIGHBOURS = 1_000, (2, 10, 100, 1_000), 5
NUM_TRAIN, NUM_VALIDATION, NUM_CENTRES, NUM_DRAWS = 896, 450, 200, 5
KERNELS = tuple(np.logspace(-1, 0, 16).tolist())  # standard deviations, pixels being from 0 to 1


def bias(seed: int) -> dict[str, Any]:
    """The mean Fréchet distance of two sets of one kind: of digits, and of normal points."""
    data = halves()
    features = kg.load_classifier(data).features(data.test)
    rng = np.random.default_rng(seed)
    found: dict[str, Any] = {"digits": [], "normal": []}
    for size in SIZES:
        pairs = [features[rng.permutation(len(features))[: 2 * size]] for _ in range(NUM_PAIRS)]
        found["digits"].append(_mean_distance(pairs))
        found["normal"].append(
            _mean_distance([rng.standard_normal((2 * size, DIM)) for _ in range(NUM_PAIRS)])
        )
    return found


def _mean_distance(pairs: list[np.ndarray]) -> float:
    return float(np.mean([kg.metrics.frechet_distance(*np.split(pair, 2)) for pair in pairs]))


def identical(seed: int) -> dict[str, Any]:
    """Precision, recall, density and coverage of two samples of one normal distribution."""
    rng = np.random.default_rng(seed)
    found = {}
    for dim in DIMS:
        real, fake = rng.standard_normal((2, NUM_POINTS, dim))
        scores = kg.metrics.neighbour_scores(real, fake, num_neighbours=NEIGHBOURS)
        found[f"d = {dim}"] = [scores.precision, scores.recall, scores.density, scores.coverage]
    return found


def parzen_trap(seed: int) -> dict[str, Any]:
    """Parzen log likelihood of unseen digits: by real training images, and by means of them."""
    digits = kg.load_images("digits")
    images = (np.concatenate([digits.train, digits.test]).reshape(-1, 64).astype(float) + 1) / 2
    found: dict[str, Any] = {"real images": [], "k-means centres": []}
    for draw in range(NUM_DRAWS):
        shuffled = np.random.default_rng(draw).permutation(images)
        train, validation, test = np.split(shuffled, [NUM_TRAIN, NUM_TRAIN + NUM_VALIDATION])
        means = KMeans(NUM_CENTRES, n_init=1, random_state=draw).fit(train).cluster_centers_
        for name, centres in (("real images", train[:NUM_CENTRES]), ("k-means centres", means)):
            likelihoods = [parzen(validation, centres, std) for std in KERNELS]
            found[name].append(parzen(test, centres, KERNELS[int(np.argmax(likelihoods))]))
    return found


def parzen(points: np.ndarray, centres: np.ndarray, std: float) -> float:
    """Mean log density of the points under normal bells around the centres, in nats."""
    exponents = -cdist(points, centres, "sqeuclidean") / (2 * std**2)
    normalizer = np.log(len(centres)) + points.shape[1] / 2 * np.log(2 * np.pi * std**2)
    return float((logsumexp(exponents, axis=1) - normalizer).mean())


def bias_falls(results: Results) -> Verdict:
    """D2."""
    num = len(results)
    expected = np.array([(2 * DIM + DIM * (DIM + 1) / 2) / size for size in SIZES])
    ratios = np.mean([row["normal"] for row in results], axis=0) / expected
    return judged(
        in_seeds(
            "digits: the mean distance falls at each doubling",
            num,
            [all(low > high for low, high in pairwise(row["digits"])) for row in results],
        ),
        Condition(
            "N(0, I) in 10 dimensions: within 10 % of (2 d + d (d + 1) / 2) / n from n = 100 on",
            ", ".join(f"{ratio:.3f} of it" for ratio in ratios[1:]),
            bool((abs(ratios[1:] - 1) < 0.1).all()),
        ),
    )


def identical_is_not_one(results: Results) -> Verdict:
    """D2b."""
    num = len(results)
    highest = [max(row[f"d = {DIMS[-1]}"][:2]) for row in results]
    i = np.arange(1, NEIGHBOURS + 1)
    expected = 1 - np.prod((NUM_POINTS - i) / (2 * NUM_POINTS - i))
    coverages = {dim: float(np.mean([row[f"d = {dim}"][3] for row in results])) for dim in DIMS}
    return judged(
        in_seeds("precision and recall below 0.7 in 1,000 dimensions", num, [h < 0.7 for h in highest]),
        Condition(
            f"mean coverage {expected:.4f} ± 0.02 in every dimension",
            ", ".join(f"{value:.4f} in {dim}" for dim, value in coverages.items()),
            bool(max(abs(value - expected) for value in coverages.values()) < 0.02),
        ),
    )


def centres_beat_real_images(results: Results) -> Verdict:
    """D4."""
    (row,) = results
    real, means = row["real images"], row["k-means centres"]
    flags = [high > low for low, high in zip(real, means, strict=True)]
    return judged(in_seeds("k-means centres above real images", NUM_DRAWS, flags))


CLAIMS = (
    Claim(
        id="D2",
        title="The Fréchet distance of two real sets falls with their size",
        source="""Bińkowski et al. 2018, *Demystifying MMD GANs*, section 4: the estimate is biased. The
            first-order term for a normal distribution is ours.""",
        statement="""Between 50, 100, 200 and 400 real images a side the mean distance falls at each
            doubling, in all 10 seeds. For N(0, I) in 10 dimensions the mean over the seeds is within 10 % of
            (2 d + d (d + 1) / 2) / n for n = 100, 200 and 400.""",
        protocol="""Means over 20 pairs a seed. The images are those 901 digits that no network was trained
            on, as 64 features of the classifier; a pair has no image in common.""",
        cost=2,
        run=bias,
        verdict=bias_falls,
        lesson="16b_measuring_samples",
    ),
    Claim(
        id="D2b",
        title="Precision and recall of two equal distributions are not 1",
        source="""Naeem et al. 2020, *Reliable fidelity and diversity metrics for generative models*, and
            the README of the package `prdc`: for two sets of 10,000 points of one normal distribution in
            1,000 dimensions, k = 5, it prints precision 0.4772, recall 0.4705, density 1.0555, coverage
            0.9735.""",
        statement="""With 1,000 points a side in 1,000 dimensions both are below 0.7 in all 10 seeds. The
            mean coverage is within 0.02 of what exchanging the points gives, 1 - ∏ (n - i) / (2 n - i) over
            i = 1 to k, in 2, 10, 100 and 1,000 dimensions.""",
        protocol="""Two samples of N(0, I), k = 5. A tenth of the README's points, so its numbers are not
            repeated; the numbers listed are precision, recall, density and coverage.""",
        cost=5,
        run=identical,
        verdict=identical_is_not_one,
        lesson="16b_measuring_samples",
    ),
    Claim(
        id="D4",
        title="By Parzen windows, k-means centres are a better model than real images",
        source="""Theis, van den Oord and Bethge 2016, *A note on the evaluation of generative models*, who
            found it on MNIST. Goodfellow et al. 2014 compare models by this number.""",
        statement="""200 k-means centres of training images give unseen digits a higher log likelihood than
            200 of the training images themselves, in all 5 draws.""",
        protocol="""The 1,797 digits with pixels from 0 to 1, shuffled: 896 to train, 450 that choose the
            width of the kernel for each model, 451 whose mean log likelihood counts. The paper has 28 x 28
            pixels and 10,000 samples; so only the sign is tested.""",
        cost=1,
        run=parzen_trap,
        verdict=centres_beat_real_images,
        seeds=(0,),
        exact=True,
        lesson="16b_measuring_samples",
    ),
)
