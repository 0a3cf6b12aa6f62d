# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# What does a generative model know that a classifier does not?

Most networks that you have met answer questions about what they are
shown: this is a dog, this sentence is correct. A generative model turns
that around. It shows something new. Here we try to make a classifier do
it, see what is missing, and meet the two networks that supply it.

After this lesson you can

- say what a discriminative and a generative model each answer,
- draw a generative adversarial network (GAN) and say what each part is
  paid for,
- read a run in three stages, and say what the accuracy of its
  discriminator tells about them.

About 20 minutes to read, about a minute to run. You need to know what a
classifier is, no more.
"""

# %% [markdown]
r"""
## The question

A classifier takes an image, many numbers, and returns a class, one
number. Call the image $x$ and the class $y$. What it has learned is
$P(y \mid x)$: how likely each class is, **given** what it sees.

Can we run it backwards? We name a class and ask for an $x$. If it
recognises every dog, it should know what a dog looks like.
"""

# %% [markdown]
"""
## Your prediction

The data are points of the plane, in two half-moons. We train a
classifier until it is right on practically every new point. Then we put
200 points anywhere and let each climb, step by step, to where the
classifier is surer that it belongs to moon 1. Where do they end?

- **A.** On moon 1, all along it.
- **B.** On moon 1, crowded at one place.
- **C.** Away from both moons, where there is no data.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

Two moons instead of dogs and cats, because we can see all of the plane
at once. Where images differ, the page says so. The classifier answers
with one number, a **logit**: above 0 it says moon 1, and the larger the
number, the surer it is.
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import SVG, Markdown, display
from sklearn.neighbors import KNeighborsClassifier

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] smoke={"EPOCHS": 3, "STAGES": [1, 2, 3], "SEEDS": [1], "CLIMB": 5}
EPOCHS = 60  # of the GAN, 50 steps each
STAGES = [1, 12, 60]  # epochs at which we look: bad, fair, good
BATCH_SIZE = 128
WIDTH = 0.05  # of the bumps of a density
CLIMB = 60  # steps of 0.05
SEEDS = [1, 2, 3]

# %%
moons = kg.moons(num_train=50 * BATCH_SIZE, num_test=2_000)
is_one = moons.train_labels[:, None].astype("float32")


# %%
def train_classifier(seed):
    network = kg.mlp_discriminator((2,), widths=(64, 64), seed=seed)
    network.compile(
        keras.optimizers.Adam(3e-3),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    keras.utils.set_random_seed(seed)  # the order of the batches
    network.fit(
        moons.train, is_one, batch_size=BATCH_SIZE, epochs=5, verbose=0
    )
    return network


# %%
def logits(network, points):
    points = np.asarray(points, "float32")
    return keras.ops.convert_to_numpy(network(points))[:, 0]


classifiers = [train_classifier(seed) for seed in SEEDS]
right = [
    ((logits(each, moons.test) > 0) == moons.test_labels).mean()
    for each in classifiers
]
print("accuracy on new points:", [f"{r:.4f}" for r in right])

# %% tags=["check"]
assert min(right) > 0.99, right

# %% [markdown]
"""
Now backwards. Each point looks at the slope of the classifier's answer,
by trying a little to every side, and takes a step of 0.05 uphill.
"""


# %%
def uphill(network, points, h=0.01):
    """Unit vectors along which the logit of moon 1 grows."""
    moves = [s * h * unit for unit in np.eye(2) for s in (1, -1)]
    shifted = np.concatenate([points + move for move in moves])
    around = logits(network, shifted).reshape(2, 2, -1)
    slope = (around[:, 0] - around[:, 1]).T
    length = np.linalg.norm(slope, axis=1, keepdims=True)
    return slope / np.maximum(length, 1e-12)


# %%
rng = np.random.default_rng(0)
anywhere = rng.uniform((-1, -0.5), (2, 1), size=(200, 2))
climbed = []
for network in classifiers:
    points = anywhere
    for _ in range(CLIMB):
        points = points + 0.05 * uphill(network, points)
    climbed.append(points)

# %% [markdown]
r"""
And a model that knows something else: where points **are**, $P(x)$.
The simplest such model needs no training. It puts a small round bump,
of width 0.05, on each training point, and calls the sum a density. To
draw a new point, take any training point and move it a little at random.
"""


# %%
def sample_density(num, seed):
    rng = np.random.default_rng(seed)
    chosen = moons.train[rng.integers(len(moons.train), size=num)]
    return chosen + WIDTH * rng.standard_normal((num, 2))


drawn = sample_density(200, seed=1)


# %%
def distances(points):
    real = moons.train[moons.train_labels == 1][:1_000]
    return np.linalg.norm(points[:, None] - real, axis=2).min(axis=1)


# from each point to the nearest real one of moon 1
apart = [np.median(distances(points)) for points in climbed]
usual = np.median(distances(moons.test[moons.test_labels == 1]))

# %% name="result" alt="Two panels. Left: the classifier's map, green where it expects moon 1 and purple where moon 0, with the two moons of real points as green circles and 200 purple crosses where the climbing points ended; the crosses lie outside the moons, at a median distance of {apart[0]:.1f} from moon 1. Right: real points and 200 new ones drawn from the density; the crosses lie along both moons."
fig, axes = plt.subplots(1, 2, figsize=(10.5, 4.2))
kg.plot_surface(
    lambda x: 1 / (1 + np.exp(-logits(classifiers[0], x))),
    (-3, 5, -4.5, 3.5),
    label="P(moon 1 | x)",
    ax=axes[0],
)
for ax, points in zip(axes, (climbed[0], drawn)):
    kg.plot_samples(moons.test[:400], points, ax=ax)
axes[0].set_title("A classifier, run backwards")
axes[1].set(title="A density, sampled", xlim=(-3, 5), ylim=(-4.5, 3.5))
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
sure = [
    (1 / (1 + np.exp(-logits(each, points)))).min()
    for each, points in zip(classifiers, climbed)
]
display(
    Markdown(
        f"The answer is **C** for "
        f"{sum(d > 10 * usual for d in apart)} of {len(SEEDS)} "
        "classifiers. The points ended at a median distance of "
        f"{min(apart):.2f} to {max(apart):.2f} from moon 1; for a real "
        f"point that distance is {usual:.3f}. And the classifier is "
        "content: to it each of them is moon 1 with a probability of "
        f"at least {min(*sure, 0.999):.3f}. How far they get depends on "
        "`CLIMB`, the number of steps."
    )
)

# %% tags=["check"]
for distance, least in zip(apart, sure):
    assert distance > 10 * usual, (distance, usual)
    assert least > 0.9, least

# %% [markdown]
r"""
A classifier is not asked where data lies, only on which **side** of a
boundary a point is. A model of $P(y \mid x)$ is called
**discriminative**; a model of $P(x)$, from which one can draw, is
**generative**.

### Two networks

Yet a classifier can help, with other classes: **real** and **fake**.
Call it the **discriminator**. The **generator** is its reverse: it
turns random numbers z into a sample, and is paid for each sample that
the discriminator takes for real. The paper of 2014 compares the two
with counterfeiters and the police, and says that the competition drives
both to improve.
"""


# %% tags=["hide-input"]
def box(x, y, name, note, color):
    text = f'text-anchor="middle" fill="{color}"'
    return (
        f'<rect x="{x}" y="{y}" width="130" height="56" rx="7" '
        f'fill="none" stroke="{color}" stroke-width="2"/>'
        f'<text x="{x + 65}" y="{y + 25}" font-weight="bold" {text}>{name}</text>'
        f'<text x="{x + 65}" y="{y + 44}" font-size="12" {text}>{note}</text>'
    )


# %% tags=["hide-input"]
def arrow(path, color, dash="none"):
    return (
        f'<path d="{path}" fill="none" stroke="{color}" stroke-width="2" '
        f'stroke-dasharray="{dash}" marker-end="url(#{color[1:]})"/>'
    )


# %% tags=["hide-input"]
def tip(color):
    return (
        f'<marker id="{color[1:]}" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{color}"/></marker>'
    )


# %% tags=["hide-input"] name="system" alt="Diagram of a GAN. Random numbers z go into the generator, which makes fakes. Fakes and real data both go into the discriminator, which answers how likely each is real. Two dashed arrows lead back from the answer: one to the discriminator, which learns to be right, and one through the discriminator to the generator, which learns to be taken for real. The real data has no arrow to the generator."
R, F, D = REAL, FAKE, DISCRIMINATOR
parts = [
    box(200, 20, "real data", "samples x", R),
    box(10, 130, "z", "random numbers", D),
    box(200, 130, "generator", "the forger", F),
    box(400, 75, "discriminator", "the police", D),
    box(590, 75, "answer D(x)", "real or fake?", D),
    arrow("M140 158H196", D),
    arrow("M330 48H365V92H396", R),
    arrow("M330 158H365V114H396", F),
    arrow("M530 95H586", D),
    arrow("M655 75V35H465V71", D, "5 4"),
    arrow("M590 117H534", F, "5 4"),
    arrow("M465 131V215H265V190", F, "5 4"),
    f'<text x="560" y="27" text-anchor="middle" fill="{D}">learns to be right</text>',
    f'<text x="366" y="207" text-anchor="middle" fill="{F}">learns to be taken for real</text>',
]
diagram = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 730 230" '
    'width="548pt" height="173pt" font-family="sans-serif" font-size="15" '
    'role="img"><title>The parts of a GAN</title><desc>Solid arrows carry '
    "samples and answers, dashed arrows carry gradients.</desc><defs>"
    f"{tip(R)}{tip(F)}{tip(D)}</defs>{''.join(parts)}</svg>"
)
display(SVG(diagram))

# %% [markdown]
"""
Solid arrows carry samples and answers. Dashed arrows carry gradients:
they say how weights should change. Look for the arrow that is missing.
No line leads from the real data to the generator. It never sees what it
imitates.

That is also where the story of the forger ends. A real forger is told
"no". The generator is told how the answer would change with each number
of its sample: it reads the notes of the police.

### Bad, fair, good: a real run

Now we train such a pair on the moons, without their labels. Every
epoch we count how often the discriminator is right, on 2,000 real test
points and 2,000 fakes. Lessons 1 to 5 take this code apart.
"""


# %%
def make_gan(seed):
    gan = kg.GAN(
        kg.mlp_generator(2, (2,), seed=seed),
        kg.mlp_discriminator((2,), seed=seed + 100),
        seed=seed,
    )
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
    )
    return gan


# %%
def accuracy(network, fakes):
    """How often the discriminator is right on new points."""
    on_real = (logits(network, moons.test) > 0).mean()
    return (on_real + (logits(network, fakes) <= 0).mean()) / 2


# %%
def train(seed):
    gan = make_gan(seed)
    watch = kg.Watch(
        num_samples=2_000,
        metrics=lambda x: {"accuracy": accuracy(gan.discriminator, x)},
    )
    gan.fit(
        moons.train,
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        verbose=0,
        callbacks=[watch],
    )
    return watch


# %%
watches = [train(seed) for seed in SEEDS]
curves = np.array(
    [[m["accuracy"] for m in watch.metrics] for watch in watches]
)

# %% [markdown]
"""
One more judge, from outside the game. It learns nothing in turns and
has no past: it looks at the 25 nearest of 2,000 labelled points, half
of them real, and takes the majority. It tells us how good the fakes
are, whatever the discriminator thinks.
"""


# %%
def outsider(fakes):
    """Accuracy of a nearest-neighbour judge on points held out."""
    half = len(fakes) // 2
    x = np.stack([moons.test[: 2 * half], fakes[: 2 * half]])
    y = np.repeat([1, 0], half)
    judge = KNeighborsClassifier(25).fit(x[:, :half].reshape(-1, 2), y)
    return judge.score(x[:, half:].reshape(-1, 2), y)


outside = np.array(
    [[outsider(w.samples[epoch]) for epoch in STAGES] for w in watches]
)
floor = outsider(moons.train[:2_000])

# %% name="stages" alt="Three scatter plots of real points, green circles along the two moons, and fakes of the first seed, purple crosses. After {STAGES[0]} epoch the fakes are a blob that has little to do with the moons; after {STAGES[1]} epochs they are a flat fan over the region of the moons, which follows neither; after {STAGES[2]} epochs they lie along both moons. The discriminator is right on {curves[0][STAGES[0]]:.0%}, {curves[0][STAGES[1]]:.0%} and {curves[0][STAGES[2]]:.0%}."
fig, axes = plt.subplots(1, 3, figsize=(11, 3.8), sharey=True)
for ax, epoch, name in zip(axes, STAGES, ("Bad", "Fair", "Good")):
    fakes = watches[0].samples[epoch][:400]
    kg.plot_samples(moons.test[:400], fakes, ax=ax)
    told = curves[0][epoch]
    ax.set_title(f"{name}: epoch {epoch}, D right on {told:.0%}")
plt.show()

# %% tags=["hide-input"] name="accuracy" alt="Accuracy of the discriminator on new points over {EPOCHS} epochs, three seeds, with a line at one half. Before training it is {np.median(curves[:, 0]):.2f}; the highest median is {np.median(curves, axis=0).max():.2f}, at epoch {np.median(curves, axis=0).argmax()}; at the end it is {np.median(curves[:, -1]):.2f}."
fig, ax = plt.subplots(figsize=(7, 3.6))
at = np.arange(EPOCHS + 1)
kg.plot_seeds(at, curves, color=DISCRIMINATOR, label="D", ax=ax)
for row in outside:
    ax.plot(STAGES, row, "s", color=PENALTY, ms=5)
ax.plot([], [], "s", color=PENALTY, label="outside judge")
ax.axhline(0.5, color=NEUTRAL, lw=1)
ax.set(xlabel="epoch", ylabel="accuracy", ylim=(0.3, 1.02))
ax.set_title(f"The judge in the game: never above {curves.max():.0%}")
ax.legend()
plt.show()

# %% tags=["hide-input"]
rows = [
    "| stage | discriminator right | outside judge right |",
    "|---|---|---|",
]
for i, (name, epoch) in enumerate(zip(("bad", "fair", "good"), STAGES)):
    own = ", ".join(f"{v:.3f}" for v in curves[:, epoch])
    other = ", ".join(f"{v:.3f}" for v in outside[:, i])
    rows.append(f"| {name}, epoch {epoch} | {own} | {other} |")
display(
    Markdown(
        f"For the seeds {', '.join(map(str, SEEDS))}:\n\n"
        + "\n".join(rows)
        + f"\n\nOn real points against other real points the outside "
        f"judge is right on {floor:.3f}: nothing is left to see there."
    )
)

# %% tags=["hide-input"]
best = curves.max(axis=1)
close = (np.abs(curves - 0.5) <= 0.1).mean()
display(
    Markdown(
        "The usual story says: at first the discriminator tells the "
        "fakes easily, and the better they become the less it is "
        "right. The outside judge sees that: its accuracy falls from "
        f"{outside[:, 0].min():.2f} to {outside[:, 0].max():.2f} at the "
        f"bad stage to {outside[:, 2].min():.2f} to "
        f"{outside[:, 2].max():.2f} at the good one. The judge **in** "
        f"the game does not: over {EPOCHS} epochs its best look was "
        f"{best.min():.2f} to {best.max():.2f}, and {close:.0%} of all "
        "looks were within a tenth of one half. A likely reason, not "
        "tested here: what it has just learned to reject, the generator "
        "has just stopped making."
    )
)

# %% tags=["check"]
assert (best < 0.85).all(), best
assert np.abs(np.median(curves, axis=1) - 0.5).max() < 0.1
assert (outside[:, 0] > 0.85).all(), outside
assert (outside[:, 0] > outside[:, 2] + 0.1).all(), outside

# %% [markdown]
"""
So an accuracy of one half has three meanings: the fakes are perfect,
the judge knows too little, or the judge is always one step behind. To
know which, ask somebody from outside. How two players chase each other
without arriving is worked out by hand in lesson
[9a](09a_failure_to_converge_by_hand.ipynb).
"""

# %% [markdown]
r"""
## Why

Why can a generative model do more? Let $P(x \mid y)$ be where the
points of class $y$ lie, and $P(y)$ how common the class is. By Bayes'
rule

$$ P(y \mid x) = \frac{P(x \mid y)\,P(y)}
   {\sum_{y'} P(x \mid y')\,P(y')} . $$

So two densities make a classifier. The way back is closed: in the
fraction the size of the densities cancels. A point far out, where both
are nearly 0, gets a sure answer all the same. We build the classifier
of the two bump densities:
"""


# %%
def log_density(points, label):
    data = moons.train[moons.train_labels == label][:1_000]
    squares = ((points[:, None] - data) ** 2).sum(axis=2)
    return np.logaddexp.reduce(-squares / (2 * WIDTH**2), axis=1)


def bayes_logit(points):
    return log_density(points, 1) - log_density(points, 0)


# %%
test = moons.test[:1_000]
both = bayes_logit(test) > 0, logits(classifiers[0], test) > 0
of_bayes, of_network = (
    (answers == moons.test_labels[:1_000]).mean() for answers in both
)
print(f"two densities and Bayes' rule: {of_bayes:.4f}")
print(f"trained classifier:            {of_network:.4f}")

# %% tags=["check", "exact"]
assert of_bayes > 0.99

# %%
far = climbed[0][:1]
nearest = distances(far)[0]
print(f"a point at distance {nearest:.2f} from moon 1")
print(f"  log density of moon 1:  {log_density(far, 1)[0]:10.1f}")
print(f"  log density of moon 0:  {log_density(far, 0)[0]:10.1f}")
print(
    f"  log density, usual:     {np.median(log_density(test[:50], 1)):10.1f}"
)

# %% tags=["check"]
assert log_density(far, 1)[0] < -100
assert bayes_logit(far)[0] > 100  # sure all the same

# %% [markdown]
r"""
Then why does the world not draw from such densities? In two dimensions
bumps on the data are enough. In the thousands of dimensions of an image
a bump around a photograph is that photograph with noise on it: nothing
new. A GAN never writes $P(x)$ down. It only learns to draw, and it
needs no more than a classifier to be trained. That is the idea of the
paper by Goodfellow and others, which named GANs in 2014.
"""

# %% [markdown]
"""
## Change one thing

Set `CLIMB = 6`, so that each point makes a tenth of the steps. Before
you run: where are the points then, and is the classifier already sure?
Then give the discriminator four times the generator's learning rate in
`make_gan`. Does its accuracy now follow the usual story?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A network translates sentences, another one says
whether a translation is good. Which is generative?</summary>

The first one gives something new for each sentence: it models
$P(\text{translation} \mid \text{sentence})$ and draws from it. A
condition does not make a model discriminative. What counts is what it
returns: a sample, or a judgement.

</details>

<details><summary>The discriminator of a finished GAN is right half of the
time. Is the generator perfect?</summary>

Perhaps. In our run it was right half of the time with bad fakes as
well. Ask a judge from outside.

</details>

<details><summary>Could we run the discriminator backwards, as we ran the
classifier, and do without a generator?</summary>

Not as simply as that. It was trained against the fakes of one
generator, and knows nothing about points where neither these nor real
ones lay. Lesson [03](03_training_the_generator.ipynb) follows one that
was frozen early, and is led away from the data.

</details>

<details><summary>How would one ask a GAN for a dog, and not for any
animal?</summary>

Tell both networks the class: the generator which one to draw, the
discriminator which one to expect. Then the generator models
$P(x \mid y)$.

</details>
"""

# %% [markdown]
r"""
## Exercise

Build a generative model with one Gaussian for each moon: `fit(points)`
returns mean and covariance, `draw(mean, covariance, num, rng)` draws
new points, and `classify(points, models)` applies Bayes' rule.

Expected: drawn points have the mean and covariance of the moon, and the
classifier is right on more than 80 % of new points, although a Gaussian
looks nothing like a moon. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- A discriminative model knows on which side of a boundary a point lies;
  a generative model knows where points are, and can draw new ones.
- A GAN makes a generative model out of a classifier: a discriminator
  that says real or fake, and a generator that is paid for fooling it.
- A discriminator that is right half of the time may face perfect
  fakes, know too little, or be a step behind bad ones. Alone its
  accuracy proves nothing.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). The introduction:
  counterfeiters and police, and a generator that needs no more than
  backpropagation.
- M. Mirza and S. Osindero, *Conditional Generative Adversarial Nets*,
  2014, [arXiv:1411.1784](https://arxiv.org/abs/1411.1784). How to ask
  for a class.
"""
