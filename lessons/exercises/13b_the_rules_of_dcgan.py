# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 13b: how easily does chance do that?

Three runs with a rule, three without. Their means differ. If the rule
made no difference, the six numbers could have been dealt to the two
groups in any way. Write `chance(kept, broken)`: of **all** ways to deal
the numbers to groups of these sizes, the share in which the means differ
by at least as much as they do, in either direction.

Hint: `itertools.combinations` deals indices, not numbers, so that equal
numbers are no trouble. Allow for rounding: count a difference as at
least as large if it is so up to 1e-9.
"""

# %%
from itertools import combinations

import numpy as np

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def chance(kept, broken):
    """Share of deals with means as far apart, a float in (0, 1]."""
    # BEGIN SOLUTION
    numbers, size = np.array([*kept, *broken], float), len(kept)
    seen = abs(np.mean(kept) - np.mean(broken))
    gaps = []
    for deal in combinations(range(len(numbers)), size):
        others = np.delete(numbers, deal)
        gaps.append(abs(numbers[list(deal)].mean() - others.mean()))
        # WRONG: gaps.append(numbers[list(deal)].mean() - others.mean())
    return float(np.mean(np.array(gaps) >= seen - 1e-9))
    # WRONG: return float(np.mean(np.array(gaps) > seen))
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
for kept, broken, expected in [
    ([4, 5, 6], [1, 2, 3], 2 / 20),  # three above three
    ([1, 2, 3], [4, 5, 6], 2 / 20),  # the other direction
    ([6, 7, 8, 9, 10], [1, 2, 3, 4, 5], 2 / 252),
    ([1, 3], [2], 1),  # equal means
    ([2, 2, 2], [1, 1, 1], 2 / 20),  # equal numbers
]:
    value = chance(kept, broken)
    assert abs(value - expected) < 1e-9, (
        f"{kept} against {broken}: {value:.4f}, expected "
        f"{expected:.4f}; count the deal that was seen, and its mirror"
    )

# %% [markdown]
"""
How often does chance speak where there is nothing to say? With
`rng`, draw two groups of three from one and the same normal
distribution, 400 times. Compute `alarms`: the share of these pairs of
groups with a chance of 0.1 or less.
"""

# %%
rng = np.random.default_rng(SEED)
# BEGIN SOLUTION
draws = rng.standard_normal((400, 2, 3))
alarms = np.mean([chance(*pair) <= 0.1 for pair in draws])
# END SOLUTION

# %%
print(f"false alarms: {alarms:.1%}")
assert 0.05 < alarms < 0.16, (
    f"{alarms:.1%} false alarms, expected about one in ten"
)
print("All tests pass.")
