"""The first lines that a reader copies from the README do what they say."""

import re

from ground.files import ROOT


def test_the_program_in_the_readme_runs(capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len([line for line in program.splitlines() if line.strip()]) <= 14
    exec(compile(program, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("modes 8 of 8")
