"""The scene: an item for every box and wire of a picture, touched only where the picture has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from zoo.wires import End
from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.laying import LANE, Laying
from zoo_gui.canvas.picture import Inlet, Outlet, Picture
from zoo_gui.canvas.placing import Placing, Spot
from zoo_gui.canvas.style import Style
from zoo_gui.canvas.wire_item import WireItem
from zoo_gui.selection import Chosen, Pick

AROUND = 2000.0
"""How far one can look beyond the outermost boxes."""

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
        self._laying = Laying(self)
        self._content: QRectF | None = None

    # ----------------------------------------------------------------------------------------------- showing

    def show_picture(self, picture: Picture, places: Mapping[Pick, Spot], placing: Placing) -> None:
        """Show another picture, its boxes at their places."""
        stale = self._take_boxes(picture, places)
        rewired = self._take_lines(picture)
        arranged = self._laying.arrange(placing)
        self.picture = picture
        if stale or rewired or arranged:
            self._content = None
        if rewired:
            rewired |= self._laying.take(picture)
        everything = arranged or len(stale) > 50
        self._laying.lay(self.wires if everything else self._laying.ends_of(stale) | rewired)
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
                item.put(*places[pick])
                self.addItem(item)
                stale.add(pick)
                continue
            if item.box is not box:
                item.show_box(box)
                stale.add(pick)
            if item.spot != places[pick]:
                item.put(*places[pick])
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

    def follow(self, picks: Iterable[Pick]) -> None:
        """Let wires follow boxes that are being moved."""
        self._content = None
        self._laying.lay(self._laying.ends_of(picks))

    def begin_of(self, wire: WireItem) -> QPointF:
        """Where a wire begins."""
        return self.boxes[wire.line.start].begin_of(wire.line)

    def finish_of(self, wire: WireItem) -> QPointF:
        """Where a wire ends."""
        return self.boxes[wire.line.stop].finish_of(wire.line)

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
        lanes = len(self._laying.backs)
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
