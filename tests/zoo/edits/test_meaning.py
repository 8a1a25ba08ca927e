"""Edits that only draw a graph otherwise: it is still without errors, and computes the same."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

import zoo
from tests.zoo.files.texts import LIBRARY
from zoo.checker import resolve
from zoo.checker.resolution import BlockUse, RepeatUse, ScanUse, Scope
from zoo.edits import Edit, GroupIntoBlock, RenameNode, Ungroup, wire_types
from zoo.errors import EditError
from zoo.graph import Body, Call, Graph, join
from zoo.problems import Problem

GRAPHS = {path.stem: zoo.load(path) for path in LIBRARY}


def resolved_bodies(graph: Graph) -> Iterator[tuple[str, Body, Scope]]:
    """Every body with its scope and what it resolves to in its first use."""
    left = [("", resolve(graph).root)]
    seen: set[str] = set()
    while left:
        path, scope = left.pop()
        if path in seen:
            continue
        seen.add(path)
        yield path, graph.body(path), scope
        for name, node in scope.nodes.items():
            use = node.use.each[0] if isinstance(node.use, RepeatUse) else node.use
            if isinstance(use, BlockUse) and not use.file:
                left.append((f"#{use.name}", use.scope))
            if isinstance(use, ScanUse):
                left.append((join(path, name), use.scope))


def errors(graph: Graph) -> list[Problem]:
    return [problem for problem in zoo.check(graph) if problem.severity == "error"]


def selections(names: list[str]) -> Iterator[tuple[str, ...]]:
    yield from ((name,) for name in names)
    yield from pairwise(names)
    yield tuple(names)


@pytest.mark.parametrize("name", GRAPHS)
def test_what_can_be_grouped_in_the_library_is_sound_and_comes_out_again(name: str) -> None:
    """Every node alone, every two neighbours, every whole body; but no block shares modules with others."""
    graph, grouped = GRAPHS[name], 0
    for scope, body, resolved in resolved_bodies(graph):
        types = wire_types(body, resolved)
        for chosen in selections([*body.nodes]):
            group = GroupIntoBlock(scope, chosen, "new_block", types=types)
            after, refused = changed(group, graph)
            if after is None:
                assert re.search("group both or neither|comes back through", refused)
                continue
            grouped += 1
            assert errors(after) == []
            assert Ungroup(scope, "new_block", types=types).change(after) == graph
    assert grouped >= len(graph.nodes)


def changed(edit: Edit, graph: Graph) -> tuple[Graph | None, str]:
    try:
        return edit.change(graph), ""
    except EditError as error:
        return None, str(error)


@pytest.mark.parametrize("name", GRAPHS)
def test_every_use_of_a_block_in_the_library_can_be_ungrouped(name: str) -> None:
    graph = GRAPHS[name]
    for scope, body, resolved in resolved_bodies(graph):
        types = wire_types(body, resolved)
        for node, call in body.nodes.items():
            if isinstance(call, Call) and call.use in graph.blocks:
                assert errors(Ungroup(scope, node, types=types).change(graph)) == []


@pytest.mark.parametrize("name", GRAPHS)
def test_any_node_of_the_library_can_be_renamed(name: str) -> None:
    graph = GRAPHS[name]
    for scope, body, _ in resolved_bodies(graph):
        for node in body.nodes:
            after = RenameNode(scope, node, "renamed").change(graph)
            assert zoo.check(after) == []
            assert RenameNode(scope, "renamed", node).change(after) == graph
