import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_gan import data
from keras_gan.data.download import keras_folder
from keras_gan.data.toy import stacked_digits
from keras_gan.metrics import classifier
from keras_gan.metrics.classifier import load_classifier

DIGITS = data.load_images("digits")
TINY = data.Dataset(
    DIGITS.train[:64], DIGITS.test[:20], DIGITS.train_labels[:64], DIGITS.test_labels[:20], name="tiny"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A home folder of this module's own: nobody's kept files help, and none are left."""
    path = tmp_path_factory.mktemp("keras")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "keras_folder", lambda: path)
        yield path / "keras_gan"


@pytest.fixture(scope="module")
def trained(folder):
    return load_classifier(DIGITS)


@pytest.fixture
def fast(folder, monkeypatch):
    """Two steps of training; other numbers in the recipe give another file."""
    monkeypatch.setattr(classifier, "MAX_STEPS", 2)
    return folder


def no_training(*_):
    raise AssertionError("trained again")


@pytest.mark.backend
def test_it_reads_digits(trained):
    assert trained.accuracy >= 0.96
    assert trained.num_test == len(DIGITS.test)
    assert (trained.labels(DIGITS.test) == DIGITS.test_labels).mean() == trained.accuracy
    assert (trained.image_shape, trained.num_classes) == ((8, 8, 1), 10)


@pytest.mark.backend
def test_it_reads_mnist(folder):
    if not (keras_folder() / "datasets" / "mnist.npz").exists():
        pytest.skip("no mnist.npz in Keras's folder")
    found = load_classifier(data.load_images("mnist"))
    assert found.num_test == 10_000
    assert found.accuracy >= 0.985


def test_features_feed_the_answers(trained):
    features = trained.features(DIGITS.test)
    assert features.shape == (359, trained.feature_size)
    assert features.dtype == np.float32
    assert features.min() == 0
    weights, bias = trained.model.get_layer("logits").get_weights()
    logits = features @ weights + bias
    np.testing.assert_array_equal(trained.labels(DIGITS.test), logits.argmax(axis=1))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(trained.probabilities(DIGITS.test), expected, atol=1e-4)


def test_neither_order_nor_batches_matter(trained):
    order = np.random.default_rng(0).permutation(359)
    np.testing.assert_allclose(
        trained.features(DIGITS.test[order]), trained.features(DIGITS.test)[order], atol=1e-4
    )
    one = trained.features(DIGITS.test[:1])
    np.testing.assert_allclose(one, trained.features(DIGITS.test)[:1], atol=1e-4)


def test_stacked_labels_are_the_channels_labels(trained):
    stacked = stacked_digits(DIGITS, num_train=1, num_test=300)
    right = (trained.stacked_labels(stacked.test) == stacked.test_labels).mean()
    assert right == pytest.approx(trained.accuracy**3, abs=0.05)
    channels = [trained.labels(stacked.test[..., [c]]) for c in range(3)]
    np.testing.assert_array_equal(
        trained.stacked_labels(stacked.test), 100 * channels[0] + 10 * channels[1] + channels[2]
    )


def test_a_second_call_reads_the_file(trained, monkeypatch):
    monkeypatch.setattr(classifier, "_train", no_training)
    again = load_classifier(DIGITS)
    assert again.accuracy == trained.accuracy
    np.testing.assert_array_equal(again.features(DIGITS.test), trained.features(DIGITS.test))


def test_other_data_seed_or_recipe_is_another_file(fast, monkeypatch):
    before = len(list(fast.glob("*.npz")))
    load_classifier(TINY)
    load_classifier(TINY, seed=1)
    load_classifier(data.Dataset(TINY.train[::-1], TINY.test, TINY.train_labels, TINY.test_labels))
    monkeypatch.setattr(classifier, "MAX_STEPS", 3)
    load_classifier(TINY)
    assert len(list(fast.glob("*.npz"))) == before + 4
    assert not list(fast.glob("*.part"))


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def not_finite(path):
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **{name: np.full_like(array, np.nan) for name, array in arrays.items()})


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-500]),
        lambda path: path.write_bytes(flipped(path.read_bytes())),
        lambda path: path.write_bytes(b"PK no zip"),
        lambda path: np.savez(path, weight_0=np.zeros(3)),
        lambda path: np.savez(path, weight_0=np.array([{}], dtype=object)),
        not_finite,
    ],
)
def test_a_damaged_file_is_named(folder, damage):
    weights = [np.full((3, 4), 1.0, "float32"), np.arange(500, dtype="float32")]
    shapes = [weight.shape for weight in weights]
    classifier._write_weights("some.npz", weights)
    for kept, weight in zip(classifier._read_weights("some.npz", shapes), weights, strict=True):
        np.testing.assert_array_equal(kept, weight)
    damage(folder / "some.npz")
    with pytest.warns(UserWarning, match=r"some.npz, which is damaged. It is trained again now"):
        assert classifier._read_weights("some.npz", shapes) is None
    (folder / "some.npz").unlink()
    assert classifier._read_weights("some.npz", shapes) is None  # and no warning


def test_a_damaged_file_is_made_again(fast):
    load_classifier(TINY, seed=7)
    path = fast / f"classifier-{classifier._key(TINY.train, TINY.train_labels, 10, 7)}.npz"
    path.write_bytes(flipped(path.read_bytes()))
    with pytest.warns(UserWarning, match=rf"{path.name}, which is damaged"):
        load_classifier(TINY, seed=7)
    load_classifier(TINY, seed=7)  # without a warning


def test_a_folder_that_cannot_be_written_to_is_named(fast, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(classifier, "keras_folder", lambda: tmp_path / "file")
    with pytest.warns(UserWarning, match=r"Trained weights are kept in .*KERAS_HOME"):
        assert load_classifier(TINY).num_test == 20


def test_a_failed_write_leaves_nothing(fast, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    fast.mkdir(exist_ok=True)
    before = set(fast.iterdir())
    monkeypatch.setattr(np, "savez", full)
    with pytest.warns(UserWarning, match="Received: No space left on device"):
        load_classifier(TINY, seed=11)
    assert set(fast.iterdir()) == before


TWO = """
import keras_gan as kg
from keras_gan.metrics import classifier
classifier.MAX_STEPS = 2
print(kg.load_classifier(kg.load_images("digits")).features(kg.load_images("digits").test[:1]).sum())
"""


def test_two_processes_share_one_whole_file(tmp_path):
    environment = {**os.environ, "KERAS_HOME": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-W", "error::UserWarning", "-c", TWO]
    root = Path(__file__).parents[2]
    runs = [
        subprocess.Popen(command, env=environment, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    outputs = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    (path,) = (tmp_path / "keras_gan").iterdir()
    assert path.suffix == ".npz"
    third = subprocess.run(command, env=environment, cwd=root, capture_output=True, check=True)
    assert third.stdout in [output for output, _ in outputs]


@pytest.mark.backend
@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 9, 3), (32, 32, 3)])
def test_other_shapes(fast, shape):
    rng = np.random.default_rng(0)
    images, labels = rng.uniform(-1, 1, (12, *shape)).astype("float32"), np.arange(12) % 4
    found = load_classifier(data.Dataset(images, images, labels, labels))
    assert found.features(images).shape == (12, found.feature_size)
    assert found.num_classes == 4


def test_the_seed_decides_the_first_weights():
    first, same, other = (classifier._network((8, 8, 1), 10, seed).get_weights() for seed in (0, 0, 1))
    for one, two in zip(first, same, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: load_classifier(data.ring()), "`data` holds images and their labels. Received: Dataset"),
        (lambda c: load_classifier(data.Dataset(DIGITS.train, DIGITS.test)), "`data` holds images and their"),
        (lambda c: load_classifier(DIGITS, seed=-1), "`seed` is an integer from 0"),
        (lambda c: c.features(np.zeros((2, 9, 9, 1))), r"`images` has shape \(n, 8, 8, 1\). Received: shape"),
        (lambda c: c.labels(np.zeros((0, 8, 8, 1))), r"Received: shape \(0, 8, 8, 1\)"),
        (
            lambda c: c.labels(np.full((2, 8, 8, 1), 255)),
            r"`images` lie in \[-1, 1\]. Received: pixels from 255",
        ),
        (lambda c: c.labels(np.full((2, 8, 8, 1), np.nan)), "Received: pixels from nan"),
        (lambda c: c.stacked_labels(np.zeros((2, 8, 8))), r"`images` has shape \(n, height, width, 3\)"),
    ],
)
def test_bad_arguments_get_three_sentences(trained, call, message):
    with pytest.raises(ValueError, match=message):
        call(trained)
