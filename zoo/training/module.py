"""The module that Lightning trains: a graph's model with the task's loss and the graph's own losses."""

from __future__ import annotations

from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from zoo.tasks import Batch, Mean, Ports, Task
from zoo.training.diagnosis import gradient_not_finite, loss_not_finite
from zoo.training.optimizers import Moments, make_optimizer, matrices_of, restore, trained
from zoo.training.options import Options
from zoo.training.processes import Processes
from zoo.training.sharding import shard, whole


class Learner(pl.LightningModule):
    """A model with its loss and its optimizer.

    ``moments`` is the optimizer's state by parameter name, as in a checkpoint; None starts with a new one.
    ``states`` are those carried from each batch to the next.
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
        self.states: dict[str, Tensor] = states or {}
        self._moments, self._among, self._sharded = moments, among or Processes(), False
        self._decayed = matrices_of(model)
        self.clipped: Tensor = torch.zeros(())
        """How many steps since the last measurement had a gradient longer than ``clip``."""
        self._batch: Batch | None = None

    def configure_model(self) -> None:
        if self._among.shards(self.options) and not self._sharded:
            assert self.device_mesh is not None, "the strategy has made it"
            shard(self.model, self.device_mesh["data_parallel"])
            self._sharded = True

    def on_fit_start(self) -> None:
        for name, state in self.states.items():
            self.states[name] = state.to(self.device)

    def training_step(self, batch: Batch) -> dict[str, Tensor]:
        """The loss to minimise, and the task's own, which is shown: the mean over all processes."""
        self._batch = batch
        outputs, given = self.ports.run(self.model, batch.inputs, self.states)
        if self.options.carry:
            self.states = {name: getattr(given, name).detach() for name in self.ports.carried}
        own = self.task.loss(outputs, batch)
        loss, shown = self._shared(own)
        if shown.device.type == "cpu" and not bool(shown.isfinite()):
            # Before the weights are updated; on a GPU this would synchronise at every step.
            raise loss_not_finite(self.model, self.ports, batch, float(shown))
        for name in self.ports.losses:
            extra = getattr(given, name) if not isinstance(given, Tensor) else given
            loss = loss + extra.mean()
        return {"loss": loss, "shown": shown}

    def _shared(self, own: Mean) -> tuple[Tensor, Tensor]:
        if self._among.world == 1:
            return (mean := own.value), mean.detach()
        # Gradients are averaged over processes, which may have different counts: each contributes its share
        # of the mean over all of them.
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
        if norm.device.type == "cpu" and not bool(norm.isfinite()):
            self._refuse_broken(parameters, float(norm))
        self.clipped = self.clipped.to(norm.device) + (norm > gradient_clip_val)

    def _refuse_broken(self, parameters: list[nn.Parameter], norm: float) -> None:
        """Raise NotANumber for gradients that are not finite, before the weights are updated.

        A norm can overflow although every gradient is finite; clipping has made such gradients zero.
        """
        # A list, because gathering a sharded gradient needs all processes.
        finite = [bool(whole(each.grad).isfinite().all()) for each in parameters if each.grad is not None]
        if not all(finite):
            raise gradient_not_finite(self.model, self.once_more if self.alone else None, norm)

    def once_more(self) -> Tensor:
        """The loss of the last batch, computed again to find out what failed."""
        assert self._batch is not None, "a step has been taken"
        return self.training_step(self._batch)["loss"]

    @property
    def alone(self) -> bool:
        """Whether this is the only process, so that it can repeat a step."""
        return self._among.world == 1

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
