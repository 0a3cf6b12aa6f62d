"""Films of frames: the same bytes every time, and what they show."""

import builtins
import re

import numpy as np
import pytest

from keras_gan import plots
from keras_gan.plots.movie import WEBP_NOTE


@pytest.fixture
def frames():
    digits = np.random.default_rng(0).uniform(-1, 1, (6, 4, 8, 8))
    return np.stack([plots.image_grid(row) for row in digits])


@pytest.fixture
def without_av(monkeypatch):
    real_import = builtins.__import__

    def no_av(name, *args):
        if name == "av":
            raise ImportError(name)
        return real_import(name, *args)

    monkeypatch.setattr(builtins, "__import__", no_av)


def test_mp4_is_the_same_every_time_and_shows_the_frames(frames, tmp_path):
    av = pytest.importorskip("av")
    film = plots.movie(frames, tmp_path / "film.mp4", scale=9, alt='8 < 9 "digits"')
    assert film.data == plots.movie(frames, scale=9).data == (tmp_path / "film.mp4").read_bytes()
    assert (film.num_frames, film.size, film.suffix) == (6, (154, 154), ".mp4")  # 153 is odd
    with av.open(str(tmp_path / "film.mp4")) as file:
        shown = [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]
    middle = shown[0][4:153:9, 4:153:9].astype(float)
    assert len(shown) == 6
    assert np.abs(middle - (frames[0] + 1) * 127.5).mean() < 8
    page = film._repr_html_()
    assert page.startswith("<video controls loop muted playsinline")
    assert 'aria-label="8 &lt; 9 &quot;digits&quot;"' in page


def test_webp_without_av_says_so(frames, tmp_path, without_av):
    film = plots.movie(frames)
    assert (film.suffix, film.data[8:12]) == (".webp", b"WEBP")
    assert film.data == plots.movie(frames).data
    assert WEBP_NOTE in film._repr_html_()
    assert WEBP_NOTE in repr(film)
    with pytest.raises(ValueError, match=re.escape("pip install av")):
        plots.movie(frames, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


def test_webp_can_be_asked_for_and_is_lossless(tmp_path):
    from PIL import Image

    colors = np.random.default_rng(0).integers(0, 256, (3, 5, 4, 3), dtype=np.uint8)
    path = plots.movie(colors, tmp_path / "film.webp", scale=2, fps=5).save(tmp_path / "again.webp")
    with Image.open(path) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (3, (8, 10), 0)
        film.seek(1)
        np.testing.assert_array_equal(np.asarray(film.convert("RGB"))[::2, ::2], colors[1])


def test_small_frames_are_blown_up_and_large_ones_left():
    assert plots.movie(np.zeros((2, 17, 17))).size == (442, 442)
    assert plots.movie(np.zeros((2, 500, 300))).size == (300, 500)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.movie(np.zeros((2, 4, 4), np.uint8)), "Received: dtype uint8, shape (2, 4, 4)"),
        (lambda: plots.movie(np.zeros((2, 4, 4)), fps=0), "`fps` is a positive integer"),
        (
            lambda: plots.movie(np.zeros((2, 4, 4)), "film.gif"),
            "file. Received: path film.gif. Choose a name",
        ),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
