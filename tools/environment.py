"""Makes `.venv` from requirements.lock with any Python; needs the standard library alone.

An environment that is there is brought up to date; what else was installed in it stays.
"""

import os
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(".venv")
SCRIPTS = FOLDER / ("Scripts" if os.name == "nt" else "bin")
SUPPORTED = ((3, 11), (3, 13))


def main() -> int:
    """Makes or updates the environment and leaves a stamp that says so."""
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        found = ".".join(map(str, sys.version_info[:3]))
        print(
            f"The course needs Python 3.11, 3.12 or 3.13; this is {found}: try `make PYTHON=python3.12 site`."
        )
        return 1
    if not (FOLDER / "pyvenv.cfg").exists():
        _create()
    # Compiled once here: where Python may not write bytecode, each start would compile all of TensorFlow.
    install = [*uv(), "pip", "install", "--quiet", "--compile-bytecode", "--python", str(SCRIPTS / "python")]
    subprocess.run([*install, "--require-hashes", "-r", "requirements.lock"], check=True)
    subprocess.run([*install, "--no-deps", "--no-build-isolation", "--editable", "."], check=True)
    (FOLDER / ".ready").touch()
    return 0


def _create() -> None:
    """Makes the empty environment; pip is needed only to fetch uv."""
    alone = shutil.which("uv") is None
    if alone and find_spec("ensurepip") is None:
        raise SystemExit(
            "This Python cannot make environments: install its venv module (python3-venv on Debian)."
        )
    venv.create(FOLDER, with_pip=alone)


def uv() -> list[str]:
    """The command for uv: the reader's own, or one that is put into the environment."""
    if shutil.which("uv"):
        return ["uv"]
    python = str(SCRIPTS / "python")
    if not list(SCRIPTS.glob("uv*")):
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "-r", "tools/uv.txt"]
        subprocess.run([python, "-m", "pip", "install", *options], check=True)
    return [python, "-m", "uv"]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"The environment is not ready: `{' '.join(error.cmd[:5])} ...` failed, see above.")
