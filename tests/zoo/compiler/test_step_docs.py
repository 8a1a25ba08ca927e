"""What docs/streaming.md shows is run, and what it says is printed is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "streaming.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def without_places(text: str) -> str:
    """A text without lines and columns of files, which move when these are edited."""
    return re.sub(r"(\.yaml)(:\d+)+", r"\1", text)


PLAIN = [(kind, without_places(block)) for kind, block in FENCES if not kind]


def test_the_examples(capsys: pytest.CaptureFixture[str]) -> None:
    code = "\n".join(block for kind, block in FENCES if kind == "python")
    exec(compile(code, "docs/streaming.md", "exec"), {})
    printed = without_places(capsys.readouterr().out)
    refusal, source = (block for _, block in PLAIN)
    assert " ".join(refusal.split()) in " ".join(printed.split())
    lines = [line for line in source.splitlines() if line.strip() not in ("", "...")]
    assert len(lines) > 8
    assert not [line for line in lines if line not in printed.splitlines()]
