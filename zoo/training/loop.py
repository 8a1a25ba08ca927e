"""The training loop: forward, backward, clip, optimizer step.

Lightning Fabric provides precision, devices and processes; the keeper decides when to measure, save and stop.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.optim import Optimizer

from zoo.tasks import Batch, Data
from zoo.training.diagnosis import gradient_not_finite
from zoo.training.keeper import Keeper
from zoo.training.module import Learner, measure
from zoo.training.optimizers import Moments, make_optimizer, matrices_of, restore, trained
from zoo.training.options import Options
from zoo.training.processes import Processes, arguments
from zoo.training.sharding import whole

_PRECISION = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}


class Loop:
    """A learner and its optimizer, set up by Fabric.

    ``moments`` is the optimizer's state by parameter name, as in a checkpoint; None starts with a new one.
    ``scaler`` is the state of the loss scaling of precision 16.
    """

    def __init__(
        self,
        learner: Learner,
        options: Options,
        device: str,
        among: Processes,
        moments: Moments | None = None,
        scaler: dict[str, Any] | None = None,
    ) -> None:
        self.learner, self.options, self._among = learner, options, among
        decayed = matrices_of(learner.model)
        self._fabric = Fabric(
            accelerator=device,
            precision=_PRECISION[options.precision],  # pyright: ignore[reportArgumentType] - a word that Fabric knows
            **arguments(among, device, options),
        )
        self._fabric.launch()
        self._module = self._fabric.setup_module(learner)
        learner.states = {name: state.to(self._fabric.device) for name, state in learner.states.items()}
        parameters = trained(learner.model)
        self.optimizer: Optimizer = make_optimizer(parameters, decayed, options)
        if moments:
            restore(self.optimizer, parameters, moments)
        self._stepper: Any = self._fabric.setup_optimizers(self.optimizer)
        if scaler:
            self._fabric.strategy.precision.load_state_dict(scaler)

    @property
    def scaler(self) -> dict[str, Any]:
        """The state of the loss scaling; empty in precisions other than 16."""
        return self._fabric.strategy.precision.state_dict()

    def run(self, data: Data, keeper: Keeper) -> None:
        """Take steps until the keeper says that the run is over."""
        parts = self.options.accumulate
        batches = _batches(data, keeper.clock.step * parts, self._among)
        while not keeper.over:
            losses: list[Tensor] = []
            for part in range(parts):
                keeper.before(part, self.optimizer)
                batch = next(batches).to(self._fabric.device)
                losses.append(self._backward(batch, last=part == parts - 1))
            norm = self._clip()
            self._stepper.step()
            self._stepper.zero_grad()
            keeper.after(torch.stack(losses).mean(), norm)

    def measure(self, data: Data) -> dict[str, float]:
        """The task's measurements over the validation part, without dropout and gradients."""
        learner = self.learner
        with self._fabric.autocast():  # pyright: ignore[reportUnknownMemberType] - Lightning types it in part
            return measure(
                learner.model,
                learner.task,
                learner.ports,
                data.validation(),
                self._fabric.device,
                carry=self.options.carry,
            )

    def _backward(self, batch: Batch, *, last: bool) -> Tensor:
        """Accumulate the gradients of a batch; returns the loss that is shown."""
        with self._fabric.no_backward_sync(self._module, enabled=not last):  # pyright: ignore[reportUnknownMemberType] - Lightning types it in part
            # As a function, because Fabric would round the batch's floats, targets too, to the precision.
            loss, shown = self._module(lambda: batch)
            self._fabric.backward(loss / self.options.accumulate)
        return shown

    def _clip(self) -> Tensor | None:
        """Clip the gradients; returns their norm before that."""
        if self.options.clip is None:
            return None
        norm = self._fabric.clip_gradients(
            self._module, self._stepper, max_norm=self.options.clip, error_if_nonfinite=False
        )
        assert norm is not None, "gradients are clipped by norm"
        norm = whole(norm)
        if norm.device.type == "cpu" and not bool(norm.isfinite()):
            self._refuse_broken(float(norm))
        return norm

    def _refuse_broken(self, norm: float) -> None:
        """Raise NotANumber for gradients that are not finite, before the weights are updated.

        A norm can overflow although every gradient is finite; clipping has made such gradients zero.
        """
        gradients = [each.grad for each in self.learner.model.parameters() if each.grad is not None]
        # A list, because gathering a sharded gradient needs all processes.
        finite = [bool(whole(each).isfinite().all()) for each in gradients]
        if not all(finite):
            raise gradient_not_finite(self.learner.model, self.learner.once_more, norm)


def _batches(data: Data, first: int, among: Processes) -> Iterator[Batch]:
    """The training batches from a number on, without end; of each, this process's rows."""
    number = first
    while True:
        batch = data.batch(number)
        yield batch if among.world == 1 else batch.part(among.rank, among.world)
        number += 1


@contextmanager
def quiet_fabric() -> Generator[None]:
    """Silence Fabric's hints, which are meant for authors of training scripts."""
    # Where lightning.pytorch has been imported, Fabric's hints go through its logger.
    loggers = [logging.getLogger(f"lightning.{part}") for part in ("fabric", "pytorch")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # About in-place operations on a model's outputs; losses do not use any.
        warnings.filterwarnings("ignore", "FSDP2-wrapped module .* returned a view", UserWarning)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
