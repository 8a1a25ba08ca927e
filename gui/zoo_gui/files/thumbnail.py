"""A small picture of a graph: its nodes as coloured boxes from left to right, its wires as lines."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from zoo.graph import Block, Call, Graph, Repeat, Reuse, Scan
from zoo.wires import body_wires, node_wires
from zoo_gui.theme import Theme, category_of

_PORT: tuple[str, str] = ("port", "")
_DOT = 3.2
"""Half the width of a port."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box of the picture: its column and row, its kind in a word, and its category."""

    column: int
    row: float
    kind: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    """Boxes by name, and the pairs that a wire joins."""

    marks: dict[str, Mark]
    lines: list[tuple[str, str]]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return 1 + max((mark.column for mark in self.marks.values()), default=0)

    @property
    def rows(self) -> int:
        """How many boxes the fullest column has."""
        columns = [mark.column for mark in self.marks.values()]
        return max(map(columns.count, columns), default=1)


def sketch(graph: Graph) -> Sketch:
    """The picture of a graph: its own body or, where there is none, that of its largest block."""
    if graph.nodes or not graph.blocks:
        return _sketch(graph)
    return _sketch(max(graph.blocks.values(), key=lambda block: len(block.nodes)))


def _sketch(graph: Graph | Block) -> Sketch:
    """Every node a column behind what it reads."""
    lines: list[tuple[str, str]] = []
    column = dict.fromkeys(graph.inputs, 0)
    kinds = dict.fromkeys(graph.inputs, _PORT)
    for name, node in graph.nodes.items():
        sources = [ref.node for _, ref in node_wires(name, node)]
        lines += [(source, name) for source in sources]
        kinds[name] = _kind(graph, node)
    for _ in graph.nodes:  # as many rounds as the longest way has nodes, at most
        before = dict(column)
        for source, name in lines:
            if source in column:
                column[name] = max(column.get(name, 0), column[source] + 1)
            if column.get(name, 0) > len(graph.nodes) + 1:  # a cycle, which a file may hold
                return Sketch({}, [])
        if column == before:
            break
    for name in graph.nodes:
        column.setdefault(name, 0)
    last = max(column.values(), default=0) + 1
    for end, ref in body_wires(graph):
        name = f"→ {end.port}"
        column[name], kinds[name] = last, _PORT
        lines.append((ref.node, name))
    groups: dict[int, list[str]] = {}
    for name, at in column.items():
        groups.setdefault(at, []).append(name)
    marks = {
        name: Mark(at, row - (len(names) - 1) / 2, *kinds[name])
        for at, names in groups.items()
        for row, name in enumerate(names)
    }
    return Sketch(marks, [(a, b) for a, b in lines if a in marks and b in marks])


def _kind(graph: Graph | Block, node: Call | Repeat | Scan | Reuse) -> tuple[str, str]:
    if isinstance(node, Scan):
        inner = [each.use for each in node.nodes.values() if isinstance(each, Call) and each.is_layer]
        return "scan", category_of(inner[0]) if inner else ""
    if isinstance(node, Reuse):
        other = graph.nodes.get(node.of)
        return _kind(graph, other) if other is not None and not isinstance(other, Reuse) else ("node", "")
    return ("stack" if isinstance(node, Repeat) else "node"), category_of(node.use)


class Thumbnail(QWidget):
    """The picture of one graph."""

    def __init__(self, graph: Graph, theme: Theme) -> None:
        super().__init__()
        self._sketch, self._theme = sketch(graph), theme
        self.setMinimumHeight(112)
        self.setAccessibleName(f"Picture of {graph.name}")

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(240, 112)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QPainterPath()
        area.addRoundedRect(QRectF(self.rect()), 6, 6)
        painter.fillPath(area, self._theme.background)
        step = min((self.width() - 16) / max(self._sketch.columns, 1), 44.0)
        height = min((self.height() - 16) / max(self._sketch.rows, 1), 26.0)
        width, tall = step * 0.62, height * 0.62
        middle = QPointF(self.width() / 2, self.height() / 2)
        left = middle.x() - step * (self._sketch.columns - 1) / 2
        centres = {
            name: QPointF(left + step * mark.column, middle.y() + height * mark.row)
            for name, mark in self._sketch.marks.items()
        }
        painter.setPen(QPen(self._theme.wire, 1.2))
        for source, target in self._sketch.lines:
            a = centres[source] + QPointF(self._reach(source, width), 0)
            b = centres[target] - QPointF(self._reach(target, width), 0)
            path = QPainterPath(a)
            bend = max((b.x() - a.x()) / 2, 4)
            path.cubicTo(a + QPointF(bend, 0), b - QPointF(bend, 0), b)
            painter.drawPath(path)
        for name, mark in self._sketch.marks.items():
            self._box(painter, centres[name], mark, width, tall)
        painter.end()

    def _reach(self, name: str, width: float) -> float:
        """How far a mark reaches to its sides."""
        return _DOT if self._sketch.marks[name].kind == "port" else width / 2

    def _box(self, painter: QPainter, centre: QPointF, mark: Mark, width: float, height: float) -> None:
        if mark.kind == "port":
            painter.setBrush(self._theme.background)
            painter.setPen(QPen(self._theme.port, 1.4))
            painter.drawEllipse(centre, _DOT, _DOT)
            return
        box = QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height)
        colour = self._theme.category(mark.category) if mark.category else self._theme.node_border
        painter.setBrush(colour)
        painter.setPen(QPen(self._theme.background, 1))
        if mark.kind == "stack":
            for shift in (4.0, 2.0):
                painter.drawRoundedRect(box.translated(shift, -shift), 3, 3)
        painter.drawRoundedRect(box, 3, 3)
        if mark.kind == "scan":
            painter.setPen(QPen(self._theme.feedback, 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawArc(box.adjusted(2, -height * 0.7, -2, -height * 0.1), 0, 180 * 16)
