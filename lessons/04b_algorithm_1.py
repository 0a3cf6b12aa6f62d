# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# What happens in one training step, line by line?

A progress bar says 1/300. What was drawn, who was judged, who moved, and
in which order? The answer is one page of the first GAN paper, called
Algorithm 1. We write it as a loop of our own and compare its weights
with those of `kg.GAN`, number by number. Then we turn its one knob.

After this lesson you can

- write the training loop of a GAN by hand, and test it against another,
- say which draws are fresh and which weights move in which line,
- say what $k$, the discriminator's number of steps, costs, and how to
  judge what it buys.

About 20 minutes to read, about a minute to run. You need lessons
[03](03_training_the_generator.ipynb) and [4a](04a_the_game.ipynb).
"""

# %% [markdown]
r"""
## The question

Lesson 4a found the end of the game, and that a generator must not
follow one frozen discriminator for long. Algorithm 1 is the paper's
answer: the discriminator makes $k$ small steps, the generator makes
one, and again.

The paper takes $k = 1$, the least expensive choice. Some course pages
say instead that each player trains for whole epochs. How much does the
rhythm matter?
"""

# %% [markdown]
"""
## Your prediction

Eight bumps on a ring. The discriminator is slow: its learning rate is a
tenth of the generator's. We train with one and with five discriminator
steps for each step of the generator, with as many steps of the
generator each time. What do more steps of the discriminator do?

- **A.** Nothing that can be told from another seed.
- **B.** The fakes lie more evenly around the ring.
- **C.** Less evenly: the discriminator becomes too strong.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
r"""
## The experiment

Algorithm 1 in our words, with $m$ for the size of a minibatch:

1. Repeat, for every training step:
2. $k$ times: draw $m$ fresh $z$ and make fakes; take $m$ real samples;
3. move the discriminator **up** the slope of
   $\frac1m \sum \log D(x) + \frac1m \sum \log(1 - D(G(z)))$.
4. Then once: draw $m$ fresh $z$, and move the generator **down** the
   slope of $\frac1m \sum \log(1 - D(G(z)))$.

Each line below bears its number.
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

# %% tags=["settings"] claims="S8 S9" smoke={"UPDATES": 20, "SEEDS": [1], "LOOKS": 2}
HAND_STEPS = 12  # training steps of our own loop
BATCH_SIZE = 128  # m
SEED = 7
UPDATES = 1_000  # of the generator, in the comparison
LOOKS = 10
CHOICES = [1, 5]  # k
SEEDS = [1, 2, 3, 4, 5, 6]

# %%
ring = kg.ring(num_train=100 * BATCH_SIZE)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def small_networks():
    generator = kg.mlp_generator(4, (2,), widths=(32,), seed=SEED)
    judge = kg.mlp_discriminator((2,), widths=(32,), seed=SEED + 1)
    return generator, judge


# %% [markdown]
r"""
The two lines that move something, as Keras losses. Going up a slope is
going down its opposite. Keras averages over the $2m$ labelled samples
together, the algorithm adds two means over $m$: hence the 2. And
$\log(1 - D)$ of a logit $\ell$ is $-\log(1 + e^\ell)$, minus Keras's
softplus.
"""


# %%
def line_3(labels, logits):
    return 2 * bce(labels, logits)


def line_4(labels, logits):
    return -keras.ops.softplus(logits)


# %%
def sgd():
    return keras.optimizers.SGD(0.1, momentum=0.5)  # the paper's code


# %% [markdown]
"""
The paper trains with plain gradient descent and momentum, and so do we
here. For a dozen steps compiling does not pay: `run_eagerly` leaves it
out. Our draws must be those of the package, so we take them from a
generator of random numbers with the same seed.
"""


# %%
def draw(stream):
    z = kg.training.backend.random_normal((BATCH_SIZE, 4), seed=stream)
    return keras.ops.convert_to_numpy(z)


labels = np.repeat([[1.0], [0.0]], BATCH_SIZE, axis=0)
ones = np.ones((BATCH_SIZE, 1))  # line 4 does not read them


# %%
def by_hand(rows, k):
    generator, judge = small_networks()
    adversarial = kg.AdversarialModel(generator, judge)
    judge.compile(sgd(), line_3, run_eagerly=True)  # few steps
    adversarial.compile(sgd(), line_4, run_eagerly=True)
    stream = keras.random.SeedGenerator(SEED)
    for turn in rows.reshape(-1, k, BATCH_SIZE, 2):  # 1
        for real in turn:  # 2
            fake = generator.predict_on_batch(draw(stream))
            judge.train_on_batch(
                np.concatenate([real, fake]), labels
            )  # 3
        adversarial.train_on_batch(draw(stream), ones)  # 4
    return generator.get_weights() + judge.get_weights()


# %% [markdown]
"""
That is the whole algorithm: two loops, five lines that do something.
And the package, on the same rows in the same order:
"""


# %%
def by_package(rows, k, **options):
    gan = kg.GAN(
        *small_networks(),
        loss="minimax",
        discriminator_steps=k,
        seed=SEED,
        **options,
    )
    gan.compile(
        generator_optimizer=sgd(),
        discriminator_optimizer=sgd(),
        run_eagerly=True,
    )
    gan.fit(rows, batch_size=BATCH_SIZE, shuffle=False, verbose=0)
    return gan.generator.get_weights() + gan.discriminator.get_weights()


# %%
def difference(left, right):
    """The largest difference of any two weights."""
    return max(np.abs(a - b).max() for a, b in zip(left, right))


# %%
start = [
    w for network in small_networks() for w in network.get_weights()
]
compared, by_k = {}, {}
for k in (1, 3):
    rows = ring.train[: HAND_STEPS * k * BATCH_SIZE]
    ours = by_k[k] = by_hand(rows, k)
    moved = difference(ours, start)
    compared[k] = difference(ours, by_package(rows, k)), moved
    print(
        f"k = {k}: weights moved by up to {moved:.3f}, "
        f"loops differ by {compared[k][0]:.1e}"
    )

# %% tags=["check", "exact"]
for apart, moved in compared.values():
    assert apart < 1e-4, compared
    assert moved > 0.01, compared

# %% [markdown]
"""
The same numbers, up to rounding. Would this test notice a wrong loop?
Three changes that are easily made by accident, each an option of the
package: the generator judged on the discriminator's $z$ instead of
fresh ones, the generator first, and both at once.
"""

# %%
SLIPS = {
    "z not fresh": {"share_z": True},
    "generator first": {"update": "generator_first"},
    "both at once": {"update": "simultaneous"},
}

# %%
rows = ring.train[: HAND_STEPS * BATCH_SIZE]
slips = {
    name: difference(by_k[1], by_package(rows, 1, **option))
    for name, option in SLIPS.items()
}
for name, apart in slips.items():
    print(f"{name:<16} weights differ by {apart:.1e}")

# %% tags=["check", "exact"]
assert min(slips.values()) > 20 * compared[1][0]
assert min(slips.values()) > 1e-4

# %% [markdown]
r"""
**The knob.** Now $k$, with the networks and the two learning rates of
the prediction, the non-saturating loss and Adam. Every run has as many
steps of the generator; a larger $k$ gives the discriminator more steps,
each on another minibatch. We look at how evenly the fakes are spread:
each one is counted for its nearest bump, however far, and the KL
divergence of these shares from one eighth each is 0 for equal shares.
"""


# %%
def adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.5)


# %%
def ring_networks(seed):
    look = {"widths": (64, 64), "activation": "leaky_relu_0.2"}
    generator = kg.mlp_generator(64, (2,), seed=seed, **look)
    judge = kg.mlp_discriminator((2,), seed=seed + 100, **look)
    return generator, judge


def ring_gan(k):
    gan = kg.GAN(*ring_networks(0), discriminator_steps=k, seed=0)
    gan.compile(
        generator_optimizer=adam(1e-3),
        discriminator_optimizer=adam(1e-4),
    )
    return gan


# %% [markdown]
"""
A GAN is compiled once for each k. For the next seed `restart` begins
anew, with other weights and fresh optimizers, and compiles nothing
again.
"""


# %%
def run(gan, seed):
    """Trains; returns the looks, and the last epoch's answers."""
    steps = len(ring.train) // (
        gan.options.discriminator_steps * BATCH_SIZE
    )
    epochs = max(LOOKS, UPDATES // steps)
    watch = kg.Watch(ring, every=epochs // LOOKS, num_samples=2_500)
    gan.restart(*ring_networks(seed), seed=seed)
    log = gan.fit(
        ring.train,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        verbose=0,
        callbacks=[watch],
    )
    gap = log.history["d_real"][-1] - log.history["d_fake"][-1]
    return watch, steps * np.array(watch.epochs), gap


# %%
runs = {}
for k in CHOICES:
    gan = ring_gan(k)
    runs[k] = [run(gan, seed) for seed in SEEDS]

# %% tags=["hide-input"]
looks = {1: (FAKE, "--"), 5: (DISCRIMINATOR, "-")}

# %% tags=["hide-input"] name="result" alt="KL divergence of the bumps' proportions, in nats on a logarithmic axis, against the generator's updates, {len(SEEDS)} seeds for each k. At the end k = 1 lies between {min(w.metrics[-1]['kl'] for w, _, _ in runs[1]):.2f} and {max(w.metrics[-1]['kl'] for w, _, _ in runs[1]):.2f}, k = 5 between {min(w.metrics[-1]['kl'] for w, _, _ in runs[5]):.2f} and {max(w.metrics[-1]['kl'] for w, _, _ in runs[5]):.2f}."
fig, ax = plt.subplots(figsize=(7, 4.2))
for k, (color, line) in looks.items():
    curves = [[m["kl"] for m in w.metrics] for w, _, _ in runs[k]]
    at = runs[k][0][1]
    for curve in curves:
        ax.plot(at, curve, line, color=color, lw=1.2)
    ax.plot([], [], line, color=color, label=f"k = {k}, each seed")
ax.set(
    xlabel="updates of the generator", ylabel="KL of the bumps (nats)"
)
ax.set(yscale="log", title="A slow discriminator gains by more steps")
ax.legend()
plt.show()

# %% [markdown]
"""
## What happened
"""


# %%
def of_look(group, look):
    """Each metric at one look, a list over the seeds."""
    found = [watch.metrics[look] for watch, _, _ in group]
    return {key: [m[key] for m in found] for key in found[0]}


ends = {k: of_look(group, -1) for k, group in runs.items()}

# %% tags=["hide-input"]
table = [
    "| k | D steps | bumps found | on a bump | KL | D(real) - D(fake) |",
    "|---|---|---|---|---|---|",
]
untrained = of_look(runs[CHOICES[0]], 0)
for k, end in {"untrained": untrained, **ends}.items():
    group = runs.get(k, [])
    steps = f"{k * group[0][1][-1]:,}" if group else "0"
    cells = [
        ", ".join(f"{m:g}" for m in end["modes"]),
        ", ".join(f"{m:.0%}" for m in end["high_quality"]),
        ", ".join(f"{m:.2f}" for m in end["kl"]),
        ", ".join(f"{gap:.2f}" for _, _, gap in group),
    ]
    table.append(f"| {' | '.join([f'{k}', steps, *cells])} |")
seeds = ", ".join(map(str, SEEDS))
display(Markdown(f"For the seeds {seeds}:\n\n" + "\n".join(table)))

# %% tags=["hide-input"]
few, many = ends[CHOICES[0]]["kl"], ends[CHOICES[-1]]["kl"]
better = sum(b < a for a, b in zip(few, many))
display(
    Markdown(
        f"The answer here is **B**. With k = {CHOICES[-1]} the KL ends "
        f"lower than with k = {CHOICES[0]} in {better} of {len(SEEDS)} "
        f"seeds, and its median is {np.median(many):.2f} against "
        f"{np.median(few):.2f}. But the worst run with k = {CHOICES[-1]} "
        f"ends at {max(many):.2f}, and the best with k = {CHOICES[0]} "
        f"at {min(few):.2f}: compare several seeds, never two runs. In "
        "no run do the fakes lie well on "
        f"the bumps after {UPDATES:,} updates: "
        f"{max(max(end['high_quality']) for end in ends.values()):.0%} "
        "at best."
    )
)

# %% [markdown]
"""
These scores forgive much: one hit finds a bump, and the KL asks only
for the nearest one. In the first row stand the untrained generators, a
cloud in the middle. Theirs are better than those of k = 1 at its end.
So no run here has learned the bumps. With five steps the fakes mostly
stay spread around the ring; with one they are driven about.
"""

# %% tags=["check"]
assert better >= 4, ends
assert np.median(untrained["kl"]) < np.median(few)
assert np.median(many) < np.median(few) / 2, ends
assert max(max(end["high_quality"]) for end in ends.values()) < 0.6

# %% [markdown] claim="S8 S9"
r"""
Why try at all? More steps keep the discriminator nearer to its best
answer, where, for the loss of Algorithm 1, its slope is that of the
valley of lesson 4a. They cost
$k$ steps of the discriminator and $k$ minibatches of real data for each
step of the generator. The ledger has two comparisons over more seeds,
in other settings. A larger rate for the discriminator of a ring like
this one brought more bumps in every seed, and a smaller KL in seven of
ten. Five steps, where both players had one rate, helped on digits and
harmed on a ring. So "more" is no rule: here it helped a discriminator
that was too slow.
"""

# %% tags=["check"]
import claims

claims.check("S8", "refuted")
claims.check("S9", "depends")

# %% [markdown]
"""
And whole epochs? Then the generator makes hundreds of steps against a
discriminator that stands still. Lesson
[03](03_training_the_generator.ipynb) tried one such turn, and most of
its fakes missed the data. What further turns do we have not measured.
"""

# %% [markdown]
r"""
## Why

Line 3 for the weight that is easiest to follow: the bias $b$ of the
discriminator's last layer, which is added to every logit. With $x_i$
for the real samples of the minibatch and $G(z_i)$ for its fakes,

$$ \frac{\partial}{\partial b}\Bigl[\frac1m \sum_i \log D(x_i) +
   \frac1m \sum_i \log\bigl(1 - D(G(z_i))\bigr)\Bigr]
   = \frac1m \sum_i \bigl(1 - D(x_i)\bigr) - \frac1m \sum_i D(G(z_i)). $$

It pulls up as far as real samples are doubted, and down as far as fakes
are believed. A step of plain gradient ascent with learning rate 1 moves
$b$ by exactly that:
"""

# %%
generator, judge = small_networks()
judge.compile(keras.optimizers.SGD(1.0), line_3, run_eagerly=True)
real = ring.train[:BATCH_SIZE]
z = np.random.default_rng(SEED).standard_normal((BATCH_SIZE, 4))
fake = generator.predict_on_batch(z.astype("float32"))
d_real, d_fake = (
    1 / (1 + np.exp(-judge.predict_on_batch(x).astype("float64")))
    for x in (real, fake)
)

# %%
formula = (1 - d_real).mean() - d_fake.mean()
before = judge.get_weights()[-1].item()
judge.train_on_batch(np.concatenate([real, fake]), labels)
step = judge.get_weights()[-1].item() - before
print(f"formula {formula:.6f}, step of the loop {step:.6f}")

# %% tags=["check", "exact"]
assert abs(formula - step) < 1e-5
assert abs(formula) > 1e-4

# %% [markdown]
r"""
When does line 4 move nothing? The generator's step through the same
discriminator is a sum of arrows, each weighted by $D(G(z))$: lesson 03.
It is 0 where the discriminator is flat. The bias of line 3 stands still
where doubts and beliefs balance. Both hold at the equilibrium of lesson
4a.

Why fresh $z$ in line 4? The discriminator has just been moved to reject
the old ones, so it may be better on these than on fakes at large. Some
programs use the old ones all the same. What that costs we have not
measured here.
"""

# %% [markdown]
"""
**How often may the generator move?** The same knob exists on the other
side. `generator_steps` of `kg.GAN` lets the generator move several
times between two steps of the discriminator. Algorithm 1 has no such
number. The paper warns against it in section 6: a generator that is
trained too much without an update of the discriminator gives the same
sample for many $z$.
"""

# %% [markdown]
"""
## Change one thing

Turn the rhythm around: in `ring_gan`, pass `generator_steps=5` to
`kg.GAN`, and divide `UPDATES` and `LOOKS` by 5, so that the generator
moves as often as before. Before you run: does the KL of k = 1 at the end
rise or fall?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>With k = 5 and 12,800 samples in minibatches of 128, how
many steps does the generator make in an epoch?</summary>

Twenty. One training step takes five minibatches of real samples, and
an epoch is one pass over the data. Comparing runs by epochs would be
unfair: compare by steps of the generator, or by total cost.

</details>

<details><summary>Your own loop and a library differ by 0.03 in every
weight after 12 steps. Rounding?</summary>

No. Rounding gave differences thousands of times smaller here. Look for
a factor in a loss, a draw that is reused, or another order of the
updates.

</details>

<details><summary>Is the loss of line 4 printed before or after the
generator's step?</summary>

Before: it is computed on the way to the gradient. And it is measured
by the discriminator of this step, after its own move. Two numbers in
one row of a log belong to different moments.

</details>

<details><summary>Then why not k = 100?</summary>

Cost, first. And a discriminator that is nearly perfect tells the
saturating generator nothing: lesson
[8a](08a_vanishing_gradients_exactly.ipynb).

</details>
"""

# %% [markdown]
r"""
## Exercise

Write one training step of Algorithm 1 with NumPy alone, for the
smallest players: the generator shifts, $G(z) = z + \theta$, and the
discriminator is one neuron, $D(x) = \sigma(w x + b)$. Their gradients
are three means. The minibatches are given.

Expected: with everything at 0, learning rate 1, real points (1, 3) and
$z$ of (-1, 1), one step leads to $w = 1$, $b = 0$ and $\theta = 0.5$.
The exercise notebook holds the tests.
"""

# %% [markdown]
r"""
## Remember

- A training step is $k$ minibatches for the discriminator and one for
  the generator, each with fresh $z$; real data enters only the first.
- A loop of one's own is tested against another loop, weight by weight.
- More steps of the discriminator cost more. They helped where it was
  slow, and not in every seed: a setting is judged over many seeds.
- Ask every score for its value before training: here it was better than
  after it.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Algorithm 1: the
  loop of this page. Section 6: what happens when the generator moves
  too often.
- Google, *GAN Training*, in its
  [course on GANs](https://developers.google.com/machine-learning/gan/training),
  read in November 2026. The alternation, told in epochs.
"""
