# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Which rules of the DCGAN does a small GAN need?

In 2016 a paper made convolutional GANs train, after earlier attempts had
failed, by five rules for the networks. Rules are easily copied, also to
where nobody tried them. We break them one at a time, at a size where
three seeds fit on a page.

After this lesson you can

- build a DCGAN from plain Keras layers, and name its rules,
- test a rule by breaking it, and say what three seeds can show,
- measure whether trained samples hold a checkerboard.

About 20 minutes to read, about two minutes to run. You need lesson
[13a](13a_why_convolutions.ipynb).
"""

# %% [markdown]
"""
## The question

The rules of section 3 of the paper, in our words:

| rule | in the discriminator | in the generator |
|---|---|---|
| 1 | strides, no pooling | transposed convolutions with strides |
| 2 | batch normalisation, but not in the first layer | batch normalisation, but not in the last layer |
| 3 | no dense hidden layer | no dense hidden layer |
| 4 | (see rule 5) | ReLU, and tanh at the end |
| 5 | leaky ReLU in all layers | (see rule 4) |

The third is meant "for deeper architectures", as the paper says. Which
of the rules, broken alone, makes a small GAN worse in every run?
"""

# %% [markdown]
"""
## Your prediction

Digits of 16×16 pixels, two convolutions in each network, three seeds.

- **A.** All five: that is why they became rules.
- **B.** Two or three of them.
- **C.** None, or one. At this size the rules make little difference.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
r"""
## The experiment

First weights, rates and slopes are the paper's: normal weights with a
standard deviation of 0.02, Adam at 0.0002 with $\beta_1 = 0.5$, and
a slope of 0.2 in the leaky ReLU. Batches, channels and runs are smaller
than there, and the kernel is 4, for a reason that lesson
[13c](13c_kernel_and_stride.ipynb) gives.
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from keras import layers

import keras_gan as kg

# %%
logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()

# %% tags=["settings"] smoke={"STEPS": 10, "NUM_TEST": 200, "SEEDS": [1]}
SIDE = 16
WIDTH = 16  # channels of the larger map; the smaller has twice as many
LATENT_DIM = 32
STEPS = 400
BATCH_SIZE = 32
RATE = 2e-4
STD = 0.02  # of the first weights
NUM_TEST = 1_000
SEEDS = [1, 2, 3]

# %%
try:
    images = kg.load_images("mnist")
    note = "**Data:** MNIST, resampled to 16×16 pixels by us."
except OSError:
    images = kg.load_images("digits")
    note = "> **Notice.** No MNIST here: 8×8 digits, resampled."
display(Markdown(note))


# %%
def resized(pictures):
    scaled = keras.ops.image.resize(
        pictures,
        (SIDE, SIDE),
        antialias=True,
        data_format="channels_last",
    )
    return np.clip(keras.ops.convert_to_numpy(scaled), -1, 1)


# %%
rows = np.arange(STEPS * BATCH_SIZE) % len(images.train)
train = resized(images.train[rows])
test = resized(images.test[:NUM_TEST])

# %% [markdown]
"""
Each rule is an argument of the two builders, and its default is the rule
kept. Every layer gets a seed of its own, so that the seed of a run fixes
all weights.
"""


# %%
def starts(seed):
    """First weights for one layer after another."""
    rng = np.random.default_rng(seed)
    while True:
        each = int(rng.integers(2**31))
        yield keras.initializers.RandomNormal(0, STD, seed=each)


# %%
def larger(filters, start, resize=False, kernel=4):
    """Doubles the side of the map."""
    common = {"padding": "same", "kernel_initializer": next(start)}
    if resize:
        convolution = layers.Conv2D(filters, 3, **common)
        return [layers.UpSampling2D(), convolution]
    return [layers.Conv2DTranspose(filters, kernel, 2, **common)]


# %%
def smaller(filters, start, pool=False):
    """Halves the side of the map."""
    common = {"padding": "same", "kernel_initializer": next(start)}
    if pool:
        convolution = layers.Conv2D(filters, 4, **common)
        return [convolution, layers.MaxPooling2D()]
    return [layers.Conv2D(filters, 4, 2, **common)]


# %%
def make_generator(
    seed,
    resize=False,
    normal=layers.BatchNormalization,
    dense=False,
    hidden="relu",
    last="tanh",
    kernel=4,
):
    start, small = starts(seed), (SIDE // 4, SIDE // 4, 2 * WIDTH)
    parts = [layers.Input((LATENT_DIM,))]
    if dense:
        parts += [layers.Dense(128, kernel_initializer=next(start))]
        parts += [normal(), layers.Activation(hidden)]
    units = int(np.prod(small))
    parts += [layers.Dense(units, kernel_initializer=next(start))]
    parts += [layers.Reshape(small), normal()]
    parts += [layers.Activation(hidden)]
    parts += [*larger(WIDTH, start, resize, kernel), normal()]
    parts += [layers.Activation(hidden)]
    parts += larger(1, start, resize, kernel)
    return keras.Sequential([*parts, layers.Activation(last)])


# %%
def make_discriminator(
    seed,
    pool=False,
    normal=layers.BatchNormalization,
    dense=False,
    slope=0.2,
):
    start = starts(seed)
    parts = [layers.Input((SIDE, SIDE, 1))]
    parts += [*smaller(WIDTH, start, pool)]
    parts += [layers.LeakyReLU(negative_slope=slope)]
    parts += [*smaller(2 * WIDTH, start, pool), normal()]
    parts += [layers.LeakyReLU(negative_slope=slope), layers.Flatten()]
    if dense:
        parts += [layers.Dense(128, kernel_initializer=next(start))]
        parts += [normal(), layers.LeakyReLU(negative_slope=slope)]
    logit = layers.Dense(1, kernel_initializer=next(start))
    return keras.Sequential([*parts, logit])


# %% [markdown]
"""
Each line below breaks one rule, given as what changes in the generator
and in the discriminator. `Identity` is a layer that does nothing. Rules
2, 3 and 4 have two halves, which we break one by one; the two halves of
rule 1 are broken together. The last line breaks no rule: it gives the
generator the kernel of the authors' own program.
"""

# %%
none = {"normal": layers.Identity}
BROKEN = {
    "all rules kept": ({}, {}),
    "1: pooling and resizing": ({"resize": True}, {"pool": True}),
    "2: none in the generator": (none, {}),
    "2: none in the discriminator": ({}, none),
    "3: dense, in the generator": ({"dense": True}, {}),
    "3: dense, in the discriminator": ({}, {"dense": True}),
    "4: tanh inside": ({"hidden": "tanh"}, {}),
    "4: no tanh at the end": ({"last": "linear"}, {}),
    "5: ReLU, no leak": ({}, {"slope": 0.0}),
    "kernel 5 for 4": ({"kernel": 5}, {}),
}


# %%
def networks(name, seed):
    first, second = BROKEN[name]
    return (
        make_generator(3 * seed, **first),
        make_discriminator(3 * seed + 1, **second),
    )


# %%
def run(name):
    """Samples of one GAN a seed; compiled once, restarted after."""
    gan = kg.GAN(*networks(name, 0))
    adam = [keras.optimizers.Adam(RATE, beta_1=0.5) for _ in range(2)]
    gan.compile(
        generator_optimizer=adam[0], discriminator_optimizer=adam[1]
    )
    samples = []
    for seed in SEEDS:
        gan.restart(*networks(name, seed), seed=3 * seed + 2)
        gan.fit(train, batch_size=BATCH_SIZE, verbose=0)
        samples.append(gan.sample(NUM_TEST, seed=seed).clip(-1, 1))
    return samples


# %%
samples = {name: run(name) for name in BROKEN}


# %%
def coverage(fakes):
    flat = [part.reshape(len(part), -1) for part in (test, fakes)]
    return kg.neighbour_scores(*flat).coverage


# %%
covered = {
    name: [coverage(each) for each in runs]
    for name, runs in samples.items()
}
ceiling = coverage(train[:NUM_TEST])

# %% tags=["hide-input"]
names = list(BROKEN)
medians = {name: np.median(values) for name, values in covered.items()}
listed = ", ".join(
    f"{name} {value:.2f}" for name, value in medians.items()
)
kept = covered[names[0]]


def worse(name):
    """Below every run with all rules kept, in every run."""
    return max(covered[name]) < min(kept)


def better(name):
    return min(covered[name]) > max(kept)


harmful = [name for name in names[1:] if worse(name)]
helpful = [name for name in names[1:] if better(name)]

# %% tags=["hide-input"] name="result" alt="Coverage of unseen digits for all rules kept and for {len(names) - 1} changes, a cross for each of {len(SEEDS)} seeds and a bar at the median. Medians: {listed}. A green line at {ceiling:.2f} marks real digits, a grey band the runs with all rules kept."
fig, ax = plt.subplots(figsize=(8, 4.2))
for y, name in enumerate(names):
    color = kg.PENALTY if y else kg.FAKE
    ax.plot(covered[name], [y] * len(SEEDS), "x", color=color)
    ax.plot([medians[name]] * 2, [y - 0.3, y + 0.3], color=color, lw=3)
ax.axvspan(min(kept), max(kept), color=kg.NEUTRAL, alpha=0.3, lw=0)
ax.axvline(ceiling, color=kg.REAL)
ax.set_yticks(range(len(names)), names)
ax.invert_yaxis()
ax.set(xlabel="coverage of unseen digits", xlim=(-0.02, 1))
ax.set_title(
    f"Of {len(names) - 1} changes {len(harmful)} are worse in every "
    f"run, {len(helpful)} better"
)
plt.show()

# %% name="samples" alt="Rows of ten pictures: real digits, and the first ten samples of the first seed for all rules kept and for each change. Most rows show strokes that resemble digits. Without normalisation in the discriminator, and with a dense layer in the generator, all ten are the same picture. Without normalisation in the generator they are grey blobs, with a dense layer in the discriminator grey fields."
rows_shown = {"real": test[:10]}
for name, runs in samples.items():
    rows_shown[name] = runs[0][:10]
kg.plot_image_rows(rows_shown, title="The first ten, not the best ten")
plt.show()

# %% [markdown]
"""
## What happened

We call a change worse if each of its runs covers less than every run
with all rules kept, and better if each covers more.
"""

# %% tags=["hide-input"]
lines = ["| rule broken | coverage, lowest to highest | verdict |"]
lines.append("|---|---|---|")
for name in names:
    values = covered[name]
    verdict = "worse" if worse(name) else "no difference shown"
    verdict = "better" if better(name) else verdict
    lines.append(
        f"| {name} | {min(values):.2f} to {max(values):.2f} | "
        f"{verdict if name != names[0] else 'the yardstick'} |"
    )
display(Markdown("\n".join(lines)))

# %% tags=["hide-input"]
needed = sorted({name[0] for name in harmful})
letter = "A" if len(needed) == 5 else "B" if len(needed) > 1 else "C"
display(
    Markdown(
        f"Rules whose breaking is worse in every run: "
        f"{', '.join(needed) or 'none'}. The answer is **{letter}**. "
        f"Better in every run: {', '.join(helpful) or 'nothing'}."
    )
)

# %% tags=["check"]
assert max(covered["2: none in the discriminator"]) < 0.05, covered
assert medians[names[1]] > 1.3 * medians[names[0]], medians
assert {name[0] for name in harmful} == {"2", "3"}, harmful
for name in (
    "2: none in the discriminator",
    "3: dense, in the generator",
):
    for each in samples[name]:
        assert each.var(axis=0).sum() < 0.1 * test.var(axis=0).sum(), (
            name
        )
assert "5: ReLU, no leak" not in harmful, covered

# %% [markdown]
"""
Two rules matter to this GAN: normalisation in the discriminator, and no
dense hidden layers. Without the first, or with a dense layer in the
generator, all samples are one picture. The first rule is the surprise:
pooling and resizing in the place of strides is the best of all changes.
It is also the dearest, since its convolutions run at the larger of two
sizes. A leak in the ReLU makes no difference that three seeds could
show. None of this speaks against the rules for the networks of the
paper, which have twice as many convolutions, nor for longer runs.
"""

# %% [markdown]
"""
There is a fault that coverage does not name. A transposed convolution
may lay a **checkerboard** over the picture; lesson
[13c](13c_kernel_and_stride.ipynb) works out which ones begin with it.
Does it survive the training? The finest pattern of all changes its sign
from pixel to pixel. We measure its power along rows and columns, as a
multiple of what real digits hold. Noise has some of it too, so a large
value is a hint of a checkerboard and no proof:
"""


# %%
def finest(pictures):
    """Power of the pattern that alternates from pixel to pixel."""
    signs = (-1.0) ** np.arange(SIDE)
    along = pictures[..., 0] @ signs, signs @ pictures[..., 0]
    return sum(np.square(part).mean() for part in along)


# %% tags=["hide-input"]
WAYS = {
    "transposed, kernel 4": names[0],
    "transposed, kernel 5": names[-1],
    "resized, then kernel 3": names[1],
}
power = {
    label: [finest(each) / finest(test) for each in samples[name]]
    for label, name in WAYS.items()
}
lines = ["| generator | finest pattern, of real digits |", "|---|---|"]
for label, values in power.items():
    lines.append(
        f"| {label} | {min(values):.2f} to {max(values):.2f} |"
    )
display(Markdown("\n".join(lines)))

# %% [markdown]
"""
Resizing leaves less of the pattern than real digits have. The transposed
convolutions leave more, and kernel 4 no less than kernel 5, although
only the latter begins with a checkerboard. So even overlaps are a fair
start, and no promise for what training makes of it.
"""

# %% tags=["check"]
assert max(power["resized, then kernel 3"]) < 1, power
assert min(power["transposed, kernel 4"]) > 1, power

# %% [markdown]
r"""
## Why

Why do we call a change worse if all three runs with it are below all
three without? If it made no difference, every order of the six numbers
would be as likely. Of the

$$ \binom{2n}{n} = \frac{(2n)!}{n! \, n!} $$

ways to deal the ranks to two groups of $n$ runs, one puts all of the
first group below the second. With $n = 3$ that is one in 20. We count:
"""

# %%
from itertools import combinations
from math import comb

n = len(SEEDS)
deals = list(combinations(range(2 * n), n))  # ranks of the broken runs
below = [deal for deal in deals if max(deal) < n]
print(len(below), "of", len(deals), "deals, by formula", comb(2 * n, n))

# %% tags=["check", "exact"]
assert len(deals) == comb(2 * n, n)
assert len(below) == 1

# %% tags=["hide-input"]
ways = len(names) - 1
display(
    Markdown(
        f"One in {len(deals)} is not much of a threshold, and we make "
        f"{ways} comparisons, each in two directions. If no rule "
        f"mattered, we would expect {2 * ways / len(deals):.1f} verdicts "
        f"all the same. We have {len(harmful) + len(helpful)}, so one of "
        "them may be chance."
    )
)

# %% [markdown]
"""
## Change one thing

Set `STD = 0.1`: first weights five times as large, so that signals do
not shrink as much from layer to layer. Before you run: will the
discriminator still need its normalisation?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A rule made no difference on this page. May we drop it
from a GAN for faces of 64×64 pixels?</summary>

The page does not say. It had two convolutions in each network, few
steps, and digits. A rule that helps deep networks has little to do here.

</details>

<details><summary>Why does the paper leave the generator's last layer
without normalisation?</summary>

With all layers normalised, it reports, samples oscillated and the model
was unstable. A reason that we can see: each channel of the picture would
have one mean and one spread in every batch. And lesson
[06b](06b_how_deep.ipynb) shows what a discriminator with a normalised
first layer misses.

</details>

<details><summary>Breaking the first rule made the discriminator about
four times as dear. Was the comparison fair?</summary>

By steps it was, by multiplications not: a convolution before pooling
runs at every pixel. Lesson 13a is about such choices.

</details>
"""

# %% [markdown]
r"""
## Exercise

All below all is a coarse rule. Write `chance(kept, broken)`: of all ways
to deal the numbers to two groups of these sizes, the share in which the
means differ by at least as much as they do, in either direction.

Expected: three runs against three with nothing in between give 0.1, and
with five against five 2 in 252. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- Rules are tested by breaking them one at a time, over seeds, with
  everything else as it was.
- Here normalisation in the discriminator and the absence of dense hidden
  layers decide; strides are not needed, and resizing with pooling does
  better, at a higher price.
- Three runs against three can be all below by chance once in 20 times:
  count your comparisons.
"""

# %% [markdown]
"""
## References

- A. Radford, L. Metz and S. Chintala, *Unsupervised Representation
  Learning with Deep Convolutional Generative Adversarial Networks*, 2016,
  [arXiv:1511.06434](https://arxiv.org/abs/1511.06434). Section 3 has the
  rules, section 4 the first weights and the rates. The program:
  repository `Newmu/dcgan_code`.
- J. T. Springenberg and others, *Striving for Simplicity: The All
  Convolutional Net*, 2015,
  [arXiv:1412.6806](https://arxiv.org/abs/1412.6806). Where the first
  rule comes from.
- S. Ioffe and C. Szegedy, *Batch Normalization*, 2015,
  [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). The second rule.
"""
