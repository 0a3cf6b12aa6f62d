"""What each player of a `GAN` minimises, from what the discriminator reads: game, penalties, variants."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import keras
from keras import ops

from keras_gan.training.adversarial import frozen_call
from keras_gan.training.backend import gradient, random_normal
from keras_gan.training.check_networks import with_labels
from keras_gan.training.look_ahead import look_ahead
from keras_gan.training.losses import Loss
from keras_gan.training.penalties import InstanceNoise, Penalty, SlopePenalty
from keras_gan.training.sampling import Sampling


class Objectives(Sampling):
    """The losses of both players; `GAN` supplies the attributes named here, see its docstring.

    What the discriminator reads is called `real` and `fake` here: with noise on it, and in packs.
    """

    discriminator: keras.Model
    generator_optimizer: keras.optimizers.Optimizer
    discriminator_optimizer: keras.optimizers.Optimizer
    loss_record: Loss
    penalties: tuple[Penalty, ...]
    instance_noise: InstanceNoise | None
    packing: int
    feature_matching: str | None
    unrolled_steps: int
    reduction: str
    frozen_mode: str
    training_draws: keras.random.SeedGenerator
    num_replicas: int
    shard: Callable[[Any], Any]  # of the rows of a whole minibatch, those that are worked on here

    @property
    def slope_penalties(self) -> list[SlopePenalty]:
        """The penalties that are terms of the discriminator's loss."""
        return [penalty for penalty in self.penalties if isinstance(penalty, SlopePenalty)]

    @cached_property  # which Keras does not track: it has no weights of its own
    def features(self) -> keras.Model:
        """The discriminator up to the layer `feature_matching`."""
        layer = self.discriminator.get_layer(self.feature_matching)
        return keras.Model(self.discriminator.inputs, layer.output)

    def reader(self, num: Any) -> Callable:
        """What turns `num` samples into what the discriminator reads; its noise is drawn here and now."""
        noise = None
        if self.instance_noise is not None:
            noise = self.drawn(random_normal, (num, *self.sample_shape))
            noise *= self.instance_noise.std_at(self.generator_optimizer.iterations.value)

        def read(samples: Any) -> Any:
            samples = as_float(samples)
            return in_packs(samples if noise is None else samples + noise, self.packing)

        return read

    def discriminator_loss(self, real_logits: Any, fake_logits: Any) -> Any:
        """The game's loss of the discriminator, a scalar."""
        real, fake = self.loss_record.discriminator_terms(real_logits, fake_logits)
        return real + fake if self.reduction == "sum" else (real + fake) / 2

    def generator_loss(self, real: Any, fake: Any, labels: Any) -> Any:
        """What the generator minimises, a scalar, through a discriminator that stays as it is."""
        if self.feature_matching:
            return self.feature_distance(real, fake, labels, self.frozen_mode)
        if self.unrolled_steps:
            return self._unrolled_loss(real, fake, labels)
        logits = frozen_call(self.discriminator, with_labels(fake, labels), mode=self.frozen_mode)
        return self.loss_record.generator_loss(as_float(logits))

    def _unrolled_loss(self, real: Any, fake: Any, labels: Any) -> Any:
        """What the generator minimises where the discriminator has looked ahead.

        The samples move the discriminator ahead, so its term on real samples depends on them too, and the
        generator ascends it: without it, it would run away from the data even when it matches them (Metz et
        al. 2017, section 2.2, and the code they published, arXiv:1611.02163).
        """
        weights = self._weights_ahead(real, fake, labels)
        real_logits, fake_logits = (
            as_float(frozen_call(self.discriminator, read, mode=self.frozen_mode, weights=weights))
            for read in (with_labels(real, labels), with_labels(fake, labels))
        )
        on_real, _ = self.loss_record.discriminator_terms(real_logits, fake_logits)
        return self.loss_record.generator_loss(fake_logits) - on_real

    def feature_distance(self, real: Any, fake: Any, labels: Any, mode: str) -> Any:
        """‖E f(x) - E f(G(z))‖², a scalar (Salimans et al. 2016, section 3.1)."""
        of_real, of_fake = (
            frozen_call(self.features, with_labels(x, labels), mode=mode) for x in (real, fake)
        )
        difference = ops.mean(as_float(of_real), axis=0) - ops.mean(as_float(of_fake), axis=0)
        return ops.sum(ops.square(difference))

    def drawn(self, random: Callable, shape: tuple) -> Any:
        """Random numbers for the rows of a training step, of what one device would draw for all rows ours."""
        num, *rest = shape
        return self.shard(random((num * self.num_replicas, *rest), seed=self.training_draws))

    def points(self, real: Any, fake: Any, uniform: Callable) -> list:
        """Where each slope penalty takes the slope; `uniform(shape)` draws from [0, 1)."""
        return [penalty.points(real, fake, uniform) for penalty in self.slope_penalties]

    def slope_terms(self, points: list, labels: Any, *, training: bool) -> list:
        """The cost of the discriminator's slope, a scalar a penalty; lazy in training only."""
        network = self.discriminator
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
        for penalty, at in zip(self.slope_penalties, points, strict=True):
            if training and penalty.every > 1:
                due = self.discriminator_optimizer.iterations.value % penalty.every == 0
                compute = partial(term, penalty, at, penalty.every)
                terms.append(ops.cond(due, compute, lambda: ops.zeros((), keras.config.floatx())))
            else:
                terms.append(term(penalty, at, 1))
        return terms

    def _weights_ahead(self, real: Any, fake: Any, labels: Any) -> list:
        """The discriminator's weights after `unrolled_steps` updates on these samples.

        The updates descend the game's loss alone, without penalties and regularisers, and share one dropout
        mask.
        """
        network = self.discriminator
        state = [v.value for v in network.non_trainable_variables]

        def loss(weights: list) -> Any:
            reads = [with_labels(x, labels) for x in (real, fake)]
            logits = [network.stateless_call(weights, state, read, training=True)[0] for read in reads]
            return self.discriminator_loss(*map(as_float, logits))

        return look_ahead(
            self.discriminator_optimizer,
            network.trainable_variables,
            partial(gradient, loss),
            self.unrolled_steps,
        )


def as_float(x: Any) -> Any:
    """Casts to Keras's float type: losses are computed in it whatever the precision of the networks."""
    return ops.cast(x, keras.config.floatx())


def in_packs(samples: Any, packing: int) -> Any:
    """Joins each `packing` rows that follow each other into one, along the last axis (PacGAN)."""
    return joined([samples[i::packing] for i in range(packing)])


def joined(parts: list) -> Any:
    """Joins arrays of samples along the last axis; one stays as it is."""
    return ops.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]
