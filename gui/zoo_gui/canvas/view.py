"""The canvas: the view of the body that is shown. It draws the workspace and turns gestures into edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from zoo.edits import Compound, Edit, End, MoveNode
from zoo.errors import EditError
from zoo.graph import Ref
from zoo.packs import Registry, registry
from zoo.spec import LayerSpec, TensorType
from zoo_gui.canvas import drops, keys, menu, tips
from zoo_gui.canvas.adding import Loose, add
from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.camera import Camera
from zoo_gui.canvas.drawing import Drawer
from zoo_gui.canvas.gestures import Gesture, begin
from zoo_gui.canvas.gestures.move import MoveBoxes
from zoo_gui.canvas.ground import paint_ground, paint_hints
from zoo_gui.canvas.overview import FAR, Overview
from zoo_gui.canvas.picture import Box
from zoo_gui.canvas.placing import Placing, arranged
from zoo_gui.canvas.quick_add import QuickAdd
from zoo_gui.canvas.rename import Rename
from zoo_gui.canvas.scene import Scene
from zoo_gui.canvas.style import Style
from zoo_gui.canvas.wire_item import WireItem
from zoo_gui.layout.data import GRID
from zoo_gui.places import frame_of
from zoo_gui.theme import Theme
from zoo_gui.workspace import Chosen, Pick, Workspace


class Canvas(QGraphicsView):
    """Shows the body of a workspace.

    ``drawn`` tells that it looks different, ``seen_changed`` that another part of it is in sight.
    """

    drawn = Signal()
    seen_changed = Signal()

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.style_ = Style(theme)
        self.scene_ = Scene(self.style_)
        self.camera = Camera(self)
        self.gesture: Gesture | None = None
        self.space_held = False
        self._drawer = Drawer()
        self._placings: dict[str, Placing] = {}
        self._settled: set[str] = set()
        self._overview = Overview(self.scene_)
        self._hovered: WireItem | None = None
        self._selected: frozenset[Chosen] = frozenset()
        self._pointer: QPointF | None = None
        self._look = True
        self._popup: QWidget | None = None
        self._set_up()
        workspace.graph_changed.connect(self._changed)
        workspace.resolved.connect(self._resolved)
        workspace.scope_changed.connect(self._entered)
        workspace.selection_changed.connect(self._show_selection)
        workspace.shown.connect(self.centre_on)
        self.refresh()

    def _set_up(self) -> None:
        self.setScene(self.scene_)
        self.setAccessibleName("Canvas")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # ----------------------------------------------------------------------------------------------- showing

    @property
    def registry(self) -> Registry | None:
        """The packs; None while they are loading."""
        return registry() if self.workspace.resolution is not None else None

    def layer(self, use: str) -> LayerSpec | None:
        """A layer, once the packs are there."""
        found = self.registry
        return found.find(use) if found else None

    @property
    def placing(self) -> Placing:
        """Where the boxes of the body that is shown stand."""
        return self._placings.setdefault(self.workspace.scope, Placing())

    def refresh(self) -> None:
        """Draw the workspace as it is now; only what differs is touched."""
        workspace = self.workspace
        find = self.layer if self.registry else None
        picture = self._drawer.draw(workspace.graph, workspace.scope, workspace.resolution, find)
        places = self.placing.places(picture, workspace.graph.layout, workspace.scope)
        self.scene_.show_picture(picture, places, self.placing)
        self._show_selection()
        self._redrawn()

    def _redrawn(self) -> None:
        self._overview.forget()
        self.viewport().update()
        self.drawn.emit()
        self.seen_changed.emit()

    def _changed(self, _: object) -> None:
        if self.gesture is not None:
            self.abandon()
        self.refresh()

    def _resolved(self, _: object) -> None:
        scope = self.workspace.scope
        if scope not in self._settled:  # only now are all ports and labels known
            self._settled.add(scope)
            self.placing.forget()
            self.refresh()
            if self._look:
                self.fit()
            return
        self.refresh()

    def _entered(self, scope: str) -> None:
        self.abandon()
        if self.workspace.resolution is not None:
            self._settled.add(scope)
        else:  # another document: nothing of the old one's places holds
            self._placings.clear()
            self._settled.clear()
        self.refresh()
        self.fit()

    def _show_selection(self) -> None:
        selection = self.workspace.selection
        for one in self._selected ^ selection:
            item = self.scene_.item_of(one)
            if item is not None:
                item.selected = one in selection
                item.setZValue(1 if isinstance(item, BoxItem) and item.selected else item.ground)
                item.update()
        for one in selection:
            item = self.scene_.item_of(one)
            if item is not None and not item.selected:
                item.selected = True
                item.update()
        self._selected = selection
        self._overview.forget_marks()
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.style_ = Style(theme)
        self.scene_.restyle(self.style_)
        self._redrawn()

    def highlight(self, picks: Iterable[Pick]) -> None:
        """Mark what was found, and nothing else."""
        found = set(picks)
        for pick, item in self.scene_.boxes.items():
            if item.found != (pick in found):
                item.found = pick in found
                item.update()
        self._overview.forget_marks()
        self.viewport().update()

    # ----------------------------------------------------------------------------------------------- looking

    def fit(self) -> None:
        """Show all of the body."""
        self._look = True
        self.camera.fit(self.scene_.drawn().adjusted(-24, -24, 24, 24))
        self.seen_changed.emit()

    def fit_selection(self) -> None:
        """Show all that is selected; everything, when nothing is."""
        frames = [self.scene_.boxes[p].frame for p in self.workspace.selection if isinstance(p, Pick)]
        if not frames:
            self.fit()
            return
        rect = frames[0]
        for frame in frames[1:]:
            rect = rect.united(frame)
        self.camera.fit(rect.adjusted(-80, -80, 80, 80))
        self.seen_changed.emit()

    def zoom_by(self, factor: float) -> None:
        """Zoom around the middle."""
        self._zoom(factor, None)

    def zoom_to(self, scale: float) -> None:
        """Zoom to so many pixels for one unit."""
        self._zoom(scale / self.camera.scale, None)

    def _zoom(self, factor: float, at: QPointF | None) -> None:
        self._look = False
        self.camera.zoom_by(factor, at)
        self.seen_changed.emit()

    def centre_on(self, path: str) -> None:
        """Bring the box of a node of this body into sight."""
        name = path.rpartition(".")[2]
        item = self.scene_.boxes.get(Pick("node", name)) or self.scene_.boxes.get(Pick("input", name))
        if item is None:
            return
        self._look = False
        if self.camera.scale < FAR * 2:
            self.camera.zoom_by(0.8 / self.camera.scale)
        if not self.camera.seen.adjusted(60, 60, -60, -60).contains(item.frame):
            self.centerOn(item.frame.center())
        self.seen_changed.emit()

    def look_at_wire(self, end: End) -> None:
        """Select a wire, so that what flows through it, or why it does not fit, is plain."""
        if end in self.scene_.wires:
            self.workspace.select([end])

    def type_of(self, source: Ref) -> TensorType | None:
        """What is known of an output in this body."""
        frame = frame_of(self.workspace.resolution, self.workspace.scope)
        known = frame.names.get(source.node) if frame else None
        if known is None:
            return None
        return known.types.get(source.port) if known.types and source.port else known.type

    def paste_position(self) -> QPointF:
        """Where something new goes: under the pointer, else in the middle of what is in sight."""
        if self._pointer is not None and self.underMouse():
            return self._pointer
        return self.camera.seen.center()

    # ------------------------------------------------------------------------------------------------- doing

    def put(self, places: Mapping[Pick, QPointF]) -> bool:
        """Place boxes by hand, as one step."""
        scope = self.workspace.scope
        moves = [
            MoveNode(scope, pick.name, (round(at.x() / GRID), round(at.y() / GRID)))
            for pick, at in places.items()
        ]
        if not moves:
            return False
        label = moves[0].describe() if len(moves) == 1 else f"move {len(moves)} boxes"
        return self.workspace.perform(Compound(tuple(moves), label))

    def layout_all(self) -> None:
        """Give every box back to the automatic layout."""
        scope, layout = self.workspace.scope, self.workspace.graph.layout
        prefix = f"{scope}." if scope else ""
        placed = [p for p in self.scene_.boxes if p.kind != "output" and f"{prefix}{p.name}" in layout]
        self.placing.forget()
        moves = tuple(MoveNode(scope, pick.name, None) for pick in placed)
        if moves:
            self.workspace.perform(Compound(moves, "lay out all boxes"))
        else:
            self.refresh()
        self.fit()

    def layout_selection(self) -> None:
        """Arrange what is selected around where it stands."""
        chosen = [p for p in self.workspace.selection if isinstance(p, Pick) and p.kind != "output"]
        items = [self.scene_.boxes[pick] for pick in chosen]
        if len(items) < 2:
            self.workspace.told.emit("select two boxes or more, and they are laid out")
            return
        places = arranged(self.scene_.picture, chosen).places
        corner = QPointF(min(item.x() for item in items), min(item.y() for item in items))
        self.put({pick: corner + QPointF(x, y) for pick, (x, y) in places.items()})

    def place(self, use: str, at: QPointF | None = None) -> None:
        """Put a layer or block on the canvas, on a wire when one is there, and select it."""
        drops.place(self, use, at)

    def add_box(self, named: tuple[str, Edit], kind: str = "node") -> bool:
        """Perform an edit that adds a box, and select this."""
        name, edit = named
        if not self.workspace.perform(edit):
            return False
        self.workspace.select([Pick("node" if kind in ("layer", "block", "node") else kind, name)])  # pyright: ignore[reportArgumentType] # one of the kinds
        self.setFocus()
        return True

    def add(self, use: str, at: QPointF) -> bool:
        """Add a layer or block with its middle at a place."""
        graph, scope = self.workspace.graph, self.workspace.scope
        return self.add_box(add(graph, scope, use, (at.x() - 60, at.y() - 20)))

    def quick_add(self, at: QPointF | None = None, loose: Loose | None = None) -> None:
        """Ask what to add at a place, for a dropped wire when there is one."""
        self._popup = QuickAdd(self, self.paste_position() if at is None else at, loose)
        self._popup.show()

    def rename(self) -> None:
        """Rename the one box that is selected, in its place."""
        chosen = [pick for pick in self.workspace.selection if isinstance(pick, Pick)]
        if len(chosen) == 1 and chosen[0] in self.scene_.boxes:
            self.centre_on(chosen[0].name)
            self._popup = Rename(self, self.scene_.boxes[chosen[0]])
            self._popup.show()
            self._popup.setFocus()

    def enter_box(self, box: Box) -> bool:
        """Show what a box holds."""
        if box.inner is None:
            return False
        try:
            self.workspace.enter(box.inner)
        except EditError as error:
            self.workspace.told.emit(str(error))
            return False
        return True

    # ------------------------------------------------------------------------------------------------ events

    def _at(self, event: QMouseEvent) -> QPointF:
        return self.camera.to_scene(event.position())

    def abandon(self) -> None:
        """Give up the gesture that is under way."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.cancel()
            self._after_gesture()

    def _after_gesture(self) -> None:
        self.viewport().unsetCursor()
        self._redrawn()

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
            self._look = False
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
            if not self.enter_box(target[0].box):
                self.rename()
        elif target is None:
            self.quick_add(self._at(event))

    def _hover(self, at: QPointF) -> None:
        target = self.scene_.target_at(at)
        wire = target if isinstance(target, WireItem) else None
        if wire is not self._hovered:
            for item in (self._hovered, wire):
                if item is not None:
                    item.hovered = item is wire
                    item.update()
            self._hovered = wire

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels = event.pixelDelta()
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not pixels.isNull() and not zooms:  # a touchpad
            self._look = False
            self.camera.shift(QPointF(pixels))
            self.seen_changed.emit()
        else:
            self._zoom(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.press(self, event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self.viewport().unsetCursor()

    def focusNextPrevChild(self, next: bool) -> bool:
        return False  # Tab adds; Ctrl+Tab and the menus lead out of the canvas

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._look:
            self.fit()
        self.seen_changed.emit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.viewport().update()

    # ---------------------------------------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._overview.serves(self.camera.scale):
            super().paintEvent(event)
        else:
            painter = QPainter(self.viewport())
            painter.fillRect(self.viewport().rect(), self.style_.theme.background)
            painter.setTransform(self.viewportTransform())
            moving = self.gesture.items if isinstance(self.gesture, MoveBoxes) else ()
            self._overview.paint(painter, self.style_, moving)
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
            paint_hints(painter, self.viewport().rect(), self.style_)

    def tip_position(self, at: QPoint) -> QPointF:
        """A place of the viewport, on the canvas."""
        return self.camera.to_scene(QPointF(at))
