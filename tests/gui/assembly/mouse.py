"""A hand on the mouse: presses, drags and wheels go to the system interface of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget

from tests.gui.assembly.keys import Keyboard
from zoo_gui.canvas.quick_add import QuickAdd
from zoo_gui.panels.inspector import Inspector
from zoo_gui.panels.palette import Palette
from zoo_gui.selection import Pick
from zoo_gui.window import Window

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
MIDDLE = Qt.MouseButton.MiddleButton
NONE = Qt.KeyboardModifier.NoModifier
Spot = tuple[QWidget, QPoint]
"""A place in a widget."""


class Mouse:
    """Draws in a window with the mouse; the keyboard writes only names and values.

    Offscreen, Qt carries no drag from widget to widget: what a press and a move in the palette have begun to
    drag is handed over by ``carry``, which a real display (``tests/gui/x``) does by itself.
    """

    def __init__(self, window: Window) -> None:
        self.window = window
        self.canvas = window.canvas
        self.keys = Keyboard(window)

    # ------------------------------------------------------------------------------------- the mouse itself

    def click(self, spot: Spot, button: Qt.MouseButton = LEFT) -> None:
        widget, at = self._place(spot)
        QTest.mouseClick(widget, button, NONE, at)
        self.rest()

    def double(self, spot: Spot) -> None:
        widget, at = self._place(spot)
        QTest.mouseClick(widget, LEFT, NONE, at)
        QTest.mouseDClick(widget, LEFT, NONE, at)
        self.rest()

    def drag(self, start: Spot, stop: Spot) -> None:
        (widget, begin), (_, end) = self._place(start), self._place(stop)
        QTest.mousePress(widget, LEFT, NONE, begin)
        for part in (0.1, 0.5, 0.9, 1.0):
            QTest.mouseMove(widget, begin + (end - begin) * part)
        QTest.mouseRelease(widget, LEFT, NONE, end)
        self.rest()

    def pan(self, at: QPointF) -> None:
        """Bring a place of the canvas into the middle with the middle button."""
        port = self.canvas.viewport()
        middle = port.rect().center()
        widget, begin = self._place((port, middle))
        end = begin + middle - self.canvas.camera.from_scene(at).toPoint()
        QTest.mousePress(widget, MIDDLE, NONE, begin)
        QTest.mouseMove(widget, (begin + end) / 2)
        QTest.mouseMove(widget, end)
        QTest.mouseRelease(widget, MIDDLE, NONE, end)
        self.rest()

    def carry(self, start: Spot, stop: Spot) -> None:
        """Drag from the palette and drop."""
        taken: list[QMimeData] = []
        model = self.palette.model
        give: Callable[[Sequence[QModelIndex]], QMimeData] = model.mimeData

        def mime(indexes: Sequence[QModelIndex]) -> QMimeData:
            taken.append(give(indexes))
            return give(indexes)

        patched: Any = model
        patched.mimeData = mime
        (widget, begin), (_, end) = self._place(start), self._place(stop)
        QTest.mousePress(widget, LEFT, NONE, begin)
        QTest.mouseMove(widget, begin + QPoint(3, 3))
        QTest.mouseMove(widget, begin + QPoint(30, 5))
        QTest.mouseRelease(widget, LEFT, NONE, end)
        del patched.mimeData
        assert taken, "a press and a move in the palette begin no drag"
        port, at = stop
        for kind in (QDragEnterEvent, QDragMoveEvent):
            event = kind(at, Qt.DropAction.CopyAction, taken[0], LEFT, NONE)
            QApplication.sendEvent(port, event)
            assert event.isAccepted(), kind
        drop = QDropEvent(QPointF(at), Qt.DropAction.CopyAction, taken[0], LEFT, NONE)
        QApplication.sendEvent(port, drop)
        self.rest()

    def rest(self) -> None:
        """Let the editor do what it does by itself."""
        QApplication.processEvents()

    def _place(self, spot: Spot) -> tuple[QWindow, QPoint]:
        widget, at = spot
        top = widget.window()
        place = widget.mapTo(top, at)
        assert top.rect().contains(place), f"{place} is outside of the window"
        assert top is not self.window or self.window.childAt(place) is not None
        return top.windowHandle(), place

    # ---------------------------------------------------------------------------------------- what is there

    @property
    def palette(self) -> Palette:
        found = self.window.panel("layers")
        assert isinstance(found, Palette)
        return found

    @property
    def inspector(self) -> Inspector:
        found = self.window.panel("inspector")
        assert isinstance(found, Inspector)
        return found

    def on_canvas(self, at: QPointF) -> Spot:
        """A place of the canvas."""
        port = self.canvas.viewport()
        place = self.canvas.camera.from_scene(at).toPoint()
        assert port.rect().adjusted(1, 1, -1, -1).contains(place), f"{place} is out of sight"
        return port, place

    def box(self, name: str, kind: str = "node") -> Spot:
        """The middle of a box's name."""
        frame = self.canvas.scene_.boxes[_pick(kind, name)].frame
        return self.on_canvas(QPointF(frame.center().x(), frame.top() + 12))

    def outlet(self, name: str) -> Spot:
        """The first outlet of a node or an input."""
        pick = _pick("node", name)
        item = self.canvas.scene_.boxes[pick if pick in self.canvas.scene_.boxes else _pick("input", name)]
        return self.on_canvas(item.outlet_position(0))

    def inlet(self, name: str, label: str) -> Spot:
        """An inlet of a node by the name that stands beside it; ``+`` is one more of several."""
        item = self.canvas.scene_.boxes[_pick("node", name)]
        inlets = item.box.inlets
        found = next(i for i, one in enumerate(inlets) if (one.more if label == "+" else one.label == label))
        return self.on_canvas(item.inlet_position(found))

    # ------------------------------------------------------------------------------------ what a person does

    def place(self, use: str, x: float, y: float, name: str = "") -> None:
        """Drag a layer or block from the palette to the canvas, and give it a name."""
        item = self.palette.item(use)
        assert item is not None, use
        tree = self.palette.tree
        tree.scrollTo(item.index())
        self.rest()
        before = set(self.window.workspace.body.nodes)
        start = (tree.viewport(), tree.visualRect(item.index()).center())
        self.carry(start, self.on_canvas(QPointF(x, y)))
        (new,) = set(self.window.workspace.body.nodes) - before
        if name and name != new:
            self.name(new, name)

    def name(self, old: str, new: str, kind: str = "node") -> None:
        """Give a box another name: a double click on it where it opens nothing, else by its menu."""
        if self.canvas.scene_.boxes[_pick(kind, old)].box.inner is None:
            self.double(self.box(old, kind))
        else:
            self.choose(self.box(old, kind), "Rename")
        self.keys.answer(new)

    def wire(self, source: str, node: str, label: str) -> None:
        """Draw a wire from port to port."""
        self.drag(self.outlet(source), self.inlet(node, label))

    def leave(self, node: str, name: str, x: float, y: float) -> None:
        """Draw a wire to the empty canvas and choose that it leaves the body, under a name."""
        self.drag(self.outlet(node), self.on_canvas(QPointF(x, y)))
        popup = QApplication.activePopupWidget()
        assert isinstance(popup, QuickAdd)
        first = popup.list.item(0)
        assert first.text().startswith("output")
        self.click((popup.list.viewport(), popup.list.visualItemRect(first).center()))
        if name != node:
            self.name(node, name, "output")

    def choose(self, spot: Spot, entry: str) -> None:
        """An entry of the menu at a place."""
        self.click(spot, RIGHT)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = next(each for each in menu.actions() if each.text() == entry)
        self.click((menu, menu.actionGeometry(action).center()))

    def write(self, **fields: str) -> None:
        """Write in fields of the inspector."""
        for name, text in fields.items():
            self.rest()
            field = self.inspector.field(name)
            assert field is not None, name
            self.inspector.ensureWidgetVisible(field)
            self.click((field, field.rect().center()))
            self.keys.press("Ctrl+A")
            self.keys.answer(text)

    def set(self, node: str, **settings: str) -> None:
        """Write settings of a node."""
        self.click(self.box(node))
        self.write(**settings)

    def push(self, button: str) -> None:
        """Press a button of the inspector."""
        self.rest()
        page = self.inspector.widget()
        found = page.findChild(QWidget, button) if page else None
        assert found is not None, button
        self.inspector.ensureWidgetVisible(found)
        self.click((found, found.rect().center()))

    def ground(self) -> Spot:
        """A place of the canvas where nothing is."""
        rect = self.canvas.viewport().rect()
        spots = (QPoint(x, y) for y in range(rect.bottom() - 20, 0, -40) for x in range(20, rect.right(), 60))
        return self.canvas.viewport(), next(
            at for at in spots if self.canvas.scene_.target_at(self.canvas.tip_position(at), 12) is None
        )

    def entry(self, what: str, name: str, value: str) -> None:
        """Make a param or input in the inspector: its button, its name, what it is."""
        fields = {each.objectName() for each in self.inspector.findChildren(QLineEdit)}
        self.push(f"Add {what}")
        self.rest()
        new = {each.objectName() for each in self.inspector.findChildren(QLineEdit)} - fields
        (title,) = (each for each in new if each.startswith("name of "))
        self.write(**{title: name})
        if value:
            self.write(**{f"{what} {name}": value})


def _pick(kind: str, name: str) -> Pick:
    return Pick(kind, name)  # pyright: ignore[reportArgumentType] # one of the kinds
