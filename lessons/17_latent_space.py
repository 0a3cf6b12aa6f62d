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
add a smile, turn a knob, find the numbers of a given picture. A figure is
one case. We repeat these four on digits, and count.

After this lesson you can

- walk between two pictures on ground that the generator knows,
- find a direction in $z$, and measure all that it changes,
- look for the $z$ of a given picture, and judge what was found.

About 30 minutes to read, about a minute to run on two cores.
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

- **A.** The training picture: a small GAN cannot draw a given digit.
- **B.** Neither: they are about equally near.
- **C.** The generator's picture.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

MNIST at 14×14 pixels, as in lesson [14](14_conditional_gans.ipynb), and
networks of one hidden layer of 256 units. Their $z$ is normal and has
length 100. We train three of them, and leave the discriminators behind.
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
from threadpoolctl import threadpool_limits

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] data="digits mnist" smoke={"UPDATES": 600, "SEEDS": [1, 2], "ITERATIONS": 5}
UPDATES = 4_200  # 7 epochs of 600 steps on MNIST
LATENT_DIM = 100
SEEDS = [1, 2, 3]
AVERAGED = [1, 3, 10, 30, 100]  # how many z make a mean
SHIFTS = [-4, -2, -1, 0, 1, 2, 4]  # along a direction
NUM_TARGETS = 20  # pictures whose z we look for
RESTARTS = 5
ITERATIONS = 100

# %%
try:
    images = kg.load_images("mnist", size=14)
    note = "**Data:** MNIST, scaled down to 14×14 pixels."
except OSError:
    images = kg.load_images("digits")
    note = "**Notice.** No MNIST here; the embedded 8×8 digits."
display(Markdown(note))

# %%
classifier = kg.load_classifier(images)
print(f"right on {classifier.accuracy:.1%} of the test digits")


# %%
def networks(seed):
    shape, width = images.sample_shape, {"widths": (256,)}
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
A generator of one hidden layer is two tables of weights and two biases:
$G(z) = \tanh\bigl(B \max(0, A z + a) + b\bigr)$. We write it out, since
later we go through it backwards.

**Walks.** The straight way from $z_0$ to $z_1$ is
$(1 - t)\,z_0 + t\,z_1$ with $t$ from 0 to 1. The way along the sphere
turns from the one to the other, by the angle $\omega$ between them:

$$ \frac{\sin((1 - t)\,\omega)\,z_0 + \sin(t\,\omega)\,z_1}
        {\sin \omega}. $$
"""


# %%
def draw(z, net):
    """From z, (..., LATENT_DIM), to flat pictures in [-1, 1]."""
    A, a, B, b = net
    return np.tanh(np.maximum(z @ A + a, 0) @ B + b)


z = gan.draw_z(10_000, seed=1)
shape = (-1, *images.sample_shape)

# %% tags=["check", "exact"]
by_package = gan.predict(z[:50], verbose=0).reshape(50, -1)
assert np.abs(draw(z[:50], nets[-1]) - by_package).max() < 1e-4


# %%
def straight(z0, z1, t):
    return (1 - t) * z0 + t * z1


def sphere(z0, z1, t):
    both = np.linalg.norm(z0, axis=-1) * np.linalg.norm(z1, axis=-1)
    w = np.arccos((z0 * z1).sum(axis=-1) / both)[..., None]
    return (np.sin(w - t * w) * z0 + np.sin(t * w) * z1) / np.sin(w)


# %% name="result" alt="Four rows of nine pictures: walks between two pairs of generated pictures, each along a straight line and along the sphere. Both ways change one picture into the other step by step. In the middle the straight ones are greyer; there the first shows both of its ends on top of each other."
rows = {}
for pair in (0, 2):
    for way in (straight, sphere):
        path = [
            way(*z[pair : pair + 2], t) for t in np.linspace(0, 1, 9)
        ]
        flat = draw(np.array(path), nets[0])
        rows[f"{way.__name__} {pair // 2 + 1}"] = flat.reshape(shape)
kg.plot_image_rows(rows, title="Two walks, on two ways each")
plt.show()

# %% [markdown]
"""
## What happened

First the walks. We draw 2,000 pictures half-way, and compare them with
2,000 from fresh $z$: how long their $z$ is, how far the pictures are from
real digits by the Fréchet distance, how varied they are (lesson 05's
spread, of that of real digits), and how many of their pixels are neither
black nor white.
"""


# %%
def looks(z, net):
    flat = draw(z, net)
    fake = classifier.features(flat.reshape(shape))
    length = np.linalg.norm(z, axis=1).mean()
    far = kg.metrics.frechet_distance(real_features, fake)
    spread = flat.var(axis=0).sum() / real.var(axis=0).sum()
    return length, far, np.sqrt(spread), (np.abs(flat) < 0.8).mean()


# %%
real = images.test[:2_000].reshape(-1, images.train[0].size)
real_features = classifier.features(images.test[:2_000])
z0, z1 = z[:2_000], z[2_000:4_000]
middles = {
    "fresh": z[4_000:6_000],
    "straight": straight(z0, z1, 0.5),
    "sphere": sphere(z0, z1, 0.5),
}
walks = {
    name: np.array([looks(middle, net) for net in nets])
    for name, middle in middles.items()
}


# %% tags=["hide-input"]
def table(head, rows):
    """Medians over the GANs; rows: name to an array (GANs, columns)."""
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, values in rows.items():
        cells = [f"{v:.2f}" for v in np.median(values, axis=0)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


head = ("z", "length of z", "Fréchet distance", "spread", "grey pixels")
fresh, line, arc = (np.median(walks[k], axis=0) for k in walks)
text = (
    f"On the straight line, half-way, the Fréchet distance is "
    f"{line[1] / fresh[1]:.1f} times that of fresh z, and on the sphere "
    f"{arc[1] / fresh[1]:.1f} times; {line[3]:.0%} of the pixels are "
    f"grey on the line, {arc[3]:.0%} on the sphere."
)
display(Markdown(f"{table(head, walks)}\n\n{text}"))

# %% tags=["check"]
for per_net in zip(*(walks[k][:, 1] for k in walks)):
    assert per_net[1] > 1.2 * per_net[0], per_net
    assert abs(per_net[2] / per_net[0] - 1) < 0.2, per_net
assert (walks["straight"][:, 3] > walks["fresh"][:, 3]).all(), walks

# %% [markdown]
r"""
A single walk says little: the second straight one above is grey in its
middle, but so is its end. As a set, the pictures half-way come from a
place where $z$ almost never lies; "Why" says how seldom.

### Arithmetic

The famous sum is "smiling woman, minus woman, plus man". With digits:
thick $a$, minus thin $a$, plus thin $b$ should be a thick $b$. Each of
the three is a mean of several $z$ whose pictures are read as that digit,
with an ink, the mean brightness, in the upper or lower third.

A **hit** is read as $b$ and has more ink than the median $b$. The
baseline is the thin $b$ alone. A mean of many $z$ is short, so we also
scale all to the same length, $\sqrt{100}$.
"""


# %%
def read(flat):
    labels = classifier.labels(flat.reshape(shape))
    return labels.reshape(flat.shape[:-1])


def thirds(net):
    """Thin z, thick z and median ink of each digit that is drawn."""
    flat, groups = draw(z, net), {}
    digit, ink = read(flat), flat.mean(axis=1)
    for k in np.flatnonzero(np.bincount(digit) >= 90):
        rows = np.flatnonzero(digit == k)
        rows = rows[ink[rows].argsort()]
        thin, _, thick = np.array_split(rows, 3)
        groups[k] = z[thin], z[thick], np.median(ink[rows])
    return groups


# %%
def hits(net, groups, num, length):
    """Share of hits over all pairs: with the difference, and without."""
    thin, thick, start = (
        [rng.choice(g[i], num).mean(axis=0) for g in groups.values()]
        for i in (0, 1, 0)
    )
    sums = np.subtract(thick, thin)[:, None] + np.array(start)  # a, b
    median, shares = [g[2] for g in groups.values()], []
    for x in (sums, np.array(start)):
        if length:
            x = x * (length / np.linalg.norm(x, axis=-1)[..., None])
        flat = draw(x, net)
        hit = (read(flat) == list(groups)) & (
            flat.mean(axis=-1) > median
        )
        shares.append(hit)
    others = ~np.eye(len(groups), dtype=bool)
    return shares[0][others].mean(), shares[1].mean()


# %%
rng = np.random.default_rng(0)
by_net = [(net, thirds(net)) for net in nets]
lengths = {"as they are": None, "scaled to one length": LATENT_DIM**0.5}
shares = {
    name: [[hits(*p, n, length) for n in AVERAGED] for p in by_net]
    for name, length in lengths.items()
}
middle = {name: np.median(v, axis=0) for name, v in shares.items()}
raw, scaled = middle.values()

# %% tags=["hide-input"] name="arithmetic" alt="Two panels: share of hits against the number of averaged z, {AVERAGED[0]} to {AVERAGED[-1]}, a thin line a GAN and the median thick. Sums as they are: with the difference {raw[0, 0]:.2f} at {AVERAGED[0]} and {raw[-1, 0]:.2f} at {AVERAGED[-1]}, without it, dashed, {raw[0, 1]:.2f} and {raw[-1, 1]:.2f}. Scaled to one length: {scaled[0, 0]:.2f} and {scaled[-1, 0]:.2f} with it, {scaled[0, 1]:.2f} and {scaled[-1, 1]:.2f} without."
fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
for ax, (name, values) in zip(axes, shares.items()):
    for part, color, line, label in (
        (0, FAKE, "-", "thick - thin + thin"),
        (1, NEUTRAL, "--", "thin alone"),
    ):
        look = {"color": color, "ls": line}
        ax.plot(AVERAGED, np.array(values)[..., part].T, lw=0.8, **look)
        line = middle[name][:, part]
        ax.plot(AVERAGED, line, lw=2.5, label=label, **look)
    ax.set(xscale="log", xlabel="z in each mean", ylim=(0, 1.02))
    ax.set_xticks(AVERAGED, AVERAGED)
    ax.minorticks_off()
    with_it, without = middle[name][-1]
    ax.set_title(f"z {name}: {with_it:.0%}, alone {without:.0%}")
axes[0].set_ylabel("share of hits")
axes[0].legend()
plt.show()

# %% tags=["check"]
assert raw[0, 1] < 0.05 < raw[0, 0] < 0.5 < raw[-1, 1], raw
assert (scaled[:, 0] > scaled[:, 1] + 0.05).all(), scaled
assert scaled[-1, 0] > 0.6 > 0.3 > scaled[-1, 1], scaled

# %% [markdown]
r"""
Left: with one $z$ for each mean the sum hits in a minority of the pairs,
and the baseline hardly ever. With means of many, the baseline hits as
well, without any difference added: such a mean is short. Short $z$ draw greyer pictures, as the walks
showed, and grey probably counts as ink here. (The baseline is a share of
ten pictures.) A high share proves nothing there.

Right: all $z$ are equally long, and the baseline stays low. There the sum
keeps its promise in most pairs, if each mean is taken over many $z$, and
in few pairs with one.

### A direction

Instead of means of groups one can fit a plane: ink is about a constant
plus $w \cdot z$. The direction of $w$ is the way to more ink. We add
steps along it to 1,000 fresh $z$, and for comparison along a direction
drawn at random.
"""


# %%
def fit_ink(net):
    """Direction of length 1, and the share of variance it explains."""
    ink, half = draw(z, net).mean(axis=1), len(z) // 2
    known = np.c_[z[:half], np.ones(half)]
    w = np.linalg.lstsq(known, ink[:half], rcond=None)[0][:-1]
    fit = np.corrcoef(z[half:] @ w, ink[half:])[0, 1] ** 2
    return w / np.linalg.norm(w), fit


# %%
def push(net, w):
    """Ink and share of unchanged digits after each shift along w."""
    some = gan.draw_z(1_000, seed=7)
    before = draw(some, net)
    after = [draw(some + shift * w, net) for shift in SHIFTS]
    ink, digit = before.mean(axis=1), read(before)
    more = [(x.mean() - ink.mean()) / ink.std() for x in after]
    return more, [(read(x) == digit).mean() for x in after]


# %%
fits = [fit_ink(net) for net in nets]
explained = ", ".join(f"{fit:.0%}" for _, fit in fits)
print(f"the plane explains {explained} of the variance of the ink")
chance = rng.standard_normal(LATENT_DIM)
chance /= np.linalg.norm(chance)
along = np.array([push(net, w) for net, (w, _) in zip(nets, fits)])
random = np.array([push(net, chance) for net in nets])

# %% tags=["hide-input"] name="direction" alt="Two panels against the shift from {SHIFTS[0]} to {SHIFTS[-1]}. Left, the change of ink in its standard deviations: along the fitted direction from {np.median(along[:, 0, 0]):.1f} to {np.median(along[:, 0, -1]):.1f}, along a random one between {random[:, 0].min():.1f} and {random[:, 0].max():.1f}. Right, the share of pictures that are still read as the same digit: {np.median(along[:, 1, -1]):.2f} at the largest shift along the fitted one, {np.median(random[:, 1, -1]):.2f} along the random one."
fig, axes = plt.subplots(1, 2, figsize=(9, 4))
for values, color, line, label in (
    (along, FAKE, "-", "fitted"),
    (random, NEUTRAL, "--", "random"),
):
    look = {"color": color, "ls": line}
    for part, ax in enumerate(axes):
        ax.plot(SHIFTS, values[:, part].T, lw=0.8, **look)
        middle = np.median(values[:, part], axis=0)
        ax.plot(SHIFTS, middle, lw=2.5, label=label, **look)
        ax.set_xlabel("shift of z")
axes[0].set_ylabel("change of ink, standard deviations")
axes[1].set(ylabel="still the same digit", ylim=(0, 1.05))
axes[0].legend()
axes[0].set_title("The fitted direction moves the ink")
axes[1].set_title("and the digit, too")
plt.show()

# %% tags=["check"]
assert (along[:, 0, -1] > 1.5).all(), along
assert (along[:, 0, -1] > np.abs(random[:, 0, -1])).all(), random
assert np.median(along[:, 1, -1]) < 0.5, along
assert (along[:, 1, -1] < random[:, 1, -1]).all(), random
assert (random[:, 1, -1] < 0.9).all(), random

# %% [markdown]
r"""
So a direction can be found: it moves the ink further than a random one
of the same length. But it is no knob for one property. Far out towards
more ink, most pictures are read as another digit. A random step of that
length changes some digits as well, but fewer.

### The $z$ of a given picture

Now backwards. For a target $x$ we look for the $z$ with the smallest mean
squared error, by going downhill from five random starts. The slope is the
chain rule, from the picture back through both tables.

Three kinds of targets: real test digits; pictures that the generator made
itself, so that an error of 0 is possible; and real digits with their
pixels shuffled, which a generator of digits should not be able to draw.
"""


# %%
def downhill(flat_z, targets, net):
    """Sum of mean squared errors, and its slope at each z."""
    A, a, B, b = net
    hidden = flat_z.reshape(-1, len(targets), LATENT_DIM) @ A + a
    picture = np.tanh(np.maximum(hidden, 0) @ B + b)
    gap = (picture - targets) / targets.shape[1]
    inner = (2 * gap * (1 - picture**2)) @ B.T * (hidden > 0)
    return (gap * (picture - targets)).sum(), (inner @ A.T).ravel()


# %%
def distance(a, b):
    """Root mean square difference of the pixels."""
    return np.sqrt(((a - b) ** 2).mean(axis=-1))


def search(targets, net):
    """The best z for each target, and the errors of every start."""
    starts = (RESTARTS, len(targets), LATENT_DIM)
    with threadpool_limits(1):  # two threads lose time on small tables
        found = minimize(
            downhill,
            np.random.default_rng(2).standard_normal(starts).ravel(),
            (targets, net),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": ITERATIONS},
        ).x.reshape(starts)
    errors = distance(draw(found, net), targets)
    return found[errors.argmin(axis=0), range(len(targets))], errors


# %% tags=["check", "exact"]
some = rng.standard_normal(2 * LATENT_DIM)
net = [w.astype("float64") for w in nets[0]]
goal = draw(rng.standard_normal((2, LATENT_DIM)), net)
slope = downhill(some, goal, net)[1]
for i in (0, 5, 150):
    step = 1e-5 * np.eye(2 * LATENT_DIM)[i]
    up, down = (downhill(some + s, goal, net)[0] for s in (step, -step))
    assert abs((up - down) / 2e-5 - slope[i]) < 1e-6, (i, slope[i])

# %%
digits = images.test[:NUM_TARGETS].reshape(NUM_TARGETS, -1)
own = gan.draw_z(NUM_TARGETS, seed=100)
targets = [
    {
        "real": digits,
        "generated": draw(own, net),
        "shuffled": rng.permuted(digits, axis=1),
    }
    for net in nets
]
found = [
    {kind: search(x, net) for kind, x in group.items()}
    for group, net in zip(targets, nets)
]

# %%
train = images.train.reshape(len(images.train), -1)


def nearest(x):
    """The most similar training picture to each target."""
    return train[pairwise_distances_argmin(x, train)]


def compare(x, best, errors):
    found = errors.min(axis=0), errors, distance(nearest(x), x)
    medians = [
        np.median(e) for e in (*found, distance(train.mean(0), x))
    ]
    return *medians, np.linalg.norm(best, axis=1).mean()


searched = {
    kind: np.array(
        [compare(t[kind], *f[kind]) for t, f in zip(targets, found)]
    )
    for kind in targets[0]
}

# %% tags=["hide-input"] name="inverse" alt="Six rows of eight pictures: real digits, what the search found in the first generator, and the most similar training pictures; then the same for generated digits. What was found for a real digit is a rougher copy with gaps and specks, and the training pictures are clean, of a slightly different shape. For a generated digit it is nearly the target, and the training pictures differ clearly."
rows = {}
for kind in ("real", "generated"):
    x, best = targets[0][kind][:8], found[0][kind][0][:8]
    flat = {"": x, " found": draw(best, nets[0]), " train": nearest(x)}
    rows |= {kind + k: v.reshape(shape) for k, v in flat.items()}
kg.plot_image_rows(rows, title="Targets, the search, the training set")
plt.show()

# %% tags=["hide-input"]
head = ("target", "best of starts", "one start", "training picture")
head += ("mean picture", "length of z")
search_real, _, training = np.median(searched["real"], axis=0)[:3]
ratio = search_real / training
answer = "A" if ratio > 1.1 else "C" if ratio < 0.9 else "B"
text = (
    f"Root mean square error of a pixel, from -1 to 1; medians over "
    f"{NUM_TARGETS} targets and {len(SEEDS)} GANs. For a real digit the "
    f"search ends at {ratio:.2f} times the distance of the most similar "
    f"training picture. The answer is **{answer}**."
)
display(Markdown(f"{table(head, searched)}\n\n{text}"))

# %% tags=["check"]
error = {k: np.median(v, axis=0) for k, v in searched.items()}
assert answer == "C", ratio
assert (
    error["generated"][0] < error["real"][0] < error["shuffled"][0] / 2
)
assert error["generated"][4] < 11 < 12 < error["real"][4], error

# %% [markdown]
r"""
Pixel by pixel the search comes nearer to a real digit than the training
set does, if not to the eye, and shuffled pixels are out of its reach. But
look at the last column. For a picture of the generator's own, it finds a
$z$ about as long as random ones. For a real digit it finds one far
longer, at a place that random $z$ do not visit. A hundred free numbers
were fitted to one picture there.

## Why

Why is the straight way bad? The squared length of a normal $z$ is a sum
of $d$ squares with mean 1. So almost all $z$ lie in a thin shell of radius

$$ E \lVert z \rVert = \sqrt 2\;
   \frac{\Gamma((d + 1)/2)}{\Gamma(d/2)} \approx \sqrt{d - \tfrac12}, $$

where $\Gamma$ is the gamma function. Each number of the midpoint is a
mean of two, with variance one half: its length is smaller by a factor of
$\sqrt 2$. The generator was hardly ever trained there.
"""

# %%
d, lengths = LATENT_DIM, np.linalg.norm(z, axis=1)
halfway = np.linalg.norm(middles["straight"], axis=1)
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
plane? For a normal $z$ and any $f$ without jumps that is smooth but for
kinks, as our networks are,

$$ E[z\, f(z)] = E[\nabla f(z)], $$

**Stein's identity**; it is an integration by parts, as the density has
the slope $-z$ times itself. On the left is what a plane is fitted by,
on the right the mean of the local slopes. So the fitted direction is the
one in which ink grows most *on average*. With the slope of the ink by the
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

The mean of a thousand normal $z$ is near 0, a place where no training $z$
was. The picture is nearly the same for every thousand.

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
- A sum or a direction in $z$ is a statement about averages: count how
  often it holds, beside a baseline, and what else changes.
- The search gives a $z$ for any picture. Whether the generator would ever
  draw that is another question: look at the error and at the length.
"""

# %% [markdown]
"""
## References

- A. Radford, L. Metz and S. Chintala, *Unsupervised Representation
  Learning with Deep Convolutional Generative Adversarial Networks*, 2016,
  [arXiv:1511.06434](https://arxiv.org/abs/1511.06434). Section 6: walks,
  and the famous sum, which was unstable with one $z$ for each term and
  stable with means of three.
- T. White, *Sampling Generative Networks*, 2016,
  [arXiv:1609.04468](https://arxiv.org/abs/1609.04468). Walks along the
  sphere.
- Z. Lipton and S. Tripathi, *Precise Recovery of Latent Vectors from
  Generative Adversarial Networks*, 2017,
  [arXiv:1702.04782](https://arxiv.org/abs/1702.04782). The search for
  the $z$ of a given picture.
"""
