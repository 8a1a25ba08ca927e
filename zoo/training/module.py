"""What Lightning trains: a graph's model, by the loss of a task and the losses that the graph adds."""

from __future__ import annotations

from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from zoo.tasks import Batch, Mean, Ports, Task
from zoo.training.diagnosis import not_a_number
from zoo.training.optimizers import Moments, make_optimizer, matrices_of, restore, trained
from zoo.training.options import Options
from zoo.training.processes import Processes
from zoo.training.sharding import shard, whole


class Learner(pl.LightningModule):
    """A model beside its loss and its optimizer.

    ``moments`` is the optimizer's state by parameter name, as a checkpoint holds it; None starts afresh.
    ``states`` are those that go from each batch to the next.
    """

    def __init__(
        self,
        model: nn.Module,
        task: Task,
        ports: Ports,
        options: Options,
        moments: Moments | None = None,
        states: dict[str, Tensor] | None = None,
        among: Processes | None = None,
    ) -> None:
        super().__init__()
        self.model, self.task, self.ports, self.options = model, task, ports, options
        self.states = states or {}
        self._moments, self._among, self._sharded = moments, among or Processes(), False
        self._decayed = matrices_of(model)
        self.clipped: Tensor = torch.zeros(())
        """How many steps since the last measurement had a gradient longer than ``clip``."""

    def configure_model(self) -> None:
        if self._among.shards(self.options) and not self._sharded:
            assert self.device_mesh is not None, "the strategy has made it"
            shard(self.model, self.device_mesh["data_parallel"])
            self._sharded = True

    def training_step(self, batch: Batch) -> dict[str, Tensor]:
        """The loss to make small, and the task's own, which is shown: the mean over all processes."""
        outputs, given = self.ports.run(self.model, batch.inputs, self.states)
        if self.options.carry:
            self.states = {name: getattr(given, name).detach() for name in self.ports.carried}
        own = self.task.loss(outputs, batch)
        loss, shown = self._shared(own)
        if shown.device.type == "cpu" and not bool(shown.isfinite()):
            # Before the weights have taken it in; on a GPU, looking would cost time at every step.
            raise not_a_number(self.model, self.ports, batch, float(shown))
        for name in self.ports.losses:
            extra = getattr(given, name) if not isinstance(given, Tensor) else given
            loss = loss + extra.mean()
        return {"loss": loss, "shown": shown}

    def _shared(self, own: Mean) -> tuple[Tensor, Tensor]:
        if self._among.world == 1:
            return (mean := own.value), mean.detach()
        # Gradients are averaged over processes, which may have different counts: each gives its share of the
        # mean over everything.
        count = torch.as_tensor(own.count, dtype=own.total.dtype, device=own.total.device)
        total, everywhere = self._among.total(torch.stack([own.total.detach(), count]))
        everywhere = everywhere.clamp(min=1)
        return own.total * self._among.world / everywhere, total / everywhere

    def configure_gradient_clipping(
        self,
        optimizer: Optimizer,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,  # noqa: ARG002 - Lightning passes it
    ) -> None:
        if gradient_clip_val is None:
            return
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        norm = whole(nn.utils.clip_grad_norm_(parameters, gradient_clip_val))
        self.clipped = self.clipped.to(norm.device) + (norm > gradient_clip_val)

    def configure_optimizers(self) -> Optimizer:
        parameters = trained(self.model)
        optimizer = make_optimizer(parameters, self._decayed, self.options)
        if self._moments:
            restore(optimizer, parameters, self._moments)
        return optimizer

    def measure(self, batches: Any) -> dict[str, float]:
        """The task's measurements over all batches, without dropout and gradients."""
        return measure(self.model, self.task, self.ports, batches, self.device, carry=self.options.carry)


def measure(
    model: nn.Module,
    task: Task,
    ports: Ports,
    batches: Any,
    device: torch.device,
    *,
    carry: bool = False,
) -> dict[str, float]:
    """Means over all batches, without dropout and gradients; the model's mode stays as it was.

    With ``carry`` states go from each batch to the next, as they do in training.
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
