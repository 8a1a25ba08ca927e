"""What can be found in a graph: every node of every body, by name, layer, settings and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from zoo.checker import Resolution
from zoo.edits.settings import shown
from zoo.graph import Body, Call, Graph, Node, Repeat, Reuse, Scan, join
from zoo_gui.quick_list import Choice
from zoo_gui.resolved import known_nodes
from zoo_gui.selection import Pick
from zoo_gui.workspace import Workspace

Place = tuple[str, str]


def bodies(graph: Graph) -> Iterator[tuple[str, Body]]:
    """Every body of a graph with its scope: its own, those of its scans, those of its blocks."""
    yield from _scans("", graph)
    for name, block in graph.blocks.items():
        yield from _scans(f"#{name}", block)


def _scans(scope: str, body: Body) -> Iterator[tuple[str, Body]]:
    yield scope, body
    for name, node in body.nodes.items():
        if isinstance(node, Scan):
            yield from _scans(join(scope, name), node)


def what(node: Node) -> str:
    """What a node is, in a few words: ``recurrent/lstm_cell``, ``3 × layer``, ``scan over time``."""
    if isinstance(node, Reuse):
        return f"reuse of {node.of}"
    if isinstance(node, Scan):
        words = f"scan over {node.over}"
    else:
        words = f"{node.count} × {node.use}" if isinstance(node, Repeat) else node.use
    return f"{words}, frozen" if node.freeze else words


def settings_of(node: Node) -> str:
    """The settings of a node as a line: ``hidden=$dim, bias=false``."""
    if not isinstance(node, Call | Repeat):
        return ""
    return ", ".join(f"{name}={shown(value)}" for name, value in node.settings.items())


def shapes(resolution: Resolution | None) -> dict[Place, str]:
    """The types of every node's outputs in words, of one use of each block."""
    return {
        place: ", ".join(str(type) for port in known.node.types if (type := known.leaves(port)))
        for place, known in known_nodes(resolution).items()
    }


def choices(workspace: Workspace) -> list[Choice]:
    """Every node of the graph, to be chosen."""
    types = shapes(workspace.resolution)
    found: list[Choice] = []
    for scope, body in bodies(workspace.graph):
        for name, node in body.nodes.items():
            parts = [what(node), settings_of(node), types.get((scope, name)), scope and f"in {scope}"]
            detail = "   ".join(filter(None, parts))
            show = partial(workspace.show_box, scope, Pick("node", name))
            found.append(Choice(name, detail, f"{name} {detail}", show))
        if isinstance(body, Scan):
            continue
        for name, port in body.inputs.items():
            show = partial(workspace.show_box, scope, Pick("input", name))
            detail = f"input   {port}   {scope and f'in {scope}'}"
            found.append(Choice(name, detail, f"{name} {detail}", show))
    return found
