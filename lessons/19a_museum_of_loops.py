# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Which training bugs live for years without an error?

A museum treats things that no longer work with respect. The first of
four halls shows three faults in training loops. They come from material
that taught many people to build GANs, and most of it still works.

After this lesson you can

- turn a suspicion about a loop into a test of a few lines,
- say how large each of the three faults is, with a number,
- repair each of them.

About 20 minutes to read, about a minute to run. You need lessons
[01](01_anatomy.ipynb) and [02](02_training_the_discriminator.ipynb).
Each card also works alone, as a ten-minute exercise.
"""

# %% [markdown]
"""
## The question

A program that stops with an error is soon mended. A program that trains,
draws its curves and shows pictures looks healthy, and so a fault in it
can be copied for years.

What does training look like when one of the two players never moves?
"""

# %% [markdown]
"""
## Your prediction

Real points lie around (1.5, 1), the first fakes around (0, 0). The
generator trains as usual. The discriminator keeps its random first
weights for ever, and no error says so. Where is the mean of the fakes
in the end?

- **A.** Near (0, 0): without a useful opponent nothing happens.
- **B.** Near (1.5, 1), but later than usual.
- **C.** Further from (1.5, 1) than at the start, and the seed says in
  which direction.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

Every card has the same parts: where the fault was found, what still
works there, the idea in our own words and code, a test that the faulty
version fails, the repair, and the size of the effect.
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

# %% tags=["settings"] smoke={"STEPS": 4}
STEPS = 120  # training steps of card 1
BATCH_SIZE = 64
SEEDS = [1, 2, 3]


# %%
def try_out(test, **versions):
    """Runs one test on several versions; says who fails, and why."""
    outcomes = {name: "passes" for name in versions}
    for name, version in versions.items():
        try:
            test(version)
        except AssertionError as error:
            outcomes[name] = "fails"
            print(f"{name} fails: {error}")
    return outcomes


# %%
CAUGHT = {"faulty": "fails", "repaired": "passes"}

# %% [markdown]
"""
### Card 1. The discriminator that stays frozen

**Where.** *Keras-GAN*, `gan/gan.py`; *GANs in Action* (2019), chapter 3;
many tutorials after them.

**Still works.** Everything else in these programs, and on the Keras of
their time this line too: there, `compile` fixed what the flag said.

**The idea.** Compile the discriminator. Set its `trainable` flag to
`False`, put it behind the generator, and compile that combined model.
Keras 3 reads the flag later, when a model first trains, and the flag lies
on layers that both models share. So the discriminator is frozen for
itself as well.
"""


# %%
def ready(model):
    model.compile(
        keras.optimizers.Adam(3e-3, beta_1=0.5),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return model


def classic(generator, discriminator):
    """The faulty version; returns a step of each player."""
    ready(discriminator)
    discriminator.trainable = False  # meant for the next model only
    z = keras.Input((2,))
    combined = ready(keras.Model(z, discriminator(generator(z))))
    return discriminator.train_on_batch, combined.train_on_batch


# %% [markdown]
"""
Two repairs. The first is for old code: set the flag right before every
step. The second needs no flag: `kg.AdversarialModel` lists only the
generator's weights as its own. The test asks an audit of all weights
who moved, bit for bit.
"""


# %%
def toggled(generator, discriminator):
    def with_flag(step, value):
        def run(x, y):
            discriminator.trainable = value
            return step(x, y)

        return run

    d_step, g_step = classic(generator, discriminator)
    return with_flag(d_step, True), with_flag(g_step, False)


# %%
def owned(generator, discriminator):
    ready(discriminator)
    adversarial = ready(kg.AdversarialModel(generator, discriminator))
    return discriminator.train_on_batch, adversarial.train_on_batch


# %%
def players(seed):
    generator = kg.mlp_generator(2, (2,), widths=(32,), seed=seed)
    network = kg.mlp_discriminator((2,), widths=(32,), seed=seed + 1)
    return {"generator": generator, "discriminator": network}


# %%
def test_each_player_moves_alone(build):
    both = players(seed=1)
    d_step, g_step = build(**both)
    x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
    for mover, step in ("discriminator", d_step), ("generator", g_step):
        with kg.weight_audit(**both) as audit:
            step(x, y)
        moved = [name for name in both if audit.moved(name)]
        assert moved == [mover], f"step of the {mover} moved {moved}"


# %%
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    card_1 = try_out(
        test_each_player_moves_alone,
        faulty=classic,
        toggled=toggled,
        repaired=owned,
    )
print(card_1)

# %% tags=["check", "exact"]
assert card_1 == {**CAUGHT, "toggled": "passes"}

# %% [markdown]
"""
How much does it matter? We train the faulty and the repaired version on
the same batches and follow the mean of 500 fakes, always from the same
$z$.
"""

# %%
CENTRE = np.array([1.5, 1.0])
ONES, ZEROS = np.ones((BATCH_SIZE, 1)), np.zeros((BATCH_SIZE, 1))


def follow(build, seed):
    """Means of the fakes along a training run, (looks, 2)."""
    both = players(seed)
    d_step, g_step = build(**both)
    generator, rng = both["generator"], np.random.default_rng(seed)
    watched = rng.normal(size=(500, 2)).astype("float32")
    path = []
    for step in range(STEPS + 1):
        noise = rng.normal(size=(2, BATCH_SIZE, 2)).astype("float32")
        if step % 4 == 0:
            fakes = generator(watched)
            path.append(keras.ops.convert_to_numpy(fakes).mean(axis=0))
        d_step((CENTRE + 0.3 * noise[0]).astype("float32"), ONES)
        d_step(generator(noise[1]), ZEROS)
        g_step(noise[1], ONES)
    return np.array(path)


# %%
paths = {
    name: [follow(build, seed) for seed in SEEDS]
    for name, build in [("frozen", classic), ("repaired", owned)]
}


# %%
def span(values, digits=2):
    low, high = (f"{v:.{digits}f}" for v in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


gaps = {
    name: [np.linalg.norm(path[-1] - CENTRE) for path in group]
    for name, group in paths.items()
}

# %% tags=["hide-input"] name="frozen" alt="Paths of the mean of the fakes in the plane, {len(SEEDS)} seeds each. All start near the origin. With the frozen discriminator, orange dashed lines, they run away in different directions and end {span(gaps['frozen'], 1)} from the real mean at (1.5, 1). Repaired, purple lines, they end {span(gaps['repaired'], 1)} from it."
fig, ax = plt.subplots(figsize=(6, 4.4))
looks = {"frozen": (PENALTY, "--"), "repaired": (FAKE, "-")}
for name, (color, line) in looks.items():
    for path in paths[name]:
        ax.plot(*path.T, color=color, ls=line, label=name)
        name = None  # one label for all seeds
ax.plot(*CENTRE, "o", color=REAL, ms=9, label="mean of the data")
ax.set(xlabel="x₁", ylabel="x₂", aspect="equal")
ax.legend(fontsize=9)
ax.set_title("A frozen opponent sends the fakes away")
plt.show()

# %% tags=["check"]
assert min(gaps["frozen"]) > 2, gaps
assert max(gaps["repaired"]) < 0.8, gaps
start = np.linalg.norm(paths["frozen"][0][0] - CENTRE)
assert min(gaps["frozen"]) > start

# %% [markdown]
"""
### Card 2. The wrapper that moves the network

**Where.** `keras.layers.SpectralNormalization`, Keras 3.15.

**Still works.** After some calls the kernel's largest singular value is
near 1, as the wrapper promises.

**The idea.** It divides the kernel by its norm and *stores* the result,
at each call with `training=True`. In a GAN the generator's step also
runs the discriminator in training mode. So the discriminator moves while
it should hold still, and no optimizer is involved.
"""


# %%
def spectral(wrapper, seed=1):
    keras.utils.set_random_seed(
        seed
    )  # the wrapper's first guess has no seed
    dense = keras.layers.Dense(
        16, kernel_initializer=keras.initializers.GlorotUniform(1)
    )
    return keras.Sequential([keras.Input((2,)), wrapper(dense)])


def push(network):
    """Largest change of any weight in one forward pass."""
    before = network.get_weights()
    network(np.ones((8, 2), "float32"), training=True)
    pairs = zip(before, network.get_weights())
    return max(float(np.abs(a - b).max()) for a, b in pairs)


# %%
def test_looking_moves_nothing(wrapper):
    change = push(spectral(wrapper))
    assert change == 0, f"a forward pass moved a weight by {change:.2f}"


# %%
card_2 = try_out(
    test_looking_moves_nothing,
    faulty=keras.layers.SpectralNormalization,
    repaired=kg.SpectralNormalization,
)

# %%
passes = []
for seed in SEEDS:
    network = spectral(keras.layers.SpectralNormalization, seed)
    passes.append([push(network) for _ in range(10)])
    print("passes 1 to 10:", *(f"{p:.0e}" for p in passes[-1]))

# %% tags=["check", "exact"]
assert card_2 == CAUGHT
assert min(row[0] for row in passes) > 0.1
assert max(row[-1] for row in passes) < 1e-3

# %% [markdown]
"""
The first pass moves the weights most. How soon the later ones fade
depends on the wrapper's first guess. In training each later pass undoes
what an update has done to the norm. `kg.SpectralNormalization`
leaves the kernel alone, divides inside the call, and lets the gradient
pass through the norm, as in the paper.
"""

# %% [markdown]
"""
### Card 3. 96 real, 256 fake, and both at once

**Where.** TensorFlow's tutorial on DCGAN, `dcgan.ipynb`.

**Still works.** It draws digits, its losses are right, and its text says
"simultaneously", which is what it does.

**The idea.** The step always draws 256 fakes, but 60,000 images leave a
last batch of 96. And both gradients are taken before either network
moves, where Algorithm 1 lets the generator answer the updated
discriminator. These are two traps for whoever builds on the file, rather
than faults.
"""

# %%
rest = 60_000 % 256
print(f"last batch: {rest} real images, 256 fakes")
print(f"a real image then weighs {256 / rest:.2f} times a fake")
print(f"joined, D = {rest / (rest + 256):.3f} is best where they agree")

# %% tags=["check", "exact"]
assert rest == 96

# %% [markdown]
r"""
The tutorial averages real and fake apart, so its balance stays at 1/2;
joined into one batch, as elsewhere, it moves to 0.273.

Now the order, in the smallest game there is. In *Dirac-GAN* the data are
the point 0, the generator is one number $\theta$ and the discriminator
one slope $\psi$. The test: training does not spiral outward.
"""


# %%
def slope(t):
    """Derivative of -log(1 + exp(-t))."""
    return 1 / (1 + np.exp(t))


def simultaneous(theta, psi, rate):
    s = slope(theta * psi)  # both from the old state
    return theta - rate * psi * s, psi + rate * theta * s


def alternating(theta, psi, rate):
    psi = psi + rate * theta * slope(theta * psi)
    return theta - rate * psi * slope(theta * psi), psi


# %%
def play(step, rate=0.2, num_steps=500):
    orbit = [(1.0, 1.0)]
    for _ in range(num_steps):
        orbit.append(step(*orbit[-1], rate))
    return np.array(orbit)


# %%
def radius(orbit):
    return np.linalg.norm(orbit, axis=1)


# %%
def test_no_spiral(step):
    first, *_, last = radius(play(step))
    assert last < 1.05 * first, f"radius {first:.3f} became {last:.3f}"


card_3 = try_out(
    test_no_spiral, faulty=simultaneous, repaired=alternating
)

# %%
at_once, in_turn = play(simultaneous), play(alternating)

# %% tags=["check", "exact"]
assert card_3 == CAUGHT
assert abs(radius(at_once)[-1] - 3.097) < 5e-4
assert abs(radius(in_turn)[-1] - 1.4126) < 5e-4

# %% tags=["hide-input"] name="orbits" alt="Two paths in the plane of the generator's number theta and the discriminator's slope psi, 500 steps from (1, 1). With both gradients taken at once, orange and dashed, the path spirals outward from radius 1.41 to {radius(at_once)[-1]:.2f}. In turn, dark and solid, it stays on one ring, with radius {radius(in_turn)[-1]:.2f} at the end. Neither reaches the solution at the origin."
fig, ax = plt.subplots(figsize=(4.8, 4.8))
ax.plot(*at_once.T, color=PENALTY, ls="--", lw=1.2, label="at once")
ax.plot(*in_turn.T, color=DISCRIMINATOR, lw=1.2, label="in turn")
ax.plot(0, 0, "o", color=REAL, ms=8, label="solution")
ax.set(xlabel="θ, generator", ylabel="ψ, discriminator", aspect="equal")
ax.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=9)
ax.set_title("Taking turns stops the spiral")
plt.show()

# %% [markdown]
"""
## What happened

No version stopped with an error. Our three tests found each fault at
once.
"""

# %% tags=["hide-input"]
rows = {
    "1 frozen": f"fakes end {span(gaps['frozen'], 1)} from the data, "
    f"repaired {span(gaps['repaired'], 1)}",
    "2 wrapper": "one look moves a weight by "
    f"{span([row[0] for row in passes])}",
    "3 at once": "radius 1.41 becomes "
    f"{radius(at_once)[-1]:.2f}, in turn {radius(in_turn)[-1]:.2f}",
}
table = "| card | effect |\n|---|---|\n"
table += "\n".join(
    f"| {name} | {text} |" for name, text in rows.items()
)
notes = [w for w in heard if "trainable weights" in str(w.message)]
display(
    Markdown(
        f"{table}\n\nThe answer is **C**. Keras said in {len(notes)} "
        "warning that a model has no trainable weights, and trained on."
    )
)

# %% [markdown]
r"""
## Why

Why does card 3 spiral? Let $r^2 = \theta^2 + \psi^2$, let $h$ be the
learning rate, and $f'$ the derivative of $f(t) = -\log(1 + e^{-t})$.
Taken at once, the step of $\theta$ is $-h\psi f'$ and that of $\psi$ is
$+h\theta f'$. The direction $(-\psi, \theta)$ is perpendicular to
$(\theta, \psi)$, so by Pythagoras

$$ r_{k+1}^2 = r_k^2\,\bigl(1 + h^2 f'(\theta_k\psi_k)^2\bigr). $$

Every step makes the radius larger, however small $h$ is.
"""

# %%
measured = (radius(at_once[1:]) / radius(at_once[:-1])) ** 2
formula = 1 + 0.2**2 * slope(at_once[:-1].prod(axis=1)) ** 2
print(f"largest difference: {np.abs(measured - formula).max():.1e}")
print(f"smallest growth of a step: {measured.min():.4f}")

# %% tags=["check", "exact"]
assert np.abs(measured - formula).max() < 1e-13
assert measured.min() > 1

# %% [markdown]
"""
## Change one thing

In card 3, play with `rate=0.02` and ten times the steps. Before you run:
does a small learning rate remove the spiral, or slow it down? Compare
the last radius with 3.10.
"""

# %% [markdown]
"""
## Check yourself

<details><summary>Old code freezes its discriminator once, and on Keras 3
the discriminator's loss follows the generator only. Which two lines
repair it?</summary>

Set `discriminator.trainable` to `True` before each of its own steps and
to `False` before each of the generator's, from the first step on.

</details>

<details><summary>Is simultaneous training wrong?</summary>

It is another algorithm, and well studied. In the smallest game it moves
away from the solution, and taking turns only circles around it. With
Adam on large networks the difference may be small; this page did not
measure that.

</details>
"""

# %% [markdown]
"""
## Exercise

The exercise notebook shows three of the faulty functions: the steps
around a frozen discriminator, a layer that stores its normalized kernel,
and the simultaneous step. Write each so that its test passes.

Expected: each player moves alone, looking moves nothing, and the radius
after 500 steps is 1.41.
"""

# %% [markdown]
"""
## Remember

- None of three real faults raised an error; a short test finds each.
- Ask of each step who moved: an audit of the weights answers, bit for
  bit.
- What an old program relied on can change under it. That is nobody's
  shame, and a test would have told.
"""

# %% [markdown]
"""
## References

- E. Linder-Norén, [Keras-GAN](https://github.com/eriklindernoren/Keras-GAN),
  `gan/gan.py`, read at commit 01c19e4; its
  [issue 22](https://github.com/eriklindernoren/Keras-GAN/issues/22) asks
  about the flag.
- J. Langr and V. Bok, *GANs in Action*, 2019,
  [notebook of chapter 3](https://github.com/GANs-in-Action/gans-in-action),
  read at commit 3c12e29.
- TensorFlow, [DCGAN tutorial](https://www.tensorflow.org/tutorials/generative/dcgan),
  read at commit 023b91c of `tensorflow/docs`.
- T. Miyato and others, *Spectral Normalization for GANs*, 2018,
  [arXiv:1802.05957](https://arxiv.org/abs/1802.05957), equation 12: the
  gradient through the norm.
- L. Mescheder and others, *Which Training Methods for GANs do actually
  Converge?*, 2018, [arXiv:1801.04406](https://arxiv.org/abs/1801.04406),
  section 2: Dirac-GAN.
"""
