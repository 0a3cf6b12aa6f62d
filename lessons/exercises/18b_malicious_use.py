# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 18b: what is an alarm worth?

A detector gives each image a score, large for real ones. An alarm is a
score below a threshold. Two functions decide what it is good for.

`threshold_at(real_scores, share)` returns the threshold for a wanted
share of false alarms: the largest of the real scores with no more than
`share` of them strictly below it.

`trust(found, false_alarms, fakes)` returns the probability that an
alarm is right. The arguments are the share of fakes that are found, the
share of real images that raise an alarm, and the share of fakes among
all images.
"""

# %%
import numpy as np


# %%
def threshold_at(real_scores, share):
    """The score below which at most `share` of the real ones lie."""
    # BEGIN SOLUTION
    ordered = np.sort(real_scores)
    allowed = int(share * len(ordered) + 1e-9)
    # WRONG: allowed = int(share * len(ordered))
    return ordered[min(allowed, len(ordered) - 1)]
    # END SOLUTION


def trust(found, false_alarms, fakes):
    """The probability that an image with an alarm is a fake."""
    # BEGIN SOLUTION
    right = found * fakes
    wrong = false_alarms * (1 - fakes)
    return right / (right + wrong)
    # WRONG: return found / (found + false_alarms)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
scores = np.arange(100.0)[::-1]  # 99, 98, ..., 0
for share, expected in [(0.05, 5), (0.29, 29), (0.0, 0)]:
    value = threshold_at(scores, share)
    assert value == expected, (
        f"share {share}: threshold {value}, expected {expected}; "
        "a product of floats may lie just below a whole number"
    )

# %%
tied = np.array([1.0, 1.0, 1.0, 2.0])
value = threshold_at(tied, 0.5)
assert value == 1, (
    f"scores 1, 1, 1, 2, share 0.5: threshold {value}, expected 1"
)

# %%
for arguments, expected in [
    ((1.0, 0.0, 0.1), 1),  # no false alarm: each alarm is right
    ((0.5, 0.5, 0.2), 0.2),  # a coin knows nothing
    ((0.99, 0.01, 0.5), 0.99),  # as many fakes as real images
    ((0.99, 0.01, 0.001), 99 / 1098),  # one fake in a thousand
]:
    value = trust(*arguments)
    assert abs(value - expected) < 1e-9, (
        f"trust{arguments}: {value:.4f}, expected {expected:.4f}; "
        "does it matter how many fakes there are?"
    )

# %% [markdown]
"""
Now count. The detector is excellent: real images score 3 on average,
fakes -3, both with standard deviation 1. Of 200,000 new images one in
500 is a fake. Set the threshold for one false alarm in a hundred by
`calibration`, and compute `counted`, the share of fakes among the
images with an alarm.
"""


# %%
def world(seed, num=200_000, fakes=0.002):
    """Scores of real images to calibrate with; new images, by kind."""
    rng = np.random.default_rng(seed)
    calibration = rng.normal(3, 1, num)
    is_fake = rng.random(num) < fakes
    return (
        calibration,
        np.where(is_fake, -3, 3) + rng.normal(0, 1, num),
        is_fake,
    )


# %%
def count(seed):
    calibration, new_scores, is_fake = world(seed)
    # BEGIN SOLUTION
    alarm = new_scores < threshold_at(calibration, 0.01)
    counted = is_fake[alarm].mean()
    # WRONG: counted = alarm[is_fake].mean()
    # END SOLUTION
    return counted


# %%
expected = trust(1.0, 0.01, 0.002)
for seed in range(10):
    counted = count(seed)
    assert abs(counted - expected) < 0.03, (
        f"counted {counted:.3f}, expected about {expected:.3f}; "
        "is it a share of the alarms?"
    )

# %%
print(
    f"All tests pass. Of the alarms {counted:.0%} are right, though the "
    "detector finds every fake and errs on one real image in a hundred."
)
