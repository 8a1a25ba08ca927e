"""The editor's tests need Qt; without it they are skipped, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PySide6", reason="the editor needs Qt: pip install layerzoo[gui]")

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from zoo_gui.editor import Editor
    from zoo_gui.window import Window


@pytest.fixture
def editor(qapp: QApplication, tmp_path: Path) -> Iterator[Editor]:
    """An editor whose settings lie in the folder ``settings`` of the test."""
    from tests.gui.windows import an_editor

    with an_editor(qapp, tmp_path / "settings") as made:
        yield made


@pytest.fixture
def window(editor: Editor, tmp_path: Path) -> Window:
    """A window with a small file."""
    from tests.gui.windows import TEXT

    path = tmp_path / "small.yaml"
    path.write_text(TEXT)
    opened = editor.open(path)
    assert opened is not None
    return opened
