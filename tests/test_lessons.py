"""Every lesson has the form that readers and the builder rely on."""

import ast
import itertools
import json
import re
import statistics

import jupytext
import matplotlib
import matplotlib.pyplot as plt
import pytest
from jupytext.config import load_jupytext_config

from ground.files import ROOT
from keras_gan.data.images import LABEL_NAMES
from tools import notebooks
from tools.exercises import SOLUTION, find_exercises, try_out
from tools.lesson import DATA, Cell, Lesson, find_lessons, read

SECTIONS = [
    "The question",
    "Your prediction",
    "The experiment",
    "What happened",
    "Why",
    "Change one thing",
    "Check yourself",
    "Exercise",
    "Remember",
    "References",
]
FORMAT = {"extension": ".py", "format_name": "percent", "cell_markers": '"""'}
HEADER = """# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
"""

LESSONS = find_lessons(ROOT)
EXERCISES = find_exercises(ROOT)
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
each_script = pytest.mark.parametrize(
    "path", [*LESSONS, *EXERCISES], ids=[path.stem for path in [*LESSONS, *EXERCISES]]
)
each_exercise = pytest.mark.parametrize("path", EXERCISES, ids=[path.stem for path in EXERCISES])


@each_script
def test_script_survives_jupyter(path):
    text = path.read_text(encoding="utf-8")
    config = load_jupytext_config(str(path))
    notebook = jupytext.reads(text, fmt=FORMAT, config=config)
    saved = jupytext.writes(notebook, fmt=FORMAT, config=config)
    assert text.startswith(HEADER)
    assert _body(saved) == _body(text)


@each_lesson
def test_one_title_and_the_sections_in_order(path):
    headings = [row for cell in read(path).cells if cell.kind == "markdown" for row in _headings(cell.source)]
    assert headings[0].startswith("# ")
    assert headings[0].endswith("?"), "the title is a question"
    assert [row for row in headings[1:] if row.startswith("# ")] == []
    assert [row[3:] for row in headings if row.startswith("## ")] == SECTIONS


@each_lesson
def test_cells_are_small_and_of_a_fair_number(path):
    shown = [cell for cell in read(path).cells if cell.shown]
    sizes = [len(cell.source.splitlines()) for cell in shown if cell.kind == "code"]
    long = [f"{path.name}:{c.line}" for c in shown if c.kind == "code" and len(c.source.splitlines()) > 25]
    assert long == []
    assert statistics.median(sizes) <= 8
    assert 25 <= len(shown) <= 45


@each_lesson
def test_every_figure_has_an_alt_text(path):
    cells = [cell for cell in read(path).cells if cell.kind == "code" and cell.shown]
    assert [
        f"{path.name}:{cell.line}" for cell in cells if _draws(cell.source) and not cell.alt.strip()
    ] == []


@each_lesson
def test_lists_and_tables_follow_an_empty_line(path):
    """Jupyter does not need the empty line, the site does."""
    faults = []
    for cell in read(path).cells:
        rows = ["", *cell.source.splitlines()] if cell.kind == "markdown" else []
        for number, (before, row) in enumerate(itertools.pairwise(rows)):
            starts = _item(row) and not _item(before) and not before.startswith(" ")
            if before.strip() and (starts or (row.startswith("|") and not before.startswith("|"))):
                faults.append(f"{path.name}:{cell.line + 2 + number}: {row[:40]}")
    assert faults == []


@each_script
def test_every_column_of_a_table_has_a_name(path):
    """A screen reader says the name before each value; in a string, the end of a line is written \\n."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\|[ ]*\|[^\n]*?(?:\\n|\n)\|-", text) == []


@each_lesson
def test_folds_leave_room_for_markdown(path):
    """Without an empty line after `</summary>`, Jupyter shows the fold's Markdown as it is written."""
    for cell in read(path).cells:
        if cell.kind == "markdown":
            assert cell.source.count("</summary>") == cell.source.count("</summary>\n\n")
            assert cell.source.count("</details>") == cell.source.count("\n\n</details>")


@each_lesson
def test_links_between_lessons_lead_somewhere(path):
    from tools.page import LINK

    links = {match[1] for cell in read(path).cells for match in LINK.finditer(cell.source)}
    assert links <= {other.stem for other in LESSONS}


@each_lesson
def test_what_a_lesson_asks_for_is_declared_and_nothing_else(path):
    lesson = read(path)
    assert (set(lesson.data), set(lesson.claims)) == _asked(lesson), "declare it on the settings cell"


def test_what_is_asked_for_is_found_behind_names():
    source = """
%matplotlib inline
sets = {name: kg.load_images(name) for name in NAMES}
NAMES = ["mnist", "digits"]
kg.load_images("cifar10", size=8)
for claim in ("A1", "A2"):
    claims.check(claim, "refuted")
    print("A3", load()["A4"].results)
"""
    lesson = Lesson(ROOT, (Cell("code", source, 1, 1),))
    assert _asked(lesson) == ({"mnist", "digits", "cifar10"}, {"A1", "A2", "A4"})


def test_the_builder_knows_the_names_of_data_sets():
    assert set(DATA) == set(LABEL_NAMES)


def test_notebooks_are_what_the_lessons_make():
    assert notebooks.stale_notebooks(ROOT, notebooks.all_notebooks(ROOT)) == [], "run `make notebooks`"


@each_exercise
def test_solution_passes_and_empty_or_wrong_answers_do_not(path):
    """All run in this process, where the frameworks are loaded already."""
    matplotlib.use("agg")
    assert try_out(path) == []
    plt.close("all")


@each_exercise
def test_students_do_not_get_the_solution(path):
    source = path.read_text(encoding="utf-8")
    copy = json.loads(notebooks.exercise(path, ""))
    given = {row.strip() for cell in copy["cells"] for row in "".join(cell["source"]).splitlines()}
    rest = {row.strip() for row in SOLUTION.sub("", source).splitlines()}
    answer = {row.strip() for match in SOLUTION.finditer(source) for row in match[2].splitlines()}
    assert answer - rest
    assert given & (answer - rest) == set()


def _body(text: str) -> str:
    """A script without its header, which jupytext extends."""
    return text.partition("# ---\n")[2].partition("# ---\n")[2]


def _headings(source: str) -> list[str]:
    """The headings of a Markdown cell, code blocks left out."""
    prose = "".join(source.split("```")[::2])
    return [row for row in prose.splitlines() if row.startswith("#")]


def _item(row: str) -> bool:
    """Whether a row begins a list item."""
    head = row.lstrip().partition(" ")[0]
    return head in {"-", "*", "+"} or (head[:-1].isdigit() and head[-1:] in {".", ")"})


def _draws(source: str) -> bool:
    """Whether a cell shows a figure, judged by the calls outside its own functions."""
    tree = ast.parse("\n".join(row for row in source.splitlines() if not row.lstrip().startswith("%")))
    nodes = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    calls = [node.func for top in nodes for node in ast.walk(top) if isinstance(node, ast.Call)]
    names = [getattr(func, "attr", getattr(func, "id", "")) for func in calls]
    return any(name in {"show", "Video", "Image"} or name.startswith("plot_") for name in names)


def _asked(lesson):
    """The data sets that a lesson's code loads, and the claims that it checks or reads."""
    rows = [row for cell in lesson.cells if cell.kind == "code" for row in cell.source.splitlines()]
    nodes = list(ast.walk(ast.parse("\n".join(row for row in rows if not row.lstrip().startswith("%")))))
    values = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                values.setdefault(getattr(target, "id", ""), []).append(node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            values.setdefault(getattr(node.target, "id", ""), []).append(node.iter)

    def texts(expression):
        """The strings that an expression is or holds, or the values of its name."""
        if isinstance(expression, ast.Name):
            return set().union(*map(texts, values.get(expression.id, [])))
        found = {node.value for node in ast.walk(expression) if isinstance(node, ast.Constant)}
        return {value for value in found if isinstance(value, str)}

    def arguments(name):
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        return [texts(node.args[0]) for node in calls if ast.unparse(node.func) == name]

    read = [
        texts(n.slice) for n in nodes if isinstance(n, ast.Subscript) and ast.unparse(n.value) == "load()"
    ]
    return set().union(*arguments("kg.load_images")), set().union(*arguments("claims.check"), *read)
