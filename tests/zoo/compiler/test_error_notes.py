"""An error at run time says which node of which line it came from."""

from __future__ import annotations

import traceback

import pytest
import torch

import zoo
from tests.zoo.compiler import helpers
from zoo.errors import GraphError


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", []))


def test_an_error_in_a_scan_is_noted_with_node_and_line() -> None:
    model = helpers.library("seq2seq_additive").compile(**helpers.PRIMES["seq2seq_additive"])
    source, mask, target = helpers.batch("seq2seq_additive")
    weight = helpers.part(model, "decoder.attend").weight
    weight.data = weight.data[:, :-1]
    with pytest.raises(RuntimeError) as caught:
        model(source, mask, target)
    text = zoo.registry().graphs["seq2seq_additive"].read_text(encoding="utf-8")
    line = text[: text.index("        attend:\n")].count("\n") + 1
    assert "in the node 'decoder.attend' (" in notes(caught.value)
    assert f"seq2seq_additive.yaml:{line}:9)" in notes(caught.value)
    assert "called with source: int64 [3, 11], source_mask: bool [3, 11], target: int64 [3, 7]" in notes(
        caught.value
    )
    shown = "".join(traceback.format_exception(caught.value))
    assert "attend = attend_module(" in shown


def test_the_path_goes_through_repeats_and_mended_names() -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: forward
        inputs: {x: float batch 5}
        outputs: {y: class}
        blocks:
          lambda:
            inputs: {x: float batch dim}
            outputs: {y: train}
            nodes: {train: {use: basic/linear, with: {output: 5}, in: x}}
        nodes:
          class: {repeat: 3, use: lambda, carry: {x: x}}
    """)
    model = graph.compile()
    weight = helpers.part(model, "class_.1.train_").weight
    weight.data = weight.data[:, :-1]
    with pytest.raises(RuntimeError) as caught:
        model(torch.randn(2, 5))
    assert "in the node 'class.1.train' (<text>:10:21)" in notes(caught.value)


def test_a_device_that_differs_is_named() -> None:
    model = helpers.library("seq2seq_additive").compile(**helpers.PRIMES["seq2seq_additive"], device="meta")
    with pytest.raises(RuntimeError) as caught:
        model(*helpers.batch("seq2seq_additive"))
    assert "'source' is on cpu and the model on meta: write source.to('meta')" in notes(caught.value)


def test_what_a_layer_says_of_its_input_gets_the_note_too() -> None:
    model = helpers.library("gpt").compile(**helpers.PRIMES["gpt"])
    with pytest.raises(zoo.errors.ZooError, match="the sequence has 12 steps") as caught:
        model(torch.zeros(2, 12, dtype=torch.long))
    assert "in the node 'position'" in notes(caught.value)


def test_errors_of_a_graph_come_all_at_once() -> None:
    graph = helpers.library("gpt")
    with pytest.raises(GraphError) as caught:
        graph.compile(vocab=-1, layerz=3, heads=True)
    assert {problem.severity for problem in caught.value.problems} == {"error"}
    assert "no param 'layerz' (did you mean 'layers'?)" in str(caught.value)
    assert len(caught.value.problems) > 2


def test_a_missing_pack_is_named_by_compile() -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: missing
        inputs: {x: float batch 5}
        outputs: {y: far}
        nodes:
          far: {use: faraway/layer, in: x}
    """)
    with pytest.raises(GraphError, match="faraway"):
        graph.compile()
