"""What tests of several files share: tiny networks, a tiny GAN, its rows, and how numbers are compared.

`LATENT` numbers go in and samples of two numbers come out, unless a test wants others.
"""

import re

import keras
import numpy as np

import keras_gan as kg

LATENT = 3
THREE_SENTENCES = re.compile(r"(?P<expected>.+?)\. Received: (?P<received>.+)\. (?P<todo>[A-Z].*)[.?]")

_OF_BUILDERS = ("widths", "batch_normalization", "dropout", "num_classes")
_OF_COMPILE = (
    "generator_optimizer",
    "discriminator_optimizer",
    "steps_per_block",
    "jit_compile",
    "run_eagerly",
    "auto_scale_loss",
)


# --- Networks -----------------------------------------------------------------------------------------------


def tiny_players(shape=(2,), *, read=None, generator=None, discriminator=None, **both):
    """A generator of `shape` and a discriminator that reads `read`, by default the same.

    `generator` and `discriminator` are options of one builder, the others of both.
    """
    both = {"widths": (8,), **both}
    return (
        kg.mlp_generator(LATENT, shape, **{"seed": 1, **both, **(generator or {})}),
        kg.mlp_discriminator(read or shape, **{"seed": 2, **both, **(discriminator or {})}),
    )


def labelled_players():
    """Networks of one number a sample that read two classes."""
    return tiny_players((1,), widths=(16,), num_classes=2)


def linear(kernel, bias=0.0, name="discriminator"):
    """One linear layer with these weights, whose slopes are known."""
    kernel = np.array(kernel, "float32")
    x = keras.Input((len(kernel),))
    model = keras.Model(x, keras.layers.Dense(kernel.shape[1])(x), name=name)
    model.set_weights([kernel, np.full(kernel.shape[1], bias, "float32")])
    return model


def constant(value, size=1):
    """A generator that makes `value`, by its bias, whatever `z` is."""
    return linear(np.zeros((LATENT, size)), value, name="generator")


def lookup(table, read, name):
    """A network with one number a class: the generator makes it, the discriminator adds it to its input."""
    first, label = keras.Input((read,)), keras.Input((), dtype="int32")
    number = keras.layers.Embedding(len(table), 1)(label)
    scaled = keras.layers.Dense(1, use_bias=False)(first)
    network = keras.Model([first, label], keras.layers.Add()([scaled, number]), name=name)
    scale = np.full((read, 1), 0.0 if name == "generator" else 1.0, "float32")
    weights = {2: np.array(table, "float32")[:, None], 1: scale}
    for layer in network.layers:
        if layer.weights:
            layer.set_weights([weights[2 if isinstance(layer, keras.layers.Embedding) else 1]])
    return network


# --- A GAN and its data -------------------------------------------------------------------------------------


def tiny_gan(*, generator=None, discriminator=None, learning_rate=1e-2, **options):
    """A compiled GAN of `tiny_players`; options of both builders, of `GAN` and of `compile` side by side."""
    networks = {name: options.pop(name) for name in _OF_BUILDERS if name in options}
    optimizers = {f"{player}_optimizer": adam(learning_rate) for player in ("generator", "discriminator")}
    compiled = optimizers | {name: options.pop(name) for name in _OF_COMPILE if name in options}
    players = tiny_players(generator=generator, discriminator=discriminator, **networks)
    gan = kg.GAN(*players, **{"seed": 3, **options})
    gan.compile(**compiled)
    return gan


def adam(learning_rate=1e-2):
    """Adam for comparisons.

    Batch normalization in the discriminator hides the fakes' mean, so the gradient of the generator's
    last bias is exactly zero; a large epsilon keeps Adam from scaling its rounding error up.
    """
    return keras.optimizers.Adam(learning_rate, beta_1=0.5, epsilon=1e-3)


def sgd(gan, generator=0.0, discriminator=0.0, **options):
    """Compiles a GAN with plain gradient steps; at the learning rate 0 a player stays."""
    gan.compile(
        generator_optimizer=keras.optimizers.SGD(generator),
        discriminator_optimizer=keras.optimizers.SGD(discriminator),
        **options,
    )
    return gan


def tiny_rows(num=40, seed=0):
    return np.random.default_rng(seed).normal(1.0, 0.5, (num, 2)).astype("float32")


class Batches(keras.utils.PyDataset):
    """A stream of whole batches of each of these arrays: rows, or rows and labels."""

    def __init__(self, *arrays, batch):
        super().__init__()
        self.arrays, self.batch = arrays, batch

    def __len__(self):
        return len(self.arrays[0]) // self.batch

    def __getitem__(self, i):
        return tuple(array[i * self.batch : (i + 1) * self.batch] for array in self.arrays)


# --- Numbers ------------------------------------------------------------------------------------------------


def numbers(tensor):
    """A tensor as a NumPy array of its own."""
    return np.array(keras.ops.convert_to_numpy(tensor))


def values(gan):
    """All variables of a model, as arrays."""
    return [numbers(variable.value) for variable in gan.variables]


def assert_close(left, right, rtol=1e-4, atol=2e-6):
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


def assert_equal(left, right):
    for a, b in zip(left, right, strict=True):
        np.testing.assert_array_equal(a, b)
