"""What plain files compute where the zoo cannot be imported, beside what the library's graphs do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file  # pyright: ignore[reportUnknownVariableType]  # typed in part
from torch import Tensor

from tests.graphs.library import inputs, model, params
from zoo.compiler import CompiledGraph

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
def whole_of(name: str) -> CompiledGraph:
    """The compiled graph, evaluating."""
    compiled = model(name)
    compiled.eval()
    return compiled


def run_alone(folder: Path, texts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What files compute in a process that cannot import the zoo.

    Texts and what they compute are by the name of the graph, with a style behind a dot perhaps.
    """
    for key, text in texts.items():
        name = key.partition(".")[0]
        (folder / f"{key}.py").write_text(text, encoding="utf-8")
        weights = {key: tensor.clone() for key, tensor in whole_of(name).state_dict().items()}
        save_file(weights, folder / f"{key}.safetensors")
        given = {"keys": list(weights), "params": params(name), "inputs": tuple(inputs(name).values())}
        torch.save(given, folder / f"{key}.pt")
    (folder / "alone").mkdir()
    script = folder / "alone" / "script.py"
    script.write_text(ALONE, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", script, folder], capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stderr
    return {key: torch.load(folder / f"{key}.out") for key in texts}


def check_same(name: str, there: Mapping[str, Any]) -> None:
    """What a file computed is what its graph computes: outputs, gradients, names of weights."""
    whole = whole_of(name)
    whole.zero_grad()
    result = whole(*inputs(name).values())
    outputs = (result,) if isinstance(result, Tensor) else tuple(result)
    total: Any = sum(each.sin().sum() for each in outputs if each.requires_grad)
    total.backward()
    assert there["keys"] == list(whole.state_dict())
    assert not {*there["shared"]} & {*there["owned"]}  # a plain module names a shared weight twice
    torch.testing.assert_close(there["outputs"], [each.detach() for each in outputs], rtol=0, atol=1e-12)
    gradients = {key: each.grad for key, each in whole.named_parameters()}
    assert there["gradients"].keys() == gradients.keys()
    for key, gradient in gradients.items():
        torch.testing.assert_close(there["gradients"][key], gradient, rtol=0, atol=1e-12, msg=key)
