# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Exercise 01: who moves?

Write `moved(network, step)`. It calls `step()` and returns `True` if any
weight of the network changed, by even one bit. Hint:
`network.get_weights()` returns copies of all weights as arrays, moving
statistics included.
"""

# %%
import keras
import numpy as np

import keras_gan as kg


# %%
def moved(network, step):
    """Whether any weight of the network changes while `step()` runs."""
    # BEGIN SOLUTION
    before = network.get_weights()
    step()
    after = network.get_weights()
    return any(
        (a != b).any() for a, b in zip(before, after, strict=True)
    )
    # END SOLUTION


# %% [markdown]
"""
Two networks to try it on. The discriminator has batch normalization, so
some of its weights are moving averages that no optimizer touches.
"""

# %%
generator = kg.mlp_generator(4, (2,), widths=(8,), seed=1)
discriminator = kg.mlp_discriminator(
    (2,), widths=(8,), batch_normalization=True, seed=2
)
adversarial = kg.AdversarialModel(generator, discriminator)
adversarial.compile(
    "adam", keras.losses.BinaryCrossentropy(from_logits=True)
)
z = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
ones = np.ones((32, 1))

# %% [markdown]
"""
Run the tests. No message means that they pass.
"""


# %%
def nudge():
    generator.layers[1].bias.assign(np.full(8, 1e-7))


assert moved(generator, lambda: None) is False, "nothing ran"
assert moved(generator, nudge) is True, "a tiny change is a change"
assert moved(discriminator, nudge) is False, "the other network"

# %% [markdown]
"""
Now use it twice. First, a forward pass of Keras in training mode.
Second, a full generator step of the combined model. Store the two
answers in `by_keras` and `by_adversarial`.
"""

# %%
# BEGIN SOLUTION
by_keras = moved(
    discriminator, lambda: discriminator(generator(z), training=True)
)
by_adversarial = moved(
    discriminator, lambda: adversarial.train_on_batch(z, ones)
)
# END SOLUTION

# %%
assert by_keras is True, "the moving statistics should have moved"
assert by_adversarial is False, (
    "AdversarialModel moves the generator only"
)
print("All tests pass: still means still, moving averages included.")
