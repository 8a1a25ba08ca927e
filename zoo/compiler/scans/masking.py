"""The mask of a scan: how code brings it beside tensors of other ranks, and what it does to them.

A step of the mask has the axes that every masked tensor begins with (``batch``, say), so it is brought beside
one by axes of size 1 at the end: ``mask.unsqueeze(-1)``.
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
    """A mask: the type of its step, where its walked axis stands, and whether it may be None.

    ``padding`` is its opposite, ``all_steps`` its steps if it may be None. ``step_variable`` is one step,
    with ``shared`` axes of size 1 at its end.
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
        """The line that makes ``padding``."""
        if self.optional:
            return f"{self.padding} = None if {self.variable} is None else ~{self.variable}"
        return f"{self.padding} = ~{self.variable}"

    def padded(self, first: list[str], filling: list[str]) -> list[Line]:
        """Lines that are always needed, and those only where there is a mask."""
        lines = [Line(f"        {text}") for text in first]
        if self.optional and filling:
            lines.append(Line(f"        if {self.padding} is not None:"))
        indent = 12 if self.optional else 8
        return [*lines, *(Line(" " * indent + text) for text in filling)]

    def filled(self, variable: str, value: str, axis: int, rank: int) -> str:
        """The line that puts zeros at the padding of a tensor with its walked axis at ``axis``."""
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
        """Whether a tensor (one step of it) begins with the axes of a step of the mask."""
        own = self.step.shape
        return [*map(body.ground, own)] == [*map(body.ground, type_.shape[: len(own)])]

    def beside(self, ranks: list[int]) -> str:
        """The mask with the axes that bring every step of it beside states, if these have all one rank."""
        more = {rank - len(self.step.shape) for rank in ranks}
        self.shared = more.pop() if len(more) == 1 else 0
        return _beside(self.variable, self.shared)

    def steps(self, ranks: list[int], count: str) -> tuple[list[Line], str, str]:
        """Lines before the loop, variable of a step, and what it walks over, for states of these ranks."""
        cut = f"{self.beside(ranks)}.unbind({self.axis})"
        if not self.optional:
            return [], self.step_variable, cut
        line = f"        {self.all_steps} = [None] * {count} if {self.variable} is None else {cut}"
        return [Line(line)], self.step_variable, self.all_steps

    def kept(self, value: str, old: str, rank: int) -> str:
        """A state's value after a step that may be padding."""
        step = _beside(self.step_variable, rank - len(self.step.shape) - self.shared)
        return f"torch.where({step}, {value}, {old})"


def _beside(name: str, more: int) -> str:
    """A tensor with so many axes of size 1 added at its end."""
    if more == 1:
        return f"{name}.unsqueeze(-1)"
    return f"{name}[..., {', '.join(['None'] * more)}]" if more else name


def find_mask(
    body: Body, wires: Mapping[str, Wire], uses: Iterable[ScanUse], name: Callable[[str], str]
) -> Mask | None:
    """The mask of a scan, None when no use has one; ``name`` makes variables."""
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
