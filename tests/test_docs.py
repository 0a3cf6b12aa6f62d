"""The programs on the hand-written pages run, and print what stands below them."""

import re

import pytest

from tools.files import ROOT

PAGE = (ROOT / "docs" / "when_training_goes_wrong.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(
    r"^## ([^\n]*)\n(?:(?!^## ).)*?```python\n(.*?)```\n+```text\n(.*?)```", PAGE, re.M | re.S
)


def test_every_program_of_the_page_is_found():
    assert len(PROGRAMS) == PAGE.count("```python") == PAGE.count("```text")


@pytest.mark.parametrize(
    ("program", "printed"), [each[1:] for each in PROGRAMS], ids=[each[0] for each in PROGRAMS]
)
@pytest.mark.filterwarnings("ignore")
def test_programs_print_what_the_page_says(program, printed, capsys):
    exec(compile(program, "when_training_goes_wrong.md", "exec"), {})
    assert capsys.readouterr().out == printed
