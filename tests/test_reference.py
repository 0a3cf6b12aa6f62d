"""The reference as a reader sees it: every public name and member stands on the built pages, explained."""

import ast
import inspect
import logging
import re
import shutil
import textwrap
from types import ModuleType

import keras
import pytest

import keras_gan as kg
from ground.files import ROOT

ROOMS = [name for name in kg.__all__ if isinstance(getattr(kg, name), ModuleType)]
NAMES = [(room, name) for room in ROOMS for name in getattr(kg, room).__all__]
CLASSES = [(room, name) for room, name in NAMES if inspect.isclass(getattr(getattr(kg, room), name))]
OF_KERAS = {
    *dir(keras.Model),
    *dir(keras.layers.Dense),
    *vars(keras.Sequential()),
    "train_function",
    "optimizer",
}

pytestmark = pytest.mark.filterwarnings("ignore")  # those of MkDocs and its plugins


ENTRY = re.compile(r'<h[34] id="(keras_gan[^"]+)" class="doc doc-heading">(.*?)</h[34]>', re.DOTALL)
LABELS = re.compile(r'<span class="doc doc-labels">.*?</span>|<a .*?</a>', re.DOTALL)
SIGNATURE = re.compile(r'<div class="doc-signature.*?</div>', re.DOTALL)
ITEM = re.compile(r'<li class="doc-section-item.*?</li>', re.DOTALL)


class Page:
    """What a page of the reference shows, by anchor: heading, explanation, and what its lists explain."""

    def __init__(self, html):
        _, *parts = ENTRY.split(html.partition("</article>")[0])
        entries = list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))
        self.headings = {anchor: _text(LABELS.sub("", heading)) for anchor, heading, _ in entries}
        self.explained = {anchor: _text(SIGNATURE.sub("", below)) for anchor, _, below in entries}
        self.items = {anchor: {*_listed(below)} for anchor, _, below in entries}


def _text(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def _listed(html):
    """Names in lists of arguments and attributes that have a text behind them."""
    for item in ITEM.findall(html):
        names, _, text = _text(item).partition("–")
        if text.strip():
            yield from re.findall(r"\w+", names)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The built reference, a page a room; other pages of the site are stubs, so that links to them hold."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    folder = tmp_path_factory.mktemp("reference")
    shutil.copytree(ROOT / "docs" / "reference", folder / "docs" / "reference")
    config = load_config(
        str(ROOT / "mkdocs.yml"), docs_dir=str(folder / "docs"), site_dir=str(folder / "site"), strict=True
    )
    config.validation.links.anchors = logging.INFO  # the stubs have none
    for page in _pages(config.nav):
        path = folder / "docs" / page
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("# Another page\n", encoding="utf-8")
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    built = folder / "site" / "reference"
    return {room: Page((built / f"{room}.html").read_text(encoding="utf-8")) for room in ROOMS}


def _pages(nav):
    for entry in nav:
        for value in entry.values():
            yield from _pages(value) if isinstance(value, list) else [value]


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_has_a_page_with_its_names_as_a_reader_reaches_them(pages, room):
    whole = {
        found[1]: text
        for anchor, text in pages[room].headings.items()
        if (found := re.fullmatch(rf"keras_gan\.{room}\.(\w+)(\.\1)?", anchor))
    }
    expected = {
        name: f"kg.{name}" if name in kg.__all__ else f"kg.{room}.{name}"
        for name in getattr(kg, room).__all__
    }
    assert whole == expected


@pytest.mark.parametrize(("room", "name"), NAMES)
def test_each_name_is_explained(pages, room, name):
    anchors = [f"keras_gan.{room}.{name}", f"keras_gan.{room}.{name}.{name}"]  # in a file of its name
    assert any(pages[room].explained.get(anchor) for anchor in anchors)


def own_bases(kind):
    """The class and those of its bases that are defined here."""
    return [base for base in kind.__mro__ if base.__module__.startswith("keras_gan")]


def members(kind):
    """Public methods and properties, and public attributes, of a class and its bases that are ours."""
    called, held = set(), set()
    for base in own_bases(kind):
        for name, value in vars(base).items():
            method = inspect.isfunction(value) or isinstance(value, classmethod | staticmethod | property)
            (called if method else held).add(name)
        held |= set(vars(base).get("__annotations__", ()))
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(base)))):
            stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
            if stored and isinstance(node.value, ast.Name) and node.value.id == "self":
                held.add(node.attr)
    held -= OF_KERAS | called
    return [sorted(name for name in names if not name.startswith("_")) for names in (called, held)]


@pytest.mark.parametrize(("room", "name"), CLASSES)
def test_each_member_is_explained(pages, room, name):
    page, kind = pages[room], getattr(getattr(kg, room), name)
    called, held = members(kind)
    own, *bases = (f"keras_gan.{room}.{base.__name__}" for base in own_bases(kind))
    assert [member for member in called if not page.explained.get(f"{own}.{member}")] == []
    listed = set().union(*(page.items.get(base, set()) for base in (own, *bases)))
    assert [member for member in held if member not in listed] == [], "name them under Args or Attributes"


def test_the_gan_shows_what_a_user_calls(pages):
    shown = {anchor.rpartition(".")[2] for anchor in pages["training"].headings if ".GAN." in anchor}
    assert shown >= {"compile", "fit", "training_step", "restart", "sample", "draw_z", "evaluate", "predict"}
    assert shown >= {"save", "seed", "state", "steps_taken", "latent_dim", "num_classes", "metrics"}
