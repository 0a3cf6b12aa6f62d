"""`benchmarks/`: the rivals of a task do the same work, the numbers are right, a run is saved whole."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from importlib import import_module

import keras
import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.keras_contestants import build_both, count_parameters
from benchmarks.medians import median_interval, ratios
from benchmarks.pool import RivalFailed, Worker
from benchmarks.rivals import RIVALS, rivals_of
from benchmarks.table import END, START, update_page
from benchmarks.tasks import TASKS
from ground.files import ROOT

HERE = keras.backend.backend()
ENTRIES = [
    (task, rival)
    for task in ("ring", "wgan_gp")
    for rival, found in rivals_of(task).items()
    if found.framework == HERE
    # Options change how the same code is compiled, which takes long for some.
    if not found.options or (task == "ring" and "compiled" not in found.options)
]
unix_only = pytest.mark.skipif(not hasattr(os, "getloadavg"), reason="the benchmark runs on Linux and macOS")
TWO = ["--quick", "--rivals", "jax_scan", "jax_step"]


def prepare(task, rival):
    """A rival built for a small form of a task: two steps an epoch, eight rows a minibatch."""
    task = replace(task, batch_size=8, block=2, num_rows=2 * 8 * task.discriminator_steps)
    module = import_module(f"benchmarks.rivals.{RIVALS[rival].module}")
    return module.prepare(task, task.data(), **RIVALS[rival].options)


@pytest.mark.backend
@pytest.mark.parametrize(("task", "rival"), ENTRIES)
def test_all_rivals_of_a_task_do_the_same_work(task, rival):
    contestant = prepare(TASKS[task], rival)
    assert tuple(contestant.num_parameters) == TASKS[task].num_parameters
    contestant.first_epoch()
    assert contestant.updates() == (2, 2 * TASKS[task].discriminator_steps)
    measured = contestant.run(0.0)
    assert measured.steps >= 1
    assert measured.seconds > 0.0
    assert contestant.updates()[0] == 2 + measured.steps


@pytest.mark.parametrize("name", ["ring", "s0", "s2"])
def test_the_products_of_a_profile_are_all_of_a_steps_work(name):
    products = import_module("benchmarks.bound").products(TASKS[name])
    assert sum(2 * m * k * n for m, k, n in products) == TASKS[name].flop()


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_every_framework_builds_networks_of_the_same_size(task):
    jax, torch = pytest.importorskip("jax"), pytest.importorskip("torch")
    jax_networks = import_module("benchmarks.rivals.jax_networks")
    torch_networks = import_module("benchmarks.rivals.torch_networks")
    in_keras = count_parameters(*build_both(task))
    pairs = [(task.generator, (task.latent_dim,)), (task.discriminator, task.sample_shape)]
    for (network, shape), expected, count in zip(pairs, task.num_parameters, in_keras, strict=True):
        assert count == expected
        weights = jax.eval_shape(lambda key: jax_networks.init(network, shape, key), jax.random.key(0))  # noqa: B023
        assert sum(leaf.size for leaf in jax.tree.leaves(weights)) == expected
        with torch.device("meta"):
            assert sum(p.numel() for p in torch_networks.build(network, shape).parameters()) == expected


@pytest.mark.parametrize("rival", [name for name in RIVALS if name.startswith("ours_tensorflow_")])
def test_the_variants_are_options_of_the_package(rival):
    contestant = prepare(TASKS["variants"], rival)
    assert contestant.num_parameters == TASKS["variants"].num_parameters
    plain, varied = (
        kept.model.get_config() for kept in (prepare(TASKS["variants"], "ours_tensorflow"), contestant)
    )
    assert {key for key in plain if plain[key] != varied[key]} - {"generator", "discriminator"}


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_an_epoch_is_whole_blocks(task):
    assert task.num_rows % task.rows_per_step == 0
    assert task.steps_per_epoch % task.block == 0
    rows = task.data()
    assert rows.shape == (task.num_rows, *task.sample_shape)
    assert rows.dtype == np.float32


def test_the_work_of_a_step_counted_by_hand():
    # S0: 100-128-784 and 784-128-1, batch 100; a product is two operations.
    g1, g2, d1, d2 = (200 * size for size in (100 * 128, 128 * 784, 784 * 128, 128 * 1))
    discriminator = (
        (g1 + g2) + 2 * (d1 + d2) + 2 * (d1 + d2) + 2 * d2
    )  # G, D on both, weights, between layers
    generator = (g1 + g2) + (d1 + d2) + (d1 + d2) + (g1 + g2) + g2
    assert TASKS["s0"].flop() == discriminator + generator
    assert TASKS["s0"].usual_flop() == 4 * (g1 + g2) + 8 * (d1 + d2)  # the 0.25 GFLOP that one reads


def test_the_work_of_a_gradient_penalty():
    plain = replace(TASKS["ring"], discriminator_steps=5)
    critic = 2 * 128 * (2 * 128 + 128 * 128 + 128)  # one forward pass
    assert TASKS["wgan_gp"].flop() - plain.flop() == 5 * 4 * critic
    assert TASKS["wgan_gp"].usual_flop() - plain.usual_flop() == 5 * 6 * critic


def test_the_work_of_a_convolution():
    # 64×64×3 images through 32 kernels of 4×4 with stride 2: 32×32 positions; back from 32×32×32 the same.
    first, last = TASKS["dcgan64"].discriminator[0], TASKS["dcgan64"].generator[-2]
    assert first.products((64, 64, 3)) == last.products((32, 32, 32)) == 32 * 32 * 4 * 4 * 3 * 32
    assert last.output((32, 32, 32)) == (64, 64, 3)


def test_the_interval_of_a_median_is_two_order_statistics():
    assert median_interval([3.0, 1.0, 2.0]) == (1.0, 3.0, 0.75)
    assert median_interval(list(map(float, range(7)))) == (0.0, 6.0, 1 - 2 / 128)
    low, high, coverage = median_interval(list(map(float, range(1, 11))))
    assert (low, high) == (2.0, 9.0)
    assert coverage == pytest.approx(1 - 2 * 11 / 1024)


def test_quotients_are_taken_within_a_repeat():
    found = ratios({0: 10.0, 1: 40.0, 2: 9.0}, {0: 5.0, 1: 10.0})
    assert found["values"] == [2.0, 4.0]
    assert found["median"] == 3.0
    assert ratios({0: 1.0}, {1: 1.0}) is None


@unix_only
def test_a_quick_run_writes_numbers_and_a_table(tmp_path, capsys):
    output = tmp_path / "results.json"
    assert main([*TWO, "--output", str(output)]) == 0
    tasks = json.loads(output.read_text(encoding="utf-8"))
    assert list(tasks) == ["ring"]
    rivals = tasks["ring"]["rivals"]
    assert list(rivals) == ["jax_step", "jax_scan"]
    for record in rivals.values():
        assert record["steps_per_second"]["median"] > 0.0
        assert record["num_parameters"] == list(TASKS["ring"].num_parameters)
        assert record["updates"] == [300, 300]
        assert 0.0 < record["share"] < record["usual_share"]
        assert record["first_epoch"] > 0.0
        assert record["peak_memory"] > 2**20
    assert {"load", "numpy", "jax"} == set(tasks["ring"]["readings"][0])
    page = output.with_suffix(".md").read_text(encoding="utf-8")
    for name in rivals:
        assert f"| {RIVALS[name].title} | " in page
    assert page.splitlines()[2] in capsys.readouterr().out


def test_only_what_stands_between_the_markers_is_replaced(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{START}\nold\n{END}\n\nafter\n", encoding="utf-8")
    record = {"title": "Nobody", "failed": "a | b\nsecond line"}
    task = {"rivals": {"nobody": record}, "title": "t", "num_parameters": [1, 2], "flop": 1, "usual_flop": 2}
    task |= {"batch_size": 8, "discriminator_steps": 1, "steps_per_epoch": 3}
    machine = {"processor": "p", "cores": 2, "system": "s", "versions": {"keras": "3"}}
    task |= {"finished": "2026-01-01T", "machine": machine, "repeats": 7}
    update_page(page, {"ring": task | {"readings": [{"load": 0.5, "numpy": 100.0}]}})
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n\n")
    assert text.endswith(f"{END}\n\nafter\n")
    assert "old" not in text
    assert r"| Nobody | failed: a \| b |" in text
    assert "GFLOP/s: numpy 100." in text
    assert " on p, 2 cores" in text
    record = task | {"readings": [{"load": 0.5, "numpy": 100.0}], "gpu": "G"}
    update_page(page, {"ring_gpu": record})
    assert " on G beside p, 2 cores" in page.read_text(encoding="utf-8")


def test_the_page_of_the_site_shows_the_record_of_every_task(tmp_path):
    page, copy = ROOT / "docs" / "benchmarks.md", tmp_path / "page.md"
    copy.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    tasks = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert list(tasks) == [*TASKS, "ring_gpu", "s0_gpu"]
    assert [name for name, task in tasks.items() if task.get("gpu")] == ["ring_gpu", "s0_gpu"]
    update_page(copy, tasks)
    assert copy.read_text(encoding="utf-8") == page.read_text(encoding="utf-8")


@unix_only
def test_a_task_replaces_its_own_record_alone(tmp_path, monkeypatch):
    results, page = tmp_path / "results.json", tmp_path / "page.md"
    monkeypatch.setattr("benchmarks.__main__.RESULTS", results)
    monkeypatch.setattr("benchmarks.__main__.PAGE", page)
    monkeypatch.setattr("benchmarks.__main__.RIVALS", {"jax_scan": RIVALS["jax_scan"]})
    kept = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))["s0"]
    results.write_text(json.dumps({"s0": kept, "ring": {}}), encoding="utf-8")
    earlier, run = results.read_text(encoding="utf-8"), ["--tasks", "ring", "--rivals", "jax_scan"]
    monkeypatch.setattr("benchmarks.__main__.ROOT", tmp_path)
    monkeypatch.setattr("benchmarks.__main__._REPEATS", 2)  # seven take half a minute
    assert main([*run, "--repeats", "1"]) == 0  # too few for a record
    assert results.read_text(encoding="utf-8") == earlier
    assert main(run) == 0
    after = json.loads(results.read_text(encoding="utf-8"))
    assert after["s0"] == kept
    assert list(after["ring"]["rivals"]) == ["jax_scan"]
    assert "### `s0`" in page.read_text(encoding="utf-8")


@unix_only
def test_an_interrupted_run_leaves_the_earlier_results(tmp_path):
    output = tmp_path / "results.json"
    output.write_text("earlier", encoding="utf-8")
    # A background job ignores the signal, and so would its child.
    start = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    start += "; runpy.run_module('benchmarks', run_name='__main__', alter_sys=True)"
    command = [sys.executable, "-c", start, "--quick", "--rivals", "jax_scan", "--output", str(output)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=ROOT
    ) as run:
        assert "jax_scan: first epoch" in run.stdout.readline()  # in the middle: ready, not yet measured
        run.send_signal(signal.SIGINT)
        run.stdout.read()
    assert run.returncode != 0
    assert output.read_text(encoding="utf-8") == "earlier"
    assert list(tmp_path.iterdir()) == [output]


@unix_only
def test_a_rival_that_fails_says_why():
    with Worker("ring", "no_such_rival", "jax") as worker, pytest.raises(RivalFailed, match="KeyError"):
        worker.ready()
