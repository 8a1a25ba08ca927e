"""What docs/probe.md shows is run."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from zoo.cli.app import cli

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "probe.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pytest.importorskip("matplotlib", reason="pictures are drawn by matplotlib: pip install layerzoo[probe]")


def test_the_commands() -> None:
    commands = [shlex.split(line)[1:] for kind, block in FENCES if not kind for line in block.splitlines()]
    assert len(commands) == 8
    for command in commands:
        done = CliRunner().invoke(cli, [*command, *small(command)], catch_exceptions=False)
        assert done.exit_code == 0, (command, done.output)


def small(command: list[str]) -> list[str]:
    """Options that make a command quick."""
    if command[0] == "train":
        return ["--steps", "2", "--set", "hidden=7"]
    if "time=100" in command:
        return ["--size", "time=9"]
    widths = {"rnn_language_model": ["--set", "hidden=7"], "gru_language_model": ["--set", "dim=7"]}
    return widths.get(command[1], [])


def test_the_python(capsys: pytest.CaptureFixture[str]) -> None:
    lesson, rest = (code for kind, code in FENCES if kind == "python")
    short = lesson.replace('"time": 100', '"time": 30')
    assert short != lesson
    exec(compile(short, "docs/probe.md", "exec"), {})
    told = dict(re.findall(r"^(\S.*\S) +(vanishing|neither|uneven)", capsys.readouterr().out, re.MULTILINE))
    assert told == {
        "RNN": "vanishing",
        "LSTM, forget bias 0": "vanishing",
        "GRU": "vanishing",
        "LSTM, forget bias 3": "neither",
        "Transformer": "neither",
    }
    assert Path("vanishing.png").stat().st_size > 10_000
    exec(compile(rest, "docs/probe.md", "exec"), {})
    assert "decoder.0.cross" in capsys.readouterr().out
