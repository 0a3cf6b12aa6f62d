"""`sweep`: the same rows in the same order wherever the runs happen, and nothing lost when it breaks."""

import json
import os
import re
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

import joblib
import keras
import numpy as np
import pytest
import sweep_runs as runs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import keras_gan as kg
from ground.files import ROOT
from keras_gan.sweeps.journal import append, kept_lines

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


# ---- where the runs happen


@pytest.mark.backend
def test_threads_and_processes_give_the_same_bits():
    expected = here(runs.train, seeds=[1, 2])
    assert here(runs.train, seeds=[1, 2], num_workers=2) == expected
    with joblib.parallel_config(backend="threading"):
        assert here(runs.train, seeds=[1, 2], num_workers=2) == expected


def test_a_closure_and_a_lambda_run_in_processes():
    array = np.zeros(200_000)  # so large that processes share it

    def run(seed, width):
        array[:] += seed
        return {"sum": array[0] * width, "pid": os.getpid()}

    table = here(run, seeds=[5, 2], num_workers=2)
    assert table.column("sum").tolist() == [20, 8, 15, 6]
    assert os.getpid() not in table.column("pid")
    assert not array.any()
    table = here(lambda seed, width: {"product": seed * width}, num_workers=2)
    assert table == here(lambda seed, width: {"product": seed * width})


def test_what_cannot_travel_is_refused_there_and_runs_here():
    lock = Lock()

    def run(seed, width):
        with lock:
            return {"product": seed * width}

    with pytest.raises(ValueError, match=r"can be sent to worker processes\. .*num_workers=1"):
        here(run, num_workers=2)
    assert here(run).column("product").tolist() == [20, 8, 15, 6]


def test_two_dask_workers_give_the_same_rows():
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        found = here(runs.product, num_workers=None)
        failed = here(runs.fails_at_two, num_workers=None)
        where = here(lambda seed: {"pid": os.getpid()}, [{}], range(8), num_workers=None)
    assert found == here(runs.product)
    assert failed == here(runs.fails_at_two)
    assert os.getpid() not in where.column("pid")


def test_a_backend_that_gives_nothing_before_the_end_goes_in_rounds(tmp_path):
    class AtTheEnd(joblib.parallel.ThreadingBackend):
        supports_return_generator = False

    joblib.register_parallel_backend("at_the_end", AtTheEnd)
    file = tmp_path / "kept.jsonl"

    def run(seed):
        return {"kept": len(_lines(file)) - 1}

    with joblib.parallel_config(backend="at_the_end"):
        table = here(run, [{}], range(6), num_workers=2, file=file)
    assert table.column("kept").tolist() == [0, 0, 2, 2, 4, 4]


def test_worker_processes_share_the_cores(monkeypatch):
    before = dict(os.environ)
    table = here(runs.surroundings, [{}], range(4), num_workers=2)
    assert dict(os.environ) == before
    share = str(max(1, joblib.cpu_count() // 2))
    assert set(table.column("limits")) == {",".join([share] * len(runs.LIMITS))}
    assert os.getpid() not in table.column("pid")
    assert len(set(table.column("pid"))) <= 2
    monkeypatch.setenv("OMP_NUM_THREADS", "7")  # the user's own choice
    more = here(runs.surroundings, [{}], range(2), num_workers=2)
    assert {limits.split(",")[0] for limits in more.column("limits")} == {"7"}
    assert {limits.split(",")[-1] for limits in more.column("limits")} == {"7"}
    if table.column("threads").all() and keras.backend.backend() != "torch":
        assert table.column("threads").max() < more.column("threads").min()
    assert not set(table.column("pid")) & set(more.column("pid"))  # every sweep has processes of its own


# ---- the file


def test_finished_runs_are_not_run_again(tmp_path):
    file, settings = tmp_path / "kept.jsonl", [{"width": 4, "folder": str(tmp_path)}]
    here(runs.product, settings, [1, 2], file=file)
    table = here(runs.product, settings, [3, 2], file=file)
    assert table.column("seed").tolist() == [3, 2]
    assert {path.read_text() for path in tmp_path.glob("4-*")} == {"once"}
    assert len(file.read_text().splitlines()) == 1 + 3


def test_a_failed_run_is_run_again(tmp_path):
    file, mark = tmp_path / "kept.jsonl", tmp_path / "well"

    def run(seed, mark):
        return {"ok": 1} if seed != 2 or Path(mark).exists() else {}["missing"]

    assert here(run, [{"mark": str(mark)}], file=file).failed
    mark.touch()
    assert not here(run, [{"mark": str(mark)}], file=file).failed
    mark.unlink()
    assert not here(run, [{"mark": str(mark)}], file=file).failed  # the line that says so counts


@pytest.mark.parametrize("cut", range(1, 100, 14))
def test_a_line_that_was_cut_off_is_left_out_and_said(tmp_path, cut):
    file = tmp_path / "kept.jsonl"
    expected = here(runs.product, file=file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    with nullcontext() if cut == 1 else pytest.warns(UserWarning, match=r"Damaged lines .*: line 5\."):
        assert here(runs.product, file=file) == expected
    assert file.read_bytes() == whole if cut == 1 else whole[:-cut] + b"\n" + whole.splitlines(True)[-1]


HEADER = {"format": 2, "function": "f", "settings": [{"width": 4}]}
KEPT = [{"setting": {"width": 4}, "seed": seed, "result": {"kl": 0.1 * seed}} for seed in range(5)]


def test_no_flipped_bit_is_loaded(tmp_path):
    file, rng = tmp_path / "kept.jsonl", np.random.default_rng(0)
    kept_lines(file, HEADER)
    for line in KEPT:
        append(file, line)
    whole, refused = file.read_bytes(), 0
    for bit in rng.integers(8 * len(whole), size=500):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = kept_lines(file, HEADER)
            except ValueError as error:
                assert str(file) in str(error)  # noqa: PT017
                refused += 1
                continue
        assert all(line in KEPT for line in found)
        assert len(found) >= 3
    assert 0 < refused < 250  # in the first line


@given(content=st.binary(max_size=80) | st.sampled_from([b"{}", b"{}\n", b"\n", b'{"format": 2}\n', b'{"']))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_that_no_sweep_wrote_is_refused_and_left_as_it_is(content, tmp_path):
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    if content:
        with pytest.raises(ValueError, match="a file that `sweep` wrote"):
            here(runs.product, file=file)
        assert file.read_bytes() == content
    else:
        assert len(here(runs.product, file=file).rows) == 4


def test_what_is_no_file_is_refused(tmp_path):
    for path in (tmp_path, os.devnull):
        with pytest.raises(ValueError, match="which is no file"):
            here(runs.product, file=path)
    for name in ("a\0b", 300 * "a", 7):
        with pytest.raises(ValueError, match="`file` is the name of a file or folder"):
            here(runs.product, file=name)


def test_two_sweeps_on_one_file_lose_no_run(tmp_path):
    file = tmp_path / "kept.jsonl"

    def run(seed, width):
        if width == 4 and seed < 10:  # another sweep of the same function begins before this run has ended
            here(run, seeds=[seed + 10], file=file)
        return {"product": width * seed}

    here(run, seeds=range(3), file=file)
    with joblib.parallel_config(backend="threading"):
        table = here(run, seeds=range(20), file=file, num_workers=4)
    lines = _lines(file)
    assert here(run, seeds=range(20), file=file) == table
    assert _lines(file) == lines  # all runs are in it, whole


def test_a_home_folder_and_another_working_folder_are_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    here(runs.product, file="~/kept.jsonl")
    assert len(_lines(tmp_path / "kept.jsonl")) == 5
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()

    def run(seed):
        os.chdir(tmp_path / "other")
        return {"seed_too": seed}

    here(run, [{}], file="moved.jsonl")
    assert len(_lines(tmp_path / "moved.jsonl")) == 3


@unix_only
def test_a_full_disk_is_said_and_loses_nothing(tmp_path):
    import resource

    file = tmp_path / "kept.jsonl"
    here(runs.product, seeds=[1], file=file)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 20, before[1]))
    try:
        with pytest.raises(OSError, match=r"No space left on device: .*kept\.jsonl"):
            here(runs.product, seeds=[1, 2], file=file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with pytest.warns(UserWarning, match=r"line 4\."):
        assert here(runs.product, seeds=[1, 2], file=file) == here(runs.product, seeds=[1, 2])


def enclosing(factor):
    def run(seed, width):
        return {"product": factor * seed * width}

    return run


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
    here(enclosing(3), file=tmp_path / "enclosed.jsonl")
    here(enclosing(3), file=tmp_path / "enclosed.jsonl")
    with pytest.raises(ValueError, match=r"of another call: arguments was .*factor.*3"):
        here(enclosing(4), file=tmp_path / "enclosed.jsonl")
    source = Path(runs.__file__).read_text().replace("width * seed)", "width + seed)")
    changed = tmp_path / "sweep_runs.py"
    changed.write_text(source)
    monkeypatch.setitem(runs.product.__globals__, "product", runs.product)
    namespace = {"__name__": "sweep_runs"}
    exec(compile(source, str(changed), "exec"), namespace)
    with pytest.raises(ValueError, match="of another call: source was"):
        here(namespace["product"], file=file)
    assert file.read_bytes() == content


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


@contextmanager
def program(folder):
    """`sweep_runs.py` in a process of its own, once one run is in the file and two more are going on."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, runs.__file__, str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            end = monotonic() + 600
            while len(list(folder.glob("pid-*"))) < 2 or len(_lines(folder / "kept.jsonl")) < 2:
                assert process.poll() is None, process.stderr.read()
                assert monotonic() < end
                sleep(0.1)
            yield process
        finally:
            process.kill()
    end = monotonic() + 60
    while any(_runs(int(path.name.removeprefix("pid-"))) for path in folder.glob("pid-*")):
        assert monotonic() < end, "a worker outlives its parent"
        sleep(0.1)
    assert [json.loads(line)["seed"] for line in _lines(folder / "kept.jsonl")[1:]] == [0]


def _runs(pid):
    """Whether a process is there and no zombie, which a container may keep."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


@unix_only
@pytest.mark.parametrize("group", [False, True], ids=["the program", "all its processes"])
def test_an_interruption_keeps_what_is_done_and_leaves_no_process(tmp_path, group):
    with program(tmp_path) as process:
        for path in tmp_path.glob("pid-*") if group else ():
            os.kill(int(path.name.removeprefix("pid-")), signal.SIGINT)
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=60)[1]
    assert "KeyboardInterrupt" in errors
    assert "sweep: 1 of 4 runs" in errors


@unix_only
def test_a_killed_program_goes_on_to_the_same_file(tmp_path):
    with program(tmp_path) as process:
        process.kill()
    (tmp_path / "quick").touch()
    settings = [{"folder": str(tmp_path)}]
    table = here(runs.slow, settings, range(4), num_workers=2, file=tmp_path / "kept.jsonl")
    assert table == here(runs.slow, settings, range(4), file=tmp_path / "whole.jsonl")
    kept, whole = _lines(tmp_path / "kept.jsonl"), _lines(tmp_path / "whole.jsonl")
    assert kept[0] == whole[0]
    assert sorted(kept) == sorted(whole)  # two workers end in any order


def _lines(file):
    return file.read_text().splitlines() if file.exists() else []


def test_one_line_is_said_where_there_is_no_terminal(capsys, tmp_path):
    time = r" \| time 0:00:\d\d \| left 0:00:00\n"
    here(runs.fails_at_two, verbose=True)
    assert re.fullmatch(rf"sweep: 4 of 4 runs, 2 failed{time}", capsys.readouterr().err)
    here(runs.product, file=tmp_path / "kept.jsonl")
    assert capsys.readouterr().err == ""
    here(runs.product, file=tmp_path / "kept.jsonl", verbose=True)
    assert re.fullmatch(rf"sweep: 4 of 4 runs, 4 from the file{time}", capsys.readouterr().err)


def test_a_terminal_sees_the_line_grow(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")

    def run(seed, width):
        sleep(0.3)
        return {}

    here(run, verbose=True)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err).replace("\r", "\n").split("\n")
    assert any(re.match(r"sweep: 1 of 4 runs \| time 0:00:0\d \| left 0:00:0\d", line) for line in shown)
    assert re.match(r"sweep: 4 of 4 runs", [line for line in shown if line.strip()][-1])


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
        ({"num_workers": 0}, "`num_workers` is a positive integer"),
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

    with joblib.parallel_config(backend="threading"):
        table = here(run, num_workers=4)
    assert np.array_equal(table.column("product"), [20, 8, 15, 6])


def test_the_programs_on_the_page_run(tmp_path):
    text = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    here_program, dask_program = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    header, *rows, single, packed = _printed(here_program, tmp_path / "packing.py")
    assert header.split() == ["packing", "seed", "modes", "kl"]
    assert [row.split()[:2] for row in rows] == [["1", "0"], ["1", "1"], ["2", "0"], ["2", "1"]]
    modes = [int(row.split()[2]) for row in rows]
    assert 0 < min(modes[:2]) <= max(modes[:2]) < min(modes[2:])  # something worth seeing
    assert single.startswith("packs of 1 find [")
    assert packed.startswith("packs of 2 find [")
    assert len(_lines(tmp_path / "packing.jsonl")) == 1 + 4
    pytest.importorskip("distributed")
    header, *rows = _printed(dask_program, tmp_path / "counting.py")
    assert header.split() == ["width", "seed", "weights"]
    assert [row.split()[:2] for row in rows] == [["16", "0"], ["16", "1"], ["32", "0"], ["32", "1"]]


def _printed(text, path):
    path.write_text(text, encoding="utf-8")
    command, environment = [sys.executable, path.name], {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=path.parent, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
