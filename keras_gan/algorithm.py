"""Algorithm 1 of Goodfellow et al. 2014, written once with Keras operations for every backend."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan._errors import Shown, bad_value
from keras_gan.adversarial import frozen_call
from keras_gan.backend import value_and_grad
from keras_gan.layers import power_iteration
from keras_gan.losses import Loss


class Algorithm1:
    """The training step of `GAN`: who moves, in which order, on which draws.

    `GAN` supplies the attributes named here, each explained in its docstring.
    """

    generator: keras.Model
    discriminator: keras.Model
    generator_optimizer: keras.optimizers.Optimizer
    discriminator_optimizer: keras.optimizers.Optimizer
    loss_record: Loss
    discriminator_steps: int
    generator_steps: int
    update: str
    latent: str
    share_z: bool
    reduction: str
    frozen_mode: str
    training_draws: keras.random.SeedGenerator
    evaluation_draws: keras.random.SeedGenerator
    trackers: dict[str, keras.metrics.Mean]
    latent_dim: int
    sample_shape: tuple[int, ...]
    inspector: Callable[[str, Any, list], None] | None

    def training_step(self, real: Any) -> None:
        """One training step on the rows of `discriminator_steps` minibatches."""
        _check_batch(real, self.sample_shape)
        size = ops.shape(real)[0] // self.discriminator_steps
        minibatches = [real[i * size : (i + 1) * size] for i in range(self.discriminator_steps)]
        zs = [self._draw(size) for _ in minibatches]
        generator_zs = [self._draw(size) for _ in range(self.generator_steps - self.share_z)]
        generator_zs = [zs[-1], *generator_zs] if self.share_z else generator_zs
        if self.update == "simultaneous":
            d_gradients = self._discriminator_gradients(minibatches[0], zs[0])
            g_gradients = self._generator_gradients(generator_zs[0])
            self.discriminator_optimizer.apply(d_gradients, self.discriminator.trainable_variables)
            self.generator_optimizer.apply(g_gradients, self.generator.trainable_variables)
            return
        if self.update == "generator_first":
            self._move_generator(generator_zs)
        for minibatch, z in zip(minibatches, zs, strict=True):
            gradients = self._discriminator_gradients(minibatch, z)
            self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        if self.update == "discriminator_first":
            self._move_generator(generator_zs)

    def _move_generator(self, zs: list) -> None:
        for z in zs:
            gradients = self._generator_gradients(z)
            self.generator_optimizer.apply(gradients, self.generator.trainable_variables)

    def _discriminator_gradients(self, real: Any, z: Any) -> list:
        """Ascends the discriminator's stochastic gradient (algorithm 1, line 6): G makes, D learns."""
        network = self.discriminator
        power_iteration(network)
        fake = ops.stop_gradient(frozen_call(self.generator, z, mode=self.frozen_mode))

        def function() -> tuple:
            real_logits = _float(network(real, training=True))
            real_penalty = _penalty(network)
            fake_logits = _float(network(fake, training=True))
            penalty = (real_penalty + _penalty(network)) / 2  # so that one on the weights counts once
            loss = self._discriminator_loss(real_logits, fake_logits) + penalty
            return self.discriminator_optimizer.scale_loss(loss), (loss, real_logits, fake_logits)

        (_, (loss, real_logits, fake_logits)), gradients = value_and_grad(
            function, network.trainable_variables, network.non_trainable_variables
        )
        d_real, d_fake = self._score(real_logits), self._score(fake_logits)
        self._track(ops.shape(z)[0], d_loss=loss, d_real=d_real, d_fake=d_fake)
        if self.inspector is not None:
            self.inspector("discriminator", loss, gradients)
        return gradients

    def _generator_gradients(self, z: Any) -> list:
        """Descends the generator's stochastic gradient (algorithm 1, line 9), through a frozen D."""
        network = self.generator

        def function() -> tuple:
            fake_logits = frozen_call(self.discriminator, network(z, training=True), mode=self.frozen_mode)
            loss = self.loss_record.generator_loss(_float(fake_logits)) + _penalty(network)
            return self.generator_optimizer.scale_loss(loss), (loss,)

        (_, (loss,)), gradients = value_and_grad(
            function,
            network.trainable_variables,
            network.non_trainable_variables + self.discriminator.variables,
        )
        self._track(ops.shape(z)[0], g_loss=loss)
        if self.inspector is not None:
            self.inspector("generator", loss, gradients)
        return gradients

    def evaluation_step(self, real: Any) -> None:
        """Updates the four means on one batch, with both networks in inference."""
        num = ops.shape(real)[0]
        fake = self.generator(self._draw(num, self.evaluation_draws), training=False)
        real_logits = _float(self.discriminator(real, training=False))
        fake_logits = _float(self.discriminator(fake, training=False))
        self._track(
            num,
            g_loss=self.loss_record.generator_loss(fake_logits),
            d_loss=self._discriminator_loss(real_logits, fake_logits),
            d_real=self._score(real_logits),
            d_fake=self._score(fake_logits),
        )

    def _discriminator_loss(self, real_logits: Any, fake_logits: Any) -> Any:
        real, fake = self.loss_record.discriminator_terms(real_logits, fake_logits)
        return real + fake if self.reduction == "sum" else (real + fake) / 2

    def _score(self, logits: Any) -> Any:
        return ops.mean(ops.sigmoid(logits) if self.loss_record.probability else logits)

    def _draw(self, num: Any, draws: Any = None) -> Any:
        shape, seed = (num, self.latent_dim), draws or self.training_draws
        if self.latent == "normal":
            return keras.random.normal(shape, seed=seed)
        return keras.random.uniform(shape, -1.0, 1.0, seed=seed)

    def _track(self, num: Any, **values: Any) -> None:
        for name, value in values.items():
            self.trackers[name].update_state(value, sample_weight=num)


def _float(logits: Any) -> Any:
    """Logits in Keras's float type: losses are computed in it whatever the precision of the networks."""
    return ops.cast(logits, keras.config.floatx())


def _penalty(network: keras.Model) -> Any:
    """What the network's own layers add to its loss in its last call: regularisers and `add_loss`."""
    return sum(ops.sum(_float(loss)) for loss in network.losses)


def _check_batch(real: Any, sample_shape: tuple[int, ...]) -> None:
    """Refuses what a stream may bring; `fit` has looked at arrays before."""
    fits = all(size in (None, wanted) for size, wanted in zip(real.shape[1:], sample_shape, strict=True))
    dtype = keras.backend.standardize_dtype(real.dtype)
    if not fits or not keras.backend.is_float_dtype(dtype):
        raise bad_value(
            f"Each batch of a stream holds floats of shape (rows, {', '.join(map(str, sample_shape))})",
            Shown(f"shape {tuple(real.shape)}, dtype {dtype}"),
            "Scale and reshape the data where the stream is made",
        )
