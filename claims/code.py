"""A hash of the code that a result rests on, so that a result of other code is seen to be stale.

It covers every function, class and constant of `claims` and of `keras_gan` that a claim reaches, a class with
its bases and all its methods. Each counts by its own name and its syntax tree. So it does not matter where it
stands, how it is imported, formatted, typed and explained, nor what its errors say. Nothing is run: the hash
is the same on every backend and every Python.

Not covered are other libraries, whose versions a result names, and `keras_gan.training.backend`: a process
runs one backend of three, and a result names that, too.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from claims.record import Claim

PACKAGES, LEFT_OUT = ("claims", "keras_gan"), "keras_gan.training.backend"

Place = tuple[str, str]  # a module and a name in it
Import = tuple[str, tuple[str, ...]]  # a module and the names to follow from it

_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_NEVER = {
    "annotation",
    "ctx",
    "kind",
    "lineno",
    "returns",
    "type_comment",
    "type_params",
}  # fields that say nothing


@dataclass(frozen=True)
class Part:
    """A function, a class or a constant: its own name, its text, and the places of what it uses."""

    name: str
    text: str
    uses: frozenset[Place]


def claim_fingerprint(claim: Claim) -> str:
    """A hash of a claim's test: its code, its statement with the thresholds, its seeds."""
    return _hash(fingerprint(claim.run, claim.verdict), claim.statement, str(list(claim.seeds)))


def fingerprint(*things: Any) -> str:
    """A hash of functions or classes, and of all parts of our packages that they reach."""
    return _hash(*sorted(part.text for part in reached(*things).values()))


def _hash(*texts: str) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()[:16]


def reached(*things: Any) -> dict[Place, Part]:
    """The parts that functions or classes consist of: they themselves, what they use, what that uses."""
    found: dict[Place, Part] = {}
    waiting = [(thing.__module__, thing.__qualname__) for thing in things]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found[place] = _part(*place)
            waiting += found[place].uses
    return found


@cache
def _part(module: str, name: str) -> Part:
    reader = _Reader(module)
    text = f"{name}: {reader.text(_module(module).definitions[name])}"
    return Part(name, text, frozenset(reader.uses))


# ---- modules


@dataclass(frozen=True)
class _Module:
    """What the statements of a module bind: names that it defines, and names that it imports."""

    definitions: dict[str, list[ast.AST]]
    imports: dict[str, Import]


@cache
def _files() -> dict[str, Path]:
    """The files of our packages, by the names of their modules."""
    found = {}
    for package in PACKAGES:
        folder = Path(str(sys.modules[package].__file__)).parent
        for path in folder.rglob("*.py"):
            parts = [package, *path.relative_to(folder).with_suffix("").parts]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def _module(name: str) -> _Module:
    """What a module of ours binds, or one whose function was asked for, say of a test."""
    path = _files().get(name) or Path(str(sys.modules[name].__file__))
    module = _Module({}, {})
    for statement in _plain(ast.parse(path.read_text(encoding="utf-8")).body):
        module.imports.update(_imported(statement))
        for bound, node in _defined(statement):
            module.definitions.setdefault(bound, []).append(node)
    return module


def _plain(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, and in the place of an `if`, `try` or the like those inside it."""
    for statement in statements:
        inner = [node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.stmt)]
        if inner and not isinstance(statement, _FUNCTION | ast.ClassDef):
            yield from _plain(inner)
        else:
            yield statement


def _imported(statement: ast.AST) -> dict[str, Import]:
    """What an import statement binds."""
    found: dict[str, Import] = {}
    if isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            found[alias.asname or alias.name] = (str(statement.module), (alias.name,))
    elif isinstance(statement, ast.Import):
        for alias in statement.names:
            top = alias.name.partition(".")[0]
            found[alias.asname or top] = (alias.name if alias.asname else top, ())
    return found


def _defined(statement: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    """The names that a statement defines, each with what it is: of `A, B = 1, 2` the 1, then the 2."""
    if isinstance(statement, _FUNCTION | ast.ClassDef):
        yield statement.name, statement
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _assigned(target, statement.value)
    elif isinstance(statement, ast.AnnAssign) and statement.value:
        yield from _assigned(statement.target, statement.value)
    elif isinstance(statement, ast.AugAssign):
        yield from ((name, statement) for name in _names(statement.target))


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    targets = target.elts if isinstance(target, ast.Tuple) else []
    values = value.elts if isinstance(value, ast.Tuple) else []
    if isinstance(target, ast.Name):
        yield target.id, value
    elif targets and len(targets) == len(values):
        for one, other in zip(targets, values, strict=True):
            yield from _assigned(one, other)
    else:
        yield from ((name, ast.Assign([target], value)) for name in _names(target))


def _names(tree: ast.AST) -> list[str]:
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]


def _followed(module: str, names: tuple[str, ...]) -> tuple[Place | None, tuple[str, ...]]:
    """The place of ours that dotted names lead to from a module, and the names beyond it.

    What is none of ours has no place; the names are then those that it has in its library.

    Raises:
        LookupError: It is a whole module of ours, or nothing that the module's source binds.
    """
    if f"{module}.".startswith(f"{LEFT_OUT}."):
        return None, names
    if module not in _files() and module.partition(".")[0] not in PACKAGES:
        return None, (*module.split("."), *names)
    if module not in _files() or not names:
        raise LookupError(
            "The hash of a claim follows names to functions, classes and constants. "
            f"Received: {module}, a module or unknown. Write `module.name` where it is used."
        )
    first, rest = names[0], names[1:]
    known = _module(module)
    if first in known.definitions:
        return (module, first), rest
    if first in known.imports and known.imports[first] != (module, (first,)):
        target, inner = known.imports[first]
        return _followed(target, (*inner, *rest))
    return _followed(f"{module}.{first}", rest)


# ---- the text of a part


class _Reader:
    """Writes syntax trees of one module as text, and notes what they use.

    Attributes:
        uses: Places of our packages.
    """

    def __init__(self, module: str) -> None:
        self.uses: set[Place] = set()
        self._module = module
        self._scopes: list[dict[str, Import | None]] = []  # inner names; where from if they are imported
        self._class_names: dict[str, Import | None] = {}  # names of a class's body, unknown to its methods

    def text(self, value: object) -> str:
        """A tree, or a list of them, or what stands in one."""
        if isinstance(value, list):
            return f"[{', '.join(filter(None, map(self.text, value)))}]"
        if not isinstance(value, ast.AST):
            return repr(value)
        kind = type(value).__name__
        return getattr(self, f"_of_{kind}", self._fields)(value)

    def _fields(self, node: ast.AST, leave_out: tuple[str, ...] = ()) -> str:
        fields = ((name, value) for name, value in ast.iter_fields(node) if name not in _NEVER)
        told = [f"{k}={self.text(v)}" for k, v in fields if v not in (None, []) and k not in leave_out]
        return f"{type(node).__name__}({', '.join(told)})"

    def _inside(self, names: dict[str, Import | None], nodes: object) -> str:
        """The text of nodes among which these names are bound."""
        outer, self._class_names = self._class_names, {}
        self._scopes.append(names)
        text = self.text(nodes)
        self._scopes.pop()
        self._class_names = outer
        return text

    # names

    def _of_Name(self, node: ast.Name) -> str:
        return self._name(node.id) or self._fields(node)

    def _of_Attribute(self, node: ast.Attribute) -> str:
        names, inner = [node.attr], node.value
        while isinstance(inner, ast.Attribute):
            names.insert(0, inner.attr)
            inner = inner.value
        return (isinstance(inner, ast.Name) and self._name(inner.id, *names)) or self._fields(node)

    def _name(self, first: str, *rest: str) -> str:
        """What dotted names mean, if the first is defined or imported here; else nothing."""
        module, names = self._origin(first) or ("", ())
        if not module:
            return ""
        place, beyond = _followed(module, (*names, *rest))
        self.uses |= {place} if place else set()
        return ".".join([*([place[1]] if place else []), *beyond])

    def _origin(self, name: str) -> Import | None:
        """Where a name leads to; None if it is bound inside the part, or built in."""
        for scope in (self._class_names, *reversed(self._scopes)):
            if name in scope:
                return scope[name]
        known = _module(self._module)
        return (self._module, (name,)) if name in known.definitions else known.imports.get(name)

    # what binds names

    def _of_FunctionDef(self, node: ast.FunctionDef | ast.Lambda) -> str:
        head = self._fields(node, leave_out=("body",))
        return f"{head} {self._inside(_bound(node), node.body)}"

    _of_AsyncFunctionDef = _of_Lambda = _of_FunctionDef

    def _of_ClassDef(self, node: ast.ClassDef) -> str:
        head = self._fields(node, leave_out=("body",))
        outer, self._class_names = self._class_names, _bound(node)
        body = self.text(node.body)
        self._class_names = outer
        return f"{head} {body}"

    def _of_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> str:
        first = self.text(node.generators[0].iter)  # it does not see the names
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return f"{type(node).__name__}({first}, {self._inside(_bound(node), [*parts, *node.generators])})"

    _of_SetComp = _of_GeneratorExp = _of_DictComp = _of_ListComp

    # what does not matter

    def _of_Expr(self, node: ast.Expr) -> str:
        return "" if isinstance(node.value, ast.Constant) else self._fields(node)

    def _of_Pass(self, node: ast.Pass) -> str:
        return ""

    def _of_Import(self, node: ast.Import | ast.ImportFrom) -> str:
        return ""

    _of_ImportFrom = _of_Import

    def _of_AnnAssign(self, node: ast.AnnAssign) -> str:
        if self._class_names:  # it may be the field of a record
            return f"{self._fields(node)} {self.text(node.annotation)}"
        return self.text(ast.Assign([node.target], node.value)) if node.value else ""

    def _of_JoinedStr(self, node: ast.JoinedStr) -> str:
        empty = [isinstance(value, ast.Constant) and not value.value for value in node.values]
        return f"JoinedStr({self.text([v for v, no in zip(node.values, empty, strict=True) if not no])})"

    def _of_Raise(self, node: ast.Raise) -> str:
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return f"Raise({getattr(error, 'attr', getattr(error, 'id', ''))})"


def _bound(node: ast.AST) -> dict[str, Import | None]:
    """The names that a function, a class or a comprehension binds, each with where it is imported from."""
    names: dict[str, Import | None] = {}
    outer: set[str] = set()
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.arg):
            names[inner.arg] = None
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            names[inner.id] = None
        elif isinstance(inner, ast.ExceptHandler) and inner.name:
            names[inner.name] = None
        elif isinstance(inner, ast.Global):
            outer |= set(inner.names)
        names |= _imported(inner)
        if isinstance(inner, _FUNCTION | ast.ClassDef):
            names[inner.name] = None
        elif not isinstance(inner, ast.Lambda | ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            waiting += ast.iter_child_nodes(inner)
    return {name: where for name, where in names.items() if name not in outer}
