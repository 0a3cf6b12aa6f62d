"""Callbacks that `fit` is given: whether they can do for a GAN what they do for other models."""

from string import Formatter
from typing import Any

import keras

from keras_gan._checks import Shown, bad_value, nearest
from keras_gan.training.backend import _keras

_KEEP_THE_BEST = (
    keras.callbacks.EarlyStopping,
    keras.callbacks.ModelCheckpoint,
    keras.callbacks.ReduceLROnPlateau,
)
_BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")


def check_callbacks(callbacks: Any, metrics: list[str], players: dict[str, Any], validates: bool) -> None:
    """Refuses what would fail in the middle of training, or be silently left aside.

    Args:
        callbacks: As `fit` was given them.
        metrics: Names that the GAN logs.
        players: Each player's optimizer, by its role.
        validates: Whether there is `validation_data`.

    Raises:
        ValueError: For what is no callback, a metric that is never logged, a metric without a direction, and
            `SwapEMAWeights` for a player that keeps no average.
    """
    found = listed(callbacks)
    for callback in found:
        if not isinstance(callback, keras.callbacks.Callback):
            raise bad_value(
                "`callbacks` is a list of Keras callbacks",
                callback,
                "Pass objects, not classes, for example `[kg.Watch(data)]`",
            )
    logged = metrics + [f"val_{name}" for name in metrics] * validates
    others_may_log = any(_may_log(callback) for callback in found)
    for callback in map(_inner, found):
        if not others_may_log:
            _check_monitor(callback, logged, validates)
            _check_name(callback, logged)
        _check_direction(callback)
    _check_averages(found, players)
    _check_rates(found, players)


def listed(callbacks: Any) -> list[Any]:
    """Callbacks as a list, in whatever form Keras takes them."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return list(callbacks.callbacks)
    return [] if callbacks is None else keras.tree.flatten(callbacks)


def with_callback(callbacks: Any, last: keras.callbacks.Callback) -> Any:
    """Appends a callback to those that `fit` was given."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        callbacks.append(last)
        return callbacks
    return [*listed(callbacks), last]


def have_batch_hooks(callbacks: Any) -> bool:
    """Whether some callback of the reader's does something at batches, and may look at variables there."""
    return any(_has_batch_hooks(_inner(callback)) for callback in listed(callbacks))


def _has_batch_hooks(callback: Any) -> bool:
    return any(
        name in vars(callback)  # as `LambdaCallback` sets them
        or getattr(type(callback), name) is not getattr(keras.callbacks.Callback, name)
        for name in _BATCH_HOOKS
    )


def _inner(callback: Any) -> Any:
    """The callback that `ForPlayer` gives one player."""
    return getattr(callback, "callback", callback)


def _may_log(callback: Any) -> bool:
    """Whether a callback is of the reader's own making: it may add to the logs what others watch."""
    return not type(_inner(callback)).__module__.startswith(("keras.", "keras_gan."))


def _check_monitor(callback: Any, logged: list[str], validates: bool) -> None:
    monitor = getattr(callback, "monitor", None)
    if not isinstance(monitor, str) or monitor in logged or not _monitors(callback):
        return
    kind, near = type(callback).__name__, nearest(monitor, logged)
    todo = f'Pass `monitor="{near or logged[0]}"`, say, and `mode="min"` or `"max"`'
    if monitor.startswith("val_") and not validates:
        todo = "Pass `validation_data` to `fit`, and " + todo[0].lower() + todo[1:]
    raise bad_value(f"`{kind}` watches one of {', '.join(logged)}", Shown(f"monitor={monitor!r}"), todo)


def _monitors(callback: Any) -> bool:
    """Whether what a callback does depends on its `monitor`: that of a `ModelCheckpoint` may be idle."""
    return not isinstance(callback, keras.callbacks.ModelCheckpoint) or callback.save_best_only


def _check_direction(callback: Any) -> None:
    if isinstance(callback, _KEEP_THE_BEST) and callback.mode == "auto" and _monitors(callback):
        raise bad_value(
            f"`{type(callback).__name__}` is told whether less or more of `{callback.monitor}` is better, "
            "since in a game neither loss says so by its name",
            Shown("mode='auto'"),
            'Pass `mode="min"` or `mode="max"`',
        )


def _check_name(callback: Any, logged: list[str]) -> None:
    """Refuses the name of a file in which a number stands that is never logged."""
    if not isinstance(callback, keras.callbacks.ModelCheckpoint):
        return
    fields = {field for _, field, *_ in Formatter().parse(callback.filepath) if field}
    if unknown := sorted(fields - {"epoch", "batch", *logged}):
        raise bad_value(
            f"The name of a file holds `epoch`, `batch` or one of {', '.join(logged)}",
            Shown(f"filepath={callback.filepath!r} with {', '.join(unknown)}"),
            "Change its name, or pass `validation_data` to `fit`"
            if any(field.startswith("val_") for field in unknown)
            else "Change its name",
        )


def _of_players(callback: Any, players: dict[str, Any]) -> dict[str, Any]:
    """The optimizers that a callback acts on, by role, without what scales losses."""
    roles = [callback.player] if callback is not _inner(callback) else list(players)
    return {role: getattr(players[role], "inner_optimizer", players[role]) for role in roles}


def _check_rates(callbacks: list[Any], players: dict[str, Any]) -> None:
    kinds = (keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau)
    for callback in callbacks:
        optimizers = _of_players(callback, players) if isinstance(_inner(callback), kinds) else {}
        scheduled = [role for role, optimizer in optimizers.items() if _keras.has_schedule(optimizer)]
        if scheduled:
            raise bad_value(
                f"`{type(_inner(callback)).__name__}` sets rates that are numbers",
                Shown(f"a {' and a '.join(scheduled)} whose rate follows a schedule"),
                "Pass its optimizer a number, or give the callback the other player alone: "
                "`kg.training.ForPlayer(player, callback)`",
            )


def _check_averages(callbacks: list[Any], players: dict[str, Any]) -> None:
    for callback in callbacks:
        if not isinstance(_inner(callback), keras.callbacks.SwapEMAWeights):
            continue
        optimizers = _of_players(callback, players)
        without = [role for role, optimizer in optimizers.items() if not optimizer.use_ema]
        if without:
            raise bad_value(
                "`SwapEMAWeights` swaps the averages that optimizers with `use_ema=True` keep",
                Shown(f"a {' and a '.join(without)} without one"),
                "Pass `use_ema=True` to its optimizer, or swap the other player's alone: "
                '`kg.training.ForPlayer("generator", keras.callbacks.SwapEMAWeights())`',
            )
