"""The folder of one run of the command line: which run it is, how far it got, and what it made."""

import csv
import importlib
import io
import json
import os
import platform
import re
from pathlib import Path
from time import perf_counter
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from keras_gan._checks import Shown, bad_value, check_archive, check_folder, shorten, writing
from keras_gan.plots.movie import Movie, movie
from keras_gan.plots.pictures import image_grid
from keras_gan.training.backend import accelerator
from keras_gan.training.check_data import RANGES
from keras_gan.training.check_networks import output_activation
from keras_gan.training.gan import GAN

_RECORD = "run.json"
_OF_RECORD = {"recipe": str, "epochs": int, "epochs_trained": int, "wall_time_s": float, "starts": list}
_STATE = re.compile(r"epoch-(\d{6,})-[0-9a-f]{16}\.npz")
_PICTURE = re.compile(r"epoch_(\d{4,9})\.png")
_MOST_PICTURES = 100
_NUM_SAMPLES = 25
_SIDE = 448  # pixels that small pictures are blown up to


class RunFolder:
    """What `train` writes: `run.json`, `metrics.csv`, `samples/`, the checkpoints, `gan.keras`, the film.

    Nothing is written before `begin` or `finish`.

    Args:
        path: The folder, made where it is missing.
        run: Which run it is; one that goes on must be equal in all of it.

    Attributes:
        record: The content of `run.json`; `starts` has an entry each time that the run began or went on.
        begun: Whether this process has trained.

    Raises:
        ValueError: When the folder holds another run, or other files.
        OSError: When nothing can be written there.
    """

    def __init__(self, path: Path, run: dict[str, Any]) -> None:
        check_folder("--output", path)
        self.path, self.gan_file, self.checkpoint = path, path / "gan.keras", path / "checkpoint"
        self.begun = False
        self._there = _parsed(path / _RECORD)
        new = {**run, "epochs": 0, "epochs_trained": 0, "wall_time_s": 0.0, "starts": []}
        self.record = {**new, **self._record_of(run)}
        self._clock = perf_counter() - self.record["wall_time_s"]

    def _record_of(self, run: dict[str, Any]) -> dict[str, Any]:
        """What is known of the run that goes on; empty for a new one, and where `fit` has to find out."""
        record = self._there
        for inner in ("samples", "checkpoint"):
            if (self.path / inner).is_symlink():
                raise _unfit(self.path, f"where {inner} is a link to another place")
        if record is None:
            if not self.epochs_kept() and any(map(_has_content, self.path.rglob("*"))):
                raise _unfit(self.path, "which holds other files")
            return {}
        different = next((name for name in run if record.get(name) != run[name]), None)
        if different is None:
            return record
        if not (self.epochs_kept() or record["epochs_trained"] or self.gan_file.exists()):
            return {}  # nothing would be lost
        there = shorten(str(record.get(different)))
        raise bad_value(
            f"'{self.path}' holds a run with {different} = {there}",
            Shown(f"{different} = {run[different]}"),
            "Choose another `--output`, or pass what that run began with",
        )

    def is_complete(self, epochs: int) -> bool:
        """Whether the run has had so many epochs, and its GAN can be read."""
        if not self.record.get("complete") or self.record["epochs_trained"] < epochs:
            return False
        try:
            check_archive(self.gan_file)
        except (ValueError, FileNotFoundError):
            return False
        return True

    def begin(self, epoch: int) -> None:
        """Writes down once that training begins in this process, after that many epochs, and with what.

        Raises:
            ValueError: When another process has begun there since this one looked.
        """
        if not self.begun:
            if _parsed(self.path / _RECORD) != self._there:
                raise _unfit(self.path, "in which another process has begun a run")
            self.begun = True
            starts = [*self.record["starts"], {"after_epoch": epoch, **_made_with()}]
            self.write_record(complete=False, starts=starts)

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
        names = {file: _PICTURE.fullmatch(file.name) for file in (self.path / "samples").iterdir()}
        epochs = {int(match[1]): file for file, match in names.items() if match}
        files = [file for epoch, file in sorted(epochs.items()) if epoch <= self.record["epochs"]]
        whole = [frame for frame in map(_frame, files) if frame is not None]
        frames = np.stack([frame for frame in whole if frame.shape == whole[-1].shape])
        film = movie(frames, scale=1, alt=f"Samples of {title} from the same z, epoch by epoch")
        film.save(self.path / f"movie{film.suffix}")
        return film

    def epochs_kept(self) -> int:
        """The epoch after which training would go on, as the names of the states say."""
        names = (_STATE.fullmatch(file.name) for file in self.checkpoint.glob("*"))
        return max((int(name[1]) for name in names if name), default=0)


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
        """Says where training begins; writes the first picture, before it."""
        if epoch and not self._folder.begun:
            print(f"This run goes on after epoch {epoch}.", flush=True)
        self._folder.begin(epoch)
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
    record = _parsed(path / _RECORD)
    if record is None:
        raise bad_value(
            f"A folder of a run holds `{_RECORD}`, written by `train`",
            Shown(f"'{path}', where it is missing or broken"),
            "Name the folder that was its `--output`",
        )
    return record


def _parsed(file: Path) -> dict[str, Any] | None:
    """What a `run.json` holds; `None` where it is missing, broken or another program's."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        return None
    if isinstance(record, dict) and all(isinstance(record.get(k), t) for k, t in _OF_RECORD.items()):
        return record
    return None


def _has_content(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and file.stat().st_size > 0


def _unfit(path: Path, reason: str) -> ValueError:
    return bad_value(
        "`--output` is a new folder, or that of a run to go on with",
        Shown(f"'{path}', {reason}"),
        "Choose another",
    )


def _frame(file: Path) -> NDArray[np.uint8] | None:
    """The pixels of a picture; `None` where it is half written or none."""
    try:
        with Image.open(file) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


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
