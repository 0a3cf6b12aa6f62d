"""The feed: every row once an epoch, ordered by seed and epoch alone, in blocks of whole steps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_gan.training import feed as feed_module
from keras_gan.training.check_data import RangeWatch
from keras_gan.training.feed import ArrayFeed, StreamFeed, single_run


def numbered(num):
    """Rows that carry their own number, float32 `(num, 1)`."""
    return np.arange(num, dtype="float32")[:, None]


def array_feed(num, batch, k=1, seed=None, most=64):
    return ArrayFeed((numbered(num),), batch * k, multiple=k, steps_per_block=most, seed=seed)


def blocks_of(feed, epochs=1):
    return [feed.next_block() for _ in range(epochs * feed.blocks_per_epoch)]


def steps_of(blocks):
    """The rows of each training step, in the order in which they are trained on."""
    runs = [run for block in blocks for run in block]
    data = [np.asarray(ops.convert_to_numpy(run.data[0]))[:, 0].astype(int) for run in runs]
    return [rows[run.indices[i]] for run, rows in zip(runs, data, strict=True) for i in range(run.steps)]


@settings(deadline=None, max_examples=60)
@given(
    num=st.integers(1, 400),
    batch=st.integers(1, 40),
    k=st.integers(1, 5),
    most=st.integers(1, 64),
    resident=st.booleans(),
)
def test_an_epoch_shows_every_row_once(num, batch, k, most, resident):
    num = max(num, batch * k)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed_module, "LARGEST_RESIDENT", 2**31 if resident else 0)
        feed = array_feed(num, batch, k, seed=1, most=most)
        blocks = blocks_of(feed)
    steps = steps_of(blocks)
    rows = np.concatenate(steps)
    left_out = num % (batch * k) % k  # what cannot be dealt into k equal minibatches
    np.testing.assert_array_equal(rows, feed.order(0)[: num - left_out])
    assert len(set(rows)) == len(rows)
    assert len(steps) == feed.steps_per_epoch
    assert [len(step) for step in steps[: num // (batch * k)]] == [batch * k] * (num // (batch * k))
    sizes = [sum(run.steps for run in block) for block in blocks]
    assert max(sizes) <= most
    assert max(sizes) - min(sizes[:-1], default=sizes[-1]) == 0  # equal blocks, but for the last
    shapes = {tuple(run.indices.shape) for block in blocks for run in block}
    assert len(shapes) <= 2  # one for whole steps, one for the short last step: no more is compiled


@pytest.mark.parametrize(
    ("num", "batch", "k", "most", "blocks"),
    [
        (40, 8, 1, 64, [[(5, 8)]]),
        (44, 8, 1, 64, [[(5, 8), (1, 4)]]),  # a short last step
        (8, 8, 1, 64, [[(1, 8)]]),
        (22, 4, 2, 64, [[(2, 8), (1, 6)]]),  # the rest dealt into two minibatches of 3
        (23, 4, 2, 64, [[(2, 8), (1, 6)]]),  # and one row left out
        (17, 4, 2, 64, [[(2, 8)]]),
        (100, 1, 1, 64, [[(50, 1)], [(50, 1)]]),
        (67, 1, 1, 64, [[(34, 1)], [(33, 1)]]),
        (16, 3, 1, 5, [[(3, 3)], [(2, 3), (1, 1)]]),
        (13, 3, 1, 4, [[(3, 3)], [(1, 3), (1, 1)]]),
        (10, 3, 1, 1, [[(1, 3)], [(1, 3)], [(1, 3)], [(1, 1)]]),  # unfused
    ],
)
def test_blocks(num, batch, k, most, blocks):
    feed = array_feed(num, batch, k, most=most)
    assert feed.blocks_per_epoch == len(blocks)
    found = blocks_of(feed)
    assert [[(run.steps, run.indices.shape[1]) for run in block] for block in found] == blocks
    rows = np.concatenate(steps_of(found))
    np.testing.assert_array_equal(rows, np.arange(len(rows)))


def test_data_go_to_the_device_once():
    feed = array_feed(40, 8, most=2)
    runs = [run for block in blocks_of(feed, epochs=2) for run in block]
    assert len({id(run.data[0]) for run in runs}) == 1


def test_labels_travel_with_their_rows():
    labels = np.arange(20, dtype="int32") * 10
    for largest in (2**31, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(feed_module, "LARGEST_RESIDENT", largest)
            feed = ArrayFeed((numbered(20), labels), 4, steps_per_block=2, seed=1)
            for run in [run for block in blocks_of(feed) for run in block]:
                rows, found = (np.asarray(ops.convert_to_numpy(part)) for part in run.data)
                np.testing.assert_array_equal(
                    rows[run.indices[: run.steps], 0] * 10, found[run.indices[: run.steps]]
                )


def test_images_keep_their_shape_and_type():
    images = np.random.default_rng(0).normal(size=(10, 4, 4, 3)).astype("float32")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed_module, "LARGEST_RESIDENT", 0)
        ((run,),) = blocks_of(ArrayFeed((images,), 5, steps_per_block=64))
    assert run.data[0].shape == images.shape
    assert run.data[0].dtype == np.float32
    np.testing.assert_array_equal(run.data[0][run.indices.ravel()], images)


def test_the_order_is_a_function_of_seed_and_epoch_alone():
    feed, again, other = (array_feed(50, batch, seed=seed) for batch, seed in ((5, 1), (7, 1), (5, 2)))
    for epoch in (0, 1, 7):
        np.testing.assert_array_equal(feed.order(epoch), again.order(epoch))  # whatever the batch size
        assert (feed.order(epoch) != other.order(epoch)).any()
    assert (feed.order(0) != feed.order(1)).any()
    np.testing.assert_array_equal(array_feed(5, 5).order(3), np.arange(5))


def test_a_feed_resumed_at_an_epoch_goes_on_as_if_it_had_not_stopped():
    straight = steps_of(blocks_of(array_feed(22, 4, 2, seed=3), epochs=3))
    resumed = array_feed(22, 4, 2, seed=3)
    resumed.go_on_after(2 * resumed.steps_per_epoch)
    for a, b in zip(straight[-3:], steps_of(blocks_of(resumed)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_more_than_the_data_in_one_step_is_refused():
    with pytest.raises(ValueError, match=r"^One training step .*: 40 rows wanted, 39 at hand\. Pass a sm"):
        array_feed(39, 8, 5)


def batches(*sizes):
    start = 0
    for size in sizes:
        yield (numbered(start + size)[start:],)
        start += size


class Counted:
    """A stream that tells when its epochs begin and end."""

    def __init__(self, *sizes):
        import keras

        outer = self
        self.events = []

        class Stream(keras.utils.PyDataset):
            def __len__(self):
                return len(sizes)

            def __getitem__(self, i):
                return list(batches(*sizes))[i]

            def on_epoch_end(self):
                outer.events.append("end")

        self.dataset = Stream()


def stream_feed(*sizes, most=64, **options):
    counted = Counted(*sizes)
    return counted, StreamFeed(
        counted.dataset, lambda batch: batch, seen=RangeWatch(None), steps_per_block=most, **options
    )


@pytest.mark.parametrize(
    ("sizes", "most", "blocks"),
    [
        ((4, 4, 4), 2, [[(2, 4)], [(1, 4)]]),
        ((4, 4, 3), 64, [[(2, 4), (1, 3)]]),
        ((4, 4, 3), 2, [[(2, 4)], [(1, 3)]]),
        ((4, 2, 4), 64, [[(1, 4), (1, 2), (1, 4)]]),
        ((4, 4, 4), 1, [[(1, 4)], [(1, 4)], [(1, 4)]]),
    ],
)
def test_batches_of_a_stream_are_grouped(sizes, most, blocks):
    counted, feed = stream_feed(*sizes, most=most)
    assert feed.blocks_per_epoch == len(blocks)
    for epoch in (1, 2):
        found = blocks_of(feed)
        assert [[(run.steps, run.indices.shape[1]) for run in block] for block in found] == blocks
        np.testing.assert_array_equal(np.concatenate(steps_of(found)), np.arange(sum(sizes)))
        assert len(counted.events) >= epoch - 1


def test_steps_per_epoch_cuts_a_stream_wherever_it_is():
    _, feed = stream_feed(2, 2, 2, most=4, steps_per_epoch=4)
    first, second = blocks_of(feed), blocks_of(feed)
    np.testing.assert_array_equal(np.concatenate(steps_of(first)), [0, 1, 2, 3, 4, 5, 0, 1])
    np.testing.assert_array_equal(np.concatenate(steps_of(second)), [2, 3, 4, 5, 0, 1, 2, 3])


def test_a_stream_of_unknown_length_says_when_its_epoch_ends():
    feed = StreamFeed(batches(2, 2, 2), lambda batch: batch, seen=RangeWatch(None), steps_per_block=2)
    assert feed.blocks_per_epoch is None
    assert [len(feed.next_block()) for _ in range(2)] == [1, 1]
    with pytest.raises(StopIteration):
        feed.next_block()
    with pytest.raises(ValueError, match="at least one batch an epoch"):
        feed.next_block()  # a generator cannot be read twice


def test_each_batch_of_a_stream_is_checked():
    def check(batch):
        raise ValueError(f"{len(batch[0])} rows")

    with pytest.raises(ValueError, match="3 rows"):
        StreamFeed(Counted(3).dataset, check, seen=RangeWatch(None)).next_block()


def test_a_single_run_is_one_step_on_all_rows():
    (step,) = steps_of([[single_run((numbered(5),))]])
    np.testing.assert_array_equal(step, np.arange(5))
