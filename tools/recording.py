"""Records runs for the gallery: `python -m tools.recording NAME ...`.

It trains a run by the command line, measures its generator, makes its film, and the gallery's page anew.
"""

import argparse
import csv
import io
import json
import shlex
import sys
from contextlib import chdir
from datetime import date
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import keras_gan as kg
from ground.files import ROOT, read_json, write
from keras_gan.cli.main import main as keras_gan
from keras_gan.plots.movie import Movie
from tools.gallery import ENTRIES, MEASURES, Entry, command, page

NUM_SAMPLES, SAMPLE_SEED = 2_000, 1
FILM_LIMIT = 330_000  # bytes; the poster and the record have the rest of a card's
_STRIP = 32  # pixels below a picture, for its epoch


def record(name: str, entry: Entry, root: Path = ROOT) -> Path:
    """Trains an entry, or goes on with it, measures its last generator, and writes its card.

    Returns:
        The folder docs/gallery/NAME: film.mp4, poster.webp, and run.json, from which the page is made.

    Raises:
        SystemExit: The training was stopped, or failed; what it said stands above.
        ValueError: PyAV is not installed, which makes the film.
    """
    line = command(name, entry)
    run, card = root / "runs" / name, root / "docs" / "gallery" / name
    if not _is_complete(run, entry):
        with chdir(root):
            if status := keras_gan(shlex.split(line)[1:]):
                raise SystemExit(status)
    told = _told(run)
    film, poster = film_of(sorted((run / "samples").glob("epoch_*.png"), key=_epoch))
    facts = {**_facts(told), "losses": _losses(run), **_measured(run, told)}
    facts |= {"command": line, "date": date.today().isoformat()}
    facts["film"] = {"pictures": film.num_frames, "width": film.size[0], "height": film.size[1]}
    card.mkdir(parents=True, exist_ok=True)
    film.save(card / "film.mp4")
    write(card / "poster.webp", poster)
    write(card / "run.json", json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    return card


def _told(run: Path) -> dict[str, Any]:
    """What a run says of itself."""
    return read_json(run / "run.json")


def _is_complete(run: Path, entry: Entry) -> bool:
    """Whether the run needs no more training: it may have had it elsewhere, and lack its checkpoints."""
    told = _told(run) if (run / "gan.keras").exists() else {}
    return told.get("complete", False) and told["epochs"] == (entry.epochs or _epochs_of_source(told))


def _epochs_of_source(told: dict[str, Any]) -> int:
    return kg.get_recipe(told["recipe"]).epochs_for(told["num_images"], told["batch_size"])


def _facts(told: dict[str, Any]) -> dict[str, Any]:
    """What was run, on what, and how far."""
    recipe = kg.get_recipe(told["recipe"])
    start = told["starts"][-1]  # there may be several; the last one ended
    kept = ("recipe", "data", "num_images", "image_shape", "batch_size", "seed", "epochs_trained")
    return {
        **{key: told[key] for key in kept},
        "epochs_of_source": _epochs_of_source(told),
        "title": recipe.title,
        "source": recipe.source,
        "differs": recipe.differs,
        "wall_time_s": told["wall_time_s"],
        "device": start["hardware"]["accelerator"] or "cpu",
        "hardware": {key: start["hardware"][key] for key in ("processor", "cores")},
        "versions": start["versions"],
    }


def _losses(run: Path) -> dict[str, float]:
    """The means of the last epoch."""
    *_, last = csv.DictReader((run / "metrics.csv").read_text(encoding="utf-8").splitlines())
    return {key: float(last[key]) for key in ("d_loss", "g_loss", "d_real", "d_fake")}


def _measured(run: Path, told: dict[str, Any]) -> dict[str, Any]:
    """What the metrics say of the last generator, and as what a classifier reads the samples of the film."""
    images, gan = kg.load_images(told["data"]), keras.saving.load_model(run / "gan.keras")
    classifier, (low, high) = kg.load_classifier(images), kg.get_recipe(told["recipe"]).value_range

    def sample(num: int, seed: int) -> NDArray[np.float32]:
        return np.clip(2 * (gan.sample(num, seed=seed) - low) / (high - low) - 1, -1, 1)

    report = kg.metrics.sample_report(sample(NUM_SAMPLES, SAMPLE_SEED), images, classifier)
    measured = ("num_samples", "feature_size", "accuracy", "num_test")
    return {
        "scores": {name: [float(f"{x:.6g}") for x in getattr(report, name)] for name in MEASURES},
        "measured_with": {name: getattr(report, name) for name in measured},
        "read_as": [images.label_names[label] for label in classifier.labels(sample(25, 0))],
    }


def film_of(pictures: list[Path], limit: int = FILM_LIMIT) -> tuple[Movie, bytes]:
    """Makes a film of `samples/epoch_0005.png` and the like.

    Returns:
        The film, of the first picture and as many as fit in `limit` bytes, at even distances up to the last;
        and the last as a WebP file.
    """
    frames = [_frame(picture) for picture in pictures]
    poster = io.BytesIO()
    frames[-1].save(poster, "WEBP", quality=80)
    for every in range(1, len(frames) + 1):
        chosen = frames[:1] + frames[:0:-every][::-1]
        # About eight seconds, whatever the number of pictures.
        film = kg.movie(np.stack(list(map(np.asarray, chosen))), scale=1, fps=max(2, len(chosen) // 8))
        if len(film.data) <= limit:
            break
    return film, poster.getvalue()


def _frame(picture: Path) -> Image.Image:
    """A picture of samples with its epoch below."""
    samples = Image.open(picture).convert("RGB")
    frame = Image.new("RGB", (samples.width, samples.height + _STRIP), "#222222")
    frame.paste(samples)
    label, font = f"after epoch {_epoch(picture)}", ImageFont.load_default(18)
    ImageDraw.Draw(frame).text((8, samples.height + 5), label, fill="white", font=font)
    return frame


def _epoch(picture: Path) -> int:
    return int(picture.stem.removeprefix("epoch_"))


def main(arguments: list[str] | None = None) -> int:
    """Records the runs that are named, and makes the page."""
    parser = argparse.ArgumentParser(prog="python -m tools.recording", description=__doc__)
    parser.add_argument("names", nargs="+", choices=ENTRIES, metavar="NAME", help=", ".join(ENTRIES))
    for name in parser.parse_args(arguments).names:
        print(record(name, ENTRIES[name]).relative_to(ROOT).as_posix(), flush=True)
    write(ROOT / "docs" / "gallery.md", page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
