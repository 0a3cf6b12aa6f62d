"""What every Keras user tries: it works, or is refused in one sentence before anything is lost."""

import os

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny import Batches, labelled_players, numbers, tiny_gan, tiny_players, tiny_rows, values

import keras_gan as kg

pytestmark = pytest.mark.backend
BACKEND = keras.backend.backend()
ROWS = tiny_rows(32)


def weights(network):
    return [numbers(w.value) for w in network.trainable_weights]


def moved(before, after):
    return any((a != b).any() for a, b in zip(before, after, strict=True))


# --- Something set after `compile` --------------------------------------------------------------------------


def freeze(gan):
    gan.discriminator.trainable = False


def freeze_layer(gan):
    gan.generator.layers[1].trainable = False


def other_network(gan):
    gan.discriminator = tiny_players()[1]


def other_optimizer(gan):
    gan.generator_optimizer = keras.optimizers.Adam()


def one_optimizer(gan):
    gan.optimizer = keras.optimizers.Adam()


def other_options(gan):
    gan.options = kg.GAN(*tiny_players(), loss="hinge", seed=3).options


CHANGES = (freeze, freeze_layer, other_network, other_optimizer, one_optimizer, other_options)


@pytest.mark.parametrize("train", ["fit", "stream", "train_on_batch"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("between", [False, True])
def test_a_change_after_compile_asks_to_compile_again(train, change, between):
    gan = tiny_gan()

    def run():
        if train == "fit":
            gan.fit(ROWS, batch_size=8, verbose=0)
        elif train == "stream":
            gan.fit(Batches(ROWS, batch=8), verbose=0)
        else:
            gan.train_on_batch(ROWS[:8])

    if between:
        run()
    change(gan)
    before = values(gan)
    with pytest.raises(ValueError, match=r"A GAN trains as it was compiled\. Received: .* `compile` again"):
        run()
    assert not moved(before, values(gan))


def test_fine_tuning_unfreezes_a_layer_and_compiles_again():
    gan = tiny_gan()
    first = gan.generator.layers[1]
    first.trainable = False
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    before = [numbers(w.value) for w in first.weights]
    gan.fit(ROWS, batch_size=8, verbose=0)
    assert not moved(before, [numbers(w.value) for w in first.weights])
    first.trainable = True
    with pytest.raises(ValueError, match="a generator with 4 weights to train, where its optimizer holds 2"):
        gan.fit(ROWS, batch_size=8, verbose=0)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    gan.fit(ROWS, batch_size=8, verbose=0)
    assert moved(before, [numbers(w.value) for w in first.weights])


@pytest.mark.parametrize("name", ["train_step", "test_step", "compute_loss", "compute_metrics"])
def test_a_step_that_would_never_be_called_is_refused_with_the_class(name):
    def step(self, *arguments):
        raise AssertionError

    message = rf"by `training_step.*Received: \w+\.{name}, which is never called"
    with pytest.raises(TypeError, match=message):
        type("Own", (kg.GAN,), {name: step})
    with pytest.raises(TypeError, match=message):
        type("Own", (type("Mixin", (), {name: step}), kg.GAN), {})
    gan = tiny_gan()
    setattr(gan, name, step)
    with pytest.raises(TypeError, match=message):
        gan.fit(ROWS, verbose=0)


@pytest.mark.parametrize(
    ("method", "keyword", "way"),
    [
        ("compile", "loss", "Pass it to the constructor"),
        ("compile", "steps_per_execution", "`steps_per_block=`"),
        ("fit", "class_weight", "repeat rows"),
        ("fit", "validation_split", "`validation_data=`"),
        ("fit", "epoch", r"help\(keras_gan\.GAN\.fit\)"),
        ("evaluate", "sample_weight", "repeat rows"),
    ],
)
def test_what_keras_takes_and_a_gan_does_not_comes_with_the_way(method, keyword, way):
    needed = {"generator_optimizer": "sgd", "discriminator_optimizer": "sgd"} if method == "compile" else {}
    with pytest.raises(TypeError, match=rf"Received: `{keyword}=`.*{way}"):
        getattr(tiny_gan(), method)(*[ROWS] * (method != "compile"), **needed, **{keyword: 0.5})


def test_sample_weights_are_never_left_aside():
    gan = tiny_gan()
    stream = ((ROWS[:8], None, np.ones(8)) for _ in range(2))
    for act in (
        lambda: gan.train_on_batch(ROWS[:8], sample_weight=np.ones(8)),
        lambda: gan.test_on_batch(ROWS[:8], sample_weight=np.ones(8)),
        lambda: gan.fit(stream, verbose=0),
    ):
        with pytest.raises(ValueError, match=r"Received: 3 parts, as with sample weights\. Leave them out"):
            act()


# --- What is compiled ---------------------------------------------------------------------------------------


def augmenting_players():
    """A discriminator that turns its images, by an operation that XLA does not take."""
    sample = keras.Input((8, 8, 1))
    turned = keras.layers.RandomRotation(0.1, seed=5)(sample)
    logit = keras.layers.Dense(1)(keras.layers.Flatten()(turned))
    return kg.conv_generator(3, (8, 8, 1), width=2, seed=1), keras.Model(sample, logit)


@pytest.mark.parametrize("options", [{}, {"jit_compile": False}, {"run_eagerly": True}])
def test_augmentation_in_the_discriminator(options):
    if BACKEND == "tensorflow" and options == {"jit_compile": False}:
        options = {}  # there "auto" means it
    gan = kg.GAN(*augmenting_players(), seed=3)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam", **options)
    images = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
    history = gan.fit(images, batch_size=8, epochs=2, verbose=0, validation_data=images[:8])
    assert np.isfinite(history.history["val_d_loss"]).all()


@pytest.mark.parametrize("options", [{"jit_compile": False}, {"run_eagerly": True}])
def test_uncompiled_steps_give_the_same_numbers(options):
    compiled, plain = tiny_gan(), tiny_gan()
    plain.compile(
        generator_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5, epsilon=1e-3),
        discriminator_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5, epsilon=1e-3),
        **options,
    )
    for gan in (compiled, plain):
        gan.fit(ROWS, batch_size=8, epochs=2, verbose=0)
    for a, b in zip(values(compiled), values(plain), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


# --- One door for all data ----------------------------------------------------------------------------------

SHAPE = (2, 2, 1)
BAD = {
    "pixels from 0 to 255": (lambda x: (x + 1) * 127.5, "Scale the data to"),
    "integers": (lambda x: ((x + 1) * 127).astype("uint8"), "floating point"),
    "not a number": (lambda x: np.where(x > x.min(), x, np.nan), "NaN or infinity"),
    "infinity": (lambda x: np.where(x > x.min(), x, np.inf), "NaN or infinity"),
    "another shape": (lambda x: x[:, :1], "the generator makes"),
}


def image_gan():
    gan = kg.GAN(
        kg.mlp_generator(3, SHAPE, widths=(4,), seed=1),
        kg.mlp_discriminator(SHAPE, widths=(4,), seed=2),
        seed=3,
    )
    gan.compile(generator_optimizer="sgd", discriminator_optimizer="sgd", run_eagerly=True)
    return gan


IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, *SHAPE)).astype("float32")


def as_stream(rows):
    return Batches(rows, batch=8)


def as_generator(rows):
    return (rows[i : i + 8] for i in range(0, len(rows), 8))


def as_tf_data(rows):
    return pytest.importorskip("tensorflow").data.Dataset.from_tensor_slices(rows).batch(8)


DOORS = {
    "fit": lambda gan, make, rows: gan.fit(
        make(rows), batch_size=8 if make is np.asarray else None, verbose=0
    ),
    "validation": lambda gan, make, rows: gan.fit(
        IMAGES, validation_data=make(rows), batch_size=8, verbose=0
    ),
    "evaluate": lambda gan, make, rows: gan.evaluate(make(rows), verbose=0),
    "train_on_batch": lambda gan, make, rows: gan.train_on_batch(rows),
    "test_on_batch": lambda gan, make, rows: gan.test_on_batch(rows),
}


@pytest.mark.parametrize("make", [np.asarray, as_stream, as_generator, as_tf_data])
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("bad", BAD)
def test_bad_rows_come_in_by_no_door(door, make, bad):
    change, message = BAD[bad]
    with pytest.raises(ValueError, match=message):
        DOORS[door](image_gan(), make, change(IMAGES))


@given(
    door=st.sampled_from(["fit", "validation", "evaluate"]),
    make=st.sampled_from([np.asarray, as_stream, as_tf_data]),
    low=st.floats(0.0, 0.5),
)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_rows_in_the_range_of_a_sigmoid_under_a_tanh_are_warned_of_at_every_door(door, make, low):
    rows = (low + (1 - low) * (IMAGES + 1) / 2).astype("float32")
    with pytest.warns(UserWarning, match=r"ends in tanh makes samples in \[-1, 1\].*pass `2 \* x - 1`"):
        DOORS[door](image_gan(), make, rows)


def endless(rows):
    return as_tf_data(rows).repeat()


class Endless(Batches):
    num_batches = None


@pytest.mark.parametrize("make", [endless, lambda rows: Endless(rows, batch=8)])
def test_a_stream_without_an_end_is_cut_or_refused(make):
    gan = image_gan()
    with pytest.raises(ValueError, match=r"Received: one that repeats for ever\. Pass `steps_per_epoch`"):
        gan.fit(make(IMAGES), verbose=0)
    with pytest.raises(ValueError, match="`validation_steps` for `validation_data`"):
        gan.fit(IMAGES, batch_size=8, validation_data=make(IMAGES), verbose=0)
    with pytest.raises(ValueError, match="`steps` to `evaluate`"):
        gan.evaluate(make(IMAGES), verbose=0)
    if make is endless:
        history = gan.fit(
            make(IMAGES),
            epochs=2,
            steps_per_epoch=3,
            validation_data=make(IMAGES),
            validation_steps=2,
            verbose=0,
        )
        assert len(history.history["val_d_loss"]) == 2
        assert gan.steps_taken == 6
        gan.evaluate(make(IMAGES), steps=2, verbose=0)


@pytest.mark.parametrize("options", [{}, {"discriminator_steps": 2, "packing": 2}])
def test_validation_and_evaluate_look_at_every_row(options):
    players = {"read": (4,)} if options else {}
    gan = kg.GAN(*tiny_players(**players), seed=3, **options)
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    history = gan.fit(
        ROWS, batch_size=8, validation_data=ROWS[:11], validation_batch_size=4, verbose=0
    ).history
    alone = gan.evaluate(ROWS[:11], batch_size=4, verbose=0, return_dict=True)
    assert float(numbers(gan.metrics[0].count)) == 11
    assert {name: history[f"val_{name}"] for name in alone} == {
        k: [pytest.approx(v)] for k, v in alone.items()
    }
    stream = (ROWS[start : min(start + 4, 11)] for start in (0, 4, 8))
    streamed = gan.evaluate(stream, verbose=0, return_dict=True)
    assert streamed == pytest.approx(alone, rel=1e-5)


# --- Seeds --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 7])
def test_a_seed_of_keras_reaches_everything_that_was_given_none(seed):
    def run():
        keras.utils.set_random_seed(seed)
        gan = kg.GAN(
            kg.mlp_generator(3, (2,), widths=(4,)), kg.mlp_discriminator((2,), widths=(4,), dropout=0.2)
        )
        gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
        gan.fit(ROWS, batch_size=8, verbose=0)
        return gan.seed, [value.tobytes() for value in values(gan)], gan.sample(3).tobytes()

    assert run() == run()


def test_without_any_seed_two_gans_differ():
    seeds = {kg.GAN(*tiny_players()).seed for _ in range(5)}
    assert len(seeds) == 5


# --- Minibatches of one row ---------------------------------------------------------------------------------


def normalized(**options):
    return tiny_gan(discriminator={"batch_normalization": True}, **options)


@pytest.mark.parametrize("options", [{}, {"packing": 2}, {"discriminator_steps": 2}])
def test_batch_normalization_of_a_single_row_is_refused(options):
    packing, minibatches = options.get("packing", 1), options.get("discriminator_steps", 1)
    players = {"read": (2 * packing,), "discriminator": {"batch_normalization": True, "widths": (4, 4)}}

    def make():
        gan = kg.GAN(*tiny_players(**players), seed=3, **options)
        gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
        return gan

    message = rf"at least {2 * packing} rows a minibatch.*Received: a minibatch of {packing}\. Pass larger"
    with pytest.raises(ValueError, match=message):
        make().fit(ROWS, batch_size=packing, verbose=0)
    with pytest.raises(ValueError, match=message):
        make().fit(Batches(ROWS, batch=packing * minibatches), verbose=0)
    with pytest.raises(ValueError, match=message):
        make().train_on_batch(ROWS[: packing * minibatches])
    gan = make()
    gan.fit(ROWS[: 8 * minibatches + packing * minibatches], batch_size=8, verbose=0)
    assert gan.steps_taken == 1  # a rest that cannot train is left out


def test_where_a_row_has_several_places_one_row_is_enough():
    images = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 1)).astype("float32")
    gan = kg.GAN(
        kg.conv_generator(3, (8, 8, 1), width=2, seed=1),
        kg.conv_discriminator((8, 8, 1), width=2, num_blocks=2, batch_normalization=True, seed=2),
        seed=3,
    )
    gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    before = weights(gan.discriminator)
    gan.fit(images, batch_size=1, verbose=0)
    assert all((a != b).any() for a, b in zip(before, weights(gan.discriminator), strict=True))


# --- Conditions ---------------------------------------------------------------------------------------------


def test_labels_in_a_column_are_labels():
    rows = np.linspace(-1, 1, 16, dtype="float32")[:, None]
    labels = (rows > 0).astype("int64")
    runs = []
    for given_labels in (labels, labels[:, 0]):
        gan = kg.GAN(*labelled_players(), seed=3)
        gan.compile(generator_optimizer="adam", discriminator_optimizer="adam")
        gan.fit(rows, given_labels, batch_size=8, verbose=0, validation_data=(rows, given_labels))
        gan.fit(Batches(rows, given_labels, batch=8), verbose=0)
        gan.train_on_batch(rows, given_labels)
        runs.append([*[v.tobytes() for v in values(gan)], gan.sample(4, given_labels[:4], seed=0).tobytes()])
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("labels", "todo"),
    [
        (np.eye(2, dtype="float32")[[0, 1, 1]], r"argmax\(axis=1\)"),
        (np.array([0.0, 1.0, 1.0]), r'labels\.astype\("int32"\)'),
        (np.array([0.1, 0.7, 1.0]), "Continuous conditions are not supported"),
        (np.array(["cat", "dog", "dog"]), "np.unique"),
        (np.array([[1, 1], [0, 1], [1, 0]]), "number the combinations"),
        (np.zeros((3, 4), int), "number the combinations"),
        (np.array([1, 2, 1]), "Number the classes from 0"),
    ],
)
def test_labels_of_another_form_come_with_the_way(labels, todo):
    with pytest.raises(ValueError, match=rf"3 integers from 0 to 1.*{todo}"):
        kg.GAN(*labelled_players(), seed=3).sample(3, labels)


def test_labelled_streams_for_networks_without_classes_are_told_to_drop_the_labels():
    tf = pytest.importorskip("tensorflow")
    stream = tf.data.Dataset.from_tensor_slices((ROWS, np.zeros(32, int))).batch(8)
    for door in (tiny_gan().fit, tiny_gan().evaluate):
        with pytest.raises(ValueError, match=r"`\.map\(lambda x, y: x\)`"):
            door(stream, verbose=0)
    tiny_gan().fit(stream.map(lambda x, y: x), verbose=0)


def test_a_table_of_integers_is_not_told_of_images():
    with pytest.raises(ValueError, match=r'`x\.astype\("float32"\)`') as refusal:
        tiny_gan().fit(np.zeros((8, 2), int), verbose=0)
    assert "image" not in str(refusal.value)
    with pytest.raises(ValueError, match=r"kg\.load_images"):
        image_gan().fit(np.zeros((8, *SHAPE), int), verbose=0)


# --- Looking at it, and taking it away ----------------------------------------------------------------------


def test_the_summary_names_both_players(capsys):
    tiny_gan().summary()
    text = capsys.readouterr().out
    assert "generator" in text
    assert "discriminator" in text


def exported(gan, path, **options):
    try:
        gan.export(path, verbose=False, **options)
    except (ValueError, ImportError) as error:
        if BACKEND == "torch":
            pytest.skip(f"torch: {str(error)[:80]}")
        raise


@pytest.mark.filterwarnings("ignore:The `native_serialization`:DeprecationWarning")
@pytest.mark.parametrize("player", ["generator", "averaged_generator", "discriminator"])
def test_each_player_is_exported_by_name(player, tmp_path):
    tf = pytest.importorskip("tensorflow")
    gan = tiny_gan(average=0.9)
    gan.fit(ROWS, batch_size=8, verbose=0)
    exported(gan, tmp_path / "model", player=player)
    network = getattr(gan, player)
    inputs = np.ones((2, network.inputs[0].shape[-1]), "float32")
    loaded = tf.saved_model.load(str(tmp_path / "model"))
    np.testing.assert_allclose(
        loaded.serve(tf.constant(inputs)).numpy(), numbers(network(inputs)), rtol=1e-5, atol=1e-6
    )
    assert os.listdir(tmp_path) == ["model"]


def test_an_export_writes_over_nothing(tmp_path):
    gan, path = tiny_gan(), tmp_path / "model"
    path.mkdir()
    with pytest.raises(ValueError, match="`filepath` is new, so that no file of yours is lost"):
        gan.export(path)
    with pytest.raises(ValueError, match="Did you mean 'generator'"):
        gan.export(tmp_path / "b", player="generater")
    with pytest.raises(ValueError, match="average=None"):
        gan.export(tmp_path / "b", player="averaged_generator")
    with pytest.raises(ValueError, match="format='cake'"):
        gan.export(tmp_path / "b", format="cake")
    assert os.listdir(tmp_path) == ["model"]
