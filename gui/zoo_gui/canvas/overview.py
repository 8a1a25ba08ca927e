"""The canvas from far away: thousands of boxes as plain rectangles, drawn in a few calls.

Qt would ask every item to paint itself; from where no word can be read, one call for all lines and one for
the boxes of each colour show the same, ten times faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.scene import Scene
from zoo_gui.canvas.style import Style
from zoo_gui.canvas.wire_item import WireItem

FAR = 0.3
"""Below this scale, where there are more boxes than ``MANY``."""

MANY = 150


class Overview:
    """Paints a scene from afar."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lines: list[QLineF] = []
        self._rects: dict[int, list[QRectF]] = {}
        self._frozen: list[QRectF] = []
        self._known = False
        self._marks: list[tuple[QColor, BoxItem | WireItem]] | None = None

    def serves(self, scale: float) -> bool:
        """Whether this, and not every item for itself, is to paint at a scale."""
        return scale < FAR and len(self._scene.boxes) > MANY

    def forget(self) -> None:
        """Something has changed."""
        self._known, self._marks = False, None

    def forget_marks(self) -> None:
        """Something else is selected or found."""
        self._marks = None

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
        painter.setBrush(QBrush(style.theme.background, Qt.BrushStyle.FDiagPattern))
        painter.drawRects(self._frozen)
        self._paint_marked(painter, style, moving)

    def _gather(self, style: Style) -> None:
        self._known = True
        scene = self._scene
        self._lines = [wire.chord for wire in scene.wires.values()]
        self._rects = {}
        for item in scene.boxes.values():
            self._rects.setdefault(_colour(item, style).rgba(), []).append(item.frame)
        self._frozen = [item.frame for item in scene.boxes.values() if item.box.frozen]

    def _paint_marked(self, painter: QPainter, style: Style, moving: Iterable[BoxItem]) -> None:
        for item in moving:
            painter.fillRect(item.frame, QBrush(_colour(item, style)))
        if self._marks is None:
            self._marks = [*self._marked(style)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(style.theme.selection, 2)
        pen.setCosmetic(True)
        for colour, item in self._marks:
            pen.setColor(colour)
            painter.setPen(pen)
            if isinstance(item, BoxItem):
                painter.drawRect(item.frame)
            else:
                painter.drawLine(item.chord)

    def _marked(self, style: Style) -> Iterator[tuple[QColor, BoxItem | WireItem]]:
        """What is selected, found or wrong, with its colour."""
        theme = style.theme
        for wire in self._scene.wires.values():
            if wire.selected or wire.line.problem:
                yield theme.selection if wire.selected else theme.misfit, wire
        for item in self._scene.boxes.values():
            if item.selected or item.found:
                yield theme.selection, item
            elif item.box.problems:
                severe = any(problem.severity == "error" for problem in item.box.problems)
                yield theme.error if severe else theme.warning, item


def _colour(item: BoxItem, style: Style) -> QColor:
    if item.box.look in ("input", "output"):
        return style.theme.node_detail
    if item.box.look == "state":
        return style.theme.feedback
    return style.category(item.box.category)
