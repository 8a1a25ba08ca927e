"""Faults in building a graph, each told in the line that makes it."""

from typing import Any

import pytest

from zoo.builder import GraphBuilder
from zoo.errors import EditError
from zoo.graph import Graph


@pytest.fixture
def g() -> GraphBuilder:
    return Graph.new("test")


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
    """params can be calculated with integers only, and 0.5 is not one"""
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
    """the name of a node must be text, not an int; write it in quotes"""
    return g.add(3, "p/a")  # pyright: ignore[reportArgumentType] # as above


def a_class_as_a_layer(g: GraphBuilder) -> object:
    """a node must use a layer by name, 'pack/layer', or a block of this graph, not the class GraphBuilder"""
    return g.add("a", GraphBuilder)  # pyright: ignore[reportArgumentType] # as above


def a_wire_from_nowhere(g: GraphBuilder) -> object:
    """a wire must read a node or an input of this graph, not an int"""
    return g.output("y", 3)  # pyright: ignore[reportArgumentType] # as above


def a_list_as_a_param(g: GraphBuilder) -> object:
    """a value in a graph must be a number, a text, true, false or ~, not a list"""
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
