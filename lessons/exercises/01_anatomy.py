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

# The tests were tried with the seeds 0 to 9.
SEED = 0


# %%
def moved(network, step):
    """Whether any weight of the network changes while `step()` runs."""
    # BEGIN SOLUTION
    before = network.get_weights()
    step()
    after = network.get_weights()
    return any((a != b).any() for a, b in zip(before, after))
    # WRONG: return not all(map(np.allclose, before, after))
    # END SOLUTION


# %% [markdown]
"""
Two networks to try it on. The discriminator has batch normalization, so
some of its weights are moving averages that no optimizer touches.
"""

# %%
generator = kg.mlp_generator(4, (2,), widths=(8,), seed=2 * SEED)
discriminator = kg.mlp_discriminator(
    (2,), widths=(8,), batch_normalization=True, seed=2 * SEED + 1
)
adversarial = kg.AdversarialModel(generator, discriminator)
adversarial.compile(
    "adam", keras.losses.BinaryCrossentropy(from_logits=True)
)
z = np.random.default_rng(SEED).normal(size=(32, 4)).astype("float32")
ones = np.ones((32, 1))

# %% [markdown]
"""
Run the tests. No message means that they pass.
"""


# %%
def nudge():
    generator.layers[1].bias.assign(np.full(8, 1e-9))


found = moved(generator, lambda: None)
assert found is False, f"nothing ran, and the answer is {found}"
found = moved(generator, nudge)
assert found is True, (
    f"weights went from 0 to 1e-9, and the answer is {found}; "
    "no change is too small to count"
)
found = moved(discriminator, nudge)
assert found is False, f"the other network moved; it says {found}"

# %% [markdown]
"""
Now use it twice on the discriminator. First, while it judges
`generator(z)` in Keras's training mode, a forward pass and no more.
Second, during a full generator step, `adversarial.train_on_batch(z,
ones)`. Store the two answers in `by_keras` and `by_adversarial`.
"""


# %%
# BEGIN SOLUTION
def forward():
    discriminator(generator(z), training=True)
    # WRONG: discriminator(generator(z))


def generator_step():
    adversarial.train_on_batch(z, ones)


by_keras = moved(discriminator, forward)
by_adversarial = moved(discriminator, generator_step)
# END SOLUTION

# %%
assert by_keras is True, (
    f"by_keras is {by_keras}, and moving statistics should have moved; "
    "they move in training mode only"
)
assert by_adversarial is False, (
    f"by_adversarial is {by_adversarial}; "
    "AdversarialModel moves the generator only"
)
print("All tests pass: still means still, moving averages included.")
