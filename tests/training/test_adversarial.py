"""The freeze matrix: what moves in whose step, on this backend, bit for bit."""

import keras
import numpy as np
import pytest
from tiny import lookup, numbers

import keras_gan as kg
from keras_gan.training.step import frozen_call

pytestmark = pytest.mark.backend

LATENT, BATCH = 8, 16
ORDERS = ("discriminator_compiled_first", "adversarial_compiled_first")


def players(batch_normalization, dropout=0.3):
    options = {"widths": (16, 16), "batch_normalization": batch_normalization, "dropout": dropout}
    generator = kg.mlp_generator(LATENT, (4,), seed=1, **options)
    discriminator = kg.mlp_discriminator((4,), seed=2, **options)
    return generator, discriminator


def compiled(model):
    model.compile(keras.optimizers.Adam(1e-2), keras.losses.BinaryCrossentropy(from_logits=True))
    return model


def pair(order, batch_normalization, mode="training"):
    generator, discriminator = players(batch_normalization)
    if order == ORDERS[0]:
        compiled(discriminator)
    adversarial = compiled(kg.AdversarialModel(generator, discriminator, frozen_mode=mode))
    if order == ORDERS[1]:
        compiled(discriminator)
    return adversarial


def reload(adversarial, tmp_path):
    path = tmp_path / "adversarial.keras"
    adversarial.save(path)
    return keras.models.load_model(path)


def batch(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(BATCH, 4)).astype("float32")
    return x, (np.arange(BATCH) % 2).astype("float32")[:, None]


def z(seed=0):
    return np.random.default_rng(seed).normal(size=(BATCH, LATENT)).astype("float32")


@pytest.mark.parametrize("age", ["fresh", "reloaded"])
@pytest.mark.parametrize("batch_normalization", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_freeze_matrix(order, batch_normalization, age, tmp_path):
    adversarial = pair(order, batch_normalization)
    if age == "reloaded":
        adversarial.discriminator.train_on_batch(*batch())
        adversarial.train_on_batch(z(), np.ones((BATCH, 1)))
        adversarial = reload(adversarial, tmp_path)
    networks = {"generator": adversarial.generator, "discriminator": adversarial.discriminator}
    for round_ in range(3):  # the classic loop: the discriminator's step, then the generator's
        with kg.weight_audit(**networks) as audit:
            adversarial.discriminator.train_on_batch(*batch(round_))
        assert audit.moved("discriminator"), str(audit)
        assert not audit.moved("generator"), str(audit)
        with kg.weight_audit(**networks) as audit:
            adversarial.train_on_batch(z(round_), np.ones((BATCH, 1)))
        assert audit.moved("generator"), str(audit)
        assert not audit.moved("discriminator"), str(audit)


@pytest.mark.parametrize("flag", [True, False])
def test_the_discriminators_flag_changes_nothing_for_the_generators_step(flag):
    adversarial = pair(ORDERS[0], batch_normalization=True)
    adversarial.discriminator.trainable = flag
    with kg.weight_audit(d=adversarial.discriminator, g=adversarial.generator) as audit:
        adversarial.train_on_batch(z(), np.ones((BATCH, 1)))
    assert audit.moved("g")
    assert not audit.moved("d")


def test_setting_trainable_on_the_combined_model_never_reaches_the_discriminator():
    adversarial = pair(ORDERS[0], batch_normalization=False)
    adversarial.trainable = False
    assert adversarial.discriminator.trainable
    assert not adversarial.generator.trainable
    assert adversarial.trainable_variables == []


def test_only_the_seed_of_dropout_advances_in_the_generators_step():
    adversarial = pair(ORDERS[0], batch_normalization=True)
    discriminator = adversarial.discriminator
    weights = {id(w) for w in discriminator.weights}
    seeds = [v for v in discriminator.variables if id(v) not in weights]
    assert len(seeds) == 2  # one a Dropout
    before = [keras.ops.convert_to_numpy(v.value).copy() for v in seeds]
    adversarial.train_on_batch(z(), np.ones((BATCH, 1)))
    after = [keras.ops.convert_to_numpy(v.value) for v in seeds]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))


def test_training_mode_uses_batch_statistics_and_inference_mode_the_moving_ones():
    outputs = {}
    for mode in ("training", "inference"):
        adversarial = pair(ORDERS[0], batch_normalization=True, mode=mode)
        fake = adversarial.generator(z(), training=True)
        outputs[mode] = frozen_call(adversarial.discriminator, fake, mode=mode)
    logits = {mode: keras.ops.convert_to_numpy(value) for mode, value in outputs.items()}
    expected = adversarial.discriminator(fake, training=False)
    np.testing.assert_allclose(logits["inference"], keras.ops.convert_to_numpy(expected), rtol=1e-5)
    assert np.abs(logits["training"] - logits["inference"]).max() > 1e-3


def test_the_audit_reports_layer_and_size_of_each_change():
    generator, _ = players(batch_normalization=False)
    with kg.weight_audit(generator=generator) as audit:
        kernel = generator.layers[1].kernel
        kernel.assign(kernel.value + 0.25)
    by_size = {c.weight: c.largest_change for c in audit.changes if c.layer == generator.layers[1].name}
    assert by_size["kernel"] == pytest.approx(0.25, abs=1e-6)
    assert by_size["bias"] == 0.0
    assert "2.50e-01" in str(audit)
    assert "still" in str(audit)
    with pytest.raises(ValueError, match="Did you mean 'generator'"):
        audit.moved("generatr")


def test_networks_that_do_not_fit_are_refused_in_three_sentences():
    generator, discriminator = players(False)
    with pytest.raises(ValueError, match=r"input_shape=\(4,\)"):
        kg.AdversarialModel(generator, kg.mlp_discriminator((5,)))
    with pytest.raises(ValueError, match=r"`keras\.Model`"):
        kg.AdversarialModel("generator", discriminator)
    with pytest.raises(ValueError, match="two networks"):
        kg.AdversarialModel(generator, generator)
    with pytest.raises(ValueError, match=r"Did you mean 'inference'\?"):
        kg.AdversarialModel(generator, discriminator, frozen_mode="inferense")
    with pytest.raises(ValueError, match="one logit"):
        kg.AdversarialModel(kg.mlp_generator(3, (4,)), kg.mlp_generator(4, (2,)))
    with pytest.raises(ValueError, match="unbuilt"):
        kg.AdversarialModel(keras.Sequential([keras.layers.Dense(4)]), discriminator)


def test_a_subclassed_network_is_refused_until_it_is_wrapped():
    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(4)

        def call(self, z):
            return self.dense(z)

    network, (_, discriminator) = Subclassed(), players(True)
    network(z())
    with pytest.raises(ValueError, match="or wrap it"):
        kg.AdversarialModel(network, discriminator)
    inputs = keras.Input((LATENT,))
    adversarial = compiled(kg.AdversarialModel(keras.Model(inputs, network(inputs)), discriminator))
    with kg.weight_audit(generator=network, discriminator=discriminator) as audit:
        adversarial.train_on_batch(z(), np.ones((BATCH, 1)))
    assert audit.moved("generator")
    assert not audit.moved("discriminator")


def test_networks_that_share_a_layer_are_refused():
    shared = keras.layers.Dense(4)
    x, y = keras.Input((4,)), keras.Input((4,))
    generator = keras.Model(x, shared(x))
    discriminator = keras.Model(y, keras.layers.Dense(1)(shared(y)))
    with pytest.raises(ValueError, match="weights in common"):
        kg.AdversarialModel(generator, discriminator)


def test_the_combined_model_takes_labels_along():
    networks = lookup([1.0, 10.0], LATENT, "generator"), lookup([0.1, 0.2], 1, "discriminator")
    z, labels = np.zeros((2, LATENT), "float32"), np.array([1, 0])
    logits = numbers(kg.AdversarialModel(*networks)([z, labels]))
    np.testing.assert_allclose(logits[:, 0], [10.2, 1.1], rtol=1e-6)
