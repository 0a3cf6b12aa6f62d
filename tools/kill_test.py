"""Kills training with SIGKILL at random moments; what comes after must equal, bit for bit, a run left alone.

`python -m tools.kill_test --kills 20` does so on every backend that is installed, through `fit(checkpoint=)`,
Keras's `BackupAndRestore` and `keras-gan train`. It needs a system with `fork`.
"""

import argparse
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from importlib.util import find_spec
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

from ground.files import ROOT
from tools.run_tests import BACKENDS

WAYS = ("checkpoint", "backup", "command")
_MOST_EPOCHS = 6  # between two kills
_COMMAND = ("train", "vanilla_assignment", "--data", "digits", "--seed", "3")


def train(channel: Connection, folder: Path | None, epochs: int, way: str) -> None:
    """The program that is killed: networks with every kind of state. Says before each epoch what it has."""
    import keras
    import numpy as np

    import keras_gan as kg

    gan = kg.GAN(
        kg.mlp_generator(4, (2,), widths=(16,), batch_normalization=True, seed=1),
        kg.mlp_discriminator((2,), widths=(16,), dropout=0.2, seed=2),
        seed=3,
    )
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(1e-3), discriminator_optimizer=keras.optimizers.Adam(2e-3)
    )
    watch = kg.Watch(num_samples=500)
    stopping = keras.callbacks.EarlyStopping("d_loss", mode="min", patience=10**6)
    rows = np.random.default_rng(0).normal(size=(96, 2)).astype("float32")

    kept: list[keras.callbacks.Callback] = [watch, stopping]
    if way == "backup":  # which keeps no callback's memory
        kept = [keras.callbacks.BackupAndRestore(folder, double_checkpoint=True)] if folder else []

    def everything() -> str:
        variables = [*gan.variables, *gan.optimizer.variables]
        arrays = [*(keras.ops.convert_to_numpy(v.value) for v in variables), *watch.samples]
        numbers = [watch.epochs, watch.metrics, stopping.wait, stopping.best]
        if way == "checkpoint":
            numbers.append(gan.history.history)
        return sha256(b"".join(a.tobytes() for a in arrays) + repr(numbers).encode()).hexdigest()

    class Report(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            channel.send((epoch, everything(), time.perf_counter()))

    gan.fit(
        rows,
        batch_size=16,
        epochs=epochs,
        validation_data=rows[:32],
        verbose=0,
        callbacks=[*kept, Report()],
        checkpoint=folder if way == "checkpoint" else None,
    )
    channel.send((epochs, everything(), time.perf_counter()))


def attempt(
    folder: Path | None, epochs: int, way: str, kill: tuple[int, float | None] | None = None
) -> dict[int, tuple]:
    """Trains in a process of its own, which is killed so many seconds after so many messages.

    With `None` in the place of the seconds it is killed while it next writes a file.

    Returns:
        What it said, by the number of epochs trained: the state as a hash, and the time in seconds.
    """
    server = multiprocessing.get_context("forkserver")  # every process shares one import, and nothing else
    server.set_forkserver_preload(["keras_gan"])
    receiving, sending = server.Pipe(duplex=False)
    process = server.Process(target=train, args=(sending, folder, epochs, way))
    process.start()
    sending.close()
    said: dict[int, tuple] = {}
    with suppress(EOFError, OSError):  # the end, or the middle of a message
        while True:
            epoch, *state_and_time = receiving.recv()
            said[epoch] = tuple(state_and_time)
            if kill is not None and len(said) == kill[0]:
                if kill[1] is not None:
                    time.sleep(kill[1])
                while kill[1] is None and process.is_alive() and not half_written(folder):
                    pass
                process.kill()
    process.join()
    if process.exitcode != (0 if kill is None else -signal.SIGKILL):
        raise RuntimeError(f"training ended with exit status {process.exitcode}")
    return said


def half_written(folder: Path | None) -> bool:
    """Whether a file is being written, or was when the process died."""
    return folder is not None and any(folder.glob(".part-*"))


def kills(num: int, folder: Path, seed: int, way: str = "checkpoint") -> Iterator[tuple[bool, str]]:
    """Kills one run, every second time while it writes; says whether it went on as if left alone."""
    if way == "command":
        yield from kills_of_command(num, folder, seed)
        return
    rng = random.Random(seed)
    messages = [rng.randint(1, _MOST_EPOCHS) for _ in range(num)]
    epochs = sum(messages) + 1
    alone = attempt(None, epochs, way)
    epoch_seconds = median(b - a for (_, a), (_, b) in pairwise(alone.values()))
    while_it_writes = way == "checkpoint"  # only there the name of a file says so
    seconds = [None if i % 2 and while_it_writes else rng.uniform(0, epoch_seconds) for i in range(num)]
    moments = list(zip(messages, seconds, strict=True))
    said = attempt(folder, epochs, way, moments[0])
    for i in range(num):
        where = f"killed in epoch {max(said) + 1} of {epochs}"
        half = ", a file half written" if half_written(folder) else ""
        said = attempt(folder, epochs, way, moments[i + 1] if i + 1 < num else None)
        same = all(state == alone[epoch][0] for epoch, (state, _) in said.items())
        yield (
            same,
            f"{where}{half}: went on after epoch {min(said)}, {'the same bits' if same else 'OTHER BITS'}",
        )


def kills_of_command(num: int, folder: Path, seed: int) -> Iterator[tuple[bool, str]]:
    """Kills `keras-gan train`; in the end its weights, metrics and pictures are those of one left alone."""
    rng = random.Random(seed)
    epochs = [rng.randint(1, _MOST_EPOCHS) for _ in range(num)]
    command = [sys.executable, "-m", "keras_gan", *_COMMAND, "--epochs", str(sum(epochs) + 3 * num)]
    left_alone, killed = folder / "alone", folder / "killed"
    subprocess.run([*command, "--output", str(left_alone)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    for more in epochs:
        before = _newest_epoch(killed)
        process = subprocess.Popen(
            [*command, "--output", str(killed)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        while process.poll() is None and _newest_epoch(killed) < before + more:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.1))
        process.kill()
        said, _ = process.communicate()
        went_on = not before or f"after epoch {before}" in said
        ended = process.returncode != -signal.SIGKILL
        yield (
            went_on and not ended,
            f"killed after epoch {_newest_epoch(killed)}: it went on after {before}"
            if went_on
            else f"did not go on after epoch {before}: {said}",
        )
    subprocess.run([*command, "--output", str(killed)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    same = _results(killed) == _results(left_alone)
    yield same, "the whole run: " + ("the same bits" if same else "OTHER BITS")


def _newest_epoch(run: Path) -> int:
    return max((int(file.name.split("-")[1]) for file in run.glob("checkpoint/epoch-*.npz")), default=0)


def _results(run: Path) -> dict[str, bytes]:
    """What a run ends in, by file; of the GAN all variables, since an archive holds the time of day."""
    import keras

    import keras_gan as kg

    gan: kg.GAN = keras.saving.load_model(run / "gan.keras")
    variables = [keras.ops.convert_to_numpy(v.value) for v in [*gan.variables, *gan.optimizer.variables]]
    files = [run / "metrics.csv", *sorted((run / "samples").iterdir())]
    return {"gan": b"".join(v.tobytes() for v in variables)} | {
        file.name: file.read_bytes() for file in files
    }


def main() -> int:
    """Prints a line a kill on every backend that is installed, and a last line for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="on each backend")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS, help="to keep a run")
    parser.add_argument("--backends", nargs="+", default=[name for name in BACKENDS if find_spec(name)])
    arguments = parser.parse_args()
    if len(arguments.backends) > 1:
        command = [sys.executable, "-m", "tools.kill_test", "--kills", str(arguments.kills)]
        command += ["--seed", str(arguments.seed), "--ways", *arguments.ways, "--backends"]
        return max(subprocess.run([*command, backend], cwd=ROOT).returncode for backend in arguments.backends)
    (backend,) = arguments.backends
    os.environ["KERAS_BACKEND"] = backend  # before the first process starts
    failures = 0
    for way in arguments.ways:
        with tempfile.TemporaryDirectory() as folder:
            results = []
            for same, line in kills(arguments.kills, Path(folder), arguments.seed, way):
                results.append(same)
                print(f"{backend}, {way} {len(results)}: {line}", flush=True)
        failures += results.count(False)
        print(f"{backend}, {way}: {sum(results)} of {len(results)} as if left alone", flush=True)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
