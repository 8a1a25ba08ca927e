"""``zoo import model.py:build``, and the documentation of it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import safetensors
import torch
from click.testing import CliRunner, Result
from safetensors.torch import load_file  # pyright: ignore[reportUnknownVariableType]  # typed in part

import zoo
from zoo.cli.app import cli
from zoo.graph import Repeat

DOCS = Path(__file__).parents[3] / "docs" / "import.md"

MODEL = """
import torch
from torch import nn

class Odd(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first, self.act, self.last = nn.Linear(width, 6), nn.PReLU(), nn.Linear(6, 2)
    def forward(self, x):
        return self.last(self.act(self.first(x)))

def build():
    return nn.Sequential(nn.Linear(5, 3), nn.Tanh())

def odd():
    return Odd(5)

def wrong():
    return 3

def kaboom():
    raise RuntimeError("kaboom")

def example():
    return torch.randn(2, 7, 5)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("plain_model.py").write_text(MODEL, encoding="utf-8")
    return tmp_path


def run(line: str) -> Result:
    return CliRunner().invoke(cli, shlex.split(line)[1:], prog_name="zoo")


def test_graph_and_weights_are_written_and_told(folder: Path) -> None:
    done = run("zoo import plain_model.py:build")
    assert done.exit_code == 0, done.output
    assert "known: 1 basic/linear, 1 basic/tanh" in done.output
    assert "wrote sequential.yaml, sequential.safetensors: 18 numbers in 2 weights" in done.output
    assert "train on: zoo train sequential.yaml --from sequential.safetensors" in done.output
    (line,) = re.findall(r"^use them: (.*)$", done.output, re.MULTILINE)
    exec(line, {"zoo": zoo, "safetensors": safetensors})
    graph = zoo.load("sequential.yaml")
    assert str(graph.inputs["input"]) == "float batch time 5"  # as in example()
    model = graph.compile()
    model.load_state_dict(load_file("sequential.safetensors"))
    again = run("zoo import plain_model.py:build")
    assert again.exit_code == 1
    assert "'sequential.safetensors' exists already" in again.output
    flat = run('zoo import plain_model.py:build --force --input "input: float batch 5"')
    assert flat.exit_code == 0, flat.output
    assert str(zoo.load("sequential.yaml").inputs["input"]) == "float batch 5"


def test_weights_are_loaded_before(folder: Path) -> None:
    torch.save({"0.weight": torch.ones(3, 5), "0.bias": torch.zeros(3)}, "trained.pt")
    done = run("zoo import plain_model.py:build -o made/model.yaml --weights trained.pt")
    assert done.exit_code == 0, done.output
    assert torch.equal(load_file("made/model.safetensors")["linear.weight"], torch.ones(3, 5))
    part = {"0.weight": torch.ones(3, 4)}
    for saved, why in (
        (part, "it has no '0.bias'; '0.weight' is [3, 4] there and [3, 5] here"),
        ({f"m.{index}": torch.ones(1) for index in range(99)}, "'m.0', 'm.1', 'm.2', 'm.3' and 95 more"),
        (
            {"model": part, "step": 3},
            "they are in 'model'; save that alone: torch.save(torch.load('trained.pt')",
        ),
        ([part], "it holds a list, and a state_dict is a mapping from names to tensors"),
    ):
        torch.save(saved, "trained.pt")
        refused = run("zoo import plain_model.py:build --weights trained.pt --force")
        assert refused.exit_code == 1
        assert "trained.pt does not hold the weights of this module: it" in refused.output
        assert why in refused.output


def test_weights_are_found_in_what_people_wrap_them_in(folder: Path) -> None:
    weights = {"0.weight": torch.ones(3, 5), "0.bias": torch.zeros(3)}
    parallel = {f"module.{name}": each for name, each in weights.items()}
    for saved in (
        parallel,
        {"model": weights, "step": 3},
        {"state_dict": {**parallel, "loss.scale": torch.ones(1)}, "epoch": 3},
    ):
        torch.save(saved, "trained.pt")
        done = run("zoo import plain_model.py:build --force --weights trained.pt")
        assert done.exit_code == 0, done.output
        assert torch.equal(load_file("sequential.safetensors")["linear.weight"], torch.ones(3, 5))
    torch.save({**parallel, "module.1.weight": torch.ones(1)}, "trained.pt")
    done = run("zoo import plain_model.py:build --force --weights trained.pt")
    assert "of this module: the module has no '1.weight'\n" in done.output
    torch.save(torch.nn.Linear(3, 2), "trained.pt")
    done = run("zoo import plain_model.py:build --force --weights trained.pt")
    assert "save the weights alone: torch.save(model.state_dict(), 'weights.pt')\n" in done.output


CROOKED = {
    "model.py:named_ -o it.safetensors": "error: 'it.safetensors' is where the weights go; name the file of",
    "model.py:": "name what makes a module in model.py, for example model.py:build or model.py:Listed",
    "model.py": "zoo import model.py:build or model.py:Listed",
    "model.py:nothing": "'nothing' of model.py returns nothing, and no nn.Module; have it return the module",
    "model.py:Listed": "is no tensor, such as a dict of them, is for a module around it",
    "model.py:Packed": "a graph has a mask where PyTorch packs sequences by their lengths",
    "within/part.py:build": "in the folder {folder} name it as within.part:NAME",
    "none.pt2": "error: there is no file none.pt2\n",
    "model.pt2": "error: model.pt2 is no program of torch.export, or of another version",
}


@pytest.mark.parametrize("source", CROOKED)
def test_what_is_named_crookedly_is_told(source: str, folder: Path, recwarn: pytest.WarningsRecorder) -> None:
    Path("within").mkdir()
    Path("within/__init__.py").touch()
    Path("within/part.py").write_text("from .other import build\n", encoding="utf-8")
    Path("model.pt2").write_bytes(b"PK")
    Path("model.py").write_text(
        "from torch import nn\n\nclass Listed(nn.Linear):\n    def forward(self, given):\n"
        "        return super().forward(given['x'])\n\ndef named(x): return x\n\n"
        "class Packed(nn.GRU):\n    def forward(self, x, lengths):\n"
        "        pack = nn.utils.rnn.pack_padded_sequence\n"
        "        return super().forward(pack(x, lengths.cpu(), enforce_sorted=False))\n\n"
        "def build():\n    return Listed(3, 2)\n\ndef nothing():\n    pass\n\nListed_ = Listed\n"
        "Listed = Listed_(3, 2)\nPacked = Packed(5, 3)\nnamed_ = nn.Linear(3, 2)\n",
        encoding="utf-8",
    )
    done = run(f"zoo import {source}")
    assert done.exit_code == 1
    assert CROOKED[source].format(folder=Path.cwd()) in done.output
    assert not recwarn.list


def test_what_is_computed_by_wires_and_other_numbers_than_float32_are_told(folder: Path) -> None:
    assert "known: no layer is needed" in run("zoo import torch.nn:Identity").output
    Path("half.py").write_text("from torch import nn\nbuilt = nn.Linear(3, 2).bfloat16()\n", encoding="utf-8")
    done = run("zoo import half.py:built")
    assert (
        "note: the weights are of torch.bfloat16; a graph has no dtype: compile(dtype=torch.bf" in done.output
    )


def test_placeholders_are_told_and_stand_in_the_file(folder: Path) -> None:
    done = run("zoo import plain_model.py:odd -o odd.yaml")
    assert done.exit_code == 0, done.output
    said = "'act': torch.nn.modules.activation.PReLU: no layer computes it"
    assert f"placeholder {said}" in done.output
    assert f"# Placeholder {said}" in Path("odd.yaml").read_text(encoding="utf-8")
    assert load_file("odd.safetensors")["act.weight"].shape == (1,)
    checked = run("zoo check odd.yaml")
    assert "there is no layer 'torch/p_re_lu'" in checked.output


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("plain_model.py:wrong", "'wrong' of plain_model.py gives an int, and no nn.Module"),
        ("plain_model.py:biuld", "plain_model.py has no 'biuld' (did you mean 'build'?)"),
        (
            "plain_model.py:Odd",
            "is called without arguments, and needs 'width'; write a function that gives it",
        ),
        (
            "plain_model.py:kaboom",
            "error: plain_model.py:22: RuntimeError: kaboom; 'kaboom' of plain_model.py",
        ),
        ('plain_model.py:build --input "input: float batch 9"', 'forward fails with "input: float batch 9"'),
        ("absent.py:build", "there is no file absent.py"),
        ("absent_module:build", "no module 'absent_module' is found"),
        ("plain_model.py", "name what makes a module in it: zoo import plain_model.py:build"),
    ],
)
def test_what_cannot_be_opened_is_said_in_a_sentence(folder: Path, what: str, message: str) -> None:
    done = run(f"zoo import {what}")
    assert done.exit_code == 1
    assert message in done.output


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def build(:\n", "theirs.py:1: SyntaxError: invalid syntax"),
        ("\nimport absent_module\n", "theirs.py:2: ModuleNotFoundError: No module named 'absent_module'"),
        ("raise SystemExit(3)\n", "theirs.py:1: Python is left (exit code 3)"),
        ("import json\njson.loads('{')\n", "theirs.py:2: JSONDecodeError: Expecting"),
        (
            "from torch import nn\nbuild = nn.Tanh\ndef example():\n    return 5\n",
            "example() of theirs.py returns a tensor, or a tuple of them in the order of forward, and an int",
        ),
    ],
)
def test_faults_of_the_users_file_are_told_with_its_line(folder: Path, code: str, message: str) -> None:
    Path("theirs.py").write_text(code, encoding="utf-8")
    done = run("zoo import theirs.py:build")
    assert done.exit_code == 1
    assert f"error: {message}" in done.output


def test_the_documentation_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = DOCS.read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python title=model.py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (nodes,) = re.findall(r"^```yaml title=tagger.yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    head, _, rest = code.partition("tagger = Tagger()\n")
    Path("model.py").write_text(f"{head}def build() -> Tagger:\n    return Tagger()\n", encoding="utf-8")
    exec(compile(head + "tagger = Tagger()\n" + rest, "model.py", "exec"), {"__name__": "tagging"})
    assert Path("tagger.yaml").read_text(encoding="utf-8").endswith(f"\n{nodes}")
    commands = re.findall(r"^zoo .*$", page, re.MULTILINE)
    assert len(commands) == 4
    for line in commands:
        done = run(line.partition("#")[0] + (" --force" if "--input" in line else ""))
        assert done.exit_code == 0, (line, done.output)
    assert isinstance(zoo.load("model.yaml").nodes["encoder"], Repeat)
    (use,) = re.findall(r"^```python title=use.py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    exec(compile(use, "use.py", "exec"), {"__name__": "using"})
