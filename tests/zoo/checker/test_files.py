"""``check_file``: the problems of text and graph together, each once, in the order of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.checker.helpers import SEQ2SEQ, TRANSFORMER
from tests.zoo.checker.layers import REGISTRY
from zoo.checker import check_file
from zoo.errors import FileError


def said(folder: Path, text: str, **others: str) -> list[str]:
    (folder / "t.yaml").write_text(text, encoding="utf-8")
    for name, other in others.items():
        (folder / f"{name}.yaml").write_text(other, encoding="utf-8")
    problems = check_file(folder / "t.yaml", REGISTRY)
    return [str(problem).replace(f"{folder}/", "") for problem in problems]


def test_a_sound_file(tmp_path: Path) -> None:
    assert said(tmp_path, SEQ2SEQ) == []


def test_text_and_graph_in_one_list_by_place(tmp_path: Path) -> None:
    text = SEQ2SEQ.replace("attention: 32", "attention: 012").replace("over: source\n", "over: sorce\n")
    text = text.replace("in: join", "inn: join").replace(
        "bias: false}\n    in: encoder", "bias: 3}\n    in: encoder"
    )
    found = said(tmp_path, text)
    assert [line.split(":")[1] for line in found] == ["8", "27", "46", "73"]
    assert "no input of this scan has the axis 'sorce' (did you mean 'source'?)" in found[1]
    assert "'bias' is true or false, got 3" in found[2]
    assert "no key 'inn' (did you mean 'in'?)" in found[3]


def test_what_the_reader_left_out_is_not_missed_again(tmp_path: Path) -> None:
    text = TRANSFORMER.replace(
        "memory: {use: norm/layer_norm, in: encoder}", "memory: {use: norm/layer_norm, inn: encoder}"
    )
    (only,) = said(tmp_path, text)
    assert "a node with 'use' has no key 'inn' (did you mean 'in'?)" in only


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nodes:\n  embed", "node:\n  embed"),
        ("blocks:\n", "block:\n"),
        ("params: {vocab", "parms: {vocab"),
        ("  feed_forward:\n", "  feed forward:\n"),
        (
            "    nodes:\n      attend: {use: attend_self, with: {heads: $heads, dropout: $dropout}",
            "    nodse:\n      attend: {use: attend_self, with: {heads: $heads, dropout: $dropout}",
        ),
    ],
)
def test_a_section_that_cannot_be_read_is_one_problem(tmp_path: Path, old: str, new: str) -> None:
    assert TRANSFORMER.count(old) == 1
    found = said(tmp_path, TRANSFORMER.replace(old, new))
    assert len(found) == 1, found


def test_a_text_that_breaks_off_says_nothing_of_the_graph(tmp_path: Path) -> None:
    (only,) = said(tmp_path, TRANSFORMER[: TRANSFORMER.index("position:")] + "position: {use: [")
    assert "is not closed" in only


def test_blocks_of_other_files_have_their_problems_there(tmp_path: Path) -> None:
    parts = """\
format: zoo/1
name: parts
blocks:
  layer:
    params: {hidden: ~}
    inputs: {x: float batch time dim}
    outputs: {out: ffn}
    nodes:
      ffn: {use: feedforward/ffn, with: {hiden: $hidden}, in: x}
  deep:
    inputs: {x: float batch time dim}
    outputs: {out: layer}
    nodes: {layer: {use: layer, with: {hidden: 3}, in: x}}
"""
    text = """\
format: zoo/1
name: t
inputs: {x: float batch time 4}
outputs: {out: b}
nodes:
  a: {use: parts.yaml#layer, with: {hidden: 7}, in: x}
  b: {use: parts.yaml#deep, in: a}
"""
    assert said(tmp_path, text, parts=parts) == [
        "parts.yaml:9:42: node 'a.ffn': feedforward/ffn has no setting 'hiden' (did you mean 'hidden'?)"
    ]
    assert said(tmp_path, text.replace("#deep", "#depp"), parts=parts)[0] == (
        "t.yaml:7:12: node 'b': there is no block 'depp' in 'parts.yaml' (did you mean 'deep'?)"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no file"):
        check_file(tmp_path / "none.yaml", REGISTRY)
