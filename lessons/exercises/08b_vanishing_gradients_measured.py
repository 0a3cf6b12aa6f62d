# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 08b: how many dimensions does it take?

Real points come from a normal distribution around 0 in $n$ dimensions,
with standard deviation 1 in every direction. Fakes come from the same,
shifted by $s$ in **every** coordinate. Only what lies along the line
between the two means differs, so the best discriminator looks at that
line alone: lesson 8a with another distance.

Write `distance(shift, num_dims)`, the distance of the two means.
"""

# %%
import numpy as np

from keras_gan import theory

# The tests were tried with the seeds 0 to 9.
SEED = 0


# %%
def distance(shift, num_dims):
    """Returns the distance of the means, a float."""
    # BEGIN SOLUTION
    return float(abs(shift) * np.sqrt(num_dims))
    # WRONG: return float(abs(shift) * num_dims)
    # END SOLUTION


# %%
def gradient(shift, num_dims):
    """The saturating gradient, when all fakes move along the line."""
    d = distance(shift, num_dims)
    return theory.TwoGaussians(d).saturating_gradient


# %% [markdown]
r"""
The tests draw points in $n$ dimensions and use nothing but the logit of
the best discriminator, $-s \sum_i x_i + n s^2 / 2$. They move all fakes
a little along the line, and see how the loss changes.
"""


# %%
def drawn_gradient(shift, num_dims, step=0.01):
    rng = np.random.default_rng(SEED)
    fake = shift + rng.normal(size=(100_000, num_dims))

    def loss(move):
        along = fake.sum(axis=1) + move * np.sqrt(num_dims)
        logits = -shift * along + num_dims * shift**2 / 2
        return -np.logaddexp(0, logits).mean()

    return abs(loss(step) - loss(-step)) / (2 * step)


# %%
value = distance(0.5, 1)
assert abs(value - 0.5) < 1e-9, f"one dimension: {value}, expected 0.5"
for shift, num_dims in [(0.5, 1), (0.5, 4), (0.25, 64), (1.0, 9)]:
    exact = gradient(shift, num_dims)
    drawn = drawn_gradient(shift, num_dims)
    assert abs(exact / drawn - 1) < 0.03, (
        f"shift {shift}, {num_dims} dimensions: gradient {exact:.4f}, "
        f"but {drawn:.4f} from points; how do distances add up?"
    )

# %% [markdown]
"""
Now the shift of 0.5. Find `num_dims`, the least number of dimensions at
which the gradient is below a thousandth of the largest one, by trying
all of `candidates`.
"""

# %%
candidates = np.arange(1, 500)
# BEGIN SOLUTION
strengths = np.array([gradient(0.5, n) for n in candidates])
small = strengths < strengths.max() / 1_000
num_dims = int(candidates[small.argmax()])
# WRONG: num_dims = int(small.argmax())
# END SOLUTION

# %%
print(f"{num_dims} dimensions; distance {distance(0.5, num_dims):.2f}")
largest = max(gradient(0.5, n) for n in range(1, 40))
share = gradient(0.5, num_dims) / largest
assert share < 1 / 1_000, (
    f"{share:.6f} of the largest with {num_dims} dimensions, expected "
    "below 0.001; a place in the list, or a number of dimensions?"
)
share = gradient(0.5, num_dims - 1) / largest
assert share >= 1 / 1_000, (
    f"{share:.6f} of the largest with one dimension less: not the least"
)
print("All tests pass.")
