"""`fit` on several devices ends where one device does: the same weights, the same logged values."""

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import distributed_runs as runs
import keras
import numpy as np
import pytest
import tiny
from tiny import assert_close

BACKEND = keras.backend.backend()
TESTS = Path(tiny.__file__).parent
pytestmark = pytest.mark.backend


def start(folder, **environment):
    folder.mkdir()
    script = Path(runs.__file__)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]),
        **environment,
    }
    with (folder / "log").open("w") as log:
        return subprocess.Popen([sys.executable, script, folder], env=environment, stdout=log, stderr=log)


def free_ports(num):
    sockets = [socket.socket() for _ in range(num)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start_all(folder):
    """Two devices of one process and, on TensorFlow, two processes."""
    if BACKEND == "jax":
        flags = "--xla_force_host_platform_device_count=2"
        return {folder / "devices": start(folder / "devices", JAX_PLATFORMS="cpu", XLA_FLAGS=flags)}
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(2)]}
    started = {folder / "devices": start(folder / "devices", CUDA_VISIBLE_DEVICES="")}
    for i in (0, 1):
        task = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": i}})
        worker = folder / f"worker {i}"
        started[worker] = start(worker, CUDA_VISIBLE_DEVICES="", TF_CONFIG=task)
    return started


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    if BACKEND == "torch":
        pytest.skip("a GAN trains on several devices on JAX and on TensorFlow")
    processes = start_all(tmp_path_factory.mktemp("distribution"))
    folder_for_one = tmp_path_factory.mktemp("one") / "device"
    folder_for_one.mkdir()
    try:
        one = {name: runs.train(options, nullcontext()) for name, options in runs.CASES.items()}
        one["cut off"] = runs.cut_off(folder_for_one, nullcontext)
        for folder, process in processes.items():
            assert process.wait(timeout=300) == 0, (folder / "log").read_text()[-3000:]
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
    return one, {x.name: json.loads((x / "results.json").read_text()) for x in processes}


@pytest.mark.parametrize("case", runs.CASES)
def test_several_devices_end_where_one_does(results, case):
    one, several = results
    for result in (kind[case] for kind in several.values() if case in kind):
        assert_close(result["values"], one[case]["values"])
        assert_close(result["watched"], one[case]["watched"])
        assert result["history"].keys() == one[case]["history"].keys()
        for name, values in one[case]["history"].items():
            np.testing.assert_allclose(result["history"][name], values, rtol=1e-4, atol=1e-6)


def test_a_run_on_several_devices_goes_on_where_it_was_cut_off_and_loads_on_one(results):
    one, several = results
    for result in several.values():
        assert_close(result["cut off"], one["cut off"])


def test_a_run_that_becomes_infinite_names_player_and_step(results):
    text = results[1]["devices"]["divergence"]
    assert "of the generator is not finite in training step 1" in text
    assert "The weights are those after step 0" in text


def test_the_work_is_split_or_refused(results):
    devices = results[1]["devices"]
    if BACKEND == "jax":  # 8 rows are 4 a device, down to the logits
        assert devices["parts"]
        assert set(devices["parts"]) == {4}
        return
    refused = devices["refusals"]
    assert (
        "equal parts. Received: a minibatch of 5 rows. Pass a `batch_size` that 2" in refused["a batch of 5"]
    )
    assert "5 rows, which 2 does not divide" in refused["a stream of 5"]
    for name in ("clipnorm", "unrolled_steps"):
        assert f"2 replicas with {name}" in refused[name]
    assert "after the `with` block" in refused["inside"]


@pytest.fixture
def data_parallel():
    """Two devices for `keras.distribution`, by name alone: no training may get so far as to look for them."""
    if BACKEND == "jax":
        pytest.skip("a GAN follows `keras.distribution` there")
    yield lambda: keras.distribution.set_distribution(
        keras.distribution.DataParallel(devices=["cpu:0", "cpu:1"])
    )
    keras.distribution.set_distribution(None)


NOT_FOLLOWED = "and on one device on torch. Received: {} on " + BACKEND + ". Call `keras.distribution.set_dis"


@pytest.mark.parametrize("act", ["compile", "fit", "evaluate", "predict"])
def test_a_distribution_that_training_would_not_follow_is_refused(data_parallel, act):
    gan, rows = tiny.tiny_gan(), tiny.tiny_rows(8)
    data_parallel()
    actions = {
        "compile": lambda: gan.compile(generator_optimizer="adam", discriminator_optimizer="adam"),
        "fit": lambda: gan.fit(rows, batch_size=8, verbose=0),
        "evaluate": lambda: gan.evaluate(rows, verbose=0),
        "predict": lambda: gan.predict(gan.draw_z(8), verbose=0),
    }
    with pytest.raises(ValueError, match=re.escape(NOT_FOLLOWED.format("DataParallel"))):
        actions[act]()


@pytest.mark.skipif(BACKEND != "torch", reason="torch's own processes")
def test_several_processes_of_torch_are_refused(monkeypatch):
    import torch

    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    with pytest.raises(
        ValueError, match=re.escape(NOT_FOLLOWED.format("torch.distributed with 2 processes"))
    ):
        tiny.tiny_gan()
