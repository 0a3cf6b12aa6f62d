"""What is installed, and what runs elsewhere, is what this repository names: by address, by hash."""

import re
import subprocess

import pytest
import yaml

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


WORKFLOWS = sorted((ROOT / ".github").rglob("*.y*ml"))
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


@each_workflow
def test_every_action_is_pinned_to_a_commit_and_names_its_version(path):
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"\buses:[^\n]*", text)
    assert [line for line in used if not re.search(r": [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []
    jobs = yaml.safe_load(text)["jobs"].values()
    steps = [step for job in jobs for step in job.get("steps", ())]
    assert len(used) == sum("uses" in each for each in [*jobs, *steps]), "each on a line of its own"


def test_an_action_of_one_name_is_the_same_everywhere():
    texts = [path.read_text(encoding="utf-8") for path in WORKFLOWS]
    used = {tuple(found) for text in texts for found in re.findall(r"uses: ([\w./-]+)@(\S+ # \S+)", text)}
    assert len(used) == len({name for name, _ in used})


@each_workflow
def test_who_may_write_runs_no_code_of_ours_and_waits_for_the_tests(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        if "permissions" in job:
            assert {"test", "site"} <= set(job["needs"])
            assert all("run" not in step and "checkout" not in step.get("uses", "") for step in job["steps"])


@pytest.mark.parametrize("name", ["requirements.lock", "tools/uv.txt", ".ci/torch.txt"])
def test_what_is_installed_has_a_hash(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    packages = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [each.split()[0] for each in packages if "--hash=sha256:" not in each or "==" not in each] == []


def test_what_is_installed_by_hand_is_installed_from_such_a_file():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    installing = [line for line in lines if "pip install" in line]
    assert installing
    assert [line for line in installing if not re.search(r" -r \.ci/torch\.txt$", line)] == []
    assert '"--require-hashes", "-r", "tools/uv.txt"' in (ROOT / "tools" / "environment.py").read_text()
