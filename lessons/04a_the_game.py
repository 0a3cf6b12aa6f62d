# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# When is the game over, and what is it worth then?

Training a classifier means going down one hill. A GAN has no such
hill: what one player wins the other loses, and both move. So we need
another idea of an end. Here nothing is trained. The data is a die, and
every number can be computed by hand.

After this lesson you can

- read the value of the game term by term,
- compute the best discriminator and the value that it reaches, in two
  ways,
- say what an equilibrium is, and why it is not the bottom of a valley.

About 20 minutes to read, a few seconds to run. You need lessons
[02](02_training_the_discriminator.ipynb) and
[03](03_training_the_generator.ipynb).
"""

# %% [markdown]
r"""
## The question

The discriminator wants this number to be large, and the generator
wants it to be small:

$$ V(D, G) = \operatorname{mean}_{\text{real } x} \log D(x) +
   \operatorname{mean}_{\text{fake } x} \log\bigl(1 - D(x)\bigr). $$

It is minus the discriminator's loss of lesson 02. Suppose both have
reached their goal: the fakes are distributed as the data, and the
discriminator answers 1/2 everywhere. Is that the bottom of something?
"""

# %% [markdown]
"""
## Your prediction

We stand at that end. The discriminator keeps its answer of 1/2, and
only the generator moves: it makes worse and worse fakes. What does the
value do?

- **A.** It rises: worse fakes are easier to tell.
- **B.** It falls.
- **C.** It stays exactly as it was.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

A loaded die with four faces is the data. A forger has a die of his own.
The discriminator sees one throw and says how likely it comes from the
real die: one answer for each face.
"""

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

import keras_gan as kg

kg.use_style()
_, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"]
REAL = [0.4, 0.3, 0.2, 0.1]  # how often the real die shows each face
FORGED = [0.1, 0.2, 0.3, 0.4]
NUM_ANSWERS = 9_999  # tried for each face
RATE = 0.2  # learning rate of the game of two numbers
STEPS = 100
FEW = 10
START = [1.0, 0.0]

# %%
p, q = np.array(REAL), np.array(FORGED)
FLOOR = -np.log(4)


def terms(answers, p, q):
    """Mean of log D over real throws, of log(1 - D) over forged."""
    return p @ np.log(answers), q @ np.log(1 - answers)


# %% [markdown]
r"""
Both terms are at most 0. The first is 0 for a discriminator that calls
every real throw real, the second for one that calls every fake a fake.
No answer does both. Four discriminators:
"""

# %%
judges = {
    "undecided": np.full(4, 0.5),
    "trusting": np.full(4, 0.9),
    "too sure": np.where(p > q, 0.99, 0.01),
    "best, p/(p+q)": p / (p + q),
}

# %% tags=["hide-input"]
rows = [
    "| discriminator | real term | fake term | V |",
    "|---|---|---|---|",
]
for name, answers in judges.items():
    real, fake = terms(answers, p, q)
    rows.append(
        f"| {name} | {real:.3f} | {fake:.3f} | {real + fake:.3f} |"
    )
display(Markdown("\n".join(rows)))

# %% [markdown]
r"""
The trusting one is good on real throws and pays for it on the fakes.
The one that is too sure is right more often than not, and pays
heavily where it is wrong. Is the last one the best there is? We do not
derive it. For each face, we try every answer between 0 and 1:
"""

# %%
tried = np.linspace(0, 1, NUM_ANSWERS + 2)[1:-1]
curves = [
    a * np.log(tried) + b * np.log(1 - tried) for a, b in zip(p, q)
]
found = tried[np.argmax(curves, axis=1)]
print("found by trying:", found)
print("p / (p + q):    ", p / (p + q))

# %% tags=["check", "exact"]
assert np.abs(found - p / (p + q)).max() < 1e-4
assert (
    np.abs(found - kg.theory.optimal_discriminator(p, q)).max() < 1e-4
)

# %% name="faces" alt="Four curves, one for each face of the die: what the face contributes to the value, against the answer D between 0 and 1. Each is a hill that falls steeply at both ends. Their tops, marked by dots, lie at the answers {found[0]:.1f}, {found[1]:.1f}, {found[2]:.1f} and {found[3]:.1f}."
fig, ax = plt.subplots(figsize=(6.5, 3.8))
lines = ["-", "--", "-.", ":"]
for face, (curve, line) in enumerate(zip(curves, lines), 1):
    ax.plot(
        tried, curve, line, color=DISCRIMINATOR, label=f"face {face}"
    )
    ax.plot(tried[curve.argmax()], curve.max(), "o", color=PENALTY)
ax.set(
    xlabel="answer D", ylabel="share of the value", ylim=(-1.2, -0.1)
)
ax.set_title("Each face has one best answer")
ax.legend(loc="lower center", ncols=2)
plt.show()

# %% [markdown]
r"""
Every face is a hill with one top. So for given fakes the discriminator
does have a hill to climb, and an end: its best answer $D^*$.

Now the generator's side. We turn the forged die step by step into the
real one, and beyond it. At mixture $t$ its masses are
$q_t = (1 - t)\,q + t\,p$: the forgery at $t = 0$, the data at $t = 1$.
"""


# %%
def forged_at(t):
    return (1 - t) * q + t * p


def best_value(t):
    """What the best discriminator reaches against this die."""
    logits = kg.theory.optimal_logits(p, forged_at(t))
    return kg.theory.value_of_game(logits, p, forged_at(t))


# %% [markdown]
"""
Three discriminators look at all these dice. One is always the best for
the die at hand. The second was the best at the start, and was frozen
there. The third is undecided: it was the best at the end.
"""

# %%
t = np.linspace(-0.3, 1.3, 161)
always_best = np.array([best_value(each) for each in t])
frozen_start, frozen_end = (
    np.array([sum(terms(answers, p, forged_at(each))) for each in t])
    for answers in (p / (p + q), np.full(4, 0.5))
)

# %% name="result" alt="Value of the game against the mixture t, from the forged die at 0 to the real die at 1 and beyond. Black, the best discriminator for each die: a valley whose bottom {always_best.min():.3f} lies at t = 1. Orange, dashed, the discriminator frozen at the start: a straight line that touches the valley at 0 and falls on below its bottom, to {frozen_start[-1]:.2f}. Grey, dotted, the undecided one: a level line at {FLOOR:.3f} that touches the valley at 1."
fig, ax = plt.subplots(figsize=(7, 4.2))
ax.plot(t, always_best, color=DISCRIMINATOR, label="always the best")
ax.plot(t, frozen_start, "--", color=PENALTY, label="frozen at t = 0")
ax.plot(t, frozen_end, ":", color=NEUTRAL, label="undecided")
ax.plot(0, best_value(0), "x", color=FAKE, ms=9, mew=2)
ax.plot(1, FLOOR, "o", color=kg.plots.COLOURS["real"])
ax.set(
    xlabel="t: forged die at 0, real die at 1", ylabel="value V (nats)"
)
ax.set_title(
    "A valley for the best discriminator, slopes for the others"
)
ax.legend()
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
spread = np.ptp(frozen_end)
display(
    Markdown(
        f"The answer is **C**. Against the undecided discriminator "
        f"every die has the value {frozen_end[0]:.5f}; over all dice "
        f"it changes by {spread:.0e}, which is rounding. Worse fakes "
        "cost the generator nothing until somebody notices. And the "
        "discriminator frozen at the start is a straight slope: "
        f"following it, the generator gets {frozen_start[-1]:.2f} "
        f"where the best discriminator would never give less than "
        f"{FLOOR:.3f}."
    )
)

# %% tags=["check", "exact"]
assert np.abs(frozen_end - FLOOR).max() < 1e-12
assert abs(t[always_best.argmin()] - 1) < 1e-9
assert abs(always_best.min() - FLOOR) < 1e-12
assert (always_best >= frozen_start - 1e-12).all()
assert (always_best >= frozen_end - 1e-12).all()
assert np.abs(np.diff(frozen_start, 2)).max() < 1e-12

# %% [markdown]
r"""
Read the picture once more. A discriminator that stands still is a
straight line, for $V$ is a sum over the generator's masses. The valley
is the highest of all these lines at each $t$. Its bottom is the right
place. But the generator in training never feels the valley. It feels
the line of the discriminator that it has now.

So the end is not where the generator's loss is smallest. It is a pair
at which **neither player gains by moving alone**: an equilibrium.

### A game of two numbers
"""

# %% [markdown]
r"""
How does such a point look from above? Take one number for each
player. Real points come from $\mathcal N(0, 1)$, fakes from
$\mathcal N(\theta, 1)$. The discriminator is the logit $\psi x$. The
equilibrium is $(0, 0)$. (Lesson
[9a](09a_failure_to_converge_by_hand.ipynb) plays such games in full.)
"""

# %%
x = np.linspace(-20, 30, 2_001)


def masses(mean):
    bell = np.exp(-((x - mean) ** 2) / 2)
    return bell / bell.sum()


def value(theta, psi):
    return kg.theory.value_of_game(psi * x, masses(0), masses(theta))


# %%
def slopes(theta, psi, h=1e-4):
    """Slope of the value along theta and along psi."""
    along_theta = value(theta + h, psi) - value(theta - h, psi)
    along_psi = value(theta, psi + h) - value(theta, psi - h)
    return np.array([along_theta, along_psi]) / (2 * h)


# %% [markdown]
r"""
Three pairs of players start at $(1, 0)$: bad fakes, an undecided
discriminator. In the game, $\theta$ goes down and $\psi$ goes up the
slope. The other two treat $V$ as **one** loss: both go down it, or both
go up.
"""


# %%
def play(signs, steps):
    path = [np.array(START)]
    for _ in range(steps):
        move = RATE * np.array(signs) * slopes(*path[-1])
        path.append(path[-1] + move)
    return np.array(path)


# %%
paths = {
    "the game": play((-1, 1), STEPS),
    "both up": play((1, 1), STEPS),
    "both down": play((-1, -1), FEW),  # it runs away too fast
}
values = {n: [value(*at) for at in path] for n, path in paths.items()}

# %% tags=["hide-input"] name="saddle" alt="Left: contour lines of the value over theta and psi form a saddle around the origin. The path of the game, black, starts at (1, 0), turns around the origin and ends within {np.abs(paths['the game'][-1]).max():.2f} of it. Right: the value along that path over {STEPS} steps. It starts at {values['the game'][0]:.3f}, rises to {max(values['the game']):.2f}, falls below the grey line at {FLOOR:.3f} and swings around it, with smaller and smaller swings."
fig, axes = plt.subplots(1, 2, figsize=(9.5, 4))
ticks = np.linspace(-1.3, 1.3, 41)
height = [[value(theta, psi) for theta in ticks] for psi in ticks]
lines = axes[0].contour(ticks, ticks, height, 14, colors=NEUTRAL)
axes[0].clabel(lines, fontsize=8)
axes[0].plot(*paths["the game"].T, color=DISCRIMINATOR)
axes[0].plot(*START, "x", color=FAKE, ms=9, mew=2)
axes[0].plot(0, 0, "o", color=kg.plots.COLOURS["real"])
axes[0].set(xlabel="θ, generator", ylabel="ψ, discriminator")
axes[0].set(aspect="equal", title="Around a saddle, into its middle")
axes[1].plot(values["the game"], color=DISCRIMINATOR)
axes[1].axhline(FLOOR, color=NEUTRAL, lw=1)
axes[1].set(xlabel="step", ylabel="value V (nats)")
axes[1].set_title("The value ends where it began")
plt.show()

# %% tags=["hide-input"]
rows = ["| players | steps | θ | ψ | V |", "|---|---|---|---|---|"]
ends = [("start", 0, START, values["the game"][0])]
ends += [
    (n, len(w) - 1, w[-1].round(2) + 0.0, values[n][-1])
    for n, w in paths.items()
]
for name, steps, (theta, psi), height in ends:
    rows.append(
        f"| {name} | {steps} | {theta:.2f} | {psi:.2f} | {height:.3f} |"
    )
display(Markdown("\n".join(rows)))

# %% tags=["hide-input"]
swing = np.array(values["the game"]) - FLOOR
crossings = int((np.diff(np.sign(swing[1:])) != 0).sum())
display(
    Markdown(
        "Only the game arrives. On its way the value rises and falls, "
        f"and crosses its final height {crossings} times. At the start "
        "and at the end it is the same number, with bad fakes and with "
        "perfect ones. Players who both go down make the discriminator "
        "wrong on purpose; if both go up, the fakes flee from the data."
    )
)

# %% tags=["check", "exact"]
assert np.abs(paths["the game"][-1]).max() < 0.05
assert abs(values["the game"][0] - FLOOR) < 1e-9
assert crossings >= 4
assert values["both down"][-1] < -4
assert values["both up"][-1] > FLOOR + 0.3
assert abs(paths["both up"][-1][0]) > 2

# %% [markdown]
r"""
## Why

**The value of the best discriminator.** Put $D^* = p/(p+q)$ into the
value, with $m = (p + q)/2$ for the mean of the two distributions:

$$ V(D^*, G) = \sum_x p \log \frac{p}{2m} + \sum_x q \log \frac{q}{2m}
 = -\log 4 + \mathrm{KL}(p\,\|\,m) + \mathrm{KL}(q\,\|\,m). $$

$\mathrm{KL}$ is the Kullback-Leibler divergence. Half the sum of the
two is the Jensen-Shannon divergence: $V(D^*, G) = -\log 4 +
2\,\mathrm{JSD}(p, q)$. It is never negative, and 0 only for $q = p$.
"""


# %%
def kl(a, b):
    return (a * np.log(a / b)).sum()


m = (p + q) / 2
by_hand = FLOOR + kl(p, m) + kl(q, m)
print(f"sum over faces:   {by_hand:.6f}")
print(f"terms, with D*:   {sum(terms(p / (p + q), p, q)):.6f}")
print(
    f"-log 4 + 2 JSD:   {FLOOR + 2 * kg.theory.js_divergence(p, q):.6f}"
)

# %% tags=["check", "exact"]
assert abs(by_hand - sum(terms(p / (p + q), p, q))) < 1e-12
assert abs(by_hand - FLOOR - 2 * kg.theory.js_divergence(p, q)) < 1e-12
assert (
    abs(
        by_hand
        - kg.theory.value_of_game(kg.theory.optimal_logits(p, q), p, q)
    )
    < 1e-12
)

# %% [markdown]
r"""
The number has two ends. For equal dice it is $-\log 4$. For dice that
never show the same face the JSD is $\log 2$, and the value is 0: the
discriminator is always sure and always right. In between:
"""

# %%
dice = {
    "the same": p,
    "forged": q,
    "a little off": forged_at(0.8),
}
for name, die in dice.items():
    jsd = kg.theory.js_divergence(p, die)
    print(f"{name:<13} JSD {jsd:.4f}   V {FLOOR + 2 * jsd:.4f}")
apart = kg.theory.js_divergence([1, 0], [0, 1])
print(f"never alike   JSD {apart:.4f}   V {FLOOR + 2 * apart:.4f}")

# %% tags=["check", "exact"]
assert abs(apart - np.log(2)) < 1e-12
assert kg.theory.js_divergence(p, p) == 0

# %% [markdown]
r"""
**Why a saddle.** Near $(0, 0)$ the value is its height plus curvature.
The curvatures are a matrix, the Hessian $H$. A valley has two positive
eigenvalues, a hilltop two negative ones, a saddle one of each. Along
$\theta$ alone the curvature is 0, since an undecided discriminator does
not see the generator move. That is the level line of the result
figure. What couples the players is the entry off the diagonal.
"""

# %%
h = 1e-4
columns = [
    (slopes(*(h * unit)) - slopes(*(-h * unit))) / (2 * h)
    for unit in np.eye(2)
]
hessian = np.array(columns).round(4) + 0.0
print(hessian)
print("eigenvalues:", np.linalg.eigvalsh(hessian).round(4))

# %% tags=["check", "exact"]
assert np.abs(hessian - [[0, -0.5], [-0.5, -0.5]]).max() < 1e-3
low, high = np.linalg.eigvalsh(hessian)
assert abs(low + (np.sqrt(5) + 1) / 4) < 1e-3
assert abs(high - (np.sqrt(5) - 1) / 4) < 1e-3

# %% [markdown]
r"""
**What the theorem says, and what it does not.** The paper proves: if
the discriminator is the best one at every step, and the generator can
choose its distribution freely, then small improvements lead to $q = p$.
That is the black valley. It speaks of distributions. Networks move
weights, not masses, and their discriminator is never the best one. So
the theorem names the end, and promises no arrival.
"""

# %% [markdown]
"""
## Change one thing

Set `FORGED = [0.25, 0.25, 0.25, 0.25]`: an honest die as a forgery of
a loaded one. Before you run: does the valley become deeper or
shallower, and does the orange line become steeper or flatter? One of
the three curves does not change at all. Which?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A log shows the discriminator's loss at 1.386 from the
first step to the last. Is the game over?</summary>

It may never have begun. The value is $-\log 4$ at the equilibrium, and
it is $-\log 4$ for bad fakes and a discriminator that has learned
nothing. From this number alone the two cannot be told apart.

</details>

<details><summary>Why not let the generator go all the way down against
the discriminator it has?</summary>

Because that discriminator is a straight slope, not the valley. The way
down leads past the right place: to the one face that this
discriminator trusts most. A new look would punish it at once.

</details>

<details><summary>Is the equilibrium the smallest value that the
discriminator's loss can have?</summary>

No, it is a high one. Minus the value is $\log 4$ there, the loss of
pure guessing. The loss is small where the fakes are bad and the
discriminator knows it.

</details>

<details><summary>Here the players spiral into the middle. Does every
GAN?</summary>

No. In this game real and fake points overlap, which bends the value
along $\psi$. With two single points in their place nothing is bent,
and the players of this game never arrive: lesson
[9a](09a_failure_to_converge_by_hand.ipynb).

</details>
"""

# %% [markdown]
r"""
## Exercise

The generator may choose any die, and the discriminator stands still
with `answers`, one for each face. Write `best_reply(answers)`: the
masses that make the value smallest. Then write
`what_it_costs(answers, p)`: what the best discriminator would make of
that reply.

Expected: against answers (0.8, 0.6, 0.4, 0.2) the best reply is
(1, 0, 0, 0), one face only. This is mode collapse in one line. The
exercise notebook holds the tests.
"""

# %% [markdown]
r"""
## Remember

- The value adds what the discriminator gets on real and on fake
  samples; its best answer is $p/(p+q)$, worth $-\log 4 +
  2\,\mathrm{JSD}$.
- An equilibrium is a pair where neither gains by moving alone. In our
  game of two numbers the value has a saddle there, and no bottom.
- A frozen discriminator is a slope that leads past the data. That is why both
  players move in small turns.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Equation 1: the
  value. Section 4: the best discriminator, theorem 1 on -log 4, and
  proposition 2 with its two conditions.
- L. Mescheder, A. Geiger and S. Nowozin, *Which Training Methods for
  GANs do actually Converge?*, 2018,
  [arXiv:1801.04406](https://arxiv.org/abs/1801.04406). What happens
  near the equilibrium when the players are networks.
"""
