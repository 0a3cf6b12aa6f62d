"""`GAN` on this backend: the right weights, the right order, the right numbers, saved and repeatable."""

import hashlib
import itertools
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
import tiny
from tiny import (
    LATENT,
    Batches,
    adam,
    assert_close,
    assert_equal,
    constant,
    linear,
    tiny_gan,
    tiny_players,
    tiny_rows,
    values,
)

import keras_gan as kg
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


ORDINARY = ("count", "total", "shard", "runs", "feed", "points", "reader", "features", "update", "average")


def test_methods_of_a_subclass_take_no_name_away_from_training():
    own = type("Own", (kg.GAN,), {name: lambda self, *arguments: "mine" for name in ORDINARY})
    gan = own(*tiny_players(), seed=3)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    history = gan.fit(tiny_rows(16), batch_size=8, verbose=0)
    assert np.isfinite(history.history["d_loss"]).all()
    assert {getattr(gan, name)() for name in ORDINARY} == {"mine"}


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


def test_without_an_average_there_is_none_to_sample_from():
    with pytest.raises(ValueError, match=r"Pass `average=0.999`"):
        kg.GAN(constant(0.0), linear([[1.0]])).sample(3, averaged=True)


# --- What a `.keras` file may do on loading: build what Keras and this package know, and run no code --------

RAN = []


def with_lambda():
    """A GAN whose generator holds a Python lambda that leaves a trace when it runs."""
    z = keras.Input((LATENT,))
    x = keras.layers.Lambda(lambda z: (RAN.append(1), z)[1], output_shape=(LATENT,))(z)
    return kg.GAN(keras.Model(z, keras.layers.Dense(2)(x)), tiny_gan().discriminator, seed=3)


def test_a_plain_gan_loads_with_safe_mode_on(tmp_path):
    gan = tiny_gan(dropout=0.1, loss=kg.NonSaturating(real_label=0.9))
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded.sample(3, seed=1), gan.sample(3, seed=1))


def test_a_lambda_in_a_file_is_refused_and_does_not_run(tmp_path):
    with_lambda().save(tmp_path / "gan.keras")
    RAN.clear()
    with pytest.raises(ValueError, match="disallowed by default"):
        keras.models.load_model(tmp_path / "gan.keras")
    assert RAN == []


def test_only_the_caller_can_turn_safe_mode_off(tmp_path):
    with_lambda().save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras", safe_mode=False, custom_objects={"RAN": RAN})
    assert isinstance(loaded, kg.GAN)
    for path in Path(kg.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "safe_mode" not in text, path
        assert "unsafe" not in text, path
        assert "allow_pickle=True" not in text, path


@pytest.mark.parametrize("part", ["loss", "generator"])
def test_a_class_from_elsewhere_in_a_file_is_refused(part, tmp_path):
    tiny_gan().save(tmp_path / "gan.keras")
    touched = tmp_path / "ran"
    foreign = {
        "module": "subprocess",
        "class_name": "Popen",
        "config": {"args": ["touch", str(touched)]},
        "registered_name": None,
    }
    with zipfile.ZipFile(tmp_path / "gan.keras") as file:
        contents = {name: file.read(name) for name in file.namelist()}
    config = json.loads(contents["config.json"])
    config["config"][part] = foreign
    contents["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "forged.keras", "w") as file:
        for name, content in contents.items():
            file.writestr(name, content)
    with pytest.raises((TypeError, ValueError), match="Could not locate class 'Popen'"):
        keras.models.load_model(tmp_path / "forged.keras")
    assert not touched.exists()
