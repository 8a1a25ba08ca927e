"""What layers need of their modules comes along, under names that do not clash."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

import zoo
from zoo.cli.app import cli
from zoo.ejecting import EjectError, eject, origin
from zoo.errors import ZooError
from zoo.packs import Registry

SHARED = """
import math as numbers

NONE, FACTOR = 0, 3
'''What everything is multiplied by.'''

def scale(x): return x * FACTOR  # a remark that stays
"""

FIRST = """
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn
from typing import Annotated

import zoo
from stranger import shared

Width = Annotated[int, Field(gt=0, description="How wide.")]

@zoo.layer("stranger/first")
class First(nn.Module):
    '''Three times the input, and one.'''

    def __init__(self, dim: Width, extra: Annotated[float, Field(description="Added.")] = 1e0) -> None:
        super().__init__()
        self.dim, self.extra = dim, extra

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        scale = shared.scale  # a local name like that of the function
        return _helped(scale(x), self.extra)

    @staticmethod
    def unordered(settings, wired):
        return ()

def _helped(x: Float[Tensor, "batch dim"], extra: float) -> Tensor:
    return x + extra
"""

SECOND = """
from jaxtyping import Float
from torch import Tensor, nn

import zoo

@zoo.layer("stranger/second")
class Second(nn.Module):
    '''Minus the input.'''

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        return _helped(x)

# Not the other of this name.
def _helped(x: Tensor) -> Tensor:
    return -x
"""

GRAPH = """
format: zoo/1
name: both
inputs: {x: float batch 3}
outputs: {out: second}
nodes:
  first: {use: stranger/first, in: x}
  second: {use: stranger/second, in: first}
"""


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A pack whose two layers have helpers of the same name."""
    package = tmp_path / "stranger"
    package.mkdir()
    for name, text in {"__init__": "", "shared": SHARED, "first": FIRST, "second": SECOND}.items():
        (package / f"{name}.py").write_text(text.lstrip(), encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    first, second = (importlib.import_module(f"stranger.{name}") for name in ("first", "second"))
    yield Registry.of(first.First, second.Second)
    for name in [name for name in sys.modules if name.partition(".")[0] == "stranger"]:
        del sys.modules[name]


def executed(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "ejected"}
    exec(compile(text, "ejected", "exec"), names)
    return names


def test_two_helpers_of_one_name_stay_two(registry: Registry) -> None:
    text = eject(zoo.loads(GRAPH), registry=registry)
    model = executed(text)["build"]()
    assert torch.equal(model(torch.ones(2, 3)), torch.full((2, 3), -4.0))
    for kept in (
        "# a remark that stays",
        "What everything is multiplied by.",
        "# Not the other of this name.",
    ):
        assert kept in text
    for gone in ("import zoo", "pydantic", "jaxtyping", "math", "unordered"):
        assert gone not in text, gone
    assert "dim: int, extra: float = 1e0" in text


def test_a_layer_that_no_import_finds_is_refused() -> None:
    from jaxtyping import Float
    from torch import Tensor, nn

    @zoo.layer("stranger/first")
    class Local(nn.Module):
        """Nothing."""

        def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
            return x

    text = GRAPH.replace("stranger/second", "stranger/first")
    with pytest.raises(
        EjectError, match=r"Local is defined in .* where no import finds it; define it in a module"
    ):
        eject(zoo.loads(text), registry=Registry.of(Local))


def test_what_is_no_ejected_file_has_no_origin() -> None:
    assert origin("print(1)") is None
    with pytest.raises(EjectError, match="line 1 is none"):
        origin("GRAPH = ")
    with pytest.raises(ZooError, match=r"other\.yaml"):
        origin('GRAPH = """format: zoo/1\nname: a\nnodes: {b: {use: other.yaml#c}}\n"""\nCODE = ""\n')


def test_the_command_writes_once_and_with_params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    done = run.invoke(cli, ["eject", "gpt", "-o", "gpt.py", "--set", "layers=2"])
    assert done.exit_code == 0, done.output
    assert "python gpt.py runs it once" in done.output
    text = (tmp_path / "gpt.py").read_text(encoding="utf-8")
    assert "layers: int = 2," in text
    back = origin(text)
    assert back is not None
    assert back.graph.params["layers"] == 2
    again = run.invoke(cli, ["eject", "gpt", "-o", "gpt.py"])
    assert again.exit_code == 1
    assert "'gpt.py' exists already" in again.output
    assert run.invoke(cli, ["eject", "rnn_language_model", "-o", "gpt.py", "--force"]).exit_code == 0
    shown = run.invoke(cli, ["eject", "rnn_language_model"])
    assert shown.output == (tmp_path / "gpt.py").read_text(encoding="utf-8")


def test_a_run_is_ejected_with_its_params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zoo.training import Options, train

    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text("abcdefgh " * 300, encoding="utf-8")
    train(
        "gru_language_model",
        task="language_modelling",
        settings={"text": "text.txt", "context": 8},
        options=Options(steps=1, batch=2, measurements=1),
        out="run",
    )
    done = CliRunner().invoke(cli, ["eject", "run", "-o", "trained.py"])
    assert done.exit_code == 0, done.output
    names = executed(Path("trained.py").read_text(encoding="utf-8"))
    model = names["build"]()
    names["load"](model, "run/best.safetensors")
    other = executed(eject(zoo.load(zoo.registry().graphs["gru_language_model"])))
    with pytest.raises(ValueError, match=r"is of another model, 'embed.weight' differs: eject the run it is"):
        other["load"](other["build"](), "run/best.safetensors")


def test_the_documentation_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[3] / "docs" / "eject.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"^```(.*?)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    commands, code = blocks[""], blocks["python"]
    monkeypatch.chdir(tmp_path)
    for line in commands.splitlines():
        command = line.partition("#")[0].split()
        if command[0] == "zoo":
            done = CliRunner().invoke(cli, command[1:])
            assert done.exit_code == 0, done.output
        else:
            said = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, check=True)
            assert "842,496 parameters" in said.stdout
    executed(code)
