"""The notebooks need the installed package alone: no checkout, no builder."""

import os
import subprocess
import sys
import zipfile

import nbformat
import pytest
from nbclient import NotebookClient

from ground.files import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, unpacked where the checkout cannot be seen."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = {path.name for path in wheel.iterdir()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"keras_gan"}


def test_a_notebook_runs_from_another_folder(wheel, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(wheel))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    notebook = nbformat.read(ROOT / "lessons" / "notebooks" / "01_anatomy.ipynb", as_version=4)
    where = nbformat.v4.new_code_cell("import keras_gan\nprint(keras_gan.__file__)")
    notebook.cells.append(where)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert notebook.cells[-1].outputs[-1].text.startswith(str(wheel) + os.sep)
    assert any(
        "image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", ())
    )
