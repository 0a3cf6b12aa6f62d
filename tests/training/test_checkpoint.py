"""Checkpoints: what was cut off goes on and ends in the same bits; what is damaged is said to be so."""

import errno
import os
import pickle
import re
import shutil
from collections import Counter, deque
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import keras
import numpy as np
import pytest
from tiny import Batches, tiny_gan, tiny_rows

import keras_gan as kg
from keras_gan.training.state_files import StateFolder
from tools.kill_test import kills

pytestmark = pytest.mark.backend

ROWS = tiny_rows(16)


def make_gan(*, learning_rate=0.01, **options):
    """Players that differ in all that has a state; nothing is compiled."""
    adams = [keras.optimizers.Adam(rate, beta_1=0.5) for rate in (learning_rate, 0.02)]
    return tiny_gan(
        generator={"batch_normalization": True},
        discriminator={"dropout": 0.3},
        generator_optimizer=adams[0],
        discriminator_optimizer=adams[1],
        run_eagerly=True,
        **{"widths": (4,), **options},
    )


def fit(gan, folder, epochs, *callbacks, rows=ROWS, **options):
    """Trains, and returns all that a run leaves: networks, optimizers, random states, recordings, history."""
    watch = kg.Watch(num_samples=3)
    options = {"batch_size": 8, "verbose": 0, "checkpoint": folder, **options}
    history = gan.fit(rows, epochs=epochs, callbacks=[watch, *callbacks], **options)
    variables = [keras.ops.convert_to_numpy(v.value) for v in [*gan.variables, *gan.optimizer.variables]]
    arrays = [array.tobytes() for array in [*variables, *watch.samples]]
    return arrays, watch.epochs, watch.metrics, history.history, history.epoch


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory):
    """A folder with the second and the third epoch."""
    folder = tmp_path_factory.mktemp("cut_off")
    fit(make_gan(), folder, 3)
    return folder


@pytest.fixture
def folder(cut_off, tmp_path):
    return shutil.copytree(cut_off, tmp_path / "run")


@pytest.fixture(scope="module")
def alone():
    """What four epochs without any checkpoint leave."""
    return fit(make_gan(), None, 4)


def files(folder):
    return sorted(folder.iterdir())


def named(folder, epoch, content):
    (folder / f"epoch-{epoch:06d}-{sha256(content).hexdigest()[:16]}.npz").write_bytes(content)


class Interrupt(keras.callbacks.Callback):
    """Stops like the interrupt key, at the end of a batch."""

    def __init__(self, epoch):
        super().__init__()
        self._epoch, self._now = epoch, None

    def on_epoch_begin(self, epoch, logs=None):
        self._now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._now == self._epoch:
            raise KeyboardInterrupt


def test_killed_runs_end_in_the_bits_of_a_run_left_alone(tmp_path):
    results = list(kills(3, tmp_path, seed=1))
    assert len(results) == 3
    assert all(same for same, _ in results), results


@pytest.mark.parametrize(
    ("game", "options", "every"),
    [
        ({}, {"validation_data": ROWS[:4]}, 2),
        ({"discriminator_steps": 2, "loss": "hinge"}, {"shuffle": False, "batch_size": 4}, 1),
    ],
)
def test_a_run_goes_on_as_if_it_had_never_stopped(tmp_path, game, options, every):
    keep = kg.training.Checkpoint(str(tmp_path / "a" / "b"), every=every)
    whole = fit(make_gan(**game), None, 5, **options)
    fit(make_gan(**game), keep, 3, **options)
    assert fit(make_gan(**game), keep, 5, **options) == whole


def test_a_finished_run_comes_back_without_training(folder, alone):
    assert fit(make_gan(), folder, 4) == alone
    before = files(folder)
    assert fit(make_gan(), folder, 4) == alone
    assert fit(make_gan(), folder, 2)[-1] == [0, 1, 2, 3]
    assert files(folder) == before


def test_an_interrupt_in_an_epoch_takes_nothing_of_the_epochs_before(folder, alone):
    gan = make_gan()
    with pytest.raises(KeyboardInterrupt):
        fit(gan, folder, 4, Interrupt(epoch=3))
    assert fit(gan, folder, 4) == alone  # the same object, in the middle of an epoch


def test_an_interrupt_while_a_file_is_written_leaves_the_one_before(folder, alone, monkeypatch):
    def interrupted(descriptor):
        raise KeyboardInterrupt

    before = {file.name: file.read_bytes() for file in files(folder)}
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fit(make_gan(), folder, 4)
    assert {file.name: file.read_bytes() for file in files(folder)} == before
    assert fit(make_gan(), folder, 4) == alone


def test_the_newest_two_are_kept_and_bear_their_digest(folder):
    (folder / "notes.txt").write_text("mine")
    (folder / ".part-0a-epoch-000001-0.npz").write_bytes(b"left by a killed run")
    fit(make_gan(), folder, 5)
    *names, notes = [file.name for file in files(folder)]
    assert notes == "notes.txt"
    assert [name[:12] for name in names] == ["epoch-000004", "epoch-000005"]
    for name in names:
        assert sha256((folder / name).read_bytes()).hexdigest()[:16] == name[13:-4]
        with np.load(folder / name, allow_pickle=False) as stored:
            assert all(stored[key].dtype != object for key in stored.files)


def halve(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)


def empty(file):
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [halve, flip, empty])
def test_a_damaged_file_is_passed_over(folder, alone, damage):
    older, newer = files(folder)
    damage(newer)
    with pytest.warns(UserWarning, match=f"{newer.name} in .* is damaged, so .* goes on from {older.name}"):
        assert fit(make_gan(), folder, 4) == alone
    assert fit(make_gan(), folder, 4) == alone


def test_without_a_whole_file_training_begins_again(folder, alone):
    for file in files(folder):
        halve(file)
    with pytest.warns(UserWarning, match=r"are damaged, so training begins from the start\."):
        assert fit(make_gan(), folder, 4) == alone


def test_a_deleted_file_costs_an_epoch(folder, alone):
    files(folder)[-1].unlink()
    assert fit(make_gan(), folder, 4) == alone


class Code:
    def __reduce__(self):
        return exec, ("raise RuntimeError('code from a file was run')",)


def pickled_in_npz():
    target = BytesIO()
    np.savez(target, state=np.array([Code()], dtype=object))
    return target.getvalue()


def pickled():
    return pickle.dumps(Code())


def array():
    target = BytesIO()
    np.save(target, ROWS)
    return target.getvalue()


@pytest.mark.parametrize("content", [pickled_in_npz, pickled, array])
def test_foreign_content_under_a_right_name_is_no_checkpoint_and_runs_nothing(folder, alone, content):
    named(folder, 9, content())
    with pytest.warns(UserWarning, match="epoch-000009-.* is damaged"):
        assert fit(make_gan(), folder, 4) == alone


@pytest.mark.parametrize(
    ("gan", "options", "message"),
    [
        ({}, {"batch_size": 4}, "batch_size=4, which was 8 there"),
        ({}, {"shuffle": False}, "shuffle=False, which was True there"),
        ({}, {"rows": ROWS + 1}, "data.sha256="),
        ({}, {"rows": ROWS[:8]}, "data.shape.0=8, which was 16 there"),
        ({}, {"initial_epoch": 3}, "initial_epoch=3, which was 0 there"),
        ({"seed": 4}, {}, "gan.seed=4, which was 3 there"),
        ({"loss": "hinge"}, {}, "gan.loss.class_name='Hinge', which was 'NonSaturating' there"),
        ({"learning_rate": 0.5}, {}, r"compile.generator_optimizer.config.learning_rate=0.5, which was 0.0"),
        ({"widths": (5,)}, {}, r"gan.generator.config.layers.*units=5, which was 4 there"),
    ],
)
def test_another_run_is_refused_and_told_what_differs(folder, gan, options, message):
    with pytest.raises(ValueError, match=message) as refusal:
        fit(make_gan(**gan), folder, 4, **options)
    assert str(refusal.value).startswith("A run that goes on is the one in the folder '")
    assert str(refusal.value).endswith("Pass what the run began with, or choose another folder.")


def test_layers_that_keras_names_anew_are_the_same_layers(tmp_path):
    def make():
        dense = keras.layers.Dense(2)
        generator = keras.Sequential([keras.Input((3,)), dense, keras.layers.Dense(2)])
        gan = kg.GAN(generator, kg.mlp_discriminator((2,), widths=(), seed=2), seed=3)
        gan.compile(generator_optimizer="sgd", discriminator_optimizer="sgd", run_eagerly=True)
        return gan, dense.name

    gan, first = make()
    trained = fit(gan, tmp_path, 1)
    gan, second = make()
    assert first != second
    assert fit(gan, tmp_path, 1) == trained


def test_variables_that_the_options_do_not_show_are_compared_too(tmp_path):
    class Shift(keras.layers.Layer):
        size = 2

        def build(self, shape):
            self.shift = self.add_weight(shape=(self.size,), name="shift")

        def call(self, x):
            return x + keras.ops.sum(self.shift)

    def make():
        z = keras.Input((2,), name="z")
        generator = keras.Model(z, Shift(name="shift")(z), name="generator")
        gan = kg.GAN(generator, kg.mlp_discriminator((2,), widths=(), seed=2), seed=3)
        gan.compile(generator_optimizer="sgd", discriminator_optimizer="sgd", run_eagerly=True)
        return gan

    fit(make(), tmp_path, 1)
    Shift.size = 5
    with pytest.raises(
        ValueError, match=r"\(5,\) float32, where the checkpoint has .*shift \(2,\) float32\. Build"
    ):
        fit(make(), tmp_path, 2)


class Stopping(keras.callbacks.EarlyStopping):
    """Keras's, patient for two epochs with a loss that must fall by 100."""

    def __init__(self):
        super().__init__("d_loss", min_delta=100, patience=2, mode="min", restore_best_weights=True)


def test_callbacks_of_keras_remember(tmp_path):
    whole = Stopping()
    result = fit(make_gan(), None, 9, whole)
    assert whole.stopped_epoch == 2
    fit(make_gan(), tmp_path, 2, Stopping())
    rest, again = Stopping(), Stopping()
    assert fit(make_gan(), tmp_path, 9, rest) == result
    with pytest.warns(UserWarning, match=r"A callback has stopped this run after epoch 3, .* than 9, or"):
        assert fit(make_gan(), tmp_path, 9, again) == result  # it had stopped, and so it stays
    for stopping in (rest, again):
        assert (stopping.best, stopping.best_epoch, stopping.stopped_epoch) == (whole.best, 0, 2)
    *_, epochs = fit(make_gan(), tmp_path, 11, Stopping())  # more than it was asked for train it on
    assert len(epochs) > 3
    with pytest.raises(ValueError, match=r"callbacks\.1=None, which was \['Stopping', .*Pass what the run"):
        fit(make_gan(), tmp_path, 12)


class Gathering(keras.callbacks.Callback):
    """Gathers what it sees in every kind of group."""

    def __init__(self, **settings):
        super().__init__()
        vars(self).update(settings)
        self.counts, self.last = Counter(), deque(maxlen=2)
        self.seen, self.by_number = set(), {}

    def on_epoch_end(self, epoch, logs=None):
        self.counts[f"{epoch % 2}"] += 1
        self.last.append(np.float32(logs["d_loss"]))
        self.seen.add((epoch, None))
        self.by_number[epoch] = {"losses": [logs["g_loss"]], (1, 2): frozenset([epoch])}


def test_every_group_of_numbers_comes_back(tmp_path):
    whole, first, rest = Gathering(), Gathering(), Gathering()
    fit(make_gan(), None, 5, whole)
    fit(make_gan(), tmp_path, 3, first)
    fit(make_gan(), tmp_path, 5, rest)
    for name in ("counts", "last", "seen", "by_number"):
        assert getattr(rest, name) == getattr(whole, name)
        assert type(getattr(rest, name)) is type(getattr(whole, name))
    assert rest.last.maxlen == 2


class Telling(keras.callbacks.Callback):
    """Keeps what no checkpoint holds."""

    def __init__(self, change):
        super().__init__()
        self.change, self.kept, self.random = change, ["a"], np.random.default_rng(0)

    def on_epoch_end(self, epoch, logs=None):
        self.change(self)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("kept", lambda callback: callback.kept.append("b")),
        ("best", lambda callback: setattr(callback, "best", "runs/b")),
        ("random", lambda callback: callback.random.normal()),
        ("pairs", lambda callback: setattr(callback, "pairs", [object()])),
    ],
)
def test_what_a_checkpoint_does_not_hold_is_named(tmp_path, name, change):
    with pytest.warns(
        UserWarning, match=rf"Received: `Telling\.{name}`, which training has changed"
    ) as found:
        fit(make_gan(), tmp_path, 2, Telling(change))
    assert [each.category for each in found].count(UserWarning) == 1


class Saving(keras.callbacks.Callback):
    """Has a place to write to."""

    place = property(lambda self: None)

    def __init__(self, filepath="runs/best"):
        super().__init__()
        self.filepath, self.best, self.writer = filepath, None, print


@pytest.mark.parametrize(
    ("name", "value", "fine"),
    [
        ("best", 3.0, True),
        ("new", [1, 2], True),
        ("filepath", 3, False),
        ("place", 3, False),
        ("writer", 3, False),
        ("on_epoch_end", 3, False),
        ("params", {}, False),
        ("_model", 3, False),
        ("__class__", 3, False),
    ],
)
def test_a_strangers_checkpoint_sets_nothing_but_what_training_changes(tmp_path, name, value, fine):
    fit(make_gan(), tmp_path, 1, Saving())
    folder = StateFolder(tmp_path)
    state = folder.newest()
    ((_, memory),) = [each for each in state["callbacks"] if each[0] == "Saving"]
    memory[name] = value
    folder.write(2, {**state, "epoch": 2})
    saving = Saving()
    if fine:
        fit(make_gan(), tmp_path, 3, saving)
        assert getattr(saving, name) == value
    else:
        with pytest.raises(ValueError, match=rf"Received: `Saving\.{name}` = .* that you trust"):
            fit(make_gan(), tmp_path, 3, saving)
        assert vars(saving)["filepath"] == "runs/best"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            [kg.Watch(every=2), kg.Watch()],
            [kg.Watch(), kg.Watch(every=2)],
            r"callbacks\.1\.1\.every=1, which was 2",
        ),
        ([kg.Watch(kg.ring(num_train=8))], [kg.Watch()], r"callbacks\.1\.1\.data=None, which was \"Dataset"),
        ([keras.callbacks.TerminateOnNaN()], [kg.Watch(seed=1)], "callbacks"),
        ([keras.callbacks.LambdaCallback()], [], None),
        (
            [keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)],
            [keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.25)],
            r"callbacks\.1\.1\.schedule",
        ),
        (
            [keras.callbacks.ReduceLROnPlateau("d_loss", mode="min", patience=2)],
            [keras.callbacks.ReduceLROnPlateau("d_loss", mode="min", patience=3)],
            "patience=3, which was 2 there",
        ),
        (
            [kg.training.ForPlayer("generator", keras.callbacks.ReduceLROnPlateau("d_loss", mode="min"))],
            [kg.training.ForPlayer("discriminator", keras.callbacks.ReduceLROnPlateau("d_loss", mode="min"))],
            "player='discriminator', which was 'generator' there",
        ),
    ],
)
def test_callbacks_that_changed_are_another_run(tmp_path, before, after, message):
    fit(make_gan(), tmp_path, 1, *before)
    if message is None:
        fit(make_gan(), tmp_path, 2, *after)
    else:
        with pytest.raises(ValueError, match=message):
            fit(make_gan(), tmp_path, 2, *after)


def test_validation_that_changed_is_another_run(tmp_path):
    fit(make_gan(), tmp_path, 1, validation_data=ROWS[:8])
    for options, message in (
        ({}, "validation=None, which was"),
        ({"validation_data": ROWS[8:]}, "validation.data.sha256="),
        ({"validation_data": ROWS[:8], "validation_batch_size": 4}, "validation.rows=4, which was 8"),
        ({"validation_data": ROWS[:8], "validation_freq": 2}, "validation_freq=2, which was 1"),
    ):
        with pytest.raises(ValueError, match=message):
            fit(make_gan(), tmp_path, 2, **options)


def test_where_a_callback_writes_is_no_part_of_a_run(tmp_path):
    fit(make_gan(), tmp_path / "run", 1, keras.callbacks.CSVLogger(str(tmp_path / "a.csv")))
    fit(make_gan(), tmp_path / "run", 2, keras.callbacks.CSVLogger(str(tmp_path / "b.csv")))
    assert len((tmp_path / "b.csv").read_text().splitlines()) == 2


def test_a_file_that_cannot_be_read_is_not_damaged(folder, monkeypatch):
    def failing(path):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = files(folder)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", failing)
        with pytest.raises(OSError, match="Input/output error"):
            fit(make_gan(), folder, 4)
    assert files(folder) == before


def test_names_that_are_not_ours_are_left_alone(folder, alone):
    stray = folder / f"epoch-999999-{16 * '0'}.npz"
    stray.mkdir()
    (folder / "epoch-1.npz").write_text("mine")
    assert fit(make_gan(), folder, 4) == alone
    assert stray.is_dir()


class Own(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.01


def test_a_schedule_without_a_config_is_named(tmp_path):
    gan = tiny_gan(generator_optimizer=keras.optimizers.SGD(Own()))
    gan.fit(ROWS, batch_size=8, verbose=0)
    for keep in (lambda: fit(gan, tmp_path / "a", 1), lambda: gan.save(tmp_path / "a.keras")):
        with pytest.raises(ValueError, match=r"a learning-rate schedule without one\. Give your schedule a"):
            keep()


def test_two_callbacks_of_a_class_keep_to_their_places(tmp_path):
    def pair():
        return kg.Watch(num_samples=1, every=4), kg.Watch(num_samples=2, every=1)

    fit(make_gan(), tmp_path, 2, *pair())
    rare, often = pair()
    fit(make_gan(), tmp_path, 4, rare, often)
    assert rare.epochs == [0, 4]
    assert [len(samples) for samples in rare.samples] == [1, 1]
    assert often.epochs == [0, 1, 2, 3, 4]
    assert [len(samples) for samples in often.samples] == [2] * 5


def test_a_folder_below_a_file_is_refused_before_training(tmp_path):
    (tmp_path / "file").write_text("")
    gan = make_gan()
    with pytest.raises(ValueError, match=r"can be written to\. Received: '.*a' \(Not a directory\)\. Choose"):
        fit(gan, tmp_path / "file" / "a", 1)
    assert int(gan.generator_optimizer.iterations.value) == 0


def full(descriptor):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_on_a_full_disk_training_goes_on(folder, alone, monkeypatch):
    before = {file.name: file.read_bytes() for file in files(folder)}
    monkeypatch.setattr(os, "fsync", full)
    sentence = (
        f"The checkpoint of epoch 4 could not be written to '{folder}' (No space left on device): "
        "the others are as they were, and training goes on."
    )
    with pytest.warns(UserWarning, match=f"^{re.escape(sentence)}$"):
        assert fit(make_gan(), folder, 4) == alone
    assert {file.name: file.read_bytes() for file in files(folder)} == before


def test_on_a_full_disk_training_stops_where_that_was_asked(folder, alone, monkeypatch):
    before = {file.name: file.read_bytes() for file in files(folder)}
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=r"epoch 4 .*No space left on device.* training stops\."):
            fit(make_gan(), kg.training.Checkpoint(folder, on_error="stop"), 6)
    assert {file.name: file.read_bytes() for file in files(folder)} == before
    assert fit(make_gan(), folder, 4) == alone


def test_a_folder_that_goes_away_costs_no_training(tmp_path):
    away = keras.callbacks.LambdaCallback(on_epoch_begin=lambda *_: shutil.rmtree(tmp_path / "run", True))
    with pytest.warns(UserWarning, match=r"could not be written .*No such file or directory"):
        result = fit(make_gan(), tmp_path / "run", 2, away)
    assert result == fit(make_gan(), None, 2)


def test_a_stream_is_said_to_begin_again(tmp_path):
    def run(folder, epochs):
        return fit(make_gan(), folder, epochs, rows=Batches(ROWS, batch=8), batch_size=None)

    whole = run(None, 3)
    run(tmp_path, 1)
    with pytest.warns(UserWarning, match=r"goes on after epoch 1, but its stream begins again"):
        assert run(tmp_path, 3) == whole  # these batches are the same in every epoch


def test_a_state_comes_back_as_it_was(tmp_path):
    bfloat16 = keras.ops.convert_to_numpy(keras.ops.ones((2, 3), "bfloat16"))
    state = {
        "a": [None, True, 3, "four", float("inf"), {1, 2}, {(1, None): frozenset("x")}],
        "b": ({"c": np.float32(0.1)}, ROWS),
        "d": bfloat16,
    }
    StateFolder(tmp_path).write(7, state)
    back = StateFolder(tmp_path).newest()
    assert back["a"] == state["a"]
    assert isinstance(back["b"], tuple)
    assert back["b"][0] == {"c": np.float32(0.1)}
    np.testing.assert_array_equal(back["b"][1], ROWS)
    assert back["d"].dtype == bfloat16.dtype
    assert back["d"].tobytes() == bfloat16.tobytes()
    with pytest.raises(TypeError, match="neither plain data nor an array: object"):
        StateFolder(tmp_path).write(8, {"a": object()})
    assert [re.sub("-[0-9a-f]*.npz", "", file.name) for file in files(tmp_path)] == ["epoch-000007"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0}, "`every` is a positive integer"),
        ({"on_error": "go on"}, "Did you mean 'go_on'"),
        ({"directory": 3}, "`checkpoint` is a folder"),
        ({"directory": ""}, "`checkpoint` is a folder"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        kg.training.Checkpoint(**{"directory": "runs/a", **options})
