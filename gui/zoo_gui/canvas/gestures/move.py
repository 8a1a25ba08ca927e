"""Moving boxes, with snapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from zoo_gui.canvas import doing
from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.geometry import inlet_at, outlet_at
from zoo_gui.canvas.gestures.gesture import Gesture
from zoo_gui.canvas.gestures.guides import snapped
from zoo_gui.canvas.overview import FAR
from zoo_gui.selection import Pick

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas


class MoveBoxes(Gesture):
    """The selected boxes follow the pointer; the one that was pressed snaps, the others keep their distance.

    Alt moves without aligning.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: Canvas, held: BoxItem, start: QPointF) -> None:
        super().__init__(canvas)
        chosen = [pick for pick in canvas.workspace.selection if isinstance(pick, Pick)]
        self.items = [item for pick in chosen if (item := canvas.scene_.boxes.get(pick))]
        self._held, self._start = held, start
        self._from = {item: item.pos() for item in self.items}
        self._lines: list[QLineF] = []

    def move(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        if self._held not in self._from:
            return
        wished = self._from[self._held] + at - self._start
        frame = self._held.outline.translated(wished)
        others = [] if keys & Qt.KeyboardModifier.AltModifier else self._others()
        place, self._lines = snapped(frame, levels(self._held), others)
        shift = place - self._from[self._held]
        for item, was in self._from.items():
            item.put(was.x() + shift.x(), was.y() + shift.y())
        self.canvas.scene_.follow(item.box.pick for item in self.items)

    def _others(self) -> list[tuple[QRectF, list[float]]]:
        if self.canvas.camera.scale < FAR:
            return []  # nobody sees from there what is in line
        moved = set(self.items)
        seen = self.canvas.camera.seen
        return [
            (item.frame, [item.y() + level for level in levels(item)])
            for item in self.canvas.scene_.boxes.values()
            if item not in moved and seen.intersects(item.frame)
        ]

    def finish(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        doing.put(
            self.canvas, {item.box.pick: item.pos() for item, was in self._from.items() if item.pos() != was}
        )

    def cancel(self) -> None:
        for item, was in self._from.items():
            item.put(was.x(), was.y())
        self.canvas.scene_.follow(item.box.pick for item in self.items)

    def paint(self, painter: QPainter) -> None:
        pen = QPen(self.canvas.style_.theme.selection, 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(self._lines)


def levels(item: BoxItem) -> list[float]:
    """How far below its top the ports of a box are."""
    box = item.box
    inlets = (inlet_at(box, index).y() for index, inlet in enumerate(box.inlets) if not inlet.more)
    return sorted({*inlets, *(outlet_at(box, index).y() for index, _ in enumerate(box.outlets))})
