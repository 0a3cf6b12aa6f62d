"""What the machine can do: a float32 matrix product of size 2048, by NumPy and by each framework."""

from collections.abc import Callable
from importlib import import_module
from time import perf_counter
from typing import Any

import numpy as np

SIZE = 2048


def measure(product: Callable[[], Any], seconds: float) -> float:
    """The best GFLOP/s of single products repeated for so long, twice at least."""
    best, start, count = np.inf, perf_counter(), 0
    while count < 2 or perf_counter() - start < seconds:
        before = perf_counter()
        product()
        best, count = min(best, perf_counter() - before), count + 1
    return 2 * SIZE**3 / best / 1e9


def product_of(library: str) -> Callable[[], Any]:
    """A function that multiplies two matrices and waits for the result; called once to warm up."""
    a, b = np.random.default_rng(0).random((2, SIZE, SIZE), dtype=np.float32)
    product = {"numpy": _numpy, "tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[library](a, b)
    product()
    return product


def _numpy(a: np.ndarray, b: np.ndarray) -> Callable[[], Any]:
    return lambda: a @ b


def _tensorflow(a: np.ndarray, b: np.ndarray) -> Callable[[], Any]:
    tf = import_module("tensorflow")
    x, y = tf.constant(a), tf.constant(b)
    return lambda: tf.linalg.matmul(x, y)


def _jax(a: np.ndarray, b: np.ndarray) -> Callable[[], Any]:
    jax = import_module("jax")
    x, y = jax.numpy.asarray(a), jax.numpy.asarray(b)
    product = jax.jit(jax.numpy.matmul)
    return lambda: product(x, y).block_until_ready()


def _torch(a: np.ndarray, b: np.ndarray) -> Callable[[], Any]:
    torch = import_module("torch")
    x, y = torch.from_numpy(a), torch.from_numpy(b)
    return lambda: x @ y
