"""The gallery: its page from a made-up record, its committed cards, and a run recorded from end to end."""

import io
import json
import re
import shlex
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

import keras_gan as kg
from ground.files import ROOT, write
from keras_gan.cli.main import _parser
from tools.build import main as build
from tools.gallery import ENTRIES, LIMIT, MEASURES, Entry, command, page, stored

CARD = {
    "recipe": "deep_mlp",
    "data": "cifar10",
    "num_images": 10_000,
    "image_shape": [32, 32, 3],
    "batch_size": 64,
    "seed": 7,
    "epochs_trained": 3,
    "epochs_of_source": 100,
    "title": "three hidden layers",
    "source": "a README",
    "differs": "The discriminator returns logits.",
    "wall_time_s": 200.4,
    "device": "cpu",
    "hardware": {"processor": "Made Up", "cores": 2},
    "versions": {"python": "3.11.9", "keras": "3.15.1"},
    "losses": {"d_loss": 1.25, "g_loss": 0.5},
    "scores": {name: [1234.5, 0.0625, 2.0] for name in MEASURES},
    "measured_with": {"num_samples": 1000, "feature_size": 64, "accuracy": 0.555, "num_test": 2000},
    "read_as": ["cat", "a < b"],
    "command": "keras-gan train deep_mlp --data cifar10 --epochs 3 --seed 7 --output runs/deep_mlp_cifar10",
    "date": "2026-01-02",
    "film": {"pictures": 4, "width": 448, "height": 480},
}
STORED = sorted((ROOT / "docs" / "gallery").glob("*/run.json"))
each_stored = pytest.mark.parametrize("path", STORED, ids=lambda path: path.parent.name)


def made_up(root, **changes):
    """The page of one card that says `CARD`, but for the changes."""
    write(root / "docs" / "gallery" / "deep_mlp_cifar10" / "run.json", json.dumps({**CARD, **changes}))
    return page(root)


class _Films(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.films, self.captions = [], text.count("<figcaption>")
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "video":
            self.films.append(dict(attributes))


def test_page_says_what_the_record_says(tmp_path):
    text = made_up(tmp_path)
    for told in (
        "| [deep_mlp on CIFAR-10](#deep_mlp_cifar10) | 3 of 100 epochs | 1,234 | 0.0625 | 2 |",
        "## deep_mlp on CIFAR-10 {#deep_mlp_cifar10}",
        "Three hidden layers. Source: a README.",
        "**3 of 100 epochs** in 3 min 20 s, on a CPU (Made Up, 2 cores). Its source goes on.",
        "1,000 samples a side; 64 features of a classifier with 55.5% right on 2,000 test images.",
        f"```\n{CARD['command']}\n```",
        "Made on 2026-01-02 from 10,000 of the 50,000 training images of CIFAR-10, batches of 64, seed 7; "
        "python 3.11.9, keras 3.15.1. Means of the last epoch: `d_loss` 1.250, `g_loss` 0.500.",
        "The discriminator returns logits. [The whole record](gallery/deep_mlp_cifar10/run.json)",
        "All of them ran on a CPU.",
    ):
        assert told in text
    assert all(f"| {title} | 1,234 | 0.0625 | 2 |" in text for title in MEASURES.values())


def test_page_says_what_a_whole_run_on_a_gpu_was(tmp_path):
    text = made_up(tmp_path, device="GPU 9000", epochs_trained=100, num_images=50_000, wall_time_s=59.6)
    assert "**100 of 100 epochs** in 1 min 0 s, on a GPU (GPU 9000). As long as its" in text
    assert "from 50,000 training images of CIFAR-10" in text
    assert "1 of these 1 runs had a GPU." in text


def test_a_film_waits_for_the_reader_and_is_told_in_words(tmp_path):
    (film,), captions = vars(_Films(made_up(tmp_path)))["films"], _Films(page(tmp_path)).captions
    assert captions == 1
    assert {"controls", "muted", "playsinline"} <= set(film)
    assert not {"autoplay", "loop"} & set(film), "what moves by itself disturbs who asked for less motion"
    assert film["preload"] == "none"
    assert (film["src"], film["poster"]) == tuple(
        f"gallery/deep_mlp_cifar10/{name}" for name in ("film.mp4", "poster.webp")
    )
    assert film["aria-label"] == (
        "25 samples from the same z, in 4 pictures from noise to epoch 3. "
        "A classifier reads the last ones, row by row, as cat, a < b."
    )


def test_the_build_makes_the_page_where_there_are_cards(tmp_path):
    write(tmp_path / "pyproject.toml", '[tool.course]\npackage = "keras-gan"\n')
    assert build([], tmp_path) == 0
    assert not (tmp_path / "docs" / "gallery.md").exists()
    text = made_up(tmp_path)
    assert build([], tmp_path) == 0
    assert (tmp_path / "docs" / "gallery.md").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_is_a_recipe_and_a_command(name):
    entry = ENTRIES[name]
    program, *arguments = shlex.split(command(name, entry))
    asked = _parser(program).parse_args(arguments)
    assert (asked.recipe, asked.data, asked.epochs) == (entry.recipe, entry.data, entry.epochs)
    assert asked.output == f"runs/{name}"
    assert entry.recipe in kg.RECIPES


def test_the_run_whose_note_says_that_it_breaks_down_did():
    card = stored("vanilla_tensorflow", ROOT)
    (fake, _, noise), (recall, *_) = card["scores"]["frechet"], card["scores"]["recall"]
    assert card["epochs_trained"] == card["epochs_of_source"]
    assert fake > noise
    assert recall == 0
    assert card["losses"]["d_fake"] < 0.05 < 0.95 < card["losses"]["d_real"]
    assert len(set(card["read_as"])) == 1
    assert "the generator breaks down" in page()


def test_there_are_cards():
    assert STORED
    assert {path.parent.name for path in STORED} <= set(ENTRIES)


@each_stored
def test_a_card_is_small_and_has_its_three_files_only(path):
    files = {file.name: file.stat().st_size for file in path.parent.iterdir()}
    assert set(files) == {"film.mp4", "poster.webp", "run.json"}
    assert sum(files.values()) <= LIMIT


@each_stored
def test_a_card_is_that_of_its_recipe_and_command(path):
    card = json.loads(path.read_text(encoding="utf-8"))
    recipe = kg.get_recipe(card["recipe"])
    for name in ("title", "source", "differs", "batch_size"):
        assert card[name] == getattr(recipe, name), "record it again"
    assert card["epochs_of_source"] == recipe.epochs_for(card["num_images"], card["batch_size"])
    program, *arguments = shlex.split(card["command"])
    asked = _parser(program).parse_args(arguments)
    assert (asked.recipe, asked.data, asked.seed) == (card["recipe"], card["data"], card["seed"])
    assert (asked.epochs or card["epochs_of_source"]) == card["epochs_trained"]
    assert asked.output == f"runs/{path.parent.name}"
    assert set(CARD) == set(card)
    assert len(card["read_as"]) == 25
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|tmp|work)\b", text)


@each_stored
def test_a_card_beats_noise_or_says_so_and_never_its_floor(path):
    fake, real, noise = json.loads(path.read_text(encoding="utf-8"))["scores"]["frechet"]
    assert 0 <= real < fake
    says_so = "farther from digits than noise" in ENTRIES[path.parent.name].note
    assert (fake >= noise) == says_so


def pictures_of_noise(folder, num):
    rng, paths = np.random.default_rng(0), []
    for epoch in range(num):
        paths.append(folder / f"epoch_{epoch:04d}.png")
        Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(paths[-1])
    return paths


def test_a_film_that_is_too_large_loses_pictures_and_keeps_the_first_and_the_last(tmp_path):
    av = pytest.importorskip("av")
    from tools.recording import film_of

    paths = pictures_of_noise(tmp_path, 12)
    whole, poster = film_of(paths)
    assert (whole.num_frames, whole.size, poster[:4]) == (12, (64, 96), b"RIFF")
    limit = len(whole.data) // 2
    less, same = film_of(paths, limit)
    assert len(less.data) <= limit
    assert 1 < less.num_frames < 12
    assert same == poster
    with av.open(io.BytesIO(less.data)) as film:
        shown = [frame.to_ndarray(format="rgb24")[:64].astype(float) for frame in film.decode(video=0)]
    kept = [np.asarray(Image.open(path), float) for path in paths]
    nearest = [int(np.argmin([np.abs(frame - picture).mean() for picture in kept])) for frame in shown]
    assert (nearest[0], nearest[-1]) == (0, 11)
    assert nearest == sorted(set(nearest))


@pytest.mark.filterwarnings("ignore")
def test_a_run_becomes_a_card(tmp_path, capsys):
    pytest.importorskip("av")
    from tools.recording import record

    entry = Entry("vanilla_assignment", "digits", 2)
    card = record("made_up", entry, tmp_path)
    told = json.loads((card / "run.json").read_text(encoding="utf-8"))
    assert set(told) == set(CARD)
    assert (told["recipe"], told["epochs_trained"], told["epochs_of_source"]) == (entry.recipe, 2, 30)
    assert told["film"] == {"pictures": 3, "width": 440, "height": 472}
    assert set(told["read_as"]) <= set("0123456789")
    images = kg.load_images("digits")
    same = kg.metrics.sample_report(images.test, images, kg.load_classifier(images))
    assert told["measured_with"]["num_samples"] == same.num_samples
    fake, real, noise = told["scores"]["frechet"]
    assert (real, noise) == pytest.approx(same.frechet[1:], rel=1e-4)
    assert fake > real
    assert "2 epochs" in capsys.readouterr().out
    record("made_up", entry, tmp_path)
    assert "epochs" not in capsys.readouterr().out  # nothing is trained
    assert json.loads((card / "run.json").read_text(encoding="utf-8")) == told
    shutil.rmtree(tmp_path / "runs" / "made_up" / "checkpoint")  # as where it was trained elsewhere
    record("made_up", entry, tmp_path)
    assert json.loads((card / "run.json").read_text(encoding="utf-8")) == told
    record("made_up", Entry("vanilla_assignment", "digits", 3), tmp_path)
    assert "3 epochs, in 'runs/made_up'" in capsys.readouterr().out
    assert json.loads((card / "run.json").read_text(encoding="utf-8"))["epochs_trained"] == 3
