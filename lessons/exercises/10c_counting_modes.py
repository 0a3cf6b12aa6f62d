# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 10c: how many modes are these?

Write `effective_modes(labels)`: with $q_k$ the share of class $k$ among
the labels, it returns $e^H$, where $H = -\sum_k q_k \log q_k$. A class
that no label names contributes 0. The number of classes need not be
known.
"""

# %%
import math

import numpy as np


# %%
def effective_modes(labels):
    """Returns a float: 1 for a single class, m for m equal shares."""
    # BEGIN SOLUTION
    hits = np.unique(labels, return_counts=True)[1]
    shares = hits / hits.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))
    # WRONG: return float(np.exp(-(shares * np.log2(shares)).sum()))
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass. The last one is why the
number is useful: a thousand classes are there, and one has half of all
samples.
"""

# %%
value = effective_modes(np.arange(1_000))
assert abs(value - 1_000) < 1e-6, (
    f"1,000 equal shares: {value:.4f}, expected 1,000; "
    "have power and logarithm the same base?"
)
value = effective_modes([7, 7, 7])
assert abs(value - 1) < 1e-9, (
    f"one class: {value}, expected 1; classes 0 to 6 add 0"
)
value = effective_modes([0, 0, 5, 9])
assert abs(value - 2.8284) < 1e-3, (
    f"shares 1/2, 1/4, 1/4: {value:.4f}, expected 2.8284"
)
uneven = np.concatenate([np.zeros(999, int), np.arange(1, 1_000)])
value = effective_modes(uneven)
assert abs(value - 63.21) < 0.01, (
    f"half of all in one class: {value:.2f}, expected 63.21"
)

# %% [markdown]
r"""
Now the other side: what a classifier adds to the count. A generator
draws one triple of digits. Each digit is misread with probability
$\varepsilon$, as any of the nine others alike. Write
`invented(error, num_samples)`: the mean number of different triples that
are read in $n$ samples,

$$ \sum_{j=0}^{3} \binom{3}{j}\, 9^j \,
   \bigl[1 - (1 - p_j)^n\bigr], \qquad
   p_j = (\varepsilon/9)^j (1-\varepsilon)^{3-j}. $$
"""


# %%
def invented(error, num_samples):
    """Returns the mean count of one true triple, a float."""
    # BEGIN SOLUTION
    total = 0.0
    for j in range(4):
        p = (error / 9) ** j * (1 - error) ** (3 - j)
        missed = (1 - p) ** num_samples
        total += math.comb(3, j) * 9**j * (1 - missed)
        # WRONG: total += math.comb(3, j) * (1 - missed)
    return total
    # END SOLUTION


# %%
for error, expected in [(0.0, 1.0), (0.005, 29.94), (0.01, 35.63)]:
    value = invented(error, 26_000)
    assert abs(value - expected) < 0.02, (
        f"error {error}: {value:.2f}, expected {expected}; "
        "a digit can be misread as any of nine"
    )
value = invented(0.9, 10_000_000)
assert abs(value - 1_000) < 1e-6, (
    f"pure guessing: {value:.3f}, expected all 1,000"
)
value = invented(0.01, 1)
assert abs(value - 1) < 1e-9, (
    f"one sample: {value:.3f}, expected one triple"
)

# %% [markdown]
"""
And with it a question: at which error does a single true mode count as
half of all 1,000 modes, with 26,000 samples? Find it among `candidates`
and call it `half`.
"""

# %%
candidates = np.arange(0.01, 0.9, 0.01)
# BEGIN SOLUTION
counts = [invented(error, 26_000) for error in candidates]
half = candidates[int(np.argmin(np.abs(np.array(counts) - 500)))]
# END SOLUTION

# %%
print(f"error {half:.2f}: {invented(half, 26_000):.0f} modes counted")
assert abs(invented(half, 26_000) - 500) < 30, (
    f"error {half}: {invented(half, 26_000):.0f} modes, expected 500"
)
print("All tests pass.")
