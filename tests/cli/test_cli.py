"""The command line: one folder a run, one sentence a mistake, and nothing lost when it is cut off."""

import csv
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from time import monotonic, sleep

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import keras_gan as kg
import keras_gan.cli.train
from ground.files import ROOT
from keras_gan.cli.main import main
from keras_gan.cli.run_folder import Recorder, RunFolder
from keras_gan.training.backend import accelerator

NAME = "vanilla_assignment"


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A file of 40 pictures of 8 x 8 pixels."""
    path = tmp_path_factory.mktemp("data") / "pictures.npz"
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    np.savez(path, x_train=pixels, x_test=pixels[:4])
    return str(path)


def arguments(images, output, epochs=2, recipe=NAME):
    return [
        *("train", recipe, "--data", images, "--batch-size", "8"),
        *("--epochs", str(epochs), "--seed", "3", "--output", str(output)),
    ]


def called(capsys, *argv):
    """Exit code, standard output and standard error of one command."""
    capsys.readouterr()
    try:
        code = main([str(argument) for argument in argv])
    except SystemExit as stop:
        code = stop.code
    return code, *capsys.readouterr()


@pytest.fixture(scope="module")
def run(images, tmp_path_factory):
    """The folder of a run that has ended, two epochs long."""
    folder = tmp_path_factory.mktemp("runs") / "a"
    assert main(arguments(images, folder)) == 0
    return folder


def everything(folder):
    """What a run ends in: weights of both networks, metrics, and the pictures."""
    gan = keras.saving.load_model(folder / "gan.keras")
    weights = [
        keras.ops.convert_to_numpy(v.value).tobytes() for v in [*gan.variables, *gan.optimizer.variables]
    ]
    pictures = {file.name: file.read_bytes() for file in (folder / "samples").iterdir()}
    return weights, (folder / "metrics.csv").read_text(), pictures


def test_a_run_leaves_weights_film_metrics_and_a_record(run, images):
    record = json.loads((run / "run.json").read_text())
    asked = {key: record[key] for key in ("recipe", "data", "size", "batch_size", "seed", "epochs")}
    assert asked == {
        "recipe": NAME,
        "data": images,
        "size": None,
        "batch_size": 8,
        "seed": 3,
        "epochs": 2,
    }
    assert (record["epochs_trained"], record["num_images"], record["image_shape"]) == (2, 40, [8, 8, 1])
    (start,) = record["starts"]
    assert start["after_epoch"] == 0
    assert start["versions"]["keras_gan"] == kg.__version__
    assert start["versions"][keras.backend.backend()]
    assert start["hardware"]["cores"] == os.cpu_count()
    assert start["hardware"]["accelerator"] == accelerator()
    assert record["complete"] is True
    assert record["wall_time_s"] > 0
    lines = list(csv.DictReader((run / "metrics.csv").read_text().splitlines()))
    assert [line["epoch"] for line in lines] == ["1", "2"]
    assert set(lines[0]) == {"epoch", "g_loss", "d_loss", "d_real", "d_fake"}
    assert all(np.isfinite([float(value) for value in line.values()]).all() for line in lines)
    assert sorted(file.name for file in (run / "samples").iterdir()) == [
        f"epoch_000{epoch}.png" for epoch in range(3)
    ]
    (film,) = run.glob("movie.*")
    assert film.stat().st_size > 0
    assert not list(run.rglob("*.part*"))


def test_the_run_is_that_of_the_recipe_itself(run, images):
    recipe, data = kg.get_recipe(NAME), kg.load_images(images)
    gan = recipe.build(data.sample_shape, seed=3)
    gan.fit(recipe.scaled(data.train), batch_size=8, epochs=2, verbose=0)
    loaded = keras.saving.load_model(run / "gan.keras")
    assert np.array_equal(gan.sample(5, seed=1), loaded.sample(5, seed=1))


def test_pictures_show_the_samples_of_a_fixed_z(run):
    gan = keras.saving.load_model(run / "gan.keras")
    shown = np.asarray(Image.open(run / "samples" / "epoch_0002.png"))
    scale = 448 // 44  # five pictures of 8 pixels and four gaps
    first = gan.sample(25, seed=0)[0, :, :, 0]
    assert shown.shape == (44 * scale, 44 * scale)
    assert np.abs(shown[: 8 * scale : scale, : 8 * scale : scale] - 255 * first).max() <= 1


def test_an_interrupted_run_goes_on_to_the_same_bits(images, tmp_path, capsys, monkeypatch):
    on_epoch_end = Recorder.on_epoch_end

    def interrupted(self, epoch, logs=None):
        on_epoch_end(self, epoch, logs)
        if epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "on_epoch_end", interrupted)
        code, _, err = called(capsys, *arguments(images, tmp_path / "a", 4))
    assert code == 130
    assert err.strip() == (
        f"Stopped. 2 of 4 epochs are kept in '{tmp_path / 'a'}'; the same command goes on after them."
    )
    code, _, err = called(capsys, "sample", tmp_path / "a")
    assert code == 2
    assert "after 2 of 4 epochs. Give its `train` command again, which goes on." in err
    code, out, _ = called(capsys, *arguments(images, tmp_path / "a", 4))
    assert code == 0
    assert "This run goes on after epoch 2.\n" in out
    assert called(capsys, *arguments(images, tmp_path / "b", 4))[0] == 0
    assert everything(tmp_path / "a") == everything(tmp_path / "b")
    weights, record = everything(tmp_path / "a"), (tmp_path / "a" / "run.json").read_text()
    code, out, _ = called(capsys, *arguments(images, tmp_path / "a", 4))
    assert (code, "This run has had its 4 epochs; a larger --epochs trains on.\n" in out) == (0, True)
    assert everything(tmp_path / "a") == weights
    assert (tmp_path / "a" / "run.json").read_text() == record
    (tmp_path / "a" / "gan.keras").unlink()  # what is missing is made again
    code, out, _ = called(capsys, *arguments(images, tmp_path / "a", 4))
    assert (code, "has had its 4 epochs" in out, "goes on" in out) == (0, True, False)
    assert everything(tmp_path / "a") == weights


def test_a_killed_process_goes_on_to_the_same_bits(images, tmp_path, capsys):
    command = [sys.executable, "-m", "keras_gan", *arguments(images, tmp_path / "a", 100_000)]
    checkpoint = tmp_path / "a" / "checkpoint"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        start = monotonic()
        while (
            not list(checkpoint.glob("epoch-*.npz")) and monotonic() < start + 600 and process.poll() is None
        ):
            sleep(0.01)
        process.kill()
        errors = process.stderr.read().decode()
    assert process.returncode == -signal.SIGKILL if os.name != "nt" else process.returncode, errors
    kept = max(int(file.name[6:12]) for file in checkpoint.glob("epoch-*.npz"))
    assert called(capsys, *arguments(images, tmp_path / "a", kept + 2))[0] == 0
    assert called(capsys, *arguments(images, tmp_path / "b", kept + 2))[0] == 0
    (weights, metrics, _), (alone, metrics_alone, _) = (everything(tmp_path / name) for name in "ab")
    assert (weights, metrics) == (alone, metrics_alone)


def test_a_reader_who_has_seen_enough_gets_no_error():
    command = [sys.executable, "-m", "keras_gan", "info", NAME]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        said = process.stderr.read().decode()
    assert process.returncode == 1
    assert "Broken pipe" not in said
    assert "Traceback" not in said


def test_a_real_process_says_one_sentence_and_leaves_with_two():
    command = [sys.executable, "-m", "keras_gan", "train", "vanila_assignment"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("python -m keras_gan train: `recipe` is one of ")
    assert done.stderr.endswith("Did you mean 'vanilla_assignment'?\n")


MISTAKES = {
    "recipe": (["train", "dgcan"], 2, "Received: 'dgcan'. Did you mean 'dcgan'?"),
    "info": (["info", "wgan-gp"], 2, "Did you mean 'wgan_gp'?"),
    "data": (["train", NAME, "--data", "mnits", "--output", "NEW"], 2, "Did you mean 'mnist'?"),
    "epochs below one": (
        ["train", NAME, "--epochs", "-3"],
        2,
        "`--epochs` is a positive integer. Received: -3.",
    ),
    "no epochs": (["train", NAME, "--epochs", "0"], 2, "`--epochs` is a positive integer. Received: 0."),
    "epochs no number": (["train", NAME, "--epochs", "x"], 2, "--epochs: invalid int value: 'x'"),
    "batch": (["train", NAME, "--batch-size", "0"], 2, "`--batch-size` is a positive integer"),
    "seed": (["train", NAME, "--seed", "-1"], 2, "`seed` is an integer from 0"),
    "large batch": (["train", NAME, "--data", "DATA", "--output", "NEW"], 2, "100 rows wanted, 40 at hand"),
    "side": (
        ["train", "dcgan", "--data", "DATA", "--size", "20", "--output", "NEW"],
        2,
        "16 divides both sides. Received: images of 20 x 20 pixels.",
    ),
    "other recipe": (
        ["train", "udacity_mlp", "--data", "DATA", "--output", "RUN"],
        2,
        f"holds a run with recipe = {NAME}. Received: recipe = udacity_mlp. Choose another `--output`",
    ),
    "other files": (["train", NAME, "--output", "FULL"], 2, "which holds other files. Choose another."),
    "unwritable": (["train", NAME, "--output", "FILE/a"], 1, "which is no folder. Choose another path"),
    "no run": (["sample", "FULL"], 2, "A folder of a run holds `run.json`, written by `train`."),
    "not there": (["sample", "NEW"], 1, "which is not there"),
    "wrong file": (["sample", "FILE"], 2, "A saved model is a whole `.keras` file"),
    "number": (["sample", "RUN", "--num", "0"], 2, "`--num` is a positive integer. Received: 0."),
    "picture": (["sample", "RUN", "--output", "a.pngg"], 2, "Received: '.pngg'. Did you mean '.png'?"),
    "no such folder": (["sample", "RUN", "--output", "NEW/a.png"], 1, "which is not there"),
    "format": (["export", "RUN", "--output", "a.onnx"], 2, "`--output` ends in `.keras` or `.weights.h5`"),
    "command": (["trian"], 2, "invalid choice: 'trian'"),
    "nothing": ([], 2, "COMMAND"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_gets_one_sentence(case, run, images, tmp_path, capsys):
    argv, code, message = MISTAKES[case]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("no GAN")
    places = {
        "DATA": images,
        "RUN": run,
        "NEW": tmp_path / "new",
        "FULL": tmp_path / "full",
        "FILE": tmp_path / "file",
    }
    for name, path in places.items():
        argv = [word.replace(name, str(path)) for word in argv]
    found, _, err = called(capsys, *argv)
    assert (found, err.count("\n")) == (code, 1), err
    assert message in err
    assert err.startswith("python -m keras_gan")
    assert not list(tmp_path.glob("new/gan.keras"))


def test_a_run_that_kept_nothing_may_begin_again_otherwise(images, tmp_path, capsys):
    folder = tmp_path / "a"
    code, _, err = called(capsys, "train", NAME, "--data", images, "--output", folder)
    assert (code, "Pass a smaller `batch_size`" in err) == (2, True)
    assert called(capsys, *arguments(images, folder, 1))[0] == 0
    assert json.loads((folder / "run.json").read_text())["batch_size"] == 8


def test_broken_pictures_are_named_together_and_may_be_left_out(tmp_path, capsys):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(12):
        Image.new("L", (8, 8), 20 * number).save(pictures / f"{number:02}.png")
    for name in ("a.png", "b.png"):
        (pictures / name).write_bytes(b"no picture")
    words = [*("train", NAME, "--data", pictures, "--batch-size", "5", "--epochs", "1"), "--output"]
    code, _, err = called(capsys, *words, tmp_path / "run")
    assert code == 1
    assert "a.png (no picture), b.png (no picture)" in err
    assert "`--skip-broken`" in err
    assert not (tmp_path / "run").exists()
    with pytest.warns(UserWarning, match=r"2 of 14 that can't be: a\.png"):
        code, out, _ = called(capsys, *words, tmp_path / "run", "--skip-broken")
    assert code == 0
    assert "on 11 images" in out


def test_a_generator_alone_is_no_run(run, tmp_path, capsys):
    keras.saving.load_model(run / "gan.keras").generator.save(tmp_path / "generator.keras")
    code, _, err = called(capsys, "sample", tmp_path / "generator.keras")
    assert (code, "which holds a Functional. Name the folder of the run." in err) == (2, True)


def test_samples_come_from_the_seed(run, tmp_path, capsys):
    for name, source, seed in (("a", run, 1), ("b", run / "gan.keras", 1), ("c", run, 2)):
        picture = tmp_path / f"{name}.png"
        assert called(capsys, "sample", source, "--num", 6, "--seed", seed, "--output", picture)[0] == 0
    a, b, c = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in "abc")
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)
    assert a.shape == (17 * (448 // 26), 26 * (448 // 26))  # three columns, two rows


def test_the_generator_goes_out_alone(run, tmp_path, capsys):
    gan = keras.saving.load_model(run / "gan.keras")
    z = gan.draw_z(3, seed=0)
    code, out, _ = called(capsys, "export", run, "--output", tmp_path / "generator.keras")
    assert (code, out.endswith("its z has 100 numbers, uniform on [-1, 1).\n")) == (0, True)
    alone = keras.saving.load_model(tmp_path / "generator.keras")
    assert np.array_equal(alone(z), gan.generator(z))
    assert called(capsys, "export", run, "--output", tmp_path / "generator.weights.h5")[0] == 0
    other = kg.get_recipe(NAME).build((8, 8, 1), seed=9).generator
    other.load_weights(tmp_path / "generator.weights.h5")
    assert np.array_equal(other(z), gan.generator(z))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a SavedModel is TensorFlow's")
def test_the_generator_goes_out_as_a_saved_model(run, tmp_path, capsys):
    assert called(capsys, "export", run, "--output", tmp_path / "generator")[0] == 0
    z = keras.saving.load_model(run / "gan.keras").draw_z(3, seed=0)
    layer = keras.layers.TFSMLayer(tmp_path / "generator", call_endpoint="serve")
    assert np.allclose(layer(z), keras.saving.load_model(run / "gan.keras").generator(z), atol=1e-6)


def test_list_has_a_line_a_recipe(capsys):
    code, out, _ = called(capsys, "list")
    assert code == 0
    heading, *lines = out.splitlines()
    assert heading.split() == ["recipe", "what", "it", "is"]
    assert [line.split(maxsplit=1) for line in lines] == [[r.name, r.title] for r in kg.RECIPES.values()]


FACTS = {
    NAME: [
        "114,064",
        "100,609",
        "Adam(learning_rate=0.001",
        "epsilon=1e-08",
        "30 epochs",
        "18,000 of the generator; on 500 images 150",
        "uniform",
    ],
    "goodfellow_mnist": ["ExponentialDecay(initial_learning_rate=0.1", "momentum=0.5", "share_z=True"],
    "wgan": ["WeightClipping(limit=0.01)", "100,000 steps", "mnist, 32 x 32 x 1", "100,000 of the generator"],
}


@pytest.mark.parametrize("name", FACTS)
def test_info_shows_what_a_recipe_is(name, capsys, monkeypatch):
    recipe = kg.get_recipe(name)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")
    code, out, _ = called(capsys, "info", name)
    assert code == 0
    assert "\x1b" not in out
    assert out == "\n".join(line.rstrip() for line in out.splitlines()) + "\n"
    for piece in [*FACTS[name], f"source      {recipe.source}\n", f"differs     {recipe.differs}\n"]:
        assert piece in out  # in one line each, however wide a terminal is


def test_a_terminal_gets_lines_that_fit(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")  # no bold
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    code, out, _ = called(capsys, "info", "goodfellow_mnist")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert kg.get_recipe("goodfellow_mnist").differs in " ".join(out.split())


@pytest.mark.parametrize("command", [[], ["train"], ["list"], ["info"], ["sample"], ["export"]])
def test_help_is_there(command, capsys):
    code, out, _ = called(capsys, *command, "--help")
    assert (code, out.startswith(f"usage: python -m keras_gan{''.join(f' {c}' for c in command)}")) == (
        0,
        True,
    )


# ---- nothing that the command did not make is overwritten


def content(folder):
    """Every file of a folder, byte for byte."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


@pytest.fixture
def copy(run, tmp_path):
    """A run of its own that has ended."""
    return shutil.copytree(run, tmp_path / "copy")


@pytest.mark.parametrize("missing", [[], ["checkpoint"], ["checkpoint", "gan.keras"]], ids=str)
@pytest.mark.parametrize("change", ["seed", "recipe", "batch-size", "data", "size"])
def test_train_never_writes_over_another_run(change, missing, copy, images, capsys):
    for name in missing:
        shutil.rmtree(copy / name) if (copy / name).is_dir() else (copy / name).unlink()
    before, argv = content(copy), arguments(images, copy)
    if change == "recipe":
        argv[1] = "udacity_mlp"
    else:
        argv += [f"--{change}", "digits" if change == "data" else "7"]
    code, _, err = called(capsys, *argv)
    assert (code, f"holds a run with {change.replace('-', '_')} = " in err) == (2, True), err
    assert content(copy) == before


def test_a_run_that_has_ended_is_not_shortened(copy, images, capsys):
    shutil.rmtree(copy / "checkpoint")
    before = content(copy)
    code, out, _ = called(capsys, *arguments(images, copy, 1))
    assert (code, out) == (0, "This run has had its 2 epochs; a larger --epochs trains on.\n")
    assert content(copy) == before


def test_a_refused_run_has_written_nothing(copy, tmp_path, images, capsys):
    other = tmp_path / "pictures.npz"
    shutil.copy(images, other)
    assert called(capsys, *arguments(other, tmp_path / "a", 1))[0] == 0
    before = content(tmp_path / "a")
    np.savez(other, x_train=np.zeros((40, 8, 8), "uint8"))  # other pictures under the same name
    code, _, err = called(capsys, *arguments(other, tmp_path / "a", 3))
    assert (code, "A run that goes on is the one in the folder" in err) == (2, True), err
    assert content(tmp_path / "a") == before
    for inner in ("samples", "checkpoint"):
        shutil.move(copy / inner, tmp_path / inner)
        (copy / inner).symlink_to(tmp_path / inner)
        before = content(tmp_path / inner)
        code, _, err = called(capsys, *arguments(images, copy, 3))
        assert (code, f"where {inner} is a link to another place. Choose another." in err) == (2, True), err
        assert content(tmp_path / inner) == before
        (copy / inner).unlink()


def test_of_two_runs_that_begin_in_one_folder_one_is_refused(tmp_path):
    first, second = (RunFolder(tmp_path / "a", {"recipe": NAME, "seed": seed}) for seed in (1, 2))
    first.begin(0)
    before = content(tmp_path)
    with pytest.raises(ValueError, match="in which another process has begun a run"):
        second.begin(0)
    assert content(tmp_path) == before


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("sample", "holiday.png"),
        ("export", "gan.keras"),
        ("export", "generator.weights.h5"),
        ("export", "samples"),
        ("export", "."),
        ("sample", "link.png"),
    ],
)
def test_what_is_there_stays(command, name, copy, capsys):
    for file in ("holiday.png", "generator.weights.h5"):
        (copy / file).write_text("mine")
    (copy / "link.png").symlink_to(copy / "nowhere.png")
    before = content(copy)
    code, _, err = called(capsys, command, copy, "--output", copy / name)
    assert (code, "which is there. Choose another name, or remove it first." in err) == (2, True), err
    assert content(copy) == before


def test_a_tilde_is_the_home_folder(run, images, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copy(images, tmp_path / "mine.npz")
    assert called(capsys, *arguments("~/mine.npz", "~/x", 1))[0] == 0
    assert called(capsys, "sample", "~/x", "--output=~/a.png")[0] == 0
    assert called(capsys, "export", "~/x", "--output=~/a.keras")[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.keras", "a.png", "mine.npz", "x"]


# ---- no run that can't end


def test_every_start_is_kept_and_names_the_state_that_was_read(copy, images, capsys):
    first = json.loads((copy / "run.json").read_text())["starts"]
    newest = max((copy / "checkpoint").glob("epoch-000002-*.npz"))
    newest.write_bytes(newest.read_bytes()[:-100])
    with pytest.warns(UserWarning, match="damaged"):
        code, out, _ = called(capsys, *arguments(images, copy, 3))
    assert (code, "This run goes on after epoch 1.\n" in out) == (0, True)
    record = json.loads((copy / "run.json").read_text())
    assert [start["after_epoch"] for start in record["starts"]] == [0, 1]
    assert record["starts"][:1] == first
    assert all(start["versions"]["keras"] and start["hardware"]["cores"] for start in record["starts"])


@pytest.mark.parametrize("broken", [b"", b"\0" * 40, b'{"recipe": "vanil', None])
def test_a_broken_record_is_made_again_where_a_checkpoint_tells_the_run(broken, copy):
    (copy / "run.json").unlink() if broken is None else (copy / "run.json").write_bytes(broken)
    assert RunFolder(copy, {"seed": 3}).record["epochs_trained"] == 0  # `fit` compares, and knows
    shutil.rmtree(copy / "checkpoint")
    before = content(copy)
    with pytest.raises(ValueError, match="which holds other files"):
        RunFolder(copy, {"seed": 3})
    assert content(copy) == before


def test_what_is_not_ours_or_half_written_stops_no_run(copy, images, capsys):
    expected, whole = everything(copy)[:2], (copy / "samples" / "epoch_0002.png").read_bytes()
    for name, text in {
        "samples/epoch_0001.png": (copy / "samples" / "epoch_0001.png").read_bytes()[:100],
        "samples/epoch_0002.png": b"",
        "samples/epoch_x.png": b"mine",
        "samples/epoch_9999.png": b"mine",
        "samples/notes.txt": b"mine",
        "checkpoint/epoch-x.npz": b"mine",
        "checkpoint/epoch-000009.npz": b"mine",
        "gan.keras": b"PK half of it",
        "run.json": b"",
    }.items():
        (copy / name).write_bytes(text)
    code, out, _ = called(capsys, *arguments(images, copy, 2))
    assert (code, "has had its 2 epochs" in out) == (0, True)
    assert everything(copy)[:2] == expected
    pictures = content(copy / "samples")
    assert pictures["epoch_0002.png"] == whole
    assert list(pictures.values()).count(b"mine") == 3
    assert json.loads((copy / "run.json").read_text())["complete"] is True


def test_a_full_disk_is_one_sentence_and_the_run_goes_on(images, tmp_path, monkeypatch, capsys):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        code, _, err = called(capsys, *arguments(images, tmp_path / "a", 1))
    assert (code, err) == (1, "python -m keras_gan train: No space left on device.\n")
    assert called(capsys, *arguments(images, tmp_path / "a", 1))[0] == 0


# ---- what is said


def test_a_run_says_how_many_updates_it_makes_and_how_far_it_is(images, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(keras_gan.cli.train, "_QUIET_S", 0.0)
    code, out, _ = called(capsys, *arguments(images, tmp_path / "a", 1))
    assert code == 0
    assert "Updates of the generator: 5; by the recipe itself: 18,000.\n" in out
    assert "samples may stay noise. `--epochs 3600` makes as many" in out
    assert "Epoch 1/1: 100%\n" in out


BAD_NAMES = st.sampled_from(["a\0b", 300 * "a", "x/" + 300 * "ä", "~nobody-of-this-name/x", "\ud800"])
BAD_NUMBERS = st.integers(2**31, 10**60).map(str) | st.sampled_from(["-1", "9" * 5000, "nan", "1e9", "a\nb"])
OPTIONS = {
    "train": ["--data", "--output", "--epochs", "--batch-size", "--size", "--seed"],
    "sample": ["RUN", "--output", "--num", "--seed"],
    "export": ["RUN", "--output"],
}


@given(data=st.data(), command=st.sampled_from(list(OPTIONS)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_odd_argument_gets_one_sentence(data, command, run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    option = data.draw(st.sampled_from(OPTIONS[command]))
    value = data.draw(BAD_NAMES if option in ("RUN", "--data", "--output") else BAD_NUMBERS)
    place = NAME if command == "train" else str(run)
    argv = [command, value] if option == "RUN" else [command, place, f"{option}={value}"]
    code, out, err = called(capsys, *argv)
    assert (code in (1, 2), out, err.count("\n")) == (True, "", 1), err
    assert len(err) < 700
    assert not list(tmp_path.iterdir())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["recipe", "epochs"]), inner),
    max_leaves=5,
).map(json.dumps)
DEEP = st.sampled_from([100_000 * "[", '{"recipe":' * 100_000, '{"epochs": ' + 5000 * "9" + "}", "\ufeff{}"])


@given(text=JSON | DEEP | st.text(min_size=1, max_size=20))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_json_of_anything_gets_one_sentence(text, images, tmp_path, capsys):
    (tmp_path / "a").mkdir(exist_ok=True)
    (tmp_path / "a" / "run.json").write_text(text, encoding="utf-8", errors="replace")
    before = content(tmp_path / "a")
    for argv in (
        arguments(images, tmp_path / "a"),
        ["sample", tmp_path / "a", "--output", tmp_path / "a.png"],
    ):
        code, _, err = called(capsys, *argv)
        assert (code, err.count("\n")) == (2, 1), err
    assert content(tmp_path / "a") == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_full_standard_output_is_one_sentence():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "keras_gan", "list"]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "python -m keras_gan list: No space left on device.\n")


def test_a_name_that_is_no_text_can_be_said(run, tmp_path, capsys):
    name = os.fsdecode(b"\xff.png")
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("this file system takes no such name")
    code, _, err = called(capsys, "sample", run, "--output", tmp_path / name)
    assert (code, "\\udcff.png', which is there" in err) == (2, True)
