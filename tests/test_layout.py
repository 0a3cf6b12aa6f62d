"""The house rules that a machine can check: which room imports which, what is exported, what is said."""

import ast
import doctest
import importlib
import inspect
import itertools
import runpy
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan as kg

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "keras_gan"

# The floor of each room, and of the files beside them. An arrow goes down: to a room on a lower floor.
FLOORS = {
    "__main__": 8,
    "cli": 7,
    "__init__": 6,
    "recipes": 5,
    "training": 4,
    "metrics": 3,
    **dict.fromkeys(["data", "networks", "theory", "plots", "sweeps"], 2),
    "_checks": 1,
}
WITHOUT_KERAS = {"data", "metrics", "theory", "plots", "_checks"}  # at module level
BACKENDS = {"tensorflow", "jax", "torch"}
MOST_ROOMS, MOST_UNDERSCORED, MOST_PUBLIC = 12, 2, 50
LARGEST_FUNCTION, LONGEST_DOCSTRING = 45, 40

FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
TEST_FILES = sorted(path for path in (ROOT / "tests").glob("*/**/test_*.py"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))


def room_of(path):
    """The room that a file stands in, or its own name where it stands beside the rooms."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def module_of(path):
    """Its full name, as an import statement has it: "keras_gan.training.gan"."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(nodes):
    """Full names of what import statements among `nodes` import: "keras_gan.training.losses", "numpy"."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in inner if name in MODULES}
            names |= modules or {node.module or ""}
    return names


MODULES = {module_of(path): path for path in FILES}


def own(names):
    """Files of the package among full names."""
    return [MODULES[name] for name in names if name in MODULES]


@each_file
def test_arrows_go_down_from_room_to_room(path):
    room = room_of(path)
    assert room in FLOORS, f"{room} is no room of FLOORS: give it a floor"
    for target in own(imported(ast.walk(TREES[path]))):
        below = room_of(target)
        assert below == room or FLOORS[below] < FLOORS[room], (
            f"{room} (floor {FLOORS[room]}) imports {below} (floor {FLOORS[below]}): arrows go down"
        )


def test_the_offending_arrow_is_named(monkeypatch):
    path = PACKAGE / "data" / "toy.py"
    monkeypatch.setitem(TREES, path, ast.parse("from keras_gan.training.gan import GAN"))
    with pytest.raises(AssertionError, match=r"data \(floor 2\) imports training \(floor 4\)"):
        test_arrows_go_down_from_room_to_room(path)


def circle():
    """Files that import each other in a circle; empty where there is none."""
    arrows = {path: own(imported(ast.walk(TREES[path]))) for path in FILES if path.name != "__init__.py"}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return [str(path.relative_to(PACKAGE)) for path in error.args[1]]
    return []


def test_no_files_import_each_other_in_a_circle(monkeypatch):
    assert circle() == []
    monkeypatch.setitem(TREES, PACKAGE / "_checks.py", ast.parse("import keras_gan.data.toy"))
    assert "data/toy.py" in [name.replace("\\", "/") for name in circle()]


def test_the_house_is_small_enough_to_know():
    top = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert len(top) <= MOST_ROOMS, sorted(top)
    underscored = [p.name for p in FILES if p.name.startswith("_") and not p.name.startswith("__")]
    assert len(underscored) <= MOST_UNDERSCORED, underscored
    assert len(kg.__all__) - len(set(FLOORS) & set(kg.__all__)) <= MOST_PUBLIC


# Beside the rule until `data` has a file of tests for each of its own.
UNDER_ANOTHER_NAME = {"data/test_images_and_toy.py", "data/test_stacked.py"}


@pytest.mark.parametrize("path", TEST_FILES, ids=lambda path: path.name)
def test_tests_mirror_the_rooms(path):
    """`tests/plots/test_movie.py` tests `plots/movie.py`; a room as a whole has `test_plots.py`."""
    folder = path.parent.relative_to(ROOT / "tests")
    if (folder / path.name).as_posix() not in UNDER_ANOTHER_NAME:
        files = {file.stem.removeprefix("_") for file in (PACKAGE / folder).glob("*.py")}
        assert path.stem.removeprefix("test_") in {*files, folder.name}, (
            f"keras_gan/{folder} has no such file"
        )


def test_what_is_called_slow_is_there():
    for name in runpy.run_path(str(ROOT / "tests" / "conftest.py"))["SLOW"]:
        file, _, function = name.partition("::")
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert not function or f"\ndef {function}(" in text, name


@each_file
def test_imports_are_absolute_and_stay_in_the_package(path):
    for node in ast.walk(TREES[path]):
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"line {node.lineno}: relative import"
    tops = {name.split(".")[0] for name in imported(ast.walk(TREES[path]))}
    assert not tops & {"lessons", "docs", "ground", "tools", "tests", "claims", "benchmarks"}
    if path.parent.name != "backend":
        assert not tops & BACKENDS, "what depends on a backend stands in keras_gan/training/backend/"


@each_file
def test_rooms_that_know_samples_only_do_not_import_keras(path):
    if room_of(path) in WITHOUT_KERAS:
        statements = TREES[path].body
        assert "keras" not in {name.split(".")[0] for name in imported(statements)}
        assert {room_of(target) for target in own(imported(statements))} <= WITHOUT_KERAS


# What is read beside `training/backend/_keras.py`, from below its floor: the folder of Keras's data sets.
PRIVATE_TOO = {("data/download.py", "keras.src.backend.config")}


def private(path):
    """What a file takes from inside of Keras: modules under `keras.src`, and underscored attributes.

    An underscored attribute is another's, unless it is of `self` or `cls` and set or defined in the package.
    """
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (name for name in imported([node]) if name.startswith("keras.src"))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "hasattr", "setattr"):
            name = getattr(node.args[1], "value", "")
            if isinstance(name, str) and underscored(name):
                yield f"{ast.unparse(node.args[0])}.{name}"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "keras.src":
            yield "keras.src"
        elif isinstance(node, ast.Attribute) and underscored(node.attr):
            owner = ast.unparse(node.value)
            if owner != "os" and (owner not in ("self", "cls") or node.attr not in OWN_NAMES):
                yield f"{owner}.{node.attr}"


def underscored(name):
    return name.startswith("_") and not name.startswith("__")


def own_names():
    """Underscored names of classes of the package: methods, fields, and what `self._name = ...` sets."""
    names = set()
    for node in itertools.chain.from_iterable(map(ast.walk, TREES.values())):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names |= {node.attr} if ast.unparse(node.value) == "self" else set()
        elif isinstance(node, ast.ClassDef):
            names |= {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            fields = [part for part in node.body if isinstance(part, ast.AnnAssign | ast.Assign)]
            names |= {name.id for part in fields for name in ast.walk(part) if isinstance(name, ast.Name)}
    return names


OWN_NAMES = own_names()


@each_file
def test_private_names_of_keras_stand_in_one_file(path):
    name = path.relative_to(PACKAGE).as_posix()
    if name != "training/backend/_keras.py":
        assert {(name, found) for found in private(path)} <= PRIVATE_TOO


@pytest.mark.parametrize(
    "line",
    [
        "from keras.src.trainers.trainer import Trainer",
        "import keras.src",
        "keras.src.backend.config.keras_home()",
        "layers = network._flatten_layers()",
        "self._flatten_layers()",
        "self.generator._layers.clear()",
        "hasattr(network, '_layers')",
    ],
)
def test_a_private_name_of_keras_is_found(monkeypatch, line):
    path = PACKAGE / "training" / "step.py"
    monkeypatch.setitem(TREES, path, ast.parse(line))
    with pytest.raises(AssertionError, match=r"step\.py"):
        test_private_names_of_keras_stand_in_one_file(path)


def own_lines(function):
    """Lines of a function without its docstring, decorators included."""
    first = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    lines = function.end_lineno - first + 1
    if ast.get_docstring(function) is not None:
        lines -= function.body[0].end_lineno - function.body[0].lineno + 1
    return lines


@each_file
def test_functions_stay_small(path):
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert own_lines(node) <= LARGEST_FUNCTION, f"{node.name}: {own_lines(node)} lines"


@each_file
def test_no_assert_guards_a_users_input(path):
    lines = [node.lineno for node in ast.walk(TREES[path]) if isinstance(node, ast.Assert)]
    assert not lines, f"`assert` in lines {lines}: raise `bad_value`"


def is_setter(node):
    return any(
        isinstance(d, ast.Attribute) and d.attr == "setter" for d in getattr(node, "decorator_list", ())
    )


@each_file
def test_docstrings_are_there_and_short(path):
    tree = TREES[path]
    public = [tree]
    for owner in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
        if owner is tree or not owner.name.startswith("_"):
            kinds = ast.FunctionDef | ast.ClassDef
            public += [n for n in owner.body if isinstance(n, kinds) and not n.name.startswith("_")]
    public = [node for node in public if not is_setter(node)]
    for node in public:
        name, text = getattr(node, "name", path.name), ast.get_docstring(node)
        assert text, f"{name} has no docstring"
        assert len(text.splitlines()) <= LONGEST_DOCSTRING, f"{name}: {len(text.splitlines())} lines"


INITS = [path for path in FILES if path.name == "__init__.py" and path.parent.name not in ("backend", "cli")]


def statements_of(path):
    """The statements of an `__init__`; the package's own are guarded, in one shape alone."""
    docstring, *statements = TREES[path].body
    assert isinstance(docstring, ast.Expr)
    if path != PACKAGE / "__init__.py":
        return statements
    *imports, version, names, function, guard = statements
    assert [ast.unparse(node) for node in imports] == ["import sys", "from pathlib import Path"]
    assert isinstance(function, ast.FunctionDef)
    assert function.name == "_is_command_line"
    assert isinstance(guard, ast.If)
    assert ast.unparse(guard.test) == "not _is_command_line()"
    assert not guard.orelse
    *check, rest = guard.body[0], guard.body[1], guard.body[2:]
    assert [ast.unparse(s) for s in check] == [
        "from keras_gan._checks import check_backend",
        "check_backend()",
    ]
    return [version, names, *rest]


@pytest.mark.parametrize("path", INITS, ids=lambda path: path.parent.name)
def test_a_room_exports_what_it_imports_and_nothing_else(path):
    statements = statements_of(path)
    assignments = {s.targets[0].id: s.value for s in statements if isinstance(s, ast.Assign)}
    assert set(assignments) - {"__version__"} == {"__all__"}
    assert all(isinstance(s, ast.ImportFrom | ast.Assign) for s in statements), "no logic in __init__"
    names = ast.literal_eval(assignments["__all__"])
    bound = [
        alias.asname or alias.name for s in statements if isinstance(s, ast.ImportFrom) for alias in s.names
    ]
    assert sorted(names) == sorted(bound)
    assert not [name for name in names if name.startswith("_")]

    def place(name):  # as ruff's RUF022 sorts: CONSTANTS, then Classes, then functions
        return (not name.isupper(), not name[0].isupper(), name)

    assert names == sorted(names, key=place)


PUBLIC = {
    f"{path.parent.name}.{name}": getattr(importlib.import_module(module_of(path)), name)
    for path in INITS
    for name in importlib.import_module(module_of(path)).__all__
    if not inspect.ismodule(getattr(importlib.import_module(module_of(path)), name))
}


@pytest.mark.parametrize("name", PUBLIC)
def test_each_public_name_has_a_docstring_and_types(name):
    thing = PUBLIC[name]
    if not callable(thing):
        return  # a constant
    assert thing.__doc__
    functions = [thing] if inspect.isfunction(thing) else []
    if inspect.isclass(thing):
        members = [m for key, m in vars(thing).items() if not key.startswith("_") or key == "__init__"]
        members = [m.fget if isinstance(m, property) else getattr(m, "__func__", m) for m in members]
        functions = [m for m in members if inspect.isfunction(m) and m.__module__.startswith("keras_gan")]
    for function in functions:
        parameters = inspect.signature(function).parameters.values()
        untyped = [p.name for p in parameters if p.annotation is p.empty and p.name not in ("self", "cls")]
        assert not untyped, f"{function.__qualname__}: no type for {untyped}"
        assert inspect.signature(function).return_annotation is not inspect.Signature.empty


def example_names():
    """What the examples speak of without making it."""
    generator, discriminator = kg.mlp_generator(8, (2,), seed=1), kg.mlp_discriminator((2,), seed=2)
    gan = kg.GAN(kg.mlp_generator(8, (2,), seed=1), kg.mlp_discriminator((2,), seed=2), seed=3)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    adversarial = kg.AdversarialModel(generator, discriminator)
    adversarial.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    return {
        "kg": kg,
        "keras": keras,
        "np": np,
        "data": kg.ring(num_modes=4, num_train=64, num_test=64),
        "z": np.zeros((4, 8), "float32"),
        "generator": generator,
        "discriminator": discriminator,
        "adversarial": adversarial,
        "gan": gan,
    }


NOT_ON_TORCH = {"MinibatchStandardDeviation", "SpectralNormalization"}


def with_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for path in FILES:
        if path.parent.name == "backend" or path.name == "__init__.py":
            continue
        for test in finder.find(importlib.import_module(module_of(path))):
            if test.examples:
                torch = keras.backend.backend() == "torch" and test.name.rpartition(".")[2] in NOT_ON_TORCH
                marks = [pytest.mark.skip(reason="NumPy rounds no tensor of torch")] if torch else []
                yield pytest.param(test, id=test.name, marks=marks)


@pytest.mark.parametrize("test", list(with_examples()))
def test_examples_give_what_they_say(test, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    test.globs = {**test.globs, **example_names()}
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    report = []
    results = doctest.DocTestRunner(optionflags=flags).run(test, out=report.append)
    assert results.failed == 0, "".join(report)


def test_most_public_functions_have_an_example():
    names = {param.values[0].name for param in with_examples()}
    assert len(names) >= 15
