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

digits = kg.load_images("digits")


# %%
def nearest_share(samples, images):
    """Share of samples with a nearest image of their own, in (0, 1]."""
    # BEGIN SOLUTION
    samples = samples.reshape(len(samples), -1)
    images = images.reshape(len(images), -1)
    squares = (
        (samples**2).sum(axis=1)[:, None]
        - 2 * samples @ images.T
        + (images**2).sum(axis=1)
    )
    return len(set(squares.argmin(axis=1).tolist())) / len(samples)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
real = nearest_share(digits.test[:100], digits.train)
assert real > 0.85, f"real digits: {real}, expected above 0.85"

one = np.repeat(digits.test[:1], 100, axis=0)
value = nearest_share(one, digits.train)
assert value == 0.01, f"one picture: {value}, expected 0.01"

ten = np.repeat(digits.train[:10], 10, axis=0)
value = nearest_share(ten, digits.train)
assert value == 0.10, f"ten pictures: {value}, expected 0.10"

rng = np.random.default_rng(0)
shuffled = rng.permutation(digits.test[:100])
assert nearest_share(shuffled, digits.train) == real, "order matters"
print(f"All tests pass. Real digits have a share of {real:.2f}.")
