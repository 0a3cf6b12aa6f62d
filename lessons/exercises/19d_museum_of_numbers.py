# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Exercise 19d: three numbers to mend

Three faults from the last hall of the museum, ten minutes each. Every
part shows a faulty version that runs, and tests that it fails. Write a
version that passes.
"""

# %%
import numpy as np

# %% [markdown]
"""
## Card 10: eight corners

The faulty ring has its first corner twice:
"""


# %%
def faulty_ring():
    angles = np.linspace(0, 2 * np.pi, 8)
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)


# %% [markdown]
"""
Write `ring_centres()`: the eight corners of a regular octagon on the
circle of radius 1, shape (8, 2).
"""


# %%
def ring_centres():
    """Returns eight different centres."""
    # BEGIN SOLUTION
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
centres = ring_centres()
assert centres.shape == (8, 2), centres.shape
num = len(np.unique(centres.round(6), axis=0))
assert num == 8, f"{num} different centres, expected 8"
assert np.allclose(np.linalg.norm(centres, axis=1), 1), "radius 1"
sides = np.linalg.norm(centres - np.roll(centres, 1, axis=0), axis=1)
assert np.ptp(sides) < 1e-12, "the sides differ"

# %% [markdown]
"""
## Card 11: points between

The faulty version draws with a normal number, often outside [0, 1]:
"""


# %%
def faulty_points(real, fake, rng):
    alpha = rng.normal(size=(len(real), 1))
    return real + alpha * (fake - real)


# %% [markdown]
"""
Write `points(real, fake, rng)`: one point for each pair, uniform on the
segment between real and fake, with one number a sample.
"""


# %%
def points(real, fake, rng):
    """Returns as many points as pairs."""
    # BEGIN SOLUTION
    alpha = rng.uniform(size=(len(real), 1))
    return real + alpha * (fake - real)
    # END SOLUTION


# %%
real, fake = np.zeros((2000, 2)), np.tile([1.0, 2.0], (2000, 1))
result = points(real, fake, np.random.default_rng(0))
assert result.shape == (2000, 2), result.shape
assert result.min() >= 0, "a point beyond the real sample"
assert (result[:, 0] <= 1).all(), "a point beyond the fake sample"
assert np.allclose(result[:, 1], 2 * result[:, 0]), "off the line"
assert abs(result[:, 0].mean() - 0.5) < 0.03, "not uniform"
assert abs(result[:, 0].var() - 1 / 12) < 0.01, "not uniform"

# %% [markdown]
r"""
## Card 13: the value of the game

The formula $\int p \log D + q \log(1 - D)$ with $D = p/(p+q)$, as it is
printed, gives minus infinity in floating point:
"""

# %%
x = np.linspace(-30, 34, 64_001)
log_p = -(x**2) / 2 - np.log(2 * np.pi) / 2
log_q = -((x - 4) ** 2) / 2 - np.log(2 * np.pi) / 2


def faulty_value(log_p, log_q):
    p, q = np.exp(log_p), np.exp(log_q)
    best = p / (p + q)
    return np.trapezoid(p * np.log(best) + q * np.log(1 - best), x)


# %% [markdown]
r"""
Write `value(log_p, log_q)`, the same integral, without a division. Hint:
$-\log D = \log(1 + e^{-\ell})$ with $\ell = \log p - \log q$, and
`np.logaddexp`.
"""


# %%
def value(log_p, log_q):
    """Returns the value of the game at the best discriminator."""
    # BEGIN SOLUTION
    p, q, logit = np.exp(log_p), np.exp(log_q), log_p - log_q
    terms = p * np.logaddexp(0, -logit) + q * np.logaddexp(0, logit)
    return -np.trapezoid(terms, x)
    # END SOLUTION


# %%
result = value(log_p, log_q)
assert abs(result + 0.120854) < 1e-6, f"{result}, expected -0.120854"
same = value(log_p, log_p)
assert abs(same + np.log(4)) < 1e-6, f"p = q: {same}, expected -log 4"
print("All tests pass: the numbers hold on cases we know.")
