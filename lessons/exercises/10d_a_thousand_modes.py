# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 10d: packs by hand

A discriminator that reads packs of $m$ gets $m$ samples as one, joined
along their last axis: pictures of shape (8, 8, 3) become (8, 8, 3 m).

Write `in_packs(samples, size)`. The first `size` samples make the first
pack, the next ones the second, and so on. What is left over at the end is
dropped.
"""

# %%
import numpy as np

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def in_packs(samples, size):
    """Returns (n // size, ..., size * channels)."""
    # BEGIN SOLUTION
    num = len(samples) // size
    parts = [samples[i : num * size : size] for i in range(size)]
    # WRONG: parts = [samples[i * num : (i + 1) * num] for i in range(size)]
    return np.concatenate(parts, axis=-1)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
samples = np.arange(7 * 8 * 8 * 3).reshape(7, 8, 8, 3)
packs = in_packs(samples, 2)
assert packs.shape == (3, 8, 8, 6), (
    f"shape {packs.shape}, expected (3, 8, 8, 6)"
)
for i in range(6):
    start = i % 2 * 3
    assert (
        packs[i // 2, ..., start : start + 3] == samples[i]
    ).all(), (
        f"sample {i} should be in pack {i // 2} from channel {start} "
        "on; a pack holds samples that follow each other"
    )
shape = in_packs(samples, 3).shape
assert shape == (2, 8, 8, 9), f"shape {shape}, expected (2, 8, 8, 9)"
assert (in_packs(samples, 1) == samples).all(), (
    "packs of one are not the samples as they are"
)

# %% [markdown]
r"""
Why does a pack show more? Let the real samples have $m$ modes in equal
shares, and a generator only $k$ of them. Two real samples come from the
same mode with probability $1/m$, two generated ones with $1/k$. Write
`coincidences(labels)`: the share of *pairs of different samples* that
have the same label. Do it from the counts of the classes, not by a loop
over pairs: there are too many.
"""


# %%
def coincidences(labels):
    """Share of the n (n - 1) / 2 pairs with equal labels, a float."""
    # BEGIN SOLUTION
    hits = np.unique(labels, return_counts=True)[1].astype("float64")
    n = hits.sum()
    return float((hits * (hits - 1)).sum() / (n * (n - 1)))
    # WRONG: return float(((hits / n) ** 2).sum())
    # END SOLUTION


# %%
value = coincidences([4, 4, 4])
assert value == 1, f"all alike: {value}, expected 1"
value = coincidences([1, 2, 3])
assert value == 0, (
    f"all different: {value:.3f}, expected 0; "
    "is a sample paired with itself?"
)
value = coincidences([0, 0, 1, 2])
assert abs(value - 1 / 6) < 1e-12, (
    f"one pair of six: {value:.3f}, expected 0.167"
)
labels = np.random.default_rng(SEED).integers(50, size=26_000)
value = 1 / coincidences(labels)
assert abs(value - 50) < 0.5, (
    f"fifty modes: {value:.2f} by coincidences, expected 50"
)
print("All tests pass.")
