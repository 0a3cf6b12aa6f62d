"""A hook of MkDocs: where a lesson first uses a word of the glossary, the word links to its meaning."""

import re
from pathlib import Path
from typing import Any

from markdown.extensions.toc import slugify
from mkdocs.utils import get_relative_url

_DEFINED = re.compile(r"^\*\*([^*]+)\.\*\*", re.MULTILINE)
_EVERYDAY = {"step"}  # which lessons use in its plain sense first
_DEFINITION = re.compile(r"<p><strong>([^<]+)\.</strong>")
# Where no link belongs: links, code, headings, figures, tables, papers' titles, formulas, folds; and tags.
_SKIPPED = (
    r"<(?:(a|code|em|pre|h[1-6]|figure|table|details|style|script)\b"
    r'|(span|div) class="arithmatex").*?</(?:\1|\2)>|<[^>]*>'
)


def on_page_content(html: str, *, page: Any, config: Any, files: Any) -> str:
    """Gives the glossary's words their anchors, and lessons their links."""
    if page.file.src_uri == "glossary.md":
        return _DEFINITION.sub(lambda found: f'<p id="{_anchor(_word(found[1]))}"{found[0][2:]}', html)
    if not page.file.src_uri.startswith("lessons/"):
        return html
    glossary = files.get_file_from_path("glossary.md")
    text = Path(glossary.abs_src_path).read_text(encoding="utf-8")
    return linked(html, words(text), get_relative_url(glossary.url, page.url))


def words(glossary: str) -> list[str]:
    """The words that the glossary's Markdown defines, in small letters; of several forms the first.

    Example:
        >>> words("**Jensen-Shannon divergence, JSD.** A distance.")
        ['jensen-shannon divergence']
    """
    return [_word(found) for found in _DEFINED.findall(glossary)]


def linked(html: str, terms: list[str], address: str) -> str:
    """The page with a link to `address#word` at the first use of each word, in singular or plural."""
    left = set(terms) - _EVERYDAY

    def link(found: re.Match[str]) -> str:
        term = " ".join((found["term"] or "").lower().split())
        if term not in left:
            return found[0]
        left.remove(term)
        return f'<a class="term" href="{address}#{_anchor(term)}">{found[0]}</a>'

    any_term = "|".join(map(re.escape, sorted(terms, key=len, reverse=True))).replace(r"\ ", r"\s+")
    return re.sub(rf"{_SKIPPED}|\b(?P<term>{any_term})s?\b", link, html, flags=re.DOTALL | re.IGNORECASE)


def _word(defined: str) -> str:
    return defined.partition(",")[0].lower()


def _anchor(word: str) -> str:
    return slugify(word, "-")
