"""``zoo export``: a graph or a run as a file for other runtimes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from click.testing import Result

from zoo.packs import install, load_packs

Run = Callable[..., Result]

pytestmark = [
    pytest.mark.tracing,
    pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning"),  # torch's own
]

GRAPH = """\
format: zoo/1
name: bent
params: {dim: 5}
inputs: {x: float batch time $dim, mask: optional bool batch time}
outputs: {y: bent, pooled: pooled}
nodes:
  bent: {use: basic/linear, with: {output: 3}, in: x}
  pooled: {use: basic/mean_pool, in: {x: bent, mask: mask}}
"""


@pytest.fixture
def bent(tmp_path: Path) -> str:
    path = tmp_path / "bent.yaml"
    path.write_text(GRAPH)
    return str(path)


def test_what_is_written_is_told(zoo_: Run, bent: str, tmp_path: Path) -> None:
    target = tmp_path / "bent.pt2"
    result = zoo_("export --seed 2 --set dim=4 -o", str(target), bent)
    assert result.exit_code == 0, result.stderr
    assert f"wrote {target}" in result.stdout
    assert "tried at batch=2, time=9 and batch=5, time=167" in result.stdout
    result = zoo_("export -o", str(target), bent)
    assert "overwrite it with --force" in result.stderr
    result = zoo_("export --json --force --without mask --dtype float64 --size time=9 -o", str(target), bent)
    told = json.loads(result.stdout)
    assert told["inputs"] == {"x": "float batch time 5"}
    assert told["outputs"] == {"y": "float batch time 3", "pooled": "float batch 3"}
    assert told["sizes"] == [{"batch": 2, "time": 7}, {"batch": 5, "time": 9}]
    assert told["difference"] < 1e-12
    found = torch.export.load(target).module()(torch.zeros(2, 3, 5, dtype=torch.float64), None)
    assert found["y"].shape == (2, 3, 3)


PACK = """\
import zoo

@zoo.hookimpl
def zoo_exporters():
    return {"names": write, "broken": lambda model, path: 1 / 0}

def write(model, path):
    path.write_text(" ".join(model.state_dict()))
"""


@pytest.fixture
def exporters(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "names.py").write_text(PACK)
    before = install(load_packs(plugins=[tmp_path / "packs"]))
    yield
    install(before)


@pytest.mark.usefixtures("exporters")
def test_an_exporter_of_a_pack_writes_a_file_of_its_own(zoo_: Run, bent: str, tmp_path: Path) -> None:
    target = tmp_path / "bent.names"
    result = zoo_("export --exporter names -o", str(target), bent)
    assert (result.exit_code, result.stdout) == (0, f"wrote {target}\n"), result.stderr
    assert target.read_text() == "bent.weight bent.bias"
    assert "overwrite it with --force" in zoo_("export --exporter names -o", str(target), bent).stderr
    refused = zoo_("export --exporter broken --force -o", str(target), bent)
    assert refused.stderr == "error: the exporter 'broken' failed: ZeroDivisionError: division by zero\n"
    unknown = zoo_("export --exporter name -o", str(tmp_path / "other"), bent)
    assert "(did you mean 'names'?); they offer names, broken" in unknown.stderr
    assert zoo_("export --exporter names", bent).exit_code == 2


def test_what_cannot_be_is_told_in_a_sentence(zoo_: Run, bent: str, tmp_path: Path) -> None:
    result = zoo_("export -o", str(tmp_path / "bent.tflite"), bent)
    assert result.exit_code == 1
    assert result.stderr == (
        "error: a model is exported to a file that ends in .onnx or .pt2, and 'bent.tflite' does not; "
        "name it bent.onnx\n"
    )
    result = zoo_("export --seed 3", str(tmp_path))
    assert result.exit_code == 2
    assert "a checkpoint has its params and weights; --set and --seed are for graphs" in result.stderr
    result = zoo_("export", str(tmp_path))
    assert result.exit_code == 1
    assert "holds no best.safetensors" in result.stderr
