"""What a rule is given: the place where a call was made, and what can be done there."""

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
"""Added to a score, it leaves a weight of nothing: -∞, or one of the numbers that are written for it."""


@dataclass(slots=True)
class At:
    """A call: where it stands, what it gave, and the module of PyTorch that made it, if one did."""

    scope: Scope
    result: Any
    name: str
    module: nn.Module | None
    polarity: dict[str, bool]
    """Of each mask that the graph takes: whether it is true where the module's is false."""
    axes: Mapping[str, int] = field(default_factory=dict[str, int])
    aten: bool = False
    made: dict[tuple[Any, ...], Tensor] = field(default_factory=dict[tuple[Any, ...], Tensor])
    """Weights that were computed of others, so that who shares those shares these."""
    notes: list[str] = field(default_factory=list[str])
    """What differs between the module and its graph."""

    def once(self, key: tuple[Any, ...], make: Callable[[], Tensor]) -> Tensor:
        """A weight that is computed of others, the same one each time."""
        if key not in self.made:
            computed = make()
            self.made[key] = made = nn.Parameter(computed.detach().clone())
            if all(each.data_ptr() in self.scope.frozen for each in leaves(computed)):
                self.scope.frozen.add(made.data_ptr())
        return self.made[key]

    def seen(self, tensor: Any) -> Seen:
        """What a tensor is; Unknown for a constant, and for what is not an output of a node."""
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
        """The output that a tensor is, as it is; the last two axes are swapped by a node."""
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

        A mask that the graph takes may mean the opposite of the module's; it cannot mean both.
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
        """Place a layer, named as the module that called, or as what it does."""
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
        """A layer that takes every number for itself, however the tensor is seen."""
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
        """A layer over the last axis, wherever the others stand."""
        seen = self.seen(tensor)
        if not seen.last:
            raise Unknown("it works along an axis that is not the last one of a graph")
        return seen.of(self.place(use, {"": seen.ref}, settings, weights), self.result)

    def straight(self, tensor: Any) -> Seen:
        """A tensor whose axes stand as in the output."""
        seen = self.seen(tensor)
        if not seen.plain:
            raise Unknown("its axes stand in an order that a graph has not")
        return seen

    def scores(self, tensor: Any) -> Scores | None:
        """The scores of an attention, if that is what a tensor is."""
        value = self.value(tensor)
        return value if isinstance(value, Scores) else None


def weight(tensor: Any) -> Tensor:
    """A parameter, or a whole one seen through other axes; Unknown for what is computed."""
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
    """Whether a constant mask hides all later keys and nothing else; Unknown for any other pattern.

    ``true`` says what a boolean one means: ``hidden`` or ``seen``. In one of numbers, 0 is seen.
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
