"""Recipes are what their sources say: parameter counts, initial weights, optimizers, losses, lengths."""

import re

import keras
import numpy as np
import pytest

import keras_gan as kg
from keras_gan.training.check_data import RANGES
from keras_gan.training.check_networks import output_activation
from tools.recipes import PAGE, with_table

# Counted by hand from the sources, layer by layer; PyTorch's counts leave moving statistics out.
PARAMETERS = {
    "vanilla_tensorflow": (114_064, 100_609),
    "vanilla_pytorch": (114_064, 100_609),
    "vanilla_assignment": (114_064, 100_609),
    "udacity_mlp": (114_064, 100_609),
    "deep_mlp": (1_486_352, 1_460_225),
    "deep_mlp_batch_norm": (1_514_128, 566_273),
    "goodfellow_mnist": (2_503_984, 1_231_441),
    "keras_gan_mlp": (1_493_520, 533_505),
    "gans_in_action": (114_064, 100_609),
    "dcgan": (2_962_625, 2_760_129),
    "wgan": (2_962_625, 2_756_545),
    "wgan_gp": (2_962_625, 2_756_545),
    "tensorflow_dcgan": (2_330_944, 212_865),
    "keras_io_dcgan": (3_979_651, 404_801),
    "keras_io_wgan_gp": (910_660, 4_305_409),
    "pytorch_dcgan": (3_576_704 + 1_920, 2_765_568 + 1_792),
}
ADAM = ("Adam", "learning_rate", "beta_1", "beta_2", "epsilon")
# Batch, latent, loss, and the optimizer of each player.
TRAINING = {
    "vanilla_tensorflow": (128, "uniform", kg.NonSaturating(), (1e-3, 0.9, 0.999, 1e-8)),
    "vanilla_pytorch": (64, "normal", kg.NonSaturating(), (1e-3, 0.9, 0.999, 1e-8)),
    "vanilla_assignment": (100, "uniform", kg.NonSaturating(), (1e-3, 0.9, 0.999, 1e-8)),
    "udacity_mlp": (100, "uniform", kg.NonSaturating(0.9), (2e-3, 0.9, 0.999, 1e-8)),
    "deep_mlp": (64, "normal", kg.NonSaturating(), (2e-4, 0.5, 0.999, 1e-8)),
    "deep_mlp_batch_norm": (64, "normal", kg.NonSaturating(), (2e-4, 0.5, 0.999, 1e-8)),
    "goodfellow_mnist": (100, "uniform", kg.NonSaturating(), None),
    "keras_gan_mlp": (32, "normal", kg.NonSaturating(), (2e-4, 0.5, 0.999, 1e-7)),
    "gans_in_action": (128, "normal", kg.NonSaturating(), (1e-3, 0.9, 0.999, 1e-7)),
    "dcgan": (128, "normal", kg.NonSaturating(), (2e-4, 0.5, 0.999, 1e-8)),
    "wgan": (64, "normal", kg.Wasserstein(), None),
    "wgan_gp": (64, "normal", kg.Wasserstein(), (1e-4, 0.0, 0.9, 1e-8)),
    "tensorflow_dcgan": (256, "normal", kg.NonSaturating(), (1e-4, 0.9, 0.999, 1e-7)),
    "keras_io_dcgan": (32, "normal", kg.NonSaturating(), (1e-4, 0.9, 0.999, 1e-7)),
    "keras_io_wgan_gp": (512, "normal", kg.Wasserstein(), (2e-4, 0.5, 0.9, 1e-7)),
    "pytorch_dcgan": (128, "normal", kg.NonSaturating(), (2e-4, 0.5, 0.999, 1e-8)),
}
LENGTHS = {  # epochs, or steps from 1,000 up
    "vanilla_tensorflow": 1_000_000,
    "vanilla_pytorch": 100_000,
    "vanilla_assignment": 30,
    "udacity_mlp": 100,
    "deep_mlp": 100,
    "deep_mlp_batch_norm": 100,
    "goodfellow_mnist": 250,
    "keras_gan_mlp": 30_000,
    "gans_in_action": 20_000,
    "dcgan": 200,
    "wgan": 100_000,
    "wgan_gp": 100_000,
    "tensorflow_dcgan": 50,
    "keras_io_dcgan": 100,
    "keras_io_wgan_gp": 2_360,
    "pytorch_dcgan": 5,
}
ON_EACH_BACKEND = ("goodfellow_mnist", "deep_mlp_batch_norm", "tensorflow_dcgan")  # all kinds of layers
each_recipe = pytest.mark.parametrize("name", kg.RECIPES)


@pytest.fixture(scope="module")
def built():
    """The GAN of a recipe for its own images, built once."""
    made = {}

    def gan(name):
        if name not in made:
            recipe = kg.get_recipe(name)
            made[name] = recipe.build(recipe.image_shape, seed=1)
        return made[name]

    return gan


def kernels(network):
    return [keras.ops.convert_to_numpy(w.value) for w in network.weights if w.path.endswith("kernel")]


def layers_of(network, kind):
    return [layer for layer in network.layers if isinstance(layer, kind)]


def test_no_recipe_is_left_out_of_these_tables():
    assert list(PARAMETERS) == list(TRAINING) == list(LENGTHS) == list(kg.RECIPES)
    assert all(name == recipe.name for name, recipe in kg.RECIPES.items())


@each_recipe
def test_networks_have_the_parameters_of_the_source(name, built):
    gan = built(name)
    assert (gan.generator.count_params(), gan.discriminator.count_params()) == PARAMETERS[name]


@each_recipe
def test_training_is_that_of_the_source(name, built):
    recipe, gan = kg.get_recipe(name), built(name)
    batch_size, latent, loss, adam = TRAINING[name]
    assert (recipe.batch_size, gan.options.latent, gan.options.loss) == (batch_size, latent, loss)
    assert (recipe.latent, recipe.loss) == (latent, loss)
    assert gan.generator_optimizer is not gan.discriminator_optimizer
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        if adam is not None:
            config = optimizer.get_config()
            assert isinstance(optimizer, keras.optimizers.Adam)
            assert [config[key] for key in ADAM[1:]] == pytest.approx(adam, rel=1e-6)


@each_recipe
def test_length_is_given_in_epochs_or_in_steps(name):
    recipe = kg.get_recipe(name)
    assert (recipe.epochs is None) != (recipe.steps is None)
    assert (recipe.epochs, recipe.steps)[LENGTHS[name] > 1_000] == LENGTHS[name]


def test_options_beyond_the_common_ones():
    options = {name: dict(recipe.options) for name, recipe in kg.RECIPES.items() if recipe.options}
    assert options == {
        "udacity_mlp": {"share_z": True},
        "goodfellow_mnist": {"update": "simultaneous", "share_z": True, "reduction": "mean"},
        "keras_gan_mlp": {"reduction": "mean", "frozen_mode": "inference"},
        "wgan": {"discriminator_steps": 5},
        "wgan_gp": {"discriminator_steps": 5},
        "tensorflow_dcgan": {"update": "simultaneous", "share_z": True},
        "keras_io_dcgan": {"reduction": "mean"},
        "keras_io_wgan_gp": {"discriminator_steps": 3},
        "pytorch_dcgan": {"share_z": True},
    }
    penalties = {name: recipe.penalty for name, recipe in kg.RECIPES.items() if recipe.penalty}
    assert penalties == {
        "wgan": kg.WeightClipping(0.01),
        "wgan_gp": kg.GradientPenalty(10.0),
        "keras_io_wgan_gp": kg.GradientPenalty(10.0),
    }


def test_rmsprop_of_the_wasserstein_gan(built):
    for optimizer in (built("wgan").generator_optimizer, built("wgan").discriminator_optimizer):
        assert isinstance(optimizer, keras.optimizers.RMSprop)
        assert float(optimizer.learning_rate) == pytest.approx(5e-5)


def test_the_first_gan_slows_down_by_four_millionths_a_step(built):
    optimizer = built("goodfellow_mnist").discriminator_optimizer
    schedule = optimizer._learning_rate
    assert isinstance(optimizer, keras.optimizers.SGD)
    assert optimizer.momentum == 0.5
    for step in (0, 1, 150_000):
        assert float(schedule(step)) == pytest.approx(0.1 / 1.000004**step, rel=1e-4)


@pytest.mark.parametrize("name", ["vanilla_tensorflow", "vanilla_pytorch", "vanilla_assignment"])
def test_vanilla_starts_at_a_normal_of_two_over_fan_in(name, built):
    for kernel in (kernels(built(name).generator)[1], kernels(built(name).discriminator)[0]):
        std = np.sqrt(2 / kernel.shape[0])
        assert kernel.std() == pytest.approx(std, rel=0.01)
        assert np.abs(kernel).max() > 3.5 * std  # not truncated, which would end at 2


@pytest.mark.parametrize("name", ["deep_mlp", "deep_mlp_batch_norm", "dcgan", "wgan", "wgan_gp"])
def test_pytorch_starts_uniform_up_to_one_over_the_root_of_fan_in(name, built):
    for network in (built(name).generator, built(name).discriminator):
        for layer in network.layers:
            if hasattr(layer, "kernel"):
                kernel = keras.ops.convert_to_numpy(layer.kernel)
                fan_in = kernel.shape[-2] * np.prod(kernel.shape[:-2])  # as PyTorch counts, transposed or not
                assert 0.95 < np.abs(kernel).max() * np.sqrt(fan_in) < 1 + 1e-6


def test_other_starts(built):
    first = built("goodfellow_mnist")
    assert max(np.abs(k).max() for k in kernels(first.generator)) == pytest.approx(0.05, rel=0.01)
    assert max(np.abs(k).max() for k in kernels(first.discriminator)) == pytest.approx(0.005, rel=0.01)
    torch = built("pytorch_dcgan")
    for kernel in [*kernels(torch.generator), *kernels(torch.discriminator)]:
        assert kernel.mean() == pytest.approx(0.0, abs=0.0015)
        assert kernel.std() == pytest.approx(0.02, rel=0.05)
    factors = np.concatenate([w.numpy() for w in torch.generator.weights if w.path.endswith("gamma")])
    assert (factors.mean(), factors.std()) == (pytest.approx(1.0, abs=0.003), pytest.approx(0.02, rel=0.1))


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("udacity_mlp", 0.01),
        ("gans_in_action", 0.01),
        ("deep_mlp", 0.2),
        ("keras_gan_mlp", 0.2),
        ("tensorflow_dcgan", 0.3),
        ("keras_io_dcgan", 0.2),
        ("keras_io_wgan_gp", 0.2),
        ("pytorch_dcgan", 0.2),
    ],
)
def test_slopes_below_zero(name, slope, built):
    gan = built(name)
    found = [x for net in (gan.generator, gan.discriminator) for x in layers_of(net, keras.layers.LeakyReLU)]
    assert found
    assert {layer.negative_slope for layer in found} == {slope}


@pytest.mark.parametrize(
    ("name", "momentum", "epsilon"),
    [
        ("keras_gan_mlp", 0.8, 1e-3),
        ("tensorflow_dcgan", 0.99, 1e-3),
        ("pytorch_dcgan", 0.9, 1e-5),
        ("dcgan", 0.9, 1e-5),
        ("deep_mlp_batch_norm", 0.9, 1e-5),
    ],
)
def test_batch_normalisation_has_the_numbers_of_its_framework(name, momentum, epsilon, built):
    found = layers_of(built(name).generator, keras.layers.BatchNormalization)
    assert {(layer.momentum, layer.epsilon) for layer in found} == {(momentum, epsilon)}


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("deep_mlp", [0.3, 0.3, 0.3]),
        ("goodfellow_mnist", [0.2, 0.5, 0.5]),
        ("tensorflow_dcgan", [0.3, 0.3]),
        ("keras_io_dcgan", [0.2]),
        ("keras_io_wgan_gp", [0.3, 0.3, 0.2]),
        ("vanilla_tensorflow", []),
    ],
)
def test_dropout_in_the_discriminator(name, rates, built):
    dropouts = layers_of(built(name).discriminator, keras.layers.Dropout)
    assert [layer.rate for layer in dropouts] == rates
    assert not layers_of(built(name).generator, keras.layers.Dropout)


def test_maxout_takes_the_largest_of_five_pieces_a_unit(built):
    network = built("goodfellow_mnist").discriminator
    x = np.random.default_rng(0).uniform(0, 1, (3, 28, 28, 1)).astype("float32")
    hidden = x.reshape(3, -1)
    weights = [keras.ops.convert_to_numpy(w.value) for w in network.trainable_weights]
    for kernel, bias in (weights[:2], weights[2:4]):
        hidden = np.stack([(hidden @ kernel + bias)[:, 5 * u : 5 * u + 5].max(axis=1) for u in range(240)], 1)
    logits = hidden @ weights[4] + weights[5]
    assert keras.ops.convert_to_numpy(network(x)) == pytest.approx(logits, abs=1e-6)


@each_recipe
def test_pixels_have_the_range_that_the_generator_reaches(name, built):
    recipe = kg.get_recipe(name)
    assert recipe.value_range == RANGES[output_activation(built(name).generator)]
    ends = recipe.scaled(np.array([-1.0, 0.0, 1.0], "float32"))
    assert (ends.tolist(), ends.dtype) == (
        [recipe.value_range[0], sum(recipe.value_range) / 2, 1.0],
        "float32",
    )


@each_recipe
def test_records_say_where_they_come_from(name):
    recipe = kg.get_recipe(name)
    assert re.search(r"\b20\d\d\b|this course's source", recipe.source)
    assert recipe.differs.endswith(".")
    assert len(f"{name:<21}{recipe.title}") <= 80


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.backend] if n in ON_EACH_BACKEND else []) for n in kg.RECIPES],
)
def test_a_step_moves_every_weight_and_leaves_it_finite(name):
    recipe = kg.get_recipe(name)
    side, channels = max(8, recipe.multiple), recipe.image_shape[2]
    gan = recipe.build((side, side, channels), seed=1)
    gan.compile(
        generator_optimizer=gan.generator_optimizer,
        discriminator_optimizer=gan.discriminator_optimizer,
        run_eagerly=True,
    )
    images = np.random.default_rng(0).uniform(-1, 1, (20, side, side, channels)).astype("float32")
    with kg.weight_audit(generator=gan.generator, discriminator=gan.discriminator) as audit:
        history = gan.fit(recipe.scaled(images), batch_size=4, verbose=0)
    trainable = [w.path for net in (gan.generator, gan.discriminator) for w in net.trainable_weights]
    if isinstance(recipe.loss, kg.Wasserstein):
        trainable.pop()  # the critic's last bias adds the same to real and fake
    still = {f"{c.layer}/{c.weight}" for c in audit.changes if c.largest_change == 0.0}
    assert not still & set(trainable)
    assert all(np.isfinite(values).all() for values in history.history.values())
    assert gan.sample(2, seed=0).shape == (2, side, side, channels)


@pytest.mark.parametrize("name", ["goodfellow_mnist", "keras_io_wgan_gp", "pytorch_dcgan"])
def test_equal_seeds_give_equal_networks_and_files_keep_them(name, tmp_path):
    recipe = kg.get_recipe(name)
    one, same, other = (recipe.build((16, 16, 1), seed) for seed in (1, 1, 2))
    one.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    samples = [gan.sample(3, seed=0) for gan in (one, same, loaded)]
    assert np.array_equal(samples[0], samples[1])
    assert np.array_equal(samples[0], samples[2])
    assert not np.array_equal(samples[0], other.sample(3, seed=0))
    assert loaded.get_compile_config() == one.get_compile_config()


@pytest.mark.parametrize(
    ("name", "num_images", "epochs"),
    [
        ("vanilla_assignment", 7, 30),
        ("vanilla_tensorflow", 60_000, 2_133),  # 469 steps an epoch
        ("keras_gan_mlp", 60_000, 16),  # 1,875 steps an epoch
        ("wgan", 60_000, 532),  # 188 steps of five batches of 64
        ("keras_io_wgan_gp", 60_000, 59),  # 40 steps of three batches of 512
    ],
)
def test_steps_become_epochs(name, num_images, epochs):
    assert kg.get_recipe(name).epochs_for(num_images) == epochs


@pytest.mark.parametrize(
    ("name", "updates", "of_few"),
    [
        ("vanilla_assignment", 18_000, 150),  # 30 epochs of 600 steps, of 5
        ("keras_io_dcgan", 156_300, 1_600),  # 100 epochs of 1,563 steps, of 16
        ("keras_gan_mlp", 30_000, 30_000),  # a source that counts steps
    ],
)
def test_a_recipe_knows_its_updates(name, updates, of_few):
    assert kg.get_recipe(name).updates == updates
    assert kg.get_recipe(name).updates_for(500) == pytest.approx(of_few, rel=1e-3)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match=r"Received: 'pytorch_dgcan'\. Did you mean 'pytorch_dcgan'\?"):
        kg.get_recipe("pytorch_dgcan")
    with pytest.raises(
        ValueError,
        match=r"16 divides both sides. Received: images of 218 x 28 pixels\. Scale .*size=\(224, 32\)",
    ):
        kg.get_recipe("dcgan").build((218, 28, 1))
    with pytest.raises(ValueError, match=r"`image_shape` is \(height, width, channels\)"):
        kg.get_recipe("deep_mlp").build((784,))
    with pytest.raises(ValueError, match="`seed` is an integer"):
        kg.get_recipe("deep_mlp").build((8, 8, 1), seed=-1)


def test_the_page_shows_the_records_and_its_program_runs(capsys):
    text = PAGE.read_text(encoding="utf-8")
    assert with_table(text) == text, "run `python -m tools.recipes`"
    (program,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    exec(compile(program, PAGE.name, "exec"), {})
    assert capsys.readouterr().out == "None known. (5, 8, 8, 1)\n"
