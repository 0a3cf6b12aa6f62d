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


# %%
def slopes(logits):
    """Returns (saturating, non-saturating), two arrays."""
    # BEGIN SOLUTION
    logits = np.asarray(logits, float)
    saturating = -np.exp(-np.logaddexp(0, -logits))
    non_saturating = -np.exp(-np.logaddexp(0, logits))
    # WRONG: non_saturating = -(1 + saturating)
    return saturating, non_saturating
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
with np.errstate(over="raise", invalid="raise"):
    first, second = slopes([0.0, -1000.0, 1000.0])
assert np.allclose(first, [-0.5, 0, -1]), (
    f"saturating, at 0, -1000 and 1000: {first}, expected -0.5, 0, -1"
)
assert np.allclose(second, [-0.5, -1, 0]), (
    f"non-saturating, there: {second}, expected -0.5, -1, 0"
)
value = slopes([40.0])[1][0]
assert abs(value / -4.248354e-18 - 1) < 1e-6, (
    f"non-saturating at 40: {value}, expected -4.248354e-18; "
    "computed from a number that is rounded to 1?"
)

# %% [markdown]
"""
The slopes have to agree with differences of the losses, too.
"""

# %%
logits, h = np.linspace(-5, 5, 41), 1e-5
up, down = logits + h, logits - h
by_hand = (np.logaddexp(0, down) - np.logaddexp(0, up)) / (2 * h)
error = np.abs(slopes(logits)[0] - by_hand).max()
assert error < 1e-8, f"log(1 - D): the slope is off by {error:.2g}"
by_hand = (np.logaddexp(0, -up) - np.logaddexp(0, -down)) / (2 * h)
error = np.abs(slopes(logits)[1] - by_hand).max()
assert error < 1e-8, f"-log D: the slope is off by {error:.2g}"

# %% [markdown]
"""
At which logit does a fake count 99 times more in the non-saturating
loss than in the saturating one? Store it in `level`, right to three
digits after the point, by a search or by a formula.
"""

# %%
# BEGIN SOLUTION
level = -np.log(99)
# WRONG: level = np.log(99)
# END SOLUTION

# %%
first, second = slopes([level])
ratio = second[0] / first[0]
assert abs(ratio - 99) < 0.1, (
    f"at {level:.3f} it counts {ratio:.4g} times as much, expected 99; "
    "is the fake believed there?"
)
print("All tests pass: there the discriminator gives it 1 %.")
