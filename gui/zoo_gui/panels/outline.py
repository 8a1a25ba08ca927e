"""The outline: the graph as a tree, for the keyboard and for screen readers."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTreeView, QVBoxLayout, QWidget

from zoo.edits import RenameBlock, RenameInput, RenameNode, RenameOutput
from zoo.graph import Body, Scan, join, kind
from zoo_gui.finding import what
from zoo_gui.places import inside
from zoo_gui.rows import empty
from zoo_gui.selection import Pick
from zoo_gui.theme import Theme, icon
from zoo_gui.two_tone import TwoTone
from zoo_gui.workspace import Workspace

_WHAT = int(Qt.ItemDataRole.UserRole)
_KEY = _WHAT + 1


class Outline(QWidget):
    """Every body with its inputs, nodes and outputs. Selecting selects, Enter goes inside, F2 renames."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self._workspace, self._theme = workspace, theme
        self._showing = False
        self._items: dict[tuple[str, Pick], QStandardItem] = {}
        self.model = QStandardItemModel(self)
        self.tree = QTreeView(headerHidden=True, uniformRowHeights=True, indentation=14)
        self.tree.setModel(self.model)
        self.tree.setItemDelegate(TwoTone(_WHAT, theme, self.tree))
        self.tree.setEditTriggers(QTreeView.EditTrigger.EditKeyPressed)
        self.tree.installEventFilter(self)
        self.tree.setAccessibleName("Outline of the graph")
        self.tree.selectionModel().currentChanged.connect(self._chosen)
        self.tree.activated.connect(self._enter)
        self.model.itemChanged.connect(self._renamed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.tree)
        self.setFocusProxy(self.tree)
        # Later, for a line must not go while it tells of its new name.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fill)
        workspace.graph_changed.connect(self._later)
        workspace.selection_changed.connect(self._show_selection)
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self.tree.setItemDelegate(TwoTone(_WHAT, theme, self.tree))
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """F2 renames here, in the line, before the command of the canvas gets it."""
        overriding = event.type() == QEvent.Type.ShortcutOverride and watched is self.tree
        if overriding and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_F2:
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def item(self, scope: str, pick: Pick) -> QStandardItem | None:
        """The line of a box."""
        return self._items.get((scope, pick))

    # ------------------------------------------------------------------------------------------------ showing

    def _later(self, *_: object) -> None:
        self._soon.start()

    def _fill(self) -> None:
        self._showing = True
        closed = (key for key, item in self._items.items() if not self.tree.isExpanded(item.index()))
        folded = {key for key in closed if self._items[key].hasChildren()}
        empty(self.model)
        self._items = {}
        graph = self._workspace.graph
        root = self.model.invisibleRootItem()
        self._body(root, graph, "")
        for name, block in graph.blocks.items():
            pick = Pick("node", "")
            line = self._line(name, "block", "block", f"#{name}", pick)
            root.appendRow(line)
            self._body(line, block, f"#{name}")
        self.tree.expandAll()
        for key in folded & self._items.keys():
            self.tree.collapse(self._items[key].index())
        self._showing = False
        self._show_selection()

    def _body(self, parent: QStandardItem, body: Body, scope: str) -> None:
        if not isinstance(body, Scan):
            for name, port in body.inputs.items():
                parent.appendRow(self._line(name, str(port), "input", scope, Pick("input", name)))
        for name, node in body.nodes.items():
            line = self._line(name, what(node), kind(node), scope, Pick("node", name))
            parent.appendRow(line)
            if isinstance(node, Scan):
                self._body(line, node, join(scope, name))
        if not isinstance(body, Scan):
            for name, ref in body.outputs.items():
                parent.appendRow(self._line(name, f"reads {ref}", "output", scope, Pick("output", name)))

    def _line(self, name: str, what: str, sign: str, scope: str, pick: Pick) -> QStandardItem:
        item = QStandardItem(icon(sign, self._theme.muted), name)
        item.setData(what, _WHAT)
        item.setData(f"{scope}:{pick.kind}:{pick.name}", _KEY)
        item.setAccessibleText(f"{name}, {what}")
        item.setToolTip(f"{name}: {what}")
        self._items[(scope, pick)] = item
        return item

    def _show_selection(self) -> None:
        picks = [pick for pick in self._workspace.selection if isinstance(pick, Pick)]
        item = self.item(self._workspace.scope, picks[0]) if len(picks) == 1 else None
        if item is None or self._showing:
            return
        self._showing = True
        self.tree.setCurrentIndex(item.index())
        self._showing = False

    # ----------------------------------------------------------------------------------------------- gestures

    def _chosen(self, index: QModelIndex, *_: object) -> None:
        scope, kind_, name = _key(index.data(_KEY))
        if self._showing or not kind_ or not self.tree.selectionModel().isSelected(index):
            return  # the first line is current once the keys are here, but nobody has chosen it
        if name:
            self._workspace.show_box(scope, Pick(_KINDS[kind_], name))
        else:
            self._workspace.enter(scope)

    def _enter(self, index: QModelIndex) -> None:
        """Show what is inside a node."""
        outer, kind_, name = _key(index.data(_KEY))
        scope = inside(self._workspace.graph, outer, name) if kind_ == "node" and name else None
        if scope is not None:
            self._workspace.enter(scope)

    def _renamed(self, item: QStandardItem) -> None:
        scope, kind_, name = _key(item.data(_KEY))
        if self._showing or not kind_:
            return
        new, block = item.text().strip(), scope.removeprefix("#")
        edit = _RENAMES[kind_](scope, name, new) if name else RenameBlock(block, new)
        if new == (name or block) or not self._workspace.perform(edit):
            self._later()


_KINDS: dict[str, Literal["node", "input", "output"]] = {"node": "node", "input": "input", "output": "output"}
_RENAMES = {"node": RenameNode, "input": RenameInput, "output": RenameOutput}


def _key(data: object) -> tuple[str, str, str]:
    """The scope, kind and name of a line; a block's own line has no name, other lines have no kind."""
    scope, _, rest = str(data or "").partition(":")
    kind_, _, name = rest.partition(":")
    return scope, kind_, name
