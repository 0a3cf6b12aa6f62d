"""What comes in at the door: arrays and streams told apart, rows and labels checked before training."""

import re

import keras
import numpy as np
import pytest
from tiny import Batches, constant, labelled_players, linear, sgd, tiny_gan, tiny_rows

import keras_gan as kg
from keras_gan.training.check_data import checked_rows, is_array, is_stream


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
        (np.zeros((3, 2), "uint8"), r"floating point\. Received: dtype uint8\. Convert"),
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


@pytest.mark.backend
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


@pytest.mark.backend
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
        tiny_gan().fit(Batches(rows, batch=8), verbose=0)


@pytest.mark.backend
def test_arguments_that_would_be_dropped_are_refused():
    with pytest.raises(ValueError, match="steps_per_epoch=2"):
        tiny_gan().fit(tiny_rows(), steps_per_epoch=2, verbose=0)
    with pytest.raises(ValueError, match="batch_size=8"):
        tiny_gan().fit(Batches(tiny_rows(), batch=8), batch_size=8, verbose=0)


@pytest.mark.backend
def test_labels_that_do_not_fit_are_refused():
    gan, rows = sgd(kg.GAN(*labelled_players(), seed=3)), np.zeros((4, 1), "float32")
    with pytest.raises(ValueError, match="Received: no labels"):
        gan.train_on_batch(rows)
    with pytest.raises(ValueError, match=r"built with `num_classes`\. Received: batches of samples and lab"):
        sgd(kg.GAN(constant(0.0), linear([[1.0]]))).train_on_batch(rows, np.zeros(4, int))
    for labels in ([0, 2, 0], [0, -1, 0], [0, 1], [0.0, 1.0, 0.0]):
        with pytest.raises(ValueError, match="3 integers from 0 to 1"):
            gan.sample(3, labels)
    with pytest.raises(ValueError, match="labels for networks that read none"):
        kg.GAN(constant(0.0), linear([[1.0]])).sample(3, [0, 0, 0])


@pytest.mark.parametrize("shape", [(8,), (8, 3), (8, 2, 1)])
def test_a_batch_of_another_shape_is_refused_by_its_shape(shape):
    with pytest.raises(
        ValueError, match=rf"the generator makes, \(n, 2\)\. Received: shape {re.escape(str(shape))}"
    ):
        tiny_gan().train_on_batch(np.zeros(shape, "float32"))
