"""Two optimizers that fit their players and the game."""

import keras
import pytest
from tiny import constant, linear, tiny_gan

import keras_gan as kg

pytestmark = pytest.mark.backend


def test_optimizers_are_two_and_have_something_to_train():
    gan = tiny_gan()
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="one object for both"):
        gan.compile(generator_optimizer=adam, discriminator_optimizer=adam)
    gan.discriminator.trainable = False
    with pytest.raises(ValueError, match="freezes nothing by that flag"):
        gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: keras.optimizers.RMSprop(), "RMSprop"),
        (lambda: keras.optimizers.SGD(0.1, momentum=0.9), "SGD with momentum"),
        (lambda: keras.optimizers.AdamW(), "AdamW"),
        (lambda: keras.optimizers.Adam(amsgrad=True, clipnorm=1.0), "Adam with amsgrad, clipnorm"),
    ],
)
def test_unrolling_refuses_optimizers_that_it_cannot_follow(make, message):
    gan = kg.GAN(constant(0.0), linear([[1.0]]), unrolled_steps=1, seed=3)
    with pytest.raises(ValueError, match=message):
        gan.compile(generator_optimizer="adam", discriminator_optimizer=make())
