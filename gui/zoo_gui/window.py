"""A window: one document, its canvas in the middle, panels around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QChildEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QTabBar, QVBoxLayout, QWidget

from zoo.graph import Graph
from zoo.packs import Registry
from zoo_gui.commands.every import every_command
from zoo_gui.commands.menus import Menus
from zoo_gui.docks import Docks
from zoo_gui.dropping import graph_files
from zoo_gui.files.filing import Filing
from zoo_gui.files.keeping import Keeping
from zoo_gui.guide import Guide
from zoo_gui.notices import Notices
from zoo_gui.pages import Pages
from zoo_gui.panels.measuring import Measures
from zoo_gui.panels.panel import Guarding, Lasting, Stocked, Themed
from zoo_gui.panels.status import Status
from zoo_gui.theme import Theme
from zoo_gui.workspace import Workspace

if TYPE_CHECKING:
    from zoo_gui.editor import Editor

_SIZE = (1280, 720)


class Window(QMainWindow):
    """Shows a workspace. What a person does goes through a command or a view to the workspace."""

    def __init__(self, editor: Editor, graph: Graph, *, wait: bool = False) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self.editor = editor
        self.theme: Theme = editor.looks.theme
        self.workspace = Workspace(graph, parent=self, wait=wait)
        self.measures = Measures(self.workspace, self)
        self.last_words = ""
        self.filing, self.keeping = Filing(self), Keeping(self)
        self.registry: Registry | None = None
        self._make_centre()
        self.docks = Docks(self)
        self.status = Status(self.workspace, self.measures, self.theme, self)
        self.status.problems.clicked.connect(lambda: self.reveal("problems", raised=True))
        self.status.packs.setText("Loading packs…")
        self.setStatusBar(self.status)
        self.menus = Menus(self, every_command(), editor.keys)
        self.menus.recent.aboutToShow.connect(self._fill_recent)
        self._guide = Guide(self)
        self._listen()
        self._restore()
        if not wait:
            self.docks.complete()
        self._show_title()
        if trouble := self.keeping.journal.trouble:
            self.tell(trouble, severity="warning")

    # ------------------------------------------------------------------------------------------------- making

    def _make_centre(self) -> None:
        self.notices = Notices(self.theme)
        self.pages = Pages(self)
        self.breadcrumb, self.canvas = self.pages.breadcrumb, self.pages.canvas
        self.gallery, self.offer = self.pages.gallery, self.pages.offer
        centre = QWidget()
        outer = QVBoxLayout(centre)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.notices)
        outer.addWidget(self.pages, 1)
        self.setCentralWidget(centre)

    def _listen(self) -> None:
        workspace = self.workspace
        workspace.file_changed.connect(self._show_title)
        workspace.graph_changed.connect(self._leave_gallery)
        workspace.graph_changed.connect(self.notices.go_on)
        workspace.shown.connect(self._leave_gallery)

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self.theme = theme
        self.notices.theme = theme
        for widget in (self.canvas, self.gallery, self.status, *self.docks.widgets()):
            if isinstance(widget, Themed):
                widget.set_theme(theme)

    def set_registry(self, registry: Registry) -> None:
        """The packs are there, or there anew."""
        again = self.registry is not None
        self.registry = registry
        for widget in self.docks.widgets():
            if isinstance(widget, Stocked):
                widget.set_registry(registry)
        self.status.device.setText(self.editor.packs.device)
        broken = len(registry.broken)
        self.status.packs.setText(f"{broken} {'pack' if broken == 1 else 'packs'} failed" if broken else "")
        if again:
            self.workspace.start()

    # ------------------------------------------------------------------------------------------------- facts

    @property
    def document_name(self) -> str:
        """What the document is called: its file's name, else its own."""
        path = self.workspace.path
        return path.name if path else self.workspace.graph.name

    @property
    def untouched(self) -> bool:
        """Whether nothing would be missed if another document took this one's place."""
        document = self.workspace.document
        empty = not self.workspace.graph.nodes and not self.workspace.graph.inputs
        return self.workspace.path is None and empty and not document.modified and not document.can_redo

    def panel(self, id: str) -> QWidget:
        """The widget of a panel."""
        return self.docks.widget(id)

    def panel_shown(self, id: str) -> bool:
        """Whether a panel is there."""
        return self.docks.shown(id)

    # ------------------------------------------------------------------------------------------------ telling

    def tell(
        self, text: str, buttons: dict[str, Callable[[], object]] | None = None, severity: str = "note"
    ) -> None:
        """Show a sentence above the canvas."""
        self.last_words = text
        self.notices.tell(text, buttons, severity)

    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.document_name}[*]")
        self.setWindowModified(self.workspace.document.modified)
        self.setWindowFilePath(str(self.workspace.path or ""))

    # --------------------------------------------------------------------------------------- doing as told

    def place(self, use: str) -> None:
        """Put a layer or block on the canvas."""
        self._leave_gallery()
        self.canvas.place(use)

    def reveal(self, id: str, *, raised: bool = False) -> None:
        """Show a panel and go there; hide it when one is there already, unless it is to be ``raised``."""
        self.docks.reveal(id, raised=raised)

    def up(self) -> None:
        """Show what is around the body that is shown."""
        from zoo_gui.places import trail

        places = trail(self.workspace.graph, self.workspace.scope)
        if len(places) > 1:
            self.workspace.enter(places[-2][0])

    def toggle_full_screen(self) -> None:
        """Use the whole screen, or leave it."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_gallery(self) -> None:
        """Show the templates; in a window of its own when there is something in this one."""
        if not self.untouched:
            self.editor.new(gallery=True)
            return
        self.pages.show_gallery()

    def _leave_gallery(self, *_: object) -> None:
        self.pages.leave_gallery()

    def begin_empty(self) -> None:
        """Leave the templates for an empty canvas."""
        self._leave_gallery()

    def _fill_recent(self) -> None:
        menu = self.menus.recent
        menu.clear()
        for name in self.editor.settings.choices.recent:
            menu.addAction(name, lambda name=name: self.editor.open(Path(name), self))
        if menu.isEmpty():
            menu.addAction("No file yet").setEnabled(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if graph_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Graph files that are dropped anywhere on the window are opened."""
        for path in graph_files(event.mimeData()):
            self.editor.open(path, self)
        event.acceptProposedAction()

    def childEvent(self, event: QChildEvent) -> None:  # noqa: N802 - Qt's name
        """Qt makes the tabs of the panels when it lays them out: say what they are."""
        super().childEvent(event)
        if event.polished() and isinstance(child := event.child(), QTabBar):
            child.setAccessibleName("Panels")

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        guards = [widget for widget in self.docks.widgets() if isinstance(widget, Guarding)]
        if not all(each.may_close() for each in (self.filing, *guards)):
            event.ignore()
            return
        self._remember()
        for widget in self.docks.widgets():
            if isinstance(widget, Lasting):
                widget.finish()
        self.keeping.close()
        self.measures.close()
        self.workspace.close()
        self.editor.closed(self)
        super().closeEvent(event)

    # ---------------------------------------------------------------------------------------------- its place

    def _remember(self) -> None:
        self._leave_gallery()
        panels = bytes(self.docks.state().toBase64().data()).decode()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.editor.settings.change(geometry=geometry, panels=panels)

    def _restore(self) -> None:
        self.resize(*_SIZE)
        self.docks.place()
        choices = self.editor.settings.choices
        if choices.geometry and not self.editor.windows:
            self.restoreGeometry(QByteArray.fromBase64(choices.geometry.encode()))
        if choices.panels:
            self.docks.restore(QByteArray.fromBase64(choices.panels.encode()))
