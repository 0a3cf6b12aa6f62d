# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# What do the hundred numbers behind a picture mean?

A generator turns a hundred random numbers, $z$, into a picture. Famous
figures show what one can do with them: walk from one picture to another,
add a smile, turn a knob. Such a figure is one lucky case. We repeat four
of them on digits, and count.

After this lesson you can

- walk between two pictures without leaving the places that the generator
  knows,
- find a direction that changes one thing, and measure what else it
  changes,
- look for the $z$ of a given picture, and judge what was found.

About 30 minutes to read, about a minute and a half to run on two cores.
You need lesson [05](05_first_gan.ipynb).
"""

# %% [markdown]
r"""
## The question

The space of all $z$ is called the **latent space**. Nobody told the
networks what its hundred axes should stand for. Does a straight line in
it mean anything? Does a sum? Is there an axis for the thickness of the
pen? And has every digit a $z$, also one that the generator never drew?
"""

# %% [markdown]
r"""
## Your prediction

We take a real digit that was not used in training, and search for the
$z$ whose picture is nearest to it. For comparison we look for the most
similar of the 60,000 training pictures. Which one is nearer, pixel by
pixel?

- **A.** The training picture, by far: a small GAN cannot draw a given
  digit.
- **B.** Neither: they are about equally near.
- **C.** The generator's picture.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

The networks are lesson 05's, one hidden layer of 128 units each, with
two changes: $z$ is normal, and pixels lie between -1 and 1. We train
three of them, and leave the discriminators behind.
"""

# %%
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from scipy.optimize import minimize
from scipy.stats import chi, chi2
from sklearn.metrics import pairwise_distances_argmin

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()

# %% tags=["settings"] smoke={"UPDATES": 600, "SEEDS": [1, 2], "ITERATIONS": 5}
UPDATES = 6_000  # 10 epochs of 600 steps on MNIST
LATENT_DIM = 100
SEEDS = [1, 2, 3]
NUM_Z = 10_000
AVERAGED = [1, 3, 10, 30, 100]  # how many z make a mean
SHIFTS = [-4, -2, -1, 0, 1, 2, 4]  # along a direction
NUM_TARGETS = 40
RESTARTS = 5
ITERATIONS = 200

# %%
try:
    images = kg.load_images("mnist")
    note = "**Data:** MNIST, 28×28 pixels."
except OSError:
    images = kg.load_images("digits")
    note = (
        "> **Notice.** MNIST could not be loaded, so this page was made "
        "with the embedded 8×8 digits."
    )
display(Markdown(note))

# %%
classifier = kg.load_classifier(images)
print(f"right on {classifier.accuracy:.1%} of the test digits")


# %%
def networks(seed):
    shape, width = images.sample_shape, {"widths": (128,)}
    return (
        kg.mlp_generator(LATENT_DIM, shape, seed=2 * seed, **width),
        kg.mlp_discriminator(shape, seed=2 * seed + 1, **width),
    )


# %%
gan = kg.GAN(*networks(0), seed=0)
adam = [keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)]
gan.compile(
    generator_optimizer=adam[0], discriminator_optimizer=adam[1]
)
epochs = max(1, UPDATES // -(-len(images.train) // 100))
nets = []
for seed in SEEDS:
    gan.restart(*networks(seed), seed=seed)
    gan.fit(images.train, batch_size=100, epochs=epochs, verbose=0)
    nets.append(gan.generator.get_weights())

# %% [markdown]
r"""
A generator of one hidden layer is two tables of weights and two biases.
We write it out, since below we shall need to go through it backwards:

$$ G(z) = \tanh\bigl(B \max(0, A z + a) + b\bigr). $$
"""


# %%
def draw(z, net):
    """From z, (..., LATENT_DIM), to flat pictures in [-1, 1]."""
    A, a, B, b = net
    return np.tanh(np.maximum(z @ A + a, 0) @ B + b)


def read(flat):
    shape = (-1, *images.sample_shape)
    return classifier.labels(flat.reshape(shape).astype("float32"))


# %%
z = gan.draw_z(NUM_Z, seed=1)
error = draw(z[:50], nets[-1]) - gan.predict(z[:50], verbose=0).reshape(
    50, -1
)
print(f"largest difference of a pixel: {np.abs(error).max():.1e}")

# %% tags=["check", "exact"]
assert np.abs(error).max() < 1e-4

# %% [markdown]
r"""
### A walk

The straight way from $z_0$ to $z_1$ is $(1 - t)\,z_0 + t\,z_1$ with $t$
from 0 to 1. The way along the sphere turns from the one direction to the
other, by the angle $\omega$ between them:

$$ \frac{\sin((1 - t)\,\omega)\,z_0 + \sin(t\,\omega)\,z_1}
        {\sin \omega}. $$
"""


# %%
def straight(z0, z1, t):
    return (1 - t) * z0 + t * z1


def sphere(z0, z1, t):
    lengths = np.linalg.norm(z0, axis=-1) * np.linalg.norm(z1, axis=-1)
    angle = np.arccos((z0 * z1).sum(axis=-1) / lengths)[..., None]
    first, second = np.sin((1 - t) * angle), np.sin(t * angle)
    return (first * z0 + second * z1) / np.sin(angle)


# %% name="result" alt="Four rows of nine pictures: two walks between the same two pairs of generated digits, each along a straight line and along the sphere. Both ways change one digit into the other step by step; in the middle, the straight one is greyer."
ways = {"straight": straight, "sphere": sphere}
shape = (-1, *images.sample_shape)
rows = {}
for pair in (0, 2):
    for name, way in ways.items():
        path = [
            way(z[pair], z[pair + 1], t) for t in np.linspace(0, 1, 9)
        ]
        flat = draw(np.array(path), nets[0])
        rows[f"{name} {pair // 2 + 1}"] = flat.reshape(shape)
kg.plot_image_rows(rows, title="Two walks, on two ways each")
plt.show()

# %% [markdown]
"""
## What happened

First the walks. We draw 2,000 pictures half-way, and compare them with
2,000 from fresh $z$: how far they are from real digits by the Fréchet
distance, how varied they are (lesson 05's spread, of that of real
digits), how many of their pixels are neither black nor white, and how
long their $z$ is.
"""


# %%
def looks(z, net):
    flat = draw(z, net)
    features = classifier.features(
        flat.reshape(shape).astype("float32")
    )
    return (
        np.linalg.norm(z, axis=1).mean(),
        kg.frechet_distance(real_features, features),
        np.sqrt(flat.var(axis=0).sum() / real.var(axis=0).sum()),
        (np.abs(flat) < 0.8).mean(),
    )


# %%
real = images.test[:2_000].reshape(-1, images.train[0].size)
real_features = classifier.features(images.test[:2_000])
z0, z1, fresh = z[:2_000], z[2_000:4_000], z[4_000:6_000]
middles = {
    "fresh": fresh,
    "straight": straight(z0, z1, 0.5),
    "sphere": sphere(z0, z1, 0.5),
}
walks = {
    name: np.array([looks(middle, net) for net in nets])
    for name, middle in middles.items()
}

# %% tags=["hide-input"]
lines = ["| z | length | Fréchet distance | spread | grey pixels |"]
lines.append("|---" * 5 + "|")
for name, values in walks.items():
    cells = "{:.2f} | {:.1f} | {:.2f} | {:.1%}".format(
        *np.median(values, 0)
    )
    lines.append(f"| {name} | {cells} |")
display(
    Markdown(f"Medians over {len(SEEDS)} GANs:\n\n" + "\n".join(lines))
)

# %% [markdown]
"""
TEXT about the walk.

### Arithmetic

The famous sum is "smiling woman, minus woman, plus man". With digits:
thick $a$, minus thin $a$, plus thin $b$. It should be a thick $b$. Each
of the three is a mean of several $z$, whose pictures the classifier read
as that digit, and whose ink, the mean brightness, was in the upper or
lower third of its class.

A **hit** is read as $b$ and has more ink than the median $b$. The
baseline is the thin $b$ alone, without the difference.
"""


# %%
def thirds(net):
    """For each digit: its thin z, its thick z, and its median ink."""
    flat = draw(z, net)
    found, ink, groups = read(flat), flat.mean(axis=1), {}
    for k in np.flatnonzero(np.bincount(found) >= 90):
        rows = np.flatnonzero(found == k)
        rows = rows[ink[rows].argsort()]
        third = len(rows) // 3
        groups[k] = (
            z[rows[:third]],
            z[rows[-third:]],
            np.median(ink[rows]),
        )
    return groups


# %%
def hits(net, groups, num, rng):
    """Share of hits over all pairs: with the difference, without."""
    sums, alone, wanted = [], [], []
    for a, b in [(a, b) for a in groups for b in groups if a != b]:
        thin_a, thick_a, thin_b = (
            rng.choice(group, num).mean(axis=0)
            for group in (*groups[a][:2], groups[b][0])
        )
        sums.append(thick_a - thin_a + thin_b)
        alone.append(thin_b)
        wanted.append((b, groups[b][2]))
    digit, median = np.array(wanted).T
    pictures = [draw(np.array(v), net) for v in (sums, alone)]
    return [
        ((read(x) == digit) & (x.mean(axis=1) > median)).mean()
        for x in pictures
    ]


# %%
rng = np.random.default_rng(0)
by_net = [thirds(net) for net in nets]
shares = np.array(
    [
        [hits(net, groups, num, rng) for num in AVERAGED]
        for net, groups in zip(nets, by_net)
    ]
)

# %% tags=["hide-input"] name="arithmetic" alt="Share of hits against the number of averaged z, {AVERAGED[0]} to {AVERAGED[-1]}, on a logarithmic axis. With the difference, a thin line a GAN and the median thick: {sums[0]:.2f} at {AVERAGED[0]}, {sums[-1]:.2f} at {AVERAGED[-1]}. Without it, dashed: {alone[0]:.2f} and {alone[-1]:.2f}."
sums, alone = np.median(shares, axis=0).T
fig, ax = plt.subplots(figsize=(6.4, 4))
ax.plot(AVERAGED, shares[..., 0].T, color=kg.FAKE, lw=0.8)
ax.plot(
    AVERAGED, sums, color=kg.FAKE, lw=2.5, label="thick - thin + thin"
)
ax.plot(AVERAGED, shares[..., 1].T, color=kg.NEUTRAL, lw=0.8, ls="--")
ax.plot(
    AVERAGED,
    alone,
    color=kg.NEUTRAL,
    lw=2.5,
    ls="--",
    label="thin alone",
)
ax.set(
    xscale="log",
    xlabel="z in each mean",
    ylabel="share of hits",
    ylim=(0, 1.02),
)
ax.set_xticks(AVERAGED, AVERAGED)
ax.minorticks_off()
ax.legend()
ax.set_title(
    f"One z each: {sums[0]:.0%} hits. {AVERAGED[-1]}: {sums[-1]:.0%}"
)
plt.show()

# %% [markdown]
"""
TEXT arithmetic

### A direction

Instead of means of groups one can fit a plane: ink is about a constant
plus $w \\cdot z$. The direction of $w$ is the way to more ink. We add
steps of length 1 along it to 1,000 fresh $z$, and for comparison along a
direction drawn at random.
"""


# %%
def fit_ink(net):
    """The direction of the plane, length 1, and how well it fits."""
    ink = draw(z, net).mean(axis=1)
    half = len(z) // 2
    known = np.c_[z[:half], np.ones(half)]
    w = np.linalg.lstsq(known, ink[:half], rcond=None)[0][:-1]
    fit = np.corrcoef(z[half:] @ w, ink[half:])[0, 1] ** 2
    return w / np.linalg.norm(w), fit


# %%
def push(net, w):
    """Ink and share of unchanged digits after each shift along w."""
    some = gan.draw_z(1_000, seed=7)
    before = draw(some, net)
    scale, digit = before.mean(axis=1).std(), read(before)
    after = [draw(some + shift * w, net) for shift in SHIFTS]
    more = [(x.mean() - before.mean()) / scale for x in after]
    return more, [(read(x) == digit).mean() for x in after]


# %%
fits = [fit_ink(net) for net in nets]
chance = rng.standard_normal(LATENT_DIM)
chance /= np.linalg.norm(chance)
along = np.array([push(net, w) for net, (w, _) in zip(nets, fits)])
random = np.array([push(net, chance) for net in nets])

# %% tags=["hide-input"] name="direction" alt="Two panels against the shift from {SHIFTS[0]} to {SHIFTS[-1]}. Left, the change of ink in its standard deviations: along the fitted direction from {np.median(along[:, 0, 0]):.1f} to {np.median(along[:, 0, -1]):.1f}, along a random one between {random[:, 0].min():.1f} and {random[:, 0].max():.1f}. Right, the share of pictures that are still read as the same digit: {np.median(along[:, 1, -1]):.2f} at the largest shift along the fitted one, {np.median(random[:, 1, -1]):.2f} along the random one."
fig, axes = plt.subplots(1, 2, figsize=(9, 4))
for values, color, line, label in (
    (along, kg.FAKE, "-", "fitted"),
    (random, kg.NEUTRAL, "--", "random"),
):
    for part, ax in enumerate(axes):
        ax.plot(SHIFTS, values[:, part].T, color=color, ls=line, lw=0.8)
        middle = np.median(values[:, part], axis=0)
        ax.plot(
            SHIFTS, middle, color=color, ls=line, lw=2.5, label=label
        )
        ax.set_xlabel("shift of z")
axes[0].set_ylabel("change of ink, standard deviations")
axes[1].set(ylabel="still the same digit", ylim=(0, 1.05))
axes[0].legend()
axes[0].set_title("The fitted direction moves the ink")
axes[1].set_title("and often the digit, too")
plt.show()

# %% [markdown]
r"""
TEXT

### The $z$ of a given picture

Now backwards. For a target $x$ we look for the $z$ with the smallest mean
squared error, by going downhill from five random starts. The slope is the
chain rule, from the picture back through both tables:
"""


# %%
def downhill(flat_z, targets, net):
    """Sum of mean squared errors, and its slope at each z."""
    A, a, B, b = net
    z = flat_z.reshape(-1, len(targets), LATENT_DIM)
    hidden = z @ A + a
    picture = np.tanh(np.maximum(hidden, 0) @ B + b)
    gap = (picture - targets) / targets.shape[1]
    inner = (2 * gap * (1 - picture**2)) @ B.T * (hidden > 0)
    return (gap * (picture - targets)).sum(), (inner @ A.T).ravel()


# %%
def search(targets, net, seed):
    """For each target the best z of all starts; errors of every start."""
    start = np.random.default_rng(seed).standard_normal(
        (RESTARTS, len(targets), LATENT_DIM)
    )
    found = minimize(
        downhill,
        start.ravel(),
        (targets, net),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": ITERATIONS},
    ).x.reshape(start.shape)
    errors = distance(draw(found, net), targets)
    best = errors.argmin(axis=0)
    return found[best, np.arange(len(targets))], errors


def distance(a, b):
    """Root mean square difference of the pixels."""
    return np.sqrt(((a - b) ** 2).mean(axis=-1))


# %% tags=["check", "exact"]
some = rng.standard_normal(2 * LATENT_DIM)
net = [w.astype("float64") for w in nets[0]]
goal = draw(rng.standard_normal((2, LATENT_DIM)), net)
total, slope = downhill(some, goal, net)
for i in (0, 5, 150):
    step = 1e-5 * np.eye(2 * LATENT_DIM)[i]
    up, down = (downhill(some + s, goal, net)[0] for s in (step, -step))
    assert abs((up - down) / 2e-5 - slope[i]) < 1e-6, (i, slope[i])

# %% [markdown]
"""
Three kinds of targets: real test digits; pictures that the generator made
itself, so that an error of 0 is possible; and real digits with their
pixels shuffled, which nobody should be able to draw.
"""

# %%
digits = images.test[:NUM_TARGETS].reshape(NUM_TARGETS, -1)
noise = rng.permuted(digits, axis=1)
train = images.train.reshape(len(images.train), -1)
found, kinds = {}, ("real", "generated", "shuffled")
for kind in kinds:
    found[kind] = []
    for seed, net in zip(SEEDS, nets):
        own = draw(gan.draw_z(NUM_TARGETS, seed=100 + seed), net)
        targets = {"real": digits, "generated": own, "shuffled": noise}
        found[kind].append(
            (targets[kind], *search(targets[kind], net, seed))
        )


# %%
def nearest(targets):
    """The most similar training picture to each target."""
    return train[pairwise_distances_argmin(targets, train)]


def compare(targets, best, errors):
    return [
        np.median(errors.min(axis=0)),
        np.median(errors),
        np.median(distance(nearest(targets), targets)),
        np.median(distance(train.mean(axis=0), targets)),
        np.linalg.norm(best, axis=1).mean(),
    ]


# %%
table = {
    kind: np.array([compare(*run, net) for run, net in zip(runs, nets)])
    for kind, runs in found.items()
}

# %% tags=["hide-input"] name="inverse" alt="Six rows of eight pictures: real digits, the nearest pictures that the first generator can draw, and the most similar training pictures; then generated digits and what the search finds for them."
rows = {}
for kind in ("real", "generated"):
    targets, best, _ = (part[:8] for part in found[kind][0])
    rows[kind] = targets
    rows[f"drawn, {kind}"] = draw(best, nets[0])
    rows[f"training, {kind}"] = nearest(targets)
rows = {k: v.reshape(shape) for k, v in rows.items()}
kg.plot_image_rows(rows, title="Targets, the search, the training set")
plt.show()

# %% tags=["hide-input"]
HEAD = (
    "best of starts",
    "one start",
    "training",
    "mean picture",
    "length of z",
)
lines = ["| target | " + " | ".join(HEAD) + " |", "|---" * 6 + "|"]
for kind, values in table.items():
    cells = " | ".join(f"{v:.2f}" for v in np.median(values, axis=0))
    lines.append(f"| {kind} | {cells} |")
display(
    Markdown(
        "Root mean square error of a pixel, from black at -1 to white at "
        f"1; medians over {NUM_TARGETS} targets and {len(SEEDS)} GANs:\n\n"
        + "\n".join(lines)
    )
)

# %% [markdown]
r"""
## Why

Why is the straight way bad? The squared length of a normal $z$ is a sum
of $d$ squares with mean 1, so it is near $d$, and relative deviations
are of the order $\sqrt{2/d}$. Almost all $z$ lie in a thin shell of
radius

$$ E \lVert z \rVert = \sqrt 2\;
   \frac{\Gamma((d + 1)/2)}{\Gamma(d/2)} \approx \sqrt{d - \tfrac12}, $$

where $\Gamma$ is the gamma function. Each number of the midpoint is a
mean of two, with variance one half: its length is smaller by $\sqrt 2$.
The generator was hardly ever trained there.
"""

# %%
d = LATENT_DIM
lengths = np.linalg.norm(z, axis=1)
halfway = np.linalg.norm(straight(z0, z1, 0.5), axis=1)
print(
    f"length: measured {lengths.mean():.3f}, formula {chi.mean(d):.3f}"
)
print(f"its standard deviation {lengths.std():.3f}, {chi.std(d):.3f}")
print(f"half-way {halfway.mean():.3f}, {chi.mean(d) / np.sqrt(2):.3f}")
print(f"z that are so short: {chi2.cdf(d / 2, d):.0e}")

# %% tags=["check", "exact"]
assert abs(lengths.mean() / chi.mean(d) - 1) < 2e-3
assert abs(chi.mean(d) - np.sqrt(d - 0.5)) < 1e-2
assert abs(halfway.mean() * np.sqrt(2) / chi.mean(d) - 1) < 1e-2

# %% [markdown]
r"""
And why does a plane find a direction, although the network is not a
plane? For a normal $z$ and any smooth $f$ with mean slopes,

$$ E[z\, f(z)] = E[\nabla f(z)], $$

**Stein's identity**; it is an integration by parts, as the density has
the slope $-z$ times itself. On the left is what a plane is fitted by,
on the right the mean of the local slopes. So the fitted direction is the
one in which ink grows *on average*. With the slope of the ink by the
chain rule:
"""

# %%
A, a, B, b = nets[0]
hidden = z @ A + a
flat = np.tanh(np.maximum(hidden, 0) @ B + b)
slopes = ((1 - flat**2) @ B.T * (hidden > 0)) @ A.T / flat.shape[1]
ink = flat.mean(axis=1)
left = ((ink - ink.mean())[:, None] * z).mean(axis=0)
right = slopes.mean(axis=0)


# %%
def cosine(u, v):
    return u @ v / np.linalg.norm(u) / np.linalg.norm(v)


print(f"cosine of both sides: {cosine(left, right):.3f}")
print(f"fitted plane and mean slope: {cosine(fits[0][0], right):.3f}")
print(f"random direction and mean slope: {cosine(chance, right):.3f}")

# %% tags=["check", "exact"]
assert cosine(left, right) > 0.9
assert cosine(fits[0][0], right) > 0.9

# %% [markdown]
"""
## Change one thing

Set `LATENT_DIM = 10`. Before you run: does the straight way become better
or worse, and does the search come as near to real digits as before?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A figure shows a smooth walk between two faces. Does it
prove that the generator has not learned its training pictures by
heart?</summary>

No. Any network that is continuous changes its picture step by step along
any path. What counts is whether the pictures in between are good, and far
from the training pictures.

</details>

<details><summary>Someone averages a thousand $z$ and draws the
mean. What will the picture be?</summary>

The mean of a thousand normal $z$ is near 0, a place where almost no
training $z$ was. The picture is the same for every thousand.

</details>

<details><summary>The search finds a $z$ of length 20 for a face. Has the
GAN learned this face?</summary>

Not as something that it draws: lengths of random $z$ of 100 numbers lie
near 10, with a standard deviation of 0.7. The picture exists at a place
that is never visited.

</details>
"""

# %% [markdown]
r"""
## Exercise

Which direction moves the ink and spares something else? Write
`without(w, others)`: the part of a direction that is orthogonal to
several others. Then use it on a map from $z$ to pictures whose
directions are known.

Expected: the length of the result is 1, its products with the others are
0, and on the known map the ink moves while the slant stays. The exercise
notebook holds the tests.
"""

# %% [markdown]
r"""
## Remember

- Normal $z$ lie in a shell of radius $\sqrt d$; walk along it.
- TEXT
- TEXT
"""

# %% [markdown]
"""
## References

- A. Radford, L. Metz and S. Chintala, *Unsupervised Representation
  Learning with Deep Convolutional Generative Adversarial Networks*, 2016,
  [arXiv:1511.06434](https://arxiv.org/abs/1511.06434). Section 6: walks,
  and the famous sum.
- T. White, *Sampling Generative Networks*, 2016,
  [arXiv:1609.04468](https://arxiv.org/abs/1609.04468). Walks along the
  sphere.
"""
