# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Exercise 19b: three arguments to mend

Three faults from the second hall of the museum, ten minutes each. Every
part shows a faulty version that runs, and tests that it fails. Write a
version that passes.
"""

# %%
import keras
import numpy as np

import keras_gan as kg

# %% [markdown]
"""
## Card 4: 0.8 in the wrong place

The faulty version takes 0.8 for the number under the root:
"""


# %%
def faulty_normalization():
    return keras.layers.BatchNormalization(epsilon=0.8)


# %% [markdown]
"""
Write `normalization()`: a `BatchNormalization` layer whose *momentum* is
0.8 and whose epsilon is small.
"""


# %%
def normalization():
    """Returns the layer that was meant."""
    # BEGIN SOLUTION
    return keras.layers.BatchNormalization(momentum=0.8, epsilon=1e-5)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
x = 0.2 * np.random.default_rng(0).normal(size=(500, 16))
layer = normalization()
y = keras.ops.convert_to_numpy(layer(x, training=True))
spread = y.std(axis=0).min()
assert spread > 0.99, f"spread {spread:.3f}, expected 1"
assert layer.momentum == 0.8, f"momentum {layer.momentum}"

# %% [markdown]
"""
## Card 5: a loss that has no flat part

The faulty loss puts a tanh into a cross-entropy, cut as Keras cuts it:
"""


# %%
def faulty_loss(a, label):
    p = np.clip(np.tanh(a), 1e-7, 1 - 1e-7)
    return -label * np.log(p) - (1 - label) * np.log(1 - p)


# %% [markdown]
"""
Write `loss(a, label)` so that `a` is a logit, that is, the probability
is its sigmoid. It must stay right for numbers as large as 1,000. Hint:
`np.logaddexp(0, a)` is the logarithm of 1 plus the exponential of `a`.
"""


# %%
def loss(a, label):
    """Cross-entropy of a sample with that label, from its logit."""
    # BEGIN SOLUTION
    return np.logaddexp(0, a) - label * a
    # END SOLUTION


# %%
assert abs(loss(0.0, 1) - np.log(2)) < 1e-12, "undecided costs log 2"
assert loss(-1.1, 1) > loss(-0.9, 1), "a smaller mistake costs less"
assert loss(1.1, 0) > loss(0.9, 0), "for fakes as well"
assert abs(loss(-1000.0, 1) - 1000) < 1e-9, "sure and wrong"
assert abs(loss(1000.0, 1)) < 1e-9, "sure and right"

# %% [markdown]
"""
## Card 6: whose weights are clipped?

The faulty rule clips both networks:
"""


# %%
def faulty_rule(generator, critic, limit=0.01):
    for variable in generator.trainable_variables:
        variable.assign(keras.ops.clip(variable, -limit, limit))
    for variable in critic.trainable_variables:
        variable.assign(keras.ops.clip(variable, -limit, limit))


# %%
def rule(generator, critic, limit=0.01):
    """Clips what the Wasserstein GAN paper clips."""
    # BEGIN SOLUTION
    for variable in critic.trainable_variables:
        variable.assign(keras.ops.clip(variable, -limit, limit))
    # END SOLUTION


# %%
generator = kg.mlp_generator(2, (2,), widths=(8,), seed=1)
critic = kg.mlp_discriminator((2,), widths=(8,), seed=2)
with kg.weight_audit(generator=generator, critic=critic) as audit:
    rule(generator, critic)
assert not audit.moved("generator"), "the generator was clipped"
largest = max(np.abs(w).max() for w in critic.get_weights())
assert abs(largest - 0.01) < 1e-8, f"a critic's weight is {largest}"
print("All tests pass: three arguments are where they belong.")
