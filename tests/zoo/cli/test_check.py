"""``zoo check``: all problems, for people and for programs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]

SOUND = """\
format: zoo/1
name: sound
inputs: {x: float batch time 8}
outputs: {y: last}
nodes:
  last: {use: basic/linear, with: {output: 4}, in: x}
"""
SPOILT = SOUND.replace("output: 4", "outputs: 4").replace("in: x}", "in: y}")
WARNED = SOUND + "  idle: {use: basic/tanh, in: x}\n"
KEYS = ["severity", "code", "file", "line", "column", "path", "message", "remedy"]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"sound": SOUND, "spoilt": SPOILT, "warned": WARNED, "garbled": "format: ["}.items():
        (tmp_path / f"{name}.yaml").write_text(text)


@pytest.mark.usefixtures("files")
def test_a_sound_file_has_no_problems(zoo_: Run) -> None:
    result = zoo_("check sound.yaml")
    assert (result.exit_code, result.output) == (0, "sound.yaml: no problems\n")


@pytest.mark.usefixtures("files")
def test_every_problem_has_its_place_and_the_exit_code_is_1(zoo_: Run) -> None:
    result = zoo_("check spoilt.yaml")
    assert result.exit_code == 1
    setting, wire, summary = result.output.splitlines()
    assert setting.startswith("spoilt.yaml:6:36: error: ")
    assert setting.endswith("has no setting 'outputs' (did you mean 'output'?)")
    assert wire.startswith("spoilt.yaml:6:53: error: ")
    assert summary == "2 errors in 1 file"  # that nothing reads 'x' now is no mistake of its own


@pytest.mark.usefixtures("files")
def test_a_warning_is_no_error(zoo_: Run) -> None:
    result = zoo_("check warned.yaml")
    assert result.exit_code == 0
    problem, summary = result.output.splitlines()
    assert problem.startswith("warned.yaml:7:")
    assert ": warning: " in problem
    assert summary == "1 warning in 1 file"


@pytest.mark.usefixtures("files")
def test_one_file_does_not_hide_another(zoo_: Run) -> None:
    result = zoo_("check nowhere.yaml garbled.yaml spoilt.yaml sound.yaml gtp")
    assert result.exit_code == 1
    for line in (
        "nowhere.yaml:",
        "garbled.yaml:",
        "spoilt.yaml:",
        "sound.yaml: no problems",
        "gtp:1:1: error: a ",
    ):
        assert any(each.startswith(line) for each in result.output.splitlines()), line


@pytest.mark.usefixtures("files")
def test_json_is_a_list_of_problems(zoo_: Run) -> None:
    result = zoo_("check --json spoilt.yaml nowhere.yaml warned.yaml")
    assert result.exit_code == 1
    problems: list[dict[str, Any]] = json.loads(result.output)
    assert all(list(problem) == KEYS for problem in problems)
    assert {problem["file"] for problem in problems} == {"spoilt.yaml", "nowhere.yaml", "warned.yaml"}
    assert [problem["severity"] for problem in problems][-1] == "warning"
    assert all(isinstance(problem["line"], int) for problem in problems)


@pytest.mark.usefixtures("files")
def test_json_of_a_sound_file_is_an_empty_list(zoo_: Run) -> None:
    result = zoo_("check --json sound.yaml")
    assert (result.exit_code, json.loads(result.output)) == (0, [])


def test_library_graphs_are_sound(zoo_: Run) -> None:
    names = [graph["name"] for graph in json.loads(zoo_("graphs --json").output)]
    result = zoo_("check", *names)
    assert result.exit_code == 0, result.output
    assert result.output == "".join(f"{name}: no problems\n" for name in names)


def test_no_file_is_a_wrong_call(zoo_: Run) -> None:
    assert zoo_("check").exit_code == 2
