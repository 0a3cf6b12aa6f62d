# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# What are GANs used for, and how does one know that they serve?

Detectors of particles, clothes, levels of games: lists of what GANs can
do are long, and mostly made of pictures. A picture looks right or it
does not. A use asks for more, for a property that can be checked. We
build a toy of three uses and check the property in each.

After this lesson you can

- name for a use of a GAN the property that it stands or falls with,
- put the number of real data and of a cheap rival beside the GAN's,
- say how a sum or a path can fail though every part looks right.

About 20 minutes to read, about a minute to run. You need lessons
[05](05_first_gan.ipynb) and [16b](16b_measuring_samples.ipynb).
"""

# %% [markdown]
"""
## The question

Three uses, each at the size of a digit:

| use | the property |
|---|---|
| science: a fast stand-in for a slow simulation | the total energy has the right distribution |
| fashion, art, advertising: pictures to order | each shows what was ordered, and is no copy |
| video games: new levels | the player can get through |

No discriminator is told of the energy or of the path. It sees real and
generated pictures, as always; with the clothes it also reads what was
ordered. Which of the properties come along?
"""

# %% [markdown]
"""
## Your prediction

Real levels can all be walked through. If one tosses tiles at random,
each place with its right share of walls, few can. Of the levels that
the GAN invents, how many?

- **A.** About as few as of random ones: a path is nothing that a
  picture shows.
- **B.** Somewhere in the middle.
- **C.** Nearly all: what holds for every example is learned.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

All three GANs are dense networks from one function; only the data
differ.
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from scipy.ndimage import label
from scipy.stats import wasserstein_distance

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] data="digits fashion_mnist" smoke={"SHOWER_EPOCHS": 1, "CLOTHES_EPOCHS": 1, "LEVEL_EPOCHS": 1, "NUM_EVENTS": 640, "NUM_CLOTHES": 640, "NUM_LEVELS": 640, "NUM_SAMPLES": 200, "SEEDS": [1, 2]}
TOP = 200  # quanta that a pixel of 1 stands for
NUM_EVENTS = 20_000
SHOWER_EPOCHS = 8
SIZE = 14  # of the clothes
NUM_CLOTHES = 20_000
CLOTHES_EPOCHS = 10
NUM_LEVELS = 10_000
LEVEL_EPOCHS = 10
NUM_SAMPLES = 2_000
SEEDS = [1, 2, 3]


# %%
def networks(shape, seed, classes=None):
    options = {"widths": (256, 256), "num_classes": classes}
    options["activation"] = "leaky_relu_0.2"
    return (
        kg.mlp_generator(32, shape, seed=2 * seed, **options),
        kg.mlp_discriminator(shape, seed=2 * seed + 1, **options),
    )


# %%
def samples(real, labels=None, epochs=1, classes=None):
    """Trains one GAN a seed, and yields the samples of each."""
    shape = real.shape[1:]
    gan = kg.GAN(*networks(shape, 0, classes))
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5),
    )
    for seed in SEEDS:
        gan.restart(*networks(shape, seed, classes), seed=seed)
        gan.fit(real, labels, batch_size=64, epochs=epochs, verbose=0)
        yield gan.sample(NUM_SAMPLES, seed=seed)


# %% [markdown]
r"""
### Science

A calorimeter is a block of cells in which a particle sets off a shower
and leaves its energy. Simulating showers is slow, so GANs have been
trained as fast stand-ins, and the ATLAS experiment uses some. Our toy:
8×8 cells, energies of a steep spectrum, a spot that grows with the
logarithm of the energy, and a Poisson number of quanta in each cell.
A pixel is $2\sqrt{N / 200} - 1$ for $N$ quanta, so that dim cells
count too. The cheap rival is the simulation itself, with each cell read
10 % too low.
"""


# %%
def simulate(num, rng):
    """Quanta in each cell, `(num, 8, 8, 1)`."""
    steep = 1 - rng.random(num) * (1 - 0.1**1.5)
    energy = 60 * steep ** (-1 / 1.5)  # from 60 to 600
    centre = rng.uniform(2.5, 4.5, (num, 2, 1))
    width = 0.8 + 0.25 * np.log(energy / 60)
    bells = np.exp(
        -(((np.arange(8) - centre) / width[:, None, None]) ** 2) / 2
    )
    spot = bells[:, 0, :, None] * bells[:, 1, None, :]
    spot /= spot.sum(axis=(1, 2), keepdims=True)
    return rng.poisson(energy[:, None, None] * spot)[..., None]


# %%
def encode(quanta):
    return 2 * np.sqrt(np.minimum(quanta / TOP, 1)) - 1


def decode(pixels):
    return TOP * ((pixels + 1) / 2) ** 2


# %%
rng = np.random.default_rng(0)
truth, second = simulate(NUM_SAMPLES, rng), simulate(NUM_SAMPLES, rng)
events = encode(simulate(NUM_EVENTS, rng)).astype("float32")
showers = [
    decode(made) for made in samples(events, None, SHOWER_EPOCHS)
]


# %%
def total(quanta):
    return quanta.sum(axis=(1, 2, 3))


def energy_error(quanta):
    """Mean distance between the sorted energies, in quanta."""
    return wasserstein_distance(total(quanta), total(truth))


# %%
energy = {
    "real": [energy_error(second)],
    "GAN": [energy_error(made) for made in showers],
    "rival": [energy_error(0.9 * second)],
}

# %% [markdown]
"""
### Fashion, art, advertising

Pictures made to order: say what, and a new one is drawn. Papers have
done it for clothes that suit a customer's taste, and for paintings; and
faces of people who do not exist are used in marketing. Ours are
Fashion-MNIST, and both networks read the kind of garment asked for.
"""

# %%
try:
    clothes = kg.load_images("fashion_mnist", size=SIZE)
    note = "**Data:** Fashion-MNIST, shrunk to 14×14 pixels."
except OSError:
    clothes = kg.load_images("digits", size=SIZE)
    note = (
        "> **Notice.** Fashion-MNIST could not be loaded, so this page "
        "was made with the embedded 8×8 digits, enlarged."
    )
display(Markdown(note))

# %%
train = clothes.train[:NUM_CLOTHES]
labels = clothes.train_labels[:NUM_CLOTHES]
drawn = list(samples(train, labels, CLOTHES_EPOCHS, classes=10))
ordered = np.arange(NUM_SAMPLES) % 10  # the classes in turn

# %% [markdown]
"""
Both questions have one answer: the nearest training image. Its label
says what the sample shows, and its distance whether the sample is a
copy. Held-out real clothes give the yardstick: 5 % of them lie within
the distance that counts as "near", by choice.
"""

# %%
held_out = clothes.test[:NUM_SAMPLES]
nearest = [
    kg.metrics.memorisation(made, train, held_out) for made in drawn
]
real_nearest = kg.metrics.memorisation(held_out, train, held_out)
is_right = (
    labels[real_nearest.indices] == clothes.test_labels[:NUM_SAMPLES]
)
right_kind = {
    "real": [is_right.mean()],
    "GAN": [(labels[n.indices] == ordered).mean() for n in nearest],
    "rival": [0.1],  # a guess among ten kinds
}

# %% name="clothes" alt="Three rows of ten pictures, the ten kinds of garment in order. Top, real ones. Middle, what the first GAN drew to order: outlines can be recognised, with specks on them. Bottom, the training image nearest to each: mostly of the same kind, and never the same picture."
first = [np.flatnonzero(labels == kind)[0] for kind in range(10)]
rows = {"real": train[first], "to order": drawn[0][:10]}
rows["nearest"] = train[nearest[0].indices[:10]]
obeyed = f"Of the ordered kind: {np.median(right_kind['GAN']):.0%}"
kg.plot_image_rows(rows, title=obeyed)
plt.show()

# %% [markdown]
"""
### Video games

GANs have drawn levels of Super Mario and of dungeons. Ours are caves of
8×8 tiles: a walk from the upper left to the lower right digs them, so
each real cave can be crossed. The rival tosses each tile by itself, with
the share of floor that this place has in real caves.
"""

# %%
WAYS = np.array([[0, 1]] * 3 + [[1, 0]] * 3 + [[0, -1], [-1, 0]])


def dig(num, rng):
    """Caves, `True` where there is floor, `(num, 8, 8)`."""
    caves = np.zeros((num, 8, 8), bool)
    for cave in caves:
        place = np.zeros(2, int)
        cave[0, 0] = True
        while (place < 7).any():
            place = np.clip(place + WAYS[rng.integers(8)], 0, 7)
            cave[tuple(place)] = True
    return caves


# %%
def crossed(caves):
    """The share of caves with a path between the two corners."""
    areas = [label(cave)[0] for cave in caves]
    return np.mean([0 < a[0, 0] == a[-1, -1] for a in areas])


# %%
caves = dig(NUM_LEVELS, rng)
tossed = rng.random((NUM_SAMPLES, 8, 8)) < caves.mean(axis=0)
pixels = np.where(caves, 1, -1).astype("float32")[..., None]
invented = [
    made[..., 0] > 0 for made in samples(pixels, None, LEVEL_EPOCHS)
]

# %% name="caves" alt="Three rows of ten small mazes, floor white and walls black. Real caves: winding corridors from the upper left to the lower right corner. Invented by the GAN: corridors of the same kind, some of them interrupted. Tossed tile by tile: specks without corridors."
rows = {"real": caves, "invented": invented[0], "tossed": tossed}
rows = {
    name: np.where(group[:10], 1.0, -1.0)[..., None]
    for name, group in rows.items()
}
kg.plot_image_rows(rows, title="The first ten caves of each kind")
plt.show()

# %% [markdown]
"""
Now the three properties, each with a ceiling, real data that the GAN
did not see, and with its rival: for showers the miscalibrated ones, for
clothes a guess among ten kinds, for caves the tossed tiles.
"""

# %%
passable = {
    "real": [crossed(dig(NUM_SAMPLES, rng))],
    "GAN": [crossed(made) for made in invented],
    "rival": [crossed(tossed)],
}

# %% name="result" alt="Three panels with rows for real data, the GAN, one cross a seed, and a cheap rival. Error of the total energy in quanta: real {energy['real'][0]:.1f}, GAN {min(energy['GAN']):.0f} to {max(energy['GAN']):.0f}, rival {energy['rival'][0]:.1f}. Share of clothes of the ordered kind: real {right_kind['real'][0]:.2f}, GAN {min(right_kind['GAN']):.2f} to {max(right_kind['GAN']):.2f}, rival 0.10. Share of caves that can be crossed: real {passable['real'][0]:.2f}, GAN {min(passable['GAN']):.2f} to {max(passable['GAN']):.2f}, rival {passable['rival'][0]:.3f}."
PANELS = {
    "science: error of the energy": energy,
    "fashion: of the ordered kind": right_kind,
    "games: can be crossed": passable,
}
looks = {"real": (REAL, "o"), "GAN": (FAKE, "x")}
fig, axes = plt.subplots(1, 3, figsize=(10, 2.6), sharey=True)
for ax, (title, found) in zip(axes, PANELS.items()):
    for row, (name, dots) in enumerate(found.items()):
        color, marker = looks.get(name, (PENALTY, "o"))
        ax.plot(dots, [row] * len(dots), marker, color=color)
    ax.set(title=title, xlim=(-0.03, None if ax is axes[0] else 1.03))
axes[0].set(xlabel="quanta", xlim=(0, None))
axes[1].set_xlabel("share of the pictures")
axes[2].set_xlabel("share of the caves")
axes[0].set_yticks(range(3), list(energy))
middles = [np.median(found["GAN"]) for found in PANELS.values()]
fig.suptitle(
    "Medians of the GAN: off by {:.0f} quanta; {:.0%} as ordered; "
    "{:.0%} crossed".format(*middles)
)
axes[0].invert_yaxis()
plt.show()

# %% [markdown]
"""
## What happened
"""


# %% tags=["hide-input"]
lines = ["| property | real | GAN | rival |", "|---" * 4 + "|"]
for title, found in PANELS.items():
    ends = [sorted({min(dots), max(dots)}) for dots in found.values()]
    cells = [" to ".join(f"{end:.3g}" for end in pair) for pair in ends]
    lines.append(f"| {title} | " + " | ".join(cells) + " |")
display(Markdown("\n".join(lines)))

# %% tags=["hide-input"]
middle = np.median(passable["GAN"])
letter = "A" if middle < 0.1 else "C" if middle > 0.9 else "B"
copied = max(each.share for each in nearest)
known = {cave.tobytes() for cave in caves}
old = max(
    np.mean([c.tobytes() in known for c in made]) for made in invented
)
display(
    Markdown(
        f"The answer is **{letter}**. Of the caves {middle:.0%} can be "
        "crossed, in the median seed; of tossed ones "
        f"{passable['rival'][0]:.1%}. So part of the property is "
        f"learned, and not by heart: at most {old:.1%} of the caves, and "
        f"{copied:.1%} of the clothes by the measure above, are copies."
    )
)

# %% tags=["check"]
assert min(passable["GAN"]) > 0.1, passable
assert max(passable["GAN"]) < 0.9, passable
assert passable["real"] == [1.0]
assert passable["rival"][0] < 0.05
assert min(energy["GAN"]) > energy["rival"][0], energy
assert min(right_kind["GAN"]) > 0.7 * right_kind["real"][0], right_kind
assert copied <= 0.05, copied
assert old < 0.05, old

# %% [markdown]
"""
Clothes come near the real number; theirs is the one property that the
discriminator can read, too. The showers do not: with every seed
their energies are further from the truth than those of a simulation
that reads 10 % too low. A closer look: the mean energy, its spread, the
rare events of large energy, and whether large energies come with wide
spots.
"""


# %%
def width(quanta):
    """The standard deviation of a spot along its rows, in cells."""
    profile = quanta.sum(axis=(2, 3)) / (total(quanta)[:, None] + 1e-9)
    mean = profile @ np.arange(8)
    return np.sqrt(np.maximum(profile @ np.arange(8) ** 2 - mean**2, 0))


def physics(quanta):
    energy = total(quanta)
    together = np.corrcoef(np.log(energy + 1), width(quanta))[0, 1]
    rare = (energy > 300).mean()
    return energy.mean(), energy.std(), 100 * rare, together


# %% tags=["hide-input"]
lines = [
    "| showers | mean energy | its std | above 300, % | energy with width |",
    "|---" * 5 + "|",
]
checked = {"real": second, "10 % too low": 0.9 * second}
checked |= {f"GAN, seed {s}": q for s, q in zip(SEEDS, showers)}
for name, quanta in checked.items():
    mean, std, rare, together = physics(quanta)
    lines.append(
        f"| {name} | {mean:.0f} | {std:.0f} | {rare:.1f} | {together:.2f} |"
    )
display(Markdown("\n".join(lines)))

# %% name="energy" alt="Histograms of the total energy, logarithmic counts, from 0 to 600 quanta. Real showers begin sharply at about 50 and fall steadily to 600. The GANs, a dashed line a seed, have {min(low[1:]):.1%} to {max(low[1:]):.1%} of their showers below 50, and bend away from the real curve."
fig, ax = plt.subplots(figsize=(6.4, 3.4))
bins = np.linspace(0, 700, 36)
ax.hist(total(truth), bins, histtype="step", color=REAL, lw=2)
for quanta in showers:
    ax.hist(total(quanta), bins, histtype="step", color=FAKE, ls="--")
ax.set(yscale="log", xlabel="total energy, quanta", ylabel="events")
low = [(total(made) < 50).mean() for made in (truth, *showers)]
ax.set_title(
    f"Below 50 quanta: {low[0]:.1%} of real showers, "
    f"{min(low[1:]):.1%} to {max(low[1:]):.1%} of the GANs'"
)
plt.show()

# %% [markdown]
r"""
## Why

A sum over cells is made of more than cells. With $N_i$ the quanta of
cell $i$, the variance of the total is

$$ \operatorname{Var}\Bigl(\sum_i N_i\Bigr) =
   \sum_i \operatorname{Var}(N_i) +
   \sum_{i \ne j} \operatorname{Cov}(N_i, N_j). $$

There are 64 terms of the first kind and 4,032 of the second. Shuffle
each cell among the events, on its own: every cell keeps exactly its
distribution, and the second sum goes.
"""

# %%
cells = truth.reshape(len(truth), 64).astype("float64")
shuffled = rng.permuted(cells, axis=0)  # each column by itself
covariance = np.cov(cells.T)
alone = np.trace(covariance)
print(f"all terms      {covariance.sum():8.0f}")
print(f"measured       {cells.sum(axis=1).var(ddof=1):8.0f}")
print(f"cells alone    {alone:8.0f}")
print(f"after shuffle  {shuffled.sum(axis=1).var(ddof=1):8.0f}")

# %% tags=["check", "exact"]
measured = cells.sum(axis=1).var(ddof=1)
assert abs(covariance.sum() / measured - 1) < 1e-9
assert (np.sort(cells, axis=0) == np.sort(shuffled, axis=0)).all()

# %% tags=["check"]
assert alone < 0.2 * measured, (alone, measured)
assert abs(shuffled.sum(axis=1).var(ddof=1) / alone - 1) < 0.15

# %% [markdown]
r"""
Nearly all of the spread of the energy lies in how the cells hang
together. The tossed caves are the same shuffle, for tiles. And a path
is stricter than a sum: through a corridor of $L$ tiles, each closed by
mistake with probability $\varepsilon$, one gets with probability

$$ (1 - \varepsilon)^L. $$

We spoil real caves so, and compare. The shortest path has 15 tiles.
"""

# %%
for error in (0.02, 0.05, 0.1):
    spoiled = caves[:NUM_SAMPLES]
    spoiled = spoiled & (rng.random(spoiled.shape) > error)
    print(
        f"{error:.0%} of the tiles closed: crossed {crossed(spoiled):.2f}, "
        f"corridor of 15 {(1 - error) ** 15:.2f}"
    )

# %% tags=["check"]
for error in (0.02, 0.05, 0.1):
    spoiled = caves[:NUM_SAMPLES]
    spoiled = spoiled & (rng.random(spoiled.shape) > error)
    assert abs(crossed(spoiled) - (1 - error) ** 15) < 0.1, error

# %% tags=["hide-input"]
implied = 1 - middle ** (1 / 15)
display(
    Markdown(
        f"Read backwards: a corridor would show the {middle:.0%} of the "
        f"GAN's caves if {implied:.0%} of its tiles were wrong, about "
        f"{15 * implied:.0f} in 15. That is little of a picture, and the "
        "player stands before a wall. So whoever uses a GAN tests the "
        "property: the Mario paper searches for levels that a program "
        "can play, physicists compare energies and widths of showers."
    )
)

# %% [markdown]
"""
## Change one thing

Keep only those of its caves that can be crossed, and train the same GAN
on these survivors for another ten epochs. Before you run: will
more of its caves be crossed than now, and will they differ as much from
one another? One of the papers below does something like it.
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A GAN's mean energy agrees with the truth to a few
per cent. Does that settle the total energy?</summary>

No. It is one number of a distribution. Spread and rare events can be
wrong all the same, and so can the link to the width. The error of the
sorted energies looks at the whole distribution.

</details>

<details><summary>No sample lies near a training image. May a shop be
sure that its GAN copies nothing?</summary>

No. Distance in pixels misses a copy that is shifted or has specks on
it, and noisy samples are far from everything. It is a test for one kind
of copy.

</details>

<details><summary>All levels of the training set can be crossed. Why
does the discriminator not insist?</summary>

Nobody tells it to look for a path. It is paid for telling real from
generated, by whatever shows most, and a single closed tile among 64
changes the picture little and the path altogether.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `walls_to_open(level)`: the smallest number of walls that have to
be opened so that a path joins the two corners. It is 0 for a level that
can be crossed, and says of the others how far they are from it.

Expected: 2 for a cave of four rows that the exercise gives, and never
more than one less after one tile is opened. The exercise notebook holds
the tests.
"""

# %% [markdown]
"""
## Remember

- A use of a GAN stands or falls with a property. Name it, and test it,
  above all if no discriminator was told of it.
- Put real data and a cheap rival beside the GAN's number.
- Sums and paths depend on how the parts hang together, so they can fail
  where every part by itself is right.
"""

# %% [markdown]
"""
## References

- M. Paganini, L. de Oliveira and B. Nachman, *CaloGAN*, 2017,
  [arXiv:1705.02355](https://arxiv.org/abs/1705.02355). Showers by a
  GAN, and how they are checked.
- ATLAS Collaboration, *AtlFast3: the next generation of fast simulation
  in ATLAS*, 2021,
  [arXiv:2109.02551](https://arxiv.org/abs/2109.02551). A simulation in
  use, with GANs as a part.
- J. P. Cohen, M. Luck and S. Honari, *Distribution Matching Losses Can
  Hallucinate Features in Medical Image Translation*, 2018,
  [arXiv:1805.08841](https://arxiv.org/abs/1805.08841). A warning from
  medicine: tumours that are drawn, or removed.
- W.-C. Kang and others, *Visually-Aware Fashion Recommendation and
  Design with Generative Image Models*, 2017,
  [arXiv:1711.02231](https://arxiv.org/abs/1711.02231). Clothes for a
  taste.
- A. Elgammal and others, *CAN: Creative Adversarial Networks*, 2017,
  [arXiv:1706.07068](https://arxiv.org/abs/1706.07068). Art that is paid
  for leaving known styles.
- R. Tucciarelli and others, *On the Realness of People Who Do Not Exist:
  The Social Processing of Artificial Faces*, 2022,
  [iScience 25](https://doi.org/10.1016/j.isci.2022.105441). Generated
  faces in marketing and elsewhere.
- V. Volz and others, *Evolving Mario Levels in the Latent Space of a
  Deep Convolutional Generative Adversarial Network*, 2018,
  [arXiv:1805.00728](https://arxiv.org/abs/1805.00728). A search in the
  latent space, with a program that plays the levels.
- R. Rodriguez Torrado and others, *Bootstrapping Conditional GANs for
  Video Game Level Generation*, 2019,
  [arXiv:1910.01603](https://arxiv.org/abs/1910.01603). Playable levels
  go back into the training set.
"""
