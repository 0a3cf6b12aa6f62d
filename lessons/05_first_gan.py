# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Can two small networks learn to draw digits?

Two networks of one hidden layer each, handwritten digits, and about
a minute of training on a laptop. Many courses ask for such a GAN
first. We follow one published assignment, and we also test the warning
it gives.

After this lesson you can

- set up a GAN on images and train it with `fit`,
- draw samples from a fixed $z$ at several epochs and read them honestly,
- test with a number whether a generator has collapsed to one sample.

About 20 minutes to read, about a minute to run on two cores.
You need lessons [01](01_anatomy.ipynb) to
[03](03_training_the_generator.ipynb); [4b](04b_algorithm_1.ipynb) opens
the loop that runs here.
"""

# %% [markdown]
"""
## The question

The assignment asks for this: a batch of 100, 30 epochs, and after
every five epochs the two losses and five random samples. Then it warns
that around the 15th to 20th epoch something odd happens. Instead of
random samples, the GAN gives one sample, over and over. It calls this
**mode collapse**.

Does that happen?
"""

# %% [markdown]
"""
## Your prediction

After 20 epochs we draw 500 samples. How different are they from one
another, compared with 500 real digits?

- **A.** Hardly at all: they have become one digit.
- **B.** Somewhat, but less than half as different as real digits are.
- **C.** More than half as different as real digits are.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
r"""
## The experiment

The recipe is that of the program the assignment points to:

| part | choice |
|---|---|
| generator | $z$ of length 100, 128 ReLU units, pixels by a sigmoid |
| discriminator | pixels, 128 ReLU units, one logit |
| first weights | normal, variance 2 / inputs |
| $z$ | uniform between -1 and 1, fresh for each network's step |
| loss | non-saturating; real and fake terms added |
| optimizers | two Adams, learning rate 0.001, $\epsilon = 10^{-8}$ |

The original program draws batches of 128; we follow the assignment.
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

# %% tags=["settings"] data="digits mnist" claims="S1" smoke={"UPDATES": 36, "NUM_IMAGES": 600}
UPDATES = 18_000  # 30 epochs of 600 steps on MNIST
LOOKS = 6  # every 5 epochs
BATCH_SIZE = 100
NUM_IMAGES = 60_000
SEED = 1

# %% [markdown]
"""
The digits are MNIST, 28×28 pixels. They are downloaded once, by Keras.
Where that is not possible, we use the 8×8 digits that come with
scikit-learn, and the same number of updates.
"""

# %%
try:
    images = kg.load_images("mnist")
    note = "**Data:** MNIST, 28×28 pixels."
except OSError:
    images = kg.load_images("digits")
    note = (
        "> **Notice.** MNIST could not be loaded, so this page was made "
        "with the embedded 8×8 digits: the same 18,000 updates, the "
        "samples at the same six fractions of the run."
    )
display(Markdown(note))

# %% [markdown]
"""
`load_images` gives pixels in [-1, 1], the convention of this course.
This recipe ends its generator in a sigmoid, so it needs [0, 1].
"""

# %%
real = (images.train[:NUM_IMAGES] + 1) / 2
shape = real.shape[1:]
print(
    "images:", real.shape, "pixels from", real.min(), "to", real.max()
)


# %%
def networks(seed):
    he = keras.initializers.VarianceScaling(
        2.0, "fan_in", "untruncated_normal"
    )
    common = {"widths": (128,), "activation": "relu", "initializer": he}
    generator = kg.mlp_generator(
        100, shape, output_activation="sigmoid", seed=seed, **common
    )
    discriminator = kg.mlp_discriminator(shape, seed=seed + 1, **common)
    return generator, discriminator


# %%
generator, discriminator = networks(SEED)
print(f"generator     {generator.count_params():>7,} weights")
print(f"discriminator {discriminator.count_params():>7,} weights")

# %% tags=["check", "exact"]
pixels = int(np.prod(shape))
assert generator.count_params() == 101 * 128 + 129 * pixels
assert discriminator.count_params() == (pixels + 1) * 128 + 129

# %% [markdown]
"""
Now the game. One training step shows the discriminator 100 real digits
and 100 fakes, then moves the generator once. An epoch is one pass over
all images in a new random order.
"""


# %%
def make_gan(seed):
    gan = kg.GAN(*networks(seed), latent="uniform", seed=seed)
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(1e-3, epsilon=1e-8),
        discriminator_optimizer=keras.optimizers.Adam(
            1e-3, epsilon=1e-8
        ),
    )
    return gan


steps = -(-len(real) // BATCH_SIZE)  # rounded up
epochs = UPDATES // steps
every = epochs // LOOKS
print(f"{steps} steps an epoch, {epochs} epochs, a look every {every}")

# %% [markdown]
"""
`Watch` draws samples from the same $z$ at every look, so that the
pictures can be compared. It keeps 500 of them, for the measurement
below. This cell is the training, and takes most of the time.
"""

# %%
gan = make_gan(SEED)
watch = kg.Watch(every=every, num_samples=500)
run = gan.fit(
    real,
    batch_size=BATCH_SIZE,
    epochs=epochs,
    verbose=0,
    callbacks=[watch],
)

# %% [markdown]
"""
The five random samples at each of the six looks. They are the first
five, not the best five.
"""

# %% name="result" alt="Seven rows of five pictures. Top row: five real digits. Below, the same five samples after {watch.epochs[1]}, {watch.epochs[2]}, {watch.epochs[3]}, {watch.epochs[4]}, {watch.epochs[5]} and {watch.epochs[6]} epochs. In every row the five samples differ from one another, and from row to row their strokes become clearer."
rows = {"real": images.test[:5]}
for epoch, samples in zip(watch.epochs[1:], watch.samples[1:]):
    rows[f"epoch {epoch}"] = 2 * samples[:5] - 1
fig, ax = plt.subplots(figsize=(5, 6.6))
kg.plot_image_rows(
    rows, ax=ax, title="From blots to digits, and never one picture"
)
plt.show()

# %% [markdown]
"""
## What happened

The losses the assignment asks for, with the mean answers of the
discriminator. Each number is a mean over one epoch.
"""

# %% tags=["hide-input"]
table = [
    "| epoch | D loss | G loss | D(real) | D(fake) |",
    "|---|---|---|---|---|",
]
for epoch in watch.epochs[1:]:
    values = [
        run.history[key][epoch - 1]
        for key in ("d_loss", "g_loss", "d_real", "d_fake")
    ]
    cells = " | ".join(f"{value:.3f}" for value in values)
    table.append(f"| {epoch} | {cells} |")
display(Markdown("\n".join(table)))

# %% tags=["hide-input"] name="losses" alt="Two curves over {epochs} epochs. The discriminator's loss goes from {run.history['d_loss'][0]:.2f} to {run.history['d_loss'][-1]:.2f}; the generator's, dashed, goes from {run.history['g_loss'][0]:.1f} to {run.history['g_loss'][-1]:.1f}. Thin lines mark 1.39 and 0.69, the values where the discriminator only guesses; at the end it is below the first and the generator above the second."
balance = {"d_loss": 2 * np.log(2), "g_loss": np.log(2)}
fig, ax = plt.subplots(figsize=(7, 4))
kg.plots.plot_losses(run.history, equilibrium=balance, ax=ax)
ax.set_title("To the end, the discriminator beats guessing")
plt.show()

# %% [markdown]
r"""
And the collapse? Eyes are poor judges of five pictures. We measure the
**spread** of a set of images: the root mean square distance between two
of them, drawn at random. If all samples were one picture, the spread
would be 0. We divide by the spread of as many real digits, so 1 means
"as different as real ones".
"""


# %%
def spread(images):
    """Root mean square distance between two images of the set."""
    flat = images.reshape(len(images), -1).astype("float64")
    return np.sqrt(2 * flat.var(axis=0, ddof=1).sum())


real_spread = spread((images.test[:500] + 1) / 2)
relative = [spread(s) / real_spread for s in watch.samples[1:]]

# %% tags=["hide-input"] name="spread" alt="Spread of 500 samples relative to real digits at six looks: {relative[0]:.2f} at epoch {watch.epochs[1]}, {relative[3]:.2f} at epoch {watch.epochs[4]}, {relative[5]:.2f} at epoch {watch.epochs[6]}. A line at 1 marks real digits; 0 would be one picture."
fig, ax = plt.subplots(figsize=(7, 3.6))
ax.plot(watch.epochs[1:], relative, color=FAKE, ls="--", marker="x")
ax.axhline(1, color=REAL)
ax.annotate("real digits", (watch.epochs[1], 1), va="bottom")
ax.annotate("0: all samples alike", (watch.epochs[1], 0), va="bottom")
ax.set(xlabel="epoch", ylabel="relative spread", ylim=(0, 1.12))
ax.set_title("The samples do not become one")
plt.show()

# %% tags=["hide-input"]
middle = relative[3]  # epoch 20 of 30
verdict = "A" if middle < 0.1 else "B" if middle < 0.5 else "C"
display(
    Markdown(
        f"After two thirds of the run the relative spread is "
        f"**{middle:.2f}**, and at the end {relative[-1]:.2f}; the "
        f"answer in this run is **{verdict}**. The samples never become "
        "one picture. They are less varied than real digits at every "
        "look, which is a milder fault."
    )
)

# %% [markdown] claim="S1"
"""
This is one run with one seed, shown because pictures need one. The
ledger of this course holds ten more, each as long as this
one, with other seeds. In none of them did the samples become alike, at
any look. So for this recipe we could not confirm the warning; lesson
[10e](10e_does_the_first_gan_collapse.ipynb) looks closer. That does not
mean that mode collapse is a tale: in lesson
[10a](10a_mode_collapse.ipynb) another setting does collapse.
"""

# %% tags=["check"]
import claims

claims.check("S1", "refuted")
assert min(relative) > 0.5, relative
assert max(relative) < 1, relative
assert run.history["d_loss"][-1] < 2 * np.log(2)

# %% [markdown]
r"""
## Why

What is each player paid for? With $D(x) = \sigma(\ell(x))$, where
$\ell$ is the discriminator's logit, $x$ a real image and $G(z)$ a
fake, the two losses are

$$ L_D = -\operatorname{mean}\,\bigl[\log D(x)\bigr]
  -\operatorname{mean}\,\bigl[\log\bigl(1 - D(G(z))\bigr)\bigr], $$

$$ L_G = -\operatorname{mean}\,\bigl[\log D(G(z))\bigr]. $$

They are not opposite numbers: this generator maximises the chance
of fooling the discriminator, instead of minimising the
discriminator's success (lesson
[03](03_training_the_generator.ipynb) compares the two). Here are both
from their formulas, beside the package's:
"""

# %%
z = gan.draw_z(500, seed=0)
fake_logits = gan.discriminator.predict(
    gan.predict(z, verbose=0), verbose=0
).astype("float64")
real_logits = gan.discriminator.predict(real[:500], verbose=0)
real_logits = real_logits.astype("float64")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# %%
d_by_hand = -np.log(sigmoid(real_logits)).mean()
d_by_hand -= np.log(1 - sigmoid(fake_logits)).mean()
g_by_hand = -np.log(sigmoid(fake_logits)).mean()
game = kg.NonSaturating()
d_package = sum(game.discriminator_terms(real_logits, fake_logits))
g_package = game.generator_loss(fake_logits)
print(f"D: {d_by_hand:.4f} by hand, {float(d_package):.4f} package")
print(f"G: {g_by_hand:.4f} by hand, {float(g_package):.4f} package")

# %% tags=["check", "exact"]
assert abs(d_by_hand - float(d_package)) < 1e-3
assert abs(g_by_hand - float(g_package)) < 1e-3

# %% [markdown]
r"""
And the spread? For images $x_1, \dots, x_n$ the mean squared distance
of two different ones is

$$ \frac{1}{n(n-1)} \sum_{i \ne j} \lVert x_i - x_j \rVert^2
   = 2 \sum_k \operatorname{var}(x^{(k)}), $$

where $\operatorname{var}(x^{(k)})$ is the sample variance of pixel $k$.
That is why `spread` needs no loop over pairs. With all pairs:
"""

# %%
some = watch.samples[-1][:60].reshape(60, -1).astype("float64")
squares = ((some[:, None] - some[None]) ** 2).sum(axis=-1)
by_pairs = np.sqrt(squares.sum() / (60 * 59))
print(f"all pairs {by_pairs:.6f}, by variances {spread(some):.6f}")

# %% tags=["check", "exact"]
assert abs(by_pairs - spread(some)) < 1e-9

# %% [markdown]
"""
## Change one thing

Pass `share_z=True` to `kg.GAN`, so that both networks see the same
$z$ within a step, and train again. Before you run: will the final
relative spread go up, go down, or stay within a few hundredths? Then
change only `SEED`, to see how large a difference of no importance is.
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>The generator's loss falls during the run. Does that
show that the samples improve?</summary>

No. It is measured by a discriminator that changes at every step. The
same samples would get another loss from another discriminator. Look at
samples, or measure them.

</details>

<details><summary>A friend shows five different digits and says: no
collapse. What do you ask?</summary>

Whether they were the first five or picked, and what the spread of a
few hundred samples is. A generator that draws three of the ten digits
can easily show five different pictures.

</details>

<details><summary>Can a generator have a relative spread near 1 and
still be bad?</summary>

Yes. Noise of the right size has spread 1. The spread answers one
question only: whether the samples differ as much as real images do.

</details>
"""

# %% [markdown]
"""
## Exercise

Write `nearest_share(samples, images)`: for each sample find the
nearest training image, and return how many *different* training
images are found, as a share of the number of samples. A generator that
collapsed to one picture gets 1 divided by the number of samples.

Expected: real test images against training images give a share
near 1; copies of one picture give the smallest share possible. The
exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- A GAN on small images is two small networks, one `fit`, and a fixed
  $z$ to watch it by.
- Losses say how the game stands. They do not say how the pictures look.
- A claim such as "it collapses at epoch 15" is tested with a number, at
  every look, over several seeds. Here it did not hold.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Algorithm 1 is the
  loop that `fit` runs; section 3 ends with the generator's other loss.
- A. Kristiadi, *Generative Adversarial Nets in TensorFlow*, 17 September
  2016, the post that the assignment follows, with the recipe above.
- Y. LeCun and C. Cortes, the MNIST database of handwritten digits.
"""
