# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 16b: a likelihood that prefers averages

Early papers judged a generator so: draw $n$ samples $c_1, \dots, c_n$,
put a normal bell of standard deviation $s$ around each, and take the
mean log density of unseen images $x$ of dimension $D$,

$$ \log \frac1n \sum_j (2\pi s^2)^{-D/2}
   \exp\Bigl(-\frac{\lVert x - c_j \rVert^2}{2 s^2}\Bigr). $$

Write `parzen(points, centres, std)`. Hint: `scipy.special.logsumexp`
adds numbers whose logarithms are given.
"""

# %%
import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.cluster import KMeans

import keras_gan as kg

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def parzen(points, centres, std):
    """Mean log density of `points`, in nats."""
    # BEGIN SOLUTION
    squares = cdist(points, centres, "sqeuclidean")
    sums = logsumexp(-squares / (2 * std**2), axis=1)
    bell = points.shape[1] / 2 * np.log(2 * np.pi * std**2)
    # WRONG: bell = np.log(2 * np.pi * std**2) / 2
    return float((sums - np.log(len(centres)) - bell).mean())
    # WRONG: return float((sums - bell).mean())
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
origin = np.zeros((1, 64))
value = parzen(origin, origin, 1.0)
assert abs(value + 58.8121) < 1e-3, (
    f"one centre: {value:.4f}, expected -58.8121 in 64 dimensions"
)

# %%
value = parzen(origin, np.repeat(origin, 10, axis=0), 1.0)
assert abs(value + 58.8121) < 1e-3, (
    f"ten equal centres: {value:.4f}, expected -58.8121, as for one; "
    "is it a mean of bells?"
)

# %%
pair = np.array([[0.0], [1.0]])
value = parzen(pair, pair, 0.5)
expected = np.log((1 + np.exp(-2)) / 2 / np.sqrt(np.pi / 2))
assert abs(value - expected) < 1e-9, (
    f"two centres: {value:.4f}, expected {expected:.4f}"
)

# %% [markdown]
"""
Now the trap. `test` holds unseen digits. Compute two values on `test`:
`real`, with the first 200 images of `train` as centres, and `means`,
with `centres`. Take for each the best of the widths `stds`, measured on
`validation`.
"""

# %%
digits = kg.load_images("digits")
pixels = (digits.train.reshape(-1, 64).astype("float64") + 1) / 2
rng = np.random.default_rng(SEED)
pixels = rng.permutation(pixels)  # writers mixed
train, validation = pixels[:1_000], pixels[1_000:]
test = (digits.test.reshape(-1, 64).astype("float64") + 1) / 2
centres = KMeans(200, n_init=1, random_state=SEED).fit(train)
centres = centres.cluster_centers_
stds = np.logspace(-1, 0, 16)


# %%
# BEGIN SOLUTION
def best_value(model):
    std = max(stds, key=lambda std: parzen(validation, model, std))
    # WRONG: std = max(stds, key=lambda std: parzen(model, model, std))
    return parzen(test, model, std)


real, means = best_value(train[:200]), best_value(centres)
# END SOLUTION

# %%
print(f"real images {real:.1f}, their averages {means:.1f} nats")
assert 10 < real < 22, (
    f"real images {real:.1f}, expected 10 to 22 nats; "
    "was the width chosen on images that the model does not hold?"
)
assert means > real + 5, (
    f"averages {means:.1f}, expected 5 nats more than {real:.1f}"
)
print("All tests pass.")
