"""The unrolled lowering: one compiled piece for each size, with a warning of what compiling took."""

from __future__ import annotations

import copy
import pickle
import warnings

import pytest
import torch

import zoo
from tests.zoo.compiler import helpers
from tests.zoo.compiler.test_scans import LSTM, MASK, randn
from zoo.compiler.unrolled import UnrolledGraph

pytestmark = pytest.mark.tracing
TOOK = r"lstm is unrolled, and compiling it for x \[3, \d+, 5\], mask .* took \d+\.\d s"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> UnrolledGraph:
    torch.compiler.reset()
    monkeypatch.setattr(UnrolledGraph, "backend", "aot_eager")
    found = zoo.loads(LSTM).compile(dtype=torch.float64, lowering="unroll")
    assert isinstance(found, UnrolledGraph)
    return found


def test_it_is_compiled_once_for_every_size_and_says_what_that_took(model: UnrolledGraph) -> None:
    loop = zoo.loads(LSTM).compile(dtype=torch.float64, lowering="loop")
    x = randn(3, 11, 5)
    for length in (4, 3):
        with pytest.warns(UserWarning, match=TOOK):
            found = model(x[:, :length], MASK[:, :length])
        expected = loop(x[:, :length], MASK[:, :length])
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)
        helpers.backward(tuple(found))
        helpers.backward(tuple(expected))
    for name, gradient in helpers.gradients(loop).items():
        torch.testing.assert_close(model.get_parameter(name).grad, gradient, rtol=1e-12, atol=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model(x[:, :4], MASK[:, :4])
    assert [way.way for way in model.explain()] == ["unroll"]


def test_a_copy_is_compiled_anew(model: UnrolledGraph) -> None:
    x = randn(3, 2, 5)
    with pytest.warns(UserWarning, match=TOOK):
        expected = model(x, MASK[:, :2])
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        with pytest.warns(UserWarning, match=TOOK):
            found = twin(x, MASK[:, :2])
        assert found.out.equal(expected.out)
