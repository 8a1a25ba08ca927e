"""The tree behind the palette: favourites, the graph's own blocks, layers by category, packs that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QMimeData, QModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPixmap, QStandardItem, QStandardItemModel

from zoo.packs import Registry
from zoo.packs.offers import use_name
from zoo.spec import LayerSpec
from zoo_gui.rows import empty
from zoo_gui.search import ranked
from zoo_gui.theme import Theme, category_of, icon

MIME = "application/x-zoo-use"
"""What is dragged: the use name of a layer or block, as UTF-8."""

USE = int(Qt.ItemDataRole.UserRole)
SUMMARY = USE + 1
REASON = USE + 2
"""Why a pack failed, as a sentence."""


_FAVOURITES, _BLOCKS = "Favourites", "Blocks of this graph"


class PaletteModel(QStandardItemModel):
    """Sections of layers; with a query, one list of what fits it, the best first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def fill(
        self, registry: Registry | None, blocks: Mapping[str, str], favourites: Sequence[str], query: str
    ) -> None:
        """Show all that there is. ``blocks`` are the graph's, each with what it is about."""
        empty(self)
        if registry is None:
            self.appendRow(_words("The packs are being loaded…", self.theme.muted))
            return
        layers = {use_name(spec): spec for spec in registry.layers.values()}
        if query.strip():
            self._found(layers, blocks, query)
            return
        chosen = [use for use in favourites if use in layers]
        if chosen:
            self._section(_FAVOURITES, (self._layer(use, layers[use], whole=True) for use in chosen))
        self.show_blocks(blocks)
        categories: dict[str, list[str]] = {}
        for use in layers:
            categories.setdefault(category_of(use), []).append(use)
        for category, uses in sorted(categories.items()):
            self._section(category, (self._layer(use, layers[use]) for use in sorted(uses)))
        if registry.broken:
            broken = [_broken(name, pack.problem, pack.traceback) for name, pack in registry.broken.items()]
            for item in broken:
                item.setIcon(icon("broken", self.theme.error))
            self._section("Packs that failed", broken)

    def show_blocks(self, blocks: Mapping[str, str]) -> None:
        """Show other blocks in their section, behind the favourites; the layers stay as they are."""
        rows = [self.index(row, 0).data() for row in range(self.rowCount())]
        if _BLOCKS in rows:
            self.removeRow(rows.index(_BLOCKS))
        if blocks:
            section = self._titled(_BLOCKS, [self._block(name, about) for name, about in blocks.items()])
            self.insertRow(1 if _FAVOURITES in rows else 0, section)

    def _found(self, layers: Mapping[str, LayerSpec], blocks: Mapping[str, str], query: str) -> None:
        names = [*blocks, *layers]

        def text(use: str) -> str:
            return f"{use} {layers[use].summary}" if use in layers else use

        by_name = ranked(query, names, str)
        others = [
            use for use in ranked(query, names, text) if use not in by_name and _worded(query, text(use))
        ]
        for use in [*by_name, *others]:
            spec = layers.get(use)
            self.appendRow(self._layer(use, spec, whole=True) if spec else self._block(use, blocks[use]))
        if not self.rowCount():
            self.appendRow(_words(f"No layer fits “{query}”", self.theme.muted))

    def _section(self, title: str, items: Iterable[QStandardItem]) -> None:
        self.appendRow(self._titled(title, items))

    def _titled(self, title: str, items: Iterable[QStandardItem]) -> QStandardItem:
        section = QStandardItem(title)
        section.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        font = section.font()
        font.setBold(True)
        section.setFont(font)
        section.setForeground(QBrush(self.theme.muted))
        for item in items:
            section.appendRow(item)
        return section

    def _layer(self, use: str, spec: LayerSpec, *, whole: bool = False) -> QStandardItem:
        item = QStandardItem(
            _dot(self.theme.category(category_of(use))), use if whole else use.partition("/")[2]
        )
        item.setData(use, USE)
        summary = spec.summary.replace("``", "")
        item.setData(summary, SUMMARY)
        item.setToolTip(f"{use}: {summary}")
        item.setAccessibleText(f"{use}, {summary}")
        item.setFlags(_PLACEABLE)
        return item

    def _block(self, name: str, about: str) -> QStandardItem:
        item = QStandardItem(icon("block", self.theme.muted), name)
        item.setData(name, USE)
        item.setData(about, SUMMARY)
        item.setToolTip(f"Block {name}" + (f": {about}" if about else ""))
        item.setFlags(_PLACEABLE)
        return item

    def mimeTypes(self) -> list[str]:  # noqa: N802 - Qt's name
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802 - Qt's name
        data = QMimeData()
        for index in indexes:
            use = index.data(USE)
            if isinstance(use, str):
                data.setData(MIME, use.encode())
        return data


_PLACEABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled


def _worded(query: str, text: str) -> bool:
    """Whether every word of a query stands in a text: letters spread over a sentence mean nothing."""
    return all(word in text.lower() for word in query.lower().split())


def _words(text: str, colour: QColor) -> QStandardItem:
    item = QStandardItem(text)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
    item.setForeground(QBrush(colour))
    return item


def _broken(name: str, problem: str, traceback: str) -> QStandardItem:
    item = QStandardItem(name)
    item.setData(problem, SUMMARY)
    item.setData(f"the pack {name} could not be loaded: {problem}", REASON)
    item.setToolTip(f"{problem}\n\n{traceback}".strip())
    item.setAccessibleText(f"{name} failed: {problem}")
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return item


def _dot(colour: QColor) -> QIcon:
    pixmap = QPixmap(32, 32)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(7, 7, 18, 18, 5, 5)
    painter.end()
    return QIcon(pixmap)
