"""What ``print(model)`` shows of layers."""

import copy
import pickle

import torch
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from zoo.fields import Positive

TEXT = """
format: zoo/1
name: tagger
inputs: {tokens: int batch time}
outputs: {tags: tags}
nodes:
  embed: {use: basic/embedding, with: {vocab: 7, dim: 6}, in: tokens}
  drop: {use: basic/dropout, with: {p: 0.25}, in: embed}
  tags: {use: basic/linear, with: {output: 3, bias: false}, in: drop}
"""


@zoo.layer("lab/shift")
class Shift(nn.Module):
    """Shift by a learned number each: x + b."""

    def __init__(self, dim: Positive, kind: str = "plain", bias: bool = True) -> None:
        super().__init__()
        self.dim, self.kind = dim, kind
        self.bias = nn.Parameter(torch.zeros(dim)) if bias else None

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x if self.bias is None else x + self.bias


@zoo.layer("lab/named")
class Named(nn.Module):
    """Nothing, under a name."""

    def extra_repr(self) -> str:
        return "as I like it"

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return x


def test_a_model_shows_the_settings_of_its_layers_that_are_not_at_their_defaults() -> None:
    model = zoo.loads(TEXT).compile()
    lines = ["(embed): Embedding(vocab=7, dim=6)", "(drop): Dropout(p=0.25)"]
    lines += ["(tags): Linear(input=6, output=3, bias=False)"]
    for each in (model, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert repr(each) == "\n  ".join(["Tagger(", *lines]) + "\n)"
    empty = zoo.loads(
        TEXT.replace("  drop:", "  more: {use: basic/dropout, with: {p: 0.25}, in: embed}\n  drop:")
    )
    assert repr(empty.compile(device="meta")).count("Dropout(p=0.25)") == 2  # a twin of the other


def test_a_layer_made_by_hand_shows_what_it_keeps() -> None:
    assert repr(Shift(5)) == "Shift(dim=5)"
    assert repr(Shift(5, kind="odd", bias=False)) == "Shift(dim=5, kind='odd')"


def test_a_layer_may_show_itself_in_its_own_way() -> None:
    assert repr(Named()) == "Named(as I like it)"
