"""On an empty canvas: three templates to start from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from zoo.packs import Registry
from zoo_gui.workspace import Workspace

_MOST = 3


class Offer(QFrame):
    """Stands below the canvas as long as there is nothing in the graph; ``choose`` opens a template."""

    def __init__(
        self, workspace: Workspace, choose: Callable[[str], object], more: Callable[[], object]
    ) -> None:
        super().__init__()
        self._workspace, self._choose, self._more = workspace, choose, more
        self.buttons: list[QPushButton] = []
        self._layout = QHBoxLayout(self)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hide()
        workspace.graph_changed.connect(self._show)

    def set_registry(self, registry: Registry) -> None:
        """Offer graphs of these packs."""
        for button in self.buttons:
            button.deleteLater()
        if not self.buttons:
            label = QLabel("Or start from")
            label.setProperty("muted", True)
            self._layout.addWidget(label)
        names = [name for name in _FIRST if name in registry.graphs] + sorted(registry.graphs)
        acts = {name: partial(self._choose, name) for name in [*dict.fromkeys(names)][:_MOST]}
        self.buttons = []
        for text, act in {**acts, "All templates…": self._more}.items():
            button = QPushButton(text.replace("_", " "))
            button.clicked.connect(act)
            self._layout.addWidget(button)
            self.buttons.append(button)
        self._show()

    def _show(self, *_: object) -> None:
        graph = self._workspace.graph
        self.setVisible(bool(self.buttons) and not graph.nodes and not graph.inputs and not graph.blocks)


_FIRST = ("rnn_language_model", "gpt", "transformer")
"""Shown first where the library has them: the simplest, the best known, the whole."""
