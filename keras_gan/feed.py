"""How real samples reach the training loop: shuffled from a seed, in blocks of training steps."""

from collections.abc import Iterator

import numpy as np

from keras_gan._errors import Shown, bad_value

_MOST_STEPS_PER_BLOCK = 64


class Blocks:
    """One array of real samples, cut into blocks of whole training steps, epoch after epoch.

    A block has shape `(steps, rows, *sample_shape)`, where `rows` is what one training step consumes.
    The rows that remain at the end of an epoch become a last step of their own; with several
    discriminator steps up to `discriminator_steps - 1` of them are left out, so that its minibatches
    are equal.

    Args:
        rows: Real samples, float32 `(n, *sample_shape)`.
        batch_size: Real rows of one discriminator update.
        discriminator_steps: Discriminator updates in one training step.
        seed: Of the order; `None` keeps the array's own order.
    """

    def __init__(self, rows: np.ndarray, batch_size: int, discriminator_steps: int, seed: int | None) -> None:
        if batch_size * discriminator_steps > len(rows):
            raise bad_value(
                "One training step consumes `batch_size * discriminator_steps` rows of the data",
                Shown(f"{batch_size} * {discriminator_steps} rows wanted, {len(rows)} at hand"),
                "Pass a smaller `batch_size`",
            )
        self.rows = rows
        self.seed = seed
        per_step = batch_size * discriminator_steps
        steps, rest = divmod(len(rows), per_step)
        per_block = _steps_per_block(steps)
        self._bounds = [
            (i * per_step, min(i + per_block, steps) * per_step, per_step) for i in range(0, steps, per_block)
        ]
        rest -= rest % discriminator_steps
        self.steps_per_epoch = steps + bool(rest)
        if rest:
            self._bounds.append((steps * per_step, steps * per_step + rest, rest))

    @property
    def per_epoch(self) -> int:
        """Number of blocks in an epoch."""
        return len(self._bounds)

    def from_epoch(self, epoch: int) -> Iterator[np.ndarray]:
        """Yields the blocks of this epoch and of all that follow, without end."""
        while True:
            order = self.order(epoch)
            for start, stop, per_step in self._bounds:
                block = self.rows[order[start:stop]]
                yield block.reshape(-1, per_step, *self.rows.shape[1:])
            epoch += 1

    def order(self, epoch: int) -> np.ndarray:
        """The order of the rows in one epoch, int64 `(n,)`: a function of the seed and the epoch."""
        if self.seed is None:
            return np.arange(len(self.rows))
        return np.random.default_rng([self.seed, epoch]).permutation(len(self.rows))


def _steps_per_block(steps: int) -> int:
    """The largest block that divides the epoch evenly, so that one shape is compiled, else 64."""
    even = max(size for size in range(1, _MOST_STEPS_PER_BLOCK + 1) if steps % size == 0)
    return even if 2 * even > min(steps, _MOST_STEPS_PER_BLOCK // 2) else _MOST_STEPS_PER_BLOCK
