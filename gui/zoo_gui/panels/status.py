"""The status bar: problems, nodes, parameters, where runs take place, saved or not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from zoo.graph import Body, Graph, Scan
from zoo.sizes.words import short
from zoo_gui.panels.measuring import Measures
from zoo_gui.theme import Theme, icon
from zoo_gui.workspace import Workspace


class Status(QStatusBar):
    """What holds for the whole graph; ``problems`` is a button that the window connects."""

    def __init__(self, workspace: Workspace, measures: Measures, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._workspace, self._measures, self._theme = workspace, measures, theme
        self.problems = QToolButton()
        self.problems.setProperty("flat", True)
        self.problems.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.problems.setAccessibleName("Problems")
        self.nodes, self.parameters, self.saved, self.packs = QLabel(), QLabel(), QLabel(), QLabel()
        self.device = QLabel()
        self.device.setToolTip("Where runs take place, when the panel Run says nothing else")
        self.addWidget(self.problems)
        self.addWidget(self.packs)
        for label in (self.nodes, self.parameters, self.device, self.saved):
            self.addPermanentWidget(label)
        workspace.graph_changed.connect(self._show)
        workspace.file_changed.connect(self._show)
        workspace.text_changed.connect(self._show)
        workspace.resolved.connect(self._show)
        measures.changed.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self._show()

    def _show(self, *_: object) -> None:
        graph = self._workspace.graph
        count = nodes_in(graph)
        self.nodes.setText(f"{count:,} {'node' if count == 1 else 'nodes'}")
        costs = self._measures.costs
        if costs is not None and not (costs.complete or costs.whole.parameters):
            costs = None
        least = "" if costs is None or costs.complete else "at least "
        self.parameters.setText(f"{least}{short(costs.whole.parameters)} parameters" if costs else "")
        self.parameters.setToolTip(f"{costs.whole.parameters:,} parameters" if costs else "")
        if self._workspace.document.modified:
            self.saved.setText("Not saved")
        else:
            self.saved.setText("Saved" if self._workspace.path else "No file yet")
        self._show_problems()

    def _show_problems(self) -> None:
        resolution = self._workspace.resolution
        found = self._workspace.problems
        errors = sum(problem.severity == "error" for problem in found)
        warnings = len(found) - errors
        if not found and (resolution is None or self._workspace.empty):
            self.problems.setText("Empty graph" if self._workspace.empty else "Checking…")
            self.problems.setIcon(icon("note", self._theme.muted))
            return
        words = [
            f"{number} {word if number == 1 else word + 's'}"
            for number, word in ((errors, "error"), (warnings, "warning"))
            if number
        ]
        self.problems.setText(", ".join(words) or "No problems")
        sign = "error" if errors else "warning" if warnings else "success"
        colour = self._theme.success if sign == "success" else self._theme.severity(sign)
        self.problems.setIcon(icon(sign, colour))


def nodes_in(graph: Graph) -> int:
    """The nodes of a graph, those in scans and blocks too, each as often as it is drawn."""
    return _nodes(graph) + sum(_nodes(block) for block in graph.blocks.values())


def _nodes(body: Body) -> int:
    inner = (node for node in body.nodes.values() if isinstance(node, Scan))
    return len(body.nodes) + sum(map(_nodes, inner))
