"""What a window keeps from being lost: work that is not saved, and files that others write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from zoo.errors import ZooError
from zoo.files import loads
from zoo_gui.files.journal import Entry, Journal
from zoo_gui.files.rewrite import Rewrite
from zoo_gui.files.watch import Watch

if TYPE_CHECKING:
    from zoo_gui.window import Window


class Keeping(QObject):
    """The journal and the watch of a window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._workspace = window, window.workspace
        self.journal = Journal(window.editor.settings.journal_folder)
        self._watch = Watch(window)
        self._watch.changed.connect(self._changed_on_disk)
        self._watch.gone.connect(self._gone_from_disk)
        self._workspace.file_changed.connect(self._keep)

    def close(self) -> None:
        """The window goes, and what was in it is saved or given up."""
        self.journal.close()

    def recover(self, entry: Entry) -> bool:
        """Take up work that a crash left behind; False, and a sentence, when it cannot be read."""
        window, workspace = self._window, self._workspace
        if entry.path is not None and entry.path.exists():
            window.filing.load(entry.path)
        try:
            graph = loads(entry.text, entry.path.parent if entry.path else None)
        except ZooError as error:
            kept = f"unsaved work is kept in {entry.file}, and cannot be read: {error}"
            window.tell(kept, severity="error")
            return False
        workspace.perform(Rewrite(graph, "recover unsaved work"))
        if workspace.path is None:
            workspace.path = entry.path
        window.tell(
            f"“{entry.name}” was not saved when the editor ended last time; here it is again, still unsaved",
            {"Discard it": workspace.undo},
        )
        return True

    def _keep(self) -> None:
        if self._workspace.document.modified:
            self.journal.note(self._workspace.graph, self._workspace.path)
        else:
            self.journal.forget()
            self._watch.settle(self._workspace.path)

    def _changed_on_disk(self) -> None:
        window = self._window
        name = window.document_name
        if not self._workspace.document.modified:
            if window.filing.revert():
                window.tell(f"{name} was changed by another program, and is shown as it is now")
            return
        window.tell(
            f"{name} was changed by another program, and here are changes that are not saved",
            {"Compare": window.filing.compare, "Take the file": window.filing.revert},
            severity="warning",
        )

    def _gone_from_disk(self) -> None:
        """What the file held is nowhere else now, so the window does not close without a question."""
        window = self._window
        self._workspace.document.unsaved()
        self._workspace.file_changed.emit()
        window.tell(
            f"{window.document_name} is no longer on the disk; what it held is here, and not saved",
            {"Save": window.filing.save},
            severity="warning",
        )
