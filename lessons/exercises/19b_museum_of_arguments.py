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

# Checked with the seeds 0 to 9.
SEED = 0

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
    # WRONG: return keras.layers.BatchNormalization(momentum=0.2)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
x = 0.2 * np.random.default_rng(SEED).normal(size=(500, 16))
layer = normalization()
y = keras.ops.convert_to_numpy(layer(x, training=True))
spread = y.std(axis=0).min()
assert spread > 0.9, (
    f"spread {spread:.3f}, expected about 1; is epsilon small?"
)
assert layer.momentum == 0.8, (
    f"momentum {layer.momentum}, expected 0.8, the weight of the old "
    "average; PyTorch's momentum is that of the new one"
)

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
    # WRONG: return np.logaddexp(0, -a)
    # END SOLUTION


# %%
for a, label, expected in [
    (0.0, 1, np.log(2)),  # undecided
    (-1_000.0, 1, 1_000),  # sure and wrong
    (1_000.0, 1, 0),  # sure and right
    (1_000.0, 0, 1_000),
]:
    value = loss(a, label)
    assert abs(value - expected) < 1e-9, (
        f"logit {a}, label {label}: {value:.4f}, expected "
        f"{expected:.4f}; does the label count?"
    )
for label, large, small in (1, -1.1, -0.9), (0, 1.1, 0.9):
    costs = loss(large, label), loss(small, label)
    assert costs[0] > costs[1], (
        f"label {label}: {costs}, expected less for a smaller mistake"
    )

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
        # WRONG: keras.ops.clip(variable, -limit, limit)
    # END SOLUTION


# %%
generator = kg.mlp_generator(2, (2,), widths=(8,), seed=10 * SEED + 1)
critic = kg.mlp_discriminator((2,), widths=(8,), seed=10 * SEED + 2)
with kg.weight_audit(generator=generator, critic=critic) as audit:
    rule(generator, critic)
assert not audit.moved("generator"), (
    "the generator's weights moved, expected the critic's alone"
)
largest = max(np.abs(w).max() for w in critic.get_weights())
assert abs(largest - 0.01) < 1e-8, (
    f"the critic's largest weight is {largest:.3f}, expected 0.01; "
    "is the clipped weight stored?"
)
print("All tests pass: three arguments are where they belong.")
