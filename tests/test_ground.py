"""What stands beside the package: claims and benchmarks never import the builder, and no files a circle."""

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from ground.files import ROOT

FLOORS = {"tools": 3, "claims": 2, "benchmarks": 2, "ground": 1, "keras_gan": 0}  # arrows go down
PROGRAMS = [folder for folder in FLOORS if folder != "keras_gan"]  # whose arrows test_layout.py walks


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(path): path for folder in PROGRAMS for path in sorted((ROOT / folder).rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}


def imported(name):
    """Full names of what a file imports, inside of functions too: modules where they are modules of ours."""
    found = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {each if each in FILES else node.module for each in inner}
    return found


@pytest.mark.parametrize("name", FILES)
def test_arrows_go_down(name):
    own = name.partition(".")[0]
    for target in imported(name):
        below = target.partition(".")[0]
        assert below == own or FLOORS.get(below, 0) < FLOORS[own], f"{name} imports {target}"


def circle():
    """Files that import each other in a circle; empty where there is none."""
    arrows = {name: imported(name) & set(FILES) for name in FILES if FILES[name].name != "__init__.py"}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_files_import_each_other_in_a_circle(monkeypatch):
    assert circle() == []
    late = "def main():\n    from tools.recording import record"
    monkeypatch.setitem(TREES, "tools.gallery", ast.parse(late))
    assert {"tools.gallery", "tools.recording"} <= set(circle())


def test_an_arrow_up_is_named(monkeypatch):
    monkeypatch.setitem(TREES, "claims.store", ast.parse("from tools.build import main"))
    with pytest.raises(AssertionError, match=r"claims\.store imports tools\.build"):
        test_arrows_go_down("claims.store")
