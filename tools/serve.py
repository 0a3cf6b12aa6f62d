"""Serves the site and rebuilds its made pages whenever a script, the package or the ledger changes."""

import subprocess
import sys
from pathlib import Path
from time import sleep

from ground.files import ROOT

ADDRESS = "127.0.0.1:8000"
TIED = """
import os, runpy, sys, threading

threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def start(*module: str) -> subprocess.Popen[bytes]:
    """Runs a module with its arguments in a process that ends when this one does, however that ends."""
    return subprocess.Popen([sys.executable, "-c", TIED, *module], cwd=ROOT, stdin=subprocess.PIPE)


def _times() -> dict[Path, float]:
    """When each source was last written."""
    sources = [path for name in ("lessons", "keras_gan", "claims") for path in (ROOT / name).rglob("*.py")]
    sources += [ROOT / "claims" / "results.json", *(ROOT / "docs" / "gallery").glob("*/run.json")]
    return {path: path.stat().st_mtime for path in sources if path.exists()}


def main() -> int:
    """Builds, serves and watches until interrupted; a failing lesson is reported and keeps its old page."""
    server = None
    try:
        seen = _times()
        start("tools.build").wait()
        server = start("mkdocs", "serve", "--quiet", "-a", ADDRESS)
        print(f"The site is at http://{ADDRESS}; stop with Ctrl-C.", flush=True)
        while server.poll() is None:
            sleep(0.5)
            now = _times()
            if now != seen:
                seen = now
                start("tools.build").wait()
        return server.returncode
    except KeyboardInterrupt:
        return 0
    finally:
        if server:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
