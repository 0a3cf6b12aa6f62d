"""What the three backends share by name: gradients, random numbers, what is compiled and what is imported."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats
from tiny import THREE_SENTENCES, tiny_gan, tiny_rows

import keras_gan as kg
from keras_gan.training.backend import gradient, random_normal, random_uniform, value_and_grad

pytestmark = pytest.mark.backend


def test_gradients_of_gradients_and_of_what_does_not_matter():
    variable = keras.Variable(np.array([1.0, 2.0], "float32"))
    other = ops.convert_to_tensor(np.ones(3, "float32"))

    def function():
        x = ops.convert_to_tensor(variable.value) * 1.0
        by_x, by_other = gradient(lambda values: ops.sum(values[0] ** 3), [x, other])
        return ops.sum(by_x) + ops.sum(by_other), (by_other,)

    (_, (by_other,)), (second,) = value_and_grad(function, [variable], [])
    np.testing.assert_allclose(ops.convert_to_numpy(second), [6.0, 12.0], rtol=1e-6)
    np.testing.assert_array_equal(ops.convert_to_numpy(by_other), 0.0)


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="only JAX compiles a program for each model")
def test_seeds_of_one_shape_share_what_is_compiled():
    from keras_gan.training.backend import jax as backend

    def train(seed, width=8):
        gan = kg.GAN(
            kg.mlp_generator(3, (2,), widths=(width,), seed=seed),
            kg.mlp_discriminator((2,), widths=(width,), dropout=0.2, seed=seed + 1),
            seed=seed,
        )
        gan.compile(generator_optimizer="adam", discriminator_optimizer=keras.optimizers.Adam(1e-3 * seed))
        gan.fit(tiny_rows(40), batch_size=8, verbose=0)
        return gan.generator.get_weights()[0]

    backend._COMPILED.clear()
    first = train(1)
    assert len(backend._COMPILED) == 1
    second, again = train(5), train(1)
    assert len(backend._COMPILED) == 1
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - second).max() > 1e-3
    train(1, width=9)
    assert len(backend._COMPILED) == 2


@pytest.mark.parametrize("build", ["mlp", "conv"])
def test_what_xla_compiles_is_fixed_by_the_kind_of_network(build):
    if build == "mlp":
        gan = tiny_gan()
    else:
        gan = kg.GAN(
            kg.conv_generator(3, (8, 8, 1), seed=1), kg.conv_discriminator((8, 8, 1), seed=2), seed=3
        )
        gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    on_tensorflow = build == "mlp"  # convolutions are slower with XLA there, where there is no GPU
    assert (
        gan.jit_compile == {"tensorflow": on_tensorflow, "jax": True, "torch": False}[keras.backend.backend()]
    )


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a trap of tf.data")
def test_training_does_not_touch_what_changes_the_memory_of_the_whole_process(monkeypatch, tmp_path):
    import tensorflow as tf

    def from_generator(*arguments, **options):
        raise AssertionError("`from_generator` makes every later XLA program of the process slow")

    monkeypatch.setattr(tf.data.Dataset, "from_generator", from_generator)
    monkeypatch.setattr("keras_gan.metrics.classifier.MAX_STEPS", 2)
    monkeypatch.setattr("keras_gan.metrics.classifier._folder", lambda: tmp_path)
    kg.load_classifier(kg.load_images("digits"))
    gan = tiny_gan()
    gan.fit(tiny_rows(), batch_size=8, verbose=0)
    batches = np.split(tiny_rows(), 5)
    gan.fit(iter([(batch,) for batch in batches]), steps_per_epoch=5, verbose=0)
    for batch in batches:
        gan.train_on_batch(batch)
    assert gan.steps_taken == 15


def test_draws_are_what_they_are_called_compiled_or_not():
    draws = {}
    for draw, name in ((random_normal, "norm"), (random_uniform, "uniform")):
        seed = keras.random.SeedGenerator(5)
        sample = keras.ops.convert_to_numpy(draw((200, 100), seed=seed))
        assert sample.dtype == "float32"
        assert np.isfinite(sample).all()
        assert stats.kstest(sample.ravel(), name).pvalue > 0.01
        draws[name] = sample
    assert 0 <= draws["uniform"].min() < draws["uniform"].max() < 1
    if keras.backend.backend() == "tensorflow":  # whose own draws differ with and without XLA
        import tensorflow as tf

        for draw, name, bound in ((random_normal, "norm", 1e-4), (random_uniform, "uniform", 0)):
            seed = keras.random.SeedGenerator(5)
            compiled = tf.function(lambda d=draw, s=seed: d((200, 100), seed=s), jit_compile=True)()
            assert np.abs(compiled.numpy() - draws[name]).max() <= bound


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="JAX and torch count in Python")
def test_what_keras_counts_has_no_thread_that_tunes_it():
    assert tiny_gan()._devices.count().options().autotune.enabled is False


@pytest.mark.skipif(keras.backend.backend() == "tensorflow", reason="TensorFlow needs TensorFlow")
def test_training_imports_no_other_framework():
    program = """
import sys
import keras
import numpy as np
import keras_gan as kg
gan = kg.GAN(kg.mlp_generator(3, (2,), seed=1), kg.mlp_discriminator((2,), seed=2), seed=3)
gan.compile(generator_optimizer=keras.optimizers.Adam(), discriminator_optimizer=keras.optimizers.Adam())
gan.fit(np.zeros((16, 2), "float32"), batch_size=8, verbose=0)
assert "tensorflow" not in sys.modules, "it costs 5 seconds and 0.5 GB"
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_backend_that_cannot_train_is_refused_on_import():
    run = subprocess.run(
        [sys.executable, "-c", "import keras_gan"],
        env={**os.environ, "KERAS_BACKEND": "numpy"},
        capture_output=True,
        text=True,
    )
    last = run.stderr.splitlines()[-1]
    assert last.startswith("ImportError: ")
    sentences = THREE_SENTENCES.fullmatch(last.removeprefix("ImportError: "))
    assert sentences["received"] == "KERAS_BACKEND=numpy"
