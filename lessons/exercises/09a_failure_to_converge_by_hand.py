# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 09a: players who move in turn

In the bilinear game one player wants $\theta\psi$ small and moves along
$-\psi$; the other wants it large and moves along $+\theta$.

Write `alternating_step(theta, psi, rate)`: $\psi$ moves first, and
$\theta$ sees the new $\psi$.
"""

# %%
import numpy as np


# %%
def alternating_step(theta, psi, rate):
    """Returns the new (theta, psi)."""
    # BEGIN SOLUTION
    psi = psi + rate * theta
    theta = theta - rate * psi
    return theta, psi
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
value = alternating_step(1.0, 1.0, 0.5)
assert np.allclose(value, (0.25, 1.5)), f"{value}, expected (0.25, 1.5)"


def matrix(rate):
    """The step as a matrix: its columns are the images of (1, 0), (0, 1)."""
    columns = [alternating_step(*unit, rate) for unit in np.eye(2)]
    return np.array(columns).T


for rate in (0.1, 1.0, 3.0):
    assert np.isclose(np.linalg.det(matrix(rate)), 1), "areas change"
assert np.allclose(np.abs(np.linalg.eigvals(matrix(0.2))), 1)

# %% [markdown]
"""
Up to some learning rate the eigenvalues of the step have modulus 1: the
players circle. Above it one of them is larger, and they diverge. Find
the limit among `candidates`: the largest rate at which no eigenvalue
has a modulus above 1.001.
"""

# %%
candidates = np.arange(0.1, 4.0, 0.01)
# BEGIN SOLUTION
largest = [
    np.abs(np.linalg.eigvals(matrix(h))).max() for h in candidates
]
limit = candidates[np.array(largest) <= 1.001].max()
# END SOLUTION

# %%
assert abs(limit - 2) < 0.015, f"limit {limit}"
print(f"All tests pass. The limit is {limit:.2f}.")
