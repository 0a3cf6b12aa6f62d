"""Errors in three sentences: what was expected, what was received, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class Shown(str):
    """A description such as a shape, which `bad_value` prints without quotes."""


def bad_value(expected: str, received: object, todo: str) -> ValueError:
    """Returns the `ValueError` for a bad argument; the caller raises it.

    Args:
        expected: First sentence without its full stop, e.g. "`num_modes` is a positive integer".
        received: What came instead, shown by `repr` in one line; a `Shown` string is printed as it is.
        todo: Last sentence without its full stop, e.g. "Pass `num_modes=8`".

    Example:
        >>> bad_value("`num_modes` is positive", -3, "Pass `num_modes=8`")
        ValueError('`num_modes` is positive. Received: -3. Pass `num_modes=8`.')
    """
    shown = received if isinstance(received, Shown) else shorten(" ".join(repr(received).split()))
    return ValueError(f"{expected}. Received: {shown}. {todo}.")


def shorten(text: str, width: int = 80) -> str:
    """Cuts `text` to `width` characters, the last three of them dots."""
    return text if len(text) <= width else text[: width - 3] + "..."


def unknown_option(what: str, received: object, options: Iterable[str]) -> ValueError:
    """Returns the `ValueError` for a name that is none of `options`, with the nearest one.

    Example:
        >>> unknown_option("loss", "hinje", ["hinge", "minimax"])
        ValueError("`loss` is one of 'hinge', 'minimax'. Received: 'hinje'. Did you mean 'hinge'?")
    """
    names = sorted(options)
    near = nearest(received, names)
    todo = f"Did you mean {near!r}?" if near else "Choose one of these."
    return ValueError(
        f"`{what}` is one of {', '.join(map(repr, names))}. Received: {shorten(repr(received))}. {todo}"
    )


def nearest(received: object, options: Iterable[str]) -> str | None:
    """Returns the option that `received` resembles, if any."""
    return next(iter(get_close_matches(str(received), list(options), n=1)), None)
