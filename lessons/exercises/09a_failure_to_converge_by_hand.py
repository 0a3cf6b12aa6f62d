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
    new_psi = psi + rate * theta
    new_theta = theta - rate * new_psi
    # WRONG: new_theta = theta - rate * psi
    return new_theta, new_psi
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
value = alternating_step(1.0, 1.0, 0.5)
assert np.allclose(value, (0.25, 1.5)), (
    f"{value}, expected (0.25, 1.5); which psi does theta see?"
)


def matrix(rate):
    """The step as a matrix: its columns are the images of (1, 0), (0, 1)."""
    columns = [alternating_step(*unit, rate) for unit in np.eye(2)]
    return np.array(columns).T


for rate in (0.1, 1.0, 3.0):
    area = np.linalg.det(matrix(rate))
    assert np.isclose(area, 1), f"areas grow by {area} at rate {rate}"
moduli = np.abs(np.linalg.eigvals(matrix(0.2)))
assert np.allclose(moduli, 1), f"moduli {moduli} at rate 0.2, not 1"

# %% [markdown]
"""
Up to some learning rate the eigenvalues of the step have modulus 1: the
players circle. Above it one of them is larger, and they diverge. Find
`limit` among `candidates`: the largest rate at which no eigenvalue of
`matrix(rate)` has a modulus above 1.001.
"""

# %%
candidates = np.arange(0.1, 4.0, 0.01)


# BEGIN SOLUTION
def size(rate):
    return np.abs(np.linalg.eigvals(matrix(rate))).max()
    # WRONG: return np.linalg.eigvals(matrix(rate)).real.max()


limit = max(rate for rate in candidates if size(rate) <= 1.001)
# END SOLUTION

# %%
assert abs(limit - 2) < 0.015, (
    f"limit {limit:.2f}, expected 2; -3 has the modulus 3"
)
print(f"All tests pass. The limit is {limit:.2f}.")
