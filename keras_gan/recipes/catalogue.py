"""Recipes: the exact set-ups of the course's sources and of GANs that many people have met."""

from keras_gan._checks import unknown_option
from keras_gan.recipes.conv import CONV_RECIPES
from keras_gan.recipes.mlp import MLP_RECIPES
from keras_gan.recipes.recipe import Recipe

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
