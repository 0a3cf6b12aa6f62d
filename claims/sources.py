"""What the course's own sources say: five published lessons and assignments on GANs."""

from typing import Any

import keras
import numpy as np

import keras_gan as kg
from claims.averaging import EASY_RING, accuracy_falls, one_and_five, one_step, one_suffices
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
    Claim(
        id="S7",
        title="The discriminator's accuracy falls as the generator improves",
        source=f"{_OUTLINE}.",
        statement="""Samples are of higher quality in the last quarter of the run than in the first in at
            least 9 of 10 seeds, and the discriminator is right less often there, in at least 9 of 10.""",
        protocol=f"""{EASY_RING} The share of samples of high quality is the measure that the discriminator
            has no part in; accuracy is that on 2,500 fresh real samples and as many fakes. Both are means
            over the three looks of a quarter.""",
        cost=10,
        run=one_step,
        verdict=accuracy_falls,
        lesson="09d_fifty_percent",
    ),
    Untested(
        id="S8",
        title="Mode collapse occurs when the discriminator is too harsh",
        source=f"{_OUTLINE}, page of results.",
        statement="Mode collapse occurs when the discriminator is too harsh.",
        reason="""harsh has no measure there. A1 and A3 show what collapse hung on in one setting: there the
            discriminator learnt more slowly than the generator.""",
    ),
    Claim(
        id="S9",
        title="One discriminator step suffices; more keep the networks out of step",
        source=f"{_DRAFT}.",
        statement="""With one step of the discriminator for each of the generator all 8 modes are there in
            all 5 seeds, and with five steps the samples are of lower quality in at least 4 of 5.""",
        protocol=f"""{EASY_RING} Both runs have 3,000 steps of the generator, so the one with five sees five
            times as many samples. Quality is the share of high quality, the median over the last 6 looks.""",
        cost=30,
        run=one_and_five,
        verdict=one_suffices,
        seeds=(10, 11, 12, 13, 14),
        lesson="09d_fifty_percent",
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
