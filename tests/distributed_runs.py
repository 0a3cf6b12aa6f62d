"""What the workers of `test_distribution.py` run; kept apart because devices are set up before Keras starts."""

import json
import os
import sys
from contextlib import nullcontext

import numpy as np


def make_gan(**options):
    import keras

    import keras_gan as kg

    gan = kg.GAN(
        kg.mlp_generator(3, (2,), widths=(8,), batch_normalization=False, seed=1),
        kg.mlp_discriminator((2,), widths=(8,), dropout=0.0, seed=2),
        **{"seed": 3, **options},
    )
    for player in (gan.generator, gan.discriminator):
        player.layers[1].kernel_regularizer = keras.regularizers.L2(0.01)

    def adam():
        return keras.optimizers.Adam(1e-2, beta_1=0.5, epsilon=1e-3)

    gan.compile(generator_optimizer=adam(), discriminator_optimizer=adam(), steps_per_block=2)
    return gan


def data(num, seed=0):
    return np.random.default_rng(seed).normal(1.0, 0.5, (num, 2)).astype("float32")


CASES = {
    "two minibatches a step and a gradient penalty": {
        "discriminator_steps": 2, "penalty": "gradient_penalty", "reduction": "mean",
    },
}


def train(scope, options):
    with scope:
        gan = make_gan(**options)
    history = gan.fit(data(56), batch_size=8, epochs=2, validation_data=data(11, seed=1), verbose=0)
    from keras import ops
    values = [ops.convert_to_numpy(v.value).tolist() for v in gan.variables]
    return {"history": history.history, "values": values, "sample": gan.sample(3, seed=1).tolist()}


if __name__ == "__main__":
    import tensorflow as tf

    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )
    o = CASES["two minibatches a step and a gradient penalty"]
    one = train(nullcontext(), o)
    two = train(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope(), o)
    print(one["history"]); print(two["history"])
    for a, b in zip(one["values"], two["values"]):
        print(np.abs(np.array(a) - np.array(b)).max())
