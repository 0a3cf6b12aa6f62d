"""What `fit`, `evaluate` and `sample` are given: told apart, and checked once before anything trains."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_gan._checks import Shown, bad_value, check_count, check_flag, is_auto
from keras_gan.training.backend import Devices, _keras

RANGES = {
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
}
_ROUNDING = 1e-6
_BATCHES_LOOKED_AT = 16  # a few small batches may have no negative value by chance


@dataclass(frozen=True)
class Given:
    """What `fit` trains on, or `evaluate` looks at, checked.

    Attributes:
        check: Checks the rows of a step, or of a batch of `evaluate`, that a stream brings.
        arrays: Real samples `(n, *sample_shape)`, float32, and with classes their labels `(n,)`, int32; empty
            for a stream.
        stream: What brings the batches; None for arrays.
        rows_per_step: Rows that one training step consumes; arrays only.
        shuffle: Whether each epoch has an order of its own; arrays only.
        steps_per_epoch: For streams without an end.
        multiple: What divides the rows of any step.
        least: Rows that a step must have.
    """

    check: Callable[[tuple], tuple]
    arrays: tuple[np.ndarray, ...] = ()
    stream: Any = None
    rows_per_step: int = 0
    shuffle: bool = True
    steps_per_epoch: int | None = None
    multiple: int = 1
    least: int = 1


@dataclass(frozen=True)
class Expected:
    """What real samples have to be like for two networks and their options.

    Attributes:
        shape: Shape of one sample.
        activation: That of the generator's last layer: with a tanh or a sigmoid, samples out of its reach
            are refused.
        num_classes: Classes that the networks tell apart; None without.
        num_minibatches: Minibatches in a training step.
        packing: Rows that the discriminator reads at once.
        num_replicas: Among which a minibatch is dealt out.
        least_rows: Of a minibatch; two a replica where one would be normalised to zero.
    """

    shape: tuple[int, ...]
    activation: str | None
    num_classes: int | None
    num_minibatches: int
    packing: int
    num_replicas: int
    least_rows: int = 1

    @property
    def multiple(self) -> int:
        """What divides the rows of a training step: each minibatch gives each replica whole packs."""
        return self.num_minibatches * self.packing * self.num_replicas

    def given(self, x: Any, y: Any, batch_size: Any, shuffle: Any, steps_per_epoch: Any) -> Given:
        """Checks what `fit` trains on."""
        x = self.source("x", x, batch_size, steps_per_epoch)
        if not is_array(x):
            if y is not None:
                raise bad_value(
                    "A stream brings its labels in its batches",
                    Shown("`y` beside a stream"),
                    "Let each batch be `(samples, labels)`",
                )
            return Given(self.step, stream=x, steps_per_epoch=steps_per_epoch)
        seen = self.watch_range()
        seen.look(x)
        seen.end()
        labels = checked_labels(y, len(x), self.num_classes)
        size = self._check_packs(check_count("batch_size", 32 if batch_size is None else batch_size))
        return Given(
            self.step,
            arrays=(x,) if labels is None else (x, labels),
            rows_per_step=size * self.num_minibatches,
            shuffle=check_flag("shuffle", shuffle),
            multiple=self.multiple,
            least=self.least_rows * self.num_minibatches,
        )

    def given_to_evaluate(self, name: str, x: Any, y: Any, batch_size: Any, steps: Any) -> Given:
        """Checks what `evaluate` looks at: the rows of a batch need be no whole packs."""
        x = self.source(name, x, batch_size, steps)
        if not is_array(x):
            return Given(self.batch, stream=x, steps_per_epoch=steps)
        seen = self.watch_range()
        seen.look(x)
        seen.end()
        labels = checked_labels(y, len(x), self.num_classes, name)
        size = check_count("batch_size", 32 if batch_size is None else batch_size)
        return Given(
            self.batch,
            arrays=(x,) if labels is None else (x, labels),
            rows_per_step=min(size, len(x)),
            shuffle=False,
        )

    def watch_range(self) -> "RangeWatch":
        """What warns of data that look like those of another range."""
        return RangeWatch(self.activation)

    def source(self, name: str, x: Any, batch_size: Any = None, steps_per_epoch: Any = None) -> Any:
        """Returns an array as `rows` does, a stream as it is.

        Raises:
            ValueError: For bad rows; for what is neither (a list, a tuple, a `Dataset`, a sparse matrix); and
                for an option that belongs to the other kind.
        """
        if is_array(x):
            if steps_per_epoch is not None:
                raise bad_value(
                    "An epoch over an array is one pass over its rows",
                    Shown(f"steps_per_epoch={steps_per_epoch}"),
                    "Leave `steps_per_epoch` out, or pass fewer rows",
                )
            return checked_rows(x, self.shape, self.activation)
        if not is_stream(x):
            is_dataset = hasattr(x, "train") and hasattr(x, "test")
            raise bad_value(
                f"`{name}` is an array of samples, or a stream: tf.data, `PyDataset`, `DataLoader` or "
                "generator",
                Shown(f"a {type(x).__name__}"),
                "Pass its array, `data.train`" if is_dataset else "Pass a float32 array of the samples alone",
            )
        if batch_size is not None:
            raise bad_value(
                "A stream brings its own batches", Shown(f"batch_size={batch_size}"), "Leave `batch_size` out"
            )
        if steps_per_epoch is not None:
            check_count("steps_per_epoch" if name == "x" else "validation_steps", steps_per_epoch)
        elif _keras.is_endless(x):
            raise bad_value(
                "A stream without an end is cut into epochs",
                Shown("one that repeats for ever"),
                "Pass `steps_per_epoch` (`validation_steps` for `validation_data`, `steps` to `evaluate`), "
                "or leave out its `repeat()`",
            )
        return x

    def step(self, batch: tuple) -> tuple:
        """Checks the rows of one training step that a stream brings, and their labels."""
        rows, *labels = self.batch(batch)
        self._check_enough(len(rows) // self.num_minibatches)
        if len(rows) % self.multiple:
            raise bad_value(
                "The rows of a training step are `discriminator_steps` minibatches of whole packs",
                Shown(f"{len(rows)} rows, which {self.multiple} does not divide"),
                "Choose the size of the batches so, and let a stream drop a short last one",
            )
        return (rows, *labels)

    def batch(self, batch: tuple) -> tuple:
        """Checks the rows of one batch of `evaluate`, and their labels."""
        if len(batch) > 2:
            raise bad_value(
                "A batch is samples, or samples and labels, and all rows count alike",
                Shown(f"{len(batch)} parts, as with sample weights"),
                "Leave them out, and repeat rows that shall count more",
            )
        labels = batch[1] if len(batch) > 1 else None
        if labels is not None and self.num_classes is None:
            raise bad_value(
                "Labels are for networks that are built with `num_classes`",
                Shown("batches of samples and labels"),
                "Leave the labels out, for `tf.data` by `.map(lambda x, y: x)`, or build both networks so",
            )
        rows = checked_rows(batch[0], self.shape, self.activation)
        labels = checked_labels(labels, len(rows), self.num_classes)
        return (rows,) if labels is None else (rows, labels)

    def _check_enough(self, size: int) -> None:
        """Raises `ValueError` where batch normalisation would make zeros of a minibatch."""
        if size < self.least_rows:
            raise bad_value(
                f"Networks with batch normalisation train on at least {self.least_rows} rows a minibatch: "
                "one number less its own mean is zero",
                Shown(f"a minibatch of {size}"),
                "Pass larger batches, and let a stream drop a short last one",
            )

    def _check_packs(self, size: int) -> int:
        """Returns the size of a minibatch, or raises `ValueError` unless packs and replicas divide it."""
        self._check_enough(size)
        if size % self.packing:
            raise bad_value(
                f"A minibatch is made of whole packs of {self.packing} rows",
                Shown(f"a minibatch of {size} rows"),
                "Pass a `batch_size` that `packing` divides, and let a stream drop a short last batch",
            )
        if size % (self.packing * self.num_replicas):
            raise bad_value(
                f"A minibatch is dealt out among {self.num_replicas} replicas in equal parts"
                + (f" of whole packs of {self.packing} rows" if self.packing > 1 else ""),
                Shown(f"a minibatch of {size} rows"),
                f"Pass a `batch_size` that {self.packing * self.num_replicas} divides",
            )
        return size


class RangeWatch:
    """Warns once of samples without a negative value where the generator makes them, as of images in [0, 1].

    Args:
        activation: That of the generator's last layer.
    """

    def __init__(self, activation: str | None) -> None:
        self.activation = activation
        low, _ = RANGES.get(activation or "", (0.0, 1.0))
        self._batches_left = _BATCHES_LOOKED_AT if low < 0 else 0
        self._lowest, self._highest = np.inf, -np.inf

    def look(self, rows: np.ndarray) -> None:
        """Looks at the rows of one more batch; a negative value among them ends the watch."""
        if self._batches_left:
            self._batches_left -= 1
            self._lowest = min(self._lowest, float(rows.min()))
            self._highest = max(self._highest, float(rows.max()))
            if self._lowest < 0:
                self._batches_left = 0
            elif not self._batches_left:
                self._warn()

    def end(self) -> None:
        """Warns where all that was looked at had no negative value."""
        if self._batches_left and self._lowest != np.inf:
            self._batches_left = 0
            self._warn()

    def _warn(self) -> None:
        warnings.warn(
            f"A generator that ends in {self.activation} makes samples in [-1, 1], so the real ones have "
            f"negative values too. Received: values from {self._lowest:g} to {self._highest:g}. "
            "If they are images in [0, 1], pass `2 * x - 1`.",
            stacklevel=3,
        )


def check_compiled(compiled: bool) -> None:
    """Raises `ValueError` for a model without optimizers."""
    if not compiled:
        raise bad_value(
            "A GAN is compiled before it is trained",
            Shown("one without optimizers"),
            'Call `gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")`',
        )


def check_fit(
    epochs: Any,
    initial_epoch: Any,
    validation_freq: Any,
    steps_per_epoch: Any,
    verbose: Any,
) -> None:
    """Refuses options of `fit` that Keras would fail on, or silently leave aside, in the middle of training.

    Raises:
        ValueError: For counts that are none, and another `verbose`.
    """
    check_count("epochs", epochs)
    check_count("initial_epoch", initial_epoch, or_zero=True)
    check_count("validation_freq", validation_freq)
    if steps_per_epoch is not None:
        check_count("steps_per_epoch", steps_per_epoch)
    if not is_auto(verbose) and not (isinstance(verbose, int) and verbose in (0, 1, 2)):
        raise bad_value(
            '`verbose` is "auto", 0, 1 or 2', verbose, "Pass 0 for silence, 2 for a line an epoch"
        )


def check_distribution(devices: Devices) -> None:
    """Refuses what spreads other models over devices, where a GAN would train apart in each process.

    Raises:
        ValueError: For a Keras distribution on TensorFlow or torch, and several processes of torch.
    """
    if devices.not_followed:
        raise bad_value(
            "A GAN trains on several devices by `keras.distribution` on JAX and by `tf.distribute` on "
            "TensorFlow, and on one device on torch",
            Shown(f"{devices.not_followed} on {keras.backend.backend()}"),
            "Call `keras.distribution.set_distribution(None)` and train in one process, or set "
            "KERAS_BACKEND=jax before Python starts",
        )


def check_devices(devices: Devices) -> None:
    """Refuses a distribution that is not followed, and calls inside of `strategy.scope()`.

    Raises:
        ValueError: For the former, and inside a scope, where Keras would split what must stay whole.
    """
    check_distribution(devices)
    if devices.inside_scope:
        raise bad_value(
            "Networks, GAN and optimizers are made inside of `strategy.scope()`, and trained outside",
            Shown("training, evaluation or prediction inside"),
            "Call `fit`, `evaluate` and `predict` after the `with` block",
        )


def check_z(z: Any, latent_dim: int) -> None:
    """Raises `ValueError` unless `z` has shape `(batch, latent_dim)`."""
    shape = getattr(z, "shape", None)  # a stream has none, nor have nested inputs
    if shape is not None and (len(shape) != 2 or shape[1] != latent_dim):
        raise bad_value(
            f"`z` has shape (batch, {latent_dim})",
            Shown(f"shape {tuple(shape)}"),
            "Draw it with `gan.draw_z`",
        )


def is_array(x: Any) -> bool:
    """Whether `x` is samples in memory (NumPy, TensorFlow, JAX, torch) rather than a stream."""
    return hasattr(x, "__array__") and hasattr(x, "shape")


def is_stream(x: Any) -> bool:
    """Whether `x` is a `PyDataset`, a generator, or a data set or loader of TensorFlow, torch or Grain."""
    makers = {kind.__module__.split(".")[0] for kind in type(x).__mro__} & {"tensorflow", "torch", "grain"}
    return bool(makers) or isinstance(x, keras.utils.PyDataset | Iterator)


def checked_rows(x: Any, sample_shape: tuple[int, ...], activation: str | None = None) -> np.ndarray:
    """Returns real samples as float32 `(n, *sample_shape)`, or says what is wrong with them.

    For a whole array before training, and for each batch of a stream.

    Args:
        x: Array of any library.
        sample_shape: What the generator makes.
        activation: That of the generator's last layer: with a tanh or a sigmoid, samples out of its reach
            are refused.

    Raises:
        ValueError: For another shape, no rows, no floats, values that are not finite or out of range.
    """
    try:
        rows = np.asarray(x)
    except (TypeError, ValueError, RuntimeError) as error:
        raise bad_value(
            "Real samples can be read as a NumPy array",
            Shown(f"a {type(x).__name__} that can't"),
            "Convert it first; for a torch tensor `x.detach().cpu().numpy()`",
        ) from error
    if rows.shape[1:] != tuple(sample_shape) or not len(rows):
        raise bad_value(
            f"Real samples have the shape that the generator makes, (n, {', '.join(map(str, sample_shape))})",
            Shown(f"shape {rows.shape}"),
            _way_to(tuple(sample_shape), rows.shape),
        )
    if not rows.dtype.name.startswith(("float", "bfloat")):
        image = len(sample_shape) > 1
        raise bad_value(
            "Real samples are floating point" + (", images in [-1, 1]" if image else ""),
            Shown(f"dtype {rows.dtype}"),
            "Scale them first: `kg.load_images` does, or `x / 127.5 - 1`"
            if image
            else 'Convert them: `x.astype("float32")`, with columns of about the same size',
        )
    with np.errstate(over="ignore"):  # beyond float32 is infinity, refused below
        rows = rows.astype("float32", copy=False)
    _check_values(rows, activation)
    return rows


def checked_labels(labels: Any, num: int, num_classes: int | None, source: str = "x") -> np.ndarray | None:
    """Returns class labels as int32 `(num,)`, or says what is wrong with them; `source` is what they came in.

    Raises:
        ValueError: For labels without class-conditional networks or the reverse, another shape, numbers
            that are not integers, and classes that do not exist.
    """
    _check_labels_wanted(labels, num_classes, source)
    if labels is None or num_classes is None:
        return None
    array = np.asarray(labels)
    if array.shape == (num, 1):  # as Keras's own data sets have them
        array = array[:, 0]
    whole = np.issubdtype(array.dtype, np.integer)
    if array.shape != (num,) or not whole or array.min() < 0 or array.max() >= num_classes:
        span = f", values {array.min()} to {array.max()}" if whole and array.size else ""
        raise bad_value(
            f"Labels are {num} integers from 0 to {num_classes - 1}, one a row",
            Shown(f"shape {array.shape}, dtype {array.dtype}{span}"),
            _way_to_labels(array, num, num_classes),
        )
    return array.astype("int32")


def _way_to_labels(array: np.ndarray, num: int, num_classes: int) -> str:
    """What to do with labels that are no class numbers."""
    if array.ndim == 2 and array.dtype.kind in "bfiu":
        if array.shape == (num, num_classes) and (np.sort(array)[:, :-1] == 0).all():
            return "Of one-hot rows take the number: `labels.argmax(axis=1)`"
        return "One class a row: number the combinations, `np.unique(labels, axis=0, return_inverse=True)[1]`"
    if array.dtype.kind == "f" and array.shape == (num,):
        if (array == np.round(array)).all():
            return 'Convert them: `labels.astype("int32")`'
        return "Continuous conditions are not supported: cut them into classes, say by `np.digitize`"
    if array.dtype.kind in "USO":
        return "Number the names: `np.unique(labels, return_inverse=True)[1]`"
    return "Number the classes from 0, and pass a flat array"


def _check_labels_wanted(labels: Any, num_classes: int | None, source: str) -> None:
    """Raises `ValueError` for labels without class-conditional networks, and for the reverse."""
    if (labels is None) != (num_classes is None):
        place = "" if source == "x" else f" in `{source}`"
        raise bad_value(
            "Labels come with class-conditional networks, and these need labels",
            Shown(f"no labels{place}" if labels is None else f"labels{place} for networks that read none"),
            "Pass samples with their labels, and build both networks with `num_classes`, or do neither",
        )


def _way_to(wanted: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """What to do with an array whose rows have another shape."""
    if 0 in shape:
        return "Pass at least one sample"
    if len(wanted) == 3 and shape[1:] == (wanted[2], *wanted[:2]):
        return "Move the channels to the end: `np.moveaxis(x, 1, -1)`"
    if len(shape) > 1 and np.prod(shape[1:]) == np.prod(wanted):
        return f"Reshape the data: `x.reshape(-1, {', '.join(map(str, wanted))})`"
    if shape == wanted:
        return "Pass several samples, `x[None]` for this one; a stream of single ones needs `.batch(64)`"
    return "Reshape the data, or build the networks for it"


def _check_values(rows: np.ndarray, activation: str | None) -> None:
    with np.errstate(invalid="ignore"):
        lowest, highest = float(rows.min()), float(rows.max())  # NaN and infinity show in one of the two
    if not np.isfinite([lowest, highest]).all():
        bad = int(np.flatnonzero(~np.isfinite(rows).reshape(len(rows), -1).all(axis=1))[0])
        raise bad_value(
            "Real samples are finite in float32",
            Shown(f"NaN or infinity, first in row {bad}"),
            "Remove or repair such rows",
        )
    low, high = RANGES.get(activation or "", (-np.inf, np.inf))
    if lowest < low - _ROUNDING or highest > high + _ROUNDING:
        raise bad_value(
            f"A generator that ends in {activation} makes samples in [{low:g}, {high:g}], like the data",
            Shown(f"values from {lowest:g} to {highest:g}"),
            f"Scale the data to [{low:g}, {high:g}], or end the generator in another activation",
        )
