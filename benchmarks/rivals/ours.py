"""`keras_gan` as a reader of its README uses it: `GAN`, `compile`, `fit`."""

import numpy as np

import keras_gan as kg
from benchmarks.keras_contestants import Fit, adam, build_both, count_parameters
from benchmarks.tasks import Task


def prepare(task: Task, rows: np.ndarray, *, variant: str | None = None) -> Fit:
    """Builds the game of the task, with one of the package's options on top."""
    generator, discriminator = build_both(task)
    options = {}
    if task.gradient_penalty:
        options = {"loss": "wasserstein", "penalty": kg.GradientPenalty(task.gradient_penalty)}
    elif variant == "r1":
        options = {"penalty": kg.R1(1.0)}
    elif variant == "gradient_penalty":
        options = {"penalty": kg.GradientPenalty(10.0)}
    elif variant == "unrolled":
        options = {"unrolled_steps": 5}
    elif variant == "average":
        options = {"average": 0.999}
    gan = kg.GAN(generator, discriminator, discriminator_steps=task.discriminator_steps, seed=3, **options)
    optimizers = adam(task), adam(task)
    gan.compile(generator_optimizer=optimizers[0], discriminator_optimizer=optimizers[1])
    counts = count_parameters(generator, discriminator)
    return Fit(gan, rows, batch_size=task.batch_size, optimizers=optimizers, num_parameters=counts)
