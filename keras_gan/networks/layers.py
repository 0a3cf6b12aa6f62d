"""Layers for discriminators that Keras lacks or that move a frozen network: W/σ(W), minibatch features."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan._checks import Shown, bad_value, check_count, check_fits, check_seed

_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
_LINEAR = (layers.Dense, layers.Conv1D, layers.Conv2D, layers.Conv3D, *_TRANSPOSED)
_START_ITERATIONS = 100
_SMALLEST_VARIANCE = 1e-8


@keras.saving.register_keras_serializable(package="keras_gan")
class SpectralNormalization(layers.Wrapper):
    """Runs a linear layer with W/σ(W) in place of its kernel W, so that it stretches by about 1 at most.

    σ = uᵀWv estimates the largest singular value of W as a matrix (outputs, inputs), by power iteration. A
    call changes no weight, in training or not: whoever trains the network calls `power_iteration` once a
    discriminator step, as `GAN` does. The gradient flows through σ, with u and v as constants.

    Keras's own `SpectralNormalization` assigns the kernel at every training call, so that there a generator
    step moves the discriminator.

    Args:
        layer: `Dense`, or a convolution or transposed convolution of 1, 2 or 3 dimensions.
        seed: Of the vector that the first power iterations start from.

    Attributes:
        u, v: Left and right singular vectors, shapes `(outputs,)` and `(inputs,)`; state, not trained. At the
            start they have gone through 100 iterations, which bring σ within about 1 %.

    Raises:
        ValueError: For another kind of layer.

    Example:
        >>> layer = SpectralNormalization(keras.layers.Dense(3, kernel_initializer="ones"))
        >>> print(np.round(layer(np.ones((1, 2))), 3))  # σ of a 2×3 matrix of ones is √6
        [[0.816 0.816 0.816]]

    Reference:
        Miyato, Kataoka, Koyama and Yoshida 2018, algorithm 1 and equations 11-12, arXiv:1802.05957.
        A convolution's σ is that of its kernel as a matrix, as there, and not of the whole convolution. A
        kernel of zeros has no W/σ: its output is not a number.
    """

    def __init__(self, layer: keras.layers.Layer, *, seed: int = 0, **kwargs: Any) -> None:
        if not isinstance(layer, _LINEAR):
            raise bad_value(
                "`SpectralNormalization` wraps a Dense layer, a convolution or a transposed convolution",
                Shown(type(layer).__name__),
                "Wrap the linear layer itself, and leave its activation and its normalisation outside",
            )
        super().__init__(layer, **kwargs)
        # A penalty on the wrapped layer's output would be lost with the scope in `call`: it moves out here.
        self.activity_regularizer = layer.activity_regularizer
        self.seed = check_seed(seed)

    def build(self, input_shape: Any) -> None:
        """Builds the wrapped layer and starts u and v from its kernel."""
        super().build(input_shape)
        rows, columns = self._matrix().shape
        # Initialisers that read the kernel: they hold also where Keras makes weights later, in their order.
        options = {"trainable": False, "autocast": False}
        self.u = self.add_weight(shape=(rows,), initializer=self._first_u, name="u", **options)
        self.v = self.add_weight(shape=(columns,), initializer=self._next_v, name="v", **options)

    def call(self, inputs: Any) -> Any:
        """The wrapped layer's output with W/σ; nothing is assigned."""
        kernel = self.layer.kernel
        values = {id(v): v.value for v in self.layer.variables}
        values[id(kernel)] = kernel.value / ops.cast(self.sigma(), kernel.value.dtype)
        with keras.StatelessScope([(v, values[id(v)]) for v in self.layer.variables]):
            return self.layer(inputs)

    def sigma(self) -> Any:
        """Estimate of the largest singular value, uᵀWv, a scalar; its gradient by W is uvᵀ."""
        u, v = ops.stop_gradient(self.u.value), ops.stop_gradient(self.v.value)
        return ops.sum(u * ops.matmul(self._matrix(), v))

    def power_iteration(self) -> None:
        """Moves u and v one iteration towards the leading singular vectors: v ← Wᵀu, u ← Wv, normalised."""
        v = self._next_v()
        self.u.assign(ops.stop_gradient(ops.normalize(ops.matmul(self._matrix(), v))))
        self.v.assign(ops.stop_gradient(v))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As of the wrapped layer."""
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The wrapped layer and the seed."""
        return {**super().get_config(), "seed": self.seed}

    def _matrix(self) -> Any:
        """The kernel as a float matrix (outputs, inputs)."""
        kernel = ops.cast(ops.convert_to_tensor(self.layer.kernel), self.variable_dtype)
        if isinstance(self.layer, _TRANSPOSED):  # (..., outputs, inputs)
            kernel = ops.swapaxes(kernel, -1, -2)
        return ops.transpose(ops.reshape(kernel, (-1, kernel.shape[-1])))

    def _first_u(self, shape: tuple[int], dtype: Any = None) -> Any:
        u = ops.convert_to_tensor(np.random.default_rng(self.seed).normal(size=shape), dtype=dtype)
        matrix = self._matrix()
        for _ in range(_START_ITERATIONS):
            u = ops.normalize(ops.matmul(matrix, ops.normalize(ops.matmul(u, matrix))))
        return ops.stop_gradient(u)

    def _next_v(self, shape: tuple[int] | None = None, dtype: Any = None) -> Any:
        return ops.stop_gradient(ops.normalize(ops.matmul(self.u.value, self._matrix())))


@keras.saving.register_keras_serializable(package="keras_gan")
class MinibatchStandardDeviation(layers.Layer):
    """Appends how much the samples of a minibatch differ: one number, constant over a group of samples.

    The standard deviation of every feature over the group, averaged over all features and positions. A
    discriminator that reads it notices a generator whose samples look alike.

    Args:
        group_size: The smallest number of samples in a group; `None` makes one group of the whole batch.
            Sample i of n belongs to group i mod max(n // group_size, 1), so that any batch size will do: each
            group has `group_size` samples where that divides n, and some have more where it does not.

    Input: `(batch, features)` or `(batch, height, width, channels)`. Output: the same with one more feature
    or channel. Samples that are all equal give 1e-4, the root of the 1e-8 that keeps the gradient finite.

    Raises:
        ValueError: For a group size below 1.

    Example:
        >>> x = np.array([[0.0, 1.0], [2.0, 1.0]])  # deviations 1 and 0
        >>> print(np.round(MinibatchStandardDeviation()(x), 3))
        [[0.  1.  0.5]
         [2.  1.  0.5]]

    Reference:
        Karras, Aila, Laine and Lehtinen 2018, section 3, arXiv:1710.10196; groups as in the authors' code.
    """

    def __init__(self, group_size: int | None = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.group_size = group_size if group_size is None else check_count("group_size", group_size)

    def call(self, inputs: Any) -> Any:
        """The input with the deviation of each sample's group appended."""
        dtype = keras.backend.result_type(self.compute_dtype, "float32")  # 1e-8 vanishes in half precision
        num = ops.shape(inputs)[0]
        x = ops.cast(ops.reshape(inputs, (num, -1)), dtype)
        share = self._shares(num, dtype)
        difference = x - ops.matmul(share, x)
        variance = ops.matmul(share, ops.square(difference))
        deviation = ops.mean(ops.sqrt(variance + _SMALLEST_VARIANCE), axis=1)
        feature = ops.reshape(ops.cast(deviation, inputs.dtype), (num, *[1] * (len(inputs.shape) - 1)))
        return ops.concatenate([inputs, ops.zeros_like(inputs[..., :1]) + feature], axis=-1)

    def _shares(self, num: Any, dtype: str) -> Any:
        """Matrix (batch, batch) that takes means over groups: row i has 1/size at the rows of i's group."""
        num_groups = 1 if self.group_size is None else ops.maximum(num // self.group_size, 1)
        group = ops.arange(num) % num_groups
        together = ops.cast(group[:, None] == group[None, :], dtype)
        return together / ops.sum(together, axis=1, keepdims=True)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """One more feature."""
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self) -> dict[str, Any]:
        """The group size."""
        return {**super().get_config(), "group_size": self.group_size}


@keras.saving.register_keras_serializable(package="keras_gan")
class MinibatchDiscrimination(layers.Layer):
    """Appends to each sample how close the minibatch's samples are to it, seen through a learned tensor T.

    A sample x_i becomes a matrix M_i = x_i T; feature b is o(x_i)_b = Σ_j exp(-‖M_ib - M_jb‖₁), from 1 (no
    other sample is near) to the batch size (all are alike). The sum counts j = i, as the paper writes it:
    that adds 1 to every feature, which the bias of the next layer takes up.

    Args:
        num_kernels: Number of features appended, B.
        kernel_dim: Length of the rows that are compared, C.
        kernel_initializer: Of T, a Keras name or object; give an object with a seed to repeat it.

    Input: `(batch, A)`. Output: `(batch, A + num_kernels)`. Memory grows with batch² × B × C.

    Raises:
        ValueError: For sizes below 1, or an input that is not `(batch, features)`.

    Reference:
        Salimans et al. 2016, section 3.2, arXiv:1606.03498.
    """

    def __init__(
        self,
        num_kernels: int = 100,
        kernel_dim: int = 5,
        *,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_kernels = check_count("num_kernels", num_kernels)
        self.kernel_dim = check_count("kernel_dim", kernel_dim)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: tuple) -> None:
        """Makes T as a matrix (A, B·C)."""
        if len(input_shape) != 2:
            raise bad_value(
                "`MinibatchDiscrimination` reads (batch, features)",
                Shown(f"shape {input_shape}"),
                "Put a `Flatten` layer before it",
            )
        shape = (input_shape[-1], self.num_kernels * self.kernel_dim)
        check_fits("The numbers of T", shape, "Take fewer or shorter kernels")
        self.kernel = self.add_weight(shape=shape, initializer=self.kernel_initializer, name="kernel")

    def call(self, inputs: Any) -> Any:
        """The input with the sums of closeness appended."""
        rows = ops.reshape(ops.matmul(inputs, self.kernel), (-1, self.num_kernels, self.kernel_dim))
        distance = ops.sum(ops.abs(rows[:, None] - rows[None]), axis=-1)  # (batch, batch, B)
        return ops.concatenate([inputs, ops.sum(ops.exp(-distance), axis=1)], axis=-1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """`num_kernels` more features."""
        return (*input_shape[:-1], input_shape[-1] + self.num_kernels)

    def get_config(self) -> dict[str, Any]:
        """Sizes and initialiser."""
        return {
            **super().get_config(),
            "num_kernels": self.num_kernels,
            "kernel_dim": self.kernel_dim,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
