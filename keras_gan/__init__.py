"""Generative adversarial networks with Keras: a generator, a discriminator, and honest measurements."""

from keras_gan._dataset import Dataset
from keras_gan.adversarial import AdversarialModel, WeightAudit, WeightChange, weight_audit
from keras_gan.callbacks import Watch
from keras_gan.checkpoint import Checkpoint
from keras_gan.data import grid, line, load_images, moons, ring
from keras_gan.gan import GAN
from keras_gan.layers import (
    MinibatchDiscrimination,
    MinibatchStandardDeviation,
    SpectralNormalization,
    power_iteration,
)
from keras_gan.losses import LOSSES, Hinge, LeastSquares, Loss, Minimax, NonSaturating, Wasserstein, get_loss
from keras_gan.metrics import (
    ModeReport,
    high_quality_ceiling,
    high_quality_share,
    kl_floor,
    kl_to_weights,
    mode_report,
    modes_captured,
)
from keras_gan.networks import conv_discriminator, conv_generator, mlp_discriminator, mlp_generator
from keras_gan.noise import InstanceNoise
from keras_gan.penalties import (
    DRAGAN,
    PENALTIES,
    R1,
    R2,
    GradientPenalty,
    Penalty,
    SlopePenalty,
    WeightClipping,
    get_penalty,
)
from keras_gan.plots import (
    DISCRIMINATOR,
    FAKE,
    NEUTRAL,
    PENALTY,
    REAL,
    image_grid,
    movie,
    plot_image_rows,
    plot_images,
    plot_losses,
    plot_samples,
    plot_scores,
    plot_seeds,
    plot_surface,
    use_style,
)
from keras_gan.sweep import Sweep, sweep

__version__ = "0.1.0"

__all__ = [
    "DISCRIMINATOR",
    "DRAGAN",
    "FAKE",
    "GAN",
    "LOSSES",
    "NEUTRAL",
    "PENALTIES",
    "PENALTY",
    "R1",
    "R2",
    "REAL",
    "AdversarialModel",
    "Checkpoint",
    "Dataset",
    "GradientPenalty",
    "Hinge",
    "InstanceNoise",
    "LeastSquares",
    "Loss",
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "Minimax",
    "ModeReport",
    "NonSaturating",
    "Penalty",
    "SlopePenalty",
    "SpectralNormalization",
    "Sweep",
    "Wasserstein",
    "Watch",
    "WeightAudit",
    "WeightChange",
    "WeightClipping",
    "conv_discriminator",
    "conv_generator",
    "get_loss",
    "get_penalty",
    "grid",
    "high_quality_ceiling",
    "high_quality_share",
    "image_grid",
    "kl_floor",
    "kl_to_weights",
    "line",
    "load_images",
    "mlp_discriminator",
    "mlp_generator",
    "mode_report",
    "modes_captured",
    "moons",
    "movie",
    "plot_image_rows",
    "plot_images",
    "plot_losses",
    "plot_samples",
    "plot_scores",
    "plot_seeds",
    "plot_surface",
    "power_iteration",
    "ring",
    "sweep",
    "use_style",
    "weight_audit",
]
