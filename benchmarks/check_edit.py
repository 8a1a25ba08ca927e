"""What the checker costs: a whole graph, and one edit of a graph of 1,000 nodes (goal: 16 ms, a frame).

Processor time, a warm-up first; the median and the worst of forty. ``from nothing`` checks the graph without
a memory, the others are edits one after another, with the memory of the check before. A full garbage
collection, which may fall into any of them, takes the longer the more a process has loaded (with torch a
tenth of a second); a program with frames to draw calls ``gc.freeze()`` once its packs are loaded, as is done
here.

    python benchmarks/check_edit.py [nodes]
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median

import zoo
from zoo.checker import Memory, resolve
from zoo.graph import Call, Frozen, Graph, Ref, Value, put
from zoo.sizes import Name
from zoo.spec import Port

GOAL = 16.0


def residual_net(nodes: int) -> Graph:
    """norm, linear, tanh, add, again and again: outputs read twice, widths solved and given."""
    found: dict[str, Call] = {}
    before = Ref("x")
    for index in range(0, nodes, 4):
        norm, linear, act, add = (f"{kind}{index // 4}" for kind in ("norm", "linear", "act", "add"))
        width: Frozen[str, Value] = Frozen({"output": Name("$dim")})
        found[norm] = Call(use="norm/layer_norm", inputs=Frozen({"": before}))
        found[linear] = Call(use="basic/linear", settings=width, inputs=Frozen({"": Ref(norm)}))
        found[act] = Call(use="basic/tanh", inputs=Frozen({"": Ref(linear)}))
        found[add] = Call(use="basic/add", inputs=Frozen({"": (before, Ref(act))}))
        before = Ref(add)
    port = Port("float", (Name("batch"), Name("time"), Name("$dim")))
    return Graph(
        name="residual",
        params=Frozen({"dim": 64}),
        inputs=Frozen({"x": port}),
        outputs=Frozen({"out": before}),
        nodes=Frozen(found),
    )


def settings(graph: Graph) -> Iterator[Graph]:
    """A setting in the middle, on and off: one type stays as it is."""
    name = f"linear{len(graph.nodes) // 8}"
    node = graph.nodes[name]
    assert isinstance(node, Call)
    while True:
        for bias in (False, True):
            changed = replace(node, settings=put(node.settings, "bias", bias))
            yield replace(graph, nodes=put(graph.nodes, name, changed))


def wires(graph: Graph) -> Iterator[Graph]:
    """A wire in the middle, to and fro."""
    name = f"norm{len(graph.nodes) // 8}"
    node = graph.nodes[name]
    assert isinstance(node, Call)
    while True:
        for source in ("add0", "act0"):
            changed = replace(node, inputs=Frozen({"": Ref(source)}))
            yield replace(graph, nodes=put(graph.nodes, name, changed))


def mistakes(graph: Graph) -> Iterator[Graph]:
    """The first width wrong and right again: everything behind it hears of it."""
    node = graph.nodes["linear0"]
    assert isinstance(node, Call)
    while True:
        for width in (65, Name("$dim")):
            changed = replace(node, settings=put(node.settings, "output", width))
            yield replace(graph, nodes=put(graph.nodes, "linear0", changed))


def params(graph: Graph) -> Iterator[Graph]:
    """A param that every node's width hangs on: all nodes are resolved again."""
    dim = 64
    while True:
        dim += 1
        yield replace(graph, params=Frozen({"dim": dim}))


def milliseconds(check: Callable[[], object], times: int = 40) -> list[float]:
    """Processor times, sorted, the first left out."""
    taken: list[float] = []
    for _ in range(times + 1):
        start = time.process_time()
        check()
        taken.append((time.process_time() - start) * 1e3)
    return sorted(taken[1:])


def main() -> None:
    """Print the table."""
    registry = zoo.registry()
    graph = residual_net(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    gc.collect()
    gc.freeze()
    print(f"{len(graph.nodes)} nodes{'':<20} {'goal, ms':>8} {'median':>7} {'worst':>7} {'µs a node':>10}")
    rows: list[tuple[str, Callable[[], object]]] = [("from nothing", lambda: resolve(graph, registry))]
    for edit in (settings, wires, mistakes, params):
        edited, memory = edit(graph), Memory()
        resolve(graph, registry, memory=memory)
        title = f"edit: {edit.__name__}"
        rows.append(
            (title, lambda edited=edited, memory=memory: resolve(next(edited), registry, memory=memory))
        )
    for title, check in rows:
        taken = milliseconds(check)
        middle = median(taken)
        each = middle * 1e3 / len(graph.nodes)
        print(f"{title:<30} {GOAL:>8.1f} {middle:>7.2f} {taken[-1]:>7.2f} {each:>10.1f}")


if __name__ == "__main__":
    main()
