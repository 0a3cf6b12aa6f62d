"""What a lesson's outputs may not bring onto its page: requests to elsewhere, programs, unseen pictures."""

import re
from html.parser import HTMLParser

import markdown

ELEMENTS = {"script", "iframe", "frame", "object", "embed", "applet", "base", "link", "meta", "portal"}
DRAWN = {"svg", "canvas"}  # pictures that no alt text of a cell reaches
LOADING = {"src", "srcset", "imagesrcset", "poster", "data", "background", "ping", "action", "formaction"}
LOADING |= {"href", "xlink:href", "manifest", "style"}
LINKS = {"a", "area"}  # whose `href` the reader follows, or not
STYLE = re.compile(r"@import|image-set|url\(\s*(?!['\"]?#)|\\", re.IGNORECASE)


def faults(html: str, alt: str = "", drawing: bool = False) -> list[str]:
    """What is wrong with the HTML or the SVG of an output, in words; nothing where all is well.

    Args:
        html: The text.
        alt: The cell's alt text, which every picture in it gets.
        drawing: Whether it is SVG, which the page shows as one picture.
    """
    reader = _Reader(alt, drawing)
    reader.feed(html)
    reader.close()
    return reader.found


def faults_of_markdown(text: str) -> list[str]:
    """The same for Markdown, whose pictures have alt texts of their own."""
    return faults(markdown.markdown(text, extensions=["tables", "fenced_code", "md_in_html"]))


class _Reader(HTMLParser):
    """Collects faults."""

    def __init__(self, alt: str, drawing: bool) -> None:
        super().__init__()
        self.alt, self.drawing = alt, drawing
        self.found: list[str] = []
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_style = tag == "style"
        values = {name: (value or "").strip() for name, value in attrs}
        if tag in ELEMENTS:
            self.found.append(f"<{tag}> is not for an output")
        if tag in DRAWN and not self.drawing:
            self.found.append(f"<{tag}> has no alt text; show the picture with IPython.display.SVG or Image")
        if tag in ("img", "video") and not (
            self.alt.strip() or values.get("alt") or values.get("aria-label")
        ):
            self.found.append(f"<{tag}> has no alt text")
        for name, value in values.items():
            if name.startswith("on") or value.lower().startswith("javascript:"):
                self.found.append(f"{name}={value[:60]!r} is a program")
            elif name in LOADING and not (name == "href" and tag in LINKS) and _asks(name, value):
                self.found.append(f"{name}={value[:60]!r} asks for a file from elsewhere; put its data there")

    def handle_endtag(self, tag: str) -> None:
        self.in_style &= tag != "style"

    def handle_data(self, data: str) -> None:
        if self.in_style and (match := STYLE.search(data)):
            self.found.append(f"{data[match.start() :][:60]!r} asks for a file from elsewhere")


def _asks(name: str, value: str) -> bool:
    """Whether the browser would load something that the output does not carry."""
    return (
        bool(STYLE.search(value))
        if name == "style"
        else not re.match(r"data:(image|video|audio)/|#|$", value)
    )
