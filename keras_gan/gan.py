"""`GAN`: Algorithm 1 of Goodfellow et al. 2014, the one training loop."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import check_choice, check_count, check_flag, check_seed
from keras_gan._doors import Guarded, check_compile_flags, check_fit, check_keywords, checked_optimizers
from keras_gan._engine import Engine, count
from keras_gan._errors import Shown, bad_value
from keras_gan._inputs import checked_source
from keras_gan._saving import Saving
from keras_gan.adversarial import FROZEN_MODES, check_players
from keras_gan.algorithm import Algorithm1
from keras_gan.backend import StepTrainer
from keras_gan.checkpoint import Checkpoint, start
from keras_gan.losses import Loss, check_game, get_loss

LATENTS = ("normal", "uniform")
UPDATES = ("discriminator_first", "generator_first", "simultaneous")
REDUCTIONS = ("sum", "mean")


class _BothOptimizers:
    """Both players' optimizers where `keras.Model` looks for one (JAX carries their variables)."""

    built = True

    def __init__(self, *optimizers: keras.optimizers.Optimizer) -> None:
        self.variables = [v for optimizer in optimizers for v in optimizer.variables]


@keras.saving.register_keras_serializable(package="keras_gan")
class GAN(Algorithm1, Engine, Saving, Guarded, StepTrainer, keras.Model):
    """A generator and a discriminator that train against each other through plain `fit`.

    One training step draws `discriminator_steps` real minibatches and a fresh `z` for each, updates
    the discriminator on each, then updates the generator: it consumes `discriminator_steps * batch_size`
    rows, and an epoch is one pass over the data. Whichever network is not being updated stays bit for
    bit as it was, moving statistics included.

    Args:
        generator: Model from `z`, shape `(batch, latent_dim)`, to samples.
        discriminator: Model from samples to logits, shape `(batch, 1)`.
        loss: A name of `LOSSES` or a record such as `NonSaturating(real_label=0.9)`.
        discriminator_steps, generator_steps: Updates of each player in one training step (the paper's k
            is `discriminator_steps`).
        update: `"discriminator_first"`, `"generator_first"`, or `"simultaneous"` (both gradients are
            taken before either player moves).
        latent: `z` is standard `"normal"` or `"uniform"` on [-1, 1).
        share_z: The generator's first update reuses the discriminator's last `z`.
        reduction: `"sum"` or `"mean"` of the discriminator's loss on real and on fake.
        frozen_mode: How the player that is not updated runs, see `AdversarialModel`.
        seed: Data order and `z`. `None` draws one; either way it is kept in `gan.seed`.

    Raises:
        ValueError: For networks that do not fit together and for unknown options.

    Reference:
        Goodfellow et al. 2014, algorithm 1, arXiv:1406.2661.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        loss: str | Loss = "non_saturating",
        discriminator_steps: int = 1,
        generator_steps: int = 1,
        update: str = "discriminator_first",
        latent: str = "normal",
        share_z: bool = False,
        reduction: str = "sum",
        frozen_mode: str = "training",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_keywords(GAN, kwargs)
        super().__init__(**kwargs)
        check_players(generator, discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.loss_record = get_loss(loss)
        check_game(self.loss_record)
        self.discriminator_steps = check_count("discriminator_steps", discriminator_steps)
        self.generator_steps = check_count("generator_steps", generator_steps)
        self.update = check_choice("update", update, UPDATES)
        self.latent = check_choice("latent", latent, LATENTS)
        self.share_z = check_flag("share_z", share_z)
        self.reduction = check_choice("reduction", reduction, REDUCTIONS)
        self.frozen_mode = check_choice("frozen_mode", frozen_mode, FROZEN_MODES)
        self.seed = check_seed(int(np.random.default_rng().integers(2**31)) if seed is None else seed)
        if self.update == "simultaneous" and (self.discriminator_steps, self.generator_steps) != (1, 1):
            raise bad_value(
                "A simultaneous update moves each player once",
                Shown(f"discriminator_steps={discriminator_steps}, generator_steps={generator_steps}"),
                'Leave both at 1, or choose `update="discriminator_first"`',
            )
        self.training_draws = keras.random.SeedGenerator(self.seed)
        self.evaluation_draws = keras.random.SeedGenerator(self.seed)
        self.trackers = {
            name: keras.metrics.Mean(name=name) for name in ("g_loss", "d_loss", "d_real", "d_fake")
        }
        self.built = True

    @property
    def latent_dim(self) -> int:  # type: ignore[override]  # declared in Algorithm1
        """Length of `z`."""
        return self.generator.input_shape[-1]

    @property
    def sample_shape(self) -> tuple[int, ...]:  # type: ignore[override]
        """Shape of one sample."""
        return self.generator.output_shape[1:]

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The four logged means: `g_loss`, `d_loss`, `d_real`, `d_fake`."""
        return list(self.trackers.values())

    def call(self, z: Any, training: bool = False) -> Any:
        """Generates one sample a row of `z`, shape `(batch, latent_dim)`."""
        return self.generator(z, training=training)

    def draw_z(self, num: int, *, seed: int | None = None) -> np.ndarray:
        """Draws `z` with NumPy, float32 `(num, latent_dim)`: the same on every backend."""
        rng = np.random.default_rng(seed if seed is None else check_seed(seed))
        shape = (check_count("num", num), self.latent_dim)
        z = rng.standard_normal(shape) if self.latent == "normal" else rng.uniform(-1.0, 1.0, shape)
        return z.astype("float32")

    def sample(self, num: int, *, seed: int | None = None) -> np.ndarray:
        """Generates `num` samples, float32 `(num, *sample_shape)`; equal seeds give equal `z`."""
        z = self.draw_z(num, seed=seed)
        if hasattr(self, "jax_state_sync"):  # in the middle of an epoch, JAX holds the weights elsewhere
            self.jax_state_sync()
        parts = [self.generator(z[i : i + 1000], training=False) for i in range(0, num, 1000)]
        return np.concatenate([ops.convert_to_numpy(part) for part in parts]).astype("float32", copy=False)

    def compile(
        self,
        *,
        generator_optimizer: Any,
        discriminator_optimizer: Any,
        jit_compile: bool | str = "auto",
        run_eagerly: bool = False,
        steps_per_block: int = 64,
    ) -> None:
        """Gives each player its optimizer: a Keras optimizer or a name, never one object for both."""
        check_compile_flags(jit_compile, run_eagerly)
        generator, discriminator = checked_optimizers(
            (self.generator, generator_optimizer), (self.discriminator, discriminator_optimizer)
        )
        super().compile(optimizer=None, jit_compile=jit_compile, run_eagerly=run_eagerly)
        self.generator_optimizer, self.discriminator_optimizer = generator, discriminator
        for optimizer, network in self._players():
            optimizer.build(network.trainable_variables)
        self.optimizer = _BothOptimizers(self.generator_optimizer, self.discriminator_optimizer)
        self.steps_per_block = check_count("steps_per_block", steps_per_block)
        self._compile_options = {
            "steps_per_block": steps_per_block,
            "jit_compile": jit_compile,
            "run_eagerly": run_eagerly,
        }

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
        checkpoint: str | Path | Checkpoint | None = None,
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
            checkpoint: Folder that keeps the state of the run after each epoch. A run that was cut off goes
                on there when `fit` is called again; see `Checkpoint`.

        Returns:
            Keras's `History`: epoch means of `g_loss`, `d_loss`, `d_real`, `d_fake`.

        Raises:
            ValueError: For data that is empty, not finite, not float, of the wrong shape or beyond what the
                generator's last activation reaches; and for options that are none.

        Warns:
            UserWarning: For data without a negative value where the generator ends in a tanh.
        """
        check_fit(self, epochs, initial_epoch, validation_freq, steps_per_epoch, verbose, callbacks)
        if validation_data is not None:
            validation_data = checked_source("validation_data", validation_data, self.generator)
        feed = self.make_feed(x, batch_size, shuffle, steps_per_epoch)
        if checkpoint is not None:
            kept = {"batch_size": batch_size, "shuffle": shuffle, "steps_per_epoch": steps_per_epoch}
            initial_epoch, callbacks = start(
                self, checkpoint, feed.arrays, kept, initial_epoch, epochs, callbacks
            )
        feed.go_on_after(self.steps_taken)
        self.feed = feed
        try:
            history = super().fit(
                count(),
                epochs=epochs,
                verbose=verbose,
                callbacks=callbacks,
                validation_data=validation_data,
                shuffle=False,
                initial_epoch=initial_epoch,
                steps_per_epoch=feed.blocks_per_epoch,
                validation_freq=validation_freq,
            )
        finally:
            self.feed = None
        for optimizer, network in self._players():
            optimizer.finalize_variable_values(network.trainable_weights)
        return history

    def evaluate(self, x: Any = None, **kwargs: Any) -> Any:
        """The four logged values on real samples `x`, both networks in inference, regularisers left out.

        `z` starts from `gan.seed` at each call, so that two calls agree. Other arguments as in Keras.
        """
        x = checked_source("x", x, self.generator)
        self.evaluation_draws.state.assign(ops.cast([self.seed, 0], self.evaluation_draws.state.dtype))
        return super().evaluate(x, **kwargs)

    def _players(self) -> list[tuple[keras.optimizers.Optimizer, keras.Model]]:
        return [
            (self.generator_optimizer, self.generator),
            (self.discriminator_optimizer, self.discriminator),
        ]
