"""What docs/train.md shows is run, with a small model and few steps."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import zoo
from tests.zoo.training.helpers import TEXT
from zoo.cli.app import cli

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "train.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SMALL = ["--set", "dim=8", "--set", "heads=2", "--set", "layers=1", "--set", "hidden=8", "--context", "8"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("book.txt").write_text("The " + TEXT, encoding="utf-8")
    config, probe = (block for kind, block in FENCES if kind == "yaml")
    Path("train.yaml").write_text(config, encoding="utf-8")
    Path("probe.yaml").write_text(probe, encoding="utf-8")
    Path("my_model.yaml").write_bytes(zoo.registry().graphs["gpt"].read_bytes())


def test_the_commands() -> None:
    commands = [shlex.split(line)[1:] for kind, block in FENCES if not kind for line in block.splitlines()]
    assert len(commands) >= 6
    for number, command in enumerate(commands):
        if command[0] == "train" and "--resume" not in command:
            command += [*SMALL, "--steps", "2"]
        elif "--resume" in command:
            # The run of the page was stopped; here it has ended, and goes on to a later end.
            command += ["--steps", str(3 + number)]
        elif command[0] == "generate":
            command += ["--length", "5"]
        done = CliRunner().invoke(cli, command, catch_exceptions=False)
        assert done.exit_code == 0, (command, done.output)


def test_the_python(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = (block for kind, block in FENCES if kind == "python")
    small = code.replace("steps=300, batch=16", "steps=2, batch=2")
    assert small != code
    exec(compile(small, "docs/train.md", "exec"), {})
    assert "The " in capsys.readouterr().out


def test_the_numbers_are_those_of_the_program() -> None:
    from zoo.training import Options
    from zoo_tasks.windows import LARGEST_VALIDATION

    assert f"{LARGEST_VALIDATION:,} tokens" in PAGE
    assert (Options().measurements, "Ten times per run" in PAGE) == (10, True)
    assert "joint norm of 1 " in PAGE
