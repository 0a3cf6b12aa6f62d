"""The engine: blocks are compiled once a shape, and what is not finite is found and named."""

import keras
import numpy as np
import pytest
from tiny import numbers, tiny_gan, tiny_rows

import keras_gan as kg

pytestmark = pytest.mark.backend


def state_of(gan):
    return [numbers(variable.value) for variable in gan.state]


def traced_steps(gan, monkeypatch):
    """Counts how often the training step is traced; where nothing is compiled, the counter stays unused."""
    traces, step = [], gan.training_step

    def counting(*rows):
        traces.append(rows[0].shape)
        return step(*rows)

    monkeypatch.setattr(gan, "training_step", counting)
    return traces


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="torch runs step by step")
def test_each_shape_is_compiled_once(monkeypatch):
    gan = tiny_gan(steps_per_block=2)
    traces = traced_steps(gan, monkeypatch)
    gan.fit(tiny_rows(44), batch_size=8, epochs=1, verbose=0)  # blocks of 2, 2, and 1 with the short step
    first = len(traces)
    assert {tuple(shape) for shape in traces} == {(8, 2), (4, 2)}
    gan.fit(tiny_rows(44), batch_size=8, epochs=3, verbose=0)
    gan.fit(tiny_rows(44)[::-1].copy(), batch_size=8, epochs=1, verbose=0)  # other data of that shape
    assert len(traces) == first


def started(seed, gan=None, width=8, **options):
    """A GAN with everything that has a state; or `gan`, started again."""
    networks = {"widths": (width,), "batch_normalization": True}
    generator = kg.mlp_generator(3, (2,), seed=seed, **networks)
    discriminator = kg.mlp_discriminator((2,), seed=seed + 1, dropout=0.2, **networks)
    if gan is not None:
        gan.restart(generator, discriminator, seed=seed)
        return gan
    gan = kg.GAN(
        generator,
        discriminator,
        penalty="r1",
        average=0.9,
        instance_noise=kg.InstanceNoise(0.1),
        seed=seed,
        **options,
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    gan.compile(generator_optimizer=keras.optimizers.Adam(rate), discriminator_optimizer="adagrad")
    return gan


def test_a_gan_that_starts_again_is_a_new_one_and_compiles_nothing(monkeypatch):
    expected = started(7)
    expected.fit(tiny_rows(44), batch_size=8, epochs=2, verbose=0)
    gan = started(1)
    traces = traced_steps(gan, monkeypatch)
    gan.fit(tiny_rows(44), batch_size=8, epochs=3, verbose=0)
    first, function = len(traces), gan.train_function
    started(7, gan)
    assert (gan.seed, gan.steps_taken) == (7, 0)
    gan.fit(tiny_rows(44), batch_size=8, epochs=2, verbose=0)
    assert gan.train_function is function
    if keras.backend.backend() == "tensorflow":
        assert len(traces) == first
    for name, mine, new in zip((v.path for v in gan.state), state_of(gan), state_of(expected), strict=True):
        np.testing.assert_array_equal(mine, new, err_msg=name)


def test_a_gan_starts_again_with_its_own_layers_only():
    gan = started(1)
    with pytest.raises(ValueError, match="starts again with networks of the layers"):
        started(2, gan, width=9)
    other = {"activation": "tanh", "widths": (8,), "batch_normalization": True}
    with pytest.raises(ValueError, match=r"activation.*'tanh'"):
        gan.restart(kg.mlp_generator(3, (2,), **other), kg.mlp_discriminator((2,), widths=(8,), dropout=0.2))
    with pytest.raises(ValueError, match="after `compile`"):
        kg.GAN(gan.generator, gan.discriminator).restart(gan.generator, gan.discriminator)


def test_a_schedule_without_config_trains_and_does_not_start_again():
    class Constant(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 1e-3

    gan = tiny_gan(generator_optimizer=keras.optimizers.Adam(Constant()))
    gan.fit(tiny_rows(), batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="without one"):
        gan.restart(gan.generator, gan.discriminator)


def poison(gan, network, value):
    weight = getattr(gan, network).trainable_variables[0]
    bad = keras.ops.convert_to_numpy(weight.value).copy()
    bad.flat[0] = value
    weight.assign(bad)


def train(gan, rows, how):
    batches = [rows[i : i + 8] for i in range(0, len(rows), 8)]
    if how == "fit":
        gan.fit(rows, batch_size=8, shuffle=False, verbose=0)
    elif how == "stream":
        gan.fit(iter([(batch,) for batch in batches]), steps_per_epoch=len(batches), verbose=0)
    else:
        for batch in batches:
            gan.train_on_batch(batch)


def refused(gan, rows, how="fit"):
    with pytest.raises(FloatingPointError) as error:
        train(gan, rows, how)
    assert all(np.isfinite(value).all() for value in state_of(gan) if value.dtype.kind == "f")
    return str(error.value)


@pytest.mark.parametrize("how", ["fit", "train_on_batch", "stream"])
def test_the_step_in_which_the_discriminator_overflows_is_named_and_undone(how):
    rows = tiny_rows()
    rows[27] = 3e38  # in step 4
    gan, twin = tiny_gan(loss="least_squares"), tiny_gan(loss="least_squares")
    message = refused(gan, rows, how)
    assert "Received: the loss of the discriminator is not finite in training step 4." in message
    assert "The weights are those after step 3;" in message
    assert gan.steps_taken == 3
    for i in range(0, 24, 8):
        twin.train_on_batch(rows[i : i + 8])
    for a, b in zip(state_of(gan), state_of(twin), strict=True):
        if a.size > 1:  # the means of the log are of the whole epoch in `fit`
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_the_generator_is_named_where_it_is_the_first():
    gan = tiny_gan(update="generator_first", loss="least_squares")
    poison(gan, "generator", 3e38)
    assert "the loss of the generator is not finite in training step 1." in refused(gan, tiny_rows())


def test_a_weight_is_named_where_its_gradient_was_still_finite():
    gan = tiny_gan(discriminator_optimizer=keras.optimizers.SGD(3e38), loss="least_squares")
    message = refused(gan, 1e3 * tiny_rows())
    assert "the weight " in message
    assert " of the discriminator is not finite in training step 1." in message


def test_fit_goes_on_after_a_refusal():
    optimizers = {
        "generator_optimizer": keras.optimizers.SGD(1e-2),
        "discriminator_optimizer": keras.optimizers.SGD(1e30),
    }
    gan = tiny_gan(loss="least_squares", **optimizers)
    with pytest.raises(FloatingPointError):
        gan.fit(tiny_rows(), batch_size=8, epochs=20, verbose=0)
    gan.discriminator_optimizer.learning_rate = 1e-6
    history = gan.fit(tiny_rows(), batch_size=8, verbose=0)
    assert np.isfinite(history.history["d_loss"]).all()
    assert np.isfinite(gan.sample(3, seed=1)).all()


def test_the_plan_is_stored_with_the_model(tmp_path):
    gan = tiny_gan()
    assert gan._compile_options["steps_per_block"] == 64
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert (loaded._compile_options["steps_per_block"], loaded.jit_compile) == (
        gan._compile_options["steps_per_block"],
        gan.jit_compile,
    )
    with pytest.raises(ValueError, match="`steps_per_block` is a positive integer"):
        tiny_gan(steps_per_block=0)
