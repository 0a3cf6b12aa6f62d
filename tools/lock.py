"""Renews requirements.lock: every package but torch, with hashes, for Python 3.11 to 3.13."""

import re
import subprocess
import sys

from ground.files import ROOT, write
from tools.environment import uv

EXTRAS = ("jax", "movie", "lessons", "site", "dev")


def main() -> int:
    """Asks uv for the newest versions that fit and refuses a lock that would tie readers to one index."""
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    options = ["--universal", "--generate-hashes", "--python-version", "3.11", "--no-header", "--upgrade"]
    command = [*uv(), "pip", "compile", "pyproject.toml", *options, *extras]
    quiet = ["--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    lock = subprocess.run([*command, *quiet], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    bad = re.search(r"https?://|file:|--find-links|--(?:extra-)?index-url|^torch==", lock, re.MULTILINE)
    if bad:
        print(f"not written: the lock would hold {bad[0]!r}", file=sys.stderr)
        return 1
    write(ROOT / "requirements.lock", f"# Made by `make lock`.\n{lock}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
