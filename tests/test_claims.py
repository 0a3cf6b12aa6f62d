"""The ledger: exact claims come out as registered, and stale results are seen."""

import types
from dataclasses import replace

import keras
import numpy as np
import pytest

import keras_gan as kg
from claims import __main__ as program
from claims import ledger, store
from claims.code import claim_fingerprint, fingerprint
from claims.frozen import Gradients, gradient_norm
from claims.ledger import GROUPS, TESTED, check, measure
from claims.page import page
from claims.record import Claim, Condition, Untested, Verdict, in_seeds, judged
from ground.files import ROOT
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


def test_the_hash_covers_what_a_function_uses():
    def changed(name, value):
        space = {**doubled.__globals__, "__name__": "claims.trial"}
        for function in ("helper", "doubled"):
            original = globals()[function]
            space[function] = types.FunctionType(original.__code__, space, function)
            space[function].__module__ = "claims.trial"
        space[name] = value
        return fingerprint(space["doubled"])

    same = changed("FACTOR", FACTOR)
    assert same == changed("FACTOR", FACTOR)
    assert same != changed("FACTOR", 3)
    assert same != changed("helper", is_even_elsewhere())


def is_even_elsewhere():
    def helper(seed):
        return 4 * seed

    helper.__module__ = "claims.trial"
    return helper


def test_the_hash_follows_the_methods_of_a_class(monkeypatch):
    before = fingerprint(Gradients)
    assert before == fingerprint(Gradients)
    monkeypatch.setattr("claims.frozen.gradient_norm", is_even_elsewhere())
    assert before != fingerprint(Gradients)


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
    with pytest.raises(AssertionError, match="claim X1 was changed after it was run"):
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
    assert gradient_norm(gan, z, kg.Minimax(), gan.reader(len(z))) == pytest.approx(expected, rel=0.05)
