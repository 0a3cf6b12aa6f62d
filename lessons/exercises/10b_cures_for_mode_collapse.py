# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 10b: packs of three

Write `packs(samples, num)`, which joins each `num` samples that follow
each other into one row: from shape `(n, dim)` to
`(n / num, num * dim)`. The first pack holds the first `num` samples,
side by side.
"""

# %%
import numpy as np


# %%
def packs(samples, num):
    """Returns the samples in packs, one a row."""
    # BEGIN SOLUTION
    return samples.reshape(len(samples) // num, num * samples.shape[1])
    # WRONG: return np.concatenate(np.split(samples, num), axis=1)
    # END SOLUTION


# %%
samples = np.arange(12).reshape(6, 2)
value = packs(samples, 3)
assert value.shape == (2, 6), f"shape {value.shape}, expected (2, 6)"
assert value[0].tolist() == [0, 1, 2, 3, 4, 5], (
    f"first pack {value[0]}, expected 0, 1, ..., 5: "
    "the first three samples, which follow each other"
)
value = packs(samples, 1)
assert value.tolist() == samples.tolist(), (
    f"packs of one: {value}, expected the samples as they are"
)

# %% [markdown]
r"""
The best discriminator of packs is right in a share
$\tfrac12 + \tfrac12\, TV$ of all cases, where $TV$ is the total
variation between real packs and generated ones: half the sum, over all
packs, of the difference of their probabilities without its sign.

Write `packed_tv(p, q, num)` for masses `p` and `q` of a few cells. The
samples in a pack are independent, so the probability of a pack is the
product of those of its cells. Hint: `np.multiply.outer(a, p)` holds all
products of an entry of `a` and one of `p`.
"""


# %%
def packed_tv(p, q, num):
    """Returns the total variation between packs of `num` samples."""
    # BEGIN SOLUTION
    real, fake = np.ones(1), np.ones(1)
    for _ in range(num):
        real = np.multiply.outer(real, p)
        fake = np.multiply.outer(fake, q)
    return float(np.abs(real - fake).sum() / 2)
    # WRONG: return float(1 - (1 - np.abs(p - q).sum() / 2) ** num)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
uniform = np.array([0.2, 0.3, 0.5])  # of [0, 0.2], [0.2, 0.5], [0.5, 1]
collapsed = np.array([0.0, 0.375, 0.625])  # nothing below 0.2
uneven = np.array([0.12, 0.18, 0.7])  # all there, badly balanced
for num, *expected in [
    (1, 0.2, 0.2),
    (2, 0.36, 0.24),
    (3, 0.488, 0.284),
    (4, 0.5904, 0.3392),
]:
    for q, tv in zip((collapsed, uneven), expected):
        value = packed_tv(uniform, q, num)
        assert abs(value - tv) < 1e-9, (
            f"packs of {num}, masses {q}: {value:.4f}, expected {tv}; "
            "is it half a sum over all packs, not over single samples?"
        )
print("All tests pass: packs of three see 0.488 against 0.284.")
