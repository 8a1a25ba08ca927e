"""The panel that keeps the text and the workspace together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from zoo.graph import identical, join
from zoo.packs import Registry
from zoo.problems import Place, Problem
from zoo_gui.background import Background
from zoo_gui.files.rewrite import Rewrite
from zoo_gui.panels.text.complete import NOTHING, Completion, complete
from zoo_gui.panels.text.exchange import Draft, Understood, Written, plain, understand, write
from zoo_gui.panels.text.grammar import Grammar
from zoo_gui.panels.text.page import Mark, TextPage
from zoo_gui.panels.text.places import Places, Spot
from zoo_gui.places import place_of
from zoo_gui.selection import Pick
from zoo_gui.theme import Theme
from zoo_gui.workspace import Workspace

_PAUSE = 300
"""Milliseconds without a key, after which what was written is read."""

LABEL = "edit the text"
BACK = "Bring back what was written"


class TextPane(QWidget):
    """The text of the graph. While it is being written and means nothing, the graph stays as it was."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._registry: Registry | None = None
        self._grammar: Grammar | None = None
        self.places = Places("")
        self._writing = False  # the panel itself changes the text
        self._moving = False  # the cursor moves because the selection does
        self._drafting = False  # something is written that the graph does not hold
        self._own = False  # the graph changes because the text does
        self._kept = ""  # what was being written when the drawing changed
        self._wanted: Place | None = None
        self._late = True  # the text is not that of the graph as it is now
        self._own_step = -1  # the step of the history that the text made last, and may go on with
        self.page = TextPage(theme, self._suggest)
        self.trouble = QLabel(wordWrap=True)
        self.trouble.hide()
        self.trouble.linkActivated.connect(self.bring_back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.trouble)
        layout.addWidget(self.page)
        self.setFocusProxy(self.page)
        self._writer = Background("text", write, self)
        self._writer.done.connect(self._take_text)
        self._reader = Background("reading", understand, self)
        self._reader.done.connect(self._take_graph)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self.read_now)
        self.page.textChanged.connect(self._changed)
        self.page.cursorPositionChanged.connect(self._pick)
        workspace.graph_changed.connect(self._ask)
        workspace.selection_changed.connect(self._show_selection)
        workspace.resolved.connect(self._mark)
        workspace.text_changed.connect(self._mark)
        workspace.pointed.connect(self._point)
        self._ask()

    def set_registry(self, registry: Registry) -> None:
        """Complete with the layers of these packs."""
        self._registry, self._grammar = registry, None

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self.page.set_theme(theme)

    def finish(self) -> None:
        """End the threads."""
        self._writer.close()
        self._reader.close()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if self._late:
            self._ask()

    # --------------------------------------------------------------------------------------- graph to text

    def _ask(self, *_: object) -> None:
        """Have the graph written, if anybody looks."""
        self._late = True
        if self._drafting and not self._own:
            self._give_way()
        if self.isVisible():
            self._writer.ask(self._workspace.graph)

    def _take_text(self, written: Written) -> None:
        if written.graph is not self._workspace.graph or self._drafting:
            return
        self._late = False
        if written.trouble:
            self._say(written.trouble)
            return
        self.places = written.places
        self._writing = True
        self.page.replace_text(written.text)
        self._writing = False
        self._show_selection()
        self._mark()
        if self._wanted is not None:
            self._point(self._wanted)

    # --------------------------------------------------------------------------------------- text to graph

    def _changed(self) -> None:
        if not self._writing:
            self._drafting = True
            self._pause.start()

    def read_now(self) -> None:
        """Read what was written."""
        self._pause.stop()
        text, workspace = self.page.toPlainText(), self._workspace
        self._reader.ask(Draft(text, workspace.graph, workspace.path))

    def _take_graph(self, understood: Understood) -> None:
        draft = understood.draft
        if draft.text != self.page.toPlainText() or draft.graph is not self._workspace.graph:
            self._pause.start()  # more was written, or the graph changed meanwhile
            return
        self.places = understood.places
        self._workspace.mark_text(understood.problems)
        self._drafting = understood.graph is None
        if not self._drafting:
            self._kept = ""
            self._say("")
        graph, now = understood.graph, self._workspace.graph
        same_text = now.source is not None and now.source.text == draft.whole
        if graph is None or (same_text and identical(graph, now)):
            self._mark()
            return
        document = self._workspace.document
        going_on = document.position == self._own_step and self.page.hasFocus()
        self._own = True
        if self._workspace.perform(Rewrite(graph, LABEL), join=going_on):
            self._own_step = document.position
        self._own = False

    def _give_way(self) -> None:
        """The drawing changes while the text means nothing: show the drawing, and keep what was written."""
        self._pause.stop()
        self._kept, self._drafting = self.page.toPlainText(), False
        self._workspace.mark_text(())
        self._say(f'The drawing has changed. <a href="back">{BACK}</a>')

    def bring_back(self, *_: object) -> None:
        """Put back what was being written when the drawing changed."""
        if self._kept:
            kept, self._kept = self._kept, ""
            self._say("")
            self.page.replace_text(kept)

    def _say(self, text: str) -> None:
        if text or not self._kept:
            self.trouble.setText(text)
            self.trouble.setVisible(bool(text))

    # ------------------------------------------------------------------------------- selection, both ways

    def _show_selection(self) -> None:
        picks = [pick for pick in self._workspace.selection if isinstance(pick, Pick)]
        spots = [spot for pick in picks if (spot := self.places.of(self._workspace.scope, pick)) is not None]
        span = (spots[0].start, spots[0].end) if len(spots) == 1 else None
        self._moving = True
        self.page.show_lines(span, scroll=not self.page.hasFocus())
        self._moving = False

    def _pick(self) -> None:
        """Select the box in whose text the cursor is."""
        if self._moving or self._writing or self._drafting or not self.page.hasFocus():
            return
        spot: Spot | None = self.places.at(self.page.textCursor().position())
        if spot is not None and self._there(spot):
            self._workspace.show_box(spot.scope, spot.pick)

    def _there(self, spot: Spot) -> bool:
        graph = self._workspace.graph
        block, _, _ = spot.scope.removeprefix("#").partition(".")
        if spot.scope.startswith("#") and block not in graph.blocks:
            return False
        return spot.pick.kind != "node" or place_of(graph, join(spot.scope, spot.pick.name)) is not None

    # -------------------------------------------------------------------------------------------- problems

    def _mark(self, *_: object) -> None:
        """Underline what is wrong with the text, or else with the graph."""
        problems = self._workspace.text_problems
        resolution = self._workspace.resolution
        if not problems and resolution is not None and resolution.graph is self._workspace.graph:
            problems = resolution.problems
        self.page.mark(mark for problem in problems if (mark := self._mark_of(problem)) is not None)

    def _mark_of(self, problem: Problem) -> Mark | None:
        text = self.page.toPlainText()
        said = f"{problem.message}; {problem.remedy}" if problem.remedy else problem.message
        source = self._workspace.graph.source
        exact = self._workspace.text_problems or (source is not None and plain(source.text) == text)
        if problem.place is not None and exact:
            start = _offset(text, problem.place.line, problem.place.column)
            word = re.compile(r"[^\s,{}\[\]]+").match(text, start)
            return Mark(start, word.end() if word else start + 1, problem.severity, said)
        place = place_of(self._workspace.graph, problem.path)
        spot = place and self.places.of(place[0], Pick("node", place[1]))
        return Mark(spot.start, spot.start + len(spot.pick.name), problem.severity, said) if spot else None

    def _point(self, place: Place) -> None:
        """Put the cursor at a place of the text."""
        cursor = self.page.textCursor()
        text = self.page.toPlainText()
        self._wanted = place if self._late else None  # as soon as the text is there
        cursor.setPosition(min(_offset(text, place.line, place.column), len(text)))
        self._moving = True
        self.page.setTextCursor(cursor)
        self._moving = False
        self.page.ensureCursorVisible()

    def _suggest(self, offset: int) -> Completion:
        if self._grammar is None and self._registry is not None:
            self._grammar = Grammar(self._registry)
        return complete(self.page.toPlainText(), offset, self._grammar) if self._grammar else NOTHING


def _offset(text: str, line: int, column: int) -> int:
    """The character at a line and column, which count from 1."""
    return sum(len(each) + 1 for each in _head(text, line - 1)) + column - 1


def _head(text: str, lines: int) -> Iterator[str]:
    for number, each in enumerate(text.split("\n")):
        if number >= lines:
            return
        yield each
