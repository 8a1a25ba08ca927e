"""Lowerings by name: each scan is taken by the first in line that takes it, and the model can say which."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch

from tests.zoo.compiler import helpers
from zoo.checker.resolution import ScanUse
from zoo.compiler import CompiledGraph, compile_graph
from zoo.compiler.body import Body
from zoo.compiler.lowerings import LOOP, LOWERINGS, Lowering
from zoo.compiler.program import ModuleClass
from zoo.compiler.scans import loop
from zoo.compiler.writer import Declined, Writer
from zoo.errors import GraphError, InputError, ZooError


@pytest.fixture
def picky(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lowering that takes no scan called decoder, in line before the loop."""

    def write(writer: Writer, outer: Body, name: str, uses: list[ScanUse]) -> ModuleClass:
        if name == "decoder":
            raise Declined("it is called decoder")
        return loop.write_scan(writer, outer, name, uses)

    mine = Lowering("picky", "all but decoders", write)
    monkeypatch.setitem(LOWERINGS, "picky", (mine, LOOP))
    monkeypatch.setitem(LOWERINGS, "alone", (mine,))


def test_a_lowering_that_nobody_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(ZooError, match=r"no lowering 'lop' \(did you mean 'loop'\?\); there are auto, loop"):
        helpers.library("rnn_language_model").compile(lowering="lop")


@pytest.mark.usefixtures("picky")
def test_each_scan_is_taken_by_the_first_in_line_that_takes_it() -> None:
    model = compile_graph(helpers.library("seq2seq_additive"), lowering="picky", device="meta")
    found = {way.path: (way.way, way.reason) for way in model.explain()}
    assert found["decoder"] == ("loop", "not picky: it is called decoder")
    assert {way for path, way in found.items() if path != "decoder"} == {("picky", "")}
    assert len(model.explain()) == 2
    assert "decoder: loop (not picky: it is called decoder)" in str(model.explain())
    assert model.explain()["decoder"].way == "loop"


@pytest.mark.usefixtures("picky")
def test_a_scan_that_nobody_takes_is_a_problem_with_its_place() -> None:
    with pytest.raises(GraphError, match="picky: it is called decoder") as caught:
        compile_graph(helpers.library("seq2seq_additive"), lowering="alone")
    (problem,) = caught.value.problems
    assert problem.path == "decoder"
    assert problem.place is not None


@pytest.mark.usefixtures("picky")
def test_copies_keep_the_lowering() -> None:
    model = compile_graph(helpers.library("rnn_language_model"), lowering="picky")
    pickled: CompiledGraph = pickle.loads(pickle.dumps(model))
    for twin in (copy.deepcopy(model), pickled):
        assert [way.way for way in twin.explain()] == ["picky"]


def test_a_model_without_scans_has_nothing_to_explain() -> None:
    model = helpers.library("gpt").compile(**helpers.PRIMES["gpt"], device="meta")
    assert not len(model.explain())
    assert "nothing to choose" in str(model.explain())
    with pytest.raises(KeyError):
        model.explain()["blocks"]


def test_with_inputs_it_says_which_kernels_attention_takes() -> None:
    model = helpers.library("seq2seq_additive").compile(**helpers.PRIMES["seq2seq_additive"])
    gpt = helpers.library("gpt").compile(**helpers.PRIMES["gpt"]).eval()
    found = gpt.explain(*helpers.batch("gpt"))
    assert [way.path.rpartition(".")[2] for way in found] == ["attend"] * 2
    assert {way.way for way in found} == {"flash"}
    assert len(model.explain(*helpers.batch("seq2seq_additive"))) == 2  # additive attention has one way
    assert len(gpt.explain()) == 0
    with pytest.raises(InputError):
        gpt.explain(torch.zeros(2))
    assert gpt.explain(*helpers.batch("gpt")) == found
