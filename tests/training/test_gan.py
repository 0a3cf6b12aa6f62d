"""`GAN` on this backend: the right weights, the right order, the right numbers, saved and repeatable."""

import hashlib
import itertools
import os
import subprocess
import sys
from contextlib import nullcontext

import keras
import numpy as np
import pytest
import tiny
from tiny import LATENT, Batches, adam, assert_close, assert_equal, tiny_gan, tiny_rows, values

import keras_gan as kg
from keras_gan.networks.layers import power_iteration
from keras_gan.training import step
from keras_gan.training.backend import random_normal

pytestmark = pytest.mark.backend


def test_fit_is_the_readable_loop_of_discriminator_step_and_adversarial_step():
    rows, epochs, batch = tiny_rows(40), 2, 8
    gan = tiny_gan(reduction="mean")
    history = gan.fit(rows, batch_size=batch, epochs=epochs, shuffle=False, verbose=0)

    other = tiny_gan()  # equal seeds: equal networks
    generator, discriminator = other.generator, other.discriminator
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    adversarial = kg.AdversarialModel(generator, discriminator)
    discriminator.compile(adam(), cross_entropy)
    adversarial.compile(adam(), cross_entropy)
    draws = keras.random.SeedGenerator(3)
    losses = []
    for _ in range(epochs):
        for real in rows.reshape(-1, batch, 2):
            z = random_normal((batch, LATENT), seed=draws)
            fake = keras.ops.convert_to_numpy(generator(z, training=True))
            labels = np.repeat([[1.0], [0.0]], batch, axis=0)
            d_loss = discriminator.train_on_batch(np.concatenate([real, fake]), labels)
            z = keras.ops.convert_to_numpy(random_normal((batch, LATENT), seed=draws))
            g_loss = adversarial.train_on_batch(z, np.ones((batch, 1)))
            losses.append((float(d_loss), float(g_loss)))

    for name in ("generator", "discriminator"):
        left = [keras.ops.convert_to_numpy(w.value) for w in getattr(gan, name).weights]
        right = [keras.ops.convert_to_numpy(w.value) for w in getattr(other, name).weights]
        assert_close(left, right)
    means = np.array(losses).reshape(epochs, -1, 2).mean(axis=1)  # and the logs are epoch means
    np.testing.assert_allclose(history.history["d_loss"], means[:, 0], rtol=1e-4)
    np.testing.assert_allclose(history.history["g_loss"], means[:, 1], rtol=1e-4)


@pytest.mark.parametrize(
    "options",
    [
        {"batch_normalization": True, "dropout": 0.3},
        {"discriminator_steps": 2, "generator_steps": 2, "update": "generator_first"},
        {"update": "simultaneous", "share_z": True, "latent": "uniform", "loss": "hinge"},
    ],
)
def test_blocks_equal_single_steps(options):
    rows, batch = tiny_rows(44), 6  # 44 rows: with one or two minibatches a step, a short last step remains
    gan = tiny_gan(**options)
    history = gan.fit(rows, batch_size=batch, shuffle=False, verbose=0)
    single = tiny_gan(**options)
    per_step = batch * single.options.discriminator_steps
    steps = [rows[i : i + per_step] for i in range(0, 44, per_step)]
    losses = [single.train_on_batch(step, return_dict=True)["d_loss"] for step in steps]
    assert_close(values(gan), values(single))
    mean = np.average(losses, weights=[len(step) for step in steps])  # an epoch mean is over rows
    assert history.history["d_loss"] == pytest.approx([mean], rel=1e-4)


@pytest.mark.parametrize("k", [1, 2])
def test_a_short_last_batch_means_as_many_fakes(k, monkeypatch):
    counts, draw_z = [], step.draw_z

    def counting(players, num, draws):
        counts.append(int(num))
        return draw_z(players, num, draws)

    monkeypatch.setattr(step, "draw_z", counting)
    gan = kg.GAN(tiny_gan().generator, tiny_gan().discriminator, discriminator_steps=k, seed=1)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam", run_eagerly=True)
    gan.fit(tiny_rows(22), batch_size=8, verbose=0)
    if k == 1:
        assert counts == [8, 8, 8, 8, 6, 6]
    else:  # 16 rows, then 6 dealt into two minibatches of 3; the generator's z last
        assert counts == [8, 8, 8, 3, 3, 3]


def test_an_epoch_is_one_pass_over_shuffled_data():
    seen = []

    class Recording(kg.GAN):
        def training_step(self, real, labels=None):
            seen.append(keras.ops.convert_to_numpy(real))
            super().training_step(real, labels)

    gan = Recording(tiny_gan().generator, tiny_gan().discriminator, seed=5)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam", run_eagerly=True)
    rows = tiny_rows(20)
    gan.fit(rows, batch_size=8, epochs=2, verbose=0)
    gan.fit(rows, batch_size=8, epochs=1, verbose=0)  # a second call goes on, it does not repeat
    epochs = [np.concatenate(seen[i : i + 3]) for i in (0, 3, 6)]
    for epoch in epochs:
        assert sorted(map(tuple, epoch)) == sorted(map(tuple, rows))
    for a, b in itertools.combinations(epochs, 2):
        assert (a != b).any()


@pytest.mark.parametrize("half", ["discriminator", "generator"])
def test_each_half_step_moves_one_network_only(half, monkeypatch):
    gan = tiny_gan(batch_normalization=True, dropout=0.3)
    if half == "discriminator":
        monkeypatch.setattr(step, "train_generator", lambda *arguments: None)
    with kg.weight_audit(generator=gan.generator, discriminator=gan.discriminator) as audit:
        if half == "discriminator":
            gan.training_step(keras.ops.convert_to_tensor(tiny_rows(8)))
        else:
            z = keras.ops.convert_to_tensor(gan.draw_z(8, seed=1))
            step.train_generator(gan._loop.players, [z], None)
    assert audit.moved(half)
    assert not audit.moved({"generator": "discriminator", "discriminator": "generator"}[half])


def test_one_power_iteration_a_discriminator_step_and_none_in_the_generators():
    def normalized():
        return kg.mlp_discriminator((2,), widths=(8,), spectral_normalization=True, seed=2)

    generator = kg.mlp_generator(LATENT, (2,), widths=(8,), seed=1)
    gan, twin = kg.GAN(generator, normalized(), discriminator_steps=2, seed=3), normalized()
    gan.compile(generator_optimizer="sgd", discriminator_optimizer=keras.optimizers.SGD(0.0))
    gan.fit(tiny_rows(16), batch_size=8, verbose=0)
    for _ in range(2):
        power_iteration(twin)
    assert_close(gan.discriminator.get_weights(), twin.get_weights(), rtol=1e-4, atol=1e-5)


def test_simultaneous_and_alternating_steps_differ_as_they_should():
    """The simultaneous generator sees the discriminator as it was; the alternating one as it became."""
    rows = tiny_rows(8)
    gans = {update: tiny_gan(update=update, share_z=True) for update in ("simultaneous", "generator_first")}
    for gan in gans.values():
        gan.train_on_batch(rows)
    generators = [gan.generator.get_weights() for gan in gans.values()]
    assert_close(*generators)  # in both, the generator moved against the untouched discriminator
    discriminators = [
        np.concatenate([w.ravel() for w in g.discriminator.get_weights()]) for g in gans.values()
    ]
    assert np.abs(discriminators[0] - discriminators[1]).max() > 1e-6  # but they saw other fakes


def test_a_saved_gan_goes_on_as_if_it_had_not_been_saved(tmp_path):
    options = {"batch_normalization": True, "dropout": 0.3, "loss": kg.NonSaturating(real_label=0.9)}
    straight = tiny_gan(**options)
    straight.fit(tiny_rows(), batch_size=8, epochs=4, verbose=0)
    first = tiny_gan(**options)
    first.fit(tiny_rows(), batch_size=8, epochs=2, verbose=0)
    first.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    networks = ("generator", "discriminator")
    configs = [{k: v for k, v in gan.get_config().items() if k not in networks} for gan in (loaded, first)]
    assert configs[0] == configs[1]
    loaded.fit(tiny_rows(), batch_size=8, epochs=4, initial_epoch=2, verbose=0)
    assert_equal(values(straight), values(loaded))
    for a, b in zip(straight.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(v.value) for v in (a, b)))


def stream(kind, rows, batch):
    if kind == "tf.data":
        import tensorflow as tf

        return tf.data.Dataset.from_tensor_slices(rows).batch(batch)
    if kind == "PyDataset":
        return Batches(rows, batch=batch)
    torch = pytest.importorskip("torch")
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.from_numpy(rows)), batch)


@pytest.mark.parametrize("kind", ["tf.data", "PyDataset", "DataLoader"])
def test_streams_train_as_arrays_do(kind):
    rows = tiny_rows(24)
    array, streamed = tiny_gan(), tiny_gan()
    array.fit(rows, batch_size=8, epochs=2, shuffle=False, verbose=0)
    streamed.fit(stream(kind, rows, 8), epochs=2, verbose=0)
    assert_close(values(array), values(streamed))


def test_evaluate_repeats_itself_and_leaves_training_alone():
    gan = tiny_gan()
    before = values(gan)
    first = gan.evaluate(tiny_rows(20), batch_size=8, verbose=0, return_dict=True)
    second = gan.evaluate(tiny_rows(20), batch_size=8, verbose=0, return_dict=True)
    assert first == second
    assert set(first) == {"g_loss", "d_loss", "d_real", "d_fake"}
    real = 1 / (1 + np.exp(-gan.discriminator.predict(tiny_rows(20), verbose=0)))
    assert first["d_real"] == pytest.approx(real.mean(), rel=1e-5)
    draws = {id(gan._evaluation_draws.state)}
    after = [v for v, variable in zip(values(gan), gan.variables, strict=True) if id(variable) not in draws]
    before = [v for v, variable in zip(before, gan.variables, strict=True) if id(variable) not in draws]
    assert_equal(before, after)


def test_validation_data_is_evaluated_each_epoch():
    history = tiny_gan().fit(
        tiny_rows(), batch_size=8, epochs=2, validation_data=tiny_rows(16, seed=1), verbose=0
    )
    assert len(history.history["val_d_loss"]) == 2


def test_sample_and_predict():
    gan = tiny_gan()
    z = gan.draw_z(5, seed=7)
    np.testing.assert_array_equal(gan.sample(5, seed=7), gan.sample(5, seed=7))
    np.testing.assert_allclose(gan.sample(5, seed=7), gan.predict(z, verbose=0), rtol=1e-5, atol=1e-6)
    assert (gan.sample(5, seed=7) != gan.sample(5, seed=8)).any()
    assert gan.sample(1001, seed=1).shape == (1001, 2)
    assert np.abs(tiny_gan(latent="uniform").draw_z(1000, seed=0)).max() <= 1.0


def test_an_interrupt_leaves_history_and_recordings_usable():
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            if self.epoch == 2:
                raise KeyboardInterrupt

    gan, watch = tiny_gan(), kg.Watch(num_samples=4)
    with pytest.raises(KeyboardInterrupt):
        gan.fit(tiny_rows(), batch_size=8, epochs=9, verbose=0, callbacks=[watch, Interrupt()])
    assert len(gan.history.history["d_loss"]) == 2
    assert watch.epochs == [0, 1, 2]
    assert np.isfinite(gan.sample(3, seed=0)).all()
    gan.fit(tiny_rows(), batch_size=8, epochs=3, initial_epoch=2, verbose=0)


RUN = """
import hashlib, sys
sys.path.insert(0, {folder!r})
from tiny import tiny_gan, tiny_rows, values
gan = tiny_gan(batch_normalization=True, dropout=0.3)
gan.fit(tiny_rows(), batch_size=8, epochs=2, verbose=0)
print("HASH", hashlib.sha256(b"".join(v.tobytes() for v in values(gan))).hexdigest())
"""


def test_two_fresh_processes_with_the_same_seeds_end_in_the_same_bits():
    code = RUN.format(folder=os.path.dirname(tiny.__file__))
    runs = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    lines = [line for run in runs for line in run.communicate()[0].splitlines() if line.startswith("HASH")]
    assert len(lines) == 2
    assert len(set(lines)) == 1
    gan = tiny_gan(batch_normalization=True, dropout=0.3, seed=4)
    gan.fit(tiny_rows(), batch_size=8, epochs=2, verbose=0)
    assert "HASH " + hashlib.sha256(b"".join(v.tobytes() for v in values(gan))).hexdigest() not in lines


def test_a_ring_is_learned():
    ring = kg.ring(num_modes=4, std=0.1, num_train=4000)
    gan = kg.GAN(
        kg.mlp_generator(16, (2,), widths=(64, 64), seed=1),
        kg.mlp_discriminator((2,), widths=(64, 64), seed=2),
        seed=3,
    )
    optimizers = {
        f"{player}_optimizer": keras.optimizers.Adam(1e-3, beta_1=0.5)
        for player in ("generator", "discriminator")
    }
    gan.compile(**optimizers)
    watch = kg.Watch(ring, every=10, num_samples=1000)
    gan.fit(ring.train, batch_size=100, epochs=30, verbose=0, callbacks=[watch])
    assert watch.metrics[0]["high_quality"] < 0.35
    assert watch.metrics[-1]["modes"] == 4
    assert watch.metrics[-1]["high_quality"] > 0.6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "hinje"}, "Did you mean 'hinge'"),
        ({"loss": "wasserstein"}, "unconstrained=True"),
        ({"loss": "wasserstein", "penalty": ["r1", "dragan"]}, "kept 1-Lipschitz"),
        ({"latent": "gaussian"}, "`latent` is one of"),
        ({"discriminator_steps": 0}, "positive integer"),
        ({"update": "simultaneous", "discriminator_steps": 2}, "moves each player once"),
        ({"seed": -1}, "`seed`"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan(**options)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.zeros((10, 3), "float32"), r"shape \(10, 3\)"),
        (np.zeros((0, 2), "float32"), r"shape \(0, 2\)"),
        (np.zeros((10, 2), "uint8"), "dtype uint8"),
        (np.array([[0.0, 0.0], [np.nan, 0.0]], "float32"), "first in row 1"),
        (np.zeros((10, 2), "float32"), "32 rows wanted, 10 at hand"),
    ],
)
def test_bad_data_is_refused_before_training(rows, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan().fit(rows, verbose=0)


def test_optimizers_are_two_and_have_something_to_train():
    gan = tiny_gan()
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="one object for both"):
        gan.compile(generator_optimizer=adam, discriminator_optimizer=adam)
    gan.discriminator.trainable = False
    with pytest.raises(ValueError, match="freezes nothing by that flag"):
        gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")


def regularized(kernel=0.0, activity=0.0):
    x = keras.Input((2,))
    layer = keras.layers.Dense(
        1,
        kernel_initializer="ones",
        kernel_regularizer=keras.regularizers.L2(kernel),
        activity_regularizer=keras.regularizers.L2(activity),
    )
    return keras.Model(x, layer(x), name="discriminator")


@pytest.mark.parametrize("kernel", [0.0, 0.25])
@pytest.mark.parametrize("activity", [0.0, 0.5])
def test_what_the_networks_own_layers_add_to_the_loss_counts_once(kernel, activity):
    """The least-squares game with D(x) = x·w, w = 1: loss and gradient by hand."""
    real = tiny_rows(6)
    gan = kg.GAN(
        kg.mlp_generator(LATENT, (2,), widths=(), seed=1),
        regularized(kernel, activity),
        loss="least_squares",
        share_z=True,
        seed=3,
    )
    gan.compile(
        generator_optimizer=keras.optimizers.SGD(1e-9), discriminator_optimizer=keras.optimizers.SGD(0.01)
    )
    draws = keras.random.SeedGenerator(3)
    z = random_normal((6, LATENT), seed=draws)
    fake = keras.ops.convert_to_numpy(gan.generator(z))
    loss = gan.train_on_batch(real, return_dict=True)["d_loss"]
    on_real, on_fake = real.sum(axis=1), fake.sum(axis=1)
    game = np.mean((on_real - 1) ** 2) / 2 + np.mean(on_fake**2) / 2
    penalty = 2 * kernel + activity * (np.mean(on_real**2) + np.mean(on_fake**2)) / 2
    assert float(loss) == pytest.approx(game + penalty, rel=1e-4)
    gradient = real.T @ (on_real - 1) / 6 + fake.T @ on_fake / 6
    gradient += 2 * kernel + activity * (real.T @ on_real + fake.T @ on_fake) / 6
    moved = gan.discriminator.get_weights()[0][:, 0]
    np.testing.assert_allclose(moved, 1 - 0.01 * gradient, rtol=1e-4)


def test_a_loss_scale_is_taken_out_again():
    """A power of two changes no bit of a float32 gradient, so the weights must agree exactly."""
    ends = []
    for scale in (None, 64.0):
        gan = tiny_gan()
        sgd = [keras.optimizers.SGD(0.1, loss_scale_factor=scale) for _ in range(2)]
        gan.compile(generator_optimizer=sgd[0], discriminator_optimizer=sgd[1])
        gan.fit(tiny_rows(), batch_size=8, verbose=0)
        ends.append(gan.generator.get_weights() + gan.discriminator.get_weights())
    assert_close(*ends, rtol=1e-6, atol=1e-7)


def test_half_precision_networks_train_on_float32_losses_and_sample_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        gan = kg.GAN(kg.mlp_generator(LATENT, (2,), seed=1), regularized(0.1, 0.1), seed=3)
    finally:
        keras.config.set_dtype_policy("float32")
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    history = gan.fit(tiny_rows(), batch_size=8, epochs=2, verbose=0, validation_data=tiny_rows(8))
    assert np.isfinite(history.history["d_loss"]).all()
    assert gan.sample(3, seed=1).dtype == np.float32


def test_a_weight_that_no_loss_reaches_stays():
    class Idle(keras.layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=(), initializer="ones")

        def call(self, x):
            return x

    z = keras.Input((LATENT,))
    idle = Idle()
    gan = kg.GAN(keras.Model(z, keras.layers.Dense(2)(idle(z))), tiny_gan().discriminator, seed=3)
    gan.compile(generator_optimizer="sgd", discriminator_optimizer="sgd")
    with pytest.warns(UserWarning, match="Gradients do not exist") if needs_warning() else nullcontext():
        gan.fit(tiny_rows(), batch_size=8, verbose=0)
    assert float(keras.ops.convert_to_numpy(idle.scale)) == 1.0


def needs_warning():
    return keras.backend.backend() != "jax"  # where such a gradient is zero rather than missing


def test_samples_can_be_drawn_in_the_middle_of_an_epoch():
    gan, samples = tiny_gan(), []
    look = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: samples.append(gan.sample(2, seed=0))
    )
    gan.compile(generator_optimizer=adam(), discriminator_optimizer=adam(), steps_per_block=2)
    gan.fit(
        tiny_rows(22), batch_size=8, verbose=0, callbacks=[look]
    )  # blocks of 2 steps and of the last, short one
    assert len(samples) == 2
    np.testing.assert_array_equal(samples[-1], gan.sample(2, seed=0))
    undisturbed = tiny_gan()
    undisturbed.fit(tiny_rows(22), batch_size=8, verbose=0)
    assert_close(values(undisturbed), values(gan))


def test_fit_goes_on_with_other_data_and_compiles_again():
    gan, once = tiny_gan(), tiny_gan()
    gan.fit(tiny_rows(40), batch_size=8, shuffle=False, verbose=0)
    gan.fit(tiny_rows(31), batch_size=5, shuffle=False, verbose=0)
    for rows, batch in ((tiny_rows(40), 8), (tiny_rows(31), 5)):
        for i in range(0, len(rows), batch):
            once.train_on_batch(rows[i : i + batch])
    assert_close(values(gan), values(once))
    gan.compile(generator_optimizer=keras.optimizers.SGD(0.0), discriminator_optimizer="sgd")
    with kg.weight_audit(generator=gan.generator, discriminator=gan.discriminator) as audit:
        gan.fit(tiny_rows(16), batch_size=8, verbose=0)
    assert audit.moved("discriminator")
    assert not audit.moved("generator")  # the new learning rate holds, not the one traced before


def test_a_gan_can_be_saved_before_it_is_compiled(tmp_path):
    gan = kg.GAN(tiny_gan().generator, tiny_gan().discriminator, seed=3)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(loaded.sample(3, seed=1), gan.sample(3, seed=1))
    assert not loaded.compiled


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.zeros((16, 2), "uint8"), "dtype uint8"),
        (np.zeros((16, 3), "float32"), r"shape \(8, 3\)"),
        (np.full((16, 2), np.nan, "float32"), "first in row 0"),
    ],
)
def test_a_stream_of_other_things_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan().fit(stream("PyDataset", rows, 8), verbose=0)


def test_arguments_that_would_be_dropped_are_refused():
    with pytest.raises(ValueError, match="steps_per_epoch=2"):
        tiny_gan().fit(tiny_rows(), steps_per_epoch=2, verbose=0)
    with pytest.raises(ValueError, match="batch_size=8"):
        tiny_gan().fit(stream("PyDataset", tiny_rows(), 8), batch_size=8, verbose=0)
