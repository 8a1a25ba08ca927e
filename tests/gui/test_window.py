"""A window: opens, tells, undoes, saves, asks before it closes; and the sentence when there can be none."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QTabBar
from pytestqt.qtbot import QtBot

import zoo
from tests.gui.windows import TEXT
from zoo.edits import RenameNode
from zoo_gui.display import why_no_window
from zoo_gui.editor import Editor
from zoo_gui.selection import Pick
from zoo_gui.splash import Splash
from zoo_gui.theme import THEMES
from zoo_gui.window import Window


def zoo_gui(**changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{name: value for name, value in changes.items() if value is not None}}
    for name in [name for name, value in changes.items() if value is None]:
        environment.pop(name, None)
    command = [sys.executable, "-P", "-m", "zoo", "gui"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_there_is_a_sentence() -> None:
    done = zoo_gui(DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert done.returncode == 1
    assert done.stderr.startswith("error: the editor opens a window, and there is no display here")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_a_display_that_does_not_answer_is_named() -> None:
    assert "display :4711 does not answer" in why_no_window({"DISPLAY": ":4711"})
    assert not why_no_window({"QT_QPA_PLATFORM": "offscreen"})
    assert not why_no_window({"WAYLAND_DISPLAY": "wayland-0"})


def test_shows_what_is_open(window: Window, tmp_path: Path) -> None:
    assert window.windowTitle() == "small.yaml[*]"
    assert not window.isWindowModified()
    assert [button.text() for button in window.breadcrumb.buttons] == ["small"]
    window.workspace.perform(RenameNode("", "embed", "table"))
    assert window.isWindowModified()
    assert window.status.saved.text() == "Not saved"
    assert window.status.nodes.text() == "2 nodes"
    window.menus.call("edit.undo")
    assert not window.isWindowModified()
    window.menus.call("edit.redo")
    window.menus.call("file.save")
    assert (tmp_path / "small.yaml").read_text() == TEXT.replace("embed:", "table:").replace(
        "in: embed", "in: table"
    )
    assert window.status.saved.text() == "Saved"


def test_what_cannot_be_done_is_told_once(window: Window) -> None:
    for _ in range(3):
        window.workspace.perform(RenameNode("", "embed", "layer"))
    assert len(window.notices.shown) == 1
    window.notices.shown[0].close_button.click()
    assert not window.notices.shown


def test_what_was_refused_goes_with_the_next_edit(window: Window) -> None:
    window.workspace.perform(RenameNode("", "embed", "layer"))
    window.workspace.told.emit("the disk is full")
    window.workspace.perform(RenameNode("", "embed", "table"))
    assert [notice.text for notice in window.notices.shown] == ["the disk is full"]


def test_files_that_are_dropped_are_opened(window: Window, editor: Editor, tmp_path: Path) -> None:
    for name in ("other.yaml", "notes.txt"):
        (tmp_path / name).write_text(TEXT)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("other.yaml", "notes.txt")])
    copies, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(9, 9), copies, data, left, none)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), copies, data, left, none))
    assert [each.document_name for each in editor.windows] == ["small.yaml", "other.yaml"]


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_is_put_on(window: Window, editor: Editor, name: str) -> None:
    editor.looks.choose_theme(name)
    assert window.theme is THEMES[name]
    assert window.menus.actions["view.theme_high_contrast"].isCheckable()
    assert window.palette().window().color() == THEMES[name].window


def test_nothing_of_a_closed_window_stays(editor: Editor, tmp_path: Path) -> None:
    editor.new()
    gone: list[weakref.ref[object]] = []
    for number in range(3):
        path = tmp_path / f"{number}.yaml"
        path.write_text(TEXT)
        window = editor.new()
        assert window.filing.load(path)
        window.show()
        gone.extend(map(weakref.ref, (window, window.workspace, window.canvas)))
        window.close()
        del window
    QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))
    gc.collect()
    assert [each() for each in gone if each() is not None] == []


def test_the_splash_is_painted(qapp: QApplication, qtbot: QtBot) -> None:
    splash = Splash()
    qtbot.addWidget(splash)
    image = splash.pixmap().toImage()
    assert len({image.pixel(x, 90) for x in range(0, image.width(), 7)}) > 2


def test_text_grows(editor: Editor, window: Window, qtbot: QtBot) -> None:
    before = window.font().pointSize()
    window.show()
    wide = window.docks["inspector"].width()
    editor.looks.resize_text(2)
    assert window.font().pointSize() == before + 2
    qtbot.waitUntil(lambda: window.docks["inspector"].width() > wide)
    editor.looks.resize_text(-2)
    bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert [bar.accessibleName() for bar in bars] == ["Panels"] * 3


def test_panels_go_and_come(window: Window, qtbot: QtBot) -> None:
    window.reveal("layers", raised=True)
    assert window.panel_shown("layers")
    window.menus.call("view.panel_layers")
    assert not window.panel_shown("layers")
    window.docks.place()
    assert window.panel_shown("layers")
    window.show()
    low = window.docks["problems"].height()
    window.docks.place()
    QTest.qWait(50)
    assert window.docks["problems"].height() == low  # the panel behind it, which wants more, is not asked
    window.reveal("run", raised=True)
    qtbot.waitUntil(lambda: window.docks["run"].height() > low)
    window.reveal("text", raised=True)
    qtbot.waitUntil(lambda: window.docks["text"].width() > window.width() // 3)


def test_goes_into_a_block_and_out(editor: Editor) -> None:
    window = editor.new(zoo.loads("format: zoo/1\nname: x\nblocks:\n  b: {nodes: {}}\n"))
    window.workspace.enter("#b")
    assert [button.text() for button in window.breadcrumb.buttons] == ["x", "b"]
    window.breadcrumb.buttons[0].click()
    assert window.workspace.scope == ""
    window.workspace.enter("#b")
    window.menus.call("view.up")
    assert window.workspace.scope == ""


def test_asks_once_about_what_is_not_saved(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(box: QMessageBox) -> int:
        asked.append(box.text())
        return QMessageBox.StandardButton.Cancel.value

    monkeypatch.setattr(QMessageBox, "exec", answer)
    window.workspace.perform(RenameNode("", "embed", "table"))
    assert not window.close()
    assert asked == ["Save the changes of “small.yaml”?"]

    def yes(_: QMessageBox) -> int:
        return QMessageBox.StandardButton.Save.value

    monkeypatch.setattr(QMessageBox, "exec", yes)
    path = window.workspace.path
    assert window.close()
    assert path is not None
    assert "table:" in path.read_text()


def test_saves_under_a_name(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def name(*_: object) -> tuple[str, str]:
        return str(tmp_path / "other"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", name)
    window.menus.call("file.save_as")
    assert (tmp_path / "other.yaml").read_text() == TEXT
    assert window.windowTitle() == "other.yaml[*]"
    assert window.editor.settings.choices.recent[0] == str(tmp_path / "other.yaml")


def test_a_file_opens_once(editor: Editor, window: Window, tmp_path: Path) -> None:
    assert editor.open(tmp_path / "small.yaml") is window
    other = editor.open(tmp_path / "nothing.yaml", window)
    assert other is window
    assert "there is no file" in window.last_words
    assert len(editor.windows) == 1


def test_commands_are_found_by_their_words(window: Window, qtbot: QtBot) -> None:
    from zoo_gui.quick_list import QuickList

    window.workspace.perform(RenameNode("", "embed", "table"))
    window.menus.call("help.commands")
    quick = window.findChild(QuickList)
    assert quick is not None
    QTest.keyClicks(quick.search, "undo")
    QTest.keyClick(quick.search, Qt.Key.Key_Return)
    assert "embed" in window.workspace.graph.nodes


def test_nodes_are_found_in_blocks(editor: Editor, qtbot: QtBot) -> None:
    from zoo_gui.quick_list import QuickList

    text = (
        "format: zoo/1\nname: x\nblocks:\n"
        "  b: {nodes: {deep: {use: basic/linear, with: {output: 31}, in: deep}}}\n"
    )
    window = editor.new(zoo.loads(text))
    window.menus.call("edit.find")
    quick = window.findChild(QuickList)
    assert quick is not None
    QTest.keyClicks(quick.search, "linear 31")
    QTest.keyClick(quick.search, Qt.Key.Key_Return)
    assert window.workspace.scope == "#b"
    assert window.workspace.selection == {Pick("node", "deep")}
