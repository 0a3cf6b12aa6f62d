"""The feed: every row once an epoch, ordered by seed and epoch alone, in blocks of whole steps."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_gan.feed import Blocks


def numbered(num):
    """Rows that carry their own number, float32 `(num, 1)`."""
    return np.arange(num, dtype="float32")[:, None]


def epoch_of(blocks, epoch=0):
    return list(islice(blocks.from_epoch(epoch), blocks.per_epoch))


def rows_of(blocks):
    return np.concatenate([block.ravel() for block in blocks]).astype(int)


@settings(deadline=None, max_examples=60)
@given(num=st.integers(1, 400), batch=st.integers(1, 40), k=st.integers(1, 5), epoch=st.integers(0, 3))
def test_an_epoch_shows_every_row_once(num, batch, k, epoch):
    if batch * k > num:
        num = batch * k
    blocks = Blocks(numbered(num), batch, k, seed=1)
    shown = epoch_of(blocks, epoch)
    left_out = num % (batch * k) % k  # what cannot be dealt into k equal minibatches
    rows = rows_of(shown)
    assert len(rows) == num - left_out
    assert len(set(rows)) == len(rows)
    np.testing.assert_array_equal(rows, blocks.order(epoch)[: len(rows)])
    assert all(1 <= len(block) <= 64 for block in shown)
    full = [block for block in shown if block.shape[1] == batch * k]
    assert sum(len(block) for block in full) == num // (batch * k)
    assert len(shown) - len(full) <= 1  # at most one short step, the last
    assert not full or full[-1] is shown[len(full) - 1]
    assert len({block.shape for block in shown}) <= 3  # few shapes to compile


@pytest.mark.parametrize(
    ("num", "batch", "k", "shapes"),
    [
        (40, 8, 1, [(5, 8)]),
        (44, 8, 1, [(5, 8), (1, 4)]),  # a short last step
        (8, 8, 1, [(1, 8)]),
        (22, 4, 2, [(2, 8), (1, 6)]),  # the rest dealt into two minibatches of 3
        (23, 4, 2, [(2, 8), (1, 6)]),  # and one row left out
        (17, 4, 2, [(2, 8)]),
        (100, 1, 1, [(50, 1), (50, 1)]),  # the largest block up to 64 that divides 100
        (128, 1, 1, [(64, 1), (64, 1)]),
        (67, 1, 1, [(64, 1), (3, 1)]),  # a prime: no even division
    ],
)
def test_blocks(num, batch, k, shapes):
    blocks = Blocks(numbered(num), batch, k, seed=None)
    assert blocks.per_epoch == len(shapes)
    shown = epoch_of(blocks)
    assert [block.shape for block in shown] == [(*shape, 1) for shape in shapes]
    np.testing.assert_array_equal(rows_of(shown), np.arange(sum(a * b for a, b in shapes)))


def test_images_keep_their_shape_and_type():
    images = np.random.default_rng(0).normal(size=(10, 4, 4, 3)).astype("float32")
    (block,) = epoch_of(Blocks(images, 5, 1, seed=None))
    assert block.shape == (2, 5, 4, 4, 3)
    assert block.dtype == np.float32
    np.testing.assert_array_equal(block.reshape(images.shape), images)


def test_the_order_is_a_function_of_seed_and_epoch_alone():
    blocks, again, other = (Blocks(numbered(50), batch, 1, seed) for batch, seed in ((5, 1), (7, 1), (5, 2)))
    for epoch in (0, 1, 7):
        np.testing.assert_array_equal(blocks.order(epoch), again.order(epoch))  # whatever the batch size
        assert (blocks.order(epoch) != other.order(epoch)).any()
    assert (blocks.order(0) != blocks.order(1)).any()
    np.testing.assert_array_equal(Blocks(numbered(5), 5, 1, seed=None).order(3), np.arange(5))


def test_a_feed_resumed_at_an_epoch_goes_on_as_if_it_had_not_stopped():
    blocks = Blocks(numbered(22), 4, 2, seed=3)
    straight = list(islice(blocks.from_epoch(0), 3 * blocks.per_epoch))
    resumed = list(islice(Blocks(numbered(22), 4, 2, seed=3).from_epoch(2), blocks.per_epoch))
    for a, b in zip(straight[2 * blocks.per_epoch :], resumed, strict=True):
        np.testing.assert_array_equal(a, b)


def test_more_than_the_data_in_one_step_is_refused():
    with pytest.raises(
        ValueError, match=r"^One training step .*: 8 \* 5 rows wanted, 39 at hand\. Pass a sm"
    ):
        Blocks(numbered(39), 8, 5, seed=1)
