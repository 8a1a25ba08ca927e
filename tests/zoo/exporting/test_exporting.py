"""Exporting: a file with the graph's names gives what the model gives, at sizes it was not traced with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import zoo
from tests.zoo.compiler.test_scans import LSTM, MASK, randn
from zoo.compiler import compile_graph
from zoo.errors import ExportError, InputError, ZooError
from zoo.exporting import exporting, writing
from zoo.files.hash import semantic_hash
from zoo.packs import Registry, registry

pytestmark = [
    pytest.mark.tracing,
    # torch's own, where it traces; export itself hides them, loading a program does not
    pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning"),
]

SWAP = """
format: zoo/1
name: swap
about: Inputs and outputs of one name, one of them untouched.
inputs: {a: float batch 3, b: float batch 3}
outputs: {a: b, b: twice}
nodes: {twice: {use: basic/add, in: [a, a]}}
"""

PLAIN = """
format: zoo/1
name: plain
inputs: {x: float batch time 3}
outputs: {y: bent}
nodes:
  bent: {use: LAYER, in: x}
"""


class Doubled(nn.Module):
    """Twice what comes, unless its mean is below zero: which torch cannot know while it traces."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 2 if bool(x.mean() > 0) else x


def stranger() -> Registry:
    """The installed layers, and one that cannot be traced."""
    from jaxtyping import Float

    Doubled.forward.__annotations__ |= {"x": Float[Tensor, "*any dim"], "return": Float[Tensor, "*any dim"]}
    made = zoo.layer("mine/doubled")(Doubled)
    return Registry.of(*(spec.cls for spec in registry().layers.values()), made)


@pytest.mark.parametrize("ending", ["pt2", "onnx"])
def test_a_file_gives_what_the_model_gives(ending: str, tmp_path: Path) -> None:
    runtime: Any = pytest.importorskip("onnxruntime") if ending == "onnx" else None
    model = zoo.loads(LSTM).compile(dtype=torch.float64, seed=3).train()
    done = zoo.export(model, tmp_path / f"lstm.{ending}", sizes={"time": 7})
    assert model.training
    assert done.inputs == {"x": "float batch time 5", "mask": "bool batch time"}
    assert done.outputs == {"out": "float batch time 7", "h": "float batch 7", "c": "float batch 7"}
    assert len(done.sizes) == 2
    assert done.difference < 1e-12
    assert [*tmp_path.iterdir()] == [done.path]
    x, mask = randn(4, 11, 5), torch.cat([MASK, torch.zeros(1, 11, dtype=torch.bool)])
    expected = model(x, mask)._asdict()
    if runtime is None:
        about: dict[str, str] = {"layerzoo.json": ""}
        program = torch.export.load(done.path, extra_files=about)
        found: dict[str, Tensor] = program.module()(x, mask)
        told: dict[str, str] = json.loads(about["layerzoo.json"])
    else:
        session: Any = runtime.InferenceSession(done.path)
        assert [each.shape for each in session.get_inputs()] == [["batch", "time", 5], ["batch", "time"]]
        values: list[Any] = session.run(None, {"x": x.numpy(), "mask": mask.numpy()})
        names = [each.name for each in session.get_outputs()]
        found = dict(zip(names, map(torch.as_tensor, values), strict=True))
        told = session.get_modelmeta().custom_metadata_map
    assert found.keys() == expected.keys()
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
    assert told["layerzoo.version"] == zoo.__version__
    assert told["layerzoo.hash"] == semantic_hash(model.graph)
    assert zoo.loads(told["layerzoo.graph"]) == model.graph


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's")
def test_a_full_disk_is_an_error_and_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "before").mkdir()
    opened = Path.open

    def full(path: Path, mode: str = "r", **more: Any) -> Any:
        return opened(Path("/dev/full") if path.suffix == ".pt2" else path, mode, **more)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(ExportError, match=r"cannot write '.*lstm\.pt2': No space left on device"):
        zoo.export(zoo.loads(SWAP), tmp_path / "before" / "lstm.pt2")
    assert not [*(tmp_path / "before").iterdir()]


def test_an_optional_input_may_be_left_out(tmp_path: Path) -> None:
    model = zoo.loads(LSTM).compile()
    done = zoo.export(model, tmp_path / "lstm.pt2", without=["mask"], sizes={"time": 3})
    assert [*done.inputs] == ["x"]


def test_onnx_has_no_two_values_of_one_name(tmp_path: Path) -> None:
    runtime: Any = pytest.importorskip("onnxruntime")
    done = zoo.export(zoo.loads(SWAP), tmp_path / "swap.onnx")
    assert done.outputs == {"a_out": "float batch 3", "b_out": "float batch 3"}
    a, b = (randn(2, 3) + more for more in (0, 1))
    a, b = a.float().numpy(), b.float().numpy()
    first, second = runtime.InferenceSession(done.path).run(None, {"a": a, "b": b})
    assert (first == b).all()
    assert (second == 2 * a).all()


def lacking(name: str) -> Callable[[str], object]:
    return lambda module: None if module == name else object()


def test_sizes_that_the_model_does_not_take_are_told_as_numbers(tmp_path: Path) -> None:
    graph = zoo.loads(PLAIN.replace("LAYER", "position/learned, with: {max_length: 4}"))
    with pytest.raises(
        InputError, match=r"4 places, and the sequence has 9 steps; .* \(at the chosen time=9\)"
    ):
        zoo.export(graph, tmp_path / "plain.pt2", sizes={"time": 9})


def test_the_layer_that_cannot_be_exported_is_named(tmp_path: Path) -> None:
    graph = zoo.loads(PLAIN.replace("LAYER", "mine/doubled"))
    model = compile_graph(graph, registry=stranger())
    with pytest.raises(ExportError) as caught:
        zoo.export(model, tmp_path / "plain.pt2")
    message = str(caught.value)
    assert message.startswith("<text>:7:3: node 'bent': the layer mine/doubled cannot be exported")
    assert "torch.export refuses it: Could not guard on data-dependent expression" in message
    assert message.endswith("Put another layer in its place")
    assert not [*tmp_path.iterdir()]


def test_what_the_runtime_has_in_float32_alone_is_told_with_the_way_out(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    layer = "feedforward/ffn, with: {dim: 3, hidden: 5, activation: gelu}"
    model = zoo.loads(PLAIN.replace("LAYER", layer)).compile(dtype=torch.float64)
    with pytest.raises(ExportError, match=r"Erf.*Export the model in float32: model\.float\(\)$"):
        zoo.export(model, tmp_path / "plain.onnx")
    assert zoo.export(model.float(), tmp_path / "plain.onnx").difference < 1e-5


def test_a_file_that_differs_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = writing.write_program

    def spoilt(traced: Any, path: Path) -> Callable[[Any], list[Tensor]]:
        run = write(traced, path)
        return lambda inputs: [x + 1 for x in run(inputs)]

    monkeypatch.setattr(exporting, "write_program", spoilt)
    target = tmp_path / "plain.pt2"
    target.write_text("the file before")
    with pytest.raises(ExportError, match=r"'y' of the file differs from that of the model by 1\.0e"):
        zoo.export(zoo.loads(PLAIN.replace("LAYER", "basic/tanh")), target)
    assert target.read_text() == "the file before"
    assert [*tmp_path.iterdir()] == [target]


def test_what_is_asked_wrongly_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = zoo.loads(LSTM).compile()
    with pytest.raises(ExportError, match=r"ends in \.onnx or \.pt2, and 'lstm.onx' does not"):
        zoo.export(model, tmp_path / "lstm.onx")
    with pytest.raises(ExportError, match=r"'lstm.pt' does not; name it lstm.pt2"):
        zoo.export(model, tmp_path / "lstm.pt")
    with pytest.raises(ExportError, match=r"no input 'maks' to leave out \(did you mean 'mask'\?\)"):
        zoo.export(model, tmp_path / "lstm.pt2", without=["maks"])
    with pytest.raises(ExportError, match="only optional inputs can be left out, and 'x' is needed"):
        zoo.export(model, tmp_path / "lstm.pt2", without=["x"])
    with pytest.raises(ZooError, match=r"'tme' is not one \(did you mean 'time'\?\)"):
        zoo.export(model, tmp_path / "lstm.pt2", sizes={"tme": 3})
    with monkeypatch.context() as patched:
        patched.setattr("importlib.util.find_spec", lacking("onnxscript"))
        with pytest.raises(ExportError, match=r"onnxscript is not installed; pip install .*\[export\]"):
            zoo.export(model, tmp_path / "lstm.onnx")
    monkeypatch.setattr(exporting, "traced", lacking("a program"))
    with pytest.raises(ExportError, match=r"cannot write '.*nowhere/lstm.pt2': No such file or directory"):
        zoo.export(model, tmp_path / "nowhere" / "lstm.pt2")
