"""On an empty canvas: three templates to start from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QLabel, QPushButton

from zoo_gui.files.templates import Templates
from zoo_gui.flow import Flow
from zoo_gui.workspace import Workspace

_MOST = 3


class Offer(Flow):
    """Stands below the canvas as long as there is nothing in the graph; ``choose`` opens a template."""

    def __init__(
        self,
        workspace: Workspace,
        templates: Templates,
        choose: Callable[[str], object],
        more: Callable[[], object],
    ) -> None:
        super().__init__(centred=True, margin=9)
        self._workspace, self._templates, self._choose, self._more = workspace, templates, choose, more
        self.buttons: list[QPushButton] = []
        label = QLabel("Or start from")
        label.setProperty("muted", True)
        self.add(label)
        workspace.graph_changed.connect(self._show)
        templates.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        """Offer what is there to start from, once that is known."""
        for button in self.buttons:
            self.take(button)
        found = self._templates.found or {}
        names = [*dict.fromkeys([name for name in _FIRST if name in found] + sorted(found))][:_MOST]
        acts = [(found[name].title, partial(self._choose, name)) for name in names]
        self.buttons = []
        for text, act in [*acts, ("All templates…", self._more)] if acts else ():
            button = QPushButton(text)
            button.clicked.connect(act)
            self.add(button)
            self.buttons.append(button)
        self._show()

    def _show(self, *_: object) -> None:
        graph = self._workspace.graph
        self.setVisible(bool(self.buttons) and not graph.nodes and not graph.inputs and not graph.blocks)


_FIRST = ("rnn_language_model", "gpt", "transformer")
"""Shown first where the library has them: the simplest, the best known, the whole."""
