"""Images by name, file or folder: float32 in [-1, 1], channels last."""

import numpy as np
import pytest
from PIL import Image

from keras_gan import data


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
