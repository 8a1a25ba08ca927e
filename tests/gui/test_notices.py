"""Sentences above the canvas."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.gui.wrappers import wrapped_items
from zoo_gui.notices import Notices
from zoo_gui.theme import LIGHT


def test_the_newest_three_are_shown(qtbot: QtBot) -> None:
    notices = Notices(LIGHT)
    qtbot.addWidget(notices)
    for text in ("one", "two", "three", "two", "four"):
        notices.tell(text)
    assert [notice.text for notice in notices.shown] == ["three", "two", "four"]
    notices.shown[1].leave()
    assert [notice.text for notice in notices.shown] == ["three", "four"]
    notices.clear()
    assert not notices.shown


def test_no_wrapper_outlives_its_layout_item(qtbot: QtBot) -> None:
    notices = Notices(LIGHT)
    qtbot.addWidget(notices)
    before = wrapped_items()
    for text in ("one", "two", "three", "four"):
        notices.tell(text)
    notices.clear()
    QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))
    assert wrapped_items() == before


def test_sentences_begin_with_a_capital(qtbot: QtBot) -> None:
    notices = Notices(LIGHT)
    qtbot.addWidget(notices)
    for text, shown in (("select two boxes", "Select two boxes"), ("x.yaml: line 3", "x.yaml: line 3")):
        notices.tell(text)
        assert [label.text() for label in notices.shown[-1].findChildren(QLabel)][-1] == shown
