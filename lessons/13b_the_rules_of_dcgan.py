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

In 2016 a paper made convolutional GANs train, after many had failed, by
five rules for the networks. Nearly every GAN since has followed some of
them, often without asking. We break them one at a time, at a size where
three seeds fit on a page. Then we look at checkerboards, a fault that
one of the rules brings along.

After this lesson you can

- build a DCGAN from plain Keras layers, and name its rules,
- test a rule by breaking it, and say what a small test cannot say,
- tell from kernel and stride whether a layer draws checkerboards.

About 25 minutes to read, about two minutes to run. You need lesson
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

Which of them, broken alone, makes a small GAN worse in every run?
"""

# %% [markdown]
"""
## Your prediction

Digits of 16×16 pixels, two convolutions in each network, three seeds.

- **A.** All five: that is why they became rules.
- **B.** The second, batch normalisation, far more than the others.
- **C.** None. At this size the rules make no difference that three
  seeds could show.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
r"""
## The experiment

First weights, rates and slopes are the paper's: normal weights with a
standard deviation of 0.02, Adam at 0.0002 with $\beta_1 = 0.5$, and
a slope of 0.2 in the leaky ReLU. Batches, channels and runs are smaller
than there, and the kernel is 4, for a reason that the end of the page
gives.
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from keras import layers

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()

# %% tags=["settings"] smoke={"STEPS": 10, "NUM_TEST": 200, "SEEDS": [1], "NUM_NETWORKS": 3}
SIDE = 16
WIDTH = 16  # channels of the larger map; the smaller has twice as many
LATENT_DIM = 32
STEPS = 400
BATCH_SIZE = 32
RATE = 2e-4
STD = 0.02  # of the first weights
NUM_TEST = 1_000
SEEDS = [1, 2, 3]
NUM_NETWORKS = 40  # untrained ones, for the checkerboards

# %%
try:
    images = kg.load_images("mnist")
    note = "**Data:** MNIST, resampled to 16×16 pixels by us."
except OSError:
    images = kg.load_images("digits")
    note = (
        "> **Notice.** MNIST could not be loaded, so this page was made "
        "with the embedded 8×8 digits, resampled to 16×16."
    )
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


def larger(filters, start, resize=False, kernel=4):
    """Doubles the side of the map."""
    common = {"padding": "same", "kernel_initializer": next(start)}
    if resize:
        convolution = layers.Conv2D(filters, 3, **common)
        return [layers.UpSampling2D(), convolution]
    return [layers.Conv2DTranspose(filters, kernel, 2, **common)]


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
2 and 4 have two halves, which we also break one by one. The last line
breaks no rule: it gives the generator the kernel of the authors' own
program.
"""

# %%
none = {"normal": layers.Identity}
BROKEN = {
    "all rules kept": ({}, {}),
    "1: pooling and resizing": ({"resize": True}, {"pool": True}),
    "2: no normalisation": (none, none),
    "2: none in the generator": (none, {}),
    "2: none in the discriminator": ({}, none),
    "3: dense hidden layers": ({"dense": True}, {"dense": True}),
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


samples = {name: run(name) for name in BROKEN}


# %%
def coverage(fakes):
    flat = [part.reshape(len(part), -1) for part in (test, fakes)]
    return kg.neighbour_scores(*flat).coverage


covered = {
    name: [coverage(each) for each in runs]
    for name, runs in samples.items()
}
ceiling = coverage(resized(images.train[-NUM_TEST:]))

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

# %% tags=["hide-input"] name="result" alt="Coverage of unseen digits for all rules kept and for eight ways to break one, a cross for each of {len(SEEDS)} seeds and a bar at the median. Medians: {listed}. A green line at {ceiling:.2f} marks real digits, a grey band the runs with all rules kept."
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
    f"Of {len(names) - 1} ways to break a rule, {len(harmful)} are "
    f"worse in every run, {len(helpful)} better"
)
plt.show()

# %% name="samples" alt="Rows of ten pictures: real digits, and the first ten samples of the first seed for all rules kept and for each way to break one. FILL"
rows_shown = {"real": test[:10]}
for name, runs in samples.items():
    rows_shown[name] = runs[0][:10]
kg.plot_image_rows(rows_shown, title="The first ten, not the best ten")
plt.show()

# %% [markdown]
"""
## What happened
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

# %% [markdown]
"""
FILL
"""

# %% [markdown]
r"""
## Why

One rule has a side effect that can be worked out. A transposed
convolution lays a copy of its kernel, of length $k$, at every $s$-th
pixel, and adds them up. How many copies lie over pixel $x$? In each
direction, away from the edges, it is the number of whole $i$ with

$$ 0 \le x - s\,i < k. $$

If $s$ divides $k$ that is $k / s$ everywhere. If not, it differs from
pixel to pixel, with period $s$.
"""


# %%
def overlaps(kernel, size=8, stride=2):
    """Copies of the kernel over each pixel, in one direction."""
    painted = np.zeros(stride * (size - 1) + kernel)
    for i in range(size):
        painted[stride * i : stride * i + kernel] += 1
    return painted


for kernel in (3, 4, 5):
    print(f"kernel {kernel}:", overlaps(kernel).astype(int))

# %% [markdown]
"""
In two directions the counts multiply. A layer of Keras whose weights are
all 1, on a map of ones, must paint the same numbers:
"""


# %%
def painted(kernel):
    layer = layers.Conv2DTranspose(
        1,
        kernel,
        2,
        kernel_initializer="ones",
        use_bias=False,
        data_format="channels_last",
    )
    ones = np.ones((1, 8, 8, 1), "float32")
    return keras.ops.convert_to_numpy(layer(ones))[0, ..., 0]


counts = {k: np.outer(*[overlaps(k)] * 2) for k in (3, 4, 5)}
gaps = {k: np.abs(painted(k) - counts[k]).max() for k in counts}
print(gaps)

# %% tags=["check", "exact"]
assert max(gaps.values()) == 0
inner = {k: set(c[6:10, 6:10].ravel()) for k, c in counts.items()}
assert inner == {3: {1, 2, 4}, 4: {4}, 5: {4, 6, 9}}

# %% [markdown]
"""
So a kernel of 3 or 5 with a stride of 2, the paper's own choice being 5,
paints some pixels more often than others: a checkerboard. A kernel of 4
does not, and neither does resizing followed by a convolution. Does an
untrained generator show it? Its weights are random, so the mean square
of a pixel should go with the number of copies over it.
"""

# %%
WAYS = {
    "kernel 3": {"kernel": 3},
    "kernel 4": {},
    "kernel 5": {"kernel": 5},
    "resize, then 3": {"resize": True},
}


# %%
def squares(way):
    """Mean square of each pixel over untrained generators."""
    z = np.random.default_rng(0).standard_normal((100, LATENT_DIM))
    total = np.zeros((SIDE, SIDE))
    for seed in range(NUM_NETWORKS):
        generator = make_generator(seed, last="linear", **way)
        pictures = generator(z.astype("float32"))
        pictures = keras.ops.convert_to_numpy(pictures)[..., 0]
        total += np.square(pictures).mean(axis=0)
    return total / total[4:-4, 4:-4].mean()


# %%
def parities(pattern):
    """Means over even and odd rows and columns, inside."""
    inside = pattern[4:-4, 4:-4]
    parts = [inside[a::2, b::2].mean() for a in (0, 1) for b in (0, 1)]
    return np.array(parts)


maps = {name: squares(way) for name, way in WAYS.items()}
uneven = {}
for name, pattern in maps.items():
    parts = parities(pattern)
    uneven[name] = parts.max() / parts.min()
print({name: round(value, 2) for name, value in uneven.items()})

# %% tags=["check"]
assert 3.2 < uneven["kernel 3"] < 5, uneven
assert 1.9 < uneven["kernel 5"] < 2.7, uneven
assert max(uneven["kernel 4"], uneven["resize, then 3"]) < 1.2, uneven

# %% tags=["hide-input"] name="checkerboards" alt="Four squares of {SIDE} by {SIDE} pixels: the mean square of each pixel over {NUM_NETWORKS} untrained generators. Kernel 3 and kernel 5 show a regular pattern of period two, whose largest mean is {uneven['kernel 3']:.1f} and {uneven['kernel 5']:.1f} times the smallest; kernel 4 and resizing are even inside, with {uneven['kernel 4']:.2f} and {uneven['resize, then 3']:.2f}."
fig, axes = plt.subplots(1, 4, figsize=(10, 3))
for ax, (name, pattern) in zip(axes, maps.items()):
    ax.imshow(pattern, cmap="Purples", vmin=0, vmax=3)
    ax.set_title(f"{name}: {uneven[name]:.2f}")
    ax.set_xticks([])
    ax.set_yticks([])
fig.suptitle("Largest over smallest mean square, before any training")
plt.show()

# %% [markdown]
r"""
The counts say $4 : 1$ for kernel 3 and $9 : 4$ for kernel 5, and that is
about what the random networks have. Training could take the pattern
away, since it may choose weights that make up for it. Does it? The
finest pattern of all changes its sign from pixel to pixel. We measure
how much of it the trained samples hold, as a multiple of what real
digits hold:
"""


# %%
def finest(pictures):
    """Power of the pattern that alternates from pixel to pixel."""
    signs = (-1.0) ** np.arange(SIDE)
    along = pictures[..., 0] @ signs, signs @ pictures[..., 0]
    return sum(np.square(part).mean() for part in along)


TRAINED = {
    "kernel 4": names[0],
    "kernel 5": names[-1],
    "resize, then 3": names[1],
}
power = {
    label: [finest(each) / finest(test) for each in samples[name]]
    for label, name in TRAINED.items()
}

# %% tags=["hide-input"]
lines = ["| generator, trained | finest pattern, of real digits |"]
lines.append("|---|---|")
for label, values in power.items():
    lines.append(
        f"| {label} | {min(values):.2f} to {max(values):.2f} |"
    )
display(Markdown("\n".join(lines)))

# %% [markdown]
"""
FILL trained
"""

# %% [markdown]
"""
## Change one thing

Set `STD = 0.1`: first weights five times as large. Before you run: which
of the rules will no longer matter?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A transposed convolution has kernel 6 and stride 3. Does
it draw checkerboards?</summary>

Not by its overlaps: 3 divides 6, so two copies lie over every pixel in
each direction.

</details>

<details><summary>A rule made no difference on this page. May we drop it
from a GAN for faces of 64×64 pixels?</summary>

The page does not say. It had two convolutions in each network, few
steps, and digits. A rule that helps deep networks has little to do here.

</details>

<details><summary>Why does the paper leave the generator's last layer
without normalisation?</summary>

It would give each channel of the picture one mean and one spread over
every batch, whatever the images are like. The first layer of the
discriminator is spared for the same reason.

</details>
"""

# %% [markdown]
r"""
## Exercise

A network could learn weights that make up for uneven overlaps. Write
`paint(values, kernel, stride)`, a transposed convolution in one
dimension, and find the kernel of length 3, with 1 in its middle, that
paints a constant as a constant with stride 2.

Expected: `[0.5, 1, 0.5]`, which is linear interpolation. The exercise
notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- FILL
"""

# %% [markdown]
"""
## References

- A. Radford, L. Metz and S. Chintala, *Unsupervised Representation
  Learning with Deep Convolutional Generative Adversarial Networks*, 2016,
  [arXiv:1511.06434](https://arxiv.org/abs/1511.06434). Section 3 has the
  rules, section 4 the first weights and the rates.
- A. Odena, V. Dumoulin and C. Olah, *Deconvolution and Checkerboard
  Artifacts*, 2016,
  [distill.pub](https://distill.pub/2016/deconv-checkerboard/). Pictures
  of the fault in published GANs, and the cure by resizing.
- J. T. Springenberg and others, *Striving for Simplicity: The All
  Convolutional Net*, 2015,
  [arXiv:1412.6806](https://arxiv.org/abs/1412.6806). Where the first
  rule comes from.
- S. Ioffe and C. Szegedy, *Batch Normalization*, 2015,
  [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). The second rule.
"""
