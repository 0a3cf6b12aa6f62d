# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# What does a count of modes count?

"Our GAN finds 628 of the 1,000 modes." Such numbers fill the tables on
mode collapse. Behind each of them stands a classifier that errs now and
then, a finite number of samples, and a rule for what counts. Here we
give these counts samples whose truth we know.

After this lesson you can

- compute how many modes a classifier's slips add to a count,
- turn a KL divergence into a number of modes, and read tables with it,
- say what a perfect sampler scores, so that you notice what beats it.

About 25 minutes to read, under a minute to run. You need lesson
[01](01_anatomy.ipynb).
"""

# %% [markdown]
"""
## The question

Stack three random digits as the three colours of one picture. Each of
the 1,000 triples, from 000 to 999, is a mode, and they are equally
likely. To see how many of them a generator covers, a classifier reads
the three digits of 26,000 samples, and we count the different answers.

Now take a generator that has collapsed as far as it can: it draws one
triple, and no other, in ever new handwriting. The classifier is a good
one. It misreads one digit in a hundred. What is the count?
"""

# %% [markdown]
"""
## Your prediction

One true mode, 26,000 samples, one digit in a hundred misread. How many
of the 1,000 modes does the count report?

- **A.** 1 to 3: one error in a hundred hardly matters.
- **B.** Around 35.
- **C.** Around 350.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

No GAN is trained on this page. First we let a classifier slip at random,
then a real one reads real digits.
"""

# %%
import logging

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] data="digits" claims="A4" smoke={"REPEATS": 40, "NUM_READ": 1000}
NUM_SAMPLES = 26_000  # as in the published counts of 1,000 modes
ERROR = 0.01  # share of digits that are misread
MIN_HITS = 7  # a quarter of the 26 hits that each triple expects
NUM_READ = 26_000  # pictures that the real classifier reads
NUM_RING = 2_500  # samples of a ring, as published
REPEATS = 400  # sets of samples of the ring
SEEDS = [1, 2, 3]


# %%
def read_with_slips(labels, error, rng):
    """Each digit of a triple becomes one of the other nine."""
    digits = labels[:, None] // [100, 10, 1] % 10
    is_wrong = rng.random(digits.shape) < error
    others = (digits + rng.integers(1, 10, digits.shape)) % 10
    return np.where(is_wrong, others, digits) @ [100, 10, 1]


# %%
def counted(num_true, seed):
    """A generator with so many modes, read by that classifier."""
    rng = np.random.default_rng(seed)
    modes = rng.choice(1_000, num_true, replace=False)
    labels = modes[rng.integers(num_true, size=NUM_SAMPLES)]
    return read_with_slips(labels, ERROR, rng)


# %%
for num_true in (1, 10, 100):
    counts = [len(set(counted(num_true, seed))) for seed in SEEDS]
    print(
        f"{num_true:>4} true, counted in {len(SEEDS)} draws: {counts}"
    )

# %% [markdown]
"""
`kg.metrics.expected_classes` gives the mean of such counts without drawing. With
it we see the whole picture: any number of true modes, three error rates,
and two rules. The first rule is the published one, a mode counts with a
single hit. The second asks for seven hits, a quarter of what every
triple would get from a perfect generator.
"""


# %%
def weights(num_true, seed=0):
    """Equal weights on so many random triples, 0 elsewhere."""
    found = np.zeros(1_000)
    rng = np.random.default_rng(seed)
    found[rng.choice(1_000, num_true, replace=False)] = 1 / num_true
    return found


# %%
def expected(num_true, error, min_hits=1):
    return kg.metrics.expected_classes(
        weights(num_true),
        NUM_SAMPLES,
        error=error,
        num_channels=3,
        min_hits=min_hits,
    )


# %%
true_modes = np.unique(np.geomspace(1, 1_000, 40).astype(int))
rates = {0.005: "-", ERROR: "--", 0.03: ":"}
curves = {
    (hits, error): [expected(m, error, hits) for m in true_modes]
    for hits in (1, MIN_HITS)
    for error in rates
}

# %% name="result" alt="Two panels on logarithmic axes: modes reported against true modes, 1 to 1,000, for errors of 0.5, 1 and 3 percent. Left, one hit: all curves lie far above the grey diagonal; one true mode is reported as {curves[1, 0.005][0]:.0f}, {curves[1, 0.01][0]:.0f} and {curves[1, 0.03][0]:.0f}. Right, seven hits: the curves for 0.5 and 1 percent meet the diagonal from about thirty true modes on, but at one true mode all three report {curves[7, 0.01][0]:.0f}."
fig, axes = plt.subplots(1, 2, figsize=(9, 4.2), sharey=True)
for ax, hits in zip(axes, (1, MIN_HITS)):
    ax.plot(true_modes, true_modes, color=NEUTRAL, label="truth")
    for error, style in rates.items():
        label = f"{error:.1%} misread"
        line = curves[hits, error]
        ax.plot(true_modes, line, style, color=FAKE, label=label)
    rule = "1 hit" if hits == 1 else f"{hits} hits"
    ax.set(xscale="log", yscale="log", xlabel="true modes")
    ax.set_title(f"a mode counts with {rule}")
axes[0].set_ylabel("modes reported")
axes[0].legend(loc="lower right")
fig.suptitle(
    "The fewer the modes, the more times over they are counted"
)
plt.show()

# %% [markdown]
"""
## What happened
"""

# %% tags=["hide-input"]
one, ten = (expected(m, ERROR) for m in (1, 10))
one_of_seven = expected(1, ERROR, MIN_HITS)
display(
    Markdown(
        f"The answer is **B**: one true mode is reported as "
        f"{one:.0f}, and ten as {ten:.0f}. Asking for {MIN_HITS} hits "
        f"brings the ten down to {expected(10, ERROR, MIN_HITS):.0f} and "
        f"a hundred from {expected(100, ERROR):.0f} to "
        f"{expected(100, ERROR, MIN_HITS):.0f}. It does not save the "
        f"worst case: the one mode still counts as {one_of_seven:.0f}, "
        "because all slips gather on the same few triples."
    )
)

# %% tags=["check", "exact"]
assert 34 < one < 37, one
assert 27 < one_of_seven < 28.1, one_of_seven
assert abs(expected(100, ERROR, MIN_HITS) - 100) < 1
for seed in SEEDS:
    assert abs(len(set(counted(1, seed))) - one) < 10
    assert abs(len(set(counted(10, seed))) - ten) < 30

# %% [markdown]
"""
Real classifiers do not slip at random: a 3 becomes an 8 more readily
than a 0. So we let one read. `load_classifier` trains a small network
on the 8×8 digits that come with scikit-learn. Our collapsed generator
draws the triple 358 from digits that the network has not seen. We add
pixel noise, since the pictures of a GAN are not clean either.
"""

# %%
digits = kg.load_images("digits")
classifier = kg.load_classifier(digits)
print(
    f"right on {classifier.accuracy:.1%} of {len(digits.test)} digits "
    "it has not seen"
)


# %%
def noisy(images, std, rng):
    noise = std * rng.standard_normal(images.shape, dtype="float32")
    return (images + noise).clip(-1, 1)


def one_triple(std, rng):
    """Pictures of 3, 5 and 8 as the three colours, each time others."""
    channels = []
    for digit in (3, 5, 8):
        images = digits.test[digits.test_labels == digit, :, :, 0]
        channels.append(
            images[rng.integers(len(images), size=NUM_READ)]
        )
    return noisy(np.stack(channels, axis=-1), std, rng)


# %%
read = {}
for std in (0.0, 0.2, 0.4):
    stacks = one_triple(std, np.random.default_rng(1))
    labels = classifier.stacked_labels(stacks)
    is_wrong = labels[:, None] // [100, 10, 1] % 10 != [3, 5, 8]
    read[std] = labels, is_wrong.mean()

# %% tags=["hide-input"]
rows = [
    "| noise | digits misread | modes, 1 hit | expected at that rate "
    f"| modes, {MIN_HITS} hits | 1,000 $e^{{-KL}}$ |",
    "|---|---|---|---|---|---|",
]
for std, (labels, error) in read.items():
    report = kg.metrics.class_report(labels, 1_000, min_hits=MIN_HITS)
    slips = kg.metrics.expected_classes(
        weights(1), len(labels), error=error, num_channels=3
    )
    rows.append(
        f"| {std:g} | {error:.1%} | {len(set(labels))} | {slips:.0f} "
        f"| {report.classes} | {1_000 * np.exp(-report.kl):.1f} |"
    )
display(
    Markdown("One true mode, read by a network:\n\n" + "\n".join(rows))
)

# %% [markdown]
"""
A clean picture that is misread is misread alike each time, and only a
few are: the count stays small. With noise every picture is new, and the
count runs away from the truth, though less than with evenly spread
slips, for the network confuses some pairs only. Which slips are these?
"""

# %% name="misread" alt="Two rows of ten small noisy digits that the network misreads. Above each stands what the network says in place of 3, 5 or 8."
stacks = one_triple(0.4, np.random.default_rng(1))
labels, _ = read[0.4]
said = labels[:, None] // [100, 10, 1] % 10
row, channel = (each[:20] for each in np.nonzero(said != [3, 5, 8]))
fig, axes = plt.subplots(2, 10, figsize=(9, 2.6))
for ax, r, c in zip(axes.flat, row, channel):
    ax.imshow(stacks[r, :, :, c], cmap="gray", vmin=-1, vmax=1)
    ax.set_title(f"{(3, 5, 8)[c]} → {said[r, c]}", fontsize=9)
    ax.axis("off")
fig.suptitle("The first twenty slips: what it is, and what was read")
plt.show()

# %% tags=["check"]
assert classifier.accuracy > 0.96
counts = {std: len(set(labels)) for std, (labels, _) in read.items()}
assert counts[0.4] > 10 * 1, counts
assert counts[0.0] < counts[0.2] < counts[0.4], counts

# %% [markdown]
r"""
## Why

A triple that differs from the true one in $j$ digits is read with
probability $p_j = (\varepsilon/9)^j (1-\varepsilon)^{3-j}$, where
$\varepsilon$ is the share of misread digits. There are
$\binom{3}{j} 9^j$ such triples. After $n$ samples each of them has been
hit at least once with probability $1 - (1-p_j)^n$, so the mean count is

$$ \sum_{j=0}^{3} \binom{3}{j}\, 9^j \,
   \bigl[1 - (1 - p_j)^n\bigr]. $$
"""

# %%
from math import comb

by_hand = 0
for j in range(4):
    p = (ERROR / 9) ** j * (1 - ERROR) ** (3 - j)
    share = comb(3, j) * 9**j * (1 - (1 - p) ** NUM_SAMPLES)
    print(
        f"{j} digits off: {comb(3, j) * 9**j:>4} triples, {share:.2f}"
    )
    by_hand += share
print(f"by hand {by_hand:.4f}, package {one:.4f}")

# %% tags=["check", "exact"]
assert abs(by_hand - one) < 1e-9

# %% [markdown]
r"""
More samples make it worse. The count asks whether a triple was hit, not
how often. The KL divergence from equal shares asks how often. With
$q_k$ the share of triple $k$ among the answers and $H$ the entropy,

$$ \mathrm{KL} = \sum_k q_k \log (1000\, q_k) = \log 1000 - H(q),
   \qquad 1000\, e^{-\mathrm{KL}} = e^{H(q)}. $$

$e^{H}$ is an **effective number of modes**: with $m$ modes in equal
shares it is $m$. Slips with $\varepsilon$ multiply that of one mode by
$e^{3 h}$, with
$h = -\varepsilon \log (\varepsilon / 9) - (1-\varepsilon)
\log(1-\varepsilon)$.
"""


# %%
def effective(labels):
    return 1_000 * np.exp(-kg.metrics.class_kl(labels, 1_000))


h = -ERROR * np.log(ERROR / 9) - (1 - ERROR) * np.log(1 - ERROR)
print(f"factor for one mode: {np.exp(3 * h):.3f}")
for m in (1, 10, 100, 1_000):
    print(f"{m:>5} true, effective {effective(counted(m, 1)):.1f}")

# %% tags=["check", "exact"]
assert abs(effective(counted(1, 1)) / np.exp(3 * h) - 1) < 0.03
assert effective(counted(10, 1)) < 1.3 * 10
assert effective(counted(1_000, 1)) > 975

# %% [markdown]
"""
Now the published numbers: six rows for "DCGAN on stacked MNIST" out of
four papers, each with a count and a KL, most of them means over runs. We
need no samples to convert the KL. (The mean of what each run gives is
larger than the conversion of a mean, and clearly so where runs differ
much.)
"""

# %%
published = [  # table, its number of modes, its KL
    ("VEEGAN 2017, table 2", 99.0, 3.4),
    ("PacGAN 2018, table 2", 78.9, 4.50),
    ("unrolled GAN 2017, D a quarter of G", 30.6, 5.99),
    ("unrolled GAN 2017, D half of G", 628.0, 2.58),
    ("PacGAN 2018, table 3, D half of G", 487.7, 2.24),
    ("GDPP 2019, table 3", 427.0, 3.163),
    ("packs of two, PacGAN 2018, table 2", 1_000.0, 0.06),
]

# %% tags=["hide-input"]
rows = ["| table | modes | KL | 1,000 $e^{-KL}$ |", "|---|---|---|---|"]
for name, modes, kl in published:
    rows.append(
        f"| {name} | {modes:g} | {kl} | {1_000 * np.exp(-kl):.1f} |"
    )
floor = kg.metrics.kl_floor(1_000, NUM_SAMPLES)
rows.append(
    f"| a perfect sampler, {NUM_SAMPLES:,} samples | 1000 | {floor:.4f} "
    f"| {1_000 * np.exp(-floor):.1f} |"
)
display(Markdown("\n".join(rows)))

# %% [markdown]
r"""
Read the third row: some thirty modes counted, and an effective number
between two and three. One or two true modes, read by a good classifier,
get numbers like these. And of the fourth and fifth row one has more
modes, the other the larger effective number: the two measures disagree
about which is better.

The last row has a KL above 0 although nothing is wrong. A finite sample
is never quite even: $\mathrm{KL} \approx (m-1)/(2n)$. The same holds on
the ring with eight modes:
"""

# %%
ring = kg.ring(num_train=1, num_test=REPEATS * NUM_RING, seed=0)
reports = [
    kg.mode_report(part, ring) for part in np.split(ring.test, REPEATS)
]
kls = np.array([each.kl for each in reports])
shares = np.array([each.high_quality for each in reports])

# %% name="floor" alt="Two histograms over {REPEATS} sets of 2,500 perfect samples of the ring. Left, the KL: none is 0, the mean {kls.mean():.4f} agrees with the line at 7/5000 = 0.0014. Right, the share within three standard deviations: around the line at {100 * kg.metrics.high_quality_ceiling():.2f} percent, with a dashed line at the published 99.3 percent, which {(shares > 0.993).mean():.1%} of the sets exceed."
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4))
axes[0].hist(kls, bins=30, color=REAL)
axes[0].axvline(kg.metrics.kl_floor(8, NUM_RING), color=NEUTRAL, ls=":")
axes[0].set(xlabel="KL, nats", ylabel="sets", title="never 0")
two = np.arange(98.18, 99.6, 0.08)  # bins of two samples
axes[1].hist(100 * shares, bins=two, color=REAL)
best = 100 * kg.metrics.high_quality_ceiling()
axes[1].axvline(best, color=NEUTRAL, ls=":")
axes[1].axvline(99.3, color=FAKE, ls="--")
axes[1].set(xlabel="high quality, %", title="best on average: 98.9 %")
plt.show()

# %% [markdown]
r"""
The right panel is the **high-quality share**: samples within three
standard deviations of a mode. In the plane, with $r$ the distance of a
true sample from its mode, $P(r < 3\sigma) = 1 - e^{-9/2}$. VEEGAN's table gives its
plain GAN 99.3 % on the ring, the mean of 5 runs of 2,500 samples.
Compared with perfect samples, how much is that?
"""

# %%
ceiling = 1 - np.exp(-4.5)
error_of_mean = np.sqrt(ceiling * (1 - ceiling) / (5 * NUM_RING))
above = (0.993 - ceiling) / error_of_mean
narrow = 3 / np.sqrt(-2 * np.log(1 - 0.993))
print(f"best score {ceiling:.3%}, of a perfect sampler")
print(f"99.3 % lies {above:.1f} standard errors above it")
print(f"modes of {narrow:.3f} times the true width would give it")

# %% tags=["check", "exact"]
assert abs(ceiling - kg.metrics.high_quality_ceiling()) < 1e-12
assert 4.3 < above < 4.5
assert 0.951 < narrow < 0.953
assert abs(shares.mean() - ceiling) < 1e-3
assert abs(kls.mean() / kg.metrics.kl_floor(8, NUM_RING) - 1) < 0.3

# %%
for dim, radius in [(1, 3), (2, 3), (10, 3), (20, 3), (700, 10)]:
    best = kg.metrics.high_quality_ceiling(dim, num_std=radius)
    print(f"{dim:>3} directions, radius {radius:>2}: {best:.5f}")
print(f"typical distance in 700 directions: {np.sqrt(700):.1f}")

# %% tags=["check", "exact"]
assert kg.metrics.high_quality_ceiling(700, num_std=10) < 1e-100

# %% [markdown]
"""
So 99.3 % does not mean "nearly perfect". It means modes that are too
narrow: five per cent, if they are Gaussian. Eight points, repeated, get
100 %. And the best score depends on the dimension. The same table has
ten modes in 700 directions, with a radius of ten standard deviations:
read literally, that rule rejects every true sample.

One more, from the ring. Lesson [19d](19d_museum_of_numbers.ipynb) shows
a published ring whose eighth centre repeats the first, and a count that
does not notice. Is the KL more watchful? We score perfect samples of
that ring with three sets of centres.
"""

# %%
turn = np.linspace(0, 2 * np.pi, 8)
repeated = np.stack([np.sin(turn), np.cos(turn)], axis=1)
centres = {
    "the eight as published": repeated,
    "the seven that differ": repeated[:7],
    "a true octagon": kg.ring().modes,
}
rng = np.random.default_rng(SEEDS[0])
samples = repeated[rng.integers(8, size=NUM_RING)]
samples = samples + 0.01 * rng.normal(size=samples.shape)

# %%
found = {}
for name, modes in centres.items():
    squares = ((samples[:, None] - modes) ** 2).sum(axis=-1)
    nearest, near = (
        squares.argmin(axis=1),
        squares.min(axis=1) <= 0.03**2,
    )
    num, kl = (
        len(set(nearest[near])),
        kg.metrics.class_kl(nearest, len(modes)),
    )
    share = near.mean()
    found[name] = num, share, kl
    print(
        f"{name:<23} {num} of {len(modes)}, {share:6.1%}, KL {kl:.4f}"
    )

# %% tags=["check", "exact"]
own, seven, octagon = found.values()
assert [own[0], seven[0], octagon[0]] == [8, 7, 1], found
assert own[2] < 0.01 < 0.03 < seven[2], found
assert own[1] > 0.98, found
assert octagon[2] > 0.1, found

# %% [markdown]
"""
No. With its own centres the faulty ring is perfect by all three
numbers, for rounding splits the double corner in halves. The same
samples are 7 of 7 with a KL far above the floor, or 1 of 8. A score is
a statement about samples *and* centres, classifier, number of samples
and rule. Without those it cannot be compared.
"""

# %% tags=["check", "exact"]
import claims

claims.check("A4")

# %% [markdown]
"""
## Change one thing

Set `NUM_SAMPLES = 260_000`, ten times as many. Before you run: what does
the count of one true mode become with one hit, and what with seven?
Which of the numbers in the line "1 true" does not move?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>Two papers report 99 and 79 modes for the same
network. Which collapsed more?</summary>

One cannot say. The two counts may come from different classifiers,
numbers of samples and training. With a KL beside them one can ask how
evenly the modes are hit, and a classifier's error says what slips add.

</details>

<details><summary>A perfect generator gives 2,500 samples of stacked
digits. How many of the 1,000 modes are counted?</summary>

About 918. Each triple is missed with probability $0.999^{2500}$, which
is 8 %. Nothing is missing in the generator, only in the sample.

</details>

<details><summary>Is the effective number always the better number?
</summary>

It answers another question. A generator that covers all 1,000 modes but
gives half of its samples to one of them has a count of 1,000 and an
effective number of about 63. If you need rare modes at all, count them,
with several hits; if you need fair shares, take the KL.

</details>

<details><summary>Why does more noise in the pictures raise the count of
the collapsed generator?</summary>

The classifier errs more, and errs differently on each picture. Poor
pictures look like diversity. So the count of a bad generator is too
high, and it can fall while the generator improves.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `effective_modes(labels)`, which returns $e^{H}$ of the shares of
the labels, and `invented(error, num_samples)`, the mean count of one
true triple by the formula above.

Expected: 1,000 equal shares give 1,000, a single class gives 1, and
`invented(0.01, 26_000)` is 35.6. The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- Slips of the classifier turn one mode into tens, and few samples miss
  modes that are there; several hits cure the first only in part.
- 1,000 times e to the minus KL is a number of modes that slips move far
  less than the count.
- Print what a perfect sampler gets beside each score: a KL of 0 and a
  share of 100 % are not it.
"""

# %% [markdown]
"""
## References

- A. Srivastava and others, *VEEGAN: Reducing Mode Collapse in GANs using
  Implicit Variational Learning*, 2017,
  [arXiv:1705.07761](https://arxiv.org/abs/1705.07761). Tables 1 and 2,
  and the rule of three standard deviations.
- Z. Lin and others, *PacGAN: The power of two samples in generative
  adversarial networks*, 2018,
  [arXiv:1712.04086](https://arxiv.org/abs/1712.04086). Tables 2 and 3
  hold most of the numbers above.
- L. Metz and others, *Unrolled Generative Adversarial Networks*, 2017,
  [arXiv:1611.02163](https://arxiv.org/abs/1611.02163). The 1,000 modes
  come from here.
- M. Elfeki and others, *GDPP: Learning Diverse Generations Using
  Determinantal Point Processes*, 2019,
  [arXiv:1812.00068](https://arxiv.org/abs/1812.00068), table 3.
- M. O. Hill, *Diversity and Evenness: A Unifying Notation and Its
  Consequences*, Ecology, 1973. Where the effective number comes from.
"""
