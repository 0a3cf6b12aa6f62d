# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 16a: one loss, two qualities

Real points come from a normal distribution around 0, fakes from one
around $d$, both of standard deviation 1. A discriminator of strength
$s$ has the logit $s\,(-d\,x + d^2/2)$.

Write `losses(strength, d)`. It returns the loss of the discriminator
and the non-saturating loss of the generator,

$$ \mathbb E_p[-\log \sigma(\ell)] + \mathbb E_q[-\log(1 - \sigma(\ell))]
   \quad\text{and}\quad \mathbb E_q[-\log \sigma(\ell)], $$

as sums over a fine grid, from logits: $-\log \sigma(\ell)$ is
`np.logaddexp(0, -logits)`.
"""

# %%
import numpy as np

grid = np.linspace(-15, 20, 3_501)


# %%
def losses(strength, d):
    """Returns (discriminator's loss, generator's loss), two floats."""
    # BEGIN SOLUTION
    p = np.exp(-(grid**2) / 2)
    q = np.exp(-((grid - d) ** 2) / 2)
    p, q = p / p.sum(), q / q.sum()
    # WRONG: p, q = p / np.sqrt(2 * np.pi), q / np.sqrt(2 * np.pi)
    logits = strength * (-d * grid + d**2 / 2)
    generator = q @ np.logaddexp(0, -logits)
    # WRONG: generator = q @ np.logaddexp(0, logits)
    discriminator = p @ np.logaddexp(0, -logits)
    discriminator += q @ np.logaddexp(0, logits)
    return float(discriminator), float(generator)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
for d in (0.5, 1.0, 4.0):
    value = np.array(losses(0.0, d))
    assert np.allclose(value, [2 * np.log(2), np.log(2)]), (
        f"strength 0, distance {d}: {value}, expected [1.386 0.693]; "
        "a sum is a mean only if its weights add up to 1"
    )
    least, *others = [losses(s, d)[0] for s in (1.0, 0.9, 1.1)]
    assert least < min(others), (
        f"distance {d}: strength 1 must be best for the discriminator, "
        f"but costs {least:.4f}, and 0.9 and 1.1 cost {others}"
    )
value = np.array(losses(1.0, 2.0))
assert np.allclose(value, [0.71263, 2.35632], atol=1e-4), (
    f"strength 1, distance 2: {value}, expected [0.713 2.356]; "
    "has each logit its right sign?"
)

# %% [markdown]
"""
Fakes at distance 3, judged with strength 0.2, have a certain
generator's loss. Compute `strength`, at which fakes at distance 1, which
are much better, have the same loss, by trying all of `candidates`.
"""

# %%
candidates = np.arange(0.5, 5.0, 0.01)
# BEGIN SOLUTION
wanted = losses(0.2, 3.0)[1]
gaps = [abs(losses(s, 1.0)[1] - wanted) for s in candidates]
strength = candidates[int(np.argmin(gaps))]
# END SOLUTION

# %%
gap = losses(strength, 1.0)[1] - losses(0.2, 3.0)[1]
assert abs(gap) < 0.005, (
    f"strength {strength:.2f}: the losses differ by {gap:.3f}"
)
print(f"strength {strength:.2f}: {losses(strength, 1.0)[1]:.3f}")
print("All tests pass.")
