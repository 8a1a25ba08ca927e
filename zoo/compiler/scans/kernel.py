"""A scan whose steps are all at once: what the lowerings to kernels share."""

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
    """Knows where the walked axis stands in what is there for all steps, and brings it where kernels want it.

    Kernels take the batch first and then time, as masks, too.
    """

    how = "all steps at once"

    def __init__(self, site: ScanSite) -> None:
        super().__init__(site)
        self.axes = dict(self.parts.axes)
        """By node or input."""

    def write(self) -> ModuleClass:
        """The draft of the class, which knows whether it is one cell alone."""
        written = super().write()
        own = self._own()
        written.single = own if isinstance(own, str) else self._single(own)
        return written

    @abstractmethod
    def _own(self) -> KernelCell | str:
        """The cell that it is, in its own names; why not, where something stands beside one."""

    def _single(self, own: KernelCell) -> SingleCell | str:
        """What a call that takes several scans needs of it, or why it cannot."""
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
        """A mask says which steps a sequence has: its axes are the first of the states, and the walked.

        What stands ``behind`` cells must keep sequences apart: at padding a kernel gives zeros, and a loop
        what the cell makes of zeros.
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
        """A value of all steps, with the walked axis at a place."""
        own = self.axes[ref.node]
        return self.calls.values[ref] + ("" if own == axis else f".movedim({own}, {axis})")

    def _given_mask(self) -> str:
        """The mask as a cell takes it, batch first."""
        assert self.mask is not None
        if self.mask.axis == 1:
            return self.mask.variable
        moved = f"{self.mask.variable}.movedim(0, 1)"
        return f"None if {self.mask.variable} is None else {moved}" if self.mask.optional else moved

    def _hand_out(self, variable: str) -> None:
        """Bring what a kernel returns where outputs have the walked axis; it has zeros at padding."""
        if self.use.axis != 1:
            self._line(f"{variable} = {variable}.movedim(1, {self.use.axis})")
        self.zeros.add(variable)
