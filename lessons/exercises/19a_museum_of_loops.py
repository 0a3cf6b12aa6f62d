# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Exercise 19a: three loops to mend

Three faults from the first hall of the museum, ten minutes each. Every
part shows a faulty version that runs, and tests that it fails. Write a
version that passes.
"""

# %%
import keras
import numpy as np

import keras_gan as kg

# Checked with the seeds 0 to 9.
SEED = 0

# %% [markdown]
"""
## Card 1: the frozen discriminator

The faulty version, which never trains its discriminator on Keras 3:
"""


# %%
def compiled(model):
    model.compile(
        "adam", keras.losses.BinaryCrossentropy(from_logits=True)
    )
    return model


def faulty(generator, discriminator):
    compiled(discriminator)
    discriminator.trainable = False
    z = keras.Input((2,))
    combined = compiled(keras.Model(z, discriminator(generator(z))))
    return discriminator.train_on_batch, combined.train_on_batch


# %% [markdown]
"""
Write `steps(generator, discriminator)`. It returns two functions, each
called with inputs and labels: a step of the discriminator and a step of
the generator. Each moves its own network only.
"""


# %%
def steps(generator, discriminator):
    """Returns a step of the discriminator and one of the generator."""
    # BEGIN SOLUTION
    stack = kg.AdversarialModel(generator, discriminator)
    # WRONG: stack = keras.Sequential([generator, discriminator])
    d_step = compiled(discriminator).train_on_batch
    return d_step, compiled(stack).train_on_batch
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""


# %%
both = {
    "generator": kg.mlp_generator(
        2, (2,), widths=(8,), seed=10 * SEED + 1
    ),
    "discriminator": kg.mlp_discriminator(
        (2,), widths=(8,), seed=10 * SEED + 2
    ),
}
d_step, g_step = steps(**both)
x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
for _ in range(2):
    for mover, step in ("discriminator", d_step), ("generator", g_step):
        with kg.weight_audit(**both) as audit:
            step(x, y)
        moved = [name for name in both if audit.moved(name)]
        assert moved == [mover], (
            f"the step of the {mover} moved {moved}, expected [{mover!r}]"
        )

# %% [markdown]
"""
## Card 2: the layer that stores

This layer is to act like a dense layer whose kernel is divided by its
largest singular value. It does, but it stores the result, so that every
look at it moves a weight.
"""


# %%
class Storing(keras.layers.Dense):
    def call(self, inputs):
        sigma = keras.ops.norm(self.kernel, ord=2)
        self.kernel.assign(self.kernel / sigma)
        return keras.ops.matmul(inputs, self.kernel) + self.bias


# %% [markdown]
"""
Write the `call` of `Normalized`: the same output, and no `assign`.
"""


# %%
class Normalized(keras.layers.Dense):
    def call(self, inputs):
        """Returns `inputs` times kernel over norm, plus the bias."""
        # BEGIN SOLUTION
        sigma = keras.ops.norm(self.kernel, ord=2)
        # WRONG: sigma = keras.ops.norm(self.kernel)
        return keras.ops.matmul(inputs, self.kernel) / sigma + self.bias
        # END SOLUTION


# %%
layer = Normalized(4, bias_initializer="ones")
layer.build((None, 3))
before = layer.get_weights()
output = keras.ops.convert_to_numpy(layer(np.eye(3, dtype="float32")))
norm = np.linalg.norm(output - 1, 2)  # without the bias
assert abs(norm - 1) < 1e-5, (
    f"the largest singular value of the map is {norm:.3f}, expected 1; "
    "which norm of the kernel is it divided by?"
)
for old, new in zip(before, layer.get_weights()):
    change = np.abs(new - old).max()
    assert change == 0, (
        f"looking moved a weight by {change}, expected 0"
    )

# %% [markdown]
r"""
## Card 3: both at once

Dirac-GAN: the generator is one number $\theta$, the discriminator one
slope $\psi$. The faulty step takes both slopes from the old state:
"""


# %%
def slope(t):
    return 1 / (1 + np.exp(t))


def simultaneous(theta, psi, rate=0.2):
    s = slope(theta * psi)
    return theta - rate * psi * s, psi + rate * theta * s


# %% [markdown]
r"""
Write `alternating`: first $\psi$ moves, then $\theta$ answers the new
$\psi$.
"""


# %%
def alternating(theta, psi, rate=0.2):
    """Returns the new theta and psi."""
    # BEGIN SOLUTION
    new = psi + rate * theta * slope(theta * psi)
    return theta - rate * new * slope(theta * new), new
    # WRONG: return theta - rate * new * slope(theta * psi), new
    # END SOLUTION


# %%
state = (1.0, 1.0)
for _ in range(500):
    state = alternating(*state)
radius = float(np.hypot(*state))
assert abs(radius - 1.4126) < 1e-3, (
    f"radius {radius:.4f} after 500 steps, expected 1.4126; "
    "does all of the answer use the new psi?"
)
print("All tests pass: each player moves alone, and in turn.")
