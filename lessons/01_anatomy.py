# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# What are the parts of a GAN, and which part learns when?

A generative adversarial network is two ordinary networks and one rule:
only one of them learns at a time. The rule is where many old programs
go wrong. So we take a GAN apart and watch every weight.

After this lesson you can

- name the generator, the discriminator and the combined model, and the
  shape of what flows between them,
- count their weights by hand,
- show, bit for bit, which network moves in whose step, and why the
  code of older tutorials no longer works.

About 20 minutes to read, 15 seconds to run. You need lesson
[00](00_what_is_generative.ipynb), and to know what a dense layer and a
gradient are.
"""

# %% [markdown]
r"""
## The question

The **generator** turns random numbers $z$ into a sample. The
**discriminator** turns a sample into one number: how real it looks. The
generator learns only by what the discriminator says about its samples.
So its gradient must flow *through* the discriminator, and yet the
discriminator must not move.

How do we hold a network still while a gradient passes through it?
"""

# %% [markdown]
"""
## Your prediction

Many tutorials from before 2024 do it like this:

```python
discriminator.compile(optimizer, loss)
discriminator.trainable = False           # freeze it for the line below
combined = keras.Model(z, discriminator(generator(z)))
combined.compile(optimizer, loss)
# then, in turns:
discriminator.train_on_batch(...)
combined.train_on_batch(...)
```

On Keras 3, which networks learn?

- **A.** Both, in turns, as intended.
- **B.** Only the generator.
- **C.** Both, and the discriminator learns in the generator's turn too.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

We use the 8×8 digits that come with scikit-learn, and the smallest
networks that make sense. First the parts.
"""

# %%
import logging
import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] data="digits"
LATENT_DIM = 16  # length of z
WIDTH = 64  # hidden units
BATCH_SIZE = 32
SEED = 1

# %%
digits = kg.load_images("digits")
shape = digits.sample_shape
print("real images:", digits.train.shape)
print("pixels from", digits.train.min(), "to", digits.train.max())

# %%
generator = kg.mlp_generator(
    LATENT_DIM, shape, widths=(WIDTH,), seed=SEED
)
discriminator = kg.mlp_discriminator(
    shape, widths=(WIDTH,), seed=SEED + 1
)

# %% [markdown]
"""
Both are plain Keras models. What goes in, what comes out, and how many
weights lie between:
"""

# %%
for network in (generator, discriminator):
    print(f"{network.name}")
    for layer in network.layers:
        flow = " x ".join(map(str, layer.output.shape[1:]))
        print(f"  {layer.name:<16}{flow:<12}{layer.count_params():>6}")

# %% [markdown]
r"""
A dense layer from $m$ inputs to $n$ outputs has $m \cdot n$ weights and
$n$ biases, together $(m + 1)\,n$. The other layers have none. With 64
pixels:
"""

# %%
pixels = int(np.prod(shape))
by_hand = {
    "generator": (LATENT_DIM + 1) * WIDTH + (WIDTH + 1) * pixels,
    "discriminator": (pixels + 1) * WIDTH + (WIDTH + 1) * 1,
}
for network in (generator, discriminator):
    counted = network.count_params()
    print(
        f"{network.name}: {by_hand[network.name]} by hand, {counted} counted"
    )

# %% tags=["check", "exact"]
assert by_hand["generator"] == generator.count_params()
assert by_hand["discriminator"] == discriminator.count_params()

# %% [markdown]
r"""
Now let something flow. We draw a batch of $z$, generate, and ask the
discriminator. It answers with a **logit**, any real number. The
sigmoid turns it into $D(x)$, the probability of "real".
"""

# %%
rng = np.random.default_rng(SEED)
z = rng.standard_normal((BATCH_SIZE, LATENT_DIM)).astype("float32")
fake = generator.predict(z, verbose=0)
logits = discriminator.predict(fake, verbose=0)
real = digits.train[:BATCH_SIZE]
print("z", z.shape, "-> fake", fake.shape, "-> logits", logits.shape)

# %%
d_fake, d_real = (
    float(
        1 / (1 + np.exp(-discriminator.predict(x[:1], verbose=0)[0, 0]))
    )
    for x in (fake, real)
)

# %% name="flow" alt="Three panels. Left: the {LATENT_DIM} random numbers of one z as bars between about -2 and 2. Middle: the 8 by 8 image that the untrained generator makes of them, grey noise. Right: two bars for the discriminator's answer D(x), {d_fake:.2f} for this fake and {d_real:.2f} for a real digit; neither near 0 or 1, for nothing is trained."
fig, axes = plt.subplots(1, 3, figsize=(9.5, 3.2))
axes[0].bar(np.arange(LATENT_DIM), z[0], color=NEUTRAL)
axes[0].set(title="z", xlabel="component", ylabel="value")
kg.plot_images(fake[:1], ax=axes[1], title="generator(z)")
axes[2].bar(["fake", "real"], [d_fake, d_real], color=[FAKE, REAL])
axes[2].set(ylim=(0, 1), title="D(x)", ylabel="probability of real")
axes[2].axhline(0.5, color=NEUTRAL, linewidth=1)
plt.show()

# %% [markdown]
r"""
The **combined model** puts the two in a row, from $z$ to the logit.
Training it trains the generator only. Nothing is copied: it holds the
same two networks.
"""

# %%
adversarial = kg.AdversarialModel(generator, discriminator)
same = np.allclose(adversarial.predict(z, verbose=0), logits, atol=1e-6)
print("adversarial(z) equals discriminator(generator(z)):", same)

# %% tags=["check", "exact"]
assert same

# %% [markdown]
"""
Now one step of each, under the **audit**. It compares every weight
before and after, bit for bit. Real is 1, fake is 0. In its own step
the generator wants its fakes to be called real, so their label is 1.
"""


# %%
def compiled(model):
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss)
    return model


# %%
images = np.concatenate([real, fake])
labels = np.repeat([[1.0], [0.0]], BATCH_SIZE, axis=0)
ones = np.ones((BATCH_SIZE, 1))


# %%
def audited_turns(combined):
    """One step of each player; what moved in each."""
    parts = {"generator": generator, "discriminator": discriminator}
    with kg.weight_audit(**parts) as d_turn:
        discriminator.train_on_batch(images, labels)
    with kg.weight_audit(**parts) as g_turn:
        combined.train_on_batch(z, ones)
    return d_turn, g_turn


# %%
compiled(discriminator)
d_turn, g_turn = audited_turns(compiled(adversarial))
print("In the discriminator's step:")
print(d_turn)

# %%
print("In the generator's step:")
print(g_turn)

# %% tags=["check", "exact"]
assert d_turn.moved("discriminator")
assert not d_turn.moved("generator")
assert g_turn.moved("generator")
assert not g_turn.moved("discriminator")

# %% [markdown]
"""
That is how it should be. Now the code of the older tutorials, on fresh
networks, with its warnings caught so that we can read them.
"""


# %%
def fresh():
    made = kg.mlp_generator(
        LATENT_DIM, shape, widths=(WIDTH,), seed=SEED
    )
    judge = kg.mlp_discriminator(shape, widths=(WIDTH,), seed=SEED + 1)
    return made, judge


# %%
generator, discriminator = fresh()
compiled(discriminator)
discriminator.trainable = False  # the classic line
entrance = keras.Input((LATENT_DIM,))
combined = keras.Model(entrance, discriminator(generator(entrance)))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    classic = audited_turns(compiled(combined))
said = {str(w.message) for w in caught if "trainable" in str(w.message)}
print("Keras said:", said or "nothing")

# %% [markdown]
"""
And the repair: do not touch the flag, and build the combined model with
`AdversarialModel`. Two lines of the old program change.
"""

# %%
generator, discriminator = fresh()
compiled(discriminator)
combined = kg.AdversarialModel(generator, discriminator)
repaired = audited_turns(compiled(combined))

# %% [markdown]
"""
## What happened
"""


# %%
def largest(audit, network):
    sizes = [
        c.largest_change for c in audit.changes if c.network == network
    ]
    return max(sizes)


# %%
turns = ["discriminator's step", "generator's step"]
programs = {"classic code": classic, "repaired code": repaired}
moves = {
    name: [
        [largest(a, n) for n in ("discriminator", "generator")]
        for a in audits
    ]
    for name, audits in programs.items()
}

# %% tags=["hide-input"] name="moves" alt="Two bar charts of the largest weight change. Classic code: in the discriminator's step no bar at all, neither network moved; in the generator's step the generator moved by {moves['classic code'][1][1]:.4f}. Repaired code: in the discriminator's step only the discriminator moved, by {moves['repaired code'][0][0]:.4f}; in the generator's step only the generator, by {moves['repaired code'][1][1]:.4f}."
fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.6), sharey=True)
for ax, (name, values) in zip(axes, moves.items()):
    values = np.array(values)
    for i, (who, color) in enumerate(
        [("discriminator", DISCRIMINATOR), ("generator", FAKE)]
    ):
        hatch = ["", "//"][i]
        place = np.arange(2) + 0.38 * i - 0.19
        ax.bar(
            place,
            values[:, i],
            0.36,
            color=color,
            hatch=hatch,
            label=who,
        )
    ax.set(title=name, xticks=[0, 1], xticklabels=turns)
axes[0].set_ylabel("largest change of a weight")
axes[1].legend(loc="upper center")
plt.show()

# %% tags=["hide-input"]
still = not classic[0].moved("discriminator")
display(
    Markdown(
        "On this machine the answer is **B**: with the classic code "
        "the generator learns and the discriminator "
        f"{'never moves' if still else 'moves'}. It stays as it was "
        "created, and the generator learns to please a judge that knows "
        "nothing. All that Keras says is: *"
        + (" ".join(said) or "nothing at all")
        + "*"
    )
)

# %% tags=["check", "exact"]
assert not classic[0].moved("discriminator")
assert not classic[0].moved("generator")
assert classic[1].moved("generator")
assert repaired[0].moved("discriminator")
assert not repaired[0].moved("generator")
assert repaired[1].moved("generator")
assert not repaired[1].moved("discriminator")

# %% [markdown]
r"""
## Why

**Why the classic code fails.** `trainable` is a flag on the *layers*,
and both models share them. Keras 2 remembered the flags at `compile`.
Keras 3 reads them when it first builds the training function. By then
the flag was already False, for both models. Nothing was left to train:
"""

# %%
generator, discriminator = fresh()
print(
    "before:",
    len(discriminator.trainable_variables),
    "trainable weights",
)
discriminator.trainable = False
print(
    "after: ",
    len(discriminator.trainable_variables),
    "trainable weights",
)

# %% [markdown]
r"""
**Why the repair works.** `AdversarialModel` never asks for the flag. It
lists the generator's weights as its trainable ones, and the
discriminator's as state that it does not change. The gradient still
flows through. By the chain rule, for one weight $w$ of the generator,

$$ \frac{\partial L}{\partial w}
 = \sum_k \frac{\partial L}{\partial x_k}\,
   \frac{\partial x_k}{\partial w}, $$

where $L$ is the generator's loss, $x_k$ is pixel $k$ of the fake, and
$\partial L / \partial x_k$ is what the discriminator passes back: which
way to change each pixel.

We check it for one weight. A step of plain gradient descent with
learning rate 1 moves a weight by minus its gradient. And the gradient is
also the slope of the loss, which we get by nudging the weight.
"""

# %%
generator, discriminator = fresh()
combined = kg.AdversarialModel(generator, discriminator)
loss = keras.losses.BinaryCrossentropy(from_logits=True)
combined.compile(keras.optimizers.SGD(1.0), loss)
kernel = generator.layers[-3].kernel  # to the pixels


# %%
def loss_with(nudge):
    start = kernel.numpy()
    moved = start.copy()
    moved[3, 20] += nudge
    kernel.assign(moved)
    value = float(loss(ones, combined(z)))
    kernel.assign(start)
    return value


# %%
slope = (loss_with(0.05) - loss_with(-0.05)) / 0.1
before = kernel.numpy()[3, 20]
combined.train_on_batch(z, ones)
gradient = float(before - kernel.numpy()[3, 20])
print(f"slope of the loss:        {slope:.6f}")
print(f"gradient from backprop:   {gradient:.6f}")

# %% tags=["check", "exact"]
assert abs(slope - gradient) < 0.02 * abs(gradient) + 1e-6

# %% [markdown]
"""
## Change one thing

Take the classic code and set `discriminator.trainable = True` right
before each discriminator step, and `False` right before each generator
step. Before you run the audit: who moves now? (This is the smallest
repair of an old program, and it works as long as nobody forgets a
line. Lesson [03](03_training_the_generator.ipynb) shows it.)
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>Why not hide the discriminator from the gradient
altogether, to keep it still?</summary>

Then no gradient would reach the generator either. It learns from what
comes back *through* the discriminator. Still is not the same as absent:
the weights do not move, but they take part in the chain rule.

</details>

<details><summary>The generator's fakes carry the label 1 in its own
step. Is that not a lie?</summary>

It is a wish. The loss is small when the discriminator calls the fakes
real. Nobody shows the discriminator these labels: it does not learn in
this step.

</details>

<details><summary>The classic program's losses change from step to step.
Does that show that both networks learn?</summary>

No. The generator moves, so the loss on its fakes changes although the
discriminator is stuck. Only an audit of the weights, or an untouched
copy to compare with, tells you.

</details>
"""

# %% [markdown]
"""
## Exercise

Write `moved(network, step)`: call `step()` and return `True` if any
weight of the network changed by even one bit. Use it to show that a
discriminator with batch normalization can move in the generator's step
although no optimizer touches it.

Expected: with Keras's own `discriminator(x, training=True)` the moving
statistics move, and `moved` returns `True`. With `AdversarialModel` it
returns `False`. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- A GAN is a generator from $z$ to samples, a discriminator from samples
  to a logit, and a combined model that is the two in a row.
- In the generator's step the gradient flows through the
  discriminator, and only the generator moves.
- On Keras 3 the flag that is meant for the combined model freezes the
  discriminator in its own steps too, unless it is set anew before each
  step. Check who moves; do not believe it.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Section 3 and
  Figure 1: the two networks and their game.
- Keras, *Transfer learning and fine-tuning*, the developer guide on
  [keras.io](https://keras.io/guides/transfer_learning/). What
  `trainable` means, layer by layer.
"""
