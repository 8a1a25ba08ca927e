"""What commands do with the selection, when it takes more than one edit."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from zoo.edits import (
    Compound,
    Connect,
    Disconnect,
    Edit,
    GroupIntoBlock,
    RemoveInput,
    RemoveNodes,
    RemoveOutput,
    SetField,
    Ungroup,
    Unwrap,
    WrapInRepeat,
    wire_types,
)
from zoo.edits.cuts import free_name
from zoo.graph import Body, Call, Graph, Ref, Repeat, Reuse, visible
from zoo.wires import End, node_wires, wires
from zoo_gui.places import is_frozen, scope_of
from zoo_gui.selection import Chosen, Pick
from zoo_gui.workspace import Workspace


def chosen_nodes(workspace: Workspace) -> tuple[str, ...]:
    """The names of the selected nodes, in the order of the file."""
    names = {pick.name for pick in workspace.selection if isinstance(pick, Pick) and pick.kind == "node"}
    return tuple(name for name in workspace.body.nodes if name in names)


def delete(workspace: Workspace, *, heal: bool = False) -> bool:
    """Remove what is selected. With ``heal``, what read a node with one wire in and one output reads on."""
    edit = removal(workspace.graph, workspace.scope, workspace.selection, heal=heal)
    return edit is not None and workspace.perform(edit)


def removal(graph: Graph, scope: str, chosen: Collection[Chosen], *, heal: bool) -> Edit | None:
    """The edit that removes what is selected in a body; None when nothing is."""
    body = graph.body(scope)
    picks = sorted(one for one in chosen if isinstance(one, Pick))
    nodes = tuple(pick.name for pick in picks if pick.kind == "node")
    ends = [end for end in chosen if isinstance(end, End) and end.node not in nodes]
    ends.sort(key=lambda end: (str(end), end.index or 0), reverse=True)  # a list gets shorter from its end
    edits: list[Edit] = [*_healed(body, scope, set(nodes))] if heal and nodes else []
    edits += [Disconnect(scope, end) for end in ends]
    edits += [RemoveNodes(scope, nodes)] if nodes else []
    edits += [RemoveInput(scope, pick.name) for pick in picks if pick.kind == "input"]
    outputs = [pick.name for pick in picks if pick.kind == "output"]
    edits += [RemoveOutput(scope, name) for name in outputs if not _goes_with(body, name, nodes, ends)]
    if not edits:
        return None
    label = edits[0].describe() if len(edits) == 1 else f"remove {len(chosen)} things"
    return Compound(tuple(edits), RemoveNodes(scope, nodes).describe() if nodes else label)


def _goes_with(body: Body, output: str, nodes: Collection[str], ends: Collection[End]) -> bool:
    """Whether an output is gone already, with what it reads or with its wire."""
    found = [(end, ref) for end, ref in wires(body) if not end.node and end.port == output]
    return any(end.part != "next" and (ref.node in nodes or end in ends) for end, ref in found)


def _healed(body: Body, scope: str, gone: set[str]) -> Iterator[Connect]:
    """The wires that go on from what a removed node reads to what reads it."""
    read: dict[str, set[str | None]] = {}
    for _, ref in wires(body):
        read.setdefault(ref.node, set()).add(ref.port)
    for end, ref in wires(body):
        if ref.node in gone and end.node not in gone:
            source: Ref | None = ref
            while source is not None and source.node in gone:
                into = [each for _, each in node_wires(source.node, body.nodes[source.node])]
                through = len(into) == 1 and len(read[source.node]) == 1
                source = into[0] if through else None
            if source is not None:
                yield Connect(scope, end, source)


def freezable(workspace: Workspace) -> tuple[str, ...]:
    """The selected nodes that can be frozen: all but those that apply the module of another."""
    body = workspace.body
    return tuple(name for name in chosen_nodes(workspace) if not isinstance(body.nodes[name], Reuse))


def are_frozen(workspace: Workspace) -> bool:
    """Whether every selected node that can be frozen is."""
    names = freezable(workspace)
    return bool(names) and all(is_frozen(workspace.body.nodes[name]) for name in names)


def freeze(workspace: Workspace) -> bool:
    """Freeze the selected nodes; where all are frozen, let them learn again."""
    names, on = freezable(workspace), not are_frozen(workspace)
    nodes = workspace.body.nodes
    edits = [
        SetField(workspace.scope, name, "freeze", on) for name in names if is_frozen(nodes[name]) is not on
    ]
    if not edits:
        workspace.refused.emit("select nodes to freeze; what applies another again is frozen there")
        return False
    if len(edits) == 1:
        return workspace.perform(edits[0])
    return workspace.perform(Compound(tuple(edits), f"{'freeze' if on else 'unfreeze'} {len(edits)} nodes"))


def group(workspace: Workspace) -> str | None:
    """Make a block of the selected nodes and select it; its name, None when that does not fit."""
    names = chosen_nodes(workspace)
    scope, graph = workspace.scope, workspace.graph
    block = free_name("block", {*graph.blocks, *visible(workspace.body)})
    known = scope_of(workspace.resolution, scope) if workspace.fresh else None
    types = wire_types(workspace.body, known) if known else {}
    if not workspace.perform(GroupIntoBlock(scope, names, block, types=types)):
        return None
    workspace.select([Pick("node", block)])
    return block


def ungroup(workspace: Workspace) -> bool:
    """Put the nodes of every selected block in its place; make one node of a selected repeat."""
    done = False
    for name in chosen_nodes(workspace):
        node = workspace.body.nodes[name]
        before = set(workspace.body.nodes)
        if isinstance(node, Repeat):
            done = workspace.perform(Unwrap(workspace.scope, name)) or done
            continue
        known = scope_of(workspace.resolution, workspace.scope) if workspace.fresh else None
        types = wire_types(workspace.body, known) if known else {}
        if workspace.perform(Ungroup(workspace.scope, name, types=types)):
            workspace.select(Pick("node", each) for each in workspace.body.nodes if each not in before)
            done = True
    return done


def wrap(workspace: Workspace, count: int = 2) -> bool:
    """Stack the one selected layer or block ``count`` times; the count is a setting after that."""
    names = chosen_nodes(workspace)
    if len(names) != 1:
        workspace.refused.emit("select one layer or block to repeat; group several into a block first")
        return False
    name = names[0]
    node = workspace.body.nodes[name]
    carry: tuple[str, ...] = ()
    if isinstance(node, Call) and ("" in node.inputs or len(node.inputs) != 1):
        carry = _carried(workspace, name)
    return workspace.perform(WrapInRepeat(workspace.scope, name, count, carry))


def _carried(workspace: Workspace, name: str) -> tuple[str, ...]:
    """The port of a node through which layers of a stack are joined: the first one that has its output's
    type.
    """
    known = scope_of(workspace.resolution, workspace.scope)
    resolved = known.nodes.get(name) if known else None
    if known is None or resolved is None:
        return ()
    types = list(resolved.types.values())
    for port, wire in resolved.inputs.items():
        if isinstance(wire, Ref) and wire.node in known.nodes:
            read = known.nodes[wire.node].types.get(wire.port or "")
        else:
            read = known.inputs.get(wire.node) if isinstance(wire, Ref) else None
        if read is not None and read in types[:1]:
            return (port,)
    return ()


def select_all(workspace: Workspace) -> None:
    """Select every box of the body that is shown."""
    body = workspace.body
    nodes = [Pick("node", name) for name in body.nodes]
    workspace.select([*nodes, *(Pick("input", name) for name in visible(body) if name not in body.nodes)])
