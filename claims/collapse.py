"""Mode collapse: a ring on which a plain GAN collapses, what packing does, and what does not do it.

The ring is called RING64 below: 8 modes of standard deviation 0.05 on a circle of radius 1, `z` of length 64,
two hidden layers of 128 in both networks, a generator that learns ten times as fast as the discriminator.
"""

from itertools import pairwise
from typing import Any

import keras
import numpy as np

import keras_gan as kg
from claims.record import Claim, Condition, Results, Verdict, in_seeds, judged, most

STEPS_PER_LOOK = 1_500
LOOKS = 4
NUM_SAMPLES = 2_500


def ring_run(
    seed: int,
    *,
    batch_size: int = 128,
    packing: int = 1,
    latent_dim: int = 64,
    rates: tuple[float, float] = (1e-3, 1e-4),
    steps_per_look: int = STEPS_PER_LOOK,
) -> dict[str, Any]:
    """Trains on the ring; returns at four looks the modes, and at the end quality, KL and changed modes."""
    data = kg.ring(num_train=batch_size * steps_per_look, seed=seed)
    common: Any = {"activation": "leaky_relu_0.2", "initializer": "he_normal"}
    gan = kg.GAN(
        kg.mlp_generator(latent_dim, (2,), seed=3 * seed, **common),
        kg.mlp_discriminator((2 * packing,), seed=3 * seed + 1, **common),
        packing=packing,
        seed=3 * seed + 2,
    )
    generator_rate, discriminator_rate = rates
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(generator_rate, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(discriminator_rate, beta_1=0.5),
    )
    watch = kg.Watch(data, num_samples=NUM_SAMPLES)
    gan.fit(data.train, batch_size=batch_size, epochs=LOOKS, verbose=0, callbacks=[watch])
    sets = [captured(samples, data.modes, data.std) for samples in watch.samples[1:]]
    return {
        "modes": [len(modes) for modes in sets],
        "high_quality": watch.metrics[-1]["high_quality"],
        "kl": watch.metrics[-1]["kl"],
        "changes": sum(before != after for before, after in pairwise(sets)),
    }


def captured(samples: np.ndarray, modes: Any, std: Any) -> set[int]:
    """Which modes have a sample within three standard deviations."""
    return {number for number, mode in enumerate(modes) if kg.metrics.modes_captured(samples, [mode], std)}


def gan_on_ring(seed: int) -> dict[str, Any]:
    """The plain GAN on RING64."""
    return ring_run(seed)


def gan_and_packs(seed: int) -> dict[str, Any]:
    """The plain GAN, and 64 packs of two: as many samples a step."""
    plain, packed = gan_on_ring(seed), ring_run(seed, packing=2)
    return {
        **{f"GAN {name}": value for name, value in plain.items()},
        **{f"packs {name}": value for name, value in packed.items()},
    }


def gan_with_twice_the_samples(seed: int) -> dict[str, Any]:
    """The plain GAN on RING64 with batches of 256."""
    return ring_run(seed, batch_size=256)


def gan_on_easy_ring(seed: int) -> dict[str, Any]:
    """`z` of length 2, both networks at the same rate, 8,000 steps."""
    return ring_run(seed, latent_dim=2, rates=(1e-3, 1e-3), steps_per_look=2_000)


def packs_cover_the_ring(results: Results) -> Verdict:
    """A1: low for the plain GAN, full for packs, and packs nearer in every seed."""
    plain, packed = (np.array([row[f"{name} kl"] for row in results]) for name in ("GAN", "packs"))
    return judged(
        in_seeds(
            "GAN: at most 5 modes on average over the looks",
            most(0.8, results),
            [float(np.mean(row["GAN modes"])) <= 5 for row in results],
        ),
        Condition(
            "GAN: median KL at the end at least 0.2", f"{np.median(plain):.2f}", np.median(plain) >= 0.2
        ),
        in_seeds(
            "packs: all 8 modes at the end",
            most(0.9, results),
            [row["packs modes"][-1] == 8 for row in results],
        ),
        Condition(
            "packs: median KL at most 0.15", f"{np.median(packed):.3f}", bool(np.median(packed) <= 0.15)
        ),
        in_seeds("packs nearer in KL than the GAN", len(results), list(packed < plain)),
    )


def more_samples_do_not_help(results: Results) -> Verdict:
    """A2: still few modes with batches of 256."""
    flags = [row["modes"][-1] <= 6 for row in results]
    return judged(in_seeds("at most 6 modes at the end", most(0.8, results), flags))


def easy_ring_is_covered(results: Results) -> Verdict:
    """A3: all modes at the end."""
    return judged(
        in_seeds("all 8 modes at the end", most(0.9, results), [row["modes"][-1] == 8 for row in results])
    )


def modes_hop(results: Results) -> Verdict:
    """A5: the set of captured modes changes between looks."""
    flags = [row["GAN changes"] == LOOKS - 1 for row in results]
    return judged(in_seeds("other modes at every look than at the one before", most(0.6, results), flags))


_PACGAN = "Lin et al. 2018, *PacGAN: The power of two samples in generative adversarial networks*"
_RING64 = """RING64: 8 modes on a circle of radius 1, standard deviation 0.05; `z` normal of length 64; in
    both networks two hidden layers of 128, leaky ReLU 0.2, He initialisation; Adam, β₁ = 0.5, with rate
    0.001 for the generator and 0.0001 for the discriminator; non-saturating loss, one step each, batches of
    128; looks at 2,500 samples after 1,500, 3,000, 4,500 and 6,000 steps. A mode is captured when a sample
    lies within three standard deviations of it."""

CLAIMS = (
    Claim(
        id="A1",
        title="Packing two samples undoes mode collapse on a ring",
        source=f"""{_PACGAN}, table 1: on its ring 6.3 ± 0.5 modes and a KL of 0.45 ± 0.09 for the GAN, 7.9
            ± 0.1 and 0.07 ± 0.03 for packs of two (10 trials, ± standard error).""",
        statement="""On RING64 the plain GAN captures at most 5 of 8 modes on average over the four looks in
            at least 8 of 10 seeds, and its median KL at the end is at least 0.2. With 64 packs of two,
            which is the same number of samples, all 8 modes are there at the end in at least 9 of 10 seeds,
            the median KL is at most 0.15, and the KL is smaller than the GAN's in all 10 seeds.""",
        protocol=f"""{_RING64} The paper trains other networks (batch normalisation, maxout, `z` of length
            2) on modes of standard deviation 0.01 for 400,000 steps, and its packs see twice as many
            samples as its GAN. So the direction is tested here, and not the paper's numbers. A first
            proposal of 0.7 for the GAN's KL came from a program in NumPy; the pilot in Keras gave 0.29,
            0.32 and 0.85, so that bound was fixed at 0.2 before the test.""",
        cost=25,
        run=gan_and_packs,
        verdict=packs_cover_the_ring,
        lesson="10b_cures_for_mode_collapse",
    ),
    Claim(
        id="A2",
        title="Twice the samples without packs do not",
        source=f"""A control for A1: in the comparison of {_PACGAN}, packs of m see m times as many samples
            a step as the GAN.""",
        statement="""On RING64 with batches of 256 the plain GAN has at most 6 of 8 modes at the end in at
            least 8 of 10 seeds.""",
        protocol=f"{_RING64} Here with batches of 256.",
        cost=25,
        run=gan_with_twice_the_samples,
        verdict=more_samples_do_not_help,
        lesson="10a_mode_collapse",
    ),
    Claim(
        id="A3",
        title="The same loss does not collapse in an easier setting",
        source="A control for A1, and for the saying that it is the GAN's loss that collapses.",
        statement="""With `z` of length 2 and a rate of 0.001 for both networks, the plain GAN has all 8
            modes after 8,000 steps in at least 9 of 10 seeds.""",
        protocol=f"{_RING64} Here with `z` of length 2, rate 0.001 for both, and looks every 2,000 steps.",
        cost=15,
        run=gan_on_easy_ring,
        verdict=easy_ring_is_covered,
        lesson="10a_mode_collapse",
    ),
    Claim(
        id="A5",
        title="A collapsed generator hops from mode to mode",
        source="""Metz et al. 2017, *Unrolled generative adversarial networks*, figure 1: the plain GAN's
            generator rotates through the modes and never settles.""",
        statement="""On RING64 the modes that the plain GAN captures are others than at the look before, at
            all three later looks, in at least 6 of 10 seeds.""",
        protocol=f"""{_RING64} The runs are those of A1. The paper shows one run of other networks on
            another ring.""",
        cost=25,
        run=gan_and_packs,
        verdict=modes_hop,
        lesson="10a_mode_collapse",
    ),
)
