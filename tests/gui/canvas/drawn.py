"""A canvas on a small graph, and a hand on the mouse."""

from collections.abc import Generator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import zoo
from zoo_gui.canvas import Canvas
from zoo_gui.selection import Pick
from zoo_gui.theme import LIGHT
from zoo_gui.workspace import Workspace

TEXT = """\
format: zoo/1
name: small
inputs: {tokens: int batch time, mask: bool batch time}
outputs: {y: head}
blocks:
  pair:
    inputs: {x: float batch time dim}
    outputs: {out: add}
    nodes:
      act: {use: basic/tanh, in: x}
      add: {use: basic/add, in: [x, act]}
nodes:
  embed: {use: basic/embedding, with: {vocab: 11, dim: 6}, in: tokens}
  pair: {use: pair, in: embed}
  attend: {use: attention/multi_head, with: {heads: 2}, in: {query: pair, key: pair, value: embed}}
  act: {use: basic/tanh, in: attend}
  head: {use: basic/linear, with: {output: 11}, in: act}
  loose: {use: basic/relu, in: embed}
  walk:
    scan:
      over: time
      each: {x: embed}
      state: {h: zeros batch 6}
      nodes:
        cell: {use: recurrent/gru_cell, with: {hidden: 6}, in: {x: x, h: h}}
      next: {h: cell}
      stack: {out: cell}
"""


@contextmanager
def drawn(qtbot: QtBot, text: str = TEXT) -> Generator[Canvas]:
    """A canvas that shows a graph, checked."""
    workspace = Workspace(zoo.loads(text))
    canvas = Canvas(workspace, LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(2200, 1100)
    canvas.show()
    checked(qtbot, canvas)
    canvas.zoom_to(1.0)
    canvas.centerOn(canvas.scene_.content().center())
    try:
        yield canvas
    finally:
        workspace.close()


def checked(qtbot: QtBot, canvas: Canvas) -> None:
    """Wait until the graph as it is now has been checked."""
    qtbot.waitUntil(lambda: canvas.workspace.fresh, timeout=60_000)


def inlet(canvas: Canvas, name: str, label: str, kind: str = "node") -> QPointF:
    """Where an inlet is on the canvas."""
    item = canvas.scene_.boxes[Pick(kind, name)]  # pyright: ignore[reportArgumentType] # one of the kinds
    found = [i for i, one in enumerate(item.box.inlets) if one.label == label]
    return item.inlet_position(found[0])


def outlet(canvas: Canvas, name: str, label: str = "out", kind: str = "node") -> QPointF:
    """Where an outlet is on the canvas."""
    item = canvas.scene_.boxes[Pick(kind, name)]  # pyright: ignore[reportArgumentType] # one of the kinds
    found = [i for i, one in enumerate(item.box.outlets) if one.label == label]
    return item.outlet_position(found[0])


def middle(canvas: Canvas, name: str) -> QPointF:
    """The middle of a node's box, away from its ports."""
    return canvas.scene_.boxes[Pick("node", name)].frame.center()


def lit(canvas: Canvas) -> dict[str, bool]:
    """The ports that are lit, and whether they fit."""
    return {
        f"{pick.name}.{port.label}": fits
        for pick, item in canvas.scene_.boxes.items()
        for port, fits in item.lit.items()
    }


class Hand:
    """Moves the mouse over a canvas; places are the canvas's own."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.keys = Qt.KeyboardModifier.NoModifier

    def _send(self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        place = self.canvas.camera.from_scene(at)
        port = self.canvas.viewport()
        assert port.rect().contains(place.toPoint()), f"{place} is out of sight"
        event = QMouseEvent(kind, place, port.mapToGlobal(place), button, held, self.keys)
        QApplication.sendEvent(port, event)

    def press(self, at: QPointF, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        self._send(QEvent.Type.MouseButtonPress, at, button, button)

    def move(self, at: QPointF) -> None:
        left = Qt.MouseButton.LeftButton
        self._send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, left)

    def release(self, at: QPointF, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        self._send(QEvent.Type.MouseButtonRelease, at, button, Qt.MouseButton.NoButton)

    def click(self, at: QPointF) -> None:
        self.press(at)
        self.release(at)

    def twice(self, at: QPointF) -> None:
        self.click(at)
        left = Qt.MouseButton.LeftButton
        self._send(QEvent.Type.MouseButtonDblClick, at, left, left)
        self.release(at)

    def drag(self, start: QPointF, stop: QPointF) -> None:
        self.press(start)
        self.move((start + stop) / 2)
        self.move(stop)
        self.release(stop)
