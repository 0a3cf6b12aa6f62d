# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# What do kernel and stride decide?

A convolution looks through a small window, its kernel, and moves it by a
stride. Two things follow from these two numbers alone, before any
training: how much of an image a unit of the discriminator can see, and
whether the generator paints checkerboards. Both can be worked out, and
both can be looked at.

After this lesson you can

- work out a receptive field, and see it,
- tell from kernel and stride whether a layer begins with checkerboards.

About 15 minutes to read, seconds to run. You need lesson
[13a](13a_why_convolutions.ipynb).
"""

# %% [markdown]
"""
## The question

A discriminator of four convolutions, kernel 4 and stride 2, reads images
of 64×64 pixels. How many pixels can one unit of its last map see? And a
generator doubles its map with transposed convolutions, which lay copies
of a kernel next to one another, overlapping. Does every pixel get as
many layers of paint?
"""

# %% [markdown]
"""
## Your prediction

A transposed convolution with stride 2 doubles a map. For which kernel
does each pixel, away from the edges, lie under equally many copies?

- **A.** For 3, but not for 4 and 5.
- **B.** For 4, but not for 3 and 5.
- **C.** For all three: the overlaps even out.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
r"""
## The experiment

First what a unit sees. With kernels $k_i$ and strides $s_i$, layer by
layer, its **receptive field** has a side of

$$ r = 1 + \sum_i (k_i - 1) \prod_{j < i} s_j $$

pixels: layer $i$ adds $k_i - 1$ steps, and each of its steps is as many
pixels as the strides before it make.
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from keras import layers

import keras_gan as kg

REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %%
logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()

# %% tags=["settings"] data="digits" smoke={"NUM_NETWORKS": 5}
SIDE = 64  # pixels
BLOCKS = 4  # convolutions of the discriminator
NUM_NETWORKS = 40  # untrained generators


# %%
def receptive_field(kernels, strides):
    sides, r, step = [], 1, 1
    for k, s in zip(kernels, strides):
        r += (k - 1) * step
        step *= s
        sides.append(r)
    return sides


# %%
fields = receptive_field([4] * BLOCKS, [2] * BLOCKS)
print("side after each block, in pixels:", *fields)

# %% [markdown]
"""
Is it so? A grey picture with a single white pixel, at each place in
turn, goes through an untrained discriminator. Which of these pictures
does a unit in the middle of a map answer to, and how strongly?
"""

# %%
network = kg.conv_discriminator(
    (SIDE, SIDE, 1), width=8, num_blocks=BLOCKS, seed=1
)
maps = [x.output for x in network.layers if "leaky" in x.name]
spikes = np.eye(SIDE**2, dtype="float32").reshape(-1, SIDE, SIDE, 1)


# %%
def influence(block):
    """How a middle unit after a block answers to each pixel."""
    part = keras.Model(network.input, maps[block - 1])
    answers = part.predict(spikes, batch_size=256, verbose=0)
    middle = answers.shape[1] // 2
    answers = np.abs(answers[:, middle, middle]).mean(axis=1)
    return answers.reshape(SIDE, SIDE)


# %%
seen = [influence(block) for block in range(1, BLOCKS + 1)]
touched = [np.flatnonzero(each.any(axis=1)) for each in seen]
print("rows seen after each block:", *map(len, touched))

# %% tags=["check", "exact"]
for answers, rows, field in zip(seen, touched, fields):
    columns = np.flatnonzero(answers.any(axis=0))
    assert len(rows) == len(columns) == field
    assert rows[-1] - rows[0] == columns[-1] - columns[0] == field - 1

# %% tags=["hide-input"] name="field" alt="Left, nested squares of {', '.join(map(str, fields))} pixels a side in an image of {SIDE} by {SIDE}: what one unit sees after each block. Right, how strongly the unit after the last block answers to each pixel: a blot as large as the largest square, darkest in its middle, nothing outside."
digit = kg.load_images("digits", size=SIDE).test[0, ..., 0]
fig, axes = plt.subplots(1, 2, figsize=(8, 4.2), sharey=True)
axes[0].imshow(digit, cmap="gray_r", alpha=0.4)
axes[1].imshow(seen[-1], cmap="Purples")
for rows, field in zip(touched, fields):
    for ax in axes:
        corner = (rows[0] - 0.5, rows[0] - 0.5)
        box = plt.Rectangle(corner, field, field, fill=False)
        box.set(edgecolor=PENALTY, lw=1.5)
        ax.add_patch(box)
listed = ", ".join(map(str, fields))
axes[0].set_title(f"Seen after each block: {listed} pixels")
axes[1].set_title("The last one: the middle counts most")
axes[0].set_ylabel("pixel")
for ax in axes:
    ax.set_xlabel("pixel")
plt.show()

# %% [markdown]
"""
The squares are as large as the formula says. Inside one the middle
counts most, since more ways lead from there to the unit. So a
discriminator of convolutions first judges pieces of strokes, then larger
parts, and only its last layer joins the whole. A dense one sees
everything from the first layer on, and has to learn what is near to
what.

Now the generator. How many copies of the kernel lie over each pixel, in
one direction?
"""


# %%
def overlaps(kernel, size=8, stride=2):
    painted = np.zeros(stride * (size - 1) + kernel, int)
    for i in range(size):
        painted[stride * i : stride * i + kernel] += 1
    return painted


counts = {kernel: overlaps(kernel) for kernel in (3, 4, 5)}
for kernel, painted in counts.items():
    print(f"kernel {kernel}:", *painted)

# %% [markdown]
"""
In two directions the counts multiply. A layer of Keras whose weights are
all 1, on a map of ones, must paint the same numbers:
"""


# %%
def by_keras(kernel):
    layer = layers.Conv2DTranspose(
        1, kernel, 2, kernel_initializer="ones"
    )
    ones = np.ones((1, 8, 8, 1), "float32")
    return keras.ops.convert_to_numpy(layer(ones))[0, ..., 0]


# %%
squares = {k: np.outer(c, c) for k, c in counts.items()}
gaps = [np.abs(by_keras(k) - c).max() for k, c in squares.items()]
print("largest differences:", *gaps)

# %% tags=["check", "exact"]
assert max(gaps) == 0
inner = {k: set(c[6:10, 6:10].ravel()) for k, c in squares.items()}
assert inner == {3: {1, 2, 4}, 4: {4}, 5: {4, 6, 9}}

# %% tags=["hide-input"] name="result" alt="Three squares: how many copies of a kernel lie over each pixel, for kernels of 3, 4 and 5 and stride 2, away from the edges. Kernel 3: a pattern of 1, 2 and 4. Kernel 4: 4 everywhere. Kernel 5: a pattern of 4, 6 and 9."
even = [k for k, c in counts.items() if len(set(c[4:-4])) == 1]
fig, axes = plt.subplots(1, 3, figsize=(9, 3.4))
for ax, (kernel, square) in zip(axes, squares.items()):
    inside = square[4:12, 4:12]
    ax.imshow(inside, cmap="Purples", vmin=0, vmax=20)
    for (y, x), count in np.ndenumerate(inside):
        ax.text(x, y, count, ha="center", va="center", fontsize=9)
    ax.set_title(f"kernel {kernel}")
    ax.set_xticks([])
    ax.set_yticks([])
fig.suptitle(
    "Equally many copies over every pixel: kernel "
    + ", ".join(map(str, even))
)
plt.show()

# %% [markdown]
"""
## What happened

We compare the pixel with the most copies over it to the one with the
fewest, away from the edges.
"""

# %% tags=["hide-input"]
middle = {k: square[6:10, 6:10] for k, square in squares.items()}
ratios = {k: part.max() / part.min() for k, part in middle.items()}
letter = {(3,): "A", (4,): "B"}.get(tuple(even), "C")
display(
    Markdown(
        f"The answer is **{letter}**. With kernel 3 some pixels get "
        f"{ratios[3]:.0f} times as many layers of paint as others, with "
        f"kernel 5 {ratios[5]:.2f} times, with kernel 4 all get as many. "
        f"And a unit after {BLOCKS} blocks sees {fields[-1]} of the "
        f"{SIDE} pixels in each direction, after one block {fields[0]}."
    )
)

# %% [markdown]
r"""
## Why

A transposed convolution lays a copy of its kernel, of length $k$, at
every $s$-th pixel, and adds them up. How many copies lie over pixel $x$?
In each direction it is the number of whole $i$, one for each unit of the
small map, with

$$ 0 \le x - s\,i < k. $$

If $s$ divides $k$ that is $k / s$ everywhere away from the edges. If
not, it differs from pixel to pixel, with period $s$.
"""


# %%
def formula(x, kernel, size=8, stride=2):
    return sum(0 <= x - stride * i < kernel for i in range(size))


for kernel, painted in counts.items():
    by_formula = [formula(x, kernel) for x in range(len(painted))]
    print(f"kernel {kernel}:", *by_formula)

# %% tags=["check", "exact"]
for kernel, painted in counts.items():
    found = [formula(x, kernel) for x in range(len(painted))]
    assert found == list(painted)

# %% [markdown]
"""
Does an untrained generator show it? Its weights are random and
independent, so the mean square of a pixel should go with the number of
weights that reach it. We draw many generators with two doublings, and
for each kernel compare pixels in even and odd rows and columns. A fourth
one doubles its map by resizing, each pixel becoming four, and convolves
afterwards.
"""


# %%
def random_generator(seed, kernel, resize=False):
    parts = [layers.Input((4, 4, 32))]
    layer = layers.Conv2D if resize else layers.Conv2DTranspose
    for filters in (16, 1):
        start = keras.initializers.RandomNormal(seed=seed + filters)
        options = {"padding": "same", "kernel_initializer": start}
        parts += [layers.UpSampling2D()] if resize else []
        stride = 1 if resize else 2
        parts += [layer(filters, kernel, stride, **options)]
    return keras.Sequential(parts)


# %%
def mean_square(**way):
    """Of each pixel, over untrained generators."""
    z = np.random.default_rng(0).normal(size=(50, 4, 4, 32))
    z = z.astype("float32")
    total = np.zeros((16, 16))
    for seed in range(NUM_NETWORKS):
        pictures = random_generator(20 * seed, **way)(z)
        pictures = keras.ops.convert_to_numpy(pictures)[..., 0]
        total += np.square(pictures).mean(axis=0)
    return total / total[4:-4, 4:-4].mean()


# %%
def unevenness(pattern):
    """Largest over smallest mean of even and odd rows and columns."""
    inside = pattern[4:-4, 4:-4]
    means = [inside[a::2, b::2].mean() for a in (0, 1) for b in (0, 1)]
    return float(max(means) / min(means))


# %%
patterns = {f"kernel {k}": mean_square(kernel=k) for k in (3, 4, 5)}
patterns["resize, then 3"] = mean_square(kernel=3, resize=True)
uneven = {name: unevenness(each) for name, each in patterns.items()}
print({name: round(value, 2) for name, value in uneven.items()})

# %% tags=["check"]
assert abs(uneven["kernel 3"] - 4) < 0.8, uneven
assert abs(uneven["kernel 5"] - 2.25) < 0.45, uneven
assert max(uneven["kernel 4"], uneven["resize, then 3"]) < 1.25, uneven

# %% tags=["hide-input"] name="untrained" alt="Four squares of 16 by 16 pixels: the mean square of each pixel over {NUM_NETWORKS} untrained generators. Kernels 3 and 5 show a regular pattern of period two, its largest mean {uneven['kernel 3']:.1f} and {uneven['kernel 5']:.1f} times the smallest; kernel 4 and resizing are even inside, at {uneven['kernel 4']:.2f} and {uneven['resize, then 3']:.2f}."
fig, axes = plt.subplots(1, 4, figsize=(10, 3))
for ax, (name, pattern) in zip(axes, patterns.items()):
    ax.imshow(pattern, cmap="Purples", vmin=0, vmax=3)
    ax.set_title(f"{name}: {uneven[name]:.2f}")
    ax.set_xticks([])
    ax.set_yticks([])
fig.suptitle("Largest over smallest mean square, before any training")
plt.show()

# %% [markdown]
"""
The counts say 4 for kernel 3 and 2.25 for kernel 5, and that is about
what the random networks have. Training may choose weights that make up
for it. Lesson [13b](13b_the_rules_of_dcgan.ipynb) looks at trained
generators; the exercise finds such weights.
"""

# %% [markdown]
"""
## Change one thing

Set `BLOCKS = 3`. Before you run: how many pixels does a unit of the last
map see now, and how many units does that map have?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A transposed convolution has kernel 6 and stride 3. Does
it paint checkerboards?</summary>

Not by its overlaps: 3 divides 6, so two copies lie over every pixel in
each direction.

</details>

<details><summary>Two convolutions with kernel 3 and stride 1, or one with
kernel 5. Which sees more?</summary>

They see the same, 5 pixels: 1 + 2 + 2 and 1 + 4. The two have fewer
weights, and an activation between them.

</details>

<details><summary>Why does the middle of a receptive field count
more?</summary>

More ways lead from there to the unit. From a corner there is one way
only, through the corner of every kernel.

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

- Each layer adds its kernel less one to the receptive field, times the
  strides before it.
- Overlaps are even if the stride divides the kernel. Otherwise a
  generator begins with checkerboards.
- A kernel of 4 with stride 2, or resizing before a convolution, begins
  without.
"""

# %% [markdown]
"""
## References

- A. Odena, V. Dumoulin and C. Olah, *Deconvolution and Checkerboard
  Artifacts*, 2016,
  [distill.pub](https://distill.pub/2016/deconv-checkerboard/). Pictures
  of the fault in published GANs, and the cure by resizing.
- V. Dumoulin and F. Visin, *A Guide to Convolution Arithmetic for Deep
  Learning*, 2016, [arXiv:1603.07285](https://arxiv.org/abs/1603.07285).
  Strides and padding, drawn.
- W. Luo and others, *Understanding the Effective Receptive Field in Deep
  Convolutional Neural Networks*, 2016,
  [proceedings](https://proceedings.neurips.cc/paper_files/paper/2016/hash/c8067ad1937f728f51288b3eb986afaa-Abstract.html).
  Why the middle counts most.
"""
