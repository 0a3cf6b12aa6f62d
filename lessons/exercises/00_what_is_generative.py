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

train, labels = make_moons(2_000, noise=0.05, random_state=0)
test, test_labels = make_moons(2_000, noise=0.05, random_state=1)


# %%
def fit(points):
    """Returns (mean, covariance)."""
    # BEGIN SOLUTION
    return points.mean(axis=0), np.cov(points.T)
    # END SOLUTION


def draw(mean, covariance, num, rng):
    """Returns new points, (num, 2)."""
    # BEGIN SOLUTION
    z = rng.standard_normal((num, 2))
    return mean + z @ np.linalg.cholesky(covariance).T
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
models = [fit(train[labels == k]) for k in (0, 1)]
mean, covariance = models[1]
assert np.allclose(mean, train[labels == 1].mean(axis=0)), mean
new = draw(mean, covariance, 20_000, np.random.default_rng(0))
assert new.shape == (20_000, 2), new.shape
assert np.abs(new.mean(axis=0) - mean).max() < 0.02, new.mean(axis=0)
wanted = np.cov(train[labels == 1].T)
assert np.abs(np.cov(new.T) - wanted).max() < 0.02, np.cov(new.T)

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
        scores.append(
            -squares / 2 - np.log(np.linalg.det(covariance)) / 2
        )
    return np.argmax(scores, axis=0)
    # END SOLUTION


# %%
narrow = [(np.zeros(2), 0.01 * np.eye(2)), (np.zeros(2), np.eye(2))]
found = classify(np.array([[0.0, 0.05], [1.0, 1.0]]), narrow)
assert list(found) == [0, 1], f"{found}: the determinant counts"
share = (classify(test, models) == test_labels).mean()
assert share > 0.8, f"right on {share:.3f}"
print(f"All tests pass: right on {share:.3f} of new points.")
