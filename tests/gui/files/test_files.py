"""Files: the journal survives a kill, other programs' changes are noticed, templates are opened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import zoo
from tests.gui.windows import TEXT, an_editor
from zoo.edits import RenameNode, SetSetting
from zoo.graph import Call, Graph
from zoo.packs import registry
from zoo_gui.editor import Editor
from zoo_gui.files import watch
from zoo_gui.files.comparison import Comparison
from zoo_gui.files.journal import Journal, left_behind
from zoo_gui.files.reading import open_template
from zoo_gui.files.thumbnail import sketch
from zoo_gui.files.titles import spellings, title
from zoo_gui.settings import Settings
from zoo_gui.window import Window

EDITING = """
import sys, time
from pathlib import Path
import zoo_gui
from PySide6.QtCore import QCoreApplication
app = QCoreApplication([])
import zoo
from zoo.document import Document
from zoo.edits import SetSetting
from zoo_gui.files.journal import Journal
document = Document(zoo.loads(Path(sys.argv[2]).read_text()))
journal = Journal(Path(sys.argv[1]))
for number in range(1, 100000):
    document.apply(SetSetting("", "layer", "output", number))
    journal.note(document.graph, Path(sys.argv[2]))
    print(number, flush=True)
    time.sleep(0.001)
"""


def output_of(graph: Graph) -> int:
    node = graph.nodes["layer"]
    assert isinstance(node, Call)
    value = node.settings["output"]
    assert isinstance(value, int)
    return value


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.long)])
def test_a_kill_at_any_moment_loses_at_most_the_last_edit(tmp_path: Path, times: int) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(TEXT)
    for number in range(times):
        folder = tmp_path / f"journal{number}"
        command = [sys.executable, "-P", "-c", EDITING, str(folder), str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "1\n"
            time.sleep(random.Random(number).uniform(0.0, 0.2))
            os.kill(process.pid, signal.SIGKILL)
            rest = process.stdout.read()
        told = [int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]
        found = list(left_behind(folder))
        assert len(found) == 1, sorted((each.name, each.read_bytes()) for each in folder.iterdir())
        (entry,) = found
        assert entry.path == file
        assert output_of(zoo.loads(entry.text)) >= (told[-1] if told else 1)


def test_unsaved_work_is_offered_again(editor: Editor, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(TEXT)
    journal = Journal(editor.settings.journal_folder)
    graph, _ = SetSetting("", "layer", "output", 9).apply(zoo.load(file))
    journal.note(graph, file)
    assert list(left_behind(editor.settings.journal_folder)) == []  # somebody is still at it
    journal._lock.unlock()
    editor.begin()
    (window,) = editor.windows
    assert output_of(window.workspace.graph) == 9
    assert window.workspace.path == file
    assert window.workspace.document.modified
    assert "was not saved" in window.last_words
    assert list(left_behind(editor.settings.journal_folder)) == []
    window.workspace.undo()
    assert not window.workspace.document.modified


def test_every_edit_is_kept_until_it_is_saved(window: Window, editor: Editor) -> None:
    window.workspace.perform(RenameNode("", "embed", "table"))
    (file,) = editor.settings.journal_folder.glob("*.json")
    assert "table" in file.read_text()
    window.filing.save()
    assert not list(editor.settings.journal_folder.glob("*.json"))


def test_a_large_graph_is_kept_in_a_thread(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal._slow = True
    for number in range(5):
        journal.note(SetSetting("", "layer", "output", number + 1).apply(zoo.loads(TEXT))[0], None)
    while journal._thread is not None and journal._thread.is_alive():
        time.sleep(0.01)
    journal._lock.unlock()
    (entry,) = left_behind(tmp_path)
    assert output_of(zoo.loads(entry.text)) == 5
    journal.close()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "not kept" in Journal(tmp_path / "file" / "journal").trouble


def test_what_another_program_wrote_is_read(window: Window, qtbot: QtBot) -> None:
    assert window.workspace.path is not None
    window.workspace.path.write_text(TEXT.replace("output: 7", "output: 8"))
    qtbot.waitUntil(lambda: output_of(window.workspace.graph) == 8)
    assert "changed by another program" in window.last_words
    assert not window.workspace.document.modified
    window.workspace.undo()
    assert output_of(window.workspace.graph) == 7


def test_what_another_program_broke_is_told_and_not_read(window: Window, qtbot: QtBot) -> None:
    assert window.workspace.path is not None
    before = window.workspace.graph
    window.workspace.path.write_text(TEXT + "nodes: [")
    qtbot.waitUntil(lambda: "the graph stays as it is" in window.last_words)
    assert window.workspace.graph is before


def test_a_file_that_goes_is_kept_until_it_is_saved(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_ABSENCE", 10)
    path = window.workspace.path
    assert path is not None
    path.unlink()
    qtbot.waitUntil(lambda: "no longer on the disk" in window.last_words)
    assert window.workspace.document.modified
    assert window.filing.save()
    assert zoo.load(path).nodes.keys() == window.workspace.graph.nodes.keys()
    assert not window.workspace.document.modified


def test_unsaved_work_is_not_overwritten(window: Window, qtbot: QtBot) -> None:
    path = window.workspace.path
    assert path is not None
    window.workspace.perform(RenameNode("", "embed", "table"))
    fresh = path.with_suffix(".new")
    fresh.write_text(TEXT.replace("output: 7", "output: 8"))
    fresh.replace(path)  # as most editors save
    qtbot.waitUntil(lambda: "changes that are not saved" in window.last_words)
    assert "table" in window.workspace.graph.nodes
    difference = window.filing.difference()
    assert "-  layer: {use: basic/linear, with: {output: 8}" in difference
    window.filing.compare()
    dialog = window.findChild(Comparison)
    assert dialog is not None
    assert dialog.view.toPlainText() == difference
    dialog.close()
    window.filing.revert()
    assert output_of(window.workspace.graph) == 8
    assert not window.workspace.document.modified
    window.workspace.undo()
    assert "table" in window.workspace.graph.nodes


def test_the_gallery_comes_first_and_opens_templates(editor: Editor, qtbot: QtBot) -> None:
    editor.open_first()
    (window,) = editor.windows
    assert not list(window.docks.widgets())  # the first picture does not wait for what is not in sight
    assert not window.menus.actions["run.stop"].isEnabled()
    editor.load()
    assert window.docks.made("run")
    editor.templates.read(registry())
    gallery = window.gallery
    assert window.pages.currentWidget() is gallery
    qtbot.waitUntil(lambda: bool(gallery.cards))
    names = [card.name for card in gallery.cards]
    assert set(registry().graphs) - set(names) == {"blocks"}  # there to be imported
    road = [
        "rnn_language_model",
        "seq2seq_additive",
        "transformer_2017",
        "gpt",
        "llama",
        "mamba_language_model",
    ]
    assert [name for name in names if name in road] == road
    QTest.keyClicks(gallery.search, "gated memory")
    assert [card.name for card in gallery.found] == ["gated_delta_language_model"]
    assert [card for card in gallery.cards if not card.isHidden()] == gallery.found
    gallery.search.setText("gpt")
    assert gallery.found[0].name == "gpt"
    QTest.keyClick(gallery.found[0], Qt.Key.Key_Right)
    QTest.keyClick(gallery.search, Qt.Key.Key_Return)
    assert window.workspace.graph.name == "gpt"
    assert window.workspace.path is None
    assert window.pages.currentIndex() == 0
    assert window.panel_shown("inspector")
    assert len(editor.windows) == 1


def test_the_gallery_leads_to_an_empty_canvas(editor: Editor, qtbot: QtBot) -> None:
    window = editor.new(gallery=True)
    window.begin_empty()
    assert window.pages.currentIndex() == 0
    assert window.untouched
    assert window.status.problems.text() == "Empty graph"
    editor.templates.read(registry())
    qtbot.waitUntil(lambda: bool(window.offer.buttons))
    assert [button.text() for button in window.offer.buttons] == [
        "RNN language model",
        "GPT",
        "Transformer",
        "All templates…",
    ]
    window.offer.buttons[1].click()
    assert window.workspace.graph.name == "gpt"
    assert window.offer.isHidden()
    window = editor.new()
    editor.open_template("no such", window)
    assert "no library graph 'no such'" in window.last_words


@pytest.mark.parametrize("name", ["gpt", "seq2seq_additive", "transformer"])
def test_pictures_show_every_node(name: str) -> None:
    graph = zoo.load(registry().graphs[name])
    drawn = sketch(graph)
    assert set(graph.nodes) | set(graph.inputs) <= set(drawn.marks)
    assert all(drawn.marks[a].column < drawn.marks[b].column for a, b in drawn.lines)


def test_settings_that_cannot_be_read_are_set_aside(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"theme": 3')
    settings = Settings(tmp_path)
    assert "kept as" in settings.trouble
    assert (tmp_path / "settings.broken.json").read_text() == '{"theme": 3'
    settings.change(theme="Light", favourites=("basic/linear",))
    again = Settings(tmp_path)
    assert not again.trouble
    assert (again.choices.theme, again.choices.favourites) == ("Light", ("basic/linear",))


def test_the_window_is_where_it_was(editor: Editor, qapp: QApplication, tmp_path: Path) -> None:
    window = editor.new()
    window.resize(750, 666)
    window.docks["history"].hide()
    window.close()
    with an_editor(qapp, tmp_path / "settings") as other:
        again = other.new()
        assert again.height() == 666
        assert not again.panel_shown("history")


def test_a_template_brings_the_blocks_of_other_files(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "parts.yaml").write_text(
        "format: zoo/1\nname: parts\nblocks:\n"
        "  outer: {inputs: {x: float batch dim}, outputs: {out: b}, nodes: {b: {use: inner, in: x}}}\n"
        "  inner: {inputs: {x: float batch dim}, outputs: {out: t}, nodes: {t: {use: basic/tanh, in: x}}}\n"
    )
    (tmp_path / "whole.yaml").write_text(
        "format: zoo/1\nname: whole   # kept\ninputs: {x: float batch dim}\noutputs: {out: two}\n"
        "blocks:\n"
        "  inner: {inputs: {x: float batch dim}, outputs: {out: s}, nodes: {s: {use: basic/silu, in: x}}}\n"
        "nodes:\n  one: {use: parts.yaml#outer, in: x}\n  two: {use: inner, in: one}\n"
    )
    window = editor.new()
    assert window.filing.load_template(tmp_path / "whole.yaml")
    graph = window.workspace.graph
    assert not graph.files
    assert set(graph.blocks) == {"inner", "outer", "inner_2"}
    assert zoo.check(graph) == []
    assert window.workspace.save(tmp_path / "saved.yaml")
    text = (tmp_path / "saved.yaml").read_text()
    assert "# kept" in text
    assert "parts.yaml" not in text
    assert zoo.check(zoo.load(tmp_path / "saved.yaml")) == []


def test_every_template_opens_without_a_problem() -> None:
    for name, path in registry().graphs.items():
        graph = open_template(path)
        assert not graph.files
        assert sketch(graph).marks, name


def test_templates_are_called_as_people_write_them() -> None:
    written = spellings(
        [
            "An LSTM that ends, and one more LSTM. Bahdanau is no word of this sentence, but of its paper's.",
            "The paper (Bahdanau 2015). Models: Two GRUs and an xLSTM with attention. Attention looks back.",
        ]
    )
    assert written == {"lstm": "LSTM", "bahdanau": "Bahdanau", "gru": "GRU", "xlstm": "xLSTM"}
    names = ["gpt", "lstm_from_gates", "seq2seq_bahdanau", "xlstm_language_model", "transformer_2017"]
    assert [title(name, written) for name in names] == [
        "GPT",
        "LSTM from gates",
        "Seq2seq Bahdanau",
        "xLSTM language model",
        "Transformer 2017",
    ]
