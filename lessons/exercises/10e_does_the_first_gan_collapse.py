# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 10e: how much of the variety is handwriting?

The total variance of a set of pictures, summed over the pixels, is

$$ V = \sum_k q_k V_k + \sum_k q_k \lVert \mu_k - \mu \rVert^2, $$

with $q_k$ the share of class $k$, $V_k$ the variance inside it, $\mu_k$
its mean and $\mu$ the mean of all. Variances divide by the number of
pictures, not by that number less one; then the equation is exact.

Write `within_share(images, labels)`: the first sum divided by $V$.
"""

# %%
import numpy as np
from sklearn.datasets import load_digits

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def within_share(images, labels):
    """Share of the variance that lies inside the classes, a float.

    images: (n, ...), labels: integers (n,).
    """
    # BEGIN SOLUTION
    flat = np.asarray(images, "float64").reshape(len(images), -1)
    within = 0.0
    for k in np.unique(labels):
        inside = flat[labels == k]
        within += len(inside) / len(flat) * inside.var(axis=0).sum()
        # WRONG: within += inside.var(axis=0).sum() / len(np.unique(labels))
    return float(within / flat.var(axis=0).sum())
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
rng = np.random.default_rng(SEED)
noise = rng.normal(size=(400, 4, 4, 1))
value = within_share(noise, np.zeros(400, int))
assert abs(value - 1) < 1e-9, f"one class: {value:.4f}, expected 1"
labels = np.arange(400) % 3
value = within_share(noise[labels], labels)
assert abs(value) < 1e-9, (
    f"one picture a class: {value:.4f}, expected 0"
)
uneven = np.array([[0.0], [2.0], [10.0], [10.0], [10.0], [10.0]])
value = within_share(uneven, np.array([0, 0, 1, 1, 1, 1]))
assert abs(value - 1 / 55) < 1e-9, (
    f"two classes, uneven: {value:.4f}, expected {1 / 55:.4f}; "
    "does a larger class count for more?"
)

# %% [markdown]
"""
Now real digits. How different, compared with all digits, are the samples
of a generator that draws one digit in many hands? Compute
`relative_spread`, the square root of the share above, for scikit-learn's
digits.
"""

# %%
images, labels = load_digits(return_X_y=True)
# BEGIN SOLUTION
relative_spread = within_share(images, labels) ** 0.5
# WRONG: relative_spread = within_share(images, labels)
# END SOLUTION

# %%
print(f"spread of one typical digit: {relative_spread:.2f} of all")
assert abs(relative_spread - 0.7611) < 1e-3, (
    f"{relative_spread:.4f}, expected 0.7611; "
    "a spread is a standard deviation, not a variance"
)
print("All tests pass.")
