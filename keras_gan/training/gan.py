"""`GAN`: Algorithm 1 of Goodfellow et al. 2014, the one training loop."""

from pathlib import Path
from typing import Any

import keras
from keras import ops

from keras_gan._checks import check_count
from keras_gan.training.backend import StepTrainer
from keras_gan.training.check_data import checked_source, is_array
from keras_gan.training.checkpoint import Checkpoint, start
from keras_gan.training.doors import (
    Guarded,
    check_compile_flags,
    check_fit,
    check_outside,
    checked_optimizers,
)
from keras_gan.training.look_ahead import check_look_ahead
from keras_gan.training.loop import Engine, planned_steps_per_block
from keras_gan.training.replicas import check_replicas
from keras_gan.training.sampling import checked_labels
from keras_gan.training.saving import Saving


class _BothOptimizers:
    """Both players' optimizers where `keras.Model` looks for one (JAX carries their variables)."""

    built = True

    def __init__(self, *optimizers: keras.optimizers.Optimizer) -> None:
        self.variables = [v for optimizer in optimizers for v in optimizer.variables]


@keras.saving.register_keras_serializable(package="keras_gan")
class GAN(Engine, Saving, Guarded, StepTrainer, keras.Model):
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
        unrolled_steps: Updates of the discriminator that the generator looks ahead (arXiv:1611.02163); then
            `g_loss` in training is less the discriminator's loss on real samples.
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
        steps_per_block: Any = "auto",
    ) -> None:
        """Gives each player its optimizer, and decides what is compiled; both are saved with the model.

        Args:
            generator_optimizer, discriminator_optimizer: A Keras optimizer or a name, never one object for
                both.
            jit_compile: Compile with XLA. `"auto"`: always on JAX; on TensorFlow with a GPU or without
                convolutions, on one device; never on torch.
            run_eagerly: Compile nothing, to look inside.
            steps_per_block: Training steps in one compiled loop. `"auto"` takes 64, with convolutions 8, and
                with convolutions on JAX without a GPU 1.
        """
        check_compile_flags(jit_compile, run_eagerly)
        generator, discriminator = checked_optimizers(
            (self.generator, generator_optimizer), (self.discriminator, discriminator_optimizer)
        )
        if self.unrolled_steps:
            check_look_ahead(discriminator)
        check_replicas(self, jit_compile, generator, discriminator)
        super().compile(optimizer=None, jit_compile=jit_compile, run_eagerly=run_eagerly)
        self.generator_optimizer, self.discriminator_optimizer = generator, discriminator
        for optimizer, network in self._players():
            optimizer.build(network.trainable_variables)
        self.optimizer = _BothOptimizers(self.generator_optimizer, self.discriminator_optimizer)
        self.steps_per_block = (
            planned_steps_per_block(self)
            if steps_per_block == "auto"
            else check_count("steps_per_block", steps_per_block)
        )
        self._compile_options = {
            "steps_per_block": self.steps_per_block,
            "jit_compile": self.jit_compile,
            "run_eagerly": run_eagerly,
        }
        self.keep_start()

    def fit(
        self,
        x: Any,
        y: Any = None,
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
        checkpoint: str | Path | Checkpoint | None = None,
    ) -> keras.callbacks.History:
        """Trains on real samples alone; otherwise as `keras.Model.fit`.

        Several training steps run as one compiled loop: the progress bar and batch callbacks advance by such
        blocks, of `steps_per_block` steps. An array stays on the device. Where fewer than
        `discriminator_steps * batch_size` rows remain at the end of an epoch, they are dealt into equal
        minibatches (a rest of fewer than `discriminator_steps * packing` rows is left out).

        Args:
            x: Array of real samples, float32 `(n, *sample_shape)`; or a `tf.data.Dataset`, `PyDataset`, torch
                `DataLoader` or generator, each of whose batches holds the rows of one training step.
            y: With class-conditional networks, the class of each sample of an array, integers `(n,)`; a
                stream brings `(samples, labels)`.
            batch_size: Real rows (and fakes) in one discriminator update; arrays only, 32 by default.
            epochs: As in Keras, like `verbose`, `callbacks` and `initial_epoch`.
            validation_data: For `evaluate` after each `validation_freq` epochs: real samples, with classes
                `(samples, labels)`.
            shuffle: Draw a new order of an array each epoch, from `seed` and the epochs trained so far.
            steps_per_epoch: For streams without an end; arrays know their own.
            checkpoint: Folder that keeps the state of the run after each epoch. A run that was cut off goes
                on there when `fit` is called again; see `Checkpoint`.

        Returns:
            Keras's `History`: epoch means of what `gan.metrics` lists; `d_loss` leaves the penalty out.

        Raises:
            ValueError: For data that is empty, not finite, not float, of the wrong shape or beyond what the
                generator's last activation reaches; and for options that are none.

        Warns:
            UserWarning: For data without a negative value where the generator ends in a tanh.
        """
        check_fit(self, epochs, initial_epoch, validation_freq, steps_per_epoch, verbose, callbacks)
        validation_data = self.checked_validation(validation_data)
        feed = self.make_feed(x, y, batch_size, shuffle, steps_per_epoch)
        if checkpoint is not None:
            kept = {"batch_size": batch_size, "shuffle": shuffle, "steps_per_epoch": steps_per_epoch}
            initial_epoch, callbacks = start(
                self, checkpoint, feed.arrays, kept, initial_epoch, epochs, callbacks
            )
        feed.go_on_after(self.steps_taken)
        with self.feeding(feed):
            history = super().fit(
                self.count(),
                epochs=epochs,
                verbose=verbose,
                callbacks=callbacks,
                validation_data=validation_data,
                shuffle=False,
                initial_epoch=initial_epoch,
                steps_per_epoch=feed.blocks_per_epoch,
                validation_freq=validation_freq,
            )
        for optimizer, network in self._players():
            optimizer.finalize_variable_values(network.trainable_weights)
        return history

    def evaluate(self, x: Any = None, y: Any = None, **kwargs: Any) -> Any:
        """The logged values on real samples `x`, both networks in inference, regularisers left out.

        `z` starts from `gan.seed` at each call, so that two calls agree. Other arguments as in Keras.
        """
        check_outside(self)
        x = checked_source("x", x, self.generator)
        if is_array(x):
            y = checked_labels(y, len(x), self.num_classes)
        self.evaluation_draws.state.assign(ops.cast([self.seed, 0], self.evaluation_draws.state.dtype))
        if self.num_replicas > 1:
            kwargs.pop("_use_cached_eval_dataset", None)  # which `fit` has dealt out among the replicas
        with self.on_one_device():
            return super().evaluate(x, y, **kwargs)

    def _players(self) -> list[tuple[keras.optimizers.Optimizer, keras.Model]]:
        return [
            (self.generator_optimizer, self.generator),
            (self.discriminator_optimizer, self.discriminator),
        ]
