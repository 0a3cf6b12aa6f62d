# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 15: the bound, and when a VAE gives up on $z$

The smallest VAE: one number $x$, one number $z$, and a decoder that
multiplies by $w$ and adds noise of variance $s$:

$$ z \sim N(0, 1), \qquad x = w z + \text{noise}, \qquad
   \text{noise} \sim N(0, s). $$

Here everything has a formula. The density of $x$ is that of
$N(0, w^2 + s)$. If the encoder answers $N(m, v)$, the bound is

$$ \underbrace{-\tfrac12 \log(2 \pi s)
   - \frac{(x - w m)^2 + w^2 v}{2 s}}_{\text{expected log density of a copy}}
   \;-\; \underbrace{\tfrac12 (m^2 + v - 1 - \log v)}_{\mathrm{KL}}. $$

Write `bound(x, m, v, w, s)`. The term $w^2 v$ is there because the
copy is made from a drawn $z$, not from the mean $m$.
"""

# %%
import numpy as np
from scipy.stats import norm

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def bound(x, m, v, w, s):
    """The bound on log p(x), in nats; v and s are variances."""
    # BEGIN SOLUTION
    squares = (x - w * m) ** 2 + w**2 * v
    # WRONG: squares = (x - w * m) ** 2
    copies = -np.log(2 * np.pi * s) / 2 - squares / (2 * s)
    return copies - (m**2 + v - 1 - np.log(v)) / 2
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass. The first looks at a
decoder that ignores z, the second at encoders drawn at random: a bound
is never above what it bounds.
"""

# %%
value = bound(1.5, 0.0, 1.0, 0.0, 0.7)
exact = norm.logpdf(1.5, 0, np.sqrt(0.7))
assert abs(value - exact) < 1e-9, (
    f"w = 0: {value:.4f}, expected {exact:.4f}"
)

# %%
rng = np.random.default_rng(SEED)
for _ in range(1_000):
    x, m, w = rng.normal(size=3) * 2
    v, s = rng.uniform(0.05, 3, size=2)
    value = bound(x, m, v, w, s)
    exact = norm.logpdf(x, 0, np.hypot(w, s**0.5))
    assert value < exact + 1e-9, (
        f"x={x:.2f}, m={m:.2f}, v={v:.2f}, w={w:.2f}, s={s:.2f}: the "
        f"bound {value:.3f} is above the log density {exact:.3f}; "
        "is each term there, with its sign?"
    )

# %% [markdown]
r"""
The bound is met by one encoder: the one that knows the true
distribution of $z$ given $x$. For this decoder that is a normal
distribution with

$$ m = \frac{w x}{w^2 + s}, \qquad v = \frac{s}{w^2 + s}. $$
"""


# %%
def best_encoder(x, w, s):
    return w * x / (w**2 + s), s / (w**2 + s)


# %%
for x, w, s in [(2.0, 1.0, 0.5), (-1.0, 0.3, 4.0), (0.5, 2.0, 0.1)]:
    value = bound(x, *best_encoder(x, w, s), w, s)
    exact = norm.logpdf(x, 0, np.hypot(w, s**0.5))
    assert abs(value - exact) < 1e-9, (
        f"bound {value:.4f}, expected the log density {exact:.4f}"
    )

# %% [markdown]
r"""
Now the choice that the lesson is about. The noise $s$ is not learned,
it sets the weight of the error. Let the data have mean 0 and a variance.
With the best encoder the bound holds $x$ as a square only, so its mean
over the data is its value at the root of the variance.

Write `best_weight(variance, s)`: with the best encoder, which of
`candidates` has the highest mean bound?
"""

# %%
candidates = np.linspace(0, 3, 3_001)


# %%
def best_weight(variance, s):
    """The w of the best decoder, one of `candidates`."""
    # BEGIN SOLUTION
    root = np.sqrt(variance)
    # WRONG: root = variance
    means = bound(
        root, *best_encoder(root, candidates, s), candidates, s
    )
    return candidates[int(np.argmax(means))]
    # END SOLUTION


# %%
for s, square in [(0.5, 2.3), (32, 0), (2.7, 0.1)]:
    w, expected = best_weight(2.8, s), np.sqrt(square)
    assert abs(w - expected) < 1e-3, (
        f"noise {s}: w = {w:.3f}, expected {expected:.3f}; "
        "is the bound taken at the right x?"
    )
print("All tests pass.")

# %% [markdown]
"""
The best decoder explains what the noise does not: its square is the
variance less the noise, or 0. With a noise above the variance of the
data, z is worth nothing, the KL is 0, and the copies are all one
picture: the mean. Averaging an error over pixels makes the noise as
many times larger as there are pixels.
"""
