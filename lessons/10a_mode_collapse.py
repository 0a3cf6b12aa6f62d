# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# When does a generator lose modes?

A generator that draws one perfect sample again and again has learned
something, and lost nearly everything. This is **mode collapse**. It is
often told as a fact about the loss. Here one and the same loss
collapses in one setting and not in another.

After this lesson you can

- measure collapse with three numbers, each beside its best possible
  value,
- say what collapse depended on in one case, and what it did not,
- doubt a table in which "GAN" is a row without a recipe.

About 20 minutes to read, a minute and a half to run on two cores. You
need lessons [02](02_training_the_discriminator.ipynb) and
[05](05_first_gan.ipynb).
"""

# %% [markdown]
r"""
## The question

The data are eight small bells on a circle, the ring. Our first setting
loses modes: $z$ has 64 numbers, and the discriminator learns at a tenth
of the generator's rate. We change it in two steps. First the
discriminator learns as fast as the generator. Then, in addition, $z$
gets as short as the data are, two numbers.

The loss stays what it is, and so do the networks' hidden layers. Does
the generator still lose modes?
"""

# %% [markdown]
"""
## Your prediction

The first step alone: the discriminator's learning rate becomes ten
times as large, so that it is harsher with the fakes. What happens to
the number of modes that the generator covers?

- **A.** It falls: a discriminator that is too harsh is what makes
  generators collapse.
- **B.** It stays: few modes are what this loss gives.
- **C.** It rises, on average over several looks.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

First the data and the numbers by which we judge, then the three
settings. The first of them is called RING64 in this course. The letter
D stands for the discriminator.
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

# %% tags=["settings"] claims="A2 A3 A5 S8" smoke={"STEPS": 20, "SEEDS": [1]}
STEPS = 750  # between two looks
LOOKS = 4
SEEDS = [1, 2, 3]
RATE = 1e-3  # the generator's
FIT = {"batch_size": 128, "verbose": 0}
NETWORK = {"activation": "leaky_relu_0.2", "initializer": "he_normal"}
SETTINGS = {  # length of z, rate of the discriminator
    "z 64, slow D": (64, 1e-4),
    "z 64, equal": (64, 1e-3),
    "z 2, equal": (2, 1e-3),
}

# %%
data = kg.ring(num_train=FIT["batch_size"] * STEPS)
print(f"{len(data.modes)} modes, standard deviation {data.std}")
print(kg.mode_report(data.test, data))

# %% [markdown]
r"""
The last line holds the three numbers, of true samples:

- **modes**: how many have a sample within three standard deviations.
  One sample is enough, so the count alone says little;
- **high quality**: the share of samples that lie so near a mode. In
  brackets what true samples get on average. More than that means modes
  that are too narrow;
- **KL**: how far the shares of the modes are from one eighth each, where
  a sample counts for its nearest mode, however far off. In
  brackets what as many true samples get on average, and what a single
  mode gets, $\log 8$.
"""


# %%
def networks(latent_dim, seed):
    return (
        kg.mlp_generator(latent_dim, (2,), seed=3 * seed, **NETWORK),
        kg.mlp_discriminator((2,), seed=3 * seed + 1, **NETWORK),
    )


# %%
def make_gan(latent_dim, rate):
    gan = kg.GAN(*networks(latent_dim, 0))
    adams = [keras.optimizers.Adam(r, beta_1=0.5) for r in (RATE, rate)]
    gan.compile(
        generator_optimizer=adams[0], discriminator_optimizer=adams[1]
    )
    return gan


# %%
def train(gan, seed):
    """Samples and scores at every look, and both trained networks."""
    watch = kg.Watch(data, num_samples=2_500)
    players = networks(gan.latent_dim, seed)
    gan.restart(*players, seed=3 * seed + 2)
    gan.fit(data.train, epochs=LOOKS, callbacks=[watch], **FIT)
    for player, trained in zip(
        players, (gan.generator, gan.discriminator)
    ):
        player.set_weights(trained.get_weights())
    return watch, players


# %% [markdown]
"""
The loss is the default, the non-saturating one, in all settings. The
next cell trains nine times and takes most of the time: each setting is
compiled once, and `restart` begins anew with every seed. After it come
the first 400 samples of the first seed at four looks, from the same $z$
each time.
"""

# %%
runs, trained = {}, {}
for name, setting in SETTINGS.items():
    gan = make_gan(*setting)
    found = [train(gan, seed) for seed in SEEDS]
    runs[name], trained[name] = zip(*found)

# %% name="looks" alt="Eight panels with the ring's eight modes as green circles and 400 purple samples, after {STEPS}, {2 * STEPS}, {3 * STEPS} and {4 * STEPS} steps. Top row, z of 64 and a slow discriminator: the samples form blots and streaks that lie elsewhere at each look and cover {', '.join(str(m['modes']) for m in runs['z 64, slow D'][0].metrics[1:])} modes. Bottom row, z of 2 and equal rates: they cover {', '.join(str(m['modes']) for m in runs['z 2, equal'][0].metrics[1:])} modes."
fig, axes = plt.subplots(
    2, 4, figsize=(9.5, 5), sharex=True, sharey=True
)
for row, name in zip(axes, ("z 64, slow D", "z 2, equal")):
    row[0].set(ylabel=name, xlim=(-1.8, 1.8), ylim=(-1.8, 1.8))
    for look, ax in enumerate(row, 1):
        samples = runs[name][0].samples[look][:400]
        ax.plot(*data.modes.T, "o", color=REAL, mfc="none", ms=9)
        ax.plot(*samples.T, "x", color=FAKE, ms=3, mew=0.6)
        ax.set(aspect="equal", title=f"{look * STEPS} steps")
plt.show()

# %%
best = kg.mode_report(data.test, data)
LINES = {  # what true samples get; of the KL also a single mode
    "modes": [best.num_modes],
    "high_quality": [best.high_quality_ceiling],
    "kl": [best.kl_floor, best.kl_collapsed],
}


# %%
def span(name, score):
    """Smallest and largest score at the end, over the seeds."""
    values = [watch.metrics[-1][score] for watch in runs[name]]
    return f"{min(values):.3g} to {max(values):.3g}"


# %% name="result" alt="Three panels with a cross a seed for the three settings, at the end. Modes: with z of 64 and a slow discriminator {span('z 64, slow D', 'modes')}, with z of 64 and equal rates {span('z 64, equal', 'modes')}, with z of 2 and equal rates {span('z 2, equal', 'modes')}. Share of high quality: {span('z 64, slow D', 'high_quality')}, {span('z 64, equal', 'high_quality')} and {span('z 2, equal', 'high_quality')}; the dotted line of true samples is at {best.high_quality_ceiling:.3f}. KL: {span('z 64, slow D', 'kl')}, {span('z 64, equal', 'kl')} and {span('z 2, equal', 'kl')}, between the dotted lines of true samples at {best.kl_floor:.4f} and of a single mode at {best.kl_collapsed:.2f}."
fig, axes = plt.subplots(1, 3, figsize=(9.8, 3.9))
for ax, (score, lines) in zip(axes, LINES.items()):
    for name, group in runs.items():
        values = [watch.metrics[-1][score] for watch in group]
        ax.plot([name] * len(values), values, "x", color=FAKE, ms=8)
    for line in lines:
        ax.axhline(line, color=NEUTRAL, ls=":")
    ax.tick_params("x", rotation=40)
    ax.set_ylabel(score.replace("_", " "))
axes[0].set(ylim=(0, 8.5), title="The same loss, three outcomes")
axes[2].set(yscale="log", ylabel="KL, nats")
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
rows = [
    "| setting | modes, mean of the looks | modes | high quality | KL |",
    "|---|---|---|---|---|",
]
for name, group in runs.items():
    mean = np.mean([[m["modes"] for m in w.metrics[1:]] for w in group])
    rows.append(
        f"| {name} | {mean:.1f} | {span(name, 'modes')} | "
        f"{span(name, 'high_quality')} | {span(name, 'kl')} |"
    )
rows.append(
    f"| true samples | {best.num_modes} | {best.num_modes} | "
    f"{best.high_quality_ceiling:.3f} | {best.kl_floor:.4f} |"
)
note = f"After {LOOKS * STEPS:,} steps, over {len(SEEDS)} seeds"
display(Markdown(f"The answer is **C**. {note}:\n\n" + "\n".join(rows)))

# %% tags=["check"]
modes = {
    name: [[m["modes"] for m in w.metrics[1:]] for w in group]
    for name, group in runs.items()
}
means = {name: np.mean(each, axis=1) for name, each in modes.items()}
assert all(means["z 64, slow D"] <= 5), modes
assert all(means["z 64, equal"] > means["z 64, slow D"]), modes
assert all(means["z 2, equal"] >= 6), modes
for slow, easy in zip(runs["z 64, slow D"], runs["z 2, equal"]):
    assert easy.metrics[-1]["kl"] < slow.metrics[-1]["kl"] / 3

# %% [markdown]
"""
So it is not the loss: it is the setting. With a faster discriminator
the samples cover more modes on average over the looks, in every seed,
though a seed can lose them again. With a short $z$ most modes are
there, and their shares are far nearer to the true ones.

How does a generator behave that has few modes? Does it keep them? We
look which modes it holds at each look, and how many of its samples lie
there.
"""


# %%
def mode_shares(samples):
    """Share of all samples near each of the modes."""
    return [
        kg.metrics.high_quality_share(samples, [mode], data.std)
        for mode in data.modes
    ]


# %%
hopping = [
    np.array([mode_shares(samples) for samples in watch.samples[1:]])
    for watch in runs["z 64, slow D"]
]
moved = [(x[1:] > 0) != (x[:-1] > 0) for x in hopping]  # look to look
changes = [int(each.any(axis=1).sum()) for each in moved]
print(f"another set than at the look before: {changes} times of 3")

# %% name="hopping" alt="A panel a seed. Columns are the four looks, rows the eight modes; a disc shows the share of the samples that lie near a mode. In most columns a few rows have a disc, in some none; some discs stay for a few columns, others come and go. The set of rows changes {', '.join(map(str, changes))} times of 3, in {len(SEEDS)} seeds."
fig, axes = plt.subplots(
    1, len(SEEDS), figsize=(9, 3.4), sharey=True, squeeze=False
)
for ax, looks, seed in zip(axes[0], hopping, SEEDS):
    look, mode = np.nonzero(looks)
    sizes = 30 + 4_000 * looks[look, mode]
    ax.scatter((look + 1) * STEPS, mode, s=sizes, color=FAKE)
    ax.set(title=f"seed {seed}", xlabel="step", ylim=(-0.7, 7.7))
    ax.set_xlim(0, (LOOKS + 1) * STEPS)
axes[0][0].set_ylabel("mode")
plt.show()

# %% tags=["check"]
assert sum(changes) >= 2 * len(SEEDS), changes

# %% [markdown] claim="A5"
"""
The samples **wander**: other modes are touched at nearly every look,
some are kept, some gained, and between looks the blot may lie at no
mode at all. A count depends on the moment at which we look. The ledger
counted such changes, gains included, over ten seeds, with the networks
and rates of RING64 and longer runs:
"""

# %% [markdown] claim="A3"
"""
Three seeds and so few steps say little about the easy setting. The
ledger ran it, with $z$ of two numbers and equal rates, over ten seeds
and nearly three times as long, as a control:
"""

# %% [markdown] claim="A2"
"""
Would RING64 do better with twice the samples a step? Some cures of the
next lesson show the discriminator more samples, so this has to be
known. The ledger expected that it still loses modes in nearly all
seeds. That is refuted: most seeds do, but fewer than it had asked for,
and in some of them all eight modes are there at the end. A cure has to
be compared with a GAN that sees as many samples.
"""

# %% [markdown]
"""
### Is the discriminator stuck?

One explanation says that in a collapse the discriminator is stuck in a
local minimum, and cannot find out what is wrong. That can be tested:
stop the generator, and go on training the discriminator alone.
"""


# %%
def discriminator_loss(gan):
    fake = gan.sample(2_500, seed=1)
    logits = [gan.discriminator(x) for x in (data.test, fake)]
    return float(sum(gan.options.loss.discriminator_terms(*logits)))


# %%
gan = kg.GAN(*networks(64, 0))
gan.compile(
    generator_optimizer=keras.optimizers.SGD(0.0),  # stands still
    discriminator_optimizer=keras.optimizers.Adam(1e-4, beta_1=0.5),
)
alone = []
for players, seed in zip(trained["z 64, slow D"], SEEDS):
    gan.restart(*players, seed=seed)
    before = discriminator_loss(gan)
    gan.fit(data.train, **FIT)
    alone.append((before, discriminator_loss(gan)))
for before, after in alone:
    print(f"discriminator's loss: {before:.2f}, then {after:.2f}")

# %% tags=["check"]
assert all(after < before - 0.2 for before, after in alone), alone

# %% [markdown]
"""
It is not stuck. As soon as the generator stands still, the same
discriminator with the same learning rate finds it out. In training the
samples do not wait for it.

### Is the discriminator too harsh?

Another explanation says that collapse comes from a discriminator that
is too harsh. Then a discriminator that learns faster should leave fewer
modes. On this page it did the opposite.
"""

# %% [markdown] claim="S8"
"""
The ledger put the saying to the test in ten seeds: RING64 as it is, and
with ten times the discriminator's learning rate. It would hold if there
were fewer modes then:
"""

# %% [markdown]
"""
The faster discriminator is harsher in its answers too: those on real
and on fake samples lie farther apart in all ten seeds. Still, the modes
do not all come back, and the KL is larger with it in three of the ten.
And a penalty that asks the discriminator to be
flat, the opposite of harsh one would think, keeps the samples spread as
well, as the next lesson shows. "Harsh" names no number to turn.

### Which GAN?

Papers compare their cure with a row called GAN. Two of them used the
same ring and the same grid of 25 modes, by name, and counted in the
same way.
"""

# %% tags=["hide-input"]
PUBLISHED = [  # mean modes of the plain GAN: ring of 8, grid of 25
    ("Srivastava and others 2017, table 1", "1", "3.3"),
    ("Lin and others 2018, table 1", "6.3 ± 0.5", "17.3 ± 0.8"),
]
rows = ["| the row GAN | ring, of 8 | grid, of 25 |", "|---|---|---|"]
rows += [f"| {' | '.join(row)} |" for row in PUBLISHED]
for name in ("z 64, slow D", "z 2, equal"):
    rows.append(f"| this page, {name} | {span(name, 'modes')} | |")
note = "Means of 5 runs, and of 10 with their standard error."
display(Markdown("\n".join(rows) + f"\n\n{note}"))

# %% [markdown]
r"""
The two rows of one name differ by more than most of the cures in these
two tables gain: networks, rates and steps differ. A cure can be compared
with the baseline of its own paper only.

## Why

Let the discriminator $D$ stand still. What is best for the generator,
whose samples $x$ have the distribution $q$?

$$ \min_q \; \mathbb E_{x \sim q}\bigl[-\log D(x)\bigr]
   = -\log \max_x D(x), $$

since a mean is never below its smallest entry: all samples on the one
place where $D$ is largest. On a discriminator of the third setting,
over a grid of places, and with random $q$:
"""

# %%
ticks = np.linspace(-1.5, 1.5, 31)
places = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
judge = trained["z 2, equal"][0][1]
logits = np.ravel(judge(places.astype("float32"))).astype("float64")
losses = np.logaddexp(0, -logits)  # -log D at every place

# %%
rng = np.random.default_rng(0)
random_q = rng.dirichlet(np.full(len(places), 0.01), 2_000)
bound = -np.log((1 / (1 + np.exp(-logits))).max())
print(f"-log max D         {bound:.4f}")
print(f"all on one place   {losses.min():.4f}")
print(f"best of 2,000 q    {(random_q @ losses).min():.4f}")

# %% tags=["check", "exact"]
assert abs(bound - losses.min()) < 1e-9
assert (random_q @ losses).min() > losses.min()

# %% [markdown]
r"""
Collapse is what the loss asks for, at every single moment. So all
depends on how far the generator gets before the discriminator answers.
A game without networks shows it. The generator has a probability for
each of eight modes. In a round it moves a share $s$ of it to the mode
that looks most real. Then the discriminator, a logit a mode, takes one
step up its own objective.
"""


# %%
def play(s, rate=10.0, rounds=400):
    """The generator's probabilities in every round."""
    logits, q, history = np.zeros(8), np.eye(8)[0], []
    for _ in range(rounds):
        q = (1 - s) * q + s * np.eye(8)[np.argmax(logits)]
        answer = 1 / (1 + np.exp(-logits))
        logits = logits + rate * ((1 - answer) / 8 - q * answer)
        history.append(q)
    return np.array(history)


# %% name="game" alt="Three panels, the first 24 rounds of the game; rows are the eight modes and discs their probabilities. With s = 1 a single disc climbs through all modes in turn. With s = 0.5 the newest mode has half of the probability and the older ones less and less. With s = 0.1 all eight rows hold a disc in every round after the first eight, and no disc is much larger than the others in the end."
fig, axes = plt.subplots(1, 3, figsize=(9, 3.4), sharey=True)
for ax, s in zip(axes, (1.0, 0.5, 0.1)):
    game = play(s)[:24]
    turn, mode = np.nonzero(game)
    ax.scatter(turn, mode, s=60 * game[turn, mode], color=FAKE)
    ax.set(title=f"s = {s:g}", xlabel="round")
axes[0].set_ylabel("mode")
plt.show()

# %% tags=["check", "exact"]
assert play(1.0).max(axis=1).min() == 1  # one mode in every round
assert np.abs(play(1.0)[-8:].mean(axis=0) - 1 / 8).max() < 1e-12
assert play(0.1)[-1].min() > 0.08

# %% [markdown]
"""
A generator that goes all the way has one mode in every round and hops
through all eight. Averaged over eight rounds it is perfect, and so it
can go on for ever. One that goes a small part of the way has all modes
at once.

So in this game the generator's step counts. The discriminator's rate
does not: set `rate` to 0.1 or to 100, and as many modes are there, or
nearly. So the game does not explain what the discriminator's rate did on
the ring, nor why the length of $z$ matters. A guess: one update moves
all samples together, and from 64 numbers it is harder to cut them into
eight parts. We have no proof.
"""

# %% tags=["check"]
import claims

claims.check("A2", "refuted")
claims.check("A3")
claims.check("A5")
claims.check("S8", "refuted")

# %% [markdown]
"""
## Change one thing

Add a fourth setting, `"z 2, slow D": (2, 1e-4)`: a short $z$ and the
slow discriminator. Before you run: does the short $z$ alone bring the
modes back in as many steps?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A picture shows samples on one mode of eight. Is that
proof of collapse?</summary>

Of collapse at that moment. A generator that wanders shows others a
little later, and a healthy one may show few in its first hundred steps.
Look several times, with the same $z$, and count.

</details>

<details><summary>A paper reports all eight modes. What else do you want
to see?</summary>

The KL: one sample in a mode is enough for the count. The share of high
quality: samples scattered over the plane hit all modes. And the
baseline, with its recipe and its spread over seeds.

</details>

<details><summary>The share of high quality is above that of true
samples. Good?</summary>

No. The modes are too narrow, which is a collapse inside each of them.

</details>
"""

# %% [markdown]
r"""
## Exercise

In the small game with a quick discriminator, the mode visited last
holds $s$, the one before $s(1-s)$, and so on, with a common factor.
Write `shares(step)` and their KL, `kl(step)`, and find the largest step
at which the generator's KL is that of a perfect sampler.

Expected: `kl(0.5)` is 0.7188, `kl(1.0)` is $\log 8$, and the largest
step is 0.022. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- The same loss loses modes in one setting and keeps most in another;
  here the discriminator's rate and the length of $z$ decided.
- A collapsed generator need not stay where it is: count at several
  looks.
- Read modes, quality and KL together, each beside that of true samples,
  and do not compare the row "GAN" of two papers.
"""

# %% [markdown]
"""
## References

- A. Srivastava and others, *VEEGAN: Reducing Mode Collapse in GANs
  using Implicit Variational Learning*, 2017,
  [arXiv:1705.07761](https://arxiv.org/abs/1705.07761). Section 5: ring,
  grid, and how to count.
- Z. Lin and others, *PacGAN: The power of two samples in generative
  adversarial networks*, 2018,
  [arXiv:1712.04086](https://arxiv.org/abs/1712.04086). Section 4: the
  same data, another baseline.
- L. Metz and others, *Unrolled Generative Adversarial Networks*, 2017,
  [arXiv:1611.02163](https://arxiv.org/abs/1611.02163). The toy of eight
  Gaussians: a generator that hops.
"""
