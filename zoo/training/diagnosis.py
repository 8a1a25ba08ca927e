"""Why a run failed: the node that the first NaN came from, or the one that ran out of memory.

The failing step is repeated with hooks, so that ordinary steps have no overhead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from zoo.compiler.exhausted import lacks_memory
from zoo.errors import TrainingError
from zoo.tasks import Batch, Ports
from zoo.training.sharding import whole


class NotANumber(TrainingError):
    """A loss, or the norm of its gradient, is not finite.

    ``what`` names the quantity, ``value`` is what it became, and ``where`` says which node is responsible,
    if that is known.
    """

    def __init__(self, what: str, value: float, where: str) -> None:
        super().__init__(where)
        self.what, self.value, self.where = what, value, where


def loss_not_finite(model: nn.Module, ports: Ports, batch: Batch, loss: float) -> NotANumber:
    """The error for a loss that is not finite; runs the model on the batch again."""
    from zoo.probing.broken import born_forward

    born = born_forward(model, lambda: ports.run(model, batch.inputs), whole)
    where = str(born) if born else "what every layer gave is finite; the loss itself is not"
    return NotANumber("training loss", loss, where)


def gradient_not_finite(model: nn.Module, take: Callable[[], Tensor] | None, norm: float) -> NotANumber:
    """The error for a gradient that is not finite; ``take``, if given, computes the loss again."""
    from zoo.probing.backward import born_backward

    born = born_backward(cast(Any, _Step(model, take))) if take is not None else None
    return NotANumber("gradient", norm, str(born) if born else "")


@dataclass(frozen=True, slots=True)
class _Step:
    """A training step as ``born_backward`` needs it: a model whose only output is the loss."""

    model: nn.Module
    take: Callable[[], Tensor]

    def outputs(self) -> dict[str, Tensor]:
        return {"loss": self.take()}

    def towards(self, outputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {name: torch.ones_like(each) for name, each in outputs.items()}


def at_work(error: BaseException, model: nn.Module, take: Callable[[], Tensor] | None) -> str:
    """`` in the node 'encoder' (file:line)``: the node that ran out of memory, or nothing if it is unknown.

    Errors in the forward pass name it in a note. For the backward pass ``take``, which computes the loss, is
    called again and the gradients are watched.
    """
    notes: list[str] = getattr(error, "__notes__", [])
    said = next((f" {note}" for note in notes if note.startswith("in the ")), "")
    return said if said or take is None else _at_work_backward(model, take)


def _at_work_backward(model: nn.Module, take: Callable[[], Tensor]) -> str:
    from zoo.probing.births import born, modules_of, tensors_in
    from zoo.probing.watching import hooking

    names = {module: name for name, module in modules_of(model)}
    last = ""

    def arrived(name: str) -> None:
        nonlocal last
        last = last if last.startswith(f"{name}.") else name  # the innermost module, not one around it

    def left(module: nn.Module, _: Any, result: Any) -> None:
        def arrive(_: Tensor) -> None:
            arrived(names[module])

        for x in tensors_in(result):
            if x.requires_grad:
                x.register_hook(arrive)  # pyright: ignore[reportUnknownMemberType] - torch types it in part

    with hooking() as hook:
        for module in names:
            if module is not model:
                hook(module).register_forward_hook(left)
        try:
            torch.autograd.backward(take())
        except (RuntimeError, MemoryError) as again:
            if not lacks_memory(again) or not last:
                return at_work(again, model, None)
            at = born("backward", model, last, 1, "")
            place = f" ({at.place})" if at.place else ""
            return f" on the way back through the {'node' if at.is_node else 'module'} '{at.path}'{place}"
    return ""
