"""Keras's cache. The home folder is replaced, and the network always away."""

import gzip
import hashlib
import inspect
import io
import re
import urllib.error
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_gan import data
from keras_gan.data import download


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


@pytest.mark.parametrize("sha256", ["", hashlib.sha256(b"new").hexdigest()])
def test_a_broken_cached_file_gives_way_to_what_was_asked_for_alone(home, sha256, monkeypatch):
    from keras.src.utils import file_utils

    path = home / "datasets" / "mnist.npz"
    path.write_bytes(b"old")
    monkeypatch.setattr(file_utils, "urlretrieve", lambda url, target, hook: Path(target).write_bytes(b"new"))
    monkeypatch.setitem(download.FILES["mnist"], "mnist.npz", ("https://nowhere.test", sha256 or "0" * 64))
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: ((0, 0), (path.read_bytes(), 0)))
    if sha256:
        assert download.load("mnist")[1][0] == b"new"
    else:
        with pytest.raises(OSError, match=r"hash does not match .*mnist.npz there is broken, and was left"):
            download.load("mnist")
    assert [file.read_bytes() for file in path.parent.iterdir()] == [b"new" if sha256 else b"old"]


@pytest.mark.parametrize("name", download.FILES)
def test_files_are_downloaded_as_keras_does(home, name, monkeypatch):
    from keras.src.utils import file_utils

    asked, names = [], []

    def urlretrieve(url, target, _):
        asked.append((url, Path(target).parent))
        raise urllib.error.URLError("away")

    def get_file(fname, origin, *, file_hash=None, cache_subdir="datasets", extract=False):
        names.append((origin, home / cache_subdir / (f"{fname}_archive" if extract else fname), file_hash))
        return str(home)

    monkeypatch.setattr(file_utils, "urlretrieve", urlretrieve)
    with pytest.raises(ConnectionError):
        download.load(name)
    module = inspect.getmodule(getattr(keras.datasets, name).load_data)
    monkeypatch.setattr(module, "get_file", get_file)
    with pytest.raises(OSError, match=re.escape(str(home))):  # nothing to read there
        module.load_data()
    ours = [(url, home / "datasets" / file, sha256) for file, (url, sha256) in download.FILES[name].items()]
    assert ours == names
    assert asked == [(ours[0][0], ours[0][1].parent)]


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


def test_own_data_folder_comes_first(home, monkeypatch):
    np.savez(home / "cifar10.npz", x_train=np.zeros((40, 6, 5), np.uint8), y_train=np.zeros(40, int))
    monkeypatch.setenv("KERAS_GAN_DATA", str(home))
    mine = data.load_images("cifar10")
    assert (mine.name, mine.train.shape, mine.label_names[0]) == ("cifar10", (36, 6, 5, 1), "airplane")
    with pytest.raises(ConnectionError):
        data.load_images("mnist")


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
