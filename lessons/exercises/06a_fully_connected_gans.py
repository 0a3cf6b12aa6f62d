# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 06a: where is the balance with a label of 0.9?

A linear discriminator answers $D(x) = \sigma(w \cdot x + c)$. With the
real label $\alpha$ it pays for each real image

$$ -\alpha \log D(x) - (1 - \alpha) \log(1 - D(x)), $$

and for each fake $-\log(1 - D(x))$. Its loss is the mean over the real
images plus the mean over the fakes.

Write `loss_and_slope(w, c, real, fake, label)`. Hint: with $a = w \cdot
x + c$ the slope of the real term by $a$ is $\sigma(a) - \alpha$, and
that of the fake term is $\sigma(a)$. `np.logaddexp(0, a)` is $\log(1 +
e^a)$ without overflow.
"""

# %%
import numpy as np

import keras_gan as kg

# The tests were tried with the seeds 0 to 9.
SEED = 0


# %%
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


# %%
def loss_and_slope(w, c, real, fake, label):
    """Returns the loss, its slope by w and its slope by c.

    w: (pixels,), real and fake: (n, pixels), label: in (0.5, 1].
    """
    # BEGIN SOLUTION
    a, b = real @ w + c, fake @ w + c
    on_real = label * np.logaddexp(0, -a)
    on_real += (1 - label) * np.logaddexp(0, a)
    loss = on_real.mean() + np.logaddexp(0, b).mean()
    pull, push = sigmoid(a) - label, sigmoid(b)
    # WRONG: pull, push = sigmoid(a) - 1, sigmoid(b)
    by_w = pull @ real / len(real) + push @ fake / len(fake)
    return loss, by_w, pull.mean() + push.mean()
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass. The first compares the
loss with the package's, the second the slopes with differences.
"""

# %%
rng = np.random.default_rng(SEED)
real, fake = rng.normal(size=(40, 5)), rng.normal(size=(30, 5)) + 0.3
w, c = rng.normal(size=5), 0.2

# %%
for label in (1.0, 0.9):
    game = kg.NonSaturating(real_label=label)
    logits = [(x @ w + c)[:, None] for x in (real, fake)]
    expected = sum(float(t) for t in game.discriminator_terms(*logits))
    loss, by_w, by_c = loss_and_slope(w, c, real, fake, label)
    assert abs(loss - expected) < 1e-5, (
        f"label {label}: loss {loss}, expected {expected}"
    )

# %%
_, by_w, by_c = loss_and_slope(w, c, real, fake, 0.9)
for k, step in enumerate(1e-5 * np.eye(5)):
    up = loss_and_slope(w + step, c, real, fake, 0.9)[0]
    down = loss_and_slope(w - step, c, real, fake, 0.9)[0]
    difference = (up - down) / 2e-5
    assert abs(by_w[k] - difference) < 1e-6, (
        f"slope by w[{k}] {by_w[k]:.6f}, expected {difference:.6f}; "
        "and the label is 0.9, not 1"
    )

# %%
up = loss_and_slope(w, c + 1e-5, real, fake, 0.9)[0]
down = loss_and_slope(w, c - 1e-5, real, fake, 0.9)[0]
difference = (up - down) / 2e-5
assert abs(by_c - difference) < 1e-6, (
    f"slope by c {by_c:.6f}, expected {difference:.6f}"
)

# %% [markdown]
r"""
Where real and fake cannot be told apart, $w = 0$ and only $c$ is left.
Write `balance(label)`: the answer $D$ that is best there, the
discriminator's loss, and the non-saturating loss of the generator,
$-\log D$. Set the slope by $c$ to zero, with pencil and paper.
"""


# %%
def balance(label):
    """Returns D, the discriminator's loss and the generator's."""
    # BEGIN SOLUTION
    answer = label / 2
    # WRONG: answer = label / (1 + label)
    on_real = -label * np.log(answer) - (1 - label) * np.log1p(-answer)
    return answer, on_real - np.log1p(-answer), -np.log(answer)
    # END SOLUTION


# %%
found, expected = balance(1.0), (0.5, 2 * np.log(2), np.log(2))
assert np.allclose(found, expected), (
    f"label 1: {np.round(found, 4)}, expected {np.round(expected, 4)}"
)
found, expected = balance(0.9), (0.45, 1.3763, 0.7985)
assert np.allclose(found, expected, atol=1e-4), (
    f"label 0.9: {np.round(found, 4)}, expected {expected}; "
    "a tenth of each real image counts as fake"
)

# %% [markdown]
"""
And is it the lowest point? Your two functions have to agree, and no
other `c` may do better, nor any `w` where both sets have one mean.
"""

# %%
for label in (0.7, 0.9, 1.0):
    answer, lowest, _ = balance(label)
    c = np.log(answer / (1 - answer))
    real = rng.normal(size=(200, 3))
    fake = 2 * rng.normal(size=(200, 3))
    fake += real.mean(axis=0) - fake.mean(axis=0)  # equal means
    loss, by_w, by_c = loss_and_slope(np.zeros(3), c, real, fake, label)
    assert abs(loss - lowest) < 1e-9, (
        f"label {label}: loss {loss}, balance says {lowest}"
    )
    steepest = np.abs([*by_w, by_c]).max()
    assert steepest < 1e-9, f"label {label}: slope {steepest}, not 0"
    for other in rng.normal(size=(100, 4)):
        args = (other[:3], c + other[3], real, fake, label)
        loss = loss_and_slope(*args)[0]
        assert loss > lowest, f"{loss} elsewhere, below {lowest}"
print("All tests pass.")
