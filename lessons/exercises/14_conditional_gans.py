# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 14: what wrong labels teach

An annotator looks at a picture of class $t$ and writes down label $y$
with probability $C_{ty}$, the **confusion**. The classes have the shares
$s_t$. Among the pictures that carry label $y$, class $t$ then has the
share

$$ D_{yt} = \frac{s_t\, C_{ty}}{\sum_u s_u\, C_{uy}}, $$

and that is what a perfect conditional generator draws when it is asked
for $y$. Write `drawn(confusion, shares)`, which returns $D$: a row for
each label, a column for each true class.
"""

# %%
import numpy as np


# %%
def drawn(confusion, shares):
    """Shares of the true classes, (labels, classes); rows of sum 1.

    confusion: (classes, labels), rows of sum 1; shares: (classes,).
    """
    # BEGIN SOLUTION
    pairs = np.asarray(shares)[:, None] * np.asarray(confusion)
    # WRONG: pairs = np.asarray(confusion)
    return (pairs / pairs.sum(axis=0)).T
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
same = np.full(10, 0.1)
value = drawn(np.eye(10), same)
assert np.allclose(value, np.eye(10)), (
    f"no mistakes: expected the class that is asked for, not\n{value}"
)

# %%
for r in (0.2, 0.5, 1.0):
    value = np.diag(drawn((1 - r) * np.eye(10) + r / 10, same))
    assert np.allclose(value, 1 - 0.9 * r), (
        f"a share {r} shuffled: {value}, expected {1 - 0.9 * r:.2f}"
    )

# %%
uneven = drawn([[0.9, 0.1], [0.1, 0.9]], [0.9, 0.1])
assert np.allclose(uneven[1], [0.5, 0.5]), (
    f"the rare class: {uneven[1]}, expected half of each; "
    "do the shares of the classes count?"
)

# %% [markdown]
"""
Two properties must hold for every annotator. We try some at random.
"""

# %%
for seed in range(10):
    rng = np.random.default_rng(seed)
    confusion = rng.dirichlet(np.ones(4), size=4)
    shares = rng.dirichlet(np.ones(4))
    value = drawn(confusion, shares)
    sums = value.sum(axis=1)
    assert np.allclose(sums, 1), f"sums of the rows {sums}, expected 1"
    asked = shares @ confusion  # how frequent each label is
    assert np.allclose(asked @ value, shares), (
        f"all labels together draw {asked @ value}, expected the "
        f"shares {shares}"
    )

# %% [markdown]
"""
Now an annotator who takes three in ten sevens for a 1, and makes no other
mistake. The ten digits are equally frequent. Compute three numbers:

- `sevens_among_ones`: the share of sevens when you ask for a 1,
- `sevens_among_sevens`: their share when you ask for a 7,
- `answer_to_a_seven`: the most probable label of a seven, which is what a
  perfect classifier trained on these labels answers.
"""

# %%
confusion = np.eye(10)
confusion[7, [1, 7]] = 0.3, 0.7
# BEGIN SOLUTION
mixture = drawn(confusion, np.full(10, 0.1))
sevens_among_ones = mixture[1, 7]
# WRONG: sevens_among_ones = confusion[7, 1]
sevens_among_sevens = mixture[7, 7]
answer_to_a_seven = int(confusion[7].argmax())
# END SOLUTION

# %%
print(f"asked for a 1: {sevens_among_ones:.1%} sevens")
assert abs(sevens_among_ones - 0.3 / 1.3) < 1e-9, (
    f"asked for a 1: {sevens_among_ones:.3f} sevens, expected 0.231; "
    "is it a share of all that carry the label 1?"
)
assert abs(sevens_among_sevens - 1) < 1e-9, (
    f"asked for a 7: {sevens_among_sevens:.3f} sevens, expected 1"
)
assert answer_to_a_seven == 7, (
    f"the classifier says {answer_to_a_seven}, expected 7"
)
print("All tests pass.")
