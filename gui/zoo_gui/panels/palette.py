"""The palette: the layers of all packs by category, found by a few letters, placed by mouse or key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem
from PySide6.QtWidgets import QLabel, QMenu, QTreeView, QVBoxLayout, QWidget

from zoo.packs import Registry
from zoo_gui.line import Line
from zoo_gui.panels.palette_model import REASON, SUMMARY, USE, PaletteModel
from zoo_gui.settings import Settings
from zoo_gui.theme import Theme
from zoo_gui.two_tone import TwoTone
from zoo_gui.workspace import Workspace


class Palette(QWidget):
    """Layers to drag out, or to place by double click or Enter: ``place`` is called with the use name."""

    def __init__(
        self, workspace: Workspace, settings: Settings, place: Callable[[str], object], theme: Theme
    ) -> None:
        super().__init__()
        self._workspace, self._settings, self._place = workspace, settings, place
        self._registry: Registry | None = None
        self._blocks: dict[str, str] = {}
        self.search = Line(theme, "Search layers", leading="search")
        self.search.clearable()
        self.search.setAccessibleName("Search layers")
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._fill)
        self.model = PaletteModel(theme)
        self.tree = QTreeView(headerHidden=True, uniformRowHeights=True, indentation=12)
        self.tree.setModel(self.model)
        self.tree.setItemDelegate(TwoTone(SUMMARY, theme, self.tree))
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QTreeView.DragDropMode.DragOnly)
        self.tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.tree.setAccessibleName("Layers")
        self.tree.activated.connect(self._activate)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._offer)
        self.tree.selectionModel().currentChanged.connect(self._tell)
        self.about = QLabel(wordWrap=True)
        self.about.setProperty("muted", True)
        self.about.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.about)
        self.setFocusProxy(self.search)
        workspace.graph_changed.connect(self._see_blocks)
        self._see_blocks()
        self._fill()

    def set_registry(self, registry: Registry) -> None:
        """Show the layers of these packs."""
        self._registry = registry
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self.model.theme = theme
        self.search.set_theme(theme)
        self.tree.setItemDelegate(TwoTone(SUMMARY, theme, self.tree))
        self._fill()

    def toggle_favourite(self, use: str) -> None:
        """Put a layer among the favourites, or take it out."""
        now = self._settings.choices.favourites
        kept = tuple(each for each in now if each != use)
        self._settings.change(favourites=kept if use in now else (*now, use))
        self._fill()

    def _see_blocks(self, *_: object) -> None:
        blocks = {name: block.about for name, block in self._workspace.graph.blocks.items()}
        if blocks == self._blocks:
            return
        self._blocks = blocks
        if self._registry is None or self.search.text():
            self._fill()
            return
        folded = self._folded()
        self.model.show_blocks(blocks)
        for row in range(self.model.rowCount()):
            index = self.model.index(row, 0)
            self.tree.setExpanded(index, index.data() not in folded)

    def _fill(self, *_: object) -> None:
        query = self.search.text()
        folded = self._folded() if not query else None
        self.model.fill(self._registry, self._blocks, self._settings.choices.favourites, query)
        self.tree.expandAll()
        for row in range(self.model.rowCount()):
            if folded and self.model.index(row, 0).data() in folded:
                self.tree.collapse(self.model.index(row, 0))
        if query:
            self.tree.setCurrentIndex(self.model.index(0, 0))

    def _folded(self) -> set[str]:
        rows = [self.model.index(row, 0) for row in range(self.model.rowCount())]
        return {row.data() for row in rows if self.model.hasChildren(row) and not self.tree.isExpanded(row)}

    def _activate(self, index: QModelIndex) -> None:
        use, reason = index.data(USE), index.data(REASON)
        if isinstance(use, str):
            self._place(use)
        elif isinstance(reason, str):
            self._workspace.told.emit(reason)

    def _tell(self, index: QModelIndex, *_: object) -> None:
        """Say below the list what the chosen layer is: beside its name there is seldom room."""
        summary = index.data(SUMMARY)
        self.about.setText(summary if isinstance(summary, str) else "")
        self.about.setVisible(bool(self.about.text()))

    def _offer(self, at: QPoint) -> None:
        """The menu of a layer."""
        use = self.tree.indexAt(at).data(USE)
        if not isinstance(use, str):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"Place {use}", lambda: self._place(use))
        if "/" in use:
            chosen = use in self._settings.choices.favourites
            text = "Remove from favourites" if chosen else "Add to favourites"
            menu.addAction(text, lambda: self.toggle_favourite(use))
        menu.popup(self.tree.viewport().mapToGlobal(at))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Arrows in the search field move in the list, and Enter places what is chosen there."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self.tree.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._activate(self.tree.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def item(self, use: str) -> QStandardItem | None:
        """The entry of a layer or block, the first if there are several."""
        found = self.model.match(
            self.model.index(0, 0), USE, use, 1, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive
        )
        return self.model.itemFromIndex(found[0]) if found else None
