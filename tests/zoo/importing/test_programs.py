"""Programs of ``torch.export``, and files of ``zoo export``, as graphs with their weights."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

import zoo
from tests.graphs.library import model as small
from tests.zoo.importing.modules import GPT, Tagger, compare
from zoo.cli.app import cli
from zoo.files import dumps
from zoo.graph import Call, Repeat
from zoo.importing import ImportingError, import_file, import_module, import_program

pytestmark = pytest.mark.tracing


def exported(module: nn.Module, *inputs: Tensor, dynamic: bool = False) -> ExportedProgram:
    axes = {0: Dim.AUTO, 1: Dim.AUTO}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.export.export(
            module.double(), inputs, dynamic_shapes=tuple(axes for _ in inputs) if dynamic else None
        )


def test_a_gpt_is_the_same_as_program_and_as_module() -> None:
    module = GPT()
    done = import_program(exported(module, torch.randint(19, (3, 7)), dynamic=True), name="gpt")
    plain = import_module(module)
    assert not done.unknown
    assert isinstance(done.graph.nodes["blocks"], Repeat)
    assert dumps(done.graph).replace("idx", "tokens") == dumps(plain.graph).replace("idx", "tokens")
    x = torch.randint(19, (2, 11))
    compare(module, done, {"idx": x}, {"idx": x})


def test_lstm_and_attention_of_fixed_sizes_with_their_dropout() -> None:
    module = Tagger()
    done = import_program(exported(module, torch.randint(19, (3, 7))))
    walk = done.graph.nodes["walk"]
    assert isinstance(walk, Call)
    assert dict(walk.settings) == {"hidden": 6, "layers": 2, "bidirectional": True, "dropout": 0.1}

    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attend = nn.MultiheadAttention(8, 2, dropout=0.2, batch_first=True)

        def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
            return self.attend(x, memory, memory, key_padding_mask=~mask, need_weights=False)[0]

    attending = Masked()
    given = {
        "x": torch.randn(3, 7, 8, dtype=torch.float64),
        "memory": torch.randn(3, 5, 8, dtype=torch.float64),
        "mask": torch.arange(5) < torch.tensor([[5], [2], [3]]),
    }
    program = exported(attending, *given.values())
    types = {"memory": "float batch source 8", "mask": "bool batch source"}
    done = import_program(program, inputs=types)
    attend = done.graph.nodes["attend"]
    assert isinstance(attend, Call)
    assert dict(attend.settings) == {"heads": 2, "dropout": 0.2}
    compare(attending, done, given, given)


@pytest.mark.long
def test_a_file_of_zoo_export_comes_back_as_its_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model: Any = small("encoder_classifier", layers=1)
    zoo.export(model, "made.pt2")
    done = import_file(Path("made.pt2"))
    assert done.graph.params["layers"] == 1
    assert done.graph.nodes == model.graph.nodes
    assert done.graph.files == model.graph.files
    again = done.graph.compile(device="cpu", dtype=torch.float64)
    again.load_state_dict(done.state_dict)
    assert all(torch.equal(again.state_dict()[key], tensor) for key, tensor in model.state_dict().items())
    told = CliRunner().invoke(cli, ["import", "made.pt2"])
    assert told.exit_code == 0, told.output
    assert "wrote encoder_classifier.yaml, blocks.yaml, encoder_classifier.safetensors" in told.output


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::FutureWarning")  # torch.export's own
def test_the_documentation_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python title=(?:model|program).py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    exec(compile("".join(blocks), "import.md", "exec"), {"__name__": "tagging"})


def test_what_is_no_program_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pt2"
    broken.write_bytes(b"nothing")
    with pytest.raises(ImportingError, match=r"is no program of torch\.export"):
        import_file(broken)
    with pytest.raises(ImportingError, match="there is no file"):
        import_file(tmp_path / "absent.pt2")
