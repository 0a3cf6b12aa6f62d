"""Recipes whose networks are convolutional."""

from typing import Any

import keras

from keras_gan.recipes import conv_networks as networks
from keras_gan.recipes.recipe import Recipe, adam, same
from keras_gan.training.losses import Wasserstein
from keras_gan.training.penalties import GradientPenalty, WeightClipping

_UNSTATED = (
    "Images of 32 x 32, widths of 64 to 512 and kernels of 4 x 4 are ours: the README states none. "
    "Biases start at 0, and not uniform as in PyTorch."
)
_CELEBRITIES = "CIFAR-10 scaled to 64 x 64 stands for CelebA; `--data FOLDER` takes your own pictures."
_SIBLING = "README beside the deep MLP GAN that is one of this course's sources"
_DCGAN: dict[str, Any] = {"generator": networks.dcgan_generator, "size": 32, "multiple": 16}

CONV_RECIPES = [
    Recipe(
        name="dcgan",
        source=f"{_SIBLING}: DCGAN, after Radford et al. 2016, arXiv:1511.06434",
        differs=_UNSTATED,
        batch_size=128,
        epochs=200,
        discriminator=networks.dcgan_discriminator,
        **_DCGAN,
        **same(adam(2e-4, 0.5, epsilon=1e-8)),
    ),
    Recipe(
        name="wgan",
        source=f"{_SIBLING}: WGAN, after Arjovsky et al. 2017, arXiv:1701.07875",
        differs=f"{_UNSTATED} RMSprop is the paper's.",
        batch_size=64,
        steps=100_000,
        loss=Wasserstein(),
        penalty=WeightClipping(0.01),
        options={"discriminator_steps": 5},
        discriminator=networks.critic,
        **_DCGAN,
        **same(lambda: keras.optimizers.RMSprop(5e-5)),
    ),
    Recipe(
        name="wgan_gp",
        source=f"{_SIBLING}: WGAN-GP, after Gulrajani et al. 2017, arXiv:1704.00028",
        differs=_UNSTATED,
        batch_size=64,
        steps=100_000,
        loss=Wasserstein(),
        penalty=GradientPenalty(10.0),
        options={"discriminator_steps": 5},
        discriminator=networks.critic,
        **_DCGAN,
        **same(adam(1e-4, 0.0, 0.9, epsilon=1e-8)),
    ),
    Recipe(
        name="tensorflow_dcgan",
        source="tensorflow/docs, site/en/tutorials/generative/dcgan.ipynb, 2019",
        differs="Real and generated images of the last, short batch are as many; there 96 against 256.",
        size=28,
        multiple=4,
        batch_size=256,
        epochs=50,
        options={"update": "simultaneous", "share_z": True},
        generator=networks.tensorflow_generator,
        discriminator=networks.tensorflow_discriminator,
        **same(adam(1e-4)),
    ),
    Recipe(
        name="keras_io_dcgan",
        source="keras-team/keras-io, examples/generative/dcgan_overriding_train_step.py, 2019",
        differs=f"{_CELEBRITIES} Labels without noise: there fake is 1 and real is 0, and up to 0.05 is "
        "added to each, which lifts that of a fake above 1. The source runs 1 epoch and advises about 100.",
        data="cifar10",
        size=64,
        multiple=8,
        value_range=(0.0, 1.0),
        batch_size=32,
        epochs=100,
        options={"reduction": "mean"},
        generator=networks.keras_io_generator,
        discriminator=networks.keras_io_discriminator,
        **same(adam(1e-4)),
    ),
    Recipe(
        name="keras_io_wgan_gp",
        source="keras-team/keras-io, examples/generative/wgan_gp.py, 2020",
        differs="The points of the penalty lie between real and fake; there their weights are normal, and "
        "reach beyond. Each critic step has real images of its own, there three share a batch, so its 20 "
        "epochs are counted in steps here.",
        data="fashion_mnist",
        size=28,
        multiple=4,
        batch_size=512,
        steps=20 * 118,
        loss=Wasserstein(),
        penalty=GradientPenalty(10.0),
        options={"discriminator_steps": 3},
        generator=networks.wgan_gp_generator,
        discriminator=networks.wgan_gp_discriminator,
        **same(adam(2e-4, 0.5, 0.9)),
    ),
    Recipe(
        name="pytorch_dcgan",
        source="pytorch/tutorials, beginner_source/dcgan_faces_tutorial.py, 2018",
        differs=f"{_CELEBRITIES} The discriminator returns logits. Samples are drawn "
        "with moving statistics, there with those of their batch.",
        data="cifar10",
        size=64,
        multiple=16,
        batch_size=128,
        epochs=5,
        options={"share_z": True},
        generator=networks.pytorch_generator,
        discriminator=networks.pytorch_discriminator,
        **same(adam(2e-4, 0.5, epsilon=1e-8)),
    ),
]
