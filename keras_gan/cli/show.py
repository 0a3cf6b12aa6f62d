"""The commands `list` and `info`, which print tables."""

import sys
from argparse import Namespace
from typing import Any

from rich.console import Console
from rich.table import Table

from keras_gan.cli.titles import TITLES

_FACTS = ("learning_rate", "momentum", "beta_1", "beta_2", "rho", "epsilon")
_NO_WRAPPING = 10_000  # columns
_FEW = 500  # as many pictures as a folder of one's own may hold


def show_list(arguments: Namespace) -> None:
    """Prints a line a recipe."""
    table = _table("recipe", "what it is")
    for name, title in TITLES.items():
        table.add_row(name, title)
    _print(table)


def show_info(arguments: Namespace) -> None:
    """Prints all about one recipe: where it comes from, how it trains, its layers."""
    from keras_gan.recipes.catalogue import get_recipe

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
        "updates": f"{recipe.updates:,} of the generator; on {_FEW} images {recipe.updates_for(_FEW):,}",
        "z": f"{gan.latent_dim} numbers, {recipe.latent}",
        "loss": str(recipe.loss),
        "penalty": str(recipe.penalty or "none"),
        "options": ", ".join(f"{name}={value!r}" for name, value in recipe.options.items()) or "none",
        "optimizers": f"generator {_optimizer(gan.generator_optimizer)}, "
        f"discriminator {_optimizer(gan.discriminator_optimizer)}",
    }
    table = _table("recipe", recipe.name)
    for row in facts.items():
        table.add_row(*row)
    _print(table, _layers(gan.generator), _layers(gan.discriminator))


def _layers(network: Any) -> Table:
    """A line a layer of a `keras.Model`, and their sum."""
    table = _table(network.name, "layer", "output", "parameters", show_footer=True)
    for layer in network.layers:
        output = " x ".join(map(str, layer.output.shape[1:]))
        table.add_row(layer.name, type(layer).__name__, output, f"{layer.count_params():,}")
    table.columns[0].footer, table.columns[3].footer = "total", f"{network.count_params():,}"
    table.columns[3].justify = "right"
    return table


def _table(*headings: str, show_footer: bool = False) -> Table:
    table = Table(*headings, box=None, show_footer=show_footer, pad_edge=False, padding=(0, 2, 0, 0))
    table.header_style, table.footer_style = "bold", "bold"
    table.columns[0].no_wrap = True
    return table


def _print(*tables: Table) -> None:
    """Prints for the terminal; where there is none, plain lines, each as long as it is."""
    shown = sys.stdout.isatty()
    console = Console(
        width=None if shown else _NO_WRAPPING,
        force_terminal=shown,  # whatever the variable FORCE_COLOR says
        markup=False,
        emoji=False,
        highlight=False,
    )
    for number, table in enumerate(tables):
        with console.capture() as captured:
            console.print(table)
        if number:
            print()
        print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _optimizer(optimizer: Any) -> str:
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
