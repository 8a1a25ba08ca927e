"""Edits of wires as gestures mean them: only the wire that is meant changes, however short the file is."""

from __future__ import annotations

from collections.abc import Iterable

from zoo.checker import check_wire
from zoo.edits import Compound, Connect, Disconnect, Edit, End, ReplaceNode
from zoo.errors import EditError
from zoo.graph import Graph, Ref, Scan
from zoo.problems import Problem
from zoo_gui.canvas.picture import Inlet
from zoo_gui.canvas.ports import Find, inlets_of, meant, ports_of, spelled_out
from zoo_gui.workspace import Workspace


def fit(workspace: Workspace, inlet: Inlet, source: Ref) -> Problem | None:
    """Why a wire does not fit in the body that is shown; None when it does, or when that is not known yet."""
    if not workspace.fresh or workspace.resolution is None:
        return None
    try:
        return check_wire(workspace.resolution, workspace.scope, inlet.named or inlet.end, source)
    except EditError:  # the node has only just come
        return None


def connect(graph: Graph, scope: str, inlet: Inlet, source: Ref, find: Find) -> Edit:
    """The edit that lets an inlet read an output."""
    end = inlet.end
    if not end.node:
        return Connect(scope, end, source)
    node = graph.body(scope).nodes[end.node]
    if isinstance(node, Scan) or not end.port or "" not in node.inputs:
        return Connect(scope, end, source)
    ports = ports_of(graph, scope, end.node, find)
    first = meant(node, ports.inputs, _nameless(node.inputs[""])) if ports else ""
    if isinstance(node.inputs[""], Ref) or ports is None or ports.inputs[first].variadic:
        return Connect(scope, end, source, first=first)
    spelled = spelled_out(node, ports.inputs)  # a list for several ports: each gets its name
    edits = (ReplaceNode(scope, end.node, spelled), Connect(scope, end, source))
    return Compound(edits, edits[1].describe())


def _nameless(wire: object) -> End:
    return End("", "inputs", "", None if isinstance(wire, Ref) else 0)


def disconnect(graph: Graph, scope: str, end: End, find: Find) -> Edit:
    """The edit that takes a wire away, and leaves the others where they are."""
    node = graph.body(scope).nodes.get(end.node)
    ports = ports_of(graph, scope, end.node, find) if node is not None else None
    if node is None or ports is None or isinstance(node, Scan) or end.port or end.index is None:
        return Disconnect(scope, end)
    port = meant(node, ports.inputs, end)
    if not port or ports.inputs[port].variadic:
        return Disconnect(scope, end)
    spelled = spelled_out(node, ports.inputs)
    edits = (ReplaceNode(scope, end.node, spelled), Disconnect(scope, End(end.node, "inputs", port)))
    return Compound(edits, f"disconnect {end.node}.{port}")


def move_end(graph: Graph, scope: str, old: Inlet, new: Inlet, source: Ref, find: Find) -> Edit:
    """The edit that lets a wire end elsewhere."""
    first = connect(graph, scope, new, source, find)
    after = first.change(graph)
    end = old.end
    node = after.body(scope).nodes.get(end.node)
    if node is not None:
        ports = ports_of(after, scope, end.node, find)
        places = [inlet for inlet in inlets_of(end.node, node, ports) if inlet.port == old.port]
        end = next((inlet.end for inlet in places if inlet.end.index == end.index), end)
        end = next((inlet.end for inlet in places if end.index is None), end)
    return Compound((first, disconnect(after, scope, end, find)), f"move a wire to {new.end}")


def best_inlet(workspace: Workspace, inlets: Iterable[Inlet], source: Ref) -> Inlet | None:
    """The inlet that a wire dropped on a box means: one that fits, rather free than wired, rather needed than
    not; where none fits, the first that is free.
    """
    ranked = sorted(inlets, key=lambda inlet: (inlet.wired, inlet.optional and not inlet.more, inlet.more))
    fitting = (inlet for inlet in ranked if fit(workspace, inlet, source) is None)
    return next(fitting, ranked[0] if ranked else None)
