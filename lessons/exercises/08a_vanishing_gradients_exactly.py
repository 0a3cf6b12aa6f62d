# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 08a: two gradients that add up to the distance

Real points come from a normal distribution around 0, fakes from one
around $d$, both of standard deviation 1. The best discriminator has the
logit $\ell(x) = -d\,x + d^2/2$ and the answer $D = \sigma(\ell)$.

Write `gradients(d)`. It returns the strength of the saturating and of
the non-saturating gradient,

$$ d\;\mathbb E_q[D] \quad\text{and}\quad d\;\mathbb E_q[1 - D], $$

as sums over a fine grid, where $q$ is the density of the fakes. Both
must stay accurate to four digits at $d = 12$, where the first is about
$10^{-8}$. Hint: $1 - \sigma(\ell) = \sigma(-\ell)$.
"""

# %%
import numpy as np

grid = np.linspace(-15, 25, 4_001)


# %%
def gradients(d):
    """Returns (saturating, non-saturating), two floats."""
    # BEGIN SOLUTION
    masses = np.exp(-((grid - d) ** 2) / 2) / np.sqrt(2 * np.pi)
    # WRONG: masses = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    masses *= grid[1] - grid[0]
    logits = -d * grid + d**2 / 2
    saturating = d * masses @ np.exp(-np.logaddexp(0, -logits))
    # WRONG: saturating = masses @ np.exp(-np.logaddexp(0, -logits))
    non_saturating = d * masses @ np.exp(-np.logaddexp(0, logits))
    return float(saturating), float(non_saturating)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
for d, expected in [(1, 0.3980), (2, 0.4496), (4, 0.1372)]:
    value = gradients(d)[0]
    assert abs(value - expected) < 1e-4, (
        f"d = {d}: saturating {value:.4f}, expected {expected}; "
        "a mean over fakes, times d"
    )
for d in (0.5, 3.0, 10.0):
    both = sum(gradients(d))
    assert abs(both - d) < 1e-9, f"the two add up to {both}, not to {d}"
value = gradients(12.0)[0]
assert abs(value / 1.8483e-8 - 1) < 1e-4, (
    f"d = 12: saturating {value:.4e}, expected 1.8483e-08"
)

# %% [markdown]
"""
Now find the distance at which the saturating gradient is strongest, to
two digits after the point, by trying all of `candidates`. Store it in
`strongest`.
"""

# %%
candidates = np.arange(0.5, 4.0, 0.01)
# BEGIN SOLUTION
strengths = [gradients(d)[0] for d in candidates]
strongest = candidates[int(np.argmax(strengths))]
# END SOLUTION

# %%
print(
    f"strongest at d = {strongest:.2f}: {gradients(strongest)[0]:.4f}"
)
assert abs(strongest - 1.64) < 0.015, (
    f"strongest at {strongest}, expected 1.64"
)
print("All tests pass.")
