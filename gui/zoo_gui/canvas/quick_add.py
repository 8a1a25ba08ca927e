"""Adding without the mouse: type a few letters, choose with the arrows, Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout

from zoo_gui.canvas.adding import Loose, Offer, add, add_on_loose, insert, offers
from zoo_gui.canvas.drops import add_box
from zoo_gui.canvas.picture import Line
from zoo_gui.search import ranked
from zoo_gui.theme import category_of
from zoo_gui.two_tone import TwoTone

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas

_WIDE, _HIGH = 56, 22
"""Letters and lines of the list."""
_DETAIL = int(Qt.ItemDataRole.UserRole)
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class QuickAdd(QFrame):
    """A list of what can be added at a place; what a dropped wire fits stands first.

    Without a place the list stands in the middle of the canvas, and the layout finds one for the new box.
    With a wire that it goes ``into``, it reads what that reads, and is read instead.
    """

    def __init__(
        self, canvas: Canvas, at: QPointF | None, loose: Loose | None = None, into: Line | None = None
    ) -> None:
        super().__init__(canvas, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("card", True)
        self._canvas, self._spot, self._loose, self._into = canvas, at, loose, into
        workspace = canvas.workspace
        self._type = canvas.type_of(into.source) if into is not None else None
        wanted = loose if into is None else Loose(into.source, self._type)
        every = offers(workspace.graph, workspace.scope, canvas.registry, wanted)
        self._offers = [offer for offer in every if offer.use or into is None]
        self.field = QLineEdit(placeholderText="Add a layer or block…")
        self.field.setAccessibleName("What to add")
        self.list = QListWidget()
        self.list.setAccessibleName("What can be added")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(TwoTone(_DETAIL, canvas.style_.theme, self.list))
        self.about = QLabel(wordWrap=True)
        self.about.setProperty("muted", True)
        self.about.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        for widget in (self.field, self.list, self.about):
            layout.addWidget(widget)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._click)
        self.list.currentRowChanged.connect(self._explain)
        self._found: list[Offer] = []
        self._filter("")
        letters = self.fontMetrics()
        self.resize(_WIDE * letters.averageCharWidth(), _HIGH * letters.height())
        spot = canvas.camera.from_scene(canvas.camera.seen.center() if at is None else at)
        place = canvas.viewport().mapToGlobal(spot.toPoint())
        room = canvas.screen().availableGeometry()
        x = min(place.x() + 8, room.right() - self.width())
        self.move(x, max(room.top(), min(place.y() - 20, room.bottom() - self.height())))
        self.setFocusProxy(self.field)
        self.field.setFocus()

    def _filter(self, text: str) -> None:
        matches = ranked(text, self._offers, _words) if text.strip() else self._offers
        self._found = sorted(matches, key=lambda offer: not offer.fits)
        self.list.clear()
        theme = self._canvas.style_.theme
        for offer in self._found:
            pack = category_of(offer.use) or (offer.kind if offer.use else "of what is shown")
            detail = pack if offer.fits else f"{pack}, does not fit"
            item = QListWidgetItem(offer.title)
            item.setData(_DETAIL, detail)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{offer.title}, {detail}")
            if not offer.fits:
                item.setForeground(theme.muted)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        if not self._found:
            self.about.setText("Nothing is called so" if self._offers else "The packs are still being loaded")

    def _explain(self, row: int) -> None:
        if 0 <= row < len(self._found):
            self.about.setText(self._found[row].about.replace("``", ""))

    def _click(self, item: QListWidgetItem) -> None:
        self.list.setCurrentItem(item)
        self.take()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in _MOVES:
                self.list.event(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                self.take()
                return True
        return super().eventFilter(watched, event)

    def take(self) -> None:
        """Add what is chosen."""
        row = self.list.currentRow()
        if not 0 <= row < len(self._found):
            return
        offer, canvas = self._found[row], self._canvas
        self.close()
        graph, scope, spot = canvas.workspace.graph, canvas.workspace.scope, self._spot
        backwards = self._loose is not None and self._loose.source is None
        corner = None if spot is None else (spot.x() - (160 if backwards else 0), spot.y() - 20)
        if self._into is not None:
            named = insert(graph, scope, offer.use, self._into.end, self._type, corner, canvas.layer)
        elif self._loose is None:
            named = add(graph, scope, offer.use, corner)
        else:
            named = add_on_loose(graph, scope, offer, self._loose, corner, canvas.layer)
        add_box(canvas, named, offer.kind)


def _words(offer: Offer) -> str:
    return offer.use or offer.title
