"""Text to graph: everything the format can say, and where each of it stands."""

from __future__ import annotations

import pickle

import pytest

from tests.zoo.files.texts import LIBRARY, SMALL, TEXTS
from zoo.files import Source, read
from zoo.files.migrations import MIGRATIONS
from zoo.graph import (
    Block,
    Call,
    Frozen,
    Graph,
    Learned,
    Ref,
    Repeat,
    Reuse,
    Scan,
    Zeros,
)
from zoo.sizes import Name, Op
from zoo.spec import Port
from zoo.values import identical

EVERYTHING = """\
format: zoo/1
name: everything
about: It says all there is to say.
requires: [zoo-attention>=1.2]
params: {dim: 8, rate: 1e-4, word: 'on', flag: true, given: ~, price: $$5}
inputs:
  x: float batch time $dim
  mask: optional bool batch time-1
outputs: {y: head, w: head.weights}
blocks:
  cell:
    about: A block.
    params: {n: ~}
    inputs: {x: float batch 4}
    outputs: {out: a}
    nodes:
      a: {use: basic/linear, with: {output: $n * 2}, in: x}
nodes:
  head:
    in: {x: norm, ys: [x, norm.out]}
    with: {a: 1, b: [1, $dim], c: {d: text}, e: dim * 2, f: cost $$1}
    use: basic/linear@2
    tie: {weight: embed.0.weight}
  norm: {use: norm/layer_norm, in: [x, mask]}
  deep:
    repeat: $n // 2
    use: cell
    with: {n: 3}
    vary: {rate: [0.1, $rate]}
    share: true
    carry: {x: x}
    in: {mask: mask}
  walk:
    scan:
      over: time
      reverse: true
      each: {x: x}
      mask: mask
      state: {h: zeros batch $dim, c: learned 4, s: norm.out}
      const: {m: mask}
      nodes:
        again: {reuse: norm, in: x}
        other: {use: other.yaml#cell}
      next: {h: again}
      stack: {out: again.out}
      final: {last: h}
layout: {head: [3, -1], walk.again: [0, 0], '#cell.a': [1, 2]}
"""

DIM = Name("$dim")


def test_everything_is_read() -> None:
    reading = read(EVERYTHING)
    assert reading.problems == ()
    assert reading.dropped == frozenset()
    cell = Block(
        about="A block.",
        params=Frozen(n=None),
        inputs=Frozen(x=Port("float", (Name("batch"), 4))),
        outputs=Frozen(out=Ref("a")),
        nodes=Frozen(
            a=Call(
                use="basic/linear",
                settings=Frozen(output=Op("*", Name("$n"), 2)),
                inputs=Frozen({"": Ref("x")}),
            )
        ),
    )
    walk = Scan(
        over="time",
        reverse=True,
        each=Frozen(x=Ref("x")),
        mask=Ref("mask"),
        state=Frozen(h=Zeros((Name("batch"), DIM)), c=Learned((4,)), s=Ref("norm", "out")),
        const=Frozen(m=Ref("mask")),
        nodes=Frozen(
            again=Reuse(of="norm", inputs=Frozen({"": Ref("x")})),
            other=Call(use="other.yaml#cell"),
        ),
        next=Frozen(h=Ref("again")),
        stack=Frozen(out=Ref("again", "out")),
        final=Frozen(last="h"),
    )
    expected = Graph(
        name="everything",
        about="It says all there is to say.",
        requires=("zoo-attention>=1.2",),
        params=Frozen(dim=8, rate=1e-4, word="on", flag=True, given=None, price="$5"),
        inputs=Frozen(
            x=Port("float", (Name("batch"), Name("time"), DIM)),
            mask=Port("bool", (Name("batch"), Op("-", Name("time"), 1)), optional=True),
        ),
        outputs=Frozen(y=Ref("head"), w=Ref("head", "weights")),
        blocks=Frozen(cell=cell),
        nodes=Frozen(
            head=Call(
                use="basic/linear@2",
                settings=Frozen(a=1, b=(1, DIM), c=Frozen(d="text"), e="dim * 2", f="cost $1"),
                inputs=Frozen(x=Ref("norm"), ys=(Ref("x"), Ref("norm", "out"))),
                tie=Frozen(weight="embed.0.weight"),
            ),
            norm=Call(use="norm/layer_norm", inputs=Frozen({"": (Ref("x"), Ref("mask"))})),
            deep=Repeat(
                count=Op("//", Name("$n"), 2),
                use="cell",
                settings=Frozen(n=3),
                vary=Frozen(rate=(0.1, Name("$rate"))),
                share=True,
                carry=Frozen(x=Ref("x")),
                inputs=Frozen(mask=Ref("mask")),
            ),
            walk=walk,
        ),
        layout=Frozen({"head": (3, -1), "walk.again": (0, 0), "#cell.a": (1, 2)}),
    )
    assert identical(reading.graph, expected)


@pytest.mark.parametrize("name", TEXTS)
def test_sound_texts_have_no_problems(name: str) -> None:
    assert read(TEXTS[name]).problems == ()


def test_the_manner_of_writing_does_not_matter() -> None:
    graph = read(TEXTS["manners"]).graph
    others = ["windows", "old mac", "mixed breaks", "byte order mark", "no break at the end"]
    assert all(identical(read(TEXTS[name]).graph, graph) for name in others)


def test_empty_headings_are_empty_sections() -> None:
    reading = read("format: zoo/1\nname: x\nparams:\ninputs: ~\noutputs:\nblocks:\nnodes:\nlayout:\n")
    assert reading.problems == ()
    assert reading.graph == Graph(name="x")


# ----------------------------------------------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        (("name",), False, "2:7"),
        (("name",), True, "2:1"),
        (("params", "rate"), False, "5:24"),
        (("inputs", "x"), True, "7:3"),
        (("nodes", "head"), True, "19:3"),
        (("nodes", "head", "in", "ys", 1), False, "20:27"),
        (("nodes", "head", "with", "b", 1), False, "21:25"),
        (("nodes", "head", "with", "c", "d"), True, "21:36"),
        (("nodes", "walk", "scan", "nodes", "again", "in"), False, "42:34"),
        (("blocks", "cell", "nodes", "a", "with", "output"), False, "17:45"),
        # a wire without a port has no name to step on
        (("nodes", "norm", "in", "", 1), False, "24:40"),
        # what is not there is placed where it would be
        (("nodes", "norm", "with", "eps"), False, "24:3"),
        (("nodes", "norm", "in", "x"), False, "24:32"),
        (("nodes", "nobody", "use"), False, "18:1"),
        (("nothing",), True, "1:1"),
        ((), False, "1:1"),
    ],
)
def test_everything_has_a_place(path: tuple[str | int, ...], key: bool, place: str) -> None:
    assert str(Source("f.yaml", EVERYTHING).place(path, key=key)) == f"f.yaml:{place}"


def test_a_source_is_copied_without_its_tree() -> None:
    source = Source("f.yaml", SMALL)
    assert source.place(("name",)).line == 2
    copy = pickle.loads(pickle.dumps(source))
    assert len(pickle.dumps(copy)) < 2 * len(SMALL)
    assert copy.place(("name",)) == source.place(("name",))


# ------------------------------------------------------------------------------------------------- migrations


def test_an_older_text_is_rewritten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        MIGRATIONS, "zoo/0", lambda text: text.replace("zoo/0", "zoo/1").replace("title", "name")
    )
    old = SMALL.replace("zoo/1", "zoo/0  # old").replace("name:", "title:")
    reading = read(old)
    assert reading.problems == ()
    assert reading.graph == read(SMALL).graph
    assert reading.graph.source is not None
    assert "# old" in reading.graph.source.text


def test_a_migration_that_goes_nowhere_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MIGRATIONS, "zoo/0", lambda text: text)
    (problem,) = read(SMALL.replace("zoo/1", "zoo/0")).problems
    assert problem.code == "format"


def test_the_library_is_not_empty() -> None:
    assert all(path.is_file() for path in LIBRARY)
