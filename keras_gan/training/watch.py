"""Callbacks that watch a run: samples from a fixed `z` and numbers about them, every n epochs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan._checks import Shown, bad_value, check_count, check_folder, check_seed, writing
from keras_gan.data.dataset import Dataset
from keras_gan.metrics.modes import mode_report


class Watch(keras.callbacks.Callback):
    """Samples from a fixed `z` before training and after every `every` epochs, with their metrics.

    The same `z` each time, and the first samples, never the best: so that pictures can be compared.
    What was gathered stays usable when training is interrupted.

    Args:
        data: A `Dataset` whose modes are known; then the modes captured, the high-quality share and
            the KL divergence are measured.
        every: Epochs between two looks.
        num_samples: Samples a look.
        seed: Of the fixed `z`.
        metrics: Your own function from samples to named numbers, used instead of `data`'s.
        directory: Also write each look to `epoch_0005.npz` in this folder.

    Attributes:
        epochs: Epochs looked at, the first being before training: 0, or `initial_epoch`.
        samples: One array a look, float32 `(num_samples, *sample_shape)`.
        metrics: One dict a look.
        measure: From samples to the metrics of a look.

    Raises:
        ValueError: For counts below 1, or samples in the place of a `Dataset`.
        OSError: For a directory that cannot be written to.

    Example:
        >>> watch = Watch(data, every=5, num_samples=500)
        >>> history = gan.fit(data.train, epochs=30, callbacks=[watch], verbose=0)
        >>> watch.epochs
        [0, 5, 10, 15, 20, 25, 30]
    """

    def __init__(
        self,
        data: Dataset | None = None,
        *,
        every: int = 1,
        num_samples: int = 100,
        seed: int = 0,
        metrics: Callable[[np.ndarray], dict[str, float]] | None = None,
        directory: str | Path | None = None,
    ) -> None:
        super().__init__()
        self.every = check_count("every", every)
        self.num_samples = check_count("num_samples", num_samples)
        self.seed = check_seed(seed)
        if metrics is not None and not callable(metrics):
            raise bad_value(
                "`metrics` is a function of samples", metrics, "Pass the function, not its result"
            )
        self.data, self.measure = data, metrics or _measure_of(data)
        self.directory = Path(directory) if directory is not None else None
        if self.directory is not None:
            check_folder("directory", self.directory)
        self.epochs: list[int] = []
        self.samples: list[np.ndarray] = []
        self.metrics: list[dict[str, float]] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at the generator before the first epoch, unless this watch has looked before."""
        if not self.epochs:
            self._look(epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks after every `every` epochs."""
        if (epoch + 1) % self.every == 0:
            self._look(epoch + 1)

    def _look(self, epoch: int) -> None:
        samples = self.model.sample(self.num_samples, seed=self.seed)
        metrics = self.measure(samples)
        if self.directory is not None:
            _write(self.directory, epoch, samples, metrics)
        self.epochs.append(epoch)
        self.samples.append(samples)
        self.metrics.append(metrics)


def _measure_of(data: Dataset | None) -> Callable[[np.ndarray], dict[str, float]]:
    if data is not None and not isinstance(data, Dataset):
        raise bad_value(
            "`data` is a `Dataset`", Shown(f"a {type(data).__name__}"), "Pass for example `kg.ring()`"
        )
    if data is None or data.modes is None:
        return lambda samples: {}

    def measure(samples: np.ndarray) -> dict[str, float]:
        report = mode_report(samples, data)
        return {"modes": report.modes, "high_quality": report.high_quality, "kl": report.kl}

    return measure


def _write(directory: Path, epoch: int, samples: np.ndarray, metrics: dict[str, float]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    numbers = {name: np.asarray(value, "float64") for name, value in metrics.items()}
    with writing(directory / f"epoch_{epoch:04d}.npz") as part:
        np.savez_compressed(part, allow_pickle=False, samples=samples, **numbers)
