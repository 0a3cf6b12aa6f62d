"""Figures of a page: from a kernel's outputs to files and the HTML that shows them."""

import base64
import html
import io
import re
from dataclasses import dataclass

DARK = {"#222222": "#e6e6e6", "#762a83": "#c2a5cf"}
"""Colours that vanish on the dark page, and their twins there."""

EXTENSIONS = {"png": "png", "jpeg": "jpg", "gif": "gif", "webp": "webp", "mp4": "mp4", "webm": "webm"}
DATA_URI = re.compile(rf"data:(?:image|video)/({'|'.join(EXTENSIONS)});base64,([A-Za-z0-9+/=\s]+)")


@dataclass(frozen=True)
class Figure:
    """One figure: the HTML that shows it, and its files by name."""

    html: str
    files: dict[str, bytes]


def figure(data: dict[str, str], metadata: dict[str, dict[str, int]], alt: str, path: str) -> Figure | None:
    """The figure in one output, or None if the output shows none.

    Args:
        data: The output's data by mime type.
        metadata: The output's metadata by mime type; width and height are used.
        alt: The alt text.
        path: Address of the figure's files as seen from the page, without extension: `05_first_gan/1`.
    """
    if "image/svg+xml" in data:
        return _drawing(data["image/svg+xml"], alt, path)
    pixels = next((mime for mime in data if mime.startswith("image/")), None)
    if pixels:
        return _pixels(pixels, data[pixels], metadata.get(pixels, {}), alt, path)
    if re.search(r"<(img|video)\b", data.get("text/html", ""), re.IGNORECASE):
        return _embedded(data["text/html"], alt, path)
    return None


def dark(svg: str) -> str:
    """The same drawing for the dark page."""
    return re.sub("|".join(DARK), lambda colour: DARK[colour[0]], svg)


def _drawing(svg: str, alt: str, path: str) -> Figure:
    """A drawing as two files, of which the page shows the one for its colours."""
    root = re.search(r"<svg[^>]*>", svg)
    size = re.findall(r'\b(width|height)="([\d.]+)pt"', root[0] if root else "")
    attributes = " ".join(f'{name}="{round(float(points) * 4 / 3)}"' for name, points in size)
    files = {f"{path}-light.svg": svg.encode(), f"{path}-dark.svg": dark(svg).encode()}
    images = [_image(f"{name}#only-{name[:-4].rpartition('-')[2]}", alt, attributes) for name in files]
    return Figure("".join(images), files)


def _pixels(mime: str, content: str, shown: dict[str, int], alt: str, path: str) -> Figure:
    """An image as one file, at the size that the lesson asked for; enlarged pixels stay sharp."""
    from PIL import Image

    data = base64.b64decode(content)
    width, height = Image.open(io.BytesIO(data)).size
    scale = shown["width"] / width if "width" in shown else shown.get("height", height) / height
    attributes = f'width="{round(width * scale)}" height="{round(height * scale)}"'
    if scale >= 2:
        attributes += ' class="pixels"'
    name = f"{path}.{EXTENSIONS[mime.removeprefix('image/')]}"
    return Figure(_image(name, alt, attributes), {name: data})


def _embedded(source: str, alt: str, path: str) -> Figure:
    """A video or image that came inside HTML, moved to files."""
    files: dict[str, bytes] = {}

    def unpack(found: re.Match[str]) -> str:
        suffix = f"-{len(files) + 1}" if files else ""
        name = f"{path}{suffix}.{EXTENSIONS[found[1]]}"
        files[name] = base64.b64decode(found[2])
        return name

    text = html.escape(alt)
    source = re.sub(r'\s(alt|aria-label|preload)="[^"]*"', "", DATA_URI.sub(unpack, source))
    source = _with(source, "video", f'aria-label="{text}" preload="metadata"')
    source = _with(source, "img", f'alt="{text}" loading="lazy"')
    return Figure(re.sub(r"\n\s*\n", "\n", source).strip(), files)


def _with(source: str, element: str, attributes: str) -> str:
    """HTML with these attributes first in each such element: where one is given twice, the first counts."""
    return re.sub(rf"<{element}\b", lambda _: f"<{element} {attributes}", source, flags=re.IGNORECASE)


def _image(name: str, alt: str, attributes: str) -> str:
    """An image element that loads when it comes near."""
    return f'<img src="{name}" alt="{html.escape(alt)}" {attributes} loading="lazy">'
