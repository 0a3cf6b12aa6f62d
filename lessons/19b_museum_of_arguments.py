# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# What can one wrong argument or word do?

The second hall of the museum: an argument in the wrong place, two
swapped words in a README, one word too many in a sentence. Each was
read, copied and run by many, and no program stopped.

After this lesson you can

- see from the spread of its output whether a layer normalizes,
- find the part of a loss where nothing can be learned,
- say which of the two networks weight clipping is for.

About 20 minutes to read, under a minute to run. You need lessons
[01](01_anatomy.ipynb) and [02](02_training_the_discriminator.ipynb).
Each card also works alone, as a ten-minute exercise.
"""

# %% [markdown]
r"""
## The question

Batch normalization gives every unit of a layer spread 1 over the batch.
A small number $\epsilon$, normally 0.00001 or 0.001, keeps it from
dividing by zero. A popular program passes 0.8 there by accident.

Does that matter, as long as the program runs?
"""

# %% [markdown]
"""
## Your prediction

The program's generator has three such layers in a row. We build it with
its usual first weights. What spread do the units have after the *first*
of these layers, where 1 is meant?

- **A.** Above 0.9: the layer still normalizes.
- **B.** About one half.
- **C.** Less than one third.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

Each card again: where, what still works, the idea in our own words and
code, a test that the faulty version fails, the repair, the size of the
effect.
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] smoke={"EPOCHS": 1}
EPOCHS = 30  # of card 5
SEEDS = [1, 2, 3]


# %%
def try_out(test, **versions):
    """Runs one test on several versions; says who fails, and why."""
    outcomes = {name: "passes" for name in versions}
    for name, version in versions.items():
        try:
            test(version)
        except AssertionError as error:
            outcomes[name] = "fails"
            print(f"{name} fails: {error}")
    return outcomes


# %%
CAUGHT = {"faulty": "fails", "repaired": "passes"}

# %% [markdown]
r"""
### Card 4. A momentum that became an epsilon

**Where.** *PyTorch-GAN*, `gan.py` and `infogan.py`; issue 116 there
asked about it in 2020.

**Still works.** The networks train: a learned scale follows each
normalization and can make up for the fault.

**The idea.** The Keras version of the program says `momentum=0.8`. In
PyTorch the second argument by position is $\epsilon$. So 0.8 is added to
a variance that is far smaller, and the layer no longer normalizes.
"""


# %%
def pytorch_dense(units, inputs):
    """A dense layer with PyTorch's first weights."""
    bound = inputs**-0.5
    draw = keras.initializers.RandomUniform(-bound, bound, seed=7)
    return keras.layers.Dense(
        units, kernel_initializer=draw, bias_initializer=draw
    )


# %%
def hidden_layers(**options):
    """The generator's hidden part; outputs after normalization."""
    z = keras.Input((100,))
    x = pytorch_dense(128, 100)(z)
    outputs = []
    for units in (256, 512, 1024):
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
        x = pytorch_dense(units, x.shape[-1])(x)
        x = keras.layers.BatchNormalization(**options)(x)
        outputs.append(x)
    return keras.Model(z, outputs)


# %%
def spreads(options):
    """Mean standard deviation of the units, one number a layer."""
    z = np.random.default_rng(1).normal(size=(512, 100))
    outputs = hidden_layers(**options)(z, training=True)
    arrays = [keras.ops.convert_to_numpy(y) for y in outputs]
    return [float(y.std(axis=0).mean()) for y in arrays]


# %%
AS_COPIED = {"epsilon": 0.8}
AS_MEANT = {"momentum": 0.8, "epsilon": 1e-5}


# %%
def test_normalized_means_spread_1(options):
    out = spreads(options)
    assert min(out) > 0.9, f"spreads {np.round(out, 3)}"


# %%
card_4 = try_out(
    test_normalized_means_spread_1, faulty=AS_COPIED, repaired=AS_MEANT
)
small, right = spreads(AS_COPIED), spreads(AS_MEANT)
print("repaired:", np.round(right, 3))

# %% tags=["check", "exact"]
assert card_4 == CAUGHT
assert max(small) < 1 / 3
assert min(right) > 0.99

# %% tags=["hide-input"] name="spreads" alt="Spread of the units after the first, second and third normalization. Repaired, dark: 1.00 each. With epsilon 0.8, orange and dashed: {small[0]:.2f}, {small[1]:.2f} and {small[2]:.2f}."
fig, ax = plt.subplots(figsize=(6, 3.4))
layers = np.arange(1, 4)
ax.plot(layers, right, "o-", color=DISCRIMINATOR, label="repaired")
ax.plot(layers, small, "x--", color=PENALTY, label="epsilon 0.8")
ax.set(xlabel="normalization layer", ylabel="spread of the units")
ax.set(xticks=layers, ylim=(0, 1.1))
ax.legend(loc="center right")
ax.set_title("With epsilon 0.8 the signal fades")
plt.show()

# %% [markdown]
"""
Each layer shrinks the signal that the next one receives. Write arguments
by name, and a port from one library to another keeps its meaning.
"""

# %% [markdown]
"""
### Card 5. A tanh where a probability belongs

**Where.** The README of a collection of PyTorch GANs: its generator ends
in a sigmoid, its discriminator in a tanh.

**Still works.** The code. Model files of this form have the two the right
way round, so the README seems to have swapped two words.

**The idea.** Taken literally, a number from -1 to 1 goes where a
cross-entropy expects a probability. PyTorch's loss refuses it. Keras
cuts it to at least 0.0000001, and where something is cut, the gradient is
zero.
"""

# %%
cross_entropy = keras.losses.BinaryCrossentropy(reduction=None)


def loss_for_1(head, a):
    """Loss for label 1; `a` is what the head reads."""
    p = keras.ops.reshape(head(keras.ops.convert_to_tensor(a)), (-1, 1))
    value = cross_entropy(keras.ops.ones_like(p), p)
    return keras.ops.convert_to_numpy(value)


# %%
def test_a_smaller_mistake_costs_less(head):
    worse, better = loss_for_1(head, np.float32([-1.1, -0.9]))
    assert worse > better, f"both mistakes cost {worse:.2f}"


# %%
card_5 = try_out(
    test_a_smaller_mistake_costs_less,
    faulty=keras.ops.tanh,
    repaired=keras.ops.sigmoid,
)

# %% tags=["check", "exact"]
flat = float(loss_for_1(keras.ops.tanh, np.float32([-1.0]))[0])
assert card_5 == CAUGHT
assert abs(flat + np.log(1e-7)) < 1e-2

# %% tags=["hide-input"] name="tanh" alt="Loss for label 1 against the number before the head, from -3 to 3. With a sigmoid, dark: a smooth curve that falls from 3.05 to 0.05. With a tanh, orange and dashed: flat at {loss_for_1(keras.ops.tanh, np.float32([-1]))[0]:.1f} for all negative numbers, then a cliff at 0 down to values below the sigmoid's."
a = np.linspace(-3, 3, 601, dtype="float32")
fig, ax = plt.subplots(figsize=(6.4, 3.6))
looks = {"tanh": (PENALTY, "--"), "sigmoid": (DISCRIMINATOR, "-")}
for name, (color, line) in looks.items():
    loss = loss_for_1(getattr(keras.ops, name), a)
    ax.plot(a, loss, color=color, ls=line, label=name)
ax.set(xlabel="number before the head", ylabel="loss, label 1 (nats)")
ax.legend()
ax.set_title("On the flat part nothing can be learned")
plt.show()

# %% [markdown]
"""
Label 1 belongs to real points where the discriminator learns, and to
fakes where the generator learns. So we train both heads as a plain
discriminator, on two clusters that touch, and count the points whose
gradient for label 1 is then exactly zero.
"""


# %%
def classifier(activation):
    return keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation=activation),
        ]
    )


# %%
def clusters(seed):
    x = np.random.default_rng(seed).normal(size=(1000, 2))
    x[:500] += 2  # the real half
    return x.astype("float32"), np.repeat([1.0, 0.0], 500)[:, None]


# %%
def silent(activation, seed):
    """Shares of real points and of fakes that the loss cuts."""
    x, y = clusters(seed)
    keras.utils.set_random_seed(seed)
    network = classifier(activation)
    network.compile("adam", keras.losses.BinaryCrossentropy())
    network.fit(x, y, batch_size=50, epochs=EPOCHS, verbose=0)
    cut = network.predict(x, verbose=0) < 1e-7
    return float(cut[:500].mean()), float(cut[500:].mean())


# %%
shares = {
    name: np.array([silent(name, seed) for seed in SEEDS])
    for name in ("tanh", "sigmoid")
}
for name, (real, fake) in ((k, v.T) for k, v in shares.items()):
    print(f"{name:<8} real {real}, fakes {fake}")
unlucky = silent("tanh", 6)
print(f"tanh, seed 6: real {unlucky[0]}, fakes {unlucky[1]}")

# %% [markdown]
"""
In these seeds the discriminator gets away with it. The generator does
not: about half of the fakes get a negative answer, rightly, and these
teach the generator nothing. Seed 6 is worse for both. It begins with
every real point below zero, no point has a gradient, and that
discriminator never learns anything.
"""


# %% [markdown]
"""
### Card 6. "Weights throughout the GAN"

**Where.** Google's course on GANs, page *Loss Functions*. We read the
sentence in two copies of its text.

**Still works.** The page's account of the loss, and its reason for
clipping. It has one word too many: the paper clips the critic only.

**The idea.** Clipping bounds the *critic's* slope. Clip the generator as
well, and its samples can no longer reach the data.
"""

# %%
clip = kg.WeightClipping(0.01).clip


# %%
def everywhere(generator, critic):
    clip(generator.trainable_variables)
    clip(critic.trainable_variables)


def critic_only(generator, critic):
    clip(critic.trainable_variables)


# %%
def farthest(rule):
    """Largest output for |z| ≤ 3 that a generator can learn."""
    generator = kg.mlp_generator(2, (2,), widths=(128, 128))
    critic = kg.mlp_discriminator((2,), widths=(128, 128))
    ones = [np.ones_like(w) for w in generator.get_weights()]
    generator.set_weights(ones)  # large weights, before clipping
    rule(generator, critic)
    z = np.full((1, 2), 3, "float32")
    return float(generator.predict(z, verbose=0).max())


# %%
def test_the_generator_reaches_the_data(rule):
    reach = farthest(rule)
    assert reach > 1, f"samples end at {reach:.3f}, the data at 1"


# %%
card_6 = try_out(
    test_the_generator_reaches_the_data,
    faulty=everywhere,
    repaired=critic_only,
)

# %% tags=["check", "exact"]
assert card_6 == CAUGHT
layer_1 = 0.01 * (2 * 3 + 1)
layer_2 = 0.01 * (128 * layer_1 + 1)
assert abs(farthest(everywhere) - 0.01 * (128 * layer_2 + 1)) < 1e-6

# %% [markdown]
"""
All weights at the limit give the largest output there is. With two
hidden layers of 128 units it lies far inside a ring of radius 1. In
`kg.GAN`, `penalty=kg.WeightClipping(0.01)` clips the critic alone.
"""

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
rows = {
    "4 epsilon 0.8": "spreads "
    + ", ".join(f"{s:.2f}" for s in small)
    + " where 1 is meant",
    "5 tanh": f"{shares['tanh'][:, 1].min():.0%} to "
    f"{shares['tanh'][:, 1].max():.0%} of the fakes without gradient; "
    f"sigmoid {shares['sigmoid'].max():.0%}",
    "6 clipped throughout": "samples end at "
    f"{farthest(everywhere):.2f}, the data at 1",
}
table = "| card | effect |\n|---|---|\n"
table += "\n".join(
    f"| {name} | {text} |" for name, text in rows.items()
)
display(
    Markdown(
        f"{table}\n\nThe answer is **C**: {small[0]:.2f} after the "
        "first layer. No version stopped with an error."
    )
)

# %% tags=["check"]
assert small[0] < 1 / 3
silenced = shares["tanh"][:, 1]
assert silenced.min() > 0.3, shares
assert silenced.max() < 0.7, shares
assert shares["tanh"][:, 0].max() < 0.05, shares
assert shares["sigmoid"].max() == 0, shares
assert unlucky == (1.0, 1.0), unlucky

# %% [markdown]
r"""
## Why

Let $v$ be the variance of a unit over the batch before normalization.
Batch normalization divides by $\sqrt{v + \epsilon}$, so the spread after
it is

$$ s = \sqrt{\frac{v}{v + \epsilon}} . $$

For $\epsilon = 0.00001$ this is 1 in all but name. For $\epsilon = 0.8$
and a small $v$ it is nearly proportional to $\sqrt v$: the layer passes
the scale on, which it was put there to remove.
"""


# %%
def first_variances():
    """Variances before the first normalization, from a huge epsilon."""
    z = np.random.default_rng(1).normal(size=(512, 100))
    first = hidden_layers(epsilon=1e6)(z, training=True)[0]
    return 1e6 * keras.ops.convert_to_numpy(first).var(axis=0)


# %%
v = first_variances()
print(f"variances: {v.mean():.3f} on average")
print(f"formula {np.sqrt(v / (v + 0.8)).mean():.4f}")
print(f"network {small[0]:.4f}")

# %% tags=["check", "exact"]
assert abs(np.sqrt(v / (v + 0.8)).mean() - small[0]) < 1e-3

# %% [markdown]
"""
## Change one thing

In card 4, replace 0.8 by 0.001, the default of Keras, and look at the
three spreads. Before you run: are they nearer to 1.00 or to 0.95?
"""

# %% [markdown]
"""
## Check yourself

<details><summary>Why did nobody see card 4 in the pictures?</summary>

A learned scale follows the normalization, and training can raise it. A
fault that training can make up for may cost time or quality, and without
a comparison nobody knows how much.

</details>

<details><summary>The tanh head of card 5 gives a fake a negative answer.
What does each player learn from it?</summary>

The discriminator nothing more: for label 0 the cut answer is right. The
generator nothing at all: its loss asks for label 1, and the gradient is
zero.

</details>

<details><summary>Would a larger limit make clipping the generator
harmless?</summary>

It would let the generator reach further, but the clipping still does
nothing for the loss. Only the critic's slope matters there.

</details>
"""

# %% [markdown]
"""
## Exercise

The exercise notebook shows the normalization with its large epsilon, the
loss with the tanh and the rule that clips both networks. Write each so
that its test passes.

Expected: spread above 0.9, a smaller mistake costs less, and the
generator's weights stay as they were.
"""

# %% [markdown]
"""
## Remember

- Pass arguments by name, above all when you port code.
- A cross-entropy wants a probability or, better, a logit; where a number
  is cut, its gradient is gone.
- Clipping is for the critic.
"""

# %% [markdown]
"""
## References

- E. Linder-Norén, [PyTorch-GAN](https://github.com/eriklindernoren/PyTorch-GAN),
  `implementations/gan/gan.py`, and
  [issue 116](https://github.com/eriklindernoren/PyTorch-GAN/issues/116).
- S. Ioffe and C. Szegedy, *Batch Normalization*, 2015,
  [arXiv:1502.03167](https://arxiv.org/abs/1502.03167), algorithm 1: where
  the epsilon stands.
- M. Arjovsky and others, *Wasserstein GAN*, 2017,
  [arXiv:1701.07875](https://arxiv.org/abs/1701.07875), algorithm 1: whose
  weights are clipped.
"""
