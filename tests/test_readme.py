"""What the README shows is run: its graph, its Python, its layer; the commands that it names exist."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import torch
from click.testing import CliRunner

import zoo
from zoo.cli.app import cli

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [text for name, text in fences if name == language]


def test_the_graph_and_its_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = blocks("yaml")
    code, _ = blocks("python")
    monkeypatch.chdir(tmp_path)
    (path,) = re.findall(r'zoo\.load\("(.*?)"\)', code)
    Path(path).write_text(text, encoding="utf-8")
    assert zoo.check(zoo.load(path)) == []
    names: dict[str, object] = {"tokens": torch.randint(1000, (3, 5))}
    exec(compile(code, "README.md", "exec"), names)
    logits = names["logits"]
    assert isinstance(logits, torch.Tensor)
    assert logits.shape == (3, 5, 1000)


def test_two_mistakes_are_reported_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = blocks("yaml")
    (shown,) = blocks("text")
    monkeypatch.chdir(tmp_path)
    wrong = text.replace("{hidden: $dim}", "{hiden: $dim}").replace("encoder.out", "encoder.output")
    Path("lstm_language_model.yaml").write_text(wrong, encoding="utf-8")
    done = CliRunner().invoke(cli, ["check", "lstm_language_model.yaml"])
    assert (done.exit_code, done.output) == (1, shown)


def test_the_layer_is_a_pack(tmp_path: Path) -> None:
    _, code = blocks("python")
    (tmp_path / "mine.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "zoo", "--plugins", str(tmp_path), "layers", "mine/scale"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120"}
    )
    assert done.returncode == 0, done.stderr
    assert "Multiply by a constant" in done.stdout


LINES = [line.partition("#")[0].strip() for block in blocks("") for line in block.splitlines()]
COMMANDS = [line.removeprefix(".venv/bin/") for line in LINES if re.match(r"(\.venv/bin/)?zoo ", line)]


def test_commands_were_found() -> None:
    assert len(COMMANDS) >= 20


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_exist_and_take_their_options(line: str) -> None:
    name, *arguments = shlex.split(line)[1:]
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    command.make_context(name, arguments, resilient_parsing=True)
