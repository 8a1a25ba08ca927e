"""What is written is written at once, and stays whatever happens; what is read is read when it is needed."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from zoo.cli.lines import lines_of, writing
from zoo.errors import FileError, InputError


def test_a_text_is_there_as_soon_as_it_is_written(tmp_path: Path) -> None:
    out = tmp_path / "new" / "texts.txt"
    with writing("sentences", 2, out, force=False) as pen:
        pen.done("größer")
        assert out.read_text(encoding="utf-8") == "größer\n"
        pen.write("kl", end="")
        assert out.read_text(encoding="utf-8") == "größer\nkl"
        pen.write("ein")
        pen.done()
    assert out.read_text(encoding="utf-8") == "größer\nklein\n"
    with pytest.raises(FileError, match="exists already"), writing("sentences", 2, out, force=False):
        pass
    assert out.read_text(encoding="utf-8") == "größer\nklein\n"
    with writing("sentences", 2, out, force=True):
        pass
    assert not out.read_text(encoding="utf-8")


@pytest.mark.parametrize("error", [KeyboardInterrupt, InputError("too much")])
@pytest.mark.parametrize("total", [1000, None])
def test_what_was_written_stays_when_it_ends_early(
    error: Any, total: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    def write() -> None:
        with writing("sentences", total, None, force=False) as pen:
            pen.done("one")
            pen.done("two", "zwei")
            pen.write("thr", end="")
            raise error

    with pytest.raises((KeyboardInterrupt, InputError)):
        write()
    said = capsys.readouterr()
    assert said.out == "one\ntwo\nzwei\nthr\n"
    of = " of 1,000" if total else ""
    assert said.err == f"stopped early; sentences complete and written: 2{of}\n"


def test_a_document_has_what_was_complete(capsys: pytest.CaptureFixture[str]) -> None:
    found: list[str] = []
    for stop in (None, KeyboardInterrupt):
        found.clear()
        try:
            with writing("pictures", 2, None, force=False, document=lambda: found) as pen:
                for text in ("one", "two"):
                    found.append(text)
                    pen.write(text)
                    if stop is not None:  # in the middle: what there is counts
                        raise stop
                    pen.done()
        except KeyboardInterrupt:
            assert stop is not None
        assert json.loads(capsys.readouterr().out) == (["one", "two"] if stop is None else ["one"])
    with pytest.raises(InputError), writing("pictures", 2, None, force=False, document=lambda: found):
        raise InputError("nothing to begin with")
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    """What says that a person looks at it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("shown", [True, False])
def test_a_bar_shows_where_no_text_does(shown: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with writing("sentences", 3, tmp_path / "out.txt" if shown else None, force=False) as pen:
        pen.done("one")
    assert ("1/3" in terminal.getvalue()) == shown


def test_a_pipe_is_read_when_a_line_is_asked_for() -> None:
    reading, writing_end = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as file, os.fdopen(writing_end, "wb", buffering=0) as source:
        lines = iter(lines_of(file))
        for text in ("one", "", "drei \u2028 größer"):
            source.write(text.encode() + b"\n")
            assert next(lines) == text
        source.write(b"gr\xf6\n")
        with pytest.raises(FileError, match="is to be text in UTF-8, and is not; convert it first"):
            next(lines)


@pytest.mark.parametrize(
    ("text", "lines"), [("", []), ("\n", [""]), ("a\n\n", ["a", ""]), ("a\r\nb", ["a", "b"])]
)
def test_line_feeds_end_lines(text: str, lines: list[str], tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes(text.encode())
    with (tmp_path / "text.txt").open(encoding="utf-8") as file:
        assert lines_of(file) == lines
