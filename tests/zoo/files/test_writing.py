"""Changing a text: only the lines that must change do, in the manner of their neighbours, and comments
stay.
"""

from __future__ import annotations

import pytest

from zoo.edits import (
    Edit,
)
from zoo.files import dumps, loads, writer


@pytest.fixture
def no_reprint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the whole text anew counts as a failure."""

    def refuse(*_: object) -> str:
        raise AssertionError("the text was printed anew instead of changed")

    monkeypatch.setattr(writer, "_reprinted", refuse)


def edited(text: str, *edits: Edit) -> str:
    graph = loads(text)
    for edit in edits:
        graph = edit.apply(graph)[0]
    return dumps(graph)
