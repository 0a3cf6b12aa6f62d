# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# Can we ask a GAN for a seven?

The GANs so far draw what they like. One of the texts that this course
grew from promises more: one can even say which type of dog to draw. We
ask for a digit, since then we can count how often we get it.

After this lesson you can

- make a GAN class-conditional: one argument in each network, and labels
  in `fit`,
- measure whether it obeys, between a floor and a ceiling,
- say what wrong labels do to a generator, and why a classifier suffers
  less.

About 25 minutes to read, about two minutes to run on two cores.
You need lessons [4a](04a_the_game.ipynb) and [05](05_first_gan.ipynb).
"""

# %% [markdown]
"""
## The question

The same text says what the task is: given a class, output any picture
that an ordinary network would put into that class. That is a test which
we can run. We ask for 2,000 digits, let a classifier read them, and
count.

Then we spoil the labels. Those of real collections contain errors, and
a program may pair pictures and labels in the wrong order. What does a
GAN learn from labels that are partly wrong?
"""

# %% [markdown]
"""
## Your prediction

Before training, half of the labels, picked at random, are shuffled among
themselves. Of the pictures that are now labelled 7, a little more than
half are sevens. After training we ask for each digit in turn. How often
do we get what we asked for?

- **A.** Nearly always: the majority wins, as in a classifier.
- **B.** In a little more than half of the cases: the GAN imitates the
  labels, errors included.
- **C.** In clearly less than half: so many wrong labels cost it more
  than an imitation would lose.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

MNIST again, but scaled down to 14×14 pixels, so that a page can train
twelve GANs. The networks have two hidden layers of 128 units, and $z$ has
length 32. One argument is new.
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

# %% tags=["settings"] data="digits mnist" smoke={"UPDATES": 45, "NUM_SAMPLES": 500, "SEEDS": [1, 2]}
DATA = "mnist"
UPDATES = 3_000  # 5 epochs of 600 steps on MNIST
LATENT_DIM = 32
NUM_SAMPLES = 2_000
NUM_HANDS = 200  # z that are used for all ten digits
SEEDS = [1, 2, 3]
SHARES = [0.0, 0.5, 1.0]  # of the labels, shuffled

# %%
try:
    images = kg.load_images(DATA, size=14)
    note = f"**Data:** {DATA}, {images.sample_shape[0]} pixels a side."
except OSError:
    note = (
        f"> **Notice.** {DATA} could not be loaded, so this page was "
        "made with the embedded 8×8 digits."
    )
    DATA = "digits"
    images = kg.load_images(DATA)
display(Markdown(note))

# %%
classifier = kg.load_classifier(images)
print(f"right on {classifier.accuracy:.1%} of the test pictures")

# %% [markdown]
"""
With `num_classes=10` a network has a second input, the class of each
picture. Both players need it. The generator has to know what is wanted,
and the discriminator what was asked for: a fine 3 is a bad answer to the
question for a 7.
"""


# %%
def networks(seed, num_classes=10):
    shape, both = images.sample_shape, {"widths": (128, 128)}
    both["activation"] = "leaky_relu_0.2"
    both["num_classes"] = num_classes
    return (
        kg.mlp_generator(LATENT_DIM, shape, seed=2 * seed, **both),
        kg.mlp_discriminator(shape, seed=2 * seed + 1, **both),
    )


with_labels, without = networks(1), networks(1, num_classes=None)
for a, b in zip(with_labels, without):
    more = a.count_params() - b.count_params()
    print(f"{a.name:13} {b.count_params():,} weights, {more:,} more")

# %% tags=["check", "exact"]
for a, b in zip(with_labels, without):
    assert a.count_params() - b.count_params() == 10 * 128

# %% [markdown]
"""
The discriminator's batch holds real pictures with their labels, and fakes
with the labels that the generator was given: those of the same real
pictures. So nothing has to be said about how frequent each class is.

To compare settings and seeds, one compiled GAN begins anew with other
weights each time.
"""


# %%
def make(num_classes):
    gan = kg.GAN(*networks(0, num_classes), seed=0)
    adam = [keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)]
    gan.compile(
        generator_optimizer=adam[0], discriminator_optimizer=adam[1]
    )
    return gan


# %%
steps = -(-len(images.train) // 100)  # rounded up
epochs = max(1, UPDATES // steps)


def train(gan, seed, labels=None):
    gan.restart(*networks(seed, gan.num_classes), seed=seed)
    gan.fit(
        images.train,
        labels,
        batch_size=100,
        epochs=epochs,
        verbose=0,
    )
    return gan.sample(NUM_SAMPLES, seed=seed)


print(f"{epochs} epochs of {steps} steps")

# %% [markdown]
"""
`shuffled` takes a share of the labels and deals them out anew. `hands`
draws 200 different $z$, each of them for all ten classes; `gan.sample`
asks for the classes 0 to 9 in turn, with a new $z$ each time.

In the picture below the ten columns are what we asked for. Each row of
fakes has one $z$: the first six of the first run, not the best six.
"""


# %%
def shuffled(labels, share, seed):
    rng, labels = np.random.default_rng(seed), labels.copy()
    chosen = rng.permutation(len(labels))[: round(share * len(labels))]
    labels[chosen] = labels[rng.permutation(chosen)]
    return labels


# %%
def hands(gan, seed):
    z = np.repeat(gan.draw_z(NUM_HANDS, seed=seed), 10, axis=0)
    classes = np.tile(np.arange(10, dtype="int32"), NUM_HANDS)
    return gan.generator.predict([z, classes], verbose=0)


# %%
conditional = make(10)
runs, drawn = {}, []
for share in SHARES:
    runs[share] = []
    for seed in SEEDS:
        labels = shuffled(images.train_labels, share, seed)
        runs[share].append(train(conditional, seed, labels))
        if share == 0:
            drawn.append(hands(conditional, seed))

# %% name="result" alt="Seven rows of ten pictures, columns 0 to 9. Top row: a real digit of each class. Below, six rows with one z each: most pictures show the digit of their column. Within a row the strokes have similar weight, and often the same slant."
asked = np.arange(NUM_SAMPLES) % 10
first = [np.argmax(images.test_labels == k) for k in range(10)]
rows = {"real": images.test[first]}
for i in range(6):
    rows[f"z {i + 1}"] = drawn[0][10 * i : 10 * i + 10]
kg.plot_image_rows(rows, title="Columns: what was asked for")
plt.show()

# %% [markdown]
"""
## What happened

The **agreement** is the share of samples that the classifier reads as
what was asked for. Its ceiling is how often the classifier reads real
test digits rightly; its floor is what the same samples get when the
questions are shuffled.
"""


# %%
def agreement(samples, asked):
    """For each class, the share that the classifier reads so."""
    right = classifier.labels(samples) == asked
    return np.array([right[asked == k].mean() for k in range(10)])


# %%
found = {
    share: np.array([agreement(fake, asked) for fake in fakes])
    for share, fakes in runs.items()
}
ceiling = agreement(images.test, images.test_labels)
rng = np.random.default_rng(0)
reference = classifier.features(images.test[:NUM_SAMPLES])
floor = np.mean([agreement(x, rng.permutation(asked)) for x in runs[0]])

# %% tags=["hide-input"]
obey = found[0.0].mean(axis=1)
hardest = int(found[0.0].mean(axis=0).argmin())
read = np.concatenate([classifier.labels(x) for x in runs[0.0]])
wrong = read[np.tile(asked, len(SEEDS)) == hardest]
wrong = np.bincount(wrong[wrong != hardest], minlength=10)
names = images.label_names
display(
    Markdown(
        f"With true labels the agreement is {obey.min():.1%} to "
        f"{obey.max():.1%} over {len(SEEDS)} seeds; floor {floor:.1%}, "
        f"ceiling {ceiling.mean():.1%}. The hardest class is "
        f"**{names[hardest]}**, with "
        f"{found[0.0][:, hardest].mean():.1%}; where it fails, the "
        f"classifier most often reads {names[wrong.argmax()]}."
    )
)

# %% tags=["hide-input"] name="agreement" alt="Two panels. Left: agreement for each class with true labels, a cross a seed, between {found[0.0].min():.2f} and {found[0.0].max():.2f}; green circles mark real test pictures, near 1, and a grey line the floor at {floor:.2f}. Right: mean agreement against the share of shuffled labels, {obey.mean():.2f}, {found[0.5].mean():.2f} and {found[1.0].mean():.2f}, beside a straight line from 1 to 0.1."
fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
for ax, x, values in (
    (axes[0], range(10), found[0.0]),
    (axes[1], SHARES, np.array([found[s].mean(1) for s in SHARES]).T),
):
    for row in values:
        ax.plot(x, row, "x", color=FAKE)
axes[0].plot(range(10), ceiling, "o", color=REAL, mfc="none")
axes[0].axhline(floor, color=NEUTRAL)
axes[0].set(xlabel="class asked for", xticks=range(10))
axes[1].plot([0, 1], [1, 0.1], color=DISCRIMINATOR, lw=1)
axes[1].set(xlabel="share of shuffled labels", xticks=SHARES)
axes[0].set(ylabel="agreement", ylim=(0, 1.05))
axes[0].set_title(f"True labels: {obey.mean():.0%} obeyed")
axes[1].set_title(f"Half of them shuffled: {found[0.5].mean():.0%}")
plt.show()

# %% tags=["hide-input"]
half, none = found[0.5].mean(axis=1), found[1.0].mean(axis=1)
letter = "A" if half.min() > 0.8 else "B" if half.min() > 0.5 else "C"
display(
    Markdown(
        f"With half of the labels shuffled, {half.min():.1%} to "
        f"{half.max():.1%} of the answers are right. A perfect imitation "
        "would be right in 55 % of the cases: the line in the figure. The "
        f"answer is **{letter}**. With all labels shuffled it is "
        f"{none.min():.1%} to {none.max():.1%}, the floor."
    )
)

# %% tags=["check"]
assert obey.min() > 0.75, obey
assert (obey > half).all(), (obey, half)
assert (half > none).all(), (half, none)
assert abs(floor - 0.1) < 0.02, floor
assert (abs(none - 0.1) < 0.03).all(), none
assert letter == "C"
assert half.max() < 0.48, half

# %% [markdown]
r"""
The majority does not win, and nothing is imitated exactly: a GAN below
the line has learned less than these labels say. With MNIST all of ours
stay well below. Longer runs come nearer, but in a trial with twice the
epochs and four seeds, less than half of the answers were right too.

### Is that all we want?

One perfect 7, drawn at every question, has an agreement of 1. So we also
measure the **variety** inside of a class, as a multiple of that of real
digits: the root of what lesson [10e](10e_does_the_first_gan_collapse.ipynb)
calls *within*. Wrong answers raise it a little.

And what is left for $z$ to say, when the label says the digit? In the
grid each row seems to have a hand of its own. We measure one thing about
it: the **ink**, the mean brightness of a picture. Does a $z$ that spends
much ink on a 3 spend much on an 8, too?
"""


# %%
def variety(pictures, labels):
    """Root mean square distance to the mean picture of the class."""
    flat = pictures.reshape(len(pictures), -1).astype("float64")
    groups = [flat[labels == k] for k in range(10)]
    return np.sqrt(np.mean([g.var(axis=0).sum() for g in groups]))


# %%
def shared_ink(ink):
    """Mean correlation of two classes over the z; ink is (z, 10)."""
    return np.corrcoef(ink.T)[np.triu_indices(10, 1)].mean()


# %%
real_variety = variety(images.test, images.test_labels)
varied = [variety(x, asked) / real_variety for x in runs[0.0]]
inks = [x.mean(axis=(1, 2, 3)).reshape(-1, 10) for x in drawn]
shared = [shared_ink(ink) for ink in inks]
chance = [shared_ink(rng.permuted(ink, axis=0)) for ink in inks]

# %% tags=["hide-input"]
head = "| seed | agreement | variety | ink shared | by chance |"
lines = [head, "|---|---|---|---|---|"]
for row in zip(SEEDS, obey, varied, shared, chance):
    lines.append(
        "| {} | {:.1%} | {:.2f} | {:.2f} | {:.2f} |".format(*row)
    )
display(Markdown("\n".join(lines)))

# %% tags=["check"]
assert min(shared) > 0.4, shared
assert max(chance) < 0.1, chance
assert min(varied) > 0.5, varied
assert max(varied) < 1.1, varied

# %% [markdown]
"""
A $z$ with much ink in one column has much in the others, far beyond
chance, though nobody asked for that. The last part of "Why" shows how
little of the network the label changes.

### Do labels make the pictures better?

Labels say something about the pictures. Does that help to draw? We train
the same networks without the second input, for as many updates, and
compare what the classifier's features say (lesson
[16b](16b_measuring_samples.ipynb)). The table shows the range over the
seeds; *real* is as many training pictures.
"""


# %%
def scores(samples):
    real, fake = (
        reference,
        classifier.features(samples[: len(reference)]),
    )
    near = kg.metrics.neighbour_scores(real, fake)
    counts = np.bincount(images.test_labels, minlength=10)
    return (
        kg.metrics.frechet_distance(real, fake),
        near.precision,
        near.coverage,
        kg.metrics.class_kl(
            classifier.labels(samples),
            10,
            weights=counts / counts.sum(),
        ),
    )


# %%
free = make(None)
sets = {
    "real": [images.train[:NUM_SAMPLES]],
    "without labels": [train(free, seed) for seed in SEEDS],
    "with labels": runs[0.0],
    "labels shuffled": runs[1.0],
}
table = {k: np.array([scores(x) for x in v]) for k, v in sets.items()}

# %% tags=["hide-input"]
lines = ["| set | Fréchet distance | precision | coverage | class KL |"]
lines.append("|---" * 5 + "|")
for name, values in table.items():
    cells = [f"{v.min():.2f} to {v.max():.2f}" for v in values.T]
    if len(values) == 1:
        cells = [f"{v:.2f}" for v in values[0]]
    lines.append(f"| {name} | " + " | ".join(cells) + " |")
display(Markdown("\n".join(lines)))

# %% tags=["check"]
far, _, covered, _ = (
    {name: values[:, k] for name, values in table.items()}
    for k in range(4)
)
for others in ("without labels", "labels shuffled"):
    assert far["with labels"].max() < far[others].min(), (others, far)
    assert (covered["with labels"] > covered[others]).all(), covered
assert far["real"].max() < far["with labels"].min()

# %% [markdown]
r"""
True labels bring the samples nearer to real digits in every seed, and
let them cover more of these. Shuffled labels cannot be relied on: in six
of nine seeds that we tried, these three among them, the distance was
smaller than without labels, in the other three larger. So what helps is
what the labels say, and not the second input. One part is a gift: with
labels we ask for every class equally often, which nearly is how often it
occurs.

## Why

With labels there is a game for each class $y$. Let $p(x \mid y)$ be the
real pictures of the class, $q(x \mid y)$ what the generator draws for it,
and $p(y)$ how frequent it is. Against the best discriminator the value is

$$ \sum_y p(y) \cdot 2 \operatorname{JSD}\bigl(p(\cdot \mid y),
   q(\cdot \mid y)\bigr) - \log 4, $$

with the Jensen-Shannon divergence of lesson
[4a](04a_the_game.ipynb), and is smallest where each class is right. A
discriminator that does not see the label plays for the mixture only.
Three pictures, two classes, and a liar who draws the other class:
"""

# %%
p = np.array([[0.7, 0.3, 0.0], [0.0, 0.3, 0.7]])  # class, picture
liar = p[::-1]


def value(p, q):
    return theory.value_of_game(theory.optimal_logits(p, q), p, q)


seen = value(p / 2, liar / 2)  # of pairs: p(y) is 1/2
blind = value(p.mean(axis=0), liar.mean(axis=0))
formula = np.mean(
    [2 * theory.js_divergence(*pair) for pair in zip(p, liar)]
)
formula -= np.log(4)

# %%
print(f"label seen:   {seen:.6f}, by formula {formula:.6f}")
print(f"label unseen: {blind:.6f}, perfection is {-np.log(4):.6f}")

# %% tags=["check", "exact"]
assert abs(seen - formula) < 1e-12
assert abs(blind + np.log(4)) < 1e-12
assert abs(value(p / 2, p / 2) + np.log(4)) < 1e-12
assert seen > -0.9

# %% [markdown]
r"""
The blind discriminator finds the liar perfect. That is why `kg.GAN`
refuses a discriminator without labels beside a generator with them.

And wrong labels? With a share $r$ shuffled, and ten classes of equal
size, the pictures labelled $y$ are

$$ (1 - r)\, p(x \mid y) + r\, p(x). $$

A perfect generator draws just these, so it is right in a share
$1 - r + r/10$ of the cases. A perfect classifier gives the most probable
label, and that is the true one for every $r < 1$.
"""

# %%
for share in SHARES:
    labels = shuffled(images.train_labels, share, seed=1)
    pairs = np.zeros((10, 10))  # true class, label
    np.add.at(pairs, (images.train_labels, labels), 1)
    kept = np.trace(pairs) / pairs.sum()
    best = np.mean(pairs.argmax(axis=1) == np.arange(10))
    formula = 1 - share + share / 10
    print(
        f"share {share}: generator {formula:.3f}, counted {kept:.3f}; "
        f"classifier {best:.1f}"
    )

# %% tags=["check", "exact"]
for share in (0.0, 0.5):
    labels = shuffled(images.train_labels, share, seed=1)
    kept = (labels == images.train_labels).mean()
    assert abs(kept - (1 - share + share / 10)) < 0.03, (share, kept)
    assert (
        np.bincount(labels) == np.bincount(images.train_labels)
    ).all()

# %% [markdown]
r"""
And how does the label enter the network? It becomes a row of ten numbers,
nine zeros and a one, and is joined to $z$. The one picks a single row of
the first layer's weights, which is added for every $z$ alike. So the
ten digits come from one network in which only the bias of the first layer
differs. By hand, for a 7:
"""

# %%
weights = conditional.generator.get_weights()
z, seven = conditional.draw_z(5, seed=1), np.full(5, 7, "int32")
kernel, bias = weights[0][:LATENT_DIM], weights[1]
x = z @ kernel + (bias + weights[0][LATENT_DIM + 7])
for kernel, bias in (weights[2:4], weights[4:6]):
    x = np.maximum(x, 0.2 * x) @ kernel + bias
package = conditional.generator.predict([z, seven], verbose=0)
error = np.abs(np.tanh(x) - package.reshape(5, -1)).max()
print(f"largest difference of a pixel: {error:.1e}")

# %% tags=["check", "exact"]
assert error < 1e-4

# %% [markdown]
"""
## Change one thing

Set `DATA = "fashion_mnist"` and run again: ten kinds of clothes instead
of digits. Before you run: which class will have the lowest agreement, and
what will the classifier read instead?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A GAN has an agreement of 100 %, above the accuracy of
the classifier on real digits. Is it better than reality?</summary>

No. It may draw easy, typical digits only, while real ones contain some
that nobody can read. The variety tells.

</details>

<details><summary>Why does the discriminator need the label, when it only
has to tell real from fake?</summary>

Because a pair can be fake though its picture is fine: a 3 with the label
7 occurs among the fakes and not among the real pairs. Without the label,
the generator gains nothing from obeying.

</details>

<details><summary>A colleague sorts the pictures after loading, and
forgets to sort the labels. Training runs and the samples look good. What
reveals the fault?</summary>

The agreement, which is at its floor. The pictures alone do not show it,
since a generator that ignores the label can still draw well.

</details>

<details><summary>One label in ten is wrong. Is a conditional GAN with an
agreement of 90 % faulty?</summary>

No, it may be perfect: it has learned the pairs that it was shown.

</details>
"""

# %% [markdown]
r"""
## Exercise

Real errors are not spread evenly. An annotator takes three in ten sevens
for a 1, and makes no other mistake. Write `drawn(confusion, shares)`:
what a perfect generator draws for each label, as a matrix. Then compare
it with what a perfect classifier says.

Expected: with classes of equal size, 23 % of what is drawn for a 1 are
sevens, all that is drawn for a 7 are sevens, and the classifier makes no
mistake. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- A conditional GAN is the same game with a label at both networks; the
  discriminator judges pairs.
- Agreement with a classifier says whether it obeys. It needs a floor, a
  ceiling, and the variety beside it.
- Wrong labels reach the samples: with half of MNIST's shuffled, less than
  half of the answers were right. A perfect classifier would lose nothing.
"""

# %% [markdown]
"""
## References

- M. Mirza and S. Osindero, *Conditional Generative Adversarial Nets*,
  2014, [arXiv:1411.1784](https://arxiv.org/abs/1411.1784). Section 3.2:
  the label as a further input of both networks. In section 4.1 their
  score is lower than without labels; they expect that to change.
- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Section 7 names the
  conditional model as the first way to go on.
- T. Salimans and others, *Improved Techniques for Training GANs*, 2016,
  [arXiv:1606.03498](https://arxiv.org/abs/1606.03498). Section 5.1: a
  discriminator that also classifies makes pictures that people prefer.
"""
