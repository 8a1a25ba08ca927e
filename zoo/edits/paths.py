"""References across bodies: the targets of ``reuse`` and ``tie``, and the nodes that represent a body.

A wire reads a name of its own body. ``reuse`` and ``tie`` also search the enclosing bodies, up to that of the
graph or block; a tie may then continue into nodes: ``encoder.0.embed.weight``. A node is identified by its
**place**: the scope of its body, and its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import TypeAlias, TypeVar

from zoo.errors import EditError
from zoo.graph import Body, Call, Frozen, Graph, Node, Repeat, Reuse, Scan, join
from zoo.wires import updated

B = TypeVar("B", bound=Body)

Place: TypeAlias = tuple[str, str]


def bodies(graph: Graph) -> Iterator[tuple[str, Body]]:
    """Every body with its scope: the graph's own, then the blocks', each followed by the scans in it."""
    yield from _bodies("", graph)
    for name, block in graph.blocks.items():
        yield from _bodies(f"#{name}", block)


def _bodies(scope: str, body: Body) -> Iterator[tuple[str, Body]]:
    yield scope, body
    for name, node in body.nodes.items():
        if isinstance(node, Scan):
            yield from _bodies(join(scope, name), node)


def nodes(graph: Graph) -> Iterator[tuple[Place, Node]]:
    """Every node of every body, with its place."""
    for scope, body in bodies(graph):
        for name, node in body.nodes.items():
            yield (scope, name), node


def map_nodes(graph: Graph, change: Callable[[Place, Node], Node]) -> Graph:
    """The graph with every node changed, inner ones first; unchanged parts are shared."""

    def inside(scope: str, body: B) -> B:
        found = {
            name: change((scope, name), inside(join(scope, name), node) if isinstance(node, Scan) else node)
            for name, node in body.nodes.items()
        }
        if all(found[name] is node for name, node in body.nodes.items()):
            return body
        return replace(body, nodes=Frozen(found))

    blocks = {name: inside(f"#{name}", block) for name, block in graph.blocks.items()}
    same = all(blocks[name] is block for name, block in graph.blocks.items())
    return updated(inside("", graph), blocks=graph.blocks if same else Frozen(blocks))


# ---------------------------------------------------------------------------------------------- reuse and tie


def scopes_around(scope: str) -> Iterator[str]:
    """The scope and its enclosing ones, up to that of the graph or block."""
    yield scope
    while "." in scope:
        scope = scope.rpartition(".")[0]
        yield scope
    if scope and not scope.startswith("#"):
        yield ""


def within(scope: str, outer: str) -> bool:
    """Whether a scope is ``outer``, or is inside one of its scans."""
    return outer in scopes_around(scope)


def lookup(graph: Graph, scope: str, name: str) -> Place | None:
    """The node that ``reuse: name`` means in a scope."""
    return next(((each, name) for each in scopes_around(scope) if name in graph.body(each).nodes), None)


def original(graph: Graph, place: Place) -> tuple[Place, Node] | None:
    """The node whose module a node applies: itself, or the one that it reuses; None if that is missing."""
    seen: set[Place] = set()
    found: Place | None = place
    while found is not None and found not in seen:
        seen.add(found)
        node = graph.body(found[0]).nodes[found[1]]
        if not isinstance(node, Reuse):
            return found, node
        found = lookup(graph, found[0], node.of)
    return None


def through(graph: Graph, scope: str, target: str) -> list[Place | None]:
    """The nodes on the path of a tie's target, one per word; None for the number of a repeat's layer.

    The words after the last node (``weight``) have none.
    """
    first, *rest = target.split(".")
    place = lookup(graph, scope, first)
    ways: list[Place | None] = [] if place is None else [place]
    for word in rest:
        if place is None or (found := original(graph, place)) is None:
            break
        (outer, name), node = found
        if isinstance(node, Repeat) and word.isdigit() and ways[-1] is not None:
            ways.append(None)
            continue
        inner = join(outer, name) if isinstance(node, Scan) else f"#{block_of(graph, node)}"
        if inner == "#" or word not in graph.body(inner).nodes:
            break
        place = (inner, word)
        ways.append(place)
    return ways


def retie(graph: Graph, change: Callable[[Place, list[str], list[Place | None]], list[str] | None]) -> Graph:
    """The graph with the target of every tie changed, word by word; None removes the tie."""

    def node_of(place: Place, node: Node) -> Node:
        if not isinstance(node, Call | Repeat) or not node.tie:
            return node
        ties: dict[str, str] = {}
        for parameter, target in node.tie.items():
            words = change(place, target.split("."), through(graph, place[0], target))
            if words is not None:
                ties[parameter] = ".".join(words)
        return node if ties == node.tie else replace(node, tie=Frozen(ties))

    return map_nodes(graph, node_of)


def rename_references(graph: Graph, renamed: Place, new: str) -> Graph:
    """The graph with a node renamed in every ``reuse`` and ``tie`` that refers to it or goes through it.

    Raises EditError if the new name would refer to another node.
    """

    def hidden(scope: str) -> None:
        found = lookup(graph, scope, new)
        if found is not None and within(found[0], renamed[0]) and found != renamed:
            raise EditError(
                f"'{new}' is also a node inside '{found[0]}', where '{renamed[1]}' is referred to"
            )

    def reused(place: Place, node: Node) -> Node:
        if not isinstance(node, Reuse) or lookup(graph, place[0], node.of) != renamed:
            return node
        hidden(place[0])
        return replace(node, of=new)

    def tied(place: Place, words: list[str], ways: list[Place | None]) -> list[str]:
        if ways and ways[0] == renamed:
            hidden(place[0])
        return [new if way == renamed else word for word, way in zip_longest(words, ways)]

    return map_nodes(retie(graph, tied), reused)


def check_unhidden(graph: Graph, scope: str, name: str) -> None:
    """Raise EditError if a new node ``name`` would shadow the outer target of a ``reuse`` or ``tie``."""
    if lookup(graph, scope, name) is None:
        return
    for (inner, user), node in nodes(graph):
        if not within(inner, scope):
            continue
        meant = [node.of] if isinstance(node, Reuse) else []
        if isinstance(node, Call | Repeat):
            meant = [target.partition(".")[0] for target in node.tie.values()]
        found = lookup(graph, inner, name) if name in meant else None
        if found is not None and not within(found[0], scope):
            raise EditError(f"'{join(inner, user)}' refers to the outer '{name}', which this would hide")


# ------------------------------------------------------------------------------------ blocks and scans placed


def block_of(graph: Graph, node: Node) -> str:
    """The block of this graph that a node uses, or empty."""
    return node.use if isinstance(node, Call | Repeat) and node.use in graph.blocks else ""


def placed(graph: Graph, scope: str) -> set[Place]:
    """The nodes that represent the body at ``scope``: the uses of a block, a scan, and their reuses."""
    found: set[Place] = set()
    for place, _ in nodes(graph):
        first = original(graph, place)
        if first is None:
            continue
        (outer, name), node = first
        if f"#{block_of(graph, node)}" == scope or (isinstance(node, Scan) and join(outer, name) == scope):
            found.add(place)
    return found


def reaches(graph: Graph, block: str, other: str) -> bool:
    """Whether ``block`` is ``other`` or uses it, directly or through further blocks."""
    seen: set[str] = set()
    left = [block]
    while left:
        name = left.pop()
        if name == other:
            return True
        if name in graph.blocks and name not in seen:
            seen.add(name)
            inner = (body for _, body in _bodies(f"#{name}", graph.blocks[name]))
            left += [block_of(graph, node) for body in inner for node in body.nodes.values()]
    return False
