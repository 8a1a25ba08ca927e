"""What is trained: a graph's model with the task's loss and the graph's own losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from zoo.tasks import Batch, Mean, Ports, Task
from zoo.training.diagnosis import loss_not_finite
from zoo.training.processes import Processes


class Learner(nn.Module):
    """A model with its loss: the module that Fabric wraps.

    ``states`` are those carried from each batch to the next, where ``carry`` asks for it.
    """

    def __init__(
        self,
        model: nn.Module,
        task: Task,
        ports: Ports,
        states: dict[str, Tensor] | None = None,
        *,
        carry: bool = False,
        among: Processes | None = None,
    ) -> None:
        super().__init__()
        self.model, self.task, self.ports, self.carry = model, task, ports, carry
        self.states: dict[str, Tensor] = states or {}
        self._among = among or Processes()
        self._batch: Batch | None = None

    def forward(self, given: Callable[[], Batch]) -> tuple[Tensor, Tensor]:
        """The loss to minimise, and the task's own, which is shown: the mean over all processes.

        Raises NotANumber for a loss that is not finite, on the CPU.
        """
        self._batch = batch = given()
        outputs, results = self.ports.run(self.model, batch.inputs, self.states)
        if self.carry:
            self.states = {name: getattr(results, name).detach() for name in self.ports.carried}
        own = self.task.loss(outputs, batch)
        loss, shown = self._shared(own)
        if shown.device.type == "cpu" and not bool(shown.isfinite()):
            # Before the weights are updated; on a GPU this would synchronise at every step.
            raise loss_not_finite(self.model, self.ports, batch, float(shown))
        for name in self.ports.losses:
            extra = getattr(results, name) if not isinstance(results, Tensor) else results
            loss = loss + extra.mean()
        return loss, shown

    @property
    def once_more(self) -> Callable[[], Tensor] | None:
        """Computes the loss of the last batch again, to find out what failed; None among other processes,
        without which a step cannot be repeated.
        """
        batch = self._batch
        if batch is None or self._among.world > 1:
            return None
        return lambda: self.forward(lambda: batch)[0]

    def _shared(self, own: Mean) -> tuple[Tensor, Tensor]:
        if self._among.world == 1:
            return (mean := own.value), mean.detach()
        # Gradients are averaged over processes, which may have different counts: each contributes its share
        # of the mean over all of them.
        count = torch.as_tensor(own.count, dtype=own.total.dtype, device=own.total.device)
        total, everywhere = self._among.total(torch.stack([own.total.detach(), count]))
        everywhere = everywhere.clamp(min=1)
        return own.total * self._among.world / everywhere, total / everywhere


def measure(
    model: nn.Module,
    task: Task,
    ports: Ports,
    batches: Any,
    device: torch.device,
    *,
    carry: bool = False,
) -> dict[str, float]:
    """Means over all batches, without dropout and gradients; restores the model's mode.

    With ``carry``, states are carried from each batch to the next, as in training.
    """
    training = model.training
    model.eval()
    totals: dict[str, Tensor] = {}
    counts: dict[str, Tensor | int] = {}
    states: dict[str, Tensor] = {}
    with torch.no_grad():
        for batch in batches:
            moved = batch.to(device)
            outputs, given = ports.run(model, moved.inputs, states)
            if carry:
                states = {name: getattr(given, name) for name in ports.carried}
            for name, mean in task.measure(outputs, moved).items():
                if name not in totals:
                    totals[name] = torch.zeros((), dtype=torch.float64, device=device)
                totals[name] += mean.total
                counts[name] = counts.get(name, 0) + mean.count
    model.train(training)
    return {name: float(total) / max(float(counts[name]), 1.0) for name, total in totals.items()}
