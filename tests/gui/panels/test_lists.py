"""Problems with their remedies, the outline by keys, the history."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

import zoo
from tests.gui.windows import TEXT
from zoo.edits import Compound, RenameNode, SetSetting
from zoo.graph import Graph
from zoo_gui.editor import Editor
from zoo_gui.panels.fixes import fixes
from zoo_gui.panels.history import History
from zoo_gui.panels.outline import Outline
from zoo_gui.panels.problems import Problems
from zoo_gui.panels.text.pane import TextPane
from zoo_gui.selection import Pick
from zoo_gui.window import Window

HEAD = "format: zoo/1\nname: x\nparams: {dim: 5}\ninputs: {tokens: int batch time, mask: bool batch time}\n"


def graph(nodes: str, out: str = "head") -> Graph:
    return zoo.loads(f"{HEAD}outputs: {{out: {out}}}\nnodes: {{{nodes}}}\n")


EMBED = "embed: {use: basic/embedding, with: {vocab: 11, dim: $dim}, in: tokens}"


LINEAR = f"{EMBED}, head: {{use: basic/linear, with: {{output: 7}}, in: embed}}"


@pytest.mark.parametrize(
    ("right", "wrong", "code", "expected"),
    [
        ("output: 7", "outptu: 7", "setting-unknown", "Change it to output"),
        ("basic/linear", "basic/lineer", "layer-missing", "Change it to basic/linear"),
        ("output: 7", "output: $din", "param-unknown", "Change it to dim"),
        ("in: embed", "in: {xx: embed}", "port-unknown", "Change it to x"),
        ("in: embed", "in: embde", "wire-unknown", "Change it to embed"),
        ("head: {", "spare: {use: basic/tanh, in: embed}, head: {", "node-unused", "Remove spare"),
        ("7", "8", "input-unused", "Remove the input mask"),
    ],
)
def test_a_remedy_by_one_click(right: str, wrong: str, code: str, expected: str) -> None:
    before = graph(LINEAR.replace(right, wrong))
    problem = next(problem for problem in zoo.check(before) if problem.code == code)
    found = fixes(problem, before)
    assert [fix.text for fix in found] == [expected]
    after, _ = found[0].edit.apply(before)
    assert code not in [problem.code for problem in zoo.check(after)]


def test_no_remedy_for_what_has_none() -> None:
    before = graph(f"{EMBED}, head: {{use: basic/linear, with: {{output: 7}}, in: tokens}}")
    problem = next(problem for problem in zoo.check(before) if problem.severity == "error")
    assert fixes(problem, before) == []


def test_problems_are_listed_and_lead_there(editor: Editor, qtbot: QtBot) -> None:
    window = editor.new(graph(f"{EMBED}, head: {{use: basic/linear, with: {{outptu: 7}}, in: embed}}"))
    with qtbot.waitSignal(window.workspace.resolved, timeout=60_000):
        window.workspace.start()
    panel = window.panel("problems")
    assert isinstance(panel, Problems)
    severities = [problem.severity for problem in panel.problems]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    row = next(i for i, problem in enumerate(panel.problems) if problem.code == "setting-unknown")
    panel.list.setCurrentIndex(panel.model.index(row, 0))
    panel.list.clicked.emit(panel.model.index(row, 0))
    assert window.workspace.selection == {Pick("node", "head")}
    assert "1 error" in window.status.problems.text()
    with qtbot.waitSignal(window.workspace.resolved, timeout=60_000):
        panel._fix(panel.fixes[0])
    assert "setting-unknown" not in [problem.code for problem in panel.problems]
    window.workspace.undo()


def test_who_has_not_begun_has_done_nothing_wrong(editor: Editor, qtbot: QtBot) -> None:
    window = editor.new()
    with qtbot.waitSignal(window.workspace.resolved, timeout=60_000):
        window.workspace.start()
    panel = window.panel("problems")
    assert isinstance(panel, Problems)
    assert window.workspace.resolution is not None
    assert [problem.code for problem in window.workspace.resolution.problems] == ["output-missing"]
    assert panel.problems == []
    assert panel.model.item(0).text() == "Nothing to check yet"
    assert window.status.problems.text() == "Empty graph"
    with qtbot.waitSignal(window.workspace.resolved, timeout=60_000):
        window.place("basic/embedding")
    window.show()
    row = [problem.code for problem in panel.problems].index("setting-missing")
    panel.list.clicked.emit(panel.model.index(row, 0))
    qtbot.waitUntil(lambda: isinstance(field := window.focusWidget(), QLineEdit) and bool(field.objectName()))
    field = window.focusWidget()
    assert isinstance(field, QLineEdit)
    assert (field.objectName(), field.placeholderText()) == ("vocab", "needed")
    panel.list.setCurrentIndex(panel.model.index(len(panel.problems) - 1, 0))
    assert panel.problems[-1].code == "output-missing"
    (fix,) = panel.fixes
    assert fix.text == "Let embedding leave the graph"
    panel._fix(fix)
    assert {name: str(ref) for name, ref in window.workspace.graph.outputs.items()} == {
        "embedding": "embedding"
    }


def test_a_param_that_is_not_there_is_added_and_written(editor: Editor, qtbot: QtBot) -> None:
    """As after nodes are pasted from another graph."""
    window = editor.new(graph(f"{EMBED}, head: {{use: basic/linear, with: {{output: $vocab}}, in: embed}}"))
    with qtbot.waitSignal(window.workspace.resolved, timeout=60_000):
        window.workspace.start()
    window.show()
    assert "output $vocab" in window.canvas.scene_.boxes[Pick("node", "head")].box.detail
    panel = window.panel("problems")
    assert isinstance(panel, Problems)
    row = next(i for i, problem in enumerate(panel.problems) if problem.code == "param-unknown")
    panel.list.setCurrentIndex(panel.model.index(row, 0))
    (fix,) = panel.fixes
    assert fix.text == "Add the param vocab"
    panel._fix(fix)
    assert dict(window.workspace.graph.params) == {"dim": 5, "vocab": 1}
    qtbot.waitUntil(lambda: getattr(window.focusWidget(), "objectName", str)() == "param vocab")


def test_the_costs_of_another_graph_are_not_shown(editor: Editor, qtbot: QtBot) -> None:
    window = editor.new()
    measures = window.measures
    window.workspace.start()
    qtbot.waitUntil(lambda: measures.costs is not None, timeout=60_000)
    stale = measures._document, measures.costs
    window.workspace.load(graph(f"{EMBED}, head: {{use: basic/linear, with: {{output: 3}}, in: embed}}"))
    assert measures.costs is None
    measures._take(stale)
    assert measures.costs is None
    qtbot.waitUntil(
        lambda: measures.costs is not None and measures.costs.whole.parameters == 73, timeout=60_000
    )


def test_a_problem_of_the_text_leads_into_the_text(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(TEXT.replace("{use: basic/linear", "{uze: basic/linear"))
    window.show()
    assert window.filing.load(path)
    window.reveal("inspector", raised=True)
    panel = window.panel("problems")
    assert isinstance(panel, Problems)
    panel.list.clicked.emit(panel.model.index(0, 0))
    pane = window.panel("text")
    assert isinstance(pane, TextPane)
    qtbot.waitUntil(lambda: pane.page.textCursor().block().text().startswith("  layer: {uze"))
    assert pane.isVisible()


def outline(window: Window) -> Outline:
    found = window.panel("outline")
    assert isinstance(found, Outline)
    return found


def test_the_outline_follows_and_leads(window: Window, qtbot: QtBot) -> None:
    panel = outline(window)
    window.workspace.select([Pick("node", "layer")])
    assert panel.tree.currentIndex().data() == "layer"
    QTest.keyClick(panel.tree, Qt.Key.Key_Up)
    assert window.workspace.selection == {Pick("node", "embed")}
    item = panel.item("", Pick("node", "embed"))
    assert item is not None
    assert item.accessibleText() == "embed, basic/embedding"
    item.setText("table")
    assert "table" in window.workspace.graph.nodes
    qtbot.waitUntil(lambda: panel.item("", Pick("node", "table")) is not None)
    again = panel.item("", Pick("node", "table"))
    assert again is not None
    again.setText("layer")
    qtbot.waitUntil(lambda: panel.item("", Pick("node", "table")) is not again)
    assert "table" in window.workspace.graph.nodes


def test_who_opens_the_outline_stays_where_they_are(window: Window, qtbot: QtBot) -> None:
    window.show()
    seen = window.canvas.camera.seen
    window.reveal("outline", raised=True)
    tree = outline(window).tree
    tree.setFocus()
    QApplication.sendEvent(tree, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.ShortcutFocusReason))
    assert tree.currentIndex().isValid()
    assert not window.workspace.selection
    assert window.canvas.camera.seen.topLeft() == seen.topLeft()
    QTest.keyClick(tree, Qt.Key.Key_Down)
    assert window.workspace.selection == {Pick("node", "embed")}


def test_the_outline_goes_inside(editor: Editor) -> None:
    text = (
        "format: zoo/1\nname: x\nblocks: {b: {nodes: {deep: {use: basic/tanh, in: deep}}}}\n"
        "nodes: {s: {scan: {over: time, nodes: {inner: {use: basic/tanh, in: inner}}}}, u: {use: b}}\n"
    )
    window = editor.new(zoo.loads(text))
    panel = outline(window)
    for scope, name, inside in (("", "s", "s"), ("", "u", "#b")):
        item = panel.item(scope, Pick("node", name))
        assert item is not None
        panel.tree.activated.emit(item.index())
        assert window.workspace.scope == inside
    for scope, name in (("s", "inner"), ("#b", "deep")):
        item = panel.item(scope, Pick("node", name))
        assert item is not None
        panel.tree.setCurrentIndex(item.index())
        assert window.workspace.scope == scope
        assert window.workspace.selection == {Pick("node", name)}


def test_the_history_goes_back_and_forth(window: Window) -> None:
    panel = window.panel("history")
    assert isinstance(panel, History)
    for name in ("one", "two", "three"):
        window.workspace.perform(RenameNode("", next(iter(window.workspace.graph.nodes)), name))
    window.workspace.perform(Compound((SetSetting("", "layer", "output", 9),), "set something"))
    steps = [panel.model.item(row).text() for row in range(panel.model.rowCount())]
    assert steps[0] == "as it was opened"
    assert steps[-1] == "set something"
    panel.list.clicked.emit(panel.model.index(1, 0))
    assert "one" in window.workspace.graph.nodes
    assert window.workspace.document.position == 1
    assert panel.model.item(4).accessibleText().endswith("taken back")
    panel.list.clicked.emit(panel.model.index(4, 0))
    assert "three" in window.workspace.graph.nodes
    panel.list.clicked.emit(panel.model.index(2, 0))
    window.workspace.perform(RenameNode("", "two", "four"))
    assert panel.model.rowCount() == 4
