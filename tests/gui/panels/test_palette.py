"""The palette: every layer, found by letters, dragged, placed, among the favourites; packs that failed."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import zoo
from zoo.packs import load_packs, registry
from zoo_gui.panels.palette import Palette
from zoo_gui.panels.palette_model import MIME, USE
from zoo_gui.settings import Settings
from zoo_gui.theme import DARK, LIGHT
from zoo_gui.workspace import Workspace


@pytest.fixture
def placed() -> list[str]:
    return []


@pytest.fixture
def palette(qtbot: QtBot, tmp_path: Path, placed: list[str]) -> Palette:
    graph = zoo.loads("format: zoo/1\nname: x\nblocks:\n  mine: {about: A block., nodes: {}}\n")
    workspace = Workspace(graph, wait=True)
    made = Palette(workspace, Settings(tmp_path), placed.append, LIGHT)
    qtbot.addWidget(made, before_close_func=lambda _: workspace.close())
    made.set_registry(registry())
    return made


def titles(palette: Palette) -> list[str]:
    return [palette.model.index(row, 0).data() for row in range(palette.model.rowCount())]


def test_shows_every_layer(palette: Palette) -> None:
    assert all(palette.item(use) is not None for use in registry().layers)
    assert titles(palette)[0] == "Blocks of this graph"
    assert "recurrent" in titles(palette)


def test_a_few_letters_find_a_layer(palette: Palette, placed: list[str]) -> None:
    QTest.keyClicks(palette.search, "lstmc")
    assert palette.model.index(0, 0).data(USE) == "recurrent/lstm_cell"
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert placed == ["recurrent/lstm_cell"]
    palette.search.setText("nothing like it")
    assert "No layer fits" in titles(palette)[0]


def test_a_layer_is_dragged_by_its_name(palette: Palette) -> None:
    item = palette.item("basic/linear")
    assert item is not None
    data = palette.model.mimeData([item.index()])
    assert bytes(data.data(MIME).data()) == b"basic/linear"
    assert item.flags() & Qt.ItemFlag.ItemIsDragEnabled


def test_favourites_stand_first(palette: Palette) -> None:
    palette.toggle_favourite("basic/linear")
    assert titles(palette)[0] == "Favourites"
    palette.toggle_favourite("basic/linear")
    assert "Favourites" not in titles(palette)


def test_a_pack_that_failed_says_why(palette: Palette, tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "worse.py").write_text("1 / 0\n")
    palette.set_registry(load_packs(plugins=[folder]))
    section = palette.model.index(palette.model.rowCount() - 1, 0)
    assert section.data() == "Packs that failed"
    broken = palette.model.index(0, 0, section)
    assert broken.data() == "worse"
    assert "ZeroDivisionError" in broken.data(Qt.ItemDataRole.ToolTipRole)
    assert palette.model.mimeData([broken]).formats() == []
    said: list[str] = []
    palette._workspace.told.connect(said.append)
    palette.tree.activated.emit(broken)
    assert "the pack worse could not be loaded: ZeroDivisionError" in said[0]


def test_takes_another_theme(palette: Palette) -> None:
    palette.set_theme(DARK)
    assert palette.item("basic/linear") is not None
