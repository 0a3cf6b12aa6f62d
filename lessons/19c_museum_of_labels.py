# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Do your labels say what you mean?

The third hall of the museum: labels. A discriminator learns what its
labels tell it, and a label with the right shape can still tell the wrong
thing.

After this lesson you can

- test the meaning of an array, and not only its shape,
- say where a cross-entropy has its minimum, and whether it has one,
- tell one-sided from two-sided label smoothing by a number.

About 20 minutes to read, seconds to run. You need lessons
[01](01_anatomy.ipynb) and [02](02_training_the_discriminator.ipynb).
Each card also works alone, as a ten-minute exercise.
"""

# %% [markdown]
"""
## The question

Real is 1 and fake is 0. Many programs change these numbers a little, so
that the discriminator does not become too sure: they smooth them, or add
noise. The change is small. Is its effect small as well?
"""

# %% [markdown]
"""
## Your prediction

A well-known example labels fakes 1 and real images 0, and then adds 0.05
times a uniform random number to *all* labels. Suppose the generator is
perfect, so real and fake look alike. What should the discriminator
answer everywhere?

- **A.** 0.5: the noise averages out.
- **B.** 0.525.
- **C.** Less than 0.5.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

Each card again: where, what still works, the idea in our own words and
code, a test that the faulty version fails, the repair, the size of the
effect.
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

# %% tags=["settings"]
NUM_CLASSES = 10
SIZE = 28  # pixels


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
### Card 7. Label planes that are bands

**Where.** keras.io, *Conditional GAN* (2021), `conditional_gan.py`.

**Still works.** The example as a whole: the place of the band still names
the class, so nothing is lost.

**The idea.** The discriminator is to see ten planes beside the image,
plane $k$ full of ones for class $k$. A `repeat` without an axis flattens
its array first. After the `reshape` the shape is right, but the ones lie
elsewhere.
"""


# %%
def flattened(label):
    one_hot = np.eye(NUM_CLASSES)[label]
    long = np.repeat(one_hot[:, None, None], SIZE * SIZE)
    return long.reshape(SIZE, SIZE, NUM_CLASSES)


# %%
def per_axis(label):
    one_hot = np.eye(NUM_CLASSES)[label][None, None, :]
    return one_hot.repeat(SIZE, axis=0).repeat(SIZE, axis=1)


# %%
def test_one_full_plane(make):
    planes = make(3)
    lit = [k for k in range(NUM_CLASSES) if planes[..., k].any()]
    assert lit == [3], f"planes {lit} are lit, expected [3]"
    assert planes[..., 3].all(), "plane 3 has holes"


# %%
card_7 = try_out(
    test_one_full_plane, faulty=flattened, repaired=per_axis
)

# %%
bands = np.array([flattened(k) for k in range(NUM_CLASSES)])
lit_rows = bands.any(axis=(2, 3)).sum(axis=1)
blind = float((bands.max(axis=-1) == 0).mean())
print("rows with a label, by class:", lit_rows)
print(f"positions without any label: {blind:.1%}")

# %% tags=["check", "exact"]
assert card_7 == CAUGHT
assert set(lit_rows.tolist()) == {3, 4}
assert 0.88 < blind < 0.91

# %% tags=["hide-input"] name="planes" alt="Two rows of ten label planes for class 3. Flattened: every one of the ten planes shows the same bright band of {lit_rows[3]} rows, a third of the way down, the rest is dark. Per axis: planes 0 to 2 and 4 to 9 are dark and plane 3 is all bright."
shown = {
    name: 1.4 * np.moveaxis(make(3), -1, 0) - 0.8  # light grey on dark
    for name, make in [("flattened", flattened), ("per axis", per_axis)]
}
fig, ax = plt.subplots(figsize=(7, 1.9))
kg.plot_image_rows(
    shown,
    ax=ax,
    title="Planes 0 to 9 for class 3: a band, or one plane",
)
plt.show()

# %% [markdown]
"""
With the flattened repeat, most positions carry no label, and a small
convolution there cannot know what it is asked for. The conditional GAN
in D. Foster's *Generative Deep Learning* repeats along each axis, as our
repair does. A test of the shape is no test of the meaning.
"""

# %% [markdown]
"""
### Card 8. Label noise that points outward

**Where.** keras.io, *DCGAN* (2019), `dcgan_overriding_train_step.py`:
noise added to all labels. D. Foster's DCGAN notebook: real labels up to
1.1, fake ones down to -0.1.

**Still works.** Both train. Where a program cuts probabilities before the
logarithm, the loss stays finite.

**The idea.** Label smoothing moves targets *inward*, from 1 to 0.9.
Outward noise makes targets that no probability can reach, so a surer
discriminator always pays less.
"""


# %%
def loss_at(logit, target):
    """Cross-entropy of one sample from its logit, any target."""
    return np.logaddexp(0, logit) - target * logit


# %%
def test_loss_has_a_floor(target):
    lowest = loss_at(np.linspace(-1e4, 1e4, 2001), target).min()
    assert lowest >= 0, f"a logit of 10,000 costs {lowest:.0f}"


# %%
card_8 = try_out(test_loss_has_a_floor, faulty=1.05, repaired=0.95)

# %%
bce = keras.losses.BinaryCrossentropy()
cut = float(bce(np.float32([[1.05]]), np.float32([[1.0]])))
print(f"from a probability, cut by Keras: {cut:.3f} at D = 1")

# %% tags=["check", "exact"]
assert card_8 == CAUGHT
assert abs(loss_at(1e4, 1.05) + 500) < 1e-6
assert -0.9 < cut < -0.7

# %% tags=["hide-input"] name="noise" alt="Loss of one sample against its logit, from -5 to 60. Target 0.95, dark: a minimum near logit 3, then a rise to {loss_at(60, 0.95):.1f}. Target 1, grey: falls to 0 and stays. Target 1.05, orange and dashed: falls below 0 at logit {crossing:.1f} and on without end, to {loss_at(60, 1.05):.1f} at 60."
logit = np.linspace(-5, 60, 651)
crossing = logit[np.argmax(loss_at(logit, 1.05) < 0)]
looks = {
    1.05: (PENALTY, "--"),
    1.0: (NEUTRAL, "-"),
    0.95: (DISCRIMINATOR, "-"),
}
fig, ax = plt.subplots(figsize=(6.4, 3.8))
for target, (color, line) in looks.items():
    curve = loss_at(logit, target)
    ax.plot(
        logit, curve, color=color, ls=line, label=f"target {target}"
    )
ax.axhline(0, color=NEUTRAL, lw=0.7)
ax.set(xlabel="logit", ylabel="loss (nats)", ylim=(-3.2, 5.2))
ax.legend()
ax.set_title("A target above 1 rewards being ever surer")
plt.show()

# %% [markdown]
"""
And where real and fake agree? We search the best answer among many, for
the mean targets of each program.
"""


# %%
def best_answer(target, other):
    """Best constant probability when the two classes look alike."""
    p = np.linspace(0.001, 0.999, 99_801)
    logit = np.log(p / (1 - p))
    total = loss_at(logit, target) + loss_at(logit, other)
    return float(p[np.argmin(total)])


# %%
added = best_answer(1.025, 0.025)  # noise added to both
outward = best_answer(1.05, -0.05)  # both outward
inward = best_answer(0.975, 0.025)  # both inward: the repair
print(f"added {added:.3f}, outward {outward:.3f}, inward {inward:.3f}")

# %% tags=["check", "exact"]
assert abs(added - 0.525) < 1e-4
assert abs(outward - 0.5) < 1e-4
assert abs(inward - 0.5) < 1e-4

# %% [markdown]
"""
### Card 9. Smoothing on one side or on both

**Where.** `BinaryCrossentropy(label_smoothing=0.1)` of Keras, taken for
the *one-sided* smoothing of Salimans and others (2016).

**Still works.** Keras does what it documents: it squeezes all labels
towards one half.

**The idea.** One-sided smoothing moves real labels to 0.9 and leaves
fake labels at 0. Keras moves them to 0.95 and 0.05. The losses at balance
differ, and logs are then misread.
"""


# %%
def target(loss):
    """The effective target, read off the slope of a loss of a logit."""
    high, low = (float(loss(np.float32([[x]]))) for x in (1, -1))
    return (1 - (high - low)) / 2  # the slope is 1/2 - target


# %%
smooth = keras.losses.BinaryCrossentropy(
    from_logits=True, label_smoothing=0.1
)
two_sided = tuple(
    target(lambda logit, label=label: smooth(label, logit))
    for label in np.float32([[[1.0]], [[0.0]]])
)
ours = kg.NonSaturating(real_label=0.9).discriminator_terms
one_sided = tuple(
    target(lambda logit, k=k: ours(logit, logit)[k]) for k in (0, 1)
)


def test_fakes_stay_0(targets):
    real, fake = targets
    assert abs(fake) < 1e-6, f"real {real:.2f}, fake {fake:.2f}"


card_9 = try_out(
    test_fakes_stay_0, faulty=two_sided, repaired=one_sided
)

# %%
balance = {}
for name, pair in [("two-sided", two_sided), ("one-sided", one_sided)]:
    p = best_answer(*pair)
    logit = np.log(p / (1 - p))
    d_loss = sum(loss_at(logit, target) for target in pair)
    balance[name] = p, d_loss, -np.log(p)

# %%
for name, (p, d_loss, g_loss) in balance.items():
    print(f"{name}: D {p:.2f}, losses {d_loss:.5f} and {g_loss:.5f}")

# %% tags=["check", "exact"]
p, d_loss, g_loss = balance["one-sided"]
assert card_9 == CAUGHT
assert abs(p - 0.45) < 1e-4
assert abs(d_loss - 1.37628) < 5e-6
assert abs(g_loss - 0.79851) < 5e-5
assert abs(balance["two-sided"][0] - 0.5) < 1e-4
logit = np.float32([np.log(0.45 / 0.55)])
terms = kg.NonSaturating(0.9).discriminator_terms(logit, logit)
assert abs(float(terms[0] + terms[1]) - d_loss) < 1e-5
assert (
    abs(float(kg.NonSaturating(0.9).generator_loss(logit)) - g_loss)
    < 1e-4
)

# %% [markdown]
"""
A run with one-sided 0.9 whose losses settle at 1.376 and 0.799 shows the
values of the balance. (So does a discriminator that knows nothing and
answers 0.45 everywhere: lesson [02](02_training_the_discriminator.ipynb).)
Read against 1.386 and 0.693, the values without smoothing, it seems to
have a generator in trouble.
"""

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
p, d_loss, g_loss = balance["one-sided"]
rows = {
    "7 label planes": f"{blind:.0%} of the positions see no label",
    "8 outward noise": f"no floor; noise added: balance at {added:.3f}",
    "9 two-sided": f"D = 0.50 at balance; one-sided {p:.2f}, with "
    f"losses {d_loss:.5f} and {g_loss:.5f}",
}
table = "| card | effect |\n|---|---|\n"
table += "\n".join(
    f"| {name} | {text} |" for name, text in rows.items()
)
display(Markdown(f"{table}\n\nThe answer is **B**: {added:.3f}."))

# %% [markdown]
r"""
## Why

At a logit $\ell$, a sample with target $y$ costs
$\log(1 + e^{\ell}) - y\,\ell$, with slope $\sigma(\ell) - y$, where
$\sigma$ is the sigmoid. For $0 < y < 1$ it is zero at $D = \sigma(\ell)
= y$. For $y > 1$ it is negative everywhere, so the loss falls for ever.
Where both classes look alike, their targets $y_1$ and $y_2$ pull on one
logit:

$$ \sigma(\ell) - y_1 + \sigma(\ell) - y_2 = 0
   \quad\Longrightarrow\quad D = \frac{y_1 + y_2}{2}. $$
"""

# %%
PAIRS = [(1.025, 0.025), (1.05, -0.05), (0.95, 0.05), (0.9, 0.0)]
for pair in PAIRS:
    found = best_answer(*pair)
    print(f"{pair}: found {found:.4f}, formula {sum(pair) / 2:.4f}")

# %% tags=["check", "exact"]
assert all(
    abs(best_answer(*pair) - sum(pair) / 2) < 2e-5 for pair in PAIRS
)

# %% [markdown]
"""
## Change one thing

Smooth one-sidedly to 0.7 instead of 0.9, with `best_answer(0.7, 0)`.
Before you run: where is the balance, and does the generator's loss there
rise or fall?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A test asserts that the planes have shape (28, 28, 10).
Does it catch card 7?</summary>

No. The faulty planes have that shape. For class 3, plane 3 must be all
ones and the others all zeros.

</details>

<details><summary>Foster's noise leaves the balance at 0.5. Why is it still
a trap?</summary>

Where only real or only fake samples lie, the mean target is 1.05 or
-0.05, and no finite logit is best there.

</details>

<details><summary>With one-sided smoothing a log says 1.376. Has the
discriminator learned a little more than guessing?</summary>

The number does not say so. It is what the best constant answer costs.
The familiar
$2\log 2 = 1.386$ belongs to targets 1 and 0.

</details>
"""

# %% [markdown]
"""
## Exercise

The exercise notebook shows the flattened label planes, the label noise
that points outward and the two-sided smoothing. Write each so that its
test passes.

Expected: plane 3 alone is lit for class 3, all noisy labels lie in
[0, 1], and the fakes' target stays 0.
"""

# %% [markdown]
"""
## Remember

- Test what an array means on one case that you can draw by hand.
- Targets belong in [0, 1]; beyond, the loss has no floor.
- At balance the best answer is the mean of the two targets, so changed
  labels change the losses a log should show.
"""

# %% [markdown]
"""
## References

- S. Paul, *Conditional GAN*, keras.io, 2021, read at commit 2dd71c6 of
  [keras-io](https://github.com/keras-team/keras-io).
- F. Chollet, *DCGAN*, keras.io, `dcgan_overriding_train_step.py`, read at
  commits 0d5f327 (from logits) and cca4efb (from probabilities).
- D. Foster, *Generative Deep Learning*, 2nd edition,
  [notebooks](https://github.com/davidADSP/Generative_Deep_Learning_2nd_Edition),
  `04_gan`, read at commit 3d28172.
- T. Salimans and others, *Improved Techniques for Training GANs*, 2016,
  [arXiv:1606.03498](https://arxiv.org/abs/1606.03498), section 3.4: why
  on one side only.
"""
