"""Edits of what enters and leaves a body, by what they change in a file, and what they refuse."""

import pytest

from tests.edit_texts import base, lines_changed
from zoo.edits import (
    AddFinal,
    AddInput,
    AddOutput,
    AddScanInput,
    Edit,
    RemoveInput,
    RemoveOutput,
    RenameInput,
    RenameOutput,
    SetInput,
    SetStart,
)
from zoo.errors import EditError
from zoo.files import dumps, loads
from zoo.files.words import parse_port
from zoo.graph import Learned, Ref, Zeros
from zoo.sizes import Name
from zoo.spec import Port, Star

MASK = parse_port("optional bool batch time")
FLOAT = parse_port("float batch time 8")

CHANGED: list[tuple[Edit, list[str]]] = [
    (
        AddInput("", "w", FLOAT),
        [
            "- inputs: {x: float batch time 8, mask: bool batch time}",
            "+ inputs: {x: float batch time 8, mask: bool batch time, w: float batch time 8}",
        ],
    ),
    (
        AddInput("#pair", "mask", MASK, 0),
        [
            "- inputs: {x: float batch time dim}",
            "+ inputs: {mask: optional bool batch time, x: float batch time dim}",
            # `in: embed` means the one required port, which a use may no longer rest on
            "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
            "+ one: {use: pair, with: {width: $dim * 2}, in: {x: embed}}",
        ],
    ),
    (
        SetInput("", "mask", MASK),
        [
            "- inputs: {x: float batch time 8, mask: bool batch time}",
            "+ inputs: {x: float batch time 8, mask: optional bool batch time}",
        ],
    ),
    (
        AddScanInput("walk", "y", "each", Ref("embed")),
        ["- each: {x: stack}", "+ each: {x: stack, y: embed}"],
    ),
    (
        AddScanInput("walk", "n", "state", Learned((Name("$dim"),)), 0),
        [
            "- state: {h: zeros batch $dim, c: stack}",
            "+ state: {n: learned $dim, h: zeros batch $dim, c: stack}",
        ],
    ),
    (
        AddScanInput("walk", "m", "const", Ref("mask")),
        ["- const: {whole: embed}", "+ const: {whole: embed, m: mask}"],
    ),
    (
        SetStart("walk", "c", Zeros((Name("batch"), 8))),
        ["- state: {h: zeros batch $dim, c: stack}", "+ state: {h: zeros batch $dim, c: zeros batch 8}"],
    ),
    (
        SetStart("walk", "h", Ref("embed")),
        ["- state: {h: zeros batch $dim, c: stack}", "+ state: {h: embed, c: stack}"],
    ),
    (
        RemoveInput("", "mask"),
        [
            "- inputs: {x: float batch time 8, mask: bool batch time}",
            "+ inputs: {x: float batch time 8}",
            "- mask: mask",
        ],
    ),
    (
        RemoveInput("#pair", "x"),
        [
            "- inputs: {x: float batch time dim}",
            "- first: {use: basic/linear, with: {output: $width, bias: $bias}, in: x}",
            "+ first: {use: basic/linear, with: {output: $width, bias: $bias}}",
            "- second: {use: basic/add, in: [x, first]}",
            "+ second: {use: basic/add, in: [first]}",
            "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
            "+ one: {use: pair, with: {width: $dim * 2}}",
            "- carry: {x: total}",
        ],
    ),
    (
        RemoveInput("walk", "h"),
        [
            "- state: {h: zeros batch $dim, c: stack}",
            "+ state: {c: stack}",
            "- cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
            "+ cell: {use: recurrent/lstm_cell, in: {x: x, c: c}}",
            "- next: {h: cell.h, c: cell.c}",
            "+ next: {c: cell.c}",
            "- final: {last: h}",
        ],
    ),
    (
        RenameInput("", "x", "tokens"),
        [
            "- inputs: {x: float batch time 8, mask: bool batch time}",
            "+ inputs: {tokens: float batch time 8, mask: bool batch time}",
            "- embed: {use: basic/linear, with: {output: $dim}, in: x}",
            "+ embed: {use: basic/linear, with: {output: $dim}, in: tokens}",
            "- again: {reuse: embed, in: x}",
            "+ again: {reuse: embed, in: tokens}",
        ],
    ),
    (
        RenameInput("#pair", "x", "value"),
        [
            "- inputs: {x: float batch time dim}",
            "+ inputs: {value: float batch time dim}",
            "- first: {use: basic/linear, with: {output: $width, bias: $bias}, in: x}",
            "+ first: {use: basic/linear, with: {output: $width, bias: $bias}, in: value}",
            "- second: {use: basic/add, in: [x, first]}",
            "+ second: {use: basic/add, in: [value, first]}",
            "- carry: {x: total}",
            "+ carry: {value: total}",
        ],
    ),
    (
        RenameInput("walk", "h", "hidden"),
        [
            "- state: {h: zeros batch $dim, c: stack}",
            "+ state: {hidden: zeros batch $dim, c: stack}",
            "- cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
            "+ cell: {use: recurrent/lstm_cell, in: {x: x, h: hidden, c: c}}",
            "- next: {h: cell.h, c: cell.c}",
            "+ next: {hidden: cell.h, c: cell.c}",
            "- final: {last: h}",
            "+ final: {last: hidden}",
        ],
    ),
    (AddOutput("", "e", Ref("embed"), 0), ["+ e: embed"]),
    (
        AddOutput("#pair", "first", Ref("first")),
        [
            "- outputs: {out: second}",
            "+ outputs: {out: second, first: first}",
            # `one` meant its only output
            "- total: {use: basic/add, in: [embed, one]}",
            "+ total: {use: basic/add, in: [embed, one.out]}",
            "- each: {x: stack}",
            "+ each: {x: stack.out}",
            "- state: {h: zeros batch $dim, c: stack}",
            "+ state: {h: zeros batch $dim, c: stack.out}",
        ],
    ),
    (
        AddOutput("walk", "c", Ref("cell", "c")),
        ["- stack: {out: out}", "+ stack: {out: out, c: cell.c}"],
    ),
    (AddFinal("walk", "c", "c", 0), ["- final: {last: h}", "+ final: {c: c, last: h}"]),
    (RemoveOutput("", "z"), ["- z: total"]),
    (
        RemoveOutput("#pair", "out"),
        [
            "- outputs: {out: second}",
            "- total: {use: basic/add, in: [embed, one]}",
            "+ total: {use: basic/add, in: [embed]}",
            "- each: {x: stack}",
            "- state: {h: zeros batch $dim, c: stack}",
            "+ state: {h: zeros batch $dim}",
        ],
    ),
    (RemoveOutput("walk", "out"), ["- y: walk.out", "- stack: {out: out}"]),
    (RemoveOutput("walk", "last"), ["- final: {last: h}"]),
    (RenameOutput("", "z", "sum"), ["- z: total", "+ sum: total"]),
    (
        RenameOutput("walk", "out", "all"),
        ["- y: walk.out", "+ y: walk.all", "- stack: {out: out}", "+ stack: {all: out}"],
    ),
    (RenameOutput("walk", "last", "h"), ["- final: {last: h}", "+ final: {h: h}"]),
    (RenameOutput("#pair", "out", "sum"), ["- outputs: {out: second}", "+ outputs: {sum: second}"]),
]


@pytest.mark.parametrize(
    ("edit", "changed"), CHANGED, ids=lambda value: value.describe() if isinstance(value, Edit) else ""
)
def test_what_changes(edit: Edit, changed: list[str]) -> None:
    assert sorted(lines_changed(edit)) == sorted(changed)


SCAN_OF_BLOCKS = """\
format: zoo/1
name: uses
inputs: {x: float batch time 8, y: float batch time 8}
outputs: {a: same.p}
blocks:
  two:
    inputs: {a: float batch time 8, b: float batch time 8}
    outputs: {p: left, q: left}
    nodes:
      left: {use: basic/add, in: [a, b]}
  around:
    inputs: {a: float batch time 8}
    outputs: {out: inner.q}
    nodes:
      inner: {use: two, in: {a: a, b: a}}
nodes:
  one: {use: two, in: {a: x, b: y}}
  same: {reuse: one, in: {a: y, b: x}}
  walk:
    scan:
      over: time
      each: {s: same.q}
      nodes:
        deep: {reuse: one, in: {a: s, b: s}}
      stack: {out: deep.q}
"""


def test_every_use_of_a_block_follows_and_so_does_every_reuse_of_one() -> None:
    graph = loads(SCAN_OF_BLOCKS)
    assert lines_changed(RenameInput("#two", "b", "c"), graph) == [
        "- inputs: {a: float batch time 8, b: float batch time 8}",
        "+ inputs: {a: float batch time 8, c: float batch time 8}",
        "- left: {use: basic/add, in: [a, b]}",
        "+ left: {use: basic/add, in: [a, c]}",
        "- inner: {use: two, in: {a: a, b: a}}",
        "+ inner: {use: two, in: {a: a, c: a}}",
        "- one: {use: two, in: {a: x, b: y}}",
        "- same: {reuse: one, in: {a: y, b: x}}",
        "+ one: {use: two, in: {a: x, c: y}}",
        "+ same: {reuse: one, in: {a: y, c: x}}",
        "- deep: {reuse: one, in: {a: s, b: s}}",
        "+ deep: {reuse: one, in: {a: s, c: s}}",
    ]
    assert lines_changed(RenameOutput("#two", "q", "r"), graph) == [
        "- outputs: {p: left, q: left}",
        "+ outputs: {p: left, r: left}",
        "- outputs: {out: inner.q}",
        "+ outputs: {out: inner.r}",
        "- each: {s: same.q}",
        "+ each: {s: same.r}",
        "- stack: {out: deep.q}",
        "+ stack: {out: deep.r}",
    ]
    assert lines_changed(RemoveOutput("#two", "p"), graph) == [
        "- outputs: {a: same.p}",
        "- outputs: {p: left, q: left}",
        "+ outputs: {q: left}",
    ]
    assert lines_changed(RemoveInput("#two", "b"), graph) == [
        "- inputs: {a: float batch time 8, b: float batch time 8}",
        "+ inputs: {a: float batch time 8}",
        "- left: {use: basic/add, in: [a, b]}",
        "+ left: {use: basic/add, in: [a]}",
        "- inner: {use: two, in: {a: a, b: a}}",
        "+ inner: {use: two, in: {a: a}}",
        "- one: {use: two, in: {a: x, b: y}}",
        "- same: {reuse: one, in: {a: y, b: x}}",
        "+ one: {use: two, in: {a: x}}",
        "+ same: {reuse: one, in: {a: y}}",
        "- deep: {reuse: one, in: {a: s, b: s}}",
        "+ deep: {reuse: one, in: {a: s}}",
    ]


REFUSED: list[tuple[Edit, str]] = [
    (AddInput("", "x", FLOAT), "'x' is taken by an input"),
    (AddInput("", "embed", FLOAT), "'embed' is taken by a node"),
    (AddInput("", "a-b", FLOAT), "the name of an input is letters, digits and underscores, got 'a-b'"),
    (AddInput("", "w", Port("float", (Star("any"),))), "'*any' is for the hints of layers"),
    (AddInput("", "w", Port("float", (Name("bool"),))), "'bool' stands first in a type"),
    (AddInput("", "w", Port("float", (), variadic=True)), "'float' is a type for the hints of layers"),
    (
        AddInput("walk", "w", FLOAT),
        "'walk' is a scan; what enters it is one of its 'each', 'state' or 'const'",
    ),
    (SetInput("", "w", FLOAT), "there is no input 'w' here"),
    (
        AddScanInput("", "w", "each", Ref("x")),
        "'base' is no scan; only a scan has 'each', 'state' and 'const'",
    ),
    (AddScanInput("walk", "h", "each", Ref("embed")), "'h' is taken by an input"),
    (
        AddScanInput("walk", "w", "each", Zeros((1,))),
        "only a state starts as 'zeros 1'; 'each' reads an output",
    ),
    (
        AddScanInput("walk", "w", "each", Ref("embd")),
        "there is nothing called 'embd' to read here (did you mean 'embed'?)",
    ),
    (AddScanInput("walk", "w", "each", Ref("walk")), "cycle walk -> walk; a wire back in time"),
    (SetStart("walk", "hh", Ref("embed")), "there is no state 'hh' here"),
    (SetStart("walk", "h", Zeros((-1,))), "the size of an axis is not negative, got -1"),
    (RemoveInput("", "embed"), "there is no input 'embed' here"),
    (RemoveInput("walk", "hh"), "there is no input 'hh' here"),
    (RenameInput("", "maks", "m"), "there is no input 'maks' here (did you mean 'mask'?)"),
    (RenameInput("", "x", "mask"), "'mask' is taken by an input"),
    (AddOutput("", "y", Ref("x")), "there is already an output 'y'"),
    (AddOutput("walk", "last", Ref("x")), "there is already an output 'last'"),
    (AddOutput("", "w", Ref("emb")), "there is nothing called 'emb' to read here (did you mean 'embed'?)"),
    (AddFinal("walk", "f", "hh"), "there is no state 'hh' here"),
    (AddFinal("", "f", "h"), "'base' is no scan"),
    (RemoveOutput("", "yy"), "there is no output 'yy' here"),
    (RenameOutput("", "y", "z"), "there is already an output 'z'"),
    (RenameOutput("", "y", "z z"), "the name of an output is letters, digits and underscores, got 'z z'"),
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


REUSED = """\
format: zoo/1
name: reused
inputs: {x: float batch time 4, y: float batch time 4, mask: bool batch time}
outputs: {a: walk, b: again}
nodes:
  walk:
    scan:
      over: time
      each: {step: x}
      mask: mask
      state: {h: zeros batch 4}
      const: {more: x}
      next: {h: step}
      stack: {out: h}
  again: {reuse: walk, in: {step: y, more: x, mask: mask}}
"""


def test_what_enters_a_scan_is_called_the_same_where_the_scan_is_applied_again() -> None:
    graph = loads(REUSED)
    renamed = RenameInput("walk", "step", "each").change(graph)
    assert "again: {reuse: walk, in: {each: y, more: x, mask: mask}}" in dumps(renamed)
    removed = RemoveInput("walk", "more").change(graph)
    assert "again: {reuse: walk, in: {step: y, mask: mask}}" in dumps(removed)
    with pytest.raises(EditError, match="'mask' is wired already where 'walk' is used"):
        RenameInput("walk", "step", "mask").change(graph)
