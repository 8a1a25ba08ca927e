"""Lines of a list in two tones: what it is called, then muted what it is, as far as there is room."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from zoo_gui.theme import Theme

_GAP = 10
_LEAST = 24
"""Letters from which on a part of the second text is worth reading."""


class TwoTone(QStyledItemDelegate):
    """Draws the text of ``role`` behind the item's own."""

    def __init__(self, role: int, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._role, self._theme = role, theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        detail = index.data(self._role)
        if not isinstance(detail, str) or not detail:
            return
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        style = option.widget.style()
        rect: QRect = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, whole, option.widget)
        used = whole.fontMetrics.horizontalAdvance(whole.text) + _GAP
        room = rect.adjusted(used, 0, -4, 0)
        advance = whole.fontMetrics.horizontalAdvance
        if room.width() < min(_LEAST * whole.fontMetrics.averageCharWidth(), advance(detail)):
            return  # two letters and an ellipsis say nothing
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(self._theme.text if chosen else self._theme.muted)  # both can be read
        painter.setFont(whole.font)
        text = whole.fontMetrics.elidedText(detail, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()
