"""Whatever the sizes, values and options: it trains with finite results, or is refused in three sentences.

Hypothesis draws other examples in each run, and the same ones where the environment variable `CI` is set.
"""

from collections import Counter

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tiny import THREE_SENTENCES

import keras_gan as kg
from keras_gan import _checks
from keras_gan.training.check_callbacks import check_callbacks
from keras_gan.training.check_data import check_fit, checked_rows
from keras_gan.training.check_networks import output_activation

COMMON = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
TRAINING, CHECKS = settings(max_examples=40, **COMMON), settings(max_examples=200, **COMMON)

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.floats(),
    st.text(max_size=6),
    st.lists(st.integers(-1, 5), max_size=4),
    st.tuples(st.floats(), st.text(max_size=2)),
    st.sampled_from([abs, int, {}, b"x", 1j, np.float32(0.3), np.int64(2), np.arange(3)]),
)


def outcome(counts, call):
    """Runs `call`; counts "accepted", or "refused" when the error has the three sentences."""
    message = ""
    try:
        result = call()
    except ValueError as error:
        message, result = str(error), None
    assert not message or THREE_SENTENCES.fullmatch(message), message
    counts["refused" if message else "accepted"] += 1
    return result


def mixed(counts, least):
    """Both ends must have been seen, or the strategy shows nothing."""
    print(dict(counts))
    assert min(counts["accepted"], counts["refused"]) >= least, counts


SHAPES = st.sampled_from([(1,), (2,), (3,), (2, 1), (1, 3), (2, 2, 1), (3, 2, 3), (2, 1, 1, 2), (2, 0), (0,)])
NETWORKS = st.fixed_dictionaries(
    {
        "widths": st.sampled_from([(), (3,), (3, 2)]),
        "activation": st.sampled_from(
            ["relu", "leaky_relu_0.2", "tanh", "elu", "selu", "relu6", "gelu", "reluu"]
        ),
        "batch_normalization": st.booleans(),
        "dropout": st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.0]),
    }
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "loss": st.sampled_from([*kg.LOSSES, kg.Minimax(0.9), kg.Wasserstein(unconstrained=True), "hinje"]),
        "discriminator_steps": st.sampled_from([1, 2, 3, 1, 2, 0]),
        "generator_steps": st.integers(1, 2),
        "update": st.sampled_from(["discriminator_first", "generator_first", "simultaneous"]),
        "latent": st.sampled_from(["normal", "uniform"]),
        "share_z": st.booleans(),
        "reduction": st.sampled_from(["sum", "mean"]),
        "frozen_mode": st.sampled_from(["training", "inference"]),
    },
)
DATA = st.fixed_dictionaries(
    {
        "num": st.sampled_from([*range(4, 13), 0]),
        "dtype": st.sampled_from(["float32"] * 4 + ["float64", "float16", "uint8", "bool"]),
        "scale": st.sampled_from([0.5, 1.0, 100.0]),
        "other_shape": st.sampled_from([False] * 7 + [True]),
    }
)


def train(latent_dim, shape, ending, generator, discriminator, options, data, batch_size):
    """One epoch; returns the history and a sample."""
    gan = kg.GAN(
        kg.mlp_generator(latent_dim, shape, output_activation=ending, seed=1, **generator),
        kg.mlp_discriminator(shape, seed=2, **discriminator),
        seed=3,
        **options,
    )
    gan.compile(generator_optimizer="sgd", discriminator_optimizer="adam", run_eagerly=True)
    wanted = (*shape, 1) if data["other_shape"] else shape
    rows = data["scale"] * np.random.default_rng(0).uniform(-1, 1, (data["num"], *wanted))
    with np.errstate(invalid="ignore"):
        rows = rows.astype(data["dtype"])
    return gan.fit(rows, batch_size=batch_size, verbose=0).history, gan.sample(2, seed=1)


@pytest.mark.backend
def test_a_gan_of_any_sizes_and_options_trains_or_is_refused():
    counts = Counter()

    @TRAINING
    @given(
        latent_dim=st.sampled_from([1, 2, 3, 4, 5, 0]),
        shape=SHAPES,
        ending=st.sampled_from([None, "linear", "tanh", "linear", "sigmoid"]),
        generator=NETWORKS,
        discriminator=NETWORKS,
        options=OPTIONS,
        data=DATA,
        batch_size=st.integers(1, 4),
    )
    def run(**arguments):
        result = outcome(counts, lambda: train(**arguments))
        if result is not None:
            history, samples = result
            assert set(history) == {"g_loss", "d_loss", "d_real", "d_fake"}
            assert np.isfinite([*history.values()]).all(), history
            assert np.isfinite(samples).all()

    run()
    mixed(counts, 3)


@pytest.mark.backend
def test_a_gan_that_fits_its_data_trains():
    """The same without the bad choices: nothing may be refused."""
    counts = Counter()

    @TRAINING
    @given(
        latent_dim=st.integers(1, 4),
        shape=SHAPES.filter(lambda shape: 0 not in shape),
        ending=st.sampled_from(["linear", "tanh"]),
        widths=st.sampled_from([(), (3,)]),
        options=OPTIONS,
        num=st.integers(6, 12),
        batch_size=st.integers(1, 2),
    )
    def run(latent_dim, shape, ending, widths, options, num, batch_size):
        if options.get("loss") in ("hinje", "wasserstein"):
            options["loss"] = "hinge"
        options["discriminator_steps"] = max(1, options.get("discriminator_steps", 1))
        if options.get("update") == "simultaneous":
            options |= {"discriminator_steps": 1, "generator_steps": 1}
        data = {"num": num, "dtype": "float32", "scale": 1.0, "other_shape": False}
        network = {"widths": widths}
        history, samples = train(latent_dim, shape, ending, network, network, options, data, batch_size)
        assert np.isfinite([*history.values()]).all(), history
        assert samples.shape == (2, *shape)
        counts["trained"] += 1

    run()
    print(dict(counts))
    assert counts["trained"] >= 20


def test_arrays_of_any_kind_become_finite_float32_rows_or_are_refused():
    counts = Counter()
    kinds = st.one_of(
        arrays.floating_dtypes(), arrays.integer_dtypes(), arrays.scalar_dtypes(), st.just(np.dtype("object"))
    )
    any_array = kinds.flatmap(
        lambda dtype: arrays.arrays(
            dtype,
            st.one_of(st.just((2, 2)), arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)),
            elements=st.integers(-2, 2) if dtype.kind == "O" else None,
        )
    )

    @CHECKS
    @given(x=any_array, activation=st.sampled_from([None, "tanh", "sigmoid", "linear"]))
    def run(x, activation):
        rows = outcome(counts, lambda: checked_rows(x, (2,), activation))
        if rows is not None:
            assert rows.dtype == np.float32
            assert rows.shape[1:] == (2,)
            assert np.isfinite(rows).all()
            if activation == "tanh":
                assert np.abs(rows).max() <= 1 + 1e-6

    run()
    mixed(counts, 3)


@pytest.mark.parametrize(
    "check",
    [
        lambda junk: _checks.check_count("num", junk),
        lambda junk: _checks.check_count("num", junk, or_zero=True),
        lambda junk: _checks.check_number("center", junk, -2, 4),
        lambda junk: _checks.check_positive("std", junk),
        lambda junk: _checks.check_seed(junk),
        lambda junk: _checks.check_flag("shuffle", junk),
        lambda junk: _checks.check_array("x", junk),
        lambda junk: _checks.check_shape("shape", junk),
        lambda junk: _checks.check_widths(junk),
    ],
    ids=["count", "count0", "number", "positive", "seed", "flag", "array", "shape", "widths"],
)
def test_checks_accept_or_refuse_any_value(check):
    counts = Counter()

    @CHECKS
    @given(junk=JUNK)
    def run(junk):
        outcome(counts, lambda: (check(junk), True))

    run()
    mixed(counts, 1)


def one_option(default, **choices):
    """One argument that is junk or good, beside defaults."""
    return st.sampled_from(sorted(choices)).flatmap(
        lambda name: (
            st.booleans()
            .flatmap(lambda is_good: choices[name] if is_good else JUNK)
            .map(lambda value: {**default, name: value})
        )
    )


def test_builders_build_or_refuse():
    counts = Counter()
    default = {"latent_dim": 2, "output_shape": (2,), "widths": (3,)}
    options = one_option(
        default,
        latent_dim=st.integers(1, 4),
        output_shape=SHAPES,
        widths=st.lists(st.integers(1, 3), max_size=2),
        activation=st.sampled_from(["relu", "selu", "leaky_relu_0.1"]),
        output_activation=st.sampled_from(["tanh", "sigmoid"]),
        batch_normalization=st.booleans(),
        dropout=st.floats(0, 0.9),
        initializer=st.sampled_from(["he_normal", "zeros"]),
        num_classes=st.integers(2, 3),
        seed=st.integers(0, 9),
    )

    @CHECKS
    @given(options=options)
    def run(options):
        network = outcome(counts, lambda: kg.mlp_generator(**options))
        if network is not None:
            assert network.output_shape == (None, *options["output_shape"])
            assert output_activation(network) is not None

    run()
    mixed(counts, 10)


def test_options_of_gan_and_of_fit_are_taken_or_refused():
    counts = Counter()
    players = kg.mlp_generator(2, (2,), widths=()), kg.mlp_discriminator((2,), widths=())
    gan = kg.GAN(*players, seed=3)
    gan.compile(generator_optimizer="sgd", discriminator_optimizer="sgd")
    of_gan = one_option(
        {},
        loss=st.sampled_from(sorted(kg.LOSSES)),
        discriminator_steps=st.integers(1, 3),
        update=st.sampled_from(["simultaneous", "simultanous"]),
        latent=st.sampled_from(["normal", "uniform"]),
        share_z=st.booleans(),
        reduction=st.sampled_from(["mean"]),
        frozen_mode=st.sampled_from(["inference"]),
        seed=st.integers(0, 5),
        latent_dims=st.just(3),
    )
    of_fit = one_option(
        {
            "epochs": 1,
            "initial_epoch": 0,
            "validation_freq": 1,
            "steps_per_epoch": None,
            "verbose": 0,
            "callbacks": None,
        },
        epochs=st.integers(1, 9),
        initial_epoch=st.integers(0, 9),
        validation_freq=st.integers(1, 9),
        steps_per_epoch=st.integers(1, 9),
        verbose=st.sampled_from(["auto", 0, 1, 2]),
        callbacks=st.sampled_from([[], [keras.callbacks.Callback()], [kg.Watch()]]),
    )

    def check(callbacks, **options):
        check_fit(**options)
        check_callbacks(callbacks, ["g_loss"], {}, validates=False)

    @CHECKS
    @given(for_gan=of_gan, for_fit=of_fit)
    def run(for_gan, for_fit):
        outcome(counts, lambda: kg.GAN(*players, **for_gan))
        outcome(counts, lambda: (check(**for_fit), True))

    run()
    mixed(counts, 20)


def test_measures_and_pictures_of_any_array_are_made_or_refused():
    counts = Counter()
    ring = kg.ring(num_train=8, num_test=8)
    any_floats = arrays.arrays(
        st.sampled_from(["float32", "float64", "int64"]),
        st.one_of(st.just((3, 2)), arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)),
    )

    @CHECKS
    @given(x=st.one_of(any_floats, JUNK))
    def run(x):
        report = outcome(counts, lambda: kg.mode_report(x, ring))
        assert report is None or 0 <= report.high_quality <= 1
        grid = outcome(counts, lambda: kg.plots.image_grid(x))
        assert grid is None or np.abs(grid).max() <= 1

    run()
    mixed(counts, 3)
