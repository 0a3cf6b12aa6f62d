# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Which loss is best, and what should hold the discriminator?

Papers propose a loss, or a way to hold the discriminator, and show that
it wins. Comparisons by others came later and were less clear. Here we
put five losses and seven ways to hold the discriminator into one table,
on three data sets, with everything else kept equal.

After this lesson you can

- compare settings fairly: equal budgets, several seeds, one measure,
- take a table of results apart into what each choice adds,
- say what two published comparisons found, and what ours did.

About 15 minutes to read, a minute to run. You need lesson
[11a](11a_what_each_loss_asks_for.ipynb).
"""

# %% [markdown]
"""
## The question

The losses are those of lesson
[11a](11a_what_each_loss_asks_for.ipynb). Seven ways to hold the
discriminator go with each: none, gradient penalty, DRAGAN, R1, R2,
clipped weights, spectral normalisation. That makes thirty-five cells.

Two small networks, one learning rate, one number of steps. How much
does the choice of the loss change, and how much the choice of what
holds the discriminator?
"""

# %% [markdown]
"""
## Your prediction

We measure how well samples cover a ring of points, a grid of points and
images of digits.

- **A.** One loss is best on all three, whatever holds the
  discriminator, and matters more than the hold.
- **B.** What holds the discriminator changes more than the loss does,
  on all three.
- **C.** The loss changes more than what holds the discriminator, on all
  three.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
"""
## The experiment

Our measure is the coverage: the share of fresh real samples that have a
generated one near, nearer than their fifth neighbour among the real
ones. It is a share on every data set, so that three of them can stand
side by side. Real samples themselves do not reach 1. That is the
yardstick.
"""

# %%
import logging
from functools import cache

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

import keras_gan as kg

logging.getLogger("tensorflow").setLevel("ERROR")  # fewer notes
kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] data="digits" claims="E1 E2 E3" smoke={"STEPS": 20, "SEEDS": [1]}
STEPS = 1_500
BATCH_SIZE = 64
SEEDS = [1, 2, 3]

# %%
ring = kg.ring(num_train=1_000, num_test=1_000)
one_mode = ring.train[ring.train_labels == 0]
for name, points in {"real": ring.train, "one mode": one_mode}.items():
    scores = kg.metrics.neighbour_scores(ring.test, points)
    print(f"coverage by {name:8}: {scores.coverage:.3f}")

# %% tags=["hide-input"]
CEILING = kg.metrics.neighbour_scores(ring.test, ring.train).coverage

# %% tags=["check", "exact"]
assert 0.94 < CEILING < 0.99
assert scores.coverage < 0.14

# %% [markdown]
"""
All cells share the networks, the optimizer and the number of steps.
Nothing is tuned for a cell. That is fair in one sense and unfair in
another: a paper's own recipe may need more critic steps or a smaller
rate.
"""


# %%
def networks(seed, spectral):
    both = {"widths": (64, 64), "activation": "leaky_relu_0.2"}
    more = {"spectral_normalization": spectral, **both}
    return (
        kg.mlp_generator(16, (2,), seed=3 * seed, **both),
        kg.mlp_discriminator((2,), seed=3 * seed + 1, **more),
    )


# %%
def adam():
    return keras.optimizers.Adam(1e-3, beta_1=0.5)


# %%
GAMES = {name: kg.get_loss(name) for name in kg.LOSSES}
GAMES["wasserstein"] = kg.Wasserstein(unconstrained=True)

# %% [markdown]
"""
`kg.sweep` calls a function for every setting and every seed. The whole
table takes longer than a page should, so we train five of its cells on
the ring: three losses without anything, and the non-saturating loss with
two ways to hold the discriminator. A GAN is compiled once for a cell and
begins anew with every seed.
"""


# %%
@cache
def make_gan(loss, held):
    gan = kg.GAN(
        *networks(SEEDS[0], spectral=held == "spectral_normalization"),
        loss=GAMES[loss],
        penalty=held if held in kg.PENALTIES else None,
    )
    gan.compile(
        generator_optimizer=adam(), discriminator_optimizer=adam()
    )
    return gan


# %%
def run(seed, loss, held):
    num = BATCH_SIZE * STEPS
    data = kg.ring(num_train=num, num_test=1_000, seed=seed)
    players = networks(seed, spectral=held == "spectral_normalization")
    gan = make_gan(loss, held)
    gan.restart(*players, seed=3 * seed + 2)
    gan.fit(data.train, batch_size=BATCH_SIZE, verbose=0)
    fake = gan.sample(len(data.test), seed=seed)
    scores = kg.metrics.neighbour_scores(data.test, fake)
    return {"coverage": scores.coverage}


# %%
ALONE = ("non_saturating", "hinge", "wasserstein")
HOLDS = ("gradient_penalty", "r1")
cells = [{"loss": loss, "held": "none"} for loss in ALONE]
cells += [{"loss": "non_saturating", "held": held} for held in HOLDS]
table = kg.sweep(run, cells, SEEDS, num_workers=1, verbose=False)
print(table)

# %% tags=["hide-input"]
names = [f"{loss}, alone" for loss in ALONE]
names += [f"with {held}" for held in HOLDS]
names = [name.replace("_", " ") for name in names]
found = [table.column("coverage", **setting) for setting in cells]
medians = [float(np.median(values)) for values in found]
listed = ", ".join(f"{n} {m:.2f}" for n, m in zip(names, medians))

# %% tags=["hide-input"] name="result" alt="Coverage of the ring for {len(cells)} settings, a dot for each of {len(SEEDS)} seeds and a bar at the median. Medians: {listed}; the last two with the non-saturating loss. A dotted line at {CEILING:.2f} shows real samples."
fig, ax = plt.subplots(figsize=(8, 3))
for y, (values, median) in enumerate(zip(found, medians)):
    color = FAKE if y < len(ALONE) else PENALTY
    ax.plot(values, [y] * len(values), "o", color=color, alpha=0.6)
    ax.plot([median] * 2, [y - 0.3, y + 0.3], color=color, lw=3)
ax.axvline(CEILING, color=REAL, ls=":", label="real samples")
ax.set_yticks(range(len(names)), names)
ax.invert_yaxis()
ax.set(xlabel="coverage of the ring", xlim=(-0.02, 1))
best = names[int(np.argmax(medians))]
ax.set_title(f"The highest median of the five: {best}")
ax.legend(loc="lower right")
plt.show()

# %% [markdown] claim="E1"
"""
The whole table was trained beforehand and is kept in the ledger: five
losses, seven holds, three data sets, ten seeds each, with the networks
and the number of steps from above. The statement below was fixed before
those seeds were run. It follows the large published comparison: no loss
is consistently better than the non-saturating one.
"""

# %% tags=["hide-input"]
# Coverage in %, two digits a seed, of ring, then grid, then digits:
# a line a hold, in it a group a loss, in the order of HELD and GAMES.
RECORDED = """
61646168696566616660 66605964766164636370 60586469656858746564 55522036435746384251 08050214021409152122
15191600010016201905 00071200000920000009 00000701000300070000 00001100000600091000 00001100001215012204
00000010170200060300 00040402000500000000 00001000040114000000 00000500000002020000 06000900100900071100
54546252605958494657 57525050555755575161 47515450525856574354 57535658585257555061 57535954595456375764
55345046505252374563 55405449395652515051 39414840544849424653 50465044564552354247 53475343554154393656
16162020201618181714 13181617241621231522 00000100000000020000 19182215162521141715 17201720172116162318
32262029283945311026 29361812262332072124 56142204164916151548 16192212071616181020 14211717161216100619
49494442484545564051 53482648514750483841 50464038483732453940 30242132152818211522 23151811101016041812
08180804081211082208 06170208020603001206 08001604100100110205 13001405000000040600 13221000010011001007
04100900151911160803 05000309120710021403 09091221000018010000 00111104090402000406 04100000090910020000
29383435414228383240 30344130343630383832 35363531384039342731 29313442343925353129 33343636354323403029
26302336283026302634 28303232333329332435 35273726353332322336 34272824302719272424 28282925272918302023
16181720202020201619 18201415241920191719 00000000000000000000 19192018162017171820 14161418222217191516
38172333203419332322 27212134141923182322 38212615193223354237 12131706101714141612 18151306131516041017
45535046405051614850 50353643484749475056 53505447554760425052 40444039483748373646 00040003010304010103
38313038344445433741 37322638374344473536 36474646384655483450 45373335483847494044 38324438404132413439
37333339325051444343 37374129374046345148 48413848504761484045 42324938474552453653 35333835333337253835
64615364646374556063 66585572626362606064 65595860656770656760 55485553595854505460 60485146604852555453
70635665625863675759 67666164646064686060 68626153586065665560 57464258654658485058 53444740494451505445
50335148524852575653 53294049504852505351 01000100000101010101 55454742554749575555 52405442475258545250
10071417092514191312 20171121161815061509 25242842363239262423 10080609050414090710 05020614050108020306
"""

# %%
HELD = ("none", *kg.PENALTIES, "spectral_normalization")
pairs = np.array([list(group) for group in RECORDED.split()], int)
shape = (3, len(HELD), len(GAMES), -1, 2)
percent = pairs.reshape(shape).swapaxes(1, 2) @ [10, 1]
recorded = dict(zip(("ring", "grid", "digits"), percent))
print({name: values.shape for name, values in recorded.items()})

# %% tags=["check", "exact"]
import claims
from claims.store import load

stored = load()["E1"].results
for name, values in recorded.items():
    for i, loss in enumerate(GAMES):
        kept = [row[f"{name}, {loss}"] for row in stored]
        assert np.abs(100 * np.transpose(kept) - values[i]).max() < 0.51

# %% tags=["hide-input"]
COLORS = (PENALTY, FAKE, "#1f78b4", DISCRIMINATOR, NEUTRAL)
MARKERS = ("o", "x", "s", "^", "v")
means = {name: values.mean(axis=2) for name, values in recorded.items()}
summary = "; ".join(
    f"{name} "
    + ", ".join(
        f"{held} {value:.0f} %"
        for held, value in zip(HELD, values.mean(axis=0))
    )
    for name, values in means.items()
)

# %% tags=["hide-input"] name="table" alt="Three panels, one a data set: coverage of ring, grid and digits for seven holds, and in each five losses side by side, a dot a seed and a bar at the mean. Means over the losses: {summary}."
fig, axes = plt.subplots(3, 1, figsize=(9, 9), sharex=True, sharey=True)
for ax, (name, values) in zip(axes, recorded.items()):
    for i, loss in enumerate(GAMES):
        at = np.arange(len(HELD)) + (i - 2) * 0.15
        ax.plot(at, values[i], MARKERS[i], color=COLORS[i], ms=4)
        bars = {"color": COLORS[i], "ms": 13, "mew": 2.5}
        label = loss.replace("_", " ")
        ax.plot(at, means[name][i], "_", label=label, **bars)
    ax.set(title=name, ylabel="coverage in %", ylim=(-3, 103))
ticks = [held.replace("_", "\n") for held in HELD]
axes[2].set_xticks(range(len(HELD)), ticks)
axes[0].legend(ncols=5, fontsize=9, loc="upper right")
plt.show()

# %% [markdown]
"""
## What happened

Look along a row of the figure, then across the columns. Without any
hold the losses differ, and the Wasserstein loss comes last, as lesson 11a
lets one expect. With R1 or R2 all five lie close together on ring and
grid, the Wasserstein loss among them; on digits hinge and Wasserstein
stay behind.
With the gradient penalty or DRAGAN all five fail on ring and grid, and
are fair on digits. So the columns differ more than the losses inside
of one.
"""

# %% tags=["hide-input"]
losses = [loss.replace("_", " ") for loss in GAMES]
holds = [held.replace("_", " ") for held in HELD]
lines = ["| data | best cell | coverage | best loss | best hold |"]
lines.append("|---|---|---|---|---|")
for name, values in means.items():
    i, j = np.unravel_index(values.argmax(), values.shape)
    by_loss, by_hold = values.mean(axis=1), values.mean(axis=0)
    lines.append(
        f"| {name} | {losses[i]}, {holds[j]} | {values.max():.0f} % "
        f"| {losses[by_loss.argmax()]}, {by_loss.max():.0f} % "
        f"| {holds[by_hold.argmax()]}, {by_hold.max():.0f} % |"
    )
display(Markdown("\n".join(lines)))

# %% [markdown]
"""
The first two columns show the best of all cells. The last two are means:
a loss over all holds, a hold over all losses.
"""

# %% [markdown]
r"""
## Why

Which matters more is a question about a table, and a table can be
taken apart. With $m_{ij}$ the mean coverage for loss $i$ and hold $j$,

$$ m_{ij} = m + u_i + v_j + r_{ij}, $$

where $m$ is the mean of all cells, $u_i$ what loss $i$ adds on average,
$v_j$ what hold $j$ adds on average, and $r_{ij}$ the rest, which only
this pair has. We compare how far $u$, $v$ and $r$ spread, by their
standard deviations.
"""


# %%
def effects(table):
    m = table.mean()
    u = table.mean(axis=1) - m
    v = table.mean(axis=0) - m
    return u, v, table - (m + u[:, None] + v)


# %%
spreads = {}
for name, values in recorded.items():
    u, v, r = effects(means[name])
    seeds = values.std(axis=2, ddof=1)
    spreads[name] = u.std(), v.std(), r.std(), seeds.mean()

# %% tags=["hide-input"]
lines = ["| spread of coverage, % | loss | hold | pair | seed |"]
lines.append("|---|---|---|---|---|")
for name, values in spreads.items():
    numbers = " | ".join(f"{value:.1f}" for value in values)
    lines.append(f"| {name} | {numbers} |")
display(Markdown("\n".join(lines)))

# %% tags=["hide-input"]
by_hold = [name for name, (u, v, *_) in spreads.items() if v > u]
letter = {3: "B", 0: "C"}.get(len(by_hold), "none of the three")
display(
    Markdown(
        f"The hold changes more than the loss on {len(by_hold)} of "
        f"{len(spreads)} data sets ({', '.join(by_hold) or 'none'}). "
        f"The answer is **{letter}**."
    )
)

# %% [markdown] claim="E2"
r"""
The ledger has this as a claim, with the same measure of spread.
"""

# %% [markdown]
r"""
The hold decides most, and not in one direction: what ruins the ring
does little harm on digits. A guess at the reason: the gradient penalty asks for
a slope of 1, in whatever units the data have. Over a distance $s$ the
logit then changes by about $s$. How far apart are neighbours?
"""


# %%
def fifth_neighbour(points):
    flat = points.reshape(len(points), -1)
    squares = ((flat[:, None] - flat[None]) ** 2).sum(axis=2)
    return float(np.sqrt(np.sort(squares, axis=1)[:, 5]).mean())


# %%
digits = kg.load_images("digits").test
for name, points in {"ring": ring.test, "digits": digits}.items():
    far = fifth_neighbour(points)
    print(f"{name}: fifth neighbour at a distance of {far:.2f}")

# %% [markdown]
"""
On the ring a discriminator of slope 1 gives neighbours practically the
same answer, so it can hardly say which of them is better. On digits the
same slope leaves room for an answer. R1 asks for slope 0 at real
samples only, and with a small weight. Whether that is the whole reason
we have not tested; *Change one thing* begins there.
"""

# %% tags=["check", "exact"]
claims.check("E1")
claims.check("E2")
claims.check("E3", "refuted")

# %% [markdown]
"""
And the published comparisons? Two stand below beside our digits: Lucic
and others [1], the best of a search over settings, mean and standard
deviation of 50 seeds; Miyato and others [2]. Both give Fréchet
distances, where smaller is better. Ours is a coverage, where larger is
better. Only orders can be compared.
"""

# %% tags=["hide-input"]
PUBLISHED = """
minimax none | 9.8 ± 0.9 | 72.7 ± 3.6 |
non_saturating none | 6.8 ± 0.5 | 58.5 ± 1.9 |
least_squares none | 7.8 ± 0.6 | 87.1 ± 47.5 |
wasserstein weight_clipping | 6.7 ± 0.4 | 55.2 ± 2.3 |
wasserstein gradient_penalty | 20.3 ± 5.0 | 55.8 ± 0.9 | 40.2
non_saturating dragan | 7.6 ± 0.4 | 69.8 ± 2.0 |
non_saturating weight_clipping | | | 42.6
non_saturating gradient_penalty | | | 37.7
non_saturating spectral_normalization | | | 29.3
hinge spectral_normalization | | | 25.5
"""

# %% tags=["hide-input"]
lines = [
    "| loss, hold | MNIST [1] | CIFAR-10 [1] | CIFAR-10 [2] | ours, % |"
]
lines.append("|---|---|---|---|---|")
for line in PUBLISHED.strip().splitlines():
    cell, *numbers = line.split("|")
    loss, held = cell.split()
    ours = means["digits"][list(GAMES).index(loss), HELD.index(held)]
    cell = f"{loss}, {held}".replace("_", " ")
    lines.append(f"| {cell} |{'|'.join(numbers)} | {ours:.0f} |")
display(Markdown("\n".join(lines)))

# %% [markdown] claim="E3"
"""
Two findings agree in their order: no loss beats the non-saturating one
everywhere, and the Wasserstein loss with gradient penalty is behind the
plain GAN, in [1] on MNIST and on our digits in nine of ten seeds. That
was a claim of the ledger, which asked for all ten. One does not agree:
spectral normalisation, the best of [2], is near the end here. That
paper trains convolutions for many more steps, so our two small layers at
one rate are no argument against it.
"""

# %% [markdown]
"""
## Change one thing

In `make_gan`, replace `held` by `kg.GradientPenalty(0.1)` where it is
`"gradient_penalty"`: a hundredth of the weight, which is what the
authors of the penalty take for toys like this ring. Before you run: is
the place of the gradient penalty in the figure due to the penalty, or
to its weight?
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>A paper reports that its loss beats the non-saturating
one, on one data set, with one seed. What do you ask?</summary>

How far other seeds of one setting lie apart, whether both were tuned
with equal effort, and what happens on other data.

</details>

<details><summary>We tuned nothing. Why is that not simply
fair?</summary>

One rate and one weight may suit some cells and not others. A search
with equal budgets treats them more alike, and costs many times as much.

</details>

<details><summary>Why is the best cell of a table a bad
estimate?</summary>

Of many noisy numbers the largest is large partly by luck. Run the
winner again with other seeds, and it comes back lower on average.

</details>
"""

# %% [markdown]
r"""
## Exercise

Write `effects(table)` yourself, for a table with any number of rows and
columns, and say which share of its variance each part explains.

Expected: the three shares add up to 1, and a table in which only the
rows differ gives (1, 0, 0). The exercise notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- In our table what holds the discriminator changes more than the loss,
  and a hold that does no harm on one data set ruins another.
- With R1 or R2 the five losses end close together on ring and grid, less
  so on digits.
- A comparison at one rate and one weight compares recipes at that rate
  and weight, and not ideas.
"""

# %% [markdown]
"""
## References

- [1] M. Lucic, K. Kurach, M. Michalski, S. Gelly and O. Bousquet, *Are
  GANs Created Equal? A Large-Scale Study*, 2018,
  [arXiv:1711.10337](https://arxiv.org/abs/1711.10337). How the search
  was done, and what the best of n runs hides.
- [2] T. Miyato, T. Kataoka, M. Koyama and Y. Yoshida, *Spectral
  Normalization for Generative Adversarial Networks*, 2018,
  [arXiv:1802.05957](https://arxiv.org/abs/1802.05957). Table 2 holds
  the numbers above.
- I. Gulrajani and others, *Improved Training of Wasserstein GANs*,
  2017, [arXiv:1704.00028](https://arxiv.org/abs/1704.00028). Why
  clipping was replaced by a penalty.
"""
