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
