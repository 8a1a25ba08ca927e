"""Which graphs fit a task, and what the others are told."""

import re
from collections.abc import Mapping

import pytest

from zoo.errors import TrainingError
from zoo.files import loads
from zoo.graph import Graph
from zoo.tasks import Ports, find_ports, find_task
from zoo.tasks.ports import fit_params, fitting
from zoo.values import EMPTY

GRAPH = """
format: zoo/1
name: small
params: {vocab: 50, context: 16, dim: 7}
inputs:
  tokens: int batch time
outputs:
  logits: out
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: $dim}, in: tokens}
  out: {use: basic/linear, with: {output: $vocab}, in: embed}
"""
MODELLING = find_task("language_modelling")


def small(*changes: tuple[str, str]) -> Graph:
    text = GRAPH
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return loads(text)


def found(*changes: tuple[str, str], chosen: Mapping[str, str] = EMPTY) -> Ports:
    return find_ports(MODELLING, small(*changes), "language_modelling", chosen)


def test_the_ports_of_a_language_model_pass() -> None:
    assert found() == Ports({"tokens": "tokens"}, {"logits": "logits"})
    assert found(("inputs:\n", "inputs:\n  mask: optional bool batch time\n")) == found()


def test_a_graph_may_have_names_of_its_own() -> None:
    renamed = [("  tokens:", "  words:"), ("in: tokens", "in: words"), ("logits: out", "scores: out")]
    assert found(*renamed, chosen={"tokens": "words", "logits": "scores"}) == Ports(
        {"tokens": "words"}, {"logits": "scores"}
    )


def test_losses_and_states_of_the_graph_are_found() -> None:
    ports = found(
        ("inputs:\n", "inputs:\n  h: optional float batch 3\n"),
        ("logits: out", "logits: out\n  loss_balance: out\n  h: out\n  loss: out"),
    )
    assert ports.losses == ("loss_balance", "loss")
    assert ports.carried == ("h",)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [("  tokens:", "  token:"), ("in: tokens", "in: token")],
            "it has no input 'tokens' (did you mean 'token'?) and it also needs the input 'token';",
        ),
        ([("tokens: int batch time", "tokens: int batch")], "its input 'tokens' is `int batch`;"),
        (
            [("tokens: int batch time", "tokens: float batch time")],
            "its input 'tokens' is `float batch time`;",
        ),
        ([("logits: out", "scores: out")], "it has no output 'logits';"),
        ([("logits: out", "logit: out")], "it has no output 'logits' (did you mean 'logit'?);"),
        (
            [("inputs:\n", "inputs:\n  mask: bool batch time\n  image: float batch dim\n")],
            "it also needs the inputs 'mask', 'image';",
        ),
    ],
)
def test_a_graph_that_lacks_a_port_is_told_which(changes: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(TrainingError, match=re.escape(message)) as caught:
        found(*changes)
    told = "has the input `tokens: int batch time` and the output `logits: float batch time vocab`"
    assert told in str(caught.value)
    assert "--port TASK=GRAPH" in str(caught.value)


def test_a_port_that_the_task_has_not_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"has no port 'token' \(did you mean 'tokens'\?\)"):
        found(chosen={"token": "tokens"})


def test_params_follow_the_data_unless_chosen() -> None:
    assert fit_params(small(), {}, {"vocab": 40, "classes": 2}) == {"vocab": 40}
    assert fit_params(small(), {"vocab": 99, "dim": 3}, {"vocab": 40}) == {"vocab": 99, "dim": 3}


def test_an_unknown_param_is_named() -> None:
    message = "has no param 'dimm' (did you mean 'dim'?); it has vocab, context, dim"
    with pytest.raises(TrainingError, match=re.escape(message)):
        fit_params(small(), {"dimm": 3}, {})


def test_the_tasks_that_a_graph_fits_are_found() -> None:
    known = {"language_modelling": MODELLING}
    assert fitting(known, small()) == ["language_modelling"]
    assert fitting(known, small(("logits: out", "scores: out"))) == []
    pooled = type("Pooled", (MODELLING,), {"reads": {"logits": "float batch classes"}})
    assert fitting({"pooled": pooled}, small()) == []  # the name is the same, the shape is not
