"""``zoo train --config``: a file says what the command line says, and what is wrong in it has its place."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.zoo.training.helpers import TEXT
from zoo.cli.app import cli
from zoo.training.checkpoint import read_checkpoint

GOOD = """\
# a comment
graph: rnn_language_model
set: {dim: 3, hidden: 5}
with: {text: "1984", context: 11}
lr: 1e-3
weight_decay: 0
carry: false
precision: 32
steps: 2
batch: 2
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("1984").write_text(TEXT, encoding="utf-8")
    Path("text.txt").write_text(TEXT, encoding="utf-8")


def run(config: str, *more: str) -> Result:
    Path("a.yaml").write_text(config, encoding="utf-8")
    return CliRunner().invoke(cli, ["train", "--config", "a.yaml", *more], catch_exceptions=False)


def test_a_file_says_what_the_command_line_says() -> None:
    done = run(GOOD, "--steps", "3", "--out", "out")  # which comes first
    assert done.exit_code == 0, done.output
    header = read_checkpoint("out").header
    assert header.settings == {"text": "1984", "context": 11}  # a text, for it stands in quotes
    assert (header.params["dim"], header.params["hidden"]) == (3, 5)
    options = header.options
    assert (options.steps, options.batch, options.learning_rate, options.weight_decay) == (3, 2, 1e-3, 0)


@pytest.mark.parametrize(
    ("config", "messages"),
    [
        ("", ["a.yaml:1:1: the file holds no options; write one a line, as in 'lr: 1e-3'"]),
        ("- lr\n", ["a.yaml:1:1: a file of options is a mapping, got a list; write {name: value}"]),
        ("lr: {\n", ["a.yaml:1:5: the '{' that opens here is not closed"]),
        (
            "steps: 5\nlearning: 3\nstep: 1\n",
            [
                "a.yaml:2:1: a file of options has no key 'learning'",
                "a.yaml:3:1: a file of options has no key 'step' (did you mean 'steps'?)",
            ],
        ),
        (
            "lr: fast\nsteps: 2.5\nbatch: 0\nclip: nan\nepochs: .inf\nseed: -1\n",
            [
                "a.yaml:1:5: 'lr' is a number greater than 0, got 'fast'",
                "a.yaml:2:8: 'steps' is a whole number of at least 1, got the number 2.5",
                "a.yaml:3:8: 'batch' is a whole number of at least 1, got the number 0",
                "a.yaml:4:7: 'clip' is a number of at least 0, got 'nan'",
                "a.yaml:5:9: 'epochs' is a number greater than 0, got the number .inf",
                (
                    "a.yaml:6:7: 'seed' is a whole number of at least 0 and at most 9223372036854775807, "
                    "got the number -1"
                ),
            ],
        ),
        (
            "optimizer: sdg\ncarry: maybe\nsteps:\nlr: [1]\nset: 3\nminutes: 1_0\n",
            [
                "a.yaml:1:12: 'optimizer' is one of adamw, adam, sgd, got 'sdg' (did you mean 'sgd'?)",
                "a.yaml:2:8: 'carry' is true or false, got 'maybe'; write one of these",
                "a.yaml:3:7: 'steps' is one value, got nothing; write one, or remove the line",
                "a.yaml:4:5: 'lr' is one value, got a list; write one, or remove the line",
                "a.yaml:5:6: 'set' is a mapping, got the number 3; write {name: value}",
                "a.yaml:6:10: some YAML readers take '1_0' for text; write 10, or quote it",
            ],
        ),
        (
            "graph: gtp\nwith: {level: [words], size: 012}\n",
            [
                "a.yaml:1:8: a graph is a file or one of the library, and 'gtp' is neither",
                "a.yaml:2:15: 'level' is a number, a text, true, false or ~, got a list",
                "a.yaml:2:30: some YAML readers take '012' for an octal number; write 12, or quote it",
            ],
        ),
    ],
    ids=["empty", "list", "syntax", "keys", "numbers", "kinds", "within"],
)
def test_what_is_wrong_with_the_file_has_its_place(config: str, messages: list[str]) -> None:
    done = run(config)
    assert done.exit_code == 1
    told = done.output.removeprefix("error: ").splitlines()
    assert len(told) == len(messages), done.output
    assert all(line.startswith(message) for line, message in zip(told, messages, strict=True)), done.output


def test_a_file_that_is_no_text_is_called_a_file_of_options() -> None:
    Path("a.yaml").write_bytes(b"steps: \xff")
    done = CliRunner().invoke(cli, ["train", "--config", "a.yaml"])
    assert done.exit_code == 1
    assert "a.yaml:1:8: a file of options is UTF-8 text, and the byte 0xFF here is not" in done.output


@pytest.mark.parametrize(
    ("config", "messages"),
    [
        ("task: sentimant", [r"a.yaml:1:1: there is no task 'sentimant' \(did you mean 'sentiment'\?\)"]),
        (
            "graph: gpt\nwith: {levl: words, context: 0, size: x}",
            [
                r"a.yaml:2:8: the task 'language_modelling' has no setting 'levl' \(did you mean 'level'\?\)",
                r"a.yaml:2:21: a setting of the task .* is refused: 'context' is an integer greater than 0",
                r"a.yaml:2:33: .*'size' is an integer greater than 4, got 'x'",
            ],
        ),
        (
            "graph: gpt\ntext: texd.txt",
            [r"a.yaml:2:1: 'text' .* there is no texd.txt \(did you mean 'text.txt'"],
        ),
        ("graph: gpt\nset: {layer: 2}", [r"a.yaml:2:7: graph 'gpt' has no param 'layer' \(did you mean"]),
        ("graph: gpt\nport: {words: x}", [r"a.yaml:2:8: the task .* has no port 'words'; it has tokens"]),
        ("graph: gpt\nport: {tokens: x}", [r"a.yaml:2:8: graph 'gpt' does not fit .* it has no input 'x'"]),
        ("graph: gpt\nstrategy: ddp", [r"a.yaml:2:1: the strategy ddp shares a run between processes"]),
        ("graph: gpt\nprecision: 16\ndevice: cpu", [r"a.yaml:2:1: precision 16 needs a GPU"]),
        ("graph: gpt\ntext: text.txt\ncarry: true", [r"a.yaml:3:1: to carry a state, a graph has it as"]),
        ("task: adding\nepochs: 2", [r"a.yaml:2:1: data made by rule have no epochs"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_choice_that_does_not_fit_has_its_place(config: str, messages: list[str]) -> None:
    done = run(config)
    assert done.exit_code == 1
    told = done.output.splitlines()
    assert len(told) == len(messages), done.output
    for line, message in zip(told, messages, strict=True):
        assert re.match(f"(error: )?{message}", line), done.output
    assert not Path("runs").exists()


def test_what_the_command_line_says_has_no_place_in_the_file() -> None:
    done = run("graph: gpt\nwith: {levl: words}\n", "--with", "lvel=words")
    assert done.output.startswith("error: the task 'language_modelling' has no setting 'lvel'")


def test_a_graph_that_a_param_breaks_points_to_the_file() -> None:
    done = run("graph: gpt\nset: {layers: -1}\ntext: text.txt\n")
    assert "gpt.yaml:20:11: node 'decoder': a repeat has from 1 to 10000 layers, got -1" in done.output
    assert done.output.endswith("params of the graph have other values by 'set' at a.yaml:2:1\n")
