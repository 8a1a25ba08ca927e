"""The inspector: a form from the schema, every change one edit, what the wires decide, help."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

import zoo
from zoo.edits import RenameNode
from zoo.graph import Call, Scan
from zoo.packs import registry
from zoo_gui.editor import Editor
from zoo_gui.panels.help import as_html
from zoo_gui.panels.inspector import Inspector
from zoo_gui.selection import Pick
from zoo_gui.theme import LIGHT
from zoo_gui.window import Window


def shown(window: Window, name: str = "") -> Inspector:
    """The inspector with a node selected, or nothing."""
    window.workspace.select([Pick("node", name)] if name else [])
    inspector = window.panel("inspector")
    assert isinstance(inspector, Inspector)
    inspector.show_now()
    return inspector


def field(inspector: Inspector, name: str) -> QLineEdit:
    found = inspector.field(name)
    assert found is not None, name
    return found


def write(inspector: Inspector, name: str, text: str) -> QLineEdit:
    """Write into a field, as a person does."""
    line = field(inspector, name)
    line.selectAll()
    QTest.keyClicks(line, text) if text else QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClick(line, Qt.Key.Key_Return)
    return line


def words(inspector: Inspector) -> str:
    page = inspector.widget()
    assert page is not None
    return "\n".join(label.text() for label in page.findChildren(QLabel))


def settings(window: Window, name: str) -> dict[str, object]:
    node = window.workspace.graph.nodes[name]
    assert isinstance(node, Call)
    return dict(node.settings)


def test_the_lines_of_a_selected_input_are_marked(window: Window) -> None:
    window.workspace.select([Pick("input", "tokens")])
    inspector = window.panel("inspector")
    assert isinstance(inspector, Inspector)
    inspector.show_now()
    marked = [each.objectName() for each in inspector.fields() if each.property("chosen")]
    assert marked == ["name of input tokens", "input tokens"]
    window.workspace.select([])
    inspector.show_now()
    assert not any(each.property("chosen") for each in inspector.fields())


def test_a_setting_is_changed_by_one_edit(window: Window) -> None:
    inspector = shown(window, "layer")
    write(inspector, "output", "13")
    assert settings(window, "layer") == {"output": 13}
    assert window.workspace.document.history == ("set layer output to 13",)
    write(shown(window, "layer"), "bias", "false")
    assert settings(window, "layer") == {"output": 13, "bias": False}
    write(shown(window, "layer"), "bias", "")
    assert "bias" not in settings(window, "layer")
    assert len(window.workspace.document.history) == 3


def test_params_are_taken_and_suggested(window: Window) -> None:
    inspector = shown(window, "layer")
    model = field(inspector, "output").completer().model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["$dim"]
    write(inspector, "output", "$dim * 2")
    assert str(settings(window, "layer")["output"]) == "$dim * 2"


def test_what_will_not_do_says_why(window: Window) -> None:
    inspector = shown(window, "layer")
    line = write(inspector, "output", "-3")
    assert line.property("wrong")
    assert "greater than 0, got -3" in words(inspector)
    assert settings(window, "layer") == {"output": 7}
    write(inspector, "output", "seven")
    assert "valid integer, got seven" in words(inspector)
    write(inspector, "name", "embed")
    assert "embed" in words(inspector)
    assert not window.workspace.document.can_undo


def test_what_the_wires_decide_is_shown(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.workspace.resolved, timeout=60_000):
        window.workspace.start()
    inspector = shown(window, "layer")
    assert field(inspector, "input").placeholderText() == "solved: 5"
    assert field(inspector, "bias").placeholderText() == "true"
    assert "float batch time 5" in words(inspector)
    assert "float batch time 7" in words(inspector)
    qtbot.waitUntil(lambda: window.measures.costs is not None, timeout=60_000)
    inspector.show_now()
    assert "parameters\n42" in words(inspector)


def test_a_node_is_renamed_and_stays_selected(window: Window) -> None:
    write(shown(window, "layer"), "name", "head")
    assert window.workspace.selection == {Pick("node", "head")}


def test_what_is_being_written_survives_another_edit(window: Window, qtbot: QtBot) -> None:
    window.show()
    window.reveal("inspector", raised=True)
    inspector = shown(window, "layer")
    line = field(inspector, "output")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "1")
    window.workspace.perform(RenameNode("", "embed", "table"))
    inspector.show_now()
    assert field(inspector, "output").text() == "1"
    assert settings(window, "layer") == {"output": 7}


def test_a_placeholder_keeps_its_settings(editor: Editor) -> None:
    text = "format: zoo/1\nname: x\nnodes: {n: {use: gone/layer, with: {size: 3}, in: n}}\n"
    window = editor.new(zoo.loads(text))
    inspector = shown(window, "n")
    inspector.set_registry(registry())
    inspector.show_now()
    assert "there is no layer 'gone/layer'" in words(inspector)
    write(inspector, "size", "4")
    assert settings(window, "n") == {"size": 4}


def press(inspector: Inspector, name: str) -> None:
    page = inspector.widget()
    assert page is not None
    button = page.findChild(QToolButton, name)
    assert button is not None
    button.click()
    inspector.show_now()


def test_the_graph_itself_is_changed(window: Window) -> None:
    inspector = shown(window)
    write(inspector, "name", "large")
    write(inspector, "param dim", "6")
    write(inspector, "name of param dim", "width")
    press(inspector, "Add input")
    write(inspector, "input x", "bool batch time")
    write(inspector, "name of input x", "mask")
    press(inspector, "Add output")
    press(inspector, "Add param")
    press(inspector, "Remove param param")
    graph = window.workspace.graph
    assert graph.name == "large"
    assert dict(graph.params) == {"width": 6}
    assert str(graph.inputs["mask"]) == "bool batch time"
    assert len(graph.outputs) == 2
    write(inspector, "input mask", "boll batch")
    assert "did you mean 'bool'" in words(inspector)
    while window.workspace.document.can_undo:
        window.workspace.undo()
    assert window.workspace.graph.name == "small"


def test_every_kind_of_node_has_a_page(editor: Editor) -> None:
    for name in ("gpt", "seq2seq_additive"):
        window = editor.new(zoo.load(registry().graphs[name]))
        graph = window.workspace.graph
        scopes = ["", *(f"#{block}" for block in graph.blocks)]
        scopes += [node for node in graph.nodes if isinstance(graph.nodes[node], Scan)]
        for scope in scopes:
            window.workspace.enter(scope)
            assert words(shown(window)), name
            for node in window.workspace.body.nodes:
                assert field(shown(window, node), "name").text() == node
        window.workspace.select(Pick("node", node) for node in window.workspace.body.nodes)
        inspector = window.panel("inspector")
        assert isinstance(inspector, Inspector)
        inspector.show_now()


def test_help_keeps_formulas_apart() -> None:
    page = as_html("Sum up.\n\n    y = x + 1\n\nShapes stay. See ``x < y``.", LIGHT)
    assert "<b>Sum up.</b>" in page
    assert "y = x + 1</pre>" in page
    assert "x &lt; y</code>" in page
