"""The command line: `keras-gan train RECIPE`, `list`, `info`, `sample`, `export`."""

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

from keras_gan import __version__
from keras_gan._checks import check_backend, check_choice, check_count, check_path, check_seed, shorten
from keras_gan.cli.titles import TITLES

_EPILOG = """examples:
  %(prog)s train vanilla_assignment --epochs 5
  %(prog)s sample runs/vanilla_assignment --output digits.png
  %(prog)s train keras_io_dcgan --data my/pictures --output runs/pictures
"""
_TRUST = "Load only runs that you trust: a saved model holds HDF5, whose reader has had faults."
_MOST = {"epochs": 10**7, "batch_size": 10**7, "size": 1024, "num": 10_000}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        message = shorten(" ".join(message.split()), 400)
        self.exit(2, f"{self.prog}: {message}. {self.prog} --help says more.\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the framework is imported by a command that needs it.

    Args:
        argv: The arguments; those of the program where it is None.

    Returns:
        0 when all went well, 1 when something could not be read or written, 2 for a mistake in what was
        asked, 130 when the reader stopped it.

    Raises:
        SystemExit: After `--help`, with 0, and for arguments that can't be parsed, with 2.
    """
    called = "keras-gan" if Path(sys.argv[0]).stem == "keras-gan" else "python -m keras_gan"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # any name of a file can be printed
    arguments = _parser(called).parse_args(argv)
    try:
        arguments.function(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # who read our output has seen enough, as `| head` does
        _print_no_more()
        return 1
    except (ValueError, ImportError, OSError, MemoryError, ArithmeticError) as error:
        print(f"{called} {arguments.command}: {_sentence(error)}", file=sys.stderr)
        _print_no_more()
        return 2 if isinstance(error, ValueError | ImportError) else 1
    return 0


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.strerror}: '{error.filename}'." if error.filename else f"{error.strerror}."
    return f"there is not enough memory. {text}".strip() if isinstance(error, MemoryError) else text


def _print_no_more() -> None:
    """Lets Python end without a word about what standard output could not take."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser(called: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=called,
        description="Trains classic GANs by name, and draws from them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"keras-gan {__version__}")
    commands_of = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands_of)

    show_list = commands_of.add_parser("list", help="list the recipes", description="Prints a line a recipe.")
    show_list.set_defaults(function=_show_list)

    info = commands_of.add_parser(
        "info",
        help="show a recipe: its source, what differs, its layers",
        description="Shows a recipe: source, what differs from it, how it trains, layers and parameters.",
    )
    info.add_argument("recipe", metavar="RECIPE", help="a name that `list` shows")
    info.set_defaults(function=_show_info)

    sample = commands_of.add_parser(
        "sample",
        help="draw from a run into a picture",
        description=f"Draws from a run into one picture. {_TRUST}",
    )
    _add_run(sample)
    sample.add_argument("--num", type=int, default=25, help="how many; 25 by default")
    sample.add_argument("--seed", type=int, default=0, help="of z; 0 by default")
    sample.add_argument("--output", default="samples.png", help="new picture; samples.png by default")
    sample.set_defaults(function=_sample)

    export = commands_of.add_parser(
        "export",
        help="write the generator of a run as a plain Keras model",
        description="Writes the generator alone: a .keras file, a .weights.h5 file, or without a suffix a "
        f"SavedModel folder. {_TRUST}",
    )
    _add_run(export)
    export.add_argument("--output", default="generator.keras", help="new file; generator.keras by default")
    export.set_defaults(function=_export)
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="folder that `train` wrote, or its gan.keras")


def _add_train(commands_of: Any) -> None:
    train = commands_of.add_parser(
        "train",
        help="train a recipe, or go on with a run that was cut off",
        description="Trains a recipe and keeps all in one folder. The same command again goes on after the "
        "last epoch that was kept, and ends in the same numbers as a run that was never cut off.",
    )
    train.add_argument("recipe", metavar="RECIPE", help="a name that `list` shows")
    train.add_argument(
        "--data",
        help="digits (comes with the package), mnist, fashion_mnist, cifar10, an .npz file or a folder of "
        "pictures; by default the recipe's own",
    )
    train.add_argument(
        "--size", type=int, help="crop images to squares and scale them to this side in pixels"
    )
    train.add_argument("--skip-broken", action="store_true", help="leave out pictures that can't be read")
    train.add_argument("--epochs", type=int, help="passes over the data; by default as long as the source")
    train.add_argument("--batch-size", type=int, help="real images a step; by default the recipe's own")
    train.add_argument("--seed", type=int, default=0, help="of everything random; 0 by default")
    train.add_argument("--output", help="folder of this run; runs/RECIPE by default")
    train.set_defaults(function=_train)


def _train(arguments: argparse.Namespace) -> None:
    check_choice("recipe", arguments.recipe, TITLES)
    check_seed(arguments.seed)
    arguments.output = check_path("--output", arguments.output or Path("runs", arguments.recipe))
    if arguments.data:
        check_path("--data", arguments.data)
        arguments.data = os.path.expanduser(arguments.data)
    _check_counts(arguments, "epochs", "batch_size", "size")
    check_backend()
    from keras_gan.cli.train import train

    train(arguments)


def _show_list(arguments: argparse.Namespace) -> None:
    from keras_gan.cli.show import show_list

    show_list(arguments)


def _show_info(arguments: argparse.Namespace) -> None:
    check_choice("recipe", arguments.recipe, TITLES)
    check_backend()
    from keras_gan.cli.show import show_info

    show_info(arguments)


def _sample(arguments: argparse.Namespace) -> None:
    check_seed(arguments.seed)
    _check_counts(arguments, "num")
    _check_run(arguments)
    from keras_gan.cli.trained import sample

    sample(arguments)


def _export(arguments: argparse.Namespace) -> None:
    _check_run(arguments)
    from keras_gan.cli.trained import export

    export(arguments)


def _check_counts(arguments: argparse.Namespace, *names: str) -> None:
    for name in names:
        if (value := getattr(arguments, name)) is not None:
            check_count(f"--{name.replace('_', '-')}", value, most=_MOST[name])


def _check_run(arguments: argparse.Namespace) -> None:
    arguments.run = check_path("RUN", arguments.run)
    arguments.output = check_path("--output", arguments.output)
    check_backend()
