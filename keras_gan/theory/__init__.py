"""Things with exact answers: the best discriminator, divergences, games that can be solved by hand."""

from keras_gan.theory.divergences import (
    js_divergence,
    kl_divergence,
    optimal_discriminator,
    optimal_logits,
    packed_total_variation,
    total_variation,
    value_of_game,
    wasserstein_distance,
)
from keras_gan.theory.games import BilinearGame, Consensus, DiracGAN, TwoPlayerGame
from keras_gan.theory.gaussians import TwoGaussians
from keras_gan.theory.updates import (
    Alternating,
    Extragradient,
    Optimistic,
    Simultaneous,
    UpdateRule,
    spectral_radius,
    trajectory,
    update_jacobian,
)

__all__ = [
    "Alternating",
    "BilinearGame",
    "Consensus",
    "DiracGAN",
    "Extragradient",
    "Optimistic",
    "Simultaneous",
    "TwoGaussians",
    "TwoPlayerGame",
    "UpdateRule",
    "js_divergence",
    "kl_divergence",
    "optimal_discriminator",
    "optimal_logits",
    "packed_total_variation",
    "spectral_radius",
    "total_variation",
    "trajectory",
    "update_jacobian",
    "value_of_game",
    "wasserstein_distance",
]
