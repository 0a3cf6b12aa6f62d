"""What the course's own sources say: five published lessons and assignments on GANs."""

from typing import Any

import keras
import numpy as np

import keras_gan as kg
from claims.averaging import EASY_RING, accuracy_falls, one_step
from claims.cures import trained
from claims.rates import pairs_of_rates, unequal_ones_vanish
from claims.record import Claim, Condition, Outcome, Results, Untested, Verdict, in_seeds, judged, most
from claims.sizes import fine_for_small_only, sizes
from claims.trial import Setup, coverage
from claims.tricks import SETTING, five_steps, helps, leaky_relu

EVERY, EPOCHS = 5, 30
NUM_SAMPLES = 2_000
SPREAD, SHARE = "spread, of real digits", "share of the most frequent digit"
DEPTHS = (1, 2, 3, 4)
_ASSIGNMENT = "The GAN assignment that lesson 05 follows"
_FC = "The exercise on fully connected GANs"
_DEEP = "The deep MLP GAN on MNIST, Fashion-MNIST and CIFAR-10"
_OUTLINE = "The site on GANs whose outline the course took over"
_DRAFT = (
    "CAIS++, *Lesson 10: Generative Adversarial Networks*, 2018, and its draft, with which the course began"
)


def assignment_run(seed: int) -> dict[str, Any]:
    """The assignment's GAN on MNIST: every 5 epochs, how different its samples are, and which digits."""
    images = kg.load_images("mnist")
    real = (images.train + 1) / 2
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
    watch = kg.Watch(every=EVERY, num_samples=NUM_SAMPLES)
    gan.fit(real, batch_size=100, epochs=EPOCHS, verbose=0, callbacks=[watch])
    looks, of_real = watch.samples[1:], spread(real[:NUM_SAMPLES])
    classifier = kg.load_classifier(images)
    hits = [np.bincount(classifier.labels(2 * samples - 1), minlength=10) for samples in looks]
    return {
        SPREAD: [spread(samples) / of_real for samples in looks],
        SHARE: [float(each.max() / NUM_SAMPLES) for each in hits],
        "digits with 1 % of the samples or more": [int((each >= NUM_SAMPLES / 100).sum()) for each in hits],
    }


def spread(images: np.ndarray) -> float:
    """Mean distance between two images, over neighbours in a row of random ones."""
    flat = images.reshape(len(images), -1)
    return float(np.linalg.norm(flat - np.roll(flat, 1, axis=0), axis=1).mean())


def collapses_to_one_sample(results: Results) -> Verdict:
    """S1: the saying holds where samples at epoch 15 or 20 are nearly all alike, or nearly all one digit."""
    spreads, shares = (np.array([row[name][2:4] for row in results]) for name in (SPREAD, SHARE))
    num = int(((spreads.min(axis=1) < 0.1) | (shares.max(axis=1) > 0.9)).sum())
    needed = most(0.8, results)
    return judged(
        Condition(
            f"samples at epoch 15 or 20 alike, or of one digit, in at least {needed} of {len(results)} seeds",
            f"{num} of {len(results)}, with a spread of {spreads.min():.2f} or more, and {shares.max():.0%} "
            "or less of one digit",
            num >= needed,
        )
    )


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


def depth_and_normalisation(seed: int) -> dict[str, Any]:
    """Coverage of digits with 1 to 4 hidden layers in both networks, without and with batch normalisation."""
    return {
        name: [coverage(Setup(depth=depth, batch_normalization=flag), "digits", seed) for depth in DEPTHS]
        for name, flag in (("plain", False), ("normalised", True))
    }


def three_layers_need_normalisation(results: Results) -> Verdict:
    """S5: three layers fail where one does not, and batch normalisation repairs it."""
    plain, normalised = (np.array([row[name] for row in results]) for name in ("plain", "normalised"))
    needed = most(0.8, results)
    return judged(
        in_seeds(
            f"three layers cover at most half of what one does, medians {np.median(plain[:, 2]):.3f} and "
            f"{np.median(plain[:, 0]):.3f},",
            needed,
            list(plain[:, 2] <= plain[:, 0] / 2),
        ),
        in_seeds(
            f"with batch normalisation three layers cover more, median {np.median(normalised[:, 2]):.3f},",
            needed,
            list(normalised[:, 2] > plain[:, 2]),
        ),
    )


def one_step_suffices(results: Results) -> Verdict:
    """S9: the saying holds where five steps help on no data set."""
    verdict = helps(results)
    opposite: dict[Outcome, Outcome] = {"confirmed": "refuted", "refuted": "confirmed", "depends": "depends"}
    return Verdict(opposite[verdict.outcome], f"Five steps against one: {verdict.sentence}")


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
    num, needed = sum(each < 0 for each in more), most(0.8, results)
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
        statement="""In at least 8 of 10 seeds, at epoch 15 or 20, 2,000 samples differ from one another by
            less than a tenth of what real digits do, or a classifier reads one and the same digit in more
            than 90 % of them.""",
        protocol="""The assignment's recipe on MNIST: 100-128-784 and 784-128-1, batches of 100, 30 epochs,
            Adam at 0.001. Looks every 5 epochs; the spread is the mean distance between two samples. A
            first proposal had the spread alone; a generator of one digit in many hands would have passed,
            so the classifier of `load_classifier` was added before the test. Either measure counts, which
            favours the saying. The bounds mean "nearly all" and come from no pilot.""",
        cost=60,
        run=assignment_run,
        verdict=collapses_to_one_sample,
        lesson="10e_does_the_first_gan_collapse",
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
    Claim(
        id="S3",
        title="Fully connected networks are fine for small images, not for large ones",
        source=f"{_FC}.",
        statement="""Digits of 8×8 pixels: dense networks with as many weights as convolutional ones cover at
            least three quarters of what those cover. Digits of 64×64 pixels: less than half. Both in all
            10 seeds.""",
        protocol="""MNIST at 8, 16, 28 and 64 pixels, resampled, 400 steps of 32 images. Convolutional pairs
            whose smallest map has 64 channels, two doublings (four at 64 pixels); dense pairs with two
            hidden layers and as many weights, or as many multiplications. Adam at 0.0003, generators with
            batch normalisation; of the discriminators the convolutional ones alone, since each kind covered
            less the other way round (a trial at 8 and 16 pixels; S5). Coverage of 1,000 unseen digits by as
            many samples, by distances of pixels. The thresholds are what the words mean: they come from no
            trial. First run on seeds 10 to 12, with the same rule.""",
        cost=110,
        run=sizes,
        verdict=fine_for_small_only,
        lesson="13a_why_convolutions",
    ),
    Claim(
        id="S4",
        title="Leaky ReLU lets the gradient flow",
        source=f"{_FC}.",
        statement="""Leaky ReLUs are a good choice on hidden units because they let the gradient through:
            samples cover more with them than with ReLUs in at least 9 of 10 seeds. Confirmed where that
            holds on ring and digits, refuted where on neither; else it depends.""",
        protocol=f"""With: leaky ReLU in both networks. Without: ReLU in both. {SETTING} The runs are those
            of T5. The exercise has a slope of 0.01, these runs 0.2.""",
        cost=6,
        run=leaky_relu,
        verdict=helps,
        lesson="06a_fully_connected_gans",
    ),
    Claim(
        id="S5",
        title="With three layers the network can no longer train; batch normalisation helps",
        source=f"{_FC}.",
        statement="""On digits, three hidden layers in both networks cover at most half of what one covers,
            and with batch normalisation three layers cover more than without, both in at least 8 of 10
            seeds.""",
        protocol=f"""Digits of 8×8 pixels, one to four hidden layers in both networks, with and without batch
            normalisation in both; else as in T5. {SETTING} The exercise has MNIST, 128 units and 100
            epochs. Looked at afterwards, with one seed and two layers: normalised in the generator alone
            0.70, in the discriminator alone 0, in both 0.01.""",
        cost=12,
        run=depth_and_normalisation,
        verdict=three_layers_need_normalisation,
        lesson="06b_how_deep",
    ),
    Untested(
        id="S6",
        title="A deep MLP GAN learns CIFAR-10",
        source=f"{_DEEP}.",
        statement="Fully connected networks, 100 epochs, give CIFAR-10 samples.",
        reason="""a hundred epochs of these networks take hours on two cores. One run, on a GPU, with 10,000
            of the images, is in the gallery.""",
    ),
    Claim(
        id="S7",
        title="The discriminator's accuracy falls as the generator improves",
        source=f"{_OUTLINE}.",
        statement="""Samples are of higher quality in the last quarter of the run than in the first in at
            least 8 of 10 seeds, and the discriminator is right less often there, in at least 8 of 10.""",
        protocol=f"""{EASY_RING} The share of samples of high quality is the measure that the discriminator
            has no part in; accuracy is that on 2,500 fresh real samples and as many fakes. Both are means
            over the three looks of a quarter.""",
        cost=10,
        run=one_step,
        verdict=accuracy_falls,
        lesson="09d_fifty_percent",
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
    Claim(
        id="S9",
        title="One discriminator step suffices",
        source=f"{_DRAFT}.",
        statement="""k = 1 suffices. Confirmed where five steps cover more than one in at least 9 of 10 seeds
            neither on the ring nor on digits; refuted where on both; else it depends.""",
        protocol=f"""Five steps of the discriminator for each of the generator's, against one. {SETTING} The
            runs are those of T14.""",
        cost=10,
        run=five_steps,
        verdict=one_step_suffices,
    ),
    Claim(
        id="S10",
        title="Unequal learning rates make gradients vanish",
        source=f"{_DRAFT}.",
        statement="""Where the two learning rates differ tenfold, either way, the norm of the saturating
            loss's gradient is at most a hundredth of its start by the end of 2,000 steps, in every seed;
            where they are equal, usual, ten times as high or ten times as low, it is more, in every seed. It
            depends where only one of the two unequal pairs loses its gradient.""",
        protocol="""The surface in 64 dimensions and the networks of C2, fresh, but both players train, with
            the minimax losses: Adam, β₁ = 0.5, batches of 64 fresh samples. Rates of generator and
            discriminator: 0.0002 each; 0.002 each; 0.00002 each; 0.0002 and 0.002; 0.002 and 0.0002. The end
            is the median over the last 500 steps; the norms are those of C2. The draft names no rates.
            First run on seeds 10 to 14, with the same rule.""",
        cost=40,
        run=pairs_of_rates,
        verdict=unequal_ones_vanish,
        lesson="08c_cures_for_vanishing_gradients",
    ),
)
