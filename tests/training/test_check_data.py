"""What comes in at the door: arrays and streams told apart, rows checked, endings of networks found."""

import keras
import numpy as np
import pytest

import keras_gan as kg
from keras_gan.training.check_data import checked_rows, is_array, is_stream
from keras_gan.training.check_networks import output_activation


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_rows_become_float32(dtype):
    rows = checked_rows(np.ones((3, 2), dtype), (2,))
    assert rows.dtype == np.float32
    assert rows.shape == (3, 2)


def test_float32_rows_are_not_copied():
    rows = np.ones((3, 2), "float32")
    assert np.shares_memory(checked_rows(rows, (2,)), rows)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.zeros((3, 4)), r"the generator makes, \(n, 2\)\. Received: shape \(3, 4\)\. Reshape"),
        (np.zeros(2), r"Received: shape \(2,\)"),
        (np.zeros((0, 2)), r"Received: shape \(0, 2\)"),
        (np.float64(1.0), r"Received: shape \(\)"),
        (np.zeros((3, 2), "uint8"), r"floating point, images in \[-1, 1\]\. Received: dtype uint8\. Scale"),
        (np.zeros((3, 2), bool), "dtype bool"),
        (np.array([[0, 0], [0, np.nan], [np.inf, 0]]), r"NaN or infinity, first in row 1\. Remove"),
        (np.array([[0, 1e300]]), "NaN or infinity, first in row 0"),
    ],
)
def test_bad_rows_are_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        checked_rows(rows, (2,))


def test_arrays_of_every_library_are_arrays():
    rows = np.ones((4, 1), "float32")
    assert is_array(rows)
    for module, make in (("tensorflow", "constant"), ("jax.numpy", "asarray"), ("torch", "from_numpy")):
        tensor = getattr(pytest.importorskip(module), make)(rows)
        assert is_array(tensor), module
        np.testing.assert_array_equal(checked_rows(tensor, (1,)), rows)


def test_streams_are_not():
    tf = pytest.importorskip("tensorflow")
    torch = pytest.importorskip("torch")
    dataset = tf.data.Dataset.from_tensor_slices(np.ones((4, 1), "float32")).batch(2)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.zeros(4, 1)), 2)
    generator = (batch for batch in [np.ones((4, 1), "float32")])
    for stream in (dataset, loader, generator, iter([]), keras.utils.PyDataset()):
        assert not is_array(stream)
        assert is_stream(stream)
    for neither in ([[1.0]], None, "data.npz", (), kg.ring(num_train=4)):
        assert not is_array(neither)
        assert not is_stream(neither)


def networks_of(layers):
    """A network of these layers, built both ways where it can be: functional and `Sequential`."""
    x = y = keras.Input((4,))
    for layer in layers:
        y = layer(y)
    yield keras.Model(x, y)
    if layers and all(isinstance(layer, keras.Layer) for layer in layers):
        yield keras.Sequential([keras.Input((4,)), *layers])


@pytest.mark.parametrize(
    ("layers", "activation"),
    [
        ([keras.layers.Dense(2)], "linear"),
        ([keras.layers.Dense(2, activation="tanh")], "tanh"),
        ([keras.layers.Dense(2), keras.layers.Activation("sigmoid")], "sigmoid"),
        ([keras.layers.Dense(2, activation="tanh"), keras.layers.Activation("linear")], "tanh"),
        ([keras.layers.Dense(2), keras.layers.LeakyReLU()], "leaky_relu"),
        ([keras.layers.Dense(2), keras.layers.Softmax()], "softmax"),
        ([keras.layers.Dense(2), keras.ops.tanh], "tanh"),
        ([keras.layers.Dense(2), keras.activations.sigmoid], "sigmoid"),
        ([keras.layers.Dense(4, activation="tanh"), keras.layers.Reshape((2, 2))], "tanh"),
        ([keras.layers.Reshape((2, 2, 1)), keras.layers.Conv2D(1, 1, activation="tanh")], "tanh"),
        (
            [
                keras.layers.Reshape((2, 2, 1)),
                keras.layers.Conv2D(1, 1, activation="sigmoid"),
                keras.layers.Cropping2D(((0, 1), (0, 1))),
                keras.layers.Flatten(),
            ],
            "sigmoid",
        ),
        ([kg.SpectralNormalization(keras.layers.Dense(2, activation="tanh"))], "tanh"),
        ([kg.mlp_generator(4, (2, 2, 1), widths=())], "tanh"),  # a nested model
        ([keras.layers.Dense(2, activation="tanh"), keras.layers.Rescaling(3.0)], None),
        ([keras.layers.Dense(2, activation="tanh"), keras.layers.Dropout(0.5)], None),
        ([keras.layers.Dense(2), keras.layers.Activation(lambda x: x)], None),
        ([keras.layers.Lambda(keras.ops.tanh)], None),
        ([], None),
    ],
)
def test_the_activation_that_ends_a_network_is_found(layers, activation):
    for network in networks_of(layers):
        assert output_activation(network) == activation


def test_builders_end_as_they_say():
    assert output_activation(kg.conv_generator(3, (8, 8, 1), width=2)) == "tanh"
    assert output_activation(kg.mlp_generator(3, (2,))) == "linear"
    assert output_activation(kg.mlp_generator(3, (4, 4, 1), output_activation="sigmoid")) == "sigmoid"
    for options in ({}, {"spectral_normalization": True}, {"minibatch_features": "discrimination"}):
        assert output_activation(kg.mlp_discriminator((2,), **options)) == "linear"
        assert output_activation(kg.conv_discriminator((8, 8, 1), width=2, **options)) == "linear"


@pytest.mark.parametrize(
    ("activation", "fine", "beyond"),
    [
        ("tanh", (-1.0, 1.0 + 5e-7), (-1.0, 1.1)),
        ("sigmoid", (0.0, 1.0), (-0.1, 1.0)),
        ("linear", (-9.0, 9.0), None),
    ],
)
def test_rows_are_compared_with_the_generators_reach(activation, fine, beyond):
    checked_rows(np.array([fine]), (2,), activation)
    checked_rows(np.array([beyond or fine]), (2,), None)
    if beyond:
        with pytest.raises(
            ValueError, match=rf"ends in {activation} .* Received: values from .* Scale the data"
        ):
            checked_rows(np.array([beyond]), (2,), activation)


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((5, 1, 4, 6), r"np\.moveaxis\(x, 1, -1\)"),
        ((5, 24), r"x\.reshape\(-1, 4, 6, 1\)"),
        ((5, 4, 6), r"x\.reshape\(-1, 4, 6, 1\)"),
        ((4, 6, 1), r"x\[None\]"),
        ((0, 4, 6, 1), "at least one sample"),
        ((5, 4, 6, 3), "build the networks for it"),
    ],
)
def test_a_wrong_shape_comes_with_the_way_out(shape, hint):
    with pytest.raises(ValueError, match=hint):
        checked_rows(np.zeros(shape), (4, 6, 1))
