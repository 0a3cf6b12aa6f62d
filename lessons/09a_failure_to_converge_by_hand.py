# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# If both players always improve, why do they not arrive?

Gradient descent on one loss goes downhill, and with small steps it
arrives at a bottom. A GAN has two losses, and each player changes the
landscape of the other. Here each player is a single number, so that we
can see the whole game on one sheet of paper and compute what happens.

After this lesson you can

- simulate a game of two players and say whether it spirals in or out,
- explain why smaller learning rates do not cure the rotation,
- say what alternating updates and the non-saturating loss change, and
  what they do not.

About 20 minutes to read, a few seconds to run. You need lesson
[01](01_anatomy.ipynb), derivatives, and eigenvalues for one section.
"""

# %% [markdown]
r"""
## The question

The smallest game: one player chooses a number $\theta$ and wants
$\theta\psi$ to be small, the other chooses $\psi$ and wants it to be
large. If both are 0, nobody can gain anything by moving: that is the
equilibrium.

Both start at 1 and follow their own gradient, a small step at a time.
Do they get there?
"""

# %% [markdown]
"""
## Your prediction

Both players step at the same moment, with learning rate 0.1. After 100
steps, where are they?

- **A.** Closer to the equilibrium than at the start.
- **B.** At the same distance: they go around in a circle.
- **C.** Further away than at the start.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
r"""
## The experiment

Each player follows the derivative by its own number. The one who wants
$\theta\psi$ small moves along $-\psi$, the other along $+\theta$.
Together these two velocities are an arrow at every point of the plane:
the **vector field** of the game.
"""

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

import keras_gan as kg
from keras_gan import theory

kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] claims="B3" smoke={"LONG": 500}
RATE = 0.1  # learning rate of the bilinear game
STEPS = 100
DIRAC_RATE = 0.2  # as in the paper on the Dirac-GAN
DIRAC_STEPS = 500
LONG = 12_000  # steps of the non-saturating game
CIRCLE_RATES = [0.05, 0.1, 0.2]


# %%
def step(theta, psi, rate):
    """Both players move at once, from the same point."""
    return theta - rate * psi, psi + rate * theta


# %%
by_hand = [(1.0, 1.0)]
for _ in range(STEPS):
    by_hand.append(step(*by_hand[-1], RATE))
by_hand = np.array(by_hand)

# %% [markdown]
"""
The package holds the same game, and several rules by which the players
move. `trajectory` returns the path.
"""

# %%
game = theory.BilinearGame()
at_once = theory.trajectory(
    game, theory.Simultaneous(RATE), num_steps=STEPS
)
in_turn = theory.trajectory(
    game, theory.Alternating(RATE), num_steps=STEPS
)
print("largest difference:", np.abs(at_once - by_hand).max())

# %% tags=["check", "exact"]
assert np.abs(at_once - by_hand).max() < 1e-12


# %%
def radius(path):
    """Distance from the equilibrium at every step."""
    return np.linalg.norm(path, axis=1)


# %%
def draw_field(ax, game, reach):
    """Arrows of the vector field on a grid, all of one length."""
    ticks = np.linspace(-reach, reach, 13)
    theta, psi = np.meshgrid(ticks, ticks)
    points = np.stack([theta.ravel(), psi.ravel()], axis=1)
    arrows = np.array([game.field(*point) for point in points])
    lengths = np.linalg.norm(arrows, axis=1, keepdims=True)
    arrows = arrows / np.maximum(lengths, 1e-12)
    ax.quiver(*points.T, *arrows.T, color=NEUTRAL, width=0.004)
    ax.plot(0, 0, "o", color=REAL)
    ax.set(xlabel="θ, generator", ylabel="ψ, discriminator")
    ax.set_aspect("equal")


# %% name="result" alt="Two paths in the plane of theta and psi over a field of grey arrows that turn around the origin, both from the point (1, 1). Orange: both players step at once and spiral outwards, from distance {radius(at_once)[0]:.2f} to {radius(at_once)[-1]:.2f} in {STEPS} steps. Black: they step in turn and stay on a ring between {radius(in_turn).min():.2f} and {radius(in_turn).max():.2f}."
fig, ax = plt.subplots(figsize=(5.6, 5.6))
draw_field(ax, game, 2.4)
ax.plot(*at_once.T, color=PENALTY, label="both at once")
ax.plot(*in_turn.T, color=DISCRIMINATOR, ls="--", label="in turn")
ax.set_title("Around the equilibrium, never into it")
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
start, end = radius(at_once)[[0, -1]]
display(
    Markdown(
        f"The answer is **C**. The distance grows from {start:.3f} to "
        f"{end:.3f} in {STEPS} steps. The arrows point neither inwards "
        "nor outwards: they point around. A step along such an arrow is "
        "a step along the tangent of a circle, and a tangent leaves its "
        "circle on the outside. If the players move in turn, the "
        f"distance stays between {radius(in_turn).min():.3f} and "
        f"{radius(in_turn).max():.3f}: no explosion, and no arrival."
    )
)

# %% tags=["check", "exact"]
growth = radius(at_once)[1:] / radius(at_once)[:-1]
assert np.abs(growth - np.sqrt(1 + RATE**2)).max() < 1e-12
assert 1.3 < radius(in_turn).min() < radius(in_turn).max() < 1.5

# %% [markdown]
r"""
Would smaller steps help? We compare runs that go equally far: with a
tenth of the learning rate, ten times as many steps.
"""

# %%
rows = ["| learning rate | steps | final distance |", "|---|---|---|"]
for shrink in (1, 10, 100):
    rate, num = RATE / shrink, STEPS * shrink
    path = theory.trajectory(
        game, theory.Simultaneous(rate), num_steps=num
    )
    rows.append(f"| {rate:g} | {num:,} | {radius(path)[-1]:.4f} |")
display(Markdown("\n".join(rows)))

# %% tags=["check", "exact"]
assert radius(path)[-1] > np.sqrt(2)

# %% [markdown]
"""
The spiral becomes tighter and its growth slower, but its direction
stays: outwards. In the limit of infinitely small steps there is a
circle, which is no convergence either.

### The smallest GAN

Is that the fault of a game we made up? Let us make a GAN of it. One
real point lies at 0. The generator has one fake point, at θ. The
discriminator is a straight line: its logit at x is ψx. This is the
**Dirac-GAN**. At the equilibrium the fake lies on the real point and
the line is flat.
"""

# %%
RULES = {
    "at once": theory.Simultaneous(DIRAC_RATE),
    "in turn": theory.Alternating(DIRAC_RATE),
    "5 steps of D": theory.Alternating(
        DIRAC_RATE, discriminator_steps=5
    ),
}
LOSSES = ("minimax", "non_saturating")
paths = {
    (loss, name): theory.trajectory(
        theory.DiracGAN(loss=loss), rule, num_steps=DIRAC_STEPS
    )
    for loss in LOSSES
    for name, rule in RULES.items()
}

# %% name="dirac" alt="Six paths of the Dirac-GAN from (1, 1), in two rows. Upper row, minimax loss: with both at once the path spirals outwards to distance {radius(paths['minimax', 'at once'])[-1]:.2f}; in turn it is a closed orbit at about 1.4; with five discriminator steps it is a tall closed orbit. Lower row, non-saturating loss: at once it spirals inwards and ends on a circle of radius {radius(paths['non_saturating', 'at once'])[-1]:.2f}; in turn and with five discriminator steps it creeps inwards, to {radius(paths['non_saturating', 'in turn'])[-1]:.2f} and {radius(paths['non_saturating', '5 steps of D'])[-1]:.2f}."
fig, axes = plt.subplots(
    2, 3, figsize=(9, 6.2), sharex=True, sharey=True
)
for ax, ((loss, name), path) in zip(axes.ravel(), paths.items()):
    ax.plot(*path.T, color=DISCRIMINATOR, lw=0.8)
    ax.plot(*path[-1], "x", color=FAKE, ms=8, mew=2)
    ax.plot(0, 0, "o", color=REAL)
    ax.set_title(f"{loss.replace('_', '-')}, {name}", fontsize=11)
    ax.set_aspect("equal")
for ax in axes[1]:
    ax.set_xlabel("θ, generator")
for ax in axes[:, 0]:
    ax.set_ylabel("ψ, discriminator")
plt.show()

# %% tags=["hide-input"]
rows = [
    "| loss | " + " | ".join(RULES) + " |",
    "|---" * (len(RULES) + 1) + "|",
]
for loss in LOSSES:
    cells = [f"{radius(paths[loss, name])[-1]:.3f}" for name in RULES]
    rows.append(
        f"| {loss.replace('_', '-')} | " + " | ".join(cells) + " |"
    )
display(
    Markdown(
        f"Distance from the equilibrium after {DIRAC_STEPS} steps; it "
        f"was {np.sqrt(2):.3f} at the start:\n\n" + "\n".join(rows)
    )
)

# %% tags=["check", "exact"]
last = {key: radius(path)[-1] for key, path in paths.items()}
assert abs(last["minimax", "at once"] - 3.097) < 5e-4
assert abs(last["non_saturating", "at once"] - 0.640) < 5e-4
published = theory.Alternating(DIRAC_RATE, order="generator_first")
path = theory.trajectory(
    theory.DiracGAN(), published, num_steps=DIRAC_STEPS
)
assert abs(radius(path)[-1] - 1.421) < 5e-4

# %% [markdown]
"""
The upper row is the bilinear game again: outwards at once, around in
turn. Five steps of the discriminator for each of the generator stretch
the orbit and do not close it in. The lower row is new. The
non-saturating loss pulls inwards, but the players that move at once
stop at a circle, and the others become slower and slower.
"""

# %% [markdown]
r"""
## Why

The Dirac-GAN in formulas. The discriminator gains $f(\psi\theta) +
f(0)$ with $f(t) = -\log(1 + e^{-t})$, and the generator loses as much.
With $f'(t) = 1/(1 + e^t)$ the velocities are

$$ v(\theta, \psi) = \bigl(-\psi f'(\psi\theta),\;
   \theta f'(\psi\theta)\bigr). $$

The arrow is always at a right angle to $(\theta, \psi)$. So a step of
length $h$ makes a right-angled triangle, and Pythagoras gives the new
distance $r_{k+1}$ from the old one, exactly:

$$ r_{k+1}^2 = r_k^2\,\bigl(1 + h^2 f'(\psi\theta)^2\bigr). $$
"""

# %%
path = paths["minimax", "at once"]
squares = (path**2).sum(axis=1)
slope = 1 / (1 + np.exp(path[:-1].prod(axis=1)))
formula = 1 + DIRAC_RATE**2 * slope**2
print(
    "largest error:", np.abs(squares[1:] / squares[:-1] - formula).max()
)

# %% tags=["check", "exact"]
assert np.abs(squares[1:] / squares[:-1] - formula).max() < 1e-12
assert (np.diff(squares) > 0).all()

# %% [markdown]
r"""
The factor is larger than 1 for every learning rate $h > 0$. No choice
of $h$ makes this game converge.

Close to the equilibrium one update is a matrix, and its eigenvalues
$\lambda$ say everything: the distance is multiplied by $|\lambda|$, and
the angle of $\lambda$ is the angle of the turn. Moving at once has
$|\lambda| = \sqrt{1 + h^2/4}$. Moving in turn has $|\lambda| = 1$.
"""

# %%
for name, rule in RULES.items():
    matrix = theory.update_jacobian(theory.DiracGAN(), rule)[:2, :2]
    value = np.linalg.eigvals(matrix)[0]
    print(
        f"{name:13} |λ| = {abs(value):.6f}, "
        f"turn {abs(np.degrees(np.angle(value))):5.2f}°, "
        f"determinant {np.linalg.det(matrix):.6f}"
    )

# %% tags=["check", "exact"]
radii = [
    theory.spectral_radius(theory.DiracGAN(), r) for r in RULES.values()
]
expected = [np.sqrt(1 + DIRAC_RATE**2 / 4), 1, 1]
assert np.abs(np.subtract(radii, expected)).max() < 1e-6

# %% [markdown]
r"""
Why exactly 1? When only $\psi$ moves, the plane is sheared: every point
slides parallel to the $\psi$ axis. A shear keeps areas. When only
$\theta$ moves, the same. So one round keeps areas: the product of the
two eigenvalues is 1. While the players turn, both have the same size,
which is then 1. Five steps of the discriminator are five shears.

### The circle of the non-saturating loss

Here the generator moves along $-\psi f'(-\psi\theta)$ instead. The two
factors differ, so the arrow leans: along the flow

$$ \frac{d r^2}{dt} = -2\,\theta\psi\,\tanh(\theta\psi/2) \le 0, $$

where $t$ is time, the learning rate times the number of steps. It
points inwards, but with the fourth power of the distance, while
stepping along a tangent pushes outwards with the second power. The two
cancel at $r = \sqrt{2h}$.
"""

# %%
rows = [
    "| learning rate | radius of the circle | √(2h) |",
    "|---|---|---|",
]
circles = {}
for rate in CIRCLE_RATES:
    path = theory.trajectory(
        theory.DiracGAN(loss="non_saturating"),
        theory.Simultaneous(rate),
        num_steps=LONG,
    )
    circles[rate] = radius(path)[-LONG // 20 :].mean()
    rows.append(
        f"| {rate:g} | {circles[rate]:.4f} | {np.sqrt(2 * rate):.4f} |"
    )
display(Markdown("\n".join(rows)))

# %% tags=["check"]
for rate, found in circles.items():
    assert abs(found / np.sqrt(2 * rate) - 1) < 0.01, (rate, found)

# %% [markdown]
r"""
If the players move in turn, the outward push is gone and the inward
pull remains. Averaged over a turn it gives $r_k = 1/\sqrt{1/r_0^2 +
hk/8}$ after $k$ steps: they arrive, in principle, but a distance ten
times smaller takes a hundred times as many steps.
"""

# %%
path = theory.trajectory(
    theory.DiracGAN(loss="non_saturating"),
    theory.Alternating(DIRAC_RATE),
    num_steps=LONG,
)
k = np.arange(LONG + 1)
formula = 1 / np.sqrt(1 / radius(path)[0] ** 2 + DIRAC_RATE * k / 8)

# %% name="creep" alt="Distance from the equilibrium against the number of steps, both on logarithmic scales, for the non-saturating Dirac-GAN with players in turn. The measured black curve follows the dotted grey formula, down to {radius(path)[-1]:.3f} after {LONG} steps."
fig, ax = plt.subplots(figsize=(6.5, 3.6))
ax.loglog(k[1:], radius(path)[1:], color=DISCRIMINATOR, label="run")
ax.loglog(k[1:], formula[1:], color=NEUTRAL, ls=":", label="formula")
ax.set(xlabel="step", ylabel="distance from (0, 0)")
ax.set_title("Ten times nearer takes a hundred times as long")
ax.legend()
plt.show()

# %% tags=["check"]
for step_number in (1_000, 10_000, LONG):
    error = radius(path)[step_number] / formula[step_number] - 1
    assert abs(error) < 0.05, (step_number, error)

# %% tags=["check", "exact"]
import claims

claims.check("B3")

# %% [markdown]
"""
## Change one thing

Set `DIRAC_RATE = 4.2` and look at the table of eigenvalues and at the
paths. Before you run: what happens to the players that move in turn,
now that each step jumps further than the equilibrium is away?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A colleague's GAN oscillates. He divides both learning
rates by ten. What will he see?</summary>

If rotation is the cause: slower oscillations. The direction of the
arrows does not depend on the learning rate. He has to change the
field, not the length of the steps. Lesson
[9b](09b_what_damps_the_rotation.ipynb) does that.

</details>

<details><summary>The discriminator moves first, then the generator. Is
the game then a minimisation of a fixed loss?</summary>

No. The generator sees a newer discriminator, but the next update
changes that one again. In the bilinear game this turns an outward
spiral into an orbit, not into an arrival.

</details>

<details><summary>In the Dirac-GAN, can you tell from the losses that the
players only circle?</summary>

From a single value, no. The loss of the discriminator goes up and down
once or more in every turn, and has the value of the equilibrium again
and again, whenever the line is flat. Oscillation that does not get
smaller is the sign to look for.

</details>

<details><summary>Real GANs have millions of weights. What does this
example say about them?</summary>

It is a counterexample: it shows that convergence cannot be taken for
granted, even when the generator can hit the data exactly. It does not
show that every GAN circles.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `alternating_step(theta, psi, rate)` for the bilinear game, in
which $\psi$ moves first and $\theta$ sees the new $\psi$. Then find the
learning rate above which even alternating players diverge.

Expected: from (1, 1) with rate 0.5 the step leads to (0.25, 1.5); the
determinant of a step is 1 at every rate; the limit is 2. The exercise
notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- Two players that each follow their own gradient go around the
  equilibrium; steps taken at once turn the circle into an outward
  spiral, whatever the learning rate.
- Alternating updates and more discriminator steps stop the explosion,
  not the rotation.
- The non-saturating loss leans inwards, but so weakly that the players
  stop at a circle or creep.
"""

# %% [markdown]
"""
## References

- L. Mescheder, A. Geiger and S. Nowozin, *Which Training Methods for
  GANs do actually Converge?*, 2018,
  [arXiv:1801.04406](https://arxiv.org/abs/1801.04406). Section 2: the
  Dirac-GAN and the right angle.
- G. Gidel and others, *A Variational Inequality Perspective on
  Generative Adversarial Networks*, 2019,
  [arXiv:1802.10551](https://arxiv.org/abs/1802.10551). The bilinear
  game, at once and in turn.
"""
