"""Images by name or file: float32 in [-1, 1], channels last."""

import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import THREE_SENTENCES

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
        ({"x_train": np.zeros((3, 3, 8, 8), np.uint8)}, "Move the channels"),
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


@pytest.mark.parametrize("name", ["a\0b", 300 * "a", "~nobody-of-this-name/a", "", "\ud800"])
def test_what_no_file_can_be_called(name):
    with pytest.raises(ValueError, match=r"`name` is the name of a file or folder\. Received: ") as error:
        data.load_images(name)
    assert THREE_SENTENCES.fullmatch(str(error.value))


@pytest.mark.parametrize(
    ("name", "todo"),
    [
        ("cat.png", "Pass the folder of your pictures"),
        ("cat.HEIC", "Write the file again"),
        ("pictures.tar", "Unpack it"),
        ("rows.csv", "A table needs no loading as images"),
    ],
)
def test_the_advice_is_about_the_file_at_hand(tmp_path, name, todo):
    (tmp_path / name).write_bytes(b"1,2\n3,4\n")
    with pytest.raises(OSError, match=rf"{name}, which can't be read .*\. {todo}"):
        data.load_images(tmp_path / name)


def test_a_zip_of_pictures_is_to_be_unpacked(tmp_path):
    np.savez(tmp_path / "some.npz", **{f"{number}.png": np.zeros(1) for number in range(50)})
    path = (tmp_path / "some.npz").rename(tmp_path / "some.zip")
    with pytest.raises(ValueError, match=r"some\.zip with .*\. Unpack it") as error:
        data.load_images(path)
    assert len(str(error.value)) < 400


def test_a_table_is_not_told_of_channels(tmp_path):
    path = save(tmp_path / "mine.npz", x_train=np.zeros((9, 4), np.int64))
    with pytest.raises(ValueError, match=r"shape \(9, 4\)\. Reshape flat images; rows of a table"):
        data.load_images(path)


WHOLE = io.BytesIO()
np.savez_compressed(
    WHOLE,
    x_train=np.random.default_rng(0).integers(0, 256, (9, 3, 4), dtype=np.uint8),
    y_train=np.arange(9) % 3,
    x_test=np.zeros((2, 3, 4), np.uint8),
    y_test=np.arange(2),
)
CONTENTS = WHOLE.getvalue().index(b"PK\x01\x02")  # where the list of contents begins


@settings(max_examples=100, deadline=None)
@given(
    byte=st.integers(0, len(WHOLE.getvalue()) - 1) | st.integers(CONTENTS, len(WHOLE.getvalue()) - 1),
    bit=st.integers(0, 7),
    num=st.sampled_from([1, 1, 2, 9, 70]),
)
def test_flipped_bits_never_give_other_images(tmp_path_factory, byte, bit, num):
    content = bytearray(WHOLE.getvalue())
    for position in range(8 * byte + bit, min(8 * byte + bit + num, 8 * len(content))):
        content[position // 8] ^= 1 << position % 8
    path = tmp_path_factory.getbasetemp() / "flipped.npz"
    path.write_bytes(content)
    message = ""
    try:
        found = data.load_images(path)
    except (ValueError, OSError) as error:
        message = str(error)
    if message:
        assert THREE_SENTENCES.fullmatch(message), message
        return
    path.write_bytes(WHOLE.getvalue())
    whole = data.load_images(path)
    for part in ("train", "test", "train_labels", "test_labels"):
        np.testing.assert_array_equal(getattr(found, part), getattr(whole, part))


@pytest.mark.parametrize("entry", ["swallowed by the comment before it", "named like another"])
def test_a_list_of_contents_that_lost_an_entry_is_found(tmp_path, entry):
    content = bytearray(WHOLE.getvalue())
    if entry == "named like another":
        content[content.rindex(b"x_test")] ^= 1  # y_test
    else:
        content[CONTENTS + 33] ^= 1  # 256 letters of comment
    (tmp_path / "mine.npz").write_bytes(content)
    with pytest.raises(OSError, match=r"can't be read \(its list of contents is damaged\)"):
        data.load_images(tmp_path / "mine.npz")


def test_a_head_that_asks_for_less_is_found(tmp_path):
    path = save(tmp_path / "mine.npz", x_train=np.zeros((12, 4, 4), np.uint8))
    path.write_bytes(path.read_bytes().replace(b"(12, 4, 4)", b"(11, 4, 4)"))
    with pytest.raises(OSError, match=r"can't be read \(the check sum of x_train\.npy is wrong\)"):
        data.load_images(path)


@pytest.mark.parametrize("size", [10**6, 10**30, (1, 10**15)])
def test_an_absurd_size_is_refused(size):
    with pytest.raises(ValueError, match=r"`size` is a positive|of memory here") as error:
        data.load_images("digits", size=size)
    assert THREE_SENTENCES.fullmatch(str(error.value))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_an_npz_takes_little_more_than_its_images(tmp_path, dtype):
    path = save(tmp_path / "mine.npz", x_train=np.zeros((400, 32, 32), dtype))
    tracemalloc.start()
    found = data.load_images(path, value_range=(0, 255))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * (found.train.nbytes + found.test.nbytes)


def test_images_of_other_proportions_are_cropped_or_squeezed(tmp_path):
    rows = np.repeat(np.arange(0, 200, 5, dtype=np.uint8), 20).reshape(1, 40, 20)
    path = save(tmp_path / "mine.npz", x_train=rows.repeat(3, axis=0))
    cropped = (data.load_images(path, size=10).train + 1) * 127.5
    squeezed = (data.load_images(path, size=10, crop_to_aspect_ratio=False).train + 1) * 127.5
    assert 50 <= cropped.min() < 60
    assert 135 < cropped.max() < 150
    assert squeezed.min() < 15
    assert squeezed.max() > 180
    with pytest.raises(ValueError, match="`crop_to_aspect_ratio` is True or False"):
        data.load_images(path, crop_to_aspect_ratio="no")
