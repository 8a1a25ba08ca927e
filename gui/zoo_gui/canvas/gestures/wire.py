"""Drawing a wire, or moving an end of one: the ports that fit light up, and a bad one says why it is bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from zoo.errors import EditError
from zoo_gui.canvas import doing, routes, wiring
from zoo_gui.canvas.adding import Loose
from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.gestures.gesture import Gesture
from zoo_gui.canvas.picture import Inlet, Outlet
from zoo_gui.canvas.plate import paint_beside
from zoo_gui.canvas.ports import ports_of
from zoo_gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas


class DrawWire(Gesture):
    """A wire from a port to the pointer. ``moved`` is the wire whose end this is, if it was there before.

    ``reason`` is why it would not fit where the pointer is.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self, canvas: Canvas, item: BoxItem, port: Inlet | Outlet, at: QPointF, moved: WireItem | None = None
    ) -> None:
        super().__init__(canvas)
        self.item, self.port, self.moved = item, port, moved
        self._at = at
        self.reason = ""
        self._reasons: dict[Inlet | Outlet, str] = {}
        if moved is not None:
            moved.setVisible(False)
        self._light()

    # ---------------------------------------------------------------------------------------------- lighting

    def _light(self) -> None:
        """Ask of every port in sight whether the wire fits there."""
        if not self.canvas.workspace.fresh:
            return
        seen = self.canvas.camera.seen
        for item in self.canvas.scene_.boxes.values():
            if item is not self.item and seen.intersects(item.frame):
                ports = item.box.inlets if isinstance(self.port, Outlet) else item.box.outlets
                item.lit = {port: self._try(port) for port in ports}
                item.update()

    def _try(self, other: Inlet | Outlet) -> bool:
        inlet, outlet = self._ends(other)
        problem = wiring.fit(self.canvas.workspace, inlet, outlet.source)
        if problem is not None:
            self._reasons[other] = problem.message
        return problem is None

    def _ends(self, other: Inlet | Outlet) -> tuple[Inlet, Outlet]:
        if isinstance(self.port, Outlet):
            assert isinstance(other, Inlet)
            return other, self.port
        assert isinstance(other, Outlet)
        return self.port, other

    def _dim(self) -> None:
        for item in self.canvas.scene_.boxes.values():
            if item.lit:
                item.lit = {}
                item.update()
        if self.moved is not None:
            self.moved.setVisible(True)

    # ------------------------------------------------------------------------------------------------ events

    def move(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        self._at = at
        other = self._other(at)
        self.reason = self._reasons.get(other, "") if other is not None else ""

    def _other(self, at: QPointF) -> Inlet | Outlet | None:
        """The port at the pointer at which the wire could end."""
        target = self.canvas.scene_.target_at(at)
        if not isinstance(target, tuple) or target[1] is None:
            return None
        return target[1] if type(target[1]) is not type(self.port) else None

    def cancel(self) -> None:
        self._dim()

    def finish(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        self._dim()
        target = self.canvas.scene_.target_at(at)
        if isinstance(target, tuple):
            item, port = target
            other = port if port is not None and type(port) is not type(self.port) else self._meant(item)
            if other is not None and (item is not self.item or port is not None):
                self._join(other)
        elif target is None:
            self._loosen(at)

    def _meant(self, item: BoxItem) -> Inlet | Outlet | None:
        """The port of a box that a wire means which is dropped on it."""
        if item is self.item:
            return None
        if isinstance(self.port, Outlet):
            return wiring.best_inlet(self.canvas.workspace, item.box.inlets, self.port.source)
        fitting = (one for one in item.box.outlets if one not in self._reasons)
        return next(fitting, item.box.outlets[0] if item.box.outlets else None)

    def _join(self, other: Inlet | Outlet) -> None:
        workspace, find = self.canvas.workspace, self.canvas.layer
        graph, scope = workspace.graph, workspace.scope
        inlet, outlet = self._ends(other)
        old = _inlet_of(self.moved, self.canvas) if self.moved is not None else None
        try:
            if old is None or old.end == inlet.end:
                edit = wiring.connect(graph, scope, inlet, outlet.source, find)
            else:
                edit = wiring.move_end(graph, scope, old, inlet, outlet.source, find)
        except EditError as error:
            workspace.refused.emit(str(error))
            return
        if workspace.perform(edit):
            self.canvas.look_at_wire(inlet.end)

    def _loosen(self, at: QPointF) -> None:
        """Dropped on nothing: a wire that was there goes, a new one asks what it shall lead to."""
        workspace = self.canvas.workspace
        if self.moved is not None:
            end = self.moved.line.end
            workspace.perform(wiring.disconnect(workspace.graph, workspace.scope, end, self.canvas.layer))
            return
        if isinstance(self.port, Outlet):
            loose = Loose(self.port.source, self.canvas.type_of(self.port.source))
        else:
            name = self.port.end.node
            graph, scope = workspace.graph, workspace.scope
            ports = ports_of(graph, scope, name, self.canvas.layer) if name else None
            loose = Loose(inlet=self.port, wanted=ports.inputs.get(self.port.port) if ports else None)
        doing.quick_add(self.canvas, at, loose)

    # ---------------------------------------------------------------------------------------------- painting

    def paint(self, painter: QPainter) -> None:
        style = self.canvas.style_
        fixed = _position(self.item, self.port)
        start, stop = (fixed, self._at) if isinstance(self.port, Outlet) else (self._at, fixed)
        pen = QPen(style.theme.misfit if self.reason else style.theme.selection, 2.2)
        if self.reason:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(routes.direct(start, stop))
        if self.reason:
            paint_beside(painter, self.canvas, self._at, self.reason, style.theme.misfit)


def _position(item: BoxItem, port: Inlet | Outlet) -> QPointF:
    if isinstance(port, Inlet):
        return item.inlet_position(item.box.inlets.index(port))
    return item.outlet_position(item.box.outlets.index(port))


def _inlet_of(wire: WireItem, canvas: Canvas) -> Inlet:
    box = canvas.scene_.boxes[wire.line.stop].box
    return next(inlet for inlet in box.inlets if inlet.end == wire.line.end)
