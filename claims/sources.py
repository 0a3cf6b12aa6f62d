"""What the course's own sources say: five published lessons and assignments on GANs."""

from typing import Any

import keras
import numpy as np

import keras_gan as kg
from claims.cures import trained
from claims.record import Claim, Condition, Results, Untested, Verdict, in_seeds, judged

LOOKS = (5, 10, 15, 20, 25, 30)
_ASSIGNMENT = "The GAN assignment that lesson 05 follows"
_FC = "The exercise on fully connected GANs"
_DEEP = "The deep MLP GAN on MNIST, Fashion-MNIST and CIFAR-10"
_OUTLINE = "The site on GANs whose outline the course took over"
_DRAFT = "The lesson draft that the course began with"


def assignment_run(seed: int) -> dict[str, Any]:
    """The assignment's GAN on MNIST for 30 epochs; how different its samples are, next to real digits."""
    real = (kg.load_images("mnist").train + 1) / 2
    he = keras.initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")
    common: Any = {"widths": (128,), "activation": "relu", "initializer": he}
    gan = kg.GAN(
        kg.mlp_generator(100, real.shape[1:], output_activation="sigmoid", seed=3 * seed, **common),
        kg.mlp_discriminator(real.shape[1:], seed=3 * seed + 1, **common),
        latent="uniform",
        seed=3 * seed + 2,
    )
    adam = {name: keras.optimizers.Adam(1e-3, epsilon=1e-8) for name in ("generator", "discriminator")}
    gan.compile(generator_optimizer=adam["generator"], discriminator_optimizer=adam["discriminator"])
    watch = kg.Watch(every=5, num_samples=500)
    gan.fit(real, batch_size=100, epochs=LOOKS[-1], verbose=0, callbacks=[watch])
    of_real = spread(real[:500])
    return {"spread, of real digits": [spread(samples) / of_real for samples in watch.samples[1:]]}


def spread(images: np.ndarray) -> float:
    """Mean distance between two images, over neighbours in a row of random ones."""
    flat = images.reshape(len(images), -1)
    return float(np.linalg.norm(flat - np.roll(flat, 1, axis=0), axis=1).mean())


def collapses_to_one_sample(results: Results) -> Verdict:
    """S1: the saying holds where samples at epoch 15 or 20 are nearly all alike."""
    flags = [min(row["spread, of real digits"][2:4]) < 0.1 for row in results]
    return judged(in_seeds("samples at epoch 15 or 20 alike", round(0.8 * len(results)), flags))


def loss_and_errors(seed: int) -> dict[str, Any]:
    """Error rate and loss of logits -d (x - d/2) times a scale, for N(0, 1) against N(d, 1), d = 2."""
    x = np.linspace(-8, 10, 20_001)
    step = x[1] - x[0]
    real, fake = (np.exp(-((x - mean) ** 2) / 2) / np.sqrt(2 * np.pi) * step for mean in (0, 2))
    found = {}
    for name, logits in {
        "best": -2 * (x - 1),
        "five times as sure": -10 * (x - 1),
        "shifted": -2 * (x - 1.3),
    }.items():
        wrong = (real[logits <= 0].sum() + fake[logits > 0].sum()) / 2
        loss = (real * np.logaddexp(0, -logits) + fake * np.logaddexp(0, logits)).sum()
        found[f"{name}: error rate"], found[f"{name}: loss"] = float(wrong), float(loss)
    return found


def loss_follows_errors(results: Results) -> Verdict:
    """S2: the saying holds where fewer errors mean a smaller loss."""
    (row,) = results
    sure, shifted = (
        {key: row[f"{name}: {key}"] for key in ("error rate", "loss")}
        for name in ("five times as sure", "shifted")
    )
    return judged(
        Condition(
            "fewer errors, smaller loss",
            f"the surer one errs in {sure['error rate']:.1%} with a loss of {sure['loss']:.2f}, "
            f"the shifted one in {shifted['error rate']:.1%} with {shifted['loss']:.2f}",
            sure["loss"] < shifted["loss"],
        )
    )


def harsh_discriminator(seed: int) -> dict[str, Any]:
    """RING64 with its discriminator and a harsher one: modes at the looks, KL, how far apart D answers."""
    found: dict[str, Any] = {}
    for name, rate in {"RING64": 1e-4, "harsher": 1e-3}.items():
        watch, logged = trained(seed, "GAN", rates=(1e-3, rate))
        apart = np.subtract(logged["d_real"], logged["d_fake"])
        found |= {
            f"{name}: modes": [scores["modes"] for scores in watch.metrics[1:]],
            f"{name}: KL": watch.metrics[-1]["kl"],
            f"{name}: D on real less D on fake": float(apart.mean()),
        }
    return found


def harshness_costs_modes(results: Results) -> Verdict:
    """S8: the saying holds where the harsher discriminator leaves fewer modes on average over the looks."""
    more = [float(np.mean(row["harsher: modes"]) - np.mean(row["RING64: modes"])) for row in results]
    num, needed = sum(each < 0 for each in more), round(0.8 * len(results))
    return judged(
        Condition(
            f"harsher: fewer modes in at least {needed} of {len(results)} seeds",
            f"{num} of {len(results)}, and more modes in {sum(each > 0 for each in more)}",
            num >= needed,
        )
    )


CLAIMS = (
    Claim(
        id="S1",
        title="Around epoch 15 to 20 the GAN collapses to one sample",
        source=f"{_ASSIGNMENT}.",
        statement="""At epoch 15 or 20, 500 samples differ from one another by less than a tenth of what
            real digits do, in at least 8 of 10 seeds.""",
        protocol="""The assignment's recipe on MNIST: 100-128-784 and 784-128-1, batches of 100, 30 epochs,
            Adam at 0.001. Looks every 5 epochs; the spread is the mean distance between two samples.""",
        cost=60,
        run=assignment_run,
        verdict=collapses_to_one_sample,
        lesson="05_first_gan",
    ),
    Claim(
        id="S2",
        title="The discriminator's loss reflects how often it classifies wrong",
        source=f"{_ASSIGNMENT}.",
        statement="Of two discriminators, the one that is wrong less often has the smaller loss.",
        protocol="""Real samples from N(0, 1), fake ones from N(2, 1), and logits on a line: the best one
            times five, and the best one shifted by 0.3. Integrals on a grid.""",
        cost=1,
        run=loss_and_errors,
        verdict=loss_follows_errors,
        lesson="02_training_the_discriminator",
        seeds=(0,),
        exact=True,
    ),
    Untested(
        id="S3",
        title="Fully connected networks are fine for small images, not for large ones",
        source=f"{_FC}.",
        statement="For small images fully connected layers are OK; large ones want convolutions.",
        reason="""it needs a distance between image sets that holds at both sizes, and long runs at the
            large one.""",
    ),
    Untested(
        id="S4",
        title="Leaky ReLU lets the gradient flow",
        source=f"{_FC}.",
        statement="Leaky ReLUs are a good choice on hidden units because they let the gradient through.",
        reason="a test has to say by which number a run is better; the ledger has none for images yet.",
    ),
    Untested(
        id="S5",
        title="With three layers the network can no longer train; batch normalisation helps",
        source=f"{_FC}.",
        statement="At three hidden layers a network can no longer train without batch normalisation.",
        reason="a test has to say by which number a run is better; the ledger has none for images yet.",
    ),
    Untested(
        id="S6",
        title="A deep MLP GAN learns CIFAR-10",
        source=f"{_DEEP}.",
        statement="Fully connected networks, 100 epochs, give CIFAR-10 samples.",
        reason="a hundred epochs of these networks take hours on two cores.",
    ),
    Untested(
        id="S7",
        title="The discriminator's accuracy falls as the generator improves",
        source=f"{_OUTLINE}.",
        statement="As training goes well the discriminator gets worse at telling the difference.",
        reason="""it is about runs that go well, and needs a measure of that which the discriminator has no
            part in; on the ring the KL is one, and a test is still to be written.""",
    ),
    Claim(
        id="S8",
        title="Mode collapse occurs when the discriminator is too harsh",
        source=f"{_OUTLINE}, page of results.",
        statement="""On a ring where the GAN collapses, a discriminator with ten times the learning rate
            leaves fewer modes on average over the looks, in at least 8 of 10 seeds.""",
        protocol="""RING64, as under A1, for 3,000 steps with looks every 750. The saying has no measure of
            harsh; here it is how fast the discriminator learns. How far apart its mean answers to real and
            to fake samples lie is stored beside it. The pilot was one seed of a program in NumPy, with more
            modes at the higher rate.""",
        cost=12,
        run=harsh_discriminator,
        verdict=harshness_costs_modes,
        lesson="10a_mode_collapse",
    ),
    Untested(
        id="S9",
        title="One discriminator step suffices; more keep the networks out of step",
        source=f"{_DRAFT}.",
        statement="k = 1 suffices, and a larger k keeps the networks out of step.",
        reason="the test, the ring with one and with five steps, is still to be written.",
    ),
    Untested(
        id="S10",
        title="Unequal learning rates make gradients vanish",
        source=f"{_DRAFT}.",
        statement="Learning rates that differ lead to vanishing gradients.",
        reason="""it is one of several causes at most: in C2 and C4 the rates are the same, and the gradient
            vanishes in one and not in the other.""",
    ),
    Untested(
        id="S11",
        title="To join a VAE and a GAN, add up the losses",
        source=f"{_ASSIGNMENT}.",
        statement="The decoder of a VAE is the generator of a GAN; add up the losses.",
        reason="it asks for networks with an encoder, which the course's one training loop does not have.",
    ),
)
