"""The first lines that a reader copies from the README do what they say."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec

import pytest

from ground.files import ROOT

LINES = re.compile(r"^pip install (.*)\n(pip install --no-deps \.)$", re.M)


def test_the_program_in_the_readme_runs(capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len([line for line in program.splitlines() if line.strip()]) <= 14
    exec(compile(program, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("modes 8 of 8")


def test_the_light_install_is_the_package_with_jax_in_place_of_tensorflow():
    (first, _), project = LINES.findall((ROOT / "README.md").read_text(encoding="utf-8"))[0], "pyproject.toml"
    needed = tomllib.loads((ROOT / project).read_text(encoding="utf-8"))["project"]["dependencies"]

    def names(requirements):
        return {re.match(r"[\w-]+", requirement)[0] for requirement in requirements}

    assert names(shlex.split(first)) == names(needed) - {"tensorflow"} | {"jax"}
    assert set(shlex.split(first)) & set(needed) >= {next(n for n in needed if n.startswith("keras"))}


WITHOUT = """
import sys
from importlib.machinery import PathFinder
find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *more: None if name.split(".")[0] in {missing} else find(name, *more)
"""


def without(missing, program, **environment):
    """Runs a program in a process that has not these packages."""
    command = [sys.executable, "-c", WITHOUT.format(missing=missing) + program]
    environment = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)


@pytest.mark.skipif(not find_spec("jax"), reason="needs JAX")
def test_the_package_needs_no_other_backend():
    program = "import keras_gan as kg\nprint(kg.mlp_generator(3, (2,), widths=(4,)).count_params())"
    done = without(["tensorflow", "torch"], program, KERAS_BACKEND="jax")
    assert done.stdout.split() == ["26"], done.stderr


LIBRARY = "import keras_gan"
COMMAND = "sys.argv = ['keras-gan', 'info', 'dcgan']\nfrom keras_gan.cli.main import main\nsys.exit(main())"


@pytest.mark.parametrize("program", [LIBRARY, COMMAND], ids=["library", "command"])
@pytest.mark.parametrize(("backend", "named"), [("jax", "jax"), ("nothing", "nothing"), ("", "tensorflow")])
def test_a_backend_that_is_not_there_is_one_sentence(program, backend, named):
    done = without(["jax", "tensorflow"], program, KERAS_BACKEND=backend)
    *traceback, last = done.stderr.splitlines()
    assert f"names, by default 'tensorflow'. Received: '{named}', which is not there. " in last
    assert "Set KERAS_BACKEND=torch before" in last or "Install one: `pip install " in last
    assert "No module named" not in done.stderr
    if program is COMMAND:
        assert (done.returncode, last.startswith("keras-gan info: Keras computes with"), traceback) == (
            2,
            True,
            [],
        )
