# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Which parts does a fully connected GAN need?

A recipe for a GAN comes with a reason for every part: this activation
lets the gradient flow, that one has the right range. Reasons are
cheap. We take away one part at a time, and measure what is lost.

After this lesson you can

- build a well-known recipe, and say what each of its parts is for,
- test a part by leaving it out, with seeds as the yardstick,
- show what a discriminator without a hidden layer can never hear.

About 20 minutes to read, about a minute to run on two cores. You need
lessons [05](05_first_gan.ipynb) and [16b](16b_measuring_samples.ipynb)
for the measure.
"""

# %% [markdown]
"""
## The question

An exercise on GANs says that for small images you might get away with
fully connected layers, and gives a reason for each part:

| part | the reason it gives |
|---|---|
| a hidden layer in both networks | so they can approximate anything |
| leaky ReLU | lets the gradient flow |
| tanh at the generator's end | keeps pixels between -1 and 1 |
| sigmoid at the discriminator's end | makes its output a probability |

The program that goes with it has one part more: real images get the
label 0.9, to help the discriminator generalise. Which of these five
parts do the samples need?
"""

# %% [markdown]
"""
## Your prediction

We leave out one part at a time. Without which of these are the samples
the worst?

- **A.** Without leaky ReLU, so with plain ReLU.
- **B.** Without tanh, so with a sigmoid and pixels between 0 and 1.
- **C.** Without the hidden layer in one of the networks.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
r"""
## The experiment

First the recipe as a whole, on MNIST. The package holds it under the
name `udacity_mlp`:

| part | choice |
|---|---|
| $z$ | 100 numbers, uniform; one $z$ for both players of a step |
| generator | 128 leaky ReLUs with slope 0.01, pixels by tanh |
| discriminator | 128 leaky ReLUs, a logit; the loss applies the sigmoid |
| loss | non-saturating, real label 0.9 |
| optimizers | two Adams, rate 0.002, batches of 100 |
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from scipy.optimize import minimize

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] data="digits mnist" claims="S4 T1 T15 T6" smoke={"UPDATES": 10, "NUM_IMAGES": 200, "EPOCHS": 2, "SEEDS": [1, 2]}
UPDATES = 3_000  # 5 epochs of MNIST; the recipe has 100
NUM_IMAGES = 60_000
EPOCHS = 100  # of the small digits
SEEDS = [1, 2, 3]
NUM_TRAIN = 900  # 9 batches of 100

# %%
try:
    images = kg.load_images("mnist")
except OSError:
    images = kg.load_images("digits")
    note = "> **Notice.** No MNIST here: this part shows 8×8 digits."
    display(Markdown(note))

# %%
recipe = kg.get_recipe("udacity_mlp")
real = images.train[:NUM_IMAGES]
epochs = UPDATES * recipe.batch_size // len(real)
gan = recipe.build(real.shape[1:], seed=SEEDS[0])
watch = kg.Watch(num_samples=10)
gan.fit(
    real, batch_size=100, epochs=epochs, callbacks=[watch], verbose=0
)

# %% name="first" alt="Rows of ten pictures. Top row: ten real digits. Below, the first ten samples of the recipe from the same z, at five moments up to epoch {watch.epochs[-1]}. They begin as a grey haze in the middle; at the end they are narrow bright shapes that look alike in groups, and hardly any of them can be read as a digit."
looks = np.linspace(1, len(watch.epochs) - 1, 5).round().astype(int)
rows = {"real": images.test[:10]}
rows |= {f"epoch {watch.epochs[i]}": watch.samples[i] for i in looks}
fig, ax = plt.subplots(figsize=(7, 4.4))
kg.plot_image_rows(rows, ax=ax, title="The recipe, cut short")
plt.show()

# %% [markdown] gallery="udacity_mlp"
"""
This is a shortened run. All 100 epochs were run and recorded once;
`keras-gan train udacity_mlp` repeats them.
"""

# %% [markdown]
"""
Taking parts away needs many runs, so from here on the images are the
8×8 digits of scikit-learn, and the runs are shorter. One half trains,
the other half measures. The rest of the recipe stays the same. A small
classifier turns pictures into 64 features, and the **Fréchet distance**
compares their means and covariances with those of unseen digits. The
coverage is the share of unseen digits with a sample near, by the same
features.
"""

# %%
digits = kg.load_images("digits")
images = np.concatenate([digits.train, digits.test])
labels = np.concatenate([digits.train_labels, digits.test_labels])
order = np.random.default_rng(0).permutation(len(images))
first, second = order[:NUM_TRAIN], order[NUM_TRAIN:]
data = kg.Dataset(
    images[first], images[second], labels[first], labels[second]
)

# %%
classifier = kg.load_classifier(data)
half = len(data.test) // 2
reference, others = data.test[:half], data.test[half : 2 * half]


def measure(samples):
    a, b = map(classifier.features, (reference, samples))
    coverage = kg.metrics.neighbour_scores(a, b).coverage
    return kg.metrics.frechet_distance(a, b), coverage


noise = np.random.default_rng(0).uniform(-1, 1, reference.shape)
FLOOR, best_coverage = measure(others)
CEILING, _ = measure(noise)
print(f"right on {classifier.accuracy:.1%} of unseen digits")
print(f"distance of real digits {FLOOR:.2f}, of noise {CEILING:.0f}")

# %% [markdown]
"""
The recipe in words that can be changed one by one. Below it stand the
six changes that take something away. *No sigmoid in D* trains with the
least-squares loss, which asks the raw output to be 1 or 0 and knows no
probability (lesson [11a](11a_what_each_loss_asks_for.ipynb)).
"""

# %%
RECIPE = {
    "generator": (128,),
    "discriminator": (128,),
    "hidden": "leaky_relu_0.01",
    "ending": "tanh",
    "loss": kg.NonSaturating(real_label=0.9),
    "matching": None,
    "adam": (2e-3, 0.9),
}
LESS = {
    "no hidden layer in G": {"generator": ()},
    "no hidden layer in D": {"discriminator": ()},
    "ReLU": {"hidden": "relu"},
    "pixels in [0, 1]": {"ending": "sigmoid"},
    "no sigmoid in D": {"loss": "least_squares"},
    "real label 1": {"loss": kg.NonSaturating()},
}

# %% [markdown]
"""
Two changes more, which take nothing away. The exercise points to a
paper with improvements; the label 0.9 is one of them, **feature
matching** another. The generator then aims at the mean of the
discriminator's hidden layer on real images, and not at its answer. And
two numbers come without any reason: Adam's rate of 0.002 and its
momentum of 0.9. **Slower Adam** has 0.0002 and 0.5, as lesson
[16a](16a_why_loss_curves_do_not_say_quality.ipynb) does. It changes
both at once; lesson [06b](06b_how_deep.ipynb) changes the rate alone.
"""

# %%
MORE = {
    "feature matching": {"matching": "hidden"},
    "slower Adam": {"adam": (2e-4, 0.5)},
}
PARTS = {"the recipe": {}, **LESS, **MORE}


# %%
def networks(seed, part):
    shape, hidden = data.sample_shape, part["hidden"]
    generator = kg.mlp_generator(
        100,
        shape,
        widths=part["generator"],
        activation=hidden,
        output_activation=part["ending"],
        seed=3 * seed,
    )
    discriminator = kg.mlp_discriminator(
        shape,
        widths=part["discriminator"],
        activation=hidden,
        seed=3 * seed + 1,
    )
    discriminator.layers[-2].name = "hidden"  # what feeds the logit
    return generator, discriminator


# %%
def adam(part):
    rate, momentum = part["adam"]
    return keras.optimizers.Adam(rate, beta_1=momentum, epsilon=1e-8)


def make_gan(seed, part):
    gan = kg.GAN(
        *networks(seed, part),
        loss=part["loss"],
        latent="uniform",
        share_z=True,
        feature_matching=part["matching"],
        seed=3 * seed + 2,
    )
    gan.compile(
        generator_optimizer=adam(part),
        discriminator_optimizer=adam(part),
        jit_compile=False,
    )
    return gan


# %% tags=["check", "exact"]
same = make_gan(1, RECIPE)
small = recipe.build(data.sample_shape)
for mine, theirs in (
    (same.generator, small.generator),
    (same.discriminator, small.discriminator),
):
    kinds = [type(layer) for layer in theirs.layers]
    assert [type(layer) for layer in mine.layers] == kinds
    assert mine.count_params() == theirs.count_params()
assert same.options.loss == small.options.loss
assert same.options.latent == small.options.latent
assert same.options.share_z == small.options.share_z
assert same.generator_optimizer.epsilon == 1e-8
assert abs(float(small.generator_optimizer.learning_rate) - 2e-3) < 1e-9
assert small.generator_optimizer.beta_1 == adam(RECIPE).beta_1
assert recipe.batch_size == 100

# %% [markdown]
"""
Each setting runs with every seed. `restart` begins anew with other
weights and compiles nothing again. XLA, which `jit_compile` leaves out,
would take longer to compile than it saves in runs as short as these.
Nothing is tuned for a setting.
"""


# %%
def train(change):
    """Samples of one setting, an array a seed."""
    part, found = {**RECIPE, **change}, []
    to_unit = part["ending"] == "sigmoid"
    real = (data.train + 1) / 2 if to_unit else data.train
    gan = make_gan(SEEDS[0], part)
    for seed in SEEDS:
        gan.restart(*networks(seed, part), seed=3 * seed + 2)
        gan.fit(real, batch_size=100, epochs=EPOCHS, verbose=0)
        samples = gan.sample(half, seed=seed)
        found.append(2 * samples - 1 if to_unit else samples)
    return found


samples = {name: train(change) for name, change in PARTS.items()}
scores = {
    name: np.array([measure(each) for each in sets])
    for name, sets in samples.items()
}
distance = {name: values[:, 0] for name, values in scores.items()}
middle = {name: np.median(d) for name, d in distance.items()}

# %% name="result" alt="Frechet distance from unseen digits, on a logarithmic scale, for {len(PARTS)} settings with a mark for each of {len(SEEDS)} seeds and a bar at the median: {listed}. A dotted line at {FLOOR:.1f} shows real digits, one at {CEILING:.0f} noise."
listed = "; ".join(
    f"{name} {values.min():.1f} to {values.max():.1f}"
    for name, values in distance.items()
)
worst = max(LESS, key=lambda name: middle[name])
fig, ax = plt.subplots(figsize=(8, 4.4))
for y, (name, values) in enumerate(distance.items()):
    color = PENALTY if name in MORE else FAKE
    color = DISCRIMINATOR if name == "the recipe" else color
    ax.plot(values, [y] * len(values), "x", color=color)
    ax.plot([middle[name]] * 2, [y - 0.3, y + 0.3], color=color, lw=3)
ax.axvline(FLOOR, color=REAL, ls=":", label="real digits")
ax.axvline(CEILING, color=NEUTRAL, ls=":", label="noise")
base = distance["the recipe"]
ax.axvspan(base.min(), base.max(), color=NEUTRAL, alpha=0.15)
ax.set_yticks(range(len(PARTS)), PARTS)
ax.invert_yaxis()
ax.set(xlabel="Fréchet distance", xscale="log")
ax.set_title(f"Missed most: {worst}")
ax.legend(fontsize=9)
plt.show()

# %% [markdown]
"""
## What happened

A setting is **worse** where even its best seed is farther from real
digits than the worst seed of the recipe, and **better** the other way
round. Where the seeds overlap, these runs show no difference.
"""


# %%
def verdict(name):
    base, values = distance["the recipe"], distance[name]
    if values.min() > base.max():
        return "worse"
    return "better" if values.max() < base.min() else "no difference"


# %% tags=["hide-input"]
lines = ["| setting | distance | coverage | against the recipe |"]
lines.append("|---|---|---|---|")
for name, values in scores.items():
    far, covered = np.median(values, axis=0)
    text = "" if name == "the recipe" else verdict(name)
    lines.append(f"| {name} | {far:.2f} | {covered:.2f} | {text} |")
lines.append(f"| real digits | {FLOOR:.2f} | {best_coverage:.2f} | |")
display(
    Markdown(f"Medians of {len(SEEDS)} seeds.\n\n" + "\n".join(lines))
)

# %% tags=["hide-input"]
options = {
    "A": middle["ReLU"],
    "B": middle["pixels in [0, 1]"],
    "C": max(middle[name] for name in list(LESS)[:2]),
}
letter = max(options, key=options.get)
groups = {
    key: [name for name in LESS if verdict(name) == key]
    for key in ("worse", "no difference", "better")
}
display(
    Markdown(
        f"The answer is **{letter}**. Of the six changes that take a "
        f"part away, {len(groups['worse'])} make the samples worse "
        f"({', '.join(groups['worse']) or 'none'}), "
        f"{len(groups['no difference'])} make no difference that "
        f"{len(SEEDS)} seeds could show "
        f"({', '.join(groups['no difference']) or 'none'}), and "
        f"{len(groups['better'])} make them better "
        f"({', '.join(groups['better']) or 'none'})."
    )
)

# %% name="samples" alt="Rows of ten small pictures: real digits, and the first ten samples of the first seed for each of {len(PARTS)} settings. Without a hidden layer in the discriminator all ten are the same pattern of hard black and white pixels, and with pixels in [0, 1] much the same pattern of bright pixels in the middle. In the other rows rough strokes of digits or grey blots can be seen."
rows = {"real": others[:10]}
rows |= {name: sets[0][:10] for name, sets in samples.items()}
fig, ax = plt.subplots(figsize=(7, 6.4))
kg.plot_image_rows(rows, ax=ax, title="The first ten, first seed")
plt.show()

# %% [markdown]
"""
One removal stands out. Without its hidden layer the discriminator
teaches one and the same pattern, farther from digits than noise is.
Pixels between 0 and 1 end beyond noise too, in every seed, by less. The
generator does not miss its hidden layer, at least not on pictures of 64
pixels: in a run as short as this the median is smaller without it. So
it is without the sigmoid. And feature matching, of which the exercise's
table does not speak, helps in every seed; a slower Adam has the smaller
median.
"""

# %% tags=["check"]
assert letter == "C", options
assert distance["no hidden layer in D"].min() > CEILING
assert distance["pixels in [0, 1]"].min() > CEILING
assert verdict("feature matching") == "better"
assert middle["feature matching"] < min(middle[name] for name in LESS)
assert verdict("pixels in [0, 1]") == "worse"
for name in ("no hidden layer in G", "no sigmoid in D", "slower Adam"):
    assert middle[name] < middle["the recipe"], middle

# %% [markdown] claim="S4 T1 T6 T15"
"""
The ledger has tried three of these parts in another setting: among
other things two hidden layers of 64, a slope of 0.2, a rate of 0.001,
ten other seeds, and the coverage in pixels as the measure. Its
statements were fixed before those seeds were run. The boxes are, in this
order, leaky ReLU, the tanh with pixels in [-1, 1], and the label 0.9.
The last box is
minibatch discrimination, one more improvement of that paper, which
takes too long for this page; lesson
[10b](10b_cures_for_mode_collapse.ipynb) has its relatives.
"""

# %% tags=["check", "exact"]
import claims

claims.check("S4", "refuted")
claims.check("T1")
claims.check("T6", "refuted")
claims.check("T15", "refuted")

# %% [markdown]
r"""
And the sigmoid? The exercise wants one at the end of the discriminator.
Our discriminator ends in a logit $a$, and the loss applies the sigmoid.
In exact numbers that is the same. In float32 a probability that is too
near to 0 has to be cut off before the logarithm. Keras's loss, if it is
handed a plain probability, cuts at $10^{-7}$. Here is what the generator
pays for a fake, $-\log \sigma(a)$, by both ways:
"""


# %%
def paid(values, **options):
    loss = keras.losses.BinaryCrossentropy(**options)
    return [float(loss([[1.0]], [[value]])) for value in values]


# %%
ANSWERS = np.array([-5.0, -10.0, -15.0, -20.0, -40.0], "float32")
by_logits = paid(ANSWERS, from_logits=True)
by_chances = paid(1 / (1 + np.exp(-ANSWERS)))
print("logits       ", np.round(by_logits, 2))
print("probabilities", np.round(by_chances, 2))

# %% tags=["check", "exact"]
assert np.allclose(by_logits, np.logaddexp(0, -ANSWERS), rtol=1e-5)
assert abs(by_chances[-1] + np.log(1e-7)) < 1e-3
assert by_chances[-2] == by_chances[-1]

# %% [markdown]
r"""
From about $a = -16$ down the second row stands still: a fake that was
seen through so clearly gives the generator no gradient. So the sigmoid
belongs in the loss. And the row *no sigmoid in D* shows that samples can
do without a probability.

## Why

Without a hidden layer the discriminator is $D(x) = \sigma(w \cdot x +
c)$, with a weight for each pixel. Its loss, with labels 1 and 0, is
convex in $w$ and $c$, and at $w = 0$, $c = 0$ its slope is

$$ \nabla_w L_D = \tfrac12 \bigl(\bar x_{\text{fake}} -
   \bar x_{\text{real}}\bigr), \qquad \partial_c L_D = 0, $$

where $\bar x$ is a mean picture. If both are equal the slope is zero,
and the best this discriminator can do is answer 1/2 to everything.
"""


# %%
def discriminator_loss(weights, real, fake):
    """Loss of a linear discriminator, and its slope by formula."""
    w, c = weights[:-1], weights[-1]
    a, b = real @ w + c, fake @ w + c
    loss = np.logaddexp(0, -a).mean() + np.logaddexp(0, b).mean()
    pull, push = -1 / (1 + np.exp(a)), 1 / (1 + np.exp(-b))
    by_w = pull @ real / len(real) + push @ fake / len(fake)
    return loss, np.append(by_w, pull.mean() + push.mean())


# %% [markdown]
"""
So a generator could draw one single picture, the mean of all digits,
and no linear discriminator would ever notice. We let the best linear
one be found, and then train one with a hidden layer on the same task:
real digits against copies of their mean.
"""

# %%
real = data.train.reshape(NUM_TRAIN, -1).astype("float64")
grey = np.repeat(real.mean(axis=0)[None], NUM_TRAIN, axis=0)
start = np.random.default_rng(0).normal(size=real.shape[1] + 1)
found = minimize(discriminator_loss, start, (real, grey), jac=True)
at_zero = discriminator_loss(np.zeros(len(start)), real, grey)[1]
print(f"2 log 2                         {2 * np.log(2):.4f}")
print(f"best without hidden layer       {found.fun:.4f}")
print(f"largest slope at w = 0, c = 0   {np.abs(at_zero).max():.1e}")

judge = kg.mlp_discriminator(data.sample_shape, widths=(128,), seed=1)
bce = keras.losses.BinaryCrossentropy(from_logits=True)
judge.compile(adam(RECIPE), bce)
both = np.concatenate([real, grey]).reshape(-1, *data.sample_shape)
truth = np.repeat([1.0, 0.0], NUM_TRAIN)[:, None]
judge.fit(both, truth, batch_size=100, epochs=20, verbose=0)
loss = 2 * judge.evaluate(both, truth, verbose=0)
print(f"with one hidden layer           {loss:.4f}")

# %% tags=["check", "exact"]
assert abs(found.fun - 2 * np.log(2)) < 1e-4
assert np.abs(at_zero).max() < 1e-9
assert loss < 0.2, loss
shift = 1e-5 * np.eye(len(start))[20]
fake = real[::-1] * 0.5
up, down = (
    discriminator_loss(start + s, real, fake)[0]
    for s in (shift, -shift)
)
slope = discriminator_loss(start, real, fake)[1][20]
assert abs((up - down) / 2e-5 - slope) < 1e-6

# %% [markdown]
r"""
What does a generator learn from such a judge? For any $w$, the answer
$w \cdot x + c$ is largest where each pixel is white or black by the sign
of its weight: one picture, the same for every $z$. So all samples are
pulled to it. How different are the samples, compared with real digits,
and how many of their pixels lie beyond ±0.95?
"""


# %%
def spread(images):
    return np.sqrt(images.var(axis=0).sum())


def looks_of(images):
    hard = (np.abs(images) > 0.95).mean()
    return spread(images) / spread(others), hard


LOOKED = ("no hidden layer in D", "the recipe")
alike = {n: [looks_of(s) for s in samples[n]] for n in LOOKED}
for name, values in {
    **alike,
    "real digits": [looks_of(others)],
}.items():
    relative, hard = np.median(values, axis=0)
    print(f"{name:21} spread {relative:.2f}, hard pixels {hard:.0%}")

# %% tags=["check"]
assert max(each[0] for each in alike["no hidden layer in D"]) < 0.5
assert min(each[0] for each in alike["the recipe"]) > 0.5

# %% [markdown]
r"""
A generator without a hidden layer has a limit of its own. It is $G(z) =
\tanh(Wz + b)$, so $\tanh^{-1} G(z) + \tanh^{-1} G(-z) = 2b$ for every
$z$: before the tanh, half of its pictures are mirror images of the other
half about one fixed picture. Nothing makes digits so, and yet the table
shows no harm. We look at the sum for fresh networks, where $b = 0$:
"""

# %%
z = gan.draw_z(200, seed=0)
for name in ("no hidden layer in G", "the recipe"):
    part = {**RECIPE, **PARTS[name]}
    generator, _ = networks(1, part)
    there, back = (generator.predict(s * z, verbose=0) for s in (1, -1))
    total = np.arctanh(there) + np.arctanh(back)
    print(f"{name:22} largest sum {np.abs(total).max():.4f}")

# %% tags=["check", "exact"]
assert np.abs(total).max() > 0.1  # the recipe, which came last

# %% [markdown]
"""
## Change one thing

In `RECIPE`, change the slope: `"hidden": "leaky_relu_0.2"`. Before you
run: the recipe's slope of 0.01 is nearly a ReLU. Will a larger one move
the first row by more than its seeds lie apart? And do the other rows
keep their order?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A part makes no difference here. Should it be left
out?</summary>

Not for that reason. Three seeds show large effects only, and the part
may matter for deeper networks, other images or another rate. What we
may say is that a printed reason is not yet a tested one.

</details>

<details><summary>One hidden layer can approximate any function. Does
that explain why the samples need one?</summary>

Only half. The theorem speaks of layers as wide as needed, and of what a
network can be, not of what training finds. What we showed is the other
side: without the layer there are things it cannot be.

</details>

<details><summary>Why do we change one part at a time, and not all
six?</summary>

After six changes at once we would not know which one did it. The price
is that we do not see pairs of parts which matter together only.

</details>
"""

# %% [markdown]
r"""
## Exercise

With a real label $\alpha$ below 1 the balance of the game moves. Write
the loss of a linear discriminator with that label, and its slope; find
the answer it gives where real and fake cannot be told apart, and the two
losses there.

Expected, for $\alpha = 0.9$: $D = 0.45$, the discriminator pays 1.3763
and the generator 0.7985. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- Of the parts with a printed reason the discriminator's hidden layer was
  clearly needed here, and the tanh, with less at stake. Without the
  generator's hidden layer so short a run even ended nearer to digits.
  Leaky ReLU may help; of the label 0.9 nothing shows here. Three seeds
  are too few to tell.
- We call a part needed if leaving it out makes every seed worse; a
  reason in a text is no test.
- A discriminator without a hidden layer cannot tell two sets of pictures
  apart if their means are equal.
"""

# %% [markdown]
"""
## References

- Udacity, *Intro to GANs*, 2017, solution notebook in the repository
  `udacity/deep-learning`, folder `gan_mnist`: the program that goes with
  the exercise, and so the recipe. It prints the same reasons, and the
  one for the label.
- T. Salimans and others, *Improved Techniques for Training GANs*, 2016,
  [arXiv:1606.03498](https://arxiv.org/abs/1606.03498). Sections 3.1,
  3.2 and 3.4: feature matching, minibatch discrimination, the label.
- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Section 5: the
  first fully connected GANs.
"""
