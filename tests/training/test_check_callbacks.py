"""Callbacks that would fail in the middle or do nothing are refused at the door, with the way that works."""

import keras
import pytest
from tiny import tiny_gan, tiny_rows

import keras_gan as kg
from keras_gan.training.check_callbacks import check_callbacks, have_batch_hooks

METRICS = ["g_loss", "d_loss", "d_real", "d_fake"]
PLAYERS = {"generator": keras.optimizers.SGD(), "discriminator": keras.optimizers.SGD()}
KINDS = (keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau)


def check(*callbacks, validates=False, players=PLAYERS):
    check_callbacks(list(callbacks), METRICS, players, validates)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", METRICS)
def test_what_is_logged_can_be_watched(kind, name):
    check(kind(monitor=name, mode="min"))
    check(kind(monitor=f"val_{name}", mode="max"), validates=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("monitor", ["val_loss", "loss", "accuracy", "gloss"])
def test_what_is_never_logged_is_named(kind, monitor):
    with pytest.raises(ValueError, match=rf"`{kind.__name__}` watches one of g_loss, .* monitor='{monitor}'"):
        check(kind(monitor=monitor, mode="min"), validates=True)
    with pytest.raises(ValueError, match="watches one of g_loss"):
        check(kg.training.ForPlayer("generator", kind(monitor=monitor, mode="min")))


def test_validation_that_is_missing_is_named():
    with pytest.raises(ValueError, match=r"monitor='val_d_loss'\. Pass `validation_data` to `fit`, and pass"):
        check(keras.callbacks.EarlyStopping("val_d_loss", mode="min"))


class Fid(keras.callbacks.Callback):
    """Adds a number of its own to the logs."""

    def on_epoch_end(self, epoch, logs=None):
        logs["fid"] = 5.0 - epoch


@pytest.mark.backend
def test_what_a_callback_of_the_readers_logs_can_be_watched(tmp_path):
    path = tmp_path / "best.keras"
    best = keras.callbacks.ModelCheckpoint(path, monitor="fid", mode="min", save_best_only=True)
    stopping = keras.callbacks.EarlyStopping("fid", mode="max", patience=1)
    history = tiny_gan().fit(tiny_rows(), epochs=9, callbacks=[Fid(), best, stopping], verbose=0).history
    assert history["fid"] == [5.0, 4.0]
    assert path.exists()


def test_a_metric_without_a_direction_is_refused():
    for callback in (
        keras.callbacks.EarlyStopping("d_loss"),
        keras.callbacks.ReduceLROnPlateau("d_loss"),
        keras.callbacks.ModelCheckpoint("a.keras", monitor="d_loss", save_best_only=True),
    ):
        with pytest.raises(
            ValueError, match=r'Received: mode=\'auto\'\. Pass `mode="min"` or `mode="max"`\.'
        ):
            check(callback)
    check(keras.callbacks.ModelCheckpoint("a.keras"))  # its `monitor`, "val_loss", is idle


@pytest.mark.parametrize("name", ["{val_loss}", "{epoch}-{loss:.2f}", "{accuracy}"])
def test_a_name_of_a_file_holds_what_is_logged(name):
    def kept(name):
        return keras.callbacks.ModelCheckpoint(f"{name}.keras")

    check(kept("{epoch:02d}-{batch}-{d_loss:.3f}"))
    check(kept("{val_d_loss}"), validates=True)
    for validates in (False, True):
        with pytest.raises(ValueError, match=r"The name of a file holds `epoch`, `batch` or one of g_loss"):
            check(kept(name), validates=validates)
    with pytest.raises(ValueError, match=r"with val_d_loss\. Change its name, or pass `validation_data`"):
        check(kept("{val_d_loss}"))


@pytest.mark.parametrize(
    "callback",
    [
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate),
        keras.callbacks.ReduceLROnPlateau("d_loss", mode="min"),
    ],
)
def test_a_rate_that_follows_a_schedule_is_not_set(callback):
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    players = {**PLAYERS, "discriminator": keras.optimizers.SGD(schedule)}
    for given in (callback, kg.training.ForPlayer("discriminator", callback)):
        with pytest.raises(ValueError, match="Received: a discriminator whose rate follows a schedule"):
            check(given, players=players)
    check(kg.training.ForPlayer("generator", callback), players=players)


def test_what_is_no_callback_is_refused():
    for neither in (keras.callbacks.History, "history", print):
        with pytest.raises(ValueError, match="Pass objects, not classes"):
            check(neither)


def test_batch_hooks_are_found_wherever_they_are_set():
    callbacks = keras.callbacks
    assert not have_batch_hooks([callbacks.EarlyStopping(), callbacks.LambdaCallback(), kg.Watch()])
    assert not have_batch_hooks(None)
    assert have_batch_hooks([callbacks.LambdaCallback(on_train_batch_end=print)])
    assert have_batch_hooks(callbacks.CallbackList([callbacks.BackupAndRestore("a", save_freq=5)]))
