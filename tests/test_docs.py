"""The hand-written pages: programs print what stands below them, names exist, the walk is the code's."""

import ast
import re
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan as kg
from ground.files import ROOT

PAGES = {
    name: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in ("when_training_goes_wrong.md", "prerequisites.md", "own_pictures.md", "from_keras.md")
}
PROGRAM = re.compile(  # what it prints may be folded
    r"^## ([^\n]*)\n(?:(?!^## ).)*?```python\n(.*?)```\n+(?:<details[^\n]*\n+)?```text\n(.*?)```", re.M | re.S
)
PROGRAMS = [(name, *found) for name, text in PAGES.items() for found in PROGRAM.findall(text)]


@pytest.mark.parametrize("name", PAGES)
def test_every_program_of_a_page_is_found(name):
    found = sum(program[0] == name for program in PROGRAMS)
    assert found == PAGES[name].count("```python") == PAGES[name].count("```text") > 0


@pytest.mark.parametrize(
    ("name", "program", "printed"),
    [(name, program, printed) for name, _, program, printed in PROGRAMS],
    ids=[heading for _, heading, *_ in PROGRAMS],
)
@pytest.mark.filterwarnings("ignore")
def test_programs_print_what_the_page_says(name, program, printed, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if name == "own_pictures.md":
        _paint(tmp_path)
    names: dict = {}
    first = next(other for page, _, other, _ in PROGRAMS if page == name)
    if name == "from_keras.md" and program != first:  # with which each of that page begins
        exec(compile(first, name, "exec"), names)
        capsys.readouterr()
    exec(compile(program, name, "exec"), names)
    assert capsys.readouterr().out == printed


def _paint(place):
    """The two folders of which that page speaks."""
    folders = {"pictures": 60, "animals/cat": 8, "animals/dog/large": 6, "animals/dog/small": 6}
    for folder, number in folders.items():
        (place / folder).mkdir(parents=True)
        for i in range(number):
            Image.new("RGB", (40, 60), ("black", "white")[i % 2]).save(place / folder / f"{i:02}.png")


WRITTEN = [
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "reference").glob("*.md")),
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "lessons").rglob("*.py")),
]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_text_names_exists(path):
    text = path.read_text(encoding="utf-8")
    for name in sorted(set(re.findall(r"(?<![\w./])kg((?:\.[A-Za-z]\w*)+)(?!…)\b", text))):
        found = kg
        for part in name.split(".")[1:]:
            assert hasattr(found, part), f"kg{name}"
            found = getattr(found, part)
    own = r"(?<![\w./])((?:keras_gan|tests|tools|claims|benchmarks)/[\w/]*(?:\.\w+)?)"
    for name in sorted(set(re.findall(own, text))):
        assert (ROOT / name).exists(), name


PACKAGE = Path(kg.__file__).parent
WALK = (ROOT / "docs" / "how_a_gan_is_trained.md").read_text(encoding="utf-8")
BACKEND = "training/backend/jax.py"  # stands for the file of the backend at hand
STATIONS = re.findall(r"^## \d\. `([\w/]+\.py)`\n(.*?)(?=^## )", WALK, re.M | re.S)
HELPERS = set(re.findall(r"`([\w/]+\.py)`", re.search(r"^## Helpers\n(.*?)(?=^## )", WALK, re.M | re.S)[1]))


@pytest.mark.backend
def test_the_walk_is_the_one_that_fit_takes():
    visited = [file.replace(f"{keras.backend.backend()}.py", "jax.py") for file in _files_of_a_fit()]
    assert [file for file in visited if file not in HELPERS] == [file for file, _ in STATIONS]
    assert len(STATIONS) <= 8


def _files_of_a_fit():
    """Files of the package in the order of the first call in each, in one epoch of `fit`."""
    players = kg.mlp_generator(3, (2,), widths=(8,), seed=1), kg.mlp_discriminator((2,), widths=(8,), seed=2)
    gan = kg.GAN(*players, penalty="r1", seed=3)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    rows, files = np.ones((16, 2), "float32"), {}

    def look(frame, event, _):
        code = frame.f_code
        of_devices = code.co_qualname.startswith("Devices.")  # helpers, in the file of the backend
        if event == "call" and code.co_filename.startswith(str(PACKAGE)) and not of_devices:
            files[Path(code.co_filename).relative_to(PACKAGE).as_posix()] = None

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        gan.fit(rows, batch_size=16, verbose=0)
    finally:
        sys.setprofile(before)
    return list(files)


def _functions(file):
    """What a file defines: functions, and methods with and without the name of their class."""
    names = set()
    for node in ast.parse((PACKAGE / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)}
            names |= methods | {f"{node.name}.{method}" for method in methods}
    return names


def _named():
    """Pairs of a file and a function that the page says is in it: in sections, advice and figure."""
    advice = re.findall(r"^- \*\*[^*]+:\*\* `([\w/]+\.py)`,(.*?)(?=\n- |\n\n)", WALK, re.M | re.S)
    figure = re.findall(r'<g data-file="([^"]+)">(.*?)</g>', WALK, re.S)
    texts = [*STATIONS, *((f"training/{file}", text) for file, text in advice), *figure]
    return [(file, name) for file, text in texts for name in re.findall(r"([\w.]+)\(\)", text)]


def test_the_walk_names_functions_that_are_there():
    assert len(_named()) > 40
    assert {file for file, _ in _named()} == {*(file for file, _ in STATIONS), "training/options.py"}
    missing = [(file, name) for file, name in _named() if name not in _functions(file)]
    assert not missing
    of_backends = {name for file, name in _named() if file == BACKEND}
    for backend in ("tensorflow", "torch"):
        assert of_backends <= _functions(f"training/backend/{backend}.py")
    assert all((PACKAGE / file).exists() for file in HELPERS)


def test_the_figure_of_the_walk_shows_the_same_files():
    assert re.findall(r'data-file="([^"]+)"', WALK) == [file for file, _ in STATIONS]
