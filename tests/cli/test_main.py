"""What the command line answers without a framework, and what `import keras_gan` brings to all others."""

import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_gan as kg
from ground.files import ROOT

HEAVY = {"keras", "tensorflow", "jax", "torch", "sklearn", "matplotlib", "scipy"}
SCRIPT = "import sys\nfrom keras_gan.cli.main import main\nsys.exit(main())\n"  # as pip writes it


@pytest.fixture(params=["python -m keras_gan", "keras-gan"])
def command(request, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    if request.param == "keras-gan":
        (tmp_path / "keras-gan").write_text(SCRIPT)
        return [sys.executable, "-X", "importtime", str(tmp_path / "keras-gan")]
    return [sys.executable, "-X", "importtime", "-m", "keras_gan"]


QUICK = {
    "--help": (0, "usage: "),
    "train --help": (0, "usage: "),
    "list --help": (0, "usage: "),
    "info --help": (0, "usage: "),
    "sample --help": (0, "usage: "),
    "export --help": (0, "usage: "),
    "--version": (0, f"keras-gan {kg.__version__}\n"),
    "list": (0, "recipe "),
    "": (2, "COMMAND"),
    "--nothing": (2, "COMMAND"),
    "trian": (2, "invalid choice: 'trian'"),
    "train": (2, "RECIPE"),
    "train vanila": (2, "`recipe` is one of 'dcgan', "),
    "info vanila": (2, "`recipe` is one of 'dcgan', "),
    "train vanila_assignment": (2, "Did you mean 'vanilla_assignment'?"),
    "train dcgan --epochs x": (2, "invalid int value: 'x'"),
    "train dcgan --epochs 0": (2, "`--epochs` is a positive integer. Received: 0."),
}


@pytest.mark.parametrize("words", QUICK)
def test_no_framework_is_imported_before_a_command_needs_it(words, command):
    code, message = QUICK[words]
    done = subprocess.run([*command, *words.split()], capture_output=True, text=True, timeout=60)
    said = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert message in (done.stdout if code == 0 else "\n".join(said))
    names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "keras_gan.cli.main" in names
    assert not {name.split(".")[0] for name in names} & HEAVY


@pytest.mark.parametrize(
    ("argv", "orig_argv", "answer"),
    [
        (["/usr/bin/keras-gan", "list"], ["python", "/usr/bin/keras-gan", "list"], True),
        (["keras-gan.exe"], ["python", "keras-gan.exe"], True),
        (["-m", "list"], ["python", "-X", "importtime", "-m", "keras_gan", "list"], True),
        (["-m"], ["python", "-mkeras_gan"], True),
        (["-m", "keras_gan"], ["python", "-m", "pytest", "keras_gan"], False),
        (["-m"], [], False),
        (["keras-gan.py"], ["python", "keras-gan.py"], False),
        (["keras-gan/notes.py"], ["python", "keras-gan/notes.py"], False),
        (["-c"], ["python", "-c", "import keras_gan"], False),
        ([""], ["python"], False),
        ([], [], False),
        (None, [], False),
    ],
)
def test_who_is_the_command_line(argv, orig_argv, answer, monkeypatch):
    monkeypatch.setattr(sys, "argv", argv)
    monkeypatch.setattr(sys, "orig_argv", orig_argv)
    if argv is None:
        monkeypatch.delattr(sys, "argv")
    assert kg._is_command_line() is answer


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A GAN with a layer and records of the package's own, in a file."""
    generator = kg.mlp_generator(4, (8, 8, 1), seed=1)
    discriminator = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), kg.SpectralNormalization(keras.layers.Dense(1))]
    )
    gan = kg.GAN(generator, discriminator, loss=kg.Hinge(), penalty=kg.R1(1.0), seed=3)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    path = tmp_path_factory.mktemp("saved") / "gan.keras"
    gan.save(path)
    return gan, path


def test_keras_knows_a_saved_gan_as_soon_as_the_package_is_imported(saved, tmp_path):
    gan, path = saved
    program = (
        "import keras, numpy, keras_gan\n"
        f"gan = keras.saving.load_model({str(path)!r})\n"
        f"numpy.save({str(tmp_path / 'samples.npy')!r}, gan.sample(3, seed=1))\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=600)
    np.testing.assert_array_equal(np.load(tmp_path / "samples.npy"), gan.sample(3, seed=1))


def test_the_command_line_knows_a_saved_gan_too(saved, tmp_path):
    command = [
        sys.executable,
        "-m",
        "keras_gan",
        "sample",
        str(saved[1]),
        "--output",
        str(tmp_path / "a.png"),
    ]
    subprocess.run(command, cwd=ROOT, check=True, timeout=600)
    assert (tmp_path / "a.png").stat().st_size
