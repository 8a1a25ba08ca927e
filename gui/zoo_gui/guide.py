"""What the workspace tells a person, and where it leads: sentences, places of the text, fields."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from zoo.problems import Place

if TYPE_CHECKING:
    from zoo_gui.window import Window


class Guide(QObject):
    """Listens to the workspace of a window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        workspace = window.workspace
        workspace.told.connect(self._warn)
        workspace.refused.connect(self._refuse)
        workspace.pointed.connect(self._point)
        # Later, for a menu that closes gives the keys back to what had them before.
        workspace.to_write.connect(self._write_in, Qt.ConnectionType.QueuedConnection)

    def _warn(self, text: str) -> None:
        self._window.tell(text, severity="warning")

    def _refuse(self, text: str) -> None:
        self._window.last_words = text
        self._window.notices.tell(text, severity="warning", passing=True)

    def _point(self, place: Place) -> None:
        """Show a place of the text, or open the file that it is in."""
        window = self._window
        path = window.workspace.path
        if place.file and (path is None or Path(place.file).resolve() != path.resolve()):
            window.editor.open(Path(place.file), window)
        else:
            window.reveal("text", raised=True)

    def _write_in(self, field: str) -> None:
        """Let the person write in a field of the inspector."""
        from zoo_gui.panels.inspector import Inspector

        self._window.reveal("inspector", raised=True)
        inspector = self._window.panel("inspector")
        assert isinstance(inspector, Inspector)
        inspector.write_in(field)
