"""Renews requirements.lock and tools/uv.txt: all but torch, and uv, with hashes, for Python 3.11 to 3.13."""

import re
import subprocess
import sys

from ground.files import ROOT, write
from tools.environment import uv

EXTRAS = ("jax", "movie", "lessons", "site", "dev")


def main() -> int:
    """Asks uv for the newest versions that fit and refuses a lock that would tie readers to one index."""
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    locks = {
        "requirements.lock": _compiled("pyproject.toml", *extras),
        "tools/uv.txt": _compiled("-", told="uv"),
    }
    for name, lock in locks.items():
        if bad := re.search(
            r"https?://|file:|--find-links|--(?:extra-)?index-url|^torch==", lock, re.MULTILINE
        ):
            print(f"not written: {name} would hold {bad[0]!r}", file=sys.stderr)
            return 1
    for name, lock in locks.items():
        write(ROOT / name, f"# Made by `make lock`.\n{lock}")
    return 0


def _compiled(*words: str, told: str = "") -> str:
    """What uv makes of requirements."""
    options = ["--universal", "--generate-hashes", "--python-version", "3.11", "--no-header", "--upgrade"]
    quiet = ["--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    command = [*uv(), "pip", "compile", *words, *options, *quiet]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, input=told)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
