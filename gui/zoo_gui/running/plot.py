"""The losses of a training run as curves."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QVBoxLayout, QWidget

from zoo_gui.background import Background
from zoo_gui.theme import Theme

_MOST = 4000
"""Points of a curve; of more, every second one goes."""


class LossPlot(QWidget):
    """Training and validation loss over steps, and the loss to beat.

    pyqtgraph is loaded when there is something to draw, in a thread: it takes longer than a frame.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._plot: Any = None
        self.curves: dict[str, Any] = {}
        self.points: dict[str, list[tuple[float, float]]] = {"train": [], "validation": []}
        self._baseline: tuple[str, float] | None = None
        self._loader = Background("curves", _load, self)
        self._loader.done.connect(self._make)
        self.setAccessibleName("Loss over steps")

    def begin(self) -> None:
        """Begin with empty curves."""
        self.points = {"train": [], "validation": []}
        self._baseline = None
        self._loader.ask("pyqtgraph")

    def compare(self, name: str, loss: float) -> None:
        """Draw the loss to beat as a line."""
        self._baseline = (name, loss)
        self._loader.ask("pyqtgraph")

    def add(self, curve: str, step: float, loss: float) -> None:
        """Add a point to a curve: ``train`` or ``validation``."""
        points = self.points[curve]
        points.append((step, loss))
        if len(points) > _MOST:
            del points[::2]
        if curve in self.curves:
            self.curves[curve].setData(*zip(*points, strict=True))

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        if self._plot is not None:
            self._loader.ask("pyqtgraph")

    def close_loader(self) -> None:
        """End the thread."""
        self._loader.close()

    def _make(self, graph: Any) -> None:
        theme = self._theme
        if self._plot is not None:
            self._layout.removeWidget(self._plot)
            self._plot.close()
            self._plot.deleteLater()
        graph.setConfigOptions(antialias=True)
        self._plot = graph.PlotWidget(background=theme.field)
        self._plot.setMenuEnabled(False)
        self._plot.showGrid(x=False, y=True, alpha=0.25)
        for side in ("bottom", "left"):
            axis = self._plot.getAxis(side)
            axis.setPen(theme.border)
            axis.setTextPen(theme.muted)
        colours = {"train": theme.accent, "validation": _unlike(theme.accent, theme.warning, theme.note)}
        # As a title, since a legend within the plot would hide the curves.
        self._plot.setTitle(
            _legend(colours), color=theme.text.name(), size=f"{QFontInfo(self.font()).pointSize()}pt"
        )
        styles = {
            "train": graph.mkPen(colours["train"], width=1.6),
            "validation": graph.mkPen(colours["validation"], width=1.6, style=Qt.PenStyle.DashLine),
        }
        dot = colours["validation"]
        symbols = {"train": None, "validation": "o"}
        self.curves = {
            name: self._plot.plot(pen=pen, name=name, symbol=symbols[name], symbolSize=6, symbolBrush=dot)
            for name, pen in styles.items()
        }
        if self._baseline is not None:
            name, loss = self._baseline
            pen = graph.mkPen(theme.muted, width=1, style=Qt.PenStyle.DotLine)
            self._plot.addItem(
                graph.InfiniteLine(loss, angle=0, pen=pen, label=name, labelOpts={"color": theme.muted})
            )
        self._layout.addWidget(self._plot)
        for name, points in self.points.items():
            if points:
                self.curves[name].setData(*zip(*points, strict=True))


def _unlike(colour: QColor, *others: QColor) -> QColor:
    """The one of the others whose hue is farthest from that of a colour."""

    def distance(other: QColor) -> int:
        apart = abs(other.hsvHue() - colour.hsvHue())
        return min(apart, 360 - apart)

    return max(others, key=distance)


def _legend(colours: Mapping[str, QColor]) -> str:
    """The signs of the curves and their names, as rich text."""
    signs = {"train": "——", "validation": "- ● -"}
    words = (
        f'<span style="color: {colours[name].name()}">{sign}</span> {name}' for name, sign in signs.items()
    )
    return "&nbsp;&nbsp;&nbsp;&nbsp;".join(words)


def _load(name: object) -> object:
    return import_module(str(name))
