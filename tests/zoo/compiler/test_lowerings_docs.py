"""Every example of docs/lowerings.md is run, and every lowering is on the page."""

import re
from pathlib import Path

import pytest

from zoo.compiler.lowerings import LOWERINGS, STEP
from zoo.compiler.unrolled import UnrolledGraph

PAGE = (Path(__file__).parents[3] / "docs" / "lowerings.md").read_text(encoding="utf-8")


def test_every_lowering_is_on_the_page() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert set(rows) == {*LOWERINGS, STEP}


@pytest.mark.tracing
def test_the_examples_run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UnrolledGraph, "backend", "eager")  # the time that compiling takes is no example
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    code = "\n".join(text for language, text in blocks if language == "python")
    exec(compile(code, "docs/lowerings.md", "exec"), {})
    (shown,) = (text for language, text in blocks if not language)
    assert capsys.readouterr().out == shown
