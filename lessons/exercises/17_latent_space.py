# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 17: more ink, and nothing else

A direction $w$ that brings more ink may change the slant as well. If the
slant grows along $v$, then the part of $w$ along $v$ is to blame. Write
`without(w, others)`: take away from $w$ all that lies along the other
directions, together, and scale what is left to length 1.

Hint: the part of $w$ along several directions is their combination that
is nearest to $w$, a least-squares problem.
"""

# %%
import numpy as np

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def without(w, others):
    """Length 1, orthogonal to each of the others.

    w: (d,); others: (k, d), which need not be orthogonal themselves.
    """
    # BEGIN SOLUTION
    others = np.asarray(others)
    weights = np.linalg.lstsq(others.T, w, rcond=None)[0]
    # WRONG: weights = others @ w / (others**2).sum(axis=1)
    rest = w - weights @ others
    return rest / np.linalg.norm(rest)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
value = without(np.array([3.0, 4.0]), np.array([[1.0, 0.0]]))
assert np.allclose(value, [0, 1]), (
    f"one other, in the plane: {value}, expected [0 1]"
)

# %%
rng = np.random.default_rng(SEED)
for _ in range(10):
    w, others = rng.standard_normal(9), rng.standard_normal((3, 9))
    value = without(w, others)
    length = np.linalg.norm(value)
    assert abs(length - 1) < 1e-9, f"length {length:.3f}, expected 1"
    overlap = np.abs(others @ value).max()
    assert overlap < 1e-9, (
        f"product {overlap:.2f} with one of the others, expected 0; "
        "they overlap, so that each alone takes away too much or little"
    )
    assert value @ w > 0, (
        f"product {value @ w:.2f} with w, expected > 0"
    )

# %% [markdown]
"""
Now a generator whose inside we know. It draws pictures with two
properties, and both directions overlap. Neither property is a plane.

Fit a plane to each property, as in the lesson: `np.linalg.lstsq` of the
property on `z`. From the two directions compute `direction`, along which
the ink grows and the slant stays.
"""

# %%
DIM = 20
u, v = np.eye(DIM)[0], 0.6 * np.eye(DIM)[0] + 0.8 * np.eye(DIM)[1]


def properties(z):
    """Ink and slant of the pictures of z, (n, DIM)."""
    return np.tanh(z @ u), z @ v + 0.1 * (z @ v) ** 3


rng = np.random.default_rng(SEED)
z = rng.standard_normal((20_000, DIM))
ink, slant = properties(z)

# %%
# BEGIN SOLUTION
to_ink = np.linalg.lstsq(z, ink, rcond=None)[0]
to_slant = np.linalg.lstsq(z, slant, rcond=None)[0]
direction = without(to_ink, to_slant[None])
# WRONG: direction = without(to_slant, to_ink[None])
# END SOLUTION

# %%
some = rng.standard_normal((10_000, DIM))
before, after = properties(some), properties(some + direction)
plain = properties(some + u)
changes = [np.mean(b - a) for a, b in zip(before, after)]
blamed = np.mean(plain[1] - before[1])

# %%
assert changes[0] > 0.3, (
    f"the ink grows by {changes[0]:.2f}, expected more than 0.3; "
    "from which of the two is the other taken away?"
)
assert abs(changes[1]) < 0.1 * blamed, (
    f"the slant moves by {changes[1]:.2f}, expected about 0; "
    f"along the ink's own direction it moves by {blamed:.2f}"
)
print(f"ink {changes[0]:+.2f}, slant {changes[1]:+.2f}")
print(f"along the ink's own direction: slant {blamed:+.2f}")
print("All tests pass.")
