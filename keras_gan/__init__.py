"""Generative adversarial networks with Keras: a generator, a discriminator, and honest measurements."""

import sys
from pathlib import Path

__version__ = "0.1.0"

__all__ = [
    "DRAGAN",
    "GAN",
    "LOSSES",
    "PENALTIES",
    "R1",
    "R2",
    "RECIPES",
    "AdversarialModel",
    "Dataset",
    "GradientPenalty",
    "Hinge",
    "InstanceNoise",
    "LeastSquares",
    "Loss",
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "Minimax",
    "NonSaturating",
    "Penalty",
    "SpectralNormalization",
    "Wasserstein",
    "Watch",
    "WeightClipping",
    "conv_discriminator",
    "conv_generator",
    "data",
    "get_loss",
    "get_penalty",
    "get_recipe",
    "grid",
    "load_classifier",
    "load_images",
    "metrics",
    "mlp_discriminator",
    "mlp_generator",
    "mode_report",
    "moons",
    "movie",
    "networks",
    "plot_image_rows",
    "plot_images",
    "plot_samples",
    "plot_seeds",
    "plot_surface",
    "plots",
    "recipes",
    "ring",
    "stacked_digits",
    "sweep",
    "sweeps",
    "theory",
    "training",
    "use_style",
    "weight_audit",
]


def _is_command_line() -> bool:
    """Says if this process is `keras-gan` or `python -m keras_gan`, which import what a command needs."""
    argv = getattr(sys, "argv", None) or [""]  # a program that embeds Python may have none
    if argv[0] == "-m":  # as long as Python looks for the module; its own arguments come after its name
        return sys.orig_argv[-len(argv) :][:1] in (["keras_gan"], ["-mkeras_gan"])
    return Path(argv[0]).name in ("keras-gan", "keras-gan.exe")


# Everything at once, so that Keras knows the classes of a saved GAN as soon as this package is there.
if not _is_command_line():
    from keras_gan._checks import check_backend

    check_backend()
    from keras_gan import data, metrics, networks, plots, recipes, sweeps, theory, training
    from keras_gan.data import Dataset, grid, load_images, moons, ring, stacked_digits
    from keras_gan.metrics import load_classifier, mode_report
    from keras_gan.networks import (
        MinibatchDiscrimination,
        MinibatchStandardDeviation,
        SpectralNormalization,
        conv_discriminator,
        conv_generator,
        mlp_discriminator,
        mlp_generator,
    )
    from keras_gan.plots import (
        movie,
        plot_image_rows,
        plot_images,
        plot_samples,
        plot_seeds,
        plot_surface,
        use_style,
    )
    from keras_gan.recipes import RECIPES, get_recipe
    from keras_gan.sweeps import sweep
    from keras_gan.training import (
        DRAGAN,
        GAN,
        LOSSES,
        PENALTIES,
        R1,
        R2,
        AdversarialModel,
        GradientPenalty,
        Hinge,
        InstanceNoise,
        LeastSquares,
        Loss,
        Minimax,
        NonSaturating,
        Penalty,
        Wasserstein,
        Watch,
        WeightClipping,
        get_loss,
        get_penalty,
        weight_audit,
    )
