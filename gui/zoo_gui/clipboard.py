"""Nodes as text on the clipboard: the `nodes:` of a graph file, so that any text editor takes them too.

Blocks that they use and places come along. What is pasted gets free names; a wire is kept when what it reads
was copied too, or is there under its name where the nodes go.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from zoo.edits import AddBlock, AddNode, Compound, Edit, MoveNode
from zoo.edits.cuts import free_name
from zoo.edits.paths import block_of, reaches
from zoo.errors import EditError
from zoo.files import dumps, read
from zoo.files.migrations import FORMAT
from zoo.graph import Call, Frozen, Graph, Node, Ref, Repeat, Reuse, Scan, visible
from zoo.wires import reads, rewire_node

Spot = tuple[int, int]

_HEAD = f"format: {FORMAT}\nname: clipboard\n"


def copied(graph: Graph, scope: str, names: Collection[str], places: Mapping[str, Spot]) -> str:
    """The text of some nodes of a body, at their places on the grid."""
    chosen = {name: node for name, node in graph.body(scope).nodes.items() if name in names}
    used = {block for node in chosen.values() for block in _blocks_of(graph, node)}
    needed = {n: b for n, b in graph.blocks.items() if any(reaches(graph, user, n) for user in used)}
    layout = {name: places[name] for name in chosen if name in places}
    part = Graph(name="clipboard", blocks=Frozen(needed), nodes=Frozen(chosen), layout=Frozen(layout))
    return dumps(part).removeprefix(_HEAD).lstrip()


def _blocks_of(graph: Graph, node: Node) -> set[str]:
    if isinstance(node, Scan):
        return {block for inner in node.nodes.values() for block in _blocks_of(graph, inner)}
    return {block_of(graph, node)} - {""}


def pasted(graph: Graph, scope: str, text: str, at: Spot) -> tuple[tuple[str, ...], Edit]:
    """The names of the nodes that a text holds, as they will be, and the edit that puts them at a place.

    Raises EditError for a text that holds no nodes, or something that is no node.
    """
    reading = read(text if text.startswith("format:") else _HEAD + text, "clipboard")
    part = reading.graph
    wrong = next((each for each in reading.problems if each.path and each.severity == "error"), None)
    if wrong is not None:  # else a part of it would silently be left out
        raise EditError(f"nothing is pasted; on the clipboard, '{wrong.path}' has a fault: {wrong.message}")
    if not part.nodes:
        raise EditError(
            "the clipboard holds no nodes; copy some boxes first, or the 'nodes:' of a graph file"
        )
    return _placed(graph, scope, part, at)


def duplicated(
    graph: Graph, scope: str, names: Collection[str], places: Mapping[str, Spot], by: int = 4
) -> tuple[tuple[str, ...], Edit]:
    """The edit that puts a copy of some nodes beside them, reading what they read; and the new names."""
    chosen = {name: node for name, node in graph.body(scope).nodes.items() if name in names}
    if not chosen:
        raise EditError("select the nodes to duplicate")
    part = Graph(
        name="copy", nodes=Frozen(chosen), layout=Frozen({n: places[n] for n in chosen if n in places})
    )
    left = min((x for x, _ in part.layout.values()), default=0)
    top = min((y for _, y in part.layout.values()), default=0)
    return _placed(graph, scope, part, (left + by, top + by))


def _placed(graph: Graph, scope: str, part: Graph, at: Spot) -> tuple[tuple[str, ...], Edit]:
    taken = set(visible(graph.body(scope)))
    names: dict[str, str] = {}
    for name in part.nodes:
        stem = re.sub(r"_[0-9]+$", "", name) if name in taken else name
        names[name] = free_name(stem, taken)
        taken.add(names[name])
    there = set(visible(graph.body(scope)))

    def source(ref: Ref) -> Ref | None:
        if ref.node in names:
            return Ref(names[ref.node], ref.port)
        return ref if ref.node in there else None

    edits: list[Edit] = [AddBlock(n, b) for n, b in part.blocks.items() if n not in graph.blocks]
    waiting = dict(part.nodes)
    while waiting:  # each after what it reads and reuses
        ready = [name for name, node in waiting.items() if not _needs(node) & (waiting.keys() - {name})]
        for name in ready or [*waiting]:
            node = _renamed(waiting.pop(name), names)
            edits.append(AddNode(scope, names[name], rewire_node(node, source)))
    left = min((x for x, _ in part.layout.values()), default=0)
    top = min((y for _, y in part.layout.values()), default=0)
    for name, (x, y) in part.layout.items():
        if name in names:
            edits.append(MoveNode(scope, names[name], (x - left + at[0], y - top + at[1])))
    few = next(iter(names.values())) if len(names) == 1 else f"{len(names)} nodes"
    return tuple(names.values()), Compound(tuple(edits), f"paste {few}")


def _needs(node: Node) -> set[str]:
    return {*reads(node), *([node.of] if isinstance(node, Reuse) else [])}


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    """A node whose reuse and ties mean the copies of what was copied with it."""
    if isinstance(node, Reuse):
        return replace(node, of=names.get(node.of, node.of))
    if isinstance(node, Call | Repeat) and node.tie:
        ties = {parameter: _tie(target, names) for parameter, target in node.tie.items()}
        return replace(node, tie=Frozen(ties))
    return node


def _tie(target: str, names: Mapping[str, str]) -> str:
    first, dot, rest = target.partition(".")
    return f"{names.get(first, first)}{dot}{rest}"
