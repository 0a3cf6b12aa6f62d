# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# What does the discriminator learn, and what does its loss say?

The discriminator is the half of a GAN that we already know how to
train: it is a classifier. Here we train it alone, against a generator
that stands still and whose distribution we know exactly. So we can
compare what it learns with what it should learn.

After this lesson you can

- train a discriminator on real = 1 and fake = 0 and show that nothing
  else moves,
- write down the best discriminator there is, and compute its loss,
- say what a discriminator loss tells you, and three things it does not.

About 20 minutes to read, under a minute to run. You need lesson
[01](01_anatomy.ipynb) and the idea of cross-entropy.
"""

# %% [markdown]
"""
## The question

While the discriminator trains, the generator is held constant. It only
supplies examples. So the discriminator faces an ordinary problem with
two classes: points from the data, labelled 1, and points from the
generator, labelled 0.

Its loss goes down. Does a low loss mean that the fakes are bad? Does a
high loss mean that they are good?
"""

# %% [markdown]
r"""
## Your prediction

We train two discriminators on **the same** real points and **the
same** fakes: one with four hidden units, one with two layers of 64.
A discriminator that always answers "one half" has the loss
$2 \log 2 \approx 1.386$. Where do the two end?

- **A.** Both near the same loss, since the fakes are the same.
- **B.** The large one near 0, the small one near 1.386.
- **C.** The large one somewhere between, well above 0; the small one
  near 1.386.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

The real data: eight Gaussian bumps on a ring. The generator: a single
linear layer that we set by hand and never train.
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

# %% tags=["settings"] smoke={"NUM_POINTS": 1000, "EPOCHS": 1}
NUM_POINTS = 20_000  # real points, and as many fakes
EPOCHS = 8
BATCH_SIZE = 200
SCALE = 0.8  # the generator's spread
SEEDS = [1, 2, 3]

# %%
ring = kg.ring(std=0.2, num_train=NUM_POINTS, num_test=5_000)
generator = kg.mlp_generator(2, (2,), widths=())
generator.set_weights([SCALE * np.eye(2), np.zeros(2)])

# %% [markdown]
r"""
So $G(z) = 0.8\,z$. With $z \sim \mathcal N(0, I)$ the fakes are Gaussian
with standard deviation 0.8, and we know both densities exactly: $p$
of the real points, $q$ of the fakes.
"""


# %%
def make_fakes(num, seed):
    z = np.random.default_rng(seed).normal(size=(num, 2))
    return generator.predict(z.astype("float32"), verbose=0)


fakes, test_fakes = make_fakes(NUM_POINTS, 1), make_fakes(5_000, 2)

# %% name="data" alt="Scatter plot. Green circles: eight clusters of real points on a ring of radius 1. Purple crosses: {len(test_fakes)} fakes, here 500 of them, one round cloud around the centre that covers the ring and the hole in its middle."
fig, ax = plt.subplots(figsize=(5, 5))
kg.plot_samples(ring.test[:500], test_fakes[:500], ax=ax)
ax.set_title("Real ring, fakes from a constant generator")
plt.show()

# %% [markdown]
"""
Now the labels. Real points are 1 and fakes are 0. That is the whole
difference between training a discriminator and training any other
classifier.
"""

# %%
x = np.concatenate([ring.train, fakes])
y = np.concatenate([np.ones(len(ring.train)), np.zeros(len(fakes))])
y = y[:, None].astype("float32")


# %%
def train(widths, seed):
    network = kg.mlp_discriminator((2,), widths=widths, seed=seed)
    network.compile(
        keras.optimizers.Adam(3e-3),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    keras.utils.set_random_seed(seed)  # the order of the batches
    log = network.fit(
        x, y, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0
    )
    return network, 2 * np.array(log.history["loss"])


# %% [markdown]
r"""
Keras averages over the real and the fake points together. The game of
the paper adds two means, one over the real points and one over the
fakes, which is twice that number. (All logarithms are natural ones; the
unit of such a loss is then called a nat.) Hence the factor 2: it makes our numbers
comparable with $2 \log 2$.

Does backpropagation reach the discriminator only? We do not have to
believe it. The audit compares every weight before and after, bit for
bit.
"""

# %%
discriminator = kg.mlp_discriminator((2,), widths=(64, 64), seed=0)
discriminator.compile(
    "adam", keras.losses.BinaryCrossentropy(from_logits=True)
)
with kg.weight_audit(
    generator=generator, discriminator=discriminator
) as audit:
    discriminator.train_on_batch(x[-200:], y[-200:])
print(audit)

# %% tags=["check", "exact"]
assert audit.moved("discriminator")
assert not audit.moved("generator")

# %% [markdown]
"""
The generator stands still because nothing asks it to move: its output
entered the step as plain numbers. Now the two sizes, each from several
seeds.
"""

# %%
SIZES = {"small": (4,), "large": (64, 64)}
runs = {
    name: [train(widths, seed) for seed in SEEDS]
    for name, widths in SIZES.items()
}


# %%
def logits(network, points):
    return network.predict(points, batch_size=5_000, verbose=0)[:, 0]


# %%
def loss_of(real_logits, fake_logits):
    """Cross-entropy on real = 1 plus cross-entropy on fake = 0."""
    real = np.logaddexp(0, -real_logits).mean()
    return float(real + np.logaddexp(0, fake_logits).mean())


def error_of(real_logits, fake_logits):
    """Share of points on the wrong side of one half."""
    return float(
        ((real_logits < 0).mean() + (fake_logits > 0).mean()) / 2
    )


# %%
test = {
    name: [
        (logits(network, ring.test), logits(network, test_fakes))
        for network, _ in group
    ]
    for name, group in runs.items()
}
losses = {k: [loss_of(*pair) for pair in v] for k, v in test.items()}
errors = {k: [error_of(*pair) for pair in v] for k, v in test.items()}

# %% [markdown]
r"""
How good can a discriminator be here? We know both densities, so we can
write the best one down (the reason is in *Why* below):

$$ D^*(x) = \frac{p(x)}{p(x) + q(x)} . $$

Its logit is $\log p(x) - \log q(x)$.
"""


# %%
def best_logits(points):
    points = points.astype("float64")
    squares = (points**2).sum(axis=1)
    log_q = -squares / (2 * SCALE**2) - np.log(2 * np.pi * SCALE**2)
    return ring.log_density(points) - log_q


best_pair = best_logits(ring.test), best_logits(test_fakes)
best_loss, best_error = loss_of(*best_pair), error_of(*best_pair)

# %% tags=["hide-input"] name="losses" alt="Loss of the discriminator over {EPOCHS} epochs, three seeds each. Four hidden units: the curves stay just below the line of 1.386 that marks guessing and end at {np.median(losses['small']):.2f}. Two layers of 64: they fall within two epochs and end at {np.median(losses['large']):.2f}, just above the line of the best possible discriminator at {best_loss:.2f}."
fig, ax = plt.subplots(figsize=(7, 4))
epochs = np.arange(1, EPOCHS + 1)
styles = {"small": ("--", PENALTY), "large": ("-", DISCRIMINATOR)}
for name, (line, color) in styles.items():
    curves = np.array([curve for _, curve in runs[name]])
    kg.plot_seeds(
        epochs, curves, color=color, linestyle=line, label=name, ax=ax
    )
for level, text in [(2 * np.log(2), "guessing"), (best_loss, "best")]:
    ax.axhline(level, color=NEUTRAL, linewidth=1)
    ax.annotate(text, (EPOCHS, level), va="bottom", ha="right")
ax.set(xlabel="epoch", ylabel="discriminator loss (nats)")
ax.set_title("Same data, same fakes, two losses")
ax.legend(loc="center right")
plt.show()

# %% [markdown]
"""
## What happened
"""


# %% tags=["hide-input"]
def span(values, digits=3):
    low, high = min(values), max(values)
    return f"{low:.{digits}f} to {high:.{digits}f}"


rows = [
    f"| {name} | {span(losses[name])} | {span(errors[name])} |"
    for name in SIZES
]
rows.append(f"| best possible | {best_loss:.3f} | {best_error:.3f} |")
table = "| discriminator | loss | error rate |\n|---|---|---|\n"
display(
    Markdown(
        f"On new points, over {len(SEEDS)} seeds:\n\n"
        + table
        + "\n".join(rows)
    )
)

# %% tags=["hide-input"]
gap = np.median(losses["large"]) - best_loss
display(
    Markdown(
        f"The answer is **C**. The large network ends {gap:.3f} above "
        "the best possible loss, and that loss is far from 0: where "
        "real and fake overlap, nobody can be sure. The small "
        "network saw the same points and stayed near guessing. The "
        "fakes did not get better in between. They never changed."
    )
)

# %% tags=["check"]
# Over all seeds, on held-out points.
assert all(1.30 < value < 1.40 for value in losses["small"])
assert all(
    best_loss - 0.02 < value < best_loss + 0.08
    for value in losses["large"]
)
assert all(abs(value - best_error) < 0.02 for value in errors["large"])
assert all(value > 0.38 for value in errors["small"])

# %% [markdown]
"""
The picture of what the large network learned, beside what it should
have learned:
"""


# %% name="surface" alt="Two maps of D(x) over the plane. Left, what the large network learned; right, the best discriminator p/(p+q). Both are high, green, along the ring, with a bulge at each of the eight clusters, and low, purple, in the middle and outside. The learned one is smoother. On new points the two differ by {difference:.3f} on average."
def score(points):
    return 1 / (1 + np.exp(-logits(runs["large"][0][0], points)))


def best_score(points):
    return 1 / (1 + np.exp(-best_logits(points)))


everywhere = np.concatenate([ring.test, test_fakes])
difference = np.abs(score(everywhere) - best_score(everywhere)).mean()
fig, axes = plt.subplots(1, 2, figsize=(9.5, 4.2))
limits = (-2, 2, -2, 2)
kg.plot_surface(score, limits, ax=axes[0], title="Learned D")
kg.plot_surface(best_score, limits, ax=axes[1], title="Best D")
plt.show()

# %% tags=["check"]
for network, _ in runs["large"]:
    learned = 1 / (1 + np.exp(-logits(network, everywhere)))
    assert np.abs(learned - best_score(everywhere)).mean() < 0.09

# %% [markdown]
r"""
## Why

Fix a point $x$. Of the training points that fall near it, a share
proportional to $p(x)$ is real and a share proportional to $q(x)$ is
fake. If the discriminator answers $D$ there, its loss near $x$ is

$$ \ell(D) = -\,p(x)\log D - q(x)\log(1 - D), $$

where $p$ is the density of the data, $q$ that of the generator, and
$D$ the answer in $(0, 1)$. Setting the derivative to zero,

$$ -\frac{p}{D} + \frac{q}{1-D} = 0 \quad\Longrightarrow\quad
D^* = \frac{p}{p+q}. $$

This is Proposition 1 of Goodfellow et al. (2014). We check it at one
point by trying every answer:
"""

# %%
point = np.array([[0.5, 0.0]])
log_ratio = best_logits(point)[0]
p_share = 1 / (1 + np.exp(-log_ratio))  # p / (p + q)
answers = np.linspace(0.001, 0.999, 99_801)
curve = -p_share * np.log(answers) - (1 - p_share) * np.log(1 - answers)
print(f"formula p/(p+q): {p_share:.4f}")
print(f"best answer:     {answers[curve.argmin()]:.4f}")

# %% tags=["check", "exact"]
assert abs(answers[curve.argmin()] - p_share) < 1e-4

# %% [markdown]
r"""
Three things follow about the loss.

1. **It has a floor that depends on the fakes.** The best loss is
   $2\log 2 - 2\,\mathrm{JSD}(p, q)$. JSD is the Jensen-Shannon
   divergence, which is 0 when fake and real agree; lesson
   [4a](04a_the_game.ipynb) computes it.
2. **How close it comes to the floor depends on the discriminator.**
   That is the small network's story. From the loss alone you cannot
   tell good fakes from a weak discriminator.
3. **It is not the error rate.** The error rate asks which side of one
   half the answer lies on. The loss also asks how sure it was.

The third point takes one line: multiply every logit by 10.
"""

# %%
real_logits, fake_logits = test["large"][0]
for factor in (1, 10):
    pair = factor * real_logits, factor * fake_logits
    print(
        f"logits x {factor:<3} loss {loss_of(*pair):.2f}   "
        f"error rate {error_of(*pair):.3f}"
    )

# %% tags=["check"]
for real_logits, fake_logits in test["large"]:
    pair = 10 * real_logits, 10 * fake_logits
    assert error_of(*pair) == error_of(real_logits, fake_logits)
    assert loss_of(*pair) > 2 * loss_of(real_logits, fake_logits)

# %% [markdown]
"""
The same decisions, the same errors, another loss. The package's
training loop computes the loss as we did here, from logits:
"""

# %%
terms = kg.NonSaturating().discriminator_terms(real_logits, fake_logits)
print(f"package: {float(terms[0]) + float(terms[1]):.6f}")
print(f"by hand: {loss_of(real_logits, fake_logits):.6f}")

# %% tags=["check", "exact"]
assert (
    abs(float(terms[0] + terms[1]) - loss_of(real_logits, fake_logits))
    < 1e-4
)

# %% [markdown]
"""
## Change one thing

Set `SCALE = 2.0` and run everything again. The fakes now spread far
beyond the ring, so they are worse. Before you run: does the best
possible loss go up or down? Does the small network notice?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A run reports a discriminator loss of 1.38. Are its
samples good?</summary>

You cannot know. Against a perfect generator the best possible loss is
$2\log 2 \approx 1.386$. A discriminator that has not learned, or cannot
learn, to tell the two apart shows about the same number. Our small
network sat there with fakes that the large one told apart.

</details>

<details><summary>Could a larger network, trained longer, reach a loss
of 0 here?</summary>

Not on new points. Where the densities overlap, even $D^*$ must be
unsure, and no network beats it on average. On its own training points a
large network can go lower by memorising them.

</details>

<details><summary>Why does the generator not move, though its layers have
trainable weights?</summary>

An optimizer moves the weights it was given, along gradients that were
asked for. Here the fakes entered as an array of numbers, so there is no
path back to the generator, and its weights were not on the optimizer's
list. No flag was needed.

</details>
"""

# %% [markdown]
"""
## Exercise

Write `discriminator_loss(real_logits, fake_logits)` with NumPy alone,
so that it stays finite for logits as large as 10,000. Then find the
logit at which a discriminator that gives the same answer everywhere has
the lowest loss.

Expected: `discriminator_loss` of zeros is 1.386294, at logits
(10000, -10000) it is 0, at (-10000, 10000) it is 20000, and the best
constant logit is 0. The exercise notebook holds the tests.
"""

# %% [markdown]
r"""
## Remember

- To train the discriminator, hold the generator constant, label real 1
  and fake 0, and train a classifier.
- The best answer at $x$ is $p(x) / (p(x) + q(x))$.
- The loss mixes two things, how different the fakes are and how good
  the discriminator is, and it is neither the error rate nor a score of
  the samples.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Section 4.1,
  Proposition 1: the best discriminator, in six lines.
- A. Niculescu-Mizil and R. Caruana, *Predicting Good Probabilities with
  Supervised Learning*, ICML 2005. Why being right and being rightly sure
  are two things.
"""
