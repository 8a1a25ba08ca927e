"""Graphs built in Python: the same as from a file, with errors in the line that made them."""

import doctest
from dataclasses import replace

import pytest

import zoo
import zoo.builder
from tests.edit_texts import base
from zoo.builder import GraphBuilder, Node
from zoo.files import dumps, loads
from zoo.graph import EMPTY, Call, Frozen, Graph, Learned, Ref, Repeat, Reuse, identical
from zoo.sizes import Name, parse
from zoo.spec import Port


@pytest.fixture
def g() -> GraphBuilder:
    return Graph.new("test")


def test_the_example_of_the_documentation() -> None:
    results = doctest.testmod(zoo.builder, raise_on_error=True)
    assert results.attempted > 10
    assert not results.failed


def test_a_builder_draws_what_a_file_says() -> None:
    """Everything of the file: blocks, repeats, scans, reuse, ties, lists of wires, expressions, order."""
    g = Graph.new("base")
    dim = g.param("dim", 8)
    g.param("unused", 1)
    x, mask = g.input("x", "float batch time 8"), g.input("mask", "bool batch time")
    with g.block("pair") as pair:
        width, bias = pair.param("width"), pair.param("bias", True)
        value = pair.input("x", "float batch time dim")
        first = pair.add("first", "basic/linear", value, output=width, bias=bias)
        pair.output("out", pair.add("second", "basic/add", value, first))
    g.block("spare")
    embed = g.add("embed", "basic/linear", x, output=dim)
    one = g.add("one", pair, embed, width=dim * 2)
    total = g.add("total", "basic/add", embed, one)
    g.reuse("again", embed, x)
    stack = g.repeat("stack", 2, pair, carry={"x": total}, vary={"bias": [True, False]}, width=8)
    stack.tie({"first.weight": embed["weight"]})
    walk = g.scan("walk", over="time", mask=mask)
    with walk as step:
        cut = step.each("x", stack)
        h, c = step.state("h", "zeros batch $dim"), step.state("c", stack)
        whole = step.const("whole", embed)
        cell = step.add("cell", "recurrent/lstm_cell", x=cut, h=h, c=c)
        step.reuse("more", embed, whole)
        out = step.add("out", "basic/linear", cell.h).tie(weight=embed.weight, bias="one.first.bias")
        step.next(h=cell.h, c=cell.c)
        step.stack("out", out)
        step.final("last", h)
    g.output("y", walk.out)
    g.output("z", total)
    graph = g.build()
    assert identical(graph, replace(base(), layout=EMPTY))
    assert identical(loads(dumps(graph)), graph)


def test_what_is_built_cannot_be_changed_and_the_builder_goes_on(g: GraphBuilder) -> None:
    x = g.input("x", Port("float", (Name("batch"),)))
    before = g.build()
    g.output("y", g.add("act", "basic/tanh", x))
    after = g.build()
    assert before.nodes == {}
    assert [*after.nodes] == ["act"]
    assert identical(after, g.build())


def test_params_are_calculated_with(g: GraphBuilder) -> None:
    n, m = g.param("n", 3), g.param("m", 2)
    for expression, text in [
        (n + 1, "$n + 1"),
        (1 + n, "1 + $n"),
        (n - m, "$n - $m"),
        (1 - n, "1 - $n"),
        (2 * n, "2 * $n"),
        (n * (m + 1), "$n * ($m + 1)"),
        (n // 2, "$n // 2"),
        (8 // n, "8 // $n"),
    ]:
        assert expression.expr == parse(text)
        assert str(expression) == text
    node = g.add("a", "p/a", size=n, sizes=[n * 2, {"deep": (m,)}], rate=0.1, name="x", flag=True, none=None)
    assert isinstance(node, Node)
    assert g.build().nodes["a"] == Call(
        use="p/a",
        settings=Frozen(
            {
                "size": Name("$n"),
                "sizes": (parse("$n * 2"), Frozen({"deep": (Name("$m"),)})),
                "rate": 0.1,
                "name": "x",
                "flag": True,
                "none": None,
            }
        ),
    )


def test_ports_by_name_and_in_lists(g: GraphBuilder) -> None:
    x, y = g.input("x", "float batch"), g.input("y", "float batch")
    g.add("a", "p/a", query=x, keys=[x, y], sizes=[1, 2])
    g.add("b", "p/b", g.add("c", "p/c", x)["class"])
    built = g.build().nodes
    assert built["a"] == Call(
        use="p/a",
        settings=Frozen({"sizes": (1, 2)}),
        inputs=Frozen({"query": Ref("x"), "keys": (Ref("x"), Ref("y"))}),
    )
    assert built["b"] == Call(use="p/b", inputs=Frozen({"": Ref("c", "class")}))


def test_scans_within_scans(g: GraphBuilder) -> None:
    x = g.input("x", "float batch time depth 8")
    table = g.add("table", "p/table")
    outer = g.scan("outer", over="time", reverse=True)
    with outer as step:
        cut = step.each("cut", x)
        inner = step.scan("inner", over="depth")
        with inner as deep:
            row = deep.each("row", cut)
            state = deep.state("s", Learned((Name("batch"), 8)))
            deep.next(s=deep.reuse("again", table, row))
            deep.final("s", state)
        step.stack("out", inner.s)
    g.output("y", outer.out)
    g.require("zoo-p>=1")
    graph = g.build()
    assert identical(loads(dumps(graph)), graph)
    text = """\
format: zoo/1
name: test
requires: [zoo-p>=1]
inputs: {x: float batch time depth 8}
outputs: {y: outer.out}
nodes:
  table: {use: p/table}
  outer:
    scan:
      over: time
      reverse: true
      each: {cut: x}
      nodes:
        inner:
          scan:
            over: depth
            each: {row: cut}
            state: {s: learned batch 8}
            nodes:
              again: {reuse: table, in: row}
            next: {s: again}
            final: {s: s}
      stack: {out: inner.s}
"""
    assert identical(graph, loads(text))


def test_a_repeat_with_a_count_from_a_param(g: GraphBuilder) -> None:
    x, layers = g.input("x", "float batch"), g.param("layers", 3)
    g.repeat("stack", layers, "p/layer", carry={"x": x}, share=True, freeze=True, memory=x)
    assert g.build().nodes["stack"] == Repeat(
        count=Name("$layers"),
        use="p/layer",
        carry=Frozen({"x": Ref("x")}),
        inputs=Frozen({"memory": Ref("x")}),
        share=True,
        freeze=True,
    )
    g.add("layer", "p/layer", x, freeze=True)
    g.scan("walk", over="time", freeze=True)
    frozen = [node.freeze for node in g.build().nodes.values() if not isinstance(node, Reuse)]
    assert frozen == [True, True, True]


def test_python_asks_nodes_for_more_than_ports(g: GraphBuilder) -> None:
    """Copying, debuggers and ``hasattr`` look for double underscores; those are no ports."""
    node = g.add("a", "p/a")
    assert not hasattr(node, "__wrapped__")
    assert repr(node) == "<Node a>"
    assert repr(node.h) == "<Output a.h>"
    assert repr(g) == "<GraphBuilder of graph 'test'>"


def test_a_setting_may_be_called_like_a_port_that_is_wired(g: GraphBuilder) -> None:
    x = g.input("x", "float batch")
    g.add("a", "p/a", bias=x, settings={"bias": False})
    g.repeat("b", 2, "p/a", carry={"x": x}, bias=x, settings={"bias": True})
    a, b = g.build().nodes.values()
    assert isinstance(a, Call)
    assert isinstance(b, Repeat)
    assert (a.settings["bias"], a.inputs["bias"]) == (False, Ref("x"))
    assert (b.settings["bias"], b.inputs["bias"]) == (True, Ref("x"))
