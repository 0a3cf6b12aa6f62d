# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Why does a perfect discriminator teach the generator nothing?

A better teacher should give better lessons. In a GAN the opposite can
happen: the better the discriminator, the weaker the signal that it
sends back. Here we take the smallest case in which every number can be
computed exactly, and compare it with a network that we train.

After this lesson you can

- compute how strong the generator's gradient is, for three losses,
- say why an accuracy near 1 goes with a gradient near 0,
- say what the non-saturating loss repairs, and at what price.

About 20 minutes to read, under a minute to run. You need lesson
[02](02_training_the_discriminator.ipynb).
"""

# %% [markdown]
r"""
## The question

Real points come from a normal distribution around 0, fake points from
the same distribution around $d$. Both have standard deviation 1. The
generator can do one thing: shift all its points. It should learn to
make $d$ smaller.

The discriminator has become as good as it can be, and stands still.
The generator asks it: which way, and how strongly? For the loss of the
original game, how does the strength of the answer depend on $d$?
"""

# %% [markdown]
"""
## Your prediction

We move the fakes from distance 2 to distance 10. The best
discriminator, right in about five cases of six before, is now
practically always right. What does that do to the generator's gradient
in the original (minimax) game?

- **A.** It grows: the fakes are worse, and the discriminator sees it.
- **B.** It gets smaller, perhaps ten times.
- **C.** It gets smaller by a factor of about a hundred thousand.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

First the setting, then a discriminator of one neuron that we train at
three distances, then the exact answer at all distances.
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

# %% tags=["settings"] claims="C1" smoke={"NUM_POINTS": 2000, "EPOCHS": 1, "SEEDS": [1]}
NUM_POINTS = 20_000  # real points, and as many fakes
BATCH_SIZE = 2_000
EPOCHS = 20
TRAINED = [1.0, 2.0, 4.0]  # distances at which we train one
NEAR = 2.0  # the distances of the prediction
FAR = 10.0
SEEDS = [1, 2, 3]

# %%
x = np.linspace(-4, 10, 561)


def density(x, mean):
    return np.exp(-((x - mean) ** 2) / 2) / np.sqrt(2 * np.pi)


# %% name="setting" alt="Two panels, distances 2 and 6. In each a green bell around 0 for the real points and a dashed purple one around the distance for the fakes. A black curve, the best discriminator, falls from 1 to 0 between them. At distance 2 the bells overlap and the curve falls gently; at distance 6 they hardly touch, the curve falls like a step, and below the purple bell it is flat at 0."
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
for ax, d in zip(axes, (2, 6)):
    p, q = density(x, 0), density(x, d)
    ax.plot(x, p, color=REAL, label="real, p")
    ax.plot(x, q, color=FAKE, ls="--", label="fake, q")
    best = 1 / (1 + np.exp(-theory.TwoGaussians(d).logits(x)))
    ax.plot(x, best, color=DISCRIMINATOR, label="D*")
    ax.set(title=f"distance {d}", xlabel="x")
axes[1].legend(loc="center right")
plt.show()

# %% [markdown]
r"""
From lesson 02 we know the best discriminator: its logit is
$\log p(x) - \log q(x)$. For two bells of equal width the squares
cancel, and a straight line remains:

$$ \ell^*(x) = -d\,x + \frac{d^2}{2}. $$

A network of a single neuron can draw that line. So here, and almost
nowhere else, a network can become the best possible discriminator.
Does it?
"""

# %%
neuron = kg.mlp_discriminator((1,), widths=())
print("weights of the network:", neuron.count_params())


# %%
def draw(d, seed):
    rng = np.random.default_rng(seed)
    real, noise = rng.normal(size=(2, NUM_POINTS, 1))
    return real, d + noise


# %%
def train(d, seed):
    real, fake = draw(d, seed)
    neuron = kg.mlp_discriminator((1,), widths=(), seed=seed)
    # Steps that get smaller end closer to the best line. The first
    # gradients are a hundred times the last: beta_2 forgets them.
    falling = keras.optimizers.schedules.CosineDecay(
        0.2, EPOCHS * 2 * NUM_POINTS // BATCH_SIZE
    )
    neuron.compile(
        keras.optimizers.Adam(falling, beta_2=0.9),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    points = np.concatenate([real, fake]).astype("float32")
    labels = np.repeat([[1.0], [0.0]], NUM_POINTS, axis=0)
    neuron.fit(
        points,
        labels.astype("float32"),
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        verbose=0,
    )
    slope, bias = (w.item() for w in neuron.get_weights())
    return slope, bias


# %%
lines = {d: [train(d, seed) for seed in SEEDS] for d in TRAINED}

# %% tags=["hide-input"]
rows = ["| d | slope | exact | bias | exact |", "|---|---|---|---|---|"]
for d, group in lines.items():
    slopes, biases = zip(*group)
    rows.append(
        f"| {d:g} | {min(slopes):.3f} to {max(slopes):.3f} | {-d:g} "
        f"| {min(biases):.3f} to {max(biases):.3f} | {d**2 / 2:g} |"
    )
display(Markdown(f"Over {len(SEEDS)} seeds:\n\n" + "\n".join(rows)))

# %% tags=["check"]
for d, group in lines.items():
    for slope, bias in group:
        assert abs(slope / -d - 1) < 0.05, (d, slope)
        assert abs(bias / (d**2 / 2) - 1) < 0.05, (d, bias)

# %% [markdown]
r"""
Gradient descent finds $D^*$. Now the generator asks. We measure the
answer on fresh samples, without any formula: shift all fakes a little
to either side, and see how the generator's loss changes.
"""


# %%
def measured_gradient(game, d, line, seed, shift=0.01):
    slope, bias = line
    fake = draw(d, seed + 100)[1]  # points the neuron has not seen
    up, down = (
        float(game.generator_loss(slope * (fake + s) + bias))
        for s in (shift, -shift)
    )
    return abs(up - down) / (2 * shift)


# %%
GAMES = {
    "saturating": kg.Minimax(),
    "non-saturating": kg.NonSaturating(),
}

# %%
measured = {
    name: {
        d: [
            measured_gradient(game, d, line, seed)
            for line, seed in zip(group, SEEDS)
        ]
        for d, group in lines.items()
    }
    for name, game in GAMES.items()
}

# %% [markdown]
"""
And the exact numbers, for distances up to 12. `kg.theory.TwoGaussians` holds
them; how they come about is shown under *Why*.
"""

# %%
distances = np.linspace(0.1, 12, 120)
exact = [theory.TwoGaussians(d) for d in distances]
curves = {
    "saturating": [game.saturating_gradient for game in exact],
    "non-saturating": [game.non_saturating_gradient for game in exact],
    "Wasserstein": [game.wasserstein_gradient for game in exact],
}

# %% name="result" alt="Strength of the generator's gradient against the distance of the fakes, on a logarithmic scale. The saturating gradient, orange, rises to {max(curves['saturating']):.2f} near distance {distances[np.argmax(curves['saturating'])]:.1f} and then falls steeply to {curves['saturating'][-1]:.0e} at distance 12. The non-saturating one, dashed purple, rises in proportion to the distance, to {curves['non-saturating'][-1]:.0f}. The Wasserstein gradient is a flat grey line at 1. Markers from trained discriminators at distances 1, 2 and 4 lie on the curves."
looks = {
    "saturating": {"color": PENALTY},
    "non-saturating": {"color": FAKE, "ls": "--"},
    "Wasserstein": {"color": NEUTRAL, "ls": ":"},
}
fig, ax = plt.subplots(figsize=(7, 4.2))
for name, curve in curves.items():
    ax.plot(distances, curve, label=name, **looks[name])
for name, groups in measured.items():
    color = looks[name]["color"]
    for d, values in groups.items():
        ax.plot([d] * len(values), values, "x", color=color, ms=7)
ax.set(xlabel="distance d", ylabel="|gradient|", yscale="log")
ax.set_title("Far away, where it is needed most, no signal is left")
ax.legend(loc="lower left", title="lines exact, crosses trained")
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
near, far = theory.TwoGaussians(NEAR), theory.TwoGaussians(FAR)
ratio = near.saturating_gradient / far.saturating_gradient
display(
    Markdown(
        f"The answer is **C**. At distance {NEAR:g} the gradient is "
        f"{near.saturating_gradient:.4f}, at distance {FAR:g} it is "
        f"{far.saturating_gradient:.2e}: smaller by a factor of "
        f"{ratio:,.0f}. In the same span the accuracy of the "
        f"discriminator rises from {near.accuracy:.4f} to "
        f"{far.accuracy:.7f}."
    )
)

# %% tags=["hide-input"]
rows = [
    "| d | accuracy | JSD / log 2 | saturating | non-saturating | "
    "Wasserstein |",
    "|---|---|---|---|---|---|",
]
for d in (0.5, 1, 2, 4, 6, 8, 10):
    g = theory.TwoGaussians(d)
    rows.append(
        f"| {d:g} | {g.accuracy:.6f} | "
        f"{g.js_divergence / np.log(2):.6f} | "
        f"{g.saturating_gradient:.3g} | "
        f"{g.non_saturating_gradient:.4g} | "
        f"{g.wasserstein_gradient:g} |"
    )
display(Markdown("\n".join(rows)))

# %% [markdown]
"""
Two readings of the table. The saturating gradient is small at both
ends: for a small d because the fakes are good, as it should be, and for
a large d although they are bad. The Jensen-Shannon divergence (JSD),
which this game minimises where the discriminator is the best one, has
by then all but reached its upper bound, log 2. A quantity at its bound
cannot say where to go.

And the crosses in the figure: how well do the trained neurons agree?
"""

# %% tags=["hide-input"]
rows = ["| d | loss | measured | exact |", "|---|---|---|---|"]
for name, groups in measured.items():
    for d, values in groups.items():
        g = theory.TwoGaussians(d)
        value = {
            "saturating": g.saturating_gradient,
            "non-saturating": g.non_saturating_gradient,
        }[name]
        rows.append(
            f"| {d:g} | {name} | {min(values):.4f} to "
            f"{max(values):.4f} | {value:.4f} |"
        )
display(Markdown("\n".join(rows)))

# %% tags=["check"]
for d in TRAINED:
    g = theory.TwoGaussians(d)
    for value in measured["saturating"][d]:
        assert abs(value / g.saturating_gradient - 1) < 0.1, (d, value)
    for value in measured["non-saturating"][d]:
        assert abs(value / g.non_saturating_gradient - 1) < 0.1

# %% tags=["check", "exact"]
assert 1.00e5 < ratio < 1.02e5
assert 0.8413 < near.accuracy < 0.8414
assert far.accuracy > 0.9999997

# %% [markdown]
r"""
## Why

The generator's loss is the mean of $\log(1 - D(x))$ over its points.
Its gradient is the slope of that curve **at the places where the fakes
lie**. Let us look there.
"""

# %% name="flat" alt="The loss log(1 - D*) as a function of x, for distances 2 and 8. A bar marks where 95 % of the fakes lie. For distance 2 the curve is bent and rising within the bar. For distance 8 the curve is steep left of 4, but the bar lies right of 6, where the curve is flat at 0."
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
for ax, d in zip(axes, (2, 8)):
    x = np.linspace(-2, 11, 300)
    loss = -np.logaddexp(0, theory.TwoGaussians(d).logits(x))
    ax.plot(x, loss, color=PENALTY, label="log(1 - D*)")
    ax.plot([d - 2, d + 2], [0.4, 0.4], color=FAKE, lw=5, ls="-")
    ax.annotate("95 % of the fakes", (d, 0.9), ha="center")
    ax.set(title=f"distance {d}", xlabel="x", ylim=(-12, 2.2))
axes[0].set_ylabel("loss of one fake")
plt.show()

# %% [markdown]
r"""
At a large distance the discriminator is sure of every fake: $D^*$ is
0 there, $\log(1 - D^*)$ is 0 too, and it stays 0 if a fake moves a
little. All slope lies between the two bells, where there are no fakes.
Here that goes with an accuracy near 1: hardly a fake stands near the
place where the discriminator changes its mind.

In a formula, with $D^* = \sigma(\ell^*)$ held fixed, $\ell^*$ its logit,
$q$ the distribution of the fakes and $d$ their distance:

$$ \Bigl|\frac{\partial}{\partial d}\,
   \mathbb E_q \log(1 - D^*)\Bigr| = d \;\mathbb E_q[D^*], \qquad
   \Bigl|\frac{\partial}{\partial d}\,
   \mathbb E_q[-\log D^*]\Bigr| = d \;\mathbb E_q[1 - D^*]. $$

The factor $d$ is the slope of the logit. The other factor is the mean
answer on fakes: how far they still fool the discriminator, or not.
As a sum over a fine grid:
"""

# %%
grid = np.linspace(-10, 20, 30_001)
d = 4.0
masses = density(grid, d) * (grid[1] - grid[0])
answer = 1 / (1 + np.exp(-(-d * grid + d**2 / 2)))
by_hand = d * (masses * answer).sum(), d * (masses * (1 - answer)).sum()
g = theory.TwoGaussians(d)
print(f"by hand: {by_hand[0]:.6f} and {by_hand[1]:.6f}")
print(
    f"package: {g.saturating_gradient:.6f} "
    f"and {g.non_saturating_gradient:.6f}"
)
print(f"sum:     {sum(by_hand):.6f}")

# %% tags=["check", "exact"]
assert abs(by_hand[0] - g.saturating_gradient) < 1e-9
assert abs(by_hand[1] - g.non_saturating_gradient) < 1e-9
assert abs(sum(by_hand) - d) < 1e-9

# %% [markdown]
r"""
The two gradients add up to exactly $d$, since
$\mathbb E_q[D^*] + \mathbb E_q[1 - D^*] = 1$. Where one vanishes the
other takes all. The non-saturating loss, proposed in the first GAN
paper, sends the generator its strongest signal where the fakes are
worst.

How fast does the first one vanish? Half-way, where the real and the
fake density are equally small, both are proportional to $e^{-d^2/8}$.
Far away the gradient shrinks like that:
"""

# %%
for d in (4, 8, 12):
    g = theory.TwoGaussians(d)
    rate = g.saturating_gradient / np.exp(-(d**2) / 8)
    print(
        f"d = {d:2}: gradient {g.saturating_gradient:.2e}, "
        f"{rate:.3f} times exp(-d²/8)"
    )

# %% tags=["check", "exact"]
for d in (4, 8, 12):
    g = theory.TwoGaussians(d)
    assert 1 < g.saturating_gradient / np.exp(-(d**2) / 8) < 1.26

# %% [markdown]
r"""
The third line of the figure belongs to the Wasserstein distance: the
least distance that mass must travel to turn $q$ into $p$. Here it is
$d$ itself, so its gradient is 1, near and far. That is a statement
about the exact distance. A trained critic only approximates it, and
two such critics appear in lesson
[9b](09b_what_damps_the_rotation.ipynb).
"""

# %%
real = density(grid, 0) * (grid[1] - grid[0])
for d in (1, 4, 8):
    fake = density(grid, d) * (grid[1] - grid[0])
    distance = theory.wasserstein_distance(grid, real, fake)
    print(f"d = {d}: Wasserstein distance {distance:.6f}")

# %% tags=["check", "exact"]
assert abs(distance - 8) < 1e-6

# %% [markdown]
r"""
One trap. $D^*$ is so close to 1 or 0 in the tails that a computer
rounds it, and the logarithm of $1 - D$ becomes minus infinity. The
same loss from logits has no such gap. This is why discriminators in
this course return logits.
"""

# %%
logit = theory.TwoGaussians(8.0).logits([-3.0])
answer = 1 / (1 + np.exp(-logit))
with np.errstate(divide="ignore"):
    print("from D:     ", np.log(1 - answer))
print("from logits:", -np.logaddexp(0, logit))

# %% tags=["check", "exact"]
assert -np.logaddexp(0, logit)[0] == -56.0
assert answer[0] == 1.0

# %% tags=["check", "exact"]
import claims

claims.check("C1")

# %% [markdown]
"""
## Change one thing

Set `TRAINED = [1.0, 2.0, 8.0]` and run again. At distance 8 hardly a
point lies on the wrong side. Before you run: will the neuron stop at
the slope -8? What decides where it stops?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A discriminator reaches an accuracy of 100 %. Is that
good news for the generator?</summary>

In the original game mostly not. If it is sure of every fake, as here,
its answers do not change when the fakes move, and the gradient is
practically zero. But to be right is not to be sure: lesson
[8b](08b_vanishing_gradients_measured.ipynb) shows an accuracy near 1
with a gradient that lives.

</details>

<details><summary>Should we then train the discriminator less?</summary>

A worse discriminator gives some signal, and the small steps of
Algorithm 1 live on it. But it is not the gradient of a distance that we
know. Changing the loss, or adding noise until the distributions
overlap, keeps a signal even when the discriminator is good.

</details>

<details><summary>The non-saturating gradient at distance 10 is about
10, the Wasserstein gradient is 1. Is larger better?</summary>

Not by itself. Optimizers such as Adam rescale gradients anyway. What
counts is that the signal is there and points the right way. What the
larger one costs is the subject of lesson
[8c](08c_cures_for_vanishing_gradients.ipynb).

</details>

<details><summary>Do these numbers hold for images?</summary>

Not the numbers. The mechanism does: the loss is flat where the
discriminator is sure. How sure it gets depends on how far real and
fake are from overlapping.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `gradients(d)`, which returns both gradients by a sum over a grid,
from logits. Then find the distance at which the saturating gradient is
strongest.

Expected: `gradients(2.0)` is (0.4496, 1.5504), the two add up to $d$
at every distance, and the strongest saturating gradient lies near
$d = 1.6$. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- The generator learns from the slope of its loss at the places where
  its fakes lie.
- A sure discriminator is flat there: the saturating gradient shrinks
  like exp(-d²/8), while the non-saturating one takes the rest of d.
- The exact Wasserstein distance has gradient 1 at every distance.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). The end of
  section 3 proposes the non-saturating loss, in three sentences.
- M. Arjovsky and L. Bottou, *Towards Principled Methods for Training
  Generative Adversarial Networks*, 2017,
  [arXiv:1701.04862](https://arxiv.org/abs/1701.04862). The same effect
  measured on images, and its theory.
- M. Arjovsky, S. Chintala and L. Bottou, *Wasserstein GAN*, 2017,
  [arXiv:1701.07875](https://arxiv.org/abs/1701.07875). Why another
  distance.
"""
