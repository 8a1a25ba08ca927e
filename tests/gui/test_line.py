"""Signs in lines and boxes to tick are as large as the text is."""

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from zoo_gui.editor import Editor
from zoo_gui.line import Line
from zoo_gui.panels.palette import Palette
from zoo_gui.panels.tick import Tick
from zoo_gui.window import Window


def test_signs_and_boxes_grow_with_the_text(window: Window, editor: Editor, qtbot: QtBot) -> None:
    palette = window.panel("layers")
    assert isinstance(palette, Palette)
    (glass, _) = palette.search.findChildren(QToolButton)
    tick = Tick()
    qtbot.addWidget(tick)
    before, box = glass.width(), tick.sizeHint().width()
    editor.looks.resize_text(10)
    assert glass.width() > before + 8
    assert tick.sizeHint().width() > box + 8
    editor.looks.resize_text(-10)
    assert glass.width() == before


def test_a_line_is_cleared_by_its_button(window: Window, qtbot: QtBot) -> None:
    line = Line(window.theme, "Search", leading="search")
    qtbot.addWidget(line)
    line.clearable()
    line.resize(200, 30)
    line.show()
    glass, clear = line.findChildren(QToolButton)
    assert clear.isHidden()
    QTest.keyClicks(line, "lstm")
    assert not clear.isHidden()
    assert glass.geometry().right() < line.width() / 2 < clear.geometry().left()
    assert line.childAt(QPoint(line.width() - 12, line.height() // 2)) is clear
    clear.click()
    assert not line.text()
    assert clear.isHidden()
