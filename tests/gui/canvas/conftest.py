"""A canvas that is closed at the end."""

from collections.abc import Iterator

import pytest

pytest.importorskip("PySide6", reason="the editor needs Qt: pip install layerzoo[gui]")

from pytestqt.qtbot import QtBot

from tests.gui.canvas.drawn import drawn
from zoo_gui.canvas import Canvas


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    with drawn(qtbot) as canvas:
        yield canvas
