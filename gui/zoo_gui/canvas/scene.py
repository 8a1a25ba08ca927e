"""The scene: an item for every box and wire of a picture, touched only where the picture has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsScene

from zoo.wires import End
from zoo_gui.canvas import routes
from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.geometry import before_label
from zoo_gui.canvas.picture import Inlet, Outlet, Picture
from zoo_gui.canvas.placing import Placing, Spot
from zoo_gui.canvas.style import LABEL, Style, width
from zoo_gui.canvas.wire_item import WireItem
from zoo_gui.workspace import Chosen, Pick

AROUND = 2000.0
"""How far one can look beyond the outermost boxes."""

LANE = 26.0
"""Between wires back in time."""

Target: TypeAlias = tuple[BoxItem, Inlet | Outlet | None] | WireItem
"""What is under the pointer: a box, with the port if it is one; or a wire."""


class Scene(QGraphicsScene):
    """The items of the body that is shown."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.style_ = style
        self.picture = Picture()
        self.boxes: dict[Pick, BoxItem] = {}
        self.wires: dict[End, WireItem] = {}
        self._of_box: dict[Pick, list[End]] = {}
        self._backs: list[End] = []
        self._placing = Placing()
        self._content: QRectF | None = None

    # ----------------------------------------------------------------------------------------------- showing

    def show_picture(self, picture: Picture, places: Mapping[Pick, Spot], placing: Placing) -> None:
        """Show another picture, its boxes at their places."""
        stale = self._take_boxes(picture, places)
        rewired = self._take_lines(picture)
        arranged = placing.arrangement is not self._placing.arrangement
        self.picture, self._placing = picture, placing
        if stale or rewired or arranged:
            self._content = None
        if rewired:
            self._of_box = {}
            self._backs = [end for end, line in picture.lines.items() if line.back]
            for end, line in picture.lines.items():
                for pick in {line.start, line.stop}:
                    self._of_box.setdefault(pick, []).append(end)
        self.lay_wires(self.wires if arranged or len(stale) > 50 else {*self._ends_of(stale), *rewired})
        self.fit_rect()

    def _take_boxes(self, picture: Picture, places: Mapping[Pick, Spot]) -> set[Pick]:
        stale: set[Pick] = set()
        for pick in [pick for pick in self.boxes if pick not in picture.boxes]:
            self.removeItem(self.boxes.pop(pick))
            self._content = None
        for pick, box in picture.boxes.items():
            item = self.boxes.get(pick)
            if item is None:
                item = self.boxes[pick] = BoxItem(box, self.style_)
                item.setPos(*places[pick])
                self.addItem(item)
                stale.add(pick)
                continue
            if item.box is not box:
                item.show_box(box)
                stale.add(pick)
            if (item.x(), item.y()) != places[pick]:
                item.setPos(*places[pick])
                stale.add(pick)
        return stale

    def _take_lines(self, picture: Picture) -> set[End]:
        changed: set[End] = set()
        for end in [end for end in self.wires if end not in picture.lines]:
            self.removeItem(self.wires.pop(end))
            changed.add(end)
        for end, line in picture.lines.items():
            item = self.wires.get(end)
            if item is None:
                item = self.wires[end] = WireItem(line, self.style_)
                self.addItem(item)
                changed.add(end)
            elif item.line is not line:
                item.show_line(line, self.style_)
                changed.add(end)
        return changed

    def restyle(self, style: Style) -> None:
        """Draw with another theme."""
        self.style_ = style
        for box in self.boxes.values():
            box.set_style(style)
        for wire in self.wires.values():
            wire.show_line(wire.line, style)

    # ------------------------------------------------------------------------------------------------- wires

    def _ends_of(self, picks: Iterable[Pick]) -> set[End]:
        return {end for pick in picks for end in self._of_box.get(pick, ())}

    def follow(self, picks: Iterable[Pick]) -> None:
        """Let wires follow boxes that are being moved."""
        self._content = None
        self.lay_wires(self._ends_of(picks))

    def lay_wires(self, ends: Iterable[End]) -> None:
        """Lay wires from port to port; the first of each outlet has the label."""
        for end in {*ends, *self._backs}:
            wire = self.wires.get(end)
            if wire is None:
                continue
            start, stop = self.boxes[wire.line.start], self.boxes[wire.line.stop]
            begin, finish = self.begin_of(wire), self.finish_of(wire)
            if wire.line.back:
                self._lay_back(wire, begin, finish, self._backs.index(end))
                continue
            gap = before_label(start.box)
            room = width(wire.line.label, LABEL) + gap + 6 if wire.line.label else 0.0
            path, stub = self._way(wire, start, stop, begin, finish, room)
            words = begin + QPointF(gap, -15) if room and stub >= room - 1 and self._leads(wire) else None
            wire.run(path, words)

    def _way(
        self, wire: WireItem, start: BoxItem, stop: BoxItem, begin: QPointF, finish: QPointF, room: float
    ) -> tuple[QPainterPath, float]:
        """The way of a wire, and how far it goes straight at first."""
        arrangement = self._placing.arrangement
        number = self._placing.ways.get(wire.line.end)
        if arrangement and number is not None and number < len(arrangement.passages):
            places = arrangement.places
            at_home = all(
                places.get(item.box.pick) == (item.x(), item.y()) and places.get(item.box.pick)
                for item in (start, stop)
            )
            if at_home and finish.x() > begin.x():
                bend = arrangement.bends[start.box.pick]
                path = routes.through(begin, finish, bend, arrangement.passages[number])
                return path, bend - begin.x()
        fits = finish.x() - begin.x() > room + 30
        return routes.direct(begin, finish, room if fits else 0.0), room if fits else 0.0

    def _leads(self, wire: WireItem) -> bool:
        """Whether a wire is the first of its outlet, which has the label."""
        line = wire.line
        for end in self._of_box.get(line.start, ()):
            other = self.picture.lines[end]
            if other.start == line.start and other.source == line.source and not other.back:
                return end == line.end
        return True

    def _lay_back(self, wire: WireItem, begin: QPointF, finish: QPointF, lane: int) -> None:
        content = self.content()
        arrangement = self._placing.arrangement
        bend = arrangement.bends.get(wire.line.start, 0.0) if arrangement else 0.0
        right = max(begin.x() + 16, bend if bend - begin.x() < 300 else 0.0) + 8 * lane + 6
        left = finish.x() - 16 - 8 * lane
        low = content.bottom() + 30 + LANE * lane
        path = routes.around(begin, finish, right, left, low)
        middle = QPointF((left + right) / 2, low)
        words = QPointF(middle.x() + 20, low - 15) if wire.line.label else None
        wire.run(path, words, middle)

    def begin_of(self, wire: WireItem) -> QPointF:
        """Where a wire begins."""
        box = self.boxes[wire.line.start]
        found = (i for i, outlet in enumerate(box.box.outlets) if outlet.source == wire.line.source)
        return box.outlet_position(next(found, 0))

    def finish_of(self, wire: WireItem) -> QPointF:
        """Where a wire ends."""
        box = self.boxes[wire.line.stop]
        found = (i for i, inlet in enumerate(box.box.inlets) if inlet.end == wire.line.end)
        return box.inlet_position(next(found, 0))

    # ----------------------------------------------------------------------------------------------- looking

    def content(self) -> QRectF:
        """The rectangle of all boxes."""
        if self._content is None:
            self._content = QRectF()
            for box in self.boxes.values():
                self._content = self._content.united(box.frame)
        return self._content

    def drawn(self) -> QRectF:
        """The rectangle of all that is drawn, wires back in time included."""
        lanes = len(self._backs)
        extra = 40 + LANE * lanes if lanes else 10
        return self.content().adjusted(-10 - 8 * lanes, -16, 10, extra)

    def fit_rect(self) -> None:
        """Let the scene reach beyond what it shows."""
        self.setSceneRect(self.content().adjusted(-AROUND, -AROUND, AROUND, AROUND))

    def target_at(self, at: QPointF, reach: float = 4.0) -> Target | None:
        """What is at a place: ports first, then boxes, then wires."""
        wide = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
        wires: list[WireItem] = []
        inside: BoxItem | None = None
        for item in self.items(wide):
            if isinstance(item, BoxItem):
                port = item.port_at(at)
                if port is not None:
                    return item, port
                inside = inside or (item if item.frame.contains(at) else None)
            elif isinstance(item, WireItem):
                wires.append(item)
        if inside is not None:
            return inside, None
        return wires[0] if wires else None

    def item_of(self, chosen: Chosen) -> BoxItem | WireItem | None:
        """The item of something that can be selected."""
        return self.wires.get(chosen) if isinstance(chosen, End) else self.boxes.get(chosen)
