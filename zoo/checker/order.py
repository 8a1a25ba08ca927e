"""Topological order of the nodes of a body, and the cycles that prevent one.

A depth-first traversal in file order, linear in nodes and wires, so that a file that is already sorted keeps
its order. Only if it meets a cycle, networkx finds the strongly connected components.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

Reads: TypeAlias = Mapping[str, Collection[str]]
"""For each node, the nodes that it reads."""

_LONGEST = 12  # the number of nodes of a cycle that a message names


def arrange(reads: Reads, first: Reads) -> tuple[list[str], list[list[str]]]:
    """The nodes in topological order, and the cycles, each beginning with its first node in the file.

    ``first`` gives further nodes that should precede a node, though it does not read them (those it reuses);
    they are ignored if they would close a cycle. Nodes in cycles are ordered as if they read nothing.
    """
    if first:
        both = {name: [*sources, *first.get(name, ())] for name, sources in reads.items()}
        if (order := _walk(both, frozenset())) is not None:
            return order, []
    order = _walk(reads, frozenset())
    if order is not None:
        return order, []
    components = _cyclic_components(reads)
    order = _walk(reads, frozenset(name for component in components for name in component))
    assert order is not None  # without these wires, no cycle is left
    return order, [_cycle(reads, component) for component in components]


def told(cycle: Sequence[str]) -> str:
    """A cycle for a message, in the direction of data flow: ``feed -> cell -> attend -> feed``."""
    if len(cycle) > _LONGEST:
        cycle = [*cycle[: _LONGEST - 2], f"… {len(cycle) - _LONGEST + 1} more …", cycle[-1]]
    return " -> ".join([*cycle, cycle[0]])


def _walk(reads: Reads, loose: frozenset[str]) -> list[str] | None:
    """The nodes in topological order; None if there is a cycle. What ``loose`` nodes read is ignored."""
    order: list[str] = []
    done: set[str] = set()
    for name in reads:
        if name in done:
            continue
        if name in loose or done.issuperset(reads[name]):
            done.add(name)
            order.append(name)
            continue
        open_: set[str] = {name}
        stack = [(name, iter(reads[name]))]
        while stack:
            current, rest = stack[-1]
            for source in rest:
                if source in done:
                    continue
                if source in open_:
                    return None
                open_.add(source)
                stack.append((source, iter(() if source in loose else reads[source])))
                break
            else:
                stack.pop()
                done.add(current)
                order.append(current)
    return order


def _cyclic_components(reads: Reads) -> list[set[str]]:
    """The strongly connected components that contain a cycle, in file order."""
    import networkx as nx

    flow = _flow(reads, reads)
    components: list[set[str]] = [set(each) for each in nx.strongly_connected_components(flow)]
    cyclic = [each for each in components if len(each) > 1 or any(name in reads[name] for name in each)]
    place = {name: index for index, name in enumerate(reads)}
    return sorted(cyclic, key=lambda component: min(map(place.__getitem__, component)))


def _cycle(reads: Reads, component: set[str]) -> list[str]:
    """One cycle of a component, in the direction of data flow, from its first node in the file."""
    import networkx as nx

    inside = [name for name in reads if name in component]
    edges: list[tuple[str, str]] = list(nx.find_cycle(_flow(reads, inside), source=inside[0]))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # its stubs lack types
    cycle = [source for source, _ in edges]
    place = {name: index for index, name in enumerate(inside)}
    start = min(range(len(cycle)), key=lambda index: place[cycle[index]])
    return cycle[start:] + cycle[:start]


def _flow(reads: Reads, names: Iterable[str]) -> nx.DiGraph[str]:
    import networkx as nx

    chosen = set(names)
    flow: nx.DiGraph[str] = nx.DiGraph()
    flow.add_nodes_from(names)
    flow.add_edges_from((source, name) for name in names for source in reads[name] if source in chosen)
    return flow
