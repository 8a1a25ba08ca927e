"""The source: as people would write it, each class once, whatever names and texts the graph holds."""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

import zoo
from tests.zoo.compiler import helpers
from zoo.errors import ZooError
from zoo.values import Frozen

LIBRARY = [
    "gpt", "lstm_from_gates", "lstm_language_model", "rnn_language_model", "seq2seq_additive", "transformer",
]  # fmt: skip


@pytest.mark.parametrize("name", LIBRARY)
def test_the_source_is_tidy(name: str) -> None:
    source = helpers.library(name).compile(device="meta").source
    tree = ast.parse(source)
    assert all(len(line) <= 100 and line == line.rstrip() for line in source.splitlines())
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert all(ast.get_docstring(each) for each in classes if not each.name.endswith("Output"))
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported <= named
    assert {each.name for each in classes} - named == {classes[-1].name}


@pytest.mark.parametrize("name", LIBRARY)
def test_the_source_runs_on_its_own_with_the_same_weights(name: str) -> None:
    model = helpers.library(name).compile()
    names: dict[str, Any] = {"__name__": "alone"}
    exec(model.source, names)
    alone: nn.Module = names[type(model).__name__]()
    assert [(n, p.shape) for n, p in alone.named_parameters()] == [
        (n, p.shape) for n, p in model.named_parameters()
    ]
    assert not isinstance(alone, type(model))


def test_a_block_is_one_class_however_often_and_with_whatever_params_it_is_used() -> None:
    assert helpers.class_names(helpers.library("transformer").compile(device="meta")) == [
        "AttendSelf", "FeedForward", "EncoderLayer", "DecoderLayer", "Transformer",
    ]  # fmt: skip


def test_a_block_at_several_widths_is_one_class() -> None:
    model = zoo.loads("""
        format: zoo/1
        name: widths
        params: {dim: 5}
        inputs: {x: float batch $dim}
        outputs: {y: d}
        blocks:
          halve:
            params: {times: ~, p: 0.0}
            inputs: {x: float batch dim}
            outputs: {y: drop}
            nodes:
              linear: {use: basic/linear, with: {output: $times}, in: x}
              drop: {use: basic/dropout, with: {p: $p}, in: linear}
        nodes:
          a: {use: halve, with: {times: 7}, in: x}
          b: {use: halve, with: {times: 2 * $dim, p: 0.5}, in: a}
          c: {repeat: 2, use: halve, with: {p: 0}, vary: {times: [3, 11]}, carry: {x: b}}
          d: {repeat: 2, use: halve, vary: {times: [5, 5], p: [0, 0.1]}, carry: {x: c}}
    """).compile()
    assert helpers.class_names(model) == ["Halve", "Widths"]
    assert "self.b = Halve(times=2 * dim, p=0.5, dim=7)" in model.source
    assert "def __init__(self, *, times: int, p: float = 0.0, dim: int)" in model.source
    assert model(torch.randn(2, 5)).shape == (2, 5)
    assert [helpers.part(child, "drop").p for child in helpers.part(model, "d").children()] == [0, 0.1]


TAKEN = """
forward training train self torch nn zip range Tensor super state_dict _modules _x __x __init__ type source
graph Linear Words int parameters NamedTuple forward_ print x_t layer out_steps __class__ count index
"""


def test_names_that_python_or_torch_have_taken_are_mended() -> None:
    words = [*keyword.kwlist, *TAKEN.split()]
    words = [word for word in words if word.lower() not in ("true", "false", "none")]
    chain = "".join(
        f"  {word}: {{use: basic/linear, with: {{output: $class}}, in: {before}}}\n"
        for before, word in zip(["import_", *words], words, strict=False)
    )
    outputs = ", ".join(f"{word}: {word}" for word in words)
    text = (
        "format: zoo/1\nname: class\nparams: {class: 5, self: 3, Linear: 2, hidden: 4}\n"
        "inputs: {import_: float batch $class, def_: float batch $self*$Linear*$hidden}\n"
        f"outputs: {{{outputs}, also: wide}}\n"
        f"nodes:\n{chain}  wide: {{use: basic/linear, with: {{output: $self+$Linear+$hidden}}, in: def_}}\n"
    )
    model = zoo.loads(text).compile(seed=1)
    found = model(import_=torch.randn(2, 5), def_=torch.randn(2, 24))
    assert len(found) == len(words) + 1
    assert found.also.shape == (2, 9)
    assert len(dict(model.named_children())) == len(words) + 1
    assert model.state_dict().keys() == zoo.loads(text).compile(seed=2).state_dict().keys()
    assert model.class_.weight.shape == (5, 5)
    assert model.forward_.weight is not model.forward__.weight


def test_mended_names_do_not_mix_up_values() -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: zip
        inputs: {class: float batch time 5, class_: float batch time 5}
        outputs: {return: torch.range, return_: torch.zip}
        nodes:
          torch:
            scan:
              over: time
              each: {self: class, self_: class_}
              state: {x_t: zeros batch 5}
              nodes:
                mask: {use: basic/add, in: [self, self_, x_t]}
                padding: {use: basic/multiply, in: [self, self_, mask]}
              next: {x_t: mask}
              stack: {range: padding, zip: mask}
    """)
    x, y = torch.randn(2, 7, 5), torch.randn(2, 7, 5)
    found = graph.compile()(x, y)
    total = (x + y).cumsum(1)
    assert found._fields == ("return_", "return__")
    torch.testing.assert_close(found.return__, total)
    torch.testing.assert_close(found.return_, x * y * total)


HOSTILE = [
    '"""',
    "\\",
    '"""; raise SystemExit #',
    '\\"""',
    'end with a quote"',
    "'''",
    "\x00\x1b[2J\u2028\u202e",
    "line\nbreak\r\nand\ttab",
    "{braces} %s",
    "\ud800",
    "\\N{DIGIT ONE}",
    " ",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_a_file_stay_texts(text: str) -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: texts
        params: {words: x}
        inputs: {x: float batch 5}
        outputs: {y: b}
        blocks:
          b:
            inputs: {x: float batch 5}
            outputs: {y: t}
            nodes: {t: {use: basic/tanh, in: x}}
        nodes: {b: {use: b, in: x}}
    """)
    block = replace(graph.blocks["b"], about=text)
    graph = replace(graph, about=text, name=text or "x", blocks=Frozen({"b": block}))
    assert graph.source is not None
    graph.source.file = f"{text}.yaml"
    model = graph.compile()
    x = torch.randn(2, 5)
    assert model(x).equal(x.tanh())
    for module in (model, helpers.part(model, "b")):
        said = " ".join((module.__doc__ or "").split())
        assert not text.isprintable() or " ".join(text.split()) in said


def test_a_name_that_is_no_name_is_refused() -> None:
    graph = helpers.library("rnn_language_model")
    name = "embed = 1; import os #"
    nodes = {name if key == "embed" else key: node for key, node in graph.nodes.items()}
    with pytest.raises(ZooError):
        replace(graph, nodes=Frozen(nodes)).compile()


def test_layers_of_one_name_from_two_packs_are_told_apart(tmp_path: Any, monkeypatch: Any) -> None:
    from zoo.packs import install, load_packs

    pack = '''
from jaxtyping import Float
from torch import Tensor, nn
import zoo

@zoo.layer("other/linear")
class Linear(nn.Module):
    """Ten times."""
    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x * 10
'''
    (tmp_path / "other.py").write_text(pack, encoding="utf-8")
    before = install(load_packs(plugins=[tmp_path]))
    try:
        model = zoo.loads("""
            format: zoo/1
            name: both
            inputs: {x: float batch 5}
            outputs: {y: b}
            nodes:
              a: {use: basic/linear, with: {output: 5}, in: x}
              b: {use: other/linear, in: a}
        """).compile()
    finally:
        install(before)
    x = torch.randn(2, 5)
    assert model(x).equal(10 * helpers.part(model, "a")(x))
    assert re.search(r"import Linear as (\w+Linear)$", model.source, re.MULTILINE)
