"""What `GAN.compile` is given: an optimizer for each player, and what is compiled."""

import inspect
from typing import Any

import keras

from keras_gan._checks import Shown, bad_value, check_flag, is_auto, unknown_option
from keras_gan.training.backend import _keras
from keras_gan.training.options import Options
from keras_gan.training.penalties import DRAGAN
from keras_gan.training.step import Players

_OFF = {
    "momentum": (0.0, None),
    "amsgrad": (False, None),
    "weight_decay": (None,),
    "clipnorm": (None,),
    "clipvalue": (None,),
    "global_clipnorm": (None,),
    "use_ema": (False,),
    "gradient_accumulation_steps": (None,),
}
_WAYS = {
    "optimizer": "Pass `generator_optimizer=` and `discriminator_optimizer=`",
    "loss": 'Pass it to the constructor, `kg.GAN(..., loss="hinge")`',
    "loss_weights": "Pass a `penalty` with its weight to the constructor",
    "metrics": "Log a number in a callback's `on_epoch_end`, `logs[name] = ...`",
    "weighted_metrics": "Log a number in a callback's `on_epoch_end`, `logs[name] = ...`",
    "steps_per_execution": "Pass `steps_per_block=`",
    "sample_weight": "The losses are means over equal rows: repeat rows that shall count more",
    "class_weight": "The losses are means over equal rows: repeat rows that shall count more",
    "validation_split": "Split the rows, and pass one part as `validation_data=`",
}
_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def check_compile_flags(jit_compile: Any, run_eagerly: Any, auto_scale_loss: Any) -> None:
    """Raises `ValueError` unless each is True or False, or "auto" for `jit_compile`."""
    check_flag("run_eagerly", run_eagerly)
    check_flag("auto_scale_loss", auto_scale_loss)
    if not is_auto(jit_compile):
        check_flag("jit_compile", jit_compile)


def check_keywords(name: str, keywords: dict[str, Any]) -> None:
    """Refuses what Keras's method of that name takes, and a GAN does not, with the way to the same end.

    Raises:
        TypeError: For the first keyword, as Python does.
    """
    for keyword in keywords:
        way = _WAYS.get(keyword, f"Look at `help(keras_gan.GAN.{name})`")
        raise TypeError(
            f"`GAN.{name}` takes what two players need. Received: `{keyword}=`, which is not it. {way}."
        )


def checked_optimizers(
    *players: tuple[keras.Model, Any], auto_scale_loss: bool
) -> list[keras.optimizers.Optimizer]:
    """Returns the optimizers of the generator and of the discriminator, from objects, names or configs.

    With `auto_scale_loss` that of a player that computes in float16 comes in a `LossScaleOptimizer`.

    Raises:
        ValueError: For one object for both, an unknown name, an optimizer of another library or of other
            weights, and a network without weights to train.
    """
    if players[0][1] is players[1][1] and not isinstance(players[0][1], str | None):
        raise bad_value(
            "Each player has an optimizer of its own",
            Shown("one object for both"),
            "Create a second optimizer, so that each keeps its own moments",
        )
    roles = ("generator", "discriminator")
    made = [_checked_optimizer(role, *player) for role, player in zip(roles, players, strict=True)]
    if not auto_scale_loss:
        return made
    return [
        _with_scaled_loss(network, optimizer) for (network, _), optimizer in zip(players, made, strict=True)
    ]


def _with_scaled_loss(
    network: keras.Model, optimizer: keras.optimizers.Optimizer
) -> keras.optimizers.Optimizer:
    """Wraps the optimizer of a network that computes in float16, whose small gradients would be 0 there."""
    half = any(layer.compute_dtype == "float16" for layer in _keras.layers_of(network))
    scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    return keras.optimizers.LossScaleOptimizer(optimizer) if half and not scales else optimizer


def check_as_compiled(gan: Any, players: Players) -> None:
    """Refuses to train a GAN of which something was changed after `compile`, which would not be followed.

    Raises:
        ValueError: For other networks, optimizers or options, and for other weights to train.
    """
    for name in ("generator", "discriminator", "generator_optimizer", "discriminator_optimizer"):
        if getattr(gan, name) is not getattr(players, name):
            raise _changed(f"another `gan.{name}`")
    if getattr(gan.optimizer, "players", None) != (gan.generator_optimizer, gan.discriminator_optimizer):
        raise _changed("another `gan.optimizer`, which stands for both players' optimizers")
    if {**vars(gan.options), "seed": None} != {**vars(players.options), "seed": None}:
        raise _changed("other `gan.options`")
    for role in ("generator", "discriminator"):
        optimizer = getattr(players, f"{role}_optimizer")
        held = _keras.trained_by(getattr(optimizer, "inner_optimizer", optimizer))
        wanted = getattr(players, role).trainable_variables
        if {id(v) for v in held} != {id(v) for v in wanted}:
            raise _changed(
                f"a {role} with {len(wanted)} weights to train, where its optimizer holds {len(held)}: a "
                "`trainable` flag was set since"
            )


def _changed(received: str) -> ValueError:
    return bad_value(
        "A GAN trains as it was compiled",
        Shown(received),
        "Call `compile` again with new optimizers, or undo the change (a GAN freezes each player by itself)",
    )


def check_look_ahead(optimizer: keras.optimizers.Optimizer) -> None:
    """Refuses optimizers whose updates are not written here.

    Raises:
        ValueError: Unless it is SGD without momentum or Adam, both without clipping, decay and the like.
    """
    name = type(optimizer).__name__
    known = isinstance(optimizer, keras.optimizers.SGD | keras.optimizers.Adam) and name in ("SGD", "Adam")
    used = [k for k, off in _OFF.items() if getattr(optimizer, k, off[0]) not in off]
    if not known or used:
        raise bad_value(
            "Unrolling knows the updates of plain SGD and plain Adam",
            Shown(f"a discriminator optimizer {name}" + (f" with {', '.join(used)}" if used else "")),
            "Pass `keras.optimizers.Adam(...)` without these, or leave out `unrolled_steps`",
        )


def check_replicas(
    options: Options, num_replicas: int, jit_compile: Any, *optimizers: keras.optimizers.Optimizer
) -> None:
    """Refuses what each replica would compute from its own rows, where the formula wants the whole minibatch.

    Raises:
        ValueError: For unrolling, feature matching, DRAGAN, optimizers that clip gradients, and XLA, on more
            than one replica.
    """
    found = {
        "unrolled_steps": options.unrolled_steps,
        "feature_matching": options.feature_matching,
        "penalty=DRAGAN()": any(isinstance(penalty, DRAGAN) for penalty in options.penalty),
        "jit_compile=True": jit_compile is True,
        **{name: any(getattr(x, name) is not None for x in optimizers) for name in _CLIPPING},
    }
    used = [name for name, value in found.items() if value]
    if num_replicas > 1 and used:
        raise bad_value(
            "Several replicas train as one device would",
            Shown(f"{num_replicas} replicas with {', '.join(used)}, which they cannot"),
            "Leave that out, or train on one device or with JAX, which spreads any of these",
        )


def _checked_optimizer(role: str, network: keras.Model, optimizer: Any) -> keras.optimizers.Optimizer:
    name, variables = f"{role}_optimizer", network.trainable_variables
    if not variables:
        raise bad_value(
            f"The {role} has weights to train",
            Shown("none (its `trainable` flag is False, or it has no weights)"),
            f"Set `{role}.trainable = True`; a GAN freezes nothing by that flag",
        )
    if isinstance(optimizer, str) and optimizer.lower() not in (known := _optimizer_names()):
        raise unknown_option(name, optimizer, known)
    try:
        made = keras.optimizers.get(optimizer)
    except (TypeError, ValueError):
        made = None
    if not isinstance(made, keras.optimizers.Optimizer):
        raise bad_value(
            f"`{name}` is a Keras optimizer or its name", optimizer, "Pass `keras.optimizers.Adam(1e-3)`, say"
        )
    if getattr(made, "gradient_accumulation_steps", None):
        raise bad_value(
            f"`{name}` moves its player at every update",
            Shown(f"gradient_accumulation_steps={made.gradient_accumulation_steps}"),
            "Leave it out, and pass a larger `batch_size`",
        )
    if made.built and {id(v) for v in _keras.trained_by(made)} != {id(v) for v in variables}:
        raise bad_value(
            f"`{name}` belongs to the weights that the {role} trains",
            Shown("an optimizer that was built for others"),
            "Create a new one, and compile again after a change of `trainable`",
        )
    return made


def _optimizer_names() -> list[str]:
    kinds = [kind for kind in vars(keras.optimizers).values() if inspect.isclass(kind)]
    base = keras.optimizers.Optimizer
    names = {kind.__name__.lower() for kind in kinds if issubclass(kind, base)}
    return sorted(name for name in names if not name.endswith("optimizer"))  # bases and wrappers
