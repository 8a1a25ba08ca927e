"""A box to tick, whose edge is seen on dark panels too."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton


class Tick(QCheckBox):
    """A check box without words; Qt's own takes its edge from the panel's colour, which no dark one shows."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Draw a box in the palette's colours, with a tick if it is on."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        frame = QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5)
        role, colour = QPalette.ColorRole, self.palette().color
        on, marked = self.isChecked(), self.hasFocus() or self.underMouse()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(role.Highlight if on or marked else role.Mid), 1))
        painter.setBrush(colour(role.Highlight if on else role.Base))
        painter.drawRoundedRect(frame, 3, 3)
        if on:
            pen = QPen(colour(role.HighlightedText), 1.6)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            at = [QPointF(frame.x() + x * frame.width(), frame.y() + y * frame.height()) for x, y in _TICK]
            painter.drawPolyline(at)
        painter.end()


_TICK = ((0.24, 0.52), (0.43, 0.71), (0.77, 0.3))
