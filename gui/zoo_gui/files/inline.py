"""A graph that uses no other files any more: the blocks that it used from them become blocks of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from zoo.edits.cuts import free_name
from zoo.files.words import split_use
from zoo.graph import EMPTY, Block, Call, Frozen, Graph, Node, Repeat, Scan

Name = Callable[[str], str]


def inlined(graph: Graph) -> Graph:
    """The graph with the blocks of other files taken in, and those that they are made of."""
    if not graph.files:
        return graph
    taken = _Taking(graph)
    nodes = _renamed(graph.nodes, lambda use: taken.name(graph, use))
    for name, block in graph.blocks.items():
        taken.blocks[name] = replace(block, nodes=_renamed(block.nodes, lambda use: taken.name(graph, use)))
    return replace(graph, nodes=nodes, blocks=Frozen(taken.blocks), files=EMPTY)


class _Taking:
    """``blocks`` are those of the graph and those taken in so far."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.blocks: dict[str, Block] = dict(graph.blocks)
        self._names: dict[tuple[int, str], str] = {}

    def name(self, home: Graph, use: str) -> str:
        """What ``use``, as it stands in the file ``home``, is called in the graph."""
        if "#" in use:
            file, block = split_use(use)
            return self._block(home.files[file], block) if file in home.files else use
        return use if home is self._graph or "/" in use else self._block(home, use)

    def _block(self, home: Graph, name: str) -> str:
        key = (id(home), name)
        if key not in self._names and name in home.blocks:
            new = self._names[key] = free_name(name, self.blocks)
            block = self.blocks[new] = home.blocks[name]  # its name is taken before those inside it
            self.blocks[new] = replace(block, nodes=_renamed(block.nodes, lambda use: self.name(home, use)))
        return self._names.get(key, name)


def _renamed(nodes: Frozen[str, Node], name: Name) -> Frozen[str, Node]:
    return Frozen({key: _node(node, name) for key, node in nodes.items()})


def _node(node: Node, name: Name) -> Node:
    if isinstance(node, Scan):
        return replace(node, nodes=_renamed(node.nodes, name))
    if isinstance(node, Call | Repeat):
        use = name(node.use)
        return node if use == node.use else replace(node, use=use)
    return node
