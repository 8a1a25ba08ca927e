"""Edits of settings, ties and params, by what they change in a file, and what they refuse."""

import math
from typing import Any

import pytest

from tests.edit_texts import base, lines_changed
from zoo.edits import Edit, RemoveParam, RenameParam, SetParam, SetSetting, Tie, UnsetSetting, VarySetting
from zoo.errors import EditError
from zoo.files import loads
from zoo.graph import Call, Frozen, Repeat, Scan, Value
from zoo.sizes import Name, Op, parse

CHANGED: list[tuple[Edit, list[str]]] = [
    (
        SetSetting("", "embed", "output", 16),
        [
            "- embed: {use: basic/linear, with: {output: $dim}, in: x}",
            "+ embed: {use: basic/linear, with: {output: 16}, in: x}",
        ],
    ),
    (
        SetSetting("walk", "cell", "bias", False),
        [
            "- cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
            "+ cell: {use: recurrent/lstm_cell, with: {bias: false}, in: {x: x, h: h, c: c}}",
        ],
    ),
    (
        SetSetting("#pair", "first", "output", parse("$width * 2")),
        [
            "- first: {use: basic/linear, with: {output: $width, bias: $bias}, in: x}",
            "+ first: {use: basic/linear, with: {output: $width * 2, bias: $bias}, in: x}",
        ],
    ),
    (
        SetSetting("", "stack", "bias", True),
        ["- with: {width: 8}", "- vary: {bias: [true, false]}", "+ with: {width: 8, bias: true}"],
    ),
    (
        UnsetSetting("", "one", "width"),
        ["- one: {use: pair, with: {width: $dim * 2}, in: embed}", "+ one: {use: pair, in: embed}"],
    ),
    (UnsetSetting("", "stack", "bias"), ["- vary: {bias: [true, false]}"]),
    (
        VarySetting("", "stack", "width", (4, Name("$dim"))),
        [
            "- with: {width: 8}",
            "- vary: {bias: [true, false]}",
            "+ vary: {bias: [true, false], width: [4, $dim]}",
        ],
    ),
    (
        Tie("", "total", "scale", "embed.weight"),
        [
            "- total: {use: basic/add, in: [embed, one]}",
            "+ total: {use: basic/add, tie: {scale: embed.weight}, in: [embed, one]}",
        ],
    ),
    (
        Tie("walk", "out", "weight", "stack.0.first.weight"),
        [
            "- tie: {weight: embed.weight, bias: one.first.bias}",
            "+ tie: {weight: stack.0.first.weight, bias: one.first.bias}",
        ],
    ),
    (Tie("", "stack", "first.weight", None), ["- tie: {first.weight: embed.weight}"]),
    (SetParam("", "dim", 16), ["- params: {dim: 8, unused: 1}", "+ params: {dim: 16, unused: 1}"]),
    (
        SetParam("", "rate", 1e-4),
        ["- params: {dim: 8, unused: 1}", "+ params: {dim: 8, unused: 1, rate: 1e-4}"],
    ),
    (
        SetParam("", "rate", "$5", 0),
        ["- params: {dim: 8, unused: 1}", "+ params: {rate: $$5, dim: 8, unused: 1}"],
    ),
    (
        SetParam("#pair", "bias", None),
        ["- params: {width: ~, bias: true}", "+ params: {width: ~, bias: ~}"],
    ),
    (
        RenameParam("", "dim", "width"),
        [
            "- params: {dim: 8, unused: 1}",
            "+ params: {width: 8, unused: 1}",
            "- embed: {use: basic/linear, with: {output: $dim}, in: x}",
            "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
            "+ embed: {use: basic/linear, with: {output: $width}, in: x}",
            "+ one: {use: pair, with: {width: $width * 2}, in: embed}",
            "- state: {h: zeros batch $dim, c: stack}",
            "+ state: {h: zeros batch $width, c: stack}",
        ],
    ),
    (
        RenameParam("#pair", "bias", "offset"),
        [
            "- params: {width: ~, bias: true}",
            "+ params: {width: ~, offset: true}",
            "- first: {use: basic/linear, with: {output: $width, bias: $bias}, in: x}",
            "+ first: {use: basic/linear, with: {output: $width, bias: $offset}, in: x}",
            "- vary: {bias: [true, false]}",
            "+ vary: {offset: [true, false]}",
        ],
    ),
    (RemoveParam("", "unused"), ["- params: {dim: 8, unused: 1}", "+ params: {dim: 8}"]),
    (
        RemoveParam("", "dim", inline=True),
        [
            "- params: {dim: 8, unused: 1}",
            "+ params: {unused: 1}",
            "- embed: {use: basic/linear, with: {output: $dim}, in: x}",
            "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
            "+ embed: {use: basic/linear, with: {output: 8}, in: x}",
            "+ one: {use: pair, with: {width: 16}, in: embed}",
            "- state: {h: zeros batch $dim, c: stack}",
            "+ state: {h: zeros batch 8, c: stack}",
        ],
    ),
    (
        RemoveParam("#pair", "bias", inline=True),
        [
            "- params: {width: ~, bias: true}",
            "+ params: {width: ~}",
            "- first: {use: basic/linear, with: {output: $width, bias: $bias}, in: x}",
            "+ first: {use: basic/linear, with: {output: $width, bias: true}, in: x}",
            "- vary: {bias: [true, false]}",
        ],
    ),
]


@pytest.mark.parametrize(
    ("edit", "changed"), CHANGED, ids=lambda value: value.describe() if isinstance(value, Edit) else ""
)
def test_what_changes(edit: Edit, changed: list[str]) -> None:
    assert sorted(lines_changed(edit)) == sorted(changed)


def test_settings_may_be_given_as_lists_and_dicts() -> None:
    value: Any = [1, {"a": [True]}]
    after = SetSetting("", "embed", "sizes", value).change(base())
    node = after.nodes["embed"]
    assert isinstance(node, Call)
    assert node.settings["sizes"] == (1, Frozen({"a": (True,)}))


def test_params_are_renamed_in_types_and_counts() -> None:
    graph = loads(
        """\
format: zoo/1
name: counts
params: {n: 3, m: 2}
inputs: {x: float batch $n $n*$m}
nodes:
  stack: {repeat: $n // $m, use: a/b, with: {sizes: [$n, {deep: $n}]}, vary: {p: [$n]}, carry: {x: x}}
  walk: {scan: {over: time, state: {h: learned $n}, nodes: {in: {use: a/b, with: {n: $n}}}}}
"""
    )
    after = RenameParam("", "n", "k").change(graph)
    assert str(after.inputs["x"]) == "float batch $k $k*$m"
    stack, walk = after.nodes.values()
    assert isinstance(stack, Repeat)
    assert isinstance(walk, Scan)
    k = Name("$k")
    assert stack.count == Op("//", k, Name("$m"))
    assert stack.settings == {"sizes": (k, {"deep": k})}
    assert stack.vary == {"p": (k,)}
    assert str(walk.state["h"]) == "learned $k"
    assert str(walk.nodes["in"]).count("$k") == 1
    inlined = RemoveParam("", "n", inline=True).change(graph)
    assert str(inlined.inputs["x"]) == "float batch 3 3*$m"


def test_the_words_of_the_undo_history() -> None:
    edits = [
        SetSetting("walk", "cell", "bias", False),
        SetSetting("", "embed", "output", parse("$dim * 2")),
        SetSetting("", "embed", "note", "x" * 100),
        UnsetSetting("", "one", "width"),
        VarySetting("", "stack", "bias", (True, False)),
        Tie("", "one", "first.weight", "embed.weight"),
        Tie("", "one", "first.weight", None),
        SetParam("", "dim", None),
        RenameParam("", "dim", "width"),
        RemoveParam("", "dim"),
    ]
    assert [edit.describe() for edit in edits] == [
        "set walk.cell bias to false",
        "set embed output to $dim * 2",
        f"set embed note to {'x' * 39}…",
        "unset one width",
        "vary stack bias",
        "tie one.first.weight to embed.weight",
        "untie one.first.weight",
        "set param dim to ~",
        "rename param dim to width",
        "remove param dim",
    ]


REFUSED: list[tuple[Edit, str]] = [
    (SetSetting("", "embd", "output", 1), "there is no node 'embd' here (did you mean 'embed'?)"),
    (
        SetSetting("", "again", "output", 1),
        "'again' is a reuse, which has no settings of its own; set those of its nodes",
    ),
    (SetSetting("", "walk", "hidden", 1), "'walk' is a scan, which has no settings of its own"),
    (
        SetSetting("", "embed", "a b", 1),
        "the name of a setting is letters, digits and underscores, got 'a b'",
    ),
    (SetSetting("", "embed", "output", math.nan), "a setting is a value that means something, not .nan"),
    (SetSetting("", "embed", "output", 2**70), "an integer beyond ±(2^63 - 1) cannot be written"),
    (SetSetting("", "embed", "output", Name("dim")), "'dim' names no param; write the number that it is"),
    (
        SetSetting("", "embed", "output", Op("+", Name("$dim"), Name("dim"))),
        "'$dim + dim' names 'dim', which is no param",
    ),
    (SetSetting("", "embed", "note", "\ud800"), "U+D800, half of a surrogate pair, cannot be written"),
    (UnsetSetting("", "embed", "outptu"), "there is no setting 'outptu' here (did you mean 'output'?)"),
    (VarySetting("", "one", "width", (1, 2)), "'one' is a block; only the layers of a repeat vary"),
    (VarySetting("", "stack", "width", (1,)), "'stack' has 2 layers, and 1 values are given"),
    (
        Tie("", "again", "weight", "embed.weight"),
        "'again' is a reuse; tie the parameters of the node it stands for",
    ),
    (Tie("", "one", "weight", "embed"), "'embed' is a node; name a parameter of it, as in 'embed.weight'"),
    (Tie("", "one", "weight", "one.first"), "'one.first' is a node; name a parameter of it"),
    (Tie("", "one", "weight", "embd.weight"), "'embd.weight' names no parameter of a node here or around"),
    (Tie("", "one", "weight", "x.weight"), "'x.weight' names no parameter of a node here or around"),
    (Tie("", "one", "weight", "embed.a b"), "'embed.a b' names no parameter of a node here or around"),
    (Tie("", "one", "a b", "embed.weight"), "'a b' names no parameter; write 'weight'"),
    (Tie("", "one", "weight", "one.weight"), "'one' cannot share a parameter with itself"),
    (Tie("", "embed", "weight", "again.weight"), "'embed' cannot share a parameter with itself"),
    (Tie("", "one", "weight", None), "there is no tie of 'weight' here"),
    (SetParam("walk", "n", 1), "params belong to a graph or a block, and 'walk' is a scan"),
    (SetParam("", "n", (1,)), "a param is a number, a text, true, false or ~, not (1,)"),
    (SetParam("", "a-b", 1), "the name of a param is letters, digits and underscores, got 'a-b'"),
    (RenameParam("", "dmi", "n"), "there is no param 'dmi' here (did you mean 'dim'?)"),
    (RenameParam("", "dim", "unused"), "there is already a param 'unused'"),
    (
        RemoveParam("", "dim"),
        "'$dim' is used by embed, one, walk; change them first, or write its value there",
    ),
    (
        RemoveParam("#pair", "width", inline=True),
        "'width' has no value to write in its place; give it one first",
    ),
]


@pytest.mark.parametrize(
    ("edit", "message"), REFUSED, ids=lambda value: value[:50] if isinstance(value, str) else ""
)
def test_what_does_not_fit_is_refused_and_changes_nothing(edit: Edit, message: str) -> None:
    graph = base()
    with pytest.raises(EditError) as caught:
        edit.apply(graph)
    assert str(caught.value).startswith(message)
    assert graph == base()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0.5, r"'\$n' stands in an expression of integers, and its value is 0.5"),
        (True, r"'\$n' stands in an expression of integers, and its value is True"),
        ("five", r"'\$n' stands in an expression of integers, and its value is 'five'"),
        (0, "divides by zero"),
        (-1, "the size of an axis is not negative, got -1"),
    ],
)
def test_a_value_that_cannot_be_written_in_place_of_its_name(value: Value, message: str) -> None:
    head = "format: zoo/1\nname: n\nparams: {n: 1}\n"
    text = head + "inputs: {x: float $n}\nnodes: {a: {use: a/b, with: {k: 4 // $n}}}\n"
    graph = SetParam("", "n", value).change(loads(text))
    with pytest.raises(EditError, match=message):
        RemoveParam("", "n", inline=True).change(graph)
