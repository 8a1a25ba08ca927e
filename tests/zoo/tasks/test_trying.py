"""A model that would only seem to learn is refused before it starts."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, cast

import pytest
import torch
from torch import Tensor, nn

from tests.zoo.tasks.test_ports import MODELLING, small
from zoo.errors import TrainingError
from zoo.tasks import Batch, Data, Mean, Outputs, accuracy, find_ports
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


class Wrong(LanguageModelling):
    """Predict, with one slip."""

    slip: Literal["tensor", "parts", "count", "breaks", "no loss", "number", "names"]

    def loss(self, outputs: Outputs, batch: Batch) -> Mean:
        logits = outputs["logits"]
        slips: dict[str, Callable[[], object]] = {
            "tensor": lambda: logits[0, 0, 0],
            "parts": lambda: Mean(logits.sum(-1), logits.numel()),
            "count": lambda: accuracy(logits, batch.target),
            "breaks": lambda: logits + torch.ones(7),
        }
        return cast("Mean", slips.get(self.slip, lambda: super(Wrong, self).loss(outputs, batch))())

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        right = accuracy(outputs["logits"], batch.target)
        slips: dict[str, object] = {"no loss": {"right": right}, "number": {"loss": 0.5}, "names": ["loss"]}
        return cast("Mapping[str, Mean]", slips.get(self.slip, {"loss": right}))


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        (
            "tensor",
            r"Wrong\.loss: the loss must be a zoo.tasks.Mean, and float32 \(\) came; return a sum and",
        ),
        (
            "parts",
            r"Wrong\.loss: the sum of the loss must be a tensor of one number, and float32 \(2, 62\) came",
        ),
        ("count", r"Wrong\.loss: .* it has no gradient"),
        (
            "breaks",
            r"Wrong\.loss does not work for the outputs logits float32 \(2, 62, 11\) and the target int64",
        ),
        ("no loss", r"Wrong\.measure: 'loss' must be among what it measures, and there is 'right'; add"),
        ("number", r"Wrong\.measure: 'loss' must be a zoo.tasks.Mean, and float came"),
        ("names", r"Wrong\.measure: it must return Means by name, and list came"),
    ],
)
def test_what_a_task_returns_is_checked_first(slip: str, message: str) -> None:
    graph = small()
    ports = find_ports(MODELLING, graph, "language_modelling")
    task = Wrong.model_validate({"slip": slip})
    with pytest.raises(TrainingError, match=rf"^\S+test_trying\.py:\d+: {message}"):
        try_model(task, graph, Mixing(11), ports, data(11, 62), {})


def test_batches_without_examples_are_refused() -> None:
    graph, fine = small(), data(11, 62)
    ports = find_ports(MODELLING, graph, "language_modelling")
    empty = Batch({"tokens": torch.ones(0, 62).long()}, torch.ones(0, 62).long())
    for wrong, message in (
        (replace(fine, batch=[empty].__getitem__), "a training batch must have examples"),
        (replace(fine, validation=lambda: [empty]), "a validation batch must have examples"),
        (replace(fine, validation=list[Batch]), "`validation` must return a batch at least, and none came"),
        (
            replace(fine, batch=[cast("Batch", None)].__getitem__),
            "must be a zoo.tasks.Batch, and NoneType came",
        ),
    ):
        with pytest.raises(TrainingError, match=rf"LanguageModelling\.data: .*{message}"):
            try_model(LanguageModelling(), graph, Mixing(11), ports, wrong, {})


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
