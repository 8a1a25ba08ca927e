"""Pictures of graphs, as files."""

import errno
from pathlib import Path

import pytest
from click.testing import CliRunner
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

import zoo
from tests.gui.canvas.drawn import TEXT
from zoo.cli.app import cli
from zoo.errors import FileError, ZooError
from zoo_gui import pictures
from zoo_gui.theme import DARK, LIGHT


def test_a_png_has_every_body_below_the_graph(qapp: QApplication, tmp_path: Path) -> None:
    graph = zoo.loads(TEXT)
    pictures.draw(graph, tmp_path / "whole.png")
    pictures.draw(graph, tmp_path / "flat.png", dark=True, inner=False)
    pictures.draw(graph, tmp_path / "large.png", dark=True, inner=False, scale=2)
    whole, flat, large = (QImage(str(tmp_path / f"{name}.png")) for name in ("whole", "flat", "large"))
    assert whole.height() > flat.height() + 2 * pictures.CAPTION
    assert abs(large.width() - 2 * flat.width()) <= 1
    assert whole.pixelColor(2, 2) == LIGHT.background
    assert flat.pixelColor(2, 2) == DARK.background
    colours = {large.pixel(x, y) for x in range(0, large.width(), 7) for y in range(0, large.height(), 3)}
    assert len(colours) > 10


def test_an_svg_names_every_node(qapp: QApplication, tmp_path: Path) -> None:
    pictures.draw(zoo.loads(TEXT), tmp_path / "small.svg")
    text = (tmp_path / "small.svg").read_text(encoding="utf-8")
    assert "<title>small</title>" in text
    for name in ("embed", "pair", "attend", "walk", "cell", "walk: scan over time", "pair: "):
        assert f">{name}" in text, name


def test_what_cannot_be_drawn_is_told(qapp: QApplication, tmp_path: Path) -> None:
    graph = zoo.loads(TEXT)
    with pytest.raises(ZooError, match=r"a picture is an \.svg or a \.png, and 'a\.jpg' is neither"):
        pictures.draw(graph, tmp_path / "a.jpg")
    with pytest.raises(ZooError, match="may be 16000 along a side"):
        pictures.draw(graph, tmp_path / "a.png", scale=80)
    with pytest.raises(ZooError, match="cannot be written"):
        pictures.draw(graph, tmp_path / "missing" / "a.png")


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_a_full_disk_leaves_the_picture_that_was_there(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = tmp_path / f"small{suffix}"
    path.write_text("before", encoding="utf-8")

    def fail(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(FileError, match="cannot be written: No space left on device; it is as it was before"):
        pictures.draw(zoo.loads(TEXT), path)
    assert [each.read_text(encoding="utf-8") for each in tmp_path.iterdir()] == ["before"]


def test_the_command_draws_a_graph_of_the_library(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "new" / "gpt.png"
    line = ["draw", "gpt", "-o", str(path), "--flat", "--dark"]
    done = CliRunner().invoke(cli, line)
    assert (done.exit_code, done.output) == (0, f"wrote {path}\n")
    assert "overwrite it with --force" in CliRunner().invoke(cli, line).output
    assert not QImage(str(path)).isNull()
