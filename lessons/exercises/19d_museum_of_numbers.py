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

# Checked with the seeds 0 to 9.
SEED = 0

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
    # WRONG: angles = np.linspace(0, 2 * np.pi, 9)
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
centres = ring_centres()
assert centres.shape == (8, 2), (
    f"shape {centres.shape}, expected (8, 2); "
    "the circle ends where it began"
)
num = len(np.unique(centres.round(6), axis=0))
assert num == 8, f"{num} different centres, expected 8"
radii = np.linalg.norm(centres, axis=1)
assert np.allclose(radii, 1), f"distances to 0: {radii}, expected 1"
sides = np.linalg.norm(centres - np.roll(centres, 1, axis=0), axis=1)
assert np.ptp(sides) < 1e-12, f"sides {sides}, expected all equal"

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
    # WRONG: alpha = rng.uniform(size=real.shape)
    return real + alpha * (fake - real)
    # END SOLUTION


# %%
real, fake = np.zeros((2000, 2)), np.tile([1.0, 2.0], (2000, 1))
result = points(real, fake, np.random.default_rng(SEED))
assert result.shape == (2000, 2), (
    f"shape {result.shape}, expected (2000, 2)"
)
first, second = result.T
outside = ((first < 0) | (first > 1)).mean()
assert outside == 0, f"{outside:.1%} of the points beyond an end"
gap = np.abs(second - 2 * first).max()
assert gap < 1e-9, (
    f"a point lies off its line by {gap:.2f}, expected 0; "
    "how many random numbers does a sample need?"
)
mean, variance = first.mean(), first.var()
assert abs(mean - 1 / 2) < 0.03, f"mean {mean:.3f}, expected 0.5"
assert abs(variance - 1 / 12) < 0.01, (
    f"variance {variance:.3f}, expected 0.083, that of a uniform number"
)

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
    # WRONG: return np.trapezoid(terms, x)
    # END SOLUTION


# %%
result = value(log_p, log_q)
assert abs(result + 0.120854) < 1e-6, (
    f"{result:.6f}, expected -0.120854; a mean of logarithms of "
    "probabilities cannot be above 0"
)
same = value(log_p, log_p)
assert abs(same + np.log(4)) < 1e-6, (
    f"p = q: {same:.6f}, expected -log 4 = -1.386294"
)
print("All tests pass: the numbers hold on cases we know.")
