"""The canvas: what the mouse and the keys do on the drawing. Gestures and doing.py turn that into edits."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from zoo_gui.canvas import doing, drops, keys, menu, tips
from zoo_gui.canvas.body_view import BodyView
from zoo_gui.canvas.gestures import Gesture, begin
from zoo_gui.canvas.gestures.move import MoveBoxes
from zoo_gui.canvas.ground import HINTS, paint_ground, paint_hints
from zoo_gui.canvas.wire_item import WireItem
from zoo_gui.theme import Theme
from zoo_gui.workspace import Workspace

ZOOM = 1.0015
"""By so much for every unit that a wheel turns; a notch is 120."""


class Canvas(BodyView):
    """The body of a workspace under the hand: ``gesture`` is what a press has begun.

    ``waiting`` says what is about to come while nothing is there.
    """

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        self.gesture: Gesture | None = None
        self.space_held = False
        self.waiting = ""
        self.popup: QWidget | None = None
        """The last list or field that was opened over the canvas."""
        self._hovered: WireItem | None = None
        self._pointer: QPointF | None = None
        super().__init__(workspace, theme, parent)
        self.setAccessibleName("Canvas")
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def pointer(self) -> QPointF | None:
        """Where on the canvas the mouse is; None when it is elsewhere."""
        return self._pointer if self.underMouse() else None

    def place(self, use: str, at: QPointF | None = None) -> None:
        """Put a layer or block on the canvas, into a wire when one is there, and select it."""
        drops.place(self, use, at)

    def layout_all(self) -> None:
        """Give every box back to the automatic layout."""
        doing.layout_all(self)

    # ----------------------------------------------------------------------------------------------- gestures

    def abandon(self) -> None:
        """Give up the gesture that is under way."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.cancel()
            self._after_gesture()

    def _after_gesture(self) -> None:
        self.viewport().unsetCursor()
        self.redrawn()

    def _at(self, event: QMouseEvent) -> QPointF:
        return self.camera.to_scene(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.gesture is None:
            self.gesture = begin(self, self._at(event), event)
            if self.gesture is not None and self.gesture.cursor is not None:
                self.viewport().setCursor(self.gesture.cursor)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = self._at(event)
        if self.gesture is not None:
            self.gesture.move(self._pointer, event.modifiers())
            self.whole = False
            self.viewport().update()
            self.seen_changed.emit()
        else:
            self._hover(self._pointer)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.finish(self._at(event), event.modifiers())
            self._after_gesture()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        target = self.scene_.target_at(self._at(event))
        if isinstance(target, tuple):
            if not doing.enter_box(self, target[0].box):
                doing.rename(self)
        elif target is None:
            doing.quick_add(self, self._at(event))

    def _hover(self, at: QPointF) -> None:
        target = self.scene_.target_at(at)
        wire = target if isinstance(target, WireItem) else None
        if wire is not self._hovered:
            for item in (self._hovered, wire):
                if item is not None:
                    item.hovered = item is wire
                    item.update()
            self._hovered = wire

    # ------------------------------------------------------------------------------------------- other events

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels = event.pixelDelta()
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not pixels.isNull() and not zooms:  # a touchpad
            self.shift(QPointF(pixels))
        else:
            self.zoom_by(ZOOM ** event.angleDelta().y(), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.press(self, event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self.viewport().unsetCursor()

    def focusNextPrevChild(self, next: bool) -> bool:
        return False  # Tab adds; F6, Ctrl+Tab and the menus lead out of the canvas

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu.open_at(self, self.camera.to_scene(QPointF(event.pos())), event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._hover(self.camera.to_scene(event.position()))
        drops.enter(event)

    def dropEvent(self, event: QDropEvent) -> None:
        drops.drop(self, event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            return tips.show(self, event)
        if event.type() == QEvent.Type.Leave:
            self._pointer = None
        return super().viewportEvent(event)

    # ---------------------------------------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.overview.serves(self.camera.scale):
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self.style_.theme.background)
        painter.setTransform(self.viewportTransform())
        moving = self.gesture.items if isinstance(self.gesture, MoveBoxes) else ()
        self.overview.paint(painter, self.style_, moving)
        self.paint_above(painter)
        painter.end()

    def drawBackground(self, painter: QPainter, rect: object) -> None:
        paint_ground(painter, self.camera, self.style_)

    def drawForeground(self, painter: QPainter, rect: object) -> None:
        self.paint_above(painter)

    def paint_above(self, painter: QPainter) -> None:
        """Paint what lies above the boxes: the gesture, words about what is selected, hints."""
        if self.gesture is not None:
            self.gesture.paint(painter)
        tips.paint_selected(self, painter)
        if not self.scene_.boxes:
            words = (self.waiting,) if self.waiting else HINTS
            paint_hints(painter, self.viewport().rect(), self.style_, words)

    def tip_position(self, at: QPoint) -> QPointF:
        """A place of the viewport, on the canvas."""
        return self.camera.to_scene(QPointF(at))
