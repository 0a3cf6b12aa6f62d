# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Which cure brings lost modes back, and at what price?

A generator that has lost modes draws samples that look alike. A
discriminator that judges one sample at a time sees no two together; it
can only learn that a place has too many fakes. Some
cures let it see several at once, others change how it learns. Here
five of them start from the same GAN, and each is a line or two.

After this lesson you can

- compute what a discriminator gains by seeing packs of samples,
- add five cures to a GAN, in a line or two each,
- compare cures by modes, quality, balance and time per step.

About 20 minutes to read, a minute and a half to run on two cores. You
need lesson [10a](10a_mode_collapse.ipynb).
"""

# %% [markdown]
r"""
## The question

RING64 of the last lesson loses modes: eight bells on a circle, $z$ of
64 numbers, a discriminator that learns at a tenth of the generator's
rate. We leave all of that as it is and add one cure at a time. Which
of them has all eight modes at the end, in what proportions, and how
much longer does a step take?
"""

# %% [markdown]
"""
## Your prediction

First the simplest cure, **packing**. The discriminator no longer judges
128 single samples but 64 pairs: two real samples, or two fakes, side by
side. It sees the same samples as before, no more. How many of the eight
modes does the generator have at the end?

- **A.** As few as before: nothing new is shown to the discriminator.
- **B.** A few more, but not all in every seed.
- **C.** All eight in every seed.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

All runs share networks, rates, batches and the number of generator
steps. What follows is the list of the cures.
"""

# %%
import logging
from time import perf_counter

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

import keras_gan as kg
from keras_gan import theory

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] claims="A1 A8 A8b A8c" smoke={"STEPS": 20, "FEW_STEPS": 2, "SEEDS": [1]}
STEPS = 400  # between two looks
FEW_STEPS = 64  # for the two dear cures
LOOKS = 4
SEEDS = [1, 2, 3]
RATES = [1e-3, 1e-4]  # generator, discriminator
FIT = {"batch_size": 128, "verbose": 0}
NETWORK = {"activation": "leaky_relu_0.2", "initializer": "he_normal"}

# %% [markdown]
"""
- **packs**: the discriminator judges pairs.
- **deviation**: before its last layer the discriminator reads one more
  number, how much the samples around differ (standard deviation, in
  groups of at least four of the minibatch).
- **R1**: a cost on the discriminator's slope at real samples.
- **unrolled**: the generator looks five updates of the discriminator
  ahead.
- **WGAN-GP**: another loss, a penalty that wants slope 1, and five
  discriminator steps for each of the generator.

The first entry of each goes to the discriminator, the second to the
game.
"""

# %%
CURES = {
    "none": ({}, {}),
    "packs": ({}, {"packing": 2}),
    "deviation": ({"minibatch_features": "standard_deviation"}, {}),
    "R1": ({}, {"penalty": kg.R1(weight=1.0)}),
    "unrolled": ({}, {"unrolled_steps": 5}),
    "WGAN-GP": (
        {},
        {
            "loss": "wasserstein",
            "penalty": kg.GradientPenalty(weight=10.0),
            "discriminator_steps": 5,
        },
    ),
}


# %%
def networks(cure, seed):
    of_discriminator, of_game = CURES[cure]
    shape = (2 * of_game.get("packing", 1),)
    of_discriminator = {**NETWORK, **of_discriminator}
    return (
        kg.mlp_generator(64, (2,), seed=3 * seed, **NETWORK),
        kg.mlp_discriminator(
            shape, seed=3 * seed + 1, **of_discriminator
        ),
    )


def make_gan(cure):
    gan = kg.GAN(*networks(cure, 0), seed=0, **CURES[cure][1])
    adams = [keras.optimizers.Adam(r, beta_1=0.5) for r in RATES]
    gan.compile(
        generator_optimizer=adams[0], discriminator_optimizer=adams[1]
    )
    return gan


GANS = {cure: make_gan(cure) for cure in CURES}

# %% [markdown]
"""
One GAN a cure: `restart` begins anew with the weights of another seed. A
run returns the scores at the end, the first 400 samples, and the time of
a step. The first look is left out of the time, since it compiles the loop
in the first run.
"""


# %%
def run(cure, steps, seed):
    gan = GANS[cure]
    gan.restart(*networks(cure, seed), seed=3 * seed + 2)
    num_train = (
        FIT["batch_size"] * steps * gan.options.discriminator_steps
    )
    data = kg.ring(num_train=num_train, seed=seed)
    watch = kg.Watch(data, num_samples=2_500)
    gan.fit(data.train, callbacks=[watch], **FIT)
    start = perf_counter()
    gan.fit(
        data.train,
        initial_epoch=1,
        epochs=LOOKS,
        callbacks=[watch],
        **FIT,
    )
    seconds = (perf_counter() - start) / (steps * (LOOKS - 1))
    samples = watch.samples[-1][:400]
    return {**watch.metrics[-1], "step": seconds, "samples": samples}


# %% [markdown]
"""
Four of them are cheap enough for several seeds here. The other two run
for a few steps, for their price alone.
"""


# %%
def table(cures, steps, seeds):
    settings = [{"cure": cure, "steps": steps} for cure in cures]
    return kg.sweep(run, settings, seeds, num_workers=1, verbose=False)


# %%
CHEAP = ["none", "packs", "deviation", "R1"]
cheap = table(CHEAP, STEPS, SEEDS)
dear = table(["unrolled", "WGAN-GP"], FEW_STEPS, SEEDS[:1])

# %% tags=["check", "exact"]
assert not cheap.failed + dear.failed, (cheap.failed, dear.failed)

# %% [markdown]
"""
Here are the first 400 samples of the first seed, at the end of
training, drawn on the eight modes.
"""


# %%
def ends(score, cure):
    """A score at the end of every seed's run."""
    return cheap.column(score, cure=cure)


# %% name="samples" alt="Four panels with the ring's eight modes as green circles and 400 purple samples of the first seed. Without a cure the samples cover {ends('modes', 'none')[0]} modes. With packs they cover {ends('modes', 'packs')[0]}, with the minibatch deviation {ends('modes', 'deviation')[0]}, with R1 {ends('modes', 'R1')[0]}."
fig, axes = plt.subplots(1, 4, figsize=(9.6, 2.9), sharey=True)
ring = kg.ring()
for ax, cure in zip(axes, CHEAP):
    ax.plot(*ring.modes.T, "o", color=REAL, mfc="none", ms=10)
    ax.plot(*ends("samples", cure)[0].T, "x", color=FAKE, ms=3, mew=0.6)
    ax.set(
        xlim=(-1.8, 1.8), ylim=(-1.8, 1.8), aspect="equal", title=cure
    )
plt.show()

# %% [markdown]
"""
And the scores of all seeds, beside those of true samples (dotted). In
the last panel the upper line is a generator with a single mode.
"""

# %%
best = kg.mode_report(ring.test, ring)
LINES = {
    "modes": (best.num_modes,),
    "high_quality": (best.high_quality_ceiling,),
    "kl": (best.kl_floor, best.kl_collapsed),
}


# %%
def span(score, cure):
    values = ends(score, cure)
    return f"{min(values):.3g} to {max(values):.3g}"


# %% name="result" alt="Three panels with a cross a seed, for none, packs, deviation and R1. Modes: {span('modes', 'none')}, {span('modes', 'packs')}, {span('modes', 'deviation')} and {span('modes', 'R1')}. Share of high quality: {span('high_quality', 'none')}, {span('high_quality', 'packs')}, {span('high_quality', 'deviation')} and {span('high_quality', 'R1')}, below the dotted line of true samples. KL: {span('kl', 'none')}, {span('kl', 'packs')}, {span('kl', 'deviation')} and {span('kl', 'R1')}, between the dotted lines of true samples and of a single mode."
fig, axes = plt.subplots(1, 3, figsize=(9.6, 3.6))
for ax, (score, lines) in zip(axes, LINES.items()):
    for place, cure in enumerate(CHEAP):
        values = ends(score, cure)
        ax.plot([place] * len(values), values, "x", color=FAKE, ms=8)
    for line in lines:
        ax.axhline(line, color=NEUTRAL, ls=":")
    ax.set_xticks(range(4), CHEAP, rotation=30, ha="right")
    ax.set(ylabel=score.replace("_", " "), xlim=(-0.5, 3.5))
axes[0].set(ylim=(0, 8.5), title="Packs and R1 touch all modes")
axes[1].set(ylim=(0, 1.05))
axes[2].set(yscale="log", ylabel="KL, nats")
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
rows = ["| cure | modes | high quality | KL |", "|---|---|---|---|"]
rows += [
    f"| {cure} | {span('modes', cure)} | {span('high_quality', cure)} "
    f"| {span('kl', cure)} |"
    for cure in CHEAP
]
bell = 0.75 * np.random.default_rng(0).normal(size=(2_500, 2))
wide = kg.mode_report(bell, ring)
rows.append(
    f"| one wide bell | {wide.num_modes} | {wide.high_quality:.3f} "
    f"| {wide.kl:.4f} |"
)
rows.append(
    f"| true samples | {best.num_modes} | "
    f"{best.high_quality_ceiling:.3f} | {best.kl_floor:.4f} |"
)
display(
    Markdown(
        f"The answer is **C**. After {LOOKS * STEPS:,} steps, over "
        f"{len(SEEDS)} seeds:\n\n" + "\n".join(rows)
    )
)

# %% tags=["check"]
for cure in ("packs", "R1"):
    assert all(ends("modes", cure) == 8), (cure, ends("modes", cure))
    assert all(ends("kl", cure) < ends("kl", "none")), cure
assert max(ends("modes", "deviation")) <= 4, ends("modes", "deviation")
assert max(ends("high_quality", "packs")) < 0.3
assert wide.num_modes == 8, wide
assert wide.kl < 0.02, wide

# %% [markdown]
"""
Packs and R1 have samples at all modes. But look at the picture and at
the quality: the samples are one round cloud over the whole ring. The
last line but one of the table is a single wide bell, which knows of no
modes, and it has all eight and a KL near 0. So these cures keep the
samples spread; they have not found the bells yet. With packs that comes
later: after 6,000 steps, in the first claim below, the quality is 0.34
to 0.65. For R1 we have no run that gets so far. The minibatch deviation
does not help in so few steps.
"""

# %% [markdown] claim="A1"
"""
The ledger has packs of two over ten seeds and more steps. Its plain GAN
sees as many samples a step as the packs hold together, since a cure
that is shown more of the data would have an unfair start:
"""

# %% [markdown] claim="A8"
"""
The three cheap cures side by side over ten seeds. What had been
expected of each was written down before these seeds were run. Packs and
R1 did all of it, though after 3,000 steps they are clouds still, of a
quality of 0.06 to 0.12. The deviation did not, so the claim as a whole
is refuted:
"""

# %% [markdown] claim="A8c"
"""
The ring is one task. A grid of 25 modes is another, four times as wide.
There no run gets beyond a cloud, the plain GAN's neither: a quality of
0.01 to 0.02, as one wide bell would have. The counts differ by what a
cloud happens to hit, so this test says little about lost modes:
"""

# %% [markdown] claim="A8b"
"""
The two cures that cost more, on the ring and over ten seeds. Unrolling
has samples at all modes in every one, as a cloud (its quality is 0.05 to
0.07). WGAN-GP does not, with the rates of the other
cures, which are not its paper's, and after as many steps. So the claim
that both do is refuted:
"""

# %% [markdown]
"""
### The price

What does a step of a cure cost, beside a step of the plain GAN? On the
machine that made this page, which may have been busy, so that small
differences mean nothing:
"""

# %%
plain = np.median(ends("step", "none"))
price = {cure: np.median(ends("step", cure)) / plain for cure in CHEAP}
price |= {row["cure"]: row["step"] / plain for row in dear.rows}

# %% name="price" alt="Horizontal bars: time of a step relative to the plain GAN. {', '.join(f'{cure} {value:.1f}' for cure, value in price.items())}."
fig, ax = plt.subplots(figsize=(6.5, 3))
ax.barh(list(price), list(price.values()), color=NEUTRAL)
ax.axvline(1, color=DISCRIMINATOR, lw=0.8)
ax.invert_yaxis()
ax.set(xlabel="time of a step, plain GAN = 1")
plt.show()

# %% [markdown]
r"""
## Why

Take two generators for data that are uniform between 0 and 1. The first
has lost everything below 0.2; the second has all, in wrong proportions.
In terms of total variation, both are equally far from the data:

$$ TV(p, q) = \tfrac12 \sum_i |p_i - q_i|. $$

Here $p$ and $q$ are the probabilities of the three cells between 0,
0.2, 0.5 and 1. The best discriminator is right in a share
$\tfrac12 + \tfrac12\,TV$ of all cases, so by its right answers it finds
both equally bad. (Its cross-entropy tells them apart a little.)
"""

# %%
uniform = np.array([0.2, 0.3, 0.5])
collapsed = np.array([0.0, 0.375, 0.625])  # nothing below 0.2
uneven = np.array([0.12, 0.18, 0.7])  # all there, badly balanced
for name, q in [("collapsed", collapsed), ("uneven", uneven)]:
    print(f"{name:10}{theory.total_variation(uniform, q):.2f}")

# %% [markdown]
r"""
Now it sees pairs. Two samples of the data fall into cells $i$ and $j$
with probability $p_i p_j$, two of the generator's with $q_i q_j$:

$$ TV(p^2, q^2) = \tfrac12 \sum_{i,j} |p_i p_j - q_i q_j|. $$
"""

# %%
for name, q in [("collapsed", collapsed), ("uneven", uneven)]:
    pairs = np.outer(uniform, uniform) - np.outer(q, q)
    by_hand = np.abs(pairs).sum() / 2
    package = theory.packed_total_variation(uniform, q, packing=2)
    print(f"{name:10}by hand {by_hand:.4f}, package {package:.4f}")

# %% tags=["check", "exact"]
for packing, *expected in [
    (1, 0.2, 0.2),
    (2, 0.36, 0.24),
    (3, 0.488, 0.284),
]:
    for q, tv in zip((collapsed, uneven), expected):
        found = theory.packed_total_variation(uniform, q, packing)
        assert abs(found - tv) < 1e-12, (packing, found)

# %% name="packs" alt="Total variation against the number of samples in a pack, 1 to 6. Both curves start at 0.2. That of the collapsed generator, purple, rises steeply to {theory.packed_total_variation(uniform, collapsed, 6):.2f}; that of the uneven one, orange, to {theory.packed_total_variation(uniform, uneven, 6):.2f}."
sizes = np.arange(1, 7)
fig, ax = plt.subplots(figsize=(6.5, 3.6))
for name, q, color, line in [
    ("collapsed", collapsed, FAKE, "-"),
    ("uneven", uneven, PENALTY, "--"),
]:
    tv = [
        theory.packed_total_variation(uniform, q, int(m)) for m in sizes
    ]
    ax.plot(sizes, tv, color=color, ls=line, marker="o", label=name)
ax.set(xlabel="samples in a pack", ylabel="total variation")
ax.set_ylim(0, 1)
ax.set_title("Packs see what is missing")
ax.legend()
plt.show()

# %% [markdown]
"""
To a discriminator of pairs the collapsed generator is the worse one,
and the more so the larger the packs. Why? The generator never draws
below 0.2. In a single sample that is a small thing. Of two real samples
at least one lies there more often, and no fake pair ever does.

The minibatch deviation rests on the same idea, with one number that is
made by hand: how much the samples differ. Here that was too little; with
more steps, in the ledger, it brought all modes back in half of the
seeds. **Minibatch discrimination** learns what to compare,
and compares every pair of a batch, which is why its cost grows with the
square of the batch.
"""

# %% [markdown]
r"""
R1 and unrolling are of another kind: the discriminator sees single
samples. R1 asks for a flat surface at the data. Our reading, which no
run here tests: the place the generator runs to is then not much better
than the one it comes from. It is the same penalty that damped the rotation in lesson
[9b](09b_what_damps_the_rotation.ipynb). Unrolling lets the generator
see the discriminator's answer before it moves: a place that will be
rejected five updates later is no longer worth the way.
"""

# %% tags=["check"]
import claims

claims.check("A1")
claims.check("A8", "refuted")
claims.check("A8b", "refuted")
claims.check("A8c", "refuted")

# %% [markdown]
"""
## Change one thing

Set `"packs": ({}, {"packing": 4})` in `CURES`: 32 packs of four, still
128 samples. Before you run: will quality rise, or fall? The
discriminator sees more at once, but makes fewer decisions a step.
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A cure shows the discriminator packs of two in batches
of 128 packs, the baseline single samples in batches of 128. Is the
comparison fair?</summary>

Not quite. The packs see twice as many samples a step, which may help by
itself: in the ledger of lesson 10a, three of ten plain GANs with twice
the samples had all eight modes at the end, and one of ten without. Here
64 packs stand against 128 samples.

</details>

<details><summary>Which cure is best?</summary>

On this ring packs and R1 spread the samples over all modes early, at a
small price. On another task the order may be another. What this page can
say is which one worked here, in how many seeds, and what it cost.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `packs(samples, num)`, which joins samples, and
`packed_tv(p, q, num)`, the total variation between packs, for any
number of samples in a pack.

Expected: packs of three see 0.488 for the collapsed generator and 0.284
for the uneven one. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- To a discriminator that sees several samples at once, lost modes are
  worse than wrong proportions of the same total variation.
- Packs and R1 cost little, and keep the samples spread over all modes
  of the ring; unrolling and WGAN-GP cost several plain steps.
- All modes and a small KL may still be a cloud: look at the quality, and
  give the scores a cloud to judge.
"""

# %% [markdown]
"""
## References

- Z. Lin and others, *PacGAN: The power of two samples in generative
  adversarial networks*, 2018,
  [arXiv:1712.04086](https://arxiv.org/abs/1712.04086). Section 4: packs
  of two to four on ring and grid.
- T. Salimans and others, *Improved Techniques for Training GANs*, 2016,
  [arXiv:1606.03498](https://arxiv.org/abs/1606.03498). Section 3.2:
  minibatch discrimination.
- T. Karras and others, *Progressive Growing of GANs for Improved
  Quality, Stability, and Variation*, 2018,
  [arXiv:1710.10196](https://arxiv.org/abs/1710.10196). Section 3: the
  minibatch deviation.
- L. Metz and others, *Unrolled Generative Adversarial Networks*, 2017,
  [arXiv:1611.02163](https://arxiv.org/abs/1611.02163). Section 2: how
  the generator looks ahead.
- L. Mescheder and others, *Which Training Methods for GANs do actually
  Converge?*, 2018,
  [arXiv:1801.04406](https://arxiv.org/abs/1801.04406). Section 4: R1.
- I. Gulrajani and others, *Improved Training of Wasserstein GANs*,
  2017, [arXiv:1704.00028](https://arxiv.org/abs/1704.00028).
"""
