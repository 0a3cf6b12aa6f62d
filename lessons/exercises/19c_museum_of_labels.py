# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Exercise 19c: three labels to mend

Three faults from the third hall of the museum, ten minutes each. Every
part shows a faulty version that runs, and tests that it fails. Write a
version that passes.
"""

# %%
import numpy as np

# Checked with the seeds 0 to 9.
SEED = 0

# %% [markdown]
"""
## Card 7: label planes

The faulty version has the right shape and lights the wrong pixels:
"""


# %%
def faulty_planes(labels, size=28, classes=10):
    one_hot = np.eye(classes)[labels][:, :, None, None]
    long = np.repeat(one_hot, size * size)
    return long.reshape(-1, size, size, classes)


# %% [markdown]
"""
Write `planes(labels)`, shape (labels, size, size, classes): for a label
k, plane k is all ones and the others are all zeros.
"""


# %%
def planes(labels, size=28, classes=10):
    """Returns the label planes of a batch."""
    # BEGIN SOLUTION
    one_hot = np.eye(classes)[labels][:, None, None, :]
    return one_hot.repeat(size, axis=1).repeat(size, axis=2)
    # WRONG: return np.resize(one_hot, (len(labels), size, size, classes))
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
result = planes(np.array([3, 0]))
assert result.shape == (2, 28, 28, 10), (
    f"shape {result.shape}, expected (2, 28, 28, 10)"
)
for sample, label in zip(result, (3, 0)):
    lit = [k for k in range(10) if sample[..., k].any()]
    assert lit == [label], (
        f"label {label}: planes {lit} are lit, expected [{label}]; "
        "is each sample filled with its own label?"
    )
    share = (sample[..., label] == 1).mean()
    assert share == 1, (
        f"plane {label} is lit on {share:.1%}, expected all"
    )

# %% [markdown]
"""
## Card 8: noise on labels

The faulty noise is added to every label, so that some exceed 1:
"""


# %%
def faulty_noise(labels, u):
    return labels + 0.05 * u


# %% [markdown]
"""
Write `noisy(labels, u)` with labels 0 or 1 and `u` in [0, 1): move each
label by `0.05 * u` towards one half.
"""


# %%
def noisy(labels, u):
    """Returns labels with inward noise."""
    # BEGIN SOLUTION
    return labels + 0.05 * u * (1 - 2 * labels)
    # WRONG: return np.clip(labels + 0.05 * u, 0, 1)
    # END SOLUTION


# %%
rng = np.random.default_rng(SEED)
labels, u = np.repeat([0.0, 1.0], 500), rng.uniform(size=1000)
result = noisy(labels, u)
low, high = result.min(), result.max()
assert low >= 0, f"smallest label {low:.3f}, expected 0 or more"
assert high <= 1, f"largest label {high:.3f}, expected 1 or less"
for label in (0, 1):
    this = labels == label
    moved = np.abs(result[this] - label)
    assert np.allclose(moved, 0.05 * u[this]), (
        f"labels {label} move by {moved.mean():.4f} on average, "
        f"expected 0.05 * u, here {0.05 * u[this].mean():.4f}"
    )
mean = result.mean()
assert abs(mean - 0.5) < 0.002, f"mean {mean:.4f}, expected one half"

# %% [markdown]
"""
## Card 9: smoothing on one side

The faulty version squeezes both labels, as `label_smoothing` does:
"""


# %%
def faulty_smooth(labels, amount=0.1):
    return labels * (1 - amount) + amount / 2


# %% [markdown]
"""
Write `smooth(labels)`: real labels become 0.9, fake labels stay 0. Then
store in `balance` the answer that is best where real and fake look alike:
the mean of the two targets.
"""


# %%
def smooth(labels, amount=0.1):
    """One-sided label smoothing."""
    # BEGIN SOLUTION
    return labels * (1 - amount)
    # END SOLUTION


# %%
# BEGIN SOLUTION
balance = smooth(np.array([0.0, 1.0])).mean()
# WRONG: balance = 0.5
# END SOLUTION

# %%
result = smooth(np.array([0.0, 1.0]))
assert result[0] == 0, f"fakes' target {result[0]}, expected 0"
assert abs(result[1] - 0.9) < 1e-12, (
    f"real target {result[1]}, expected 0.9"
)
assert abs(balance - 0.45) < 1e-12, (
    f"balance {balance}, expected 0.45; one of the two targets moved"
)
d_loss = -0.9 * np.log(balance) - 1.1 * np.log(1 - balance)
assert abs(d_loss - 1.37628) < 1e-5, (
    f"loss at the balance {d_loss:.5f}, expected 1.37628"
)
print("All tests pass: the labels say what they mean.")
