"""Tests on a real X server, begun by test_x.py: a window under the server's own pointer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.assembly.by_mouse import attend_self, draw
from tests.gui.assembly.goal import compiled, has_block, is_the_goal
from tests.gui.windows import a_window
from tests.gui.x.mouse import WHEEL_DOWN, WHEEL_UP, XMouse
from zoo.files import read_path
from zoo.packs import registry
from zoo_gui.canvas import Minimap
from zoo_gui.editor import Editor
from zoo_gui.selection import Pick

SCALE = float(os.environ.get("QT_SCALE_FACTOR", "1"))


def a_hand(qtbot: QtBot, editor: Editor, name: str = "") -> XMouse:
    """A hand on a window, with a graph of the library in it or empty."""
    window = a_window(editor, read_path(registry().graphs[name]).graph) if name else editor.new()
    window.setGeometry(0, 0, 1680, 1050)
    window.workspace.start()
    qtbot.waitActive(window)
    qtbot.waitUntil(lambda: window.workspace.fresh, timeout=60_000)
    qtbot.waitUntil(lambda: window.canvas.width() > 800)
    return XMouse(window)


def test_the_window_is_as_fine_as_the_screen(qtbot: QtBot, editor: Editor) -> None:
    assert QApplication.platformName() == "xcb"
    hand = a_hand(qtbot, editor, "transformer")
    canvas = hand.canvas
    picture = canvas.grab()
    assert picture.devicePixelRatio() == SCALE
    assert picture.width() == pytest.approx(canvas.width() * SCALE, abs=1)
    minimap = hand.window.panel("map")
    assert isinstance(minimap, Minimap)
    assert minimap.grab().devicePixelRatio() == SCALE
    assert canvas.camera.seen.contains(canvas.scene_.drawn())


def test_the_wheel_zooms_where_the_pointer_is(qtbot: QtBot, editor: Editor) -> None:
    hand = a_hand(qtbot, editor, "transformer")
    canvas = hand.canvas
    spot = hand.box("memory")
    scale, under = canvas.camera.scale, canvas.camera.to_scene(QPointF(spot[1]))
    hand.wheel(spot, WHEEL_UP)
    hand.wheel(spot, WHEEL_UP)
    assert canvas.camera.scale > 1.2 * scale
    assert (canvas.camera.to_scene(QPointF(spot[1])) - under).manhattanLength() < 3
    hand.wheel(spot, WHEEL_DOWN)
    hand.wheel(spot, WHEEL_DOWN)
    assert canvas.camera.scale == pytest.approx(scale)


def test_the_middle_button_moves_over_the_canvas(qtbot: QtBot, editor: Editor) -> None:
    hand = a_hand(qtbot, editor, "transformer")
    at = hand.canvas.scene_.boxes[Pick("node", "decoder")].frame.center()
    hand.pan(at)
    assert (hand.canvas.camera.seen.center() - at).manhattanLength() < 6
    assert not hand.window.workspace.document.history


def test_a_rubber_band_selects_and_a_drag_moves(qtbot: QtBot, editor: Editor) -> None:
    hand = a_hand(qtbot, editor, "transformer")
    canvas, workspace = hand.canvas, hand.window.workspace
    frames = {name: canvas.scene_.boxes[Pick("node", name)].frame for name in ("embed", "target_embed")}
    both = QRectF(frames["embed"]).united(frames["target_embed"]).adjusted(-12, -12, 12, 12)
    hand.drag(hand.on_canvas(both.topLeft()), hand.on_canvas(both.bottomRight()))
    assert {pick.name for pick in workspace.selection if isinstance(pick, Pick)} >= set(frames)
    workspace.select([Pick("node", "embed")])
    spot = hand.box("embed")
    hand.drag(spot, (spot[0], spot[1] + QPoint(0, -60)))
    assert workspace.document.history == ("move embed",)
    moved = canvas.scene_.boxes[Pick("node", "embed")].frame.center() - frames["embed"].center()
    assert moved.y() == pytest.approx(-60 / canvas.camera.scale, abs=12)


def test_keys_reach_the_list_that_adds(qtbot: QtBot, editor: Editor) -> None:
    hand = a_hand(qtbot, editor)
    hand.click(hand.ground())
    hand.act("key", "Tab")
    hand.act("type", "--delay", "5", "layer_norm")
    hand.act("key", "Return")
    assert set(hand.window.workspace.graph.nodes) == {"layer_norm"}
    hand.act("key", "ctrl+z")
    assert not hand.window.workspace.graph.nodes


def test_what_a_menu_opens_has_the_keys(qtbot: QtBot, editor: Editor) -> None:
    hand = a_hand(qtbot, editor)
    hand.choose(hand.ground(), "Add here…")
    hand.act("type", "--delay", "5", "layer_norm")
    hand.act("key", "Return")
    hand.choose(hand.box("layer_norm"), "Rename")
    hand.act("type", "--delay", "5", "norm")
    hand.act("key", "Return")
    assert set(hand.window.workspace.graph.nodes) == {"norm"}
    hand.choose(hand.ground(), "New input")
    hand.act("type", "--delay", "5", "tokens")
    hand.act("key", "Return")
    assert set(hand.window.workspace.graph.inputs) == {"tokens"}


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
