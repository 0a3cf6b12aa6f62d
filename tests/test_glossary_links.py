"""The first use of a glossary's word links to it, and nothing else on the page changes."""

import re
from types import SimpleNamespace

import pytest

from ground.files import ROOT
from tools.glossary_links import linked, on_page_content, words

GLOSSARY = ROOT / "docs" / "glossary.md"
TERMS = ["mode", "mode collapse", "fréchet distance"]


def link(text, anchor):
    return f'<a class="term" href="../glossary.html#{anchor}">{text}</a>'


def test_the_first_use_of_each_word_is_a_link():
    wrapped = link("Mode\ncollapse", "mode-collapse")
    page = "<p>Mode\ncollapse: few modes. A mode, and the Fréchet distance.</p><p>Mode collapse</p>"
    expected = page.replace("<p>Mode\ncollapse:", f"<p>{wrapped}:")
    expected = expected.replace("few modes", f"few {link('modes', 'mode')}")
    expected = expected.replace("Fréchet distance", link("Fréchet distance", "frechet-distance"))
    assert linked(page, TERMS, "../glossary.html") == expected


@pytest.mark.parametrize(
    "text",
    [
        "<h2>Mode</h2>",
        '<h1 id="mode">A <strong>mode</strong></h1>',
        '<a href="mode.html">the <strong>mode</strong></a>',
        "<p><code>mode</code></p>",
        "<pre><code>mode\n<span>mode</span></code></pre>",
        '<figure class="lesson"><img alt="mode"><figcaption>mode</figcaption></figure>',
        '<p><img alt="one mode" src="mode.png"></p>',
        "<table><tr><td>mode</td></tr></table>",
        "<details><summary>mode</summary><p>mode</p></details>",
        '<p><span class="arithmatex">\\(mode\\)</span></p>',
        '<div class="arithmatex">\\[mode\\]</div>',
        "<p>A. Author, <em>Mode collapse</em>, 2017</p>",
        "<p>model, commode, moderate</p>",
    ],
)
def test_headings_code_links_figures_formulas_and_longer_words_stay(text):
    assert linked(text, TERMS, "g") == text
    assert linked(text + "<p>mode</p>", TERMS, "g") == text + '<p><a class="term" href="g#mode">mode</a></p>'


def glossary_and(source, url):
    """What MkDocs hands to the hook: a page, and the glossary among the files."""
    glossary = SimpleNamespace(src_uri="glossary.md", abs_src_path=str(GLOSSARY), url="glossary.html")
    page = SimpleNamespace(file=SimpleNamespace(src_uri=source), url=url)
    return {"page": page, "config": None, "files": SimpleNamespace(get_file_from_path=lambda path: glossary)}


def test_only_lessons_are_linked():
    told = "<p>A logit.</p>"
    lesson = on_page_content(told, **glossary_and("lessons/01_anatomy.md", "lessons/01_anatomy.html"))
    assert lesson == f"<p>A {link('logit', 'logit')}.</p>"
    assert on_page_content(told, **glossary_and("index.md", "index.html")) == told


def test_each_word_of_the_glossary_has_an_anchor_of_its_own():
    text = GLOSSARY.read_text(encoding="utf-8")
    defined = re.findall(r"^\*\*(.+?)\.\*\*", text, flags=re.MULTILINE)
    assert len(words(text)) == len(defined) == len(re.findall(r"^\*\*", text, flags=re.MULTILINE)) > 40
    html = "".join(f"<p><strong>{word}.</strong> It is.</p>" for word in defined)
    anchored = on_page_content(html, **glossary_and("glossary.md", "glossary.html"))
    anchors = re.findall(r'<p id="([a-z0-9-]+)"><strong>', anchored)
    assert len(set(anchors)) == len(defined)
    targets = re.findall(r"#([^\"]+)\"", linked(" ".join(words(text)), words(text), "g"))
    assert set(targets) == set(anchors) - {"step"}, "a word of everyday use"
