"""Builders of generators and discriminators, as plain `keras.Model`s, and the layers that Keras lacks."""

from keras_gan.networks.builders import conv_discriminator, conv_generator, mlp_discriminator, mlp_generator
from keras_gan.networks.layers import (
    MinibatchDiscrimination,
    MinibatchStandardDeviation,
    SpectralNormalization,
)

__all__ = [
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "SpectralNormalization",
    "conv_discriminator",
    "conv_generator",
    "mlp_discriminator",
    "mlp_generator",
]
