"""The edit that replaces the use of a block by the block's nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from zoo.edits.base import Edit, node_at, without
from zoo.edits.blocks import uses
from zoo.edits.checks import check_node
from zoo.edits.cuts import free_name
from zoo.edits.expressions import Meanings, in_body, names_in_node
from zoo.edits.moves import boxes_out, ties_without
from zoo.edits.nodes import RenameNode
from zoo.edits.paths import block_of, check_unhidden, lookup, nodes
from zoo.edits.wiring import required_port
from zoo.errors import EditError
from zoo.graph import (
    Block,
    Body,
    Call,
    Frozen,
    Graph,
    Node,
    Ref,
    Repeat,
    Reuse,
    Scan,
    Value,
    join,
    kind,
    put,
    visible,
)
from zoo.sizes import Name, Op
from zoo.spec import Port
from zoo.wires import rewire, rewire_node


@dataclass(frozen=True, slots=True)
class Ungroup(Edit):
    """Replaces a node that uses a block by the nodes of the block.

    Params are replaced by their values, and names that are taken get the node's name as a prefix; if the node
    was frozen, the new nodes are. The block is removed if nothing else uses it, unless ``keep`` is set. As a
    scan in the block uses the block's own axis names, ``types`` must give the types of the node's inputs,
    except those from inputs of the body.
    """

    scope: str
    name: str
    keep: bool = False
    types: Mapping[Ref, Port] = field(default_factory=dict[Ref, Port])

    def change(self, graph: Graph) -> Graph:
        node = node_at(graph, self.scope, self.name)
        if not isinstance(node, Call) or not block_of(graph, node):
            what = "only a use of a block of this file is ungrouped"
            raise EditError(f"'{self.name}' is a {kind(node)}; {what}")
        for place, other in nodes(graph):
            if isinstance(other, Reuse) and lookup(graph, place[0], other.of) == (self.scope, self.name):
                raise EditError(f"'{join(*place)}' reuses '{self.name}', and a reuse needs one node to be of")
        given = _given(graph, self.name, node)
        block, names = self._copied(graph, node.use)
        block = in_body(block, {**_params(self.name, node, block), **self._axes(graph, block, given)})
        return self._inlined(graph, node, block, given, names)

    def _copied(self, graph: Graph, use: str) -> tuple[Block, dict[str, str]]:
        """The block with nodes renamed if their names are taken, and the new names."""
        taken = set(visible(graph.body(self.scope))) - {self.name}
        block = graph.blocks[use]
        copy = free_name(use, graph.blocks)
        graph = replace(graph, blocks=Frozen({**graph.blocks, copy: block}))
        names: dict[str, str] = {}
        for name in block.nodes:
            new = name
            if name in taken:
                new = free_name(f"{self.name}_{name}", taken | {*visible(block)})
                graph = RenameNode(f"#{copy}", name, new).change(graph)
            if new != self.name:
                check_unhidden(graph, self.scope, new)
            names[name] = new
            taken.add(new)
        return graph.blocks[copy], names

    def _axes(self, graph: Graph, block: Block, given: Mapping[str, Ref]) -> Meanings:
        """The outer names of the axes that the block's scans refer to."""
        names = (name for node in block.nodes.values() for name in names_in_node(node))
        needed = {name for name in names if not name.startswith("$")}
        found: dict[str, Value] = {}
        unknown: dict[str, Ref] = {}
        for port, type_ in block.inputs.items():
            outer = self._type(graph.body(self.scope), given[port]) if port in given else None
            for index, axis in enumerate(type_.shape):
                if not isinstance(axis, Name) or axis.text not in needed:
                    continue
                size = outer.shape[index] if outer and index < len(outer.shape) else None
                if isinstance(size, int | Name | Op):
                    found[axis.text] = size
                elif port in given:
                    unknown[axis.text] = given[port]
        for name, ref in unknown.items():
            if name not in found:
                message = f"a scan in the block names the axis '{name}', and the type of '{ref}' is not known"
                raise EditError(f"{message}; complete the wires before it first")
        return found

    def _type(self, body: Body, ref: Ref) -> Port | None:
        if ref in self.types:
            return self.types[ref]
        return None if isinstance(body, Scan) or ref.port is not None else body.inputs.get(ref.node)

    def _inlined(
        self, graph: Graph, node: Call, block: Block, given: Mapping[str, Ref], names: Mapping[str, str]
    ) -> Graph:
        """The graph with the node replaced by the nodes of ``block``, wired accordingly."""

        def outside(ref: Ref) -> Ref | None:
            return given.get(ref.node) if ref.node in block.inputs else ref

        outputs = {port: outside(ref) for port, ref in block.outputs.items()}

        def read(ref: Ref) -> Ref | None:
            if ref.node != self.name:
                return ref
            if ref.port is None and len(outputs) == 1:
                return next(iter(outputs.values()))
            if ref.port not in outputs:
                raise EditError(
                    f"'{ref}' is read, and block '{node.use}' has no such output; mend that first"
                )
            return outputs[ref.port]

        keep = self.keep or uses(graph, node.use) != [join(self.scope, self.name)]
        graph = ties_without(graph, self.scope, self.name, node.use, names)
        graph = boxes_out(graph, self.scope, self.name, node.use, names, keep)
        body = rewire(graph.body(self.scope), read)
        inner = Frozen({name: rewire_node(each, outside) for name, each in block.nodes.items()})
        if node.freeze:
            inner = Frozen(
                {
                    name: each if isinstance(each, Reuse) else replace(each, freeze=True)
                    for name, each in inner.items()
                }
            )
        for parameter, target in node.tie.items():
            first, _, rest = parameter.partition(".")
            inner = _tied(inner, names.get(first, first), rest, target)
        found: dict[str, Node] = {}
        for name, each in body.nodes.items():
            found.update(inner if name == self.name else {name: each})
        graph = graph.with_body(self.scope, replace(body, nodes=Frozen(found)))
        for name in inner:
            check_node(graph, self.scope, name)
        return graph if keep else replace(graph, blocks=without(graph.blocks, node.use))

    def describe(self) -> str:
        return f"ungroup {join(self.scope, self.name)}"


def _given(graph: Graph, name: str, node: Call) -> dict[str, Ref]:
    """What the node reads, by the inputs of its block."""
    found: dict[str, Ref] = {}
    for port, wire in node.inputs.items():
        target = port or required_port(graph, node)
        if target not in graph.blocks[node.use].inputs or not isinstance(wire, Ref):
            shown = f"{name}.{port}" if port else name
            raise EditError(f"block '{node.use}' has no input for the wire to '{shown}'; mend it first")
        found[target] = wire
    return found


def _params(name: str, node: Call, block: Block) -> Meanings:
    """The substitutions for the params of the block."""
    for setting in node.settings:
        if setting not in block.params:
            raise EditError(f"'{name}' sets '{setting}', which its block does not have; unset it first")
    found: dict[str, Value] = {}
    for param, default in block.params.items():
        found[f"${param}"] = node.settings.get(param, default)
        if found[f"${param}"] is None:
            raise EditError(f"'{name}' gives no value for '{param}' of block '{node.use}'; set it first")
    return found


def _tied(nodes_: Frozen[str, Node], name: str, parameter: str, target: str) -> Frozen[str, Node]:
    """The nodes with a tie of the ungrouped node moved to the node that it concerns."""
    node = nodes_.get(name)
    if isinstance(node, Scan) and parameter:
        first, _, rest = parameter.partition(".")
        return put(nodes_, name, replace(node, nodes=_tied(node.nodes, first, rest, target)))
    if not isinstance(node, Call | Repeat) or not parameter:
        raise EditError(f"the tie to '{target}' meets no parameter in the block; untie it first")
    return put(nodes_, name, replace(node, tie=put(node.tie, parameter, target)))
