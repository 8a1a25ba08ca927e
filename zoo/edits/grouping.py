"""The edit that turns a selection of nodes into a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from zoo.edits.base import Edit
from zoo.edits.blocks import check_block
from zoo.edits.checks import check_new, check_node, check_unused
from zoo.edits.cuts import cut_in, cut_out
from zoo.edits.expressions import names_in_node, names_in_port
from zoo.edits.moves import boxes_in, check_reuse, ties_in, ties_out
from zoo.edits.paths import check_unhidden
from zoo.errors import EditError, did_you_mean
from zoo.graph import Block, Body, Call, Frozen, Graph, Node, Ref, Scan
from zoo.sizes import Name
from zoo.spec import Port
from zoo.wires import path_back_from, reads, rewire, rewire_node


@dataclass(frozen=True, slots=True)
class GroupIntoBlock(Edit):
    """Turns some nodes into a block, and replaces them by one node, named ``node`` or like the block.

    Wires across the border become inputs and outputs of the block, and the params used inside become its
    params. ``types`` are the types of the incoming wires, except those from inputs of the body;
    ``wire_types`` computes them. Ties to parameters outside move to the new node.
    """

    scope: str
    nodes: tuple[str, ...]
    block: str
    node: str = ""
    types: Mapping[Ref, Port] = field(default_factory=dict[Ref, Port])

    def change(self, graph: Graph) -> Graph:
        body, holder = graph.body(self.scope), self.node or self.block
        chosen = self._chosen(body)
        check_unused(graph.blocks, self.block, "a block")
        check_new(_without(body, chosen), holder, "a node")
        check_unhidden(graph, self.scope, holder)
        check_reuse(graph, self.scope, chosen)
        graph, ties = ties_out(ties_in(graph, self.scope, chosen, holder), self.scope, chosen)

        body = graph.body(self.scope)
        chosen = {name: body.nodes[name] for name in chosen}
        inputs, outputs = cut_in(chosen), cut_out(body, chosen)
        block = self._block(body, chosen, inputs, outputs)
        call = _use(self.block, block, inputs, ties)
        ports = {ref: Ref(holder, port if len(outputs) > 1 else None) for ref, port in outputs.items()}
        body = rewire(_with_holder(body, chosen, holder, call), lambda ref: ports.get(ref, ref))

        graph = graph.with_body(self.scope, body)
        graph = replace(graph, blocks=Frozen({**graph.blocks, self.block: block}))
        check_block(graph, self.block)
        check_node(graph, self.scope, holder)
        return boxes_in(graph, self.scope, chosen, holder, self.block)

    def _chosen(self, body: Body) -> dict[str, Node]:
        if not self.nodes:
            raise EditError("a block is made of at least one node, and none is given")
        for name in self.nodes:
            if name not in body.nodes:
                raise EditError(f"there is no node '{name}' here{did_you_mean(name, body.nodes)}")
        chosen = {name: node for name, node in body.nodes.items() if name in self.nodes}
        outside = {name for node in chosen.values() for name in reads(node)} - chosen.keys()
        way = path_back_from(body, sorted(outside), chosen)
        if way is not None:
            between = " and ".join(f"'{each}'" for each in reversed(way[:-1]))
            raise EditError(f"a wire leaves these nodes and comes back through {between}; group these too")
        return chosen

    def _block(
        self, body: Body, chosen: Mapping[str, Node], inputs: Mapping[Ref, str], outputs: Mapping[Ref, str]
    ) -> Block:
        types = {port: self._type(body, ref) for ref, port in inputs.items()}
        names = [name for node in chosen.values() for name in names_in_node(node)]
        names += [name for type_ in types.values() for name in names_in_port(type_)]
        inner = {ref: Ref(port) for ref, port in inputs.items()}
        return Block(
            params=Frozen(dict.fromkeys(name[1:] for name in names if name.startswith("$"))),
            inputs=Frozen(types),
            outputs=Frozen({port: ref for ref, port in outputs.items()}),
            nodes=Frozen(
                {name: rewire_node(node, lambda ref: inner.get(ref, ref)) for name, node in chosen.items()}
            ),
        )

    def _type(self, body: Body, ref: Ref) -> Port:
        if ref in self.types:
            return self.types[ref]
        if not isinstance(body, Scan) and ref.port is None and ref.node in body.inputs:
            return body.inputs[ref.node]
        raise EditError(
            f"'{ref}' enters the block, and its type is not known; complete the wires before it first"
        )

    def describe(self) -> str:
        return f"group {', '.join(self.nodes)} into {self.block}"


def _use(name: str, block: Block, inputs: Mapping[Ref, str], ties: Mapping[str, str]) -> Call:
    """The node that uses the block in place of its nodes."""
    wired = {port: ref for ref, port in inputs.items()}
    if [port.optional for port in block.inputs.values()] == [False]:
        wired = dict(zip([""], inputs, strict=True))
    settings = {param: Name(f"${param}") for param in block.params}
    return Call(use=name, settings=Frozen(settings), inputs=Frozen(wired), tie=Frozen(ties))


def _without(body: Body, chosen: Mapping[str, Node]) -> Body:
    return replace(
        body, nodes=Frozen({name: node for name, node in body.nodes.items() if name not in chosen})
    )


def _with_holder(body: Body, chosen: Mapping[str, Node], holder: str, node: Node) -> Body:
    """The body with ``node`` at the position of the last of the chosen ones, which are removed."""
    *_, last = chosen
    found: dict[str, Node] = {}
    for name, each in body.nodes.items():
        if name == last:
            found[holder] = node
        elif name not in chosen:
            found[name] = each
    return replace(body, nodes=Frozen(found))
