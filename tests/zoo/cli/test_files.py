"""Tables: whole names on a narrow terminal, no blanks at the ends of lines in a file."""

import io
import sys

import pytest

from zoo.cli.files import print_table, table

ROWS = [
    ("lstm_language_model", "A stack of LSTM layers with dropout between them", "/a/long/path/of/a/file.yaml")
]


def shown(monkeypatch: pytest.MonkeyPatch, terminal: bool, width: int) -> str:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    rows = table("graph", "what it is", "file")
    for row in ROWS:
        rows.add_row(*row)
    print_table(rows)
    return screen.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_name_stays_whole_and_nothing_is_cut(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    text = shown(monkeypatch, True, width)
    assert "lstm_language_model" in text
    assert "…" not in text
    assert (len(text.splitlines()) == 2) == (width < 60)


def test_in_a_file_a_row_is_a_line_without_blanks_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, False, 40).splitlines()
    assert len(lines) == 1 + len(ROWS)
    assert all(line == line.rstrip() for line in lines)
