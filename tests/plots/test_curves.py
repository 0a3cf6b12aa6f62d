"""Curves of one run and of several seeds."""

import re

import numpy as np
import pytest

from keras_gan import plots

HISTORY = {"g_loss": [0.7, 0.9, 0.8], "d_loss": [1.4, 1.2, 1.3]}


def test_losses_with_equilibrium():
    ax = plots.plot_losses(HISTORY, equilibrium={"d_loss": 1.386, "g_loss": 0.693})
    loss_d, loss_g, line_d, line_g = ax.lines
    assert (loss_d.get_color(), loss_d.get_linestyle()) == (plots.COLOURS["discriminator"], "-")
    assert (loss_g.get_color(), loss_g.get_linestyle()) == (plots.COLOURS["fake"], "--")
    assert (line_d.get_ydata()[0], line_g.get_ydata()[0]) == (1.386, 0.693)
    np.testing.assert_array_equal(loss_d.get_xdata(), [1, 2, 3])


def test_a_run_that_broke_off_is_drawn(draw):
    draw(plots.plot_losses({"g_loss": [0.7, np.nan], "d_loss": [1.4, np.nan]}))
    draw(plots.plot_losses({"g_loss": [0.7], "d_loss": [1.4]}))


def test_seeds_and_their_median():
    curves = np.array([[1.0, 5, np.nan], [2, 6, np.nan], [9, np.nan, np.nan]])
    ax = plots.plot_seeds([0, 10, 20], curves, label="plain", theory=0.5)
    *thin, median, theory = ax.lines
    assert len(thin) == 3
    assert max(line.get_linewidth() for line in thin) < median.get_linewidth()
    np.testing.assert_array_equal(median.get_ydata(), [2, 5.5, np.nan])
    assert (median.get_label(), theory.get_ydata()[0]) == ("plain, 3 seeds", 0.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: plots.plot_losses({"loss": [1]}),
            "`history` has the keys d_loss, g_loss. Received: ['loss']",
        ),
        (lambda: plots.plot_losses({"d_loss": [], "g_loss": []}), "`history` holds one number an epoch"),
        (lambda: plots.plot_losses({"d_loss": [1, 2], "g_loss": [1]}), "`history` holds one number an epoch"),
        (lambda: plots.plot_losses(HISTORY, equilibrium={"loss": 1}), "`key of equilibrium` is one of"),
        (lambda: plots.plot_seeds([1, 2], [1, 2]), "`curves` (seeds, n). Received: shapes (2,) and (2,)"),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
