"""A window: one document, its canvas in the middle, panels around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from zoo.errors import ZooError
from zoo.files import loads
from zoo.graph import Graph
from zoo.packs import Registry
from zoo.problems import Place
from zoo_gui.breadcrumb import Breadcrumb
from zoo_gui.canvas import Canvas
from zoo_gui.commands.every import every_command
from zoo_gui.commands.keymap import shown_keys
from zoo_gui.commands.menus import Menus
from zoo_gui.files.filing import Filing
from zoo_gui.files.gallery import Gallery
from zoo_gui.files.journal import Entry, Journal
from zoo_gui.files.rewrite import Rewrite
from zoo_gui.files.watch import Watch
from zoo_gui.finding import choices
from zoo_gui.notices import Notices
from zoo_gui.offer import Offer
from zoo_gui.panels import PANELS
from zoo_gui.panels.inspector import Inspector
from zoo_gui.panels.measuring import Measures
from zoo_gui.panels.panel import Lasting, Stocked, Themed
from zoo_gui.panels.status import Status
from zoo_gui.quick_list import Choice, QuickList
from zoo_gui.theme import Theme
from zoo_gui.workspace import Workspace

if TYPE_CHECKING:
    from zoo_gui.editor import Editor

_LAYOUT_VERSION = 1
_SIZE = (1280, 720)


class Window(QMainWindow):
    """Shows a workspace. What a person does goes through a command or a view to the workspace."""

    def __init__(self, editor: Editor, graph: Graph, *, wait: bool = False) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.editor = editor
        self.theme: Theme = editor.theme
        self.workspace = Workspace(graph, parent=self, wait=wait)
        self.measures = Measures(self.workspace, self)
        self.journal = Journal(editor.settings.journal_folder)
        self.watch = Watch(self)
        self.last_words = ""
        self.filing = Filing(self)
        self.registry: Registry | None = None
        self._panels_before = QByteArray()
        self._make_centre()
        self.docks = {panel.id: self._dock(panel.id, panel.title, panel.make(self)) for panel in PANELS}
        self.status = Status(self.workspace, self.measures, self.theme, self)
        self.status.problems.clicked.connect(lambda: self.reveal("problems", raised=True))
        self.status.packs.setText("Loading packs…")
        self.setStatusBar(self.status)
        self.menus = Menus(self, every_command(), editor.keys)
        self.menus.recent.aboutToShow.connect(self._fill_recent)
        self._listen()
        self._restore()
        self._show_title()
        if self.journal.trouble:
            self.tell(self.journal.trouble, severity="warning")

    # ------------------------------------------------------------------------------------------------- making

    def _make_centre(self) -> None:
        self.notices = Notices(self.theme)
        self.breadcrumb = Breadcrumb(self.workspace)
        self.canvas = Canvas(self.workspace, self.theme)
        self.gallery = Gallery(self)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.breadcrumb)
        layout.addWidget(self.canvas, 1)
        self.offer = Offer(
            self.workspace, lambda name: self.editor.open_template(name, self), self.show_gallery
        )
        layout.addWidget(self.offer)
        self.pages = QStackedWidget()
        self.pages.addWidget(page)
        self.pages.addWidget(self.gallery)
        centre = QWidget()
        outer = QVBoxLayout(centre)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.notices)
        outer.addWidget(self.pages, 1)
        self.setCentralWidget(centre)

    def _dock(self, id: str, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(id)
        dock.setWidget(widget)
        dock.setTitleBarWidget(QWidget(dock))  # the tab says what it is
        widget.setAccessibleName(title)
        return dock

    def _listen(self) -> None:
        workspace = self.workspace
        workspace.told.connect(self._warn)
        workspace.file_changed.connect(self._show_title)
        workspace.file_changed.connect(self._keep)
        workspace.graph_changed.connect(self._leave_gallery)
        workspace.shown.connect(self._leave_gallery)
        workspace.pointed.connect(self._point)
        # Later, for a menu that closes gives the keys back to what had them before.
        self.canvas.to_write.connect(self._write_in, Qt.ConnectionType.QueuedConnection)
        self.watch.changed.connect(self._changed_on_disk)

    def place_panels(self) -> None:
        """Put every panel on its side, the first of each side in front."""
        first: dict[Qt.DockWidgetArea, QDockWidget] = {}
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for panel in PANELS:
            dock = self.docks[panel.id]
            dock.setFloating(False)
            self.addDockWidget(panel.area, dock)
            if panel.area in first:
                self.tabifyDockWidget(first[panel.area], dock)
            first.setdefault(panel.area, dock)
            dock.show()
        for area, dock in first.items():
            dock.raise_()
            upright = area != Qt.DockWidgetArea.BottomDockWidgetArea
            size = (230 if area == Qt.DockWidgetArea.LeftDockWidgetArea else 300) if upright else 150
            self.resizeDocks(
                [dock], [size], Qt.Orientation.Horizontal if upright else Qt.Orientation.Vertical
            )

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self.theme = theme
        self.notices.theme = theme
        for widget in (
            self.canvas,
            self.gallery,
            self.status,
            *(dock.widget() for dock in self.docks.values()),
        ):
            if isinstance(widget, Themed):
                widget.set_theme(theme)

    def set_registry(self, registry: Registry) -> None:
        """The packs are there, or there anew."""
        again = self.registry is not None
        self.registry = registry
        for widget in (self.gallery, self.offer, *(dock.widget() for dock in self.docks.values())):
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
        widget = self.docks[id].widget()
        assert widget is not None
        return widget

    # ------------------------------------------------------------------------------------------------ telling

    def tell(
        self, text: str, buttons: dict[str, Callable[[], object]] | None = None, severity: str = "note"
    ) -> None:
        """Show a sentence above the canvas."""
        self.last_words = text
        self.notices.tell(text, buttons, severity)

    def _warn(self, text: str) -> None:
        self.tell(text, severity="warning")

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
        dock = self.docks.get(id)
        if dock is None:
            return
        here = dock.isAncestorOf(self.focusWidget() or self) and not dock.visibleRegion().isEmpty()
        if here and not raised:
            dock.hide()
            self.canvas.setFocus()
            return
        dock.show()
        dock.raise_()
        self.panel(id).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _write_in(self, field: str) -> None:
        """Let the person write in a field of the inspector."""
        self.reveal("inspector", raised=True)
        inspector = self.panel("inspector")
        assert isinstance(inspector, Inspector)
        inspector.write_in(field)

    def give_room(self, id: str, height: int) -> None:
        """Make a panel at the bottom at least this high."""
        dock = self.docks[id]
        if dock.height() < height:
            self.resizeDocks([dock], [height], Qt.Orientation.Vertical)

    def panel_shown(self, id: str) -> bool:
        """Whether a panel is there."""
        return not self.docks[id].isHidden()

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
        self._panels_before = self.saveState(_LAYOUT_VERSION)
        for dock in self.docks.values():
            dock.hide()
        self.pages.setCurrentWidget(self.gallery)
        self.status.hide()
        self.gallery.setFocus()

    def _leave_gallery(self, *_: object) -> None:
        if self.pages.currentWidget() is self.gallery:
            self.pages.setCurrentIndex(0)
            self.status.show()
            self.restoreState(self._panels_before, _LAYOUT_VERSION)
            self.canvas.setFocus()

    def begin_empty(self) -> None:
        """Leave the templates for an empty canvas."""
        self._leave_gallery()

    def find_nodes(self) -> None:
        """Let the person find a node."""
        QuickList(
            "Find nodes by name, layer, setting or shape", choices(self.workspace), self.theme, self
        ).show()

    def show_commands(self) -> None:
        """Let the person choose a command."""
        self.menus.refresh()
        found = [
            Choice(
                command.text.rstrip("…"),
                f"{command.menu}   {shown_keys(self.editor.keys.get(command.id, ()))}   {command.about}",
                f"{command.text} {command.menu} {command.about}",
                partial(self.menus.call, command.id),
                command.enabled(self),
            )
            for command in self.menus.commands.values()
        ]
        QuickList("Call a command", found, self.theme, self).show()

    def edit_keys(self) -> None:
        """Open the file of keys in whatever the system edits text with."""
        file = self.editor.settings.keys_file
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                file.write_text("{}\n", encoding="utf-8")
        except OSError as error:
            self.tell(f"{file} cannot be written: {error}", severity="error")
            return
        self.editor.read_keys()
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(file))):
            self.tell(
                f'write into {file}, for example {{"file.save": "Ctrl+S"}}; it is read when it is saved'
            )

    def show_about(self) -> None:
        """Say what runs here."""
        from importlib.metadata import version

        import PySide6

        text = (
            f"layerzoo {version('layerzoo')}\nPyTorch {version('torch')}\nQt for Python {PySide6.__version__}"
        )
        QMessageBox.about(
            self, "About layerzoo", f"{text}\n\nSequence models in boxes and arrows. MIT licence."
        )

    def _fill_recent(self) -> None:
        menu = self.menus.recent
        menu.clear()
        for name in self.editor.settings.choices.recent:
            menu.addAction(name, lambda name=name: self.editor.open(Path(name), self))
        if menu.isEmpty():
            menu.addAction("No file yet").setEnabled(False)

    # ------------------------------------------------------------------------------------- the file, the disk

    def _keep(self) -> None:
        if self.workspace.document.modified:
            self.journal.note(self.workspace.graph, self.workspace.path)
        else:
            self.journal.forget()
            self.watch.settle(self.workspace.path)

    def recover(self, entry: Entry) -> bool:
        """Take up work that a crash left behind; False, and a sentence, when it cannot be read."""
        if entry.path is not None and entry.path.exists():
            self.filing.load(entry.path)
        try:
            graph = loads(entry.text, entry.path.parent if entry.path else None)
        except ZooError as error:
            self.tell(f"unsaved work is kept in {entry.file}, and cannot be read: {error}", severity="error")
            return False
        self.workspace.perform(Rewrite(graph, "recover unsaved work"))
        if self.workspace.path is None:
            self.workspace.path = entry.path
        self.tell(
            f"“{entry.name}” was not saved when the editor ended last time; here it is again, still unsaved",
            {"Discard it": self.workspace.undo},
        )
        return True

    def _point(self, place: Place) -> None:
        """Show a place of the text, or open the file that it is in."""
        path = self.workspace.path
        if place.file and (path is None or Path(place.file).resolve() != path.resolve()):
            self.editor.open(Path(place.file), self)
        else:
            self.reveal("text", raised=True)

    def _changed_on_disk(self) -> None:
        name = self.document_name
        if not self.workspace.document.modified:
            self.filing.revert()
            self.tell(f"{name} was changed by another program, and is shown as it is now")
            return
        self.tell(
            f"{name} was changed by another program, and here are changes that are not saved",
            {"Compare": self.filing.compare, "Take the file": self.filing.revert},
            severity="warning",
        )

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if not self.filing.may_close():
            event.ignore()
            return
        self._remember()
        for dock in self.docks.values():
            if isinstance(widget := dock.widget(), Lasting):
                widget.finish()
        self.journal.close()
        self.measures.close()
        self.workspace.close()
        self.editor.closed(self)
        super().closeEvent(event)

    # ---------------------------------------------------------------------------------------------- its place

    def _remember(self) -> None:
        self._leave_gallery()
        panels = bytes(self.saveState(_LAYOUT_VERSION).toBase64().data()).decode()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.editor.settings.change(geometry=geometry, panels=panels)

    def _restore(self) -> None:
        self.resize(*_SIZE)
        self.place_panels()
        choices = self.editor.settings.choices
        if choices.geometry and not self.editor.windows:
            self.restoreGeometry(QByteArray.fromBase64(choices.geometry.encode()))
        if choices.panels:
            self.restoreState(QByteArray.fromBase64(choices.panels.encode()), _LAYOUT_VERSION)
