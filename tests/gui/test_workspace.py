"""A workspace: edits, undo, the scope that is shown, the selection, saving; and the check that follows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import zoo
from zoo.edits import Connect, End, RemoveBlock, RenameNode
from zoo.graph import Ref
from zoo_gui.selection import Pick
from zoo_gui.workspace import Workspace

TEXT = """\
format: zoo/1
name: small
inputs: {tokens: int batch time}
outputs: {out: layer}
nodes:
  embed: {use: basic/embedding, with: {vocab: 11, dim: 5}, in: tokens}   # kept
  layer: {use: basic/linear, with: {output: 7}, in: embed}
"""


@pytest.fixture
def workspace(qtbot: QtBot, tmp_path: Path) -> Iterator[Workspace]:
    path = tmp_path / "small.yaml"
    path.write_text(TEXT)
    workspace = Workspace(zoo.load(path), path)
    with qtbot.waitSignal(workspace.resolved, timeout=60_000):
        pass
    yield workspace
    workspace.close()


def test_every_edit_is_checked(qtbot: QtBot, workspace: Workspace) -> None:
    assert workspace.fresh
    with qtbot.waitSignal(workspace.resolved, timeout=60_000):
        assert workspace.perform(Connect("", End("layer", "inputs", ""), Ref("tokens")))
    assert workspace.resolution is not None
    assert not workspace.resolution.ok
    with qtbot.waitSignal(workspace.resolved, timeout=60_000):
        workspace.undo()
    assert workspace.resolution.ok
    assert not workspace.document.modified


def test_an_edit_that_does_not_fit_is_told(workspace: Workspace) -> None:
    before = workspace.graph
    told: list[str] = []
    workspace.refused.connect(told.append)
    assert not workspace.perform(RenameNode("", "embed", "layer"))
    assert "layer" in told[0]
    assert workspace.graph is before


def test_the_selection_holds_only_what_is_there(workspace: Workspace) -> None:
    workspace.select([Pick("node", "embed"), Pick("input", "tokens"), End("layer", "inputs", "")])
    workspace.perform(RenameNode("", "embed", "table"))
    assert workspace.selection == {Pick("input", "tokens"), End("layer", "inputs", "")}


def test_saving_keeps_the_rest_of_the_file(workspace: Workspace) -> None:
    workspace.perform(RenameNode("", "embed", "table"))
    assert workspace.document.modified
    assert workspace.save()
    assert not workspace.document.modified
    assert workspace.path is not None
    assert workspace.path.read_text() == TEXT.replace("embed:", "table:").replace("in: embed", "in: table")


def test_a_file_that_cannot_be_written_is_told(qtbot: QtBot, workspace: Workspace, tmp_path: Path) -> None:
    workspace.perform(RenameNode("", "embed", "table"))
    with qtbot.waitSignal(workspace.told):
        assert not workspace.save(tmp_path / "nowhere" / "x.yaml")
    assert workspace.document.modified


def test_leaves_a_block_that_is_gone(qtbot: QtBot) -> None:
    workspace = Workspace(zoo.loads("format: zoo/1\nname: x\nblocks:\n  b: {nodes: {}}\n"))
    try:
        workspace.enter("#b")
        with qtbot.waitSignal(workspace.scope_changed):
            assert workspace.perform(RemoveBlock("b"))
        assert workspace.scope == ""
    finally:
        workspace.close()


def test_nothing_is_checked_before_the_start(qtbot: QtBot, workspace: Workspace) -> None:
    waiting = Workspace(workspace.graph, wait=True)
    try:
        waiting.perform(RenameNode("", "embed", "table"))
        qtbot.wait(20)
        assert waiting.resolution is None
        with qtbot.waitSignal(waiting.resolved, timeout=60_000):
            waiting.start()
        assert waiting.fresh
    finally:
        waiting.close()


def test_another_document_is_taken_up(workspace: Workspace) -> None:
    workspace.perform(RenameNode("", "embed", "table"))
    workspace.select([Pick("node", "layer")])
    workspace.load(zoo.loads("format: zoo/1\nname: other\n"))
    assert workspace.graph.name == "other"
    assert workspace.path is None
    assert not workspace.selection
    assert not workspace.document.modified
    assert not workspace.document.can_undo


def test_shows_the_box_of_a_path(workspace: Workspace) -> None:
    shown: list[str] = []
    workspace.shown.connect(shown.append)
    assert workspace.show("layer")
    assert workspace.selection == {Pick("node", "layer")}
    assert shown == ["layer"]
    assert not workspace.show("nothing")
