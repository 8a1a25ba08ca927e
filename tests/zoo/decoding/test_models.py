"""Searches over compiled graphs: by their streams and by the whole model each time, with the same result."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from tests.graphs.library import ENCODER_DECODERS, LANGUAGE_MODELS, VOCAB, inputs, model
from zoo.decoding import Anew, Beam, Hypothesis, Reading, Sampling, Stepwise, begin, forced
from zoo.errors import InputError

END = 2
SOME = ["gpt", "mamba_language_model", "sliding_window_language_model"]


def starts(rows: int) -> Tensor:
    return torch.ones(rows, dtype=torch.int64)


def texts(found: list[list[Hypothesis]]) -> list[list[tuple[int, ...]]]:
    """The tokens of what was found."""
    return [[each.tokens for each in some] for some in found]


@pytest.mark.parametrize("name", ENCODER_DECODERS)
def test_a_stream_finds_what_the_whole_model_finds(name: str) -> None:
    whole = model(name).eval()
    given = {port: tensor for port, tensor in inputs(name).items() if port != "target"}
    begun = begin(whole, "target", given)
    assert isinstance(begun.scorer, Stepwise), begun.obstacle
    anew = Anew(whole, "target", given, torch.empty(3, 0, dtype=torch.int64))
    beam = Beam(END, 3, 6, best=3)
    one, other = beam.search(begun.scorer, starts(3)), beam.search(anew, starts(3))
    assert texts(one) == texts(other)
    for first, second in zip(one, other, strict=True):
        assert [each.log_p for each in first] == pytest.approx([each.log_p for each in second], abs=1e-10)
    # What a search says of a text is what the model says of it.
    best = [found[0] for found in one]
    for row, each in enumerate(best):
        text = torch.tensor([[1, *each.tokens, *([END] if each.finished else [])]])
        kept: Any = {port: tensor[row : row + 1] for port, tensor in given.items()}
        with torch.no_grad():
            outputs = whole(**kept, target=text[:, :-1])
        logits = outputs if isinstance(outputs, Tensor) else outputs.logits
        assert float(forced(logits, text[:, 1:]).sum()) == pytest.approx(each.log_p, abs=1e-10)


@pytest.mark.parametrize("name", [name for name in SOME if name in LANGUAGE_MODELS])
def test_language_models_are_searched_and_sampled(name: str) -> None:
    whole = model(name).eval()
    begun = begin(whole, "tokens", batch=2)
    assert isinstance(begun.scorer, Stepwise), begun.obstacle
    anew = Anew(whole, "tokens", {}, torch.empty(2, 0, dtype=torch.int64))
    searched = [Beam(END, 4, 5).search(scorer, starts(2)) for scorer in (begun.scorer, anew)]
    assert texts(searched[0]) == texts(searched[1])
    drawn = [Sampling().draw(scorer, starts(2), end=END, longest=5) for scorer in (begun.scorer, anew)]
    assert texts([drawn[0]]) == texts([drawn[1]])


def test_what_is_attended_to_is_read() -> None:
    whole = model("seq2seq_bahdanau").eval()
    given = {port: tensor for port, tensor in inputs("seq2seq_bahdanau").items() if port != "target"}
    begun = begin(whole, "target", given, reading=Reading(attention="alignment"))
    following, _ = begun.scorer.next(starts(3))
    assert following.attention is not None
    assert following.attention.shape == given["source"].shape
    assert following.log_p.shape == (3, VOCAB)


def test_a_model_that_does_not_stream_is_given_everything_anew() -> None:
    class Plain(torch.nn.Module):
        """Scores that depend on the last token alone."""

        def forward(self, tokens: Tensor) -> Tensor:
            return torch.nn.functional.one_hot((tokens + 1) % 5, 5).float() * 9

    begun = begin(Plain(), "tokens", batch=1)
    assert "no compiled graph" in begun.obstacle
    ((found,),) = Beam(end=0, size=2, longest=9).search(begun.scorer, starts(1))
    assert found.tokens == (2, 3, 4)
    with pytest.raises(InputError, match="give batch=1"):
        begin(Plain(), "tokens")
