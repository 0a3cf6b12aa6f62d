"""Who runs: every rival with its framework, its module and the tasks it takes part in."""

from dataclasses import dataclass, field
from typing import Any

_MLP = ("ring", "s0", "s2")
_IMAGES = ("dcgan28", "dcgan64")
_SMALL = ("ring", "s0")
_ALL = (*_MLP, *_IMAGES, "wgan_gp")


@dataclass(frozen=True)
class Rival:
    """One way to train a GAN.

    Attributes:
        title: For the table.
        framework: Which one must be installed; also the Keras backend.
        module: Module of this folder; its `prepare(task, rows, **options)` returns a `Contestant`.
        tasks: Names of tasks.
        options: For `prepare`.
    """

    title: str
    framework: str
    module: str
    tasks: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)


FRAMEWORKS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
VARIANTS = {
    "r1": "R1 penalty",
    "gradient_penalty": "gradient penalty",
    "unrolled": "five unrolled steps",
    "average": "moving average of the generator",
}

OURS = {
    f"ours_{framework}": Rival(f"keras_gan on {title}", framework, "ours", (*_ALL, "variants"))
    for framework, title in FRAMEWORKS.items()
}
_OURS_VARIED = {
    f"ours_{framework}_{variant}": Rival(
        f"keras_gan on {title}, {what}", framework, "ours", ("variants",), {"variant": variant}
    )
    for framework, title in FRAMEWORKS.items()
    for variant, what in VARIANTS.items()
}
_KERAS = {
    "classic_predict": Rival(
        "Keras, the classic loop: `predict`, `train_on_batch`",
        *("tensorflow", "classic", _SMALL, {"predict": True}),
    ),
    "classic_call": Rival("Keras, the classic loop without `predict`", "tensorflow", "classic", _SMALL),
    "keras_tensorflow": Rival(
        "Keras, own `train_step` under `fit`, TensorFlow", "tensorflow", "keras_tensorflow", _ALL
    ),
    "keras_tensorflow_50": Rival(
        "the same with `jit_compile=True`, `steps_per_execution` = block",
        *("tensorflow", "keras_tensorflow", _ALL, {"fused": True}),
    ),
    "keras_jax": Rival("Keras, own `train_step` under `fit`, JAX", "jax", "keras_jax", (*_MLP, "dcgan28")),
    "keras_torch": Rival(
        "Keras, own `train_step` under `fit`, torch", "torch", "keras_torch", (*_MLP, "dcgan28")
    ),
}
_BY_HAND = {
    "tf_function": Rival("TensorFlow, a `tf.function` a batch", "tensorflow", "tensorflow_step", _ALL),
    "tf_function_xla": Rival(
        "TensorFlow, a `tf.function` a batch, XLA", "tensorflow", "tensorflow_step", _ALL, {"xla": True}
    ),
    "tf_fused": Rival(
        "TensorFlow, a block of steps in one XLA function",
        *("tensorflow", "tensorflow_fused", (*_MLP, "wgan_gp")),
    ),
    "jax_step": Rival("JAX, a jitted step a batch", "jax", "jax_step", _ALL),
    "jax_scan": Rival("JAX, a block of steps in one `lax.scan`", "jax", "jax_scan", (*_MLP, "wgan_gp")),
    "torch_eager": Rival("PyTorch, eager", "torch", "torch_step", _ALL),
    "torch_compiled": Rival(
        "PyTorch, losses under `torch.compile`", "torch", "torch_step", (*_MLP, *_IMAGES), {"compiled": True}
    ),
}

RIVALS = {**OURS, **_OURS_VARIED, **_KERAS, **_BY_HAND}


def rivals_of(task: str) -> dict[str, Rival]:
    """The rivals that take part in a task, by name."""
    return {name: rival for name, rival in RIVALS.items() if task in rival.tasks}
