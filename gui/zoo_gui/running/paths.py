"""A field for the path of a file or a folder, which can be chosen too."""

from __future__ import annotations

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFileDialog, QMenu

from zoo_gui.line import Line
from zoo_gui.theme import Theme


class PathField(Line):
    """A line with a folder at its end that lets one choose; ``folders`` too, if they are something to take,
    ``several`` if more than one file is.
    """

    def __init__(
        self,
        theme: Theme,
        placeholder: str = "",
        *,
        kinds: str = "All files (*)",
        folders: bool = False,
        several: bool = False,
    ) -> None:
        super().__init__(theme, placeholder)
        self._kinds, self._folders, self._several = kinds, folders, several
        about = "Choose a file or a folder" if folders else "Choose a file"
        self.chooser = self.put_at_end("folder", about, self._choose)

    def paths(self) -> list[str]:
        """The paths in the line; several are divided by semicolons."""
        return [each.strip() for each in self.text().split(";") if each.strip()]

    def _choose(self) -> None:
        if not self._folders:
            self.choose_file()
            return
        menu = QMenu(self)
        menu.addAction("A file…", self.choose_file)
        menu.addAction("A folder…", self.choose_folder)
        menu.exec(QCursor.pos())
        menu.deleteLater()

    def choose_file(self) -> None:
        """Ask for a file."""
        if self._several:
            names, _ = QFileDialog.getOpenFileNames(self, self.accessibleName(), "", self._kinds)
        else:
            name, _ = QFileDialog.getOpenFileName(self, self.accessibleName(), "", self._kinds)
            names = [name] if name else []
        if names:
            self.setText("; ".join(names))

    def choose_folder(self) -> None:
        """Ask for a folder."""
        name = QFileDialog.getExistingDirectory(self, self.accessibleName())
        if name:
            self.setText(name)
