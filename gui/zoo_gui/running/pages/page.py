"""What the pages of the panel share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from zoo.errors import ArgumentError
from zoo_gui.running.known import Known
from zoo_gui.running.requests import Device, Request
from zoo_gui.theme import Theme


@dataclass(frozen=True, slots=True)
class Context:
    """What every request needs to know: the graph as it is drawn, the folder of its file, where it runs, the
    run that is chosen, where pictures go.
    """

    graph: str
    folder: str | None
    device: Device
    run: str
    pictures: str

    def chosen_run(self) -> str:
        """The run. ArgumentError where none is chosen."""
        if not self.run:
            raise ArgumentError("choose a run first, or train one")
        return self.run


class Page(QWidget):
    """Fields under each other. ``request`` says what they ask for, or raises ZooError."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 4, 0)
        self._layout.setSpacing(6)

    def add(self, *widgets: QWidget) -> None:
        """Put widgets below the others."""
        for widget in widgets:
            self._layout.addWidget(widget)

    def heading(self, text: str) -> QLabel:
        """A line above some fields."""
        label = QLabel(text)
        label.setProperty("heading", True)
        self._layout.addWidget(label)
        return label

    def fill(self) -> None:
        """Leave what room is over below everything."""
        self._layout.addStretch(1)

    def begin(self) -> None:
        """Go to where a person begins to write."""

    def set_known(self, known: Known) -> None:
        """Another run is chosen."""

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme, in all that is on the page."""
        for child in self.findChildren(QWidget):
            dress: Any = getattr(child, "set_theme", None)
            if dress is not None:
                dress(theme)

    def request(self, context: Context) -> Request:
        """What is asked for. ZooError says what is wrong with it."""
        raise NotImplementedError  # each page has its own; Qt's metaclass leaves no room for ABC's
