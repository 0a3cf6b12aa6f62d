"""Serves the site and rebuilds its made pages whenever a script, the package or the ledger changes."""

import subprocess
import sys
from pathlib import Path
from time import sleep

from ground.files import ROOT

ADDRESS = "127.0.0.1:8000"


def _times() -> dict[Path, float]:
    """When each source was last written."""
    sources = [path for name in ("lessons", "keras_gan", "claims") for path in (ROOT / name).rglob("*.py")]
    sources += [ROOT / "claims" / "results.json", *(ROOT / "docs" / "gallery").glob("*/run.json")]
    return {path: path.stat().st_mtime for path in sources if path.exists()}


def main() -> int:
    """Builds, serves and watches until interrupted; a failing lesson is reported and keeps its old page."""
    build = [sys.executable, "-m", "tools.build"]
    server = None
    try:
        seen = _times()
        subprocess.run(build, cwd=ROOT)
        server = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--quiet", "-a", ADDRESS], cwd=ROOT
        )
        print(f"The site is at http://{ADDRESS}; stop with Ctrl-C.", flush=True)
        while server.poll() is None:
            sleep(0.5)
            now = _times()
            if now != seen:
                seen = now
                subprocess.run(build, cwd=ROOT)
        return server.returncode
    except KeyboardInterrupt:
        return 0
    finally:
        if server:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
