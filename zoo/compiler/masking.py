"""The mask of a scan: how code brings it beside tensors of other ranks.

A step of the mask has the axes that every masked tensor begins with (``batch``, say), so it is brought beside one by
axes of size 1 at the end: ``mask.unsqueeze(-1)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zoo.checker.resolution import MASK, ScanUse
from zoo.compiler.body import Body
from zoo.errors import ZooError
from zoo.graph import Ref, Wire
from zoo.spec import TensorType


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask: the type of its step, where its walked axis stands, and whether it may be left out."""

    variable: str
    step: TensorType
    axis: int
    optional: bool

    def beside(self, name: str, axis: int, rank: int) -> str:
        """``name`` (the mask or what was made of it) beside a tensor with its walked axis at ``axis``."""
        own = len(self.step.shape)
        moved = min(axis, own)
        if moved != self.axis:
            name = f"{name}.movedim({self.axis}, {moved})"
        if axis <= own:
            return beside(name, rank - own - 1)
        index = [":"] * own + ["None"] * (axis - own) + [":"] + ["None"] * (rank - axis - 1)
        return f"{name}[{', '.join(index)}]"

    def leads(self, body: Body, type_: TensorType) -> bool:
        """Whether a tensor (one step of it) begins with the axes of a step of the mask."""
        own = self.step.shape
        return [*map(body.ground, own)] == [*map(body.ground, type_.shape[: len(own)])]

    def all_true(self, variable: str, cut: int) -> str:
        """A mask without padding, of the axes of an input that is cut."""
        sizes = [f"{variable}.shape[{at + (at >= cut)}]" for at in range(len(self.step.shape))]
        sizes.insert(self.axis, f"{variable}.shape[{cut}]")
        return f"{variable}.new_ones({', '.join(sizes)}, dtype=torch.bool)"


def beside(name: str, more: int) -> str:
    """A tensor with so many axes of size 1 added at its end."""
    if more == 1:
        return f"{name}.unsqueeze(-1)"
    return f"{name}[..., {', '.join(['None'] * more)}]" if more else name


def find_mask(body: Body, wires: Mapping[str, Wire], uses: Iterable[ScanUse], variable: str) -> Mask | None:
    """The mask of a scan, None when no use has one."""
    axes = [use.mask for use in uses]
    axis = next((each for each in axes if each is not None), None)
    if axis is None:
        return None
    wire = wires.get(MASK)
    assert body.outer is not None
    type_ = body.outer.type(wire) if isinstance(wire, Ref) else None
    if type_ is None:
        raise ZooError("a scan that is applied again with a mask has a mask itself; wire one where it stands first")
    step = TensorType(type_.dtype, (*type_.shape[:axis], *type_.shape[axis + 1 :]))
    return Mask(variable, step, axis, None in axes)
