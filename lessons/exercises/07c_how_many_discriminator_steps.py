# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 07c: what does a larger k cost?

A training step with k updates of the discriminator and one of the
generator takes $k\,c_D + c_G$ seconds. You measured some steps. Write
`costs(ks, seconds)`, which returns $c_D$ and $c_G$: the straight line
through the measurements with the smallest squared errors. Hint:
`np.polyfit`.
"""

# %%
import numpy as np


# %%
def costs(ks, seconds):
    """Seconds of one update: the discriminator's, the generator's."""
    # BEGIN SOLUTION
    c_D, c_G = np.polyfit(ks, seconds, deg=1)
    # WRONG: c_G, c_D = np.polyfit(ks, seconds, deg=1)
    return float(c_D), float(c_G)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass. In the second one the
measurements are off by up to five per cent.
"""

# %%
found = costs([1, 2, 5], [0.012, 0.019, 0.040])
assert np.allclose(found, [0.007, 0.005]), (
    f"{np.round(found, 3)}, expected 0.007 and 0.005; "
    "which one is the slope of the line?"
)
for seed in range(10):
    rng = np.random.default_rng(seed)
    ks = np.arange(1, 11)
    noisy = (7 * ks + 5) * rng.uniform(0.95, 1.05, 10)
    c_D, c_G = costs(ks, noisy)
    assert abs(c_D - 7) < 1, f"seed {seed}: c_D = {c_D:.2f}, not 7"
    assert abs(c_G - 5) < 2, f"seed {seed}: c_G = {c_G:.2f}, not 5"

# %% [markdown]
"""
Now write `steps_in(budget, k, c_D, c_G)`: how many whole generator steps
fit into that many seconds.
"""


# %%
def steps_in(budget, k, c_D, c_G):
    """Whole training steps of k + 1 updates that end in time."""
    # BEGIN SOLUTION
    return int(budget // (k * c_D + c_G))
    # WRONG: return int(budget // (k * (c_D + c_G)))
    # END SOLUTION


# %%
def too_hopeful(budget, k, c_D, c_G):
    return int(budget // (c_D + c_G))  # forgets k


# %%
def test(version):
    for k, expected in {1: 5_000, 2: 3_157, 5: 1_500}.items():
        steps = version(60_000, k, 7, 5)  # milliseconds
        assert steps == expected, (
            f"k = {k}: {steps}, not {expected}; "
            "how many updates of each player are in a step?"
        )


# %%
try:
    test(too_hopeful)
except AssertionError as error:
    print(f"too_hopeful fails at {error}")
test(steps_in)
steps = steps_in(39, 5, 7, 5)
assert steps == 0, f"{steps}, not 0: a step that does not end is none"
steps = steps_in(60, 1, 7.0, 5.0)
assert isinstance(steps, int), f"{steps!r} is no integer"
print("All tests pass.")
