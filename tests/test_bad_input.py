"""One table of bad input: each case is refused in three sentences, before anything trains.

`python tests/test_bad_input.py` prints the table: case and message.
"""

import pickle
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.sparse
from PIL import Image
from tiny import LATENT, THREE_SENTENCES, Batches, assert_equal, tiny_players, values

import keras_gan as kg


class Case(NamedTuple):
    """`call(gan, folder)` raises `kind` with `pattern` in it; `make` builds the GAN, if one takes part."""

    id: str
    call: Callable[[Any, Path], Any]
    pattern: str
    make: Callable[[], kg.GAN] | None = None
    kind: type[Exception] = ValueError


def networks(shape=(2,), activation=None):
    return tiny_players(shape, widths=(4,), generator={"output_activation": activation})


def uncompiled():
    return kg.GAN(*networks(), seed=3)


def compiled(shape=(2,), activation=None, **options):
    gan = kg.GAN(*networks(shape, activation), seed=3, **options)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    return gan


def images():
    return compiled((4, 4, 1))  # ends in a tanh


def unit_images():
    return compiled((4, 4, 1), "sigmoid")


def rows(*shape, value=0.5, dtype="float32"):
    return np.full(shape or (40, 2), value, dtype)


def with_one(value, dtype="float32"):
    x = rows(dtype=dtype)
    x[7, 1] = value
    return x


def fit(x, **options):
    """A call of `fit`; where `x` is a function, it is called late, since it imports something."""
    return lambda gan, folder: gan.fit(x() if callable(x) else x, **{"verbose": 0, **options})


def players(generator=None, discriminator=None, **options):
    """A call that builds a GAN; the networks are given as functions."""

    def call(gan, folder):
        good = networks()
        kg.GAN(
            good[0] if generator is None else generator(),
            good[1] if discriminator is None else discriminator(),
            **options,
        )

    return call


def dense(*layers, inputs=2):
    return lambda: keras.Sequential([keras.Input((inputs,)), *layers])


def two_outputs():
    z = keras.Input((LATENT,))
    return keras.Model(z, [keras.layers.Dense(2)(z), keras.layers.Dense(2)(z)])


class Subclassed(keras.Model):
    def call(self, z):
        return z


class Frame:
    """What a data frame of texts looks like to NumPy."""

    shape = (40, 2)

    def __array__(self, dtype=None, copy=None):
        return np.full((40, 2), "a", object)


def deep_list():
    value = []
    for _ in range(100_000):
        value = [value]
    return value


def torch_tensor(**options):
    return pytest.importorskip("torch").ones((40, 2), **options)


def torch_optimizer():
    return pytest.importorskip("torch").optim.SGD([torch_tensor(requires_grad=True)], 0.1)


def shared_players():
    layer = keras.layers.Dense(2)
    z, x = keras.Input((2,)), keras.Input((2,))
    return kg.GAN(keras.Model(z, layer(z)), keras.Model(x, keras.layers.Dense(1)(layer(x))))


def compile_with(**optimizers):
    """A call of `compile`; an optimizer given as a function is made late."""

    def call(gan, folder):
        made = {"generator_optimizer": "adam", "discriminator_optimizer": "adam", **optimizers}
        gan.compile(
            **{name: x() if callable(x) and not isinstance(x, type) else x for name, x in made.items()}
        )

    return call


def compile_one_for_both(gan, folder):
    adam = keras.optimizers.Adam()
    gan.compile(generator_optimizer=adam, discriminator_optimizer=adam)


def compile_frozen(gan, folder):
    gan.discriminator.trainable = False
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")


def used_optimizer():
    return compiled().generator_optimizer


FIT = [
    Case("fit/before compile", fit(rows()), "compiled before it is trained", uncompiled),
    Case("fit/other width", fit(rows(40, 3)), r"\(n, 2\)\. Received: shape \(40, 3\)", compiled),
    Case("fit/one axis", fit(rows(40)), r"shape \(40,\)", compiled),
    Case("fit/three axes", fit(rows(40, 2, 1)), r"`x\.reshape\(-1, 2\)`", compiled),
    Case("fit/one sample", fit(rows(2)), r"`x\[None\]`", compiled),
    Case("fit/0-d", fit(np.float32(1.0)), r"shape \(\)", compiled),
    Case("fit/empty", fit(rows(0, 2)), "at least one sample", compiled),
    Case("fit/uint8", fit(rows(value=1, dtype="uint8")), "dtype uint8.*astype", compiled),
    Case("fit/int64", fit(rows(value=1, dtype="int64")), "dtype int64", compiled),
    Case("fit/bool", fit(rows(value=1, dtype=bool)), "dtype bool", compiled),
    Case("fit/complex", fit(rows(dtype="complex64")), "dtype complex64", compiled),
    Case("fit/text", fit(rows(value="a", dtype="str")), "dtype <U1", compiled),
    Case("fit/objects", fit(rows(dtype=object)), "dtype object", compiled),
    Case("fit/dates", fit(np.full((40, 2), "2020-01-01", "datetime64[D]")), "dtype datetime64", compiled),
    Case("fit/NaN", fit(with_one(np.nan)), "first in row 7", compiled),
    Case("fit/infinity", fit(with_one(-np.inf)), "first in row 7", compiled),
    Case("fit/beyond float32", fit(with_one(1e300, "float64")), "finite in float32.*row 7", compiled),
    Case("fit/list of lists", fit([[0.5, 0.5]] * 40), "Received: a list", compiled),
    Case("fit/list of arrays", fit([rows()]), "Received: a list", compiled),
    Case("fit/samples and labels", fit((rows(), rows(40))), "Received: a tuple.*samples alone", compiled),
    Case("fit/None", fit(None), "Received: a NoneType", compiled),
    Case("fit/path", fit("data.npz"), "Received: a str", compiled),
    Case("fit/dict", fit({"x": rows()}), "Received: a dict", compiled),
    Case("fit/Dataset", fit(kg.ring(num_train=40)), "Received: a Dataset.*`data.train`", compiled),
    Case("fit/NaN in a stream", fit(iter([with_one(np.nan)])), "first in row 7", compiled),
    Case("fit/other rows in a stream", fit(iter([rows(8, 3)])), r"shape \(8, 3\)", compiled),
    Case("fit/integers in a stream", fit(iter([rows().astype("int32")])), "dtype int32", compiled),
    Case("fit/labels nobody reads", lambda gan, f: gan.fit(rows(), np.zeros(40, int)), "read none", compiled),
    Case("fit/empty iterator", fit(iter([])), "at least one batch an epoch", compiled),
    Case("fit/sparse matrix", fit(scipy.sparse.eye(40, 2, format="csr")), "Received: a csr", compiled),
    Case("fit/frame of texts", fit(Frame()), "dtype object", compiled),
    Case("fit/symbolic", fit(lambda: keras.Input((2,))), "a KerasTensor that can't", compiled),
    Case("fit/with gradient", fit(lambda: torch_tensor(requires_grad=True)), "detach", compiled),
    Case("fit/torch integers", fit(lambda: torch_tensor().long()), "dtype int64", compiled),
    Case("fit/batch beyond data", fit(rows(10, 2)), r"32 rows wanted, 10 at hand", compiled),
    Case(
        "fit/k batches beyond data",
        fit(rows(), batch_size=16),
        r"48 rows wanted, 40 at hand",
        lambda: compiled(discriminator_steps=3),
    ),
    Case("fit/channels first", fit(rows(40, 1, 4, 4)), r"np\.moveaxis\(x, 1, -1\)", images),
    Case("fit/flat images", fit(rows(40, 16)), r"x\.reshape\(-1, 4, 4, 1\)", images),
    Case("fit/no channel axis", fit(rows(40, 4, 4)), r"x\.reshape\(-1, 4, 4, 1\)", images),
    Case("fit/three channels for one", fit(rows(40, 4, 4, 3)), "build the networks for it", images),
    Case("fit/0 to 255 into tanh", fit(rows(40, 4, 4, 1, value=255)), r"ends in tanh .*\[-1, 1\]", images),
    Case("fit/below -1 into tanh", fit(rows(40, 4, 4, 1, value=-1.01)), "from -1.01 to -1.01", images),
    Case("fit/-1 to 1 into sigmoid", fit(rows(40, 4, 4, 1, value=-1)), r"sigmoid .*\[0, 1\]", unit_images),
    Case("fit/above 1 into sigmoid", fit(rows(40, 4, 4, 1, value=1.5)), "from 1.5 to 1.5", unit_images),
    Case("fit/batch_size 0", fit(rows(), batch_size=0), "`batch_size` is a positive integer", compiled),
    Case("fit/batch_size True", fit(rows(), batch_size=True), "`batch_size` is a positive", compiled),
    Case("fit/batch_size 2.5", fit(rows(), batch_size=2.5), "`batch_size` is a positive", compiled),
    Case("fit/steps of an array", fit(rows(), steps_per_epoch=2), "one pass over its rows", compiled),
    Case("fit/epochs 0", fit(rows(), epochs=0), "`epochs` is a positive integer", compiled),
    Case("fit/epochs -1", fit(rows(), epochs=-1), "Received: -1", compiled),
    Case("fit/epochs 1.5", fit(rows(), epochs=1.5), "Received: 1.5", compiled),
    Case("fit/epochs True", fit(rows(), epochs=True), "Received: True", compiled),
    Case("fit/initial_epoch -1", fit(rows(), initial_epoch=-1), "integer from 0 up", compiled),
    Case("fit/validation_freq 0", fit(rows(), validation_freq=0), "`validation_freq`", compiled),
    Case("fit/verbose", fit(rows(), verbose="loud"), "`verbose` is .*'loud'", compiled),
    Case("fit/verbose array", fit(rows(), verbose=np.arange(3)), "`verbose` is .*array", compiled),
    Case("fit/shuffle", fit(rows(), shuffle="yes"), "`shuffle` is True or False", compiled),
    Case("fit/callback class", fit(rows(), callbacks=[kg.Watch]), "objects, not classes", compiled),
    Case("fit/callback text", fit(rows(), callbacks="watch"), "Received: 'watch'", compiled),
    Case("fit/callback function", fit(rows(), callbacks=[print]), "built-in function print", compiled),
    Case("fit/validation shape", fit(rows(), validation_data=rows(8, 3)), r"shape \(8, 3\)", compiled),
    Case(
        "fit/validation tuple", fit(rows(), validation_data=(rows(), rows())), "`validation_data`", compiled
    ),
    Case("fit/validation NaN", fit(rows(), validation_data=with_one(np.nan)), "row 7", compiled),
    Case(
        "fit/validation beyond tanh",
        fit(rows(40, 4, 4, 1, value=-0.5), validation_data=rows(40, 4, 4, 1, value=2)),
        "ends in tanh",
        images,
    ),
    Case(
        "stream/batch_size", fit(Batches(rows(), batch=20), batch_size=8), "A stream brings its own", compiled
    ),
    Case(
        "stream/steps_per_epoch 0",
        fit(Batches(rows(), batch=20), steps_per_epoch=0),
        "`steps_per_epoch`",
        compiled,
    ),
]

USE = [
    Case("evaluate/shape", lambda gan, f: gan.evaluate(rows(8, 3)), r"shape \(8, 3\)", compiled),
    Case("evaluate/list", lambda gan, f: gan.evaluate([[0.5, 0.5]]), "Received: a list", compiled),
    Case("evaluate/nothing", lambda gan, f: gan.evaluate(), "Received: a NoneType", compiled),
    Case("evaluate/integers", lambda gan, f: gan.evaluate(rows(value=1, dtype=int)), "dtype int64", compiled),
    Case("sample/0", lambda gan, f: gan.sample(0), "`num` is a positive integer", compiled),
    Case("sample/2.5", lambda gan, f: gan.sample(2.5), "`num` is a positive integer", compiled),
    Case("sample/seed", lambda gan, f: gan.sample(2, seed=-1), "`seed` is an integer", compiled),
    Case("draw_z/-1", lambda gan, f: gan.draw_z(-1), "`num` is a positive integer", compiled),
    Case("predict/latent size", lambda gan, f: gan.predict(rows(5, 4)), r"\(batch, 3\).*\(5, 4\)", compiled),
    Case("predict/one z", lambda gan, f: gan.predict(rows(3)), r"Received: shape \(3,\)", compiled),
    Case("call/latent size", lambda gan, f: gan(rows(5, 4)), "Draw it with `gan.draw_z`", compiled),
    Case(
        "call/z of another GAN",
        lambda gan, f: gan(compiled((4, 4, 1)).sample(2)),
        r"shape \(2, 4, 4, 1\)",
        compiled,
    ),
    Case(
        "save/missing folder",
        lambda gan, folder: gan.save(folder / "none" / "gan.keras"),
        "which is not there",
        compiled,
        OSError,
    ),
    Case("save/h5", lambda gan, folder: gan.save(folder / "gan.h5"), "a `.keras` file", compiled),
    Case(
        "save/below a file",
        lambda gan, folder: gan.save(file_in(folder) / "gan.keras"),
        "which is no folder",
        compiled,
        OSError,
    ),
    Case(
        "watch/directory below a file",
        lambda gan, folder: gan.fit(rows(), callbacks=[kg.Watch(directory=file_in(folder) / "run")]),
        "`directory` lies in a folder.*no folder",
        compiled,
        OSError,
    ),
    Case("compile/near miss", compile_with(generator_optimizer="adm"), "Did you mean 'adam'", uncompiled),
    Case("compile/unknown", compile_with(discriminator_optimizer="xyz"), "Choose one of these", uncompiled),
    Case("compile/None", compile_with(generator_optimizer=None), "Received: None", uncompiled),
    Case(
        "compile/accumulation",
        lambda gan, f: gan.compile(
            generator_optimizer=keras.optimizers.SGD(gradient_accumulation_steps=2),
            discriminator_optimizer="sgd",
        ),
        "gradient_accumulation_steps=2",
        uncompiled,
    ),
    Case("compile/class", compile_with(generator_optimizer=keras.optimizers.Adam), "class", uncompiled),
    Case("compile/number", compile_with(generator_optimizer=1e-3), "Received: 0.001", uncompiled),
    Case("compile/torch's", compile_with(generator_optimizer=torch_optimizer), "Received: SGD", uncompiled),
    Case("compile/one for both", compile_one_for_both, "one object for both", uncompiled),
    Case("compile/of another GAN", compile_with(generator_optimizer=used_optimizer), "built for", uncompiled),
    Case("compile/frozen", compile_frozen, "freezes nothing by that flag", uncompiled),
    Case("compile/run_eagerly", compile_with(run_eagerly="no"), "`run_eagerly` is True", uncompiled),
    Case("compile/jit_compile", compile_with(jit_compile="on"), "`jit_compile` is True", uncompiled),
    Case(
        "compile/jit_compile array",
        compile_with(jit_compile=np.arange(3)),
        "`jit_compile` is True",
        uncompiled,
    ),
    Case(
        "compile/steps_per_block array",
        compile_with(steps_per_block=np.arange(3)),
        "`steps_per_block` is a positive integer",
        uncompiled,
    ),
]

GAN = [
    Case("GAN/a string", players(lambda: "mlp"), r"`generator` is a `keras\.Model`"),
    Case("GAN/a function", players(discriminator=lambda: abs), "`discriminator` is a `keras.Model`"),
    Case("GAN/a layer", players(lambda: keras.layers.Dense(2)), "`generator` is a `keras.Model`"),
    Case("GAN/unbuilt", players(lambda: keras.Sequential([keras.layers.Dense(2)])), "unbuilt"),
    Case("GAN/subclassed", players(Subclassed), "or wrap it"),
    Case("GAN/two outputs", players(two_outputs), "one output"),
    Case("GAN/shared weights", lambda gan, f: shared_players(), "two networks"),
    Case("GAN/other samples", players(discriminator=dense(keras.layers.Dense(1), inputs=5)), "makes .2,."),
    Case("GAN/swapped", lambda gan, f: kg.GAN(*networks()[::-1]), "reads what the generator makes"),
    Case("GAN/two logits", players(discriminator=dense(keras.layers.Dense(2))), "one logit a sample"),
    Case(
        "GAN/z as image",
        lambda gan, f: kg.GAN(
            keras.Sequential([keras.Input((2, 2)), keras.layers.Flatten(), keras.layers.Dense(2)]),
            networks()[1],
        ),
        r"`z`",
    ),
    Case(
        "GAN/z of no size",
        players(lambda: keras.Sequential([keras.Input((None,)), keras.layers.Lambda(lambda z: z[:, :2])])),
        "knows the size of its z",
    ),
    Case(
        "GAN/samples of no size",
        players(lambda: keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda z: z, (None,))])),
        "knows the size of its samples",
    ),
    Case(
        "GAN/D ends in sigmoid",
        players(discriminator=dense(keras.layers.Dense(1, activation="sigmoid"))),
        "ends in sigmoid. Remove the activation",
    ),
    Case(
        "GAN/D ends in tanh",
        players(discriminator=dense(keras.layers.Dense(1), keras.layers.Activation("tanh"))),
        "ends in tanh",
    ),
    Case(
        "GAN/D ends in softmax",
        players(discriminator=dense(keras.layers.Dense(1), keras.layers.Softmax())),
        "softmax",
    ),
    Case(
        "GAN/D ends in relu",
        players(discriminator=dense(keras.layers.Dense(1, activation="relu"))),
        "ends in relu",
    ),
    Case(
        "GAN/D ends in sigmoid, reshaped",
        players(discriminator=dense(keras.layers.Dense(1, activation="sigmoid"), keras.layers.Reshape((1,)))),
        "ends in sigmoid",
    ),
    Case(
        "AdversarialModel/D ends in sigmoid",
        lambda gan, f: kg.AdversarialModel(
            networks()[0], dense(keras.layers.Dense(1, activation="sigmoid"))()
        ),
        "ends in sigmoid",
    ),
    Case(
        "AdversarialModel/frozen_mode",
        lambda gan, f: kg.AdversarialModel(*networks(), frozen_mode="inferense"),
        "Did you mean 'inference'",
    ),
    Case("GAN/loss", players(loss="hinje"), "Did you mean 'hinge'"),
    Case("GAN/loss class", players(loss=kg.Hinge), "`loss` is one of"),
    Case("GAN/loss list", players(loss=["hinge"]), "`loss` is one of"),
    Case("GAN/wasserstein alone", players(loss="wasserstein"), "kept 1-Lipschitz"),
    Case("GAN/update", players(update="simultanous"), "Did you mean 'simultaneous'"),
    Case("GAN/update None", players(update=None), "`update` is one of"),
    Case("GAN/latent", players(latent="norml"), "Did you mean 'normal'"),
    Case("GAN/latent list", players(latent=["normal"]), "`latent` is one of"),
    Case("GAN/reduction", players(reduction="avg"), "`reduction` is one of"),
    Case("GAN/frozen_mode", players(frozen_mode="train"), "Did you mean 'training'"),
    Case("GAN/discriminator_steps 0", players(discriminator_steps=0), "positive integer"),
    Case("GAN/discriminator_steps True", players(discriminator_steps=True), "Received: True"),
    Case("GAN/generator_steps 2.0", players(generator_steps=2.0), "`generator_steps` is a positive"),
    Case("GAN/simultaneous twice", players(update="simultaneous", generator_steps=2), "player once"),
    Case("GAN/share_z", players(share_z="no"), "`share_z` is True or False"),
    Case("GAN/seed", players(seed=1.5), "`seed` is an integer"),
    Case("GAN/keyword", players(discriminator_step=2), "Did you mean 'discriminator_steps'"),
    Case("loss/real_label 0.4", lambda gan, f: kg.NonSaturating(real_label=0.4), r"in \(0\.5, 1\]"),
    Case("loss/real_label text", lambda gan, f: kg.Minimax(real_label="1"), "Received: '1'"),
]


def mlp(**options):
    return lambda gan, folder: kg.mlp_generator(LATENT, (2,), **options)


def conv(**options):
    return lambda gan, folder: kg.conv_discriminator((8, 8, 1), **options)


BUILDERS = [
    Case("mlp/latent_dim 0", lambda gan, f: kg.mlp_generator(0, (2,)), "`latent_dim` is a positive"),
    Case("mlp/latent_dim 2.0", lambda gan, f: kg.mlp_generator(2.0, (2,)), "`latent_dim` is a positive"),
    Case("mlp/output_shape 2", lambda gan, f: kg.mlp_generator(2, 2), "Pass for example `.2,.`"),
    Case("mlp/output_shape None", lambda gan, f: kg.mlp_generator(2, None), "`output_shape` is the shape"),
    Case("mlp/output_shape of floats", lambda gan, f: kg.mlp_generator(2, (2.0,)), "positive integer"),
    Case("mlp/widths 64", mlp(widths=64), "one number a hidden layer"),
    Case("mlp/widths with 0", mlp(widths=(4, 0)), "`widths` is a positive integer"),
    Case("mlp/activation near miss", mlp(activation="sigmod"), 'Pass for example "sigmoid"'),
    Case("mlp/activation None", mlp(activation=None), "`activation` is the name"),
    Case("mlp/negative slope", mlp(activation="leaky_relu_-1"), "a slope from 0 up"),
    Case("mlp/dropout 1", mlp(dropout=1.0), r"a rate in \[0, 1\)"),
    Case("mlp/dropout True", mlp(dropout=True), "Received: True"),
    Case("mlp/initializer near miss", mlp(initializer="glorot_unifrm"), 'Pass "glorot_uniform"'),
    Case("mlp/initializer function", mlp(initializer=np.zeros), "`initializer` is a Keras initializer"),
    Case("mlp/batch_normalization", mlp(batch_normalization="yes"), "True or False"),
    Case("mlp/num_classes 1", mlp(num_classes=1), "integer from 2 up"),
    Case("mlp/seed", mlp(seed=-1), "`seed` is an integer"),
    Case("conv/flat shape", lambda gan, f: kg.conv_generator(2, (64,)), "height, width, channels"),
    Case("conv/shape None", lambda gan, f: kg.conv_generator(2, None), "height, width, channels"),
    Case("conv/small sides", lambda gan, f: kg.conv_generator(2, (7, 14, 1)), "7 x 14 .*, say to 8 x 16,"),
    Case("conv/a table", lambda gan, f: kg.conv_discriminator((9,)), "fully connected networks take data"),
    Case("conv/no channels", lambda gan, f: kg.conv_discriminator((28, 32)), r"Pass `\(28, 32, 1\)`"),
    Case("conv/kernel_size 0", conv(kernel_size=0), "`kernel_size` is a positive"),
    Case("conv/width True", conv(width=True), "`width` is a positive"),
    Case("conv/num_blocks 1.0", conv(num_blocks=1.0), "`num_blocks` is a positive integer"),
    Case("conv/features", conv(minibatch_features="discrimnation"), "Did you mean 'discrimination'"),
    Case(
        "layer/spectral",
        lambda gan, f: kg.SpectralNormalization(keras.layers.Flatten()),
        "wraps a Dense layer",
    ),
    Case("layer/group_size 0", lambda gan, f: kg.MinibatchStandardDeviation(0), "`group_size` is"),
    Case("data/num_modes 0", lambda gan, f: kg.ring(num_modes=0), "`num_modes` is a positive"),
    Case("data/std -1", lambda gan, f: kg.ring(std=-1.0), "`std` is a positive number"),
    Case("data/std NaN", lambda gan, f: kg.grid(std=float("nan")), "`std` is a positive number"),
    Case("data/std text", lambda gan, f: kg.moons(std="0.1"), "number from 0 up"),
    Case("data/weights short", lambda gan, f: kg.ring(weights=[1, 2]), "`weights` holds 8"),
    Case("data/weights text", lambda gan, f: kg.ring(weights="equal"), "`weights` is an array of numbers"),
    Case("data/num_train True", lambda gan, f: kg.moons(num_train=True), "`num_train` is a positive"),
    Case("data/seed 1.5", lambda gan, f: kg.ring(seed=1.5), "`seed` is an integer"),
]


def file_in(folder):
    path = folder / "file"
    path.write_bytes(b"text")
    return path


def npz(folder, **arrays):
    path = folder / "own.npz"
    np.savez(path, **arrays)
    return path


def pictures(folder, **sizes):
    for name, size in sizes.items():
        Image.new("L", size).save(folder / f"{name}.png")
    return folder


def broken_picture(folder):
    pictures(folder, a=(4, 4), b=(4, 4), c=(4, 4))
    (folder / "b.png").write_bytes((folder / "a.png").read_bytes()[:40])
    return folder


def cut_npz(folder):
    path = npz(folder, x_train=np.zeros((9, 4, 4), "uint8"))
    path.write_bytes(path.read_bytes()[:100])
    return path


class Touch:
    """Unpickled, it makes a file: the sign that code from a file ran."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


def pickle_in_npz(folder):
    return npz(folder, x_train=np.array([Touch(folder / "ran")], object))


def bare_pickle(folder):
    path = folder / "own.npz"
    path.write_bytes(pickle.dumps(Touch(folder / "ran")))
    return path


def load(make, **options):
    return lambda gan, folder: kg.load_images(make(folder), **options)


FILES = [
    Case("images/near miss", load(lambda f: "fashion_mnst"), "Did you mean 'fashion_mnist'"),
    Case("images/a number", load(lambda f: 7), "`name` is a string or a path"),
    Case("images/missing file", load(lambda f: f / "none.npz"), "doesn't exist", None, FileNotFoundError),
    Case("images/missing folder", load(lambda f: f / "none"), "doesn't exist", None, FileNotFoundError),
    Case("images/empty folder", load(lambda f: f), "0 pictures and 0 sub-folders"),
    Case("images/folder without pictures", load(lambda f: file_in(f).parent), "0 pictures"),
    Case("images/one broken file", load(broken_picture), r"1 of 3 that can't be: b\.png", None, OSError),
    Case("images/other size", load(lambda f: pictures(f, a=(4, 4), b=(5, 4))), r"5 x 4. Pass `size=64`"),
    Case("images/one picture", load(lambda f: pictures(f, a=(4, 4))), "two images or more"),
    Case("npz/cut off", load(cut_npz), r"own\.npz, which can't be read", None, OSError),
    Case("npz/no zip", load(lambda f: file_in(f)), "which can't be read", None, OSError),
    Case("npz/pickle inside", load(pickle_in_npz), "allow_pickle=False", None, OSError),
    Case("npz/a pickle", load(bare_pickle), "which can't be read", None, OSError),
    Case("npz/other keys", load(lambda f: npz(f, images=np.zeros(3))), r"with \['images'\]. Rename"),
    Case("npz/floats without range", load(lambda f: npz(f, x_train=rows(9, 4, 4))), "no `value_range`"),
    Case(
        "npz/NaN pixel",
        load(lambda f: npz(f, x_train=rows(9, 4, 4, value=np.nan)), value_range=(0, 1)),
        "values from nan to nan",
    ),
    Case(
        "npz/range reversed",
        load(lambda f: npz(f, x_train=rows(9, 4, 4)), value_range=(1, 0)),
        "a lower and a higher number",
    ),
    Case(
        "npz/range of one",
        load(lambda f: npz(f, x_train=rows(9, 4, 4)), value_range=5),
        "a lower and a higher number",
    ),
    Case("npz/flat", load(lambda f: npz(f, x_train=np.zeros((9, 16), "uint8"))), "Reshape flat images"),
    Case("npz/channels first", load(lambda f: npz(f, x_train=np.zeros((9, 3, 8, 8), "uint8"))), "to the end"),
    Case("npz/texts", load(lambda f: npz(f, x_train=np.full((9, 4, 4), "a"))), "Pixels are numbers"),
    Case(
        "npz/fewer labels",
        load(lambda f: npz(f, x_train=np.zeros((9, 4, 4), "uint8"), y_train=np.zeros(8, int))),
        "one integer an image, 9",
    ),
    Case("images/size 0", load(lambda f: "digits", size=0), "`size` is a positive integer"),
    Case("images/size text", load(lambda f: "digits", size="big"), "`size` is a positive integer"),
    Case("images/size 2.5", load(lambda f: "digits", size=2.5), "`size` is a positive integer"),
    Case("images/size of three", load(lambda f: "digits", size=(8, 8, 1)), "one number or"),
    Case("images/range of a known set", load(lambda f: "digits", value_range=(0, 1)), "Leave it out"),
    Case("images/seed", load(lambda f: "digits", seed=-1), "`seed` is an integer"),
]

POINTS = np.zeros((5, 2))


def shows(function, *arguments, **options):
    return lambda gan, folder: function(*arguments, **options)


LOOK = [
    Case("watch/every 0", shows(kg.Watch, every=0), "`every` is a positive integer"),
    Case("watch/samples for data", shows(kg.Watch, POINTS), "`data` is a `Dataset`"),
    Case("watch/metrics", shows(kg.Watch, metrics={"a": 1}), "`metrics` is a function"),
    Case("metrics/width", shows(kg.mode_report, rows(5, 3), kg.ring()), r"`samples` has shape \(n, 2\)"),
    Case("metrics/none", shows(kg.mode_report, rows(0, 2), kg.ring()), r"shape \(0, 2\)"),
    Case("metrics/NaN", shows(kg.mode_report, with_one(np.nan), kg.ring()), "NaN or infinity in 1 of 40"),
    Case("metrics/texts", shows(kg.mode_report, [["a", "b"]], kg.ring()), "array of numbers"),
    Case("metrics/ragged", shows(kg.mode_report, [[1, 2], [3]], kg.ring()), "Pass rows of one length"),
    Case("metrics/no Dataset", shows(kg.mode_report, POINTS, POINTS), "`dataset` is a Gaussian mixture"),
    Case("metrics/no modes", shows(kg.mode_report, POINTS, kg.moons(num_train=9)), "Gaussian mixture"),
    Case(
        "metrics/mode twice", shows(kg.metrics.modes_captured, POINTS, [[0, 0], [0, 0]], 0.1), "no row twice"
    ),
    Case("metrics/std 0", shows(kg.metrics.modes_captured, POINTS, [[0, 0]], 0.0), "`std` is a positive"),
    Case(
        "metrics/min_share 2",
        shows(kg.metrics.modes_captured, POINTS, [[0, 0]], 0.1, min_share=2),
        r"`min_share` is a finite number in \[0, 1\]",
    ),
    Case("metrics/weights", shows(kg.metrics.kl_to_weights, POINTS, [[0, 0]], [2.0]), "of sum 1"),
    Case("metrics/density", shows(kg.ring().log_density, rows(5, 3)), r"`x` has shape \(n, 2\)"),
    Case("metrics/a column", shows(kg.metrics.frechet_distance, rows(40), rows(40)), r"`x\[:, None\]`"),
    Case("metrics/one row", shows(kg.metrics.kernel_distance, rows(1, 2), rows(9, 2)), "Pass more samples"),
    Case("metrics/images", shows(kg.metrics.frechet_distance, rows(9, 4, 4), POINTS), "classifier.features"),
    Case(
        "metrics/report of points", shows(kg.metrics.sample_report, POINTS, kg.ring(), None), "`mode_report`"
    ),
    Case(
        "metrics/labels", shows(kg.metrics.class_report, [0.5, 1.5], 2), "the number of each sample's class"
    ),
    Case(
        "metrics/modes of images", shows(kg.mode_report, POINTS, kg.load_images("digits")), "`sample_report`"
    ),
    Case("plot/width", shows(kg.plot_samples, real=rows(5, 3)), r"`real` has shape \(n, 2\)"),
    Case("plot/texts", shows(kg.plot_samples, fake=["a"]), "`fake` is an array of numbers"),
    Case("plot/NaN", shows(kg.plot_samples, real=with_one(np.nan)), "`real` holds finite numbers"),
    Case("plot/uint8 images", shows(kg.plot_images, rows(4, 4, 4, dtype="uint8")), "dtype uint8"),
    Case("plot/images beyond", shows(kg.plot_images, rows(4, 4, 4, value=9)), "from 9 to 9"),
    Case("plot/flat images", shows(kg.plot_images, rows(4, 16)), "Reshape flat images"),
    Case("plot/ragged images", shows(kg.plot_images, [np.zeros((4, 4)), np.zeros((5, 5))]), "one length"),
    Case("plot/columns", shows(kg.plots.image_grid, rows(4, 4, 4), 0), "`columns` is a positive"),
    Case("plot/rows as list", shows(kg.plot_image_rows, [rows(4, 4, 4)]), "`rows` maps labels"),
    Case("plot/History", shows(kg.plots.plot_losses, keras.callbacks.History()), "`history.history`"),
    Case("plot/keys", shows(kg.plots.plot_losses, {"d_loss": [1]}), "d_loss, g_loss.*'d_loss'"),
    Case(
        "plot/texts in a curve", shows(kg.plots.plot_losses, {"g_loss": ["a"], "d_loss": [1]}), "`g_loss` is"
    ),
    Case(
        "plot/equilibrium",
        shows(kg.plots.plot_losses, {"g_loss": [1], "d_loss": [1]}, equilibrium={"d_los": 1}),
        "Did you mean 'd_loss'",
    ),
    Case("plot/seeds", shows(kg.plot_seeds, [1, 2], [[1, 2, 3]]), "`curves` .seeds, n."),
    Case("plot/limits of three", shows(kg.plot_surface, np.sum, (0, 1, 2)), "`limits` are"),
    Case("plot/score", shows(kg.plot_surface, np.sum, (0, 1, 0, 1)), "one number a point"),
    Case("movie/no frames", shows(kg.movie, []), "Images have shape"),
    Case("movie/empty", shows(kg.movie, rows(0, 8, 8)), r"shape \(0, 8, 8\)"),
    Case("movie/ragged", shows(kg.movie, [np.zeros((4, 4)), np.zeros((5, 5))]), "`frames` is an array"),
    Case("movie/fps", shows(kg.movie, rows(2, 8, 8), fps=2.5), "`fps` is a positive"),
    Case("movie/gif", lambda gan, f: kg.movie(rows(2, 8, 8), f / "film.gif"), "Choose a name that"),
    Case(
        "movie/missing folder",
        lambda gan, f: kg.movie(rows(2, 8, 8), f / "none" / "film.webp", scale=1),
        "which is not there",
        None,
        OSError,
    ),
    Case("audit/a string", lambda gan, f: kg.weight_audit(d="d").__enter__(), "a Keras model or layer"),
]

HUGE = 10**15
ABSURD = [
    Case("absurd/ring", shows(kg.ring, HUGE), r"Modes fit into the .* GB of memory here"),
    Case("absurd/grid", shows(kg.grid, HUGE), "Modes fit into"),
    Case("absurd/points", shows(kg.moons, num_train=HUGE), "Points fit into"),
    Case("absurd/count", shows(kg.ring, num_test=10**4000), "positive integer, at most"),
    Case("absurd/std", shows(kg.ring, std=10**400), "`std` is a positive number"),
    Case(
        "absurd/stacked", shows(kg.stacked_digits, kg.load_images("digits"), num_test=HUGE), "Images fit into"
    ),
    Case("absurd/latent_dim", shows(kg.mlp_generator, HUGE, (2,)), "weights of a layer fit into"),
    Case("absurd/widths", shows(kg.mlp_discriminator, (2,), widths=(10**8, 10**8)), "Build a smaller"),
    Case("absurd/output_shape", shows(kg.mlp_generator, 2, (10**6, 10**6, 3)), "weights of a layer"),
    Case("absurd/classes", shows(kg.mlp_generator, 2, (2,), num_classes=HUGE), "at most 1,048,576"),
    Case("absurd/conv width", shows(kg.conv_generator, 2, (8, 8, 1), width=10**8), "weights of a layer"),
    Case("absurd/conv kernel", shows(kg.conv_discriminator, (8, 8, 1), kernel_size=10**8), "weights of a"),
    Case("absurd/conv blocks", shows(kg.conv_discriminator, (8, 8, 1), num_blocks=HUGE), "Pass 3 at most"),
    Case("absurd/conv planes", shows(kg.conv_discriminator, (10**5, 10**5, 1), num_classes=999), "weights"),
    Case("absurd/minibatch", shows(kg.MinibatchDiscrimination(HUGE).build, (None, 9)), "numbers of T fit"),
    Case("absurd/counted classes", shows(kg.metrics.class_report, [0, 1], HUGE), "Counts fit into"),
    Case("absurd/floor", shows(kg.metrics.kl_floor, 10**400, 1), "positive integer, at most"),
    Case("absurd/ticks", shows(kg.plot_surface, np.sum, (0, 1, 0, 1), num_ticks=HUGE), "Points fit into"),
    Case("absurd/columns", shows(kg.plots.image_grid, rows(4, 4, 4), HUGE), "Places fit into"),
    Case("absurd/fps", shows(kg.movie, rows(2, 8, 8), fps=HUGE), "`fps` is .*, at most 1,000"),
    Case("absurd/scale", shows(kg.movie, rows(2, 8, 8), scale=HUGE), "`scale` is .*, at most 2,047"),
    Case("absurd/frames", shows(kg.movie, np.zeros((1, 1, 20_000))), "at most 16,382 pixels a side"),
    Case("absurd/a deep list", shows(kg.metrics.modes_captured, deep_list(), [[0, 0]], 0.1), "a list that"),
    Case("name/NUL", shows(kg.movie, rows(2, 8, 8), "a\0.webp"), "`path` is the name of a file"),
    Case("name/300 letters", shows(kg.movie, rows(2, 8, 8), 300 * "a" + ".webp"), "`path` is the name"),
    Case(
        "name/a folder",
        lambda gan, f: kg.movie(rows(2, 8, 8), f),
        "`path` is a file, .*which is a folder",
        None,
        OSError,
    ),
]

CASES = [*FIT, *USE, *GAN, *BUILDERS, *FILES, *LOOK, *ABSURD]


def message_of(case, folder):
    """Runs a case; returns its message after a look at what must not have moved."""
    gan = case.make() if case.make else None
    before = values(gan) if gan else []
    with pytest.raises(case.kind) as raised:
        case.call(gan, folder)
    assert_equal(before, values(gan) if gan else [])
    if gan and gan.compiled:
        assert int(gan.generator_optimizer.iterations) == int(gan.discriminator_optimizer.iterations) == 0
    return str(raised.value)


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=c.id, marks=[pytest.mark.backend] if c.make else []) for c in CASES]
)
def test_bad_input_is_refused_in_three_sentences(case, tmp_path):
    message = message_of(case, tmp_path)
    sentences = THREE_SENTENCES.fullmatch(message)
    assert sentences, message
    assert ". " not in sentences["expected"], message
    assert ". " not in sentences["todo"], message
    assert re.search(case.pattern, message), message


def test_the_table_is_long_and_names_each_case_once():
    assert len(CASES) >= 80
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("make", [pickle_in_npz, bare_pickle])
def test_a_pickle_in_the_place_of_images_never_runs(make, tmp_path):
    path = make(tmp_path)
    with pytest.raises(OSError, match="which can't be read"):
        kg.load_images(path)
    assert not (tmp_path / "ran").exists()
    if make is pickle_in_npz:  # and it would have run
        with np.load(path, allow_pickle=True) as file, file["x_train"].item():
            assert (tmp_path / "ran").exists()


@pytest.mark.backend
def test_positive_data_for_a_tanh_are_warned_of_and_train():
    gan = images()
    with pytest.warns(
        UserWarning, match=r"^A generator that ends in tanh .*Received: values from 0\.5 to 0\.5\. "
    ):
        gan.fit(rows(8, 4, 4, 1), batch_size=8, verbose=0)
    assert int(gan.generator_optimizer.iterations) == 1


@pytest.mark.backend
def test_a_linear_generator_takes_any_finite_range():
    gan = compiled()
    gan.fit(rows(8, 2, value=300.0), batch_size=8, verbose=0)
    assert int(gan.generator_optimizer.iterations) == 1


def show():
    """Prints case and message, a line each."""
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{case.id:<34}{message_of(case, Path(folder)).replace(folder, 'FOLDER')}")
        plt.close("all")
    print(f"{len(CASES)} cases on {keras.backend.backend()}")


if __name__ == "__main__":
    show()
