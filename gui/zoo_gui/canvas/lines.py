"""The lines of a picture: a wire for all that is read, with what flows through it and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zoo.graph import EMPTY, Node, Ref
from zoo.problems import Problem
from zoo.spec import Port
from zoo.wires import End, body_wires
from zoo_gui.canvas.knowing import Knowing, Wires
from zoo_gui.canvas.picture import Box, Line
from zoo_gui.canvas.ports import Ports, meant
from zoo_gui.selection import Pick


@dataclass(slots=True)
class Kept:
    """A box beside what it was made from; ``wires`` are those that end at it."""

    because: tuple[object, ...]
    box: Box
    ports: Ports | None
    node: Node | None = None
    wires: Wires = ()


class Lines:
    """Draws the wires between boxes that are there; those that are the same as before are given again."""

    def __init__(self, known: Knowing, boxes: Mapping[Pick, Kept], old: Mapping[End, Line]) -> None:
        self._known, self._boxes, self._old = known, boxes, old
        self._found: dict[End, Line] = {}

    def draw(self) -> dict[End, Line]:
        """Every wire whose source is there."""
        known = self._known
        for name, ends in known.wires.items():
            problems = [problem for problem in known.problems.get(name, ()) if problem.port]
            for end, ref in ends:
                problem = self._of_wire(name, end, problems) if problems else None
                self._line(end, ref, Pick("node", name), problem)
        for end, ref in body_wires(known.body):
            back = end.part == "next"
            stop = Pick("input" if back else "output", end.port)
            problem = next((one for one in known.loose if one.port == end.port), None)
            self._line(end, ref, stop, problem)
        return self._found

    def _line(self, end: End, ref: Ref, stop: Pick, problem: Problem | None) -> None:
        start = Pick("node" if ref.node in self._known.body.nodes else "input", ref.node)
        kept = self._boxes.get(start)
        if kept is None or stop not in self._boxes:
            return  # it reads what is not there, which the problems say
        source = ref
        if kept.ports is not None and ref.port is not None and ref.port == kept.ports.default:
            source = Ref(ref.node)
        label = next((o.type for o in kept.box.outlets if o.source == source), "")
        was = self._old.get(end)
        now = (source, label, start, stop, problem)
        if was and (was.source, was.label, was.start, was.stop, was.problem) == now:
            self._found[end] = was
            return
        back = end.part == "next" and not end.node
        self._found[end] = Line(end, source, start, stop, label, problem, back=back)

    def _of_wire(self, name: str, end: End, problems: Iterable[Problem]) -> Problem | None:
        kept = self._boxes[Pick("node", name)]
        inputs: Mapping[str, Port] = kept.ports.inputs if kept.ports else EMPTY
        node = self._known.body.nodes[name]
        port = meant(node, inputs, end)
        labels = {port, f"{port}.{end.index}", f"{port}[{end.index}]"}
        own = (one for one in problems if one.port in labels and one.path.rpartition(".")[2] == name)
        return next(own, None)
