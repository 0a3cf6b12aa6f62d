"""What is installed, and what runs elsewhere, is what this repository names: by address, by hash."""

import re
import subprocess

import pytest

from ground.files import ROOT, course

# The name is on no index and not ours: whoever takes it would run code at each of these.
BARE = re.compile(
    r"""(?<!\w)(?:install|add|download|uvx|--with|--from)\b[^\n;&|`]*?  # pip, uv, pipx, conda
    (?<![\w./-])keras[-_.]gan(?:\[[\w,\s-]*\])?(?![\w/.-])
    (?!["']?\s*@)""",
    re.VERBOSE | re.IGNORECASE,
)
TEXTS = {".py", ".md", ".ipynb", ".toml", ".yml", ".yaml", ".txt", ".cff", ".html", ".js", ".json", ".sh", ""}


def tracked():
    """The text files of the repository."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in names.decode().split("\0") if name]
    return [
        path for path in paths if path.suffix in TEXTS and path.is_file() and path.name != "test_supply.py"
    ]


def test_nothing_installs_the_package_by_its_bare_name():
    found = []
    for path in tracked():
        for match in BARE.finditer(path.read_text(encoding="utf-8", errors="replace")):
            found.append(f"{path.relative_to(ROOT).as_posix()}: {match[0][-80:]}")
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "pip install keras-gan",
        '%pip install --quiet "keras-gan[lessons]"',
        "!pip install -U keras_gan==1.0",
        "uv pip install --python .venv 'keras-gan[movie]'",
        "python -m pip install numpy Keras.GAN scipy",
        "uv add keras-gan",
        "uvx --from keras-gan keras-gan list",
        "pipx install keras-gan",
    ],
)
def test_a_bare_install_is_found(line):
    assert BARE.search(line)


@pytest.mark.parametrize(
    "line",
    [
        '%pip install "keras-gan @ git+{REPOSITORY}"',
        "pip install .; keras-gan list",
        "`pip install .` brings the command; `keras-gan train` runs it",
        "keras-gan train mlp --output runs/a",
        "pip install git+https://example.org/keras-gan.git",
    ],
)
def test_another_line_is_not(line):
    assert not BARE.search(line)


def test_the_courses_address_is_one_or_is_left_open():
    assert re.fullmatch(r"(https://\S+)?", course(ROOT)["repository"])
