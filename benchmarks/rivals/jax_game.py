"""One step of a GAN in plain JAX, a pure function of its state; Adam written out."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.nn import softplus

from benchmarks.rivals.jax_networks import apply, init, init_moving
from benchmarks.tasks import Task


def first_state(task: Task) -> dict[str, Any]:
    """Weights, Adam's moments, moving statistics of both networks, and the key of the draws."""
    key = jax.random.key(1)
    g_key, d_key, key = jax.random.split(key, 3)
    g = init(task.generator, (task.latent_dim,), g_key)
    d = init(task.discriminator, task.sample_shape, d_key)
    moving = (
        init_moving(task.generator, (task.latent_dim,)),
        init_moving(task.discriminator, task.sample_shape),
    )
    return {"g": g, "d": d, "g_adam": _moments(g), "d_adam": _moments(d), "moving": moving, "key": key}


def make_step(task: Task) -> Callable:
    """Returns `step(state, rows)`, which gives the state after one step on these rows."""

    def discriminator_loss(d: list, real: jax.Array, fake: jax.Array, key: jax.Array) -> tuple:
        real_key, fake_key, mix_key = jax.random.split(key, 3)
        real_logits, _ = apply(task.discriminator, d, real, real_key)
        fake_logits, seen = apply(task.discriminator, d, fake, fake_key)
        if not task.gradient_penalty:
            return jnp.mean(softplus(-real_logits)) + jnp.mean(softplus(fake_logits)), seen
        penalty = task.gradient_penalty * gradient_penalty(d, real, fake, mix_key)
        return jnp.mean(fake_logits) - jnp.mean(real_logits) + penalty, seen

    def gradient_penalty(d: list, real: jax.Array, fake: jax.Array, key: jax.Array) -> jax.Array:
        """Gulrajani et al. 2017, algorithm 1, line 7."""
        mix = jax.random.uniform(key, (len(real), *[1] * (real.ndim - 1)))
        between = mix * real + (1.0 - mix) * fake
        slopes = jax.grad(lambda x: jnp.sum(apply(task.discriminator, d, x, key)[0]))(between)
        return jnp.mean((jnp.linalg.norm(slopes.reshape(len(real), -1), axis=1) - 1.0) ** 2)

    def generator_loss(g: list, d: list, key: jax.Array) -> tuple:
        z_key, d_key = jax.random.split(key)
        fake, seen = apply(task.generator, g, draw(z_key), z_key)
        logits, _ = apply(task.discriminator, d, fake, d_key)
        return -jnp.mean(logits) if task.gradient_penalty else jnp.mean(softplus(-logits)), seen

    def draw(key: jax.Array) -> jax.Array:
        return jax.random.normal(key, (task.batch_size, task.latent_dim))

    def move_discriminator(state: dict, real: jax.Array) -> dict:
        key, z_key, d_key = jax.random.split(state["key"], 3)
        fake, g_seen = apply(task.generator, state["g"], draw(z_key), z_key)
        gradients, d_seen = jax.grad(discriminator_loss, has_aux=True)(state["d"], real, fake, d_key)
        d, d_adam = adam(task, state["d"], state["d_adam"], gradients)
        moving = _blend(state["moving"], (g_seen, d_seen))
        return {**state, "d": d, "d_adam": d_adam, "moving": moving, "key": key}

    def move_generator(state: dict) -> dict:
        key, mine = jax.random.split(state["key"])
        gradients, seen = jax.grad(generator_loss, has_aux=True)(state["g"], state["d"], mine)
        g, g_adam = adam(task, state["g"], state["g_adam"], gradients)
        moving = _blend(state["moving"][0], seen), state["moving"][1]
        return {**state, "g": g, "g_adam": g_adam, "moving": moving, "key": key}

    def step(state: dict, rows: jax.Array) -> dict:
        for real in jnp.split(rows, task.discriminator_steps):
            state = move_discriminator(state, real)
        return move_generator(state)

    return step


def count(weights: list) -> int:
    """Number of weights."""
    return sum(leaf.size for leaf in jax.tree.leaves(weights))


def _moments(weights: list) -> dict[str, Any]:
    first, second = (
        jax.tree.map(jnp.zeros_like, weights) for _ in range(2)
    )  # two, so that both can be donated
    return {"first": first, "second": second, "count": jnp.zeros((), jnp.int32)}


def adam(task: Task, weights: list, moments: dict, gradients: list) -> tuple[list, dict]:
    """Kingma and Ba 2015, algorithm 1, with the bias corrections in the rate."""
    count, b1, b2 = moments["count"] + 1, task.beta_1, task.beta_2
    first = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, moments["first"], gradients)
    second = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, moments["second"], gradients)
    rate = task.learning_rate * jnp.sqrt(1.0 - b2**count) / (1.0 - b1**count)
    new = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, first, second)
    return new, {"first": first, "second": second, "count": count}


def _blend(moving: Any, seen: Any) -> Any:
    return jax.tree.map(lambda old, new: 0.99 * old + 0.01 * new, moving, seen)
