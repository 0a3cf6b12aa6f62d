"""`Watch`: what it sees is comparable, complete and, when written, whole."""

import numpy as np
import pytest
from tiny import assert_equal, tiny_gan, tiny_rows

import keras_gan as kg

pytestmark = pytest.mark.backend


def fit(gan, *callbacks, epochs=1, **options):
    return gan.fit(
        tiny_rows(32), batch_size=8, epochs=epochs, verbose=0, callbacks=list(callbacks), **options
    )


def test_the_same_z_gives_the_same_samples_as_long_as_the_weights_stay():
    watch = kg.Watch(num_samples=5, seed=4)
    gan = tiny_gan(learning_rate=0.0)
    fit(gan, watch, epochs=2)
    assert len(watch.samples) == 3
    for samples in watch.samples:
        np.testing.assert_array_equal(samples, watch.samples[0])
    np.testing.assert_array_equal(watch.samples[0], gan.sample(5, seed=4))
    assert watch.samples[0].shape == (5, 2)
    assert watch.samples[0].dtype == np.float32


def test_samples_are_those_of_the_epoch_they_are_filed_under():
    watch, gan = kg.Watch(num_samples=5), tiny_gan()
    untrained = gan.sample(5, seed=0)
    fit(gan, watch, epochs=2)
    np.testing.assert_array_equal(watch.samples[0], untrained)
    np.testing.assert_array_equal(watch.samples[-1], gan.sample(5, seed=0))
    assert (watch.samples[1] != watch.samples[0]).any()
    assert (watch.samples[1] != watch.samples[2]).any()


def test_watching_changes_nothing():
    watched, unwatched = tiny_gan(), tiny_gan()
    fit(watched, kg.Watch(num_samples=5), epochs=2)
    fit(unwatched, epochs=2)
    assert_equal(watched.get_weights(), unwatched.get_weights())


@pytest.mark.parametrize(("every", "epochs", "seen"), [(1, 3, [0, 1, 2, 3]), (2, 5, [0, 2, 4]), (5, 3, [0])])
def test_every(every, epochs, seen):
    watch = kg.Watch(every=every, num_samples=2)
    fit(tiny_gan(), watch, epochs=epochs)
    assert watch.epochs == seen
    assert len(watch.samples) == len(watch.metrics) == len(seen)


def test_a_continued_fit_does_not_look_twice_before_training():
    watch, gan = kg.Watch(num_samples=2), tiny_gan()
    fit(gan, watch, epochs=2)
    fit(gan, watch, epochs=4, initial_epoch=2)
    assert watch.epochs == [0, 1, 2, 3, 4]


def test_a_watch_that_comes_late_says_when_it_came():
    gan, watch = tiny_gan(), kg.Watch(num_samples=2, every=2)
    fit(gan, epochs=3)
    fit(gan, watch, epochs=6, initial_epoch=3)
    assert watch.epochs == [3, 4, 6]


def test_metrics_of_a_mixture_are_those_of_mode_report():
    ring = kg.ring(num_modes=4, num_train=100)
    watch = kg.Watch(ring, num_samples=50)
    fit(tiny_gan(), watch)
    for samples, metrics in zip(watch.samples, watch.metrics, strict=True):
        report = kg.mode_report(samples, ring)
        assert metrics == {"modes": report.modes, "high_quality": report.high_quality, "kl": report.kl}


def test_data_without_modes_are_watched_without_metrics():
    watch = kg.Watch(kg.moons(num_train=100), num_samples=2)
    fit(tiny_gan(), watch)
    assert watch.metrics == [{}, {}]


def test_your_own_metrics_take_the_place():
    watch = kg.Watch(
        kg.ring(num_train=100), num_samples=7, metrics=lambda samples: {"mean": float(samples.mean())}
    )
    fit(tiny_gan(), watch)
    assert watch.metrics == [{"mean": float(samples.mean())} for samples in watch.samples]


def test_files_are_whole_and_hold_no_code(tmp_path):
    folder = tmp_path / "runs" / "one"
    watch = kg.Watch(kg.ring(num_modes=4, num_train=100), num_samples=50, directory=folder)
    fit(tiny_gan(), watch, epochs=2)
    assert sorted(file.name for file in folder.iterdir()) == [f"epoch_000{i}.npz" for i in range(3)]
    for epoch, samples, metrics in zip(watch.epochs, watch.samples, watch.metrics, strict=True):
        with np.load(folder / f"epoch_{epoch:04d}.npz", allow_pickle=False) as stored:
            np.testing.assert_array_equal(stored["samples"], samples)
            assert {name: stored[name].item() for name in metrics} == metrics


def test_a_file_that_breaks_off_leaves_the_last_whole_one(tmp_path, monkeypatch):
    gan = tiny_gan()
    fit(gan, kg.Watch(num_samples=2, directory=tmp_path))
    before = (tmp_path / "epoch_0001.npz").read_bytes()

    def breaks_off(file, **arrays):
        file.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", breaks_off)
    with pytest.raises(OSError, match="disk full"):
        fit(gan, kg.Watch(num_samples=2, directory=tmp_path))
    assert (tmp_path / "epoch_0001.npz").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0}, "`every` is a positive integer"),
        ({"num_samples": 0}, "`num_samples` is a positive integer"),
        ({"seed": -1}, "`seed` is an integer"),
        ({"data": np.zeros((3, 2))}, r"`data` is a `Dataset`\. Received: .*Pass for example `kg.ring\(\)`"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        kg.Watch(**options)
