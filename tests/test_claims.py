"""The ledger: exact claims come out as registered, and stale results are seen."""

import ast
import json
import os
import shutil
import subprocess
import sys
import types
from collections import Counter
from dataclasses import replace
from functools import cache

import keras
import numpy as np
import pytest

import keras_gan as kg
from claims import __main__ as program
from claims import code, ledger, store
from claims.code import claim_fingerprint, fingerprint, reached
from claims.frozen import gradient_norm, read_by
from claims.ledger import GROUPS, TESTED, check, measure
from claims.page import page
from claims.record import Claim, Condition, Untested, Verdict, in_seeds, judged
from ground.files import ROOT, write
from tools.build import write_claims

EXACT = [claim for claim in TESTED.values() if claim.exact]
ALL = [claim for claims in GROUPS.values() for claim in claims]
FACTOR = 2


def doubled(seed):
    return {"double": helper(seed), "list": [seed, 1]}


def helper(seed):
    return FACTOR * seed


def is_even(results):
    return judged(in_seeds("even", len(results), [row["double"] % 2 == 0 for row in results]))


CLAIM = Claim(
    id="X1",
    title="Twice a number is even",
    source="Euclid.",
    statement="In all seeds.",
    protocol="By hand.",
    cost=3.0,
    run=doubled,
    verdict=is_even,
    seeds=(10, 11),
)


@pytest.fixture
def one_claim(monkeypatch, tmp_path):
    """A ledger that holds one claim, and its results elsewhere."""
    path = tmp_path / "results.json"
    monkeypatch.setattr(ledger, "TESTED", {"X1": CLAIM})
    monkeypatch.setattr(program, "TESTED", {"X1": CLAIM})
    monkeypatch.setattr(ledger, "ROOT", tmp_path)
    monkeypatch.setattr(program, "load", lambda: store.load(path))
    monkeypatch.setattr(program, "save", lambda entries: store.save(entries, path))
    return path


@pytest.mark.parametrize("claim", EXACT, ids=[claim.id for claim in EXACT])
def test_exact_claims_come_out_as_registered(claim):
    registered = store.load()[claim.id].verdict.outcome
    assert check(claim.id, registered).outcome == registered


def test_ids_are_unique_and_every_text_is_there():
    assert len({claim.id for claim in ALL}) == len(ALL)
    for claim in ALL:
        assert all(isinstance(text, str) and text for text in (claim.title, claim.source, claim.statement))
        assert "  " not in claim.statement
        assert claim.title[-1] not in ".?"
        if isinstance(claim, Untested):
            assert claim.reason.endswith(".")
            assert claim.reason[0].islower()


def test_thresholds_come_from_other_seeds_than_the_test():
    for claim in TESTED.values():
        assert claim.exact or not set(claim.seeds) & {0, 1, 2}


def test_stored_results_belong_to_claims_and_are_whole():
    for name, entry in store.load().items():
        assert len(entry.results) == len(entry.seeds)
        assert name in TESTED
        assert entry.verdict == TESTED[name].verdict(entry.results) or entry.is_stale(TESTED[name])


def test_a_verdict_names_what_does_not_hold():
    yes, no = Condition("up", "3", True), Condition("down", "4", False)
    assert judged(yes) == Verdict("confirmed", "up: 3.")
    assert judged(yes, no) == Verdict("refuted", "up: 3; down: 4 (this does not hold).")
    assert in_seeds("even", 2, [True, False]).holds is False
    assert in_seeds("even", 1, [True, False]).measured == "1 of 2"


# ---- the hash


class Copy:
    """A copy of our packages whose source may be changed, and the hashes that come of it."""

    def __init__(self, root):
        self.root = root
        for package in ("ground", *code.PACKAGES):
            shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))

    def files(self):
        paths = [path for package in code.PACKAGES for path in (self.root / package).rglob("*.py")]
        return {self.module(path): path for path in paths}

    def module(self, path):
        name = ".".join(path.relative_to(self.root).with_suffix("").parts)
        return name.removesuffix(".__init__")

    def hashes(self):
        forget()
        return {name: claim_fingerprint(claim) for name, claim in TESTED.items()}

    def home(self, name):
        """The file of a function or class of the package, the lines, and where it begins and ends."""
        for path in (self.root / "keras_gan").rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for node in ast.parse(text).body:
                if getattr(node, "name", "") == name:
                    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                    return path, text.splitlines(), first - 1, node.end_lineno
        raise AssertionError(f"the package has no {name}")

    def change(self, name):
        path, lines, _, last = self.home(name)
        lines.insert(last, "    made_up = 1")
        write(path, "\n".join(lines))

    def move(self, name):
        """Moves a function or class to a new file, which imports all that the old one does and defines."""
        path, lines, first, last = self.home(name)
        body = ast.parse("\n".join(lines)).body
        head = [ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
        others = [other for node in body for other, _ in code._defined(node) if other != name]
        head += [f"from {self.module(path)} import {other}" for other in others]
        write(path.with_name(f"moved_{path.name}"), "\n".join([*head, *lines[first:last]]))
        new = f"{self.module(path).rpartition('.')[0]}.moved_{path.stem}"
        lines[first:last] = [f"from {new} import {name}"]
        write(path, "\n".join(lines))


def forget():
    for cached in (code._files, code._module, code._part):
        cached.cache_clear()


@pytest.fixture(scope="module")
def before():
    return {name: claim_fingerprint(claim) for name, claim in TESTED.items()}


@pytest.fixture
def copied(before, tmp_path, monkeypatch):
    copied = Copy(tmp_path)
    monkeypatch.setattr(code, "_files", cache(copied.files))
    forget()
    yield copied
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(
    ("name", "some", "others"),
    [
        ("Hinge", {"A1", "E1", "C2", "T6"}, {"B1", "C1", "A4", "D2b", "F2"}),
        ("frechet_distance", {"D1", "S12", "S5b"}, {"A1", "E1", "B1", "A4"}),
        ("TwoGaussians", {"C1", "C1b"}, {"A1", "B1", "D1"}),
        ("get_recipe", {"S12"}, {"A1", "S1", "D1"}),
        ("plot_samples", set(), {"A1", "D1", "S12"}),
    ],
)
def test_a_change_in_the_package_makes_stale_what_reaches_it(before, copied, name, some, others):
    reach = {key: reached(claim.run, claim.verdict).values() for key, claim in TESTED.items()}
    copied.change(name)
    stale = {claim for claim, value in copied.hashes().items() if value != before[claim]}
    assert stale == {claim for claim, parts in reach.items() if name in {part.name for part in parts}}
    assert some <= stale
    assert not others & stale


def rooms(claim):
    """How many parts of each room of the package a claim reaches."""
    modules = [module.split(".") for module, _ in reached(claim.run, claim.verdict)]
    return Counter(parts[1] for parts in modules if parts[0] == "keras_gan")


def test_who_trains_reaches_training_and_nobody_the_pictures():
    found = {name: rooms(claim) for name, claim in TESTED.items()}
    assert {name for name, parts in found.items() if not parts} == {"C6", "S2"}, "these are NumPy alone"
    trains = [parts["training"] for parts in found.values() if parts["training"]]
    assert len(trains) > 40
    assert min(trains) >= 20
    assert not any(parts["plots"] or parts["sweeps"] or parts["cli"] for parts in found.values())


def test_moved_code_is_the_same_code(before, copied):
    for name in ("Hinge", "frechet_distance", "check_count", "GAN"):
        copied.move(name)
    assert any("moved_" in path.name for path in copied.files().values())
    assert copied.hashes() == before


def test_a_renamed_module_holds_the_same_code(before, copied):
    old, _, _, _ = copied.home("Hinge")
    new = old.rename(old.with_name("renamed.py"))
    for path in copied.files().values():
        text = path.read_text(encoding="utf-8").replace(f"training.{old.stem}", f"training.{new.stem}")
        write(path, text.replace(f"training import {old.stem}", f"training import {new.stem} as {old.stem}"))
    assert copied.hashes() == before


def test_code_that_is_formatted_and_explained_otherwise_is_the_same(before, copied):
    for path in copied.files().values():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node):
                node.body[0].value.value = "Something else."
        write(path, ast.unparse(tree))
    assert copied.hashes() == before


def test_another_process_finds_the_same_in_another_place(before, copied):
    program = """
import claims, json
from claims.code import claim_fingerprint
print(claims.__file__, json.dumps({k: claim_fingerprint(c) for k, c in claims.ledger.TESTED.items()}))
"""
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", program]
    told = subprocess.check_output(command, cwd=copied.root, env=environment, text=True)
    where, _, hashes = told.partition(" ")
    assert where.startswith(str(copied.root))
    assert json.loads(hashes) == before


PLAIN = """
import numpy as np

A, B = 1, 2

class Base:
    def hook(self):
        return A

class Child(Base):
    size: int = 3

def helper(x):
    return [np.mean(row) + B for row in x]

def run(seed):
    if seed < 0:
        raise ValueError(f"seed is {seed}")
    return helper(seed), Child()
"""


MADE_UP = types.SimpleNamespace(__module__="claims.made_up", __qualname__="run")


def hash_of(copied, source):
    write(copied.root / "claims" / "made_up.py", source)
    forget()
    return fingerprint(MADE_UP)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return A", '    """The hook."""  # it hooks\n        return (\n            A\n        )'),
        ("def helper(x):", "def helper(x: list) -> list:"),
        ("is {seed}", "was {seed}"),
        ("A, B = 1, 2", "B: int = 2\nA = 1"),
        ("import numpy as np", "import numpy"),
        ("import numpy as np", "from numpy import mean"),
        ("    return [np", "    import numpy as np\n    return [np"),
        ("class Base", "from claims.record import judged\nUNUSED = 3\n\nclass Base"),
    ],
)
def test_what_is_the_same(copied, old, new):
    source = PLAIN.replace(old, new)
    if new == "import numpy":
        source = source.replace("np.mean", "numpy.mean")
    if new == "from numpy import mean":
        source = source.replace("np.mean", "mean")
    assert source != PLAIN
    assert hash_of(copied, source) == hash_of(copied, PLAIN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A, B = 1, 2", "A, B = 1, 3"),
        ("A, B = 1, 2", "A, B = 2, 2"),
        ("return A", "return -A"),
        ("size: int = 3", "size: int = 4"),
        ("size: int", "size: ClassVar[int]"),
        ("Child(Base)", "Child"),
        ("import numpy as np", "import scipy as np"),
        ("for row in x", "for row in x[1:]"),
        ("def run(seed)", "@cache\ndef run(seed)"),
        ("seed < 0", "seed < 1"),
        ("ValueError", "TypeError"),
    ],
)
def test_what_is_not_the_same(copied, old, new):
    source = PLAIN.replace(old, new)
    assert source != PLAIN
    assert hash_of(copied, source) != hash_of(copied, PLAIN)


@pytest.mark.parametrize(
    "run",
    [
        "def run(seed, helper=0):\n    return helper",
        "def run(seed):\n    helper = seed\n    return [helper for _ in range(3)]",
        "def run(seed):\n    return [helper for helper in range(3)]",
        "def run(seed):\n    return lambda helper: helper",
        "class run:\n    helper: int = 0\n    other: int = helper",
    ],
)
def test_an_inner_name_is_not_the_outer_function(copied, run):
    hash_of(copied, f"def helper():\n    return 1\n\n{run}")
    assert set(reached(MADE_UP)) == {("claims.made_up", "run")}


@pytest.mark.parametrize(
    "run",
    [
        "def run(seed):\n    return [helper for helper in helper()]",
        "def run(seed=helper()):\n    return seed",
        "def run(seed):\n    return [helper for helper in seed] + [helper]",
        "class run:\n    helper: int = 0\n    def method(self):\n        return helper",
        "def run(seed):\n    from claims.made_up import helper as inner\n    return inner()",
        "run = {'one': helper}",
    ],
)
def test_an_outer_function_is_reached(copied, run):
    hash_of(copied, f"def helper():\n    return 1\n\n{run}")
    assert set(reached(MADE_UP)) == {("claims.made_up", "run"), ("claims.made_up", "helper")}


def test_a_module_as_a_whole_is_refused(copied):
    with pytest.raises(LookupError, match=r"Received: keras_gan\.metrics, a module or unknown\. Write"):
        hash_of(copied, "import keras_gan as kg\n\ndef run(seed):\n    return getattr(kg.metrics, 'x')")


def test_statement_and_seeds_are_part_of_the_hash():
    assert claim_fingerprint(CLAIM) == claim_fingerprint(replace(CLAIM, title="Else", cost=9))
    assert claim_fingerprint(CLAIM) != claim_fingerprint(replace(CLAIM, statement="In one seed."))
    assert claim_fingerprint(CLAIM) != claim_fingerprint(replace(CLAIM, seeds=(10,)))


# ---- runs


def test_a_run_is_stored_once_and_whole(one_claim, capsys):
    assert program.main([]) == 0
    assert "X1 Twice a number is even: confirmed" in capsys.readouterr().out
    (entry,) = store.load(one_claim).values()
    assert entry.seeds == [10, 11]
    assert entry.results == [{"double": 20, "list": [10, 1]}, {"double": 22, "list": [11, 1]}]
    assert entry.verdict == Verdict("confirmed", "even in at least 2 of 2 seeds: 2 of 2.")
    assert {"python", "backend", "keras", "numpy"} <= set(entry.versions)
    before = one_claim.read_bytes()
    assert program.main(["--only", "X1"]) == 0
    assert "(seeds 10, 11; stored)" in capsys.readouterr().out
    assert one_claim.read_bytes() == before


def test_other_seeds_are_printed_and_not_stored(one_claim, capsys):
    assert program.main(["--seeds", "3", "4"]) == 0
    assert "X1 seed 4: {'double': 8" in capsys.readouterr().out
    assert not one_claim.exists()


def test_two_processes_find_what_one_finds(capsys):
    printed = []
    for jobs in ("1", "2"):
        assert program.main(["--only", "C6", "--seeds", "0", "1", "--jobs", jobs]) == 0
        printed.append([line for line in capsys.readouterr().out.splitlines() if line.startswith("C6 seed")])
    assert len(printed[0]) == 2
    assert printed[0] == printed[1]


def test_a_run_that_was_cut_off_goes_on(one_claim, monkeypatch):
    measure(CLAIM, [10], keep=True)
    monkeypatch.setitem(globals(), "helper", lambda seed: {11: 22}[seed])  # knows nothing of seed 10
    program.main([])
    (entry,) = store.load(one_claim).values()
    assert [row["double"] for row in entry.results] == [20, 22]


def test_a_failed_seed_stores_nothing_and_says_so(one_claim, capsys, monkeypatch):
    monkeypatch.setitem(globals(), "helper", lambda seed: 1 / 0)
    assert program.main([]) == 1
    assert "X1: seed 10: ZeroDivisionError: division by zero; seed 11" in capsys.readouterr().err
    assert not one_claim.exists()


# ---- what lessons ask


def test_check_wants_a_stored_result_that_is_not_stale(one_claim, monkeypatch):
    with pytest.raises(AssertionError, match="claim X1 was not run yet: python -m claims --only X1"):
        check("X1", path=one_claim)
    program.main([])
    assert check("X1", path=one_claim).outcome == "confirmed"
    with pytest.raises(AssertionError, match="claim X1 is confirmed, not refuted"):
        check("X1", "refuted", path=one_claim)
    monkeypatch.setattr(ledger, "TESTED", {"X1": replace(CLAIM, statement="In one seed.")})
    with pytest.raises(AssertionError, match="claim X1 or what it runs was changed since"):
        check("X1", path=one_claim)


def test_check_runs_an_exact_claim_on_the_spot(monkeypatch, tmp_path):
    monkeypatch.setattr(ledger, "TESTED", {"X1": replace(CLAIM, exact=True)})
    assert check("X1", path=tmp_path / "none.json").outcome == "confirmed"


# ---- the page


def test_the_page_shows_results_stale_ones_and_those_not_run(one_claim, monkeypatch):
    untested = Untested(id="X2", title="Odd", source="Nobody.", statement="Odd.", reason="it is odd.")
    groups = {"Numbers": (CLAIM, untested)}
    monkeypatch.setattr("claims.page.GROUPS", groups)
    text = page({})
    assert "| [X1](#x1) | Twice a number is even | not run yet |" in text
    assert "| [X2](#x2) | Odd | not tested here |" in text
    assert "**Not run yet.** `python -m claims --only X1` runs it: about 3 s a seed." in text
    assert "**Not tested here:** it is odd." in text
    program.main([])
    entries = store.load(one_claim)
    text = page(entries)
    assert "| [X1](#x1) | Twice a number is even | **confirmed** |" in text
    assert "| 10 | 20 | 10, 1 |" in text
    assert "| median | 21 |" in text
    assert "| range | 20 to 22 |" in text
    assert "--only X1 --seeds 10 11` repeats it" in text
    assert "Stale" not in text
    assert "All runs together are 2.0 hours of work" in page({"X1": replace(entries["X1"], seconds=7_200)})
    text = page({"X1": replace(entries["X1"], code="0")})
    assert "**confirmed**, stale" in text
    assert "**Stale:**" in text


def test_the_page_is_written_where_there_is_a_ledger(tmp_path):
    write_claims(tmp_path)
    assert not (tmp_path / "docs").exists()
    (tmp_path / "claims").mkdir()
    write_claims(tmp_path)
    assert (tmp_path / "docs" / "claims.md").read_text(encoding="utf-8") == page()


def test_lessons_that_claims_name_are_there_or_said_to_be_missing():
    for claim in ALL:
        name = claim.lesson.partition("#")[0]
        assert (
            not name or (ROOT / "lessons" / f"{name}.py").exists() or f"`{name}`, not written yet" in page()
        )


# ---- a measurement


@pytest.mark.parametrize("noise", [None, kg.InstanceNoise(4.0)])
def test_the_gradient_is_taken_at_what_the_generators_step_reads(noise):
    """All fakes are at 0 and the logit is x - 4, so the gradient is the mean of D over what D reads."""
    generator, discriminator = (keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]) for _ in "GD")
    discriminator.set_weights([np.ones((1, 1)), np.array([-4.0])])
    gan = kg.GAN(generator, discriminator, instance_noise=noise, seed=0)
    gan.compile(generator_optimizer="sgd", discriminator_optimizer="sgd")
    z = np.zeros((20_000, 1), "float32")
    blur = 0.0 if noise is None else noise.std * np.random.default_rng(0).standard_normal(1_000_000)
    expected = np.mean(1 / (1 + np.exp(4.0 - blur)))
    norm = gradient_norm(gan, z, kg.Minimax(), read_by(gan, len(z)))
    assert norm == pytest.approx(expected, rel=0.05)
