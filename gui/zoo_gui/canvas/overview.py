"""The canvas from far away: thousands of boxes as plain rectangles, drawn in a few calls.

Qt would ask every item to paint itself; from where no word can be read, one call for all lines and one for
the boxes of each colour show the same, ten times faster.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.scene import Scene
from zoo_gui.canvas.style import Style

FAR = 0.3
"""Below this scale."""


class Overview:
    """Paints a scene from afar."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lines: list[QLineF] = []
        self._rects: dict[int, list[QRectF]] = {}
        self._known = False

    def forget(self) -> None:
        """Something has changed."""
        self._known = False

    def paint(self, painter: QPainter, style: Style, moving: Iterable[BoxItem] = ()) -> None:
        """Paint everything; ``moving`` boxes are painted where they are now."""
        if not self._known:
            self._gather(style)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(style.theme.wire, 0))
        painter.drawLines(self._lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for rgba, rects in self._rects.items():
            painter.setBrush(QColor.fromRgba(rgba))
            painter.drawRects(rects)
        self._paint_marked(painter, style, moving)

    def _gather(self, style: Style) -> None:
        self._known = True
        scene = self._scene
        self._lines = [QLineF(scene.begin_of(wire), scene.finish_of(wire)) for wire in scene.wires.values()]
        self._rects = {}
        for item in scene.boxes.values():
            self._rects.setdefault(_colour(item, style).rgba(), []).append(item.frame)

    def _paint_marked(self, painter: QPainter, style: Style, moving: Iterable[BoxItem]) -> None:
        theme = style.theme
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for item in moving:
            painter.fillRect(item.frame, QBrush(_colour(item, style)))
        for item in self._scene.boxes.values():
            if item.selected or item.found or item.box.problems:
                severe = any(problem.severity == "error" for problem in item.box.problems)
                colour = theme.selection if item.selected or item.found else theme.severity("warning")
                colour = theme.error if severe and not item.selected else colour
                pen = QPen(colour, 2)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawRect(item.frame)
        for wire in self._scene.wires.values():
            if wire.selected or wire.line.problem:
                pen = QPen(theme.selection if wire.selected else theme.misfit, 2)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawLine(QLineF(self._scene.begin_of(wire), self._scene.finish_of(wire)))


def _colour(item: BoxItem, style: Style) -> QColor:
    if item.box.look in ("input", "output"):
        return style.theme.node_detail
    if item.box.look == "state":
        return style.theme.feedback
    return style.category(item.box.category)
