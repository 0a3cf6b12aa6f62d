"""Recipes whose networks are fully connected."""

import math
from typing import Any

import keras
from keras import initializers, layers

from keras_gan.networks.builders import mlp_discriminator, mlp_generator
from keras_gan.recipes.recipe import (
    TORCH_NORMALIZATION,
    TORCH_START,
    Parts,
    Recipe,
    Shape,
    adam,
    chain,
    leaky,
    same,
)
from keras_gan.training.losses import NonSaturating

_LATENT_DIM = 100
_HE_NORMAL = initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")


def _players(
    generator_widths: tuple[int, ...], discriminator_widths: tuple[int, ...], activation: str, **options: Any
) -> dict[str, Any]:
    """Both networks by the package's own builders."""
    shared = {"activation": activation, "initializer": options.pop("initializer", "glorot_uniform")}
    ending = options.pop("output_activation", "tanh")

    def generator(shape: Shape, seed: int) -> keras.Model:
        return mlp_generator(
            _LATENT_DIM, shape, widths=generator_widths, output_activation=ending, seed=seed, **shared
        )

    def discriminator(shape: Shape, seed: int) -> keras.Model:
        return mlp_discriminator(shape, widths=discriminator_widths, seed=seed, **shared, **options)

    return {"generator": generator, "discriminator": discriminator}


def _vanilla(name: str, **facts: Any) -> Recipe:
    """What the three forms of one small GAN have in common."""
    return Recipe(
        name=name,
        **{"latent": "uniform", **facts},
        value_range=(0.0, 1.0),
        **_players((128,), (128,), "relu", initializer=_HE_NORMAL, output_activation="sigmoid"),
        **same(adam(1e-3, epsilon=1e-8)),
    )


def _normalized_generator(shape: Shape, seed: int) -> keras.Model:
    """[dense, batch norm, ReLU] four times, dense, tanh."""
    parts = Parts(seed, TORCH_START)
    hidden = []
    for width in (128, 256, 512, 1024):
        hidden += [parts.dense(width), layers.BatchNormalization(**TORCH_NORMALIZATION), layers.ReLU()]
    last = [parts.dense(math.prod(shape), activation="tanh"), layers.Reshape(shape)]
    return chain("generator", (_LATENT_DIM,), *hidden, *last)


def _keras_gan_generator(shape: Shape, seed: int) -> keras.Model:
    """[dense, leaky ReLU, batch norm] three times, dense, tanh: the normalisation comes last."""
    parts = Parts(seed)
    hidden = []
    for width in (256, 512, 1024):
        hidden += [parts.dense(width), leaky(0.2), layers.BatchNormalization(momentum=0.8)]
    last = [parts.dense(math.prod(shape), activation="tanh"), layers.Reshape(shape)]
    return chain("generator", (_LATENT_DIM,), *hidden, *last)


def _maxout_discriminator(shape: Shape, seed: int) -> keras.Model:
    """Dropout and two layers of 240 maxout units, each the largest of 5 linear pieces."""
    parts = Parts(seed, initializers.RandomUniform(-0.005, 0.005))
    hidden = []
    for _ in range(2):
        # Pieces as "channels first", so that the largest is taken within each unit.
        pieces = [parts.dense(240 * 5), layers.Reshape((240, 5))]
        largest = layers.GlobalMaxPooling1D(data_format="channels_first")
        hidden += [*pieces, largest, parts.dropout(0.5)]
    return chain("discriminator", shape, layers.Flatten(), parts.dropout(0.2), *hidden, parts.dense(1))


def _goodfellow_generator(shape: Shape, seed: int) -> keras.Model:
    return mlp_generator(
        _LATENT_DIM,
        shape,
        widths=(1200, 1200),
        output_activation="sigmoid",
        initializer=initializers.RandomUniform(-0.05, 0.05),
        seed=seed,
    )


def _decaying_momentum() -> keras.optimizers.Optimizer:
    # By 10,000 steps: one step's factor, rounded to float32, would be a thousandth off by epoch 250.
    schedule = keras.optimizers.schedules.ExponentialDecay(
        0.1, decay_steps=10_000, decay_rate=1.000004**-10_000
    )
    return keras.optimizers.SGD(schedule, momentum=0.5)


_POST = "wiseodd/generative-models, GAN/vanilla_gan"
_ALL_IMAGES = "All 60,000 training images, of which the source's reader keeps 5,000 back."
_DEEP = "README and model file of a PyTorch MLP GAN, this course's source on deep MLPs"
_ZERO_BIASES = "Biases start at 0, and not uniform as in PyTorch."
_TWO_UPDATES = "One update of the discriminator on real and fake together, where the source makes two."

MLP_RECIPES = [
    _vanilla(
        "vanilla_tensorflow",
        source=f"{_POST}/gan_tensorflow.py, 2016",
        differs=_ALL_IMAGES,
        batch_size=128,
        steps=1_000_000,
    ),
    _vanilla(
        "vanilla_pytorch",
        source=f"{_POST}/gan_pytorch.py, 2016",
        differs=f"Losses from logits, and not from the logarithm of a sigmoid. {_ALL_IMAGES}",
        latent="normal",
        batch_size=64,
        steps=100_000,
    ),
    _vanilla(
        "vanilla_assignment",
        source="The GAN assignment that lesson 5 follows, after wiseodd's post of 2016",
        differs="None known.",
        batch_size=100,
        epochs=30,
    ),
    Recipe(
        name="udacity_mlp",
        source="udacity/deep-learning, gan_mnist/Intro_to_GANs_Solution, 2017",
        differs=f"The same z serves both players of a step, as there. {_ALL_IMAGES}",
        batch_size=100,
        epochs=100,
        loss=NonSaturating(real_label=0.9),
        latent="uniform",
        options={"share_z": True},
        **_players((128,), (128,), "leaky_relu_0.01"),
        **same(adam(2e-3, epsilon=1e-8)),
    ),
    Recipe(
        name="deep_mlp",
        source=f"{_DEEP}: the model file",
        differs=f"The discriminator returns logits. {_ZERO_BIASES}",
        batch_size=64,
        epochs=100,
        **_players(
            (256, 512, 1024), (1024, 512, 256), "leaky_relu_0.2", initializer=TORCH_START, dropout=0.3
        ),
        **same(adam(2e-4, 0.5, epsilon=1e-8)),
    ),
    Recipe(
        name="deep_mlp_batch_norm",
        source=f"{_DEEP}: the README",
        differs="The README ends the generator in a sigmoid and the discriminator in a tanh; here as in the "
        f"author's later code a tanh, and logits. The widths are from that code too. {_ZERO_BIASES}",
        batch_size=64,
        epochs=100,
        generator=_normalized_generator,
        discriminator=_players((), (512, 256, 128), "leaky_relu_0.2", initializer=TORCH_START, dropout=0.3)[
            "discriminator"
        ],
        **same(adam(2e-4, 0.5, epsilon=1e-8)),
    ),
    Recipe(
        name="goodfellow_mnist",
        source="goodfeli/adversarial, mnist.yaml, with Goodfellow et al. 2014, arXiv:1406.2661",
        differs="z is uniform on [-1, 1), there up to the square root of 3. Output biases start at 0, there "
        "at the logits of the mean image. Momentum stays at 0.5, there it grows to 0.7 by epoch 250; the "
        "source names no end, and we stop there. Each player has dropout masks of its own. 60,000 images, "
        "there 50,000.",
        batch_size=100,
        epochs=250,
        latent="uniform",
        value_range=(0.0, 1.0),
        options={"update": "simultaneous", "share_z": True, "reduction": "mean"},
        generator=_goodfellow_generator,
        discriminator=_maxout_discriminator,
        **same(_decaying_momentum),
    ),
    Recipe(
        name="keras_gan_mlp",
        source="eriklindernoren/Keras-GAN, gan/gan.py, 2017",
        differs=f"{_TWO_UPDATES} Both players see 32 images; there the discriminator sees 16 of each kind.",
        batch_size=32,
        steps=30_000,
        options={"reduction": "mean", "frozen_mode": "inference"},
        generator=_keras_gan_generator,
        discriminator=_players((), (512, 256), "leaky_relu_0.2")["discriminator"],
        **same(adam(2e-4, 0.5)),
    ),
    Recipe(
        name="gans_in_action",
        source="GANs-in-Action/gans-in-action, chapter-3/Chapter_3_GAN.ipynb, 2019",
        differs=_TWO_UPDATES,
        batch_size=128,
        steps=20_000,
        **_players((128,), (128,), "leaky_relu_0.01"),
        **same(adam(1e-3)),
    ),
]
