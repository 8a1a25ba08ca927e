"""The context that a rule gets: the place of a call, and operations for drawing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from zoo.graph import Ref, Wire
from zoo.importing.seen import Lost, Scores, Seen, Unknown, Value

if TYPE_CHECKING:
    from zoo.importing.scope import Scope

NEVER = -1e4
"""Scores with at most this added are masked: -∞, or one of the finite numbers that are used instead."""


@dataclass(slots=True)
class At:
    """A call: its place, its result, and the PyTorch module that made it, if any."""

    scope: Scope
    result: Any
    name: str
    module: nn.Module | None
    polarity: dict[str, bool]
    """For each mask input of the graph, whether it is true where the module's mask is false."""
    axes: Mapping[str, int] = field(default_factory=dict[str, int])
    aten: bool = False
    made: dict[tuple[Any, ...], Tensor] = field(default_factory=dict[tuple[Any, ...], Tensor])
    """Weights derived from others, cached so that sharing is preserved."""
    notes: list[str] = field(default_factory=list[str])
    """What differs between the module and its graph."""

    def once(self, key: tuple[Any, ...], make: Callable[[], Tensor]) -> Tensor:
        """A weight derived from others; the same object every time."""
        if key not in self.made:
            computed = make()
            self.made[key] = made = nn.Parameter(computed.detach().clone())
            if all(each.data_ptr() in self.scope.frozen for each in leaves(computed)):
                self.scope.frozen.add(made.data_ptr())
        return self.made[key]

    def seen(self, tensor: Any) -> Seen:
        """What a tensor is; raises Unknown for a constant, and for what is not an output of a node."""
        value = self.value(tensor)
        if isinstance(value, Seen):
            return value
        raise Unknown("something else than a sequence or a vector is computed with")

    def value(self, tensor: Any) -> Value | None:
        """What a tensor is; None for a constant."""
        value = self.scope.find(tensor)
        if isinstance(value, Lost):
            raise Unknown(f"no layer gives {value.what}")
        return value

    def wire(self, tensor: Any) -> Ref:
        """The output that a tensor is; if its last two axes are swapped, a node is added for that."""
        seen = self.seen(tensor)
        if seen.plain:
            return seen.ref
        rank = seen.tensor.dim()
        swapped = (*range(rank - 2), rank - 1, rank - 2)
        if rank > 2 and seen.axes == swapped and not seen.folds and not seen.spread:
            return self.place("basic/transpose", {"": seen.ref}, wanted="transpose")
        if seen.negated and seen.straight and not (seen.spread or seen.additive):
            return self.mask(tensor, real=True)
        raise Unknown(f"its input has axes {list(seen.axes)} of {list(seen.shape)}; a graph is batch first")

    def mask(self, tensor: Any, *, real: bool) -> Ref:
        """The output that is true where a mask is ``real``.

        A mask input of the graph may have the opposite meaning of the module's, but not both meanings.
        """
        seen = self.seen(tensor)
        if seen.tensor.dtype is not torch.bool and not seen.additive:
            raise Unknown("a mask is of numbers; one of booleans is known")
        opposite = seen.negated is real
        scope, name = self.scope, seen.ref.node
        while name in scope.inputs and scope.outer is not None:
            scope, name = scope.outer, scope.inputs[name][0].ref.node
        if scope.outer is None and name in self.polarity_names(scope):
            if self.polarity.setdefault(name, opposite) is opposite:
                return seen.ref
            raise Unknown(f"the mask '{name}' is needed both as it is and negated")
        if opposite:
            raise Unknown("a mask is negated, which only one that the graph takes can be")
        return seen.ref

    @staticmethod
    def polarity_names(root: Scope) -> set[str]:
        """The inputs of the graph."""
        return {
            value.ref.node
            for value in root.values.values()
            if isinstance(value, Seen) and value.ref.node not in root.nodes
        }

    def place(
        self,
        use: str,
        inputs: Mapping[str, Wire],
        settings: Mapping[str, Any] | None = None,
        weights: Mapping[str, Tensor] | None = None,
        wanted: str = "",
    ) -> Ref:
        """Add a layer, named after the calling module, or after what it does."""
        short = use.rpartition("/")[2]
        name = self.scope.place(
            use,
            inputs,
            settings or {},
            weights or {},
            wanted=wanted or self.name.replace("*", short) or short,
            module=None if wanted else self.module,
        )
        return Ref(name)

    def pointwise(self, use: str, tensor: Any, settings: Mapping[str, Any] | None = None) -> Seen:
        """Add an elementwise layer, which works on the tensor in any view."""
        seen = self.seen(tensor)
        if seen.negated or seen.spread or seen.additive:
            raise Unknown("a mask is computed with")
        return seen.of(self.place(use, {"": seen.ref}, settings), self.result)

    def along(
        self,
        use: str,
        tensor: Any,
        settings: Mapping[str, Any] | None = None,
        weights: Mapping[str, Tensor] | None = None,
    ) -> Seen:
        """Add a layer over the last axis, whatever the order of the others."""
        seen = self.seen(tensor)
        if not seen.last:
            raise Unknown("it works along an axis that is not the last one of a graph")
        return seen.of(self.place(use, {"": seen.ref}, settings, weights), self.result)

    def straight(self, tensor: Any) -> Seen:
        """A tensor whose axes are in the order of the output."""
        seen = self.seen(tensor)
        if not seen.plain:
            raise Unknown("its axes stand in an order that a graph has not")
        return seen

    def scores(self, tensor: Any) -> Scores | None:
        """The attention scores that a tensor is, or None."""
        value = self.value(tensor)
        return value if isinstance(value, Scores) else None


def weight(tensor: Any) -> Tensor:
    """A parameter, or a view of all of it; raises Unknown for anything computed."""
    if isinstance(tensor, nn.Parameter):
        return tensor
    base = tensor._base if isinstance(tensor, Tensor) else None
    if isinstance(base, nn.Parameter) and isinstance(tensor, Tensor) and tensor.numel() == base.numel():
        same = tensor.shape == base.shape and tensor.stride() == base.stride()
        return base if same else tensor
    raise Unknown("its weights are not a parameter as it is: they are computed, a part of one, or a buffer")


def leaves(tensor: Tensor) -> list[Tensor]:
    """The parameters that a tensor was computed from."""
    found: dict[int, Tensor] = {}
    if isinstance(tensor, nn.Parameter):
        return [tensor]
    waiting: list[Any] = [tensor.grad_fn]
    while waiting:
        step = waiting.pop()
        if step is None:
            continue
        if hasattr(step, "variable"):
            found[id(step.variable)] = step.variable
        waiting += [before for before, _ in step.next_functions]
    return list(found.values())


def number(value: Any) -> float | None:
    """A constant that is one number; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Tensor) and value.numel() == 1 and not value.requires_grad:
        return float(value.detach())
    return None


def blocks_future(mask: Tensor, *, true: str) -> bool:
    """Whether a constant mask hides exactly the later keys; raises Unknown for any other pattern.

    ``true`` is the meaning of true in a boolean mask: ``hidden`` or ``seen``. In a float mask, 0 means seen.
    """
    if mask.requires_grad:
        raise Unknown("something learned is added to the scores")
    mask = mask.detach()
    while mask.dim() > 2 and mask.shape[0] == 1:
        mask = mask[0]
    if mask.dtype is torch.bool:
        hidden = mask if true == "hidden" else ~mask
    else:
        hidden = mask <= NEVER
        if bool(mask[~hidden].any()):
            raise Unknown("a constant is added to the scores")
    if mask.dim() == 2 and mask.shape[0] == mask.shape[1]:
        if torch.equal(hidden, torch.ones_like(hidden).triu(1)):
            return True
        if not bool(hidden.any()):
            return False
    raise Unknown("a constant mask shows another pattern than all earlier keys")
