"""What the menu File does in one window. Whatever fails is told in a sentence, and nothing is lost."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox

from zoo.errors import ZooError
from zoo.files import dumps, read_text
from zoo_gui.files.reading import open_file, open_template
from zoo_gui.files.rewrite import Rewrite

if TYPE_CHECKING:
    from zoo_gui.window import Window

_KINDS = "Graph files (*.yaml *.yml)"


class Filing(QObject):
    """Opens, saves and compares for a window, and asks the person what only they can know."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = window.workspace

    # ------------------------------------------------------------------------------------------------ opening

    def ask_open(self) -> None:
        """Let the person choose files, and open them."""
        names, _ = QFileDialog.getOpenFileNames(self._window, "Open", str(self._folder()), _KINDS)
        for name in names:
            self._window.editor.open(Path(name), self._window)

    def load(self, path: Path) -> bool:
        """Take a file up in this window; False, and a sentence, when it cannot be read."""
        try:
            opened = open_file(path)
        except ZooError as error:
            self._workspace.told.emit(str(error))
            return False
        self._workspace.load(opened.graph, path)
        self._workspace.mark_text(opened.problems)
        self._window.editor.settings.opened(path)
        if opened.broken:
            self._window.reveal("text", raised=True)
            self._workspace.told.emit(
                f"{path.name} has problems in its text; mend them in the panel Text, and the graph follows"
            )
        return True

    def load_template(self, path: Path) -> bool:
        """Take up a graph of the library, as a new one without a file."""
        try:
            graph = open_template(path)
        except ZooError as error:
            self._workspace.told.emit(str(error))
            return False
        self._workspace.load(graph)
        return True

    # ------------------------------------------------------------------------------------------------- saving

    def save(self) -> bool:
        """Write the file, asking for its name when it has none. False when it was not written."""
        path = self._workspace.path
        return self.ask_save() if path is None else self._write(path)

    def ask_save(self) -> bool:
        """Let the person name a file, and write it."""
        start = self._workspace.path or self._folder() / f"{_file_name(self._workspace.graph.name)}.yaml"
        name, _ = QFileDialog.getSaveFileName(self._window, "Save as", str(start), _KINDS)
        if not name:
            return False
        path = Path(name)
        return self._write(path if path.suffix else path.with_suffix(".yaml"))

    def _write(self, path: Path) -> bool:
        if self._workspace.text_problems and path == self._workspace.path:
            self._workspace.told.emit("the text has problems and is not saved; mend them in the panel Text")
            return False
        if not self._workspace.save(path):
            return False
        self._window.editor.settings.opened(path)
        return True

    def may_close(self) -> bool:
        """Whether nothing is lost when the window closes; the person is asked when something would be."""
        if not self._workspace.document.modified:
            return True
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(f"Save the changes of “{self._window.document_name}”?")
        box.setInformativeText("Without saving they are lost.")
        choice = QMessageBox.StandardButton
        box.setStandardButtons(choice.Save | choice.Discard | choice.Cancel)
        box.setDefaultButton(choice.Save)
        answer = box.exec()
        return self.save() if answer == choice.Save else answer == choice.Discard

    # --------------------------------------------------------------------------------------------- comparing

    def revert(self) -> bool:
        """Go back to what the file holds, as a step that can be undone; False, and a sentence, when it cannot
        be read.
        """
        path = self._workspace.path
        if path is None:
            return False
        try:
            opened = open_file(path)
        except ZooError as error:
            self._workspace.told.emit(str(error))
            return False
        if opened.broken:
            self._workspace.told.emit(f"{path.name} has problems in its text, so the graph stays as it is")
            return False
        if not self._workspace.perform(Rewrite(opened.graph, "go back to the file")):
            return False
        self._workspace.document.saved(opened.graph)
        self._workspace.file_changed.emit()
        return True

    def difference(self) -> str:
        """The lines in which the file and the graph differ, as ``diff -u`` writes them."""
        path = self._workspace.path
        if path is None:
            return ""
        old, new = read_text(path), dumps(self._workspace.graph)
        lines = unified_diff(old.splitlines(), new.splitlines(), f"{path.name} on disk", "here", lineterm="")
        return "\n".join(lines)

    def compare(self) -> None:
        """Show how file and graph differ."""
        from zoo_gui.files.comparison import Comparison

        try:
            text = self.difference()
        except ZooError as error:
            self._workspace.told.emit(str(error))
            return
        Comparison(text, self._window).open()

    # -------------------------------------------------------------------------------------------------- packs

    def ask_plugins(self) -> None:
        """Let the person choose a folder of packs, and load them."""
        folder = QFileDialog.getExistingDirectory(self._window, "Load packs from", str(self._folder()))
        if folder:
            self._window.editor.add_plugins(folder)

    def _folder(self) -> Path:
        path = self._workspace.path
        return path.parent if path else Path.cwd()


def _file_name(name: str) -> str:
    """A graph's name as the name of a file."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name) or "graph"
