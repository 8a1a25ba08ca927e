"""The inspector: what is selected, all of it, each part where it can be changed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from zoo.errors import EditError
from zoo.packs import Registry
from zoo_gui.panels.body_page import body_page
from zoo_gui.panels.measuring import Measures
from zoo_gui.panels.node_page import Page, node_page
from zoo_gui.resolved import Known, known_nodes
from zoo_gui.theme import Theme
from zoo_gui.workspace import Pick, Workspace


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
        if held is not None and (field := self.field(held[0])) is not None:
            field.blockSignals(True)  # it goes because the page does, not because the person left it
        self.setWidget(page)
        self.verticalScrollBar().setValue(at)
        if held is not None:
            self._hold(*held)

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

    def _held(self) -> tuple[str, str, int, bool] | None:
        """The field that is being written in: its name, text, cursor, and whether it was changed."""
        field = self.focusWidget() if self.widget() is not None else None
        if not isinstance(field, QLineEdit) or not field.hasFocus():
            return None
        return field.objectName(), field.text(), field.cursorPosition(), field.isModified()

    def _hold(self, name: str, text: str, cursor: int, modified: bool) -> None:
        field = self.field(name)
        if field is None:
            return
        field.setFocus()
        if modified and field.text() != text:
            field.setText(text)
            field.setModified(True)
        field.setCursorPosition(cursor)
