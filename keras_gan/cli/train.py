"""The command `train`: a recipe in a folder of its own, or the run there that goes on."""

import sys
from argparse import Namespace
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import keras

from keras_gan._checks import Shown, bad_value, unknown_option, writing
from keras_gan.cli.run_folder import Recorder, RunFolder
from keras_gan.data.dataset import Dataset
from keras_gan.data.images import LABEL_NAMES, load_images
from keras_gan.recipes.catalogue import get_recipe
from keras_gan.recipes.recipe import Recipe
from keras_gan.training.gan import GAN

_FEW = 10  # a warning for runs with a tenth of the source's updates or less
_QUIET_S = 10.0  # seconds without a word about how far an epoch is


def train(arguments: Namespace) -> None:
    """Trains a recipe in a folder of its own, or goes on with the run that is there."""
    recipe, path = get_recipe(arguments.recipe), arguments.output
    seed, data = arguments.seed, arguments.data or recipe.data
    batch_size, size = arguments.batch_size or recipe.batch_size, arguments.size or recipe.size
    run = {"recipe": recipe.name, "data": data, "size": size, "batch_size": batch_size, "seed": seed}
    folder = RunFolder(path, run)
    images = _images(data, size, arguments.skip_broken)
    num_images, shape = len(images.train), images.sample_shape
    epochs = arguments.epochs or recipe.epochs_for(num_images, batch_size)
    if folder.is_complete(epochs):
        _say_enough(folder)
        return
    gan = recipe.build(shape, seed)
    folder.record |= {"epochs": epochs, "num_images": num_images, "image_shape": shape}
    print(f"{recipe.name} on {num_images:,} images of {data}, {epochs:,} epochs, in '{path}'")
    _say_updates(recipe, num_images, batch_size, epochs)
    history = keras.callbacks.History()
    shown = [] if sys.stdout.isatty() else [Progress()]
    try:
        gan.fit(
            recipe.scaled(images.train),
            batch_size=batch_size,
            epochs=epochs,
            verbose=2 if shown else 1,
            callbacks=[history, Recorder(folder, epochs, history), *shown],
            checkpoint=folder.checkpoint,
        )
    except KeyboardInterrupt:
        kept = folder.epochs_kept()
        if folder.begun:
            folder.write_record(epochs_trained=kept)
        where = f"{kept} of {epochs} epochs are kept in '{path}'"
        print(f"\nStopped. {where}; the same command goes on after them.", file=sys.stderr)
        raise
    _finish(folder, gan, history, recipe.name)


class Progress(keras.callbacks.Callback):
    """Prints how far an epoch is, where there is no terminal for Keras's bar and an epoch takes long."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        # No plain data, which a checkpoint would keep.
        self._now = SimpleNamespace(epoch=epoch + 1, clock=perf_counter())

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Prints a line where none was printed for ten seconds."""
        if perf_counter() - self._now.clock >= _QUIET_S:
            self._now.clock, share = perf_counter(), (batch + 1) / self.params["steps"]
            print(f"Epoch {self._now.epoch}/{self.params['epochs']}: {share:.0%}", flush=True)


def _say_updates(recipe: Recipe, num_images: int, batch_size: int, epochs: int) -> None:
    """Says how much training that is, beside the recipe's own."""
    updates = recipe.updates_for(num_images, batch_size, epochs)
    print(f"Updates of the generator: {updates:,}; by the recipe itself: {recipe.updates:,}.")
    if updates * _FEW <= recipe.updates:
        needed = -(-recipe.updates * epochs // updates)
        print(f"With so few, samples may stay noise. `--epochs {needed}` makes as many as the recipe.")
    sys.stdout.flush()


def _say_enough(folder: RunFolder) -> None:
    trained = folder.record["epochs_trained"]
    print(f"This run has had its {trained} epochs; a larger --epochs trains on.")


def _finish(folder: RunFolder, gan: GAN, history: keras.callbacks.History, name: str) -> None:
    trained = len(history.epoch)
    folder.record |= {"epochs": max(folder.record["epochs"], trained), "epochs_trained": trained}
    if not folder.begun:
        _say_enough(folder)
    folder.write_metrics(history)
    folder.write_samples(gan, trained)
    film = folder.write_movie(name)
    with writing(folder.gan_file) as part:
        gan.save(part)
    folder.write_record(complete=True)
    print(f"'{folder.path}' holds gan.keras, movie{film.suffix}, metrics.csv, samples/ and run.json.")


def _images(name: str, size: int | None, skip_broken: bool) -> Dataset:
    """Loads the images of `--data`, a name or a path."""
    if name not in LABEL_NAMES and not Path(name).expanduser().exists():
        raise unknown_option("--data", name, [*LABEL_NAMES, "the path of a folder of pictures"])
    images = load_images(name, size=size, skip_broken=skip_broken)
    if images.sample_shape[-1] not in (1, 3):
        raise bad_value(
            "Images have 1 or 3 channels", Shown(f"{images.sample_shape[-1]} in '{name}'"), "Convert them"
        )
    return images
