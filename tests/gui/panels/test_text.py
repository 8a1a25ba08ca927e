"""The text, both ways: what is drawn is written, what is written is drawn."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.windows import TEXT
from zoo.edits import RenameNode
from zoo.graph import Call
from zoo.packs import registry
from zoo_gui.panels.text.highlight import Highlighter
from zoo_gui.panels.text.pane import TextPane
from zoo_gui.panels.text.places import Places
from zoo_gui.selection import Pick
from zoo_gui.theme import LIGHT
from zoo_gui.window import Window


@pytest.fixture
def pane(window: Window, qtbot: QtBot) -> TextPane:
    window.show()
    window.reveal("text", raised=True)
    made = window.panel("text")
    assert isinstance(made, TextPane)
    qtbot.waitUntil(lambda: made.page.toPlainText() == TEXT)
    return made


def write(pane: TextPane, old: str, new: str) -> None:
    """Write over the first ``old``, as a person does, and have it read at once."""
    start = pane.page.toPlainText().index(old)
    cursor = pane.page.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(start + len(old), QTextCursor.MoveMode.KeepAnchor)
    pane.page.setTextCursor(cursor)
    pane.page.insertPlainText(new)
    pane.read_now()


def test_an_edit_is_written(window: Window, pane: TextPane, qtbot: QtBot) -> None:
    window.workspace.perform(RenameNode("", "embed", "table"))
    changed = TEXT.replace("embed:", "table:").replace("in: embed", "in: table")
    qtbot.waitUntil(lambda: pane.page.toPlainText() == changed)
    window.workspace.undo()
    qtbot.waitUntil(lambda: pane.page.toPlainText() == TEXT)


def test_what_is_written_is_an_edit(window: Window, pane: TextPane, qtbot: QtBot) -> None:
    untouched = window.workspace.graph.nodes["embed"]
    write(pane, "output: 7", "output: 8")
    qtbot.waitUntil(lambda: window.workspace.document.modified)
    node = window.workspace.graph.nodes["layer"]
    assert isinstance(node, Call)
    assert node.settings["output"] == 8
    assert window.workspace.graph.nodes["embed"] is untouched
    assert window.workspace.save()
    assert window.workspace.path is not None
    assert window.workspace.path.read_text() == TEXT.replace("output: 7", "output: 8")
    window.workspace.undo()
    qtbot.waitUntil(lambda: pane.page.toPlainText() == TEXT)
    assert window.workspace.document.history == ("edit the text",)


def test_letters_of_a_word_are_one_step(window: Window, pane: TextPane, qtbot: QtBot) -> None:
    pane.page.setFocus()
    write(pane, "small", "smaller")
    qtbot.waitUntil(lambda: window.workspace.graph.name == "smaller")
    write(pane, "smaller", "smallest")
    qtbot.waitUntil(lambda: window.workspace.graph.name == "smallest")
    assert len(window.workspace.document.history) == (1 if pane.page.hasFocus() else 2)


def test_a_text_that_means_nothing_leaves_the_graph(window: Window, pane: TextPane, qtbot: QtBot) -> None:
    before = window.workspace.graph
    write(pane, "use: basic/linear", "uze: basic/linear")
    qtbot.waitUntil(lambda: bool(window.workspace.text_problems))
    assert window.workspace.graph is before
    assert any("did you mean 'use'" in mark.message for mark in pane.page.marks)
    mark = pane.page.marks[0]
    assert pane.page.toPlainText()[mark.start : mark.end] == "{"
    write(pane, "uze:", "use:")
    qtbot.waitUntil(lambda: not window.workspace.text_problems)


def test_a_comment_is_kept_and_undone(window: Window, pane: TextPane, qtbot: QtBot) -> None:
    write(pane, "# kept", "# kept well")
    qtbot.waitUntil(lambda: window.workspace.document.modified)
    window.workspace.undo()
    qtbot.waitUntil(lambda: pane.page.toPlainText() == TEXT)


def test_what_was_written_is_not_lost_to_the_drawing(window: Window, pane: TextPane, qtbot: QtBot) -> None:
    write(pane, "use: basic/linear", "uze: basic/linear")
    qtbot.waitUntil(lambda: bool(window.workspace.text_problems))
    window.workspace.perform(RenameNode("", "embed", "table"))
    qtbot.waitUntil(lambda: "table:" in pane.page.toPlainText())
    assert not window.workspace.text_problems
    pane.bring_back()
    assert "uze:" in pane.page.toPlainText()
    qtbot.waitUntil(lambda: bool(window.workspace.text_problems))


def test_a_box_shows_its_lines_and_back(window: Window, pane: TextPane) -> None:
    window.workspace.select([Pick("node", "layer")])
    selections = pane.page.extraSelections()
    assert [each.cursor.block().text().strip()[:6] for each in selections] == ["layer:"]
    pane.page.setFocus()
    window.activateWindow()
    cursor = pane.page.textCursor()
    cursor.setPosition(TEXT.index("vocab: 11"))
    pane.page.hasFocus = lambda: True
    pane.page.setTextCursor(cursor)
    assert window.workspace.selection == {Pick("node", "embed")}


def test_problems_of_the_graph_are_underlined(window: Window, pane: TextPane, qtbot: QtBot) -> None:
    window.workspace.start()
    write(pane, "output: 7", "outputs: 7")
    qtbot.waitUntil(lambda: any("outputs" in mark.message for mark in pane.page.marks), timeout=60_000)
    marked = [pane.page.toPlainText()[mark.start : mark.end] for mark in pane.page.marks]
    assert any(word.startswith("outputs") for word in marked)


def test_windows_line_ends_stay(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    window.filing.load(path)
    window.show()
    window.reveal("text", raised=True)
    pane = window.panel("text")
    assert isinstance(pane, TextPane)
    qtbot.waitUntil(lambda: pane.page.toPlainText() == TEXT)
    write(pane, "output: 7", "output: 8")
    qtbot.waitUntil(lambda: window.workspace.document.modified)
    window.workspace.save()
    assert path.read_bytes() == TEXT.replace("output: 7", "output: 8").replace("\n", "\r\n").encode()


def test_a_broken_file_is_mended_here(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(TEXT.replace("name: small", "nmae: small"))
    window.show()
    assert window.filing.load(path)
    assert window.workspace.text_problems
    pane = window.panel("text")
    assert isinstance(pane, TextPane)
    qtbot.waitUntil(lambda: "nmae" in pane.page.toPlainText())
    assert not window.filing.save()
    assert "nmae" in path.read_text()
    write(pane, "nmae", "name")
    qtbot.waitUntil(lambda: not window.workspace.text_problems)
    assert window.filing.save()
    assert path.read_text() == TEXT


def test_words_drop_down_while_writing(window: Window, pane: TextPane) -> None:
    cursor = pane.page.textCursor()
    cursor.setPosition(TEXT.index("output: 7"))
    pane.page.setTextCursor(cursor)
    pane.set_registry(registry())
    offers = pane.page.offers
    QTest.keyClicks(pane.page, "bi")
    assert offers.words == ["bias:"]
    QTest.keyClick(offers.list, Qt.Key.Key_Tab)
    assert "{bias: output: 7}" in pane.page.toPlainText()
    assert offers.words == ["true", "false", "$dim"]  # what could be its value
    QTest.keyClick(offers.list, Qt.Key.Key_Down)
    QTest.keyClick(offers.list, Qt.Key.Key_Return)
    assert "{bias: falseoutput: 7}" in pane.page.toPlainText()
    assert not offers.shown


def test_a_new_line_begins_where_its_key_does(pane: TextPane) -> None:
    pane.page.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(pane.page, "  walk:")
    QTest.keyClick(pane.page, Qt.Key.Key_Return)
    QTest.keyClicks(pane.page, "1")
    QTest.keyClick(pane.page, Qt.Key.Key_Return)
    QTest.keyClicks(pane.page, "2")
    assert pane.page.toPlainText() == f"{TEXT}  walk:\n    1\n    2"


@pytest.mark.parametrize("line", ["a" * 100_000, '"\\' * 50_000], ids=["letters", "quotes"])
def test_a_long_line_of_garbage_does_not_stop_the_editor(qapp: QApplication, line: str) -> None:
    """It would take minutes, if the time grew as the square of the length."""
    document = QTextDocument(line)
    start = time.process_time()
    Highlighter(document, LIGHT).rehighlight()
    assert time.process_time() - start < 5


def test_places_know_scans_and_blocks() -> None:
    text = registry().graphs["seq2seq_additive"].read_text()
    places = Places(text)
    spot = places.of("decoder", Pick("node", "attend"))
    assert spot is not None
    assert text[spot.start : spot.end].startswith("attend:")
    assert places.at(spot.start + 20) == spot
