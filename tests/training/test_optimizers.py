"""Both optimizers as one at `gan.optimizer`, and Keras's callbacks on both players or on one."""

import csv

import keras
import numpy as np
import pytest
from tiny import Batches, adam, numbers, tiny_gan, tiny_rows, values

import keras_gan as kg
from keras_gan.training import ForPlayer

pytestmark = pytest.mark.backend
ROWS = tiny_rows(32)


def rates(gan):
    return [float(numbers(o.learning_rate)) for o in (gan.generator_optimizer, gan.discriminator_optimizer)]


def digest(gan):
    """All that training changes, byte for byte."""
    return [value.tobytes() for value in [*values(gan), *(numbers(v.value) for v in gan.optimizer.variables)]]


def fit(gan, *callbacks, epochs=2, **options):
    return gan.fit(ROWS, batch_size=8, epochs=epochs, verbose=0, callbacks=list(callbacks), **options).history


def test_the_pair_is_an_optimizer_that_counts_training_steps():
    gan = tiny_gan(discriminator_steps=2)
    assert isinstance(gan.optimizer, keras.optimizers.Optimizer)
    assert [id(o) for o in gan.optimizer.optimizers] == [
        id(gan.generator_optimizer),
        id(gan.discriminator_optimizer),
    ]
    fit(gan)
    assert gan.steps_taken == int(numbers(gan.optimizer.iterations)) == 4
    assert int(numbers(gan.discriminator_optimizer.iterations)) == 8
    for touch in (lambda: gan.optimizer.learning_rate, lambda: setattr(gan.optimizer, "learning_rate", 1.0)):
        with pytest.raises(
            AttributeError, match=r"two learning rates.*`gan\.generator_optimizer\.learning_rate"
        ):
            touch()


def test_a_scheduler_sets_the_rate_of_both_or_of_one():
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    gan = tiny_gan(learning_rate=0.08)
    history = fit(gan, halve)
    assert rates(gan) == pytest.approx([0.02, 0.02])
    assert [name for name in history if name.startswith("learning_rate")]
    gan = tiny_gan(learning_rate=0.08)
    fit(gan, ForPlayer("discriminator", halve))
    assert rates(gan) == pytest.approx([0.08, 0.02])


def test_a_rate_falls_on_a_plateau_of_a_named_metric():
    gan = tiny_gan(learning_rate=0.08)
    plateau = keras.callbacks.ReduceLROnPlateau("d_real", mode="max", patience=0, min_delta=100, factor=0.5)
    fit(gan, ForPlayer("generator", plateau), epochs=3)
    assert rates(gan) == pytest.approx([0.02, 0.08])


@pytest.mark.parametrize("hook", ["on_train_batch_begin", "on_train_batch_end", "on_epoch_begin"])
def test_a_rate_that_a_callback_sets_counts_from_there_on(hook):
    """A generator whose rate is set to 0 stays; what is read back is what was set."""
    gan, seen = tiny_gan(steps_per_block=1), []

    def stop(number, logs=None):
        seen.append([round(rate, 6) for rate in rates(gan)] + [gan.steps_taken])
        gan.generator_optimizer.learning_rate = 0.0

    before = [numbers(w.value) for w in gan.generator.trainable_weights]
    fit(gan, keras.callbacks.LambdaCallback(**{hook: stop}), epochs=1)
    after = [numbers(w.value) for w in gan.generator.trainable_weights]
    moved = any((a != b).any() for a, b in zip(before, after, strict=True))
    assert moved == (hook == "on_train_batch_end")  # it has one step behind it then
    assert seen[-1][0] == (0.01 if len(seen) == 1 else 0.0)
    steps = {"on_epoch_begin": [0], "on_train_batch_begin": [0, 1, 2, 3], "on_train_batch_end": [1, 2, 3, 4]}
    assert [each[2] for each in seen] == steps[hook]


def test_averaged_weights_are_swapped_for_both_or_for_one(tmp_path):
    def make(*averaged):
        optimizers = {
            f"{role}_optimizer": keras.optimizers.Adam(0.01, use_ema=role in averaged, ema_momentum=0.5)
            for role in ("generator", "discriminator")
        }
        return tiny_gan(**optimizers)

    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    fit(make("generator", "discriminator"), swap)
    fit(make("generator"), ForPlayer("generator", swap))
    with pytest.raises(ValueError, match=r"Received: a discriminator without one\. Pass `use_ema=True` to"):
        fit(make("generator"), swap)
    with pytest.raises(ValueError, match="Received: a discriminator without one"):
        fit(make("generator"), ForPlayer("discriminator", swap))
    gan = make("generator")
    fit(gan)  # at the end of training the averages take the weights' places, as in Keras
    for weight, average in zip(
        gan.generator.trainable_weights, gan.generator_optimizer._model_variables_moving_average, strict=True
    ):
        np.testing.assert_array_equal(numbers(weight.value), numbers(average.value))


def test_stopping_and_checkpoints_by_a_named_metric(tmp_path):
    gan = tiny_gan()
    stopping = keras.callbacks.EarlyStopping("val_d_loss", mode="min", patience=0, min_delta=100)
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="val_d_loss", mode="min", save_best_only=True
    )
    weights = keras.callbacks.ModelCheckpoint(tmp_path / "a-{epoch}.weights.h5", save_weights_only=True)
    table = keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))
    history = fit(gan, stopping, best, weights, table, epochs=9, validation_data=ROWS[:8])
    assert len(history["val_d_loss"]) == 2
    loaded = keras.saving.load_model(tmp_path / "best.keras")
    assert isinstance(loaded, kg.GAN)
    assert loaded.steps_taken == 4 * (1 + int(np.argmin(history["val_d_loss"])))
    other = tiny_gan()
    other.load_weights(tmp_path / "a-2.weights.h5")
    assert digest(other) == digest(gan)
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    assert [float(row["val_d_loss"]) for row in rows] == pytest.approx(history["val_d_loss"])


def test_a_backup_of_keras_goes_on_in_the_bits_of_a_run_left_alone(tmp_path):
    def make():
        return tiny_gan(batch_normalization=True, dropout=0.3, average=0.9)

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False, double_checkpoint=True)

    whole = make()
    fit(whole, epochs=5)
    cut = make()
    interrupt = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: 1 / (epoch != 3))
    with pytest.raises(ZeroDivisionError):
        fit(cut, backup(), interrupt, epochs=5)
    rest = make()
    fit(rest, backup(), epochs=5)
    assert digest(rest) == digest(whole)


def test_tensorboard_logs_both_players(tmp_path):
    pytest.importorskip("tensorboard")
    gan = tiny_gan()
    fit(gan, keras.callbacks.TensorBoard(tmp_path, histogram_freq=1, update_freq=1), validation_data=ROWS[:8])
    assert {path.name for path in tmp_path.iterdir()} == {"train", "validation"}


def test_a_run_that_is_not_finite_ends_without_a_callback_for_it():
    gan = tiny_gan(learning_rate=1e30)
    with pytest.raises(FloatingPointError):
        fit(gan, keras.callbacks.TerminateOnNaN(), epochs=9)


class Everything(keras.callbacks.Callback):
    """Writes down which hook was called with what."""

    def __init__(self):
        super().__init__()
        self.calls = []


for _name in [name for name in dir(keras.callbacks.Callback) if name.startswith("on_")]:
    setattr(
        Everything,
        _name,
        lambda self, *a, _name=_name, **named: self.calls.append((_name, self.model.optimizer)),
    )


def test_every_hook_reaches_the_callback_of_a_player_with_the_players_optimizer():
    gan, inner, outer = tiny_gan(), Everything(), Everything()
    fit(gan, ForPlayer("generator", inner), outer, validation_data=ROWS[:8])
    assert [name for name, _ in inner.calls] == [name for name, _ in outer.calls]
    assert {id(optimizer) for _, optimizer in inner.calls} == {id(gan.generator_optimizer)}
    assert inner.params == outer.params
    stop = ForPlayer(
        "generator", keras.callbacks.EarlyStopping("g_loss", mode="min", patience=0, min_delta=9)
    )
    assert len(fit(gan, stop, epochs=9)["g_loss"]) == 2  # what it sets is set in the GAN


def test_who_is_no_player_and_what_is_no_callback_is_refused():
    with pytest.raises(ValueError, match="Did you mean 'generator'"):
        ForPlayer("generater", Everything())
    with pytest.raises(ValueError, match="`callback` is a Keras callback"):
        ForPlayer("generator", Everything)


# --- Mixed precision ----------------------------------------------------------------------------------------


@pytest.fixture
def half():
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")


def scaled(optimizer):
    return isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def test_half_precision_scales_both_losses_and_trains(half):
    gan = tiny_gan()
    assert scaled(gan.generator_optimizer)
    assert scaled(gan.discriminator_optimizer)
    assert not scaled(tiny_gan(auto_scale_loss=False).generator_optimizer)
    before = [numbers(v.value) for v in gan.trainable_variables]
    history = fit(gan, epochs=3)
    assert np.isfinite(history["g_loss"]).all()
    after = [numbers(v.value) for v in gan.trainable_variables]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))
    assert {v.dtype for v in gan.trainable_variables} == {"float32"}
    assert gan.sample(4).dtype == np.float32


def sure_players(scale):
    """A discriminator that is sure: its gradient by a fake is about exp(-scale)."""
    generator = kg.mlp_generator(3, (2,), widths=(4,), seed=1, output_activation="linear")
    discriminator = kg.mlp_discriminator((2,), widths=(), seed=2)
    kernel, bias = discriminator.get_weights()
    discriminator.set_weights([0 * kernel + 0.01, bias - scale])
    return generator, discriminator


def test_a_small_gradient_survives_half_precision(half):
    """Minimax under a sure discriminator: sigmoid(-12) times 0.01 is below what float16 holds."""

    def moved(**options):
        gan = kg.GAN(*sure_players(12.0), loss="minimax", seed=3)
        before = [numbers(w.value) for w in gan.generator.trainable_weights]
        gan.compile(generator_optimizer=adam_without_epsilon(), discriminator_optimizer="sgd", **options)
        gan.fit(ROWS, batch_size=32, verbose=0)
        after = [numbers(w.value) for w in gan.generator.trainable_weights]
        return [float((a != b).mean()) for a, b in zip(before, after, strict=True)]

    def adam_without_epsilon():
        return keras.optimizers.Adam(0.01, epsilon=1e-12)

    assert max(moved(auto_scale_loss=False)) < 0.5
    assert min(moved()) > 0.5


def test_a_skipped_update_is_a_training_step_and_a_run_goes_on_in_the_same_bits(half, tmp_path):
    """A scale of 2^30 overflows float16: the first updates are skipped, and the scale is halved."""

    def make():
        optimizers = [
            keras.optimizers.LossScaleOptimizer(adam(), initial_scale=2.0**30, dynamic_growth_steps=3)
            for _ in range(2)
        ]
        return tiny_gan(generator_optimizer=optimizers[0], discriminator_optimizer=optimizers[1])

    gan = make()
    fit(gan, epochs=8)
    assert gan.steps_taken == 32
    assert int(numbers(gan.discriminator_optimizer.inner_optimizer.iterations)) < 32
    for epochs in (3, 8):
        other = make()
        fit(other, epochs=epochs, checkpoint=tmp_path)
    assert digest(other) == digest(gan)
    other.save(tmp_path / "gan.keras")
    assert digest(keras.saving.load_model(tmp_path / "gan.keras")) == digest(gan)


def test_a_stream_in_half_precision(half):
    gan = tiny_gan(batch_normalization=True, penalty="r1")
    gan.fit(Batches(ROWS, batch=8), epochs=2, verbose=0, validation_data=Batches(ROWS, batch=8))
    assert gan.steps_taken == 8
