"""The games in closed form: by hand, at zero, and far out where naive formulas overflow."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops
from scipy.optimize import minimize_scalar

import keras_gan as kg
from keras_gan.training.backend import value_and_grad

pytestmark = pytest.mark.backend

GAMES = {
    "minimax": kg.Minimax(),
    "non_saturating": kg.NonSaturating(),
    "least_squares": kg.LeastSquares(),
    "hinge": kg.Hinge(),
    "wasserstein": kg.Wasserstein(unconstrained=True),
}
LOG2 = np.log(2.0)


def column(*logits):
    return ops.convert_to_tensor(np.array(logits, "float32")[:, None])


def terms(loss, real, fake):
    """Discriminator on real, discriminator on fake, generator: as floats."""
    values = (*loss.discriminator_terms(column(*real), column(*fake)), loss.generator_loss(column(*fake)))
    return [float(ops.convert_to_numpy(value)) for value in values]


def log_sigmoid(x):
    return -np.log1p(np.exp(-x))


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        ("minimax", (LOG2, LOG2, -LOG2)),
        ("non_saturating", (LOG2, LOG2, LOG2)),
        ("least_squares", (0.5, 0.0, 0.5)),
        ("hinge", (1.0, 1.0, 0.0)),
        ("wasserstein", (0.0, 0.0, 0.0)),
    ],
)
def test_at_zero(game, expected):
    assert terms(GAMES[game], [0.0, 0.0], [0.0]) == pytest.approx(expected, abs=1e-6)


def test_least_squares_is_an_eighth_where_the_output_is_a_half():
    assert terms(GAMES["least_squares"], [0.5], [0.5]) == pytest.approx([1 / 8, 1 / 8, 1 / 8])


REAL, FAKE = (2.0, -1.0), (0.5, -3.0)  # sigmoid: .8808, .2689; .6225, .0474


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        # -(log .8808 + log .2689) / 2, -(log .3775 + log .9526) / 2, its negative
        ("minimax", (0.720095, 0.511332, -0.511332)),
        # ..., -(log .6225 + log .0474) / 2
        ("non_saturating", (0.720095, 0.511332, 1.761332)),
        # ((2 - 1)^2 + (-1 - 1)^2) / 4, (.25 + 9) / 4, (.25 + 16) / 4
        ("least_squares", (1.25, 2.3125, 4.0625)),
        # (0 + 2) / 2, (1.5 + 0) / 2, -(.5 - 3) / 2
        ("hinge", (1.0, 0.75, 1.25)),
        # -(2 - 1) / 2, (.5 - 3) / 2, -(.5 - 3) / 2
        ("wasserstein", (-0.5, -1.25, 1.25)),
    ],
)
def test_by_hand(game, expected):
    assert terms(GAMES[game], REAL, FAKE) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("logit", [-1e4, -1.0, 0.0, 1e4])
@pytest.mark.parametrize("game", [*GAMES, "smoothed"])
def test_values_and_gradients_are_finite_far_out(game, logit):
    loss = GAMES.get(game) or kg.NonSaturating(real_label=0.9)
    real, fake = (keras.Variable(np.full((3, 1), logit, "float32")) for _ in range(2))

    def discriminator():
        return sum(loss.discriminator_terms(real.value, fake.value)), ()

    def generator():
        return loss.generator_loss(fake.value), ()

    for function, variables in ((discriminator, [real, fake]), (generator, [fake])):
        (value, _), gradients = value_and_grad(function, variables, [])
        assert len(gradients) == len(variables)
        for number in (value, *gradients):
            assert np.isfinite(ops.convert_to_numpy(number)).all()


def test_the_gradients_of_both_logistic_generators():
    """-sigmoid(x) / n saturates where D is sure of the fakes; sigmoid(x) - 1 is then at its largest."""
    fake = keras.Variable(np.array([[-20.0], [0.0], [20.0]], "float32"))
    sigmoid = 1 / (1 + np.exp(-np.array([-20.0, 0.0, 20.0])))
    for game, expected in (("minimax", -sigmoid / 3), ("non_saturating", (sigmoid - 1) / 3)):
        _, (gradient,) = value_and_grad(
            lambda loss=GAMES[game]: (loss.generator_loss(fake.value), ()), [fake], []
        )
        np.testing.assert_allclose(ops.convert_to_numpy(gradient)[:, 0], expected, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("logit", [5.0, 10.0, 20.0, 30.0])
def test_a_small_loss_on_real_samples_is_not_lost_to_rounding(logit):
    on_real, on_fake, _ = terms(GAMES["non_saturating"], [logit], [-logit])
    assert on_real == pytest.approx(np.log1p(np.exp(-logit)), rel=1e-5, abs=0)
    assert on_real == pytest.approx(on_fake, rel=1e-5, abs=0)


def test_one_sided_smoothing_has_its_optimum_at_045_where_the_densities_are_equal():
    """Real 0.9 and fake 0: D* = 0.9 p_real / (p_real + p_fake), so 0.45 and not 0.5."""
    loss = kg.NonSaturating(real_label=0.9)

    def total(logit):
        return sum(terms(loss, [logit], [logit])[:2])

    best = minimize_scalar(total, bounds=(-2, 2), method="bounded")
    assert 1 / (1 + np.exp(-best.x)) == pytest.approx(0.45, abs=1e-3)
    assert best.fun == pytest.approx(1.37628, abs=1e-5)
    exact = np.log(0.45 / 0.55)
    assert total(exact) == pytest.approx(1.37628, abs=1e-5)
    assert terms(loss, [exact], [exact])[2] == pytest.approx(0.79851, abs=1e-5)


@pytest.mark.parametrize("real_label", [1.0, 0.9, 0.7])
def test_agrees_with_keras_where_labels_say_the_same(real_label):
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    logits = np.linspace(-6, 6, 13, dtype="float32")
    on_real, on_fake, generator = terms(kg.NonSaturating(real_label=real_label), logits, logits)
    expected = {
        label: float(cross_entropy(np.full((13, 1), label, "float32"), logits[:, None]))
        for label in (real_label, 0.0, 1.0)
    }
    assert on_real == pytest.approx(expected[real_label], rel=1e-5)
    assert on_fake == pytest.approx(expected[0.0], rel=1e-5)
    assert generator == pytest.approx(expected[1.0], rel=1e-5)


def test_label_smoothing_in_keras_moves_the_fake_target_too():
    smoothed = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)
    plain = keras.losses.BinaryCrossentropy(from_logits=True)
    logits = np.array([[1.0], [-2.0]], "float32")
    for label, target in ((1.0, 0.9), (0.0, 0.1)):
        both = [
            float(f(np.full((2, 1), y, "float32"), logits)) for f, y in ((smoothed, label), (plain, target))
        ]
        assert both[0] == pytest.approx(both[1], rel=1e-5)
    on_real, on_fake, _ = terms(kg.NonSaturating(real_label=0.9), [1.0, -2.0], [1.0, -2.0])
    assert on_real == pytest.approx(float(smoothed(np.ones((2, 1), "float32"), logits)), rel=1e-5)
    assert on_fake == pytest.approx(float(plain(np.zeros((2, 1), "float32"), logits)), rel=1e-5)
    assert abs(on_fake - float(smoothed(np.zeros((2, 1), "float32"), logits))) > 0.04


def test_each_game_is_in_the_registry_under_its_name():
    assert {name: type(kg.get_loss(name)) for name in kg.LOSSES} == kg.LOSSES
    assert set(kg.LOSSES) == set(GAMES)
    record = kg.Hinge()
    assert kg.get_loss(record) is record
    assert [name for name, loss in kg.LOSSES.items() if loss.probability] == ["minimax", "non_saturating"]


def test_records_are_equal_by_value_and_frozen():
    assert kg.NonSaturating() == kg.NonSaturating(real_label=1.0)
    assert kg.NonSaturating() != kg.Minimax()
    for a, b in itertools.combinations(GAMES.values(), 2):
        assert a != b
    with pytest.raises(AttributeError):
        kg.NonSaturating().real_label = 0.9


@pytest.mark.parametrize(
    "loss", [*GAMES.values(), kg.NonSaturating(real_label=0.9), kg.Minimax(real_label=0.8), kg.Wasserstein()]
)
def test_a_record_goes_through_its_config(loss):
    assert type(loss).from_config(loss.get_config()) == loss
    stored = keras.saving.serialize_keras_object(loss)
    assert stored["registered_name"] == f"keras_gan>{type(loss).__name__}"
    assert keras.saving.deserialize_keras_object(stored) == loss


def test_wasserstein_refuses_to_be_trained_without_a_constraint():
    assert "1-Lipschitz" in kg.Wasserstein().refusal
    assert [loss.refusal for loss in GAMES.values()] == [None] * 5


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hinje", r"Received: 'hinje'\. Did you mean 'hinge'\?$"),
        ("non-saturating", r"Did you mean 'non_saturating'\?$"),
        ("xyz", r"one of 'hinge', 'least_squares', .*Choose one of these\.$"),
        (["hinge"], r"`loss` is one of .*Received: \['hinge'\]"),
        (None, "Received: None"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(name, message):
    with pytest.raises(ValueError, match=message):
        kg.get_loss(name)


@pytest.mark.parametrize("real_label", [0.5, 0.1, 0.0, 1.1, float("nan"), "0.9"])
@pytest.mark.parametrize("game", [kg.Minimax, kg.NonSaturating])
def test_a_real_label_outside_its_range_is_refused(game, real_label):
    with pytest.raises(ValueError, match=r"`real_label` lies in \(0\.5, 1\]\. Received: .* one-sided"):
        game(real_label=real_label)
