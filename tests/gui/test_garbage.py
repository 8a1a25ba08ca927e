"""What is garbage is collected in the thread of the windows, whichever thread has made it."""

from __future__ import annotations

import gc
import threading

from pytestqt.qtbot import QtBot

from zoo_gui.editor import Editor


class _Knot:
    """Refers to itself, and notes which thread it is destroyed in."""

    def __init__(self, ends: list[threading.Thread]) -> None:
        self.itself, self._ends = self, ends

    def __del__(self) -> None:
        self._ends.append(threading.current_thread())


def test_garbage_is_collected_in_this_thread(qtbot: QtBot, editor: Editor) -> None:
    ends: list[threading.Thread] = []

    def work() -> None:
        for _ in range(5000):  # many times what Python's own collector waits for
            _Knot(ends)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not ends
    qtbot.waitUntil(lambda: len(ends) > 4000)
    assert {*ends} == {threading.main_thread()}


def test_python_collects_again_after_the_editor(qtbot: QtBot, editor: Editor) -> None:
    assert not gc.isenabled()
    editor.finish()
    assert gc.isenabled()
