"""Which graphs can be trained as language models, and what the others are told."""

import math
import re

import pytest
from torch import Tensor, nn

from zoo.errors import TrainingError
from zoo.files import loads
from zoo.graph import Graph
from zoo.training.language_model import check_ports, fit_params, probe

GRAPH = """
format: zoo/1
name: small
params: {vocab: 50, context: 16, dim: 7}
inputs:
  tokens: int batch time
outputs:
  logits: out
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: $dim}, in: tokens}
  out: {use: basic/linear, with: {output: $vocab}, in: embed}
"""


def small(*changes: tuple[str, str]) -> Graph:
    text = GRAPH
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return loads(text)


def test_the_ports_of_a_language_model_pass() -> None:
    check_ports(small())
    check_ports(small(("inputs:\n", "inputs:\n  mask: optional bool batch time\n")))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [("  tokens:", "  token:"), ("in: tokens", "in: token")],
            "it has no input 'tokens' (did you mean 'token'?) and it also needs the input 'token';",
        ),
        ([("tokens: int batch time", "tokens: int batch")], "its input 'tokens' is `int batch`;"),
        (
            [("tokens: int batch time", "tokens: float batch time")],
            "its input 'tokens' is `float batch time`;",
        ),
        ([("logits: out", "scores: out")], "it has no output 'logits';"),
        ([("logits: out", "logit: out")], "it has no output 'logits' (did you mean 'logit'?);"),
        (
            [("inputs:\n", "inputs:\n  mask: bool batch time\n  image: float batch dim\n")],
            "it also needs the inputs 'mask', 'image';",
        ),
    ],
)
def test_a_graph_that_lacks_a_port_is_told_which(changes: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(TrainingError, match=re.escape(message)) as caught:
        check_ports(small(*changes))
    assert "has the input `tokens: int batch time` and the output `logits: float batch time vocab`" in str(
        caught.value
    )


def test_vocab_and_context_follow_the_text_unless_chosen() -> None:
    assert fit_params(small(), {}, 40, None) == ({"vocab": 40}, 16)
    assert fit_params(small(), {}, 40, 9) == ({"vocab": 40, "context": 9}, 9)
    assert fit_params(small(), {"vocab": 99, "dim": 3}, 40, None) == ({"vocab": 99, "dim": 3}, 16)
    assert fit_params(small(), {"context": 64}, 40, None) == ({"vocab": 40, "context": 64}, 64)
    # Longer windows than the graph can look at are cut to what it can.
    assert fit_params(small(), {"context": 8}, 40, 32) == ({"vocab": 40, "context": 8}, 8)


def test_a_graph_without_such_params_is_left_alone() -> None:
    plain = small(("vocab: 50, context: 16, dim: 7", "dim: 7"), ("$vocab", "50"))
    assert fit_params(plain, {}, 40, None) == ({}, None)
    assert fit_params(plain, {}, 40, 9) == ({}, 9)


def test_an_unknown_param_is_named() -> None:
    message = "has no param 'dimm' (did you mean 'dim'?); it has vocab, context, dim"
    with pytest.raises(TrainingError, match=re.escape(message)):
        fit_params(small(), {"dimm": 3}, 40, None)


class Mixing(nn.Module):
    """Logits that are a sum over ``reach`` steps to come, and over the steps before when it is None."""

    def __init__(self, vocabulary: int, reach: int | None = None, dims: int = 3) -> None:
        super().__init__()
        self.embed = nn.Embedding(11, vocabulary)
        self.reach, self.dims = reach, dims

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens)
        x = x.cumsum(1) if self.reach is None else x + x.roll(-self.reach, 1)
        return x if self.dims == 3 else x[:, -1]


@pytest.mark.parametrize("context", [1, 2, 64])
def test_a_causal_model_passes_the_probe(context: int) -> None:
    model = Mixing(11).train()
    probe(small(), model, {}, 11, context)
    assert model.training
    probe(small(), model, {}, 9, context)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Mixing(11, reach=1), "graph 'small' sees the future"),
        (Mixing(11, reach=25), "graph 'small' sees the future"),
        (Mixing(10), "11 different characters, but graph 'small' scores 10"),
        (Mixing(11, dims=2), r"shape \(batch, time, vocab\), but for tokens of shape \(3, 62\)"),
    ],
)
def test_a_model_that_would_only_seem_to_learn_is_refused(model: nn.Module, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        probe(small(), model, {}, 11, 64)


def test_a_model_without_numbers_is_told_so() -> None:
    class Broken(Mixing):
        def forward(self, tokens: Tensor) -> Tensor:
            return super().forward(tokens) * math.nan

    with pytest.raises(TrainingError, match="'small' are not all finite before anything is learned"):
        probe(small(), Broken(11), {}, 11, 64)


LOOK = "look: {use: attention/multi_head, with: {heads: 1}, in: {query: embed, key: embed, value: embed}}"


def test_the_node_that_sees_the_future_is_named() -> None:
    looking = small(("in: embed}", "in: look}"), ("  out:", f"  {LOOK}\n  out:"))
    with pytest.raises(TrainingError, match=r"(?s)sees the future.*:11:3: node 'look': attention/multi_head"):
        probe(looking, looking.compile(), {}, 50, 16)
