# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 02: the discriminator's loss by hand

Write the loss of the discriminator from logits, with NumPy alone:

$$ L = -\operatorname{mean}\,\log \sigma(\text{real logits})
     - \operatorname{mean}\,\log\bigl(1 - \sigma(\text{fake logits})\bigr). $$

It must stay finite for logits as large as 10,000. Hint:
$-\log \sigma(x) = \log(1 + e^{-x})$, and NumPy has `np.logaddexp`.
"""

# %%
import numpy as np


# %%
def discriminator_loss(real_logits, fake_logits):
    """Returns the loss as a float."""
    # BEGIN SOLUTION
    real = np.logaddexp(0, -np.asarray(real_logits)).mean()
    fake = np.logaddexp(0, np.asarray(fake_logits)).mean()
    return float(real + fake)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
zeros, big = np.zeros(5), np.full(5, 10_000.0)
value = discriminator_loss(zeros, zeros)
assert abs(value - 2 * np.log(2)) < 1e-6, f"at logit 0: {value}"
value = discriminator_loss(big, -big)
assert abs(value) < 1e-6, f"sure and right: {value}, expected 0"
value = discriminator_loss(-big, big)
assert abs(value - 20_000) < 1e-3, f"sure and wrong: {value}"
value = discriminator_loss([2.0, 0.0], [-1.0])
assert abs(value - 0.723299) < 1e-5, f"{value}, expected 0.723299"

# %% [markdown]
"""
Now the best constant. A discriminator answers with the same logit for
every point, real or fake. Which logit between -3 and 3 gives the lowest
loss? Search a grid of 601 values with your function.
"""

# %%
grid = np.linspace(-3, 3, 601)
# BEGIN SOLUTION
values = [discriminator_loss([logit], [logit]) for logit in grid]
best_logit = grid[int(np.argmin(values))]
# END SOLUTION

# %%
assert abs(best_logit) < 1e-6, f"best logit {best_logit}"
print("All tests pass: the best constant answer is one half.")
