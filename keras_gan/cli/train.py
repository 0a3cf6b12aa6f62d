"""The command `train`: a recipe in a folder of its own, or the run there that goes on."""

import sys
from argparse import Namespace
from pathlib import Path

import keras

from keras_gan._checks import Shown, bad_value, check_count, check_seed, unknown_option, writing
from keras_gan.cli.run_folder import Recorder, RunFolder
from keras_gan.data.dataset import Dataset
from keras_gan.data.images import LABEL_NAMES, load_images
from keras_gan.recipes.catalogue import get_recipe
from keras_gan.training.gan import GAN


def train(arguments: Namespace) -> None:
    """Trains a recipe in a folder of its own, or goes on with the run that is there."""
    recipe = get_recipe(arguments.recipe)
    seed, data = check_seed(arguments.seed), arguments.data or recipe.data
    for name in ("epochs", "batch_size", "size"):
        if (value := getattr(arguments, name)) is not None:
            check_count(f"--{name.replace('_', '-')}", value)
    batch_size, size = arguments.batch_size or recipe.batch_size, arguments.size or recipe.size
    path = Path(arguments.output or Path("runs", recipe.name))
    run = {"recipe": recipe.name, "data": data, "size": size, "batch_size": batch_size, "seed": seed}
    folder = RunFolder(path, run)
    images = _images(data, size)
    epochs = arguments.epochs or recipe.epochs_for(len(images.train), batch_size)
    before = folder.epochs_kept()
    if before >= epochs:
        print(f"This run has had its {before} epochs; a larger --epochs trains on.")
        if folder.record.get("complete") and folder.gan_file.exists():
            return
    gan = recipe.build(images.sample_shape, seed)
    shape = images.sample_shape
    folder.write_record(complete=False, epochs=epochs, num_images=len(images.train), image_shape=shape)
    print(
        f"{recipe.name} on {len(images.train):,} images of {data}, {epochs} epochs, in '{path}'", flush=True
    )
    history = keras.callbacks.History()
    if 0 < before < epochs:
        print(f"This run goes on after epoch {before}.")
    try:
        gan.fit(
            recipe.scaled(images.train),
            batch_size=batch_size,
            epochs=epochs,
            verbose=1 if sys.stdout.isatty() else 2,
            callbacks=[history, Recorder(folder, epochs, history)],
            checkpoint=folder.checkpoint,
        )
    except KeyboardInterrupt:
        kept = folder.epochs_kept()
        folder.write_record(epochs_trained=kept)
        where = f"{kept} of {epochs} epochs are kept in '{path}'"
        print(f"\nStopped. {where}; the same command goes on after them.", file=sys.stderr)
        raise
    _finish(folder, gan, history, recipe.name)


def _finish(folder: RunFolder, gan: GAN, history: keras.callbacks.History, name: str) -> None:
    folder.write_metrics(history)
    with writing(folder.gan_file) as part:
        gan.save(part)
    film = folder.write_movie(name)
    folder.write_record(complete=True, epochs_trained=len(history.epoch))
    print(f"'{folder.path}' holds gan.keras, movie{film.suffix}, metrics.csv, samples/ and run.json.")


def _images(name: str, size: int | None) -> Dataset:
    """Loads the images of `--data`, a name or a path."""
    if name not in LABEL_NAMES and not Path(name).expanduser().exists():
        raise unknown_option("--data", name, [*LABEL_NAMES, "the path of a folder of pictures"])
    images = load_images(name, size=size)
    if images.sample_shape[-1] not in (1, 3):
        raise bad_value(
            "Images have 1 or 3 channels", Shown(f"{images.sample_shape[-1]} in '{name}'"), "Convert them"
        )
    return images
