# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Why do the loss curves not say how good the samples are?

A classifier's loss falls, and the classifier gets better. A GAN prints
two losses, and it is tempting to read them in the same way. Here we
draw both beside a distance from real images, over several seeds.

After this lesson you can

- say what a GAN's losses measure, and what they leave out,
- say where $2 \log 2$ and $\log 2$ come from, and why a GAN that shows
  them may draw badly,
- follow a run by a distance from images it never saw.

About 20 minutes to read, about a minute and a half to run. You need
lesson [05](05_first_gan.ipynb).
"""

# %% [markdown]
"""
## The question

We train one GAN on small pictures of digits, with several seeds, and
stop at many moments. At each one we note three numbers: the loss of the
discriminator, the loss of the generator, and how far the samples are
from real digits.

Suppose you saw the losses only. Could you say which moment has the
better samples? Could you say which run?
"""

# %% [markdown]
"""
## Your prediction

From the first look to the last, the samples get much nearer to the real
digits. What does the generator's own loss do in that time?

- **A.** It falls: the generator minimises it, after all.
- **B.** It stays where it is, within a tenth.
- **C.** It rises.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

The digits are the 1,797 pictures of 8×8 pixels that come with
scikit-learn. One half trains, the other half only measures: a network
that has seen an image is no fair judge of images like it.
"""

# %%
import logging
from itertools import permutations

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from scipy.stats import spearmanr

import keras_gan as kg
from keras_gan import theory

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] data="digits" claims="D3" smoke={"EPOCHS": 4, "EVERY": 1, "SEEDS": [1, 2]}
EPOCHS = 150
EVERY = 10  # epochs between two looks
SEEDS = [1, 2, 3, 4, 5]
NUM_TRAIN = 896  # 14 batches of 64
BATCH_SIZE = 64
WEAK = 8  # units of the weak discriminator

# %%
digits = kg.load_images("digits")
images = np.concatenate([digits.train, digits.test])
labels = np.concatenate([digits.train_labels, digits.test_labels])
order = np.random.default_rng(0).permutation(len(images))
first, second = order[:NUM_TRAIN], order[NUM_TRAIN:]

# %%
data = kg.Dataset(
    images[first], images[second], labels[first], labels[second]
)
print(data)

# %% [markdown]
"""
How far are samples from real digits? Pixels are a poor ruler: a digit
moved by one pixel is far away. So a small classifier reads each picture
into 64 features, and the **Fréchet distance** compares the means and
the covariances of the features of two sets. Lesson
[16b](16b_measuring_samples.ipynb) looks at this number closely. Here we
need only two marks: as many other real digits, and noise. A set can be
worse than noise.
"""

# %%
classifier = kg.load_classifier(data)
half = len(data.test) // 2
reference = classifier.features(data.test[:half])


def distance(samples):
    return kg.metrics.frechet_distance(
        reference, classifier.features(samples)
    )


# %%
shape = data.test[:half].shape
noise = np.random.default_rng(0).uniform(-1, 1, shape)
floor = distance(data.test[half : 2 * half])
ceiling = distance(noise)
print(f"right on {classifier.accuracy:.1%} of unseen digits")
print(f"distance of real digits {floor:.1f}, of noise {ceiling:.0f}")

# %% [markdown]
"""
The GAN: $z$ of length 32, two hidden layers of 256 units in both
networks, the non-saturating loss, two Adams with rate 0.0002. At each
look we draw samples and measure their distance. The losses are means
over the epochs since the look before.
"""


# %%
def networks(seed, widths):
    shape, wide = data.sample_shape, (256, 256)
    leaky = "leaky_relu_0.2"
    return (
        kg.mlp_generator(
            32, shape, widths=wide, activation=leaky, seed=3 * seed
        ),
        kg.mlp_discriminator(shape, widths=widths, seed=3 * seed + 1),
    )


# %%
def train(gan, seed, widths):
    """Begins anew with other weights; keeps a copy of the judge."""
    generator, judge = networks(seed, widths)
    gan.restart(generator, judge, seed=3 * seed + 2)
    watch = kg.Watch(every=EVERY, num_samples=half)
    run = gan.fit(
        data.train,
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        verbose=0,
        callbacks=[watch],
    )
    judge.set_weights(gan.discriminator.get_weights())
    found = {
        key: np.reshape(run.history[key], (-1, EVERY)).mean(axis=1)
        for key in ("d_loss", "g_loss")
    }
    distances = [distance(s) for s in watch.samples[1:]]
    found["distance"] = np.array(distances)
    return {"judge": judge, "final": gan.sample(half, seed=0), **found}


# %%
def train_all(seeds, widths=(256, 256)):
    gan = kg.GAN(*networks(0, widths), seed=0)
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5),
    )
    return [train(gan, seed, widths) for seed in seeds]


# %%
def middle(key):
    return np.median([run[key] for run in runs], axis=0)


runs = train_all(SEEDS)
steps = np.arange(EVERY, EPOCHS + 1, EVERY) * NUM_TRAIN // BATCH_SIZE


# %% name="result" alt="Two panels over {steps[-1]} training steps, {len(SEEDS)} seeds each. Left, the losses: the discriminator's goes from {middle('d_loss')[0]:.2f} to {middle('d_loss')[-1]:.2f}, the generator's, dashed, from {middle('g_loss')[0]:.2f} to {middle('g_loss')[-1]:.2f}; dotted lines mark 1.39 and 0.69. Right, on a logarithmic scale, the distance of the samples from real digits: it falls from {middle('distance')[0]:.1f} to {middle('distance')[-1]:.1f}; noise is at {ceiling:.0f}, real digits are at {floor:.2f}."
def draw(key, ax, **look):
    kg.plot_seeds(steps, [run[key] for run in runs], ax=ax, **look)


fake = {"color": FAKE, "linestyle": "--"}
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4))
draw("d_loss", left, label="discriminator")
draw("g_loss", left, label="generator", **fake)
for value in (np.log(2), 2 * np.log(2)):
    left.axhline(value, color=NEUTRAL, ls=":", lw=1)
left.set(xlabel="step", ylabel="loss, nats", title="The losses")
draw("distance", right, label="samples", **fake)
right.axhline(floor, color=REAL)
right.annotate("real digits", (steps[0], floor), va="bottom")
right.set(xlabel="step", ylabel="Fréchet distance", yscale="log")
right.set_title("What the losses do not show")
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
g_first, g_last = middle("g_loss")[[0, -1]]
far, near = middle("distance")[[0, -1]]
change = g_last / g_first
answer = "A" if change < 0.9 else "B" if change <= 1.1 else "C"
display(
    Markdown(
        f"The answer is **{answer}**. In the median of {len(SEEDS)} "
        f"seeds the distance falls from {far:.1f} to {near:.1f}, to "
        f"{near / far:.0%} of what it was. In the same time the loss of "
        f"the generator goes from {g_first:.2f} to {g_last:.2f}."
    )
)

# %% tags=["check"]
assert answer == "C", change

# %% [markdown]
r"""
Do the losses order the moments of a run? The **rank correlation** (of
Spearman) says how well two lists agree in their order: 1 for the same
order, 0 for none, -1 for the opposite one. If a loss told the quality,
a lower loss would go with a smaller distance at every look, and the
number would be near 1.

And the runs? At the last look each seed has one loss and one distance.
Are the runs with the smaller loss those with the nearer samples?
"""


# %%
LOSSES = ("g_loss", "d_loss")
moments = {
    key: [spearmanr(run[key], run["distance"])[0] for run in runs]
    for key in LOSSES
}

# %%
ends = {
    key: [run[key][-1] for run in runs] for key in (*LOSSES, "distance")
}
at_end = {
    key: spearmanr(ends[key], ends["distance"])[0] for key in LOSSES
}

# %% tags=["hide-input"]
rows = [
    "| loss of | moments of one run, each seed | runs at the end "
    "| by chance |",
    "|---|---|---|---|",
]
for key, name in zip(LOSSES, ("generator", "discriminator")):
    each = ", ".join(f"{value:.2f}" for value in moments[key])
    others = [
        spearmanr(shuffled, ends["distance"])[0]
        for shuffled in permutations(ends[key])
    ]
    chance = np.mean(np.abs(others) >= abs(at_end[key]) - 1e-9)
    rows.append(
        f"| the {name} | {each} | {at_end[key]:.2f} | {chance:.0%} |"
    )
display(
    Markdown(
        "Rank correlation of a loss with the distance. The last column "
        "says how often shuffled runs give as large a number:\n\n"
        + "\n".join(rows)
    )
)

# %% tags=["check"]
assert max(moments["g_loss"]) < -0.5, moments
assert min(moments["d_loss"]) > 0, moments

# %% [markdown]
"""
Within a run the order is clear, and for the generator it is the wrong
way round: of two moments, the one with the lower loss has mostly the
worse samples. The discriminator's loss goes with the distance, against
the theory too: a low one should mean fakes that are easy to tell. Both
losses seem to follow the time more than the quality.

Between runs that differ by their seed alone the order may be chance. A
harder test changes one thing on purpose. We replace the discriminator
by a weak one: one hidden layer with few units. The generator stays the
same.
"""

# %%
weak = train_all(SEEDS[:3], widths=(WEAK,))

# %% name="weak" alt="Scatter plot of the last look of each run: loss of the generator across, distance of the samples upwards. Crosses for the strong discriminator lie at losses of {min(r['g_loss'][-1] for r in runs):.2f} to {max(r['g_loss'][-1] for r in runs):.2f} and distances of {min(r['distance'][-1] for r in runs):.1f} to {max(r['distance'][-1] for r in runs):.1f}, circles for the weak one at losses of {min(r['g_loss'][-1] for r in weak):.2f} to {max(r['g_loss'][-1] for r in weak):.2f} and distances of {min(r['distance'][-1] for r in weak):.1f} to {max(r['distance'][-1] for r in weak):.1f}. A dotted line marks the loss 0.69."
fig, ax = plt.subplots(figsize=(6.4, 3.8))
groups = {
    "strong discriminator": (runs, FAKE, "x"),
    "weak discriminator": (weak, PENALTY, "o"),
}
for name, (group, color, marker) in groups.items():
    ends = [(run["g_loss"][-1], run["distance"][-1]) for run in group]
    ax.plot(*zip(*ends), marker, color=color, label=name)
ax.axvline(np.log(2), color=NEUTRAL, ls=":", lw=1)
ax.set(xlabel="loss of the generator, nats", ylabel="Fréchet distance")
ax.set(yscale="log", title="The better loss has the worse samples")
ax.legend()
plt.show()

# %% tags=["hide-input"]
both = {"strong": runs, "weak": weak}
rows = [
    "| discriminator | D loss | G loss | distance |",
    "|---|---|---|---|",
]
for name, group in both.items():
    cells = [
        f"{np.median([run[key][-1] for run in group]):.2f}"
        for key in ("d_loss", "g_loss", "distance")
    ]
    rows.append(f"| {name} | " + " | ".join(cells) + " |")
balance = f"{2 * np.log(2):.4f} and {np.log(2):.4f}"
display(
    Markdown(
        "Medians at the last look:\n\n" + "\n".join(rows) + "\n\nThe "
        "losses of the weak pair are nearer to the famous values of the "
        f"equilibrium, {balance}. Its samples are worse."
    )
)

# %% tags=["check"]
for run in weak:
    for other in runs:
        assert run["g_loss"][-1] < other["g_loss"][-1]
        assert run["distance"][-1] > other["distance"][-1]
for key, famous in (("d_loss", 2 * np.log(2)), ("g_loss", np.log(2))):
    off = [
        abs(np.median([run[key][-1] for run in group]) - famous)
        for group in (weak, runs)
    ]
    assert off[0] < off[1], (key, off)

# %% [markdown]
"""
A loss depends on the judge. To see it bare, we let every discriminator
of the strong runs judge the final samples of every generator. The
samples of a row do not change; the loss does.
"""


# %%
def loss_before(judge, samples):
    logits = judge.predict(samples, verbose=0)
    return float(kg.NonSaturating().generator_loss(logits))


final = [run["final"] for run in runs]
judges = [run["judge"] for run in runs]
swapped = np.array(
    [[loss_before(judge, s) for judge in judges] for s in final]
)

# %% tags=["hide-input"]
rows = [
    "| samples of seed | "
    + " | ".join(f"judge {seed}" for seed in SEEDS)
    + " |",
    "|---" * (len(SEEDS) + 1) + "|",
]
for seed, line in zip(SEEDS, swapped):
    cells = " | ".join(f"{value:.2f}" for value in line)
    rows.append(f"| {seed} | {cells} |")
spread = (swapped.max(axis=1) - swapped.min(axis=1)).min()
display(
    Markdown(
        "The generator's loss, same samples in a row:\n\n"
        + "\n".join(rows)
        + f"\n\nIn every row it varies by {spread:.2f} or more."
    )
)

# %% [markdown]
r"""
## Why

With a logit $\ell(x)$, and $\sigma(\ell)$ the probability "real", the
loss of the discriminator is

$$ L_D = \mathbb E_p[-\log \sigma(\ell)] +
         \mathbb E_q[-\log(1 - \sigma(\ell))], \qquad
   L_G = \mathbb E_q[-\log \sigma(\ell)], $$

with $p$ the real and $q$ the generated distribution. A discriminator
that knows nothing has $\ell = 0$ everywhere and answers 1/2. Each mean
is then $-\log \tfrac12 = \log 2$, whatever $p$ and $q$ are.
"""

# %%
nothing = np.zeros((100, 1))
terms = kg.NonSaturating().discriminator_terms(nothing, nothing)
d_blind = float(sum(terms))
g_blind = float(kg.NonSaturating().generator_loss(nothing))
print(f"D: {d_blind:.5f}  2 log 2 = {2 * np.log(2):.5f}")
print(f"G: {g_blind:.5f}    log 2 = {np.log(2):.5f}")

# %% tags=["check", "exact"]
assert abs(d_blind - 2 * np.log(2)) < 1e-6
assert abs(g_blind - np.log(2)) < 1e-6

# %% [markdown]
r"""
At the equilibrium the fakes are perfect, no discriminator can know
anything, and these are the losses. The reverse is not true. Here are
discriminators fresh from the builder, between real digits and noise:
"""

# %%
fresh = [kg.mlp_discriminator(data.sample_shape, seed=s) for s in SEEDS]
for judge in fresh:
    real = judge.predict(data.test[:half], verbose=0)
    fake = judge.predict(noise, verbose=0)
    terms = kg.NonSaturating().discriminator_terms(real, fake)
    print(f"D loss on pure noise: {float(sum(terms)):.2f}")

# %% [markdown]
r"""
The *best* discriminator would tell more. Its loss is
$2 \log 2 - 2\,\mathrm{JSD}(p, q)$: the Jensen-Shannon divergence (JSD)
is 0 for perfect fakes and at most $\log 2$. Any other discriminator has
a larger loss. So this is the least that $L_D$ can be, and the loss of a
trained network may lie anywhere above it.

Two bells of width 1 at distance $d$ show it exactly. The best logit is
$\ell^*$ (lesson [8a](08a_vanishing_gradients_exactly.ipynb)); we take
$s\,\ell^*$, with a strength $s$: 0 knows nothing, 1 is the best.
"""

# %%
grid = np.linspace(-12, 18, 6_001)


def bell(mean):
    masses = np.exp(-((grid - mean) ** 2) / 2)
    return masses / masses.sum()


# %%
def losses(strength, d):
    p, q = bell(0), bell(d)
    logits = strength * theory.TwoGaussians(d).logits(grid)
    d_loss = -theory.value_of_game(logits, p, q)
    return d_loss, float(q @ np.logaddexp(0, -logits))


# %% name="strength" alt="Two panels over the strength of the discriminator from 0 to 3, for fakes at distances 1, 2 and 3. Left, the discriminator's loss: all curves start at 1.39 for strength 0, have their minimum at strength 1, marked by dots, at {losses(1, 1)[0]:.2f}, {losses(1, 2)[0]:.2f} and {losses(1, 3)[0]:.2f}, and rise again. Right, the generator's loss: all curves start at 0.69 and cross a wide range; at strength 3 they reach {losses(3, 1)[1]:.1f}, {losses(3, 2)[1]:.1f} and {losses(3, 3)[1]:.1f}."
strengths = np.linspace(0, 3, 61)
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6))
for d, style in ((1, ":"), (2, "--"), (3, "-")):
    pairs = np.array([losses(s, d) for s in strengths])
    axes[0].plot(strengths, pairs[:, 0], style, color=DISCRIMINATOR)
    axes[0].plot(1, losses(1, d)[0], "o", color=DISCRIMINATOR)
    label = f"fakes at distance {d}"
    axes[1].plot(strengths, pairs[:, 1], style, color=FAKE, label=label)
axes[0].set(title="Discriminator", ylabel="loss, nats")
axes[1].set(title="Generator", ylim=(0, 8))
for ax in axes:
    ax.set_xlabel("strength s of the discriminator")
axes[1].legend()
plt.show()

# %%
for d in (1, 2, 3):
    bound = 2 * np.log(2) - 2 * theory.TwoGaussians(d).js_divergence
    print(
        f"distance {d}: least {losses(1, d)[0]:.5f}, formula {bound:.5f}"
    )
better, worse = losses(2, 1)[1], losses(0.2, 3)[1]
print(f"G loss, near fakes, sure judge: {better:.2f}")
print(f"G loss, far fakes, weak judge:  {worse:.2f}")

# %% tags=["check", "exact"]
for d in (1, 2, 3):
    bound = 2 * np.log(2) - 2 * theory.TwoGaussians(d).js_divergence
    assert abs(losses(1, d)[0] - bound) < 1e-6
    assert abs(losses(0, d)[0] - 2 * np.log(2)) < 1e-9
    assert losses(0.9, d)[0] > bound < losses(1.1, d)[0]
assert worse < better

# %% [markdown] claim="D3"
"""
So a loss mixes two things, how good the fakes are and how good the
judge is. During training both change. What the curves do tell: whether
a number is no longer finite, whether one player has won (a
discriminator's loss of 0), whether the game still moves. How good the
samples are needs a judge who stands still.

Two different games cannot be compared by their losses at all; a
distance can. A large study found the non-saturating game ahead of the
minimax game. On these digits, with one setting for both, the order is
the reverse, in the median and in eight of ten seeds.
"""

# %% tags=["check"]
import claims

claims.check("D3", "refuted")

# %% [markdown]
"""
## Change one thing

Set `WEAK = 64` and run again. Before you run: where will the circles
lie in the scatter plot, at which loss and at which distance? Then set
`WEAK = 2`.
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>Your GAN's discriminator has settled at 1.386, which
is 2 log 2. Is the GAN done?</summary>

It may be. A discriminator that is too small, that has just started, or
that stopped learning shows the same number. So does one that tells real
and fake apart and is too sure: in the last figure the fakes at distance
1, at a strength of about 2.4.

</details>

<details><summary>The generator's loss has been rising for an hour.
Should you stop?</summary>

Not for that reason. It rises when the discriminator improves faster
than the generator, and the samples may improve all the while. Measure
samples at some looks, and stop when the distance has stopped falling.

</details>

<details><summary>Two runs end with generator losses 1.1 and 1.9. Which
one do you keep?</summary>

The losses do not say. Each was measured by another discriminator.
Measure both sets of samples with the same ruler, and with as many
samples.

</details>

<details><summary>Is the Fréchet distance beyond doubt, then?</summary>

No. It depends on the features, on the number of samples, and it is
blind to some faults. But it stands still while the GAN trains, so two
of its values can be compared. Its faults are the subject of 16b.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `losses(strength, d)` yourself, by sums over a grid and from
logits. Then find the strength at which fakes at distance 1 get the same
generator's loss as fakes at distance 3 get at strength 0.2.

Expected: at strength 0 both losses are $2 \log 2$ and $\log 2$ at every
distance. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- A GAN's losses say how the game between these two networks stands, and
  the judge changes at every step.
- A discriminator that knows nothing shows the losses of the
  equilibrium, whatever the samples are.
- To compare moments, runs or games, measure samples with a ruler that
  stands still.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Section 4.1: the
  best discriminator and the value at the equilibrium.
- M. Heusel and others, *GANs Trained by a Two Time-Scale Update Rule
  Converge to a Local Nash Equilibrium*, 2017,
  [arXiv:1706.08500](https://arxiv.org/abs/1706.08500). The Fréchet
  distance of features.
- M. Lucic and others, *Are GANs Created Equal? A Large-Scale Study*,
  2018, [arXiv:1711.10337](https://arxiv.org/abs/1711.10337). Games
  compared by a distance, over many settings and seeds.
"""
