"""``lowering="step"``: a model that streams, or the reason why it cannot."""

from __future__ import annotations

import pytest
import torch

from tests.zoo.compiler import helpers
from zoo.errors import GraphError


def test_what_cannot_stream_is_refused_when_it_is_compiled() -> None:
    with pytest.raises(GraphError, match="node 'attend': a stream has no later steps yet") as refused:
        helpers.library("self_attention").compile(lowering="step")
    assert refused.value.problems[0].remedy == "write with: {causal: true}"


def test_a_model_that_streams_is_the_same_model() -> None:
    graph = helpers.library("lstm_language_model")
    model = graph.compile(lowering="step", vocab=17, dim=8).eval()
    plain = graph.compile(lowering="loop", vocab=17, dim=8).eval()
    assert {*model.state_dict()} == {*plain.state_dict()}
    tokens = torch.arange(10).view(2, 5)
    with torch.no_grad():
        logits, stream = model.stream(batch=2).feed(tokens[:, :4])
        last, _ = stream.step(tokens[:, 4])
        torch.testing.assert_close(torch.cat([logits, last.unsqueeze(1)], 1), plain(tokens))


@pytest.mark.parametrize("lowering", ["fused", "loop"])
def test_a_model_streams_however_its_scans_are_lowered(lowering: str) -> None:
    model = helpers.library("lstm_language_model").compile(lowering=lowering, vocab=17, dim=8).eval()
    tokens = torch.arange(10).view(2, 5)
    with torch.no_grad():
        torch.testing.assert_close(model.stream(batch=2).feed(tokens)[0], model(tokens))


def test_several_steps_take_the_one_call_that_the_model_has() -> None:
    for lowering, has in {"auto": True, "loop": False}.items():
        model = helpers.library("lstm_from_gates").compile(lowering=lowering, dtype=torch.float64)
        stream = model.stream()
        assert ("walk_at_once" in stream.source) is has
        x = torch.randn(1, 7, 32, dtype=torch.float64)
        expected, found = model(x), stream.feed(x[:, :4])
        rest = found[1].feed(x[:, 4:])
        torch.testing.assert_close(torch.cat([found[0].out, rest[0].out], 1), expected.out)
        torch.testing.assert_close(rest[0].c, expected.c)
