"""What docs/export.md shows in Python is run, in its order."""

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "export.md").read_text(encoding="utf-8")

pytestmark = [
    pytest.mark.tracing,
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning"),  # torch's own
]


def test_the_examples_print_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
    names: dict[str, Any] = {}
    exec(compile(code, "docs/export.md", "exec"), names)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "{'tokens': 'int batch time', 'mask': 'bool batch time'}"
    assert float(printed[1]) < 1e-6
    assert printed[2:4] == ["(2, 3, 13)", "torch.Size([1, 3, 13])"]
    assert {key for key in names["about"] if key.startswith("layerzoo.")} == set(
        re.findall(r"`(layerzoo\.[a-z]+)`", PAGE.partition("## What a file says")[2].partition("A `.pt2`")[0])
    )
