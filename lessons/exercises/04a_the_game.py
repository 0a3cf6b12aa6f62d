# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 04a: the best reply to a discriminator that stands still

The value of the game on a die with real masses $p$, forged masses $q$
and answers $D$, one for each face, is

$$ V = \sum_x p \log D + \sum_x q \log(1 - D). $$

Write `best_reply(answers)`. It returns the masses $q$, from 0 up and
with sum 1, that make $V$ smallest while $D$ stands still. If several
faces are equally good, take the first. Hint: only the second sum
depends on $q$, and it is a mean.
"""

# %%
import numpy as np

# The tests were tried with the seeds 0 to 9.
SEED = 0


# %%
def best_reply(answers):
    """Returns the masses of the generator's die, an array."""
    # BEGIN SOLUTION
    masses = np.zeros(len(answers))
    masses[np.argmax(answers)] = 1.0
    # WRONG: masses[np.argmin(answers)] = 1.0
    return masses
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
reply = best_reply([0.8, 0.6, 0.4, 0.2])
assert list(reply) == [1, 0, 0, 0], (
    f"{reply}, expected [1, 0, 0, 0]; log(1 - D) is lowest there"
)
reply = best_reply([0.1, 0.2, 0.7])
assert list(reply) == [0, 0, 1], (
    f"{reply}, expected [0, 0, 1], all on the most trusted face"
)
rng = np.random.default_rng(SEED)
for answers in rng.uniform(0.05, 0.95, (20, 5)):
    found = best_reply(answers) @ np.log(1 - answers)
    others = rng.dirichlet(np.ones(5), 200) @ np.log(1 - answers)
    assert found <= others.min(), (
        f"the second sum is {found:.3f}, and another die has "
        f"{others.min():.3f}"
    )

# %% [markdown]
r"""
Now the discriminator looks again. Write `what_it_costs(answers, p)`:
the value that the best discriminator reaches against that reply,
$V = \sum_x p \log D^* + \sum_x q \log(1 - D^*)$ with $D^* = p/(p+q)$.
Where $q$ is 0 the second term of that face is 0.
"""


# %%
def what_it_costs(answers, p):
    """Returns the value as a float."""
    # BEGIN SOLUTION
    p, q = np.asarray(p, float), best_reply(answers)
    best = p / (p + q)
    # WRONG: best = np.asarray(answers)
    there = q > 0
    real = (p * np.log(best)).sum()
    fake = (q[there] * np.log(1 - best[there])).sum()
    return float(real + fake)
    # END SOLUTION


# %%
p = [0.4, 0.3, 0.2, 0.1]
value = what_it_costs([0.8, 0.6, 0.4, 0.2], p)
assert abs(value + 0.837577) < 1e-6, (
    f"{value}, expected -0.837577; has the discriminator looked again?"
)
value = what_it_costs([0.2, 0.4, 0.6, 0.8], p)
assert abs(value + 0.335100) < 1e-6, f"{value}, expected -0.335100"
value = what_it_costs([0.3, 0.6], [0.5, 0.5])
assert abs(value + 0.954771) < 1e-6, f"{value}, expected -0.954771"
print("All tests pass: one face against the field is easy to catch.")
