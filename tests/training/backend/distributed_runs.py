"""What `test_devices.py` runs here on one device, and in processes of its own on several.

`python distributed_runs.py FOLDER` takes two devices of one process, or with `TF_CONFIG` one each of several
processes, and writes the results to the folder.
"""

import json
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from unittest import mock

import keras
import numpy as np
from keras import ops
from tiny import tiny_players, tiny_rows, values

import keras_gan as kg
from keras_gan.training import step

CASES = {
    "two minibatches a step, slope penalty, regulariser": {
        "discriminator_steps": 2,
        "penalty": "gradient_penalty",
        "reduction": "mean",
    },
    "packs, noise, clipping, average": {
        "packing": 2,
        "instance_noise": kg.InstanceNoise(0.2, decay_steps=9),
        "penalty": [kg.WeightClipping(0.5), kg.R2()],
        "average": 0.9,
        "latent": "uniform",
        "generator_steps": 2,
        "share_z": True,
    },
    "classes, a lazy penalty, a stream": {
        "penalty": kg.R1(every=2),
        "update": "simultaneous",
        "loss": "hinge",
    },
}


def make_gan(learning_rate=1e-2, clipnorm=None, **options):
    classes = 2 if options.get("update") == "simultaneous" else None
    spectral = "average" in options

    def adam():
        return keras.optimizers.Adam(learning_rate, beta_1=0.5, epsilon=1e-3, clipnorm=clipnorm)

    generator, discriminator = tiny_players(
        read=(2 * options.get("packing", 1),),
        num_classes=classes,
        discriminator={"spectral_normalization": spectral},
    )
    if not spectral:
        discriminator.layers[-1].kernel_regularizer = keras.regularizers.L2(0.01)
    gan = kg.GAN(generator, discriminator, **{"seed": 3, **options})
    gan.compile(generator_optimizer=adam(), discriminator_optimizer=adam(), steps_per_block=2)
    return gan


class Stream(keras.utils.PyDataset):
    """Three batches and a short one, with labels."""

    def __len__(self):
        return 4

    def __getitem__(self, i):
        rows = tiny_rows(28)[i * 8 : i * 8 + 8]
        return rows, (np.arange(len(rows)) % 2).astype("int32")


def lists(gan):
    return [value.tolist() for value in values(gan)]


def train(options, scope):
    """A short run, whose last training step of each epoch has fewer rows: 12 of 16, or 4 of 8."""
    with scope:
        gan = make_gan(**options)
    watch = kg.Watch(num_samples=4)
    common = {"epochs": 2, "callbacks": [watch], "verbose": 0}
    if gan.num_classes:
        history = gan.fit(Stream(), **common)
    else:
        history = gan.fit(tiny_rows(28), batch_size=8, validation_data=tiny_rows(11, seed=1), **common)
    return {"history": history.history, "values": lists(gan), "watched": np.array(watch.samples).tolist()}


def cut_off(folder, scope):
    """A run of two epochs, cut off after the first, and what `.keras` keeps of it on one device."""
    keep, file = folder.parent / "checkpoint", folder / "gan.keras"
    for epochs in (1, 2):
        with scope():
            gan = make_gan()
        gan.fit(tiny_rows(16), batch_size=8, epochs=epochs, checkpoint=keep, verbose=0)
    if gan._devices.writes_files:
        gan.save(file)
        assert lists(keras.models.load_model(file)) == lists(gan)
    return lists(gan)


def message(act):
    """What `act` is refused with."""
    try:
        act()
    except (ValueError, FloatingPointError) as error:
        return str(error)
    return "accepted"


def refusals(scope):
    def made(**options):
        with scope():
            return make_gan(**options)

    def training_inside():
        with scope():
            make_gan().fit(tiny_rows(8), batch_size=8, verbose=0)

    return {
        "a batch of 5": message(lambda: made().fit(tiny_rows(16), batch_size=5, verbose=0)),
        "a stream of 5": message(lambda: made().fit(iter([tiny_rows(5)]), steps_per_epoch=1, verbose=0)),
        "clipnorm": message(lambda: made(clipnorm=1.0)),
        "unrolled_steps": message(lambda: made(unrolled_steps=1)),
        "inside": message(training_inside),
    }


def divergence(scope):
    """How a run that becomes infinite in its first step ends, and where the weights then are."""
    with scope:
        gan, untrained = make_gan(learning_rate=1e30), make_gan()
    text = message(lambda: gan.fit(tiny_rows(16), batch_size=8, verbose=0))
    assert gan.generator.get_weights()[0].tolist() == untrained.generator.get_weights()[0].tolist()
    return text


def parts_of_logits():
    """How many of the 8 rows of a batch a device has where the discriminator ends (JAX)."""
    import jax

    gan, found = make_gan(), []

    def score(players, logits):
        jax.debug.inspect_array_sharding(logits, callback=lambda x: found.append(x.shard_shape((8, 1))[0]))
        return ops.mean(logits)

    with mock.patch.object(step, "_score", score):
        gan.fit(tiny_rows(16), batch_size=8, verbose=0)
    return found


def tensorflow_scope():
    import tensorflow as tf

    if "TF_CONFIG" in os.environ:
        return tf.distribute.MultiWorkerMirroredStrategy().scope
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope


def main(folder):
    on_jax = keras.backend.backend() == "jax"
    if on_jax:
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=["cpu:0", "cpu:1"]))
    scope = nullcontext if on_jax else tensorflow_scope()
    one_process = "TF_CONFIG" not in os.environ
    cases = dict(list(CASES.items())[: len(CASES) if one_process else 1])  # several take longer
    results = {name: train(options, scope()) for name, options in cases.items()}
    results["cut off"] = cut_off(folder, scope)
    if one_process:
        results["divergence"] = divergence(scope())
        results["refusals"] = {} if on_jax else refusals(scope)
    results["parts"] = parts_of_logits() if on_jax else []
    (folder / "results.json").write_text(json.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
