"""The built site in a real browser: every page, light and dark, on a desktop and on a phone, as it changes.

Needs Chromium and a built site; `KERAS_GAN_REQUIRE_BROWSER=1` makes their absence a failure.
"""

import functools
import http.server
import itertools
import os
import shutil
import threading

import pytest

from ground.files import ROOT

SITE = ROOT / "site"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html")) or ["index.html"]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTHS = {"desktop": 1280, "phone": 390}
SCHEMES = ("default", "slate")  # light and dark, as the theme calls them

pytestmark = pytest.mark.browser


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the site without a line for every request."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address():
    """The address of the site, served here for the time of the tests."""
    _need(SITE.is_dir(), "the site is not built (how to: make site)")
    handler = functools.partial(_Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    """Chromium, as installed on this machine."""
    _need(CHROMIUM, "Chromium is not installed (how to: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def _need(there, reason):
    """Skips the test with the reason, or fails where the browser tests have to run."""
    if not there:
        (pytest.fail if os.environ.get("KERAS_GAN_REQUIRE_BROWSER") == "1" else pytest.skip)(reason)


@pytest.mark.parametrize("page", PAGES)
def test_page(address, browser, page):
    from axe_playwright_python.sync_playwright import Axe

    faults = []
    context = browser.new_context(color_scheme="dark", viewport={"width": WIDTHS["desktop"], "height": 900})
    context.set_default_timeout(30_000)
    tab = context.new_page()
    tab.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("request", lambda request: faults.extend(_outside(request.url, address)))
    tab.goto(address + page, wait_until="networkidle")
    tab.wait_for_function("!document.querySelector('.arithmatex:not(:has(.katex, .katex-error))')")
    faults += [] if tab.evaluate(_SCHEME) == "slate" else ["not dark where the reader's system is"]
    for device, scheme in itertools.product(WIDTHS, SCHEMES):
        tab.set_viewport_size({"width": WIDTHS[device], "height": 900})
        tab.evaluate(f"document.querySelector('input[data-md-color-scheme={scheme}]').click()")
        tab.wait_for_function(f"{_SCHEME} === '{scheme}'")
        found = tab.evaluate(_LOOK)
        for violation in Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]:
            found += [f"{violation['id']}: {node['html'][:200]}" for node in violation["nodes"]]
        faults += [f"{device}, {scheme}: {fault}" for fault in found]
    context.close()
    assert faults == []


def _outside(url, address):
    """The address of a request that leaves the site."""
    return [] if url.startswith((address, "data:", "blob:")) else [f"request to {url}"]


_SCHEME = "document.body.dataset.mdColorScheme"
_LOOK = """async () => {
  const faults = [], root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} px wide`);
  for (const element of document.querySelectorAll(".katex-error")) faults.push(element.title);
  for (const image of document.querySelectorAll("img")) {
    const there = await fetch(image.src, { method: "HEAD" });
    if (!there.ok) faults.push(`no image at ${image.src}`);
    if (!image.alt) faults.push(`no alt text for ${image.src}`);
  }
  return faults;
}"""
