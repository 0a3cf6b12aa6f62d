# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Does a GAN with three hidden layers need batch normalisation?

"Add more layers: what happens? At three the network can no longer
train; try batch normalisation." So ends the exercise that lesson
[06a](06a_fully_connected_gans.ipynb) took apart. We do both, and
measure. One of the two answers depends on a word that the advice leaves
out: in which network?

After this lesson you can

- compare depths with all else equal, in a table over seeds,
- say where batch normalisation helped here, and where it did harm,
- show what a discriminator with batch normalisation cannot see.

About 20 minutes to read, a minute and a half to run on two cores. You
need lesson [06a](06a_fully_connected_gans.ipynb).
"""

# %% [markdown]
"""
## The question

The recipe of lesson 06a has one hidden layer of 128 leaky ReLUs in each
network. We give both networks one, two, three and four such layers,
first without batch normalisation and then with it. Everything else
stays as it is: rate, batches, number of steps.

Do three layers fail where one does not? And does batch normalisation
repair it?
"""

# %% [markdown]
"""
## Your prediction

Three hidden layers in both networks, nothing normalised. How far are
the samples from real digits?

- **A.** Nearer to noise than to what one layer reaches.
- **B.** Farther than with one layer in every seed, but nowhere near
  noise.
- **C.** Not farther than with one layer.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
r"""
## The experiment

**Batch normalisation** stands between a linear layer and its
activation. For each unit it takes the values $h$ of the minibatch,
subtracts their mean and divides by their standard deviation, then
applies a learned scale and shift. The data are the 8×8 digits, one half
for training and one for measuring, as in lesson 06a.
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

# %% tags=["settings"] smoke={"EPOCHS": 2, "SEEDS": [1, 2], "DEPTHS": [1, 3]}
EPOCHS = 100
SEEDS = [1, 2, 3]
DEPTHS = [1, 2, 3, 4]
NUM_TRAIN = 900  # 9 batches of 100

# %%
digits = kg.load_images("digits")
images = np.concatenate([digits.train, digits.test])
labels = np.concatenate([digits.train_labels, digits.test_labels])
order = np.random.default_rng(0).permutation(len(images))
first, second = order[:NUM_TRAIN], order[NUM_TRAIN:]
data = kg.Dataset(
    images[first], images[second], labels[first], labels[second]
)

# %%
classifier = kg.load_classifier(data)
half = len(data.test) // 2
reference, others = data.test[:half], data.test[half : 2 * half]


def measure(samples):
    features = map(classifier.features, (reference, samples))
    return kg.frechet_distance(*features)


# %%
noise = np.random.default_rng(0).uniform(-1, 1, reference.shape)
FLOOR, CEILING = measure(others), measure(noise)
print(f"distance of real digits {FLOOR:.2f}, of noise {CEILING:.0f}")

# %% [markdown]
"""
The networks of the recipe, with a depth. Where normalisation stands is
said for each network: nowhere, in the generator, in the discriminator,
or in both.
"""

# %%
PLACES = {
    "nowhere": (False, False),
    "generator": (True, False),
    "discriminator": (False, True),
    "both": (True, True),
}


# %%
def networks(seed, depth, place):
    shape, (in_generator, in_discriminator) = (8, 8, 1), PLACES[place]
    both = {"widths": (128,) * depth, "activation": "leaky_relu_0.01"}
    generator = kg.mlp_generator(
        100,
        shape,
        batch_normalization=in_generator,
        seed=3 * seed,
        **both,
    )
    discriminator = kg.mlp_discriminator(
        shape,
        batch_normalization=in_discriminator,
        seed=3 * seed + 1,
        **both,
    )
    return generator, discriminator


# %%
def adam():
    return keras.optimizers.Adam(2e-3, epsilon=1e-8)


def make_gan(seed, players):
    gan = kg.GAN(
        *players,
        loss=kg.NonSaturating(real_label=0.9),
        latent="uniform",
        share_z=True,
        seed=3 * seed + 2,
    )
    gan.compile(
        generator_optimizer=adam(), discriminator_optimizer=adam()
    )
    return gan


# %%
def train(depth, place):
    """Samples of one setting, an array a seed."""
    found, gan = [], None
    for seed in SEEDS:
        players = networks(seed, depth, place)
        if gan is None:
            gan = make_gan(seed, players)
        gan.restart(*players, seed=3 * seed + 2)
        gan.fit(data.train, batch_size=100, epochs=EPOCHS, verbose=0)
        found.append(gan.sample(half, seed=seed))
    return found


# %% [markdown]
"""
The table has four depths in its rows. Its columns are *nowhere* and
*generator*. The other two places follow for three layers only.
"""

# %%
samples = {
    (place, depth): train(depth, place)
    for place in ("nowhere", "generator")
    for depth in DEPTHS
}

# %%
for place in ("discriminator", "both"):
    samples[place, 3] = train(3, place)

# %%
distance = {
    setting: np.array([measure(each) for each in sets])
    for setting, sets in samples.items()
}
middle = {setting: np.median(d) for setting, d in distance.items()}

# %% tags=["hide-input"]
LOOKS = {
    "nowhere": (kg.FAKE, "x", -0.12),
    "generator": (kg.PENALTY, "o", 0.12),
    "discriminator": (kg.DISCRIMINATOR, "s", 0.0),
    "both": (kg.NEUTRAL, "v", 0.2),
}
by_depth = "; ".join(
    f"{place} {', '.join(f'{middle[place, d]:.1f}' for d in DEPTHS)}"
    for place in ("nowhere", "generator")
)
ratio = middle["nowhere", 3] / middle["nowhere", 1]

# %% name="result" alt="Frechet distance from unseen digits on a logarithmic scale over the number of hidden layers, a mark for each of {len(SEEDS)} seeds. Medians for {len(DEPTHS)} depths, normalised {by_depth}. At three layers also the discriminator normalised, {middle['discriminator', 3]:.0f}, and both, {middle['both', 3]:.0f}. Dotted lines at {FLOOR:.1f} for real digits and {CEILING:.0f} for noise."
fig, ax = plt.subplots(figsize=(7.5, 4.4))
for (place, depth), values in distance.items():
    color, marker, shift = LOOKS[place]
    at = np.full(len(values), depth + shift)
    new = depth == (
        DEPTHS[0] if place in ("nowhere", "generator") else 3
    )
    label = f"normalised: {place}" if new else None
    ax.plot(at, values, marker, color=color, label=label)
    ax.plot(
        at[:1], middle[place, depth], "_", color=color, ms=18, mew=3
    )
ax.axhline(FLOOR, color=kg.REAL, ls=":", label="real digits")
ax.axhline(CEILING, color=kg.NEUTRAL, ls=":", label="noise")
ax.set_xticks(DEPTHS)
ax.set(xlabel="hidden layers in each network", yscale="log")
ax.set(ylabel="Fréchet distance")
ax.set_title(f"Three layers: {ratio:.1f} times the distance of one")
ax.legend(fontsize=9, ncols=2)
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
lines = [
    "| hidden layers | nowhere | generator | discriminator | both |"
]
lines.append("|---|---|---|---|---|")
for depth in DEPTHS:
    cells = [
        f"{middle[place, depth]:.1f} ({distance[place, depth].min():.1f}"
        f" to {distance[place, depth].max():.1f})"
        if (place, depth) in distance
        else "not run"
        for place in PLACES
    ]
    lines.append(f"| {depth} | {' | '.join(cells)} |")
display(
    Markdown(
        f"Fréchet distance, median of {len(SEEDS)} seeds with the "
        f"lowest and the highest; real digits have {FLOOR:.2f}:\n\n"
        + "\n".join(lines)
    )
)

# %% tags=["hide-input"]
one, three = distance["nowhere", 1], distance["nowhere", 3]
gap = np.log(three) - np.log(one.max())
near_noise = np.log(CEILING) - np.log(three)
letter = "C"
if three.min() > one.max():
    letter = "A" if np.median(near_noise) < np.median(gap) else "B"
display(
    Markdown(
        f"The answer is **{letter}**. With three layers the distance is "
        f"{np.median(three):.1f}, with one {np.median(one):.1f}, and "
        f"noise is at {CEILING:.0f}. Normalised in the generator alone, "
        f"three layers come to {middle['generator', 3]:.1f}; in both "
        f"networks, to {middle['both', 3]:.0f}."
    )
)

# %% [markdown] claim="S5"
"""
The ledger has the sentence of the exercise as a claim, in another
setting: two to four times as many steps as the smallest run here, a
slope of 0.2, a smaller rate, layers of 64, and coverage as the measure.
There batch normalisation stands in both networks, as the exercise's
advice is usually read.
"""

# %% tags=["check", "exact"]
import claims

claims.check("S5", "refuted")

# %% name="samples" alt="TODO"
shown = {"real": others}
shown |= {
    f"{place}, {depth} layers": samples[place, depth][0]
    for place, depth in (
        ("nowhere", 1),
        ("nowhere", 3),
        ("generator", 3),
        ("discriminator", 3),
        ("both", 3),
    )
}
fig, ax = plt.subplots(figsize=(7, 4.2))
rows = {name: sets[:10] for name, sets in shown.items()}
kg.plot_image_rows(rows, ax=ax, title="The first ten, first seed")
plt.show()

# %% [markdown]
r"""
## Why

Why is it poison in the discriminator? Its first layer gives $h = Wx$.
With $\mu$ and $s$ the mean and standard deviation of a unit over the
minibatch, what goes on is

$$ \hat h = \frac{h - \mu}{\sqrt{s^2 + \varepsilon}}. $$

Real images and fakes pass in minibatches of their own. Let every fake
be a real image $x$ made flat and covered: $x' = \lambda x + p$, with a
number $\lambda > 0$ and one fixed picture $p$. Then $h' = \lambda h +
Wp$, $\mu' = \lambda \mu + Wp$, $s' = \lambda s$, and but for the small
$\varepsilon$ we get $\hat h' = \hat h$, whatever $W$ is.
"""

# %%
contrast = 0.5
ramp = np.linspace(-0.5, 0.5, 8)
picture = np.add.outer(ramp, ramp)[..., None].astype("float32") / 2
real = data.test[:100]
washed = contrast * real + picture

# %% [markdown]
"""
All its answers are the same, for all weights. We ask three fresh
discriminators with three hidden layers about real digits and about
washed-out ones. The third is normalised in its second and third layer
only.
"""


# %%
def all_but_first(seed, depth=3):
    start = keras.initializers.GlorotUniform
    parts = [keras.Input((8, 8, 1)), keras.layers.Flatten()]
    for i in range(depth):
        parts += [
            keras.layers.Dense(128, kernel_initializer=start(seed + i))
        ]
        if i > 0:
            parts += [keras.layers.BatchNormalization()]
        parts += [keras.layers.LeakyReLU(negative_slope=0.01)]
    last = keras.layers.Dense(1, kernel_initializer=start(seed + depth))
    return keras.Sequential([*parts, last])


# %%
judges = {
    "not normalised": networks(1, 3, "nowhere")[1],
    "normalised": networks(1, 3, "discriminator")[1],
    "all but the first layer": all_but_first(1),
}


# %%
def answers(judge, images):
    logits = judge(images, training=True)
    return keras.ops.convert_to_numpy(logits)[:, 0]


# %%
pairs = {
    name: (answers(judge, real), answers(judge, washed))
    for name, judge in judges.items()
}

# %% tags=["hide-input"]
apart = {
    name: np.abs(a - b).max() / np.std(a)
    for name, (a, b) in pairs.items()
}
alike = ", ".join(f"{name} {v:.3f}" for name, v in apart.items())

# %% name="blind" alt="Top: ten real digits, and the same ten at half the contrast with a grey ramp over them. Below, three scatter plots of a discriminator's answer to the washed-out image over its answer to the real one, for 100 images. Largest difference, in standard deviations of the answers: {alike}. Normalised, all points lie on the diagonal."
fig, axes = plt.subplots(1, 3, figsize=(9, 3.4))
for ax, (name, (a, b)) in zip(axes, pairs.items()):
    ax.plot(a, b, "x", color=kg.DISCRIMINATOR, ms=4)
    ends = [min(a.min(), b.min()), max(a.max(), b.max())]
    ax.plot(ends, ends, ":", color=kg.NEUTRAL)
    ax.set(title=name, xlabel="answer to the real image")
axes[0].set_ylabel("to the washed-out one")
plt.show()

# %% [markdown]
"""
So a generator that draws everything too dark, or with a stain in one
place, pays nothing for it. Nothing pulls it back either. Did that
happen? Here are the mean pictures of the samples. Then we undo the
stain: from all samples we subtract their mean picture and add the mean
of the training images. If the blind spot is the fault, that has to
help.
"""


# %%
def repaired(sets):
    moved = sets - sets.mean(axis=0) + data.train.mean(axis=0)
    return np.clip(moved, -1, 1)


# %% name="means" alt="TODO"
means = {"real": data.train.mean(axis=0)}
means |= {place: samples[place, 3][0].mean(axis=0) for place in PLACES}
fig, axes = plt.subplots(1, 5, figsize=(8, 2))
for ax, (name, picture) in zip(axes, means.items()):
    kg.plot_images(picture[None], ax=ax, title=name)
plt.show()

# %% tags=["hide-input"]
lines = [
    "| normalised | as drawn | mean picture repaired |",
    "|---|---|---|",
]
for place in PLACES:
    after = np.median([measure(repaired(s)) for s in samples[place, 3]])
    lines.append(f"| {place} | {middle[place, 3]:.1f} | {after:.1f} |")
display(Markdown("\n".join(lines)))

# %% [markdown] claim="S5b"
r"""
The ledger puts the place to the test, in the setting of S5 and with five
seeds of its own:
"""

# %% tags=["check", "exact"]
claims.check("S5b")

# %% [markdown]
r"""
Later networks follow a rule that fits: Radford and others normalise all
layers but the generator's output and the discriminator's input layer,
since normalising all made training unstable.

## Change one thing

Train with the third judge: in `networks`, return `all_but_first(seed,
depth)` as the discriminator where `place` is `"both"`. Before you run:
the blind spot is gone, so do three layers come back to where the
unnormalised ones are?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A friend's three-layer GAN fails. Was it the
depth?</summary>

Perhaps. To know, let the same recipe run with one layer, with several
seeds each, and change nothing else. A rate, a missing scaling of the
images or a wrong label fails at every depth.

</details>

<details><summary>The generator is normalised too. Why is it not
blind?</summary>

It looks at no images. Its hidden layers lose their mean and scale, and
the next layer has weights and biases of its own to set them anew. The
discriminator loses what it is asked about: where the whole batch lies.

</details>

<details><summary>Would one batch that mixes real and fake images
help?</summary>

It shows the stain: mean and deviation are then those of both kinds, and
what moves the fakes alone moves them against the real ones. But then
each answer depends on the other kind's images too.

</details>
"""

# %% [markdown]
"""
## Exercise

Write batch normalisation yourself, and the mean answers of a small
discriminator to real and to washed-out digits: once each kind in a
batch of its own, once both in one batch.

Expected: apart, the two means agree to a few thousandths; together,
they differ clearly in all of twenty random networks. The exercise
notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- TODO depth sentence.
- A discriminator that normalises batches of one kind cannot see what
  all fakes have in common, a fixed picture or a lack of contrast.
- Advice such as "try batch normalisation" needs to name the network.
"""

# %% [markdown]
"""
## References

- S. Ioffe and C. Szegedy, *Batch Normalization: Accelerating Deep
  Network Training by Reducing Internal Covariate Shift*, 2015,
  [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). Algorithm 1 is
  the formula above.
- A. Radford, L. Metz and S. Chintala, *Unsupervised Representation
  Learning with Deep Convolutional Generative Adversarial Networks*,
  2015, [arXiv:1511.06434](https://arxiv.org/abs/1511.06434). Section 3:
  which layers are not normalised.
- T. Salimans and others, *Improved Techniques for Training GANs*, 2016,
  [arXiv:1606.03498](https://arxiv.org/abs/1606.03498). Section 3.5: a
  normalisation by a fixed batch, against the dependence within one.
"""
