"""Deciding which scans run as one kernel call: two directions with their concat, and stacked layers.

A kernel returns the output of its top layer and all last states. So scans stay separate if the graph reads
anything else in between, and if they differ in kernel, width, biases, mask or, for two directions, in their
input. The plan is made after the scans of a body have been written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from zoo.checker.resolution import MASK, LayerUse, ScanUse
from zoo.compiler.body import Body
from zoo.compiler.merging.plan import Layer, Merge, Plan
from zoo.compiler.queries import sources, wanted
from zoo.compiler.recognition import passed_through
from zoo.compiler.scans.single_cell import SingleCell
from zoo.compiler.writer import Writer
from zoo.graph import Frozen, Ref, Scan
from zoo.sizes import Size

KERNELS = {
    "rnn_tanh": "an RNN",
    "rnn_relu": "an RNN with relu",
    "gru": "a GRU",
    "lstm": "an LSTM",
}


def plan(writer: Writer, body: Body, roots: Iterable[Ref]) -> Plan:
    """Plan the merges of a body; ``roots`` is what its outputs read."""
    made = Plan([name for name in body.scope.order if name in body.reads], dict(body.scope.nodes))
    scans = [name for name in made.order if isinstance(body.scope.nodes[name].use, ScanUse)]
    written = {name: writer.children(body, name)[0].written for name in scans}
    singles = {name: each.single for name, each in written.items() if each and each.single}
    if len(singles) > 1:
        _Planner(body, made, singles, roots).run()
    return made


class _Planner:
    """Finds layers, then stacks of layers; ``singles`` are the scans that are a kernel call."""

    def __init__(
        self, body: Body, made: Plan, singles: Mapping[str, SingleCell | str], roots: Iterable[Ref]
    ) -> None:
        self.body, self.plan, self.singles = body, made, singles
        self.nodes = body.scope.nodes
        self.notes: dict[str, list[tuple[str, str]]] = {}
        self.readers: dict[Ref, list[str]] = {}
        for name in made.order:
            for ref in sources(*self.nodes[name].inputs.values()):
                self.readers.setdefault(self._full(ref), []).append(name)
        for ref in roots:
            self.readers.setdefault(self._full(ref), []).append("")

    def run(self) -> None:
        """Fill the plan."""
        pairs = [pair for name in self.plan.order if (pair := self._pair(name))]
        paired = {scan for pair in pairs for scan in pair.scans}
        alone = [Layer((name,), self._x(name), name, self._out(name)) for name in self.singles]
        layers = [*pairs, *(each for each in alone if each.node not in paired)]
        tops: dict[str, Merge] = {}
        for layer in sorted(layers, key=lambda each: self.plan.order.index(each.node)):
            merge = self._above(layer, tops) or Merge((layer,))
            for each in merge.layers[:-1]:
                tops.pop(each.node, None)
            tops[layer.node] = merge
        for merge in tops.values():
            if len(merge.scans) > 1:
                self.plan.add(merge)
            for scan in merge.scans:
                others = [f"'{other}'" for other in merge.scans if other != scan]
                said = [f"as one call with {', '.join(others)}"] if others else []
                said += [note for other, note in self.notes.get(scan, ()) if other not in merge.scans]
                if said:
                    self.plan.said[scan] = "; ".join(said)

    # ------------------------------------------------------------------------------------------ candidates

    def _pair(self, name: str) -> Layer | None:
        """The bidirectional layer whose two directions this node concatenates, if it does."""
        use = self.nodes[name].use
        read = self._reads(name)
        if not isinstance(use, LayerUse) or len(read) != 2 or not all(map(self._is_shown, read)):
            return None
        one, other = (ref.node for ref in read)
        widths = [width for ref in read if isinstance(width := self._last_axis(ref), int)]
        if one == other or len(widths) != 2 or passed_through(use, widths) != (0, 1):
            return None
        layer = Layer((one, other), self._x(one), name, self._full(Ref(name)))
        back = [self._scan(scan).reverse for scan in (one, other)]
        why = self._apart(one, other)
        if not why and self._x(one) != self._x(other):
            why = f"they walk over '{self._x(one)}' and '{self._x(other)}'"
        if not why and back[0] == back[1]:
            why = "both walk from the same end"
        if not why and back[0]:
            why = f"in '{name}' the one from the end stands first"
        why = why or self._read_elsewhere({read[0]: [name], read[1]: [name]})
        return layer if self._joined(layer.scans, Merge((layer,)), why) else None

    def _above(self, layer: Layer, tops: Mapping[str, Merge]) -> Merge | None:
        """The layers below extended by this one, if it reads their output."""
        path = [self._full(layer.x)]
        while path[-1].node not in tops:
            read = self._reads(path[-1].node)
            if len(read) != 1:
                return None
            path.append(read[0])
        below, shown = tops[path[-1].node], tops[path[-1].node].layers[-1]
        if path[-1] != shown.out:
            return None
        scans, idle = (shown.scans[-1], layer.scans[0]), [ref.node for ref in path[-2::-1]]
        why = self._between(idle, path[::-1]) or self._apart(*scans)
        if not why and len(shown.scans) != len(layer.scans):
            why = "one goes in one direction, the other in both"
        if not why and self._scan(scans[0]).reverse != self._scan(scans[1]).reverse and len(layer.scans) == 1:
            why = "they walk from different ends"
        expected = [*([name] for name in idle), [*layer.scans]]
        why = why or self._read_elsewhere(dict(zip(path[::-1], expected, strict=True)))
        merge = Merge((*below.layers, layer), (*below.idle, *idle))
        return merge if self._joined(scans, merge, why) else None

    def _joined(self, scans: tuple[str, ...], merge: Merge, why: str) -> bool:
        """Whether scans can be merged; if so, all nodes of the merge now read what the call reads."""
        nodes, one, other = self.plan.nodes, scans[0], scans[1]
        read = dict.fromkeys(ref for name in merge.nodes for ref in sources(*nodes[name].inputs.values()))
        given = [ref for ref in read if ref.node not in merge.nodes]
        last = [ref for ref in read if ref.node in merge.scans and ref != self._out(ref.node)]
        if not why and last:
            why = f"one of them reads '{last[0]}'"
        if not why and (between := merge.nodes & wanted(nodes, given).keys()):
            why = f"what one of them reads is made of what '{min(between)}' gives"
        for scan, with_ in ((one, other), (other, one)):
            if why:
                self.notes.setdefault(scan, []).append((with_, f"not as one call with '{with_}': {why}"))
        if why:
            return False
        reads = Frozen({str(place): ref for place, ref in enumerate(given)})
        nodes |= {name: replace(nodes[name], inputs=reads) for name in merge.nodes}
        return True

    # ------------------------------------------------------------------------------------------ conditions

    def _apart(self, one: str, other: str) -> str:
        """Why no kernel can take two scans together, in any arrangement; empty if one can."""
        a, b = self.singles[one], self.singles[other]
        for name, single in ((one, a), (other, b)):
            if isinstance(single, str):
                return f"'{name}' {single}"
        assert isinstance(a, SingleCell)
        assert isinstance(b, SingleCell)
        if a.own.kernel != b.own.kernel:
            return f"one is {KERNELS[a.own.kernel]}, the other {KERNELS[b.own.kernel]}"
        if self._width(one) != self._width(other):
            return f"one is {self._width(one)} wide, the other {self._width(other)}"
        if [each is None for each in a.own.weights] != [each is None for each in b.own.weights]:
            return "they have other biases"
        masks = [self.nodes[name].inputs.get(MASK) for name in (one, other)]
        return "" if masks[0] == masks[1] else "their masks are not the same"

    def _between(self, idle: Sequence[str], read: Sequence[Ref]) -> str:
        """Name a node between two scans that changes values; each node comes with what it reads."""
        for name, ref in zip(idle, read, strict=False):
            use, width = self.nodes[name].use, self._last_axis(ref)
            if not isinstance(use, LayerUse):
                return f"'{name}' stands between"
            if not isinstance(width, int) or passed_through(use, [width]) != (0,):
                return f"'{name}' ({use.spec.id}) stands between"
        return ""

    def _read_elsewhere(self, expected: Mapping[Ref, list[str]]) -> str:
        """Name a value inside the kernel that has other readers than expected."""
        for ref, readers in expected.items():
            if sorted(self.readers.get(ref, [])) != sorted(readers):
                return f"something else reads '{ref}'"
        return ""

    # ------------------------------------------------------------------------------------------- the graph

    def _scan(self, name: str) -> Scan:
        node = self.nodes[name].node
        assert isinstance(node, Scan)
        return node

    def _x(self, name: str) -> Ref:
        """The sequence that a scan walks over."""
        single = self.singles[name]
        port = single.own.x if isinstance(single, SingleCell) else next(iter(self._scan(name).each))
        return sources(self.nodes[name].inputs[port])[0]

    def _out(self, name: str) -> Ref | None:
        """The stacked output of a scan, if it is read."""
        single = self.singles[name]
        found = single.out if isinstance(single, SingleCell) else next(iter(self._scan(name).stack), "")
        return Ref(name, found) if found else None

    def _is_shown(self, ref: Ref) -> bool:
        return ref.node in self.singles and ref == self._out(ref.node)

    def _reads(self, name: str) -> list[Ref]:
        """What a node reads, in the order of its layer's ports."""
        if name not in self.nodes:
            return []
        node = self.nodes[name]
        ports = node.use.spec.inputs if isinstance(node.use, LayerUse) else node.inputs
        return [
            self._full(ref) for port in ports if port in node.inputs for ref in sources(node.inputs[port])
        ]

    def _full(self, ref: Ref) -> Ref:
        """A wire's source with an explicit port."""
        if ref.port is not None or ref.node not in self.nodes:
            return ref
        return Ref(ref.node, next(iter(self.nodes[ref.node].types)))

    def _width(self, name: str) -> Size:
        """The width of a scan's states."""
        use = self.nodes[name].use
        assert isinstance(use, ScanUse)
        state = use.scope.inputs[next(iter(use.next))]
        return 0 if state is None else self.body.ground(state.shape[-1])

    def _last_axis(self, ref: Ref) -> Size | None:
        type_ = self.body.type(ref)
        return self.body.ground(type_.shape[-1]) if type_ is not None and type_.shape else None
