"""The view of the body that is shown: it draws the workspace anew after every change, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QWidget

from zoo.edits import End
from zoo.graph import Ref
from zoo.packs import Registry, registry
from zoo.spec import LayerSpec, TensorType
from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.drawing import Drawer
from zoo_gui.canvas.overview import FAR, Overview
from zoo_gui.canvas.pane import Pane
from zoo_gui.canvas.placing import Placing
from zoo_gui.canvas.scene import Scene
from zoo_gui.canvas.style import Style
from zoo_gui.places import frame_of
from zoo_gui.selection import Chosen, Pick
from zoo_gui.theme import Theme
from zoo_gui.workspace import Workspace


class BodyView(Pane):
    """Draws the body of a workspace. ``drawn`` tells that it looks different."""

    drawn = Signal()

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        self.style_ = Style(theme)
        super().__init__(Scene(self.style_), parent)
        self.workspace = workspace
        self.overview = Overview(self.scene_)
        self._drawer = Drawer()
        self._placings: dict[str, Placing] = {}
        self._settled: set[str] = set()
        self._selected: frozenset[Chosen] = frozenset()
        workspace.graph_changed.connect(self._changed)
        workspace.resolved.connect(self._resolved)
        workspace.scope_changed.connect(self._entered)
        workspace.selection_changed.connect(self._show_selection)
        workspace.shown.connect(self.centre_on)
        self.refresh()

    # ------------------------------------------------------------------------------------------ what is known

    @property
    def registry(self) -> Registry | None:
        """The packs; None while they are loading."""
        return registry() if self.workspace.resolution is not None else None

    def layer(self, use: str) -> LayerSpec | None:
        """A layer, once the packs are there."""
        found = self.registry
        return found.find(use) if found else None

    def type_of(self, source: Ref) -> TensorType | None:
        """What is known of an output in this body."""
        frame = frame_of(self.workspace.resolution, self.workspace.scope)
        known = frame.names.get(source.node) if frame else None
        if known is None:
            return None
        return known.types.get(source.port) if known.types and source.port else known.type

    @property
    def placing(self) -> Placing:
        """Where the boxes of the body that is shown stand."""
        return self._placings.setdefault(self.workspace.scope, Placing())

    # ----------------------------------------------------------------------------------------------- drawing

    def refresh(self) -> None:
        """Draw the workspace as it is now; only what differs is touched."""
        workspace = self.workspace
        find = self.layer if self.registry else None
        picture = self._drawer.draw(workspace.graph, workspace.scope, workspace.resolution, find)
        places = self.placing.places(picture, workspace.graph.layout, workspace.scope)
        self.scene_.show_picture(picture, places, self.placing)
        self._show_selection()
        self.redrawn()

    def redrawn(self) -> None:
        """Something has changed that is seen."""
        self.overview.forget()
        self.viewport().update()
        self.drawn.emit()
        self.seen_changed.emit()

    def abandon(self) -> None:
        """Give up what a person is at: the body changes under the hand."""

    def _changed(self, _: object) -> None:
        self.abandon()
        seen = [pick for pick in self._picks() if self.camera.seen.contains(self.scene_.boxes[pick].frame)]
        self.refresh()
        self._keep_in_sight(seen)

    def _picks(self) -> Iterable[Pick]:
        """The boxes that are selected and drawn."""
        return [one for one in self._selected if isinstance(one, Pick) and one in self.scene_.boxes]

    def _keep_in_sight(self, picks: Iterable[Pick]) -> None:
        """What was selected and in sight stays there when it grows, so that its ports can be reached."""
        around = QRectF()
        for pick in picks:
            if pick in self.scene_.boxes:
                around = around.united(self.scene_.boxes[pick].frame.adjusted(-12, -12, 12, 12))
        seen = self.camera.seen
        if around.isNull() or seen.contains(around) or not seen.intersects(around):
            return  # it has gone elsewhere by itself
        right, down = max(around.right() - seen.right(), 0.0), max(around.bottom() - seen.bottom(), 0.0)
        if around.width() < seen.width() and around.height() < seen.height():
            self.shift(QPointF(-right, -down) * self.camera.scale)

    def _resolved(self, _: object) -> None:
        scope = self.workspace.scope
        if scope in self._settled or not self.workspace.fresh:  # it may be of the document before
            self.refresh()
            return
        self._settled.add(scope)  # only now are all ports and labels known
        self.placing.forget()
        self.refresh()
        if self.whole:
            self.fit()

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
        self.overview.forget_marks()
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.style_ = Style(theme)
        self.scene_.restyle(self.style_)
        self.redrawn()

    def highlight(self, picks: Iterable[Pick]) -> None:
        """Mark what was found, and nothing else."""
        found = set(picks)
        for pick, item in self.scene_.boxes.items():
            if item.found != (pick in found):
                item.found = pick in found
                item.update()
        self.overview.forget_marks()
        self.viewport().update()

    # ----------------------------------------------------------------------------------------------- looking

    def fit_selection(self) -> None:
        """Show all that is selected; everything, when nothing is."""
        rect = QRectF()
        for one in self.workspace.selection:
            if isinstance(one, Pick):
                rect = rect.united(self.scene_.boxes[one].frame)
        self.fit() if rect.isNull() else self.fit_rect(rect)

    def centre_on(self, path: str) -> None:
        """Bring the box of a node or input of this body into sight."""
        name = path.rpartition(".")[2]
        item = self.scene_.boxes.get(Pick("node", name)) or self.scene_.boxes.get(Pick("input", name))
        if item is not None:
            scale = self.camera.scale
            self.bring_into_sight(item.frame, 60, 0.8 if scale < FAR * 2 else scale)

    def look_at_wire(self, end: End) -> None:
        """Select a wire, so that what flows through it, or why it does not fit, is plain."""
        if end in self.scene_.wires:
            self.workspace.select([end])
