"""Algorithm 1 of Goodfellow et al. 2014, with its losses: read it beside the paper, arXiv:1406.2661.

From top to bottom: one training step; the gradient of each player; what each minimises; what the options
add. It is written once, with Keras operations, for every backend. A name that begins with `real` or `fake`
holds rows of samples, `(rows, *sample_shape)`, or what the discriminator makes of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
from keras import ops

from keras_gan.networks.layers import SpectralNormalization
from keras_gan.training.backend import (
    Devices,
    _keras,
    apply,
    gradient,
    random_normal,
    random_uniform,
    value_and_grad,
)
from keras_gan.training.options import Options
from keras_gan.training.penalties import SlopePenalty, WeightClipping, safe_sqrt


@dataclass
class Players:
    """What a training step works on: the two players, their rules, and what they draw from.

    Attributes:
        options: The rules.
        generator, discriminator: The two networks.
        generator_optimizer, discriminator_optimizer: The optimizer of each.
        averaged_generator: The moving average of the generator; None where none is kept.
        features: The discriminator up to the layer `feature_matching`; None without.
        draws: Where the random numbers of training come from.
        means: The logged means, by name.
        devices: How the rows are spread.
        inspector: What looks at each loss and gradient while a fault is searched.
    """

    options: Options
    generator: keras.Model
    discriminator: keras.Model
    generator_optimizer: keras.optimizers.Optimizer
    discriminator_optimizer: keras.optimizers.Optimizer
    averaged_generator: keras.Model | None
    features: keras.Model | None
    draws: keras.random.SeedGenerator
    means: dict[str, keras.metrics.Mean]
    devices: Devices
    inspector: Callable[[str, Any, list], None] | None = None


# --- Algorithm 1 --------------------------------------------------------------------------------------------


def training_step(players: Players, real: Any, labels: Any = None) -> None:
    """One iteration of the outer loop: k updates of the discriminator, then the generator's.

    Args:
        players: Who plays.
        real: Rows of `discriminator_steps` minibatches, float.
        labels: Their classes, integers `(rows,)`; None without classes.
    """
    options, shard = players.options, players.devices.shard
    real, labels = as_float(real), None if labels is None else ops.cast(labels, "int32")
    size = ops.shape(real)[0] // options.discriminator_steps
    parts = [slice(i * size, (i + 1) * size) for i in range(options.discriminator_steps)]
    minibatches = [(shard(real[part]), None if labels is None else shard(labels[part])) for part in parts]
    zs = [shard(draw_z(players, size, players.draws)) for _ in minibatches]
    num_fresh = options.generator_steps - options.share_z
    generator_zs = [shard(draw_z(players, size, players.draws)) for _ in range(num_fresh)]
    generator_zs = [zs[-1], *generator_zs] if options.share_z else generator_zs
    if options.update == "simultaneous":
        d_gradients = discriminator_gradients(players, zs[0], *minibatches[0])
        g_gradients = generator_gradients(players, generator_zs[0], *minibatches[0])
        move_discriminator(players, d_gradients)
        move_generator(players, g_gradients)
        return
    if options.update == "generator_first":
        train_generator(players, generator_zs, *minibatches[0])
    for z, minibatch in zip(zs, minibatches, strict=True):
        move_discriminator(players, discriminator_gradients(players, z, *minibatch))
    if options.update == "discriminator_first":
        train_generator(players, generator_zs, *minibatches[-1])


def train_generator(players: Players, zs: list, real: Any, labels: Any = None) -> None:
    """The generator's updates of one training step, one for each draw of `z`."""
    for z in zs:
        move_generator(players, generator_gradients(players, z, real, labels))


def discriminator_gradients(players: Players, z: Any, real: Any, labels: Any) -> list:
    """The discriminator's stochastic gradient (line 6): G makes fakes and stays, D tells them apart."""
    network, optimizer, num = players.discriminator, players.discriminator_optimizer, ops.shape(z)[0]
    power_iteration(network)
    fake = frozen_call(players.generator, with_labels(z, labels), mode=players.options.frozen_mode)
    real, fake = reader(players, num)(real), reader(players, num)(ops.stop_gradient(fake))
    points = slope_points(players, real, fake, partial(_drawn, players, random_uniform))

    def function() -> tuple:
        real_logits = as_float(network(with_labels(real, labels), training=True))
        real_own = _own_loss(network)
        fake_logits = as_float(network(with_labels(fake, labels), training=True))
        own = (real_own + _own_loss(network)) / 2  # so that a regulariser of the weights counts once
        loss = discriminator_loss(players, real_logits, fake_logits) + own
        terms = slope_terms(players, points, labels, training=True)
        return optimizer.scale_loss(sum(terms, loss)), (loss, real_logits, fake_logits, *terms)

    (_, (loss, real_logits, fake_logits, *terms)), gradients = value_and_grad(
        function, network.trainable_variables, network.non_trainable_variables + optimizer.variables
    )
    d_real, d_fake = _score(players, real_logits), _score(players, fake_logits)
    _log(players, num, d_loss=loss, d_real=d_real, d_fake=d_fake, **_penalty(terms))
    if players.inspector is not None:
        players.inspector("discriminator", loss, gradients)
    return gradients


def generator_gradients(players: Players, z: Any, real: Any, labels: Any) -> list:
    """The generator's stochastic gradient (line 9), through a discriminator that stays."""
    network, optimizer, num = players.generator, players.generator_optimizer, ops.shape(z)[0]
    read = reader(players, num)
    if players.options.feature_matching or players.options.unrolled_steps:  # others don't look at real ones
        real = reader(players, num)(real)

    def function() -> tuple:
        fake = read(network(with_labels(z, labels), training=True))
        loss = generator_loss(players, real, fake, labels) + _own_loss(network)
        return optimizer.scale_loss(loss), (loss,)

    (_, (loss,)), gradients = value_and_grad(
        function,
        network.trainable_variables,
        network.non_trainable_variables
        + players.discriminator.variables
        + players.discriminator_optimizer.variables
        + optimizer.variables,
    )
    _log(players, num, g_loss=loss)
    if players.inspector is not None:
        players.inspector("generator", loss, gradients)
    return gradients


def move_discriminator(players: Players, gradients: list) -> None:
    """Updates the discriminator (line 6), then clips its weights where they are clipped."""
    variables = players.discriminator.trainable_variables
    apply(players.discriminator_optimizer, gradients, variables)
    for penalty in players.options.penalty:
        if isinstance(penalty, WeightClipping):
            penalty.clip(variables)


def move_generator(players: Players, gradients: list) -> None:
    """Updates the generator (line 9), and its moving average where one is kept."""
    apply(players.generator_optimizer, gradients, players.generator.trainable_variables)
    decay = players.options.average
    if players.averaged_generator is None or decay is None:
        return
    trained = {id(v) for v in players.generator.trainable_variables}
    for averaged, weight in zip(players.averaged_generator.weights, players.generator.weights, strict=True):
        value = weight.value
        if id(weight) in trained:
            value = decay * averaged.value + (1.0 - decay) * value
        averaged.assign(value)


def evaluation_step(players: Players, draws: keras.random.SeedGenerator, real: Any, labels: Any) -> None:
    """Updates the logged means on one batch, with both networks in inference and no noise.

    With packing each row begins one pack, which goes on with the rows after it, around the end.
    """
    real, labels = as_float(real), None if labels is None else ops.cast(labels, "int32")
    num, packing = ops.shape(real)[0], players.options.packing
    fake = players.generator(with_labels(draw_z(players, num, draws), labels), training=False)
    real, fake = (joined([ops.roll(x, -i, axis=0) for i in range(packing)]) for x in (real, as_float(fake)))
    real_logits = as_float(players.discriminator(with_labels(real, labels), training=False))
    fake_logits = as_float(players.discriminator(with_labels(fake, labels), training=False))
    points = slope_points(players, real, fake, partial(random_uniform, seed=draws))
    _log(
        players,
        num,
        g_loss=players.options.loss.generator_loss(fake_logits)
        if players.features is None
        else feature_distance(players.features, real, fake, labels, "inference"),
        d_loss=discriminator_loss(players, real_logits, fake_logits),
        d_real=_score(players, real_logits),
        d_fake=_score(players, fake_logits),
        **_penalty(slope_terms(players, points, labels, training=False)),
    )


# --- What each player minimises -----------------------------------------------------------------------------


def discriminator_loss(players: Players, real_logits: Any, fake_logits: Any) -> Any:
    """The game's loss of the discriminator, a scalar."""
    real, fake = players.options.loss.discriminator_terms(real_logits, fake_logits)
    return real + fake if players.options.reduction == "sum" else (real + fake) / 2


def generator_loss(players: Players, real: Any, fake: Any, labels: Any) -> Any:
    """What the generator minimises, a scalar, through a discriminator that stays as it is."""
    mode = players.options.frozen_mode
    if players.features is not None:
        return feature_distance(players.features, real, fake, labels, mode)
    if players.options.unrolled_steps:
        return _unrolled_loss(players, real, fake, labels)
    logits = frozen_call(players.discriminator, with_labels(fake, labels), mode=mode)
    return players.options.loss.generator_loss(as_float(logits))


def slope_points(players: Players, real: Any, fake: Any, uniform: Callable) -> list:
    """Where each slope penalty takes the slope; `uniform(shape)` draws from [0, 1)."""
    return [penalty.points(real, fake, uniform) for penalty in players.options.slope_penalties]


def slope_terms(players: Players, points: list, labels: Any, *, training: bool) -> list:
    """The cost of the discriminator's slope, a scalar a penalty; lazy in training only."""
    network = players.discriminator
    weights = [ops.convert_to_tensor(v.value) for v in network.trainable_variables]
    state = [ops.convert_to_tensor(v.value) for v in network.non_trainable_variables]

    def total(values: list) -> Any:
        read = with_labels(values[0], labels)
        return ops.sum(as_float(network.stateless_call(weights, state, read, training=training)[0]))

    def term(penalty: SlopePenalty, at: Any, times: int) -> Any:
        (slope,) = gradient(total, [at])
        squared = ops.sum(ops.square(as_float(slope)), axis=tuple(range(1, len(at.shape))))
        return times * ops.mean(penalty.value(squared))

    terms = []
    for penalty, at in zip(players.options.slope_penalties, points, strict=True):
        if training and penalty.every > 1:
            due = players.discriminator_optimizer.iterations.value % penalty.every == 0
            compute = partial(term, penalty, at, penalty.every)
            terms.append(ops.cond(due, compute, lambda: ops.zeros((), keras.config.floatx())))
        else:
            terms.append(term(penalty, at, 1))
    return terms


def feature_distance(features: keras.Model, real: Any, fake: Any, labels: Any, mode: str) -> Any:
    """‖E f(x) - E f(G(z))‖², a scalar (Salimans et al. 2016, section 3.1)."""
    of_real, of_fake = (frozen_call(features, with_labels(x, labels), mode=mode) for x in (real, fake))
    difference = ops.mean(as_float(of_real), axis=0) - ops.mean(as_float(of_fake), axis=0)
    return ops.sum(ops.square(difference))


# --- What the players read, and how one stays ---------------------------------------------------------------


def reader(players: Players, num: Any) -> Callable:
    """What turns `num` samples into what the discriminator reads; its noise is drawn here and now."""
    noise, record = None, players.options.instance_noise
    if record is not None:
        noise = _drawn(players, random_normal, (num, *players.generator.output_shape[1:]))
        noise *= record.std_at(players.generator_optimizer.iterations.value)

    def read(samples: Any) -> Any:
        samples = as_float(samples)
        return in_packs(samples if noise is None else samples + noise, players.options.packing)

    return read


def draw_z(players: Players, num: Any, draws: keras.random.SeedGenerator) -> Any:
    """The generator's input for `num` samples, `(num, latent_dim)` (lines 3 and 8)."""
    shape = (num, players.generator.inputs[0].shape[-1])
    if players.options.latent == "normal":
        return random_normal(shape, seed=draws)
    return 2.0 * random_uniform(shape, seed=draws) - 1.0


def _drawn(players: Players, random: Callable, shape: tuple) -> Any:
    """Random numbers for the rows of a training step, of what one device would draw for all rows ours."""
    num, *rest = shape
    num_replicas = players.devices.num_replicas
    return players.devices.shard(random((num * num_replicas, *rest), seed=players.draws))


def as_float(x: Any) -> Any:
    """Casts to Keras's float type: losses are computed in it whatever the precision of the networks."""
    return ops.cast(x, keras.config.floatx())


def in_packs(samples: Any, packing: int) -> Any:
    """Joins each `packing` rows that follow each other into one, along the last axis (PacGAN)."""
    return joined([samples[i::packing] for i in range(packing)])


def joined(parts: list) -> Any:
    """Joins arrays of samples along the last axis; one stays as it is."""
    return ops.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]


def with_labels(x: Any, labels: Any) -> Any:
    """What a network reads: `x`, or `[x, labels]` where there are labels."""
    return x if labels is None else [x, labels]


def frozen_call(network: keras.Model, x: Any, *, mode: str = "training", weights: list | None = None) -> Any:
    """Runs a network without moving it: gradients flow through to `x`, no weight changes.

    Args:
        network: The network that must stay as it is.
        x: Its input.
        mode: `"training"` uses batch statistics and dropout, and drops the update of the moving
            statistics; only the random state of dropout advances. `"inference"` is Keras's usual
            behaviour for a frozen layer.
        weights: Tensors to run with in place of the trainable weights; gradients flow into them.
    """
    if mode == "inference" and weights is None:
        return network(x, training=False)
    if weights is None:
        weights = [ops.stop_gradient(v.value) for v in network.trainable_variables]
    state = network.non_trainable_variables
    training = mode == "training"
    y, new_state = network.stateless_call(weights, [v.value for v in state], x, training=training)
    kept = {id(w) for w in network.weights}
    for variable, value in zip(state, new_state, strict=True):
        if id(variable) not in kept:  # what is left is the random state of dropout
            variable.assign(value)
    return y


def power_iteration(network: keras.layers.Layer) -> None:
    """Runs one power iteration in every `SpectralNormalization` inside a network.

    Once before each update of the discriminator and never elsewhere (Miyato et al. 2018, algorithm 1).
    """
    for layer in _keras.layers_of(network):
        if isinstance(layer, SpectralNormalization):
            layer.power_iteration()


# --- What is logged -----------------------------------------------------------------------------------------


def _score(players: Players, logits: Any) -> Any:
    return ops.mean(ops.sigmoid(logits) if players.options.loss.probability else logits)


def _log(players: Players, num: Any, **values: Any) -> None:
    for name, value in values.items():
        players.means[name].update_state(value, sample_weight=num)


def _penalty(terms: list) -> dict[str, Any]:
    """The logged penalty: nothing without one."""
    return {"penalty": sum(terms)} if terms else {}


def _own_loss(network: keras.Model) -> Any:
    """What the network's own layers add to its loss in its last call: regularisers and `add_loss`."""
    return sum(ops.sum(as_float(loss)) for loss in network.losses)


# --- Unrolling ----------------------------------------------------------------------------------------------


def _unrolled_loss(players: Players, real: Any, fake: Any, labels: Any) -> Any:
    """What the generator minimises where the discriminator has looked ahead.

    The samples move the discriminator ahead, so its term on real samples depends on them too, and the
    generator ascends it: without it, it would run away from the data even when it matches them (Metz et
    al. 2017, section 2.2, and the code they published, arXiv:1611.02163).
    """
    weights, mode = _weights_ahead(players, real, fake, labels), players.options.frozen_mode
    real_logits, fake_logits = (
        as_float(frozen_call(players.discriminator, with_labels(x, labels), mode=mode, weights=weights))
        for x in (real, fake)
    )
    on_real, _ = players.options.loss.discriminator_terms(real_logits, fake_logits)
    return players.options.loss.generator_loss(fake_logits) - on_real


def _weights_ahead(players: Players, real: Any, fake: Any, labels: Any) -> list:
    """The discriminator's weights after `unrolled_steps` updates on these samples.

    The updates descend the game's loss alone, without penalties and regularisers, and share one dropout
    mask.
    """
    network = players.discriminator
    state = [v.value for v in network.non_trainable_variables]

    def loss(weights: list) -> Any:
        reads = [with_labels(x, labels) for x in (real, fake)]
        logits = [network.stateless_call(weights, state, read, training=True)[0] for read in reads]
        return discriminator_loss(players, *map(as_float, logits))

    optimizer, num_steps = players.discriminator_optimizer, players.options.unrolled_steps
    return look_ahead(optimizer, network.trainable_variables, partial(gradient, loss), num_steps)


def look_ahead(
    optimizer: keras.optimizers.Optimizer,
    variables: list,
    gradients_at: Callable[[list], list],
    num_steps: int,
) -> list:
    """What `num_steps` updates from the optimizer's present state would make of the variables.

    Args:
        optimizer: Plain SGD or Adam (`check_look_ahead`), built for `variables`; it stays as it is.
        variables: The weights to start from, as constants; they stay as they are.
        gradients_at: From values of the weights to the gradients there.
        num_steps: Number of updates, 0 included.

    Returns:
        One tensor a variable. Gradients flow through every update, moments included.
    """
    values = [ops.stop_gradient(v.value) for v in variables]
    update = _adam(optimizer) if isinstance(optimizer, keras.optimizers.Adam) else _sgd
    for i in range(num_steps):
        learning_rate = _keras.learning_rate_after(optimizer, i)
        values = update(values, gradients_at(values), learning_rate, i)
        values = [v.constraint(x) if v.constraint else x for v, x in zip(variables, values, strict=True)]
    return values


def _sgd(values: list, gradients: list, learning_rate: Any, i: int) -> list:
    return [x - learning_rate * g for x, g in zip(values, gradients, strict=True)]


def _adam(optimizer: keras.optimizers.Adam) -> Callable:
    """Keras's Adam: ε stands beside the root of the uncorrected second moment."""
    m, s = ([ops.stop_gradient(v.value) for v in moments] for moments in _keras.moments(optimizer))

    def update(values: list, gradients: list, learning_rate: Any, i: int) -> list:
        nonlocal m, s
        t = ops.cast(optimizer.iterations.value + (i + 1), "float32")
        correction = ops.sqrt(1.0 - ops.power(optimizer.beta_2, t)) / (1.0 - ops.power(optimizer.beta_1, t))
        m = [a + (g - a) * (1.0 - optimizer.beta_1) for a, g in zip(m, gradients, strict=True)]
        s = [a + (ops.square(g) - a) * (1.0 - optimizer.beta_2) for a, g in zip(s, gradients, strict=True)]
        rate = learning_rate * correction
        return [
            x - a * rate / (safe_sqrt(b) + optimizer.epsilon) for x, a, b in zip(values, m, s, strict=True)
        ]

    return update
