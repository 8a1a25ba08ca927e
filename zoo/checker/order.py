"""An order in which every node comes after what it reads, and the cycles that forbid one.

Linear in nodes and wires: a depth-first walk that visits each once, in the order of the file, so that a file
that is already in order keeps it. Only when the walk meets a cycle, networkx names the nodes that are in one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

Reads: TypeAlias = Mapping[str, Collection[str]]
"""For each node the nodes that it reads."""

_LONGEST = 12  # nodes of a cycle that are named before the rest is left out


def arrange(reads: Reads, first: Reads) -> tuple[list[str], list[list[str]]]:
    """The nodes in order, and the cycles, each beginning with its first node in the file.

    ``first`` names nodes that should come before a node though it does not read them (what it reuses); a
    cycle that only they close is none. Nodes in cycles stand in the order of the file, as if they read
    nothing of it.
    """
    if first:
        both = {name: [*sources, *first.get(name, ())] for name, sources in reads.items()}
        if (order := _walk(both, frozenset())) is not None:
            return order, []
    order = _walk(reads, frozenset())
    if order is not None:
        return order, []
    knots = _knots(reads)
    order = _walk(reads, frozenset(name for knot in knots for name in knot))
    assert order is not None  # what is left without the knots has no cycle
    return order, [_cycle(reads, knot) for knot in knots]


def told(cycle: Sequence[str]) -> str:
    """The cycle as people read it, along the flow: ``feed -> cell -> attend -> feed``."""
    if len(cycle) > _LONGEST:
        cycle = [*cycle[: _LONGEST - 2], f"… {len(cycle) - _LONGEST + 1} more …", cycle[-1]]
    return " -> ".join([*cycle, cycle[0]])


def _walk(reads: Reads, loose: frozenset[str]) -> list[str] | None:
    """Every node after what it reads; None when a cycle stands in the way. What ``loose`` nodes read is
    ignored.
    """
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


def _knots(reads: Reads) -> list[set[str]]:
    """The sets of nodes that reach each other."""
    import networkx as nx

    flow = _flow(reads, reads)
    knots: list[set[str]] = [set(knot) for knot in nx.strongly_connected_components(flow)]
    place = {name: index for index, name in enumerate(reads)}
    tangled: list[set[str]] = [
        knot for knot in knots if len(knot) > 1 or any(name in reads[name] for name in knot)
    ]
    return sorted(tangled, key=lambda knot: min(map(place.__getitem__, knot)))


def _cycle(reads: Reads, knot: set[str]) -> list[str]:
    """One cycle of a knot along the flow, beginning with its first node in the file."""
    import networkx as nx

    inside = [name for name in reads if name in knot]
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
