# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 07b: a tanh that can be heard

A discriminator ends in a tanh, so its answers $t$ lie between -1 and 1.
A cross-entropy wants a probability. Keras cuts what it gets:
"""

# %%
import numpy as np

CUT = 1e-7


# %%
def cut_only(t):
    return np.clip(t, CUT, 1 - CUT)


# %% [markdown]
r"""
First, count what that silences. Write `silent_share(logits)`: the share
of the numbers $a$, the ones that the tanh reads, where $\tanh a$ is cut,
at either end.
"""


# %%
def silent_share(logits):
    """Share of `logits` whose tanh the cut moves, in [0, 1]."""
    # BEGIN SOLUTION
    t = np.tanh(np.asarray(logits, "float64"))
    return float(((t < CUT) | (t > 1 - CUT)).mean())
    # WRONG: return float((t < CUT).mean())
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
share = silent_share([-3.0, -0.5, 0.5, 3.0])
assert share == 0.5, f"{share}, expected 0.5: two of four are negative"
share = silent_share([0.0, 1.0])
assert share == 0.5, f"{share}, expected 0.5: 0 is cut too"
share = silent_share([1.0, 20.0])
assert share == 0.5, (
    f"{share}, expected 0.5: tanh(20) is 1 to sixteen digits, and "
    "there are two ends"
)
for seed in range(10):
    a = np.random.default_rng(seed).normal(-1, 2, 10_000)
    share = silent_share(a)
    # A normal number with mean -1 and deviation 2 is negative so often:
    assert abs(share - 0.6915) < 0.02, (
        f"seed {seed}: {share}, expected near 0.69"
    )

# %% [markdown]
r"""
Then mend it. There is a way to keep the tanh: bring $t$ from [-1, 1] to
[0, 1] by a straight line. Write `probability(t)`.
"""


# %%
def probability(t):
    """Maps answers of a tanh, in [-1, 1], to probabilities."""
    # BEGIN SOLUTION
    return (1 + np.asarray(t)) / 2
    # WRONG: return 1 / (1 + np.exp(-np.asarray(t)))
    # END SOLUTION


# %% [markdown]
r"""
The test asks for slopes that never vanish, and for a well-known curve:
what you get is the sigmoid of $2a$. So such a tanh is a sigmoid whose
input counts twice.
"""


# %%
def test(version):
    a = np.linspace(-3, 3, 120)
    loss = -np.log(version(np.tanh(a)))
    flat = int((np.diff(loss) >= 0).sum())
    assert flat == 0, f"in {flat} places the loss for 1 does not fall"
    error = np.abs(version(np.tanh(a)) - 1 / (1 + np.exp(-2 * a)))
    assert error.max() < 1e-9, (
        f"{error.max():.2f} off the sigmoid of 2a; t needs a straight "
        "line, from (-1, 0) to (1, 1)"
    )


# %%
for name, wrong in {"cut_only": cut_only, "np.abs": np.abs}.items():
    try:
        test(wrong)
    except AssertionError as error:
        print(f"{name} fails: {error}")
    else:
        raise AssertionError(f"{name} passes, so the test is too mild")
test(probability)
ends = probability(np.array([-1.0, 0.0, 1.0])).tolist()
assert ends == [0, 0.5, 1], (
    f"-1, 0 and 1 become {ends}, expected [0, 0.5, 1]"
)
print("All tests pass.")
