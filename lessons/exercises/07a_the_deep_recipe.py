# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Exercise 07a: how much do neighbours know of each other?

Write `neighbour_correlation(images)`: take every pair of a pixel and its
right neighbour, and every pair of a pixel and the one below, in all
images. Return the correlation of the first pixels of the pairs with the
second ones, as one number.
"""

# %%
import numpy as np

import keras_gan as kg


# %%
def neighbour_correlation(images):
    """Correlation of neighbouring pixels, in [-1, 1].

    images: (n, height, width, channels).
    """
    # BEGIN SOLUTION
    first = [images[:, :, :-1].ravel(), images[:, :-1].ravel()]
    second = [images[:, :, 1:].ravel(), images[:, 1:].ravel()]
    pairs = np.corrcoef(np.concatenate(first), np.concatenate(second))
    # WRONG: pairs = np.corrcoef(first[0], second[0])
    return float(pairs[0, 1])
    # END SOLUTION


# %% [markdown]
"""
Here is a version that many write first. It joins all pixels to one long
row, so that the last pixel of a row becomes a neighbour of the first
one of the next, and it forgets the pixels below. The tests tell the
two apart.
"""


# %%
def one_long_row(images):
    row = images.ravel()
    return float(np.corrcoef(row[:-1], row[1:])[0, 1])


# %%
def test(version):
    shades = np.linspace(-1, 1, 9).reshape(9, 1, 1, 1)
    plain = version(shades * np.ones((9, 4, 6, 1)))
    assert abs(plain - 1) < 1e-9, f"one shade each: {plain}, not 1"
    board = (np.indices((6, 6)).sum(axis=0) % 2)[None, ..., None]
    board = np.concatenate([board, 1 - board]) * 2.0 - 1
    chess = version(board)
    assert abs(chess + 1) < 1e-9, f"chessboards: {chess}, not -1"
    stripes = np.tile([-1.0, 1.0], (4, 6, 3))[..., None]
    value = version(stripes)  # opposite to the right, equal below
    assert abs(value) < 0.1, (
        f"stripes: {value}, not near 0: do both directions count?"
    )


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
try:
    test(one_long_row)
except AssertionError as error:
    print(f"one_long_row fails: {error}")
test(neighbour_correlation)
for seed in range(10):
    noise = np.random.default_rng(seed).normal(size=(200, 8, 8, 1))
    value = neighbour_correlation(noise)
    assert abs(value) < 0.05, f"noise, seed {seed}: {value}, not near 0"

# %%
digits = kg.load_images("digits").test
real = neighbour_correlation(digits)
assert abs(real - 0.54) < 0.06, f"digits: {real}, expected near 0.54"
for seed in range(10):
    order = np.random.default_rng(seed).permutation(64)
    shuffled = digits.reshape(-1, 64)[:, order].reshape(digits.shape)
    mixed = neighbour_correlation(shuffled)
    assert mixed < real - 0.3, (
        f"pixels shuffled: {mixed:.3f}, expected far below {real:.3f}"
    )
print(f"digits {real:.3f}, with their pixels shuffled {mixed:.3f}")
print("All tests pass.")
