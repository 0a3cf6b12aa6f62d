"""The options of `GAN`, in one frozen record that checks itself and can be saved."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import keras

from keras_gan._checks import (
    Shown,
    bad_value,
    check_choice,
    check_count,
    check_flag,
    check_seed,
    new_seed,
    unknown_option,
)
from keras_gan.training.losses import Loss, get_loss
from keras_gan.training.penalties import InstanceNoise, Penalty, SlopePenalty, get_penalties

LATENTS = ("normal", "uniform")
UPDATES = ("discriminator_first", "generator_first", "simultaneous")
REDUCTIONS = ("sum", "mean")
FROZEN_MODES = ("training", "inference")
_OF_KERAS = {"name", "dtype", "trainable"}  # keywords that `keras.Model` takes
_RECORDS = ("loss", "penalty", "instance_noise")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Under which rules the two players play; `GAN` says what each option means.

    Names of losses and penalties become their records, `seed=None` becomes a fresh seed.

    Raises:
        ValueError: For a value that an option cannot have, and for two that exclude each other.
    """

    loss: Loss = "non_saturating"  # type: ignore[assignment]  # a name becomes its record below
    penalty: tuple[Penalty, ...] = None  # type: ignore[assignment]
    discriminator_steps: int = 1
    generator_steps: int = 1
    update: str = "discriminator_first"
    latent: str = "normal"
    share_z: bool = False
    reduction: str = "sum"
    frozen_mode: str = "training"
    instance_noise: InstanceNoise | None = None
    packing: int = 1
    feature_matching: str | None = None
    unrolled_steps: int = 0
    average: float | None = None
    seed: int = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        checked = {
            "loss": get_loss(self.loss),
            "penalty": get_penalties(self.penalty),
            "discriminator_steps": check_count("discriminator_steps", self.discriminator_steps),
            "generator_steps": check_count("generator_steps", self.generator_steps),
            "update": check_choice("update", self.update, UPDATES),
            "latent": check_choice("latent", self.latent, LATENTS),
            "share_z": check_flag("share_z", self.share_z),
            "reduction": check_choice("reduction", self.reduction, REDUCTIONS),
            "frozen_mode": check_choice("frozen_mode", self.frozen_mode, FROZEN_MODES),
            "instance_noise": _checked_noise(self.instance_noise),
            "packing": check_count("packing", self.packing),
            "unrolled_steps": check_count("unrolled_steps", self.unrolled_steps, or_zero=True),
            "average": _checked_average(self.average),
            "seed": _seed_or_new(self.seed),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        self._check_together()

    @property
    def slope_penalties(self) -> list[SlopePenalty]:
        """The penalties that are terms of the discriminator's loss."""
        return [penalty for penalty in self.penalty if isinstance(penalty, SlopePenalty)]

    def get_config(self) -> dict[str, Any]:
        """Every option, as Keras's saving wants it."""
        config = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**config, **{name: keras.saving.serialize_keras_object(config[name]) for name in _RECORDS}}

    def _check_together(self) -> None:
        if self.update == "simultaneous" and (self.discriminator_steps, self.generator_steps) != (1, 1):
            steps = f"discriminator_steps={self.discriminator_steps}, generator_steps={self.generator_steps}"
            raise bad_value(
                "A simultaneous update moves each player once",
                Shown(steps),
                'Leave both at 1, or choose `update="discriminator_first"`',
            )
        if self.unrolled_steps and self.feature_matching is not None:
            raise bad_value(
                "The generator minimises the game's loss, unrolled, or the distance of features",
                Shown(f"unrolled_steps={self.unrolled_steps}, feature_matching={self.feature_matching!r}"),
                "Choose one of them",
            )


def split_keywords(kind: str, keywords: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Splits keywords into those of `Options` and those of `keras.Model`.

    Raises:
        ValueError: For a keyword that is neither, with the nearest one.
    """
    own = {field.name for field in fields(Options)}
    for name in set(keywords) - own - _OF_KERAS:
        raise unknown_option(f"keyword of {kind}", name, own | _OF_KERAS | {"generator", "discriminator"})
    return (
        {name: value for name, value in keywords.items() if name in own},
        {name: value for name, value in keywords.items() if name in _OF_KERAS},
    )


def records_from(config: dict[str, Any]) -> dict[str, Any]:
    """Turns the serialized records inside a config back into records."""
    records = {name: keras.saving.deserialize_keras_object(config.get(name)) for name in _RECORDS}
    return {**config, **records}


def with_options_shown(init: Callable) -> Callable:
    """Lets `help` and editors show every field of `Options` before `**kwargs`."""
    signature = inspect.signature(init)
    parameters = list(signature.parameters.values())
    options = list(inspect.signature(Options).parameters.values())
    shown = signature.replace(parameters=[*parameters[:-1], *options, parameters[-1]])
    init.__signature__ = shown  # type: ignore[attr-defined]  # what `inspect.signature` looks for
    return init


def _checked_noise(noise: InstanceNoise | None) -> InstanceNoise | None:
    if noise is not None and not isinstance(noise, InstanceNoise):
        raise bad_value("`instance_noise` is a record", noise, "Pass `kg.InstanceNoise(std=0.1)`, say")
    return noise


def _checked_average(average: float | None) -> float | None:
    number = isinstance(average, int | float) and not isinstance(average, bool)
    if average is not None and not (number and 0.0 <= average < 1.0):
        raise bad_value("`average` lies in [0, 1)", average, "Pass `average=0.999`, say")
    return average


def _seed_or_new(seed: int | None) -> int:
    return new_seed() if seed is None else check_seed(seed)
