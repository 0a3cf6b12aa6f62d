"""A hash of the code that a result rests on, so that a result of other code is seen to be stale."""

import inspect
from hashlib import sha256
from types import CodeType, FunctionType
from typing import Any

from claims.record import Claim


def fingerprint(*functions: Any) -> str:
    """A hash of functions and of each function, class (its methods too) and constant of `claims` they use."""
    parts: dict[str, str] = {}
    for function in functions:
        _collect(function, parts)
    text = "\n".join(f"{name}\n{parts[name]}" for name in sorted(parts))
    return sha256(text.encode()).hexdigest()[:16]


def claim_fingerprint(claim: Claim) -> str:
    """A hash of a claim's test: its code, its statement with the thresholds, its seeds."""
    text = f"{fingerprint(claim.run, claim.verdict)}\n{claim.statement}\n{list(claim.seeds)}"
    return sha256(text.encode()).hexdigest()[:16]


def _collect(thing: Any, parts: dict[str, str]) -> None:
    name = f"{thing.__module__}.{thing.__qualname__}"
    if name in parts:
        return
    parts[name] = inspect.getsource(thing)
    functions = [thing] if isinstance(thing, FunctionType) else vars(thing).values()
    for function in functions:
        if not isinstance(function, FunctionType):
            continue
        for used in _names(function.__code__):
            value = function.__globals__.get(used)
            if isinstance(value, FunctionType | type) and value.__module__.startswith("claims."):
                _collect(value, parts)
            elif isinstance(value, bool | int | float | str | tuple | dict):
                parts[f"{thing.__module__}.{used}"] = repr(value)


def _names(code: CodeType) -> set[str]:
    """The global names in a function and in the functions written inside it."""
    inner = (_names(const) for const in code.co_consts if isinstance(const, CodeType))
    return set(code.co_names).union(*inner)
