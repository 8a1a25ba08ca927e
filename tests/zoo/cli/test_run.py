"""``zoo run``: a graph compiled and run once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result

Run = Callable[..., Result]

GRAPH = """\
format: zoo/1
name: pair
params: {vocab: 7}
inputs: {tokens: int batch time, x: float batch time 5, mask: bool batch time}
outputs: {y: joined, pooled: pooled}
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: 5}, in: tokens}
  joined: {use: basic/add, in: [embed, x]}
  pooled: {use: basic/mean_pool, in: {x: joined, mask: mask}}
"""


@pytest.fixture
def pair(tmp_path: Path) -> str:
    path = tmp_path / "pair.yaml"
    path.write_text(GRAPH)
    return str(path)


def run_json(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_shapes_time_and_memory(zoo_: Run, pair: str) -> None:
    result = zoo_("run --size batch=2 --size time=3", pair)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[1:6] == [
        "in tokens 2 3 int64",
        "in x 2 3 5 float32",
        "in mask 2 3 bool",
        "out y 2 3 5 float32",
        "out pooled 2 5 float32",
    ]
    assert lines[7].startswith("forward ")
    assert lines[7].endswith(" ms on cpu")
    assert lines[8].startswith("backward ")
    assert lines[9].startswith("memory 0.0 MiB of parameters")


def test_json(zoo_: Run, pair: str) -> None:
    ran = run_json(zoo_("run --json --dtype float64 --times 1", pair))
    assert ran["outputs"]["y"] == {"shape": [1, 32, 5], "dtype": "float64"}
    assert ran["inputs"]["tokens"] == {"shape": [1, 32], "dtype": "int64"}
    assert ran["parameter_bytes"] == 7 * 5 * 8
    assert ran["forward_seconds"] > 0
    assert ran["backward_seconds"] > 0
    assert ran["gradient_norm"] > 0
    assert ran["faults"] == []


def test_forward_only(zoo_: Run, pair: str) -> None:
    ran = run_json(zoo_("run --json --forward-only --times 1", pair))
    assert ran["backward_seconds"] is ran["gradient_norm"] is None


def test_params_and_seed(zoo_: Run, pair: str) -> None:
    ran = [run_json(zoo_(f"run --json --times 1 --set vocab=3 --seed {seed}", pair)) for seed in (0, 0, 1)]
    assert ran[0]["parameter_bytes"] == 3 * 5 * 4
    assert ran[0]["gradient_norm"] == ran[1]["gradient_norm"] != ran[2]["gradient_norm"]


def test_inputs_are_given_as_json_and_as_files(zoo_: Run, pair: str, tmp_path: Path) -> None:
    torch.save(torch.zeros(1, 2, 5), tmp_path / "x.pt")
    numpy = pytest.importorskip("numpy")
    numpy.save(tmp_path / "mask.npy", numpy.array([[True, False]]))
    given = [f"--input=x={tmp_path / 'x.pt'}", f"--input=mask={tmp_path / 'mask.npy'}"]
    ran = run_json(zoo_("run --json --times 1 --input 'tokens=[[1, 2]]'", *given, pair))
    assert ran["inputs"]["tokens"]["shape"] == ran["inputs"]["mask"]["shape"] == [1, 2]
    assert ran["outputs"]["y"]["shape"] == [1, 2, 5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "--input 'token=[[1]]'",
            "no input 'token' (did you mean 'tokens'?); it has tokens, x, mask",
        ),
        ("--input 'tokens=[[1,'", "an input is a list such as [[1, 2]], and this is none: "),
        (
            "--input tokens=/surely/not/there.pt",
            "there.pt is to hold an input, and cannot be read: ",
        ),
        ("--input 'tokens=[[9]]' --size time=1", "0 to 6"),
        ("--input 'tokens=[1]'", "tokens"),
        ("--device cuda:99", "there is no device 'cuda:99' here: torch sees "),
        ("--device typewriter", "cuda:1 for the second GPU, and 'typewriter' is none here"),
        ("--size tine=2", "(did you mean 'time'?)"),
        (
            "--size batch=999999999999 --size time=999999999",
            "there is not enough memory for this on cpu; choose",
        ),
        ("--input x=x.json", "a file .npy of numpy or .pt of torch, and 'x.json' is neither; "),
    ],
)
def test_what_does_not_fit_is_a_sentence(zoo_: Run, pair: str, arguments: str, message: str) -> None:
    result = zoo_(f"run {arguments}", pair)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_holds_something_else_is_refused(zoo_: Run, pair: str, tmp_path: Path) -> None:
    torch.save({"x": torch.zeros(1)}, tmp_path / "x.pt")
    result = zoo_("run", f"--input=x={tmp_path / 'x.pt'}", pair)
    assert "is to hold one tensor, and holds dict; save the tensor itself" in result.stderr


def test_values_that_are_not_finite_are_a_fault(zoo_: Run, pair: str, tmp_path: Path) -> None:
    torch.save(torch.full((1, 32, 5), torch.nan), tmp_path / "x.pt")
    result = zoo_("run --times 1", f"--input=x={tmp_path / 'x.pt'}", pair)
    assert result.exit_code == 1
    assert "error: the output 'y' holds values that are not finite" in result.stderr


def test_nothing_to_go_backward_to(zoo_: Run, tmp_path: Path) -> None:
    path = tmp_path / "plain.yaml"
    head = "format: zoo/1\nname: plain\ninputs: {x: float batch 5}\noutputs: {y: y}\n"
    path.write_text(f"{head}nodes: {{y: {{use: basic/tanh, in: x}}}}\n")
    result = zoo_("run", str(path))
    assert result.exit_code == 1
    assert "no output depends on a parameter" in result.stderr
    assert zoo_("run --forward-only", str(path)).exit_code == 0


@pytest.mark.parametrize("name", ["gpt", "lstm_from_gates", "seq2seq_additive"])
def test_library_graphs_run(zoo_: Run, name: str) -> None:
    axes = json.loads(zoo_("show --json", name).output)["sizes"]
    sizes = [f"--size={axis}=3" for axis in axes]
    assert zoo_("run --times 1", *sizes, name).exit_code == 0


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ("--input tokens", 2, "'tokens' is not NAME=VALUE; write for example x=[[1, 2]]"),
        ("--input tokens=", 2, "'tokens=' is not NAME=VALUE"),
        ("--input tokens=[[1.5,2]]", 1, "an input of type `int batch time` must hold ints, not float32"),
        ("--input tokens=[[1,2],[3]]", 1, "an input is a list such as [[1, 2]], and this is none"),
        ("--device meta", 1, "the device meta has only shapes, and computes nothing; choose cpu"),
    ],
)
def test_what_cannot_be_run_is_a_sentence(zoo_: Run, options: str, code: int, message: str) -> None:
    result = zoo_(f"run gpt {options}")
    assert result.exit_code == code
    assert message in result.stderr
