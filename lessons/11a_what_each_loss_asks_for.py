# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# What does each loss ask of the two players?

Five losses have five names, and papers write each in letters of their
own. Written in one notation they are short: three curves each. From the
curves one can read which samples a player hears, and what the best
discriminator would answer.

After this lesson you can

- write down five losses, and check a formula against code,
- read from a curve which fakes the generator hears,
- say what the best discriminator answers under each loss.

About 20 minutes to read, seconds to run. You need lesson
[08a](08a_vanishing_gradients_exactly.ipynb).
"""

# %% [markdown]
"""
## The question

Minimax, non-saturating, least squares, hinge, Wasserstein: each says
what a discriminator pays for its answers, and what the generator pays.
Take a fake that the discriminator has seen through, one that it is not
sure of, and one that it takes for real. Which of them does each loss
push, and where to?
"""

# %% [markdown]
r"""
## Your prediction

A fake has fooled the discriminator beyond doubt: the answer is $a = 5$,
far on the side of "real". Under one of the five losses the generator is
now told to make its answer **smaller**. Which?

- **A.** Minimax, where the generator opposes the discriminator.
- **B.** Least squares, which has a target.
- **C.** Hinge, which has a margin.

Commit to one letter before you run the next cells.
"""

# %% [markdown]
r"""
## The experiment

The discriminator answers with one number $a$, the logit: large for
"real", very negative for "fake". Where a loss knows a probability, it
is $\sigma(a) = 1 / (1 + e^{-a})$. A loss says what three things cost:

- $a$ on a real sample, for the discriminator,
- $a$ on a fake, for the discriminator,
- $a$ on a fake, for the generator.
"""

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

import keras_gan as kg

kg.use_style()
REAL, FAKE, DISCRIMINATOR, PENALTY, NEUTRAL = kg.plots.COLOURS.values()

# %% tags=["settings"] smoke={"NUM_LOGITS": 5}
NUM_LOGITS = 25  # at which the formulas are checked
ANSWERS = [-5, 0, 5]  # seen through, unsure, taken for real
REAL_SHARE = 0.75  # at some point, three of four samples are real

# %% [markdown]
r"""
**Minimax.** The discriminator gives a probability and pays its
negative logarithm, as in any classification. The generator wins what
the discriminator loses on fakes:

$$ -\log \sigma(a), \qquad -\log(1 - \sigma(a)), \qquad
   \log(1 - \sigma(a)). $$

With $\operatorname{softplus}(a) = \log(1 + e^a)$ these are
$\operatorname{softplus}(-a)$, $\operatorname{softplus}(a)$ and
$-\operatorname{softplus}(a)$.
"""


# %%
def softplus(a):
    return np.logaddexp(0, a)


formulas = {}
formulas["minimax"] = {
    "real": lambda a: softplus(-a),
    "fake": lambda a: softplus(a),
    "generator": lambda a: -softplus(a),
}

# %% [markdown]
r"""
**Non-saturating.** The discriminator stays the same. The generator
pays for each fake what a real sample would have cost: it asks for the
label "real", $-\log \sigma(a)$.
"""

# %%
formulas["non_saturating"] = {
    **formulas["minimax"],
    "generator": lambda a: softplus(-a),
}

# %% [markdown]
r"""
**Least squares.** The logit itself should be 1 on real samples and 0
on fakes, and the squared distance is paid, halved. The generator wants a
1 too. Here $a$ is no logit of a probability, only a number.

$$ \tfrac12 (a - 1)^2, \qquad \tfrac12 a^2, \qquad
   \tfrac12 (a - 1)^2. $$
"""

# %%
formulas["least_squares"] = {
    "real": lambda a: (a - 1) ** 2 / 2,
    "fake": lambda a: a**2 / 2,
    "generator": lambda a: (a - 1) ** 2 / 2,
}

# %% [markdown]
r"""
**Hinge.** The discriminator wants at least 1 on real samples and at
most -1 on fakes. What is beyond costs nothing, so a sample that is
clearly right no longer moves it. The generator wants a large $a$,
without end.

$$ \max(0, 1 - a), \qquad \max(0, 1 + a), \qquad -a. $$
"""

# %%
formulas["hinge"] = {
    "real": lambda a: np.maximum(0, 1 - a),
    "fake": lambda a: np.maximum(0, 1 + a),
    "generator": lambda a: -a,
}

# %% [markdown]
r"""
**Wasserstein.** The discriminator, here called critic, wants $a$ large
on real samples and small on fakes, without end: $-a$ and $a$. The
generator pays $-a$. Nothing in the loss stops the critic. Multiply its
last layer by ten, and it gains ten times as much. So something else
has to hold it.
"""

# %%
formulas["wasserstein"] = {
    "real": lambda a: -a,
    "fake": lambda a: a,
    "generator": lambda a: -a,
}

# %% [markdown]
"""
Are these the losses that the package trains with? We ask it for the
same three numbers, logit by logit.
"""


# %%
def package(name, a):
    game, logits = kg.get_loss(name), np.array([[a]])
    on_real, on_fake = game.discriminator_terms(logits, logits)
    return [
        float(on_real),
        float(on_fake),
        float(game.generator_loss(logits)),
    ]


# %%
logits = np.linspace(-6, 6, NUM_LOGITS)
errors = {}
for name, parts in formulas.items():
    by_hand = [[part(a) for part in parts.values()] for a in logits]
    asked = [package(name, a) for a in logits]
    errors[name] = np.abs(np.subtract(by_hand, asked)).max()
    print(f"{name:15} largest difference {errors[name]:.1e}")

# %% tags=["check", "exact"]
assert list(formulas) == list(kg.LOSSES)
assert max(errors.values()) < 1e-5

# %% [markdown]
"""
And as pictures. A player goes downhill on its curve, so look for where
a curve is steep, where it is flat, and where it turns.
"""

# %% tags=["hide-input"]
LOOKS = {
    "minimax": {"color": PENALTY},
    "non_saturating": {"color": FAKE, "ls": "--"},
    "least_squares": {"color": "#1f78b4", "ls": ":"},
    "hinge": {"color": DISCRIMINATOR, "ls": "-."},
    "wasserstein": {"color": NEUTRAL},
}
TITLES = {
    "real": "discriminator, on real",
    "fake": "discriminator, on a fake",
    "generator": "generator, on a fake",
}

# %% tags=["hide-input"] name="result" alt="Three panels: the cost of a real sample and of a fake for the discriminator, and of a fake for the generator, as curves over the answer a from -6 to 6, for five losses. On real samples the discriminator's curves fall, on fakes they rise; least squares turns up again beyond its target, hinge is flat beyond 1 and -1, Wasserstein is a straight line. For the generator minimax is flat on the left and falls on the right, non-saturating falls on the left and is flat on the right, hinge and Wasserstein are the same straight line, and least squares is a parabola with its lowest point at 1."
fine = np.linspace(-6, 6, 241)
fig, axes = plt.subplots(1, 3, figsize=(10, 3.8), sharey=True)
for ax, (part, title) in zip(axes, TITLES.items()):
    for name, parts in formulas.items():
        label = name.replace("_", " ")
        ax.plot(fine, parts[part](fine), label=label, **LOOKS[name])
    ax.set(title=title, xlabel="answer a", ylim=(-6.5, 8))
axes[0].set_ylabel("cost")
axes[1].legend(fontsize=9, loc="lower right")
plt.show()

# %% [markdown]
"""
## What happened

What moves a network is the slope of these curves. We take it from the
package, without any formula: shift the answer a little to either side,
and see how the cost changes.
"""


# %%
def slope(name, part, a, shift=0.01):
    up, down = (package(name, a + s)[part] for s in (shift, -shift))
    return (up - down) / (2 * shift)


slopes = {
    name: [slope(name, part, a) for part in (2, 1) for a in ANSWERS]
    for name in formulas
}

# %% tags=["hide-input"]
columns = [f"G, a = {a}" for a in ANSWERS]
columns += [f"D, a = {a}" for a in ANSWERS]
lines = ["| slope on a fake | " + " | ".join(columns) + " |"]
lines.append("|---" * (1 + len(columns)) + "|")
for name, values in slopes.items():
    numbers = " | ".join(f"{value:.3f}" for value in values)
    lines.append(f"| {name.replace('_', ' ')} | {numbers} |")
display(Markdown("\n".join(lines)))

# %% tags=["check", "exact"]
SIGMOID = 1 / (1 + np.exp(-np.array(ANSWERS)))
EXPECTED = {
    "minimax": [*-SIGMOID, *SIGMOID],
    "non_saturating": [*(SIGMOID - 1), *SIGMOID],
    "least_squares": [-6, -1, 4, -5, 0, 5],
    "hinge": [-1, -1, -1, 0, 1, 1],
    "wasserstein": [-1, -1, -1, 1, 1, 1],
}
for name, expected in EXPECTED.items():
    difference = np.abs(np.subtract(slopes[name], expected)).max()
    assert difference < 1e-2, (name, difference)

# %% tags=["hide-input"]
up = [name for name, values in slopes.items() if values[2] > 0.01]
display(
    Markdown(
        f"The generator goes downhill, so a positive slope tells it to "
        f"make the answer smaller. At a = {ANSWERS[2]} that happens "
        f"under {len(up)} loss: **{up[0].replace('_', ' ')}**, with a "
        f"slope of {slopes[up[0]][2]:.1f}. The answer is **B**."
    )
)

# %% tags=["check", "exact"]
assert up == ["least_squares"]

# %% [markdown]
"""
Three more readings of the table.

- Minimax is nearly flat where the fake was seen through, and
  non-saturating is nearly flat where it was taken for real. One forgets
  the bad fakes, the other the good ones.
- Hinge and Wasserstein are the same for the generator. They differ in
  the discriminator, which under hinge leaves settled fakes alone.
- Under Wasserstein the discriminator is never content.
"""

# %% [markdown]
r"""
## Why

A discriminator cannot answer each sample by itself: real and fake
samples may lie at the same place. Let a share $p$ of the samples there
be real and $q = 1 - p$ fake. Then the answer $a$ costs

$$ c(a) = p \, r(a) + q \, f(a), $$

with $r$ and $f$ the first two curves of a loss. Its lowest point is the
best answer at that place. For the logistic curves the slope is
$-p\,(1 - \sigma(a)) + q\,\sigma(a) = \sigma(a) - p$, which is zero at
$\sigma(a) = p$.
"""

# %%
BEST = {
    "minimax": lambda p: np.log(p / (1 - p)),
    "non_saturating": lambda p: np.log(p / (1 - p)),
    "least_squares": lambda p: p,
    "hinge": lambda p: np.sign(2 * p - 1),
}

# %% [markdown]
r"""
In words: under the first two the best answer is the logit of $p$, under
least squares it is $p$ itself, and under hinge only 1 or -1, whichever
is more frequent. So a hinge discriminator at its best says which side a
place is on, and not how sure it is. Let us find the lowest points by
trying all answers.
"""


# %%
def lowest(name, p):
    answers = np.linspace(-6, 6, 12_001)
    parts = formulas[name]
    cost = p * parts["real"](answers) + (1 - p) * parts["fake"](answers)
    return answers[cost.argmin()]


# %%
for name, best in BEST.items():
    tried = lowest(name, REAL_SHARE)
    print(
        f"{name:15} formula {best(REAL_SHARE):.3f}, tried {tried:.3f}"
    )

# %% tags=["check", "exact"]
for name, best in BEST.items():
    for p in (0.1, 0.3, 0.75, 0.9):
        assert abs(lowest(name, p) - best(p)) < 1.1e-3, (name, p)

# %% name="best" alt="The best answer over the share of real samples from 0.02 to 0.98, for four losses. The logistic losses share one curve, the logit, which bends from -3.9 through 0 to 3.9. Least squares is a straight line from 0 to 1. Hinge is a step from -1 to 1 at one half."
shares = np.linspace(0.02, 0.98, 193)
fig, ax = plt.subplots(figsize=(6, 3.6))
for name, best in BEST.items():
    label = name.replace("_", " ")
    ax.plot(shares, best(shares), label=label, **LOOKS[name])
ax.set(xlabel="share p of real samples", ylabel="best answer a")
ax.set_title("The same place, three kinds of answer")
ax.legend(fontsize=9)
plt.show()

# %% [markdown]
r"""
And the Wasserstein critic? Its cost is $c(a) = (q - p)\,a$, a straight
line, whose lowest point lies at an end of whatever we try. There is no
best answer without a limit.
"""

# %%
for p in (0.49, 0.51):
    print(f"p = {p}: lowest at a = {lowest('wasserstein', p):g}")

# %% tags=["check", "exact"]
assert [lowest("wasserstein", p) for p in (0.49, 0.51)] == [-6, 6]

# %% [markdown]
"""
That is why this loss comes with something that holds the critic, and
why `kg.GAN` refuses it without. What holds a discriminator can be
joined to the other losses too. Whether it should is the question of
lesson [11b](11b_losses_and_regularisers_compared.ipynb).

| name | what it asks of the discriminator |
|---|---|
| gradient penalty | slope 1 between real and fake samples |
| DRAGAN | slope 1 around real samples |
| R1, R2 | slope 0 at real samples, at fakes |
| weight clipping | no weight above a limit |
| spectral normalisation | no layer that stretches by more than 1 |
"""

# %%
COSTED = ("gradient_penalty", "dragan", "r1", "r2")
for name in COSTED:
    penalty = kg.get_penalty(name)
    costs = [float(penalty.value(s**2)) for s in (0.0, 1.0, 3.0)]
    print(f"{name:16} cost at slopes 0, 1 and 3: {costs}")

# %% tags=["check", "exact"]
for name, expected in zip(
    COSTED, ([10, 0, 40],) * 2 + ([0, 0.5, 4.5],) * 2
):
    for s, cost in zip((0.0, 1.0, 3.0), expected):
        assert (
            abs(float(kg.get_penalty(name).value(s**2)) - cost) < 1e-5
        )

# %% [markdown]
"""
## Change one thing

Set `REAL_SHARE = 0.5`: real and fake are equally frequent, as they are
everywhere once the generator is perfect. Before you run: which answers
do you expect? For hinge, look at the whole range of answers that cost
the least, not only at the one that is printed.
"""

# %% [markdown]
r"""
## Check yourself

<details><summary>Hinge and Wasserstein are equal for the generator. Why
do they train differently?</summary>

The generator hears the discriminator, and that one differs: under hinge
it leaves settled samples alone, a critic never does.

</details>

<details><summary>Under least squares, is the answer 0.9 on a fake a
probability?</summary>

The best answer is the share of real samples, so it can be read as one.
But nothing keeps answers between 0 and 1, and we saw 5 pushed back.

</details>

<details><summary>The slopes of least squares are the largest of the
table. Does it train fastest?</summary>

Not for that reason. Adam divides a gradient by its usual size. What
remains is which samples are heard more than others.

</details>
"""

# %% [markdown]
r"""
## Exercise

The least-squares paper has a second coding: the discriminator aims at 1
for real samples and at -1 for fakes, the generator at 0. Write it as a
game of your own, a subclass of `kg.Loss` with two methods, and train
with it.

Expected: at $a = 0$ both terms of the discriminator are 0.5 and the
generator pays 0, and the best answer at $p = 0.75$ is 0.5. The exercise
notebook holds the tests.
"""

# %% [markdown]
"""
## Remember

- A loss is three curves over the discriminator's answer; a player hears
  the samples where its curve is steep.
- The best answer is the logit of the real share, the share itself, or a
  side, depending on the loss.
- The Wasserstein loss has no best answer, so something has to hold the
  critic.
"""

# %% [markdown]
"""
## References

- I. Goodfellow and others, *Generative Adversarial Nets*, 2014,
  [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Section 3 has the
  first two losses, proposition 1 the best discriminator.
- X. Mao and others, *Least Squares Generative Adversarial Networks*,
  2017, [arXiv:1611.04076](https://arxiv.org/abs/1611.04076). Section 3
  has both codings.
- J. H. Lim and J. C. Ye, *Geometric GAN*, 2017,
  [arXiv:1705.02894](https://arxiv.org/abs/1705.02894). The hinge loss.
- M. Arjovsky, S. Chintala and L. Bottou, *Wasserstein GAN*, 2017,
  [arXiv:1701.07875](https://arxiv.org/abs/1701.07875). Why a distance
  that keeps a slope.
"""
