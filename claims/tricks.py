"""The seventeen tricks of the list "How to train a GAN? Tips and tricks to make GANs work".

Those that are tested have one form: a small GAN with the trick and without, on ring and digits, over seeds.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import keras_gan as kg
from claims.record import Claim, Outcome, Results, Untested, Verdict, most
from claims.trial import STEPS, Setup, coverage

DATA = ("ring", "digits")
SGD_RATE, NOISE, NUM_KERNELS = 0.1, 0.1, 16


def compare(seed: int, trick: Setup, plain: Setup, data: Sequence[str] = DATA) -> dict[str, Any]:
    """Coverage with the trick and without it, on each data set."""
    setups = {"with": trick, "without": plain}
    return {
        f"{name}, {label}": coverage(setup, name, seed) for name in data for label, setup in setups.items()
    }


def helps(results: Results) -> Verdict:
    """Confirmed where the trick helps on every data set, refuted where on none, else it depends."""
    parts, flags = [], []
    for name in dict.fromkeys(key.partition(",")[0] for key in results[0]):
        have, lack = (np.array([row[f"{name}, {label}"] for row in results]) for label in ("with", "without"))
        wins = int((have > lack).sum())
        flags.append(wins >= most(0.9, results))
        medians = f"median {np.median(have):.3f} with it and {np.median(lack):.3f} without"
        parts.append(f"{name}: more in {wins} of {len(results)} seeds, {medians}")
    outcome: Outcome = "confirmed" if all(flags) else "depends" if any(flags) else "refuted"
    return Verdict(outcome, "; ".join(parts) + ".")


def tanh_range(seed: int) -> dict[str, Any]:
    """T1: digits in [-1, 1] and a tanh; without, in [0, 1] and a sigmoid."""
    return compare(seed, Setup(), Setup(zero_to_one=True), ("digits",))


def non_saturating_loss(seed: int) -> dict[str, Any]:
    """T2: without, the generator minimises log(1 - D(G(z)))."""
    return compare(seed, Setup(), Setup(loss=kg.Minimax()))


def normal_z(seed: int) -> dict[str, Any]:
    """T3: without, z is uniform on [-1, 1)."""
    return compare(seed, Setup(), Setup(latent="uniform"))


def leaky_relu(seed: int) -> dict[str, Any]:
    """T5 and S4: without, the hidden units of both networks are ReLUs."""
    return compare(seed, Setup(), Setup(activation="relu"))


def soft_labels(seed: int) -> dict[str, Any]:
    """T6: a target of 0.9 for real samples."""
    return compare(seed, Setup(loss=kg.NonSaturating(real_label=0.9)), Setup())


def sgd_for_the_discriminator(seed: int) -> dict[str, Any]:
    """T9: without, both have Adam."""
    return compare(seed, Setup(discriminator_sgd=SGD_RATE), Setup())


def decaying_noise(seed: int) -> dict[str, Any]:
    """T13: noise that falls to zero at the last step."""
    return compare(seed, Setup(instance_noise=kg.InstanceNoise(NOISE, decay_steps=STEPS)), Setup())


def five_steps(seed: int) -> dict[str, Any]:
    """T14 and S9: five steps of the discriminator for each of the generator."""
    return compare(seed, Setup(discriminator_steps=5), Setup())


def batch_discrimination(seed: int) -> dict[str, Any]:
    """T15: minibatch discrimination before the logit."""
    return compare(seed, Setup(num_kernels=NUM_KERNELS), Setup())


def dropout(seed: int) -> dict[str, Any]:
    """T17: half of the generator's hidden units dropped, in training and in sampling."""
    return compare(seed, Setup(dropout=0.5), Setup())


_LIST = "Chintala, Denton, Arjovsky and Mathieu, *How to train a GAN? Tips and tricks to make GANs work*"
_RULE = """It helps on a data set where samples cover more with it in at least 9 of 10 seeds. Confirmed
    where it helps on ring and digits, refuted where on neither; else it depends."""
SETTING = """Ring (8 modes, standard deviation 0.05) and digits (8×8 pixels); `z` of length 16; two hidden
    layers of 64, leaky ReLU 0.2, no normalisation; non-saturating loss; Adam at 0.001, β₁ = 0.5; 1,500
    steps, batches of 64. Coverage is the share of fresh real samples with a generated one nearer than the
    fifth other real one. One setting, small networks, few steps: elsewhere it may come out otherwise. The
    pilot was seed 0 without any trick."""


def _trick(number: int, title: str, statement: str, reason: str) -> Untested:
    return Untested(
        id=f"T{number}", title=title, source=f"{_LIST}, number {number}.", statement=statement, reason=reason
    )


def _tried(
    number: int,
    title: str,
    statement: str,
    trial: str,
    run: Callable[[int], dict[str, Any]],
    rule: str = _RULE,
) -> Claim:
    return Claim(
        id=f"T{number}",
        title=title,
        source=f"{_LIST}, number {number}.",
        statement=f"{statement} {rule}",
        protocol=f"{trial} {SETTING}",
        cost=6,
        run=run,
        verdict=helps,
    )


CLAIMS = (
    _tried(
        1,
        "Normalise the inputs",
        "Scale images to [-1, 1] and end the generator in a tanh.",
        """With: as the list says, which is this course's convention. Without: images in [0, 1] and a
        sigmoid. Digits alone.""",
        tanh_range,
        """It helps where samples cover more with it in at least 9 of 10 seeds; else it is refuted.""",
    ),
    _tried(
        2,
        "A modified loss",
        "Maximise log D(G(z)) rather than minimise log(1 - D(G(z))), whose gradient vanishes early.",
        """With: the non-saturating loss. Without: minimax. C2 and C4 test the reason that the list gives, B3
        that the loss brings no convergence. The list's other half, flipped labels, is the same loss written
        otherwise.""",
        non_saturating_loss,
    ),
    _tried(
        3,
        "A spherical z",
        "Draw z from a normal distribution, not from a uniform one.",
        """With: standard normal. Without: uniform on [-1, 1). The list's other half, interpolation along
        great circles, is not tested.""",
        normal_z,
    ),
    _trick(
        4,
        "Batch normalisation, real and fake apart",
        "Batches hold real samples alone or fakes alone; else use instance normalisation.",
        """here real and fake always pass through the discriminator apart, so there is nothing to compare
        with.""",
    ),
    _tried(
        5,
        "Avoid sparse gradients",
        "Leaky ReLU, strided convolutions; no ReLU, no pooling.",
        """With: leaky ReLU in both networks. Without: ReLU in both. Pooling is not tested: these networks
        have no convolutions.""",
        leaky_relu,
    ),
    _tried(
        6,
        "Soft and noisy labels",
        "Real labels from 0.7 to 1.2, fake ones from 0 to 0.3; flip labels now and then.",
        """With: 0.9 for all real samples, as in Salimans et al. 2016, section 3.4. Without: 1. Labels above
        1 and flips are not tested: with a target above 1 the cross-entropy has no lower bound where only
        real samples lie.""",
        soft_labels,
    ),
    _trick(
        7,
        "DCGAN, or a hybrid",
        "Use a DCGAN when you can, else KL + GAN or VAE + GAN.",
        "it is no claim that a run could refute.",
    ),
    _trick(
        8,
        "Stability tricks from reinforcement learning",
        "Show old fakes now and then; swap in old players.",
        "the training loop has no replay, and none is planned.",
    ),
    _tried(
        9,
        "Adam",
        "Adam for the generator, SGD for the discriminator.",
        f"""With: SGD for the discriminator at a rate of {SGD_RATE:g}, which was not tuned. Without: Adam for
        both.""",
        sgd_for_the_discriminator,
    ),
    _trick(
        10,
        "Track failures early",
        "A discriminator loss of 0 is a failure, and so are gradient norms over 100.",
        """these are signs, not remedies. C2 shows the first one: there the generator gets no gradient from
        the saturating loss, and more from the other.""",
    ),
    _trick(
        11,
        "No balance by statistics",
        "Do not look for a schedule of generator and discriminator steps by their losses.",
        "that nobody found a good schedule is nothing that a run could refute.",
    ),
    _trick(
        12,
        "Use labels",
        "With labels, let the discriminator classify the samples too.",
        "the discriminators of this course answer with one logit and do not classify.",
    ),
    _tried(
        13,
        "Noise on the inputs",
        "Add noise to what the discriminator reads, and let it decay.",
        f"""With: a standard deviation that falls from {NOISE:g} to 0, linearly over the run. Without: no
        noise. C5 tests that noise keeps the gradient, B2 that it makes the smallest GAN converge.""",
        decaying_noise,
    ),
    _tried(
        14,
        "Train the discriminator more",
        "Sometimes, above all with noise (the list: not sure).",
        """With: five steps of the discriminator for each of the generator's. Without: one. Noise is not
        added.""",
        five_steps,
    ),
    _tried(
        15,
        "Batch discrimination",
        "Mixed results (the list: not sure).",
        f"""With: minibatch discrimination (Salimans et al. 2016, section 3.2) before the logit,
        {NUM_KERNELS} kernels of 3 numbers. Without: none. A1 tests packs, the same idea.""",
        batch_discrimination,
    ),
    _trick(
        16,
        "Discrete variables in conditional GANs",
        "An embedding of few dimensions, as additional channels.",
        """the list does not say what is better than otherwise; the conditional networks here take labels in
        one way each.""",
    ),
    _tried(
        17,
        "Dropout in the generator",
        "At 50 %, in training and in sampling.",
        "With: half of the generator's hidden units dropped, also where samples are drawn. Without: none.",
        dropout,
    ),
)
