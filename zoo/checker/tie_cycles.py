"""Cycles of ties that pass through several bodies; ``ties`` finds those within a single one.

A tie inside a block may continue a tie of the enclosing graph. Therefore the links of the whole graph are
followed, by the names of parameters in the model: ``encoder.0.attend.weight``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zoo.checker.findings import Finding, TreePath
from zoo.checker.resolution import BlockUse, RepeatUse, ResolvedNode, ScanUse, Scope
from zoo.graph import Repeat

Nodes = Mapping[str, ResolvedNode]


def check(root: Scope) -> list[Finding]:
    """One finding for each cycle of ties that crosses the boundary of a block."""
    search = _Search()
    if not any(search.has_ties(use.scope.nodes) for use, _ in _blocks(root.nodes)):
        return []
    search.collect(root.nodes, (), (), "", ())
    return [*search.cycles()]


@dataclass(frozen=True, slots=True)
class _Link:
    """A tie in the model: the name of its owner, the path of the block that declares it, and its place."""

    owner: str
    block: tuple[str, ...]
    path: tuple[str, ...]
    file: str
    at: TreePath


class _Search:
    def __init__(self) -> None:
        self.links: dict[str, _Link] = {}
        """The ties by the name of the tied parameter; if there are two, the outer one counts."""
        self._tied: dict[int, bool] = {}

    def has_ties(self, nodes: Nodes) -> bool:
        """Whether a body, or one inside it, contains ties."""
        if id(nodes) not in self._tied:
            self._tied[id(nodes)] = False
            inside = (use.scope.nodes for node in nodes.values() for use, _ in _inside(node))
            own = any(node.ties for node in nodes.values())
            self._tied[id(nodes)] = own or any(map(self.has_ties, inside))
        return self._tied[id(nodes)]

    def collect(
        self,
        nodes: Nodes,
        path: tuple[str, ...],
        block: tuple[str, ...],
        file: str,
        tree: TreePath,
        around: Sequence[Nodes] = (),
    ) -> None:
        """Collect the links of a body and of those inside it; ``around`` are the enclosing ones of a scan."""
        levels = [*around, nodes]
        for name, node in nodes.items():
            at = (*tree, "nodes", name)
            for parameter, tie in node.ties.items():
                owners = levels[len(levels) - 1 - tie.depth]
                owner = name_in_model(owners, tie.node, tie.parameter, path[: len(path) - tie.depth])
                link = _Link(owner, block, (*path, name), file, (*at, "tie", parameter))
                for sharer in sharers(nodes, name, parameter, path):
                    if sharer != owner:  # the one layer of a repeat whose parameter the others share
                        self.links.setdefault(sharer, link)
        for name, node in nodes.items():
            for use, index in _inside(node):
                inner, here = use.scope.nodes, (*path, name, *index)
                if not self.has_ties(inner):
                    continue
                if isinstance(use, ScanUse):
                    self.collect(inner, here, block, file, (*tree, "nodes", name, "scan"), levels)
                else:
                    self.collect(inner, here, here, use.file, ("blocks", use.name))

    def cycles(self) -> Iterator[Finding]:
        """Report each cycle once, at its outermost tie."""
        done: set[str] = set()
        for start in self.links:
            way: list[str] = []
            name = start
            while name in self.links and name not in done:
                done.add(name)
                way.append(name)
                name = self.links[name].owner
            cycle = way[way.index(name) :] if name in way else []
            if len({self.links[each].block for each in cycle}) < 2:
                continue
            first = min(cycle, key=lambda each: len(self.links[each].block))
            turn = cycle.index(first)
            told = " -> ".join([*cycle[turn:], *cycle[:turn], first])
            link = self.links[first]
            message = f"these ties form a cycle: {told}"
            yield Finding(
                "tie-cycle", message, "leave one of them out", path=link.path, file=link.file, at=link.at
            )


def _inside(node: ResolvedNode) -> Iterator[tuple[BlockUse | ScanUse, tuple[str, ...]]]:
    """The bodies in a node, each with its index in a repeat; layers that share one module are one."""
    use = node.use
    if isinstance(use, BlockUse | ScanUse):
        yield use, ()
    elif isinstance(use, RepeatUse):
        shared = _is_shared(node)
        for index, each in enumerate(use.each[:1] if shared else use.each):
            if isinstance(each, BlockUse):
                yield each, () if shared else (str(index),)


def _blocks(nodes: Nodes) -> Iterator[tuple[BlockUse, tuple[str, ...]]]:
    """The blocks in a body and in its scans."""
    for node in nodes.values():
        for use, index in _inside(node):
            if isinstance(use, BlockUse):
                yield use, index
            else:
                yield from _blocks(use.scope.nodes)


def sharers(nodes: Nodes, name: str, parameter: str, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The names in the model of the parameters that a tie replaces: one, or one per layer of a repeat.

    ``path`` is that of the body of ``nodes``.
    """
    node = nodes[name]
    if isinstance(node.use, RepeatUse) and not _is_shared(node) and not parameter.partition(".")[0].isdigit():
        for index in range(len(node.use.each)):
            yield name_in_model(nodes, name, f"{index}.{parameter}", path)
    else:
        yield name_in_model(nodes, name, parameter, path)


def name_in_model(nodes: Nodes, name: str, parameter: str, path: tuple[str, ...] = ()) -> str:
    """The name of a node's parameter in the model, in which layers with a shared module have no number."""
    found, rest, node = [*path, name], parameter.split("."), nodes.get(name)
    while node is not None and rest:
        use = node.use
        if isinstance(use, RepeatUse):
            index = 0
            if rest[0].isdigit():
                index, rest = int(rest[0]), rest[1:]
                found += [] if _is_shared(node) else [str(index)]
            use = use.each[index] if index < len(use.each) else None
        if not isinstance(use, BlockUse | ScanUse) or not rest:
            break
        found.append(rest[0])
        node, rest = use.scope.nodes.get(rest[0]), rest[1:]
    return ".".join([*found, *rest])


def _is_shared(node: ResolvedNode) -> bool:
    return isinstance(node.node, Repeat) and node.node.share
