# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 09b: the least penalty that damps

Near the equilibrium, the field of the Dirac-GAN with R1 of weight
$\gamma$ is the matrix

$$ \begin{pmatrix} 0 & -\tfrac12 \\ \tfrac12 & -\gamma
\end{pmatrix}. $$

One update at once, with learning rate $h$, is the identity plus $h$
times this matrix. Write `radius(weight, rate)`, the largest modulus of
the eigenvalues of the update, and `smallest_weight(rate)`, the smallest
of `weights` for which it is not above $1 + 10^{-9}$.
"""

# %%
import numpy as np

weights = np.arange(1, 1000) / 1000


# %%
def radius(weight, rate):
    """Returns the spectral radius of one update."""
    # BEGIN SOLUTION
    field = np.array([[0, -0.5], [0.5, -weight]])
    update = np.eye(2) + rate * field
    return float(np.abs(np.linalg.eigvals(update)).max())
    # WRONG: return float(np.linalg.norm(update, ord=2))
    # END SOLUTION


# %%
def smallest_weight(rate):
    """Returns the smallest of `weights` that does not diverge."""
    # BEGIN SOLUTION
    return float(min(w for w in weights if radius(w, rate) <= 1 + 1e-9))
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
for weight, expected in [(0.0, 1.004988), (0.3, 0.974679)]:
    value = radius(weight, 0.2)
    assert abs(value - expected) < 1e-6, (
        f"weight {weight}: {value:.6f}, expected {expected}; "
        "the modulus of an eigenvalue, not the longest stretch"
    )
for rate in (0.1, 0.2, 0.4):
    value = smallest_weight(rate)
    assert abs(value - rate / 4) < 1e-9, (
        f"rate {rate}: weight {value}, expected {rate / 4}"
    )
print("All tests pass: the least weight is a quarter of the rate.")
