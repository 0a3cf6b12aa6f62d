# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# The discriminator is right half of the time: are we done?

Against perfect fakes no discriminator is right more often than half of
the time. It is easy to turn this around, to read 50 % as the end of
training, and to fear that from then on the random feedback ruins the
generator. We test both sentences.

After this lesson you can

- name three situations in which a discriminator is right half of the
  time, only one of which is good,
- say what accuracy measures, in one formula,
- say what training on does to a generator that is already perfect.

About 20 minutes to read, about a minute to run. You need lessons
[02](02_training_the_discriminator.ipynb) and
[9b](09b_what_damps_the_rotation.ipynb).
"""

# %% [markdown]
"""
## The question

Your discriminator says "real" or "fake" to fresh samples, half of each
kind, and is right in half of the cases. What do you know about the
generator? And if it is indeed perfect: what happens if you go on
training?
"""

# %% [markdown]
"""
## Your prediction

A discriminator is right in 50 % of the cases. What follows?

- **A.** The generator is perfect, or nearly so.
- **B.** The generator is good in part: it covers some of the data.
- **C.** Nothing about the generator, unless we know how good the
  discriminator is.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

Real points: eight modes on a ring. Two generators that we need not
train: one is perfect, it draws from the same ring. The other draws a
round cloud with the mean and the variance of the ring, and knows of no
modes.
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

# %% tags=["settings"] claims="F2 S7" smoke={"EPOCHS": 1, "LOOKS": 4, "SEEDS": [1]}
NUM_POINTS = 10_000  # real points, and as many fakes
EPOCHS = 8
SEEDS = [1, 2, 3]
LOOKS = 30  # of the GAN that starts at the end
STEPS_PER_LOOK = 100
BATCH_SIZE = 128
RATE = 0.05  # plain gradient steps

# %%
ring = kg.ring(num_train=NUM_POINTS, num_test=5_000)
STD = np.sqrt(1 / 2 + ring.std**2)  # of the ring, each coordinate


# %%
def cloud(num, seed):
    """A normal cloud with the mean and the variance of the ring."""
    points = np.random.default_rng(seed).normal(0, STD, (num, 2))
    return points.astype("float32")


def perfect(num, seed):
    return kg.ring(num_train=num, seed=seed + 100).train


GENERATORS = {"perfect": perfect, "cloud": cloud}

# %% [markdown]
"""
Three discriminators: a network as it was born; a linear one, trained
until it can do no better; and a network with two hidden layers, trained
as well. The trained ones learn anew against each generator, as in
lesson 02.
"""


# %%
def discriminator(widths, seed):
    common = {"initializer": "he_normal", "seed": seed}
    return kg.mlp_discriminator((2,), widths=widths, **common)


def train(network, fakes, seed):
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(3e-3), loss)
    x = np.concatenate([ring.train, fakes])
    y = np.repeat([1.0, 0.0], NUM_POINTS)[:, None]
    keras.utils.set_random_seed(seed)  # the order of the batches
    network.fit(x, y, batch_size=200, epochs=EPOCHS, verbose=0)


# %%
KINDS = {  # widths, and whether it is trained
    "untrained": ((64, 64), False),
    "linear, trained": ((), True),
    "network, trained": ((64, 64), True),
}


# %%
def judge(kind, fakes, seed):
    """A discriminator of this kind, against this generator."""
    widths, learns = KINDS[kind]
    network = discriminator(widths, seed)
    if learns:
        train(network, GENERATORS[fakes](NUM_POINTS, seed), seed)
    return network


# %%
pairs = [(kind, fakes) for kind in KINDS for fakes in GENERATORS]
networks = {
    pair: [judge(*pair, seed) for seed in SEEDS] for pair in pairs
}


# %%
def span(values, form=".1%"):
    """Smallest and largest value over the seeds, as text."""
    return f"{min(values):{form}} to {max(values):{form}}"


def logits(network, points):
    return keras.ops.convert_to_numpy(network(points))[:, 0]


def accuracy(network, real, fake):
    """Share of right answers, half of the samples being real."""
    right_on_real = (logits(network, real) > 0).mean()
    return (right_on_real + (logits(network, fake) <= 0).mean()) / 2


# %%
def of_all(measure, num):
    """Measures every network on fresh fakes of its generator."""
    return {
        (kind, fakes): [
            measure(network, GENERATORS[fakes](num, 50 + seed))
            for network, seed in zip(group, SEEDS)
        ]
        for (kind, fakes), group in networks.items()
    }


found = of_all(lambda net, fake: accuracy(net, ring.test, fake), 5_000)


# %% name="result" alt="Accuracy of three discriminators on fresh samples, a marker a seed. Against the perfect generator, green circles, all three stand at one half: untrained {span(found['untrained', 'perfect'])}, linear {span(found['linear, trained', 'perfect'])}, network {span(found['network, trained', 'perfect'])}. Against the cloud, purple crosses, the untrained one has {span(found['untrained', 'cloud'])} and the linear one {span(found['linear, trained', 'cloud'])}, the trained network {span(found['network, trained', 'cloud'])}."
fig, ax = plt.subplots(figsize=(7, 3.8))
for fakes, marker, color in [
    ("perfect", "o", REAL),
    ("cloud", "x", FAKE),
]:
    side = 0.08 if fakes == "cloud" else -0.08
    for place, name in enumerate(KINDS):
        values = found[name, fakes]
        label = f"{fakes} generator" if place == 0 else None
        ax.plot(
            [place + side] * len(values),
            values,
            marker,
            color=color,
            ls="none",
            ms=8,
            mew=2,
            label=label,
        )
ax.axhline(0.5, color=NEUTRAL, lw=1)
ax.set_xticks(range(len(KINDS)), KINDS)
ax.set(ylabel="accuracy on fresh samples", ylim=(0.35, 1.02))
ax.set_title("One half, for good fakes and for a weak judge")
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
"""
## What happened
"""


# %%
def table(values, form=".1%"):
    rows = ["| discriminator | perfect generator | cloud |", "|---" * 3]
    for kind in KINDS:
        cells = [
            span(values[kind, fakes], form) for fakes in GENERATORS
        ]
        rows.append(f"| {kind} | {cells[0]} | {cells[1]} |")
    return "\n".join([rows[0], rows[1] + "|", *rows[2:]])


# %% tags=["hide-input"]
display(
    Markdown(
        "The answer is **C**. Accuracy on fresh samples, over "
        f"{len(SEEDS)} seeds:\n\n{table(found)}"
    )
)

# %% [markdown]
"""
The first column belongs to the fakes: nobody beats one half against a
perfect generator. The second belongs to the judges. The untrained
network has not looked yet. The linear one has looked, and what its loss
can learn from is the means, which agree. Both call the cloud as good as
real, and a network of some size is right in more than nine of ten cases.
"""

# %% tags=["check"]
for name in KINDS:
    assert all(abs(a - 0.5) < 0.03 for a in found[name, "perfect"])
for name in ("untrained", "linear, trained"):
    assert all(abs(a - 0.5) < 0.05 for a in found[name, "cloud"]), name
assert min(found["network, trained", "cloud"]) > 0.9

# %% [markdown] claim="F2"
"""
A third way to one half we know from lesson 9b: two players who circle.
Each time the discriminator of the undamped Dirac-GAN swings from one
side to the other it answers one half everywhere. Is the fake near the
real point then? And how well does a linear discriminator at its best,
without the luck of training, tell the ring from the cloud? Both can be
calculated, so the sentence "half right means perfect" has a test:
"""

# %% tags=["check", "exact"]
import claims

claims.check("F2", "refuted")

# %% [markdown]
r"""
What does the generator hear from these judges? We move every fake a
little in two directions, and measure the mean slope of its loss. This
is the pull on a single fake, whatever its direction.
"""


# %%
def pull(network, fakes, shift=0.01):
    """Mean slope of the generator's loss at the fakes."""
    slopes = []
    for move in shift * np.eye(2, dtype="float32"):
        up, down = (
            np.logaddexp(0, -logits(network, fakes + side * move))
            for side in (1, -1)
        )
        slopes.append((up - down) / (2 * shift))
    return np.linalg.norm(slopes, axis=0).mean()


# %% tags=["hide-input"]
pulls = of_all(pull, 2_000)
display(Markdown(f"Pull on one fake:\n\n{table(pulls, '.3f')}"))

# %% [markdown]
"""
Equal accuracy, very different pulls. The untrained network sends a
perfect generator away, in directions that mean nothing. The linear one
is flat and sends hardly anything. So accuracy is no measure of the
feedback either.
"""

# %% tags=["check"]
for seed in range(len(SEEDS)):
    weak, strong = (
        pulls[name, "cloud"][seed]
        for name in ("linear, trained", "network, trained")
    )
    assert strong > 3 * weak, (weak, strong)
assert min(pulls["untrained", "perfect"]) > 0.1

# %% [markdown] claim="S7"
"""
Then does the accuracy at least *fall* while the samples get better?
That is said too. But the discriminator learns as well, so accuracy is
the state of a race. In a test that was fixed beforehand a GAN learned
the ring, and the last quarter of each run was compared with the first,
for the quality of the samples and for the accuracy on fresh ones:
"""

# %% tags=["check"]
claims.check("S7", "refuted")

# %% [markdown]
r"""
### Training on from a perfect generator

Now the second sentence. To know exactly how good the generator is, we
take an easy game: real points from a standard normal distribution in
the plane, and a linear generator $G(z) = A^\top z + b$. It draws from a
normal distribution too, with covariance $A^\top A$ and mean $b$, so the
KL divergence has a formula. We put the players **at the equilibrium**:
$A$ is the identity, $b$ is 0, and the discriminator's last layer is 0,
so that it answers one half everywhere.
"""


# %%
def at_the_equilibrium(seed):
    generator = kg.mlp_generator(2, (2,), widths=())
    generator.set_weights([np.eye(2), np.zeros(2)])
    network = discriminator((32, 32), seed)
    *hidden, kernel, bias = network.get_weights()
    network.set_weights([*hidden, 0 * kernel, 0 * bias])
    return generator, network


# %%
def divergence(generator):
    """KL of the generator's distribution to the real one, exact."""
    weights = generator.get_weights()
    matrix, mean = (w.astype("float64") for w in weights)
    covariance = matrix.T @ matrix
    volume = np.linalg.slogdet(covariance)[1]
    return (np.trace(covariance) + mean @ mean - 2 - volume) / 2


# %% tags=["check", "exact"]
trial = kg.mlp_generator(2, (2,), widths=())
trial.set_weights([2 * np.eye(2), np.array([0.3, 0.4])])
assert abs(divergence(trial) - (8 + 0.25 - 2 - np.log(16)) / 2) < 1e-6
assert divergence(at_the_equilibrium(0)[0]) == 0


# %%
def normal(num, seed):
    points = np.random.default_rng(seed).normal(size=(num, 2))
    return points.astype("float32")


# %%
class Looks(keras.callbacks.Callback):
    """After each epoch: the exact divergence and the accuracy."""

    def __init__(self):
        super().__init__()
        self.divergence, self.accuracy = [], []

    def on_epoch_end(self, epoch, logs=None):
        gan, real = self.model, normal(5_000, epoch)
        fake = gan.sample(5_000, seed=epoch + 1_000)
        self.divergence.append(divergence(gan.generator))
        self.accuracy.append(accuracy(gan.discriminator, real, fake))


# %%
def train_on(gan, seed):
    """Begins anew at the equilibrium, compiles nothing, and trains."""
    looks = Looks()
    gan.restart(*at_the_equilibrium(seed), seed=seed)
    real = normal(STEPS_PER_LOOK * BATCH_SIZE, seed)
    common = {"batch_size": BATCH_SIZE, "epochs": LOOKS, "verbose": 0}
    gan.fit(real, callbacks=[looks], **common)
    return looks


runs = {}
for way, penalty in {"without R1": None, "with R1": kg.R1(1.0)}.items():
    gan = kg.GAN(*at_the_equilibrium(0), penalty=penalty)
    gan.compile(
        generator_optimizer=keras.optimizers.SGD(RATE),
        discriminator_optimizer=keras.optimizers.SGD(RATE),
    )
    runs[way] = [train_on(gan, seed) for seed in SEEDS]
TAIL = max(1, LOOKS // 2)
ends = {
    way: [np.median(run.divergence[-TAIL:]) for run in group]
    for way, group in runs.items()
}

# %% name="leaving" alt="KL divergence of the generator from the real distribution against the training step, logarithmic scale, {len(SEEDS)} seeds and medians, after a start at the equilibrium. Without R1, grey: in the second half {span(ends['without R1'], '.1e')}. With R1, orange and dashed: {span(ends['with R1'], '.1e')}."
steps = STEPS_PER_LOOK * np.arange(1, LOOKS + 1)
fig, ax = plt.subplots(figsize=(7, 4))
for way, color, line in [
    ("without R1", NEUTRAL, "-"),
    ("with R1", PENALTY, "--"),
]:
    curves = [run.divergence for run in runs[way]]
    kg.plot_seeds(
        steps, curves, color=color, linestyle=line, label=way, ax=ax
    )
ax.set(xlabel="training step", ylabel="KL divergence, nats")
ax.set_yscale("log")
ax.set_title("From a perfect start: how far the generator goes")
plt.show()

# %% [markdown]
"""
Is that far? A yardstick: a normal distribution fitted to a single batch
of real points, by their mean and covariance. It is what one step of
training sees of the data.
"""


# %% tags=["hide-input"]
def fitted_to_a_batch(seed):
    """KL to the real distribution after a fit to one batch."""
    points = normal(BATCH_SIZE, seed)
    root = np.linalg.cholesky(np.cov(points.T, bias=True))
    trial.set_weights([root.T, points.mean(axis=0)])
    return divergence(trial)


fits = [fitted_to_a_batch(seed) for seed in range(200)]

rows = [
    "| way | KL, second half | as a shift of the mean | accuracy |",
    "|---|---|---|---|",
]
for way, group in runs.items():
    answers = [value for run in group for value in run.accuracy]
    shifts = np.sqrt(2 * np.array(ends[way]))
    rows.append(
        f"| {way} | {span(ends[way], '.2e')} | {span(shifts, '.3f')} "
        f"| {span(answers)} |"
    )
display(Markdown("\n".join(rows)))
print(f"fit to one batch: {np.mean(fits):.2e}, mean of {len(fits)}")

# %% [markdown]
"""
The generator does not stay at the perfect place, and it does not get
lost either. In thousands of steps of feedback from a discriminator that
is right half of the time it stays much nearer to the truth than a fit
to one batch, with R1 and without. So the warning does not come true
here. R1 may hold it a little closer, but this short run does not show
that it is needed.
"""

# %% tags=["check"]
worst = max(value for group in ends.values() for value in group)
assert worst < np.mean(fits) / 4, (worst, np.mean(fits))
for group in runs.values():
    for run in group:
        assert np.abs(np.array(run.accuracy) - 0.5).max() < 0.05

# %% [markdown]
r"""
## Why

Let $A$ be the set of points that a discriminator calls real, $p$ the
distribution of real samples and $q$ that of fakes. Half of the samples
are real, so its accuracy is

$$ \frac{p(A) + 1 - q(A)}{2} = \frac12 + \frac{p(A) - q(A)}{2}. $$

It is one half if $p$ and $q$ agree **on this one set**. A perfect
generator agrees on all sets. A weak discriminator settles on one set,
and a bad generator may agree on that one. The linear one learns from
the means, which are equal here, so to its loss no line is worth
anything. Other lines would tell, a little: we try the points right of
0.6.
"""

# %%
network = networks["linear, trained", "cloud"][0]
fake = cloud(5_000, 50 + SEEDS[0])
p, q = ((logits(network, x) > 0).mean() for x in (ring.test, fake))
value, told = (1 + p - q) / 2, accuracy(network, ring.test, fake)
print(f"p(A) = {p:.4f}, q(A) = {q:.4f}")
print(f"formula {value:.4f}, accuracy {told:.4f}")
right = [(x[:, 0] > 0.6).mean() for x in (ring.test, fake)]
print(f"right of 0.6: ring {right[0]:.2f}, cloud {right[1]:.2f}")

# %% tags=["check", "exact"]
assert abs(value - told) < 1e-9
assert right[0] - right[1] > 0.1, right

# %% [markdown]
r"""
The best discriminator takes the set with the largest difference, the
total variation distance $V$. Its accuracy $(1 + V)/2$ is about the
generator alone; that of a given network is a lower bound, which may be
far away.

The feedback is something else again. With the logit $\ell$ and
$D = \sigma(\ell)$, the loss of one fake $x$ has the slope

$$ \nabla\bigl(-\log D(x)\bigr) = -\bigl(1 - D(x)\bigr)\,
   \nabla \ell(x). $$

A discriminator that answers one half *because it is flat* has
$\nabla\ell = 0$ and sends nothing at all. One that is right half of the
time *because it errs on both sides* has slopes, and sends them.
"""

# %%
_, flat = at_the_equilibrium(SEEDS[0])
born = discriminator((32, 32), SEEDS[0])
for name, network in (("flat", flat), ("untrained", born)):
    print(
        f"{name:10} accuracy "
        f"{accuracy(network, ring.test, perfect(5_000, 50)):.3f}, "
        f"pull {pull(network, perfect(2_000, 50)):.3f}"
    )

# %% tags=["check", "exact"]
assert pull(flat, perfect(2_000, 50)) == 0
assert pull(born, perfect(2_000, 50)) > 0.1

# %% [markdown]
"""
## Change one thing

Set `BATCH_SIZE = 16`: each step sees fewer samples, so its gradient is
noisier. Before you run: will the generator stay as near to the perfect
start, or go further? And will it still be nearer to it than a normal
distribution fitted to one batch, which is smaller now too?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>An accuracy of 50 % on fresh samples, and the loss of
the discriminator is 2 log 2. What would you do to tell a perfect
generator from a weak discriminator?</summary>

Freeze the generator and train a fresh and larger discriminator against
it, as in the first experiment. If it soon beats one half on new
samples, the generator was not perfect. Or use a measure in which no
discriminator takes part.

</details>

<details><summary>And an accuracy of 100 %: does that show a bad
generator?</summary>

It shows that some set separates the two. On images a discriminator can
find such a set, in fine detail, where no eye sees a difference. Fakes
that are good enough for a purpose need not reach one half.

</details>

<details><summary>Should we stop training when the accuracy reaches one
half?</summary>

Not for that reason. It may be the moment at which two circling players
pass each other, or the discriminator may be weak. And if the generator
is perfect indeed: in our run training on moved it only a little, with
R1 and without. When to stop is a question for a measure of the samples.

</details>

<details><summary>Is the feedback of a discriminator at the equilibrium
random?</summary>

At the equilibrium it is flat and sends none. Near it, minibatches make
the discriminator lean a little to one side and then to the other. That
part is random. But as soon as the generator has moved, there is a
difference to be learned, and that part is not random.

</details>
"""

# %% [markdown]
"""
## Exercise

Samples fall into a few bins. Write `accuracy(p, q, answers)` and
`best_answers(p, q)`, and then two sets of answers that are right
exactly half of the time: one against perfect fakes, one against fakes
that never fall where real samples do.

Expected: the best answers are right in (1 + total variation) / 2 of the
cases, and the last fakes, told by the best answers, in all. The
exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- Half right is necessary for a perfect generator, and far from
  sufficient: an untrained, a weak or a circling discriminator has it
  too.
- Accuracy compares two distributions on one set of points; the slope at
  the fakes is what the generator hears.
- A flat discriminator sends nothing, neither useful nor random. From a
  perfect start the generator of our easy game stayed close for
  thousands of steps, with R1 and without.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Section 4: the
  optimal discriminator, and one half at the optimum.
- Google, *Generative Adversarial Networks*, the page on
  [training](https://developers.google.com/machine-learning/gan/training).
  The section on convergence says that a perfect generator leaves an
  accuracy of 50 %, not the reverse, and warns of random feedback after.
- L. Mescheder, A. Geiger and S. Nowozin, *Which Training Methods for
  GANs do actually Converge?*, 2018,
  [arXiv:1801.04406](https://arxiv.org/abs/1801.04406). Near a flat
  discriminator: when the players circle and when they return.
"""
