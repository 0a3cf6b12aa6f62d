"""`GAN`: two players, an optimizer for each, and Algorithm 1 of Goodfellow et al. 2014 behind plain `fit`."""

from collections.abc import Callable
from dataclasses import replace
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import (
    Shown,
    bad_value,
    check_choice,
    check_count,
    check_folder,
    check_new,
    check_seed,
    is_auto,
    new_seed,
    shorten,
)
from keras_gan.training import step
from keras_gan.training.adversarial import players_config, players_from
from keras_gan.training.backend import (
    Devices,
    _keras,
    make_test_function,
    make_train_function,
    resolved_jit,
)
from keras_gan.training.check_callbacks import check_callbacks, have_batch_hooks, with_callback
from keras_gan.training.check_data import (
    Expected,
    Given,
    check_compiled,
    check_devices,
    check_distribution,
    check_fit,
    check_z,
    checked_labels,
    is_array,
)
from keras_gan.training.check_networks import (
    check_game,
    check_networks,
    count_classes,
    has_convolutions,
    least_rows,
    output_activation,
)
from keras_gan.training.check_optimizers import (
    check_as_compiled,
    check_compile_flags,
    check_keywords,
    check_look_ahead,
    check_replicas,
    checked_optimizers,
)
from keras_gan.training.checkpoint import Checkpoint, check_same_layers, start
from keras_gan.training.feed import feed_of
from keras_gan.training.loop import Loop, planned_steps_per_block
from keras_gan.training.optimizers import OptimizerPair
from keras_gan.training.options import Options, records_from, split_keywords, with_options_shown

_ROWS_AT_ONCE = 1000
_ROLES = ("generator", "discriminator")
_OF_KERAS_STEP = ("train_step", "test_step", "compute_loss", "compute_metrics")


@keras.saving.register_keras_serializable(package="keras_gan")
class GAN(keras.Model):
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
        discriminator_steps: Updates of the discriminator in a training step, k of the paper.
        generator_steps: Those of the generator.
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
        average: Decay, say 0.999, of a moving average of the generator.
        seed: Data order and `z`. `None` draws one, as `keras.utils.set_random_seed` has it; see `gan.seed`.

    Attributes:
        options: All arguments but the networks, in one frozen record: `gan.options.loss`, say.
        averaged_generator: The moving average; None where none is kept.
        generator_optimizer: As given to `compile`.
        discriminator_optimizer: As given to `compile`.

    Raises:
        ValueError: For networks that do not fit together and for unknown options.

    Reference:
        Goodfellow et al. 2014, algorithm 1, arXiv:1406.2661.
    """

    @with_options_shown
    def __init__(self, generator: keras.Model, discriminator: keras.Model, **kwargs: Any) -> None:
        own, of_keras = split_keywords(type(self).__name__, kwargs)
        super().__init__(**of_keras)
        self.options = Options(**own)
        check_networks(generator, discriminator, self.options.packing, self.options.feature_matching)
        check_game(self.options.loss, self.options.penalty, discriminator)
        self.generator, self.discriminator = generator, discriminator
        self.averaged_generator = None if self.options.average is None else _frozen_copy(generator)
        self._training_draws = keras.random.SeedGenerator(self.seed)
        # Of several worker processes, TensorFlow gives each the chief's variables.
        self.seed = int(ops.convert_to_numpy(self._training_draws.state.value)[0])
        self._evaluation_draws = keras.random.SeedGenerator(self.seed)
        names = ("g_loss", "d_loss", "d_real", "d_fake", *["penalty"] * bool(self.options.slope_penalties))
        self._means = {name: keras.metrics.Mean(name=name) for name in names}
        self._devices = Devices(self)
        self._expected = Expected(
            shape=generator.output_shape[1:],
            activation=output_activation(generator),
            num_classes=count_classes(generator),
            num_minibatches=self.options.discriminator_steps,
            packing=self.options.packing,
            num_replicas=self._devices.num_replicas,
            least_rows=self._least_rows(),
        )
        self.built = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuses a subclass with a step that training would never call.

        Raises:
            TypeError: For `train_step`, `test_step`, `compute_loss` and `compute_metrics`.
        """
        super().__init_subclass__(**kwargs)
        _check_steps(cls)

    # --- Training -------------------------------------------------------------------------------------------

    def compile(
        self,
        *,
        generator_optimizer: Any,
        discriminator_optimizer: Any,
        jit_compile: bool | str = "auto",
        run_eagerly: bool = False,
        steps_per_block: Any = "auto",
        auto_scale_loss: bool = True,
        **of_keras: Any,
    ) -> None:
        """Gives each player its optimizer, and decides what is compiled; both are saved with the model.

        Args:
            generator_optimizer: A Keras optimizer or a name.
            discriminator_optimizer: Another one: never the same object for both.
            jit_compile: Compile with XLA. `"auto"`: on JAX where every layer can be; on TensorFlow with a GPU
                or without convolutions, on one device; never on torch.
            run_eagerly: Compile nothing, to look inside.
            steps_per_block: Training steps in one compiled loop. `"auto"` takes 64, with convolutions 8, and
                with convolutions on JAX without a GPU 1.
            auto_scale_loss: Wrap the optimizer of a player that computes in float16 in a
                `LossScaleOptimizer`, as Keras does.
        """
        check_keywords("compile", of_keras)
        check_distribution(self._devices)
        check_compile_flags(jit_compile, run_eagerly, auto_scale_loss)
        generator, discriminator = checked_optimizers(
            (self.generator, generator_optimizer),
            (self.discriminator, discriminator_optimizer),
            auto_scale_loss=auto_scale_loss,
        )
        if self.options.unrolled_steps:
            check_look_ahead(discriminator)
        check_replicas(self.options, self._devices.num_replicas, jit_compile, generator, discriminator)
        convolutional = has_convolutions(self.generator) or has_convolutions(self.discriminator)
        if is_auto(steps_per_block):
            steps_per_block = planned_steps_per_block(convolutional)
        check_count("steps_per_block", steps_per_block)
        jit_compile = jit_compile if run_eagerly else resolved_jit(self, jit_compile, convolutional)
        super().compile(optimizer=None, jit_compile=jit_compile, run_eagerly=run_eagerly)
        self.generator_optimizer, self.discriminator_optimizer = generator, discriminator
        generator.build(self.generator.trainable_variables)
        discriminator.build(self.discriminator.trainable_variables)
        self.optimizer = OptimizerPair(generator, discriminator)
        self._loop = self._loop_around_steps()
        self._compile_options = {
            "steps_per_block": int(steps_per_block),
            "jit_compile": self.jit_compile,
            "run_eagerly": run_eagerly,
            "auto_scale_loss": auto_scale_loss,
        }
        self._start = _start_of(self._optimizers())

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
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        checkpoint: str | Path | Checkpoint | None = None,
        **of_keras: Any,
    ) -> keras.callbacks.History:
        """Trains on real samples alone; otherwise as `keras.Model.fit`.

        Several training steps run as one compiled loop: the progress bar and batch callbacks advance by such
        blocks, of `steps_per_block` steps. An array stays on the device. Where fewer than
        `discriminator_steps * batch_size` rows remain at the end of an epoch, they are dealt into equal
        minibatches (a rest of fewer than `discriminator_steps * packing` rows is left out, and with batch
        normalisation one of minibatches of a single row).

        Args:
            x: Array of real samples, float32 `(n, *sample_shape)`; or a `tf.data.Dataset`, `PyDataset`, torch
                `DataLoader` or generator, each of whose batches holds the rows of one training step.
            y: With class-conditional networks, the class of each sample of an array, integers `(n,)`; a
                stream brings `(samples, labels)`.
            batch_size: Real rows (and fakes) in one discriminator update; arrays only, 32 by default.
            epochs: As in Keras, like `verbose`, `callbacks` and `initial_epoch`.
            validation_data: For `evaluate` after each `validation_freq` epochs: real samples, with classes
                `(samples, labels)`; or a stream that can be read again.
            shuffle: Draw a new order of an array each epoch, from `seed` and the epochs trained so far.
            steps_per_epoch: For streams without an end, like `validation_steps`; arrays know their own.
            validation_batch_size: Of an array `validation_data`; `batch_size` by default.
            checkpoint: Folder that keeps the state of the run after each epoch. A run that was cut off goes
                on there when `fit` is called again; see `keras_gan.training.Checkpoint`.

        Returns:
            Keras's `History`: epoch means of what `gan.metrics` lists; `d_loss` leaves the penalty out.

        Raises:
            ValueError: For data that is empty, not finite, not float, of the wrong shape or beyond what the
                generator's last activation reaches; and for options that are none.

        Warns:
            UserWarning: For data without a negative value where the generator ends in a tanh.
        """
        self._check_ready(of_keras)
        check_fit(epochs, initial_epoch, validation_freq, steps_per_epoch, verbose)
        check_callbacks(callbacks, list(self._means), self._by_role(), validation_data is not None)
        given = self._expected.given(x, y, batch_size, shuffle, steps_per_epoch)
        validation = self._validation(validation_data, validation_batch_size, validation_steps, batch_size)
        feed = feed_of(given, self._expected, self.seed, self._compile_options["steps_per_block"])
        if checkpoint is not None:
            kept = {"batch_size": batch_size, "shuffle": shuffle, "validation_freq": validation_freq}
            initial_epoch, callbacks = start(
                self, checkpoint, given, validation, kept, initial_epoch, epochs, callbacks, self._devices
            )
        # After every other callback: one of them may have put back the state of a run that was cut off.
        order = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: feed.go_on_after(self.steps_taken))
        with self._loop.feeding(feed, validation, shows_state=have_batch_hooks(callbacks)):
            return super().fit(
                self._devices.count(),
                epochs=epochs,
                verbose=verbose,
                callbacks=with_callback(callbacks, order),
                validation_data=None if validation is None else self._devices.count(),
                shuffle=False,
                initial_epoch=initial_epoch,
                steps_per_epoch=feed.blocks_per_epoch,
                validation_steps=None if validation is None else 1,  # `evaluate` knows the number
                validation_freq=validation_freq,
            )

    def _check_ready(self, keywords: dict[str, Any]) -> None:
        """Refuses to train what is not compiled, or was changed since, and keywords of Keras."""
        check_keywords("fit", keywords)
        _check_steps(self)
        check_compiled(self.compiled)
        check_devices(self._devices)
        check_as_compiled(self, self._loop.players)

    def _validation(self, data: Any, batch_size: Any, steps: Any, size_in_training: Any) -> Given | None:
        """Checks `validation_data`; an array of it comes in batches as large as in training, unless told."""
        if data is None:
            return None
        x, y = data if isinstance(data, tuple) and len(data) == 2 else (data, None)
        if batch_size is None and is_array(x):
            batch_size = size_in_training
        return self._expected.given_to_evaluate("validation_data", x, y, batch_size, steps)

    def training_step(self, real: Any, labels: Any = None) -> None:
        """One step of Algorithm 1, as `keras_gan.training.step` has it, on `discriminator_steps` minibatches.

        Every way to train runs this method, so that a subclass can look at the rows or change them.
        """
        step.training_step(self._loop.players, real, labels)

    def make_train_function(self, force: bool = False) -> None:
        """Makes what Keras calls for each block of training steps."""
        if self.train_function is None or force:
            self.train_function: Callable | None = make_train_function(self, self._loop)

    @property
    def state(self) -> list[keras.Variable]:
        """Every variable that training changes: weights, both optimizers, random states, metrics."""
        every = [*self.variables, *self.optimizer.variables, *self.metrics_variables]
        return list({id(variable): variable for variable in every}.values())

    @property
    def steps_taken(self) -> int:
        """Training steps since the optimizers were new."""
        return int(ops.convert_to_numpy(self.optimizer.iterations.value))

    @property
    def seed(self) -> int:
        """The seed of the data order and of `z`."""
        return self.options.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self.options = replace(self.options, seed=check_seed(seed))

    def restart(self, generator: keras.Model, discriminator: keras.Model, *, seed: int | None = None) -> None:
        """Begins anew: what a new `GAN` of these networks would be, without compiling anything again.

        For many seeds of one experiment, where compiling takes longer than training. The weights of the two
        networks are copied; optimizers, random states and averages start as they were after `compile`.

        Args:
            generator: A network of the same layers as this GAN's; only its weights are used.
            discriminator: Likewise.
            seed: Data order and `z`, as in `GAN`.

        Raises:
            ValueError: Before `compile`, for networks of other layers, and for optimizers without a config.

        Example:
            >>> for seed in (10, 20):
            ...     players = kg.mlp_generator(8, (2,), seed=seed), kg.mlp_discriminator((2,), seed=seed + 1)
            ...     gan.restart(*players, seed=seed)
            ...     history = gan.fit(data.train, epochs=1, verbose=0)
        """
        if not self.compiled:
            raise bad_value("A GAN starts again after `compile`", Shown("none yet"), "Call `compile` first")
        if self._start is None:
            raise bad_value(
                "A GAN starts again with optimizers that have a `get_config`",
                Shown("a learning-rate schedule without one"),
                "Give your schedule a `get_config`, or make a new `GAN`",
            )
        new = type(self)(generator, discriminator, **{**vars(self.options), "seed": seed})
        check_same_layers(self, new)
        optimizers = {k: kind.from_config(dict(config)) for k, (kind, config) in self._start.items()}
        new.compile(**optimizers, **self._compile_options)
        for variable, fresh in zip(self.state, new.state, strict=True):
            variable.assign(fresh.value)
        self.seed = new.seed

    def _least_rows(self) -> int:
        """Rows of a minibatch that both networks can train on."""
        of_discriminator = 2 * self.options.packing if least_rows(self.discriminator) > 1 else 1
        least = max(of_discriminator, least_rows(self.generator))
        return least * self._devices.num_replicas if least > 1 else 1

    def _loop_around_steps(self) -> Loop:
        return Loop(
            self._players(),
            self._expected,
            training_step=lambda *rows: self.training_step(*rows),
            evaluation_step=self._evaluation_step,
            counter=self.optimizer.iterations,
            state=lambda: self.state,
            check=lambda: check_as_compiled(self, self._loop.players),
        )

    def _players(self) -> step.Players:
        """What a training step works on."""
        features, layer = None, self.options.feature_matching
        if layer is not None:
            output = self.discriminator.get_layer(layer).output
            features = keras.Model(self.discriminator.inputs, output)
        return step.Players(
            options=self.options,
            generator=self.generator,
            discriminator=self.discriminator,
            generator_optimizer=self.generator_optimizer,
            discriminator_optimizer=self.discriminator_optimizer,
            averaged_generator=self.averaged_generator,
            features=features,
            draws=self._training_draws,
            means=self._means,
            devices=self._devices,
        )

    # --- What a GAN can do besides --------------------------------------------------------------------------

    def sample(
        self, num: int, labels: Any = None, *, seed: int | None = None, averaged: bool = False
    ) -> np.ndarray:
        """Generates `num` samples, float32 `(num, *sample_shape)`; equal seeds give equal `z`.

        Args:
            num: How many.
            labels: Their classes, integers `(num,)`. A class-conditional GAN takes 0, 1, …,
                `num_classes` - 1, 0, 1, … by default.
            seed: Of `z`; `None` draws one.
            averaged: Use `averaged_generator` instead of `generator`.

        Raises:
            ValueError: For labels without classes or beyond them, and where no average is kept.
        """
        z = self.draw_z(num, seed=seed)
        if labels is None and self.num_classes:
            labels = np.arange(num) % self.num_classes
        labels = checked_labels(labels, num, self.num_classes)
        generator = self.averaged_generator if averaged else self.generator
        if generator is None:
            raise bad_value(
                "An averaged generator is there once `GAN` was asked to keep one",
                Shown("averaged=True, average=None"),
                "Pass `average=0.999` to `GAN`, or leave out `averaged`",
            )
        _keras.sync(self)
        parts = [slice(i, i + _ROWS_AT_ONCE) for i in range(0, num, _ROWS_AT_ONCE)]
        samples = [
            generator(step.with_labels(z[part], None if labels is None else labels[part]), training=False)
            for part in parts
        ]
        return np.concatenate([ops.convert_to_numpy(x) for x in samples]).astype("float32", copy=False)

    def draw_z(self, num: int, *, seed: int | None = None) -> np.ndarray:
        """Draws `z` with NumPy, float32 `(num, latent_dim)`: the same on every backend.

        Without a seed it draws one, as Keras does: `keras.utils.set_random_seed` decides it.
        """
        rng = np.random.default_rng(new_seed() if seed is None else check_seed(seed))
        shape = (check_count("num", num), self.latent_dim)
        normal = self.options.latent == "normal"
        z = rng.standard_normal(shape) if normal else rng.uniform(-1.0, 1.0, shape)
        return z.astype("float32")

    @property
    def latent_dim(self) -> int:
        """Length of `z`."""
        return self.generator.inputs[0].shape[-1]

    @property
    def num_classes(self) -> int | None:
        """Number of classes of a class-conditional GAN, otherwise `None`."""
        return self._expected.num_classes

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The logged means: `g_loss`, `d_loss`, `d_real`, `d_fake`, and `penalty` where there is one."""
        return list(self._means.values())

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        *,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **of_fit: Any,
    ) -> Any:
        """The logged values on real samples `x`, both networks in inference, regularisers left out.

        `z` starts from `gan.seed` at each call, so that two calls agree. Other arguments as in Keras.

        Raises:
            ValueError: As `fit` does, for data and for options.
        """
        check_compiled(self.compiled)
        check_devices(self._devices)
        given = self._loop.validation if of_fit.pop("_use_cached_eval_dataset", False) else None
        if given is None:
            given = self._expected.given_to_evaluate("x", x, y, batch_size, steps)
        feed = feed_of(given, self._expected, self.seed, steps_per_block=1)
        check_keywords("evaluate", {name: x for name, x in of_fit.items() if x is not None})
        draws = self._evaluation_draws.state
        draws.assign(ops.cast([self.seed, 0], draws.dtype))
        with self._devices.one(), self._loop.evaluating(feed):
            return super().evaluate(
                self._devices.count(),
                verbose=verbose,
                steps=feed.blocks_per_epoch,
                callbacks=callbacks,
                return_dict=return_dict,
            )

    def make_test_function(self, force: bool = False) -> None:
        """Makes what Keras calls for each batch of `evaluate`."""
        if self.test_function is None or force:
            self.test_function: Callable | None = make_test_function(self, self._loop)

    def _evaluation_step(self, real: Any, labels: Any = None) -> None:
        step.evaluation_step(self._loop.players, self._evaluation_draws, real, labels)

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """One sample a row of `x`, which is `z` of shape `(batch, latent_dim)`; otherwise as in Keras."""
        check_z(x, self.latent_dim)
        check_devices(self._devices)
        with self._devices.one():
            return super().predict(x, **kwargs)

    def __call__(self, z: Any, *args: Any, **kwargs: Any) -> Any:
        """One sample a row of `z`, shape `(batch, latent_dim)`."""
        check_z(z, self.latent_dim)
        return super().__call__(z, *args, **kwargs)

    def call(self, z: Any, training: bool = False) -> Any:
        """Generates one sample a row of `z`, shape `(batch, latent_dim)`, or of `[z, labels]`."""
        return self.generator(z, training=training)

    # --- Saving, by Keras's own hooks; loading runs no code from the file -----------------------------------

    def save(self, filepath: str | PathLike[str], **options: Any) -> None:
        """Saves to a `.keras` file; otherwise as in Keras.

        Raises:
            ValueError: The name does not end in `.keras`.
            OSError: The folder is not there or not writable.
        """
        path = Path(filepath)
        if path.suffix != ".keras":
            raise bad_value(
                "A GAN is saved to a `.keras` file", Shown(f"path {path}"), "Rename it `gan.keras`"
            )
        check_folder("filepath", path.parent, exists=True)
        super().save(filepath, **options)

    def export(
        self,
        filepath: str | PathLike[str],
        format: str = "tf_saved_model",
        *,
        player: str = "generator",
        **options: Any,
    ) -> None:
        """Exports one network alone, for use without this package; otherwise as `keras.Model.export`.

        Args:
            filepath: New file, or for a SavedModel a new folder; it is written whole or not at all.
            format: `"tf_saved_model"`, `"onnx"` or another of Keras's; which there are differs by backend.
            player: `"generator"`, `"averaged_generator"` or `"discriminator"`.
            options: As in Keras, such as `verbose` and `input_signature`.

        Raises:
            ValueError: For another player, a path at which something is, and a format that the backend lacks.
            ImportError: For a format that needs a package that is not installed.
            OSError: The folder is not there or not writable.
        """
        network = getattr(self, check_choice("player", player, (*_ROLES, "averaged_generator")))
        if network is None:
            raise bad_value(
                "An averaged generator is there once `GAN` was asked to keep one",
                Shown(f"player={player!r}, average=None"),
                "Pass `average=0.999` to `GAN`, or export the generator",
            )
        path = check_new("filepath", filepath)
        _keras.sync(self)
        rows = [ops.zeros((1, *x.shape[1:]), x.dtype) for x in network.inputs]
        network(rows if len(rows) > 1 else rows[0])  # Keras exports to ONNX what has been called
        with TemporaryDirectory(prefix=".part-", dir=path.parent) as folder:
            part = Path(folder, path.name)
            try:
                network.export(str(part), format=format, **options)
            except ImportError:
                raise
            except Exception as error:  # what can be exported, and how it fails, differs by backend
                raise bad_value(
                    "Every backend exports to formats of its own, TensorFlow and JAX to a SavedModel",
                    Shown(f"format={format!r} on {keras.backend.backend()} ({shorten(_line(error), 200)})"),
                    "Choose another format, or save a `.keras` file: `gan.generator.save`",
                ) from error
            part.rename(path)

    def get_config(self) -> dict[str, Any]:
        """Both networks and every option."""
        networks = players_config(self.generator, self.discriminator)
        return {"name": self.name, **networks, **self.options.get_config()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "GAN":
        """Builds the model from `get_config()`."""
        return cls(**records_from(players_from(config)))

    def get_compile_config(self) -> dict[str, Any]:
        """Both optimizers and the compile options; nothing before `compile`."""
        if not self.compiled:
            return {}
        try:
            optimizers = {k: keras.saving.serialize_keras_object(v) for k, v in self._optimizers().items()}
        except NotImplementedError:
            raise bad_value(
                "What is saved, or kept by `checkpoint`, has optimizers with a `get_config`",
                Shown("a learning-rate schedule without one"),
                "Give your schedule a `get_config`; `gan.generator.save` saves a network alone",
            ) from None
        return {**optimizers, **self._compile_options}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles from `get_compile_config()`."""
        self.compile(**keras.saving.deserialize_keras_object(config))

    def save_own_variables(self, store: dict) -> None:
        """Saves the random states (of `z` and of every Dropout), which Keras leaves out."""
        for i, variable in enumerate(self._random_states()):
            store[str(i)] = ops.convert_to_numpy(variable.value)

    def load_own_variables(self, store: dict) -> None:
        """Loads the random states, so that a loaded model goes on as the saved one would have."""
        for i, variable in enumerate(self._random_states()):
            variable.assign(store[str(i)])

    def _random_states(self) -> list:
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]

    def _optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {f"{role}_optimizer": optimizer for role, optimizer in self._by_role().items()}

    def _by_role(self) -> dict[str, keras.optimizers.Optimizer]:
        return {"generator": self.generator_optimizer, "discriminator": self.discriminator_optimizer}


def _check_steps(gan: Any) -> None:
    """Refuses a class, or an object, with a step of Keras's that was put in the place of the GAN's own."""
    for name in _OF_KERAS_STEP:
        own = getattr(gan, name)
        if getattr(own, "__func__", own) is not getattr(GAN, name):
            kind = gan if isinstance(gan, type) else type(gan)
            raise TypeError(
                f"A GAN trains by `training_step(real, labels=None)`. Received: {kind.__name__}.{name}, "
                "which is never called. Override `training_step`, or pass a loss or a penalty of your own."
            )


def _start_of(
    optimizers: dict[str, keras.optimizers.Optimizer],
) -> dict[str, tuple[Any, dict[str, Any]]] | None:
    """The optimizers' settings, for `restart`, before a callback changes them; None where one has none.

    Not by `serialize_keras_object`: it imports TensorFlow, on every backend.
    """
    try:
        return {name: (type(optimizer), optimizer.get_config()) for name, optimizer in optimizers.items()}
    except NotImplementedError:  # a schedule of the reader's own without `get_config`: it can still train
        return None


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _frozen_copy(network: keras.Model) -> keras.Model:
    """A network of the same layers with weights of its own, equal and not trainable."""
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy
