"""Runs a lesson in a fresh kernel, cell by cell."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

from ground.files import course
from ground.machine import installed
from tools.kernel import LOG, kernel
from tools.lesson import Cell, Lesson, LessonError

STYLE = Path(__file__).with_name("matplotlibrc")
SVG = {"facecolor": "none", "bbox_inches": "tight", "metadata": {"Date": None}}
FIGURES = ["--InlineBackend.figure_formats=svg", f"--InlineBackend.print_figure_kwargs={SVG}"]
CELL_SECONDS = 1_800  # ten times what any takes, and long enough for a download
CELL_BYTES = 10_000_000  # of all that a cell puts out; the largest films have half a million
BACKENDS = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "jax": ("jax", "jaxlib"), "torch": ("torch",)}
LIBRARIES = ("keras", "numpy", "scipy", "scikit-learn", "matplotlib", "av", "ipython", "ipykernel")
FALLBACK = "**Notice.**"  # so a lesson begins what it shows when data could not be loaded
DOES_NOT_HOLD = (
    "> **Notice.** A check of the text above was made for the real data. It does not hold on these."
)
# What changes numbers: how many threads work, and how a library computes. Where data lie does not.
THREADS = ("OMP", "KMP", "MKL", "OPENBLAS", "BLIS", "NUMEXPR", "VECLIB", "ONEDNN")
FRAMEWORKS = ("TF", "XLA", "JAX", "PJRT", "TORCH", "PYTORCH", "CUDA", "NVIDIA", "KERAS(?!_HOME|_GAN)")
SETTINGS = re.compile(f"({'|'.join([*THREADS, *FRAMEWORKS])})_")
LISTEN = """
def listen(folders):
    import os, sys

    opened = sys.opened_data = set()

    def hear(event, arguments):
        if event in ("open", "os.rename"):
            paths = [os.fspath(each) for each in arguments[:2] if isinstance(each, (str, os.PathLike))]
            opened.update(path for path in paths if isinstance(path, str) and path.startswith(folders))

    sys.addaudithook(hear)


listen({folders})
del listen
"""
TELL = "__import__('builtins').print(__import__('json').dumps(sorted(__import__('sys').opened_data)))"
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Run:
    """What an executed lesson left behind: per executed cell its outputs and its alt text.

    Attributes:
        opened: The files of data that its kernel opened or made; those of other processes are not heard of.
    """

    outputs: list[list[dict[str, Any]]]
    alts: list[str]
    seconds: float
    versions: dict[str, str] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)


def program(lesson: Lesson, scale: str) -> list[str]:
    """Everything that the kernel is told, in order: the same program gives the same run."""
    cells = [cell for cell in lesson.cells if cell.runs(scale)]
    style = STYLE.read_text(encoding="utf-8")
    return [style, *FIGURES, *(text for cell in cells for text in (cell.code(scale), alt_code(lesson, cell)))]


def alt_code(lesson: Lesson, cell: Cell) -> str:
    """The code that prints an alt text with `{expressions}`, or nothing for a plain one."""
    if "{" not in cell.alt:
        return ""
    code = f'print(f"""{cell.alt}""", end="")'
    try:
        compile(code, "alt", "exec")
    except SyntaxError as error:
        raise lesson.error(cell.line, f"the alt text is no valid f-string: {error.msg}") from error
    return code


def backend() -> str:
    """The Keras backend that lessons run on."""
    return os.environ.get("KERAS_BACKEND", "tensorflow")


def data_folders() -> list[Path]:
    """Where data sets lie."""
    mine = os.environ.get("KERAS_GAN_DATA")
    return [_keras_home() / "datasets", *([Path(mine)] if mine else [])]


def _keras_home() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def settings(root: Path) -> dict[str, str]:
    """What the environment and Keras's file of settings say that changes numbers."""
    said = {name: value for name, value in _environment(root).items() if SETTINGS.match(name)}
    file = _keras_home() / "keras.json"
    return said | ({file.name: file.read_text(encoding="utf-8", errors="replace")} if file.is_file() else {})


@cache
def versions() -> dict[str, str]:
    """The installed versions of what a lesson's numbers depend on."""
    python = {"python": ".".join(map(str, sys.version_info[:3]))}
    return python | installed((*LIBRARIES, *BACKENDS.get(backend(), ())))


def execute(lesson: Lesson, scale: str, root: Path, progress: Progress) -> Run:
    """Runs the cells of a lesson; `progress(k, n)` is called before cell k of n.

    A check that fails where the lesson had to take other data leaves a notice on the page instead.

    Raises:
        LessonError: With the line of the script when a cell fails, runs too long, or puts out too much.
    """
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbformat.v4 import new_code_cell, new_output

    cells = [cell for cell in lesson.cells if cell.runs(scale)]
    start = perf_counter()
    outputs, alts = [], []
    limits = {"seconds": CELL_SECONDS, "most_bytes": CELL_BYTES}
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        kernel(folder, _environment(root), FIGURES, _preload(root), **limits) as client,
    ):

        def run(source: str, history: bool = False) -> list[dict[str, Any]]:
            client.received = 0
            client.nb.cells = [new_code_cell(source)]
            cell = client.execute_cell(client.nb.cells[0], 0, store_history=history)
            return [dict(output) for output in cell.outputs]

        run(LISTEN.format(folders=tuple(map(str, [*data_folders(), _keras_home() / "keras_gan"]))))
        for number, cell in enumerate(cells, 1):
            progress(number, len(cells))
            try:
                outputs.append(run(cell.code(scale), history=True))
                alts.append(_text(run(alt_code(lesson, cell))) if "{" in cell.alt else "")
            except CellExecutionError as error:
                if _only_of_other_data(cell, error.ename, outputs):
                    outputs.append([new_output("display_data", {"text/markdown": DOES_NOT_HOLD})])
                    alts.append("")
                    continue
                raise _failure(lesson, cell, number, ANSI.sub("", error.traceback)) from error
            except CellTimeoutError as error:
                told = f"the cell ran for more than {CELL_SECONDS:,} s; shorten it, or split it"
                raise lesson.error(cell.line, told) from error
            except DeadKernelError as error:
                told = f"the kernel died in this cell\n{_last_words(folder)}"
                if client.flooded:
                    told = f"the cell put out more than {CELL_BYTES:,} bytes; print less"
                raise lesson.error(cell.line, told) from error
        opened = json.loads(_text(run(TELL)))
    return Run(outputs, alts, round(perf_counter() - start, 1), versions(), opened)


def _last_words(folder: str) -> str:
    """The end of what a kernel wrote past Python, if the lesson left it there."""
    with suppress(OSError):
        return Path(folder, LOG).read_text(encoding="utf-8", errors="replace")[-2000:]
    return ""


def _environment(root: Path) -> dict[str, str]:
    """The kernel's environment: quiet TensorFlow, a fixed hash seed, the checkout's own package.

    NumPy's products run on one thread: beside TensorFlow's threads its own spin and take the cores from them.
    """
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # so Jupyter takes the kernel of this environment
    paths = [str(root), os.environ.get("PYTHONPATH", "")]
    fixed = {
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "KERAS_BACKEND": backend(),
        "MATPLOTLIBRC": str(STYLE),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    return {"TF_CPP_MIN_LOG_LEVEL": "3", "OPENBLAS_NUM_THREADS": "1", **os.environ, **fixed}


def _preload(root: Path) -> tuple[str, ...]:
    """The modules that most lessons import: `preload` of the course's settings."""
    return tuple(course(root).get("preload", ()))


def _text(outputs: list[dict[str, Any]]) -> str:
    """The printed text among outputs."""
    return "".join(output["text"] for output in outputs if output.get("name") == "stdout")


def _only_of_other_data(cell: Cell, error: str, outputs: list[list[dict[str, Any]]]) -> bool:
    """Whether a check failed on a page that was made without the data that it speaks of."""
    shown = [output.get("data", {}).get("text/markdown", "") for cell in outputs for output in cell]
    claim = "check" in cell.tags and "exact" not in cell.tags
    return claim and error == "AssertionError" and any(FALLBACK in text for text in shown)


def _failure(lesson: Lesson, cell: Cell, count: int, traceback: str) -> LessonError:
    """The error for a failed cell, at the line of the script that failed if the traceback names it."""
    found = re.search(rf"Cell In\[{count}\], line (\d+)", traceback)
    line = cell.first_line + int(found[1]) - 1 if found else cell.line
    return lesson.error(line, f"the lesson failed\n{traceback}")
