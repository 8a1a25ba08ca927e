"""The commands in benchmarks/results.md exist, and so do their options, params and settings."""

import re
import shlex
from pathlib import Path
from string import Template

import click
import pytest

import zoo
from zoo.cli.app import cli
from zoo.tasks import find_task
from zoo.training.options import DEFAULT_TASK

ROOT = Path(__file__).resolve().parent.parent


def commands(program: str) -> list[list[str]]:
    """The words of each command of ``program``, with variables of the shell replaced."""
    text = (ROOT / "benchmarks" / "results.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).splitlines()
    named = {name: value for line in lines for name, value in re.findall(r'^(\w+)="(.*)"$', line)}
    return [shlex.split(Template(line).substitute(named)) for line in lines if line.startswith(f"{program} ")]


@pytest.mark.parametrize("words", commands("zoo"), ids=lambda words: " ".join(words[1:5]))
def test_what_zoo_is_asked_is_there(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    sentences = tmp_path / "sentences"  # a reader's own
    sentences.touch()
    _, name, *rest = (str(sentences) if re.fullmatch(r"[\w-]+\.(en|de)", word) else word for word in words)
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    with command.make_context(name, rest) as context:  # closes the files that it opened
        given = context.params
    if given.get("graph") is not None:
        task = find_task(given["task"] or DEFAULT_TASK)
        assert {param for param, _ in given["params"]} <= set(zoo.load(given["graph"]).params)
        assert {setting for setting, _ in given["settings"]} <= set(task.model_fields)


@pytest.mark.parametrize("words", commands("python"), ids=lambda words: " ".join(words[1:3]))
def test_scripts_have_the_options_they_are_given(words: list[str]) -> None:
    script = (ROOT / words[1]).read_text(encoding="utf-8")
    assert all(f'"{word}"' in script for word in words[2:] if word.startswith("--"))
    assert all((ROOT / word).exists() for word in words[2:] if word.endswith(".yaml"))
