"""The Transformer assembled by drag and drop, from an empty window to a file that runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.assembly.by_mouse import attend_self, draw
from tests.gui.assembly.goal import compiled, has_block, is_the_goal
from tests.gui.assembly.mouse import Mouse
from zoo_gui.editor import Editor


def a_hand(qtbot: QtBot, editor: Editor) -> Mouse:
    window = editor.new()
    window.resize(1680, 1050)
    window.workspace.start()
    qtbot.waitActive(window)
    qtbot.waitUntil(lambda: window.workspace.fresh, timeout=60_000)
    return Mouse(window)


def test_a_block_by_drag_and_drop(qtbot: QtBot, editor: Editor, tmp_path: Path) -> None:
    hand = a_hand(qtbot, editor)
    attend_self(hand)
    hand.keys.save_as(str(tmp_path / "mine.yaml"))
    has_block(tmp_path / "mine.yaml", "attend_self")


@pytest.mark.long
def test_the_transformer_by_drag_and_drop(qtbot: QtBot, editor: Editor, tmp_path: Path) -> None:
    hand = a_hand(qtbot, editor)
    draw(hand)
    hand.keys.save_as(str(tmp_path / "mine.yaml"))
    is_the_goal(tmp_path / "mine.yaml")
    compiled(tmp_path / "mine.yaml")
