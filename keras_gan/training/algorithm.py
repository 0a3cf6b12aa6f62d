"""Algorithm 1 of Goodfellow et al. 2014, written once with Keras operations for every backend."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras import ops

from keras_gan._checks import Shown, bad_value
from keras_gan.networks.layers import power_iteration
from keras_gan.training.adversarial import frozen_call
from keras_gan.training.backend import random_normal, random_uniform, value_and_grad
from keras_gan.training.check_networks import with_labels
from keras_gan.training.check_options import check_packs
from keras_gan.training.objectives import Objectives, as_float, joined
from keras_gan.training.penalties import WeightClipping
from keras_gan.training.sampling import check_labels_wanted


class Algorithm1(Objectives):
    """The training step of `GAN`: who moves, in which order, on which draws.

    `GAN` supplies the attributes named here, each explained in its docstring.
    """

    average: float | None
    discriminator_steps: int
    generator_steps: int
    update: str
    share_z: bool
    evaluation_draws: keras.random.SeedGenerator
    trackers: dict[str, keras.metrics.Mean]
    inspector: Callable[[str, Any, list], None] | None = None  # what looks at each loss and gradient

    @property
    def rows_multiple(self) -> int:
        """What divides the rows of a training step: each minibatch gives each replica whole packs."""
        return self.discriminator_steps * self.packing * self.num_replicas

    def training_step(self, real: Any, labels: Any = None) -> None:
        """One training step on the rows of `discriminator_steps` minibatches, and their labels."""
        real, labels = self._checked_batch(real, labels)
        size = ops.shape(real)[0] // self.discriminator_steps
        if isinstance(size, int):  # not where TensorFlow does not know it yet
            check_packs(size, self.packing, self.num_replicas)
        parts = [slice(i * size, (i + 1) * size) for i in range(self.discriminator_steps)]
        minibatches = [
            (self.shard(real[part]), None if labels is None else self.shard(labels[part])) for part in parts
        ]
        zs = [self.shard(self._draw(size)) for _ in minibatches]
        generator_zs = [self.shard(self._draw(size)) for _ in range(self.generator_steps - self.share_z)]
        generator_zs = [zs[-1], *generator_zs] if self.share_z else generator_zs
        if self.update == "simultaneous":
            d_gradients = self._discriminator_gradients(zs[0], *minibatches[0])
            g_gradients = self._generator_gradients(generator_zs[0], *minibatches[0])
            self._apply_to_discriminator(d_gradients)
            self._apply_to_generator(g_gradients)
            return
        if self.update == "generator_first":
            self._move_generator(generator_zs, *minibatches[0])
        for z, minibatch in zip(zs, minibatches, strict=True):
            self._apply_to_discriminator(self._discriminator_gradients(z, *minibatch))
        if self.update == "discriminator_first":
            self._move_generator(generator_zs, *minibatches[-1])

    def _move_generator(self, zs: list, real: Any, labels: Any = None) -> None:
        for z in zs:
            self._apply_to_generator(self._generator_gradients(z, real, labels))

    def _discriminator_gradients(self, z: Any, real: Any, labels: Any) -> list:
        """Ascends the discriminator's stochastic gradient (algorithm 1, line 6): G makes, D learns."""
        network, optimizer, num = self.discriminator, self.discriminator_optimizer, ops.shape(z)[0]
        power_iteration(network)
        fake = frozen_call(self.generator, with_labels(z, labels), mode=self.frozen_mode)
        real, fake = self.reader(num)(real), self.reader(num)(ops.stop_gradient(fake))
        points = self.points(real, fake, partial(self.drawn, random_uniform))

        def function() -> tuple:
            real_logits = as_float(network(with_labels(real, labels), training=True))
            real_own = _own_loss(network)
            fake_logits = as_float(network(with_labels(fake, labels), training=True))
            own = (real_own + _own_loss(network)) / 2  # so that a regulariser of the weights counts once
            loss = self.discriminator_loss(real_logits, fake_logits) + own
            terms = self.slope_terms(points, labels, training=True)
            return optimizer.scale_loss(sum(terms, loss)), (loss, real_logits, fake_logits, *terms)

        (_, (loss, real_logits, fake_logits, *terms)), gradients = value_and_grad(
            function, network.trainable_variables, network.non_trainable_variables + optimizer.variables
        )
        d_real, d_fake = self._score(real_logits), self._score(fake_logits)
        self._track(num, d_loss=loss, d_real=d_real, d_fake=d_fake, **_penalty(terms))
        if self.inspector is not None:
            self.inspector("discriminator", loss, gradients)
        return gradients

    def _generator_gradients(self, z: Any, real: Any, labels: Any) -> list:
        """Descends the generator's stochastic gradient (algorithm 1, line 9), through a frozen D."""
        network, num = self.generator, ops.shape(z)[0]
        read = self.reader(num)
        if self.feature_matching or self.unrolled_steps:  # the others do not look at real samples here
            real = self.reader(num)(real)

        def function() -> tuple:
            fake = read(network(with_labels(z, labels), training=True))
            loss = self.generator_loss(real, fake, labels) + _own_loss(network)
            return self.generator_optimizer.scale_loss(loss), (loss,)

        (_, (loss,)), gradients = value_and_grad(
            function,
            network.trainable_variables,
            network.non_trainable_variables
            + self.discriminator.variables
            + self.discriminator_optimizer.variables
            + self.generator_optimizer.variables,
        )
        self._track(num, g_loss=loss)
        if self.inspector is not None:
            self.inspector("generator", loss, gradients)
        return gradients

    def _apply_to_discriminator(self, gradients: list) -> None:
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(gradients, variables)
        for penalty in self.penalties:
            if isinstance(penalty, WeightClipping):
                penalty.clip(variables)

    def _apply_to_generator(self, gradients: list) -> None:
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        if self.averaged_generator is None or self.average is None:
            return
        trained = {id(v) for v in self.generator.trainable_variables}
        for averaged, weight in zip(self.averaged_generator.weights, self.generator.weights, strict=True):
            value = weight.value
            if id(weight) in trained:
                value = self.average * averaged.value + (1.0 - self.average) * value
            averaged.assign(value)

    def evaluation_step(self, real: Any, labels: Any = None) -> None:
        """Updates the means on one batch, with both networks in inference and no noise.

        With packing each row begins one pack, which goes on with the rows after it, around the end.
        """
        real, labels = self._checked_batch(real, labels)
        num = ops.shape(real)[0]
        fake = self.generator(with_labels(self._draw(num, self.evaluation_draws), labels), training=False)
        real, fake = (
            joined([ops.roll(x, -i, axis=0) for i in range(self.packing)]) for x in (real, as_float(fake))
        )
        real_logits = as_float(self.discriminator(with_labels(real, labels), training=False))
        fake_logits = as_float(self.discriminator(with_labels(fake, labels), training=False))
        points = self.points(real, fake, partial(random_uniform, seed=self.evaluation_draws))
        self._track(
            num,
            g_loss=self.feature_distance(real, fake, labels, "inference")
            if self.feature_matching
            else self.loss_record.generator_loss(fake_logits),
            d_loss=self.discriminator_loss(real_logits, fake_logits),
            d_real=self._score(real_logits),
            d_fake=self._score(fake_logits),
            **_penalty(self.slope_terms(points, labels, training=False)),
        )

    def _checked_batch(self, real: Any, labels: Any) -> tuple[Any, Any]:
        """Returns the batch as tensors, or refuses what a stream may bring; `fit` looks at arrays before."""
        wanted = self.sample_shape
        fits = all(size in (None, own) for size, own in zip(real.shape[1:], wanted, strict=True))
        dtype = keras.backend.standardize_dtype(real.dtype)
        if not fits or not keras.backend.is_float_dtype(dtype):
            raise bad_value(
                f"Each batch of a stream holds floats of shape (rows, {', '.join(map(str, wanted))})",
                Shown(f"shape {tuple(real.shape)}, dtype {dtype}"),
                "Scale and reshape the data where the stream is made",
            )
        check_labels_wanted(labels, self.num_classes)
        return as_float(real), None if labels is None else ops.cast(labels, "int32")

    def _score(self, logits: Any) -> Any:
        return ops.mean(ops.sigmoid(logits) if self.loss_record.probability else logits)

    def _draw(self, num: Any, draws: Any = None) -> Any:
        shape, seed = (num, self.latent_dim), draws or self.training_draws
        if self.latent == "normal":
            return random_normal(shape, seed=seed)
        return 2.0 * random_uniform(shape, seed=seed) - 1.0

    def _track(self, num: Any, **values: Any) -> None:
        for name, value in values.items():
            self.trackers[name].update_state(value, sample_weight=num)


def _penalty(terms: list) -> dict[str, Any]:
    """The logged penalty: nothing without one."""
    return {"penalty": sum(terms)} if terms else {}


def _own_loss(network: keras.Model) -> Any:
    """What the network's own layers add to its loss in its last call: regularisers and `add_loss`."""
    return sum(ops.sum(as_float(loss)) for loss in network.losses)
