"""How networks end, how many classes they read, what two must have in common, what a game asks of them."""

import keras
import pytest
from tiny import LATENT, constant, labelled_players, linear, tiny_gan

import keras_gan as kg
from keras_gan.training.check_networks import output_activation


def networks_of(layers):
    """A network of these layers, built both ways where it can be: functional and `Sequential`."""
    x = y = keras.Input((4,))
    for layer in layers:
        y = layer(y)
    yield keras.Model(x, y)
    if layers and all(isinstance(layer, keras.Layer) for layer in layers):
        yield keras.Sequential([keras.Input((4,)), *layers])


@pytest.mark.parametrize(
    ("layers", "activation"),
    [
        ([keras.layers.Dense(2)], "linear"),
        ([keras.layers.Dense(2, activation="tanh")], "tanh"),
        ([keras.layers.Dense(2), keras.layers.Activation("sigmoid")], "sigmoid"),
        ([keras.layers.Dense(2, activation="tanh"), keras.layers.Activation("linear")], "tanh"),
        ([keras.layers.Dense(2), keras.layers.LeakyReLU()], "leaky_relu"),
        ([keras.layers.Dense(2), keras.layers.Softmax()], "softmax"),
        ([keras.layers.Dense(2), keras.ops.tanh], "tanh"),
        ([keras.layers.Dense(2), keras.activations.sigmoid], "sigmoid"),
        ([keras.layers.Dense(4, activation="tanh"), keras.layers.Reshape((2, 2))], "tanh"),
        ([keras.layers.Reshape((2, 2, 1)), keras.layers.Conv2D(1, 1, activation="tanh")], "tanh"),
        (
            [
                keras.layers.Reshape((2, 2, 1)),
                keras.layers.Conv2D(1, 1, activation="sigmoid"),
                keras.layers.Cropping2D(((0, 1), (0, 1))),
                keras.layers.Flatten(),
            ],
            "sigmoid",
        ),
        ([kg.SpectralNormalization(keras.layers.Dense(2, activation="tanh"))], "tanh"),
        ([kg.mlp_generator(4, (2, 2, 1), widths=())], "tanh"),  # a nested model
        ([keras.layers.Dense(2, activation="tanh"), keras.layers.Rescaling(3.0)], None),
        ([keras.layers.Dense(2, activation="tanh"), keras.layers.Dropout(0.5)], None),
        ([keras.layers.Dense(2), keras.layers.Activation(lambda x: x)], None),
        ([keras.layers.Lambda(keras.ops.tanh)], None),
        ([], None),
    ],
)
def test_the_activation_that_ends_a_network_is_found(layers, activation):
    for network in networks_of(layers):
        assert output_activation(network) == activation


def test_builders_end_as_they_say():
    assert output_activation(kg.conv_generator(3, (8, 8, 1), width=2)) == "tanh"
    assert output_activation(kg.mlp_generator(3, (2,))) == "linear"
    assert output_activation(kg.mlp_generator(3, (4, 4, 1), output_activation="sigmoid")) == "sigmoid"
    for options in ({}, {"spectral_normalization": True}, {"minibatch_features": "discrimination"}):
        assert output_activation(kg.mlp_discriminator((2,), **options)) == "linear"
        assert output_activation(kg.conv_discriminator((8, 8, 1), width=2, **options)) == "linear"


@pytest.mark.backend
def test_the_number_of_classes_is_found_in_built_and_in_wrapped_networks():
    options = {"num_classes": 4, "width": 4, "num_blocks": 2}
    gan = kg.GAN(kg.conv_generator(LATENT, (8, 8, 1), **options), kg.conv_discriminator((8, 8, 1), **options))
    assert gan.num_classes == 4
    assert gan.sample(6).shape == (6, 8, 8, 1)
    generator, discriminator = labelled_players()
    z, label = keras.Input((LATENT,)), keras.Input((), dtype="int32")
    assert kg.GAN(keras.Model([z, label], generator([z, label])), discriminator).num_classes == 2
    assert kg.GAN(constant(0.0), linear([[1.0]])).num_classes is None


def plain_and_conditional():
    return labelled_players()[0], linear([[1.0]])


def two_and_three_classes():
    return labelled_players()[0], kg.mlp_discriminator((1,), widths=(4,), num_classes=3)


def float_label():
    x, label = keras.Input((LATENT,)), keras.Input((1,))
    joined = keras.layers.Concatenate()([x, label])
    return keras.Model([x, label], keras.layers.Dense(1)(joined)), labelled_players()[1]


@pytest.mark.backend
@pytest.mark.parametrize(
    ("networks", "message"),
    [
        (plain_and_conditional, "2 inputs of the generator, 1 of the discriminator"),
        (two_and_three_classes, "2 classes in the generator, 3 in the discriminator"),
        (float_label, "one integer a sample"),
    ],
)
def test_networks_whose_labels_do_not_match_are_refused(networks, message):
    with pytest.raises(ValueError, match=message):
        kg.GAN(*networks())


@pytest.mark.backend
@pytest.mark.parametrize("penalty", ["gradient_penalty", kg.WeightClipping(), ["r1", "weight_clipping"]])
def test_wasserstein_is_accepted_with_a_lipschitz_penalty(penalty):
    assert tiny_gan(penalty=penalty, loss="wasserstein").options.loss == kg.Wasserstein()


@pytest.mark.backend
def test_wasserstein_is_accepted_with_spectral_normalization_on_every_layer():
    generator = kg.mlp_generator(3, (8, 8, 1), widths=(4,), seed=1)
    options = {"spectral_normalization": True, "seed": 2}
    kg.GAN(generator, kg.conv_discriminator((8, 8, 1), width=4, **options), loss="wasserstein")
    labelled = kg.mlp_generator(3, (8, 8, 1), widths=(4,), num_classes=3, seed=1)
    kg.GAN(labelled, kg.conv_discriminator((8, 8, 1), width=4, num_classes=3, **options), loss="wasserstein")
    for features in ({"batch_normalization": True}, {"minibatch_features": "discrimination"}):
        network = kg.conv_discriminator((8, 8, 1), width=4, num_blocks=2, **options, **features)
        with pytest.raises(ValueError, match="kept 1-Lipschitz"):
            kg.GAN(generator, network, loss="wasserstein")
