"""`python -m benchmarks.bound [TASK]`: what the time of a small task's step goes to, by JAX, each part alone.

The matrix products are those that a step needs, at their own sizes, with nothing in between. Each part runs
as blocks of steps in one `lax.scan`, in turns with the others.
"""

import sys
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.contestants import Order
from benchmarks.matmul import SIZE, measure, product_of
from benchmarks.rivals.jax_game import adam, first_state, make_step
from benchmarks.shapes import Dense, Network
from benchmarks.tasks import TASKS, Task

REPEATS, BLOCKS = 9, 6
Product = tuple[int, int, int]


def products(task: Task) -> list[Product]:
    """The sizes (rows, inner, columns) of one step's matrix products, as `Task.flop` counts them."""
    g, d = _layers(task.generator, task.latent_dim), _layers(task.discriminator, task.sample_shape[0])
    discriminator = _forward(task, g) + 2 * (_forward(task, d) + _weights(task, d) + _inputs(task, d[1:]))
    generator = (
        _forward(task, g) + _weights(task, g) + _inputs(task, g[1:]) + _forward(task, d) + _inputs(task, d)
    )
    return task.discriminator_steps * discriminator + generator


def _layers(network: Network, width: int) -> list[tuple[int, int]]:
    sizes = [width, *(layer.units for layer in network if isinstance(layer, Dense))]
    return list(pairwise(sizes))


def _forward(task: Task, layers: list[tuple[int, int]]) -> list[Product]:
    return [(task.batch_size, inputs, outputs) for inputs, outputs in layers]


def _weights(task: Task, layers: list[tuple[int, int]]) -> list[Product]:
    return [(inputs, task.batch_size, outputs) for inputs, outputs in layers]


def _inputs(task: Task, layers: list[tuple[int, int]]) -> list[Product]:
    return [(task.batch_size, outputs, inputs) for inputs, outputs in layers]


def parts(task: Task) -> dict[str, Callable[[], Any]]:
    """For each part a function that runs one block of steps and waits."""
    rows, order, step = jnp.asarray(task.data()), Order(task), make_step(task)
    state, batch = first_state(task), (task.rows_per_step, *task.sample_shape)
    sizes = products(task)
    draw_normal = np.random.default_rng(0).standard_normal
    factors = [  # in the state, or XLA would know them; eight on the left, so that no product leaves the loop
        (draw_normal((8, m, k), "float32"), draw_normal((k, n), "float32"), np.zeros((m, n), "float32"))
        for m, k, n in sizes
    ]

    def multiply(factors: list, i: jax.Array) -> list:
        return [(a, b, total + a[i[0] % 8] @ b) for a, b, total in factors]

    def move(state: dict, _: jax.Array) -> dict:
        for name in "gd":
            weights, moments = adam(task, state[name], state[f"{name}_adam"], state[name])
            state = {**state, name: weights, f"{name}_adam": moments}
        return state

    def draw(total: jax.Array, i: jax.Array) -> jax.Array:
        shape = (2 * task.batch_size, task.latent_dim)
        return total + jax.random.normal(jax.random.fold_in(jax.random.key(0), i[0]), shape)

    bodies = {
        "the whole step": (lambda state, mine: step(state, rows[mine]), state),
        "its matrix products": (multiply, jax.tree.map(jnp.asarray, factors)),
        "Adam, both networks": (move, state),
        "gathering the rows": (lambda total, mine: total + rows[mine], jnp.zeros(batch)),
        "drawing z twice": (draw, jnp.zeros((2 * task.batch_size, task.latent_dim))),
    }
    return {name: _block(body, start, order, task.block) for name, (body, start) in bodies.items()}


def _block(body: Callable, start: Any, order: Order, steps: int) -> Callable[[], Any]:
    """Compiles a block of a part and runs it once."""
    run = jax.jit(lambda state, order: jax.lax.scan(lambda s, mine: (body(s, mine), None), state, order)[0])
    held = [start]

    def once() -> None:
        held[0] = jax.block_until_ready(run(held[0], order.draw(steps)))

    once()
    return once


def main(name: str = "s0") -> int:
    """Prints milliseconds a step and, where there are products, their speed."""
    task = TASKS[name]
    peak, running = product_of("numpy"), parts(task)
    times: dict[str, list[float]] = {part: [] for part in running}
    peaks = []
    for _ in range(REPEATS):
        peaks.append(measure(peak, 0.25))
        for part, once in running.items():
            start = perf_counter()
            for _ in range(BLOCKS):
                once()
            times[part].append(1e3 * (perf_counter() - start) / (BLOCKS * task.block))
    print(f"{name}: {task.flop() / 1e9:.3g} GFLOP a step; {median(peaks):.0f} GFLOP/s at size {SIZE}")
    for part, found in times.items():
        print(f"{part}: {median(found):.3f} ms ({min(found):.3f} to {max(found):.3f})")
    products_alone = task.flop() / median(times["its matrix products"]) / 1e6
    print(f"Products at these sizes reach {products_alone / median(peaks):.0%} of the peak.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
