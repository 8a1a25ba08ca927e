"""The editor: what all windows share. Its settings, its packs, its looks, and the windows themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject
from PySide6.QtWidgets import QApplication

from zoo.graph import Graph
from zoo.packs import Registry
from zoo_gui.commands.every import every_command
from zoo_gui.commands.keymap import read_keys
from zoo_gui.files.journal import Entry, left_behind
from zoo_gui.files.reading import empty_graph
from zoo_gui.files.templates import Templates
from zoo_gui.garbage import Collector
from zoo_gui.looks import Looks
from zoo_gui.packs import Packs
from zoo_gui.settings import Settings
from zoo_gui.theme import Theme
from zoo_gui.window import Window


class Editor(QObject):
    """The one of a process."""

    def __init__(self, app: QApplication, settings: Settings | None = None) -> None:
        super().__init__(app)
        self._app = app
        self._garbage = Collector(self)
        self.settings = settings or Settings()
        self.windows: list[Window] = []
        self.packs = Packs(self)
        self.templates = Templates(self)
        self.packs.ready.connect(self.templates.read)
        self.packs.ready.connect(self._packs_are_there)
        self.keys, self._key_faults = read_keys(self.settings.keys_file, every_command())
        self._key_watch = QFileSystemWatcher(self)
        self._key_watch.fileChanged.connect(self.read_keys)
        self._began = False
        self._wanted: list[tuple[str, Window | None]] = []
        self.looks = Looks(app, self.settings, self)
        self.looks.changed.connect(self._dress)
        self.looks.resized.connect(self._fit_text)

    # ------------------------------------------------------------------------------------------------ windows

    def begin(self, files: Iterable[Path | str] = ()) -> None:
        """Open the first windows, paint them, and only then load the rest. Names are of library graphs."""
        self.open_first(files)
        self.load()

    def open_first(self, files: Iterable[Path | str] = ()) -> None:
        """Open the first windows and paint them."""
        for entry in left_behind(self.settings.journal_folder):
            self._recover(entry)
        names: list[str] = []
        for file in files:
            if isinstance(file, Path) or os.sep in file or Path(file).is_file():
                self.open(Path(file))
            else:
                names.append(file)
        if names:
            self._wanted += [(name, None) for name in names]
        if not self.windows:
            window = self.new(gallery=not names)
            window.canvas.waiting = f"Opening {' and '.join(names)}…" if names else ""
        if self.settings.trouble:
            self.windows[0].tell(self.settings.trouble, severity="warning")
        for fault in self._key_faults:
            self.windows[0].tell(fault, severity="warning")
        self._app.processEvents()

    def load(self) -> None:
        """Make the panels that are not in sight, and begin to load the packs and to check."""
        for window in self.windows:
            window.docks.complete()
        self._began = True
        self.packs.load([*self.settings.choices.plugins, *_folders()])
        for window in self.windows:
            window.workspace.start()

    def new(self, graph: Graph | None = None, *, gallery: bool = False) -> Window:
        """Open a window: with an empty graph, or the given one."""
        window = Window(self, graph or empty_graph(), wait=not self._began)
        self.windows.append(window)
        if self.packs.registry is not None:
            window.set_registry(self.packs.registry)
        if gallery:
            window.show_gallery()
        window.show()
        return window

    def open(self, path: Path, window: Window | None = None) -> Window | None:
        """Open a file: where it is open already, in a window that is untouched, else in a new one."""
        for each in self.windows:
            if each.workspace.path is not None and each.workspace.path.resolve() == path.resolve():
                each.raise_()
                each.activateWindow()
                return each
        target = window if window is not None and window.untouched else None
        fresh = target is None
        target = target or self.new()
        if not target.filing.load(path) and fresh and len(self.windows) > 1:
            last = target
            target = window or self.windows[0]
            target.tell(last.last_words, severity="error")
            last.close()
        return target

    def open_template(self, name: str, window: Window | None = None) -> None:
        """Open a graph of the library as a new one, once the packs are there."""
        registry = self.packs.registry
        if registry is None:
            self._wanted.append((name, window))
            return
        target = window if window is not None and window.untouched else None
        target = target or next((each for each in self.windows if each.untouched), None) or self.new()
        path = registry.graphs.get(name)
        if path is None:
            known = ", ".join(registry.graphs)
            target.tell(
                f"there is no file and no library graph '{name}'; the library has {known}", severity="error"
            )
            target.show_gallery()
        else:
            target.filing.load_template(path)

    def closed(self, window: Window) -> None:
        """A window has closed."""
        if window in self.windows:
            self.windows.remove(window)
        if not self.windows:
            self.finish()

    def quit(self) -> None:
        """Close all windows, until one is to stay."""
        for window in tuple(self.windows):
            if not window.close():
                return

    def finish(self) -> None:
        """End what runs beside the windows."""
        self.packs.close()
        self.templates.close()
        self._garbage.close()

    def _recover(self, entry: Entry) -> None:
        window = self.new()
        if window.keeping.recover(entry):
            entry.discard()

    # ---------------------------------------------------------------------------------------------- the packs

    def add_plugins(self, folder: str) -> None:
        """Load the packs of a folder, now and at every start."""
        folders = self.settings.choices.plugins
        if folder not in folders:
            self.settings.change(plugins=(*folders, folder))
        self.packs.load([*self.settings.choices.plugins, *_folders()])

    def _packs_are_there(self, registry: Registry) -> None:
        for window in self.windows:
            window.canvas.waiting = ""
            window.set_registry(registry)
        wanted, self._wanted = self._wanted, []
        for name, window in wanted:
            self.open_template(name, window)

    # --------------------------------------------------------------------------------------------- the looks

    def _dress(self, theme: Theme) -> None:
        for window in self.windows:
            window.set_theme(theme)

    def _fit_text(self) -> None:
        for window in self.windows:
            window.docks.fit_text()

    # ---------------------------------------------------------------------------------------------- the keys

    def read_keys(self, _: str = "") -> None:
        """Read anew which keys call which command."""
        self.keys, faults = read_keys(self.settings.keys_file, every_command())
        if self.settings.keys_file.exists():
            self._key_watch.addPath(str(self.settings.keys_file))
        for window in self.windows:
            window.menus.set_keys(self.keys)
            for fault in faults:
                window.tell(fault, severity="warning")


def _folders() -> list[str]:
    return [folder for folder in os.environ.get("ZOO_PLUGINS", "").split(os.pathsep) if folder]
