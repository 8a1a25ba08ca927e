"""Every graph of the library as a plain file: where the zoo cannot be imported, it computes the same."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from typing import Any

import pytest
import torch
from safetensors.torch import save_file  # pyright: ignore[reportUnknownVariableType]  # typed in part
from torch import Tensor

from tests.graphs.library import GRAPHS, graph, inputs, model, params
from zoo.compiler import CompiledGraph
from zoo.ejecting import eject, origin
from zoo.files.hash import semantic_hash

ALONE = """
import importlib.abc, runpy, sys
from pathlib import Path

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0].startswith("zoo"):
            raise ImportError(f"{name} is not installed")

sys.meta_path.insert(0, Absent())
import torch
torch.set_num_threads(1)
folder = Path(sys.argv.pop())
for file in sorted(folder.glob("*.py")):
    names = runpy.run_path(str(file))
    given = torch.load(file.with_suffix(".pt"))
    torch.set_default_dtype(torch.float64)
    model = names["build"](**given["params"])
    names["load"](model, str(file.with_suffix(".safetensors")))
    outputs = model.eval()(*given["inputs"])
    outputs = (outputs,) if isinstance(outputs, torch.Tensor) else tuple(outputs)
    sum(each.sin().sum() for each in outputs if each.requires_grad).backward()
    named = list(model.named_parameters(remove_duplicate=False))
    first = {id(each): name for name, each in model.named_parameters()}
    torch.save({
        "keys": [name for name in model.state_dict() if name in given["keys"]],
        "shared": [name for name in model.state_dict() if name not in given["keys"]],
        "owned": [name for name, each in named if first[id(each)] == name],
        "outputs": [each.detach() for each in outputs],
        "gradients": {name: each.grad for name, each in model.named_parameters()},
    }, file.with_suffix(".out"))
    torch.set_default_dtype(torch.float32)
    names["main"]()
"""


@cache
def text_of(name: str) -> str:
    """The file of a graph."""
    return eject(graph(name))


@cache
def whole_of(name: str) -> CompiledGraph:
    """The compiled graph, evaluating."""
    compiled = model(name)
    compiled.eval()
    return compiled


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each graph's file computes in a process that cannot import the zoo, by the graph's name."""
    folder = tmp_path_factory.mktemp("ejected")
    for name in GRAPHS:
        (folder / f"{name}.py").write_text(text_of(name), encoding="utf-8")
        weights = {key: tensor.clone() for key, tensor in whole_of(name).state_dict().items()}
        save_file(weights, folder / f"{name}.safetensors")
        given = {"keys": list(weights), "params": params(name), "inputs": tuple(inputs(name).values())}
        torch.save(given, folder / f"{name}.pt")
    (folder / "alone").mkdir()
    script = folder / "alone" / "script.py"
    script.write_text(ALONE, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", script, folder], capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stderr
    return {name: torch.load(folder / f"{name}.out") for name in GRAPHS}


@pytest.mark.parametrize("name", GRAPHS)
def test_outputs_gradients_and_names_of_weights_are_the_same(
    name: str, found: dict[str, dict[str, Any]]
) -> None:
    whole = whole_of(name)
    result = whole(*inputs(name).values())
    outputs = (result,) if isinstance(result, Tensor) else tuple(result)
    total: Any = sum(each.sin().sum() for each in outputs if each.requires_grad)
    total.backward()
    there = found[name]
    assert there["keys"] == list(whole.state_dict())
    assert not {*there["shared"]} & {*there["owned"]}  # a plain module names a shared weight twice
    torch.testing.assert_close(there["outputs"], [each.detach() for each in outputs], rtol=0, atol=1e-12)
    gradients = {key: each.grad for key, each in whole.named_parameters()}
    assert there["gradients"].keys() == gradients.keys()
    for key, gradient in gradients.items():
        torch.testing.assert_close(there["gradients"][key], gradient, rtol=0, atol=1e-12, msg=key)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_file_gives_its_graph_back_until_it_is_changed(name: str) -> None:
    text = text_of(name)
    back = origin(text)
    assert back is not None
    assert back.unchanged
    assert semantic_hash(back.graph) == semantic_hash(graph(name))
    changed = origin(text.replace("def main() -> None:", "def main() -> None:  # mine"))
    assert changed is not None
    assert not changed.unchanged


@pytest.mark.parametrize("name", GRAPHS)
def test_a_file_is_plain_and_neat(name: str) -> None:
    """PyTorch and Python alone, docstrings everywhere in public, no remarks to our tools, lines that fit."""
    text = text_of(name)
    tree = ast.parse(text)
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module))
    tops = {module.partition(".")[0] for module in modules}
    assert tops - sys.stdlib_module_names == {"torch", "safetensors"}
    code = text.partition("GRAPH = ")[0]
    assert not [line for line in code.splitlines() if len(line) > 110]
    assert "noqa" not in code
    assert "jaxtyping" not in code
    public = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
    ]
    assert not [node.name for node in public if not ast.get_docstring(node)]
