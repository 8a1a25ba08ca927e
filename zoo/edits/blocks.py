"""Edits of the blocks of a graph: add, remove, rename."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zoo.edits.base import Edit, entry, inserted, renamed, without
from zoo.edits.checks import check_node, check_sources, check_unused
from zoo.edits.nodes import rename_in_layout
from zoo.edits.paths import Place, map_nodes, nodes, within
from zoo.edits.words import check_port, check_value
from zoo.errors import EditError
from zoo.graph import Block, Call, Graph, Node, Repeat, join
from zoo.wires import body_wires


@dataclass(frozen=True, slots=True)
class AddBlock(Edit):
    """Adds a block to the graph, before the one at ``index``, or at the end."""

    name: str
    block: Block
    index: int | None = None

    def change(self, graph: Graph) -> Graph:
        check_unused(graph.blocks, self.name, "a block")
        after = replace(graph, blocks=inserted(graph.blocks, self.name, self.block, self.index))
        check_block(after, self.name)
        return after

    def describe(self) -> str:
        return f"add block {self.name}"


def check_block(graph: Graph, name: str) -> None:
    """Raise EditError unless a block, including its contents, can be saved and is structurally valid."""
    block, scope = graph.blocks[name], f"#{name}"
    for param, value in block.params.items():
        check_unused((), param, "a param")
        check_value(value)
    for port, type_ in block.inputs.items():
        check_unused(block.nodes, port, "a node or input")
        check_port(type_)
    for node in block.nodes:
        check_unused((), node, "a node")
        check_node(graph, scope, node)
    for port in block.outputs:
        check_unused((), port, "an output")
    check_sources(block, (ref for _, ref in body_wires(block)))


@dataclass(frozen=True, slots=True)
class RemoveBlock(Edit):
    """Removes an unused block from the graph."""

    name: str

    def change(self, graph: Graph) -> Graph:
        entry(graph.blocks, self.name, "block")
        users = uses(graph, self.name)
        if users:
            raise EditError(f"block '{self.name}' is used by {', '.join(users)}; remove these first")
        layout = without(graph.layout, *(key for key in graph.layout if within(key, f"#{self.name}")))
        return replace(graph, blocks=without(graph.blocks, self.name), layout=layout)

    def describe(self) -> str:
        return f"remove block {self.name}"


def uses(graph: Graph, block: str) -> list[str]:
    """The paths of the nodes that use a block of the graph."""
    return [
        join(*place) for place, node in nodes(graph) if isinstance(node, Call | Repeat) and node.use == block
    ]


@dataclass(frozen=True, slots=True)
class RenameBlock(Edit):
    """Renames a block, including in its uses."""

    name: str
    new: str

    def change(self, graph: Graph) -> Graph:
        entry(graph.blocks, self.name, "block")
        if self.new == self.name:
            return graph
        check_unused(graph.blocks, self.new, "a block")

        def node_of(_: Place, node: Node) -> Node:
            used = isinstance(node, Call | Repeat) and node.use == self.name
            return replace(node, use=self.new) if used else node

        graph = map_nodes(graph, node_of)
        graph = replace(graph, blocks=renamed(graph.blocks, self.name, self.new))
        return rename_in_layout(graph, "", f"#{self.name}", f"#{self.new}")

    def describe(self) -> str:
        return f"rename block {self.name} to {self.new}"
