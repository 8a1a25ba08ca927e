"""From graph and resolution to the picture of one body.

What a box shows depends on its node, on what that node uses, and on what the checker found. The drawer
remembers these beside each box, and gives the same box again while they are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from zoo.checker import Resolution
from zoo.edits.paths import original
from zoo.graph import EMPTY, Call, Graph, Node, Ref, Repeat, Reuse, Scan
from zoo.problems import Problem
from zoo.wires import End, body_wires
from zoo_gui.canvas import words
from zoo_gui.canvas.knowing import Knowing
from zoo_gui.canvas.lines import Kept, Lines
from zoo_gui.canvas.picture import Box, Inlet, Line, Look, Outlet, Picture
from zoo_gui.canvas.ports import Find, Ports, inlets_of, ports_of
from zoo_gui.places import frozen_by, inside
from zoo_gui.selection import Pick
from zoo_gui.theme.category import category_of


class Drawer:
    """Draws the bodies of one document; ``find`` looks layers up, None while the packs are loading."""

    def __init__(self) -> None:
        self._kept: dict[Pick, Kept] = {}
        self._lines: dict[End, Line] = {}
        self._scope: str | None = None

    def draw(self, graph: Graph, scope: str, resolution: Resolution | None, find: Find | None) -> Picture:
        """The body at ``scope``, with what ``resolution`` knows of it (which may be of an older graph)."""
        if scope != self._scope:
            self._kept, self._lines, self._scope = {}, {}, scope
        before = {p.name: (k.node, k.wires) for p, k in self._kept.items() if k.node is not None}
        known = Knowing(graph, scope, resolution, before)
        drawing = _Boxes(known, find, self._kept)
        boxes = drawing.draw()
        self._lines = Lines(known, drawing.made, self._lines).draw()
        self._kept = drawing.made
        return Picture(boxes, self._lines, known.loose)


class _Boxes:
    """Draws the boxes of a body; ``made`` has them, each with what it was made from."""

    def __init__(self, known: Knowing, find: Find | None, kept: Mapping[Pick, Kept]) -> None:
        self.known, self.find, self.kept = known, find, kept
        self.graph, self.scope, self.body = known.graph, known.scope, known.body
        self.frame, self.values, self.read = known.frame, known.values, known.read
        self.made: dict[Pick, Kept] = {}

    def draw(self) -> dict[Pick, Box]:
        """Every box of the body: what enters, the nodes, what leaves."""
        for name, look, inlets, badge, detail in self._entrances():
            read = bool(self.read.get(name))
            said = self.known.type_of(name, None)
            because = (look, inlets, badge, detail, read, said)
            outlet = Outlet(Ref(name), name, said, read)
            self._keep(Pick("input", name), because, look, name, detail or said, badge, inlets, outlet)
        for name, node in self.body.nodes.items():
            self._node(name, node)
        for end, ref in body_wires(self.body):
            if end.part != "next":
                said = self.known.type_of(ref.node, ref.port)
                inlets = (Inlet(end, end.port, end.port, wired=True),)
                badge = "each step" if end.part == "stack" else ""
                self._keep(Pick("output", end.port), (inlets, said), "output", end.port, said, badge, inlets)
        return {pick: kept.box for pick, kept in self.made.items()}

    def _keep(
        self,
        pick: Pick,
        because: tuple[object, ...],
        look: Look,
        title: str,
        detail: str,
        badge: str,
        inlets: tuple[Inlet, ...],
        outlet: Outlet | None = None,
    ) -> None:
        kept = self.kept.get(pick)
        if kept is None or kept.because != because:
            outlets = (outlet,) if outlet else ()
            unused = outlet is not None and not outlet.read
            badge = badge or ("unused" if unused else "")
            box = Box(pick, look, title, detail, badge, inlets=inlets, outlets=outlets, unused=unused)
            kept = Kept(because, box, None)
        self.made[pick] = kept

    def _entrances(self) -> Iterator[tuple[str, Look, tuple[Inlet, ...], str, str]]:
        body = self.body
        if not isinstance(body, Scan):
            for name, port in body.inputs.items():
                yield (
                    name,
                    "input",
                    (),
                    "optional" if port.optional else "",
                    self.known.type_of(name, None) or str(port),
                )
            return
        for name in body.each:
            yield name, "input", (), f"each {body.over}", ""
        for name, start in body.state.items():
            end = End("", "next", name)
            inlets = (Inlet(end, name, "next", wired=name in body.next, back=True),)
            ends = [port for port, state in body.final.items() if state == name]
            yield name, "state", inlets, f"last: {', '.join(ends)}" if ends else "", words.start(start)
        for name in body.const:
            yield name, "input", (), "every step", ""

    def _node(self, name: str, node: Node) -> None:
        pick = Pick("node", name)
        resolved = self.frame.resolved.get(name) if self.frame else None
        problems, read = self.known.problems.get(name, ()), self.read.get(name, set())
        base = self._base(name, node)
        known = self.frame.names.get(name) if self.frame else None
        types = known.types if known else None
        frozen = frozen_by(self.graph, self.scope, name)
        because = (node, resolved, types, problems, read, base, self.values, self.find is None, frozen)
        kept = self.kept.get(pick)
        if kept is None or not _same(kept.because, because):
            ports = ports_of(self.graph, self.scope, name, self.find or _nothing)
            box = self._box(pick, node, ports, problems, read, frozen)
            kept = Kept(because, box, ports)
        kept.node, kept.wires = node, self.known.wires[name]
        self.made[pick] = kept

    def _base(self, name: str, node: Node) -> object:
        """What else a box depends on: what its node reuses, the block that it uses."""
        found = original(self.graph, (self.scope, name)) if isinstance(node, Reuse) else None
        first = found[1] if found else node
        return self.graph.blocks.get(first.use) if isinstance(first, Call | Repeat) else first

    def _box(
        self,
        pick: Pick,
        node: Node,
        ports: Ports | None,
        problems: tuple[Problem, ...],
        read: Iterable[str | None],
        frozen: str,
    ) -> Box:
        name = pick.name
        found = original(self.graph, (self.scope, name))
        first = found[1] if found else node
        look = _look(node, ports is not None or self.find is None)
        unused = any(problem.code == "node-unused" for problem in problems)
        return Box(
            pick,
            look,
            name,
            words.detail(node, self.values),
            self._badge(node, first, look) or ("unused" if unused else ""),
            category_of(first.use) if isinstance(first, Call | Repeat) else "",
            tuple(inlets_of(name, node, ports)),
            tuple(self._outlets(name, ports, {*read})),
            problems,
            unused,
            frozen,
            inside(self.graph, self.scope, name),
        )

    def _badge(self, node: Node, first: Node, look: Look) -> str:
        if look == "missing":
            return "not installed"
        if isinstance(first, Repeat):
            return words.count(first, self.values)
        if isinstance(first, Scan):
            return f"↻ {words.nodes(len(first.nodes))}"
        block = self.graph.blocks.get(first.use) if isinstance(first, Call) else None
        return words.nodes(len(block.nodes)) if block and not isinstance(node, Reuse) else ""

    def _outlets(self, name: str, ports: Ports | None, read: set[str | None]) -> Iterator[Outlet]:
        outputs: Mapping[str, bool] = ports.outputs if ports else EMPTY
        default = ports.default if ports else None
        for port, on_demand in outputs.items():
            is_read = port in read or (None in read and port == default)
            ref = Ref(name) if port == default else Ref(name, port)
            yield Outlet(ref, port, self.known.type_of(name, port), is_read, on_demand)
        for port in sorted((port for port in read if port not in outputs), key=str):
            if port is not None or default is None:
                yield Outlet(Ref(name, port), port or "?", "", read=True)


def _same(was: tuple[object, ...], now: tuple[object, ...]) -> bool:
    """Whether a box was made from the same: parts of graph and resolution are the same objects, then."""
    for a, b in zip(was, now, strict=True):
        if a is not b and (isinstance(a, Call | Repeat | Scan | Reuse) or a != b):
            return False
    return True


def _look(node: Node, known: bool) -> Look:
    if isinstance(node, Scan):
        return "scan"
    if isinstance(node, Reuse):
        return "reuse"
    if not known:
        return "missing"
    if isinstance(node, Repeat):
        return "repeat"
    return "layer" if node.is_layer else "block"


def _nothing(_: str) -> None:
    """No layer is known yet."""
