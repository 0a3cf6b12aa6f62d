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
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
result = planes(np.array([3, 0]))
assert result.shape == (2, 28, 28, 10), result.shape
for sample, label in zip(result, (3, 0)):
    lit = [k for k in range(10) if sample[..., k].any()]
    assert lit == [label], f"planes {lit} lit, expected [{label}]"
    assert (sample[..., label] == 1).all(), "the plane has holes"

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
    # END SOLUTION


# %%
rng = np.random.default_rng(0)
labels, u = np.repeat([0.0, 1.0], 500), rng.uniform(size=1000)
result = noisy(labels, u)
assert result.min() >= 0, "a label below 0"
assert result.max() <= 1, "a label above 1"
moved = np.abs(result - labels)
assert np.allclose(moved, 0.05 * u), "each moves by 0.05 times u"
assert abs(result.mean() - 0.5) < 0.002, "the balance stays at one half"

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
# END SOLUTION

# %%
result = smooth(np.array([0.0, 1.0]))
assert result[0] == 0, f"the fakes' target is {result[0]}"
assert abs(result[1] - 0.9) < 1e-12, f"the real target is {result[1]}"
assert abs(balance - 0.45) < 1e-12, f"balance {balance}"
d_loss = -0.9 * np.log(balance) - 1.1 * np.log(1 - balance)
assert abs(d_loss - 1.37628) < 1e-5, f"loss at balance {d_loss}"
print("All tests pass: the labels say what they mean.")
