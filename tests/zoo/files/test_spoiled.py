"""One thing spoiled at a time, and the whole message about it: where, what holds, what came, what to do.

``data/spoiled.txt`` has an entry for each: ``-`` what stood in the sound text, ``+`` what stands there
instead, ``!`` the code and the message.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.files.test_reader import EVERYTHING
from zoo.files import read

_ENTRIES = Path(__file__).with_name("data").joinpath("spoiled.txt").read_text(encoding="utf-8")


def _spoiled() -> list[tuple[str, str, list[str]]]:
    found: list[tuple[str, str, list[str]]] = []
    for entry in _ENTRIES.strip().split("\n\n"):
        sound, spoiled, *says = (line[2:] for line in entry.split("\n"))
        found.append((sound, spoiled, says))
    return found


SPOILED = _spoiled()


@pytest.mark.parametrize(("sound", "spoiled", "says"), SPOILED)
def test_one_thing_spoiled(sound: str, spoiled: str, says: list[str]) -> None:
    text = EVERYTHING.replace(sound, spoiled, 1)
    assert text != EVERYTHING
    problems = read(text).problems
    assert [f"{problem.code} {problem}".replace("<text>:", "") for problem in problems] == says


def test_there_are_many_ways_to_spoil_a_graph() -> None:
    assert len(SPOILED) >= 100


def test_everything_wrong_is_told_at_once() -> None:
    text = EVERYTHING
    for sound, spoiled, says in SPOILED:
        if sound in text and not says[0].startswith(("yaml", "format", "key-missing", "node-kind")):
            text = text.replace(sound, spoiled, 1)
    problems = read(text, "f.yaml").problems
    assert len(problems) >= 25
    lines = [problem.place.line for problem in problems if problem.place is not None]
    assert lines == sorted(lines)
    assert len(lines) == len(problems)


def test_what_is_broken_is_left_out_and_the_rest_is_there() -> None:
    text = EVERYTHING.replace("use: norm/layer_norm, in: [x, mask]", "use: 3").replace("dim: 8", "dim: [8]")
    text = text.replace("optional bool batch", "optional bol batch").replace("'#cell.a': [1, 2]", "a: 1")
    reading = read(text)
    assert {problem.code for problem in reading.problems} == {"use", "param", "type", "layout"}
    assert reading.dropped == {"norm", "dim", "mask"}
    whole = read(EVERYTHING).graph
    assert set(whole.nodes) - set(reading.graph.nodes) == {"norm"}
    assert set(whole.params) - set(reading.graph.params) == {"dim"}
    assert reading.graph.nodes["walk"] == whole.nodes["walk"]


def test_a_node_inside_a_scan_falls_without_the_scan() -> None:
    reading = read(EVERYTHING.replace("other.yaml#cell", "other.yaml"))
    assert reading.dropped == {"other"}
    assert "walk" in reading.graph.nodes
    assert list(reading.graph.body("walk").nodes) == ["again"]


def test_there_is_an_end_to_problems() -> None:
    text = "format: zoo/1\nname: x\nnodes:\n" + "".join(f"  n{i}: {{use: 3}}\n" for i in range(1000))
    problems = read(text).problems
    assert len(problems) == 201
    assert (
        problems[-1].message == "the file has more problems than these 200, and the rest of it was not read"
    )


def test_a_word_of_any_length_makes_a_short_message() -> None:
    key, long = "x" * 1000, "x" * 100_000
    settings = f"{{a: ${long}, b: 1{long}, c: {'1' * 100_000}}}"
    node = f"{{use: {long}.{long}, with: {settings}, in: {long}, tie: {{w: {long}}}}}"
    text = f"format: {long}\nname: x\n{key}: 1\ninputs: {{x: {long}}}\nnodes:\n  {key}: {node}\n  a: {node}\n"
    problems = read(text).problems
    assert len(problems) >= 8
    assert all(len(str(problem)) < 1000 for problem in problems)
