# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 09d: right half of the time, for two reasons

Samples fall into a few bins. `p` holds the shares of the real ones,
`q` those of the fakes, and `answers` what a discriminator says of each
bin: 1 for real, 0 for fake.

Write `accuracy(p, q, answers)`, the share of correct answers when half
of the samples are real, and `best_answers(p, q)`, those of the best
discriminator.
"""

# %%
import numpy as np

# The tests were tried with the seeds 0 to 9.
SEED = 0


# %%
def accuracy(p, q, answers):
    """Returns the share of correct answers, a float."""
    # BEGIN SOLUTION
    p, q, answers = map(np.asarray, (p, q, answers))
    return float(p @ answers + q @ (1 - answers)) / 2
    # WRONG: return float(p @ answers + q @ answers) / 2
    # END SOLUTION


# %%
def best_answers(p, q):
    """Returns 1 where a real sample is likelier, otherwise 0."""
    # BEGIN SOLUTION
    return (np.asarray(p) > np.asarray(q)).astype(int)
    # WRONG: return (np.asarray(p) > 0).astype(int)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
p, q = [0.5, 0.3, 0.2, 0.0], [0.1, 0.2, 0.3, 0.4]
value = accuracy(p, q, [1, 1, 0, 0])
assert abs(value - 0.75) < 1e-12, (
    f"accuracy {value}, expected 0.75; of a fake, 0 is the right answer"
)
found = best_answers(p, q)
assert list(found) == [1, 1, 0, 0], (
    f"best answers {found}, expected [1, 1, 0, 0]; "
    "which kind is likelier in the third bin?"
)
rng = np.random.default_rng(SEED)
for _ in range(100):
    p, q = rng.dirichlet(np.ones(6), size=2)
    distance = np.abs(p - q).sum() / 2  # total variation
    value, expected = (
        accuracy(p, q, best_answers(p, q)),
        (1 + distance) / 2,
    )
    assert abs(value - expected) < 1e-12, (
        f"{value}, expected {expected}"
    )

# %% [markdown]
"""
Now two lists of four answers that are right exactly half of the time:
`for_perfect`, for fakes that are perfect, `q` equal to `p`, and
`for_far`, for fakes that never fall where real samples do. In both
lists at least one answer is 1 and at least one is 0.
"""

# %%
p = [0.5, 0.5, 0.0, 0.0]
far = [0.0, 0.0, 0.5, 0.5]
# BEGIN SOLUTION
for_perfect = [1, 0, 1, 0]  # any answers would do
for_far = [1, 0, 1, 0]
# END SOLUTION

# %%
for answers, fakes in [(for_perfect, p), (for_far, far)]:
    assert set(answers) == {0, 1}, f"{answers}: both answers occur"
    value = accuracy(p, fakes, answers)
    assert value == 0.5, (
        f"{answers} right in {value:.0%}, expected 50 %"
    )
value = accuracy(p, far, best_answers(p, far))
assert value == 1, f"far fakes: right in {value:.0%}, expected 100 %"
print("All tests pass: one half here, where the best has 100 %.")
