"""`GAN`: Algorithm 1 of Goodfellow et al. 2014, the one training loop."""

from typing import Any

import keras
from keras import ops

from keras_gan._errors import Shown, bad_value
from keras_gan._look_ahead import check_look_ahead
from keras_gan._options import check_packs
from keras_gan._saving import Saving
from keras_gan.backend import StepTrainer, block_stream
from keras_gan.feed import Blocks, checked_rows, is_array
from keras_gan.game import Game


class _BothOptimizers:
    """Both players' optimizers where `keras.Model` looks for one (JAX carries their variables)."""

    built = True

    def __init__(self, *optimizers: keras.optimizers.Optimizer) -> None:
        self.variables = [v for optimizer in optimizers for v in optimizer.variables]


@keras.saving.register_keras_serializable(package="keras_gan")
class GAN(Game, Saving, StepTrainer, keras.Model):
    """A generator and a discriminator that train against each other through plain `fit`.

    One training step draws `discriminator_steps` real minibatches and a fresh `z` for each, updates
    the discriminator on each, then the generator: it consumes `discriminator_steps * batch_size` rows, and
    an epoch is one pass over the data. Whichever network is not being updated stays bit for bit as it was,
    moving statistics included. Networks built with `num_classes` train on `(samples, labels)`.

    Args:
        generator: Model from `z`, shape `(batch, latent_dim)`, or `[z, label]`, to samples.
        discriminator: Model from samples, or `[sample, label]`, to logits, shape `(batch, 1)`.
        loss: A name of `LOSSES` or a record such as `NonSaturating(real_label=0.9)`.
        penalty: A name of `PENALTIES`, a record such as `R1(every=16)`, or several in a list.
        discriminator_steps, generator_steps: Updates of each player in a training step (k: the former).
        update: `"discriminator_first"`, `"generator_first"`, or `"simultaneous"` (both gradients are
            taken before either player moves).
        latent: `z` is standard `"normal"` or `"uniform"` on [-1, 1).
        share_z: The generator's first update reuses the discriminator's last `z`.
        reduction: `"sum"` or `"mean"` of the discriminator's loss on real and on fake.
        frozen_mode: How the player that is not updated runs, see `AdversarialModel`.
        instance_noise: `InstanceNoise(std=0.1)` on what the discriminator reads.
        packing: Samples a decision, joined along their last axis (PacGAN, arXiv:1712.04086).
        feature_matching: A layer of the discriminator whose mean output the generator matches instead of
            minimising the game's loss (arXiv:1606.03498, section 3.1).
        unrolled_steps: Updates of the discriminator that the generator looks ahead (arXiv:1611.02163).
        average: Decay, say 0.999, of a moving average of the generator, `gan.averaged_generator`.
        seed: Data order and `z`. `None` draws one; either way it is kept in `gan.seed`.

    Raises:
        ValueError: For networks that do not fit together and for unknown options.

    Reference:
        Goodfellow et al. 2014, algorithm 1, arXiv:1406.2661.
    """

    def compile(
        self,
        *,
        generator_optimizer: Any,
        discriminator_optimizer: Any,
        jit_compile: bool | str = "auto",
        run_eagerly: bool = False,
    ) -> None:
        """Gives each player its optimizer: a Keras optimizer or a name, never one object for both."""
        super().compile(optimizer=None, jit_compile=jit_compile, run_eagerly=run_eagerly)
        if generator_optimizer is discriminator_optimizer and not isinstance(generator_optimizer, str):
            raise bad_value(
                "Each player has an optimizer of its own",
                Shown("one object for both"),
                "Create a second optimizer, so that each keeps its own moments",
            )
        self.generator_optimizer = keras.optimizers.get(generator_optimizer)
        self.discriminator_optimizer = keras.optimizers.get(discriminator_optimizer)
        if self.unrolled_steps:
            check_look_ahead(self.discriminator_optimizer)
        for optimizer, network in self._players():
            if not network.trainable_variables:
                raise bad_value(
                    f"The {network.name} has weights to train",
                    Shown("none (its `trainable` flag is False, or it has no weights)"),
                    f"Set `{network.name}.trainable = True`; a GAN freezes nothing by that flag",
                )
            optimizer.build(network.trainable_variables)
        self.optimizer = _BothOptimizers(self.generator_optimizer, self.discriminator_optimizer)
        self._compile_options = {"jit_compile": jit_compile, "run_eagerly": run_eagerly}

    def fit(
        self,
        x: Any,
        *,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_data: Any = None,
        shuffle: bool = True,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_freq: int = 1,
    ) -> keras.callbacks.History:
        """Trains on real samples alone; otherwise as `keras.Model.fit`.

        Arrays are grouped: several training steps run as one compiled loop, so the progress bar and
        batch callbacks advance by such blocks. Where fewer than `discriminator_steps * batch_size` rows
        remain at the end of an epoch, they are dealt into equal minibatches (a rest of fewer than
        `discriminator_steps` rows is left out).

        Args:
            x: Array of real samples, float32 `(n, *sample_shape)`; or a `tf.data.Dataset`, `PyDataset` or
                torch `DataLoader`, each of whose batches holds the rows of one training step: at least
                `discriminator_steps`, so let a stream drop a short last batch.
            batch_size: Real rows (and fakes) in one discriminator update; arrays only, 32 by default.
            epochs: As in Keras, like `verbose`, `callbacks` and `initial_epoch`.
            validation_data: Real samples for `evaluate` after each `validation_freq` epochs.
            shuffle: Draw a new order of an array each epoch, from `seed` and the epochs trained so far.
            steps_per_epoch: For streams without an end; arrays know their own.

        Returns:
            Keras's `History`: epoch means of what `gan.metrics` lists; `d_loss` leaves the penalty out.

        Raises:
            ValueError: For data that is empty, not finite, not float, or of the wrong shape.
        """
        if is_array(x):
            if steps_per_epoch is not None:
                raise bad_value(
                    "An epoch over an array is one pass over its rows",
                    Shown(f"steps_per_epoch={steps_per_epoch}"),
                    "Leave `steps_per_epoch` out, or pass fewer rows",
                )
            batch_size = check_packs(32 if batch_size is None else batch_size, self.packing)
            rows = checked_rows(x, self.sample_shape)
            blocks = Blocks(rows, batch_size, self.discriminator_steps, self.seed if shuffle else None)
            steps_taken = int(self.generator_optimizer.iterations.value) // self.generator_steps
            x = block_stream(blocks.from_epoch(steps_taken // blocks.steps_per_epoch), self.sample_shape)
            steps_per_epoch = blocks.per_epoch
        elif batch_size is not None:
            raise bad_value(
                "A stream brings its own batches", Shown(f"batch_size={batch_size}"), "Leave `batch_size` out"
            )
        history = super().fit(
            x,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            shuffle=False,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_freq=validation_freq,
        )
        for optimizer, network in self._players():
            optimizer.finalize_variable_values(network.trainable_weights)
        return history

    def evaluate(self, x: Any = None, **kwargs: Any) -> Any:
        """The logged values on real samples `x`, both networks in inference, regularisers left out.

        `z` starts from `gan.seed` at each call, so that two calls agree. Other arguments as in Keras.
        """
        self.evaluation_draws.state.assign(ops.cast([self.seed, 0], self.evaluation_draws.state.dtype))
        return super().evaluate(x, **kwargs)

    def _players(self) -> list[tuple[keras.optimizers.Optimizer, keras.Model]]:
        return [
            (self.generator_optimizer, self.generator),
            (self.discriminator_optimizer, self.discriminator),
        ]
