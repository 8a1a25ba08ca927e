"""When a run breaks: which node the first NaN came from, and which one ran out of memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import Tensor, nn

from zoo.compiler import CompiledGraph
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
    for name, parameter in model.named_parameters():
        if not bool(whole(parameter).isfinite().all()):
            return f"the weights of {_node(model, name.rpartition('.')[0])} are no numbers any more"
    names: dict[nn.Module, str] = {module: name for name, module in _modules(model)}
    found: list[str] = []

    def look(module: nn.Module, given: Any, result: Any) -> None:
        broken = not found and not all(map(_finite, _tensors(result)))
        if broken and all(map(_finite, _tensors(given))):
            found.append(names[module])

    hooks: list[Any] = [
        cast(Any, module).register_forward_hook(look) for module in names if module is not model
    ]
    try:
        with torch.no_grad():
            ports.run(model, batch.inputs)
    finally:
        for hook in hooks:
            hook.remove()
    if found:
        return f"the first value that is no number came out of {_node(model, found[0])}"
    return "every layer gave numbers; the loss itself is none" if names else ""


def _modules(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    return cast("Iterator[tuple[str, nn.Module]]", model.named_modules())


def _finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(tensor.isfinite().all())


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for each in cast("tuple[object, ...]", value):
            yield from _tensors(each)


def _node(model: nn.Module, name: str) -> str:
    if not isinstance(model, CompiledGraph):
        return f"the module '{name}'"
    path = model.__zoo_unit__.nodes_of(name)
    place = model.__zoo_unit__.place(path)
    return f"the node '{'.'.join(path)}'" + (f" ({place})" if place else "")


def lacks_memory(error: Exception) -> bool:
    """Whether an error says that there is not memory enough."""
    # On the CPU torch has no exception of its own for it.
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "allocate memory" in str(error)


def at_work(error: Exception) -> str:
    """`` in the node 'encoder' (file:line)``, when the error says which node was at work."""
    notes: list[str] = getattr(error, "__notes__", [])
    return next((f" {note}" for note in notes if note.startswith("in the ")), " on the way back")
