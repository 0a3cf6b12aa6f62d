# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Exercise 05: has the generator collapsed?

Write a collapse test that needs no classifier. For each sample find the
training image nearest to it (smallest Euclidean distance). Count how
many *different* training images were found, and divide by the number of
samples.

A generator that draws one picture over and over finds one training
image. A healthy one finds almost as many as it has samples.
"""

# %%
import numpy as np

import keras_gan as kg

# The tests were tried with the seeds 0 to 9.
SEED = 0

digits = kg.load_images("digits", seed=SEED)


# %%
def nearest_share(samples, images):
    """Share of samples with a nearest image of their own, in (0, 1]."""
    # BEGIN SOLUTION
    samples = samples.reshape(len(samples), -1)
    images = images.reshape(len(images), -1)
    # The squared distances, without a sample's own square, which
    # changes nothing about its nearest image.
    squares = (images**2).sum(axis=1) - 2 * samples @ images.T
    nearest = squares.argmin(axis=1)
    # WRONG: nearest = squares.argmin(axis=0)
    return len(set(nearest.tolist())) / len(samples)
    # WRONG: return len(set(nearest.tolist())) / len(images)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
real = nearest_share(digits.test[:100], digits.train)
assert real > 0.85, (
    f"real digits: {real}, expected above 0.85; a share of what?"
)
one = np.repeat(digits.test[:1], 100, axis=0)
value = nearest_share(one, digits.train)
assert value == 0.01, f"one picture: {value}, expected 0.01"

# %% [markdown]
"""
Ten pictures, each in ten copies that differ by a little noise: they look
alike, and have ten nearest images together.
"""

# %%
rng = np.random.default_rng(SEED)
ten = np.repeat(digits.train[:10], 10, axis=0)
ten = ten + rng.normal(0, 0.02, ten.shape)
value = nearest_share(ten, digits.train)
assert value == 0.10, (
    f"ten pictures: {value}, expected 0.1; "
    "each sample has one nearest image, not the other way round"
)
shuffled = rng.permutation(digits.test[:100])
value = nearest_share(shuffled, digits.train)
assert value == real, f"in another order {value}, before {real}"
print(f"All tests pass. Real digits have a share of {real:.2f}.")
