"""A folder of pictures: what is taken, what is left out with a word, what it weighs."""

import tempfile
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from tiny import THREE_SENTENCES

from keras_gan import _checks, data
from keras_gan.data import folder as folders

SMALL = settings(max_examples=20, deadline=None)


def paint(path, colour, mode="RGB", size=(5, 6), **options):
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.new(mode, size, colour).save(path, **options)


def all_of(found):
    """Pixels of training and test images together, 0 to 255, and their labels."""
    pixels = (np.concatenate([found.train, found.test]) + 1) * 127.5
    labels = None if found.train_labels is None else np.concatenate([found.train_labels, found.test_labels])
    return pixels, labels


def test_folder_of_pictures(tmp_path):
    for number in range(10):
        paint(tmp_path / f"{number}.png", (255, 0, 25 * number))
    pictures = data.load_images(tmp_path)
    assert (pictures.train.shape, pictures.test.shape) == ((9, 6, 5, 3), (1, 6, 5, 3))
    assert pictures.train.dtype == np.float32
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


NAMES = st.sampled_from(["a", "B", "c d", "é", "1"])
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        st.integers(1, 2), lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=2), max_leaves=4
    ),
    min_size=1,
    max_size=3,
)


def leaves(tree, name=""):
    for key, value in tree.items():
        inner = f"{name}/{key}" if name else key
        yield from leaves(value, inner) if isinstance(value, dict) else [(inner, value)]


@SMALL
@given(tree=TREES)
def test_classes_may_lie_at_any_depth(tree):
    counts = dict(leaves(tree))
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, count) in enumerate(counts.items()):
            for picture in range(count + 1):
                paint(Path(folder, name, f"{picture}.png"), number, "L", (1, 1))
        found = data.load_images(folder)
    pixels, labels = all_of(found)
    assert sorted(found.label_names) == sorted(counts)
    assert len(pixels) == sum(counts.values()) + len(counts)
    names = np.array(list(counts))[pixels.ravel().round().astype(int)]
    np.testing.assert_array_equal(names, np.array(found.label_names)[labels])


@pytest.mark.parametrize("inner", ["cat", "cat/small", "cat/a/b/c"])
def test_pictures_beside_folders_of_pictures_are_ambiguous(tmp_path, inner):
    above = Path(inner).parent
    paint(tmp_path / above / "a.png", 0, "L")
    paint(tmp_path / inner / "b.png", 0, "L")
    with pytest.raises(
        ValueError, match=r"Received: 1 pictures and 1 sub-folders with pictures in "
    ) as error:
        data.load_images(tmp_path)
    assert f"in {tmp_path / above}. Use one" in str(error.value)


def test_an_empty_folder_says_what_lies_there(tmp_path):
    with pytest.raises(ValueError, match="Received: 0 pictures and 0 sub-folders"):
        data.load_images(tmp_path)
    (tmp_path / "a.heic").touch()
    with pytest.raises(ValueError, match=r"and 1 other files\. Use .* such as \.png and \.jpg"):
        data.load_images(tmp_path)


def test_a_link_that_leads_back_up_ends(tmp_path):
    paint(tmp_path / "cat" / "a.png", 0, "L")
    paint(tmp_path / "cat" / "b.png", 0, "L")
    try:
        (tmp_path / "cat" / "up").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    assert data.load_images(tmp_path).label_names == ("cat",)


def test_a_locked_folder_is_named(tmp_path, monkeypatch):
    def locked(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", locked)
    with pytest.raises(OSError, match=r"which can't be \(Permission denied\)\. Change its permissions"):
        data.load_images(tmp_path)


@pytest.mark.parametrize("folder", ["", "cat"])
def test_files_that_are_no_pictures_are_counted_in_a_warning(tmp_path, folder):
    for name in "ab":
        paint(tmp_path / folder / f"{name}.png", 0, "L")
    for name in ("a.heic", "b.HEIC", "notes.txt", "README", ".hidden", "._a.png"):
        (tmp_path / folder / name).touch()
    message = r"Received: 4 files left out beside 2 pictures: 2 \.heic, 1 without suffix, 1 \.txt\. Convert"
    with pytest.warns(UserWarning, match=message) as caught:
        assert len(all_of(data.load_images(tmp_path))[0]) == 2
    assert caught[0].filename == __file__


SAVED = sorted(
    suffix
    for suffix, kind in Image.registered_extensions().items()
    if folders.is_picture(Path(f"a{suffix}")) and kind in Image.SAVE and kind != "IM"  # which Pillow gives up
)


@pytest.mark.parametrize("suffix", SAVED)
def test_any_suffix_that_pillow_reads_is_taken(tmp_path, suffix):
    mode = {".msp": "1", ".xbm": "1", ".blp": "P", ".bw": "L"}.get(suffix, "RGB")
    for name in ("a", "b"):
        Image.new("L", (64, 64), 255).convert(mode).save(tmp_path / f"{name}{suffix.upper()}")
    pixels, _ = all_of(data.load_images(tmp_path, size=64))
    assert pixels.shape[:3] == (2, 64, 64)
    assert pixels.min() > 250
    assert len(SAVED) > 30


def test_no_program_in_a_picture_is_run(tmp_path):
    paint(tmp_path / "a.png", 0, "L")
    (tmp_path / "b.png").write_text(
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 5 6\n%%EndComments\nshowpage\n"
    )
    with pytest.raises(OSError, match=r"1 of 2 that can't be: b\.png \(no picture\)"):
        data.load_images(tmp_path)


@SMALL
@given(
    pixels=arrays.arrays(np.uint16, (2, 3, 4)),
    suffix=st.sampled_from([".png", ".tiff", ".pgm"]),
    beside_colours=st.booleans(),
)
def test_sixteen_bits_are_scaled_by_what_white_is(pixels, suffix, beside_colours):
    with tempfile.TemporaryDirectory() as folder:
        for name, picture in zip("ab", pixels, strict=True):
            Image.fromarray(picture).save(Path(folder, f"{name}{suffix}"))
        if beside_colours:
            paint(Path(folder, "c.png"), (255, 0, 0), size=(4, 3))
        found, _, _ = folders.read_folder(Path(folder), None)
        half, _, _ = folders.read_folder(Path(folder), (3, 2))
    np.testing.assert_allclose(found[:2, ..., 0], pixels / 257, atol=1e-4)
    assert found.shape[-1] == (3 if beside_colours else 1)
    exact = Image.fromarray((pixels[0] / 257).astype(np.float32))
    expected = np.asarray(folders.resized(exact, (3, 2), crop=True))
    np.testing.assert_allclose(half[0, ..., 0], expected, atol=1e-3)


def test_pictures_that_do_not_say_what_white_is_are_refused(tmp_path):
    paint(tmp_path / "a.png", 0, "L")
    for mode in "IF":
        paint(tmp_path / f"{mode}.tiff", 7, mode)
    with pytest.raises(
        OSError, match=r"2 of 3 .* F\.tiff \(mode 'F', which does not say.*I\.tiff \(mode 'I'"
    ):
        data.load_images(tmp_path)


@SMALL
@given(
    height=st.integers(4, 40), width=st.integers(4, 40), size=st.tuples(st.integers(2, 9), st.integers(2, 9))
)
def test_portraits_are_cropped_to_their_middle_and_squeezed_only_if_told(height, width, size):
    rows, columns = np.indices((height, width))
    picture = np.stack([255 * rows / (height - 1), 255 * columns / (width - 1), 0 * rows], -1).astype(
        np.uint8
    )
    with tempfile.TemporaryDirectory() as folder:
        Image.fromarray(picture).save(Path(folder, "a.png"))
        cropped, _, _ = folders.read_folder(Path(folder), size)
        squeezed, _, _ = folders.read_folder(Path(folder), size, crop=False)
    scale = min(height / size[0], width / size[1])
    for axis, (side, wanted) in enumerate(zip((height, width), size, strict=True)):
        assert abs(cropped[..., axis].mean() - 127.5) < 10  # the middle
        span = cropped[0, ..., axis].max() - cropped[0, ..., axis].min()
        step = 255 / (side - 1)
        assert abs(span - min(255, scale * (wanted - 1) * step)) < 2.5 * step + 3  # one scale for both sides
    assert cropped.shape == squeezed.shape == (1, *size, 3)
    expected = Image.fromarray(picture).resize(size[::-1], Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(squeezed[0], np.asarray(expected))


def test_equal_proportions_are_scaled_whole(tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (12, 20, 3), np.uint8)).save(tmp_path / "a.png")
    both = [folders.read_folder(tmp_path, (6, 10), crop=crop)[0] for crop in (True, False)]
    np.testing.assert_array_equal(*both)


def break_some(folder, broken):
    """Ten pictures in two classes, of which some are cut, empty or texts."""
    for number in range(10):
        paint(folder / "ab"[number % 2] / f"{number}.png", number, "L", (60, 60))
    for number in broken:
        path = folder / "ab"[number % 2] / f"{number}.png"
        path.write_bytes([path.read_bytes()[:60], b"", b"no picture"][number % 3])


@SMALL
@given(broken=st.sets(st.integers(0, 9), min_size=1))
def test_broken_pictures_are_all_named_at_once_or_left_out(broken):
    with tempfile.TemporaryDirectory() as folder:
        break_some(Path(folder), broken)
        with pytest.raises(OSError, match=rf"Received: {len(broken)} of 10 that can't be: ") as error:
            data.load_images(folder)
        assert THREE_SENTENCES.fullmatch(str(error.value))
        assert all(f"{number}.png (" in str(error.value) for number in broken)
        if len(broken) > 8:
            return  # too few for two sets
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = data.load_images(folder, skip_broken=True)
    (warning,) = caught
    assert warning.filename == __file__
    assert all(f"{number}.png (" in str(warning.message) for number in broken)
    pixels, labels = all_of(found)
    numbers = pixels[:, 0, 0, 0].round().astype(int)
    assert set(numbers) == set(range(10)) - broken
    np.testing.assert_array_equal(
        np.array([ord(found.label_names[label]) - ord("a") for label in labels]), numbers % 2
    )


def test_a_folder_with_nothing_but_broken_pictures_is_refused(tmp_path):
    (tmp_path / "a.png").touch()
    with pytest.raises(OSError, match="1 of 1 that can't be"):
        data.load_images(tmp_path, skip_broken=True)
    with pytest.raises(ValueError, match="`skip_broken` is True or False"):
        data.load_images(tmp_path, skip_broken="yes")


def test_each_picture_is_decoded_once(tmp_path, monkeypatch):
    break_some(tmp_path, {2, 5})
    decoded = []
    read = folders._read
    monkeypatch.setattr(folders, "_read", lambda path, *rest: decoded.append(path.name) or read(path, *rest))
    with pytest.raises(OSError, match="2 of 10"):
        data.load_images(tmp_path)
    assert sorted(decoded) == [f"{number}.png" for number in range(10)]


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


@pytest.mark.parametrize("size", [None, 32])
def test_the_peak_of_memory_is_near_the_result(tmp_path, size):
    for number in range(100):
        paint(tmp_path / f"{number:03}.png", (number, 0, 0), size=(40, 40))
    data.load_images(tmp_path, size=size)  # what Pillow imports
    tracemalloc.start()
    found = data.load_images(tmp_path, size=size)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.2 * (found.train.nbytes + found.test.nbytes)


def test_a_folder_too_large_for_memory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    for name in "ab":
        paint(tmp_path / f"{name}.png", 0)
    monkeypatch.setattr(_checks, "_memory", lambda: 1_000)
    monkeypatch.setattr(folders, "_read", None)
    message = (
        r"Images fit into the .* of memory here\. Received: shape \(2, 64, 64, 3\).*or read them as a stream"
    )
    with pytest.raises(ValueError, match=message):
        data.load_images(tmp_path, size=64)
