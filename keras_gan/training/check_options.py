"""The options of `GAN`: what each may be, and which go together."""

from typing import Any

import keras
import numpy as np

from keras_gan._checks import Shown, bad_value, check_count, check_seed, unknown_option
from keras_gan.networks.layers import SpectralNormalization
from keras_gan.training.check_networks import check_players, count_classes
from keras_gan.training.losses import Loss
from keras_gan.training.penalties import InstanceNoise, Penalty

LATENTS = ("normal", "uniform")
UPDATES = ("discriminator_first", "generator_first", "simultaneous")
REDUCTIONS = ("sum", "mean")


def seed_or_new(seed: int | None) -> int:
    """Returns the seed, or a fresh one for `None`."""
    return check_seed(int(np.random.default_rng().integers(2**31)) if seed is None else seed)


def check_noise(noise: InstanceNoise | None) -> InstanceNoise | None:
    """Returns `noise`, or raises `ValueError` unless it is a record or `None`."""
    if noise is not None and not isinstance(noise, InstanceNoise):
        raise bad_value("`instance_noise` is a record", noise, "Pass `kg.InstanceNoise(std=0.1)`, say")
    return noise


def check_average(average: float | None) -> float | None:
    """Returns `average`, or raises `ValueError` unless it lies in [0, 1) or is `None`."""
    number = isinstance(average, int | float) and not isinstance(average, bool)
    if average is not None and not (number and 0.0 <= average < 1.0):
        raise bad_value("`average` lies in [0, 1)", average, "Pass `average=0.999`, say")
    return average


def check_networks(
    generator: keras.Model, discriminator: keras.Model, packing: int, feature_matching: str | None
) -> None:
    """Refuses networks that do not fit together, or not to the options that concern networks."""
    check_players(generator, discriminator, packing)
    if packing > 1 and count_classes(generator):
        raise bad_value(
            "Packs hold samples without labels",
            Shown(f"packing={packing} and class-conditional networks"),
            "Leave out `packing`, or build both networks without `num_classes`",
        )
    if feature_matching is not None:
        names = [layer.name for layer in discriminator.layers]
        if feature_matching not in names:
            raise unknown_option("feature_matching", feature_matching, names)


def check_game(loss: Loss, penalties: tuple[Penalty, ...], discriminator: keras.Model) -> None:
    """Refuses a game that needs a Lipschitz constraint and has none."""
    constrained = any(penalty.lipschitz for penalty in penalties) or _is_normalized(discriminator)
    if loss.refusal and not constrained:
        raise bad_value(
            f"A game that can be trained: {loss.refusal}",
            Shown(f"{loss}, penalty={list(penalties) or None}"),
            "Pass `penalty=kg.GradientPenalty()` or `kg.WeightClipping()`, build the discriminator with "
            "`spectral_normalization=True`, or pass `kg.Wasserstein(unconstrained=True)` to see it fail",
        )


def check_steps(gan: Any) -> None:
    """Refuses options of a training step that exclude each other."""
    if gan.update == "simultaneous" and (gan.discriminator_steps, gan.generator_steps) != (1, 1):
        raise bad_value(
            "A simultaneous update moves each player once",
            Shown(f"discriminator_steps={gan.discriminator_steps}, generator_steps={gan.generator_steps}"),
            'Leave both at 1, or choose `update="discriminator_first"`',
        )
    if gan.unrolled_steps and gan.feature_matching is not None:
        raise bad_value(
            "The generator minimises the game's loss, unrolled, or the distance of features",
            Shown(f"unrolled_steps={gan.unrolled_steps}, feature_matching={gan.feature_matching!r}"),
            "Choose one of them",
        )


def check_packs(batch_size: Any, packing: int, num_replicas: int = 1) -> int:
    """Returns `batch_size`, or raises `ValueError` unless packs and replicas divide it."""
    num = check_count("batch_size", batch_size)
    if num % packing:
        raise bad_value(
            f"A minibatch is made of whole packs of {packing} rows",
            Shown(f"a minibatch of {num} rows"),
            "Pass a `batch_size` that `packing` divides, and let a stream drop a short last batch",
        )
    if num % (packing * num_replicas):
        raise bad_value(
            f"A minibatch is dealt out among {num_replicas} replicas in equal parts"
            + (f" of whole packs of {packing} rows" if packing > 1 else ""),
            Shown(f"a minibatch of {num} rows"),
            f"Pass a `batch_size` that {packing * num_replicas} divides",
        )
    return num


def _is_normalized(network: keras.Model) -> bool:
    """Whether every layer with weights is a `SpectralNormalization`; a label's Embedding does not count."""
    layers = [layer for layer in network._flatten_layers() if not layer._layers and layer.trainable_weights]
    normalized = [x.layer for x in network._flatten_layers() if isinstance(x, SpectralNormalization)]
    inside = {id(layer) for layer in normalized}
    others = [x for x in layers if id(x) not in inside and not isinstance(x, keras.layers.Embedding)]
    return bool(normalized) and not others
