"""Recipes: the exact set-ups of the course's sources and of GANs that many people have met."""

from keras_gan._conv_recipes import CONV_RECIPES
from keras_gan._errors import unknown_option
from keras_gan._mlp_recipes import MLP_RECIPES
from keras_gan._recipe import Recipe

RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in (*MLP_RECIPES, *CONV_RECIPES)}


def get_recipe(name: str) -> Recipe:
    """Returns the recipe of that name.

    Raises:
        ValueError: For an unknown name, with the nearest one.

    Example:
        >>> get_recipe("gans_in_action").batch_size
        128
    """
    if not isinstance(name, str) or name not in RECIPES:
        raise unknown_option("recipe", name, RECIPES)
    return RECIPES[name]
