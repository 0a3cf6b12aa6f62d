"""The house rules that a machine can check: who may import whom, how big things get, what is exported."""

import ast
import doctest
import importlib
import inspect
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan as kg

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "keras_gan"

# Floor by floor, bottom first; a room is its modules in reading order. A module imports from lower floors and
# from what stands before it in its own room. `backend` stands for the files in that folder.
FLOORS = [
    [["_errors", "_checks", "_record", "_dataset", "layers"], ["backend"]],
    [
        ["_pictures", "_keras_cache", "_images", "data", "stacked"],
        ["_blocks", "networks"],
        ["losses"],
        ["_features", "distances", "neighbours", "classes", "metrics"],
        ["_divergences", "_dynamics", "_updates", "theory"],
        ["_style", "_tiles", "_curves", "_movie", "plots"],
    ],
    [
        ["penalties"],
        ["noise"],
        ["_kept_weights", "classifier", "report"],
        ["_ends", "_players", "adversarial"],
    ],
    [
        [
            *(
                "_inputs",
                "_options",
                "_sampling",
                "_doors",
                "feed",
                "_look_ahead",
                "_replicas",
                "objectives",
                "algorithm",
            ),
            *("game", "_engine", "_same_run", "_saving", "_state_files", "checkpoint", "gan"),
        ]
    ],
    [["callbacks"], ["_recipe", "_mlp_recipes", "_conv_networks", "_conv_recipes", "recipes"]],
    [["_journal", "_workers", "sweep"]],
    [["_run_folder", "_commands", "cli", "__main__"], ["__init__"]],
]
PLACES = {
    module: (floor, room, position)
    for floor, rooms in enumerate(FLOORS)
    for room, modules in enumerate(rooms)
    for position, module in enumerate(modules)
}
WITHOUT_KERAS = ["_errors", "_checks", "_dataset", *FLOORS[1][0], *FLOORS[1][3], *FLOORS[1][4], *FLOORS[1][5]]
BACKENDS = {"tensorflow", "jax", "torch"}
LARGEST_MODULE, LARGEST_FUNCTION, LONGEST_DOCSTRING = 260, 45, 40

FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))


def module_of(path):
    """The name of a file in the table: "gan", "backend", "__init__"."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(nodes):
    """Full names of what import statements among `nodes` import: "keras_gan.losses", "numpy"."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            inner = {f"{module}.{alias.name}" for alias in node.names}
            names |= inner if module == "keras_gan" else {module}
    return names


def own(names):
    """Modules of the package among full names: "losses" for "keras_gan.losses"."""
    return {name.split(".")[1] for name in names if name.startswith("keras_gan.")}


@each_file
def test_arrows_point_up_the_table_only(path):
    module = module_of(path)
    assert module in PLACES, f"{module} stands in no room of FLOORS: give it a floor"
    floor, room, position = PLACES[module]
    for target in own(imported(ast.walk(TREES[path]))) - {module}:
        below = PLACES[target]
        allowed = below[0] < floor or (below[:2] == (floor, room) and below[2] < position)
        assert allowed, (
            f"{module} (floor {floor}) imports {target} (floor {below[0]}): arrows point to lower floors"
        )


def test_the_offending_arrow_is_named(tmp_path, monkeypatch):
    path = PACKAGE / "losses.py"
    monkeypatch.setitem(TREES, path, ast.parse("from keras_gan.gan import GAN"))
    with pytest.raises(AssertionError, match=r"losses \(floor 1\) imports gan \(floor 3\)"):
        test_arrows_point_up_the_table_only(path)


@each_file
def test_imports_are_absolute_and_stay_in_the_package(path):
    for node in ast.walk(TREES[path]):
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"line {node.lineno}: relative import"
    tops = {name.split(".")[0] for name in imported(ast.walk(TREES[path]))}
    assert not tops & {"lessons", "docs", "tools", "tests", "claims", "benchmarks"}
    if path.parent.name != "backend":
        assert not tops & BACKENDS, "what depends on a backend stands in keras_gan/backend/"


@each_file
def test_rooms_that_know_samples_only_do_not_import_keras(path):
    if module_of(path) in WITHOUT_KERAS:
        at_module_level = {name.split(".")[0] for name in imported(TREES[path].body)}
        assert "keras" not in at_module_level
        assert not own(imported(TREES[path].body)) - set(WITHOUT_KERAS)


def own_lines(function):
    """Lines of a function without its docstring, decorators included."""
    first = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    lines = function.end_lineno - first + 1
    if ast.get_docstring(function) is not None:
        lines -= function.body[0].end_lineno - function.body[0].lineno + 1
    return lines


@each_file
def test_modules_and_functions_stay_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LARGEST_MODULE
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


def test_the_package_exports_what_it_imports_and_nothing_else():
    tree = TREES[PACKAGE / "__init__.py"]
    docstring, *statements = tree.body
    assert isinstance(docstring, ast.Expr)
    assignments = {s.targets[0].id: s.value for s in statements if isinstance(s, ast.Assign)}
    assert set(assignments) == {"__version__", "__all__"}
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


@pytest.mark.parametrize("name", kg.__all__)
def test_each_public_name_has_a_docstring_and_types(name):
    thing = getattr(kg, name)
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


def with_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for path in FILES:
        if path.parent.name == "backend" or path.name == "__init__.py":
            continue
        for test in finder.find(importlib.import_module(f"keras_gan.{path.stem}")):
            if test.examples:
                yield pytest.param(test, id=test.name)


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
