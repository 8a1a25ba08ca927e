"""Every example of docs/graph-file.md is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import zoo
from zoo.files import dumps, fmt, read
from zoo.files.scalars import resolve

PAGE = (Path(__file__).parents[3] / "docs" / "graph-file.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)( wrong)?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [text for language, wrong, text in BLOCKS if language == "yaml" and not wrong]


def whole(example: str) -> str:
    """An example that shows only some sections, as a file."""
    return example if example.startswith("format:") else "format: zoo/1\nname: example\n" + example


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0])
def test_an_example_is_a_sound_graph(example: str) -> None:
    text = whole(example)
    graph = zoo.loads(text)
    assert [str(problem) for problem in zoo.check(graph) if problem.severity == "error"] == []
    assert dumps(graph) == text
    assert zoo.loads(fmt(text)) == graph


def test_the_page_shows_every_section_and_key() -> None:
    from zoo.files.bodies import KEYS, SCAN_KEYS
    from zoo.files.reader import BLOCK_KEYS, GRAPH_KEYS

    for key in {*GRAPH_KEYS, *BLOCK_KEYS, *SCAN_KEYS, *(key for keys in KEYS.values() for key in keys)}:
        assert re.search(rf"`{key}\b|\b{key}:", PAGE), key


def test_the_wrong_example_has_the_problems_that_are_shown() -> None:
    (wrong,) = [text for _, wrong, text in BLOCKS if wrong]
    (shown,) = [text for language, _, text in BLOCKS if language == "text"]
    assert [str(problem).removeprefix("<text>:") for problem in read(wrong).problems] == shown.splitlines()


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tagger.yaml").write_text(EXAMPLES[0], encoding="utf-8")
    (code,) = [text for language, _, text in BLOCKS if language == "python"]
    exec(compile(code, "docs/graph-file.md", "exec"), {})
    assert Path("tagger.yaml").read_text(encoding="utf-8") == EXAMPLES[0]


def test_the_table_of_words_is_true() -> None:
    kinds = {"integers": int, "floats": float, "booleans": bool, "no value": type(None), "text": str}
    rows = re.findall(r"^\| (`.*) \| (\w.*) \|$", PAGE.split("## Words")[1].split("## What")[0], re.MULTILINE)
    assert len(rows) == 6
    for words, meaning in rows:
        kind = next((kinds[name] for name in kinds if meaning.startswith(name)), None)
        for word in re.findall(r"`([^`]+)`", words):
            if kind is None:
                with pytest.raises(ValueError, match="'"):
                    resolve(word)
            else:
                assert type(resolve(word)) is kind
