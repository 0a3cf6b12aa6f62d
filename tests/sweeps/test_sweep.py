"""`sweep`: the same rows in the same order wherever the runs happen, and nothing lost when it breaks."""

import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
import sweep_runs as runs

import keras_gan as kg
from ground.files import ROOT
from keras_gan.sweeps.workers import THREADS, num_cores

SETTINGS = [{"width": 4}, {"width": 3}]
unix_only = pytest.mark.skipif(os.name == "nt", reason="signals as on Linux and macOS")


def here(run, settings=SETTINGS, seeds=(5, 2), **options):
    return kg.sweep(run, settings, seeds, **{"num_workers": 1, "verbose": False, **options})


def test_rows_come_by_setting_then_seed_as_they_were_given():
    rows = here(runs.product).rows
    assert [(row["width"], row["seed"], row["product"]) for row in rows] == [
        (4, 5, 20),
        (4, 2, 8),
        (3, 5, 15),
        (3, 2, 6),
    ]
    assert rows[0]["both"] == [4, 5]


def test_a_column_is_an_array_of_the_runs_that_match():
    table = here(runs.product)
    assert table.column("product").tolist() == [20, 8, 15, 6]
    assert table.column("product", width=3).tolist() == [15, 6]
    assert table.column("both", width=3, seed=2).tolist() == [[3, 2]]
    with pytest.raises(ValueError, match=r"Received: 'produkt'\. Did you mean 'product'"):
        table.column("produkt")
    with pytest.raises(ValueError, match=r"Received: 'widht'\. Did you mean 'width'"):
        table.column("product", widht=3)


def test_a_failed_run_is_a_row_and_stops_no_other():
    table = here(runs.fails_at_two)
    assert [row["error"] for row in table.failed] == 2 * ["ArithmeticError: two is not liked"]
    assert table.column("product").tolist() == [20, 15]
    assert str(table).splitlines() == [
        "width  seed  product                              error",
        "    4     5       20",
        "    4     2           ArithmeticError: two is not liked",
        "    3     5       15",
        "    3     2           ArithmeticError: two is not liked",
    ]


@pytest.mark.parametrize("answer", [3, {"width": 1}, {"seed": 1}, {"error": 1}, {"x": object()}])
def test_an_answer_that_no_row_can_hold_is_that_runs_failure(answer):
    def run(seed, width):
        return answer

    failed = here(run).failed
    assert len(failed) == 4
    assert re.match(
        r"(ValueError: `run` returns a dict|TypeError: `run` returns numbers)", failed[0]["error"]
    )


# ---- other executors


@pytest.mark.backend
def test_threads_and_processes_give_the_same_bits():
    expected = here(runs.train, seeds=[1, 2])
    with ThreadPoolExecutor(2) as threads:
        assert here(runs.train, seeds=[1, 2], num_workers=None, executor=threads) == expected
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert here(runs.train, seeds=[1, 2], num_workers=None, executor=pool) == expected


def test_dask_workers_give_the_same_rows():
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        found = here(runs.product, num_workers=None, executor=client.get_executor())
        failed = here(runs.fails_at_two, num_workers=None, executor=client.get_executor())
    assert found == here(runs.product)
    assert failed == here(runs.fails_at_two)


def test_worker_processes_share_the_cores(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")  # the user's own choice
    before = dict(os.environ)
    table = here(runs.surroundings, [{}], range(4), num_workers=2)
    assert dict(os.environ) == before
    share = str(max(1, num_cores() // 2))
    assert set(table.column("limits")) == {",".join(["7", *[share] * (len(THREADS) - 1)])}
    assert os.getpid() not in table.column("pid")
    assert len(set(table.column("pid"))) <= 2


# ---- the file


def test_finished_runs_are_not_run_again(tmp_path):
    file, settings = tmp_path / "kept.jsonl", [{"width": 4, "folder": str(tmp_path)}]
    here(runs.product, settings, [1, 2], file=file)
    table = here(runs.product, settings, [3, 2], file=file)
    assert table.column("seed").tolist() == [3, 2]
    assert {path.read_text() for path in tmp_path.glob("4-*")} == {"once"}
    assert len(file.read_text().splitlines()) == 1 + 3


def test_a_failed_run_is_run_again(tmp_path, monkeypatch):
    file = tmp_path / "kept.jsonl"
    assert here(runs.fails_at_two, file=file).failed
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    (first,) = [i for i, line in enumerate(lines) if line.get("seed") == 2 and line["setting"]["width"] == 4]
    lines[first]["result"] = {"product": 8}
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    table = here(runs.fails_at_two, file=file)
    assert [row["width"] for row in table.failed] == [3]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_half_line_is_ignored_and_said(tmp_path, cut):
    file = tmp_path / "kept.jsonl"
    expected = here(runs.product, file=file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    with pytest.warns(UserWarning, match=r"The last line of '.*kept.jsonl' was cut off and is ignored"):
        assert here(runs.product, file=file) == expected
    assert file.read_bytes() == whole


def test_a_file_cut_off_in_its_first_line_begins_anew(tmp_path):
    file = tmp_path / "kept.jsonl"
    file.write_bytes(b'{"format": 1, "func')
    with pytest.warns(UserWarning, match="cut off"):
        assert here(runs.product, file=file) == here(runs.product)


def test_a_file_of_something_else_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "kept.jsonl"
    here(runs.product, file=file)
    content = file.read_bytes()
    with pytest.raises(ValueError, match=r"of another call: function was 'sweep_runs.product'\. Choose"):
        here(runs.fails_at_two, file=file)
    with pytest.raises(ValueError, match="of another call: settings was"):
        here(runs.product, [{"width": 4}], file=file)
    with pytest.raises(ValueError, match="of another call: arguments was ''"):
        here(partial(runs.product, folder=None), file=file)
    source = Path(runs.__file__).read_text().replace("width * seed)", "width + seed)")
    changed = tmp_path / "sweep_runs.py"
    changed.write_text(source)
    monkeypatch.setitem(runs.product.__globals__, "product", runs.product)
    namespace = {"__name__": "sweep_runs"}
    exec(compile(source, str(changed), "exec"), namespace)
    with pytest.raises(ValueError, match="of another call: source was"):
        here(namespace["product"], file=file)
    assert file.read_bytes() == content


def test_a_broken_line_in_the_middle_is_refused(tmp_path):
    file = tmp_path / "kept.jsonl"
    file.write_bytes(b"a diary\nof something else\n")
    with pytest.raises(ValueError, match=r"a file that `sweep` wrote.*with the line b'a diary'. Choose"):
        here(runs.product, file=file)
    assert file.read_bytes() == b"a diary\nof something else\n"


# ---- when something breaks


@unix_only
def test_the_sweep_goes_on_after_a_worker_was_killed(tmp_path):
    settings, file = [{"folder": str(tmp_path)}], tmp_path / "kept.jsonl"
    with pytest.raises(RuntimeError, match=r"Received: one ended before \(killed.*same `file`"):
        here(runs.killed_at_three, settings, range(6), num_workers=2, file=file)
    kept = {json.loads(line)["seed"] for line in file.read_text().splitlines()[1:]}
    assert 3 not in kept
    assert kept
    before = {path.name for path in tmp_path.glob("ran-*")}
    table = here(runs.killed_at_three, settings, range(6), num_workers=2, file=file)
    assert table.column("double").tolist() == [0, 2, 4, 6, 8, 10]
    again = {path.name for path in tmp_path.glob("ran-*")} - before
    assert len(again) <= 6 - len(kept)


@unix_only
def test_an_interruption_keeps_what_is_done_and_leaves_no_process(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, runs.__file__, str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            end = monotonic() + 600
            while len(list(tmp_path.glob("pid-*"))) < 2 or len(_lines(tmp_path / "kept.jsonl")) < 2:
                assert process.poll() is None, process.stderr.read()
                assert monotonic() < end
                sleep(0.1)
            process.send_signal(signal.SIGINT)
            errors = process.communicate(timeout=300)[1]
        finally:
            process.kill()
    assert "KeyboardInterrupt" in errors
    assert "sweep: 1 of 4 runs" in errors
    assert [json.loads(line)["seed"] for line in _lines(tmp_path / "kept.jsonl")[1:]] == [0]
    for path in tmp_path.glob("pid-*"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.name.removeprefix("pid-")), 0)


def _lines(file):
    return file.read_text().splitlines() if file.exists() else []


def test_one_line_is_said_where_there_is_no_terminal(capsys, tmp_path):
    here(runs.fails_at_two, verbose=True)
    assert re.fullmatch(r"sweep: 4 of 4 runs, 2 failed, \d+ s\n", capsys.readouterr().err)
    here(runs.product, file=tmp_path / "kept.jsonl")
    here(runs.product, file=tmp_path / "kept.jsonl", verbose=True)
    assert re.fullmatch(r"sweep: 4 of 4 runs, 4 from the file, \d+ s\n", capsys.readouterr().err)


def test_a_terminal_sees_the_line_grow(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    here(runs.product, verbose=True)
    shown = capsys.readouterr().err.split("\r\x1b[K")
    assert re.fullmatch(r"sweep: 1 of 4 runs, \d+ s, about \d+ s left", shown[1])
    assert re.fullmatch(r"sweep: 4 of 4 runs, \d+ s\n", shown[-1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"run": None}, "`run` is a function of `seed` and the settings"),
        ({"settings": {"width": 4}}, "`settings` are different dicts of plain values"),
        ({"settings": []}, "`settings` are different dicts"),
        ({"settings": [{"width": 4}, {"width": 4}]}, "`settings` are different dicts"),
        ({"settings": [{"seed": 4}]}, "without `seed` and `error`"),
        ({"settings": [{"width": kg.R1()}]}, "plain values"),
        ({"seeds": 5}, "`seeds` are different integers"),
        ({"seeds": [1, 1]}, "`seeds` are different integers"),
        ({"seeds": []}, "at least one"),
        ({"executor": "dask"}, "`executor` is a `concurrent.futures` executor"),
        ({"num_workers": 0}, "`num_workers` is a positive integer"),
        ({"executor": ThreadPoolExecutor(1), "num_workers": 2}, "Leave out one of them"),
        ({"run": lambda seed, width: {}, "num_workers": 2}, "a function at the top of a module"),
    ],
)
def test_bad_arguments_are_refused_at_the_door(options, message):
    with pytest.raises(ValueError, match=message):
        here(**{"run": runs.product, **options})


def test_a_file_in_no_folder_is_refused(tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(OSError, match="`file` lies in a folder that can be written to"):
        here(runs.product, file=tmp_path / "taken" / "kept.jsonl")


def test_the_order_of_results_does_not_matter():
    def run(seed, width):
        sleep(0.05 * seed)
        return {"product": width * seed}

    with ThreadPoolExecutor(4) as threads:
        table = here(run, num_workers=None, executor=threads)
    assert np.array_equal(table.column("product"), [20, 8, 15, 6])


def test_the_program_on_the_page_runs(tmp_path):
    text = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "packing.py").write_text(program, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "packing.py"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    header, *rows, last = done.stdout.splitlines()
    assert header.split() == ["packing", "seed", "modes", "kl"]
    assert [row.split()[:2] for row in rows] == [["1", "0"], ["1", "1"], ["2", "0"], ["2", "1"]]
    assert last.startswith("packs of two: [")
    assert len(_lines(tmp_path / "packing.jsonl")) == 1 + 4
