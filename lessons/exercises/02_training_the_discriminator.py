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
    real, fake = np.asarray(real_logits), np.asarray(fake_logits)
    on_real = np.logaddexp(0, -real).mean()
    on_fake = np.logaddexp(0, fake).mean()
    # WRONG: on_fake = -np.log(1 - 1 / (1 + np.exp(-fake))).mean()
    return float(on_real + on_fake)
    # WRONG: return float((on_real + on_fake) / 2)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
zeros, big = np.zeros(5), np.full(5, 10_000.0)
value = discriminator_loss(zeros, zeros)
assert abs(value - 2 * np.log(2)) < 1e-6, (
    f"at logit 0: {value:.6f}, expected 1.386294, a sum of two means"
)
with np.errstate(all="ignore"):  # the messages below say more
    right = discriminator_loss(big, -big)
    wrong = discriminator_loss(-big, big)
assert abs(right) < 1e-6, f"sure and right: {right}, expected 0"
assert abs(wrong - 20_000) < 1e-3, (
    f"sure and wrong: {wrong}, expected 20000; a rounded 1, or an "
    "overflow, on the way?"
)
value = discriminator_loss([2.0, 0.0], [-1.0])
assert abs(value - 0.723299) < 1e-5, f"{value}, expected 0.723299"

# %% [markdown]
"""
Now the best constant. A discriminator answers with the same logit for
every point, real or fake. Which logit between -3 and 3 gives the lowest
loss? Search the grid with your function, and store the logit in
`best_logit`.
"""

# %%
grid = np.linspace(-3, 3, 601)
# BEGIN SOLUTION
values = [discriminator_loss([logit], [logit]) for logit in grid]
best_logit = grid[int(np.argmin(values))]
# END SOLUTION

# %%
assert abs(best_logit) < 1e-6, (
    f"best logit {best_logit}, expected one that favours neither answer"
)
print("All tests pass: the best constant answer is one half.")
