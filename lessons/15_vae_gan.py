# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Do a VAE and a GAN work together if we add up their losses?

A variational autoencoder (VAE) learns by copying pictures, a GAN by a
game. An assignment says how to join them: make the VAE's decoder
the generator, and add up the losses. We do it, and ask what the sum
hides.

After this lesson you can

- write a VAE, and read its loss as a bound with two terms,
- join it to a GAN, and say which loss moves which network,
- ask of a sum of losses which of its terms is heard.

About 25 minutes to read, about a minute and a half to run. You need
lessons [03](03_training_the_generator.ipynb) and
[16b](16b_measuring_samples.ipynb).
"""

# %% [markdown]
"""
## The question

Three models on the same digits, with the same decoder and as many
updates of it:

| model | what moves the decoder |
|---|---|
| VAE | the error of copies of real digits |
| GAN | the answers of a discriminator |
| VAE-GAN | both, added up |

A VAE is known to reach all classes, but to blur. A GAN draws sharp
strokes, but may leave things out. Has the sum both virtues, both
faults, or neither?
"""

# %% [markdown]
"""
## Your prediction

The VAE's error is summed over the pixels of a picture, as its theory
says. We add the generator's loss to it, each with weight 1. What are
the samples of this VAE-GAN like?

- **A.** Like the VAE's: an error summed over 64 pixels drowns the
  game.
- **B.** Sharper than the VAE's, and about as near to real digits as
  the GAN's, or nearer.
- **C.** Worse than both: two losses pull at one decoder.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

One half of the 1,797 small digits trains the models and the classifier
that measures them, the other half is unseen. The networks are small:
two hidden layers each. The encoder makes two numbers from a digit for
each entry of $z$, a mean and the logarithm of a variance.
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from keras import ops

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] data="digits" claims="S11" smoke={"EPOCHS": 2, "SEEDS": [1, 2]}
EPOCHS = 120
BATCH_SIZE = 64
NUM_TRAIN = 896
NUM_SAMPLES = 448  # in each set that is measured
LATENT = 16
RATE = 5e-4
SEEDS = [1, 2, 3]

# %%
digits = kg.load_images("digits")
images = np.concatenate([digits.train, digits.test])
labels = np.concatenate([digits.train_labels, digits.test_labels])
order = np.random.default_rng(0).permutation(len(images))
a, b = order[:NUM_TRAIN], order[NUM_TRAIN : 2 * NUM_TRAIN]
data = kg.Dataset(images[a], images[b], labels[a], labels[b])
classifier = kg.load_classifier(data)
shape, pixels = data.sample_shape, images[0].size


# %%
def networks(seed):
    look = {"widths": (128, 128), "activation": "leaky_relu_0.2"}
    hidden = kg.mlp_generator(
        pixels, (2 * LATENT,), seed=3 * seed, **look
    )
    encoder = keras.Sequential(
        [keras.Input(shape), keras.layers.Flatten(), hidden]
    )
    decoder = kg.mlp_generator(LATENT, shape, seed=3 * seed + 1, **look)
    judge = kg.mlp_discriminator(shape, seed=3 * seed + 2, **look)
    return encoder, decoder, judge


# %% [markdown]
r"""
A VAE has two losses. For a digit $x$ the encoder names a normal
distribution with means $\mu_k$ and variances $v_k$; $z$ is drawn from
it, and decoded to a copy $\hat x$. The losses are the squared error of
the copy, and how far the encoder's distribution lies from $N(0, I)$,
from which samples are drawn later:

$$ \lVert x - \hat x \rVert^2, \qquad
   \mathrm{KL} = \tfrac12 \sum_k (\mu_k^2 + v_k - 1 - \log v_k). $$

In Keras a layer may add a loss while it is called, and `fit` minimises
what was added. So a VAE is one call. Its `costs` are the weights of the
two losses.
"""


# %%
def error(x, copy):
    return ops.mean(ops.sum((x - copy) ** 2, axis=(1, 2, 3)))


def kl(mean, log_var):
    terms = mean**2 + ops.exp(log_var) - 1 - log_var
    return ops.mean(ops.sum(terms, axis=-1)) / 2


# %%
class VAE(keras.Model):
    """Copies pictures; each call adds the two losses."""

    def __init__(self, encoder, decoder, costs, seed):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.draws = keras.random.SeedGenerator(seed)
        self.built = True  # all of its layers are
        self.costs = self.add_weight(shape=(2,), trainable=False)
        self.costs.assign(costs)

    def draw(self, x):
        mean, log_var = ops.split(self.encoder(x), 2, axis=-1)
        self.add_loss(self.costs[1] * kl(mean, log_var))
        noise = kg.training.backend.random_normal(
            ops.shape(mean), seed=self.draws
        )
        return mean + ops.exp(log_var / 2) * noise

    def call(self, x):
        copy = self.decoder(self.draw(x))
        self.add_loss(self.costs[0] * error(x, copy))
        return copy


# %% [markdown]
"""
Now the sum. `kg.GAN` adds to the generator's loss whatever its layers
add. So we need no new loop, only a layer that decodes $z$ and, in
training, also has the VAE copy a minibatch. The encoder then belongs to
the generator and moves with it. The discriminator sees real digits and
decoded $z$, as in every GAN of this course.
"""


# %%
class DecoderOfVAE(keras.layers.Layer):
    """Decodes z; in training the VAE adds its losses."""

    def __init__(self, vae, images):
        super().__init__()
        self.vae, self.images = vae, ops.convert_to_tensor(images)

    def call(self, z, training=False):
        if training:
            u = kg.training.backend.random_uniform(
                (BATCH_SIZE,), seed=self.vae.draws
            )
            rows = ops.cast(u * len(self.images), "int32")
            self.vae(ops.take(self.images, rows, axis=0))
        return self.vae.decoder(z)


# %% [markdown]
r"""
How are the two added? **sum** takes the VAE as its theory has it, plus
the game, each with weight 1. Twice the game weighs more, 10 and 100
times: we divide the VAE's losses instead, since Adam hears their ratio
only. **mean** takes the error averaged over the pixels, as Keras's own
losses do, and all the rest with weight 1. So there the error loses weight
against the KL as well; in the others these two keep their ratio.
"""

# %%
SUMS = {
    "mean": (1 / pixels, 1),
    "game x 100": (1 / 100, 1 / 100),
    "game x 10": (1 / 10, 1 / 10),
    "sum": (1, 1),
}
MODELS = ["GAN", *SUMS, "VAE"]


# %%
compiled = {}


def adam():
    return keras.optimizers.Adam(RATE, beta_1=0.5)


def train(generator, judge, seed):
    """Trains in the GAN of these layers that is compiled already."""
    gan = kg.GAN(generator, judge, seed=seed)
    gan.compile(
        generator_optimizer=adam(), discriminator_optimizer=adam()
    )
    first = compiled.setdefault(generator.name, gan)
    for variable, fresh in zip(first.state, gan.state):
        variable.assign(fresh.value)
    first.seed = seed  # the order of the data
    first.fit(
        data.train, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0
    )
    return first.generator


# %%
def train_sum(costs, seed):
    encoder, decoder, judge = networks(seed)
    vae = VAE(encoder, decoder, costs, seed)
    z = keras.Input((LATENT,))
    decoded = DecoderOfVAE(vae, data.train)(z)
    generator = keras.Model(z, decoded, name="both")
    return train(generator, judge, seed).layers[-1].vae


# %%
def train_vae(seed):
    vae = VAE(*networks(seed)[:2], (1, 1), seed)
    vae.compile(adam(), steps_per_execution=14)
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, NUM_TRAIN, EPOCHS * NUM_TRAIN)
    fit = {"batch_size": BATCH_SIZE, "shuffle": False, "verbose": 0}
    vae.fit(data.train[rows], **fit)
    return vae


# %%
def run(model, seed):
    """Returns samples; with an encoder, copies and its KL, too."""
    z = np.random.default_rng(seed).standard_normal(
        (NUM_SAMPLES, LATENT)
    )
    if model == "GAN":
        _, decoder, judge = networks(seed)
        decoder = train(decoder, judge, seed)
        return {"samples": ops.convert_to_numpy(decoder(z))}
    costs = SUMS.get(model)
    vae = train_sum(costs, seed) if costs else train_vae(seed)
    mean, log_var = ops.split(vae.encoder(data.test), 2, axis=-1)
    return {
        "samples": ops.convert_to_numpy(vae.decoder(z)),
        "copies": ops.convert_to_numpy(vae.decoder(mean)),
        "KL": float(kl(mean, log_var)),
    }


# %%
runs = {model: [run(model, seed) for seed in SEEDS] for model in MODELS}

# %% name="samples" alt="Seven rows of ten small pictures. Real digits, then the first ten samples of the first seed of each model: GAN, mean, game x 100, game x 10, sum and VAE. The last row is softer than the others."
rows = {"real": data.test[:10]}
for model, group in runs.items():
    rows[model] = group[0]["samples"][:10]
fig, ax = plt.subplots(figsize=(7, 5))
kg.plot_image_rows(
    rows, ax=ax, title="The first ten samples of each model"
)
plt.show()

# %% [markdown]
r"""
Five numbers. Of samples: the **Fréchet distance** to unseen digits;
**sharpness**, the mean length of the slope between neighbouring pixels,
real digits being 1; and the **class KL**, how far the shares of the ten
digits are off. Of the encoder: the squared **error** of its copies of
unseen digits, made from the means, and its **KL**. Other unseen digits
show what can be expected of the first three.
"""


# %%
def sharpness(pictures):
    slopes = np.diff(pictures[..., 0], axis=2)[:, :-1]
    down = np.diff(pictures[..., 0], axis=1)[:, :, :-1]
    return np.sqrt(slopes**2 + down**2).mean()


def measure(made, seed):
    order = np.random.default_rng(seed).permutation(len(data.test))
    reference, other = np.split(data.test[order], 2)
    samples = made.get("samples", other)
    real, fake = map(classifier.features, (reference, samples))
    shares = np.bincount(data.train_labels) / NUM_TRAIN
    found = classifier.labels(samples)
    missed = (made.get("copies", np.nan) - data.test) ** 2
    return {
        "Fréchet distance": kg.metrics.frechet_distance(real, fake),
        "sharpness": sharpness(samples) / sharpness(data.test),
        "class KL": kg.metrics.class_kl(found, 10, weights=shares),
        "error": missed.sum(axis=(1, 2, 3)).mean(),
        "KL": made.get("KL", np.nan),
    }


# %%
scores = {"real": [measure({}, seed) for seed in SEEDS]}
for model, group in runs.items():
    scores[model] = [measure(*pair) for pair in zip(group, SEEDS)]
METRICS = list(scores["real"][0])


def values(model, metric):
    return np.array([score[metric] for score in scores[model]])


def mid(model, metric):
    return np.median(values(model, metric))


# %% name="result" alt="Five small panels with a row of {len(SEEDS)} crosses for each model. Median Frechet distances: GAN {mid('GAN', METRICS[0]):.1f}, mean {mid('mean', METRICS[0]):.1f}, sum {mid('sum', METRICS[0]):.1f}, VAE {mid('VAE', METRICS[0]):.1f}; a green line at {mid('real', METRICS[0]):.1f} marks real digits. Sharpness: sum {mid('sum', 'sharpness'):.2f}, VAE {mid('VAE', 'sharpness'):.2f}. Error of copies: mean {mid('mean', 'error'):.1f}, sum {mid('sum', 'error'):.1f}, VAE {mid('VAE', 'error'):.1f}."
fig, axes = plt.subplots(1, 5, figsize=(10, 3.4), sharey=True)
for ax, metric in zip(axes, METRICS):
    for row, model in enumerate(MODELS):
        dots = values(model, metric)
        color = PENALTY if model in SUMS else FAKE
        ax.plot(dots, [row] * len(dots), "x", color=color)
    ax.axvline(mid("real", metric), color=REAL)
    ax.set_title(metric)
axes[0].set_yticks(range(len(MODELS)), MODELS)
axes[0].invert_yaxis()
a, b, c = (mid(model, METRICS[0]) for model in ("GAN", "sum", "VAE"))
fig.suptitle(f"Fréchet distance: GAN {a:.0f}, sum {b:.0f}, VAE {c:.0f}")
plt.show()

# %% [markdown]
"""
## What happened

Medians over the seeds. The row *real* is that of other unseen digits.
"""

# %% tags=["hide-input"]
table = ["| model | " + " | ".join(METRICS) + " |", "|---" * 6 + "|"]
for model in ["real", *MODELS]:
    cells = [f"{mid(model, metric):.3g}" for metric in METRICS]
    table.append("| " + " | ".join([model, *cells]) + " |")
display(Markdown("\n".join(table).replace("nan", "none")))

# %% tags=["hide-input"]
distance, num = METRICS[0], len(SEEDS)
plain = ((data.test - data.train.mean(axis=0)) ** 2).sum((1, 2, 3))
sharper = values("sum", "sharpness") > values("VAE", "sharpness")
nearer = values("sum", distance) < values("VAE", distance)
even = values("VAE", "class KL") < values("sum", "class KL")
level = mid("sum", distance) < 1.1 * mid("GAN", distance)
good = sharper.all() and level
letter = "B" if good else "A" if nearer.all() else "C"
display(
    Markdown(
        f"The answer is **{letter}**. The samples of *sum* are sharper "
        f"than the VAE's in {sharper.sum()} of {num} seeds, and nearer "
        f"to real digits in {nearer.sum()}. It copies better, too: an "
        f"error of {mid('sum', 'error'):.1f} for "
        f"{mid('VAE', 'error'):.1f}, at the price of a larger KL. The "
        f"VAE has the better shares of classes in {even.sum()} seeds."
        "\n\nBut *mean* is another model. Its encoder says nearly the "
        f"same of every digit, {mid('mean', 'KL'):.3f} nats; its copies "
        f"have an error of {mid('mean', 'error'):.1f}, above the "
        f"{plain.mean():.1f} of the mean picture. What is left is a GAN "
        "beside two idle losses."
    )
)

# %% name="copies" alt="Four rows of ten small pictures. Real unseen digits; their copies by the VAE, soft; by sum, crisper; by mean, ten times nearly the same picture, which is no digit."
rows = {"real": data.test[:10]}
for model in ("VAE", "sum", "mean"):
    rows[model] = runs[model][0]["copies"][:10]
kg.plot_image_rows(
    rows, title="Under mean, all digits have nearly one copy"
)
plt.show()

# %% tags=["check"]
assert nearer.all()
assert letter == "B"
assert (values("sum", "error") < 0.9 * values("VAE", "error")).all()
assert (values("mean", "KL") < 0.1).all(), values("mean", "KL")
assert (values("sum", "KL") > 3).all(), values("sum", "KL")
assert (values("mean", "error") > plain.mean()).all()
assert (values("game x 100", "error") > values("sum", "error")).all()
assert mid("sum", distance) < 1.1 * mid("GAN", distance)
assert mid("game x 100", distance) > 0.9 * mid("sum", distance)
assert mid("VAE", "class KL") < mid("sum", "class KL")
assert (values("VAE", "sharpness") < 0.85).all()
assert (values("VAE", "KL") < values("sum", "KL")).all()

# %% [markdown] claim="S11"
"""
So is "add up your losses" good advice? Here it is, in one of its
readings. In the other, with the average, it gives a GAN. The sentence
does not say which is meant, and they differ by a factor only: the number
of pixels, 64 here, 784 for pictures of 28×28. More weight for the game
brings no clear gain here, and costs copies.

Three seeds are few. The ledger has ten others, trained a quarter longer,
with thresholds fixed before. Small networks and one data set remain:
"""

# %% tags=["check"]
import claims

claims.check("S11", "depends")

# %% [markdown]
r"""
## Why

What does the VAE's loss have to do with a density? Let the decoder add
normal noise of variance $s$ to each of $D$ pixels. With $q$ the
encoder's distribution, for every encoder

$$ \log p(x) \;\ge\; -\frac{1}{2s}\,\mathbb{E}_{z \sim q}
   \lVert x - \hat x(z) \rVert^2 - \frac D2 \log(2 \pi s)
   - \mathrm{KL}\bigl(q \,\Vert\, N(0, I)\bigr). $$

This bound is called the ELBO; going up its slope means going down
error$/(2s)$ + KL. Both distributions in the KL are normal, so it has
the closed form above. An integral gives the same number:
"""

# %%
m, v = 1.2, 0.3
z = np.linspace(-12, 12, 200_001)
log_q = -((z - m) ** 2) / (2 * v) - np.log(2 * np.pi * v) / 2
log_p = -(z**2) / 2 - np.log(2 * np.pi) / 2
integral = (np.exp(log_q) * (log_q - log_p)).sum() * (z[1] - z[0])
formula = float(kl(np.array([[m]]), np.log([[v]])))
print(f"integral {integral:.6f}, closed form {formula:.6f}")

# %% tags=["check", "exact"]
assert abs(integral - formula) < 1e-5

# %% [markdown]
r"""
So the weight of the error is no matter of taste: it says how large the
noise $s$ is. A weight of 1 means $s = 1/2$; the mean over pixels means
$s = D/2$. And a number of $z$ pays its price in KL only if it
explains more variance of the data than the noise has. That is exact for
a linear decoder: the exercise shows it. How many directions of the
digits have more?
"""

# %%
flat = data.train.reshape(NUM_TRAIN, -1).astype("float64")
variances = np.linalg.eigvalsh(np.cov(flat.T))[::-1]
print(f"largest variance of a direction: {variances[0]:.2f}")
for name, s in [("sum", 1 / 2), ("mean", pixels / 2)]:
    above = (variances > s).sum()
    print(f"{name}: noise {s:g}, directions above it: {above}")

# %% tags=["check", "exact"]
assert (variances > 1 / 2).sum() >= 5
assert variances[0] < pixels / 2

# %% [markdown]
r"""
By this rule no direction is worth its price under *mean*, so the cheapest
encoder answers $N(0, I)$ to everything. This is called **posterior
collapse**, and the loss asks for it.

**Why a VAE blurs.** For a given $z$ the error is smallest at the mean
of all digits that $z$ may stand for. And sharpness is a mean of
lengths: by the triangle inequality a mean of pictures is never sharper
than the pictures are on average. Means of $k$ digits that look alike:
"""

# %%
squares = ((flat[:, None] - flat[None, :200]) ** 2).sum(axis=-1)
nearest = np.argsort(squares, axis=0)[:16].T
groups = data.train[nearest]  # (200, 16, height, width, 1)
for k in (1, 2, 4, 8, 16):
    blurred = sharpness(groups[:, :k].mean(axis=1))
    print(f"mean of {k:2}: {blurred / sharpness(data.train):.2f}")

# %% tags=["check", "exact"]
for k in (2, 4, 8, 16):
    parts = np.mean([sharpness(groups[:, i]) for i in range(k)])
    assert sharpness(groups[:, :k].mean(axis=1)) <= parts + 1e-6
assert blurred < 0.95 * sharpness(groups[:, 0])

# %% [markdown]
r"""
**Who hears which loss?** We take the length of each loss's gradient,
over the encoder's weights and over the decoder's, in the run of *sum*
that was trained last. The game may judge decoded $z$, as it did here,
or copies of real digits.
"""


# %%
def lengths(loss):
    """Length of a gradient on encoder and decoder."""
    ours = vae.encoder.trainable_variables
    every = ours + vae.decoder.trainable_variables
    state = vae.non_trainable_variables + judge.variables
    _, found = kg.training.backend.value_and_grad(
        lambda: (loss(), ()), every, state
    )
    sizes = [0.0 if g is None else float(ops.sum(g**2)) for g in found]
    cut = len(ours)
    return [sum(part) ** 0.5 for part in (sizes[:cut], sizes[cut:])]


# %%
vae = compiled["both"].generator.layers[-1].vae
judge = compiled["both"].discriminator
x, z = data.test, compiled["both"].draw_z(900, seed=0)


def game(fake):
    return kg.NonSaturating().generator_loss(judge(fake))


LOSSES = {
    "error, summed": lambda: error(x, vae(x)),
    "error, mean": lambda: error(x, vae(x)) / pixels,
    "KL": lambda: kl(*ops.split(vae.encoder(x), 2, axis=-1)),
    "game on decoded z": lambda: game(vae.decoder(z)),
    "game on copies": lambda: game(vae(x)),
    "game on copies, stopped at z": lambda: game(
        vae.decoder(ops.stop_gradient(vae.draw(x)))
    ),
}

heard = {name: lengths(loss) for name, loss in LOSSES.items()}
table = ["| loss | encoder | decoder |", "|---|---|---|"]
for name, (on_encoder, on_decoder) in heard.items():
    table.append(f"| {name} | {on_encoder:.3f} | {on_decoder:.3f} |")
display(Markdown("\n".join(table)))

# %% tags=["check", "exact"]
assert heard["KL"][1] == 0
assert heard["game on decoded z"][0] == 0
assert heard["game on copies"][0] > 0
assert heard["game on copies, stopped at z"][0] == 0

# %% tags=["check"]
ratios = np.divide(
    [heard["error, summed"][1], heard["error, summed"][0]],
    [heard["game on decoded z"][1], heard["KL"][0]],
)
assert (ratios > 0.4).all(), ratios
assert (ratios < 2.5).all(), ratios

# %% [markdown]
r"""
Where training has nearly come to rest, the parts of a sum hold each
other, so they are about equally loud: at the decoder error and game, at
the encoder error and KL. Averaged, the error could hold neither here, and
the weights would move on.

A game on copies reaches the encoder, which could then code a digit
where a fake passes, not where its copy is true. Larsen and others judge
copies too, and stop this gradient at $z$. They write a sum, but no network
hears all of it, and their error compares a hidden layer of the
discriminator. In their program for faces the decoder hears 0.00001 of the
error and 0.99999 of the game, and a player too far ahead sits out.
"""

# %% [markdown]
"""
## Change one thing

Give *sum* the costs `(1, 0)`, so that nothing holds the encoder near
$N(0, I)$. Before you run: what becomes of the copies, what of the
samples? Remember which of the two start from a $z$ that the encoder
chose.
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A friend's VAE-GAN has sharp samples, and the KL of its
encoder is 0.01. What do you say?</summary>

That it is a GAN by now. The encoder gives every picture the same
distribution, so the decoder cannot copy anything, and the VAE's losses
do nothing. Look at how the error is averaged.

</details>

<details><summary>The same code is run on pictures of 28×28 pixels
in place of 8×8. The error is summed. Is the balance of the losses the
same?</summary>

No. A sum over twelve times as many pixels is larger, the generator's
loss is still one number near 1. A weight is good for one data set, one
size, and one scale of the pixels.

</details>

<details><summary>Why does Adam not rescue us from a bad
balance?</summary>

Adam divides the gradient of a weight by its usual size, and that is the
gradient of the sum. Which of the terms the sum is made of, it cannot
know. Multiplying all losses by 10 changes nothing; multiplying one does.

</details>

<details><summary>A VAE's picture is the mean that the decoder gives. Is
that a sample of its model?</summary>

No. The model adds noise of variance $s$ to every pixel, and nobody
shows that. So a VAE of error weight 1 would have samples that are too
rough, not too smooth.

</details>
"""

# %% [markdown]
r"""
## Exercise

The smallest VAE has one number $x$, one number $z$ and a decoder that
multiplies by $w$. Write its bound on $\log p(x)$, and find the best $w$
for two weights of the error.

Expected: the bound meets the density at the best encoder; for data of
variance 2.8 and noise 0.5 the best $w$ is $\sqrt{2.3}$, for noise 32 it
is 0. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- A VAE minimises the error of copies and a KL; the weight of the error
  says how much noise the pixels have, and is no matter of taste.
- Summed over pixels the error made a good partner for the game here;
  averaged, it left a plain GAN and an idle encoder.
- Before you add losses, ask for each which network hears it, and how
  loudly.
"""

# %% [markdown]
"""
## References

- D. P. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, 2014,
  [arXiv:1312.6114](https://arxiv.org/abs/1312.6114). The bound, drawing
  $z$ so that gradients pass, and the closed KL in appendix B.
- A. B. L. Larsen and others, *Autoencoding beyond pixels using a
  learned similarity metric*, 2016,
  [arXiv:1512.09300](https://arxiv.org/abs/1512.09300). Section 2.3: the
  sum, and which part goes where. The numbers are from the authors' program,
  `celeba_aegan.py` and `model/aegan.py` at commit 1906387 of
  [their repository](https://github.com/andersbll/autoencoding_beyond_pixels).
- M. Tipping and C. Bishop, *Probabilistic Principal Component
  Analysis*, 1999, for the linear decoder of the exercise.
"""
