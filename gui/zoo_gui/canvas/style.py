"""How things are drawn: a theme with its fonts, pens and brushes, made once."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen
from PySide6.QtWidgets import QApplication

from zoo_gui.theme import Theme
from zoo_gui.theme.style import mixed

TITLE, DETAIL, LABEL = 13, 11, 10
"""Heights of letters, in the canvas's own units."""

READABLE = 0.66
"""Below this scale only names are drawn, larger; below a third of it no ports."""

NAME_SIZES = (13, 15, 18, 22, 27)
"""Those of names that are read from further away."""


class Style:
    """A theme, ready to draw with."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._categories: dict[str, QColor] = {}
        self._far: dict[tuple[int, float], QPen] = {}
        self.title = _font(TITLE, QFont.Weight.DemiBold)
        self.detail = _font(DETAIL)
        self.label = _font(LABEL)
        self.names = {size: _font(size, QFont.Weight.DemiBold) for size in NAME_SIZES}
        self.border = QPen(theme.node_border, 1.2)
        self.dashed = QPen(theme.node_border, 1.4, Qt.PenStyle.DashLine)
        self.state = QPen(theme.feedback, 1.3)
        self.selected = QPen(theme.selection, 2.4)
        self.wire = _wire(theme.wire, 1.6)
        self.wire_selected = _wire(theme.selection, 2.6)
        self.wire_wrong = _wire(theme.misfit, 2.2, Qt.PenStyle.DashLine)
        self.wire_wrong_selected = _wire(theme.misfit, 3.4, Qt.PenStyle.DashLine)
        self.feedback = _wire(theme.feedback, 1.6)
        self.wire_hovered, self.feedback_hovered = _wire(theme.wire, 2.8), _wire(theme.feedback, 2.8)
        self.fill = QBrush(theme.node)
        self.pale = QBrush(mixed(theme.node, theme.background, 0.45))
        self.frosted = QBrush(mixed(theme.note, theme.node, 0.08))
        self.frost = QBrush(mixed(theme.note, theme.node, 0.28), Qt.BrushStyle.FDiagPattern)
        self.ice = QPen(theme.note, 1.1)
        self.ice.setCapStyle(Qt.PenCapStyle.RoundCap)
        self.hatch = QBrush(mixed(theme.node_border, theme.node, 0.35), Qt.BrushStyle.BDiagPattern)

    def at(self, pen: QPen, scale: float) -> QPen:
        """One of the pens above at a scale: below ``READABLE`` it becomes no thinner on the screen."""
        if scale >= READABLE:
            return pen
        key = (id(pen), max(round(scale, 2), 0.01))
        found = self._far.get(key)
        if found is None:  # not a cosmetic pen: those are as thin as the finest screen
            found = self._far[key] = QPen(pen)
            found.setWidthF(pen.widthF() * READABLE / key[1])
        return found

    def category(self, name: str) -> QColor:
        """The colour of a pack's layers; blocks have that of ordinary borders."""
        found = self._categories.get(name)
        if found is None:
            found = self._categories[name] = self.theme.category(name) if name else self.theme.node_border
        return found


def _font(height: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont(QApplication.font().family())
    font.setPixelSize(height)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _wire(colour: QColor, width: float, line: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(colour, width, line)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


@lru_cache(maxsize=4096)
def width(text: str, height: int, bold: bool = False) -> float:
    """How wide a text is, at one of the heights above."""
    font = _font(height, QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return QFontMetricsF(font).horizontalAdvance(text)
