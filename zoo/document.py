"""The document: the graph that is being edited, its history, and its listeners.

    document = Document(zoo.load("x.yaml"))
    document.listen(view.update)              # called with every Change
    document.apply(RenameNode("", "a", "b"))  # EditError if it does not fit; the document is unchanged then
    document.undo()

The history holds edits and their inverses, not graphs, so it stays small. An exception in a listener is
logged, and affects neither the document nor the other listeners. A listener may itself apply an edit:
every listener still receives all changes one by one, in the order in which they were made.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from zoo import arguments
from zoo.edits import Compound, Edit
from zoo.errors import EditError
from zoo.graph import Graph, identical

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a document: the graph before and after, and the edit (None if the graph was replaced)."""

    before: Graph
    after: Graph
    edit: Edit | None


Listener: TypeAlias = Callable[[Change], object]


@dataclass(frozen=True, slots=True)
class _Step:
    edit: Edit
    inverse: Edit


class Document:
    """A graph that is being edited, with undo and redo."""

    def __init__(self, graph: Graph) -> None:
        self._graph = arguments.graph(graph)
        self._steps: list[_Step] = []
        self._done = 0  # how many steps are applied; the rest are undone
        self._saved: int | None = 0  # the position that the file holds; None if the history has lost it
        self._sources = {0: graph.source}  # position -> the source text of the graph from there on
        self._listeners: list[Listener] = []
        self._news: deque[Change] = deque()
        self._telling = False

    @property
    def graph(self) -> Graph:
        """The current graph."""
        return self._graph

    # ------------------------------------------------------------------------------------------------ editing

    def apply(self, edit: Edit, *, join: bool = False) -> Edit:
        """Apply an edit, discarding the steps that could be redone, and return the edit that undoes it.

        With ``join``, it becomes one step with the previous edit, as for the letters of a word or a box being
        dragged. Raises EditError if the edit does not fit; the document is unchanged then.
        """
        if not isinstance(edit, Edit):  # pyright: ignore[reportUnnecessaryIsInstance]  # from code without types
            raise arguments.refused("edit", "an edit", edit, "zoo.edits has them")
        before = self._graph
        after, inverse = edit.apply(before)
        self._sources = {at: source for at, source in self._sources.items() if at <= self._done}
        if self._saved is not None and self._saved > self._done:
            self._saved = None
        del self._steps[self._done :]
        if join and self._steps and self._saved != self._done:
            last = self._steps.pop()
            label = last.edit.describe()
            edit_of_step: Edit = Compound((last.edit, edit), label)
            self._steps.append(_Step(edit_of_step, Compound((inverse, last.inverse), f"undo {label}")))
        else:
            self._steps.append(_Step(edit, inverse))
        self._done = len(self._steps)
        if after.source is not before.source:
            self._sources[self._done] = after.source
        self._become(after, edit)
        return inverse

    def undo(self) -> None:
        """Undo the last step; raises EditError if there is none."""
        if not self.can_undo:
            raise EditError("there is nothing to undo")
        step = self._steps[self._done - 1]
        after = step.inverse.change(self._graph)
        self._done -= 1
        self._become(self._in_its_text(after), step.inverse)

    def redo(self) -> None:
        """Redo the step that was undone last; raises EditError if there is none."""
        if not self.can_redo:
            raise EditError("there is nothing to redo")
        step = self._steps[self._done]
        after = step.edit.change(self._graph)
        self._done += 1
        self._become(self._in_its_text(after), step.edit)

    def go_to(self, position: int) -> None:
        """Undo or redo until ``position`` steps of the history are applied."""
        if not 0 <= position <= len(self._steps):
            raise EditError(f"the history has {len(self._steps)} steps; there is no {position}")
        while self._done > position:
            self.undo()
        while self._done < position:
            self.redo()

    def _in_its_text(self, graph: Graph) -> Graph:
        """The graph with the source text of the current step: saving changes it, undo restores it."""
        source = self._sources[max(at for at in self._sources if at <= self._done)]
        return graph if graph.source is source else replace(graph, source=source)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._done > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self._done < len(self._steps)

    @property
    def history(self) -> tuple[str, ...]:
        """A description of every step, including undone ones; the first ``position`` are applied."""
        return tuple(step.edit.describe() for step in self._steps)

    @property
    def position(self) -> int:
        """How many steps of the history are applied."""
        return self._done

    # ------------------------------------------------------------------------------------------------- saving

    @property
    def modified(self) -> bool:
        """Whether there are changes that the file does not hold."""
        return self._saved != self._done

    def saved(self, graph: Graph | None = None) -> None:
        """Record that the file now holds the current graph; ``graph`` is what ``zoo.save`` returned."""
        if graph is not None and not identical(graph, self._graph):
            raise EditError("the graph that was saved is not the document's; it has changed meanwhile")
        self._saved = self._done
        if graph is not None:
            self._sources[self._done] = graph.source
            self._become(graph, None)

    def unsaved(self) -> None:
        """Record that no file holds the graph, neither as it is now nor at any earlier step."""
        self._saved = None

    def reset(self, graph: Graph) -> None:
        """Replace the graph by one just read from a file, and clear the history."""
        self._steps.clear()
        self._done, self._saved, self._sources = 0, 0, {0: graph.source}
        self._become(graph, None)

    # ---------------------------------------------------------------------------------------------- listening

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after every change; returns a function that unsubscribes it."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def _become(self, graph: Graph, edit: Edit | None) -> None:
        self._news.append(Change(self._graph, graph, edit))
        self._graph = graph
        if self._telling:  # made by a listener: the loop below, further up the stack, delivers it next
            return
        self._telling = True
        try:
            while self._news:
                self._tell(self._news.popleft())
        finally:
            self._telling = False

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(change)
            except Exception:  # noqa: BLE001 - a listener may raise anything; it is logged
                _log.exception("a listener failed; the document is as it should be")
