"""A model that would only seem to learn is refused before it starts."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from tests.zoo.tasks.test_ports import MODELLING, small
from zoo.errors import TrainingError
from zoo.tasks import Batch, Data, find_ports
from zoo.tasks.trying import try_model
from zoo_tasks.language_modelling import LanguageModelling


def data(vocabulary: int, time: int) -> Data:
    tokens = torch.randint(vocabulary, (3, time + 1), generator=torch.Generator().manual_seed(0))
    batch = Batch({"tokens": tokens[:, :-1]}, tokens[:, 1:])
    return Data(batch=lambda _: batch, validation=lambda: [batch], params={"vocab": vocabulary})


def attempt(model: nn.Module, vocabulary: int = 11, time: int = 62) -> None:
    graph = small()
    ports = find_ports(MODELLING, graph, "language_modelling")
    try_model(LanguageModelling(), graph, model, ports, data(vocabulary, time), {})


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


@pytest.mark.parametrize("time", [1, 2, 64])
def test_a_causal_model_passes(time: int) -> None:
    model = Mixing(11).train()
    attempt(model, time=time)
    assert model.training
    attempt(model, 9, time)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Mixing(11, reach=1), "graph 'small' sees the future"),
        (Mixing(11, reach=25), "graph 'small' sees the future"),
        (Mixing(10), "the data have vocab = 11, but graph 'small' scores 10"),
        (
            Mixing(11, dims=2),
            r"shape \(batch, time, vocab\), but for inputs of tokens \(2, 62\) they have \(2, 11\)",
        ),
    ],
)
def test_a_model_that_would_only_seem_to_learn_is_refused(model: nn.Module, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        attempt(model)


def test_a_model_without_numbers_is_told_so() -> None:
    class Broken(Mixing):
        def forward(self, tokens: Tensor) -> Tensor:
            return super().forward(tokens) * math.nan

    with pytest.raises(TrainingError, match="'small' are not all finite before anything is learned"):
        attempt(Broken(11))


LOOK = "look: {use: attention/multi_head, with: {heads: 1}, in: {query: embed, key: embed, value: embed}}"


def test_the_node_that_sees_the_future_is_named() -> None:
    looking = small(("in: embed}", "in: look}"), ("  out:", f"  {LOOK}\n  out:"))
    ports = find_ports(MODELLING, looking, "language_modelling")
    with pytest.raises(TrainingError, match=r"(?s)sees the future.*:11:3: node 'look': attention/multi_head"):
        try_model(LanguageModelling(), looking, looking.compile(), ports, data(50, 16), {})


def test_a_loss_of_the_graph_is_one_number_a_sequence() -> None:
    graph = small(("logits: out", "logits: out\n  loss_odd: embed"))
    ports = find_ports(MODELLING, graph, "language_modelling")
    with pytest.raises(TrainingError, match=r"'loss_odd' .* is `float batch`, one number a sequence"):
        try_model(LanguageModelling(), graph, graph.compile(), ports, data(50, 16), {})
    fine = replace(ports, losses=())
    try_model(LanguageModelling(), graph, graph.compile(), fine, data(50, 16), {})
