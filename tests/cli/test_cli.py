"""The command line: one folder a run, one sentence a mistake, and nothing lost when it is cut off."""

import csv
import json
import os
import signal
import subprocess
import sys
from time import monotonic, sleep

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan as kg
from ground.files import ROOT
from keras_gan.cli.main import main
from keras_gan.cli.run_folder import Recorder
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
    assert record["versions"]["keras_gan"] == kg.__version__
    assert record["versions"][keras.backend.backend()]
    assert record["hardware"]["cores"] == os.cpu_count()
    assert record["hardware"]["accelerator"] == accelerator()
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
    "wrong file": (["sample", "FILE"], 2, "A file of a run is the `gan.keras` that `train` wrote."),
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
    NAME: ["114,064", "100,609", "Adam(learning_rate=0.001", "epsilon=1e-08", "30 epochs", "uniform"],
    "goodfellow_mnist": ["ExponentialDecay(initial_learning_rate=0.1", "momentum=0.5", "share_z=True"],
    "wgan": ["WeightClipping(limit=0.01)", "100,000 steps", "mnist, 32 x 32 x 1"],
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
