"""The builder on tiny lessons: what runs, what is cached, what a page holds, what an error says."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_gallery import CARD

from ground.files import ROOT, write
from tools import build, cache, exercises, notebooks
from tools.execute import Run, execute
from tools.figures import DARK, dark
from tools.kernel import FORKS
from tools.lesson import LessonError, read, replace_literals
from tools.page import prose, render

HEAD = '''# %% [markdown]
"""
# Why?

Because.
"""

# %% tags=["settings"] smoke={"STEPS": 2}
STEPS = 300
'''
PICTURE = """# %% alt="Two points, the higher at {top}"
import matplotlib.pyplot as plt

top = STEPS
plt.plot([1, top], color="#222222");
"""
PROSE = """
# %% tags=["hide-input"]
from IPython.display import Markdown

Markdown(f"It took **{STEPS}**.")
"""
HANG = """
# %%
import pathlib, time
{start}
pathlib.Path("..", "{name}").touch()
{wait}
"""
CHILD = """import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"], start_new_session=True)"""
PRELOAD = 'preload = ["colorsys"]'
COUNT = """
# %%
import colorsys, os

colorsys.seen = getattr(colorsys, "seen", 0) + 1
print(f"seen {colorsys.seen}, from {os.getppid()}")
"""
BUILD = """
import pathlib, signal, sys
from tools.build import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
sys.exit(main(["--jobs", "2"], pathlib.Path(sys.argv[1])))
"""
EXERCISE = """# %%
def f(x):
    # BEGIN SOLUTION
    y = 2 * x
    # WRONG: y = x
    return y
    # END SOLUTION

# %%
assert f(1) == 2, "f doubles"
"""


def with_metadata(text: str) -> str:
    """The lesson with more metadata on its settings cell."""
    return HEAD.replace('["settings"]', f'["settings"] {text}')


class Course:
    """A course of tiny lessons in a folder of its own."""

    def __init__(self, root: Path, capsys):
        self.root, self.capsys = root, capsys
        self.settings(PRELOAD)
        write(root / "keras_gan" / "__init__.py", "")

    def settings(self, line: str) -> None:
        write(self.root / "pyproject.toml", f'[tool.course]\nrepository = "https://a.b/c"\n{line}\n')

    def lesson(self, name: str, text: str) -> Path:
        path = self.root / "lessons" / f"{name}.py"
        write(path, text)
        return path

    def build(self, *arguments: str) -> tuple[int, str]:
        status = build.main(list(arguments), self.root)
        return status, self.capsys.readouterr().err

    def page(self, name: str) -> str:
        return (self.root / "docs" / "lessons" / f"{name}.md").read_text(encoding="utf-8")


@pytest.fixture
def course(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("KERAS_GAN_DATA", raising=False)
    return Course(tmp_path, capsys)


def test_page_holds_prose_code_outputs_and_figures(course):
    course.lesson(
        "01_why",
        HEAD
        + PICTURE
        + PROSE
        + "\n# %%\nfor k in range(3):\n    print(k, flush=True)\n"
        + '\n# %% tags=["check"]\nassert STEPS == 300, "unseen"\n',
    )
    assert course.build()[0] == 0
    page = course.page("01_why")
    assert page.startswith("# Why?\n\n[Notebook :material-download:](01_why.ipynb)")
    assert "It took **300**." in page
    assert "Show the code" in page
    assert "0\n1\n2\n" in page
    assert "unseen" not in page
    assert page.count('alt="Two points, the higher at 300"') == 2
    figures = course.root / "docs" / "lessons" / "01_why"
    assert sorted(path.name for path in figures.iterdir()) == ["1-dark.svg", "1-light.svg"]
    assert "#222222" in (figures / "1-light.svg").read_text(encoding="utf-8")
    assert "#222222" not in (figures / "1-dark.svg").read_text(encoding="utf-8")
    downloaded = json.loads((figures.parent / "01_why.ipynb").read_text(encoding="utf-8"))
    assert not any(cell.get("outputs") for cell in downloaded["cells"])


def test_prose_runs_nothing_and_code_package_or_data_run_again(course):
    path = course.lesson("01_why", HEAD)
    assert "ran" in course.build()[1]
    course.lesson("01_why", HEAD.replace("Because.", "It is so."))
    assert "cached" in course.build()[1]
    assert "It is so." in course.page("01_why")
    assert "ran" in course.build("--scale", "smoke")[1]
    path.write_text(HEAD.replace("300", "301"), encoding="utf-8")
    assert "ran" in course.build()[1]
    path.write_text(HEAD, encoding="utf-8")
    assert "cached" in course.build()[1], "the cache remembers more than the last run"
    write(course.root / "keras_gan" / "__init__.py", "answer = 42\n")
    assert "ran" in course.build()[1]
    write(course.root / "keras" / "datasets" / "fashion-mnist" / "labels.gz", b"data")
    assert "cached" in course.build()[1], "the lesson does not ask for these data"
    path.write_text(with_metadata('data="fashion_mnist"'), encoding="utf-8")
    assert "ran" in course.build()[1]
    write(course.root / "keras" / "datasets" / "fashion-mnist" / "labels.gz", b"other data")
    assert "ran" in course.build()[1]
    assert len(list((course.root / ".cache" / "lessons" / "01_why").iterdir())) == 5


def test_lesson_runs_again_when_a_setting_or_a_file_that_it_opened_changes(course, monkeypatch):
    home = course.root / "keras"
    own = home / "keras_gan" / "classifier-1.npz"
    write(home / "datasets" / "mnist.npz", "data")
    monkeypatch.setenv("KERAS_GAN_DATA", str(course.root / "data"))
    write(course.root / "data" / "faces" / "1.png", "a face")
    code = f"""
import os, pathlib

data = pathlib.Path({str(course.root)!r}).glob("*/*/*")
[path.read_bytes() for path in data if path.suffix in (".npz", ".png")]
os.makedirs({str(own.parent)!r}, exist_ok=True)
if not os.path.exists({str(own)!r}):
    open({str(own)!r} + ".part", "w").close()
    os.replace({str(own)!r} + ".part", {str(own)!r})
"""
    course.lesson("01_why", f"{HEAD}\n# %%{code}")
    assert "ran" in course.build()[1]
    assert "cached" in course.build()[1], "what a lesson makes itself is there from then on"
    for path in (own, home / "datasets" / "mnist.npz", course.root / "data" / "faces" / "1.png"):
        write(path, "other")
        assert "ran" in course.build()[1], path
    write(home / "keras.json", '{"floatx": "float64"}')
    assert "ran" in course.build()[1]
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "XLA_FLAGS"):
        with monkeypatch.context() as changed:
            changed.setenv(name, "7")
            assert cache.load(read(course.root / "lessons" / "01_why.py"), "full", course.root) is None, name
    assert "cached" in course.build()[1]


@given(place=st.floats(0, 1, exclude_max=True), kind=st.sampled_from(["flip", "cut", "add", "other", "deep"]))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_damaged_result_is_none(course, place, kind):
    lesson = read(course.lesson("01_why", HEAD))
    cache.store(lesson, "full", course.root, RUN)
    assert cache.load(lesson, "full", course.root) == RUN
    (path,) = (course.root / ".cache" / "lessons" / "01_why").iterdir()
    data = path.read_bytes()
    at = int(place * len(data))
    path.write_bytes(
        {
            "flip": data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :],
            "cut": data[:at],
            "add": data[:at] + b"0" + data[at:],
            "other": b'{"outputs": []}',
            "deep": b"[" * 100_000,
        }[kind]
    )
    assert cache.load(lesson, "full", course.root) is None


def test_lesson_runs_again_when_a_claim_that_it_asks_for_came_out_otherwise(course):
    course.lesson("01_why", with_metadata('claims="A1"') + '\n# %% tags=["check"]\nname = "A2"\n')
    stored = {"A1": {"verdict": "confirmed"}, "A2": {"verdict": "confirmed"}}
    write(course.root / "claims" / "results.json", json.dumps(stored))
    assert "ran" in course.build("01")[1]
    write(course.root / "claims" / "results.json", json.dumps(stored | {"A2": {"verdict": "refuted"}}))
    assert "cached" in course.build("01")[1]
    write(course.root / "claims" / "results.json", json.dumps(stored | {"A1": {"verdict": "refuted"}}))
    assert "ran" in course.build("01")[1]


def test_failing_cell_is_named_and_stops_no_other_lesson(course):
    course.lesson("01_why", HEAD)
    course.lesson("02_how", HEAD)
    assert course.build()[0] == 0
    old = course.page("01_why")
    course.lesson("01_why", HEAD + "\n# %%\n\na = 1\nb = a / 0\n")
    course.lesson("02_how", HEAD.replace("Because.", "Thus."))
    status, said = course.build()
    assert status == 1
    assert "lessons/01_why.py:14: the lesson failed\n" in said
    assert "ZeroDivisionError" in said
    assert course.page("01_why") == old
    assert "Thus." in course.page("02_how")


def test_checks_are_asserted_at_full_scale_and_exact_ones_at_both(course):
    course.lesson("01_why", HEAD + '\n# %% tags=["check"]\nassert STEPS == 2\n')
    assert "lessons/01_why.py:12: the lesson failed" in course.build()[1]
    assert course.build("--scale", "smoke")[0] == 0
    assert not (course.root / "docs").exists(), "smoke scale writes no pages"
    course.lesson("01_why", HEAD + '\n# %% tags=["check", "exact"]\nassert STEPS == 300\n')
    assert course.build("--scale", "smoke")[0] == 1
    assert course.build()[0] == 0


def test_a_check_that_other_data_do_not_pass_leaves_a_notice(course):
    notice = '\n# %%\nfrom IPython.display import Markdown\nMarkdown("> **Notice.** No MNIST here.")\n'
    check = '\n# %% tags=["check"]\nprint("unseen")\nassert STEPS == 2\n'
    course.lesson("01_why", HEAD + notice + check)
    status, said = course.build()
    assert status == 0
    assert "1 of its checks do not hold without the real data" in said
    assert "It does not hold on these." in course.page("01_why")
    assert "unseen" not in course.page("01_why")
    course.lesson("01_why", HEAD + notice + '\n# %% tags=["check", "exact"]\nassert STEPS == 3\n')
    assert course.build()[0] == 1, "a formula does not depend on the data"
    course.lesson("01_why", HEAD + notice + check.replace("STEPS == 2", "1 / 0"))
    assert course.build()[0] == 1, "an error is no claim"


def test_smoke_pages_say_that_they_are(course):
    course.lesson("01_why", HEAD)
    assert course.build("--scale", "smoke", "--pages")[0] == 0
    assert "Built at smoke scale" in course.page("01_why")
    assert "STEPS = 2\n" in course.page("01_why")


def test_figure_without_alt_text_is_named(course):
    course.lesson("01_why", HEAD + PICTURE.replace(' alt="Two points, the higher at {top}"', ""))
    status, said = course.build()
    assert (status, "lessons/01_why.py:10: the figure needs an alt text" in said) == (1, True)
    course.lesson("01_why", HEAD + PICTURE)
    course.lesson("02_how", HEAD + PICTURE.replace("{top}", "{top"))
    course.lesson("03_who", HEAD + '\n# %% alt="Nothing"\n1 + 1\n')
    status, said = course.build()
    assert "lessons/03_who.py:11: the cell has an alt text but shows no figure" in said
    assert "lessons/02_how.py:10: the alt text is no valid f-string" in said


PNG = "data:image/png;base64,iVBORw0KGgo="
BROUGHT = {
    "picture from elsewhere": (
        "text/html",
        '<IMG SRC="https://a.b/c.png">',
        "asks for a file from elsewhere",
    ),
    "without scheme": ("text/html", "<img src=//a.b/c.png>", "asks for a file from elsewhere"),
    "set": ("text/html", f'<img src="{PNG}" srcset="https://a.b/c.png 2x">', "srcset="),
    "film": ("text/html", f'<video poster="{PNG}"><source src="http://a.b/c"></video>', "src="),
    "program": ("text/html", "<p>a</p><script>fetch('//a.b')</script>", "<script>"),
    "handler": ("text/html", "<p onmouseover='fetch(1)'>a</p>", "onmouseover="),
    "address that is a program": ("text/html", "<a href=' javascript:fetch(1)'>a</a>", "href="),
    "frame": ("text/html", "<iframe srcdoc='a'></iframe>", "<iframe>"),
    "style sheet": ("text/html", '<link rel="stylesheet" href="https://a.b/c.css">', "<link>"),
    "style": ("text/html", "<style>p { background: url(https://a.b/c) }</style>", "asks for a file"),
    "escaped style": ("text/html", r"<style>p { background: u\72l(//a.b/c) }</style>", "asks for a file"),
    "import": ("text/html", "<style>@import '//a.b/c.css';</style>", "asks for a file"),
    "style of one": ("text/html", "<p style='background: URL( //a.b/c )'>a</p>", "style="),
    "ping": ("text/html", "<a href='b.html' ping='https://a.b'>a</a>", "ping="),
    "drawing in the text": ("text/html", "<svg><circle r='1'/></svg>", "<svg> has no alt text"),
    "canvas": ("text/html", "<canvas></canvas>", "<canvas> has no alt text"),
    "drawing": ("image/svg+xml", '<svg><image href="https://a.b/c.png"/></svg>', "href="),
    "program in a drawing": ("image/svg+xml", "<svg><script>1</script></svg>", "<script>"),
    "Markdown": ("text/markdown", "See ![a point](https://a.b/c.png).", "src="),
    "Markdown without alt": ("text/markdown", f"See ![]({PNG}).", "<img> has no alt text"),
    "HTML in Markdown": ("text/markdown", "a\n\n<img alt='a' src='https://a.b'>", "src="),
    "HTML in LaTeX": ("text/latex", "$a$ <img alt='a' src='//a.b'>", "src="),
    "unknown picture": ("image/tiff", "AAAA", "not every browser shows tiff"),
}


@pytest.mark.parametrize(("kind", "text", "fault"), BROUGHT.values(), ids=BROUGHT)
def test_an_output_that_asks_for_something_from_elsewhere_is_refused(course, kind, text, fault):
    lesson = read(course.lesson("01_why", HEAD + '\n# %% alt="A point"\n1\n'))
    output = {"output_type": "display_data", "data": {kind: text}}
    with pytest.raises(LessonError, match=r"01_why\.py:11: the page can't take an output: ") as raised:
        render(lesson, Run([[], [output]], ["", ""], 1.0), "full", [])
    assert fault in str(raised.value)


def test_a_text_that_asks_for_something_from_elsewhere_is_refused(course):
    for text in ("![a](https://a.b/c.png)", "<img src='//a.b'>", f"![]({PNG})"):
        lesson = read(course.lesson("01_why", HEAD.replace("Because.", text)))
        with pytest.raises(LessonError, match=r"01_why\.py:1: the page can't take this"):
            render(lesson, RUN, "full", [])


def test_what_an_output_carries_itself_is_taken(course):
    lesson = read(course.lesson("01_why", HEAD + '\n# %% alt="A point"\n1\n'))
    html = f'<p style="color: red">a <a href="https://a.b">b</a></p><img src="{PNG}" alt="other">'
    output = {"output_type": "display_data", "data": {"text/html": html}}
    page = render(lesson, Run([[], [output]], ["", ""], 1.0), "full", [])
    assert '<img alt="A point" loading="lazy" src="01_why/1.png">' in page.text
    assert '<a href="https://a.b">' in page.text


def test_pictures_and_films_are_unpacked(course):
    code = """from IPython.display import HTML

HTML('<video controls><source src="data:video/mp4;base64,AAAA" type="video/mp4"></video>')
"""
    image = """import base64, io
from IPython.display import Image
from PIL import Image as Pixels

file = io.BytesIO()
Pixels.new("L", (4, 4)).save(file, "png")
Image(file.getvalue(), width=16)
"""
    course.lesson("01_why", f'{HEAD}\n# %% alt="A film"\n{code}\n# %% alt="Black" name="dark"\n{image}')
    assert course.build()[0] == 0
    page = course.page("01_why")
    assert '<video aria-label="A film" preload="metadata" controls><source src="01_why/1.mp4"' in page
    assert 'src="01_why/dark.png" alt="Black" width="16" height="16" class="pixels"' in page
    assert (course.root / "docs" / "lessons" / "01_why" / "1.mp4").read_bytes() == b"\0\0\0"


def test_what_no_longer_exists_is_removed(course):
    course.lesson("01_why", HEAD + PICTURE)
    course.lesson("02_how", HEAD + PICTURE)
    course.build()
    (course.root / "lessons" / "01_why.py").unlink()
    course.lesson("02_how", HEAD + PICTURE.replace('{top}"', '{top}" name="points"'))
    course.build()
    folder = course.root / "docs" / "lessons"
    assert sorted(path.name for path in folder.iterdir()) == ["02_how", "02_how.ipynb", "02_how.md"]
    assert sorted(p.name for p in (folder / "02_how").iterdir()) == ["points-dark.svg", "points-light.svg"]


def test_unchanged_files_are_not_written(course):
    course.lesson("01_why", HEAD + PICTURE)
    course.build()
    files = [path for path in (course.root / "docs").rglob("*") if path.is_file()]
    before = {path: path.stat().st_mtime_ns for path in files}
    course.build()
    assert {path: path.stat().st_mtime_ns for path in files} == before


def wait_for(condition, seconds: float = 30) -> None:
    """Returns when the condition holds; fails where it never does."""
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, "the time is over"
        sleep(0.05)


def of_build(root: Path) -> list[psutil.Process]:
    """Every process that began as a build of this course, or in one."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("BUILD_OF") == str(root):
                found.append(process)
    return found


FORKED, NEW = ("forked", PRELOAD, CHILD, "sum(range(10**13))"), ("new", "", "", "time.sleep(99)")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals for one process")
@pytest.mark.parametrize(
    ("kind", "number"),
    [(FORKED, "SIGINT"), (FORKED, "SIGTERM"), (FORKED, "SIGKILL"), (NEW, "SIGTERM"), (NEW, "SIGKILL")],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_an_ended_build_leaves_no_process_and_begins_no_lesson(course, kind, number):
    _, preload, start, wait = kind
    course.settings(preload)
    course.lesson("01_why", HEAD)
    for name in ("02_how", "03_who", "04_when"):
        course.lesson(name, HEAD + HANG.format(start=start, name=name, wait=wait))
    environment = {**os.environ, "TMPDIR": str(course.root), "BUILD_OF": str(course.root)}
    options = {"cwd": ROOT, "env": environment, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", BUILD, str(course.root)], **options) as process:
        for name in ("02_how", "03_who"):
            wait_for((course.root / name).exists)
        process.send_signal(getattr(signal, number))
        wait_for(lambda: not of_build(course.root), seconds=5)
        said = process.stderr.read()
    if number != "SIGKILL":
        assert process.returncode == 130
        assert re.fullmatch(
            r"01_why: ran, \d s at full scale\ninterrupted; lessons built so far are kept\n", said
        )
    assert not (course.root / "04_when").exists()
    assert course.page("01_why").startswith("# Why?")
    assert "cached" in course.build("01")[1]
    assert not list((course.root / "docs").rglob("*.partial"))


@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_what_serves_the_site_ends_with_what_started_it(tmp_path, end):
    code = """
import sys, time
from tools.serve import start

start("timeit", "-s", f"open({sys.argv[1] + '/there'!r}, 'w')", "while True: pass")
time.sleep(99)
"""
    environment = {**os.environ, "BUILD_OF": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, env=environment) as process:
        wait_for((tmp_path / "there").exists)
        assert len(of_build(tmp_path)) == 2
        getattr(process, end)()
        wait_for(lambda: not of_build(tmp_path), seconds=5)


@pytest.mark.skipif(not FORKS, reason="kernels are forks on Linux only")
def test_a_build_that_is_killed_while_libraries_are_imported_leaves_no_process(course):
    course.settings('preload = ["slow"]')
    write(course.root / "slow.py", f"open({str(course.root / 'slow')!r}, 'w')\nimport time\ntime.sleep(99)\n")
    course.lesson("01_why", HEAD)
    environment = {**os.environ, "BUILD_OF": str(course.root)}
    command = [sys.executable, "-c", BUILD, str(course.root)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        wait_for((course.root / "slow").exists)
        process.kill()
        wait_for(lambda: not of_build(course.root), seconds=5)


ENDLESS = {
    "print": "print('x' * 99)",
    "process": "os.system('yes | head -5000')",
    "html": "display(HTML('x' * 99))",
}


@pytest.mark.parametrize("cell", ENDLESS.values(), ids=ENDLESS)
def test_a_cell_that_puts_out_without_end_is_named(course, monkeypatch, cell):
    monkeypatch.setattr("tools.execute.CELL_BYTES", 20_000)
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # by which a kernel knows that it need not hear its processes
    code = f"\n# %%\nimport os\nfrom IPython.display import HTML\n\nwhile True:\n    {cell}\n"
    course.lesson("01_why", HEAD + code)
    status, said = course.build()
    assert (status, said) == (
        1,
        "lessons/01_why.py:11: the cell put out more than 20,000 bytes; print less\n",
    )


def test_a_cell_without_end_is_named_and_the_others_are_built(course, monkeypatch):
    monkeypatch.setattr("tools.execute.CELL_SECONDS", 1)
    course.lesson("01_why", HEAD + "\n# %%\nwhile True:\n    pass\n")
    course.lesson("02_how", HEAD)
    status, said = course.build()
    assert status == 1
    assert "lessons/01_why.py:11: the cell ran for more than 1 s; shorten it, or split it\n" in said
    assert "02_how: ran" in said


def test_what_is_wrong_with_one_lesson_stops_no_other(course):
    course.lesson("01_why", HEAD)
    course.lesson("02_how", HEAD).write_bytes(HEAD.replace("Because", "Größe").encode("latin-1"))
    leave = "\n# %%\nimport os, shutil\n\nshutil.rmtree(os.getcwd())\n"
    course.lesson("03_who", f"{HEAD}{leave}\n# %%\nos._exit(1)\n")
    course.lesson("04_when", HEAD + leave)
    course.lesson("05_where", HEAD.replace("# %% [markdown]", '# %% [markdown] gallery="deep_mlp"', 1))
    write(course.root / "docs" / "gallery" / "deep_mlp" / "run.json", "[" * 100_000)
    course.lesson("06_which", HEAD.replace("STEPS = 300", "STEPS = 300\0"))
    status, said = course.build()
    assert status == 1
    assert "Traceback" not in said
    assert "01_why: ran" in said
    assert "lessons/02_how.py:5: save it as UTF-8: 'utf-8' codec can't decode" in said
    assert "lessons/03_who.py:16: the kernel died in this cell" in said
    assert "04_when: ran" in said
    assert said.count("run.json is not as it was recorded: maximum recursion depth") == 2, (
        "lesson and gallery"
    )
    assert "lessons/06_which.py" in said
    assert not (course.root / "docs" / "gallery.md").exists()


def test_two_lessons_at_a_time_make_the_same_pages(course):
    for name in ("01_why", "02_how"):
        course.lesson(name, HEAD + PROSE)
    course.lesson("03_what", HEAD + "\n# %%\n1 / 0\n")
    assert course.build("--jobs", "2")[0] == 1
    pages = [course.page(name) for name in ("01_why", "02_how")]
    assert not (course.root / "docs" / "lessons" / "03_what.md").exists()
    assert "cached" in course.build("01", "02")[1]
    assert [course.page(name) for name in ("01_why", "02_how")] == pages


def test_unknown_lesson_is_refused(course):
    course.lesson("01_why", HEAD)
    with pytest.raises(SystemExit):
        course.build("07")
    assert "no lesson begins with '07'. There are: 01_why" in course.capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace("STEPS = 300", "STEPS = 3 * 100"), ":8: a settings cell holds"),
        (HEAD.replace("STEPS = 300", "steps = 300"), ":8: a settings cell holds"),
        (HEAD.replace("STEPS = 300", "EPOCHS = 300"), ":8: `smoke` names no setting: STEPS"),
        (HEAD.replace('["settings"]', '["setings"]'), ":8: unknown cell tag or metadata: setings"),
        (HEAD.replace("smoke", "smok"), ":8: unknown cell tag or metadata: smok"),
        (with_metadata('data="mnist minst"'), ":8: there is no data set minst: there are digits, mnist,"),
        (with_metadata('claims="A1"'), ":8: no result is stored for claim A1: python -m claims --only A1"),
        (HEAD + '\n# %% data="mnist"\n', ":11: `data` belongs on the settings cell"),
        (HEAD + '\n# %% smoke={"STEPS": 1}\n', ":11: `smoke` belongs on the settings cell"),
        (
            HEAD.replace(' tags=["settings"] smoke={"STEPS": 2}', ""),
            ":1: a lesson has exactly one cell tagged",
        ),
    ],
)
def test_malformed_lessons_are_refused(course, text, message):
    with pytest.raises(LessonError, match=re.escape("lessons/01_why.py" + message)):
        read(course.lesson("01_why", text))


def test_literals_are_replaced_where_they_stand():
    source = 'NAME = "é"  # ü\nSIZES = (\n    1,\n    2,\n)  # two\nRATE = -1e-3'
    replaced = replace_literals(source, {"NAME": "x", "SIZES": [3], "RATE": 0.5})
    assert replaced.splitlines() == ["NAME = 'x'  # ü", "SIZES = [3]  # two", "", "", "", "RATE = 0.5"]


def test_links_and_folds_are_right_on_the_site():
    assert (
        prose("[a](02_how.ipynb) [b](02_how.ipynb#The-question)")
        == "[a](02_how.md) [b](02_how.md#the-question)"
    )
    assert prose("[x](https://a.b/02_how.ipynb)") == "[x](https://a.b/02_how.ipynb)"
    folded = prose("<details>\n<summary>Is it $a$?</summary>\n\n- yes\n\n</details>")
    assert folded.startswith('<details markdown="1">\n<summary markdown="span">')


def test_notebooks_hold_no_checks_and_exercises_no_solutions(course):
    course.lesson("01_why", HEAD + '\n# %% tags=["check"]\nassert STEPS\n')
    course.lesson("exercises/01_double", EXERCISE)
    assert notebooks.main([], course.root) == 0
    assert notebooks.main(["--check"], course.root) == 0
    made = json.loads(
        (course.root / "lessons/notebooks/exercises/01_double.ipynb").read_text(encoding="utf-8")
    )
    code = ["".join(cell["source"]) for cell in made["cells"]]
    assert code[1:] == [
        "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError",
        'assert f(1) == 2, "f doubles"',
    ]
    lesson = (course.root / "lessons" / "notebooks" / "01_why.ipynb").read_text(encoding="utf-8")
    assert 'REPOSITORY = \\"https://a.b/c\\"' in lesson
    assert '%pip install --quiet \\"keras-gan @ git+{REPOSITORY}\\"' in lesson
    assert "assert" not in lesson
    course.lesson("01_why", HEAD.replace("Because.", "Thus."))
    assert notebooks.main(["--check"], course.root) == 1
    course.lesson("exercises/01_double", EXERCISE.replace("# END SOLUTION", ""))
    with pytest.raises(LessonError, match="SOLUTION survives in line 3"):
        notebooks.all_notebooks(course.root)


def made_by_a_student(course, name: str) -> bytes:
    """Writes over a notebook, as JupyterLab does when a student has solved it."""
    path = course.root / "lessons" / "notebooks" / name
    write(path, path.read_bytes() + b" " if path.exists() else b"solved")
    return path.read_bytes()


def git(course, *words: str) -> None:
    options = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *options, *words], cwd=course.root, check=True, capture_output=True)


@pytest.fixture
def committed(course):
    """A course whose notebooks are in git, with a lesson that has changed since."""
    for name in ("01_why", "02_how"):
        course.lesson(name, HEAD)
    course.lesson("exercises/01_double", EXERCISE)
    assert notebooks.main([], course.root) == 0
    (course.root / ".cache" / "notebooks").unlink()  # a fresh clone has none
    git(course, "init")
    git(course, "add", "lessons")
    git(course, "commit", "-m", "a")
    course.lesson("01_why", HEAD.replace("Because.", "Thus."))
    course.lesson("exercises/01_double", EXERCISE.replace("doubles", "makes two"))
    return course


STUDENTS = {
    "solved": ["exercises/01_double.ipynb"],
    "new": ["my_notes.ipynb"],
    "both": ["01_why.ipynb", "exercises/mine.ipynb"],
    "of a lesson that is gone": ["02_how.ipynb"],
}


@pytest.mark.parametrize("names", STUDENTS.values(), ids=STUDENTS)
@pytest.mark.parametrize("staged", [False, True])
def test_a_notebook_that_a_student_made_or_changed_stops_the_writing(committed, names, staged):
    (committed.root / "lessons" / "02_how.py").unlink()
    theirs = {name: made_by_a_student(committed, name) for name in names}
    if staged:
        git(committed, "add", "lessons/notebooks")
    folder = committed.root / "lessons" / "notebooks"
    before = {path: path.read_bytes() for path in folder.rglob("*.ipynb")}
    assert notebooks.main([], committed.root) == 1
    said = committed.capsys.readouterr().err
    assert all(f"lessons/notebooks/{name}" in said for name in theirs)
    assert {path: path.read_bytes() for path in folder.rglob("*.ipynb")} == before


def test_notebooks_that_nobody_changed_are_renewed_and_removed(committed):
    folder = committed.root / "lessons" / "notebooks"
    write(folder / "notes.txt", "a student's")
    (committed.root / "lessons" / "02_how.py").unlink()
    assert notebooks.main([], committed.root) == 0
    assert "Thus." in (folder / "01_why.ipynb").read_text(encoding="utf-8")
    assert not (folder / "02_how.ipynb").exists()
    assert (folder / "notes.txt").exists()
    committed.lesson("01_why", HEAD.replace("Because.", "Once more."))
    assert notebooks.main([], committed.root) == 0, "an author writes them again before a commit"
    made_by_a_student(committed, "01_why.ipynb")
    assert notebooks.main([], committed.root) == 1


def test_without_git_a_changed_notebook_is_nobodys_but_the_students(course):
    course.lesson("01_why", HEAD)
    assert notebooks.main([], course.root) == 0
    theirs = made_by_a_student(course, "01_why.ipynb")
    assert notebooks.main([], course.root) == 1
    assert (course.root / "lessons" / "notebooks" / "01_why.ipynb").read_bytes() == theirs


def test_students_work_in_a_copy_that_is_added_to_and_never_overwritten(course):
    course.lesson("01_why", HEAD)
    course.lesson("exercises/01_double", EXERCISE)
    notebooks.main([], course.root)
    for added in (2, 0):
        assert notebooks.main(["--copy"], course.root) == 0
        assert f"{added} notebooks added" in course.capsys.readouterr().out
    write(course.root / "work" / "01_why.ipynb", b"solved")
    course.lesson("01_why", HEAD.replace("Because.", "Thus."))
    course.lesson("02_how", HEAD)
    notebooks.main([], course.root)
    assert notebooks.main(["--copy"], course.root) == 0
    assert (course.root / "work" / "01_why.ipynb").read_bytes() == b"solved"
    assert (course.root / "work" / "02_how.ipynb").exists()
    assert (course.root / "work" / "exercises" / "01_double.ipynb").exists()


def test_page_folds_the_solution_in_before_the_end(course):
    path = course.lesson("01_why", HEAD + '\n# %% [markdown]\n"""\n## Remember\n\nIt doubles.\n"""\n')
    exercise = course.lesson("exercises/01_double", EXERCISE)
    text = render(read(path), RUN, "full", [exercise]).text
    task, _, rest = text.partition('<details markdown="1">\n<summary markdown="span">A solution</summary>')
    assert "y = 2 * x" not in task
    code, _, end = rest.partition("</details>")
    assert "    y = 2 * x\n    return y\n" in code
    assert "```python\ny = x\n```\n\nwhere it says `y = 2 * x`" in code
    assert "SOLUTION" not in text
    assert end.lstrip().startswith("## Remember")


def test_exercise_is_tried_with_its_solution_its_wrong_answers_and_without(course):
    course.lesson("exercises/01_double", EXERCISE)
    path = course.root / "lessons" / "exercises" / "01_double.py"
    assert exercises.try_out(path) == []
    assert exercises.main(["--seeds", "2"], course.root) == 0
    assert "01_double: well, no seeds" in course.capsys.readouterr().out
    with pytest.raises(SystemExit):
        exercises.main(["02"], course.root)
    assert "no lesson begins with '02'. There are: 01_double" in course.capsys.readouterr().err
    seeded = EXERCISE.replace("def f", "SEED = 1\n\n\ndef f").replace("f(1) == 2", "f(SEED) == 2 * SEED")
    course.lesson("exercises/01_double", seeded)
    assert exercises.main(["--seeds", "2"], course.root) == 1  # f(0) is right in the wrong answer, too
    assert (
        "`y = x` should fail a test that says why with SEED = 0; it gave None"
        in course.capsys.readouterr().out
    )
    for source, fault in (
        (EXERCISE.replace("2 * x", "3 * x"), "the solution fails: AssertionError('f doubles')"),
        (EXERCISE.replace("WRONG: y = x", "and so"), "it names no wrong answer"),
        (EXERCISE.replace(', "f doubles"', ""), "`y = x` should fail a test that says why"),
        (EXERCISE.replace("f(1) == 2", "True"), "the students' copy gave None"),
    ):
        course.lesson("exercises/01_double", source)
        assert any(found.startswith(fault) for found in exercises.try_out(path)), source


CHECK_YOURSELF = '''
# %% [markdown]
"""
## Check yourself

<details><summary>Why?</summary>

Because of [this](01_why.ipynb#Why).

</details>

<details><summary>Really?</summary>

No.

</details>
"""

# %% [markdown]
"""
## Exercise

<details><summary>A hint</summary>

Not a question.

</details>
"""
'''


def test_the_questions_of_all_lessons_are_on_one_page(course):
    course.lesson("01_why", HEAD + CHECK_YOURSELF)
    course.lesson("02_how", HEAD)
    assert course.build()[0] == 0
    page = (course.root / "docs" / "questions.md").read_text(encoding="utf-8")
    assert page.startswith("# Questions and answers\n\n2 questions,")
    assert "## 1. Why?\n\n[Lesson 1](lessons/01_why.md#check-yourself)" in page
    assert '<summary markdown="span">Really?</summary>\n\nNo.\n\n</details>' in page
    assert "[this](lessons/01_why.md#why)" in page
    assert "Not a question" not in page


RUN = Run(outputs=[[]], alts=[""], seconds=1.0)


def test_recorded_results_stand_below_the_prose_that_names_their_claims(course):
    path = course.lesson("01_why", HEAD + '\n# %% [markdown] claim="A1"\n"""\nTen seeds were run.\n"""\n')
    assert course.build()[1].strip().endswith("no result is stored for claim A1: python -m claims --only A1")
    entry = {
        "seeds": [10, 11, 12],
        "results": [{"kl": 0.1}] * 3,
        "verdict": {"outcome": "refuted", "sentence": "KL above 1: 0 of 3 (this does not hold)."},
        "seconds": 1234.5,
        "date": "2026-01-02",
        "hardware": "a laptop",
    }
    write(course.root / "claims" / "results.json", json.dumps({"A1": entry}))
    assert "[claim A1](../claims.md#a1): refuted.** KL above 1" in render(read(path), RUN, "full", []).text
    told = notebooks.notebook(read(path), "")
    assert "Recorded, claim A1: refuted." in told
    assert "seeds 10 to 12, 2026-01-02, 1,234 s on a laptop; `python -m claims --only A1` repeats it" in told


def test_recorded_run_stands_below_the_prose_that_names_it(course):
    path = course.lesson("01_why", HEAD + '\n# %% [markdown] gallery="made_up"\n"""\nLonger:\n"""\n')
    assert (
        course.build()[1]
        .strip()
        .endswith("no run made_up is in the gallery: python -m tools.recording made_up")
    )
    write(course.root / "docs" / "gallery" / "made_up" / "run.json", json.dumps(CARD))
    text = render(read(path), RUN, "full", []).text
    assert "Longer:\n\n> **Recorded, deep_mlp on CIFAR-10: 3 of 100 epochs** in 3 min 20 s" in text
    assert "Fréchet distance 1,234, of real images 0.0625, of noise 2. [All about" in text
    assert "](../gallery.md#made_up)" in text
    assert 'src="../gallery/made_up/film.mp4"' in text
    told = notebooks.notebook(read(path), "")
    assert "3 of 100 epochs" in told
    assert "film.mp4" not in told


def test_dead_kernel_is_named(course):
    lesson = read(course.lesson("01_why", HEAD + "\n# %%\nimport os\nos._exit(1)\n"))
    with pytest.raises(LessonError, match=r"01_why\.py:11: the kernel died"):
        execute(lesson, "full", course.root, lambda k, n: None)


@pytest.mark.skipif(not FORKS, reason="kernels are forks on Linux only")
class TestForkedKernels:
    def test_they_have_one_parent_and_share_nothing(self, course):
        for name in ("01_why", "02_how"):
            course.lesson(name, HEAD + COUNT)
        assert course.build()[0] == 0
        told = [re.search(r"seen (\d), from (\d+)", course.page(name)) for name in ("01_why", "02_how")]
        assert [found[1] for found in told] == ["1", "1"]
        assert told[0][2] == told[1][2] != str(os.getpid())

    def test_figures_and_numbers_are_those_of_a_new_kernel(self, course):
        path = course.lesson("01_why", HEAD + PICTURE + PROSE + '\n# %%\nprint(hash("the seed"))\n')
        forked = execute(read(path), "full", course.root, lambda k, n: None)
        course.settings("")
        new = execute(read(path), "full", course.root, lambda k, n: None)
        assert (forked.outputs, forked.alts) == (new.outputs, new.alts)

    def test_a_dead_one_is_named_with_what_it_wrote(self, course):
        last = 'import os\nos.write(2, b"the last words")\nos._exit(1)\n'
        lesson = read(course.lesson("01_why", HEAD + "\n# %%\n" + last))
        with pytest.raises(LessonError, match=r"01_why\.py:11: the kernel died in this cell\nthe last words"):
            execute(lesson, "full", course.root, lambda k, n: None)

    def test_a_module_that_cannot_be_imported_is_the_lessons_error(self, course):
        write(course.root / "broken.py", "1 / 0\n")
        course.settings('preload = ["broken"]')
        course.lesson("01_why", HEAD)
        course.lesson("02_how", HEAD + "\n# %%\nimport broken\n")
        status, said = course.build()
        assert status == 1
        assert "01_why: ran" in said
        assert "ZeroDivisionError" in said

    def test_a_killed_parent_is_named_and_replaced(self, course):
        kill = "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(600)\n"
        path = course.lesson("01_why", f"{HEAD}\n# %%\n{kill}")
        course.lesson("02_how", HEAD)
        status, said = course.build()
        assert status == 1
        assert "the kernel died" in said
        assert "The process that starts kernels was killed. Build again." in said
        path.unlink()
        assert course.build()[0] == 0


def _contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it."""

    def light(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    bright, dim = sorted((light(one), light(other)), reverse=True)
    return bright / dim


@pytest.mark.parametrize("colour", ["#1b9e77", "#762a83", "#222222", "#d95f02", "#8c8c8c"])
def test_figure_colours_are_seen_on_both_pages(colour):
    css = (ROOT / "docs" / "assets" / "site.css").read_text(encoding="utf-8")
    background = re.search(r'"slate"\] \{[^}]*--md-default-bg-color: (#\w{6})', css)[1]
    assert _contrast(colour, "#ffffff") >= 3
    assert _contrast(dark(colour), background) >= 3
    assert dark(colour) == DARK.get(colour, colour)
