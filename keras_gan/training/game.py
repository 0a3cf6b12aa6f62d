"""The options of `GAN`, checked, and the state that its training carries along."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import check_choice, check_count, check_flag
from keras_gan.training.adversarial import FROZEN_MODES
from keras_gan.training.algorithm import Algorithm1
from keras_gan.training.check_networks import frozen_copy
from keras_gan.training.check_options import (
    LATENTS,
    REDUCTIONS,
    UPDATES,
    check_average,
    check_game,
    check_networks,
    check_noise,
    check_steps,
    seed_or_new,
)
from keras_gan.training.doors import check_keywords
from keras_gan.training.losses import Loss, get_loss
from keras_gan.training.penalties import InstanceNoise, Penalty, get_penalties


class Game(Algorithm1):
    """Two networks and the options under which they play; what each means stands at `GAN`."""

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        loss: str | Loss = "non_saturating",
        penalty: str | Penalty | Sequence[str | Penalty] | None = None,
        discriminator_steps: int = 1,
        generator_steps: int = 1,
        update: str = "discriminator_first",
        latent: str = "normal",
        share_z: bool = False,
        reduction: str = "sum",
        frozen_mode: str = "training",
        instance_noise: InstanceNoise | None = None,
        packing: int = 1,
        feature_matching: str | None = None,
        unrolled_steps: int = 0,
        average: float | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_keywords(type(self), kwargs)
        super().__init__(**kwargs)
        self.packing = check_count("packing", packing)
        check_networks(generator, discriminator, self.packing, feature_matching)
        self.generator, self.discriminator = generator, discriminator
        self.loss_record, self.penalties = get_loss(loss), get_penalties(penalty)
        check_game(self.loss_record, self.penalties, discriminator)
        self.discriminator_steps = check_count("discriminator_steps", discriminator_steps)
        self.generator_steps = check_count("generator_steps", generator_steps)
        self.update = check_choice("update", update, UPDATES)
        self.latent = check_choice("latent", latent, LATENTS)
        self.share_z = check_flag("share_z", share_z)
        self.reduction = check_choice("reduction", reduction, REDUCTIONS)
        self.frozen_mode = check_choice("frozen_mode", frozen_mode, FROZEN_MODES)
        self.instance_noise = check_noise(instance_noise)
        self.feature_matching = feature_matching
        self.unrolled_steps = check_count("unrolled_steps", unrolled_steps, or_zero=True)
        self.average = check_average(average)
        self.seed = seed_or_new(seed)
        check_steps(self)
        self._make_state()
        self.built = True

    def _make_state(self) -> None:
        """What training carries along beside weights and optimizers: averaged generator, draws, means."""
        self.averaged_generator = None if self.average is None else frozen_copy(self.generator)
        self.training_draws = keras.random.SeedGenerator(self.seed)
        # Of several worker processes, TensorFlow gives each the chief's variables.
        self.seed = int(ops.convert_to_numpy(self.training_draws.state.value)[0])
        self.evaluation_draws = keras.random.SeedGenerator(self.seed)
        names = ("g_loss", "d_loss", "d_real", "d_fake", *["penalty"] * bool(self.slope_penalties))
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The logged means: `g_loss`, `d_loss`, `d_real`, `d_fake`, and `penalty` where there is one."""
        return list(self.trackers.values())
