"""The commands `sample` and `export`, which use the GAN of a run."""

from argparse import Namespace
from pathlib import Path

import keras

import keras_gan.networks  # noqa: F401  # the layers that a saved GAN may have
from keras_gan._checks import (
    Shown,
    bad_value,
    check_archive,
    check_new,
    shorten,
    unknown_option,
    writing,
)
from keras_gan.cli.run_folder import picture, read_record
from keras_gan.data.images import SUFFIXES
from keras_gan.training.gan import GAN


def sample(arguments: Namespace) -> None:
    """Draws samples from a trained run into one picture."""
    path = check_new("--output", arguments.output)
    if path.suffix.lower() not in SUFFIXES:
        raise unknown_option("suffix of --output", path.suffix, SUFFIXES)
    gan = _trained(arguments.run)
    samples = gan.sample(arguments.num, seed=arguments.seed)
    with writing(path) as part:
        picture(gan, samples).save(part)
    print(f"'{path}' holds {arguments.num} samples.")


def export(arguments: Namespace) -> None:
    """Writes the generator alone, for use without this package."""
    path = check_new("--output", arguments.output)
    if path.suffix and path.suffix != ".keras" and not path.name.endswith(".weights.h5"):
        raise bad_value(
            "`--output` ends in `.keras` or `.weights.h5`, or has no suffix for a SavedModel folder",
            Shown(f"'{path}'"),
            "Choose one of them",
        )
    gan = _trained(arguments.run)
    if not path.suffix:
        gan.export(path, verbose=False)
    else:
        with writing(path) as part:
            gan.generator.save(part) if path.suffix == ".keras" else gan.generator.save_weights(part)
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
    check_archive(path)
    try:
        gan = keras.saving.load_model(path)
    except Exception as error:  # foreign bytes may break the reading of a model in any way
        reason = shorten(" ".join(str(error).split()), 200)
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
