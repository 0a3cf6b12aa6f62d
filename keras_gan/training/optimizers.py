"""Both players' optimizers as one where Keras looks for `model.optimizer`, and a callback for one of them."""

from typing import Any

import keras

from keras_gan._checks import bad_value, check_choice
from keras_gan.training.backend import _keras

PLAYERS = ("generator", "discriminator")


class OptimizerPair(keras.optimizers.Optimizer):
    """What stands at `gan.optimizer`: both optimizers, and a counter of training steps.

    Keras's callbacks find `optimizers`, as in `keras.optimizers.MultiOptimizer`, and treat each: a
    `LearningRateScheduler` sets the rate of both, TensorBoard logs both.

    Args:
        generator_optimizer: Built for the generator's weights.
        discriminator_optimizer: Built for the discriminator's.

    Attributes:
        iterations: Training steps, also those whose update a `LossScaleOptimizer` skipped.
    """

    def __init__(
        self,
        generator_optimizer: keras.optimizers.Optimizer,
        discriminator_optimizer: keras.optimizers.Optimizer,
    ) -> None:
        super().__init__(learning_rate=lambda: 0.0, name="players")  # a function, so that no variable is made
        self.players = (generator_optimizer, discriminator_optimizer)
        self.built = True

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """The generator's and the discriminator's, without what scales their losses."""
        return [getattr(optimizer, "inner_optimizer", optimizer) for optimizer in self.players]

    @property
    def variables(self) -> list[keras.Variable]:
        """The counter and the variables of both."""
        return [self.iterations, *(v for optimizer in self.players for v in optimizer.variables)]

    @property
    def learning_rate(self) -> Any:
        """There are two, one in each of `optimizers`.

        Raises:
            AttributeError: Always, as in `keras.optimizers.MultiOptimizer`.
        """
        raise AttributeError(
            "A GAN has two learning rates. Received: a look at `gan.optimizer.learning_rate`. Take "
            "`gan.generator_optimizer.learning_rate` or `gan.discriminator_optimizer.learning_rate`."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(
            f"A GAN has two learning rates. Received: `gan.optimizer.learning_rate = {value}`. Set "
            "`gan.generator_optimizer.learning_rate` or `gan.discriminator_optimizer.learning_rate`."
        )

    def finalize_variable_values(self, var_list: list) -> None:
        """Ends training as each optimizer does for its own weights: with `use_ema` by their average."""
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values(_keras.trained_by(optimizer))

    def save_own_variables(self, store: dict) -> None:
        """Saves the counter; each optimizer saves itself."""
        store["0"] = keras.ops.convert_to_numpy(self.iterations)

    def load_own_variables(self, store: dict) -> None:
        """Loads the counter."""
        self.iterations.assign(store["0"])


class ForPlayer(keras.callbacks.Callback):
    """Gives a Keras callback one player alone, where it would act on both.

    The callback sees the GAN, whose `optimizer` is now that player's. For callbacks that set learning rates
    or swap weights: `LearningRateScheduler`, `ReduceLROnPlateau`, `SwapEMAWeights`, and your own.

    Args:
        player: `"generator"` or `"discriminator"`.
        callback: A Keras callback.

    Raises:
        ValueError: For another player, and for what is no callback.

    Example:
        >>> halved = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        >>> history = gan.fit(data.train, callbacks=[ForPlayer("discriminator", halved)], verbose=0)
    """

    def __init__(self, player: str, callback: keras.callbacks.Callback) -> None:
        super().__init__()
        self.player = check_choice("player", player, PLAYERS)
        if not isinstance(callback, keras.callbacks.Callback):
            raise bad_value(
                "`callback` is a Keras callback",
                callback,
                "Pass an object, say `keras.callbacks.LearningRateScheduler(f)`",
            )
        self.callback = callback

    def set_params(self, params: dict[str, Any]) -> None:
        """Hands on the numbers of this `fit`."""
        super().set_params(params)
        self.callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Shows the callback the GAN as one player's."""
        super().set_model(model)
        self.callback.set_model(_OnePlayer(model, self.player))

    def __getattribute__(self, name: str) -> Any:
        """Every hook is that of the callback."""
        if name.startswith("on_"):
            return getattr(self.callback, name)
        return super().__getattribute__(name)


class _OnePlayer:
    """A GAN whose `optimizer` is that of one player; what else is read or set is the GAN's."""

    def __init__(self, gan: Any, player: str) -> None:
        vars(self).update(gan=gan, optimizer=getattr(gan, f"{player}_optimizer"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gan, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.gan, name, value)
