"""Errors in three sentences: what was expected, what was received, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


def bad_value(expected: str, received: object, todo: str) -> ValueError:
    """Returns the `ValueError` for a bad argument; the caller raises it.

    Args:
        expected: First sentence without its full stop, e.g. "`num_modes` is a positive integer".
        received: What came instead; shown by `repr`, shortened to 80 characters.
        todo: Last sentence without its full stop, e.g. "Pass `num_modes=8`".

    Example:
        >>> bad_value("`num_modes` is positive", -3, "Pass `num_modes=8`")
        ValueError('`num_modes` is positive. Received: -3. Pass `num_modes=8`.')
    """
    shown = received if isinstance(received, Shown) else repr(received)
    shown = shown if len(shown) <= 80 or isinstance(received, Shown) else shown[:77] + "..."
    return ValueError(f"{expected}. Received: {shown}. {todo}.")


class Shown(str):
    """Text that `bad_value` prints as it is, such as a shape or a description."""


def unknown_option(what: str, received: object, options: Iterable[str]) -> ValueError:
    """Returns the `ValueError` for a name that is none of `options`, with the nearest one.

    Example:
        >>> unknown_option("loss", "hinje", ["hinge", "minimax"])
        ValueError("`loss` is one of 'hinge', 'minimax'. Received: 'hinje'. Did you mean 'hinge'?")
    """
    options = sorted(options)
    near = get_close_matches(str(received), options, n=1)
    todo = f"Did you mean {near[0]!r}?" if near else "Choose one of these."
    names = ", ".join(repr(option) for option in options)
    return ValueError(f"`{what}` is one of {names}. Received: {received!r}. {todo}")
