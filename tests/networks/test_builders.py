"""The builders: shapes, sizes counted by hand, seeds that reach everything, errors that say what to do."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_gan as kg
from keras_gan.networks.builders import check_blocks

pytestmark = pytest.mark.backend

BUILDERS = {
    "mlp_generator": (kg.mlp_generator, (5, (8, 8, 1))),
    "mlp_discriminator": (kg.mlp_discriminator, ((8, 8, 1),)),
    "conv_generator": (kg.conv_generator, (5, (8, 8, 1))),
    "conv_discriminator": (kg.conv_discriminator, ((8, 8, 1),)),
}
DISCRIMINATORS = ("mlp_discriminator", "conv_discriminator")


def build(name, **options):
    builder, arguments = BUILDERS[name]
    width = {"widths": (8, 8)} if name.startswith("mlp") else {"width": 4}
    return builder(*arguments, **{**width, **options})


def layers_of(network, kind):
    return [layer for layer in network.layers if isinstance(layer, kind)]


def output(network, training=False, label=(0, 1, 2, 0)):
    x = np.random.default_rng(0).normal(size=(4, *network.inputs[0].shape[1:])).astype("float32")
    inputs = x if len(network.inputs) == 1 else [x, np.array(label, "int32")]
    return keras.ops.convert_to_numpy(network(inputs, training=training))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [8, 16, 28, 32, 64])
@pytest.mark.parametrize("kind", ["mlp", "conv"])
def test_image_shapes(kind, side, channels):
    shape = (side, side, channels)
    width = {"widths": (8,)} if kind == "mlp" else {"width": 2}
    generator = getattr(kg, f"{kind}_generator")(5, shape, **width)
    discriminator = getattr(kg, f"{kind}_discriminator")(shape, **width)
    fake = generator(np.zeros((3, 5), "float32"))
    assert tuple(fake.shape) == (3, *shape)
    assert np.abs(keras.ops.convert_to_numpy(fake)).max() <= 1.0  # tanh, as images are in [-1, 1]
    assert tuple(discriminator(fake).shape) == (3, 1)
    assert generator.output_shape == discriminator.input_shape == (None, *shape)


@pytest.mark.parametrize("dim", [1, 2, 784])
def test_vector_shapes(dim):
    generator = kg.mlp_generator(3, (dim,))
    assert generator.output_shape == (None, dim)
    assert kg.mlp_discriminator([dim]).output_shape == (None, 1)
    assert generator.layers[-1].activation is keras.activations.linear


@pytest.mark.parametrize(("side", "smallest"), [(8, 4), (16, 4), (28, 7), (32, 4), (64, 4)])
def test_convolutions_halve_down_to_a_map_of_at_least_four(side, smallest):
    (flatten,) = layers_of(kg.conv_discriminator((side, side, 1), width=2), keras.layers.Flatten)
    assert flatten.input.shape[1] == smallest
    (reshape,) = layers_of(kg.conv_generator(5, (side, side, 1), width=2), keras.layers.Reshape)
    assert reshape.output.shape[1] == smallest


def test_sides_may_differ_and_blocks_may_be_fewer():
    network = kg.conv_discriminator((16, 24, 1), width=2, num_blocks=1)
    assert layers_of(network, keras.layers.Flatten)[0].input.shape[1:3] == (8, 12)


@settings(deadline=None)
@given(shape=st.tuples(st.integers(8, 600), st.integers(8, 600), st.integers(1, 3)))
def test_any_size_leaves_four_to_eight_pixels_of_the_shorter_side(shape):
    num = check_blocks(shape, None)
    assert 4 <= min(-(-side // 2**num) for side in shape[:2]) <= 8
    for times in (1, 3, 5, 7):  # what doublings alone reach is reached by them
        for side in (8 * times, 2**num * times):
            blocks = [n for n in range(1, 12) if side % 2**n == 0 and side // 2**n >= 4]
            if blocks:
                assert check_blocks((side, side, 1), None) == max(blocks)


@pytest.mark.parametrize(
    ("shape", "small"),
    [((218, 178, 3), (7, 6)), ((27, 9, 1), (14, 5)), ((28, 30, 3), (7, 8)), ((9, 8, 1), (5, 4))],
)
def test_sizes_that_doublings_do_not_reach_are_cropped(shape, small):
    generator = kg.conv_generator(5, shape, width=2, seed=1)
    discriminator = kg.conv_discriminator(shape, width=2, seed=2)
    assert generator.output_shape == discriminator.input_shape == (None, *shape)
    (reshape,) = layers_of(generator, keras.layers.Reshape)
    (flatten,) = layers_of(discriminator, keras.layers.Flatten)
    assert reshape.output.shape[1:3] == flatten.input.shape[1:3] == small
    (crop,) = layers_of(generator, keras.layers.Cropping2D)
    whole = output(keras.Model(generator.input, crop.input))
    top, left = ((large - side) // 2 for large, side in zip(whole.shape[1:3], shape[:2], strict=True))
    middle = np.tanh(whole[:, top : top + shape[0], left : left + shape[1]])
    np.testing.assert_allclose(output(generator), middle, atol=1e-6)
    assert output(discriminator).shape == (4, 1)


def test_the_widest_layer_of_a_large_size_is_no_giant():
    generator, discriminator = kg.conv_generator(100, (218, 178, 3)), kg.conv_discriminator((218, 178, 3))
    assert max(weight.shape[0] * weight.shape[-1] for weight in generator.weights) < 1.1e6 + 100 * 4
    assert generator.count_params() < 3e6
    assert discriminator.count_params() < 2e6


@pytest.mark.parametrize("side", [8, 28, 32, 56, 64])
def test_sizes_that_doublings_reach_are_not_cropped(side):
    network = kg.conv_generator(5, (side, side, 1), width=2)
    kinds = [type(layer).__name__ for layer in network.layers]
    num = kinds.count("Conv2DTranspose")
    block = ["Conv2DTranspose", "BatchNormalization", "Activation"]
    start = ["InputLayer", "Dense", "Reshape", "BatchNormalization", "Activation"]
    assert kinds == [*start, *block * (num - 1), "Conv2DTranspose", "Activation"]


def test_parameters_as_counted_by_hand():
    # 100·128 + 128 + 128·784 + 784
    assert kg.mlp_generator(100, (784,), widths=(128,)).count_params() == 114_064
    # 784·128 + 128 + 128 + 1
    assert kg.mlp_discriminator((28, 28, 1), widths=(128,)).count_params() == 100_609
    # without hidden layer: 3·2 + 2
    assert kg.mlp_generator(3, (2,), widths=()).count_params() == 8
    # 4·4·1·8 + 8, then 4·4·8·16 + 16, then 7·7·16 + 1
    assert kg.conv_discriminator((28, 28, 1), width=8).count_params() == 136 + 2_064 + 785
    # 10·7·7·16 without bias and 4·16 of batch norm; 4·4·16·8 and 4·8; 4·4·8·1 + 1
    generator = kg.conv_generator(10, (28, 28, 1), width=8)
    assert generator.count_params() == 7_840 + 64 + 2_048 + 32 + 129


def test_channels_double_up_to_eight_times():
    network = kg.conv_discriminator((64, 64, 1), width=2, num_blocks=6)
    filters = [layer.filters for layer in layers_of(network, keras.layers.Conv2D)]
    assert filters == [2, 4, 8, 16, 16, 16]


@pytest.mark.parametrize("name", BUILDERS)
def test_equal_seeds_equal_weights(name):
    keras.utils.set_random_seed(1)
    first = build(name, seed=3)
    keras.random.normal((5,))  # whatever else the program draws
    again, other = build(name, seed=3), build(name, seed=4)
    for a, b in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    kernels = [(a, b) for a, b in zip(first.get_weights(), other.get_weights(), strict=True) if a.ndim > 1]
    assert all((a != b).any() for a, b in kernels)


@pytest.mark.parametrize("name", BUILDERS)
def test_without_a_seed_two_networks_differ(name):
    kernels = [build(name).get_weights()[0] for _ in range(2)]
    assert (kernels[0] != kernels[1]).any()


def test_two_layers_of_one_shape_differ():
    first, second = (layer.kernel for layer in kg.mlp_generator(8, (8,), widths=(8,), seed=1).layers[1:4:2])
    first, second = keras.ops.convert_to_numpy(first), keras.ops.convert_to_numpy(second)
    assert first.shape == second.shape
    assert (first != second).any()


@pytest.mark.parametrize("name", BUILDERS)
def test_the_seed_reaches_every_dropout(name):
    networks = [build(name, dropout=0.5, seed=seed) for seed in (3, 3, 4)]
    dropouts = [[d.seed for d in layers_of(network, keras.layers.Dropout)] for network in networks]
    assert dropouts[0] == dropouts[1]
    assert len({*dropouts[0], *dropouts[2]}) == 2 * len(dropouts[0]) > 0
    outputs = [output(network, training=True) for network in networks[:2]]
    np.testing.assert_array_equal(*outputs)
    assert (output(networks[0], training=True) != outputs[0]).any()  # the next mask is another


@pytest.mark.parametrize("name", BUILDERS)
def test_no_dropout_and_no_normalisation_unless_asked(name):
    network = build(name, batch_normalization=False)
    assert not layers_of(network, keras.layers.Dropout)
    assert not layers_of(network, keras.layers.BatchNormalization)


@pytest.mark.parametrize("name", BUILDERS)
def test_batch_normalization_takes_the_place_of_the_bias(name):
    blocks = {"num_blocks": 2} if name.startswith("conv") else {}
    network = build(name, batch_normalization=True, **blocks)
    assert layers_of(network, keras.layers.BatchNormalization)
    kinds = (keras.layers.Dense, keras.layers.Conv2D, keras.layers.Conv2DTranspose)
    for layer in layers_of(network, kinds):
        (node,) = layer._outbound_nodes or [None]
        following = node.operation if node else None
        if isinstance(following, keras.layers.Reshape):
            following = following._outbound_nodes[0].operation
        assert layer.use_bias != isinstance(following, keras.layers.BatchNormalization)


def test_the_first_convolution_is_never_normalised():
    network = kg.conv_discriminator((16, 16, 1), width=4, batch_normalization=True)
    assert len(layers_of(network, keras.layers.Conv2D)) == 2
    assert isinstance(network.layers[2], keras.layers.LeakyReLU)
    (normalization,) = layers_of(network, keras.layers.BatchNormalization)
    assert normalization.input.shape[-1] == 8  # the second map's


def test_the_seed_of_an_initializer_is_replaced():
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=7)
    networks = [kg.mlp_discriminator((64,), widths=(64,), initializer=initializer, seed=s) for s in (1, 1, 2)]
    kernels = [network.get_weights()[0] for network in networks]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert (kernels[0] != kernels[2]).any()
    assert kernels[0].std() == pytest.approx(0.02, rel=0.05)
    zeros = kg.mlp_discriminator((4,), widths=(4,), initializer="zeros", seed=1)  # has no seed
    assert not any(weight.any() for weight in zeros.get_weights())


def test_slopes_and_activations():
    leaky = kg.mlp_discriminator((2,), widths=(4,), activation="leaky_relu_0.1")
    assert layers_of(leaky, keras.layers.LeakyReLU)[0].negative_slope == pytest.approx(0.1)
    assert kg.mlp_generator(3, (2,), output_activation="tanh").layers[-1].activation is keras.activations.tanh
    linear = kg.conv_generator(3, (8, 8, 1), width=2, output_activation="linear")
    assert linear.layers[-1].activation is keras.activations.linear


@pytest.mark.parametrize("name", BUILDERS)
def test_a_network_goes_through_a_file(name, tmp_path):
    network = build(name, dropout=0.2, batch_normalization=True, activation="leaky_relu_0.2", seed=1)
    network.save(tmp_path / "network.keras")
    np.testing.assert_array_equal(
        output(network), output(keras.models.load_model(tmp_path / "network.keras"))
    )


@pytest.mark.parametrize("name", BUILDERS)
def test_each_kernel_has_the_next_seed(name):
    network = build(name, batch_normalization=False, seed=3)
    draws = np.random.default_rng(3)
    for weight in network.weights:
        if weight.name == "kernel":
            initializer = keras.initializers.GlorotUniform(seed=int(draws.integers(2**31)))
            expected = initializer(weight.shape)
            np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (weight, expected)))


@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_spectral_normalization_wraps_every_linear_layer_and_keeps_its_kernel(name):
    options = {"batch_normalization": True, "seed": 1}
    plain, network = build(name, **options), build(name, spectral_normalization=True, **options)
    assert not layers_of(plain, kg.SpectralNormalization)
    assert not layers_of(network, (keras.layers.Dense, keras.layers.Conv2D))
    wrapped = [layer.layer for layer in layers_of(network, kg.SpectralNormalization)]
    linear = layers_of(plain, (keras.layers.Dense, keras.layers.Conv2D))
    assert [type(layer) for layer in wrapped] == [type(layer) for layer in linear]
    for a, b in zip(wrapped, linear, strict=True):
        np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(layer.kernel) for layer in (a, b)))
    kernel = network.layers[-1].layer.kernel
    norm = np.linalg.norm(keras.ops.convert_to_numpy(kernel))  # one column: its length is its σ
    assert float(keras.ops.convert_to_numpy(network.layers[-1].sigma())) == pytest.approx(norm, rel=1e-5)


def test_minibatch_features_stand_before_the_logit():
    options = {"minibatch_features": "standard_deviation"}
    assert build("mlp_discriminator", **options).layers[-2].output.shape == (None, 9)
    network = build("conv_discriminator", **options)
    assert [type(layer).__name__ for layer in network.layers[-3:]] == [
        "MinibatchStandardDeviation",
        "Flatten",
        "Dense",
    ]
    assert network.layers[-3].output.shape == (None, 4, 4, 5)
    options = {"minibatch_features": "discrimination"}
    assert build("mlp_discriminator", **options).layers[-2].output.shape == (None, 108)
    network = build("conv_discriminator", **options)
    assert [type(layer).__name__ for layer in network.layers[-3:]] == [
        "Flatten",
        "MinibatchDiscrimination",
        "Dense",
    ]
    assert network.layers[-2].output.shape == (None, 4 * 4 * 4 + 100)


def test_parameters_of_the_new_parts_as_counted_by_hand():
    # (5 + 3)·8 + 8, then 8·2 + 2: z and three classes
    assert kg.mlp_generator(5, (2,), widths=(8,), num_classes=3).count_params() == 72 + 18
    # (4 + 3)·8 + 8, then 8 + 1
    assert kg.mlp_discriminator((4,), widths=(8,), num_classes=3).count_params() == 64 + 9
    # (5 + 3)·4·4·4 + 64, then 4·4·4·1 + 1
    generator = kg.conv_generator(5, (8, 8, 1), width=4, num_classes=3, batch_normalization=False)
    assert generator.count_params() == 576 + 65
    # three planes of 8·8; 4·4·(1 + 1)·4 + 4; 4·4·4 + 1
    network = kg.conv_discriminator((8, 8, 1), width=4, num_classes=3)
    assert network.count_params() == 192 + 132 + 65
    # 4·8 + 8 and u, v of 8 and 4; 8 + 1 and u, v of 1 and 8
    network = kg.mlp_discriminator((4,), widths=(8,), spectral_normalization=True)
    assert network.count_params() == 40 + 12 + 9 + 9
    # T of 8·100·5; 108 + 1
    network = kg.mlp_discriminator((4,), widths=(8,), minibatch_features="discrimination")
    assert network.count_params() == 40 + 4_000 + 109


@pytest.mark.parametrize("name", BUILDERS)
def test_labels_are_a_second_input_that_changes_the_output(name):
    network = build(name, num_classes=3, seed=1)
    assert [x.name for x in network.inputs] == ["z" if "generator" in name else "sample", "label"]
    assert network.inputs[1].shape == (None,)
    assert network.inputs[1].dtype == "int32"
    first, second = output(network, label=(0, 1, 2, 0)), output(network, label=(0, 1, 1, 0))
    assert first.shape == (4, *BUILDERS[name][1][-1]) if "generator" in name else (4, 1)
    np.testing.assert_allclose(first[[0, 1, 3]], second[[0, 1, 3]], rtol=1e-5, atol=1e-6)
    assert (first[2] != second[2]).any()
    assert len(build(name).inputs) == 1


def test_the_planes_of_the_labels_are_in_the_range_of_images():
    network = kg.conv_discriminator((8, 8, 1), width=4, num_classes=20, seed=1)
    (embedding,) = layers_of(network, keras.layers.Embedding)
    planes = keras.ops.convert_to_numpy(embedding.embeddings)
    assert planes.shape == (20, 64)
    assert 0.9 < planes.max() <= 1.0
    assert -1.0 <= planes.min() < -0.9


@pytest.mark.parametrize("minibatch_features", ["standard_deviation", "discrimination"])
@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_the_seed_reaches_the_new_parts(name, minibatch_features):
    options = {
        "num_classes": 3,
        "minibatch_features": minibatch_features,
        "spectral_normalization": True,
    }
    first, again, other = (build(name, seed=seed, **options) for seed in (3, 3, 4))
    for a, b in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    tables = [(a, b) for a, b in zip(first.get_weights(), other.get_weights(), strict=True) if a.ndim > 1]
    assert all((a != b).any() for a, b in tables)


@pytest.mark.parametrize("minibatch_features", ["standard_deviation", "discrimination"])
@pytest.mark.parametrize("name", BUILDERS)
def test_a_network_with_every_new_part_goes_through_a_file(name, minibatch_features, tmp_path):
    options = {"spectral_normalization": True, "minibatch_features": minibatch_features}
    network = build(name, num_classes=3, seed=1, **(options if name in DISCRIMINATORS else {}))
    network.save(tmp_path / "network.keras")
    np.testing.assert_array_equal(
        output(network), output(keras.models.load_model(tmp_path / "network.keras"))
    )


@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_unknown_minibatch_features_are_refused(name):
    with pytest.raises(ValueError, match=r"`minibatch_features` is one of .*Did you mean 'discrimination'"):
        build(name, minibatch_features="discriminate")


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dropout": 1.0}, r"`dropout` is a rate in \[0, 1\)\. Received: 1\.0\. Pass 0\.3 to drop 30 %"),
        ({"dropout": -0.1}, "`dropout` is a rate"),
        ({"dropout": "0.3"}, "`dropout` is a rate"),
        (
            {"activation": "leaky_relu_x"},
            r"Received: 'leaky_relu_x'\. Pass for example \"leaky_relu\" or \"leaky",
        ),
        ({"activation": "reluu"}, r"`activation` is the name of a Keras activation.*Received: 'reluu'"),
        ({"activation": None}, r"`activation` .*Received: None"),
        ({"seed": -1}, "`seed` is an integer from 0"),
        ({"num_classes": 1}, r"`num_classes` is an integer from 2 up\. Received: 1\. Leave it out"),
        ({"num_classes": 2.0}, "`num_classes` is a positive integer"),
    ],
)
def test_bad_options_are_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        build(name, **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kg.mlp_generator(0, (2,)), "`latent_dim` is a positive integer. Received: 0"),
        (lambda: kg.mlp_generator(3, 2), r"a tuple\. Received: 2\. Pass for example `\(2,\)`"),
        (lambda: kg.mlp_generator(3, ()), "a tuple"),
        (
            lambda: kg.mlp_generator(3, (2,), widths=64),
            r"`widths` has one number a hidden layer\. Received: 64",
        ),
        (lambda: kg.mlp_discriminator((2,), widths=(64, 0)), "`widths` is a positive integer. Received: 0"),
        (lambda: kg.mlp_discriminator((2,), widths="64"), "`widths` has one number a hidden layer"),
        (
            lambda: kg.mlp_generator(3, (2,), output_activation="tan"),
            r"`output_activation` .*Received: 'tan'",
        ),
        (lambda: kg.conv_generator(3, (8, 8, 1), output_activation="tan"), "`output_activation`"),
        (lambda: kg.conv_generator(3, (28, 28)), r"\(height, width, channels\)\. Received: \(28, 28\)"),
        (lambda: kg.conv_discriminator((784,)), r"\(height, width, channels\)\. Received: \(784,\)"),
        (lambda: kg.conv_discriminator((7, 7, 1)), "7 x 7 pixels. Scale them, say to 8 x 8, or use"),
        (lambda: kg.conv_generator(3, (20, 5, 1)), "20 x 5 pixels. Scale them, say to 32 x 8, or use"),
        (lambda: kg.conv_discriminator((28, 30, 1), num_blocks=5), "num_blocks=5. Pass 4 at most, or larger"),
        (lambda: kg.conv_generator(3, (28, 1, 1), num_blocks=1), "num_blocks=1. Pass larger images"),
        (lambda: kg.conv_generator(3, (28, 28, 1), width=0), "`width` is a positive integer"),
    ],
)
def test_bad_shapes_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
