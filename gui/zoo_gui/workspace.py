"""The workspace: one open document, and what a person is doing with it.

Every view looks at a workspace and reports gestures to it; no view knows another. The document and its
history are ``zoo.document``'s, which knows no Qt; here are what only an editor has: the scope that is shown,
the selection, the last resolution, the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from zoo.checker.resolution import Resolution
from zoo.document import Change, Document
from zoo.edits import Edit
from zoo.errors import EditError, ZooError
from zoo.files import save
from zoo.graph import Body, Graph, join
from zoo.problems import Problem
from zoo_gui.checker import Checker
from zoo_gui.places import place_of
from zoo_gui.selection import Chosen, Pick, is_there


class Workspace(QObject):
    """One open document.

    ``graph_changed`` brings a Change after every edit, undo and redo; ``resolved`` a Resolution soon after
    it; ``told`` a sentence for the person, about what went wrong, ``refused`` one about an edit that cannot
    be, which no longer matters after the next; ``shown`` the path of a box that is
    to be brought into view, ``pointed`` a Place of the text, ``to_write`` the name of the inspector's field
    that a person is to write in next. With ``wait`` nothing is checked until
    ``start``: the first window is painted before packs are loaded.
    """

    graph_changed = Signal(object)
    resolved = Signal(object)
    scope_changed = Signal(str)
    selection_changed = Signal()
    file_changed = Signal()
    text_changed = Signal()
    told = Signal(str)
    refused = Signal(str)
    shown = Signal(str)
    pointed = Signal(object)
    to_write = Signal(str)

    def __init__(
        self, graph: Graph, path: Path | None = None, parent: QObject | None = None, *, wait: bool = False
    ) -> None:
        super().__init__(parent)
        self.document = Document(graph)
        self.path = path
        self.resolution: Resolution | None = None
        self.scope = ""
        self.selection: frozenset[Chosen] = frozenset()
        self.text_problems: tuple[Problem, ...] = ()
        """What is wrong with the text that is being written, while it cannot be read as a graph."""
        self._waits = wait
        self._checker = Checker(self)
        self._checker.resolved.connect(self._take)
        self._checker.failed.connect(self.told)
        self.document.listen(self._changed)
        self._check()

    @property
    def graph(self) -> Graph:
        """The graph as it is now."""
        return self.document.graph

    @property
    def body(self) -> Body:
        """The body that is shown."""
        return self.graph.body(self.scope)

    @property
    def fresh(self) -> bool:
        """Whether ``resolution`` is of the graph as it is now."""
        return self.resolution is not None and self.resolution.graph is self.graph

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn yet."""
        graph = self.graph
        return not (graph.nodes or graph.inputs or graph.outputs or graph.blocks)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong, of the text and of the graph. Who has not begun has done nothing wrong."""
        found = self.resolution.problems if self.resolution is not None and not self.empty else ()
        return (*self.text_problems, *found)

    # ------------------------------------------------------------------------------------------------ editing

    def perform(self, edit: Edit, *, join: bool = False) -> bool:
        """Apply an edit; when it does not fit, nothing changes and ``refused`` says why."""
        try:
            self.document.apply(edit, join=join)
        except EditError as error:
            self.refused.emit(str(error))
            return False
        return True

    def undo(self) -> None:
        """Take back the last step, if there is one."""
        if self.document.can_undo:
            self.document.undo()

    def redo(self) -> None:
        """Make the step again that was taken back last, if there is one."""
        if self.document.can_redo:
            self.document.redo()

    # ------------------------------------------------------------------------------------------------ opening

    def start(self) -> None:
        """Check from now on."""
        self._waits = False
        self._check()

    def load(self, graph: Graph, path: Path | None = None) -> None:
        """Take up another document, as its file holds it; the history is gone."""
        self.path = path
        self.scope, self.selection, self.resolution = "", frozenset(), None
        self.mark_text(())
        self.scope_changed.emit("")
        self.document.reset(graph)

    def mark_text(self, problems: Iterable[Problem]) -> None:
        """Say what is wrong with the text that is being written; nothing, once it reads as a graph."""
        found = tuple(problems)
        if found != self.text_problems:
            self.text_problems = found
            self.text_changed.emit()

    # ------------------------------------------------------------------------------------------------ looking

    def enter(self, scope: str) -> None:
        """Show another body: a block (``#name``), a scan (its path), or the graph itself (````)."""
        if scope != self.scope:
            self.graph.body(scope)  # EditError when there is none
            self.scope = scope
            self.select(())
            self.scope_changed.emit(scope)

    def select(self, chosen: Iterable[Chosen]) -> None:
        """Make this the selection."""
        selection = frozenset(chosen)
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit()

    def show(self, path: str) -> bool:
        """Select the box that a problem's path means, in its scope, and bring it into view.

        False when there is none.
        """
        place = place_of(self.graph, path)
        if place is None:
            return False
        scope, name = place
        self.show_box(scope, Pick("node", name))
        return True

    def show_box(self, scope: str, pick: Pick) -> None:
        """Select a box in its scope and bring it into view; EditError when there is no such scope."""
        self.enter(scope)
        self.select([pick])
        self.shown.emit(join(scope, pick.name))

    # ------------------------------------------------------------------------------------------------- saving

    def save(self, path: Path | None = None) -> bool:
        """Write the file, under a new path when one is given; ``told`` says why when it cannot be."""
        target = path or self.path
        if target is None:
            self.told.emit("the graph has no file yet; choose a name for it")
            return False
        try:
            written = save(self.graph, target)
        except ZooError as error:
            self.told.emit(str(error))
            return False
        self.path = target
        self.document.saved(written)
        self.file_changed.emit()
        return True

    def close(self) -> None:
        """End what runs beside the window."""
        self._checker.close()

    # ---------------------------------------------------------------------------------------------- listening

    def _changed(self, change: Change) -> None:
        try:
            body = self.body
        except EditError:  # the body that was shown is gone: show what is around it
            self.scope = ""
            body = self.graph
            self.selection = frozenset()
            self.scope_changed.emit("")
        self.selection = frozenset(one for one in self.selection if is_there(one, body))
        self._check()
        self.graph_changed.emit(change)
        self.selection_changed.emit()
        self.file_changed.emit()

    def _check(self) -> None:
        if not self._waits:
            self._checker.ask(self.graph)

    def _take(self, resolution: Resolution) -> None:
        self.resolution = resolution
        self.resolved.emit(resolution)
