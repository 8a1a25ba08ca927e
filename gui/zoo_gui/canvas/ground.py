"""What lies under the boxes: the grid, and what to do when there are none."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from zoo_gui.canvas.camera import Camera
from zoo_gui.canvas.style import Style

STEP = 40.0
GRID_FROM = 0.66
HINTS = (
    "Press Tab to add a layer, or drag one here from the palette",
    "Drag from port to port to wire; the shape stands on every wire",
    "Double click a block or a scan to see what is inside",
)


def paint_ground(painter: QPainter, camera: Camera, style: Style) -> None:
    """Paint the background, with dots where there is room for them."""
    seen = camera.seen.adjusted(-1, -1, 1, 1)
    painter.fillRect(seen, style.theme.background)
    if camera.scale < GRID_FROM:
        return
    pen = QPen(style.theme.grid, 1.6)
    pen.setCosmetic(True)
    painter.setPen(pen)
    left, top = floor(seen.left() / STEP) * STEP, floor(seen.top() / STEP) * STEP
    columns = range(int((seen.right() - left) / STEP) + 1)
    rows = range(int((seen.bottom() - top) / STEP) + 1)
    painter.drawPoints([QPointF(left + STEP * i, top + STEP * j) for i in columns for j in rows])


def paint_hints(painter: QPainter, view: QRect, style: Style) -> None:
    """Paint what to do on an empty canvas."""
    painter.save()
    painter.resetTransform()
    middle = QPointF(view.center())
    painter.setFont(style.title)
    painter.setPen(style.theme.text)
    painter.drawText(_row(middle, -40), Qt.AlignmentFlag.AlignCenter, "Nothing is here yet")
    painter.setFont(style.detail)
    painter.setPen(style.theme.muted)
    for number, hint in enumerate(HINTS):
        painter.drawText(_row(middle, -8 + 24 * number), Qt.AlignmentFlag.AlignCenter, hint)
    painter.restore()


def _row(middle: QPointF, down: float) -> QRectF:
    return QRectF(middle.x() - 300, middle.y() + down, 600, 24)
