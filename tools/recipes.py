"""Writes the table of recipes into docs/recipes.md: `python -m tools.recipes`, after a change of a recipe."""

from ground.files import ROOT, write
from keras_gan.recipes.catalogue import RECIPES

PAGE = ROOT / "docs" / "recipes.md"
_HEAD = "| recipe | what it is | images | batch | length | source |\n|---|---|---|---|---|---|\n"


def with_table(text: str) -> str:
    """Returns the page with its one table as the records have it."""
    lines = []
    for recipe in RECIPES.values():
        images = f"{recipe.data}, {recipe.image_shape[0]} x {recipe.image_shape[1]}"
        length = f"{recipe.epochs} epochs" if recipe.epochs else f"{recipe.steps:,} steps"
        row = (f"`{recipe.name}`", recipe.title, images, str(recipe.batch_size), length, recipe.source)
        lines.append(f"| {' | '.join(row)} |\n")
    before, _, rest = text.partition("| recipe |")
    after = rest[rest.index("\n\n") :]
    return f"{before}{_HEAD}{''.join(lines).rstrip()}{after}"


if __name__ == "__main__":
    write(PAGE, with_table(PAGE.read_text(encoding="utf-8")))
