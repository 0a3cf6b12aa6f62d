# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 06b: see the stain again

A discriminator with one hidden layer, normalised, is

$$ a = v \cdot \operatorname{relu}(\hat h), \qquad
   \hat h = \frac{h - \mu}{\sqrt{s^2 + \varepsilon}}, \qquad h = Wx, $$

with $\mu$ and $s^2$ the mean and the variance of each unit over the
batch that is given (the variance divides by the number of rows).

Write `normalise(h)`.
"""

# %%
import keras
import numpy as np

import keras_gan as kg

EPSILON = 1e-3  # Keras's
# The tests were tried with the seeds 0 to 9.
SEED = 0


# %%
def normalise(h):
    """Each column with mean 0 and variance near 1; h: (rows, units)."""
    # BEGIN SOLUTION
    return (h - h.mean(axis=0)) / np.sqrt(h.var(axis=0) + EPSILON)
    # WRONG: return (h - h.mean()) / np.sqrt(h.var() + EPSILON)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
rng = np.random.default_rng(SEED)
h = rng.normal(3.0, 2.0, size=(50, 4)).astype("float32")
layer = keras.layers.BatchNormalization()
expected = keras.ops.convert_to_numpy(layer(h, training=True))
error = np.abs(normalise(h) - expected).max()
assert error < 1e-4, (
    f"off Keras's answer by {error:.2g}, expected below 0.0001; "
    "each unit has its own mean and variance, by the number of rows"
)

# %% [markdown]
r"""
Now `gaps(real, fake, W, v)`: the mean answer to the real images minus
the mean answer to the fakes, two numbers.

- **apart**: each set goes through the network by itself, so each has
  its own $\mu$ and $s$.
- **together**: both sets go through in one batch.

`real` and `fake` have shape (rows, pixels), `W` (pixels, units) and `v`
(units,).
"""


# %%
def gaps(real, fake, W, v):
    """Returns the gap apart and the gap together, two floats."""

    def answers(batch):
        return np.maximum(normalise(batch @ W), 0) @ v

    # BEGIN SOLUTION
    apart = answers(real).mean() - answers(fake).mean()
    mixed = answers(np.concatenate([real, fake]))
    border = len(real)
    # WRONG: border = len(mixed) // 2
    together = mixed[:border].mean() - mixed[border:].mean()
    return float(apart), float(together)
    # END SOLUTION


# %% [markdown]
"""
First a case for pencil and paper: one pixel, one unit, three real images
of 1 and one fake of -1. Apart, a set of equal images tells nothing.
Together the mean is 0.5 and the variance 0.75.
"""

# %%
ones = np.ones((4, 1))
found = gaps(ones[:3], -ones[:1], np.ones((1, 1)), np.ones(1))
assert np.allclose(found, (0, 0.57697), atol=1e-4), (
    f"{np.round(found, 4)}, expected (0, 0.5770): three rows are real, "
    "one is fake"
)

# %% [markdown]
"""
Digits, and the same digits with a stain: half the contrast, and one
fixed picture added. Over twenty random networks, a batch of one kind
does not show the stain, a mixed batch does.
"""

# %%
digits = kg.load_images("digits").test[:200].reshape(200, -1)
digits = digits.astype("float64")
stain = 0.5 * rng.uniform(-1, 1, digits.shape[1])
washed = 0.5 * digits + stain
for number in range(20):
    draw = np.random.default_rng(20 * SEED + number)
    W, v = draw.normal(size=(64, 128)), draw.normal(size=128)
    apart, together = gaps(digits, washed, W, v)
    assert abs(apart) < 0.01, f"apart: {apart:.3f}, expected nearly 0"
    assert abs(together) > 10 * abs(apart), (
        f"together {together:.3f}, expected far above {abs(apart):.4f}"
    )

# %% [markdown]
"""
The order of the rows does not matter, and two sets of unequal size are
allowed.
"""

# %%
shuffled = gaps(digits[::-1], washed, W, v)
assert np.allclose(shuffled, (apart, together)), (
    f"in another order {shuffled}, before {(apart, together)}"
)
few = gaps(digits, washed[:50], W, v)
assert abs(few[1]) > 10 * abs(apart), (
    f"with 50 fakes {few[1]:.3f}, expected far above {abs(apart):.4f}"
)
same = gaps(digits, digits, W, v)
assert np.allclose(same, 0, atol=1e-9), f"equal sets: {same}, not 0"
print(f"All tests pass. Apart {apart:.4f}, together {together:.2f}.")
