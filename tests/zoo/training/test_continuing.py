"""Continuing a text: a stream and the whole text anew expect the same."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from tests.zoo.compiler import helpers
from zoo.decoding import Sampling
from zoo.tasks.characters import Vocabulary
from zoo.training.continuing import Continuing
from zoo.training.decode import continue_text

LETTERS = Vocabulary("abcdefghijk")
SIZES: dict[str, Any] = {"vocab": 11, "dim": 8}
MODELS = {
    "gpt": helpers.library("gpt").compile(**SIZES, heads=2, hidden=9, layers=2, context=9, seed=4),
    "lstm": helpers.library("lstm_language_model").compile(**SIZES, seed=4),
}


class Plain(nn.Module):
    """The same model, which does not say that it streams."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.model(tokens)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("context", [9, 4])
def test_a_stream_writes_what_the_whole_text_would(name: str, context: int) -> None:
    model = MODELS[name]
    for temperature in (0.0, 1.5):
        texts = [
            "".join(
                continue_text(
                    each, LETTERS, "abc", length=12, context=context, sampling=Sampling(temperature), seed=3
                )
            )
            for each in (model, Plain(model))
        ]
        assert texts[0] == texts[1]
        assert len(texts[0]) == 12


def test_each_token_is_given_once_until_the_window_moves() -> None:
    model = MODELS["gpt"].eval()
    shown: list[int] = []

    def show(_: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        shown.append(given[0].shape[1])

    hook = helpers.part(model, "embed").register_forward_pre_hook(show)
    continuing = Continuing(model, context=5)
    assert not continuing.obstacle
    for length in (3, 4, 5, 6, 7):
        continuing.logits([1] * length)
        assert ("up to the context of 5 tokens" in continuing.way) == (length > 5)
    hook.remove()
    assert shown == [3, 1, 1, 5, 5]


def test_what_keeps_a_model_from_streaming_is_known() -> None:
    plain = Continuing(Plain(MODELS["gpt"]))
    assert plain.obstacle == "the model is no compiled graph"
    assert plain.way == "all tokens were computed anew for each new one: the model is no compiled graph"
    assert "let" in Continuing(helpers.library("self_attention").compile()).obstacle
