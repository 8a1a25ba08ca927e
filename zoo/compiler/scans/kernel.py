"""A scan as calls of kernels that take whole sequences: what the lowerings to kernels share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from zoo.checker.resolution import MASK
from zoo.compiler.program import ModuleClass
from zoo.compiler.queries import sources
from zoo.compiler.scans.base import ScanSite, ScanWriter
from zoo.compiler.scans.hoisting import leading
from zoo.compiler.scans.single_cell import KernelCell, SingleCell
from zoo.compiler.writer import Declined
from zoo.graph import Ref


class KernelWriter(ScanWriter):
    """Tracks the position of the walked axis in sequences, and moves it where kernels expect it.

    Kernels take batch × time × …, for masks too.
    """

    how = "all steps at once"

    def __init__(self, site: ScanSite) -> None:
        super().__init__(site)
        self.axes = dict(self.parts.axes)
        """The position of the walked axis, by node or input."""

    def write(self) -> ModuleClass:
        """Draft the class, and note whether it is a single cell."""
        written = super().write()
        own = self._own()
        written.single = own if isinstance(own, str) else self._single(own)
        return written

    @abstractmethod
    def _own(self) -> KernelCell | str:
        """The single cell of the scan, in the scan's names, or why it is more than one."""

    def _single(self, own: KernelCell) -> SingleCell | str:
        """What merging needs to know of the scan, or why it cannot be merged."""
        if len(self.uses) > 1 or self.name in self.outer.lent_out:
            return "is applied again"
        if self.body.lent or any(node.ties for node in self.body.scope.nodes.values()):
            return "shares its weights"
        if [*self.use.cut] != [own.x] or self.node.const or len(self.stacked) > 1:
            return "takes or gives more than its cell"
        if {*self.use.cut.values(), self.use.axis, 1 if self.mask is None else self.mask.axis} != {1}:
            return "has its steps elsewhere than behind the batch"
        starts = (self.body.learned.get(state) for state in own.states)
        spelt = tuple(start and f"self.{start}" for start in starts)
        return SingleCell(own, next(iter(self.stacked), ""), spelt)

    def _check_mask(self, behind: Iterable[str]) -> None:
        """Decline masks and nodes that a kernel would treat differently from a loop.

        The axes of a mask must be the first axis of the states and the walked one. Nodes ``behind`` cells
        must not mix sequences: at padding the output of a kernel is zero, in a loop it is the cell's.
        """
        if MASK not in self.wires or all(use.mask is None for use in self.uses):
            return
        (wire,) = sources(self.wires[MASK])
        type_ = self.outer.type(wire)
        state = self.body.scope.inputs[next(iter(self.node.state))]
        assert type_ is not None
        assert state is not None
        axis = next(use.mask for use in self.uses if use.mask is not None)
        step = [*type_.shape[:axis], *type_.shape[axis + 1 :]]
        if [*map(self.body.ground, step)] != [self.body.ground(state.shape[0])]:
            raise Declined("its mask has other axes than the batch and the walked one")
        for name in behind:
            if leading(self.use, self.body.scope.nodes[name]) < len(step):
                raise Declined(f"'{name}' mixes sequences, of which some may be padding at a step")

    def _at(self, ref: Ref, axis: int) -> str:
        """Code for a sequence, with the walked axis moved to a position."""
        own = self.axes[ref.node]
        return self.calls.values[ref] + ("" if own == axis else f".movedim({own}, {axis})")

    def _given_mask(self) -> str:
        """Code for the mask, batch first."""
        assert self.mask is not None
        if self.mask.axis == 1:
            return self.mask.variable
        moved = f"{self.mask.variable}.movedim(0, 1)"
        return f"None if {self.mask.variable} is None else {moved}" if self.mask.optional else moved

    def _hand_out(self, variable: str) -> None:
        """Move the walked axis of a kernel's output where outputs have it; the output is zero at padding."""
        if self.use.axis != 1:
            self._line(f"{variable} = {variable}.movedim(1, {self.use.axis})")
        self.zeros.add(variable)
