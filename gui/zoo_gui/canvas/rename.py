"""Renaming a box in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from zoo.edits import Compound, Edit, RenameBlock, RenameInput, RenameNode, RenameOutput
from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.geometry import PADDING

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas
    from zoo_gui.selection import Pick


def rename_edit(scope: str, pick: Pick, new: str, block: str = "") -> Edit:
    """The edit that gives a box another name; and a block, when one is to be called like it."""
    kinds = {"node": RenameNode, "input": RenameInput, "output": RenameOutput}
    edit = kinds[pick.kind](scope, pick.name, new)
    return Compound((RenameBlock(block, new), edit), edit.describe()) if block else edit


class Rename(QLineEdit):
    """A field above the name of a box; Enter or leaving it renames, Escape does not."""

    def __init__(self, canvas: Canvas, item: BoxItem, block: str = "") -> None:
        super().__init__(canvas.viewport())
        self._block = block
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._canvas, self._pick = canvas, item.box.pick
        scale = max(canvas.camera.scale, 0.6)
        corner = canvas.camera.from_scene(item.pos() + QPointF(PADDING - 6, 2))
        self.setText(item.box.title)
        self.selectAll()
        self.setAccessibleName(f"New name of {item.box.title}")
        font = canvas.style_.title
        self.setFont(font)
        self.setGeometry(
            int(corner.x()), int(corner.y()), max(140, int((item.outline.width() - PADDING) * scale)), 26
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._rename()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.isVisible():
            self._rename()

    def _rename(self) -> None:
        name, old, workspace = self.text().strip(), self._pick.name, self._canvas.workspace
        self._leave()
        if name != old and workspace.perform(rename_edit(workspace.scope, self._pick, name, self._block)):
            workspace.select([self._pick._replace(name=name)])

    def _leave(self) -> None:
        self.hide()
        self.close()
        self._canvas.setFocus()
