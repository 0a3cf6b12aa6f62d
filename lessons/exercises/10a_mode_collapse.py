# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 10a: how far may a generator go?

The game of eight modes in the lesson: in every round the generator
moves the share $s$ of its probability to the mode that looks most real,
and the discriminator marks that mode down. With a quick discriminator
the modes are visited in turn. The mode visited last then holds $s$, the
one before $s(1-s)$, and so on, with a common factor that makes the sum
1:

$$ q_k = \frac{s\,(1-s)^k}{1-(1-s)^8}, \qquad k = 0, \dots, 7. $$

Write `shares(step)`, an array of the eight shares, and `kl(step)`, the
KL divergence $\sum_k q_k \log(8\, q_k)$. A mode with share 0 adds 0
to it.
"""

# %%
import numpy as np


# %%
def shares(step):
    """Returns the shares of the eight modes, the last visited first."""
    # BEGIN SOLUTION
    kept = 1 - step
    return step * kept ** np.arange(8) / (1 - kept**8)
    # WRONG: return step * kept ** np.arange(8)
    # END SOLUTION


# %%
def kl(step):
    """Returns how far the shares are from one eighth each, in nats."""
    # BEGIN SOLUTION
    q = shares(step)
    q = q[q > 0]
    return float((q * np.log(8 * q)).sum())
    # WRONG: return float((q * np.log2(8 * q)).sum())
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
value = shares(1.0)
assert value.tolist() == [1, 0, 0, 0, 0, 0, 0, 0], (
    f"step 1: {value}, expected all in the mode visited last"
)
total = shares(0.3).sum()
assert abs(total - 1) < 1e-12, (
    f"step 0.3: the sum of the shares is {total:.3f}, expected 1; "
    "is the common factor there?"
)
ratio = shares(0.5)[1] / shares(0.5)[0]
assert abs(ratio - 0.5) < 1e-12, (
    f"step 0.5: the second is {ratio:.3f} of the first, expected 0.5"
)

# %%
for step, expected in [(1.0, np.log(8)), (0.5, 0.7188), (0.3, 0.2772)]:
    value = kl(step)
    assert abs(value - expected) < 1e-4, (
        f"step {step}: KL {value:.4f}, expected {expected:.4f}; "
        "is it a sum, and the logarithm the natural one?"
    )

# %% [markdown]
"""
A perfect sampler has a KL of about 0.0014 with 2,500 samples. Compute
`largest`, the largest of `steps` for which the generator's KL is not
above that.
"""

# %%
steps = np.arange(1, 1001) / 1000
# BEGIN SOLUTION
largest = float(max(step for step in steps if kl(step) <= 0.0014))
# END SOLUTION

# %%
print(f"largest step {largest:.3f}, KL {kl(largest):.5f}")
assert kl(largest) <= 0.0014 < kl(largest + 0.001), (
    f"{largest:.3f} is not the last step with a KL of 0.0014 or less"
)
print("All tests pass.")
