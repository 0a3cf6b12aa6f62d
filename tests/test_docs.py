"""The programs on the hand-written pages run, and print what stands below them."""

import re

import pytest

from ground.files import ROOT

PAGES = {
    name: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in ("when_training_goes_wrong.md", "prerequisites.md")
}
PROGRAM = re.compile(  # what it prints may be folded
    r"^## ([^\n]*)\n(?:(?!^## ).)*?```python\n(.*?)```\n+(?:<details[^\n]*\n+)?```text\n(.*?)```", re.M | re.S
)
PROGRAMS = [(name, *found) for name, text in PAGES.items() for found in PROGRAM.findall(text)]


@pytest.mark.parametrize("name", PAGES)
def test_every_program_of_a_page_is_found(name):
    found = sum(program[0] == name for program in PROGRAMS)
    assert found == PAGES[name].count("```python") == PAGES[name].count("```text") > 0


@pytest.mark.parametrize(
    ("name", "program", "printed"),
    [(name, program, printed) for name, _, program, printed in PROGRAMS],
    ids=[heading for _, heading, *_ in PROGRAMS],
)
@pytest.mark.filterwarnings("ignore")
def test_programs_print_what_the_page_says(name, program, printed, capsys):
    exec(compile(program, name, "exec"), {})
    assert capsys.readouterr().out == printed
