"""PyTorch by hand: the loop of PyTorch's DCGAN example, with batches indexed from a tensor (no loader)."""

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from benchmarks.contestants import Loop, Order
from benchmarks.rivals.torch_networks import build
from benchmarks.tasks import Task


class StepByStep(Loop):
    """Networks, optimizers, and the losses as functions that can be compiled."""

    def __init__(self, task: Task, rows: np.ndarray, *, compiled: bool) -> None:
        super().__init__(task)
        self.generator = build(task.generator, (task.latent_dim,))
        self.discriminator = build(task.discriminator, task.sample_shape)
        networks = self.generator, self.discriminator
        self.num_parameters = tuple(sum(p.numel() for p in network.parameters()) for network in networks)
        betas = (task.beta_1, task.beta_2)
        self.optimizers = [torch.optim.Adam(n.parameters(), task.learning_rate, betas) for n in networks]
        self.rows = torch.from_numpy(np.ascontiguousarray(np.moveaxis(rows, -1, 1)))
        self.order = Order(task)
        self.losses = [self._generator_loss, self._discriminator_loss]
        if compiled:
            self.losses = [torch.compile(loss) for loss in self.losses]

    def advance(self, steps: int) -> None:
        """Takes the rows of each step and makes its updates; eager calls wait by themselves."""
        for order in self.order.draw(steps):
            for indices in np.split(order, self.task.discriminator_steps):
                self._move(1, self.rows[torch.from_numpy(indices)])
            self._move(0)

    def updates(self) -> tuple[int, int]:
        """Adam's own counters."""
        generator, discriminator = (int(next(iter(o.state.values()))["step"]) for o in self.optimizers)
        return generator, discriminator

    def _move(self, player: int, *real: torch.Tensor) -> None:
        optimizer = self.optimizers[player]
        optimizer.zero_grad()
        weights = optimizer.param_groups[0]["params"]
        self.losses[player](*real).backward(inputs=weights)
        optimizer.step()

    def _generator_loss(self) -> torch.Tensor:
        logits = self.discriminator(self.generator(self._draw()))
        return -logits.mean() if self.task.gradient_penalty else _cross_entropy(1.0, logits)

    def _discriminator_loss(self, real: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            fake = self.generator(self._draw())
        real_logits, fake_logits = self.discriminator(real), self.discriminator(fake)
        if not self.task.gradient_penalty:
            return _cross_entropy(1.0, real_logits) + _cross_entropy(0.0, fake_logits)
        penalty = self.task.gradient_penalty * self._gradient_penalty(real, fake)
        return fake_logits.mean() - real_logits.mean() + penalty

    def _gradient_penalty(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Gulrajani et al. 2017, algorithm 1, line 7."""
        mix = torch.rand(len(real), *[1] * (real.ndim - 1))
        between = (mix * real + (1.0 - mix) * fake).requires_grad_()
        logits = self.discriminator(between)
        (slopes,) = torch.autograd.grad(logits.sum(), between, create_graph=True)
        return ((slopes.flatten(1).norm(dim=1) - 1.0) ** 2).mean()

    def _draw(self) -> torch.Tensor:
        return torch.randn(self.task.batch_size, self.task.latent_dim)


def _cross_entropy(label: float, logits: torch.Tensor) -> torch.Tensor:
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def prepare(task: Task, rows: np.ndarray, *, compiled: bool = False) -> StepByStep:
    """Builds both networks; `compiled` puts the losses under `torch.compile`."""
    return StepByStep(task, rows, compiled=compiled)
