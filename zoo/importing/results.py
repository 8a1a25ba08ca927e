"""The result of a module as named outputs of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from torch import Tensor

from zoo.errors import ImportingError
from zoo.graph import Ref
from zoo.importing.drawing import Drawing
from zoo.importing.seen import Seen, Unknown


def outputs_of(result: Any, drawing: Drawing) -> tuple[dict[str, Ref], list[str]]:
    """The outputs by name, and notes on those with permuted axes; raises Unknown for other results."""
    outputs: dict[str, Ref] = {}
    notes: list[str] = []
    for key, tensor in _results(result, drawing):
        seen = drawing.scope.find(tensor)
        if not isinstance(seen, Seen):
            raise Unknown(f"the output '{key}' depends on no input, or on no layer")
        if seen.folds or seen.spread or seen.negated:
            raise Unknown(f"the output '{key}' has axes that a graph has not")
        if not seen.straight:
            notes.append(f"output '{key}' has its axes in the order {list(_back(seen))} of the module's")
        outputs[key] = seen.ref
    return outputs, notes


def _back(seen: Seen) -> tuple[int, ...]:
    return tuple(seen.axes.index(axis) for axis in range(len(seen.axes)))


def _results(result: Any, drawing: Drawing) -> list[tuple[str, Tensor]]:
    """The tensors in the result of a module, by name."""
    if isinstance(result, Tensor):
        seen = drawing.scope.find(result)
        return [("logits" if isinstance(seen, Seen) and _is_head(drawing, seen) else "out", result)]
    if isinstance(result, Mapping):
        named = list(cast("Mapping[str, Any]", result).items())
    elif hasattr(result, "_fields"):
        named = list(zip(result._fields, result, strict=True))
    elif isinstance(result, tuple | list):
        flat = list(_flat(cast("Sequence[Any]", result)))
        named = [(f"out_{index}" if index else "out", each) for index, each in enumerate(flat)]
    else:
        raise ImportingError(f"a graph gives tensors, and forward gave {type(result).__name__}")
    found = [(str(key), each) for key, each in named if each is not None]
    if not found or not all(isinstance(each, Tensor) for _, each in found):
        raise ImportingError("a graph gives tensors, and forward gave something else among them")
    return found


def _flat(results: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for each in results:
        found += _flat(cast("Sequence[Any]", each)) if isinstance(each, tuple | list) else [each]
    return found


def _is_head(drawing: Drawing, seen: Seen) -> bool:
    """Whether an output is that of a linear layer in a model of tokens."""
    placed = drawing.scope.nodes.get(seen.ref.node)
    values = [value for value in drawing.scope.values.values() if isinstance(value, Seen)]
    tokens = any(not (each.tensor.is_floating_point() or each.tensor.dtype is torch.bool) for each in values)
    return tokens and placed is not None and getattr(placed.node, "use", "") == "basic/linear"
