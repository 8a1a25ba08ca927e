"""A scan whose steps are all at once: what the lowerings to kernels share."""

from __future__ import annotations

from zoo.checker.resolution import MASK, ScanUse
from zoo.compiler.body import Body
from zoo.compiler.uses import sources
from zoo.compiler.walk import Walk
from zoo.compiler.writer import Declined, Writer
from zoo.graph import Ref


class Whole(Walk):
    """Knows where the walked axis stands in what is there for all steps, and brings it where kernels want it.

    Kernels take the batch first and then time, as masks, too.
    """

    how = "all steps at once"

    def __init__(
        self,
        writer: Writer,
        body: Body,
        name: str,
        uses: list[ScanUse],
        stacked: dict[str, Ref],
        final: dict[str, str],
        hoist: bool,
    ) -> None:
        super().__init__(writer, body, name, uses, stacked, final, hoist)
        self.axes = dict(self.parts.axes)
        """By node or input."""

    def _check_mask(self) -> None:
        """A mask says which steps a sequence has: its axes are the first of the states, and the walked."""
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
