"""Where in the graph the canvas is: the bodies around the one that is shown, each a way back."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from zoo_gui.places import trail
from zoo_gui.workspace import Workspace


class Breadcrumb(QWidget):
    """``gpt › layer › walk``: a click goes there."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(6, 0, 6, 4)  # at the height of the tabs beside it
        self._layout.setSpacing(2)
        self.buttons: list[QToolButton] = []
        self._shown: list[tuple[str, str]] = []
        workspace.scope_changed.connect(self._show)
        workspace.graph_changed.connect(self._show)
        self._show()

    def _show(self, *_: object) -> None:
        places = trail(self._workspace.graph, self._workspace.scope)
        if places == self._shown:
            return
        self._shown = places
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = []
        for number, (scope, title) in enumerate(places):
            if number:
                self._layout.addWidget(QLabel("›"))
            button = QToolButton()
            button.setText(title)
            button.setProperty("flat", True)
            button.setAccessibleName(f"Show {title}")
            button.setEnabled(number < len(places) - 1)
            button.clicked.connect(partial(self._workspace.enter, scope))
            self._layout.addWidget(button)
            self.buttons.append(button)
        self._layout.addStretch(1)
