"""The small GAN of the ledger: a kept one starts anew, coverage has its ends, verdicts follow their rules."""

import numpy as np
import pytest

import keras_gan as kg
from claims import compared, sources, trial, tricks
from claims.trial import Kept, Setup


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Runs of a few steps, and nothing kept from other tests."""
    monkeypatch.setattr(trial, "STEPS", 6)
    monkeypatch.setattr(Kept, "compiled", {})
    monkeypatch.setattr(Kept, "ended", {})


# ---- runs


@pytest.mark.parametrize(
    "setup",
    [
        Setup(penalty=kg.GradientPenalty(), spectral_normalization=True),
        Setup(batch_normalization=True, dropout=0.5, num_kernels=2),
    ],
    ids=["spectral", "dropout"],
)
def test_a_kept_gan_starts_anew_as_a_new_one_would(setup):
    def run(gan):
        gan.fit(data, batch_size=trial.BATCH_SIZE, verbose=0)
        return [
            np.array(weight) for weight in (*gan.generator.get_weights(), *gan.discriminator.get_weights())
        ]

    data, _ = trial.data_set("ring", 4, 6 * trial.BATCH_SIZE)
    run(trial.started(setup, (2,), 3))  # leaves its traces
    again = run(trial.started(setup, (2,), 4))
    assert len(Kept.compiled) == 1
    new = run(trial.compiled(setup, (2,), 4))
    other = run(trial.started(setup, (2,), 5))
    for one, two in zip(again, new, strict=True):
        np.testing.assert_array_equal(one, two)
    assert any((one != two).any() for one, two in zip(again, other, strict=True))


def test_coverage_is_a_share_and_a_run_is_made_once():
    share = trial.coverage(Setup(), "digits", 0)
    assert 0 <= share <= 1
    assert trial.coverage(Setup(), "digits", 0) == share
    assert list(Kept.ended.values()) == [share]


def test_a_run_that_leaves_the_finite_numbers_covers_nothing():
    assert trial.coverage(Setup(discriminator_sgd=1e30), "ring", 0) == 0.0


def test_images_from_zero_to_one_are_measured_in_their_own_range(monkeypatch):
    class Perfect:
        def __init__(self, images):
            self.images = images

        def fit(self, images, **options):
            assert images.min() >= 0
            assert images.max() <= 1

        def draw_z(self, num, *, seed):
            return np.zeros((num, 1), "float32")

        def generator(self, z, *, training):
            return self.images

    test = trial.data_set("digits", 0, 1)[1]
    monkeypatch.setattr(trial, "started", lambda setup, shape, seed: Perfect((test + 1) / 2))
    assert trial.coverage(Setup(zero_to_one=True), "digits", 0) == 1.0


@pytest.mark.parametrize("name", ["ring", "grid", "digits"])
def test_real_samples_cover_most(name):
    assert 0.9 < trial.ceiling(name, [0]) < 1


# ---- verdicts


def row(ring_with, ring_without, digits_with=0.0, digits_without=0.0):
    return {
        "ring, with": ring_with,
        "ring, without": ring_without,
        "digits, with": digits_with,
        "digits, without": digits_without,
    }


def test_a_trick_helps_where_it_does_in_nine_seeds_of_ten():
    both, neither = row(0.5, 0.4, 0.5, 0.4), row(0.4, 0.5, 0.4, 0.5)
    assert tricks.helps([both] * 9 + [neither]).outcome == "confirmed"
    assert tricks.helps([both] * 8 + [neither] * 2).outcome == "refuted"
    assert tricks.helps([row(0.5, 0.4)] * 5).outcome == "depends"
    assert tricks.helps([row(0.4, 0.4)] * 5).outcome == "refuted", "equal is not more"
    assert tricks.helps([both] * 5).sentence.startswith("ring: more in 5 of 5 seeds, median 0.500 with")


def test_one_step_suffices_where_five_do_not_help():
    assert sources.one_step_suffices([row(0.4, 0.5, 0.4, 0.5)] * 10).outcome == "confirmed"
    assert sources.one_step_suffices([row(0.5, 0.4, 0.5, 0.4)] * 10).outcome == "refuted"
    assert sources.one_step_suffices([row(0.5, 0.4)] * 10).outcome == "depends"


def test_three_layers_fail_and_are_repaired():
    failing = {"plain": [0.8, 0.7, 0.4, 0.1], "normalised": [0.8, 0.8, 0.8, 0.8]}
    fine = {"plain": [0.8, 0.8, 0.5, 0.8], "normalised": [0.8, 0.8, 0.8, 0.8]}
    assert sources.three_layers_need_normalisation([failing] * 4 + [fine]).outcome == "confirmed"
    assert sources.three_layers_need_normalisation([failing] * 3 + [fine] * 2).outcome == "refuted"


def table(value):
    """Three seeds of a table whose cell is `value(data, loss, held)`."""
    return [
        {
            f"{data}, {loss}": [value(data, loss, held) for held in compared.HELD]
            for data in compared.DATA
            for loss in kg.LOSSES
        }
    ] * 3


def test_no_loss_is_best_unless_one_wins_everywhere():
    assert compared.no_loss_is_best(table(lambda data, loss, held: 0.5)).outcome == "confirmed"
    hinge = table(lambda data, loss, held: 0.5 + (loss == "hinge" and held == "r1") / 10)
    assert compared.no_loss_is_best(hinge).outcome == "refuted"
    but_digits = table(lambda data, loss, held: 0.5 + (loss == "hinge" and data != "digits") / 10)
    assert compared.no_loss_is_best(but_digits).outcome == "confirmed"


def test_what_varies_more_matters_more():
    by_held = table(lambda data, loss, held: 0.5 + (held == "r1") / 5 + (loss == "hinge") / 50)
    by_loss = table(lambda data, loss, held: 0.5 + (held == "r1") / 50 + (loss == "hinge") / 5)
    assert compared.holding_matters_more(by_held).outcome == "confirmed"
    assert compared.holding_matters_more(by_loss).outcome == "refuted"


def test_the_penalised_critic_is_compared_with_the_plain_gan():
    def of(critic):
        return table(
            lambda data, loss, held: critic if (loss, held) == ("wasserstein", "gradient_penalty") else 0.5
        )

    assert compared.penalised_critic_is_worse(of(0.4)).outcome == "confirmed"
    assert compared.penalised_critic_is_worse(of(0.6)).outcome == "refuted"
