"""Algorithm 1 of Goodfellow et al. 2014, once: `step` beside the paper, `gan` for its users."""

from keras_gan.training.adversarial import AdversarialModel, WeightAudit, WeightChange, weight_audit
from keras_gan.training.checkpoint import Checkpoint
from keras_gan.training.gan import GAN
from keras_gan.training.losses import (
    LOSSES,
    Hinge,
    LeastSquares,
    Loss,
    Minimax,
    NonSaturating,
    Wasserstein,
    get_loss,
)
from keras_gan.training.optimizers import ForPlayer
from keras_gan.training.penalties import (
    DRAGAN,
    PENALTIES,
    R1,
    R2,
    GradientPenalty,
    InstanceNoise,
    Penalty,
    SlopePenalty,
    WeightClipping,
    get_penalty,
)
from keras_gan.training.watch import Watch

__all__ = [
    "DRAGAN",
    "GAN",
    "LOSSES",
    "PENALTIES",
    "R1",
    "R2",
    "AdversarialModel",
    "Checkpoint",
    "ForPlayer",
    "GradientPenalty",
    "Hinge",
    "InstanceNoise",
    "LeastSquares",
    "Loss",
    "Minimax",
    "NonSaturating",
    "Penalty",
    "SlopePenalty",
    "Wasserstein",
    "Watch",
    "WeightAudit",
    "WeightChange",
    "WeightClipping",
    "get_loss",
    "get_penalty",
    "weight_audit",
]
