"""Laying wires from port to port: where the layout left room, else straight across; back in time, below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainterPath

from zoo.graph import Ref
from zoo.wires import End
from zoo_gui.canvas import routes
from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.geometry import before_label
from zoo_gui.canvas.picture import Picture
from zoo_gui.canvas.placing import Placing
from zoo_gui.canvas.style import LABEL, width
from zoo_gui.canvas.wire_item import WireItem
from zoo_gui.selection import Pick

if TYPE_CHECKING:
    from zoo_gui.canvas.scene import Scene

LANE = 26.0
"""Between wires back in time."""


class Laying:
    """Lays the wires of a scene. Of all wires that begin in one port, the first has the label."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._placing = Placing()
        self._of_box: dict[Pick, list[End]] = {}
        self._first: dict[tuple[Pick, Ref], End] = {}
        self.backs: list[End] = []

    def take(self, picture: Picture) -> set[End]:
        """Learn which wires there are now; those are given that have the label anew."""
        self._of_box = {}
        self.backs = [end for end, line in picture.lines.items() if line.back]
        before, self._first = self._first, {}
        for end, line in picture.lines.items():
            self._of_box.setdefault(line.start, []).append(end)
            if line.stop != line.start:
                self._of_box.setdefault(line.stop, []).append(end)
            if not line.back:
                self._first.setdefault((line.start, line.source), end)
        return {end for port, end in self._first.items() if before.get(port) != end}

    def arrange(self, placing: Placing) -> bool:
        """Use the ways of another arrangement; whether it is another."""
        other = placing.arrangement is not self._placing.arrangement
        self._placing = placing
        return other

    def ends_of(self, picks: Iterable[Pick]) -> set[End]:
        """The wires that begin or end at some boxes."""
        return {end for pick in picks for end in self._of_box.get(pick, ())}

    def lay(self, ends: Iterable[End]) -> None:
        """Lay some wires, and all that lead back in time: these go around everything."""
        wires, boxes = self._scene.wires, self._scene.boxes
        for end in {*ends, *self.backs}:
            wire = wires.get(end)
            if wire is None:
                continue
            line = wire.line
            start, stop = boxes[line.start], boxes[line.stop]
            begin, finish = start.begin_of(line), stop.finish_of(line)
            if line.back:
                self._back(wire, begin, finish, self.backs.index(end))
                continue
            gap = before_label(start.box)
            room = width(line.label, LABEL) + gap + 6 if line.label else 0.0
            path, stub = self._way(end, start, stop, begin, finish, room)
            labelled = room and stub >= room - 1 and self._first.get((line.start, line.source), end) == end
            wire.run(QLineF(begin, finish), path, begin + QPointF(gap, -15) if labelled else None)

    def _way(
        self, end: End, start: BoxItem, stop: BoxItem, begin: QPointF, finish: QPointF, room: float
    ) -> tuple[QPainterPath, float]:
        """The way of a wire, and how far it goes straight at first."""
        arrangement = self._placing.arrangement
        number = self._placing.ways.get(end)
        ahead = finish.x() > begin.x()
        if ahead and arrangement and number is not None and number < len(arrangement.passages):
            homes, pick = arrangement.places, start.box.pick
            if homes.get(pick) == start.spot and homes.get(stop.box.pick) == stop.spot:
                bend = arrangement.bends[pick]
                return routes.through(begin, finish, bend, arrangement.passages[number]), bend - begin.x()
        fits = finish.x() - begin.x() > room + 30
        return routes.direct(begin, finish, room if fits else 0.0), room if fits else 0.0

    def _back(self, wire: WireItem, begin: QPointF, finish: QPointF, lane: int) -> None:
        arrangement = self._placing.arrangement
        bend = arrangement.bends.get(wire.line.start, 0.0) if arrangement else 0.0
        right = max(begin.x() + 16, bend if bend - begin.x() < 300 else 0.0) + 8 * lane + 6
        left = finish.x() - 16 - 8 * lane
        low = self._scene.content().bottom() + 30 + LANE * lane
        path = routes.around(begin, finish, right, left, low)
        middle = QPointF((left + right) / 2, low)
        words = QPointF(middle.x() + 20, low - 15) if wire.line.label else None
        wire.run(QLineF(begin, finish), path, words, middle)
