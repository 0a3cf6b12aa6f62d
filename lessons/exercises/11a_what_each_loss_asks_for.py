# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 11a: a game of your own

In the least-squares game of the lesson the discriminator aims at 1 for
real samples and at 0 for fakes, and the generator aims at 1. The same
paper has another coding: 1 for real samples, -1 for fakes, and the
generator aims at 0, half-way. With $a$ the discriminator's output, the
three costs are

$$ \tfrac12 (a - 1)^2, \qquad \tfrac12 (a + 1)^2, \qquad
   \tfrac12 a^2. $$

A game is a subclass of `kg.Loss` with two methods. Fill them in. Both
get outputs of shape `(batch, 1)` and return means, so use
`keras.ops`, which works on every backend.
"""

# %%
from dataclasses import dataclass

import numpy as np
from keras import ops

import keras_gan as kg

# Checked with the seeds 0 to 9.
SEED = 0


# %%
@dataclass(frozen=True)
class Centred(kg.Loss):
    """Least squares with the targets 1, -1 and 0."""

    def discriminator_terms(self, real_logits, fake_logits):
        """Returns the mean cost on real and on fake."""
        # BEGIN SOLUTION
        real = ops.mean(ops.square(real_logits - 1.0)) / 2
        fake = ops.mean(ops.square(fake_logits + 1.0)) / 2
        # WRONG: fake = ops.mean(ops.square(fake_logits)) / 2
        return real, fake
        # END SOLUTION

    def generator_loss(self, fake_logits):
        """Returns the mean cost for the generator."""
        # BEGIN SOLUTION
        return ops.mean(ops.square(fake_logits)) / 2
        # WRONG: return ops.mean(ops.square(fake_logits - 1.0)) / 2
        # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""


# %%
def costs(a):
    outputs = np.full((4, 1), a, "float32")
    terms = Centred().discriminator_terms(outputs, outputs)
    return [
        *map(float, terms),
        float(Centred().generator_loss(outputs)),
    ]


# %%
for a, expected in [
    (0, [0.5, 0.5, 0.0]),
    (2, [0.5, 4.5, 2.0]),
    (-3, [8.0, 2.0, 4.5]),
]:
    assert np.allclose(costs(a), expected), (
        f"costs at {a}: {costs(a)}, expected {expected} for real, fake "
        "and generator; has each its own target?"
    )

# %%
outputs = np.array([[0.0], [2.0]], "float32")
mean = float(Centred().generator_loss(outputs))
assert abs(mean - 1.0) < 1e-6, (
    f"outputs 0 and 2: {mean}, expected 1, the mean over the batch"
)

# %% [markdown]
"""
Where the discriminator is as good as it can be, its output at a point
is $(p - q) / (p + q)$, with $p$ and $q$ the densities of real and fake
there. Check it by trying all outputs between -1 and 1: compute `best`,
the one with the smallest cost to the discriminator where real samples
are three times as frequent as fakes.
"""

# %%
candidates = np.linspace(-1, 1, 201)
p, q = 0.75, 0.25
# BEGIN SOLUTION
total = [p * costs(a)[0] + q * costs(a)[1] for a in candidates]
best = candidates[int(np.argmin(total))]
# END SOLUTION

# %%
assert abs(best - 0.5) < 0.01, (
    f"smallest cost at {best:.2f}, expected at 0.5"
)

# %% [markdown]
"""
And does it train? A few steps on the ring, to see that both losses are
finite numbers.
"""

# %%
gan = kg.GAN(
    kg.mlp_generator(4, (2,), widths=(16,), seed=10 * SEED + 1),
    kg.mlp_discriminator((2,), widths=(16,), seed=10 * SEED + 2),
    loss=Centred(),
    seed=10 * SEED + 3,
)
gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")

# %%
data = kg.ring(num_train=640, seed=SEED)
history = gan.fit(data.train, batch_size=64, verbose=0).history
values = history["g_loss"] + history["d_loss"]
assert np.isfinite(values).all(), f"losses {values}, not all finite"
print("All tests pass.")
