"""A hand on a real mouse: xdotool moves the pointer of the X server, and Qt hears of it as of any other."""

from __future__ import annotations

import subprocess

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.assembly.mouse import LEFT, Mouse, Spot

BUTTONS = {Qt.MouseButton.LeftButton: "1", Qt.MouseButton.MiddleButton: "2", Qt.MouseButton.RightButton: "3"}
WHEEL_UP, WHEEL_DOWN = "4", "5"
SETTLE = 30
"""Milliseconds for what the server still has to tell."""


class XMouse(Mouse):
    """Moves in the pixels of the screen, which are more than Qt's where it is scaled."""

    def act(self, *words: str) -> None:
        """Let xdotool act while the editor goes on: a drag has an event loop of its own."""
        with subprocess.Popen(["xdotool", *words]) as tool:
            while tool.poll() is None:
                QTest.qWait(5)
        assert tool.returncode == 0, words
        QTest.qWait(SETTLE)

    def click(self, spot: Spot, button: Qt.MouseButton = LEFT) -> None:
        self.act(*self._to(spot), "click", BUTTONS[button])

    def double(self, spot: Spot) -> None:
        self.act(*self._to(spot), "click", "--repeat", "2", "--delay", "40", "1")

    def wheel(self, spot: Spot, button: str) -> None:
        self.act(*self._to(spot), "click", button)

    def drag(self, start: Spot, stop: Spot, button: Qt.MouseButton = LEFT) -> None:
        """Press, move in steps as a hand does, release."""
        begin, end = self._screen(start), self._screen(stop)
        words = [*_move(begin), "mousedown", BUTTONS[button]]
        for part in (0.1, 0.4, 0.7, 1.0, 1.0):
            words += [*_move(begin + (end - begin) * part), "sleep", "0.02"]
        self.act(*words, "mouseup", BUTTONS[button])

    def carry(self, start: Spot, stop: Spot) -> None:
        self.drag(start, stop)

    def pan(self, at: QPointF) -> None:
        port = self.canvas.viewport()
        middle = port.rect().center()
        target = middle + middle - self.canvas.camera.from_scene(at).toPoint()
        self.drag((port, middle), (port, target), Qt.MouseButton.MiddleButton)

    def rest(self) -> None:
        QApplication.processEvents()

    def _to(self, spot: Spot) -> list[str]:
        return _move(self._screen(spot))

    def _screen(self, spot: Spot) -> QPoint:
        widget, at = spot
        place = widget.mapToGlobal(at)
        ratio = widget.devicePixelRatioF()
        return QPoint(round(place.x() * ratio), round(place.y() * ratio))


def _move(at: QPoint) -> list[str]:
    return ["mousemove", str(at.x()), str(at.y())]
