"""Rows that go on in the next line where there is no room."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from zoo_gui.flow import Flow


def test_lines_are_as_many_as_there_must_be(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    flow = Flow(centred=True, margin=5)
    flow.setParent(around)
    buttons = [QPushButton(text) for text in ("Start", "Go on from there", "Stop")]
    for button in buttons:
        flow.add(button)
    around.show()
    wide, line = flow.sizeHint().width(), flow.sizeHint().height()
    assert line < flow.heightForWidth(wide - 1) < flow.heightForWidth(1)
    assert flow.minimumSizeHint().width() < wide
    flow.resize(wide, line)
    assert len({button.y() for button in buttons}) == 1
    flow.resize(wide - 1, flow.heightForWidth(wide - 1))
    first, second, third = (button.geometry() for button in buttons)
    assert first.top() == second.top() < third.top()
    assert abs(third.center().x() - flow.rect().center().x()) <= 1
    buttons[2].setText("Stop at once, whatever it is at")
    qtbot.waitUntil(lambda: buttons[2].width() == buttons[2].sizeHint().width())
    flow.take(buttons[1])
    assert flow.childAt(QPoint(first.left() + 1, first.center().y())) is buttons[0]
    assert flow.sizeHint().width() == buttons[0].sizeHint().width() + buttons[2].sizeHint().width() + 6 + 10
