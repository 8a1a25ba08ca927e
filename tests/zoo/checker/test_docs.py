"""docs/problems.md has a line for every code, and its examples are what is really said."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from tests.zoo.checker.spoiled.every import SPOILERS
from zoo.checker.findings import Code
from zoo.files import read

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/problems.md").read_text("utf-8")
TEXT, GRAPH = re.split("^## The (?:text|graph)$", PAGE, flags=re.MULTILINE)[1:]
HEAD = "format: zoo/1\nname: t\n"
BROKEN = {
    "yaml-alias": f"{HEAD}inputs: {{x: *a}}\n",
    "yaml-anchor": f"{HEAD}inputs: {{x: &a float batch}}\n",
    "yaml-character": f"{HEAD}about: a\x00b\n",
    "yaml-depth": f"{HEAD}about: {'[' * 50}{']' * 50}\n",
    "yaml-directive": f"%YAML 1.2\n---\n{HEAD}",
    "yaml-documents": f"{HEAD}---\nname: u\n",
    "yaml-duplicate-key": f"{HEAD}name: u\n",
    "yaml-key": f"{HEAD}inputs: {{<<: x}}\n",
    "yaml-syntax": f"{HEAD}inputs: {{x: float batch\n",
    "yaml-tag": f"{HEAD}inputs: {{x: !y float batch}}\n",
    "file-empty": "",
    "too-many": f"{HEAD}nodes:\n" + "".join(f"  n{index}: 3\n" for index in range(300)),
}


def rows(section: str) -> dict[str, str]:
    """The example of every code."""
    found = re.findall(r"^\| `([a-z-]+)` \| .+ \| `` (.+) `` \|$", section, flags=re.MULTILINE)
    assert len(found) == section.count("\n| `")
    return {code: example.replace("\\|", "|") for code, example in found}


def without_place(problem: str) -> str:
    """What is said, without file, line, column and severity."""
    return re.sub(r"^\S+:\d+:\d+: ((warning|note): )?", "", problem)


def test_every_code_of_the_checker_has_a_line_in_order() -> None:
    assert list(rows(GRAPH)) == sorted(get_args(Code))


def test_the_examples_of_the_graph_are_said() -> None:
    said = {" ".join(part.split()) for spoiler in SPOILERS for part in (spoiler.__doc__ or "").split("\n\n")}
    said = {without_place(line) for line in said}
    elsewhere = {"graph-depth", "param-missing", "param-value"}  # test_params.py, test_fuzz.py
    missing = {code: example for code, example in rows(GRAPH).items() if example not in said}
    assert missing.keys() == elsewhere


@pytest.mark.parametrize(("code", "text"), BROKEN.items())
def test_the_examples_of_broken_texts_are_said(code: str, text: str) -> None:
    said = [without_place(str(problem)) for problem in read(text).problems if problem.code == code]
    assert rows(TEXT)[code] in said


def test_the_other_examples_of_the_text_are_said() -> None:
    said: dict[str, set[str]] = {}
    for line in (ROOT / "tests/zoo/files/data/spoiled.txt").read_text("utf-8").splitlines():
        if line.startswith("! "):
            code, _, rest = line[2:].partition(" ")
            said.setdefault(code, set()).add(re.sub(r"^\d+:\d+: (warning: )?", "", rest))
    documented = rows(TEXT)
    assert said.keys() <= documented.keys()
    for code, lines in said.items():
        if code not in BROKEN:
            assert documented[code] in lines
    assert documented.keys() - said.keys() - BROKEN.keys() == {"encoding", "file"}  # of files, not of texts


def test_no_code_of_the_reader_is_without_a_line() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "zoo/files").glob("*.py")]
    codes = {
        code for text in texts for code in re.findall(r'"(yaml-[a-z-]+|file-empty|too-many|encoding)"', text)
    }
    assert codes <= rows(TEXT).keys()
