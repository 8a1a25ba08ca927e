"""Random walks of gestures: whatever a person does, the file says what is drawn, and undo leads back to it.

Hypothesis chooses what is done next; gestures go through mouse and keys where they begin there. After every
step the drawing is that of the graph, drawn anew; what is saved reads as the graph; and at the end undo leads
to the very text that the walk began with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import zoo
from tests.gui.canvas.drawn import TEXT, Hand
from tests.gui.canvas.test_random import said
from tests.gui.wrappers import wrapped_items
from zoo.files import dumps
from zoo.graph import identical
from zoo.packs import registry
from zoo_gui import actions
from zoo_gui.canvas import doing, making
from zoo_gui.canvas.drawing import Drawer
from zoo_gui.canvas.quick_add import QuickAdd
from zoo_gui.canvas.rename import Rename
from zoo_gui.canvas.wire_list import wires_of
from zoo_gui.editor import Editor
from zoo_gui.panels.inspector import Inspector
from zoo_gui.selection import Pick
from zoo_gui.window import Window

NUMBERS = st.integers(0, 10_000)
"""Which of what there is; taken by its remainder."""

WORDS = (
    "3",
    "0.5",
    "$dim",
    "true",
    "tanh",
    "[1, 2]",
    "",
    "two words",
    "new",
    "x",
    "float batch 6",
    "weight: embed.weight",
)
LAYERS = ("basic/tanh", "basic/add", "basic/linear", "attention/multi_head", "recurrent/gru_cell", "pair")
SPOTS = st.tuples(st.floats(0.02, 0.98), st.floats(0.02, 0.98))


class Walk(RuleBasedStateMachine):
    """One walk in a window that is used again."""

    def __init__(self, window: Window, path: Path) -> None:
        super().__init__()
        self.window, self.canvas, self.workspace = window, window.canvas, window.workspace
        self.path = path
        self.hand = Hand(window.canvas)
        self.items = wrapped_items()

    @initialize()
    def begin(self) -> None:
        self.path.write_text(TEXT)
        self.load()

    def load(self) -> None:
        self.workspace.load(zoo.load(self.path), self.path)
        self.start = dumps(self.workspace.graph)
        self.settle()

    # ------------------------------------------------------------------------------------------------- steps

    def settle(self) -> None:
        QApplication.processEvents()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        for _ in range(10_000):
            if self.workspace.fresh:  # what is drawn depends on what is known
                break
            QTest.qWait(1)
        QApplication.processEvents()

    def pick(self, number: int, kinds: tuple[str, ...] = ("node", "input", "output")) -> Pick | None:
        """One of the boxes that are shown."""
        found = [pick for pick in self.canvas.scene_.boxes if pick.kind in kinds]
        return found[number % len(found)] if found else None

    def spot(self, at: tuple[float, float]) -> QPointF:
        """A place in sight."""
        seen = self.canvas.camera.seen
        return QPointF(seen.left() + at[0] * seen.width(), seen.top() + at[1] * seen.height())

    def select(self, *numbers: int) -> None:
        picks = {pick for number in numbers if (pick := self.pick(number))}
        self.workspace.select(picks)

    @rule(number=NUMBERS, row=NUMBERS)
    def add_with_keys(self, number: int, row: int) -> None:
        """From the list, at the pointer or behind a box."""
        self.select(number)
        doing.add_behind(self.canvas) if row % 2 else doing.quick_add(self.canvas)
        self.choose(row)

    @rule(number=NUMBERS, at=SPOTS)
    def drop_a_layer(self, number: int, at: tuple[float, float]) -> None:
        self.canvas.place(LAYERS[number % len(LAYERS)], self.spot(at))
        self.settle()

    @rule(start=NUMBERS, stop=NUMBERS, at=SPOTS, row=NUMBERS)
    def draw_a_wire(self, start: int, stop: int, at: tuple[float, float], row: int) -> None:
        """From an outlet to an inlet, to a box, or to anywhere."""
        self.canvas.fit()
        first, second = self.pick(start, ("node", "input")), self.pick(stop, ("node", "output"))
        outlets = self.canvas.scene_.boxes[first].box.outlets if first else ()
        if first is None or not outlets:
            return
        begin = self.canvas.scene_.boxes[first].outlet_position(start % len(outlets))
        end = self.spot(at)
        if second is not None and row % 4:
            item = self.canvas.scene_.boxes[second]
            inlets = item.box.inlets
            end = item.inlet_position(row % len(inlets)) if inlets and row % 4 > 1 else item.frame.center()
        self.hand.drag(begin, end)
        self.choose(row)

    @rule(number=NUMBERS, at=SPOTS)
    def move_a_box(self, number: int, at: tuple[float, float]) -> None:
        self.canvas.fit()
        pick = self.pick(number)
        if pick is not None:
            self.hand.drag(self.canvas.scene_.boxes[pick].frame.center(), self.spot(at))
        self.settle()

    @rule(number=NUMBERS, row=NUMBERS)
    def choose_a_wire(self, number: int, row: int) -> None:
        """With keys: one of all that the box could have."""
        self.select(number)
        box = doing.selected_box(self.canvas)
        found = wires_of(self.canvas, box) if box else []
        if found:
            found[row % len(found)].act()
        self.settle()

    @rule(number=NUMBERS)
    def take_a_wire_away(self, number: int) -> None:
        ends = [*self.canvas.scene_.wires]
        if ends:
            self.workspace.select([ends[number % len(ends)]])
            actions.delete(self.workspace)
        self.settle()

    @rule(number=NUMBERS, field=NUMBERS, word=st.sampled_from(WORDS))
    def write_in_the_inspector(self, number: int, field: int, word: str) -> None:
        """Any field of a box, or of the body."""
        self.select(number) if number % 3 else self.workspace.select(())
        inspector = self.window.panel("inspector")
        assert isinstance(inspector, Inspector)
        inspector.show_now()
        fields = inspector.fields()
        if fields:
            chosen = fields[field % len(fields)]
            chosen.setText(word)
            QTest.keyClick(chosen, Qt.Key.Key_Return)
        self.settle()

    @rule(number=NUMBERS, name=st.sampled_from(["a", "norm", "x", "embed", "two words", ""]))
    def rename(self, number: int, name: str) -> None:
        self.select(number)
        doing.rename(self.canvas)
        field = self.canvas.popup
        if isinstance(field, Rename) and doing.selected_box(self.canvas) is not None:
            field.setText(name)
            QTest.keyClick(field, Qt.Key.Key_Return)
        self.settle()

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=4), what=st.integers(0, 8))
    def change_the_selection(self, numbers: list[int], what: int) -> None:
        """Group, ungroup, repeat, reuse, delete, heal, nudge, lay out."""
        self.select(*numbers)
        acts: list[Callable[[], object]] = [
            lambda: actions.group(self.workspace),
            lambda: actions.ungroup(self.workspace),
            lambda: actions.wrap(self.workspace),
            lambda: making.reuse(self.canvas),
            lambda: actions.delete(self.workspace),
            lambda: actions.delete(self.workspace, heal=True),
            lambda: QTest.keyClick(self.canvas, Qt.Key.Key_Down),
            lambda: doing.layout_selection(self.canvas),
            lambda: doing.layout_all(self.canvas),
        ]
        acts[what]()
        self.settle()

    @rule(what=st.integers(0, 3))
    def make(self, what: int) -> None:
        (making.new_block, making.new_input, making.new_output, making.new_param)[what](self.canvas)
        self.settle()

    @rule(
        numbers=st.lists(NUMBERS, min_size=1, max_size=3), what=st.sampled_from(["copy", "cut", "duplicate"])
    )
    def copy_and_paste(self, numbers: list[int], what: str) -> None:
        self.select(*numbers)
        self.window.menus.call(f"edit.{what}")
        if what != "duplicate":
            self.window.menus.call("edit.paste")
        self.settle()

    @rule(number=NUMBERS)
    def go_inside_or_out(self, number: int) -> None:
        self.select(number)
        if not doing.enter_selected(self.canvas):
            self.window.up()
        self.settle()

    @rule(steps=st.integers(1, 5))
    def undo(self, steps: int) -> None:
        for _ in range(steps):
            self.workspace.undo()
        self.settle()

    @rule(steps=st.integers(1, 5))
    def redo(self, steps: int) -> None:
        for _ in range(steps):
            self.workspace.redo()
        self.settle()

    @rule()
    def save(self) -> None:
        if self.workspace.save():
            assert identical(zoo.files.read_path(self.path).graph, self.workspace.graph)
        self.settle()

    @rule()
    def save_and_open_again(self) -> None:
        if self.workspace.save():
            text = self.path.read_text()
            self.load()
            assert self.start == text

    def choose(self, row: int) -> None:
        """Take a line of the list that has opened, if one has."""
        QApplication.processEvents()
        popup = QApplication.activePopupWidget()
        if isinstance(popup, QuickAdd) and popup.list.count():
            popup.list.setCurrentRow(row % min(popup.list.count(), 40))
            popup.take()
        self.settle()

    # -------------------------------------------------------------------------------------------- what holds

    @invariant()
    def the_drawing_is_that_of_the_graph(self) -> None:
        workspace, scene = self.workspace, self.canvas.scene_
        drawn = Drawer().draw(workspace.graph, workspace.scope, workspace.resolution, registry().find)
        assert scene.boxes.keys() == drawn.boxes.keys()
        assert scene.wires.keys() == drawn.lines.keys()
        for pick, box in drawn.boxes.items():
            assert said(scene.boxes[pick].box) == said(box)
        for end, line in drawn.lines.items():
            assert scene.wires[end].line == line
        assert scene.picture.problems == drawn.problems

    @invariant()
    def the_text_says_what_the_graph_says(self) -> None:
        assert identical(zoo.files.loads(dumps(self.workspace.graph)), self.workspace.graph)

    def teardown(self) -> None:
        document = self.workspace.document
        document.go_to(len(document.history))
        document.go_to(0)
        assert dumps(self.workspace.graph) == self.start
        self.settle()
        assert wrapped_items() <= self.items


class _Raises(logging.Handler):
    """A listener that fails is logged: here it fails the walk, at the step where it does."""

    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(self.format(record))


@contextmanager
def loud() -> Generator[None]:
    handler = _Raises(logging.WARNING)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def walked(qtbot: QtBot, editor: Editor, folder: Path, examples: int, steps: int) -> None:
    window = editor.new()
    window.resize(1680, 1050)
    window.workspace.start()
    qtbot.waitUntil(lambda: window.workspace.fresh, timeout=60_000)
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        print_blob=True,
    )
    with loud():
        machine: Any = partial(Walk, window, folder / "walk.yaml")
        run_state_machine_as_test(machine, settings=chosen)


def test_a_walk(qtbot: QtBot, editor: Editor, tmp_path: Path) -> None:
    walked(qtbot, editor, tmp_path, 3, 12)


@pytest.mark.long
def test_long_walks(qtbot: QtBot, editor: Editor, tmp_path: Path) -> None:
    """Long enough for what is made to lie where something else has been."""
    walked(qtbot, editor, tmp_path, 20, 40)
