# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# What does a generator learn from a discriminator that stands still?

The generator never sees a real sample. All it hears is how its own
fakes were judged, and how the judgement would change if they moved a
little. Here we look at this one signal: what comes back through the
discriminator, how strong it is, and how long one may follow it.

After this lesson you can

- train a generator through a frozen discriminator, and show that
  nothing else moves,
- compute how strongly each fake is pulled, for two losses,
- name two ways in which a discriminator moves, or stops moving, by
  accident.

About 20 minutes to read, about a minute to run. You need lessons
[01](01_anatomy.ipynb) and
[02](02_training_the_discriminator.ipynb).
"""

# %% [markdown]
r"""
## The question

In its own step the generator minimises a loss of the logits that its
fakes get. Backpropagation starts at the loss, goes through all layers
of the discriminator, and only then reaches the generator's weights. The
discriminator passes the gradient on and keeps its weights.

If it keeps them for more than one step, for hundreds of them: does the
generator finish its work the sooner?
"""

# %% [markdown]
"""
## Your prediction

Real points lie on a ring of eight small bumps, the first fakes in its
middle. We train a discriminator until it tells the two well. Then we
freeze it for good, and train the generator for 500 steps to please it.
How does that end?

- **A.** Most fakes lie on the bumps, and the discriminator calls them
  real.
- **B.** Most lie elsewhere, and the discriminator rejects them.
- **C.** Most lie elsewhere, and the discriminator calls them real.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

A ring as in lesson 02 with narrower bumps, a generator with one hidden
layer, and a discriminator that we first train alone, as we did there.
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

# %% tags=["settings"] smoke={"NUM_POINTS": 1000, "EPOCHS": 1, "STEPS": 5, "SEEDS": [1]}
NUM_POINTS = 10_000  # real points, and as many fakes
EPOCHS = 10  # of the discriminator, before it is frozen
STEPS = 500  # of the generator, after that
BATCH_SIZE = 200
SEEDS = [1, 2, 3]
FAR = -6.0  # a logit: the discriminator is sure of a fake

# %%
ring = kg.ring(num_train=NUM_POINTS)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def draw_z(num, seed):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((num, 2)).astype("float32")


# %%
def players(seed):
    """A new generator, and a discriminator that knows its fakes."""
    generator = kg.mlp_generator(2, (2,), widths=(64,), seed=seed)
    judge = kg.mlp_discriminator((2,), widths=(64, 64), seed=seed + 10)
    judge.compile(keras.optimizers.Adam(3e-3), bce)
    fakes = generator.predict(draw_z(NUM_POINTS, seed), verbose=0)
    labels = np.repeat([[1.0], [0.0]], NUM_POINTS, axis=0)
    keras.utils.set_random_seed(seed)  # the order of the batches
    judge.fit(
        np.concatenate([ring.train, fakes]),
        labels.astype("float32"),
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        verbose=0,
    )
    return generator, judge


# %%
trained = {seed: players(seed) for seed in SEEDS}
generator, judge = trained[SEEDS[0]]


def logits_of(network, points):
    points = np.asarray(points, "float32")
    return keras.ops.convert_to_numpy(network(points))[:, 0]


# %% [markdown]
r"""
**What comes back.** For each fake $x$ the discriminator returns the
gradient of its logit: the direction in which this point would look more
real. We measure it by moving the points a little, and draw it.
"""


# %%
def pull(network, points, h=0.01):
    """The gradient of the logit at each point, (n, 2)."""
    columns = []
    for unit in h * np.eye(2):
        up = logits_of(network, points + unit)
        down = logits_of(network, points - unit)
        columns.append((up - down) / (2 * h))
    return np.stack(columns, axis=1)


# %%
first = generator.predict(draw_z(30, seed=0), verbose=0)
arrows = pull(judge, first)


def score(points):
    return 1 / (1 + np.exp(-logits_of(judge, points)))


# %% name="pull" alt="Map of the frozen discriminator's answer: a purple patch near 0 around the middle, and green, near 1, everywhere else, on the ring as well as far outside. Thirty purple crosses, the first fakes, lie in the patch. An arrow at each of them points towards a near edge of the patch. The ring itself is not drawn, and cannot be seen in the map."
fig, ax = plt.subplots(figsize=(5.6, 4.8))
kg.plot_surface(score, (-2, 2, -2, 2), ax=ax)
kg.plot_samples(fake=first, ax=ax)
length = np.linalg.norm(arrows, axis=1, keepdims=True)
ax.quiver(*first.T, *(arrows / length).T, color=DISCRIMINATOR)
ax.set_title("Each fake hears a direction, and nothing else")
plt.show()

# %% [markdown]
"""
**One step.** `AdversarialModel` puts both networks in a row and trains
the first. We let the audit of lesson 01 watch. The label is 1: the
generator wants its fakes to be called real.
"""

# %%
adversarial = kg.AdversarialModel(generator, judge)
adversarial.compile(keras.optimizers.Adam(1e-3), bce)
ones = np.ones((BATCH_SIZE, 1), "float32")
with kg.weight_audit(generator=generator, discriminator=judge) as audit:
    adversarial.train_on_batch(draw_z(BATCH_SIZE, seed=1), ones)
print(audit)

# %% tags=["check", "exact"]
assert audit.moved("generator")
assert not audit.moved("discriminator")

# %% [markdown]
"""
**Many steps.** Now the same step 500 times, against the same frozen
discriminator, from three seeds. The audit stays on.
"""

# %%
z_train = draw_z(STEPS * BATCH_SIZE, seed=2)
z_test = draw_z(2_000, seed=3)
still = []


def follow(generator, judge):
    """Trains the generator only; its fakes before and after."""
    before = generator.predict(z_test, verbose=0)
    model = kg.AdversarialModel(generator, judge)
    model.compile(keras.optimizers.Adam(1e-3), bce)
    wishes = np.ones((len(z_train), 1), "float32")
    with kg.weight_audit(judge=judge) as audit:
        model.fit(z_train, wishes, batch_size=BATCH_SIZE, verbose=0)
    still.append(not audit.moved("judge"))
    return before, generator.predict(z_test, verbose=0)


# %%
fakes = {seed: follow(*both) for seed, both in trained.items()}
print("discriminators that did not move by one bit:", sum(still))

# %% tags=["check", "exact"]
assert all(still)
assert len(still) == len(SEEDS)

# %% tags=["hide-input"] name="result" alt="The frozen discriminator's map, a purple patch in the middle of a green plane, with 300 real points on the ring, green circles, and 300 fakes of the first seed, purple crosses. Left, before: the fakes lie in the patch. Right, after {STEPS} steps: they are strewn over the green plane around the patch, to both sides of the ring; {kg.metrics.high_quality_share(fakes[SEEDS[0]][1], ring.modes, ring.std):.0%} lie on a bump."
reach = 1.2 * max(1.6, np.quantile(np.abs(fakes[SEEDS[0]][1]), 0.98))
fig, axes = plt.subplots(1, 2, figsize=(10, 4.4))
for ax, points, when in zip(axes, fakes[SEEDS[0]], ("Before", "After")):
    kg.plot_surface(score, (-reach, reach, -reach, reach), ax=ax)
    kg.plot_samples(ring.test[:300], points[:300], ax=ax)
    ax.set_title(f"{when} {STEPS} steps against a frozen judge")
plt.show()

# %% [markdown]
"""
## What happened
"""


# %%
ends = []
for seed, (before, after) in fakes.items():
    answers = [
        (1 / (1 + np.exp(-logits_of(trained[seed][1], x)))).mean()
        for x in (before, after)
    ]
    share = kg.metrics.high_quality_share(after, ring.modes, ring.std)
    ends.append((seed, *answers, share))

# %% tags=["hide-input"]
rows = [
    "| seed | D(fake) before | D(fake) after | on a bump after |",
    "|---|---|---|---|",
]
rows += [
    f"| {s} | {a:.3f} | {b:.4f} | {c:.1%} |" for s, a, b, c in ends
]
best = kg.metrics.high_quality_share(ring.test, ring.modes, ring.std)
fooled = [row[2] for row in ends]
shares = [row[3] for row in ends]
display(
    Markdown(
        "\n".join(rows) + "\n\n"
        f"The answer is **C**. After {STEPS} steps the discriminator "
        "gives the fakes a mean probability of "
        f"{min(fooled):.2f} to {max(fooled):.3f}, and "
        f"{min(shares):.0%} to {max(shares):.0%} of them lie on a bump "
        f"(within three standard deviations; of real points {best:.1%} "
        "do). They left the patch where fakes used to be, and found "
        "nothing else, for this discriminator knows nothing else."
    )
)

# %% tags=["check"]
for _, before, after, share in ends:
    assert before < 0.1, ends
    assert after > 0.9, ends
    assert share < 0.5, ends

# %% [markdown]
"""
The generator did what it was paid for: this discriminator now takes its
fakes for real. A frozen discriminator is a bad guide for the journey. So
the discriminator has to look again after a step or a few; lesson
[4b](04b_algorithm_1.ipynb) plays both in turns.

Two accidents happen on the way there. In one the discriminator stands
still for ever, in the other it does not stand still at all.

### It never moves again

Lesson 01 showed the old program in which the discriminator never
learns, because the flag `trainable` lies on layers that two models
share. Here it is alone, in plain Keras. The repair for old code is two
lines: set the flag before each step.
"""


# %%
def old_program(repaired):
    maker, judge = (
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])
        for units in (2, 1)
    )
    judge.compile("sgd", bce)
    judge.trainable = False  # meant for the next model only
    z = keras.Input((2,))
    combined = keras.Model(z, judge(maker(z)))
    combined.compile("sgd", bce)
    points, targets = np.ones((8, 2), "float32"), np.ones((8, 1))
    with kg.weight_audit(generator=maker, discriminator=judge) as audit:
        if repaired:
            judge.trainable = True
        judge.train_on_batch(points, targets)
        if repaired:
            judge.trainable = False
        combined.train_on_batch(points, targets)
    return [
        name
        for name in ("generator", "discriminator")
        if audit.moved(name)
    ]


# %%
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # read it in lesson 01
    moved_in = {fixed: old_program(fixed) for fixed in (False, True)}
print("old program, moved:", moved_in[False])
print("with two lines:    ", moved_in[True])

# %% tags=["check", "exact"]
assert moved_in[False] == ["generator"]
assert moved_in[True] == ["generator", "discriminator"]

# %% [markdown]
"""
The [first card of the museum](19a_museum_of_loops.ipynb) has the
history of this bug, a test that catches it, and what it does to a run.

### It moves although no optimizer touches it

Batch normalization keeps **moving statistics**: a running mean and
variance of what came through the layer. They change in every forward
pass in training mode, with or without a gradient. We give a
discriminator such a layer and show it one batch of fakes, in three
ways.
"""

# %%
normal = kg.mlp_discriminator(
    (2,), widths=(64,), batch_normalization=True, seed=1
)
normal.compile(keras.optimizers.Adam(3e-3), bce)
start = fakes[SEEDS[0]][0]
normal.fit(
    np.concatenate([ring.test, start]),
    np.repeat([[1.0], [0.0]], [len(ring.test), len(start)], axis=0),
    epochs=5,
    verbose=0,
)


# %%
def frozen(mode):
    model = kg.AdversarialModel(
        kg.mlp_generator(2, (2,), widths=()), normal, frozen_mode=mode
    )
    model.generator.set_weights([np.eye(2), np.zeros(2)])  # G(z) = z
    return lambda x: model(x, training=True)


# %%
ways = {
    "inference": frozen("inference"),
    "training": frozen("training"),
    "plain call": lambda x: normal(x, training=True),
}
seen = {}
for name, way in ways.items():
    with kg.weight_audit(judge=normal) as audit:
        answers = keras.ops.sigmoid(way(start))
    answer = float(keras.ops.mean(answers))
    seen[name] = audit.moved("judge"), answer

# %% tags=["hide-input"]
rows = ["| way | statistics move | mean D(fake) |", "|---|---|---|"]
rows += [
    f"| {name} | {'yes' if moved else 'no'} | {answer:.3f} |"
    for name, (moved, answer) in seen.items()
]
display(Markdown("\n".join(rows)))

# %% tags=["check", "exact"]
assert [moved for moved, _ in seen.values()] == [False, False, True]
assert abs(seen["training"][1] - seen["plain call"][1]) < 1e-4

# %% tags=["check"]
assert abs(seen["training"][1] - seen["inference"][1]) > 0.02

# %% [markdown]
"""
The plain call, `discriminator(x, training=True)`, moved the network. In
the two modes of `AdversarialModel` it stood still. But the modes give
different answers, so different gradients. In mode "training" the layer
uses the statistics of this batch, fakes alone; in mode "inference" it
uses those it gathered before, from real and fake. `kg.GAN` takes
"training" unless told otherwise.
"""

# %% [markdown]
r"""
## Why

By the chain rule, one fake $x = G(z)$ with logit $\ell$ adds this to
the gradient for a weight $w$ of the generator:

$$ \frac{\partial L}{\partial w} = L'(\ell)\;
   \frac{\partial \ell}{\partial x} \cdot
   \frac{\partial x}{\partial w}. $$

The middle factor is the arrow of the first figure. The loss enters only
by $L'(\ell)$, the slope of the loss at this logit: a number that says
how much this fake counts. With $D = \sigma(\ell)$,

$$ \frac{d}{d\ell} \log(1 - D) = -D, \qquad
   \frac{d}{d\ell} \bigl(-\log D\bigr) = -(1 - D). $$

The first is the loss of the original game, called **saturating**, the
second the **non-saturating** one. We check both with the package's
losses, by nudging one logit:
"""

# %%
GAMES = {
    "saturating": kg.Minimax(),
    "non-saturating": kg.NonSaturating(),
}


# %%
def slope(game, logit, h=1e-2):
    up, down = (
        float(game.generator_loss(np.array([[logit + s]], "float32")))
        for s in (h, -h)
    )
    return (up - down) / (2 * h)


# %%
def exact(logit):
    return -1 / (1 + np.exp(-logit)), -1 / (1 + np.exp(logit))


nudged = {
    level: [slope(game, level) for game in GAMES.values()]
    for level in (FAR, -3.0, 0.0, 3.0)
}

# %% tags=["hide-input"]
rows = [
    "| logit | D | saturating: nudged | -D | non-saturating: nudged "
    "| -(1 - D) |",
    "|---|---|---|---|---|---|",
]
for level, (a, b) in nudged.items():
    c, d = exact(level)
    rows.append(
        f"| {level:g} | {-c:.4f} | {a:.4f} | {c:.4f} | {b:.4f} | {d:.4f} |"
    )
ratio = exact(FAR)[1] / exact(FAR)[0]
note = (
    f"\n\nAt the logit {FAR:g} the second is {ratio:.0f} times the "
    f"first: the ratio is $(1 - D)/D = e^{{-\\ell}}$."
)
display(Markdown("\n".join(rows) + note))

# %% tags=["check", "exact"]
for level, found in nudged.items():
    assert np.abs(np.subtract(found, exact(level))).max() < 1e-3
assert abs(ratio / np.exp(-FAR) - 1) < 1e-9

# %% name="slopes" alt="How much a fake counts, against its logit from -8 to 8. Orange: the saturating weight D rises from nearly 0 on the left to 1 on the right. Purple, dashed: the non-saturating weight 1 - D falls from 1 to 0. They cross at one half where the logit is 0."
fig, ax = plt.subplots(figsize=(6.5, 3.4))
logit = np.linspace(-8, 8, 200)
weights = np.abs(exact(logit))
ax.plot(logit, weights[0], color=PENALTY, label="saturating, D")
ax.plot(
    logit,
    weights[1],
    "--",
    color=FAKE,
    label="non-saturating, 1 - D",
)
ax.set(xlabel="logit of the fake", ylabel="how much it counts")
ax.set_title("One loss listens to the worst fakes, one to the best")
ax.legend(loc="center right")
plt.show()

# %% [markdown]
r"""
So for a single fake both losses point in the **same** direction, with
different strength. For a batch they need not: it is a weighted sum of
arrows, and the weights differ. A step of plain gradient descent with
learning rate 1 moves the weights by minus the gradient, so we can read
it off and compare. (What follows from the factor D when the
discriminator becomes perfect fills lesson
[8a](08a_vanishing_gradients_exactly.ipynb).)
"""


# %%
def direction(loss, z):
    """The generator's gradient on this batch, as one vector."""
    generator = kg.mlp_generator(2, (2,), widths=(64,), seed=SEEDS[0])
    model = kg.AdversarialModel(generator, judge)
    model.compile(keras.optimizers.SGD(1.0), loss)
    before = generator.get_weights()
    model.train_on_batch(z, np.ones((len(z), 1), "float32"))
    moves = zip(before, generator.get_weights())
    return np.concatenate([(a - b).ravel() for a, b in moves])


def saturating(labels, logits):
    return -keras.ops.softplus(logits)


# %%
cosines = {}
for num in (1, 100):
    a, b = (
        direction(loss, draw_z(num, 5)) for loss in (saturating, bce)
    )
    size = np.linalg.norm(a) * np.linalg.norm(b)
    cosines[num] = float(a @ b / size)
    print(
        f"{num:>3} fakes: cosine {cosines[num]:.4f}, lengths "
        f"{np.linalg.norm(a):.2e} and {np.linalg.norm(b):.2e}"
    )

# %% tags=["check", "exact"]
assert abs(cosines[1] - 1) < 1e-3

# %% tags=["check"]
assert cosines[100] < 0.99

# %% [markdown]
"""
## Change one thing

Set `STEPS = 50`, so that the generator follows the frozen discriminator
a tenth as long. Before you run: do more or fewer of its fakes lie
within three standard deviations of a bump?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>The generator's loss falls for 500 steps, nearly to 0.
What do you know about its samples?</summary>

That this discriminator likes them. In our runs most lay where no data
is. The loss speaks of the pair, never of the samples alone.

</details>

<details><summary>Could the generator learn the ring if it saw only
"real" or "fake", as a word, for each of its points?</summary>

Not by backpropagation: a word has no slope. It needs the gradient of
the logit, so it needs to look inside the discriminator. In practice
the forger has the detective's notes.

</details>

<details><summary>All fakes of a batch get the same logit. How do the two
losses differ then?</summary>

Only by one factor, the same for every fake. The direction of the step
is the same. An optimizer such as Adam, which rescales gradients, would
hardly notice.

</details>

<details><summary>Is "inference" the safer mode for the frozen
discriminator, since it is deterministic?</summary>

Both modes keep it still. They differ in which function of $x$ the
generator climbs: the one with the statistics of this batch, as in the
discriminator's own step, or the one with the gathered statistics.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `slopes(logits)`: the slope of the saturating and of the
non-saturating loss at each logit, accurate for logits as large as
1,000. Then find the logit at which a fake counts 99 times more in the
second than in the first.

Expected: at logit 0 both are -0.5; at logit -1000 they are 0 and -1;
the logit is -4.595. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- In the generator's step a gradient flows through the discriminator,
  and only the generator moves. Audit it.
- The loss decides only how much each fake counts: D in the saturating
  game, 1 - D in the non-saturating one.
- Our frozen discriminator, followed for hundreds of steps, led away from
  its old fakes and not to the data.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). The end of section
  3: the other loss. Section 6: a warning not to train the generator too
  much without updating the discriminator.
- S. Ioffe and C. Szegedy, *Batch Normalization*, 2015,
  [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). Algorithm 2:
  the statistics in training and in inference.
"""
