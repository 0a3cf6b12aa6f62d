# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Does a network come to rest where two numbers did?

In lesson [9b](09b_what_damps_the_rotation.ipynb) a small penalty, R1,
brought the smallest GAN to rest: the distance from the equilibrium
shrank, on average, by a constant factor a step. Here the same penalty meets
two networks, minibatches and a modern optimizer.

After this lesson you can

- measure whether a generator rests, in its weights and in its samples,
- say which assumptions stand between the theorem and your run,
- average the generator's weights, and judge whether that helped.

About 20 minutes to read, about a minute to run. You need lesson 9b.
"""

# %% [markdown]
"""
## The question

A generator learns a ring of eight modes. After some thousand steps it
still improves, but slowly. We watch the weights. Does the network slow
down to a stop? And does it stop if the discriminator pays for steep
slopes?
"""

# %% [markdown]
"""
## Your prediction

Late in training, how far does the generator move in 100 steps, with R1
of weight 1, compared with a run without it?

- **A.** It hardly moves: R1 brings it to rest.
- **B.** It moves somewhat less.
- **C.** It moves as far as before.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

Two small networks on the ring. We compare four ways to train them: as
it is, with R1, with R1 and a quarter of the learning rates, and with a
slower generator alone, the "two time-scales" that are said to make GANs
converge.
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

import keras_gan as kg
from keras_gan import theory

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] claims="B7 B8" smoke={"LOOKS": 5, "SEEDS": [1], "CHAINS": 20}
LOOKS = 30  # one every 100 steps
STEPS_PER_LOOK = 100
BATCH_SIZE = 128
RATE = 1e-3
DECAY = 0.99  # of the averaged generator
SEEDS = [1, 2, 3]
CHAINS = 500  # noisy games of two numbers

# %%
WAYS = {  # weight of R1, rate of the generator, of the discriminator
    "as it is": (0, RATE, RATE),
    "R1": (1.0, RATE, RATE),
    "R1, slow": (1.0, RATE / 4, RATE / 4),
    "slow generator": (0, RATE / 4, RATE),
}
data = kg.ring(num_train=BATCH_SIZE * STEPS_PER_LOOK)


# %%
def networks(seed):
    common = {"widths": (32, 32), "activation": "leaky_relu_0.2"}
    generator = kg.mlp_generator(16, (2,), seed=3 * seed, **common)
    judge = kg.mlp_discriminator((2,), seed=3 * seed + 1, **common)
    return generator, judge


# %%
def adam():
    return keras.optimizers.Adam(RATE, beta_1=0.5)


def make_gan(weight):
    gan = kg.GAN(
        *networks(0),
        penalty=kg.R1(weight) if weight else None,
        average=DECAY,
    )
    gan.compile(
        generator_optimizer=adam(),
        discriminator_optimizer=adam(),
    )
    return gan


GANS = {weight: make_gan(weight) for weight in (0, 1.0)}


# %% [markdown]
r"""
The argument `average` keeps a second generator beside the first, which
is needed further below. After every 100 steps a callback notes all
weights of the generator and 500 samples from a fixed $z$, and scores
fresh samples of both.
"""


# %%
class Looks(keras.callbacks.Callback):
    """After each epoch: the weights, and both generators' scores."""

    def __init__(self):
        super().__init__()
        self.weights, self.samples = [], []
        self.last, self.averaged = [], []

    def on_epoch_end(self, epoch, logs=None):
        weights = self.model.generator.get_weights()
        self.weights.append(
            np.concatenate([w.ravel() for w in weights])
        )
        self.samples.append(self.model.sample(500, seed=0))
        self.last.append(scores(self.model, epoch))
        self.averaged.append(scores(self.model, epoch, averaged=True))


# %%
def scores(gan, seed, averaged=False):
    samples = gan.sample(2_500, seed=seed, averaged=averaged)
    return kg.mode_report(samples, data)


# %%
def watch(way, seed):
    """Begins anew with this seed, without compiling again."""
    weight, *rates = WAYS[way]
    gan, looks = GANS[weight], Looks()
    gan.restart(*networks(seed), seed=3 * seed + 2)
    gan.generator_optimizer.learning_rate = rates[0]
    gan.discriminator_optimizer.learning_rate = rates[1]
    common = {"batch_size": BATCH_SIZE, "epochs": LOOKS, "verbose": 0}
    gan.fit(data.train, callbacks=[looks], **common)
    return looks


# %%
runs = {way: [watch(way, seed) for seed in SEEDS] for way in WAYS}

# %% [markdown]
"""
The distance between the weights at two looks in a row says how far the
generator travelled. We take the root mean square over the weights: the
move of a typical weight.
"""


# %%
def moves(run):
    """Root mean square move of a weight from look to look."""
    steps = np.diff(run.weights, axis=0)
    return np.sqrt((steps**2).mean(axis=1))


def drifts(run):
    """Mean move of a sample, its z being fixed, from look to look."""
    steps = np.diff(run.samples, axis=0)
    return np.linalg.norm(steps, axis=2).mean(axis=1)


# %%
TAIL = max(2, LOOKS // 5)  # the last fifth of the run
late, drift = (
    {
        way: [float(measure(run)[-TAIL:].mean()) for run in group]
        for way, group in runs.items()
    }
    for measure in (moves, drifts)
)


# %%
def span(values, form=".4f"):
    """Smallest and largest value over the seeds, as text."""
    return f"{min(values):{form}} to {max(values):{form}}"


# %% name="result" alt="Move of a typical weight of the generator in {STEPS_PER_LOOK} steps against the training step, logarithmic scale, {len(SEEDS)} seeds and their median for two ways to train. As it is, grey: late in training {span(late['as it is'])}. With R1 of weight 1, orange and dashed: {span(late['R1'])}. Neither curve goes to zero."
steps = STEPS_PER_LOOK * np.arange(2, LOOKS + 1)
fig, ax = plt.subplots(figsize=(7, 4))
for way, color, line in [
    ("as it is", NEUTRAL, "-"),
    ("R1", PENALTY, "--"),
]:
    curves = [moves(run) for run in runs[way]]
    kg.plot_seeds(
        steps, curves, color=color, linestyle=line, label=way, ax=ax
    )
ax.set(xlabel="training step", yscale="log")
ax.set_ylabel("move of a weight in 100 steps")
ax.set_title("The network goes on moving, with R1 too")
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
rows = [
    "| way | move of a weight | move of a sample | high quality | KL |",
    "|---|---|---|---|---|",
]
for way, group in runs.items():
    reports = [report for run in group for report in run.last[-TAIL:]]
    rows.append(
        f"| {way} | {span(late[way])} | {span(drift[way], '.3f')} "
        f"| {np.median([r.high_quality for r in reports]):.1%} "
        f"| {np.median([r.kl for r in reports]):.4f} |"
    )
display(
    Markdown(
        "The answer is **B**. Moves are those in 100 steps, in the last "
        f"fifth of the run, over {len(SEEDS)} seeds; the share of high "
        "quality and the KL of the mode proportions are medians "
        "there:\n\n" + "\n".join(rows)
    )
)

# %% [markdown]
r"""
The weights are not what a reader of pictures sees. The third column
asks the samples: from the same $z$, how far does a point travel between
two looks? There the runs with R1 and without can hardly be told apart.
With R1 the modes are more evenly covered, and fewer samples are of high
quality: the penalty changed what is learned more than how it ends.
"""

# %% tags=["check"]
assert max(late["R1"]) < min(late["as it is"])  # less
assert min(late["R1"]) > max(late["as it is"]) / 3  # and no rest
assert 0.6 < np.mean(drift["R1"]) / np.mean(drift["as it is"]) < 1.6
scores_late = {
    way: [
        np.median([[r.high_quality, r.kl] for r in run.last[-TAIL:]], 0)
        for run in group
    ]
    for way, group in runs.items()
}
quality, kl = (
    {
        way: [pair[i] for pair in group]
        for way, group in scores_late.items()
    }
    for i in (0, 1)
)
assert np.mean(quality["R1"]) < np.mean(quality["as it is"])
assert np.median(kl["R1"]) < np.median(kl["as it is"])
assert max(late["slow generator"]) < min(late["as it is"])
assert min(kl["slow generator"]) > max(kl["as it is"])
assert max(late["R1, slow"]) < min(late["R1"])
assert max(quality["R1, slow"]) < min(quality["R1"])

# %% [markdown]
"""
Where does it go, if it does not stop? The weights are points in a space
of more than a thousand dimensions. The two directions in which the
second half of a path varies most, its **principal components**, give a
map of it.
"""


# %%
def plane(run):
    """The second half of the path, along its two widest directions."""
    path = np.array(run.weights[LOOKS // 2 :])
    path = path - path.mean(axis=0)
    directions = np.linalg.svd(path, full_matrices=False)[2][:2]
    return path @ directions.T


# %% name="paths" alt="Six maps of the second half of the generator's path in weight space, along its two widest directions, with equal axes: upper row as it is, lower row with R1, a column for each of {len(SEEDS)} seeds. Each path is an arch from one side to the other, without turning back; the largest reach of a path is {max(np.abs(plane(run)).max() for run in runs['as it is']):.2f} as it is and {max(np.abs(plane(run)).max() for run in runs['R1']):.2f} with R1. None of them shrinks to a point."
fig, axes = plt.subplots(
    2,
    len(SEEDS),
    figsize=(8.5, 5.6),
    sharex=True,
    sharey=True,
    squeeze=False,
)
for row, way in zip(axes, ("as it is", "R1")):
    for ax, run, seed in zip(row, runs[way], SEEDS):
        path = plane(run)
        ax.plot(*path.T, ".-", color=DISCRIMINATOR, lw=0.8)
        ax.plot(*path[-1], "x", color=FAKE, ms=9, mew=2)
        ax.set_title(f"{way}, seed {seed}", fontsize=11)
        ax.set_aspect("equal")
plt.show()

# %% [markdown] claim="B7"
"""
None of these paths circles about a place. Each still goes somewhere, and
so do its samples. So the run shows a network that is not at rest. Would
it come to rest later? A longer test was
fixed beforehand and then run with other seeds: the networks, modes and
optimizer of a published toy, 10,000 steps, a fifth of the published run,
and two strengths of R1. Its
expectation was that the variance of the weights falls to a fifth or
less. It came out like this:
"""

# %% tags=["check"]
import claims

claims.check("B7", "refuted")

# %% [markdown]
r"""
## Why

The theorem is about a neighbourhood of an equilibrium, exact gradients
and plain gradient steps. Our run has minibatches, an optimizer that
rescales, and perhaps no equilibrium at all, since a small generator
cannot draw these modes perfectly. The strength of R1 counts: in the
ledger the variance that was left had a median of about four fifths with
weight 0.1 and of a fifth with weight 1, and the larger weight left less
in every seed. No weight above 1 was tried.
"""

# %% [markdown]
r"""
Take the noise alone, where we can calculate: the Dirac-GAN with
R1 near its equilibrium, and noise of standard deviation $\sigma$ on
both gradients,

$$ x_{k+1} = x_k + h\,(M x_k + \sigma\,\xi_k), \qquad
M = \begin{pmatrix} 0 & -\tfrac12 \\ \tfrac12 & -\gamma \end{pmatrix}, $$

with $\xi_k$ fresh standard normal numbers. Damping pulls in, noise
pushes out, and the two balance in a cloud around the equilibrium. For
small $h$ the variance of $\theta$ in it is

$$ h\,\sigma^2\,\Bigl(\frac1\gamma + 2\gamma\Bigr). $$
"""


# %%
def cloud(weight, rate, num_steps=4_000):
    """Variance of theta in noisy Dirac-GANs, one a chain."""
    rng = np.random.default_rng(0)
    theta, psi = np.zeros((2, CHAINS))
    for _ in range(num_steps):
        noise = rng.normal(size=(2, CHAINS))
        theta, psi = (
            theta + rate * (-psi / 2 + noise[0]),
            psi + rate * (theta / 2 - weight * psi + noise[1]),
        )
    return theta.var()


# %%
CASES = [(0.3, 0.02), (1.0, 0.02), (3.0, 0.02), (1.0, 0.005)]
measured = {case: cloud(*case) for case in CASES}
formula = {(g, h): h * (1 / g + 2 * g) for g, h in CASES}
for g, h in CASES:
    print(
        f"γ = {g:3g}, h = {h:5g}: measured {measured[g, h]:.4f}, "
        f"formula {formula[g, h]:.4f}"
    )

# %% tags=["check"]
for case in CASES:
    ratio = measured[case] / formula[case]
    assert abs(ratio - 1) < 0.2, (case, ratio)

# %% [markdown]
r"""
R1 turns a path that never ends into a cloud, and no weight makes that
cloud a point: it is smallest at $\gamma = 1/\sqrt 2$. What makes it
smaller is a smaller learning rate, in proportion. The row "R1, slow" of
the first table tries that on the network. It moves less, and it has
also learned less: shorter steps need more of them, and a run of this
length does not tell a small cloud from a slow journey.

And the slow generator alone? Its weights move least, since its own steps
are shorter. That is no sign of convergence: of all rows its modes are the
least evenly covered.
"""

# %% [markdown]
r"""
### Averaging, first by hand

A network that wanders around a good place could report the middle of
its path. In lesson 9b the mean of all points of an orbit came to the
equilibrium like $1/k$. The mean of a whole training run, though, holds
its bad beginning. Practice takes a **moving average** instead:
$a_k = \beta\,a_{k-1} + (1-\beta)\,x_k$, with a decay $\beta$ near 1. On
an orbit that turns by the angle $\omega$ a step it ends on a circle
too, smaller by the factor

$$ \frac{1 - \beta}{\bigl|1 - \beta e^{-i\omega}\bigr|}. $$
"""


# %%
def moving_average(path, decay):
    means = [path[0]]
    for point in path[1:]:
        means.append(decay * means[-1] + (1 - decay) * point)
    return np.array(means)


# %%
step = 0.1
rule = theory.Alternating(step)
path = theory.trajectory(theory.BilinearGame(), rule, num_steps=10_000)
numbers = np.arange(1, len(path) + 1)[:, None]
of_all = np.cumsum(path, axis=0) / numbers


# %%
def radius(path):
    """Mean distance from the equilibrium over the last 1,000 steps."""
    return np.linalg.norm(path[-1_000:], axis=1).mean()


def gain(decay, angle):
    return (1 - decay) / abs(1 - decay * np.exp(-1j * angle))


# %%
angle = np.arccos(1 - step**2 / 2)  # the turn of one round
print(f"orbit {radius(path):.4f}, mean of all {radius(of_all):.4f}")
circles = {}
for decay in (0.9, 0.99, 0.999):
    circles[decay] = radius(moving_average(path, decay))
    expected = gain(decay, angle) * radius(path)
    print(f"β = {decay:<5}: {circles[decay]:.4f}, {expected:.4f}")

# %% tags=["check", "exact"]
for decay, found in circles.items():
    expected = gain(decay, angle) * radius(path)
    assert abs(found / expected - 1) < 0.02, (decay, found)
distance = np.linalg.norm(of_all, axis=1)
assert distance[1_000] < 0.03
assert distance[10_000] < 0.003

# %% [markdown]
"""
A longer memory makes a smaller circle, and needs longer to forget the
start. Averaging leaves the game as it is: the players never see the
average.

### Averaging a network

The runs above kept one, with a decay of 0.99: a memory of about a
hundred steps. Here are the scores of both generators, the last and the
averaged one, in the last fifth of each run.
"""

# %% tags=["hide-input"]
rows = [
    "| way | seed | high quality, last | averaged | KL, last | averaged |",
    "|---|---|---|---|---|---|",
]
gains = {}
for way, group in runs.items():
    for seed, run in zip(SEEDS, group):
        cells = [
            np.median([getattr(r, name) for r in kept[-TAIL:]])
            for name in ("high_quality", "kl")
            for kept in (run.last, run.averaged)
        ]
        gains[way, seed] = cells
        rows.append(
            f"| {way} | {seed} | {cells[0]:.1%} | {cells[1]:.1%} "
            f"| {cells[2]:.4f} | {cells[3]:.4f} |"
        )
better = [high > low for low, high, _, _ in gains.values()]
nearer = [after < before for _, _, before, after in gains.values()]
note = (
    f"\n\nThe averaged generator has the higher share in {sum(better)} "
    f"of {len(better)} runs, and the smaller KL in {sum(nearer)}."
)
display(Markdown("\n".join(rows) + note))

# %% name="averaged" alt="Two panels over the training step, without R1, {len(SEEDS)} seeds and medians. Left, share of samples of high quality of the last generator, grey, and of the averaged one, dashed purple. Right, KL of the mode proportions of both, on a logarithmic scale."
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6))
steps = STEPS_PER_LOOK * np.arange(1, LOOKS + 1)
for ax, name, label in zip(
    axes, ("high_quality", "kl"), ("share of high quality", "KL, nats")
):
    for kept, color, line in [
        ("last", NEUTRAL, "-"),
        ("averaged", FAKE, "--"),
    ]:
        curves = [
            [getattr(report, name) for report in getattr(run, kept)]
            for run in runs["as it is"]
        ]
        kg.plot_seeds(
            steps,
            curves,
            color=color,
            linestyle=line,
            label=kept,
            ax=ax,
        )
    ax.set(xlabel="training step", ylabel=label)
axes[1].set_yscale("log")
plt.show()

# %% tags=["check"]
for (way, seed), (last, averaged, before, after) in gains.items():
    assert abs(averaged - last) < 0.08, (way, seed, last, averaged)
    if "slow" not in way:
        assert averaged > last - 0.01, (way, seed, last, averaged)
    else:
        assert after > before, (way, seed, before, after)

# %% [markdown] claim="B8"
"""
In the first two ways the average is as good as the last generator or a
little better. In the lower two, where the generator travels slowly, its
modes are less evenly covered in every run here; on three other seeds,
in five of six. So the memory should be short against the run. How much
an average helps depends on the setting: a test with larger networks,
fixed beforehand and run with other seeds, compared this memory, with
which it gained 9 to 20 points of quality, with one ten times as long:
"""

# %% tags=["check"]
claims.check("B8", "depends")

# %% [markdown]
"""
## Change one thing

Set `DECAY = 0.9`, a memory of ten steps. Before you run: will the
averaged generator be better than the last one, as good, or worse? And
what would you expect of 0.99999, in a run of this length?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A run with R1 goes on moving. Does that refute the
theorem?</summary>

No. The theorem speaks of exact gradients and plain steps near an
equilibrium that exists. It says what cannot go wrong there, and
promises nothing about a run with noise, a rescaling optimizer and
networks of limited size. What is refuted is the expectation that such a
run comes to rest.

</details>

<details><summary>You divide both learning rates by ten late in
training, and the weights come to rest. Has the game
converged?</summary>

The steps have become shorter, so everything moves less. Whether the
place is good has to be measured on the samples. In the noisy game of
two numbers a smaller rate does help: the cloud shrinks around the
equilibrium.

</details>

<details><summary>Keras optimizers have an option `use_ema`. Is that the
averaged generator?</summary>

It keeps the same average. But Keras writes it over the trained weights
when `fit` ends, and the last generator is gone; training on then starts
from the average, which the discriminator has not played against. The
argument `average` of `GAN` keeps the average in a network of its own.

</details>

<details><summary>Why average the generator and leave the discriminator
alone?</summary>

The average is a result, not a player. Samples come from the generator;
nobody needs an averaged discriminator, unless it is to be used too.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `averaged(path, decay)`, the moving average of a path, and
`gain(decay, angle)`, the factor by which it shrinks an orbit that turns
by `angle` a step. Then find the smallest of four decays that brings an
orbit of 0.1 radians a step to within a fiftieth of its radius.

Expected: `gain(0.99, 0.1)` is about 0.1, and of 0.9, 0.99, 0.999 and
0.9999 it is the third. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- R1 damps: the weights move less with it. They had not come to rest
  after 3,000 steps, and the samples moved as far as before.
- Noise and damping balance in a cloud whose size goes with the learning
  rate; shorter steps make less movement of any game, damped or not.
- An average of the generator's weights is a remedy outside the game. It
  can help where its memory is short against the run, and does harm
  where it is long: measure both generators, and keep the better one.
"""

# %% [markdown]
"""
## References

- L. Mescheder, A. Geiger and S. Nowozin, *Which Training Methods for
  GANs do actually Converge?*, 2018,
  [arXiv:1801.04406](https://arxiv.org/abs/1801.04406). Section 4: R1,
  the theorem, and its assumptions.
- L. Mescheder, S. Nowozin and A. Geiger, *The Numerics of GANs*, 2017,
  [arXiv:1705.10461](https://arxiv.org/abs/1705.10461). The small ring
  of the recorded test.
- Y. Yazici and others, *The Unusual Effectiveness of Averaging in GAN
  Training*, 2019,
  [arXiv:1806.04498](https://arxiv.org/abs/1806.04498). The mean and the
  moving average, on orbits and on images.
- M. Heusel and others, *GANs Trained by a Two Time-Scale Update Rule*,
  2017, [arXiv:1706.08500](https://arxiv.org/abs/1706.08500). Two
  learning rates, and what else the theorem asks for.
"""
