"""The inspector: what is selected, all of it, each part where it can be changed."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from zoo.errors import EditError
from zoo.packs import Registry
from zoo_gui.panels.body_page import body_page
from zoo_gui.panels.form import Field
from zoo_gui.panels.measuring import Measures
from zoo_gui.panels.node_page import Page, node_page
from zoo_gui.resolved import Known, known_nodes
from zoo_gui.selection import Pick
from zoo_gui.theme import Theme
from zoo_gui.workspace import Workspace


class Inspector(QScrollArea):
    """A form for the selection, made anew when that or the graph changes; what is being written stays."""

    def __init__(self, workspace: Workspace, measures: Measures, theme: Theme) -> None:
        super().__init__()
        self._workspace, self._measures, self._theme = workspace, measures, theme
        self._registry: Registry | None = None
        self._known: dict[tuple[str, str], Known] = {}
        self._known_of: object = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.show_now)
        workspace.graph_changed.connect(self._later)
        workspace.selection_changed.connect(self._later)
        workspace.scope_changed.connect(self._later)
        workspace.resolved.connect(self._later)
        measures.changed.connect(self._later)
        self.show_now()

    def set_registry(self, registry: Registry) -> None:
        """Show the settings of the layers of these packs."""
        self._registry = registry
        self._later()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self._later()

    def field(self, name: str) -> QLineEdit | None:
        """The field of that name, if there is one."""
        page = self.widget()
        return page.findChild(QLineEdit, name) if page else None

    def write_in(self, name: str) -> None:
        """Let the person write in a field, in the place of what stands there."""
        self.show_now()
        field = self.field(name)
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()
            self.ensureWidgetVisible(field)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """A key leads to the first field."""
        super().focusInEvent(event)
        fields = self.fields()
        if fields and event.reason() == Qt.FocusReason.ShortcutFocusReason:
            fields[0].setFocus(event.reason())
            fields[0].selectAll()

    def fields(self) -> list[QLineEdit]:
        """All fields of the page, from top to bottom."""
        page = self.widget()
        return page.findChildren(QLineEdit) if page else []

    def _later(self, *_: object) -> None:
        self._soon.start()

    def show_now(self) -> None:
        """Make the form anew, with what was being written in its field still there."""
        held = self._held()
        page = QWidget()
        page.setProperty("page", True)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(6)
        self._fill(layout)
        layout.addStretch(1)
        at = self.verticalScrollBar().value()
        if held is not None:
            held.widget.blockSignals(True)  # it goes because the page does, not because the person left it
        self.setWidget(page)
        self.verticalScrollBar().setValue(at)
        if held is not None:
            self._hold(held)
        self._mark_port()

    def _mark_port(self) -> None:
        """Show which lines of the page are those of the selected input or output."""
        picks = [pick for pick in self._workspace.selection if isinstance(pick, Pick)]
        if len(picks) != 1 or picks[0].kind == "node":
            return
        what = f"{picks[0].kind} {picks[0].name}"
        for field in map(self.field, (f"name of {what}", what)):
            if isinstance(field, Field):
                field.show_as("chosen", on=True)
                self.ensureWidgetVisible(field)

    def _fill(self, layout: QVBoxLayout) -> None:
        workspace = self._workspace
        page = Page(workspace, self._registry, self._knowledge(), self._measures.costs, self._theme, layout)
        picks = [pick for pick in workspace.selection if isinstance(pick, Pick)]
        nodes = [pick.name for pick in picks if pick.kind == "node" and pick.name in workspace.body.nodes]
        try:
            if len(nodes) == 1 and len(picks) == 1:
                node_page(page, nodes[0])
            elif len(nodes) > 1:
                page.several(nodes)
            else:
                body_page(page)
        except EditError as error:  # the scope went away meanwhile; the next change shows what is there
            layout.addWidget(QLabel(str(error), wordWrap=True))

    def _knowledge(self) -> dict[tuple[str, str], Known]:
        resolution = self._workspace.resolution
        if resolution is not self._known_of:
            self._known, self._known_of = known_nodes(resolution), resolution
        return self._known

    def _held(self) -> _Held | None:
        """What has the keys on the page, as it is now."""
        page = self.widget()
        held = self.window().focusWidget() or self  # also while another window, or a menu, has the keys
        if page is None or not page.isAncestorOf(held):
            return None
        names = [each.objectName() for each in self.fields()]
        if not isinstance(held, QLineEdit):
            return _Held(held, held.objectName(), names)
        text = held.text() if held.isModified() else None
        chosen = bool(held.text()) and held.selectedText() == held.text()
        return _Held(held, held.objectName(), names, text, held.cursorPosition(), chosen)

    def _hold(self, held: _Held) -> None:
        """Give the keys back: to what has the same name, else to the field in the same place of the form."""
        page = self.widget()
        found = page.findChild(QWidget, held.name) if page and held.name else None
        fields = self.fields()
        if found is None and held.name in held.fields and len(fields) == len(held.fields):
            found = fields[held.fields.index(held.name)]  # it was renamed
        if found is None:
            return
        found.setFocus()
        if not isinstance(found, QLineEdit):
            return
        if held.text is not None and found.text() != held.text:
            found.setText(held.text)
            found.setModified(True)
        if held.chosen:
            found.selectAll()
        else:
            found.setCursorPosition(held.cursor)


class _Held(NamedTuple):
    """What has the keys, its name, and the names of all fields of the page.

    Of a field also what was written in it, where its cursor is, and whether all of it is selected.
    """

    widget: QWidget
    name: str
    fields: list[str]
    text: str | None = None
    cursor: int = 0
    chosen: bool = False
