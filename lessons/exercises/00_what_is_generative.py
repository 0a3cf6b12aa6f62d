# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 00: two Gaussians that draw and classify

A generative model of the two moons, as simple as can be: one Gaussian
for each moon. Write

- `fit(points)`: the mean, `(2,)`, and the covariance, `(2, 2)`, of
  points `(n, 2)`,
- `draw(mean, covariance, num, rng)`: `num` new points, by
  $x = \mu + L z$, where $L L^\top$ is the covariance (`np.linalg.cholesky`)
  and $z$ is standard normal from `rng`.
"""

# %%
import numpy as np
from sklearn.datasets import make_moons

# The tests were tried with the seeds 0 to 9.
SEED = 0


# %%
def moons(seed):
    """Returns 2,000 points and the moon, 0 or 1, of each."""
    return make_moons(2_000, noise=0.05, random_state=seed)


train, labels = moons(2 * SEED)
test, test_labels = moons(2 * SEED + 1)


# %%
def fit(points):
    """Returns (mean, covariance)."""
    # BEGIN SOLUTION
    return points.mean(axis=0), np.cov(points.T)
    # END SOLUTION


# %%
def draw(mean, covariance, num, rng):
    """Returns new points, (num, 2)."""
    # BEGIN SOLUTION
    z = rng.standard_normal((num, 2))
    return mean + z @ np.linalg.cholesky(covariance).T
    # WRONG: return mean + z @ np.linalg.cholesky(covariance)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
models = [fit(train[labels == k]) for k in (0, 1)]
mean, covariance = models[1]
assert np.shape(mean) == (2,), f"mean {mean}: one for each coordinate"
gap = np.abs(mean - train[labels == 1].mean(axis=0)).max()
assert gap < 1e-9, f"the mean is off by {gap:.3f}"
shape = np.shape(covariance)
assert shape == (2, 2), f"covariance {shape}: of two coordinates"
gap = np.abs(covariance - np.cov(train[labels == 1].T)).max()
assert gap < 0.001, f"the covariance is off by {gap:.3f}"

# %% [markdown]
"""
Points are drawn twice: from the second moon's Gaussian, whose two
coordinates are hardly correlated, and from a tilted one, where they are.
"""

# %%
tilted = np.array([[0.5, 0.4], [0.4, 0.5]])
for name, wanted in {"moon": covariance, "tilted": tilted}.items():
    rng = np.random.default_rng(SEED)
    new = draw(mean, wanted, 20_000, rng)
    assert new.shape == (20_000, 2), f"{name}: shape {new.shape}"
    gap = np.abs(new.mean(axis=0) - mean).max()
    assert gap < 0.02, f"{name}: the mean of the points is off by {gap}"
    found = np.cov(new.T)
    assert np.abs(found - wanted).max() < 0.02, (
        f"{name}: covariance {found.round(2).tolist()}, expected "
        f"{wanted.round(2).tolist()}; L z for each row z?"
    )

# %% [markdown]
r"""
Now classify with it. Both moons are equally common, so Bayes' rule says:
choose the class with the higher density. The log density of a Gaussian
is, up to a constant,

$$ -\tfrac12\,(x - \mu)^\top C^{-1} (x - \mu) - \tfrac12 \log\det C. $$
"""


# %%
def classify(points, models):
    """Returns the class of each point, integers (n,)."""
    # BEGIN SOLUTION
    scores = []
    for mean, covariance in models:
        gaps = points - mean
        inverse = np.linalg.inv(covariance)
        squares = np.einsum("ni,ij,nj->n", gaps, inverse, gaps)
        log_det = np.log(np.linalg.det(covariance))
        scores.append(-squares / 2 - log_det / 2)
        # WRONG: scores.append(-squares / 2)
    return np.argmax(scores, axis=0)
    # END SOLUTION


# %%
narrow = [(np.zeros(2), 0.01 * np.eye(2)), (np.zeros(2), np.eye(2))]
found = classify(np.array([[0.0, 0.05], [1.0, 1.0]]), narrow)
assert list(found) == [0, 1], (
    f"classes {found}, expected [0, 1]; a narrow Gaussian is high in "
    "the middle"
)
share = (classify(test, models) == test_labels).mean()
assert share > 0.8, f"right on {share:.3f}, expected above 0.8"
print(f"All tests pass: right on {share:.3f} of new points.")
