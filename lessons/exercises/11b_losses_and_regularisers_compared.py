# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 11b: take a table apart

A table $m_{ij}$ of results has a row for each loss and a column for each
way to hold the discriminator. It is the sum of four parts,

$$ m_{ij} = m + u_i + v_j + r_{ij}, $$

the mean of all, what a row adds, what a column adds, and the rest. Each
of $u$ and $v$ has mean zero, and each row and column of $r$ has, too.

Write `effects(table)`, which returns $u$, $v$ and $r$.
"""

# %%
import numpy as np

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def effects(table):
    """Returns u, v and r: arrays (rows,), (columns,), (rows, columns)."""
    # BEGIN SOLUTION
    m = table.mean()
    u = table.mean(axis=1) - m
    # WRONG: u = table.mean(axis=1)
    v = table.mean(axis=0) - m
    return u, v, table - m - u[:, None] - v
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
table = np.array([[1.0, 2.0, 3.0], [3.0, 4.0, 8.0]])
u, v, r = effects(table)
assert np.allclose(u, [-1.5, 1.5]), (
    f"u = {u}, expected [-1.5, 1.5]; its mean must be zero"
)
assert np.allclose(v, [-1.5, -0.5, 2.0]), (
    f"v = {v}, expected [-1.5, -0.5, 2]; its mean must be zero"
)
rest = np.array([[0.5, 0.5, -1.0], [-0.5, -0.5, 1.0]])
assert np.allclose(r, rest), f"r =\n{r}, expected\n{rest}"

# %% [markdown]
"""
Now `shares(table)`: which share of the variance of all cells each part
explains, three numbers that add up to 1. Hint: the variance of a part
is the mean of its squares, since its mean is zero.
"""


# %%
def shares(table):
    """Returns the shares of u, v and r, three floats."""
    # BEGIN SOLUTION
    variances = [np.mean(part**2) for part in effects(table)]
    # WRONG: variances = [np.sum(part**2) for part in effects(table)]
    return tuple(float(each / table.var()) for each in variances)
    # END SOLUTION


# %%
rows_only = np.repeat([[1.0], [2.0], [5.0]], 4, axis=1)
for example, expected in [
    (rows_only, (1, 0, 0)),
    (rows_only.T, (0, 1, 0)),
    (table, (27 / 59, 26 / 59, 6 / 59)),
]:
    value = shares(example)
    assert np.allclose(value, expected), (
        f"shares {np.round(value, 3)}, expected {np.round(expected, 3)};"
        f" is each a part of the variance? The table:\n{example}"
    )
random = np.random.default_rng(SEED).normal(size=(5, 7))
total = sum(shares(random))
assert abs(total - 1) < 1e-12, f"sum {total}, expected 1"
print("All tests pass.")
