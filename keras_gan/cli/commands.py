"""What each sub-command of the command line does, from arguments that it has parsed."""

import sys
import textwrap
import zipfile
from argparse import Namespace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import keras

from keras_gan._checks import Shown, bad_value, check_count, check_folder, check_seed, shorten, unknown_option
from keras_gan.cli.run_folder import Recorder, RunFolder, picture, read_record
from keras_gan.data.dataset import Dataset
from keras_gan.data.images import LABEL_NAMES, SUFFIXES, load_images
from keras_gan.recipes.catalogue import RECIPES, get_recipe
from keras_gan.training.gan import GAN

_WIDTH = 80
_FACTS = ("learning_rate", "momentum", "beta_1", "beta_2", "rho", "epsilon")


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
    part = folder.path / ".gan.part.keras"
    gan.save(part)
    part.replace(folder.gan_file)
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


def show_list(arguments: Namespace) -> None:
    """Prints a line a recipe."""
    for recipe in RECIPES.values():
        print(f"{recipe.name:<21}{recipe.title}")


def show_info(arguments: Namespace) -> None:
    """Prints all about one recipe: where it comes from, how it trains, its layers."""
    recipe = get_recipe(arguments.recipe)
    shape = recipe.image_shape
    gan = recipe.build(shape)
    length = f"{recipe.epochs} epochs" if recipe.epochs else f"{recipe.steps:,} steps"
    facts = {
        "title": recipe.title,
        "source": recipe.source,
        "differs": recipe.differs,
        "data": f"{recipe.data}, {' x '.join(map(str, shape))}, pixels in {list(recipe.value_range)}",
        "training": f"batches of {recipe.batch_size}, {length}",
        "z": f"{gan.latent_dim} numbers, {recipe.latent}",
        "loss": str(recipe.loss),
        "penalty": str(recipe.penalty or "none"),
        "options": ", ".join(f"{name}={value!r}" for name, value in recipe.options.items()) or "none",
        "optimizers": f"generator {_optimizer(gan.generator_optimizer)}, "
        f"discriminator {_optimizer(gan.discriminator_optimizer)}",
    }
    for name, text in facts.items():
        lines = textwrap.wrap(text, _WIDTH - 12, break_long_words=False, break_on_hyphens=False)
        print("\n".join(f"{start:<12}{line}" for start, line in zip_longest([name], lines, fillvalue="")))
    for network in (gan.generator, gan.discriminator):
        print(f"\n{network.name:<46}{'output':<18}{'parameters':>16}")
        for layer in network.layers:
            output = " x ".join(map(str, layer.output.shape[1:]))
            kind = type(layer).__name__
            print(f"  {layer.name:<24}{kind:<20}{output:<18}{layer.count_params():>16,}".rstrip())
        print(f"  {'total':<62}{network.count_params():>16,}")


def _optimizer(optimizer: keras.optimizers.Optimizer) -> str:
    config = optimizer.get_config()
    return (
        f"{type(optimizer).__name__}({', '.join(_fact(name, config) for name in _FACTS if name in config)})"
    )


def _fact(name: str, config: dict[str, Any]) -> str:
    value = config[name]
    if isinstance(value, dict):  # a schedule
        inner = ", ".join(f"{key}={x:g}" for key, x in value["config"].items() if isinstance(x, float | int))
        return f"{name}={value['class_name']}({inner})"
    return f"{name}={value:g}"


def sample(arguments: Namespace) -> None:
    """Draws samples from a trained run into one picture."""
    gan, path = _trained(Path(arguments.run)), Path(arguments.output)
    check_count("--num", arguments.num)
    if path.suffix.lower() not in SUFFIXES:
        raise unknown_option("suffix of --output", path.suffix, SUFFIXES)
    check_folder("--output", path.parent, exists=True)
    picture(gan, gan.sample(arguments.num, seed=check_seed(arguments.seed))).save(path)
    print(f"'{path}' holds {arguments.num} samples.")


def export(arguments: Namespace) -> None:
    """Writes the generator alone, for use without this package."""
    gan, path = _trained(Path(arguments.run)), Path(arguments.output)
    check_folder("--output", path.parent, exists=True)
    if path.suffix == ".keras":
        gan.generator.save(path)
    elif path.name.endswith(".weights.h5"):
        gan.generator.save_weights(path)
    elif not path.suffix:
        gan.generator.export(path, verbose=False)
    else:
        raise bad_value(
            "`--output` ends in `.keras` or `.weights.h5`, or has no suffix for a SavedModel folder",
            Shown(f"'{path}'"),
            "Choose one of them",
        )
    span = "standard normal" if gan.options.latent == "normal" else "uniform on [-1, 1)"
    print(f"'{path}' holds the generator; its z has {gan.latent_dim} numbers, {span}.")


def _trained(path: Path) -> GAN:
    """Loads the GAN of a run's folder, or of its file."""
    if not path.exists():
        raise FileNotFoundError(
            str(bad_value("A run is a folder or a file", Shown(f"'{path}', which is not there"), "Check it"))
        )
    if path.is_dir():
        record, folder, path = read_record(path), path, path / "gan.keras"
        if not path.exists():
            raise bad_value(
                "Samples come from a run that has ended",
                Shown(f"'{folder}' after {record.get('epochs_trained')} of {record.get('epochs')} epochs"),
                "Give its `train` command again, which goes on",
            )
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError("no `.keras` file")
        gan = keras.saving.load_model(path)
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
        reason = shorten(" ".join(str(error).split()))
        raise bad_value(
            "A file of a run is the `gan.keras` that `train` wrote", Shown(f"'{path}' ({reason})"), "Name it"
        ) from error
    if not isinstance(gan, GAN):
        raise bad_value(
            "A file of a run is the `gan.keras` that `train` wrote",
            Shown(f"'{path}', which holds a {type(gan).__name__}"),
            "Name the folder of the run",
        )
    return gan
