"""What moves together with nodes into a block: ``reuse``, ``tie`` and boxes of the layout."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from zoo.edits.paths import Place, lookup, map_nodes, nodes, retie, through, within
from zoo.errors import EditError
from zoo.graph import Call, Frozen, Graph, Node, Repeat, Reuse, join


def inside(place: Place, scope: str, chosen: Collection[str]) -> bool:
    """Whether a place is one of the chosen nodes of a scope, or inside one of them."""
    outer, name = place
    return (outer == scope and name in chosen) or any(within(outer, join(scope, each)) for each in chosen)


def check_reuse(graph: Graph, scope: str, chosen: Collection[str]) -> None:
    """Raise EditError if a chosen node and another one share a module, which blocks cannot."""
    for place, node in nodes(graph):
        target = lookup(graph, place[0], node.of) if isinstance(node, Reuse) else None
        if target is not None and inside(place, scope, chosen) != inside(target, scope, chosen):
            raise EditError(f"'{join(*place)}' reuses '{join(*target)}'; group both or neither")


def ties_out(graph: Graph, scope: str, chosen: Collection[str]) -> tuple[Graph, dict[str, str]]:
    """The graph without the ties of the chosen nodes to parameters of others, and these ties.

    The parameters are named relative to a node that contains the chosen ones: ``walk.cell.weight``.
    """
    found: dict[str, str] = {}

    def node_of(place: Place, node: Node) -> Node:
        if not isinstance(node, Call | Repeat) or not node.tie or not inside(place, scope, chosen):
            return node
        kept = dict(node.tie)
        for parameter, target in node.tie.items():
            way = through(graph, place[0], target)
            if way and way[0] is not None and not inside(way[0], scope, chosen):
                path = join(*place).removeprefix(scope and f"{scope}.")
                found[f"{path}.{parameter}"] = kept.pop(parameter)
        return node if len(kept) == len(node.tie) else replace(node, tie=Frozen(kept))

    return map_nodes(graph, node_of), found


def ties_in(graph: Graph, scope: str, chosen: Collection[str], holder: str) -> Graph:
    """The graph in which ties of others to the chosen nodes go through the node ``holder``."""

    def led(place: Place, words: list[str], ways: list[Place | None]) -> list[str]:
        if inside(place, scope, chosen):
            return words
        at = next((i for i, way in enumerate(ways) if way and way[0] == scope and way[1] in chosen), None)
        if at is None:
            return words
        hiding = lookup(graph, place[0], holder) if at == 0 else None
        if hiding is not None and hiding[0] != scope:
            raise EditError(
                f"'{join(*place)}' would find another '{holder}' than the block; name it otherwise"
            )
        return [*words[:at], holder, *words[at:]]

    return retie(graph, led)


def boxes_in(graph: Graph, scope: str, chosen: Collection[str], holder: str, block: str) -> Graph:
    """The graph with the boxes of the chosen nodes moved to the block, and a box of ``holder`` instead."""
    own = [place for n in chosen if (place := graph.layout.get(join(scope, n))) is not None]
    if not any(within(key, join(scope, n)) for key in graph.layout for n in chosen):
        return graph
    layout: dict[str, tuple[int, int]] = {}
    for key, place in graph.layout.items():
        moved = any(within(key, join(scope, n)) for n in chosen)
        layout[join(f"#{block}", key.removeprefix(scope and f"{scope}.")) if moved else key] = place
    if own:
        layout[join(scope, holder)] = midst(own)
    return replace(graph, layout=Frozen(layout))


def midst(places: Collection[tuple[int, int]]) -> tuple[int, int]:
    """The centre of some places on the grid."""
    return sum(x for x, _ in places) // len(places), sum(y for _, y in places) // len(places)


def ties_without(graph: Graph, scope: str, holder: str, block: str, names: Mapping[str, str]) -> Graph:
    """The graph in which ties through the node ``holder``, a use of a block, refer to ``names`` directly."""

    def led(place: Place, words: list[str], ways: list[Place | None]) -> list[str]:
        at = next((i for i, way in enumerate(ways) if way == (scope, holder)), len(words))
        node = ways[at + 1] if at + 1 < len(ways) else None
        if node is None or node[0] != f"#{block}":
            return words
        name = names[node[1]]
        hiding = lookup(graph, place[0], name) if at == 0 else None
        if hiding is not None and hiding[0] != scope and within(hiding[0], scope):
            raise EditError(
                f"'{join(*place)}' would find another '{name}' than the block's; rename one of them"
            )
        return [*words[:at], name, *words[at + 2 :]]

    return retie(graph, led)


def boxes_out(
    graph: Graph, scope: str, holder: str, block: str, names: Mapping[str, str], keep: bool
) -> Graph:
    """The graph with the boxes of a block's nodes around the place of ``holder``, whose box is removed.

    With ``keep``, the block keeps its boxes too.
    """
    inner = f"#{block}"
    own = [place for n in names if (place := graph.layout.get(join(inner, n))) is not None]
    center = graph.layout.get(join(scope, holder))
    dx, dy = (c - m for c, m in zip(center, midst(own), strict=True)) if center and own else (0, 0)
    layout = {
        key: place
        for key, place in graph.layout.items()
        if key != join(scope, holder) and (keep or not within(key, inner))
    }
    for old, new in names.items():
        for key, (x, y) in graph.layout.items():
            if key == join(inner, old):
                layout[join(scope, new)] = (x + dx, y + dy)
            elif within(key, join(inner, old)):
                layout[join(scope, new) + key[len(join(inner, old)) :]] = (x, y)
    return graph if layout == graph.layout else replace(graph, layout=Frozen(layout))
