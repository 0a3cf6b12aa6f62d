# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 04b: one training step with NumPy alone

The generator shifts its points, $G(z) = z + \theta$. The discriminator
is one neuron, $D(x) = \sigma(w x + b)$. Write one training step of
Algorithm 1 with $k$ steps of the discriminator:

- `real` and `z`, both `(k, m)`: one minibatch for each of the $k$ steps,
- `last_z`, `(m,)`: the fresh $z$ for the generator's step.

Up the slope, for the discriminator:

$$ \Delta w = \overline{(1 - D(x))\,x} - \overline{D(f)\,f}, \qquad
   \Delta b = \overline{1 - D(x)} - \overline{D(f)}, $$

where $f = z + \theta$ is a fake and the bar is the mean of the
minibatch. Down the slope of $\overline{\log(1 - D(f))}$, for the
generator: $\Delta\theta = w\,\overline{D(f)}$. Each step is the
learning rate times that.
"""

# %%
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# %%
def training_step(theta, w, b, real, z, last_z, rate):
    """Returns the new (theta, w, b)."""
    # BEGIN SOLUTION
    for x, each in zip(real, z, strict=True):
        f = each + theta
        d_real, d_fake = sigmoid(w * x + b), sigmoid(w * f + b)
        up_w = ((1 - d_real) * x).mean() - (d_fake * f).mean()
        up_b = (1 - d_real).mean() - d_fake.mean()
        w, b = w + rate * up_w, b + rate * up_b
    believed = sigmoid(w * (last_z + theta) + b).mean()
    # WRONG: believed = sigmoid(w * (z[-1] + theta) + b).mean()
    return theta + rate * w * believed, w, b
    # WRONG: return theta - rate * w * believed, w, b
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
real, z = np.array([[1.0, 3.0]]), np.array([[-1.0, 1.0]])
last_z = np.array([-1.0, 1.0])
theta, w, b = training_step(0.0, 0.0, 0.0, real, z, last_z, 1.0)
assert abs(w - 1) < 1e-12, f"w = {w}, expected 1"
assert abs(b) < 1e-12, f"b = {b}, expected 0"
assert abs(theta - 0.5) < 1e-12, (
    f"theta = {theta}, expected 0.5, towards the real points; "
    "the text gives the step down, sign included"
)
theta = training_step(0.0, 0.0, 0.0, real, z, last_z + 2, 1.0)[0]
assert abs(theta - 0.841816) < 1e-5, (
    f"theta = {theta}, expected 0.841816; is the fresh z used?"
)

# %%
twice = [np.repeat(each, 2, axis=0) for each in (real, z)]
theta, w, b = training_step(0.0, 0.0, 0.0, *twice, last_z, 0.1)
assert abs(w - 0.185087) < 1e-5, (
    f"w = {w} after two steps, expected 0.185087"
)
assert abs(theta - 0.009232) < 1e-5, (
    f"theta = {theta} after two steps, expected 0.009232"
)

# %% [markdown]
"""
Now play: real points around 2, fakes around 0 at the start. Run 300
training steps with learning rate 0.1, 64 fresh points in each minibatch
and `k` steps of the discriminator, and return the last theta.
"""


# %%
def play(k, seed):
    """Returns theta after 300 training steps."""
    rng = np.random.default_rng(seed)
    theta = w = b = 0.0
    # BEGIN SOLUTION
    for _ in range(300):
        theta, w, b = training_step(
            theta,
            w,
            b,
            2 + rng.standard_normal((k, 64)),
            rng.standard_normal((k, 64)),
            rng.standard_normal(64),
            0.1,
        )
    # END SOLUTION
    return theta


# %%
for seed in range(10):
    found = play(5, seed)
    assert abs(found - 2) < 0.5, (
        f"theta = {found} with seed {seed}, expected near 2"
    )
print("All tests pass: the fakes have arrived.")
