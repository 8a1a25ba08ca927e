"""From graph and resolution to the picture of one body.

What a box shows depends on its node, on what that node uses, and on what the checker found. The drawer
remembers these beside each box, and gives the same box again while they are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zoo.checker import Resolution
from zoo.checker.frame import Frame
from zoo.edits.paths import original
from zoo.graph import EMPTY, Body, Call, Graph, Node, Ref, Repeat, Reuse, Scan
from zoo.problems import Problem
from zoo.sizes import substitute
from zoo.spec import Port, TensorType
from zoo.wires import End, body_wires, node_wires
from zoo_gui.canvas import words
from zoo_gui.canvas.picture import Box, Inlet, Line, Look, Outlet, Picture
from zoo_gui.canvas.ports import Find, Ports, inlets_of, meant, ports_of
from zoo_gui.places import frame_of, inside, places_of
from zoo_gui.theme.category import category_of
from zoo_gui.workspace import Pick


@dataclass(slots=True)
class _Kept:
    """A box beside what it was made from; ``wires`` are those that end at it."""

    because: tuple[object, ...]
    box: Box
    ports: Ports | None
    node: Node | None = None
    wires: tuple[tuple[End, Ref], ...] = ()


class Drawer:
    """Draws the bodies of one document; ``find`` looks layers up, None while the packs are loading."""

    def __init__(self) -> None:
        self._kept: dict[Pick, _Kept] = {}
        self._lines: dict[End, Line] = {}
        self._scope: str | None = None
        self._words: dict[object, str] = {}

    def draw(self, graph: Graph, scope: str, resolution: Resolution | None, find: Find | None) -> Picture:
        """The body at ``scope``, with what ``resolution`` knows of it (which may be of an older graph)."""
        if scope != self._scope:
            self._kept, self._lines, self._words, self._scope = {}, {}, {}, scope
        drawing = _Drawing(graph, scope, resolution, find, self._kept)
        boxes = drawing.boxes()
        lines = drawing.lines(self._lines)
        self._kept, self._lines = drawing.made, lines
        return Picture(boxes, lines, drawing.loose)


class _Drawing:
    """One run of a drawer."""

    def __init__(
        self,
        graph: Graph,
        scope: str,
        resolution: Resolution | None,
        find: Find | None,
        kept: Mapping[Pick, _Kept],
    ) -> None:
        self.graph, self.scope, self.find = graph, scope, find
        self.body: Body = graph.body(scope)
        self.frame: Frame | None = frame_of(resolution, scope)
        self.values: Mapping[str, Any] = self.frame.values if self.frame else {}
        self.kept, self.made = kept, dict[Pick, _Kept]()
        self.problems, self.loose = self._problems(resolution)
        self.words: dict[TensorType, str] = {}
        self.wires = self._wires()
        self.read = self._read()

    # ----------------------------------------------------------------------------------------- what is known

    def _problems(
        self, resolution: Resolution | None
    ) -> tuple[dict[str, tuple[Problem, ...]], tuple[Problem, ...]]:
        """Those of every node here, what is wrong inside of it among them; and those of the body itself."""
        found: dict[str, tuple[Problem, ...]] = {}
        loose: list[Problem] = []
        for problem in resolution.problems if resolution else ():
            chain = places_of(self.graph, problem.path)
            for outer, name in chain:
                if outer == self.scope:
                    found[name] = (*found.get(name, ()), problem)
            here = (
                inside(self.graph, *chain[-1]) if chain else problem.path if problem.path[:1] == "#" else ""
            )
            if here == self.scope:
                loose.append(problem)
        return found, tuple(loose)

    def _wires(self) -> dict[str, tuple[tuple[End, Ref], ...]]:
        found: dict[str, tuple[tuple[End, Ref], ...]] = {}
        for name, node in self.body.nodes.items():
            kept = self.kept.get(Pick("node", name))
            found[name] = kept.wires if kept and kept.node is node else tuple(node_wires(name, node))
        return found

    def _read(self) -> dict[str, set[str | None]]:
        found: dict[str, set[str | None]] = {}
        for ends in self.wires.values():
            for _, ref in ends:
                found.setdefault(ref.node, set()).add(ref.port)
        for _, ref in body_wires(self.body):
            found.setdefault(ref.node, set()).add(ref.port)
        if isinstance(self.body, Scan):
            for state in self.body.final.values():
                found.setdefault(state, set()).add(None)
        return found

    def _type(self, name: str, port: str | None) -> str:
        """What is known of an output, in words."""
        known = self.frame.names.get(name) if self.frame else None
        if known is None:
            return ""
        type_ = known.types.get(port) if known.types is not None and port is not None else known.type
        return self._said(type_)

    def _said(self, type_: TensorType | None) -> str:
        if type_ is None:
            return ""
        if type_ not in self.words:
            sizes = tuple(substitute(size, self.values) for size in type_.shape)
            self.words[type_] = words.type_words(TensorType(type_.dtype, sizes))
        return self.words[type_]

    # ------------------------------------------------------------------------------------------------- boxes

    def boxes(self) -> dict[Pick, Box]:
        """Every box of the body: what enters, the nodes, what leaves."""
        for name, look, inlets, badge, detail in self._entrances():
            read = bool(self.read.get(name))
            said = self._type(name, None)
            because = (look, inlets, badge, detail, read, said)
            outlet = Outlet(Ref(name), name, said, read)
            self._keep(Pick("input", name), because, look, name, detail or said, badge, inlets, outlet)
        for name, node in self.body.nodes.items():
            self._node(name, node)
        for end, ref in body_wires(self.body):
            if end.part != "next":
                said = self._type(ref.node, ref.port)
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
            kept = _Kept(because, box, None)
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
                    self._type(name, None) or str(port),
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
        problems, read = self.problems.get(name, ()), self.read.get(name, set())
        base = self._base(name, node)
        known = self.frame.names.get(name) if self.frame else None
        types = known.types if known else None
        because = (node, resolved, types, problems, read, base, self.values, self.find is None)
        kept = self.kept.get(pick)
        if kept is None or not _same(kept.because, because):
            ports = ports_of(self.graph, self.scope, name, self.find or _nothing)
            box = self._box(pick, node, ports, problems, read)
            kept = _Kept(because, box, ports)
        kept.node, kept.wires = node, self.wires[name]
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
            yield Outlet(ref, port, self._type(name, port), is_read, on_demand)
        for port in sorted((port for port in read if port not in outputs), key=str):
            if port is not None or default is None:
                yield Outlet(Ref(name, port), port or "?", "", read=True)

    # ------------------------------------------------------------------------------------------------- lines

    def lines(self, old: Mapping[End, Line]) -> dict[End, Line]:
        """Every wire whose source is there."""
        found: dict[End, Line] = {}
        for name, ends in self.wires.items():
            problems = [problem for problem in self.problems.get(name, ()) if problem.port]
            for end, ref in ends:
                problem = self._of_wire(name, end, problems) if problems else None
                self._line(found, old, end, ref, Pick("node", name), problem)
        for end, ref in body_wires(self.body):
            back = end.part == "next"
            stop = Pick("input" if back else "output", end.port)
            problem = next((one for one in self.loose if one.port == end.port), None)
            self._line(found, old, end, ref, stop, problem)
        return found

    def _line(
        self,
        found: dict[End, Line],
        old: Mapping[End, Line],
        end: End,
        ref: Ref,
        stop: Pick,
        problem: Problem | None,
    ) -> None:
        start = Pick("node" if ref.node in self.body.nodes else "input", ref.node)
        kept = self.made.get(start)
        if kept is None or stop not in self.made:
            return  # it reads what is not there, which the problems say
        source = ref
        if kept.ports is not None and ref.port is not None and ref.port == kept.ports.default:
            source = Ref(ref.node)
        label = next((o.type for o in kept.box.outlets if o.source == source), "")
        was = old.get(end)
        now = (source, label, start, stop, problem)
        if was and (was.source, was.label, was.start, was.stop, was.problem) == now:
            found[end] = was
            return
        found[end] = Line(end, source, start, stop, label, problem, back=end.part == "next" and not end.node)

    def _of_wire(self, name: str, end: End, problems: Iterable[Problem]) -> Problem | None:
        kept = self.made[Pick("node", name)]
        inputs: Mapping[str, Port] = kept.ports.inputs if kept.ports else EMPTY
        node = self.body.nodes[name]
        port = meant(node, inputs, end)
        labels = {port, f"{port}.{end.index}", f"{port}[{end.index}]"}
        own = (one for one in problems if one.port in labels and one.path.rpartition(".")[2] == name)
        return next(own, None)


def _same(was: tuple[object, ...], now: tuple[object, ...]) -> bool:
    """Whether a box was made from the same: parts of graph and resolution are the same objects, then."""
    return all(
        a is b or (not isinstance(a, Call | Repeat | Scan | Reuse) and a == b)
        for a, b in zip(was, now, strict=True)
    )


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
