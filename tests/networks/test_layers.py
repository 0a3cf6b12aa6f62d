"""Spectral normalization and minibatch features against closed forms, on every backend."""

import keras
import numpy as np
import pytest

import keras_gan as kg
from keras_gan.training.backend import value_and_grad
from keras_gan.training.step import power_iteration

pytestmark = pytest.mark.backend

LINEAR = {
    "dense": (lambda: keras.layers.Dense(5), (4, 7)),
    "conv": (lambda: keras.layers.Conv2D(5, 3, strides=2, padding="same"), (4, 6, 6, 2)),
    "transposed": (lambda: keras.layers.Conv2DTranspose(3, 4, strides=2, padding="same"), (4, 3, 3, 2)),
}
each_linear = pytest.mark.parametrize("kind", LINEAR)


def numpy(tensor):
    return np.array(keras.ops.convert_to_numpy(keras.ops.stop_gradient(tensor)))


def draw(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def wrapped(kind):
    """A normalised layer with a kernel and a bias drawn by NumPy, and an input for it."""
    make, shape = LINEAR[kind]
    x = draw(shape)
    layer = kg.SpectralNormalization(make())
    layer(x)
    layer.layer.set_weights([draw(w.shape, seed) for seed, w in enumerate(layer.layer.get_weights(), 1)])
    return layer, x


def matrix_of(layer, kernel):
    """The kernel as a matrix (inputs, outputs); a transposed convolution has its outputs first."""
    if isinstance(layer.layer, keras.layers.Conv2DTranspose):
        kernel = np.moveaxis(kernel, -2, -1)
    return kernel.reshape(-1, kernel.shape[-1])


def gradients_of(layer, x, direction):
    """Gradients of Σ output · direction by the layer's trainable variables."""
    direction = keras.ops.convert_to_tensor(direction)
    _, gradients = value_and_grad(
        lambda: (keras.ops.sum(layer(x, training=True) * direction), ()),
        layer.trainable_variables,
        layer.non_trainable_variables,
    )
    return [numpy(gradient) for gradient in gradients]


@each_linear
def test_sigma_becomes_the_largest_singular_value(kind):
    layer, _ = wrapped(kind)
    for _ in range(200):
        layer.power_iteration()
    largest = np.linalg.svd(matrix_of(layer, numpy(layer.layer.kernel)), compute_uv=False)[0]
    assert numpy(layer.sigma()) == pytest.approx(largest, rel=1e-4)
    assert layer.u.shape == (layer.layer.bias.shape[0],)
    assert np.linalg.norm(numpy(layer.u)) == pytest.approx(1.0, rel=1e-5)
    assert np.linalg.norm(numpy(layer.v)) == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda s: keras.layers.Dense(64, kernel_initializer=s), (1, 784)),
        (lambda s: keras.layers.Dense(1, kernel_initializer=s), (1, 64)),
        (lambda s: keras.layers.Conv2D(64, 4, kernel_initializer=s), (1, 8, 8, 16)),
    ],
)
def test_sigma_is_within_one_percent_at_the_start(make, shape):
    for seed in range(3):
        layer = kg.SpectralNormalization(make(keras.initializers.GlorotUniform(seed=seed)))
        layer.build(shape)
        largest = np.linalg.svd(matrix_of(layer, numpy(layer.layer.kernel)), compute_uv=False)[0]
        assert 0.99 * largest <= numpy(layer.sigma()) <= 1.0001 * largest


def test_sigma_is_there_when_keras_makes_the_weights_late():
    class Late(keras.Model):
        def __init__(self):
            super().__init__()
            self.linear = kg.SpectralNormalization(keras.layers.Dense(8))

        def call(self, x):
            return self.linear(x)

    model = Late()
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.fit(draw((4, 6)), draw((4, 8)), verbose=0)
    largest = np.linalg.norm(numpy(model.linear.layer.kernel), 2)
    assert 0.99 * largest <= numpy(model.linear.sigma()) <= 1.0001 * largest


def test_equal_seeds_start_equally():
    layers = [
        kg.SpectralNormalization(keras.layers.Dense(4, kernel_initializer="ones"), seed=3) for _ in "ab"
    ]
    for layer in layers:
        layer.build((None, 5))
    for a, b in zip(layers[0].get_weights(), layers[1].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@each_linear
def test_the_output_is_that_of_the_kernel_over_sigma(kind):
    layer, x = wrapped(kind)
    kernel, bias = layer.layer.get_weights()
    plain = LINEAR[kind][0]()
    plain.build(x.shape)
    plain.set_weights([kernel / numpy(layer.sigma()), bias])
    output = numpy(layer(x))
    np.testing.assert_allclose(output, numpy(plain(x)), rtol=1e-4, atol=1e-5)
    assert tuple(layer.compute_output_shape(x.shape)) == output.shape


@each_linear
def test_the_gradient_flows_through_sigma(kind):
    layer, x = wrapped(kind)
    kernel, bias = layer.layer.get_weights()
    sigma, u, v = numpy(layer.sigma()), numpy(layer.u), numpy(layer.v)
    direction = draw(numpy(layer(x)).shape, seed=5)
    plain = LINEAR[kind][0]()
    plain.build(x.shape)
    plain.set_weights([kernel / sigma, bias])
    by_normalized, by_bias = gradients_of(plain, x, direction)
    by_kernel, by_wrapped_bias = gradients_of(layer, x, direction)
    # d(W/σ) = dW/σ - W (uᵀ dW v)/σ²
    inner = (by_normalized * kernel).sum() / sigma
    expected = (matrix_of(layer, by_normalized) - inner * np.outer(v, u)) / sigma
    np.testing.assert_allclose(matrix_of(layer, by_kernel), expected, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(by_wrapped_bias, by_bias, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("training", [False, True])
@each_linear
def test_a_call_moves_nothing(kind, training):
    layer, x = wrapped(kind)
    before = layer.get_weights()
    layer(x, training=training)
    gradients_of(layer, x, np.float32(1.0))
    for a, b in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_power_iteration_reaches_every_depth_and_moves_only_u_and_v():
    inner = keras.Sequential(
        [
            keras.layers.Input((4, 6)),
            keras.layers.TimeDistributed(kg.SpectralNormalization(keras.layers.Dense(5))),
        ]
    )
    shared = kg.SpectralNormalization(keras.layers.Dense(5))
    x = keras.layers.Input((4, 6))
    network = keras.Model(x, shared(shared(inner(x))))
    for weight in network.weights:
        weight.assign(draw(weight.shape))
    before = {w.path: numpy(w) for w in network.weights}
    power_iteration(network)
    moved = {w.name for w in network.weights if (numpy(w) != before[w.path]).any()}
    assert moved == {"u", "v"}
    assert sum((numpy(w) != before[w.path]).any() for w in network.weights) == 4
    kernel = numpy(shared.layer.kernel)
    v = kernel @ before[shared.u.path]
    np.testing.assert_allclose(numpy(shared.v), v / np.linalg.norm(v), rtol=1e-4, atol=1e-5)
    u = kernel.T @ numpy(shared.v)
    np.testing.assert_allclose(numpy(shared.u), u / np.linalg.norm(u), rtol=1e-4, atol=1e-5)


def test_penalties_on_the_wrapped_layer_are_kept():
    dense = keras.layers.Dense(3, kernel_regularizer="l2", activity_regularizer=keras.regularizers.L2(0.5))
    layer = kg.SpectralNormalization(dense)
    x = draw((2, 4))
    output = numpy(layer(x))
    losses = sorted(float(numpy(loss)) for loss in layer.losses)
    expected = [0.01 * (numpy(dense.kernel) ** 2).sum(), 0.5 * (output**2).sum() / 2]
    np.testing.assert_allclose(losses, sorted(expected), rtol=1e-5)


@pytest.mark.parametrize("layer", [keras.layers.ReLU(), keras.layers.DepthwiseConv2D(3)])
def test_other_layers_are_refused(layer):
    with pytest.raises(
        ValueError, match=rf"wraps a Dense layer.*Received: {type(layer).__name__}\. Wrap the"
    ):
        kg.SpectralNormalization(layer)


def karras(x, group_size):
    """The layer as the paper's authors wrote it, for batches that `group_size` divides."""
    groups = x.reshape(group_size, -1, *x.shape[1:])
    deviation = np.sqrt(groups.var(axis=0) + 1e-8)
    mean = deviation.mean(axis=tuple(range(1, deviation.ndim)))
    feature = np.tile(mean, group_size).reshape(-1, *[1] * (x.ndim - 1))
    return np.concatenate([x, np.broadcast_to(feature, (*x.shape[:-1], 1))], axis=-1)


@pytest.mark.parametrize("shape", [(8, 3), (12, 2, 3, 5), (4, 6)])
def test_minibatch_deviation_as_its_authors_compute_it(shape):
    x = draw(shape)
    layer = kg.MinibatchStandardDeviation(4)
    np.testing.assert_allclose(numpy(layer(x)), karras(x, 4), rtol=1e-4, atol=1e-6)
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *shape[1:-1], shape[-1] + 1)


def test_minibatch_deviation_by_hand():
    x = np.array([[0.0, 0.0], [5.0, 1.0], [2.0, 4.0], [5.0, 1.0], [4.0, 2.0]], "float32")
    # five rows in groups of at least two: rows 0, 2, 4 and rows 1, 3
    first = (np.std([0, 2, 4]) + np.std([0, 4, 2])) / 2
    feature = numpy(kg.MinibatchStandardDeviation(2)(x))[:, -1]
    np.testing.assert_allclose(feature, [first, 1e-4, first, 1e-4, first], rtol=1e-4)
    whole = numpy(kg.MinibatchStandardDeviation(None)(x))[:, -1]
    np.testing.assert_allclose(whole, np.full(5, x.std(axis=0).mean()), rtol=1e-4)
    np.testing.assert_allclose(numpy(kg.MinibatchStandardDeviation(9)(x))[:, -1], whole, rtol=1e-6)


def test_minibatch_discrimination_against_a_loop():
    layer = kg.MinibatchDiscrimination(3, 2)
    x = draw((5, 4))
    output = numpy(layer(x))
    rows = (x @ numpy(layer.kernel)).reshape(5, 3, 2)
    expected = np.zeros((5, 3))
    for i in range(5):
        for j in range(5):
            expected[i] += np.exp(-np.abs(rows[i] - rows[j]).sum(axis=-1))
    np.testing.assert_allclose(output, np.concatenate([x, expected], axis=1), rtol=1e-4)
    assert layer.compute_output_shape((None, 4)) == (None, 7)
    alike = numpy(layer(np.ones((6, 4), "float32")))[:, 4:]
    np.testing.assert_allclose(alike, np.full((6, 3), 6.0))


@pytest.mark.parametrize("layer", [kg.MinibatchStandardDeviation(), kg.MinibatchDiscrimination(3, 2)])
@pytest.mark.parametrize("alike", [False, True])
def test_minibatch_features_have_finite_gradients(layer, alike):
    before = keras.layers.Dense(4)
    network = keras.Sequential(
        [keras.layers.Input((3,)), before, type(layer).from_config(layer.get_config())]
    )
    x = np.ones((6, 3), "float32") if alike else draw((6, 3))
    for gradient in gradients_of(network, x, np.float32(1.0)):
        assert np.isfinite(gradient).all()
    assert (gradients_of(network, x, np.eye(6, network.output_shape[-1], dtype="float32"))[0] != 0).any()


@pytest.mark.parametrize("rows", [5, 8])
def test_all_layers_train_in_a_compiled_model_with_a_short_last_batch(rows):
    network = keras.Sequential(
        [
            keras.layers.Input((6, 6, 1)),
            kg.SpectralNormalization(keras.layers.Conv2D(3, 3)),
            kg.MinibatchStandardDeviation(),
            keras.layers.Flatten(),
            kg.MinibatchDiscrimination(4, 2),
            kg.SpectralNormalization(keras.layers.Dense(1)),
        ]
    )
    network.compile("sgd", "mse", jit_compile="auto" if keras.backend.backend() == "torch" else True)
    history = network.fit(draw((rows, 6, 6, 1)), draw((rows, 1)), batch_size=3, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_every_layer_goes_through_a_file(tmp_path):
    network = keras.Sequential(
        [
            keras.layers.Input((6, 6, 1)),
            kg.SpectralNormalization(keras.layers.Conv2D(3, 3, activity_regularizer="l2"), seed=2),
            kg.MinibatchStandardDeviation(3),
            keras.layers.Flatten(),
            kg.MinibatchDiscrimination(4, 2, kernel_initializer="he_normal"),
            kg.SpectralNormalization(keras.layers.Dense(1)),
        ]
    )
    power_iteration(network)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    for a, b in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    x = draw((6, 6, 6, 1))
    np.testing.assert_array_equal(numpy(network(x)), numpy(loaded(x)))
    assert len(network.losses) == len(loaded.losses) == 1
    configs = [layer.get_config() for layer in loaded.layers]
    assert [config.get("seed") for config in configs] == [2, None, None, None, 0]
    assert configs[1]["group_size"] == 3
    assert isinstance(loaded.layers[3].kernel_initializer, keras.initializers.HeNormal)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kg.SpectralNormalization(keras.layers.Dense(1), seed=-1), "`seed` is an integer from 0"),
        (lambda: kg.MinibatchStandardDeviation(0), r"`group_size` is a positive integer\. Received: 0"),
        (lambda: kg.MinibatchDiscrimination(0), "`num_kernels` is a positive integer"),
        (lambda: kg.MinibatchDiscrimination(3, 2.5), "`kernel_dim` is a positive integer"),
        (
            lambda: kg.MinibatchDiscrimination()(np.ones((2, 3, 3, 1))),
            r"reads \(batch, features\)\. Received: shape \(2, 3, 3, 1\)\. Put a `Flatten`",
        ),
    ],
)
def test_bad_options_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
