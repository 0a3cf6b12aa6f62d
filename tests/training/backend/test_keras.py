"""Each private name of Keras that the package uses is there on this backend and does what is said of it."""

import inspect
from pathlib import Path

import keras
import numpy as np
import pytest
from tiny import Batches, linear, numbers, tiny_gan, tiny_rows

import keras_gan as kg
from keras_gan.training.backend import _keras

BACKEND = keras.backend.backend()
pytestmark = pytest.mark.backend
on_jax = pytest.mark.skipif(BACKEND != "jax", reason="what Keras does on JAX")
on_tensorflow = pytest.mark.skipif(BACKEND != "tensorflow", reason="what Keras does on TensorFlow")


def test_each_function_is_tested_here():
    functions = inspect.getmembers(_keras, inspect.isfunction)
    ours = [name for name, f in functions if f.__module__ == _keras.__name__ and not name.startswith("_")]
    text = Path(__file__).read_text(encoding="utf-8")
    assert len(ours) >= 15
    assert [name for name in [*ours, *_keras.__all__] if f"_keras.{name}(" not in text] == []


# --- Networks -----------------------------------------------------------------------------------------------


def nested():
    """A layer inside of a layer inside of a model inside of a model."""
    inner = keras.Sequential([keras.Input((2,)), kg.SpectralNormalization(keras.layers.Dense(3))])
    x = keras.Input((2,))
    return keras.Model(x, keras.layers.Dense(1)(inner(x))), inner


def test_layers_at_every_depth_are_found():
    network, inner = nested()
    found = _keras.layers_of(network)
    assert len(found) == len({id(layer) for layer in found})
    wanted = [network, *network.layers, *inner.layers, inner.layers[0].layer]
    assert {id(layer) for layer in wanted} <= {id(layer) for layer in found}
    assert sum(isinstance(layer, keras.layers.Dense) for layer in found) == 2


def test_layers_with_layers_are_told_from_those_without():
    network, inner = nested()
    assert _keras.has_layers(network)
    assert _keras.has_layers(inner.layers[0])
    assert not _keras.has_layers(inner.layers[0].layer)


def test_a_tensor_knows_the_operation_and_the_call_that_made_it():
    first, second = keras.Input((2,)), keras.Input((2,))
    shared = keras.layers.Dense(2)
    one, two = shared(first), shared(second)
    assert _keras.made_by(one) == (shared, 0, 0)
    assert _keras.made_by(two) == (shared, 1, 0)
    (_, right) = keras.ops.split(two, 2, axis=-1)
    assert _keras.made_by(right)[2] == 1
    assert [[id(x) for x in call] for call in _keras.inputs_of(shared)] == [[id(first)], [id(second)]]


# --- Optimizers ---------------------------------------------------------------------------------------------


def test_an_optimizer_knows_the_variables_that_it_was_built_for():
    optimizer, variables = keras.optimizers.Adam(), linear([[1.0]]).trainable_variables
    assert _keras.trained_by(optimizer) == []
    optimizer.build(variables)
    assert [id(v) for v in _keras.trained_by(optimizer)] == [id(v) for v in variables]


@pytest.mark.parametrize("scheduled", [True, False])
def test_the_learning_rate_some_updates_later(scheduled):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)
    optimizer = keras.optimizers.SGD(schedule if scheduled else 0.25)
    optimizer.build(linear([[1.0]]).trainable_variables)
    optimizer.iterations.assign(1)
    assert _keras.has_schedule(optimizer) == scheduled
    rates = [float(numbers(_keras.learning_rate_after(optimizer, steps))) for steps in (0, 1, 2)]
    assert rates == pytest.approx([0.25, 0.125, 0.0625] if scheduled else [0.25] * 3)
    assert rates[0] == pytest.approx(float(numbers(optimizer.learning_rate)))


def test_the_moments_of_adam_are_those_of_its_formula():
    variable = keras.Variable(np.zeros(2, "float32"))
    optimizer = keras.optimizers.Adam(beta_1=0.5, beta_2=0.75)
    optimizer.build([variable])
    optimizer.apply([keras.ops.array([2.0, -4.0])], [variable])
    (first,), (second,) = _keras.moments(optimizer)
    np.testing.assert_allclose(numbers(first.value), [1.0, -2.0])
    np.testing.assert_allclose(numbers(second.value), [1.0, 4.0])


# --- Data ---------------------------------------------------------------------------------------------------


def test_an_adapter_reads_a_stream_as_numpy_arrays():
    rows = tiny_rows(16)
    adapter = _keras.adapter_of(Batches(rows, batch=8))
    batches = list(adapter.get_numpy_iterator())
    np.testing.assert_array_equal(np.concatenate([np.asarray(batch[0]) for batch in batches]), rows)
    assert adapter.num_batches == 2


def test_in_place_of_an_adapter_nothing_happens_around_an_epoch():
    adapter = _keras.no_adapter()
    assert adapter.on_epoch_begin() is None
    assert adapter.on_epoch_end() is None


# --- The trainers of the backends ---------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False])
def test_a_stream_without_an_end_says_so(known):
    class Stream(keras.utils.PyDataset):
        num_batches = 3 if known else None

    assert _keras.is_endless(Stream()) is not known
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.range(3)
    assert _keras.is_endless(dataset if known else dataset.repeat()) is not known
    assert not _keras.is_endless(dataset.filter(lambda i: i > 1))  # of unknown length
    assert not _keras.is_endless(iter([]))


def test_fit_tells_evaluate_of_validation_by_one_word(monkeypatch):
    """`fit` still says it by that name; a second word would reach a `GAN` that expects none."""
    seen, evaluate = [], keras.Model.evaluate

    def listening(model, *arguments, **options):
        seen.append(dict(options))
        return evaluate(model, *arguments, **options)

    monkeypatch.setattr(keras.Model, "evaluate", listening)
    model = linear([[1.0], [2.0]])
    model.compile("sgd", "mse")
    rows, targets = tiny_rows(8), np.zeros((8, 1), "float32")
    model.fit(rows, targets, validation_data=(rows, targets), verbose=0)
    (said,) = seen
    assert [name for name in said if name.startswith("_")] == ["_use_cached_eval_dataset"]


def test_in_the_middle_of_an_epoch_the_weights_come_back():
    """Plain Keras, so that nothing of ours takes part: a bias that moves by one in each step."""
    model, biases = linear([[0.0], [0.0]]), []

    def look(batch, logs):
        _keras.sync(model)
        biases.append(float(numbers(model.weights[1].value)[0]))

    model.compile(keras.optimizers.SGD(1.0), loss=lambda target, out: -keras.ops.mean(out))
    look_often = keras.callbacks.LambdaCallback(on_train_batch_end=look)
    zeros = np.zeros((6, 2), "float32")
    model.fit(zeros, zeros[:, :1], batch_size=2, verbose=0, callbacks=[look_often])
    assert biases == pytest.approx([1.0, 2.0, 3.0])


@on_jax
def test_the_state_that_is_held_is_put_back_on_jax():
    gan = tiny_gan()
    gan.fit(tiny_rows(8), batch_size=8, verbose=0)  # optimizers and metrics have their variables
    groups = (gan.trainable_variables, gan.non_trainable_variables, gan.optimizer.variables)
    state = tuple([variable.value + 1 for variable in group] for group in groups)
    wanted = [numbers(value) for value in state[0]]
    _keras.hold_state(gan, (*state, [variable.value for variable in gan.metrics_variables]))
    gan._jax_state_synced = False
    _keras.sync(gan)
    for value, variable in zip(wanted, gan.trainable_variables, strict=True):
        np.testing.assert_array_equal(value, numbers(variable.value))


@on_jax
def test_variables_that_hold_the_state_are_left_alone_on_jax():
    model = linear([[1.0]])
    model.compile("sgd", "mse")
    _keras.hold_state(model, ([0, 0], [], [], []))  # which no variable would take
    _keras.variables_hold_state(model)
    _keras.sync(model)
    assert float(numbers(model.weights[0].value)[0, 0]) == 1.0


@on_jax
def test_the_state_of_a_model_has_a_sharding_for_each_variable_on_jax():
    model = linear([[1.0]])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    shardings = _keras.state_sharding(model)
    assert [len(group) for group in shardings[:3]] == [2, 0, len(model.optimizer.variables)]


@on_tensorflow
def test_a_model_made_in_the_scope_of_a_strategy_runs_once_without_it():
    import tensorflow as tf

    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    with strategy.scope():
        model = linear([[1.0]])
    assert _keras.has_strategy(model)
    assert not _keras.has_strategy(linear([[1.0]]))
    assert model.distribute_strategy is strategy
    with _keras.without_strategy(model):
        assert not _keras.has_strategy(model)
        assert model.distribute_strategy is not strategy
    assert model.distribute_strategy is strategy


@on_tensorflow
def test_keras_does_not_build_what_is_built():
    import tensorflow as tf

    built, zeros = [], np.zeros((4, 1), "float32")
    with tf.distribute.OneDeviceStrategy("/cpu:0").scope():
        models = {name: linear([[1.0]], name=name) for name in ("plain", "told")}
        for name, model in models.items():
            model.compile("sgd", "mse")
            model._symbolic_build = lambda data_batch, name=name: built.append(name)
    _keras.is_built(models["told"])
    for model in models.values():
        model.fit(zeros, zeros, verbose=0)
    assert built == ["plain"]


def test_the_rule_behind_auto_asks_each_layer():
    model, inner = nested()
    assert _keras.supports_jit(model)
    inner.layers[0].supports_jit = False
    assert not _keras.supports_jit(model)
