"""What lies under the boxes: the grid, and what to do when there are none."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QApplication

from zoo_gui.canvas.camera import Camera
from zoo_gui.canvas.style import Style

STEP = 40.0
GRID_FROM = 0.66
HINTS = (
    "Nothing is here yet",
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


def paint_hints(painter: QPainter, view: QRect, style: Style, words: Sequence[str]) -> None:
    """Paint what to do on an empty canvas: a title, and lines below it."""
    painter.save()
    painter.resetTransform()
    font = QApplication.font()  # it grows with the text of the window
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
    gap = 0.6 * QFontMetricsF(font).height()
    room = QRectF(view).adjusted(gap, 0, -gap, 0)
    room.setTop(max(room.center().y() - 5 * gap, 0.0))
    for number, line in enumerate(words):
        font.setBold(not number)
        painter.setFont(font)
        painter.setPen(style.theme.muted if number else style.theme.text)
        used = painter.boundingRect(room, int(flags), line)
        if used.bottom() > view.bottom():
            break  # half a line is worse than none
        painter.drawText(room, int(flags), line)
        room.setTop(used.bottom() + (gap if number else 1.5 * gap))
    painter.restore()
