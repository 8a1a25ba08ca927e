"""Where the canvas will be."""

from PySide6.QtWidgets import QWidget

from zoo_gui.theme import Theme
from zoo_gui.workspace import Workspace


class Canvas(QWidget):
    """An empty place."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:  # noqa: ARG002 - as the canvas will take them
        super().__init__()

    def place(self, use: str) -> None:
        """Nothing to place it on."""
