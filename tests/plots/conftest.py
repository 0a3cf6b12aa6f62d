import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def close_figures():
    matplotlib.use("agg")
    yield
    plt.close("all")


@pytest.fixture
def draw():
    """A function that draws axes into an array of pixels."""

    def pixels(ax):
        ax.figure.canvas.draw()
        return np.asarray(ax.figure.canvas.buffer_rgba())

    return pixels
