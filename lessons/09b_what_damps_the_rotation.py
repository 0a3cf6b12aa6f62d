# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# What brings a rotating game to rest?

In lesson [9a](09a_failure_to_converge_by_hand.ipynb) two players went
around their equilibrium and did not arrive. Many remedies have been
proposed. In a game of two numbers each of them can be judged exactly:
it damps the rotation, or it does not.

After this lesson you can

- sort ten remedies into those that damp and those that do not,
- read from two eigenvalues how strong the damping is,
- say what "the discriminator is right half of the time" does and does
  not mean.

About 20 minutes to read, a few seconds to run. You need lesson 9a.
"""

# %% [markdown]
r"""
## The question

The Dirac-GAN again: one real point at 0, one fake point at $\theta$,
and a discriminator with the logit $\psi x$. Its field turns around the
equilibrium (0, 0). Which change of the game, or of the way the players
move, lets them come to rest there?
"""

# %% [markdown]
"""
## Your prediction

Exactly one of these three makes the Dirac-GAN converge. Which?

- **A.** The Wasserstein loss with a gradient penalty that wants slope
  1 (WGAN-GP).
- **B.** A slower generator: different learning rates for the two
  players.
- **C.** A small cost on the squared slope of the discriminator at the
  real points (R1).

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

All runs start at (1, 1) and take the same number of steps. Both players
move at once here; a table further below has both ways to move.
"""

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

from keras_gan import plots, theory

plots.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = plots.COLOURS.values()

# %% tags=["settings"] claims="B1 B2 B4 B5 B6" smoke={"LONG": 600}
RATE = 0.2
STEPS = 500
LONG = 5_000  # for the two Wasserstein games
NUM_PAIRS = 50  # pairs of learning rates
BILINEAR_RATE = 0.5

# %%
GAMES = {
    "as it is": theory.DiracGAN(),
    "WGAN-GP": theory.DiracGAN(
        loss="wasserstein", gradient_penalty=0.7
    ),
    "R1, weight 0.3": theory.DiracGAN(r1=0.3),
    "R1, weight 1": theory.DiracGAN(r1=1.0),
    "instance noise 0.7": theory.DiracGAN(noise_std=0.7),
    "consensus": theory.Consensus(theory.DiracGAN(), weight=1.0),
}
at_once = theory.Simultaneous(RATE)
paths = {
    name: theory.trajectory(game, at_once, num_steps=STEPS)
    for name, game in GAMES.items()
}
slow = theory.Simultaneous((RATE / 10, RATE))  # G, then D
paths["slow generator"] = theory.trajectory(
    theory.DiracGAN(), slow, num_steps=STEPS
)


# %%
def radius(path):
    """Distance from the equilibrium at every step."""
    return np.linalg.norm(path, axis=1)


# %% name="result" alt="Distance from the equilibrium over {STEPS} steps, on a logarithmic scale. Three grey curves stay above 1: the game as it is ends at {radius(paths['as it is'])[-1]:.2f}, WGAN-GP at {radius(paths['WGAN-GP'])[-1]:.2f}, the slow generator at {radius(paths['slow generator'])[-1]:.2f}. Four orange ones fall along straight lines: instance noise to {radius(paths['instance noise 0.7'])[-1]:.0e}, R1 with weight 0.3 to {radius(paths['R1, weight 0.3'])[-1]:.0e}, consensus to {radius(paths['consensus'])[-1]:.0e}, R1 with weight 1 to {radius(paths['R1, weight 1'])[-1]:.0e}."
looks = {
    "as it is": (NEUTRAL, "-"),
    "WGAN-GP": (NEUTRAL, "--"),
    "slow generator": (NEUTRAL, ":"),
    "instance noise 0.7": (PENALTY, ":"),
    "R1, weight 0.3": (PENALTY, "-"),
    "consensus": (PENALTY, "-."),
    "R1, weight 1": (PENALTY, "--"),
}
fig, ax = plt.subplots(figsize=(7, 4.4))
for name, (color, line) in looks.items():
    ax.semilogy(radius(paths[name]), color=color, ls=line, label=name)
ax.set(xlabel="step", ylabel="distance from (0, 0)", ylim=(1e-12, 30))
ax.set_title("Some remedies damp, others do not")
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
rows = ["| game | distance at the end |", "|---|---|"]
rows += [f"| {n} | {radius(paths[n])[-1]:.2g} |" for n in looks]
display(
    Markdown(
        f"The answer is **C**. After {STEPS} steps, from a distance of "
        f"{np.sqrt(2):.3f}:\n\n" + "\n".join(rows)
    )
)

# %% tags=["check", "exact"]
end = {name: radius(path)[-1] for name, path in paths.items()}
for name in ("as it is", "WGAN-GP", "slow generator"):
    assert end[name] > 1, (name, end[name])
assert abs(end["R1, weight 0.3"] / 2.6e-6 - 1) < 0.03
assert abs(end["instance noise 0.7"] / 5.7e-5 - 1) < 0.01
assert abs(end["consensus"] / 2.6e-10 - 1) < 0.03
assert end["R1, weight 1"] < 1e-20

# %% [markdown]
r"""
What do the three grey curves have in common, and the four orange ones?
Let us look at the arrows of three of these games. Where an arrow leans
towards the origin, the players come closer.
"""

# %% name="fields" alt="Three vector fields around the origin. Left, the game as it is: all arrows turn, none leans in. Middle, R1 with weight 1: the arrows lean towards the horizontal axis, and the path runs into the origin without going around it. Right, WGAN-GP: the arrows turn, and near the origin they lean outwards; the path ends on a rounded loop around the origin that passes through about 1.7 on the axes."
fig, axes = plt.subplots(1, 3, figsize=(9.5, 3.5), sharey=True)
ticks = np.linspace(-1.6, 1.6, 12)
theta, psi = (grid.ravel() for grid in np.meshgrid(ticks, ticks))
for ax, name in zip(axes, ("as it is", "R1, weight 1", "WGAN-GP")):
    arrows = np.array(
        [GAMES[name].field(*point) for point in zip(theta, psi)]
    )
    lengths = np.linalg.norm(arrows, axis=1, keepdims=True)
    ax.quiver(theta, psi, *(arrows / lengths).T, color=NEUTRAL)
    ax.plot(*paths[name].T, color=DISCRIMINATOR, lw=0.8)
    ax.plot(0, 0, "o", color=REAL)
    ax.set(title=name, xlabel="θ", xlim=(-1.8, 1.8), ylim=(-1.8, 1.8))
    ax.set_aspect("equal")
axes[0].set_ylabel("ψ")
plt.show()

# %% [markdown]
r"""
R1 adds $-\gamma\psi$ to the velocity of $\psi$, with $\gamma$ its
weight: friction for the discriminator. The gradient penalty of WGAN-GP
wants the slope $|\psi|$ to be 1, also when the fake lies on the real
point, where the equilibrium needs slope 0. So it pushes the
discriminator away from the equilibrium. Weight clipping does not pull
at all.
"""

# %%
clipped = theory.DiracGAN(loss="wasserstein", clip=1.0)
ranges = []
for name, game in [
    ("clipping", clipped),
    ("WGAN-GP", GAMES["WGAN-GP"]),
]:
    for order, rule in [
        ("at once", at_once),
        ("in turn", theory.Alternating(RATE)),
    ]:
        path = theory.trajectory(game, rule, num_steps=LONG)
        last = radius(path)[-500:]
        ranges.append((last.min(), last.max()))
        print(
            f"{name:9} {order}: the last 500 steps lie "
            f"between {last.min():.2f} and {last.max():.2f}"
        )

# %% tags=["check"]
assert all(0.9 < low < high < 2 for low, high in ranges), ranges

# %% [markdown]
"""
This concerns a critic that takes a step or a few between updates of the
generator. The exact Wasserstein distance, with a critic that is always
optimal, is another matter (lesson
[8a](08a_vanishing_gradients_exactly.ipynb)).
"""

# %% [markdown]
r"""
## Why

Near the equilibrium the field is a matrix, and its eigenvalues $\mu$
say what the game wants: the imaginary part is rotation, a negative real
part is damping. For the Dirac-GAN with R1 of weight $\gamma$ it is

$$ \begin{pmatrix} 0 & -\tfrac12 \\ \tfrac12 & -\gamma \end{pmatrix},
\qquad \mu = -\frac{\gamma}{2} \pm
\sqrt{\frac{\gamma^2}{4} - \frac14}. $$

One update with learning rate $h$ multiplies the distance by the
**spectral radius**, the larger $|1 + h\mu|$. With rotation it is

$$ |1 + h\mu| = \sqrt{1 - h\gamma + h^2/4}, $$

below 1 exactly if $\gamma > h/4$. So there is a least weight, and it
shrinks with the learning rate:
"""

# %%
for weight in (0.02, 0.05, 0.3, 0.6):
    formula = np.sqrt(1 - RATE * weight + RATE**2 / 4)
    game = theory.DiracGAN(r1=weight)
    measured = theory.spectral_radius(game, at_once)
    print(
        f"weight {weight:4}: formula {formula:.6f}, "
        f"measured {measured:.6f}"
    )

# %% tags=["check", "exact"]
for weight in (0.02, RATE / 4, 0.3, 0.6):
    formula = np.sqrt(1 - RATE * weight + RATE**2 / 4)
    game = theory.DiracGAN(r1=weight)
    measured = theory.spectral_radius(game, at_once)
    assert abs(formula - measured) < 1e-6

# %% [markdown]
"""
At weight 1 the rotation stops altogether, like a door with a good
closer. A larger weight makes the return slower again. Here are all
smooth remedies, for players that move at once and in turn:
"""

# %%
in_turn = theory.Alternating(RATE)
rows = ["| game | at once | in turn |", "|---|---|---|"]
smooth = {k: v for k, v in GAMES.items() if k != "WGAN-GP"}
smooth["R1, weight 3"] = theory.DiracGAN(r1=3.0)
for name, game in smooth.items():
    both = [theory.spectral_radius(game, r) for r in (at_once, in_turn)]
    rows.append(f"| {name} | {both[0]:.4f} | {both[1]:.4f} |")
display(Markdown("\n".join(rows)))

# %% tags=["check", "exact"]
expected = {
    "as it is": (1.004988, 1.0),
    "R1, weight 0.3": (0.974679, 0.969536),
    "instance noise 0.7": (0.980306, 0.975192),
    "consensus": (0.955249, 0.95),
}
for name, values in expected.items():
    for rule, value in zip((at_once, in_turn), values):
        found = theory.spectral_radius(smooth[name], rule)
        assert abs(found - value) < 1e-6, (name, found)

# %% [markdown]
r"""
Instance noise blurs both points. Then a steep line makes mistakes on
either side, and the discriminator loses by being steep: the damping is
that of R1 with weight $\sigma^2/2$, for noise of standard deviation
$\sigma$. Consensus adds the wish that the whole field be small. (Damping
near the equilibrium is not all: from our start consensus runs away once
the discriminator takes five steps in a turn, claim B2 of the ledger.)

### Learning rates

Different learning rates for the two players are a part of the recipe
of many GANs. They change the pace of the rotation. Do they damp it?
"""

# %%
rng = np.random.default_rng(0)
pairs = np.exp(rng.uniform(np.log(0.01), 0, (NUM_PAIRS, 2)))
radii = [
    theory.spectral_radius(
        theory.DiracGAN(), theory.Simultaneous(tuple(pair))
    )
    for pair in pairs
]
print(
    f"{sum(r > 1 for r in radii)} of {NUM_PAIRS} pairs diverge; "
    f"spectral radii {min(radii):.6f} to {max(radii):.3f}"
)

# %% tags=["check", "exact"]
formula = np.sqrt(1 + pairs.prod(axis=1) / 4)
assert np.abs(np.subtract(radii, formula)).max() < 1e-6
assert min(radii) > 1

# %% [markdown]
r"""
None converges: with rates $h_g$ and $h_d$ the spectral radius is
$\sqrt{1 + h_g h_d / 4}$. Two learning rates can help a game whose
field already leans inwards. They do not make it lean.

### Moving differently

The field may also stay as it is, if the players use it better.
**Extragradient** makes a trial step and moves by the velocity found
there. **Optimistic** updates add the last change of the velocity once
more. **Negative momentum** takes back a part of the last move. On the
bilinear game:
"""

# %%
game = theory.BilinearGame()
rules = {
    "at once": theory.Simultaneous(BILINEAR_RATE),
    "in turn": theory.Alternating(BILINEAR_RATE),
    "extragradient": theory.Extragradient(BILINEAR_RATE),
    "optimistic": theory.Optimistic(BILINEAR_RATE),
    "in turn, momentum -0.5": theory.Alternating(
        BILINEAR_RATE, momentum=-0.5
    ),
}
for name, rule in rules.items():
    print(f"{name:23}{theory.spectral_radius(game, rule):.4f}")

# %% tags=["check", "exact"]
found = [theory.spectral_radius(game, rule) for rule in rules.values()]
expected = [np.sqrt(1.25), 1, np.sqrt(0.8125), np.sqrt(0.5), 0.963]
assert np.abs(np.subtract(found, expected)).max() < 5e-4
for rate, converges in [(0.57, True), (0.58, False)]:
    found = theory.spectral_radius(game, theory.Optimistic(rate))
    assert (found < 1) == converges

# %% [markdown]
r"""
The learning rate $h$ still matters: here extragradient damps for
$h < 1$, optimistic updates for $h < 1/\sqrt 3 \approx 0.577$.

**Averaging** does something else. It leaves the players on their orbit
and reports the mean of all points so far:
"""

# %%
path = theory.trajectory(
    game, theory.Alternating(0.1), num_steps=10_000
)
steps = np.arange(1, len(path) + 1)
means = radius(np.cumsum(path, axis=0) / steps[:, None])
for k in (100, 1_000, 10_000):
    print(
        f"after {k:6,} steps: last point at {radius(path)[k]:.2f}, "
        f"mean at {means[k]:.4f}"
    )

# %% tags=["check", "exact"]
assert radius(path)[[100, 1_000, 10_000]].min() > 1.3
assert means[100] < 0.3
assert means[1_000] < 0.03
assert means[10_000] < 0.003

# %% [markdown]
r"""
### Half right, and then?

Two sentences are often read: a discriminator that is right half of the
time shows that the generator is perfect; and training on from there
gives the generator random feedback, so that it gets worse. Our game can
test both.

The first: with $\psi = 0$ the answer is one half everywhere, wherever
the fake lies. In the undamped game that happens twice in every turn.
"""

# %%
path = theory.trajectory(theory.DiracGAN(), in_turn, num_steps=STEPS)
crossings = np.flatnonzero(np.diff(np.sign(path[:, 1])))
away = np.abs(path[crossings, 0])
print(
    f"{len(crossings)} times the answer passes one half; "
    f"the fake is then {away.min():.2f} to {away.max():.2f} away"
)

# %% tags=["check", "exact"]
assert len(crossings) > 10
assert away.min() > 1

# %% [markdown]
"""
So one half is necessary for a perfect generator, and far from
sufficient. The second sentence: we put both players a hair from the
equilibrium and go on training, with and without R1.
"""

# %%
nudged = {}
for name in ("as it is", "R1, weight 0.3"):
    nudged[name] = theory.trajectory(
        GAMES[name], at_once, start=(0.01, 0.01), num_steps=4 * STEPS
    )
    print(f"{name:15} {radius(nudged[name])[-1]:.2g}")

# %% tags=["check", "exact"]
assert radius(nudged["as it is"])[-1] > 1
assert radius(nudged["R1, weight 0.3"])[-1] < 1e-12

# %% [markdown]
"""
Without damping, players who move at once leave, however small the push.
With R1 they return, and training on does no harm: at the equilibrium
the discriminator is flat, and a flat discriminator sends no gradient,
neither a useful nor a random one. In this game the cure is damping
rather than stopping early. Lesson [9d](09d_fifty_percent.ipynb) asks
the same of two networks, where the damping mattered less.
"""

# %% tags=["check", "exact"]
import claims

claims.check("B1")
claims.check("B2")
claims.check("B4")
claims.check("B5")
claims.check("B6")

# %% [markdown]
"""
## Change one thing

Set `RATE = 1.0`, five times as large. Before you run: which weights of
R1 are still enough, and does weight 0.3 converge?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>R1 and the gradient penalty of WGAN-GP both act on the
slope of the discriminator. Why does one converge here and the other
not?</summary>

R1 wants the slope to be 0 at real points, and that is what the
equilibrium has. WGAN-GP wants slope 1. Where the two distributions
agree, slope 1 is wrong, and the penalty keeps pushing.

</details>

<details><summary>Is a stronger penalty always better?</summary>

No. Here weight 1 gives the fastest return at this kind of small
learning rate; at weight 3 one eigenvalue lies closer to 1 again. The
discriminator is then held so flat that the generator learns slowly.

</details>

<details><summary>Averaging gives a point near the equilibrium, though
the players never rest. What is needed for that to help a real
GAN?</summary>

The mean of weights must make sense: the players circle around one
equilibrium and the network is nearly linear over the size of the orbit.
Averaging recent weights of the generator is therefore common; an
average over the whole run, with its bad start, is not.

</details>

<details><summary>Does all this prove that R1 makes a large GAN
converge?</summary>

No. The proof for general GANs is local: it holds near an equilibrium
and under assumptions. What the small game proves are the failures: a
method that does not converge here cannot converge always.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `smallest_weight(rate)`: from the matrix of the field it finds the
smallest weight of R1 with which players that move at once do not
diverge.

Expected: 0.025 for a learning rate of 0.1, and 0.1 for 0.4, a quarter
of the rate. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- A remedy must make the field, or the steps, lean inwards: R1, instance
  noise, consensus, extragradient and optimistic updates do.
- Learning rates, weight clipping and WGAN-GP do not, in the smallest
  GAN there is.
- In this game an answer of one half lasts only where there is damping;
  by itself it says nothing about the fakes.
"""

# %% [markdown]
"""
## References

- L. Mescheder, A. Geiger and S. Nowozin, *Which Training Methods for
  GANs do actually Converge?*, 2018,
  [arXiv:1801.04406](https://arxiv.org/abs/1801.04406). Sections 2 and
  3: who converges on the Dirac-GAN, with proofs.
- L. Mescheder, S. Nowozin and A. Geiger, *The Numerics of GANs*, 2017,
  [arXiv:1705.10461](https://arxiv.org/abs/1705.10461). Consensus, and
  why eigenvalues matter.
- G. Gidel and others, *A Variational Inequality Perspective on
  Generative Adversarial Networks*, 2019,
  [arXiv:1802.10551](https://arxiv.org/abs/1802.10551). Extragradient
  and averaging.
- M. Heusel and others, *GANs Trained by a Two Time-Scale Update Rule*,
  2017, [arXiv:1706.08500](https://arxiv.org/abs/1706.08500). Two
  learning rates, and the assumptions under which they suffice.
"""
