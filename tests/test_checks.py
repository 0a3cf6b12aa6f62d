"""Every error says what was expected, what was received and what to do; and a file is written whole."""

import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ground.files import ROOT
from keras_gan import _checks
from keras_gan._checks import (
    Shown,
    bad_value,
    check_archive,
    check_array,
    check_choice,
    check_count,
    check_fits,
    check_flag,
    check_folder,
    check_image_shape,
    check_number,
    check_path,
    check_positive,
    check_seed,
    check_shape,
    check_target,
    check_widths,
    shorten,
    unknown_option,
    writing,
)


def test_three_sentences():
    error = bad_value("`num_modes` is positive", -3, "Pass `num_modes=8`")
    assert isinstance(error, ValueError)
    assert str(error) == "`num_modes` is positive. Received: -3. Pass `num_modes=8`."


@pytest.mark.parametrize(
    ("received", "text"),
    [
        ("8", "'8'"),  # a string is told from a number
        (8, "8"),
        (None, "None"),
        (Shown("shape (3, 4)"), "shape (3, 4)"),  # a description has no quotes
        (np.float32(0.5), repr(np.float32(0.5))),
    ],
)
def test_what_was_received_is_shown(received, text):
    assert f". Received: {text}. " in str(bad_value("Expected", received, "Do"))


def test_a_long_value_is_cut():
    message = str(bad_value("Expected", list(range(1000)), "Do this"))
    assert message.startswith("Expected. Received: [0, 1, 2, ")
    assert len(message) < 120
    assert shorten("x" * 80) == "x" * 80
    assert shorten("x" * 81) == "x" * 77 + "..."
    long = Shown("x" * 100)
    assert long in str(bad_value("Expected", long, "Do"))  # whoever describes decides on the length


@pytest.mark.parametrize(
    ("received", "ending"),
    [
        ("hinje", "Received: 'hinje'. Did you mean 'hinge'?"),
        ("zzz", "Received: 'zzz'. Choose one of these."),
        (None, "Received: None. Choose one of these."),
        (3, "Received: 3. Choose one of these."),
    ],
)
def test_an_unknown_option_names_all_and_the_nearest(received, ending):
    message = str(unknown_option("loss", received, {"minimax": 1, "hinge": 2}))
    assert message == f"`loss` is one of 'hinge', 'minimax'. {ending}"


@pytest.mark.parametrize("value", [1, 8, np.int64(3)])
def test_counts(value):
    assert check_count("num", value) == value
    assert type(check_count("num", value)) is int


@pytest.mark.parametrize("value", [0, -1, 1.0, "8", None, True, np.float32(2)])
def test_what_is_no_count(value):
    with pytest.raises(
        ValueError, match=r"^`num` is a positive integer\. Received: .*\. Pass `num=8`, say\.$"
    ):
        check_count("num", value)


@pytest.mark.parametrize("value", [0, 2**31 - 1, np.int32(7)])
def test_seeds(value):
    assert type(check_seed(value)) is int


@pytest.mark.parametrize("value", [-1, 2**31, 1.5, "1", None, False])
def test_what_is_no_seed(value):
    with pytest.raises(
        ValueError, match=r"^`seed` is an integer from 0 to 2\*\*31 - 1\. Received: .*\. Pass"
    ):
        check_seed(value)


def test_choices():
    assert check_choice("update", "first", ("first", "second")) == "first"
    with pytest.raises(
        ValueError, match=r"^`update` is one of 'first', 'second'\. .*Did you mean 'first'\?$"
    ):
        check_choice("update", "firts", ("first", "second"))


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), True, "1", None])
def test_what_is_not_positive(value):
    with pytest.raises(ValueError, match=r"^`std` is a positive number\. Received: "):
        check_positive("std", value)


def test_zero_where_it_is_allowed():
    check_positive("noise", 0.0, or_zero=True)
    check_positive("std", np.float32(0.5))
    with pytest.raises(ValueError, match=r"`noise` is a number from 0 up\. Received: -1"):
        check_positive("noise", -1, or_zero=True)


def test_counts_from_zero():
    assert check_count("initial_epoch", 0, or_zero=True) == 0
    with pytest.raises(ValueError, match=r"`initial_epoch` is an integer from 0 up\. Received: -1\. Pass"):
        check_count("initial_epoch", -1, or_zero=True)


def test_a_count_has_an_end():
    assert check_count("size", 64, most=64) == 64
    for value, most in ((65, 64), (2**63, 2**63 - 1)):
        with pytest.raises(
            ValueError, match=rf"^`size` is a positive integer, at most {most:,}\. Received: "
        ):
            check_count("size", value, most=most)


@pytest.mark.parametrize("value", [10**400, np.complex64(1), np.inf, "1"])
def test_what_float64_cannot_hold_is_no_number(value):
    for check in (check_number, check_positive):
        with pytest.raises(ValueError, match=r"^`std` is a .*number\. Received: .*\. Pass"):
            check("std", value)


def test_what_cannot_be_shown_is_named_by_its_type():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    assert str(bad_value("This is flat", deep, "Flatten it")) == (
        "This is flat. Received: a list that can't be shown. Flatten it."
    )
    assert "a int that can't be shown" in str(unknown_option("loss", 10**5000, ["hinge"]))
    with pytest.raises(ValueError, match="a list that can't be shown"):
        check_array("x", deep)


def test_arrays_larger_than_memory_are_refused():
    check_fits("Images", (10, 64, 64, 3), "Take fewer")
    with pytest.raises(ValueError, match=r"shape \(1000000, 1000000\), which takes 4,000 GB\. Take fewer\."):
        check_fits("Images", (10**6, 10**6), "Take fewer")


@pytest.mark.parametrize("value", ["a\0b", 300 * "a", "~nobody-of-this-name/a", "", "\ud800", 3, None, b"a"])
def test_what_nothing_can_be_called(value, tmp_path):
    for check in (check_path, check_target):
        with pytest.raises(ValueError, match=r"^`file` is the name of a file or folder\. Received: .*Choose"):
            check("file", value)
    if isinstance(value, str) and value and not value.startswith("~"):
        with pytest.raises(ValueError, match=r"^`file` is the name of a file or folder"):
            check_folder("file", tmp_path / value)


def test_targets(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert check_target("path", "~/film.webp") == tmp_path / "film.webp"
    with pytest.raises(OSError, match=r"which is a folder\. Choose the name of a file in it"):
        check_target("path", tmp_path)
    with pytest.raises(OSError, match="which is not there"):
        check_target("path", tmp_path / "none" / "film.webp")


def test_a_name_may_be_as_long_as_the_system_takes(tmp_path):
    path = tmp_path / (61 * "🙂" + ".txt")  # 248 bytes
    with writing(path) as part:
        part.write_text("all of it", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "all of it"


def test_flags():
    assert check_flag("shuffle", np.True_) is True
    for value in (1, 0, "yes", None):
        with pytest.raises(ValueError, match=r"`shuffle` is True or False\. Received: "):
            check_flag("shuffle", value)


def test_numbers():
    assert check_number("offset", np.float32(-2.5)) == -2.5
    assert check_number("share", 1, 0, 1) == 1.0
    with pytest.raises(ValueError, match=r"`share` is a finite number in \[0, 1\]\. Received: 1\.5\. Pass"):
        check_number("share", 1.5, 0, 1)
    for value in (float("nan"), float("inf"), "1", None, True):
        with pytest.raises(ValueError, match=r"`offset` is a finite number\. Received: "):
            check_number("offset", value)


def test_arrays():
    assert check_array("x", [[1, 2]]).dtype == np.float64
    assert check_array("x", np.zeros(2, "uint8"), dtype=None).dtype == np.uint8
    for value in ([[1, 2], [3]], ["a"], None, [1j], object()):
        with pytest.raises(ValueError, match=r"`x` is an array of numbers\. Received: "):
            check_array("x", value)


def test_folders(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.touch()
    check_folder("directory", tmp_path / "new" / "newer")
    check_folder("path", tmp_path, exists=True)
    assert list(tmp_path.iterdir()) == [file]  # looking makes nothing
    for folder, exists, reason in (
        (tmp_path / "new", True, "not there"),
        (file / "new", False, "no folder"),
        (file, True, "no folder"),
    ):
        with pytest.raises(OSError, match=rf"^`path` lies in .* Received: .*, which is {reason}\. Choose"):
            check_folder("path", folder, exists=exists)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(OSError, match="which is not writable"):
        check_folder("path", tmp_path)


def test_shapes():
    assert check_shape("output_shape", [28, 28, np.int64(1)]) == (28, 28, 1)
    assert check_image_shape("output_shape", [28, 28, 1]) == (28, 28, 1)
    assert check_widths([128, np.int64(64)]) == [128, 64]
    assert check_widths(()) == []
    for bad in (2, (), (2, 0), (2.0,)):
        with pytest.raises(ValueError, match="`output_shape` is"):
            check_shape("output_shape", bad)
    for bad in (28, (28, 28), (28, 28, 1, 1)):
        with pytest.raises(ValueError, match=r"`output_shape` is \(height, width, channels\)\. Received: "):
            check_image_shape("output_shape", bad)
    for bad in (64, "64", None):
        with pytest.raises(ValueError, match="`widths` has one number a hidden layer"):
            check_widths(bad)


def program(text, path):
    head = "import os, signal, sys\nfrom pathlib import Path\nfrom keras_gan._checks import writing\n"
    command = [sys.executable, "-c", f"{head}path = Path({str(path)!r})\n{text}"]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})


def test_a_file_takes_its_place_when_it_is_whole(tmp_path):
    path = tmp_path / "some.weights.h5"
    for content in (b"one", b"two"):
        with writing(path) as part:
            part.write_bytes(content)
            assert (part.parent, part.suffixes) == (path.parent, path.suffixes)
            assert not path.exists() or path.read_bytes() == b"one"
        assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize(
    "when", [(os, "fsync"), (Path, "write_text"), (Path, "replace")], ids=lambda when: when[1]
)
def test_what_fails_leaves_the_old_file_and_nothing_else(error, when, tmp_path, monkeypatch):
    def fail(*_):
        raise error

    path = tmp_path / "some.txt"
    path.write_text("old")
    monkeypatch.setattr(*when, fail)
    with pytest.raises(type(error)), writing(path) as part:
        part.write_text("half")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("some.txt", "old")]


def test_a_block_that_writes_nothing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), writing(tmp_path / "some.txt"):
        pass
    assert not list(tmp_path.iterdir())


def test_a_kill_in_the_middle_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "some.txt"
    path.write_text("old")
    kill = "    part.write_text('half')\n    os.kill(os.getpid(), signal.SIGTERM)\n"
    assert program(f"with writing(path) as part:\n{kill}", path).wait(600) == -signal.SIGTERM
    assert path.read_text() == "old"
    with writing(path) as part:
        part.write_text("new")
    assert path.read_text() == "new"


def test_two_processes_at_once_do_not_mix(tmp_path):
    path = tmp_path / "some.txt"
    text = "for _ in range(100):\n    with writing(path) as part:\n        part.write_text({!r} * 100_000)\n"
    processes = [program(text.format(letter), path) for letter in "ab"]
    seen = set()
    while any(process.poll() is None for process in processes):
        if path.exists():
            content = path.read_text()
            seen.add((len(content), *set(content)))
    assert [process.returncode for process in processes] == [0, 0]
    assert seen <= {(100_000, "a"), (100_000, "b")}
    assert list(tmp_path.iterdir()) == [path]


def test_paths(monkeypatch):
    monkeypatch.setenv("HOME", "/home/of/somebody")
    monkeypatch.setenv("USERPROFILE", "/home/of/somebody")
    assert check_path("file", "~/a") == Path("/home/of/somebody/a")
    assert check_path("file", Path("a") / "b") == Path("a/b")


@pytest.mark.parametrize(
    "value", ["a\0b", 300 * "a", "a/" + 200 * "ä", "~nobody-of-this-name/a", 3, None, b"a"]
)
def test_what_is_no_path(value):
    with pytest.raises(
        ValueError, match=r"^`file` is the name of a file or folder\. Received: .*Choose"
    ) as error:
        check_path("file", value)
    assert len(str(error.value)) < 300


def archive(path, **parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("_", "."), content)
    return path


def hdf5(path, shape, **options):
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", shape, "float32", **options)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["zeros", "many zeros", "a shape", "packed arrays"])
def test_an_archive_that_unpacks_to_far_more_is_refused(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(_checks, "_MOST_UNPACKED", 2**16)
    weights = tmp_path / "model.weights.h5"
    parts = {
        "zeros": {"config_json": bytes(2**21)},
        "many zeros": {f"part{i}": bytes(2**18) for i in range(8)},
        "a shape": {"model_weights_h5": hdf5(weights, (10**6, 10**6), chunks=(1000, 1000))},
        "packed arrays": {
            "model_weights_h5": hdf5(weights, (10**6,), compression="gzip", data=np.zeros(10**6))
        },
    }[kind]
    with pytest.raises(
        ValueError, match=r"at most 20 times its size\. Received: .* bytes\. Load files that you"
    ):
        check_archive(archive(tmp_path / "a.keras", **parts))
    whole = {"config_json": "{}", "model_weights_h5": hdf5(weights, (10_000,), data=np.arange(10_000))}
    check_archive(archive(tmp_path / "b.keras", **whole))


@given(bits=st.lists(st.integers(0, 10**6), min_size=1, max_size=3), cut=st.just(0) | st.integers(0, 300))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_archive_with_other_bytes_is_refused_or_the_same(bits, cut, tmp_path):
    path = archive(tmp_path / "a.keras", config_json="some text " * 8, metadata_json="more")
    with zipfile.ZipFile(path) as file:
        whole = {name: file.read(name) for name in file.namelist()}
    flipped = bytearray(path.read_bytes())
    for bit in bits:
        flipped[bit // 8 % len(flipped)] ^= 1 << bit % 8
    path.write_bytes(flipped[: len(flipped) - cut])
    try:
        check_archive(path)
    except ValueError as error:
        assert str(path) in str(error)  # noqa: PT017
        return
    with zipfile.ZipFile(path) as file:  # names are not under its check sums, what it holds is
        assert {file.read(name) for name in file.namelist()} <= set(whole.values())
