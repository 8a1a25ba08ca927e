"""What a person sees while the editor is being loaded."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QLabel

from zoo_gui.theme import DARK, LIGHT, Theme

_WIDTH, _HEIGHT = 420, 220


class Splash(QLabel):
    """The name and a drawing of three boxes, in the colours of the system; it goes when a window comes.

    It is no ``QSplashScreen``: Qt's own sleeps for a whole second in its ``show``.
    """

    def __init__(self) -> None:
        screen = QGuiApplication.primaryScreen()
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        super().__init__()
        self.setWindowFlags(Qt.WindowType.SplashScreen | Qt.WindowType.FramelessWindowHint)
        self.setPixmap(_picture(DARK if dark else LIGHT, screen.devicePixelRatio()))
        self.resize(_WIDTH, _HEIGHT)
        self.move(screen.availableGeometry().center() - self.rect().center())
        self.setAccessibleName("layerzoo is being loaded")


def _picture(theme: Theme, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(_WIDTH * ratio), round(_HEIGHT * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(theme.panel)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.border, 1))
    painter.drawRect(QRectF(0.5, 0.5, _WIDTH - 1, _HEIGHT - 1))
    painter.setPen(QPen(theme.wire, 2))
    painter.drawLine(60, 82, 360, 82)
    for place, colour in zip((82, 182, 282), theme.categories, strict=False):
        _box(painter, theme, colour, place)
    font = painter.font()
    font.setPixelSize(30)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(theme.text)
    painter.drawText(QRectF(0, 122, _WIDTH, 44), Qt.AlignmentFlag.AlignCenter, "layerzoo")
    font.setPixelSize(13)
    font.setBold(False)
    painter.setFont(font)
    painter.setPen(theme.muted)
    painter.drawText(QRectF(0, 164, _WIDTH, 26), Qt.AlignmentFlag.AlignCenter, "Loading…")
    painter.end()
    return pixmap


def _box(painter: QPainter, theme: Theme, colour: QColor, left: int) -> None:
    path = QPainterPath()
    path.addRoundedRect(QRectF(left, 60, 56, 44), 6, 6)
    painter.fillPath(path, theme.node)
    painter.fillRect(QRectF(left + 1, 60, 54, 5), colour)
    painter.setPen(QPen(theme.node_border, 1))
    painter.drawPath(path)
