"""One style, `COLOURS` with fixed meanings, a few pictures and films, all of arrays."""

from keras_gan.plots.curves import plot_losses, plot_seeds
from keras_gan.plots.movie import Movie, movie
from keras_gan.plots.pictures import image_grid, plot_image_rows, plot_images, plot_samples, plot_surface
from keras_gan.plots.style import COLOURS, use_style

__all__ = [
    "COLOURS",
    "Movie",
    "image_grid",
    "movie",
    "plot_image_rows",
    "plot_images",
    "plot_losses",
    "plot_samples",
    "plot_seeds",
    "plot_surface",
    "use_style",
]
