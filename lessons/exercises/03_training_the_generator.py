# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 03: how much does each fake count?

A fake has the logit $\ell$, and $D = \sigma(\ell)$. The slopes of the
two generator losses at this logit are

$$ \frac{d}{d\ell} \log(1 - D) = -D \quad\text{and}\quad
   \frac{d}{d\ell} \bigl(-\log D\bigr) = -(1 - D). $$

Write `slopes(logits)`. It returns both, as two arrays, and stays
accurate and without a warning for logits as large as 1,000. The second
must not be computed as 1 minus a rounded number: at logit 40 it is
$-4.2 \cdot 10^{-18}$, not 0. Hint: $1 - \sigma(\ell) = \sigma(-\ell)$,
and $\sigma(\ell) = e^{-\log(1 + e^{-\ell})}$ with `np.logaddexp`.
"""

# %%
import numpy as np

np.seterr(over="raise", invalid="raise")


# %%
def slopes(logits):
    """Returns (saturating, non-saturating), two arrays."""
    # BEGIN SOLUTION
    logits = np.asarray(logits, float)
    saturating = -np.exp(-np.logaddexp(0, -logits))
    non_saturating = -np.exp(-np.logaddexp(0, logits))
    return saturating, non_saturating
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
first, second = slopes([0.0, -1000.0, 1000.0])
assert np.allclose(first, [-0.5, 0, -1]), f"saturating: {first}"
assert np.allclose(second, [-0.5, -1, 0]), f"non-saturating: {second}"
first, second = slopes([40.0])
assert abs(second[0] / -4.248354e-18 - 1) < 1e-6, (
    f"{second} at logit 40"
)
logits = np.linspace(-5, 5, 41)
h = 1e-5
nudged = (
    (np.logaddexp(0, -logits - h) - np.logaddexp(0, -logits + h))
    / 2
    / h
)
assert np.allclose(slopes(logits)[1], nudged, atol=1e-8), "-log D"
nudged = (
    (np.logaddexp(0, logits - h) - np.logaddexp(0, logits + h)) / 2 / h
)
assert np.allclose(slopes(logits)[0], nudged, atol=1e-8), "log(1 - D)"

# %% [markdown]
"""
At which logit does a fake count 99 times more in the non-saturating
loss than in the saturating one? Give it to three digits after the
point, by a search or by a formula.
"""

# %%
# BEGIN SOLUTION
level = -np.log(99)
# END SOLUTION

# %%
first, second = slopes([level])
assert abs(second[0] / first[0] - 99) < 0.1, (
    f"{second / first} at {level}"
)
print("All tests pass: there the discriminator gives it 1 %.")
