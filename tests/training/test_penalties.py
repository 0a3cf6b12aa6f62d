"""Penalties in closed form: a linear discriminator w·x + b has the slope ‖w‖ everywhere."""

import itertools
from functools import partial

import keras
import numpy as np
import pytest
from keras import ops
from tiny import linear, numbers, tiny_rows

import keras_gan as kg
from keras_gan.training.backend import value_and_grad
from keras_gan.training.step import slope_points, slope_terms

pytestmark = pytest.mark.backend

W = np.array([[0.6], [-1.2]], "float32")  # of norm √1.8
NORM = np.sqrt(1.8)
SLOPE_PENALTIES = [
    name for name, record in kg.PENALTIES.items() if issubclass(record, kg.training.SlopePenalty)
]


def make_gan(penalty, kernel=W, learning_rate=0.0, **options):
    """A linear discriminator with SGD, and a generator that makes zeros and does not learn."""
    generator = linear(np.zeros((3, 2), "float32"), name="generator")
    loss = kg.Wasserstein(unconstrained=True)
    gan = kg.GAN(generator, linear(kernel, 0.3), **{"loss": loss, "penalty": penalty, "seed": 3, **options})
    sgd = [keras.optimizers.SGD(rate) for rate in (0.0, learning_rate)]
    gan.compile(generator_optimizer=sgd[0], discriminator_optimizer=sgd[1])
    return gan


def uniform():
    return partial(keras.random.uniform, seed=keras.random.SeedGenerator(1))


def term_and_gradient(penalty, kernel=W):
    """The sum of the penalties and its gradient by w, on a few random samples."""
    gan = make_gan(penalty, kernel)
    real, fake = (
        ops.convert_to_tensor(np.random.default_rng(i).normal(size=(5, 2)), "float32") for i in (0, 1)
    )
    points = slope_points(gan._loop.players, real, fake, uniform())
    network = gan.discriminator
    state = network.non_trainable_variables + gan.discriminator_optimizer.variables

    def function():
        return sum(slope_terms(gan._loop.players, points, None, training=True)), ()

    (term, _), (by_kernel, *_) = value_and_grad(function, network.trainable_variables[:1], state)
    return float(numbers(term)), ops.convert_to_numpy(by_kernel)


@pytest.mark.parametrize(
    ("penalty", "value", "by_norm"),
    [
        (kg.GradientPenalty(), 10 * (NORM - 1) ** 2, 20 * (NORM - 1)),
        (kg.GradientPenalty(2.0, target=0.5), 2 * (NORM - 0.5) ** 2, 4 * (NORM - 0.5)),
        (kg.DRAGAN(weight=3.0), 3 * (NORM - 1) ** 2, 6 * (NORM - 1)),
        (kg.R1(weight=0.7), 0.35 * 1.8, 0.7 * NORM),
        (kg.R2(weight=0.2), 0.1 * 1.8, 0.2 * NORM),
        ([kg.R1(weight=0.7), kg.R2(weight=0.2)], 0.45 * 1.8, 0.9 * NORM),
        (kg.R1(weight=0.7, every=4), 4 * 0.35 * 1.8, 4 * 0.7 * NORM),  # at the first update
    ],
)
def test_value_and_gradient_of_a_linear_discriminator(penalty, value, by_norm):
    term, by_kernel = term_and_gradient(penalty)
    assert term == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(by_kernel, by_norm * W / NORM, rtol=1e-5)


@pytest.mark.parametrize("name", SLOPE_PENALTIES)
def test_at_zero_slope_value_and_gradient_are_finite(name):
    record = kg.get_penalty(name)
    term, by_kernel = term_and_gradient(record, np.zeros_like(W))
    assert term == pytest.approx(record.weight * getattr(record, "target", 0.0) ** 2)
    np.testing.assert_array_equal(by_kernel, 0.0)


def test_interpolation_is_uniform_between_real_and_fake_with_one_number_a_sample():
    real, fake = np.zeros((20_000, 3), "float32"), np.ones((20_000, 3), "float32")
    points = ops.convert_to_numpy(kg.GradientPenalty().points(ops.array(real), ops.array(fake), uniform()))
    assert points.min() >= 0.0
    assert points.max() <= 1.0
    np.testing.assert_array_equal(points[:, 0], points[:, 2])
    share = points[:, 0]
    assert share.mean() == pytest.approx(0.5, abs=0.01)
    assert share.var() == pytest.approx(1 / 12, rel=0.03)
    assert np.quantile(share, [0.1, 0.9]) == pytest.approx([0.1, 0.9], abs=0.015)


def test_dragan_looks_beside_the_real_samples_up_to_half_a_standard_deviation():
    real = np.random.default_rng(0).normal(2.0, 3.0, (20_000, 2)).astype("float32")
    points = ops.convert_to_numpy(kg.DRAGAN().points(ops.array(real), None, uniform()))
    shift = (points - real) / (0.5 * real.std())  # u·v: one u a sample, one v a coordinate
    assert shift.min() >= -1e-5
    assert shift.max() <= 1.0
    assert shift.mean() == pytest.approx(1 / 4, abs=0.01)
    assert shift.var() == pytest.approx(1 / 9 - 1 / 16, rel=0.05)
    covariance = np.cov(shift.T)[0, 1]
    assert covariance == pytest.approx(1 / 12 / 4, rel=0.1)  # var(u) E(v)²: the u in common


def test_r1_stands_at_the_real_samples_and_r2_at_the_fakes():
    real, fake = object(), object()
    assert kg.R1().points(real, fake, None) is real
    assert kg.R2().points(real, fake, None) is fake


def test_images_have_one_slope_a_sample():
    x = keras.Input((2, 2, 1))
    network = keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    network.set_weights([np.full((4, 1), 3.0, "float32"), np.zeros(1, "float32")])
    gan = kg.GAN(
        kg.mlp_generator(3, (2, 2, 1), widths=(), seed=1), network, penalty="gradient_penalty", seed=3
    )
    gan.compile(generator_optimizer="sgd", discriminator_optimizer="sgd")
    x = ops.convert_to_tensor(np.zeros((5, 2, 2, 1), "float32"))
    points = slope_points(gan._loop.players, x, x, uniform())
    (term,) = slope_terms(gan._loop.players, points, None, training=False)
    assert float(numbers(term)) == pytest.approx(10 * (6.0 - 1.0) ** 2, rel=1e-5)


def test_one_update_adds_the_penalty_to_the_game_and_logs_it_apart():
    """The Wasserstein game: w moves by learning_rate · (E real - E fake - γ w)."""
    real = tiny_rows(8)
    gan = make_gan(kg.R1(weight=0.5), learning_rate=0.1)
    logs = gan.train_on_batch(real, return_dict=True)
    moved = gan.discriminator.get_weights()[0]
    np.testing.assert_allclose(moved, W + 0.1 * (real.mean(axis=0)[:, None] - 0.5 * W), rtol=1e-5)
    assert float(logs["penalty"]) == pytest.approx(0.25 * 1.8, rel=1e-5)
    assert float(logs["d_loss"]) == pytest.approx(-float((real @ W).mean()), rel=1e-5)  # without the penalty


def test_a_lazy_penalty_counts_n_times_at_each_nth_update_only():
    """Real and fake are zeros, so only the penalty moves w: by a factor at updates 0 and 3 of six."""
    zeros, rate = np.zeros((24, 2), "float32"), 0.05
    gan = make_gan(kg.R1(weight=1.0, every=3), learning_rate=rate)
    history = gan.fit(zeros, batch_size=4, verbose=0)
    shrink = 1 - rate * 3.0
    np.testing.assert_allclose(gan.discriminator.get_weights()[0], W * shrink**2, rtol=1e-5)
    mean = (3 * 0.9 + 3 * 0.9 * shrink**2) / 6
    assert history.history["penalty"] == pytest.approx([mean], rel=1e-5)
    steps = make_gan(kg.R1(weight=1.0, every=3), learning_rate=rate)
    norms = [1.8**0.5]
    for _ in range(6):
        steps.train_on_batch(zeros[:4])
        norms.append(np.linalg.norm(steps.discriminator.get_weights()[0]))
    shrinks = [after < before * 0.99 for before, after in itertools.pairwise(norms)]
    assert shrinks == [True, False, False, True, False, False]


def test_evaluation_measures_the_penalty_without_laziness():
    gan = make_gan(kg.R1(weight=1.0, every=16))
    gan.discriminator_optimizer.iterations.assign(5)
    logs = gan.evaluate(np.ones((7, 2), "float32"), batch_size=4, verbose=0, return_dict=True)
    assert logs["penalty"] == pytest.approx(0.9, rel=1e-5)


def test_the_penalty_is_logged_only_where_there_is_one():
    assert [m.name for m in make_gan("r2").metrics][-1] == "penalty"
    assert "penalty" not in [m.name for m in make_gan(kg.WeightClipping()).metrics]


def test_clipping_bounds_each_weight_of_the_discriminator_after_each_update_and_no_other():
    gan = make_gan(kg.WeightClipping(limit=0.5), learning_rate=0.1, loss="wasserstein")
    gan.generator.set_weights([np.full((3, 2), 2.0, "float32"), np.full(2, 2.0, "float32")])
    gan.train_on_batch(np.ones((4, 2), "float32"))
    kernel, bias = gan.discriminator.get_weights()
    assert np.abs(kernel).max() == 0.5  # where it was -1.2
    np.testing.assert_allclose(bias, 0.3, rtol=1e-5)  # real and fake pull it by the same amount
    assert gan.generator.get_weights()[0].max() == 2.0


def test_a_penalty_changes_no_state_of_the_discriminator():
    generator = kg.mlp_generator(3, (2,), widths=(4,), seed=1)
    networks = [kg.mlp_discriminator((2,), widths=(4,), dropout=0.5, batch_normalization=True, seed=2)] * 2
    gan, twin = (
        kg.GAN(generator, network, penalty=p, seed=3)
        for network, p in zip(networks, ("r1", None), strict=True)
    )
    for each in (gan, twin):
        each.compile(generator_optimizer="sgd", discriminator_optimizer="sgd")
    assert slope_terms(twin._loop.players, [], None, training=True) == []
    before = [ops.convert_to_numpy(v.value) for v in gan.discriminator.variables]
    (term,) = slope_terms(gan._loop.players, [ops.ones((4, 2))], None, training=True)
    assert np.isfinite(float(numbers(term)))
    for left, right in zip(before, gan.discriminator.variables, strict=True):
        np.testing.assert_array_equal(left, ops.convert_to_numpy(right.value))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kg.R1(weight=-1.0), "`weight`"),
        (lambda: kg.R1(every=0), "`every`"),
        (lambda: kg.GradientPenalty(target=-1.0), "`target`"),
        (lambda: kg.DRAGAN(spread=0.0), "`spread`"),
        (lambda: kg.WeightClipping(limit=0.0), "`limit`"),
        (lambda: kg.get_penalty("gradient_penality"), "Did you mean 'gradient_penalty'"),
        (lambda: make_gan(7), "`penalty` is one of"),
        (lambda: make_gan(["r1", kg.R1(weight=2.0)]), "holds each kind once"),
    ],
)
def test_bad_penalties_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("name", kg.PENALTIES)
def test_records_save(name):
    record = kg.PENALTIES[name]()
    saved = keras.saving.serialize_keras_object(record)
    assert keras.saving.deserialize_keras_object(saved) == record


@pytest.mark.parametrize("options", [{"std": 0.0}, {"decay_steps": 0}])
def test_bad_noise_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        kg.InstanceNoise(**options)
