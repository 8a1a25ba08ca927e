"""Graphs built in Python: the same as from a file, with errors in the line that made them."""

import doctest
from dataclasses import replace
from typing import Any

import pytest

import zoo
import zoo.builder
from tests.edit_texts import base
from zoo.builder import GraphBuilder, Node
from zoo.errors import EditError
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


# ------------------------------------------------------------------------------------------------------ wrong


def name_taken(g: GraphBuilder) -> object:
    """'x' is taken in graph 'test'; nodes and inputs have names of their own"""
    return g.add("x", "p/a", g.input("x", "float"))


def scan_name_taken(g: GraphBuilder) -> object:
    """'x' is taken in graph 'test'; nodes and inputs have names of their own"""
    g.input("x", "float")
    return g.scan("x", over="time")


def name_that_is_none(g: GraphBuilder) -> object:
    """the name of a node is letters, digits and underscores, got 'a-b'; write 'a_b'"""
    return g.add("a-b", "p/a")


def wire_from_outside(g: GraphBuilder) -> object:
    """'x' is in graph 'test', and the scan 'walk' sees its own inputs and nodes; let it in"""
    x = g.input("x", "float time")
    with g.scan("walk", over="time") as step:
        return step.add("a", "p/a", x)


def wire_from_inside(g: GraphBuilder) -> object:
    """'a' is in block 'b', and graph 'test' sees its own inputs and nodes; give it an input"""
    with g.block("b") as block:
        a = block.add("a", "p/a")
    return g.add("c", "p/c", a)


def wires_with_and_without_port(g: GraphBuilder) -> object:
    """a wire without a port stands beside others; name its port"""
    x = g.input("x", "float")
    return g.add("a", "p/a", x, mask=x)


def a_list_of_both(g: GraphBuilder) -> object:
    """'xs' is a list of outputs and of something else; a port reads outputs only"""
    return g.add("a", "p/a", xs=[g.input("x", "float"), 3])


def a_type_that_is_none(g: GraphBuilder) -> object:
    """a type is '[optional] float|int|bool axis axis …', got 'flaot batch' (did you mean 'float'?)"""
    return g.input("x", "flaot batch")


def a_param_twice(g: GraphBuilder) -> object:
    """graph 'test' has a param 'n' already"""
    g.param("n", 1)
    return g.param("n", 2)


def an_output_twice(g: GraphBuilder) -> object:
    """graph 'test' has an output 'y' already"""
    g.output("y", g.input("x", "float"))
    g.output("y", g.input("z", "float"))
    return None


def a_block_twice(g: GraphBuilder) -> object:
    """graph 'test' has a block 'b' already"""
    g.block("b")
    return g.block("b")


def a_block_in_itself(g: GraphBuilder) -> object:
    """block 'b' cannot contain itself"""
    with g.block("b") as block, block.scan("walk", over="time") as step:
        return step.add("inner", block)


def a_python_path(g: GraphBuilder) -> object:
    """'os.system' looks like a Python path, which is never imported; write 'pack/layer' or a block's name"""
    return g.add("a", "os.system")


def a_setting_that_is_none(g: GraphBuilder) -> object:
    """a setting is a number, a text, true, false, ~, an expression of $params, or a list or"""
    return g.add("a", "p/a", sizes={1, 2})


def a_fraction_of_a_param(g: GraphBuilder) -> object:
    """params are calculated with as integers, and 0.5 is none"""
    half: Any = 0.5
    return g.param("n", 4) * half


def a_state_from_a_word(g: GraphBuilder) -> object:
    """a state starts as an output, 'zeros axis …' or 'learned axis …', not 'zeroes'"""
    with g.scan("walk", over="time") as step:
        return step.state("h", "zeroes")


def a_next_of_no_state(g: GraphBuilder) -> object:
    """'hiden' is no state of the scan 'walk' (did you mean 'hidden'?)"""
    with g.scan("walk", over="time") as step:
        h = step.state("hidden", "zeros batch")
        step.next(hiden=h)
    return None


def a_final_of_no_state(g: GraphBuilder) -> object:
    """'cell.h' is no state of the scan 'walk'"""
    with g.scan("walk", over="time") as step:
        step.final("h", step.add("cell", "p/cell").h)
    return None


def a_stack_and_a_final_of_one_name(g: GraphBuilder) -> object:
    """the scan 'walk' has an output 'h' already"""
    with g.scan("walk", over="time") as step:
        h = step.state("h", "zeros batch")
        step.final("h", h)
        step.stack("h", h)
    return None


def a_reuse_across_blocks(g: GraphBuilder) -> object:
    """'a' is in graph 'test', and only modules of block 'b' can be reused here"""
    a = g.add("a", "p/a")
    with g.block("b") as block:
        return block.reuse("again", a)


def a_reuse_with_settings(g: GraphBuilder) -> object:
    """'again' reuses a node, whose settings it has; 'size' is no wire"""
    return g.reuse("again", g.add("a", "p/a"), size=3)  # pyright: ignore[reportArgumentType] # as above


def a_tie_of_a_scan(g: GraphBuilder) -> object:
    """'walk' has no parameters of its own; tie those of the node that has"""
    return g.scan("walk", over="time").tie(weight="a.weight")


def a_tie_to_a_node(g: GraphBuilder) -> object:
    """a tie names a parameter, and one of a node: weight=embed.weight, not 'a'"""
    a = g.add("a", "p/a")
    return g.add("b", "p/b").tie(weight=a)


def a_name_that_is_no_text(g: GraphBuilder) -> object:
    """the name of a node is text, and an int came; write it in quotes"""
    return g.add(3, "p/a")  # pyright: ignore[reportArgumentType] # as above


def a_class_as_a_layer(g: GraphBuilder) -> object:
    """a node uses a layer by name, 'pack/layer', or a block of this graph, and the class GraphBuilder came"""
    return g.add("a", GraphBuilder)  # pyright: ignore[reportArgumentType] # as above


def a_wire_from_nowhere(g: GraphBuilder) -> object:
    """a wire reads a node or an input of this graph, and an int came"""
    return g.output("y", 3)  # pyright: ignore[reportArgumentType] # as above


def a_list_as_a_param(g: GraphBuilder) -> object:
    """what a graph holds is a number, a text, true, false or ~, and a list came"""
    return g.param("sizes", [1, 2])  # pyright: ignore[reportArgumentType] # as above


WRONG = [
    name_taken,
    a_name_that_is_no_text,
    a_class_as_a_layer,
    a_wire_from_nowhere,
    a_list_as_a_param,
    scan_name_taken,
    name_that_is_none,
    wire_from_outside,
    wire_from_inside,
    wires_with_and_without_port,
    a_list_of_both,
    a_type_that_is_none,
    a_param_twice,
    an_output_twice,
    a_block_twice,
    a_block_in_itself,
    a_python_path,
    a_setting_that_is_none,
    a_fraction_of_a_param,
    a_state_from_a_word,
    a_next_of_no_state,
    a_final_of_no_state,
    a_stack_and_a_final_of_one_name,
    a_reuse_across_blocks,
    a_reuse_with_settings,
    a_tie_of_a_scan,
    a_tie_to_a_node,
]


@pytest.mark.parametrize("build", WRONG, ids=lambda build: build.__name__)
def test_what_is_wrong_is_said_at_once(g: GraphBuilder, build: object) -> None:
    assert callable(build)
    with pytest.raises(EditError) as caught:
        build(g)
    assert str(caught.value).startswith(build.__doc__ or "?")


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
