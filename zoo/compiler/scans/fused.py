"""A scan of cells that declare a fused form (``zoo.contract.fusing``), as one call for all steps.

    h = x.new_zeros(x.shape[0], self.dim)
    c = x.new_zeros(x.shape[0], self.dim)
    out, last = self.cell.fused(x, h, c, mask)
    return out

Several cells may follow one another, with nodes around them that treat every step separately; a cell may also
be drawn (see ``recognised``). For anything else in the loop, the lowering declines with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import final

from zoo.checker.resolution import LayerUse, ScanUse
from zoo.compiler.body import Body
from zoo.compiler.program import Line, ModuleClass
from zoo.compiler.queries import applied, sources, used
from zoo.compiler.scans import base, recognised
from zoo.compiler.scans.base import ScanSite
from zoo.compiler.scans.hoisting import passes
from zoo.compiler.scans.kernel import KernelWriter
from zoo.compiler.scans.single_cell import KernelCell, kernel_of, within
from zoo.compiler.text import call
from zoo.compiler.writer import Declined, Writer
from zoo.graph import Ref
from zoo.spec import Fusing


def write_scan(writer: Writer, outer: Body, name: str, uses: list[ScanUse]) -> ModuleClass:
    """Write the class of a scan that serves all these uses; raises Declined with the reason why it cannot."""
    try:
        return base.write_scan(FusedWriter, writer, outer, name, uses)
    except Declined as why:
        try:
            return recognised.write_scan(writer, outer, name, uses)
        except Declined:
            raise why from None


@final
class FusedWriter(KernelWriter):
    """Writes a scan as calls of ``fused``."""

    def __init__(self, site: ScanSite) -> None:
        super().__init__(site)
        self.cells: dict[str, Fusing] = {}
        self._plan()

    # --------------------------------------------------------------------------------------- deciding

    def _plan(self) -> None:
        nodes = self.body.scope.nodes
        owners: dict[str, str] = {}
        for name in self.parts.inside:
            use = applied(used(nodes[name]))
            if isinstance(use, LayerUse) and use.spec.fuses is not None:
                self._check_cell(name, use, use.spec.fuses, owners)
                self.cells[name], self.axes[name] = use.spec.fuses, self.use.axis
            else:
                self.axes[name] = self._axis(name)
        for state in self.node.state:
            if state not in owners:
                raise Declined(f"the state '{state}' is no cell's own")
        if not self.cells:
            raise Declined("there is no state in it, and so no cell")
        for ref in self._read_at_steps():
            if ref.node in self.use.next:
                raise Declined(f"something reads the state '{ref.node}' as it was before each step")
            if ref.node in self.node.const:
                raise Declined(f"something reads '{ref}' at every step, and it is the same at all of them")
            outputs = list(nodes[ref.node].types) if ref.node in self.cells else []
            if outputs and ref.port not in (None, outputs[0]):
                raise Declined(
                    f"something reads '{ref}' at every step, and all at once '{ref.node}' gives "
                    f"'{outputs[0]}' alone"
                )
        behind = (name for name in self.parts.inside if name not in self.cells)
        self._check_mask([*behind, *self.parts.after])

    def _axis(self, name: str) -> int:
        """The position of the walked axis in a node's output; Declined if the node mixes steps."""
        node = self.body.scope.nodes[name]
        use = applied(used(node))
        what = f"'{name}' ({use.spec.id})" if isinstance(use, LayerUse) else f"'{name}'"
        for ref in sources(*node.inputs.values()):
            if ref.node in self.use.next:
                raise Declined(f"{what} reads the state '{ref.node}', and has no fused way")
            if ref.node not in self.axes:
                raise Declined(f"{what} reads '{ref}', which is the same at every step")
        axes = {self.axes[ref.node] for ref in sources(*node.inputs.values())}
        axis = axes.pop() if len(axes) == 1 else None
        if axis is None or not passes(self.use, node, axis):
            raise Declined(f"{what} does not act on each step alone")
        return axis

    def _check_cell(self, name: str, use: LayerUse, fuses: Fusing, owners: dict[str, str]) -> None:
        node = self.body.scope.nodes[name]
        if fuses.unfused is not None and (reason := fuses.unfused(use.settings)):
            raise Declined(f"'{name}' ({use.spec.id}): {reason}")
        for port in use.spec.inputs:
            if port not in node.inputs:
                raise Declined(f"'{name}' has nothing at its port '{port}'")
        for port in fuses.cut:
            for ref in sources(node.inputs[port]):
                if ref.node not in self.axes:
                    what = "the state" if ref.node in self.use.next else "what is the same at every step,"
                    raise Declined(f"'{name}.{port}' reads {what} '{ref}'")
        for port, output in fuses.states.items():
            (ref,) = sources(node.inputs[port])
            if ref.node not in self.use.next:
                raise Declined(f"'{name}.{port}' reads '{ref}', which is no state")
            after = self.use.next[ref.node]
            if after.node != name or (after.port or next(iter(use.outputs))) != output:
                raise Declined(f"the state '{ref.node}' goes on as '{after}', not as '{name}.{output}'")
            if ref.node in owners:
                raise Declined(f"'{name}' and '{owners[ref.node]}' share the state '{ref.node}'")
            owners[ref.node] = name
        if use.read:
            raise Declined(f"something reads '{name}.{min(use.read)}', which is computed on demand")

    def _own(self) -> KernelCell | str:
        """The single cell of the scan, if its kernel is known."""
        name, *more = (*self.parts.before, *self.parts.inside, *self.parts.after)
        nodes = self.body.scope.nodes
        use = applied(used(nodes[name]))
        if more or not isinstance(use, LayerUse):
            return "has more in it than a cell"
        ports = {port: sources(nodes[name].inputs[port])[0] for port in use.spec.inputs}
        types = {port: self.body.type(ref) for port, ref in ports.items()}
        shapes = {
            port: [*map(self.body.ground, type_.shape)] for port, type_ in types.items() if type_ is not None
        }
        own = kernel_of(use, self.cells[name], shapes)
        if own is None:
            return "has a cell of its own kernel"
        return within(own, {port: ref.node for port, ref in ports.items()}, self.calls.module(name))

    def _read_at_steps(self) -> Iterator[Ref]:
        """What is read at every step: by cells as a sequence, by other nodes, and as an output."""
        for name in (*self.parts.inside, *self.parts.after):
            node = self.body.scope.nodes[name]
            own = self.cells[name].cut if name in self.cells else tuple(node.inputs)
            for port in own:
                yield from sources(node.inputs[port])
        yield from self.stacked.values()

    # ---------------------------------------------------------------------------------------- writing

    def _must_fill(self, name: str) -> bool:
        """Cells ignore padding; anything else that reads a sequence does not."""
        nodes = self.body.scope.nodes
        others = [each for each in self.body.reads if each not in self.cells]
        return any(ref.node == name for each in others for ref in sources(*nodes[each].inputs.values()))

    def _walk(self, lists: dict[Ref, str]) -> None:
        whole = dict(self.calls.values)
        self._start_states()
        for name in self.parts.inside:
            if name in self.cells:
                self._cell(name, lists)
            else:
                self.lines += self.calls.apply(name)
        for ref, variable in lists.items():
            value = self._at(ref, self.use.axis)
            if value != variable:
                self._line(f"{variable} = {value}")
        self._ended(whole, lists)

    def _cell(self, name: str, lists: Mapping[Ref, str]) -> None:
        """``out, last = self.cell.fused(x, h, c, mask)``."""
        node, fuses = self.body.scope.nodes[name], self.cells[name]
        outputs = list(node.types)
        own = {Ref(name), Ref(name, outputs[0])}
        wanted = [ref for ref in self._read_at_steps() if ref in own]
        moved = self.use.axis != 1
        out = next((lists[ref] for ref in wanted if ref in lists and not moved), None)
        out = out or (self.calls.variable(name) if wanted else "_")
        finals = {state for state in self.final.values() if self.use.next[state].node == name}
        last = self.calls.in_forward("last", f"{name}_last") if finals else "_"
        states = {port: ref.node for port in fuses.states for ref in sources(node.inputs[port])}
        use = applied(used(node))
        assert isinstance(use, LayerUse)
        given = [
            self.states[states[port]] if port in states else self._at(sources(node.inputs[port])[0], 1)
            for port in use.spec.inputs
        ]
        if self.mask:
            given.append(self._given_mask())
        if self.node.reverse:
            given.append("reverse=True")
        head = f"{out}, {last} = {self.calls.module(name)}.fused"
        self.lines += [Line(text, name) for text in call(head, given)]
        if wanted:
            self._hand_out(out)
        self.calls.values |= dict.fromkeys(own, out)
        alone = len(outputs) == 1
        for port, state in states.items():
            self.states[state] = last if alone else f"{last}.{fuses.states[port]}"
