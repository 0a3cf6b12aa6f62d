"""The gallery: which runs it shows, and its page, made from what `tools.recording` has stored of them."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ground.files import ROOT, read_json

SEED = 0
LIMIT = 400_000  # bytes of a card: film, poster and record
MEASURES = {
    "frechet": "Fréchet distance",
    "precision": "precision",
    "recall": "recall",
    "class_kl": "class KL, nats",
    "memorised": "memorised share",
}
NAMES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}
SIZES = {"mnist": 60_000, "fashion_mnist": 60_000, "cifar10": 50_000}
_HEAD = """# Gallery

Runs of the recipes that this course's [sources](sources.md) ask for, one seed each. A film shows what the
generator makes of the same 25 `z` from epoch to epoch: the first 25, not the best. No film starts by itself.

{devices} Where a run ended before its source does, its card says so. The time is by the clock, whatever else
the machine did meanwhile.

A number stands beside what real images get, the floor of a distance and the ceiling of a share, and beside
what noise gets. [Lesson 16b](lessons/16b_measuring_samples.md) says what each number sees; where noise
gets what real images get, the number is blind to it. The features come from a small network that was trained
on the same data, so distances of two data sets can't be compared. And one run says little about the next:
what holds over seeds stands in [the ledger](claims.md).

The command of a card trains the same recipe from the same seed; given again, it goes on where it was cut off.
Another backend or another device draws and rounds otherwise: what it trains is another run of the recipe.
`python -m tools.recording NAME` runs it, measures, and makes the card anew.
"""


@dataclass(frozen=True)
class Entry:
    """A run: a recipe, its images, how many epochs it gets, and what there is to see.

    Attributes:
        epochs: None for as many as its source has.
    """

    recipe: str
    data: str
    epochs: int | None = None
    note: str = ""


ENTRIES = {
    "vanilla_assignment": Entry("vanilla_assignment", "mnist"),
    "vanilla_tensorflow": Entry(
        "vanilla_tensorflow",
        "mnist",
        note="A million steps, as many as its source's loop counts, do not help it. Early on it draws nearly"
        " every digit; then one after the other goes, until nearly all of the 25 are ones; and close to"
        " the end the discriminator wins and the generator breaks down to one pattern of dots, farther "
        "from digits than noise. [Mode collapse](lessons/10a_mode_collapse.md), then [failure to "
        "converge](lessons/09a_failure_to_converge_by_hand.md), in a single run.",
    ),
    "udacity_mlp": Entry("udacity_mlp", "mnist"),
    "deep_mlp": Entry("deep_mlp", "mnist"),
    "deep_mlp_fashion_mnist": Entry("deep_mlp", "fashion_mnist"),
    "deep_mlp_cifar10": Entry("deep_mlp", "cifar10"),
    "deep_mlp_batch_norm": Entry("deep_mlp_batch_norm", "mnist"),
}


def command(name: str, entry: Entry) -> str:
    """The command that trains an entry."""
    epochs = f" --epochs {entry.epochs}" if entry.epochs else ""
    return f"keras-gan train {entry.recipe} --data {entry.data}{epochs} --seed {SEED} --output runs/{name}"


def page(root: Path = ROOT) -> str:
    """The page of all cards that are stored, in the order of `ENTRIES`."""
    cards = {name: card for name in ENTRIES if (card := stored(name, root))}
    rows = ["| run | how far | Fréchet distance | real images | noise |", "|---|---|---|---|---|"]
    for name, card in cards.items():
        scores = " | ".join(map(_text, card["scores"]["frechet"]))
        rows.append(f"| [{_name(card)}](#{name}) | {_length(card)} | {scores} |")
    head = _HEAD.format(devices=_devices(list(cards.values())))
    return "\n".join([head, *rows, "", *(_card(name, card) for name, card in cards.items())])


def stored(name: str, root: Path) -> dict[str, Any]:
    """The record of a run; empty where there is none."""
    return read_json(root / "docs" / "gallery" / name / "run.json")


def quotation(name: str, card: dict[str, Any], docs: str = "") -> str:
    """A recorded run below the prose of a lesson: how far it went, how good it is, and its film.

    Args:
        name: The entry's.
        card: Its record.
        docs: Where the site's pages lie, as seen from the lesson's; without it there is no film and no link.
    """
    run, real, noise = map(_text, card["scores"]["frechet"])
    told = (
        f"> **Recorded, {_name(card)}: {_length(card)}** in {_clock(card['wall_time_s'])} on "
        f"{_machine(card)}. Fréchet distance {run}, of real images {real}, of noise {noise}. "
    )
    if not docs:
        return f"{told}The film is in the gallery of the course's site."
    return f"{told}[All about this run]({docs}gallery.md#{name})\n\n{_video(name, card, docs)}"


def _card(name: str, card: dict[str, Any]) -> str:
    """A run: what it is, its film, how far it went, how good it is, and how to repeat it."""
    whole = card["epochs_trained"] >= card["epochs_of_source"]
    told, scores = card["measured_with"], card["scores"]
    rows = ["| measure | this run | real images | noise |", "|---|---|---|---|"]
    rows += [f"| {title} | {' | '.join(map(_text, scores[key]))} |" for key, title in MEASURES.items()]
    return "\n\n".join(
        [
            f"## {_name(card)} {{#{name}}}",
            f"{card['title'][:1].upper()}{card['title'][1:]}. Source: {card['source']}.",
            _video(name, card),
            f"**{_length(card)}** in {_clock(card['wall_time_s'])}, on {_machine(card)}. "
            + ("As long as its source." if whole else "Its source goes on."),
            *filter(None, [ENTRIES[name].note]),
            "\n".join(rows),
            f"{told['num_samples']:,} samples a side; {told['feature_size']} features of a classifier "
            f"with {told['accuracy']:.1%} right on {told['num_test']:,} test images.",
            f"```\n{card['command']}\n```",
            _provenance(name, card),
        ]
    )


def _provenance(name: str, card: dict[str, Any]) -> str:
    """Date, data, versions, losses, and what differs from the source."""
    images, data = f"{card['num_images']:,}", card["data"]
    if card["num_images"] != SIZES.get(data, card["num_images"]):
        images += f" of the {SIZES[data]:,}"
    versions = ", ".join(f"{key} {value}" for key, value in card["versions"].items())
    losses = ", ".join(f"`{key}` {value:.3f}" for key, value in card["losses"].items())
    return (
        f"Made on {card['date']} from {images} training images of {NAMES.get(data, data)}, batches of "
        f"{card['batch_size']}, seed {card['seed']}; {versions}. Means of the last epoch: {losses}. "
        f"What differs from the source: {card['differs']} [The whole record](gallery/{name}/run.json)\n"
    )


def _video(name: str, card: dict[str, Any], docs: str = "") -> str:
    """A film that waits for the reader, behind the picture that it ends with."""
    film, folder = card["film"], f"{docs}gallery/{name}"
    caption = (
        f"25 samples from the same z, in {film['pictures']} pictures from noise to epoch "
        f"{card['epochs_trained']:,}."
    )
    read = f"A classifier reads the last ones, row by row, as {', '.join(card['read_as'])}."
    return (
        f'<figure class="lesson">\n<video controls muted playsinline preload="none" '
        f'width="{film["width"]}" height="{film["height"]}" poster="{folder}/poster.webp" '
        f'src="{folder}/film.mp4" aria-label="{html.escape(f"{caption} {read}")}"></video>\n'
        f"<figcaption>{html.escape(caption)}</figcaption>\n</figure>"
    )


def _name(card: dict[str, Any]) -> str:
    return f"{card['recipe']} on {NAMES.get(card['data'], card['data'])}"


def _length(card: dict[str, Any]) -> str:
    return f"{card['epochs_trained']:,} of {card['epochs_of_source']:,} epochs"


def _machine(card: dict[str, Any]) -> str:
    processor = f"{card['hardware']['processor']}, {card['hardware']['cores']} cores"
    return f"a CPU ({processor})" if card["device"] == "cpu" else f"a GPU ({card['device']})"


def _devices(cards: Sequence[dict[str, Any]]) -> str:
    number = sum(card["device"] != "cpu" for card in cards)
    return f"{number} of these {len(cards)} runs had a GPU." if number else "All of them ran on a CPU."


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _text(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
