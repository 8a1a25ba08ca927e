"""Every example of docs/attention.md is run, and every layer of the pack is on the page."""

import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import zoo

PAGE = (Path(__file__).parents[3] / "docs" / "attention.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_has_examples() -> None:
    assert len(examples("yaml")) == 3
    assert len(examples("python")) == 1


@pytest.mark.parametrize("text", examples("yaml"))
def test_every_graph_runs_and_its_padding_does_not_show(text: str) -> None:
    graph = zoo.loads(text)
    model: nn.Module = graph.compile().double()
    x, mask = torch.randn(2, 11, 24).double(), torch.arange(11) < torch.tensor([[11], [5]])
    out: Tensor = model(x, mask)
    assert out.shape == (2, 11, 24)
    x[1, 5:] = torch.nan
    torch.testing.assert_close(model(x, mask)[mask], out[mask])


@pytest.mark.parametrize("code", examples("python"))
def test_every_python_example_runs(code: str) -> None:
    exec(compile(code, "docs/attention.md", "exec"), {})


def test_every_layer_is_on_the_page() -> None:
    names = {id.partition("/")[2] for id in zoo.registry().layers if id.startswith("attention/")}
    table = PAGE.partition("|---|")[2].partition("\n\n")[0]
    first = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert names == {name for cell in first for name in re.findall(r"`(\w+)`", cell)}
