"""From what the checker says to what is shown: the body that a problem's node is in, the types of a body."""

from __future__ import annotations

from zoo.checker import Resolution
from zoo.checker.frame import Frame
from zoo.checker.resolution import Scope
from zoo.edits.paths import Place, block_of, original
from zoo.errors import EditError
from zoo.graph import Body, Graph, Node, Repeat, Reuse, Scan, join, split_scope


def place_of(graph: Graph, path: str) -> Place | None:
    """The scope and name of the node that a problem's path means: ``encoder.0.ffn`` is ``#layer``, ``ffn``.

    None for the graph itself, and for a path that leads to nothing in this graph (into another file).
    """
    chain = places_of(graph, path)
    return chain[-1] if chain else None


def places_of(graph: Graph, path: str) -> list[Place]:
    """Every node that a problem's path goes through, the outermost first; empty when it leads nowhere."""
    found: list[Place] = []
    words = path.split(".") if path else []
    scope: str | None = words.pop(0) if words and words[0].startswith("#") else ""
    for word in words:
        if found and word.isdigit() and isinstance(_made_of(graph, found[-1]), Repeat):
            continue
        body = None if scope is None else _body(graph, scope)
        if scope is None or body is None or word not in body.nodes:
            return []
        found.append((scope, word))
        scope = inside(graph, scope, word)
    return found


def inside(graph: Graph, scope: str, name: str) -> str | None:
    """The scope of what a node holds: a scan's body, the block it uses; None when it holds nothing here."""
    found = original(graph, (scope, name))
    if found is None:
        return None
    (outer, inner), node = found
    if isinstance(node, Scan):
        return join(outer, inner)
    block = block_of(graph, node)
    return f"#{block}" if block else None


def trail(graph: Graph, scope: str) -> list[tuple[str, str]]:
    """The bodies around a scope and itself, each with its scope and its title: a breadcrumb."""
    block, names = split_scope(scope)
    found = [("", graph.name)]
    at = ""
    if block is not None:
        at = f"#{block}"
        found.append((at, block))
    for name in names:
        at = join(at, name)
        found.append((at, name))
    return found


def frame_of(resolution: Resolution | None, scope: str) -> Frame | None:
    """What the checker knows of a body, in the first of its uses; None when it never got there."""
    found = resolution.frames.get(scope) if resolution else None
    return found if isinstance(found, Frame) else None


def scope_of(resolution: Resolution | None, scope: str) -> Scope | None:
    """What a body resolves to, in the first of its uses; what leaves it is left out."""
    frame = frame_of(resolution, scope)
    if frame is None:
        return None
    inputs = {name: known.type for name, known in frame.names.items() if name not in frame.resolved}
    return Scope(frame.values, inputs, frame.resolved, tuple(frame.plan.order), {}, {})


def is_frozen(node: Node) -> bool:
    """Whether a node says of itself that it is frozen."""
    return not isinstance(node, Reuse) and node.freeze


def frozen_by(graph: Graph, scope: str, name: str) -> str:
    """What freezes a node: its own name, that of a scan around it; empty when nothing in its block does."""
    found = original(graph, (scope, name))
    if found is None:
        return ""
    (outer, own), node = found
    if is_frozen(node):
        return own
    while split_scope(outer)[1]:
        outer, _, around = outer.rpartition(".")
        if is_frozen(graph.body(outer).nodes[around]):
            return around
    return ""


def _made_of(graph: Graph, place: Place) -> Node | None:
    found = original(graph, place)
    return found[1] if found else None


def _body(graph: Graph, scope: str) -> Body | None:
    try:
        return graph.body(scope)
    except EditError:  # a problem of a graph that has changed since
        return None
