"""The commands: their options reach the run, their errors are sentences, the demo runs what it shows."""

import math
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from tests.zoo.training.helpers import TEXT
from tests.zoo.training.test_run import Stopper
from zoo.cli.app import cli
from zoo.cli.generate import generate
from zoo.cli.train import train
from zoo.training import Options, display
from zoo.training.checkpoint import read_checkpoint
from zoo.training.folder import LAST
from zoo.training.options import DEFAULT_STEPS

TINY = ("--set", "dim=12", "--set", "heads=2", "--set", "hidden=17", "--set", "layers=2", "--batch", "3")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def trained(*more: str) -> Result:
    return run("train", "gpt", "--text", "text.txt", *TINY, "--context", "11", "--steps", "5", *more)


def test_it_trains_and_says_what_next() -> None:
    done = trained()
    assert done.exit_code == 0, done.output
    assert done.output.startswith("gpt: ")
    assert "15 different characters, 11 of them in view" in done.output
    assert done.output.endswith("let it write with: zoo generate runs/gpt\n")  # the text has no T
    line = re.search(
        r"^validation (\S+) nats = .* bits a character, perplexity (\S+); "
        r"bigram model .* bits a character$",
        done.output,
        re.MULTILINE,
    )
    assert line is not None, done.output
    assert float(line[2]) == pytest.approx(math.exp(float(line[1])), rel=1e-2)
    written = run("generate", "runs/gpt", "--prompt", "the ", "--length", "20", "--device", "cpu")
    assert written.exit_code == 0, written.output
    assert len(written.stdout) == 25
    assert written.stdout.startswith("the ")
    # the context is 11 tokens
    assert written.stderr.startswith("each token was computed once (step lowering) up to the context of 11")
    careful = [run("generate", "runs/gpt", "--top-p", "1e-9", "--seed", seed).stdout for seed in "01"]
    likeliest = run("generate", "runs/gpt", "--temperature", "0").stdout
    assert careful == [likeliest, likeliest]


def test_options_reach_the_run() -> None:
    done = trained(
        "--lr", "1e-2", "--weight-decay", "0", "--clip", "0.5", "--seed", "3", "--device", "cpu",
        "--precision", "bf16", "--out", "here", "--set", "dropout=0.5",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    header = read_checkpoint("here", LAST).header
    assert header.options == Options(
        steps=5,
        batch=3,
        learning_rate=0.01,
        weight_decay=0,
        clip=0.5,
        seed=3,
        device="cpu",
        precision="bf16",
    )
    assert header.settings == {"text": "text.txt", "context": 11}
    assert header.params == {
        "dim": 12, "heads": 2, "hidden": 17, "layers": 2, "dropout": 0.5, "vocab": 15, "context": 11
    }  # fmt: skip


def test_the_defaults_shown_are_the_defaults() -> None:
    fields = Options.model_fields
    values = train.make_context("train", ["gpt"]).params
    assert {name: values[name] for name in fields} == {name: field.default for name, field in fields.items()}
    shown = {param.name: getattr(param, "help", "") for param in train.params}
    assert str(DEFAULT_STEPS) in shown["steps"]


def test_ctrl_c_saves_says_how_to_go_on_and_ends_as_shells_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopper(console: Console) -> Stopper:
        return Stopper(2)

    with monkeypatch.context() as patched:
        patched.setattr(display, "Display", stopper)
        done = trained()
    assert done.exit_code == 130
    assert "stopped at step 2 and saved; go on with: zoo train --resume runs/gpt" in done.output
    done = run("train", "--resume", "runs/gpt")
    assert done.exit_code == 0, done.output
    assert "goes on at step 2" in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train"], 2, "name a GRAPH to train"),
        (["train", "gpt", "--set", "layers"], 2, "'layers' is not NAME=VALUE"),
        (["train", "gpt", "--lr", "nan"], 2, "'--lr': it must be a number greater than 0, not 'nan'"),
        (["train", "gpt", "--epochs", "inf"], 2, "'--epochs': it must be a number greater than 0, not 'inf'"),
        (["train", "gpt", "--steps", "0"], 2, "--steps"),
        (
            ["train", "gpt", "--resume", "runs/gpt", "--batch", "3"],
            2,
            "graph, --batch: a resumed run takes this from",
        ),
        (["train", "--resume", "runs/none"], 1, "there is no checkpoint runs/none"),
        (
            ["train", "gpt", "--text", "missing.txt"],
            1,
            "'text' names a file or a folder, and there is no missing.txt",
        ),
        (["train", "transformer", "--text", "text.txt"], 1, "graph 'transformer' does not fit the task"),
        (["train", "gtp"], 1, "did you mean 'gpt'"),
        (["generate", "runs/none"], 1, "there is no checkpoint runs/none"),
        (["generate", "text.txt"], 1, "text.txt is not a checkpoint"),
    ],
)
def test_what_is_wrong_is_a_sentence(arguments: list[str], code: int, message: str) -> None:
    done = run(*arguments)
    assert done.exit_code == code, done.output
    assert message in done.output
    assert "Traceback" not in done.output
    assert not Path("runs").exists()


def test_an_unknown_character_in_the_prompt_is_named() -> None:
    trained()
    done = run("generate", "runs/gpt", "--prompt", "the Übel")
    assert done.exit_code == 1
    assert "never seen 'b' (U+0062), 'Ü' (U+00DC)" in done.output


def test_the_demo_runs_the_commands_it_shows() -> None:
    done = run("demo", "--steps", "2")
    assert done.exit_code == 0, done.output
    commands = re.findall(r"^\$ zoo (.*)$", done.output, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["check", "show", "train", "generate"]
    assert "no problems" in done.output
    assert read_checkpoint("runs/demo", LAST).header.step == 2
    for name in ("best.safetensors", "last.safetensors", "metrics.csv"):
        assert f"runs/demo/{name}" in done.output
        assert Path("runs/demo", name).exists()
    assert re.search(
        r"bits for each character .* counting pairs of characters takes 3\.35", done.output, re.DOTALL
    )


@pytest.mark.parametrize("command", [train, generate])
def test_every_option_has_a_help_or_speaks_for_itself(command: object) -> None:
    done = run(getattr(command, "name", ""), "--help")
    assert done.exit_code == 0
    assert "Examples:" in done.output
