"""The convolutional networks of recipes, each as its source builds it."""

from typing import Any

import keras
from keras import initializers, layers

from keras_gan.recipes.recipe import TORCH_NORMALIZATION, TORCH_START, Parts, Shape, chain, leaky


def dcgan_generator(shape: Shape, seed: int) -> keras.Model:
    """Dense, [transposed convolution, batch norm, ReLU] three times, transposed convolution, tanh."""
    parts = Parts(seed, TORCH_START)
    height, width, channels = shape
    first = [parts.dense(height // 16 * width // 16 * 512), layers.Reshape((height // 16, width // 16, 512))]
    hidden = []
    for filters in (256, 128, 64):
        hidden += [parts.deconv(filters, 4), layers.BatchNormalization(**TORCH_NORMALIZATION), layers.ReLU()]
    return chain("generator", (100,), *first, *hidden, parts.deconv(channels, 4, activation="tanh"))


def dcgan_discriminator(shape: Shape, seed: int) -> keras.Model:
    """`critic` with batch normalisation."""
    return critic(shape, seed, batch_normalization=True)


def critic(shape: Shape, seed: int, *, batch_normalization: bool = False) -> keras.Model:
    """[Convolution, (batch norm but in the first), leaky ReLU] four times, one logit."""
    parts = Parts(seed, TORCH_START)
    hidden = [parts.conv(64, 4), leaky(0.2)]
    for filters in (128, 256, 512):
        hidden.append(parts.conv(filters, 4))
        if batch_normalization:
            hidden.append(layers.BatchNormalization(**TORCH_NORMALIZATION))
        hidden.append(leaky(0.2))
    return chain("discriminator", shape, *hidden, layers.Flatten(), parts.dense(1))


def tensorflow_generator(shape: Shape, seed: int) -> keras.Model:
    """Dense, then transposed convolutions of 5 x 5, the first without a stride."""
    parts = Parts(seed)
    height, width, channels = shape
    small = (height // 4, width // 4, 256)
    return chain(
        "generator",
        (100,),
        *(parts.dense(small[0] * small[1] * 256, use_bias=False), layers.BatchNormalization(), leaky(0.3)),
        layers.Reshape(small),
        *(parts.deconv(128, 5, strides=1, use_bias=False), layers.BatchNormalization(), leaky(0.3)),
        *(parts.deconv(64, 5, use_bias=False), layers.BatchNormalization(), leaky(0.3)),
        parts.deconv(channels, 5, use_bias=False, activation="tanh"),
    )


def tensorflow_discriminator(shape: Shape, seed: int) -> keras.Model:
    """[Convolution, leaky ReLU, dropout] twice, one logit."""
    parts = Parts(seed)
    return chain(
        "discriminator",
        shape,
        *(parts.conv(64, 5), leaky(0.3), parts.dropout(0.3)),
        *(parts.conv(128, 5), leaky(0.3), parts.dropout(0.3)),
        *(layers.Flatten(), parts.dense(1)),
    )


def keras_io_generator(shape: Shape, seed: int) -> keras.Model:
    """Dense, three transposed convolutions that grow wider, a convolution, sigmoid."""
    parts = Parts(seed)
    height, width, channels = shape
    small = (height // 8, width // 8, 128)
    hidden = []
    for filters in (128, 256, 512):
        hidden += [parts.deconv(filters, 4), leaky(0.2)]
    return chain(
        "generator",
        (128,),
        *(parts.dense(small[0] * small[1] * 128), layers.Reshape(small), *hidden),
        parts.conv(channels, 5, strides=1, activation="sigmoid"),
    )


def keras_io_discriminator(shape: Shape, seed: int) -> keras.Model:
    """[Convolution, leaky ReLU] three times, dropout, one logit."""
    parts = Parts(seed)
    hidden = []
    for filters in (64, 128, 128):
        hidden += [parts.conv(filters, 4), leaky(0.2)]
    return chain("discriminator", shape, *hidden, layers.Flatten(), parts.dropout(0.2), parts.dense(1))


def _margins(shape: Shape) -> tuple[int, int]:
    """Rows and columns to add on each side, so that 16 divides the whole: 2 and 2 for 28 x 28."""
    return (-shape[0] % 16 // 2, -shape[1] % 16 // 2)


def wgan_gp_generator(shape: Shape, seed: int) -> keras.Model:
    """Dense, [upsampling, convolution, batch norm, activation] three times, the margins cut off."""
    parts = Parts(seed)
    margins = _margins(shape)
    small = tuple((side + 2 * margin) // 8 for side, margin in zip(shape[:2], margins, strict=True))
    hidden: list[Any] = []
    for filters, activation in ((128, leaky(0.2)), (64, leaky(0.2)), (shape[2], layers.Activation("tanh"))):
        convolution = parts.conv(filters, 3, strides=1, use_bias=False)
        hidden += [layers.UpSampling2D(), convolution, layers.BatchNormalization(), activation]
    return chain(
        "generator",
        (128,),
        *(parts.dense(small[0] * small[1] * 256, use_bias=False), layers.BatchNormalization(), leaky(0.2)),
        *(layers.Reshape((*small, 256)), *hidden, layers.Cropping2D(margins)),
    )


def wgan_gp_discriminator(shape: Shape, seed: int) -> keras.Model:
    """Margins, four convolutions of 5 x 5 with dropout between, one logit."""
    parts = Parts(seed)
    return chain(
        "discriminator",
        shape,
        *(layers.ZeroPadding2D(_margins(shape)), parts.conv(64, 5), leaky(0.2)),
        *(parts.conv(128, 5), leaky(0.2), parts.dropout(0.3)),
        *(parts.conv(256, 5), leaky(0.2), parts.dropout(0.3)),
        *(parts.conv(512, 5), leaky(0.2)),
        *(layers.Flatten(), parts.dropout(0.2), parts.dense(1)),
    )


def _around_one(parts: Parts) -> Any:
    """Batch normalisation as in PyTorch, whose factors start at N(1, 0.02)."""
    factors = initializers.RandomNormal(1.0, 0.02, seed=parts.next_seed())
    return layers.BatchNormalization(gamma_initializer=factors, **TORCH_NORMALIZATION)


def pytorch_generator(shape: Shape, seed: int) -> keras.Model:
    """Transposed convolutions alone, the first from one pixel of 100 channels."""
    parts = Parts(seed, initializers.RandomNormal(0.0, 0.02))
    small = (shape[0] // 16, shape[1] // 16)
    first = parts.deconv(512, small, strides=1, padding="valid", use_bias=False)
    hidden = [layers.Reshape((1, 1, 100)), first, _around_one(parts), layers.ReLU()]
    for filters in (256, 128, 64):
        hidden += [parts.deconv(filters, 4, use_bias=False), _around_one(parts), layers.ReLU()]
    last = parts.deconv(shape[2], 4, use_bias=False, activation="tanh")
    return chain("generator", (100,), *hidden, last)


def pytorch_discriminator(shape: Shape, seed: int) -> keras.Model:
    """Convolutions alone, the last to one pixel."""
    parts = Parts(seed, initializers.RandomNormal(0.0, 0.02))
    hidden = [parts.conv(64, 4, use_bias=False), leaky(0.2)]
    for filters in (128, 256, 512):
        hidden += [parts.conv(filters, 4, use_bias=False), _around_one(parts), leaky(0.2)]
    small = (shape[0] // 16, shape[1] // 16)
    last = parts.conv(1, small, strides=1, padding="valid", use_bias=False)
    return chain("discriminator", shape, *hidden, last, layers.Flatten())
