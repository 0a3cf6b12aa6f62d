# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 08c: how noisy are the two gradients?

Real points come from a normal distribution around 0, fakes from one
around 2. We fit a discriminator of one neuron to a handful of samples,
then another one to fresh samples, and so on. Each is a little different,
and so is the gradient that it sends to the generator's shift:

$$ |a|\;\mathbb E[D] \;\text{ (saturating)} \quad\text{and}\quad
|a|\;\mathbb E[1 - D] \;\text{ (non-saturating)}, $$

with $a$ the slope of its logit and the means over fakes.
"""

# %%
import numpy as np
from sklearn.linear_model import LogisticRegression

# The tests were tried with the seeds 0 to 9.
SEED = 0


# %%
def discriminator(num_samples, rng):
    """Slope and bias of the logit, fitted to fresh samples."""
    real = rng.normal(size=(num_samples, 1))
    fake = 2 + rng.normal(size=(num_samples, 1))
    labels = np.repeat([1, 0], num_samples)
    fitted = LogisticRegression(C=np.inf).fit(
        np.concatenate([real, fake]), labels
    )
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


# %% [markdown]
"""
Write `gradients(slope, bias, fake)`, which returns both gradients, and
`spread(values)`, the standard deviation over the mean.
"""


# %%
def gradients(slope, bias, fake):
    """Returns (saturating, non-saturating), two floats."""
    # BEGIN SOLUTION
    answers = 1 / (1 + np.exp(-(slope * fake + bias)))
    both = answers.mean(), 1 - answers.mean()
    return tuple(float(abs(slope) * weight) for weight in both)
    # WRONG: return tuple(float(weight) for weight in both)
    # END SOLUTION


# %%
def spread(values):
    """Returns the standard deviation over the mean, a float."""
    # BEGIN SOLUTION
    return float(np.std(values) / np.mean(values))
    # WRONG: return float(np.std(values))
    # END SOLUTION


# %% [markdown]
"""
The tests. The first one needs no luck: with the best discriminator the
gradients are those of lesson 8a. The others fit 50 discriminators to
few and to many samples.
"""

# %%
fake = 2 + np.random.default_rng(SEED).normal(size=100_000)
found = gradients(-2.0, 2.0, fake)
assert np.allclose(found, (0.4496, 1.5504), atol=0.01), (
    f"gradients {np.round(found, 4)}, expected 0.4496 and 1.5504; "
    "what stands before the mean?"
)

# %%
value = spread([1.0, 2.0, 3.0])
assert abs(value - 0.4082) < 1e-3, (
    f"spread of 1, 2, 3: {value:.4f}, expected 0.4082, which is "
    "a share of the mean"
)


# %%
def spreads(num_samples, seed):
    rng = np.random.default_rng(seed)
    both = [
        gradients(*discriminator(num_samples, rng), fake[:20_000])
        for _ in range(50)
    ]
    return [spread(column) for column in zip(*both)]


# %%
seeds = range(3 * SEED, 3 * SEED + 3)
few = [spreads(256, seed) for seed in seeds]
many = [spreads(1024, seed) for seed in seeds]
print("few samples: ", np.round(few, 3).tolist())
print("many samples:", np.round(many, 3).tolist())

# %%
for saturating, non_saturating in few:
    assert 0.04 < saturating < non_saturating < 0.14, (
        f"spreads {np.round(few, 3).tolist()}, expected near 0.07, 0.10"
    )
ratio = np.mean(many, axis=0) / np.mean(few, axis=0)
assert np.all((ratio > 0.35) & (ratio < 0.7)), (
    f"with more samples {ratio} times as much, expected about one half"
)
print("All tests pass.")
