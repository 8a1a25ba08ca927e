"""Work beside the window: the newest first, faults told, threads ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

import zoo
import zoo_gui.checker
from zoo_gui.background import Background
from zoo_gui.checker import Checker


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


@pytest.fixture
def background(qtbot: QtBot, gate: threading.Event) -> Iterator[Background]:
    def work(item: int) -> int:
        gate.wait(10)
        return 60 // item

    made = Background("test", work)
    yield made
    gate.set()
    made.close()


def test_what_came_between_is_skipped(background: Background, gate: threading.Event, qtbot: QtBot) -> None:
    done: list[object] = []
    background.done.connect(done.append)
    for item in (1, 2, 3, 4, 5, 6):
        background.ask(item)
    gate.set()
    qtbot.waitUntil(lambda: 10 in done)
    assert len(done) <= 2


def test_a_fault_is_told_and_work_goes_on(
    background: Background, gate: threading.Event, qtbot: QtBot
) -> None:
    gate.set()
    heard: list[object] = []
    background.failed.connect(heard.append)
    background.done.connect(heard.append)
    with qtbot.waitSignal(background.failed):
        background.ask(0)
    with qtbot.waitSignal(background.done):
        background.ask(3)
    assert heard == ["ZeroDivisionError: integer division or modulo by zero", 20]


def test_a_fault_of_the_checker_is_a_sentence(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a pack's rule")

    monkeypatch.setattr(zoo_gui.checker, "resolve", broken)
    checker = Checker()
    heard: list[str] = []
    checker.failed.connect(heard.append)
    try:
        with qtbot.waitSignal(checker.failed, timeout=60_000):
            checker.ask(zoo.loads("format: zoo/1\nname: x\n"))
        assert heard == ["the graph could not be checked: RuntimeError: a pack's rule"]
        monkeypatch.undo()
        with qtbot.waitSignal(checker.resolved, timeout=60_000):
            checker.ask(zoo.loads("format: zoo/1\nname: x\n"))
    finally:
        checker.close()
