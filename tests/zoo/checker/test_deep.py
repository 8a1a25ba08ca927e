"""What only a constructor refuses: told with its place when somebody asks for it."""

from __future__ import annotations

import pytest
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from tests.zoo.checker.helpers import graph
from tests.zoo.checker.layers import REGISTRY
from zoo.checker import check
from zoo.fields import Positive
from zoo.packs import Registry


@zoo.layer("test/picky")
class Picky(nn.Module):
    """A layer with a word against some widths, which no hint says."""

    def __init__(self, dim: Positive, heads: Positive) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f"{dim} does not divide into {heads} heads")

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x


LAYERS = Registry.of(Picky, *(spec.cls for spec in REGISTRY.layers.values()))
CALL = "{use: test/picky, with: {heads: 3}, in: x}"
PLACES = {
    "t.yaml:6:3: node 'a'": f"outputs: {{out: a}}\nnodes:\n  a: {CALL}\n",
    "t.yaml:9:7: node 'a.0.b'": f"""\
outputs: {{out: a}}
blocks:
  c:
    inputs: {{x: float batch time dim}}
    nodes:
      b: {CALL}
    outputs: {{x: b}}
nodes:
  a: {{repeat: 4, use: c, carry: {{x: x}}}}
""",
    "t.yaml:10:9: node 'a.b'": f"""\
outputs: {{out: a.out}}
nodes:
  a:
    scan:
      over: time
      nodes:
        b: {CALL}
      each: {{x: x}}
      stack: {{out: b}}
""",
}


@pytest.mark.parametrize(("place", "text"), PLACES.items())
def test_a_constructor_that_refuses(place: str, text: str) -> None:
    made = graph(f"inputs: {{x: float batch time 14}}\n{text}")
    assert check(made, LAYERS) == []
    found = check(made, LAYERS, deep=True)
    said = "test/picky cannot be built: 14 does not divide into 3 heads; change its settings"
    assert [str(problem) for problem in found] == [f"{place}: {said}"]
    assert check(graph(f"inputs: {{x: float batch time 15}}\n{text}"), LAYERS, deep=True) == []
