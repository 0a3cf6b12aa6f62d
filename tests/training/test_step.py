"""The variants of the game as arguments of the one loop: each by hand, then all in one matrix."""

import inspect
import itertools
from contextlib import nullcontext

import keras
import numpy as np
import pytest
from keras import ops
from tiny import (
    LATENT,
    Batches,
    adam,
    assert_close,
    assert_equal,
    constant,
    labelled_players,
    linear,
    lookup,
    numbers,
    sgd,
    tiny_gan,
    tiny_rows,
    values,
)

import keras_gan as kg
from keras_gan.training import step
from keras_gan.training.backend import random_normal
from keras_gan.training.step import in_packs, look_ahead, power_iteration, reader, train_generator

pytestmark = pytest.mark.backend
UNCONSTRAINED = kg.Wasserstein(unconstrained=True)


# --- Instance noise -----------------------------------------------------------------------------------------


def test_instance_noise_reaches_all_that_the_discriminator_reads_and_falls_linearly_to_zero():
    """With D(x) = x, real 0 and fake 0, the least-squares losses are 1/2 + σ² and 1/2 + σ²/2."""
    noise = kg.InstanceNoise(std=2.0, decay_steps=4)
    gan = sgd(kg.GAN(constant(0.0), linear([[1.0]]), loss="least_squares", instance_noise=noise, seed=3))
    rows = np.zeros((20_000, 1), "float32")
    for taken in range(6):
        logs = gan.train_on_batch(rows, return_dict=True)
        variance = (2.0 * max(0.0, 1 - taken / 4)) ** 2
        assert float(logs["d_loss"]) == pytest.approx(0.5 + variance, rel=0.05)
        assert float(logs["g_loss"]) == pytest.approx(0.5 + variance / 2, rel=0.05)
    assert float(logs["d_loss"]) == 0.5  # and none is left
    quiet = gan.evaluate(rows, batch_size=20_000, verbose=0, return_dict=True)
    assert quiet["d_loss"] == 0.5


def test_constant_noise_differs_between_real_and_fake_and_between_calls():
    gan = sgd(kg.GAN(constant(0.0), linear([[1.0]]), instance_noise=kg.InstanceNoise(0.3), seed=3))
    first, second = (numbers(reader(gan._loop.players, 5000)(ops.zeros((5000, 1)))) for _ in range(2))
    assert first.std() == pytest.approx(0.3, rel=0.05)
    assert abs(np.corrcoef(first[:, 0], second[:, 0])[0, 1]) < 0.06


# --- Packing ------------------------------------------------------------------------------------------------


def test_a_pack_joins_rows_that_follow_each_other_along_the_last_axis():
    rows = np.arange(12.0).reshape(6, 2)
    np.testing.assert_array_equal(numbers(in_packs(ops.array(rows), 3)), rows.reshape(2, 6))
    images = np.arange(4 * 2 * 2 * 3.0).reshape(4, 2, 2, 3)
    packs = numbers(in_packs(ops.array(images), 2))
    assert packs.shape == (2, 2, 2, 6)
    np.testing.assert_array_equal(packs[1], np.concatenate([images[2], images[3]], axis=-1))


def packed(**options):
    """D reads two numbers (a, b) as a + 10 b; nobody learns."""
    return sgd(
        kg.GAN(constant(0.5), linear([[1.0], [10.0]]), loss=UNCONSTRAINED, packing=2, seed=3, **options)
    )


def test_the_discriminator_decides_on_packs_and_batch_size_counts_rows():
    gan = packed()
    rows = np.arange(8.0, dtype="float32")[:, None]
    logs = gan.fit(rows, batch_size=8, shuffle=False, verbose=0).history
    assert logs["d_real"] == pytest.approx([rows[::2].mean() + 10 * rows[1::2].mean()])
    assert logs["d_fake"] == pytest.approx([5.5])
    odd = gan.evaluate(rows[:5], batch_size=5, verbose=0, return_dict=True)
    assert odd["d_real"] == pytest.approx(11 * rows[:5].mean())  # each row begins one pack and ends one
    assert packed(discriminator_steps=3)._expected.multiple == 6


def test_packs_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"in packs of 2.*`input_shape=\(2,\)`"):
        kg.GAN(constant(0.5), linear([[1.0]]), packing=2)
    with pytest.raises(ValueError, match=r"whole packs of 2 rows\. Received: a minibatch of 3 rows"):
        packed().fit(np.zeros((12, 1), "float32"), batch_size=3, verbose=0)
    with pytest.raises(ValueError, match=r"minibatches of whole packs\. Received: 6 rows, which 4 does not"):
        packed(discriminator_steps=2).train_on_batch(np.zeros((6, 1), "float32"))
    generator, discriminator = labelled_players()
    pack = kg.mlp_discriminator((2,), num_classes=2, widths=(4,))
    with pytest.raises(ValueError, match="Packs hold samples without labels"):
        kg.GAN(generator, pack, packing=2)
    with pytest.raises(ValueError, match="`packing` is a positive integer"):
        kg.GAN(generator, discriminator, packing=0)


# --- Feature matching ---------------------------------------------------------------------------------------


def test_feature_matching_by_hand():
    """f(x) = Aᵀx: the loss is ‖Aᵀ(E x - E G(z))‖², its gradient by G's bias -2 A Aᵀ (E x - E G(z))."""
    matrix = np.array([[1.0, 0.5, -1.0], [0.0, 2.0, 0.25]], "float32")
    x = keras.Input((2,))
    f = keras.layers.Dense(3, use_bias=False, name="f")(x)
    network = keras.Model(x, keras.layers.Dense(1)(f), name="discriminator")
    network.get_layer("f").set_weights([matrix])
    gan = sgd(kg.GAN(constant(0.25, 2), network, feature_matching="f", seed=3), generator=0.1)
    real = tiny_rows(6)
    difference = real.mean(axis=0) - 0.25
    for logs in (gan.evaluate(real, verbose=0, return_dict=True), gan.train_on_batch(real, return_dict=True)):
        assert float(logs["g_loss"]) == pytest.approx(np.sum((difference @ matrix) ** 2), rel=1e-5)
    bias = gan.generator.get_weights()[1]
    np.testing.assert_allclose(bias, 0.25 + 0.2 * matrix @ matrix.T @ difference, rtol=1e-5)
    np.testing.assert_array_equal(network.get_layer("f").get_weights()[0], matrix)


def test_an_unknown_feature_layer_is_named():
    x = keras.Input((1,))
    network = keras.Model(x, keras.layers.Dense(1, name="logit")(keras.layers.Dense(2, name="dense_7")(x)))
    with pytest.raises(ValueError, match="Did you mean 'dense_7'"):
        kg.GAN(constant(0.0), network, feature_matching="dense_8")
    with pytest.raises(ValueError, match="Choose one of them"):
        kg.GAN(constant(0.0), network, feature_matching="dense_7", unrolled_steps=1)


# --- Unrolled steps -----------------------------------------------------------------------------------------


def unrolled_slope(theta, b, first, second, rate, steps):
    """dL/db of the least-squares game with D(x) = θx and G = b, θ taken `steps` updates ahead.

    D's loss is 1/2 E (θx - 1)² + 1/2 (θb)², with first = E x and second = E x². Ahead, G's loss is
    1/2 (θb - 1)² less the first term, which depends on b through θ.
    """
    by_b = 0.0
    for _ in range(steps):
        slope = theta * second - first + theta * b**2
        slope_by_b = by_b * (second + b**2) + 2 * theta * b
        theta, by_b = theta - rate * slope, by_b - rate * slope_by_b
    return (theta * b - 1.0) * (theta + b * by_b) - (theta * second - first) * by_b


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_the_generator_looks_ahead_by_the_discriminators_own_steps(steps):
    x = keras.Input((1,))
    network = keras.Model(x, keras.layers.Dense(1, use_bias=False)(x), name="discriminator")
    network.set_weights([np.array([[0.7]], "float32")])
    gan = kg.GAN(
        constant(0.4), network, loss="least_squares", unrolled_steps=steps, update="generator_first", seed=3
    )
    sgd(gan, generator=0.5, discriminator=0.2)
    real = np.array([[0.5], [1.0], [2.0]], "float32")
    with kg.weight_audit(discriminator=network) as audit:
        train_generator(gan._loop.players, [ops.zeros((3, LATENT))], ops.convert_to_tensor(real))
    assert not audit.moved("discriminator")
    slope = unrolled_slope(0.7, 0.4, real.mean(), (real**2).mean(), 0.2, steps)
    assert gan.generator.get_weights()[1][0] == pytest.approx(0.4 - 0.5 * slope, rel=1e-5)


@pytest.mark.parametrize("loss", ["minimax", "non_saturating"])
def test_a_generator_that_makes_the_data_stays_when_it_looks_ahead(loss):
    x = keras.Input((1,))
    network = keras.Model(x, keras.layers.Dense(1, kernel_initializer="zeros")(x), name="discriminator")
    gan = kg.GAN(constant(2.0), network, loss=loss, unrolled_steps=3, update="generator_first", seed=3)
    sgd(gan, generator=1.0, discriminator=0.1)
    real = ops.convert_to_tensor(np.full((4, 1), 2.0, "float32"))
    train_generator(gan._loop.players, [ops.zeros((4, LATENT))], real)
    assert gan.generator.get_weights()[1][0] == pytest.approx(2.0, abs=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.Adam(1e-2, beta_1=0.5, epsilon=1e-4),
        lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-2, 2, 0.5)),
        lambda: keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(1e-1, 2, 0.5)),
    ],
)
def test_looking_ahead_gives_what_the_optimizer_then_does(make):
    optimizer, network = make(), linear([[1.0, -2.0], [0.5, 3.0]], 0.3)
    variables = network.trainable_variables
    variables[1].constraint = keras.constraints.NonNeg()
    optimizer.build(variables)

    def gradients_at(weights):
        return [ops.square(w) - 0.2 for w in weights]

    def step():
        optimizer.apply(gradients_at([ops.convert_to_tensor(v.value) for v in variables]), variables)

    for _ in range(3):  # so that moments and iterations are not those of the start
        step()
    before = [numbers(v.value) for v in variables]
    ahead = [numbers(w) for w in look_ahead(optimizer, variables, gradients_at, 4)]
    assert_close([numbers(v.value) for v in variables], before, rtol=0.0, atol=0.0)
    for _ in range(4):
        step()
    assert_close([numbers(v.value) for v in variables], ahead, rtol=1e-5, atol=1e-7)
    assert np.abs(before[0] - ahead[0]).max() > 1e-3


# --- The averaged generator ---------------------------------------------------------------------------------


def test_the_averaged_generator_follows_each_update():
    generator = kg.mlp_generator(LATENT, (2,), widths=(4,), batch_normalization=True, seed=1)
    gan = kg.GAN(generator, kg.mlp_discriminator((2,), widths=(4,), seed=2), average=0.75, seed=3)
    sgd(gan, generator=0.1, discriminator=0.1)
    trained = [v.trainable for v in generator.weights]
    assert not gan.averaged_generator.trainable_variables
    expected = [numbers(w.value) for w in generator.weights]
    rows = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
    for _ in range(3):
        gan.train_on_batch(rows)
        now = [numbers(w.value) for w in generator.weights]
        expected = [0.75 * a + 0.25 * w if t else w for a, w, t in zip(expected, now, trained, strict=True)]
    assert_close([numbers(w.value) for w in gan.averaged_generator.weights], expected, rtol=1e-5)
    z = gan.draw_z(5, seed=1)
    averaged = numbers(gan.averaged_generator(z, training=False))
    np.testing.assert_allclose(gan.sample(5, seed=1, averaged=True), averaged, rtol=1e-5, atol=1e-6)
    assert np.abs(gan.sample(5, seed=1) - averaged).max() > 1e-3


# --- Classes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("update", "of_generator"), [("discriminator_first", 1), ("generator_first", 0)])
def test_labels_reach_both_networks_and_fakes_carry_those_of_their_minibatch(update, of_generator):
    made, added = np.array([1.0, 10.0, 100.0]), np.array([0.1, 0.2, 0.3])
    networks = lookup(made, LATENT, "generator"), lookup(added, 1, "discriminator")
    gan = sgd(kg.GAN(*networks, loss=UNCONSTRAINED, discriminator_steps=2, update=update, seed=3))
    assert gan.num_classes == 3
    labels = np.array([0, 0, 1, 0, 2, 2, 2, 1])
    rows = np.arange(8.0, dtype="float32")[:, None]
    logs = gan.train_on_batch(rows, labels, return_dict=True)
    assert float(logs["d_real"]) == pytest.approx(np.mean(rows[:, 0] + added[labels]), rel=1e-5)
    assert float(logs["d_fake"]) == pytest.approx(np.mean(made[labels] + added[labels]), rel=1e-5)
    of_last = labels.reshape(2, 4)[of_generator]
    assert float(logs["g_loss"]) == pytest.approx(-np.mean(made[of_last] + added[of_last]), rel=1e-5)
    measured = gan.evaluate(rows, y=labels, batch_size=8, verbose=0, return_dict=True)
    assert measured["d_fake"] == pytest.approx(np.mean(made[labels] + added[labels]), rel=1e-5)
    np.testing.assert_allclose(gan.sample(5, seed=1)[:, 0], [1.0, 10.0, 100.0, 1.0, 10.0], rtol=1e-5)
    np.testing.assert_allclose(gan.sample(3, [2, 2, 0], seed=1)[:, 0], [100.0, 100.0, 1.0], rtol=1e-5)


def test_two_classes_at_different_places_are_learned():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 4000)
    rows = (np.where(labels == 1, 2.0, -2.0) + 0.3 * rng.normal(size=4000)).astype("float32")[:, None]
    gan = kg.GAN(*labelled_players(), seed=3)
    gan.compile(generator_optimizer=adam(), discriminator_optimizer=adam())
    gan.fit(Batches(rows, labels, batch=100), epochs=5, verbose=0)
    means = [gan.sample(200, np.full(200, label), seed=1).mean() for label in (0, 1)]
    assert means == pytest.approx([-2.0, 2.0], abs=0.7)


# --- All of them: fused equals unfused, saved goes on, equal seeds agree ------------------------------------

# A case may show several arguments at once; together they show every argument and every record.
CASES = {
    "minimax, R1 and R2": {
        "loss": "minimax",
        "penalty": [kg.R1(0.5, every=2), kg.R2(0.5)],
        "discriminator_steps": 2,
        "generator_steps": 2,
        "update": "generator_first",
        "reduction": "mean",
    },
    "WGAN-GP": {"loss": "wasserstein", "penalty": kg.GradientPenalty(), "latent": "uniform"},
    "WGAN": {"loss": "wasserstein", "penalty": kg.WeightClipping(0.1), "discriminator_steps": 2},
    "DRAGAN, noise": {
        "loss": "hinge",
        "penalty": kg.DRAGAN(every=2),
        "instance_noise": kg.InstanceNoise(0.3, decay_steps=4),
    },
    "packs": {"loss": "least_squares", "packing": 2, "update": "simultaneous", "share_z": True},
    "features, average": {"feature_matching": "features", "frozen_mode": "inference", "average": 0.9},
    "unrolled": {"loss": kg.NonSaturating(0.9), "unrolled_steps": 2, "average": 0.9, "packing": 2},
    "classes": {"num_classes": 2, "penalty": "r1", "unrolled_steps": 1, "average": 0.5},
}


def matrix_gan(num_classes=None, **options):
    networks = {"widths": (8,), "num_classes": num_classes}
    bare = "penalty" not in options and "unrolled_steps" not in options
    generator = kg.mlp_generator(LATENT, (2,), dropout=0.2, batch_normalization=bare, seed=1, **networks)
    size = 2 * options.get("packing", 1)
    discriminator = kg.mlp_discriminator((size,), dropout=0.2, seed=2, **networks)
    for layer in discriminator.layers[-2:-1]:
        layer.name = "features"
    gan = kg.GAN(generator, discriminator, seed=3, **options)
    gan.compile(generator_optimizer=adam(), discriminator_optimizer=adam())
    return gan


def test_the_cases_show_every_argument_and_every_record():
    parameters = set(inspect.signature(kg.GAN.__init__).parameters)
    shown = set(itertools.chain(*CASES.values()))
    assert parameters - {"self", "generator", "discriminator", "seed", "kwargs"} == shown - {"num_classes"}
    gans = [matrix_gan(**options) for options in CASES.values()]
    assert {type(gan.options.loss) for gan in gans} == set(kg.LOSSES.values())
    assert {type(penalty) for gan in gans for penalty in gan.options.penalty} == set(kg.PENALTIES.values())


@pytest.mark.parametrize("case", CASES)
def test_in_blocks_as_in_single_steps_and_saved_as_unsaved(case, tmp_path):
    options = CASES[case]
    rows, labels = tiny_rows(24), np.arange(24) % 2
    straight, single = matrix_gan(**options), matrix_gan(**options)
    per_step = 4 * straight.options.discriminator_steps
    steps = [slice(i, i + per_step) for i in range(0, 24, per_step)]
    if straight.num_classes:
        x, fit = Batches(rows, labels, batch=per_step), {"verbose": 0}
        batches = [(rows[step], labels[step]) for step in steps]
    else:
        x, fit = rows, {"batch_size": 4, "shuffle": False, "verbose": 0}
        batches = [(rows[step],) for step in steps]
    straight.fit(x, **fit)
    for batch in batches:
        single.train_on_batch(*batch)
    assert_close(values(straight), values(single))
    straight.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    configs = [gan.get_config() for gan in (loaded, straight)]
    assert [c["penalty"] for c in configs[:1]] == [c["penalty"] for c in configs[1:]]
    for gan in (straight, loaded):
        gan.fit(x, epochs=2, initial_epoch=1, **fit)
    assert_equal(values(straight), values(loaded))
    for a, b in zip(straight.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(numbers(a.value), numbers(b.value))


@pytest.mark.parametrize(
    "options",
    [
        {
            "penalty": [kg.GradientPenalty(every=2), kg.R1()],
            "instance_noise": kg.InstanceNoise(0.1, 5),
            "packing": 2,
            "unrolled_steps": 1,
            "average": 0.9,
        },
        {"penalty": "dragan", "feature_matching": "features"},
    ],
)
def test_half_precision_networks_play_every_variant(options):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        gan = matrix_gan(**options)
    finally:
        keras.config.set_dtype_policy("float32")
    rows = tiny_rows(16)
    history = gan.fit(rows, batch_size=4, validation_data=rows[:8], verbose=0).history
    assert np.isfinite(list(history.values())).all()
    assert history["penalty"][0] > 0
    assert gan.sample(3, averaged="average" in options).dtype == np.float32


# --- Who moves when, and by what ----------------------------------------------------------------------------


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
