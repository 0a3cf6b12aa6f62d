"""What to imitate: toy distributions with known modes and density, and image sets in [-1, 1]."""

from keras_gan.data.dataset import Dataset
from keras_gan.data.images import load_images
from keras_gan.data.toy import grid, moons, ring, stacked_digits

__all__ = [
    "Dataset",
    "grid",
    "load_images",
    "moons",
    "ring",
    "stacked_digits",
]
