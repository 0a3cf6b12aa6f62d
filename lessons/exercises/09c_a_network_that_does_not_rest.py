# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 09c: how much an average shrinks an orbit

Players who take turns in the bilinear game go around for ever. Write
`averaged(path, decay)`, which returns the moving average of a path at
every step: it starts at the first point, and then

$$ a_k = \beta\,a_{k-1} + (1 - \beta)\,x_k, $$

where $\beta$ is the decay and $x_k$ the point at step $k$.
"""

# %%
import numpy as np


def orbit(angle, num):
    """Points of the unit circle, `angle` radians apart, `(num, 2)`."""
    turns = angle * np.arange(num)
    return np.stack([np.cos(turns), np.sin(turns)], axis=1)


# %%
def averaged(path, decay):
    """Returns the moving average of `path`, `(n, 2)`."""
    # BEGIN SOLUTION
    means = [path[0]]
    for point in path[1:]:
        means.append(decay * means[-1] + (1 - decay) * point)
        # WRONG: means.append((1 - decay) * means[-1] + decay * point)
    return np.array(means)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
path = orbit(0.1, 20_000)
value = averaged(path[:3], 0.8)
expected = 0.64 * path[0] + 0.16 * path[1] + 0.2 * path[2]
assert np.allclose(value[0], path[0]), (
    f"{value[0]}, expected the first point, {path[0]}"
)
assert np.allclose(value[2], expected), (
    f"third mean {value[2]}, expected {expected}; "
    "a decay of 0.8 keeps most of the mean before"
)

# %% [markdown]
r"""
In the end the average goes around too, on a smaller circle. Write
`gain(decay, angle)`, the radius of that circle if the points lie on the
unit circle, `angle` radians apart. Hint: as complex numbers,
$x_k = e^{i \omega k}$, and $a_k = c\,x_k$ with the same $c$ at every
step.
"""


# %%
def gain(decay, angle):
    """Returns the radius of the average's circle, a float."""
    # BEGIN SOLUTION
    c = (1 - decay) / (1 - decay * np.exp(-1j * angle))
    return float(abs(c))
    # WRONG: return float(c.real)
    # END SOLUTION


# %%
for decay in (0.9, 0.99, 0.999):
    expected = np.linalg.norm(averaged(path, decay)[-1])
    value = gain(decay, 0.1)
    assert abs(value / expected - 1) < 1e-3, (
        f"decay {decay}: {value:.5f}, expected {expected:.5f}; "
        "a radius is a length"
    )
value = gain(0.99, 0.0)
assert abs(value - 1) < 1e-9, f"a point at rest stays: {value}, not 1"

# %% [markdown]
"""
Which of the decays in `candidates` is the smallest with which the
average of an orbit of 0.1 radians a step stays within a fiftieth of its
radius? Store it in `smallest`.
"""

# %%
candidates = [0.9, 0.99, 0.999, 0.9999]
# BEGIN SOLUTION
smallest = min(b for b in candidates if gain(b, 0.1) <= 1 / 50)
# END SOLUTION

# %%
assert smallest == 0.999, f"decay {smallest}, expected 0.999"
print(f"All tests pass. The smallest decay is {smallest}.")
