"""The folder of one run of the command line: which run it is, how far it got, and what it made."""

import csv
import importlib
import io
import json
import os
import platform
from pathlib import Path
from time import perf_counter
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from keras_gan._checks import Shown, bad_value, check_folder, writing
from keras_gan.plots.movie import Movie, movie
from keras_gan.plots.pictures import image_grid
from keras_gan.training.backend import accelerator
from keras_gan.training.check_data import RANGES
from keras_gan.training.check_networks import output_activation
from keras_gan.training.gan import GAN

_RECORD = "run.json"
_MOST_PICTURES = 100
_NUM_SAMPLES = 25
_SIDE = 448  # pixels that small pictures are blown up to


class RunFolder:
    """What `train` writes: `run.json`, `metrics.csv`, `samples/`, the checkpoints, `gan.keras`, the film.

    Args:
        path: The folder, made where it is missing.
        run: Which run it is; one that goes on must be equal in all of it.

    Attributes:
        record: The content of `run.json`.

    Raises:
        ValueError: When the folder holds another run, or other files.
        OSError: When nothing can be written there.
    """

    def __init__(self, path: Path, run: dict[str, Any]) -> None:
        check_folder("--output", path)
        self.path, self.gan_file, self.checkpoint = path, path / "gan.keras", path / "checkpoint"
        there = read_record(path) if (path / _RECORD).exists() else {}
        files = [] if there or not path.exists() else list(path.iterdir())
        if any(not file.name.startswith(".") for file in files):
            raise bad_value(
                "`--output` is a new folder, or that of a run to go on with",
                Shown(f"'{path}', which holds other files"),
                "Choose another",
            )
        if not self.epochs_kept():
            there = {}  # nothing to go on with
        for name, value in run.items():
            if there and there.get(name) != value:
                raise bad_value(
                    f"'{path}' holds a run with {name} = {there.get(name)}",
                    Shown(f"{name} = {value}"),
                    "Choose another `--output`, or pass what that run began with",
                )
        self.record = {**run, "epochs": 0, "epochs_trained": 0, "wall_time_s": 0.0, **there, **_made_with()}
        self._clock = perf_counter() - self.record["wall_time_s"]

    def write_record(self, **facts: Any) -> None:
        """Adds facts to `run.json`, and the seconds that the command ran, in all its starts."""
        self.record |= {**facts, "wall_time_s": round(perf_counter() - self._clock, 1)}
        _write(self.path / _RECORD, json.dumps(self.record, indent=2) + "\n")

    def write_metrics(self, history: keras.callbacks.History) -> None:
        """Writes `metrics.csv`, a line an epoch."""
        lines = io.StringIO()
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(["epoch", *history.history])
        columns = [[f"{value:.6g}" for value in values] for values in history.history.values()]
        table.writerows(zip([epoch + 1 for epoch in history.epoch], *columns, strict=True))
        _write(self.path / "metrics.csv", lines.getvalue())

    def write_samples(self, gan: GAN, epoch: int) -> None:
        """Writes what the generator makes of the same `z` every time: `samples/epoch_0005.png`."""
        folder = self.path / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        with writing(folder / f"epoch_{epoch:04d}.png") as part:
            picture(gan, gan.sample(_NUM_SAMPLES, seed=0)).save(part)

    def write_movie(self, title: str) -> Movie:
        """Makes a film of the pictures of all epochs: `movie.mp4`, or `movie.webp` without PyAV."""
        files = sorted((self.path / "samples").glob("epoch_*.png"), key=lambda file: int(file.stem[6:]))
        frames = [np.asarray(Image.open(file).convert("RGB")) for file in files]
        film = movie(np.stack(frames), scale=1, alt=f"Samples of {title} from the same z, epoch by epoch")
        film.save(self.path / f"movie{film.suffix}")
        return film

    def epochs_kept(self) -> int:
        """The epoch after which training would go on."""
        files = self.checkpoint.glob("epoch-*.npz")
        return max((int(file.name.split("-")[1]) for file in files), default=0)


class Recorder(keras.callbacks.Callback):
    """Keeps a `RunFolder` up to date while training runs.

    Args:
        folder: The folder.
        epochs: Epochs in all; beyond 100 of them, not every epoch has a picture.
        history: What gathers the metrics; it stands before this callback.
    """

    def __init__(self, folder: RunFolder, epochs: int, history: keras.callbacks.History) -> None:
        super().__init__()
        # The clock lives in the folder: a checkpoint gives the plain attributes of callbacks back.
        self._folder, self._history = folder, history
        self._every = -(-epochs // _MOST_PICTURES)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes the first picture, before training."""
        if epoch == 0:
            self._folder.write_samples(self.model, 0)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes the metrics, the record, and where one is due a picture."""
        self._folder.write_metrics(self._history)
        if (epoch + 1) % self._every == 0 or epoch + 1 == self.params["epochs"]:
            self._folder.write_samples(self.model, epoch + 1)
        self._folder.write_record(epochs_trained=epoch + 1)


def read_record(path: Path) -> dict[str, Any]:
    """Returns what `run.json` of that folder holds.

    Raises:
        ValueError: When there is none, or it is broken.
    """
    try:
        record = json.loads((path / _RECORD).read_text(encoding="utf-8"))
        if isinstance(record, dict) and "recipe" in record:
            return record
    except (OSError, ValueError):
        pass
    raise bad_value(
        f"A folder of a run holds `{_RECORD}`, written by `train`",
        Shown(f"'{path}', where it is missing or broken"),
        "Name the folder that was its `--output`",
    )


def picture(gan: GAN, samples: NDArray[np.float32]) -> Image.Image:
    """Lays samples side by side in one picture, blown up to about 448 pixels."""
    low, high = RANGES.get(output_activation(gan.generator) or "", (-1.0, 1.0))
    grid = image_grid(2 * (samples - low) / (high - low) - 1)
    pixels = np.round((grid + 1) * 127.5).astype(np.uint8)
    scale = max(1, _SIDE // max(pixels.shape[:2]))
    return Image.fromarray(pixels.repeat(scale, axis=0).repeat(scale, axis=1))


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def _made_with() -> dict[str, Any]:
    backend = keras.backend.backend()
    names = ["keras_gan", "keras", backend, "numpy"]
    versions = {name: importlib.import_module(name).__version__ for name in names}
    return {
        "versions": {"python": platform.python_version(), **versions},
        "hardware": {
            "accelerator": accelerator(),
            "processor": processor(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
        },
    }
