import gzip
import inspect
import io
import urllib.error
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gan import data
from keras_gan.data import download


@pytest.mark.parametrize("num_modes", [1, 2, 7, 8, 25])
def test_ring_has_as_many_different_modes_as_asked(num_modes):
    modes = data.ring(num_modes, num_train=10, num_test=10).modes
    assert len(np.unique(np.round(modes, 6), axis=0)) == num_modes
    np.testing.assert_allclose(np.hypot(*modes.T), 1)


def test_ring_is_an_octagon():
    modes = data.ring(radius=2.0, num_train=10, num_test=10).modes
    sides = np.linalg.norm(modes - np.roll(modes, 1, axis=0), axis=1)
    np.testing.assert_allclose(sides, 4 * np.sin(np.pi / 8))


def test_grid_is_pacgans():
    modes = data.grid(num_train=10, num_test=10).modes
    assert {tuple(mode) for mode in modes} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}


@pytest.mark.parametrize("make", [data.ring, data.grid, data.moons])
def test_toys_share_types_sizes_and_seeds(make):
    toy = make(num_train=300, num_test=200, seed=3)
    assert (toy.train.shape, toy.test.shape, toy.sample_shape) == ((300, 2), (200, 2), (2,))
    assert toy.train.dtype == toy.test.dtype == np.float32
    again = make(num_train=300, num_test=100, seed=3)
    np.testing.assert_array_equal(toy.train, again.train)
    assert not np.array_equal(toy.train, make(num_train=300, num_test=200, seed=4).train)
    assert not np.array_equal(toy.train[:200], toy.test)


def test_labels_of_a_mixture_are_its_modes():
    ring = data.ring(std=0.01)
    assert ring.train_labels.dtype == np.int64
    assert np.abs(ring.train - ring.modes[ring.train_labels]).max() < 0.06
    np.testing.assert_allclose((ring.train - ring.modes[ring.train_labels]).std(), 0.01, rtol=0.02)


def test_weights_are_scaled_and_obeyed():
    ring = data.ring(4, weights=[5, 1, 1, 1])
    np.testing.assert_allclose(ring.weights, [0.625, 0.125, 0.125, 0.125])
    np.testing.assert_allclose(np.bincount(ring.train_labels) / 40_000, ring.weights, atol=0.01)


def test_density_integrates_to_one_and_falls_by_the_closed_form():
    ring = data.ring(std=0.1, weights=np.arange(1, 9))
    ticks = np.linspace(-2, 2, 201)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    assert np.exp(ring.log_density(points)).sum() * 0.02**2 == pytest.approx(1, abs=1e-6)
    one = data.ring(1, std=0.5)
    here, there = one.log_density([[1.0, 0.0], [1.5, 0.0]])
    assert here == pytest.approx(-np.log(2 * np.pi * 0.25))
    assert here - there == pytest.approx(0.5)


def test_density_far_away_is_finite():
    assert np.isfinite(data.ring().log_density([[1e4, 0.0]])).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: data.ring(0), "`num_modes` is a positive integer. Received: 0. "),
        (lambda: data.ring(8.0), "`num_modes` is a positive integer. Received: 8.0. "),
        (lambda: data.ring(std=0), "`std` is a positive number. Received: 0. "),
        (lambda: data.ring(std=float("nan")), "`std` is a positive number. Received: nan. "),
        (lambda: data.ring(radius="1"), "`radius` is a positive number. Received: '1'. "),
        (lambda: data.ring(weights=[1, 1]), "`weights` holds 8 positive numbers"),
        (lambda: data.ring(num_train=0), "`num_train` is a positive integer"),
        (lambda: data.ring(seed=-1), "`seed` is an integer from 0"),
        (lambda: data.moons(std=-1), "`std` is a number from 0 up"),
        (lambda: data.moons().log_density([[0, 0]]), "`log_density` needs a Gaussian mixture"),
        (lambda: data.ring().log_density([0, 0]), r"`x` has shape \(n, 2\). Received: shape \(2,\)."),
        (lambda: data.load_images("minst"), "Did you mean 'mnist'?"),
        (lambda: data.load_images("pictures"), "'path/to/folder/of/pictures'. Received: 'pictures'. "),
        (lambda: data.load_images(7), "`name` is a string or a path. Received: 7. "),
        (lambda: data.load_images("digits", size=(8, 8, 1)), "`size` is one number or"),
        (lambda: data.load_images("digits", size=0), "`size` is a positive integer"),
        (lambda: data.load_images("digits", value_range=(0, 16)), "`value_range` is for your own .npz"),
    ],
)
def test_bad_arguments_get_three_sentences(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# Images


def test_digits_split_every_class_alike():
    digits = data.load_images("digits")
    assert (digits.train.shape, digits.test.shape) == ((1438, 8, 8, 1), (359, 8, 8, 1))
    assert digits.train.dtype == np.float32
    assert (digits.train.min(), digits.train.max()) == (-1, 1)
    assert set(np.bincount(digits.test_labels)) <= {35, 36, 37}
    assert digits.label_names == tuple("0123456789")
    np.testing.assert_array_equal(digits.train, data.load_images("digits", seed=0).train)
    assert not np.array_equal(digits.train, data.load_images("digits", seed=1).train)


def test_size_scales_and_averages():
    assert data.load_images("digits", size=(16, 4)).sample_shape == (16, 4, 1)
    large, small = data.load_images("digits"), data.load_images("digits", size=4)
    assert abs(float(large.train.mean() - small.train.mean())) < 0.05


def save(path, **arrays):
    np.savez(path, **arrays)
    return path


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (40, 6, 5), dtype=np.uint8)


def test_npz_keeps_its_own_test_set(tmp_path, pixels):
    labels = np.arange(40)[:, None]
    path = save(tmp_path / "mine.npz", x_train=pixels, y_train=labels, x_test=pixels[:3], y_test=labels[:3])
    mine = data.load_images(path)
    assert (mine.train.shape, mine.test.shape, mine.name) == ((40, 6, 5, 1), (3, 6, 5, 1), "mine")
    np.testing.assert_allclose(mine.train[..., 0], pixels / 127.5 - 1, atol=1e-6)
    np.testing.assert_array_equal(mine.train_labels, np.arange(40))
    assert mine.train_labels.dtype == np.int64


def test_npz_without_test_set_is_split(tmp_path, pixels):
    mine = data.load_images(str(save(tmp_path / "mine.npz", x_train=pixels)))
    assert (len(mine.train), len(mine.test), mine.train_labels) == (36, 4, None)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16])
def test_the_range_of_other_types_must_be_said(tmp_path, pixels, dtype):
    path = save(tmp_path / "mine.npz", x_train=pixels.astype(dtype))
    with pytest.raises(ValueError, match="`value_range` says what black and white are"):
        data.load_images(path)
    np.testing.assert_allclose(
        data.load_images(path, value_range=(0, 255)).train.max(), pixels.max() / 127.5 - 1, atol=1e-6
    )
    with pytest.raises(ValueError, match=r"Pixels lie in \[0, 1\]. Received: values from 0 to 255"):
        data.load_images(path, value_range=(0, 1))


def test_a_dark_float_set_is_not_stretched(tmp_path):
    path = save(tmp_path / "dark.npz", x_train=np.full((4, 2, 2), 0.25))
    assert data.load_images(path, value_range=(0, 1)).train.max() == -0.5


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((3, 2, 2), np.uint8)}, "with \\['images'\\]. Rename"),
        ({"x_train": np.zeros((3, 4), np.uint8)}, "Reshape flat images"),
        ({"x_train": np.zeros((3, 3, 8, 8), np.uint8)}, "move the channels"),
        ({"x_train": np.zeros((0, 8, 8), np.uint8)}, "shape \\(0, 8, 8, 1\\)"),
        (
            {"x_train": np.zeros((3, 8, 8), np.uint8), "y_train": np.zeros(2, int)},
            "one integer an image, 3 in",
        ),
        ({"x_train": np.zeros((3, 8, 8), np.uint8), "y_train": np.zeros(3)}, "dtype float64"),
        ({"x_train": np.zeros((3, 8, 8), np.uint8), "x_test": np.zeros((3, 7, 7), np.uint8)}, "of one shape"),
        ({"x_train": np.zeros((1, 8, 8), np.uint8)}, "two images or more"),
        ({"x_train": np.full((3, 8, 8), "a")}, "Pixels are numbers"),
    ],
)
def test_bad_npz_content(tmp_path, arrays, message):
    with pytest.raises(ValueError, match=message):
        data.load_images(save(tmp_path / "mine.npz", **arrays))


def test_nan_pixels(tmp_path):
    path = save(tmp_path / "mine.npz", x_train=np.full((3, 2, 2), np.nan))
    with pytest.raises(ValueError, match="values from nan"):
        data.load_images(path, value_range=(0, 1))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"plain text"])
def test_unreadable_npz_is_named(tmp_path, content):
    path = tmp_path / "mine.npz"
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"mine.npz, which can't be read"):
        data.load_images(path)


def test_truncated_npz_and_pickles_are_refused(tmp_path, pixels):
    path = save(tmp_path / "mine.npz", x_train=pixels)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(OSError, match=r"mine.npz, which can't be read"):
        data.load_images(path)
    save(path, x_train=np.array([{}, {}], dtype=object))
    with pytest.raises(OSError, match="without object arrays"):
        data.load_images(path)


def test_missing_path():
    with pytest.raises(FileNotFoundError, match=r"Received: no/such.npz, which doesn't exist\. Check"):
        data.load_images("no/such.npz")


def paint(path, colour, mode="RGB", size=(5, 6)):
    path.parent.mkdir(exist_ok=True)
    Image.new(mode, size, colour).save(path)


def test_folder_of_pictures(tmp_path):
    for number in range(10):
        paint(tmp_path / f"{number}.png", (255, 0, 25 * number))
    (tmp_path / "notes.txt").write_text("left alone")
    pictures = data.load_images(tmp_path)
    assert (pictures.train.shape, pictures.test.shape) == ((9, 6, 5, 3), (1, 6, 5, 3))
    np.testing.assert_array_equal(pictures.train[0, 0, 0, :2], [1, -1])
    assert pictures.train_labels is None


def test_sub_folders_are_classes(tmp_path):
    for number in range(10):
        paint(tmp_path / "cat" / f"{number}.png", 0, "L")
        paint(tmp_path / "dog" / f"{number}.png", 255, "L")
    (tmp_path / "empty").mkdir()
    pets = data.load_images(tmp_path)
    assert pets.label_names == ("cat", "dog")
    assert pets.sample_shape == (6, 5, 1)
    np.testing.assert_array_equal(pets.train[:, 0, 0, 0], np.where(pets.train_labels == 0, -1, 1))
    np.testing.assert_array_equal(np.bincount(pets.test_labels), [1, 1])


def test_transparency_becomes_white_and_one_colour_makes_all_rgb(tmp_path):
    paint(tmp_path / "a.png", (0, 0, 0, 0), "RGBA")
    paint(tmp_path / "b.png", 0, "L")
    pictures = data.load_images(tmp_path)
    assert pictures.sample_shape == (6, 5, 3)
    assert {float(pictures.train[0, 0, 0, 0]), float(pictures.test[0, 0, 0, 0])} == {1.0, -1.0}


def test_camera_rotation_is_obeyed(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in "ab":
        Image.new("RGB", (8, 4)).save(tmp_path / f"{name}.jpg", exif=exif)
    assert data.load_images(tmp_path).sample_shape == (8, 4, 3)


def test_sizes_that_differ(tmp_path):
    paint(tmp_path / "a.png", 0, "L")
    paint(tmp_path / "b.png", 0, "L", size=(7, 7))
    with pytest.raises(ValueError, match=r"a.png with 5 x 6 pixels and .*b.png with 7 x 7. Pass `size=64`"):
        data.load_images(tmp_path)
    assert data.load_images(tmp_path, size=4).sample_shape == (4, 4, 1)


def test_a_broken_picture_is_named(tmp_path):
    paint(tmp_path / "good.png", 0, "L", size=(60, 60))
    (tmp_path / "half.png").write_bytes((tmp_path / "good.png").read_bytes()[:60])
    with pytest.raises(OSError, match=r"half.png, which can't be read"):
        data.load_images(tmp_path)
    (tmp_path / "half.png").unlink()
    Image.fromarray(np.zeros((60, 60), np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(OSError, match=r"deep.png, which can't be read .*8 bits a channel"):
        data.load_images(tmp_path)


def test_empty_and_mixed_folders(tmp_path):
    with pytest.raises(ValueError, match="Received: 0 pictures and 0 sub-folders"):
        data.load_images(tmp_path)
    paint(tmp_path / "a.png", 0, "L")
    paint(tmp_path / "cat" / "b.png", 0, "L")
    with pytest.raises(ValueError, match="Received: 1 pictures and 1 sub-folders"):
        data.load_images(tmp_path)


# Keras's cache. The home folder is replaced and the network always away.


@pytest.fixture
def home(tmp_path, monkeypatch):
    from keras.src.backend import config
    from keras.src.utils import file_utils

    def no_network(url, *_):
        Path(_[0]).write_bytes(b"half a download")
        raise urllib.error.URLError("no network in this test")

    monkeypatch.delenv("KERAS_GAN_DATA", raising=False)
    monkeypatch.setattr(config, "keras_home", lambda: str(tmp_path))
    monkeypatch.setattr(file_utils, "urlretrieve", no_network)
    (tmp_path / "datasets").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_no_network(home, name):
    with pytest.raises(ConnectionError) as caught:
        data.load_images(name)
    for part in (
        str(home / "datasets"),
        "no network in this test",
        "`load_images('digits')`",
        "KERAS_GAN_DATA",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("name", "file"), [("mnist", "mnist.npz"), ("cifar10", "cifar-10-batches-py-target_archive")]
)
def test_a_broken_cached_file_survives_without_network(home, name, file):
    path = home / "datasets" / file
    path.write_bytes(b"days of downloading")
    with pytest.raises(OSError, match=f"{file} there is broken, and was left as it is") as caught:
        data.load_images(name)
    assert "no network in this test" in str(caught.value)
    assert path.read_bytes() == b"days of downloading"
    assert [entry.name for entry in path.parent.iterdir()] == [file]


def test_a_broken_cached_file_is_kept_beside_its_replacement(home, monkeypatch):
    from keras.src.utils import file_utils

    path = home / "datasets" / "mnist.npz"
    path.write_bytes(b"old")
    path.with_name("mnist.npz.kept").write_bytes(b"older")
    monkeypatch.setattr(file_utils, "urlretrieve", lambda url, target, hook: Path(target).write_bytes(b"new"))
    monkeypatch.setattr(file_utils, "validate_file", lambda *_, **__: True)
    with pytest.raises(OSError, match="load_images"):
        data.load_images("mnist")
    contents = {entry.name: entry.read_bytes() for entry in path.parent.iterdir()}
    assert contents == {"mnist.npz": b"new", "mnist.npz.kept": b"older", "mnist.npz.kept1": b"old"}


def test_a_truncated_fashion_file_is_named(home):
    folder = home / "datasets" / "fashion-mnist"
    folder.mkdir()
    for file in download.FILES["fashion_mnist"]:
        with gzip.open(home / "datasets" / file, "wb") as stream:
            stream.write(b"\0" * 8)
    broken = folder / "train-images-idx3-ubyte.gz"
    broken.write_bytes(broken.read_bytes()[:-6])
    with pytest.raises(OSError, match=r"train-images-idx3-ubyte.gz there is broken"):
        data.load_images("fashion_mnist")
    assert len(list(folder.iterdir())) == 4


def test_a_folder_that_is_not_writable(home, monkeypatch):
    monkeypatch.setattr(download.os, "access", lambda *_: False)
    with pytest.raises(
        PermissionError, match=r"which is not writable. Set the environment variable KERAS_HOME"
    ):
        data.load_images("mnist")


def test_own_data_folder_comes_first(home, monkeypatch, pixels):
    save(home / "cifar10.npz", x_train=pixels, y_train=np.zeros(40, int))
    monkeypatch.setenv("KERAS_GAN_DATA", str(home))
    mine = data.load_images("cifar10")
    assert (mine.name, mine.train.shape, mine.label_names[0]) == ("cifar10", (36, 6, 5, 1), "airplane")
    with pytest.raises(ConnectionError):
        data.load_images("mnist")


def test_the_known_hashes_are_those_of_the_installed_keras():
    import keras

    for name, files in download.FILES.items():
        source = inspect.getsource(inspect.getmodule(getattr(keras.datasets, name).load_data))
        for file, sha256 in files.items():
            assert Path(file).name.removesuffix("_archive") in source
            assert sha256 is None or sha256 in source


def test_a_stalled_download_ends(home, monkeypatch):
    import socket

    from keras.src.utils import file_utils

    seen = io.StringIO()
    monkeypatch.setattr(file_utils, "urlretrieve", lambda *_: print(socket.getdefaulttimeout(), file=seen))
    before = socket.getdefaulttimeout()
    with pytest.raises(OSError, match="load_images"):
        data.load_images("mnist")
    assert seen.getvalue() == "30.0\n"
    assert socket.getdefaulttimeout() == before


def test_real_mnist_where_it_is_at_hand(monkeypatch):
    from keras.src.backend import config

    monkeypatch.delenv("KERAS_GAN_DATA", raising=False)
    if not (Path(config.keras_home()).expanduser() / "datasets" / "mnist.npz").is_file():
        pytest.skip("no mnist.npz in Keras's folder")
    mnist = data.load_images("mnist")
    assert (mnist.train.shape, mnist.test.shape) == ((60000, 28, 28, 1), (10000, 28, 28, 1))
    assert mnist.train.mean() / 2 + 0.5 == pytest.approx(0.1307, abs=1e-4)
    assert np.bincount(mnist.train_labels)[0] == 5923
