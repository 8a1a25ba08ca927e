"""The mask of a scan: how it is broadcast against tensors of other ranks, and how it is applied.

A step of the mask has the leading axes of every masked tensor (usually ``batch``), so it is broadcast by
appending axes of size 1: ``mask.unsqueeze(-1)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from zoo.checker.resolution import MASK, ScanUse
from zoo.compiler.body import Body
from zoo.compiler.program import Line
from zoo.compiler.queries import sources
from zoo.errors import ZooError
from zoo.graph import Wire
from zoo.spec import TensorType


@dataclass(slots=True)
class Mask:
    """A mask: the type of one step, the position of its walked axis, and whether it may be None.

    The variables: ``padding`` is its inverse, ``all_steps`` the list of its steps if it may be None, and
    ``step_variable`` one step, with ``shared`` axes of size 1 appended.
    """

    variable: str
    padding: str
    all_steps: str
    step_variable: str
    step: TensorType
    axis: int
    optional: bool
    shared: int = field(init=False, default=0)

    def invert(self) -> str:
        """The line that defines ``padding``."""
        if self.optional:
            return f"{self.padding} = None if {self.variable} is None else ~{self.variable}"
        return f"{self.padding} = ~{self.variable}"

    def padded(self, first: list[str], filling: list[str]) -> list[Line]:
        """Lines that are always needed, followed by those that are needed only if there is a mask."""
        lines = [Line(f"        {text}") for text in first]
        if self.optional and filling:
            lines.append(Line(f"        if {self.padding} is not None:"))
        indent = 12 if self.optional else 8
        return [*lines, *(Line(" " * indent + text) for text in filling)]

    def filled(self, variable: str, value: str, axis: int, rank: int) -> str:
        """The line that zeroes the padding of a tensor with its walked axis at ``axis``."""
        own = len(self.step.shape)
        moved = min(axis, own)
        padding = self.padding if moved == self.axis else f"{self.padding}.movedim({self.axis}, {moved})"
        if axis <= own:
            padding = _beside(padding, rank - own - 1)
        else:
            index = [":"] * own + ["None"] * (axis - own) + [":"] + ["None"] * (rank - axis - 1)
            padding = f"{padding}[{', '.join(index)}]"
        return f"{variable} = {value}.masked_fill({padding}, 0)"

    def leads(self, body: Body, type_: TensorType) -> bool:
        """Whether one step of a tensor begins with the axes of one step of the mask."""
        own = self.step.shape
        return [*map(body.ground, own)] == [*map(body.ground, type_.shape[: len(own)])]

    def beside(self, ranks: list[int]) -> str:
        """The mask, broadcastable against the states if these all have the same rank."""
        more = {rank - len(self.step.shape) for rank in ranks}
        self.shared = more.pop() if len(more) == 1 else 0
        return _beside(self.variable, self.shared)

    def steps(self, ranks: list[int], count: str) -> tuple[list[Line], str, str]:
        """For states of these ranks: lines before the loop, the variable of a step, what is iterated over."""
        cut = f"{self.beside(ranks)}.unbind({self.axis})"
        if not self.optional:
            return [], self.step_variable, cut
        line = f"        {self.all_steps} = [None] * {count} if {self.variable} is None else {cut}"
        return [Line(line)], self.step_variable, self.all_steps

    def kept(self, value: str, old: str, rank: int) -> str:
        """Code for the value of a state after a step that may be padding."""
        step = _beside(self.step_variable, rank - len(self.step.shape) - self.shared)
        return f"torch.where({step}, {value}, {old})"


def _beside(name: str, more: int) -> str:
    """A tensor with this many axes of size 1 appended."""
    if more == 1:
        return f"{name}.unsqueeze(-1)"
    return f"{name}[..., {', '.join(['None'] * more)}]" if more else name


def find_mask(
    body: Body, wires: Mapping[str, Wire], uses: Iterable[ScanUse], name: Callable[[str], str]
) -> Mask | None:
    """The mask of a scan, None if no use has one; ``name`` creates variables."""
    axes = [use.mask for use in uses]
    axis = next((each for each in axes if each is not None), None)
    if axis is None:
        return None
    (wire,) = sources(wires[MASK])  # what is applied again with a mask has one where it stands
    assert body.outer is not None
    type_ = body.outer.type(wire)
    if type_ is None:
        raise ZooError(f"the mask '{wire}' of a scan has no type in any of its uses")
    step = TensorType(type_.dtype, (*type_.shape[:axis], *type_.shape[axis + 1 :]))
    optional = None in axes or wire.node in body.outer.maybe
    variable = name("mask")
    all_steps = name(f"{variable}_steps") if optional else ""
    return Mask(variable, name("padding"), all_steps, name(f"{variable}_t"), step, axis, optional)
