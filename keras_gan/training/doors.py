"""Options at the door of `GAN`: of `fit` and `compile`, the optimizers, the shape of `z`."""

import inspect
from typing import Any

import keras
import numpy as np

from keras_gan._checks import Shown, bad_value, check_count, check_flag, unknown_option
from keras_gan.training.sampling import Sampling


def check_fit(
    model: keras.Model,
    epochs: Any,
    initial_epoch: Any,
    validation_freq: Any,
    steps_per_epoch: Any,
    verbose: Any,
    callbacks: Any,
) -> None:
    """Refuses options of `fit` that Keras would fail on, or silently leave aside, in the middle of training.

    Raises:
        ValueError: For a model without optimizers, counts that are none, another `verbose`, no callbacks.
    """
    if not model.compiled:
        raise bad_value(
            "A GAN is compiled before it is trained",
            Shown("one without optimizers"),
            'Call `gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")`',
        )
    check_outside(model)
    check_count("epochs", epochs)
    check_count("initial_epoch", initial_epoch, or_zero=True)
    check_count("validation_freq", validation_freq)
    if steps_per_epoch is not None:
        check_count("steps_per_epoch", steps_per_epoch)
    if verbose not in ("auto", 0, 1, 2):
        raise bad_value(
            '`verbose` is "auto", 0, 1 or 2', verbose, "Pass 0 for silence, 2 for a line an epoch"
        )
    for callback in [] if callbacks is None else keras.tree.flatten(callbacks):
        if not isinstance(callback, keras.callbacks.Callback):
            raise bad_value(
                "`callbacks` is a list of Keras callbacks",
                callback,
                "Pass objects, not classes, for example `[kg.Watch(data)]`",
            )


def check_outside(model: Any) -> None:
    """Raises `ValueError` inside of `strategy.scope()`, where Keras would split what must stay whole."""
    if model.inside_scope:
        raise bad_value(
            "Networks, GAN and optimizers are made inside of `strategy.scope()`, and trained outside",
            Shown("training, evaluation or prediction inside"),
            "Call `fit`, `evaluate` and `predict` after the `with` block",
        )


def check_compile_flags(jit_compile: Any, run_eagerly: Any) -> None:
    """Raises `ValueError` unless each is True or False, or "auto" for `jit_compile`."""
    check_flag("run_eagerly", run_eagerly)
    if jit_compile != "auto":
        check_flag("jit_compile", jit_compile)


def checked_optimizers(*players: tuple[keras.Model, Any]) -> list[keras.optimizers.Optimizer]:
    """Returns the optimizers of the generator and of the discriminator, from objects, names or configs.

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
    return [_checked_optimizer(role, *player) for role, player in zip(roles, players, strict=True)]


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
    trained = getattr(made, "_trainable_variables", [])
    if made.built and {id(v) for v in trained} != {id(v) for v in variables}:
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


class Guarded(Sampling):
    """The two ways into a `GAN` for `z`, each with its shape checked before Keras wraps up the error."""

    def __call__(self, z: Any, *args: Any, **kwargs: Any) -> Any:
        """One sample a row of `z`, shape `(batch, latent_dim)`."""
        _check_z(z, self.latent_dim)
        return super().__call__(z, *args, **kwargs)  # type: ignore[misc]

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """One sample a row of `x`, which is `z` of shape `(batch, latent_dim)`; otherwise as in Keras."""
        _check_z(x, self.latent_dim)
        check_outside(self)
        with self.on_one_device():  # type: ignore[attr-defined]
            return super().predict(x, **kwargs)  # type: ignore[misc]


def _check_z(z: Any, latent_dim: int) -> None:
    shape = getattr(z, "shape", None)  # a stream has none, nor have nested inputs
    if shape is not None and (len(shape) != 2 or shape[1] != latent_dim):
        raise bad_value(
            f"`z` has shape (batch, {latent_dim})",
            Shown(f"shape {tuple(shape)}"),
            "Draw it with `gan.draw_z`",
        )


def check_keywords(kind: type, keywords: dict[str, Any]) -> None:
    """Refuses keywords that neither `kind` nor `keras.Model` takes, with the nearest one.

    Raises:
        ValueError: For such a keyword.
    """
    of_keras = {"name", "dtype", "trainable"}
    for name in set(keywords) - of_keras:
        own = set(inspect.signature(kind.__init__).parameters) - {"self", "kwargs"}  # type: ignore[misc]
        raise unknown_option(f"keyword of {kind.__name__}", name, own | of_keras)
