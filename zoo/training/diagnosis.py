"""When a run breaks: which node the first NaN came from, and which one ran out of memory."""

from __future__ import annotations

from torch import nn

from zoo.errors import TrainingError
from zoo.tasks import Batch, Ports
from zoo.training.sharding import whole


class NotANumber(TrainingError):
    """A loss is no number; ``loss`` is what it is, ``where`` a sentence about the node, or nothing."""

    def __init__(self, loss: float, where: str) -> None:
        super().__init__(where)
        self.loss, self.where = loss, where


def not_a_number(model: nn.Module, ports: Ports, batch: Batch, loss: float) -> NotANumber:
    """The error for a loss that is no number: the batch goes through the model once more, watched."""
    return NotANumber(loss, _first_broken(model, ports, batch))


def _first_broken(model: nn.Module, ports: Ports, batch: Batch) -> str:
    from zoo.probing.broken import born_forward

    born = born_forward(model, lambda: ports.run(model, batch.inputs), whole)
    return str(born) if born else "every layer gave numbers; the loss itself is none"


def at_work(error: Exception) -> str:
    """`` in the node 'encoder' (file:line)``, when the error says which node was at work."""
    notes: list[str] = getattr(error, "__notes__", [])
    return next((f" {note}" for note in notes if note.startswith("in the ")), " on the way back")
