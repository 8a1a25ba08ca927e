"""A compiled graph is the module that people would have written by hand: the same outputs, the same
gradients.
"""

from __future__ import annotations

import pytest
import torch

from tests.zoo.compiler import helpers


@pytest.mark.parametrize("name", helpers.PRIMES)
def test_outputs_and_all_gradients_are_those_of_the_hand_written_module(name: str) -> None:
    peers, weights = helpers.handwritten(name), helpers.handwritten("weights")
    model = helpers.library(name).compile(dtype=torch.float64, **helpers.PRIMES[name])
    peer = peers.Peer(**helpers.PRIMES[name]).double()
    peer.load_state_dict(weights.renamed(peer, model.state_dict(), peers.NAMES))

    ours, theirs = helpers.outputs(model, helpers.batch(name)), helpers.outputs(peer, helpers.batch(name))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)

    helpers.backward(ours)
    helpers.backward(theirs)
    expected = weights.renamed(peer, helpers.gradients(model), peers.NAMES)
    found = helpers.gradients(peer)
    assert len(found) == len(helpers.gradients(model))
    for key, gradient in found.items():
        torch.testing.assert_close(expected[key], gradient, rtol=0, atol=1e-10, msg=key)


@pytest.mark.parametrize("name", ["seq2seq_additive", "lstm_from_gates", "lstm_language_model"])
def test_hoisting_changes_no_output_and_no_gradient(name: str) -> None:
    graph = helpers.library(name)
    params = {**helpers.PRIMES.get(name, {"dim": 7, "vocab": 19, "input": 5, "hidden": 7, "dropout": 0.0})}
    params = {key: value for key, value in params.items() if key in graph.params}
    hoisted = graph.compile(dtype=torch.float64, **params)
    plain = helpers.without_hoisting(graph, **params)
    plain.load_state_dict(hoisted.state_dict())
    if name == "lstm_language_model":
        inputs = (torch.randint(19, (3, 7)),)
    elif name == "lstm_from_gates":
        inputs = (torch.randn(3, 11, 5, dtype=torch.float64),)
    else:
        inputs = helpers.batch(name)
        assert hoisted.source != plain.source
    ours, theirs = helpers.outputs(hoisted, inputs), helpers.outputs(plain, inputs)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)
    helpers.backward(ours)
    helpers.backward(theirs)
    theirs = helpers.gradients(plain)
    for key, gradient in helpers.gradients(hoisted).items():
        torch.testing.assert_close(gradient, theirs[key], rtol=0, atol=1e-10, msg=key)
