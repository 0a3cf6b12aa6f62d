"""The exact set-ups of the course's sources and of GANs that many people have met."""

from keras_gan.recipes.catalogue import RECIPES, get_recipe
from keras_gan.recipes.recipe import Recipe

__all__ = [
    "RECIPES",
    "Recipe",
    "get_recipe",
]
