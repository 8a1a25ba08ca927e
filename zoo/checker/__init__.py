"""The checker: what is wrong with a graph, and what every wire of it carries.

    zoo.check(graph)                 every problem, in the order of the file
    resolve(graph).root.nodes        every node with its settings and types

Named axes are unified over the whole graph, through blocks, repeats and scans, with integer arithmetic. An
error silences only what depends on it: the rest of the graph stays known.

    resolution.py   the result
    findings.py     problems on their way: codes, places
    plan.py         names alone: order, cycles, what is unused (order.py, mentions.py, borrowed.py, unused.py)
    frame.py        a body in one of its uses: what its names stand for
    patterns.py     one type against one port
    wiring.py       from `in:` to ports; fitting.py: do the types fit
    layers.py       a layer: settings.py, values.py, rules.py, masks.py
    blocks.py       a block; repeats.py, scans.py, and nodes.py for all kinds
    ties.py         shared parameters; parameters.py, measures.py, requirements.py
    checking.py     the front door; memory.py, what one check leaves for the next; trying.py, a wire not yet
    drawn
"""

from zoo.checker.checking import check, check_file, resolve
from zoo.checker.memory import Memory
from zoo.checker.resolution import Resolution
from zoo.checker.trying import check_wire

__all__ = ["Memory", "Resolution", "check", "check_file", "check_wire", "resolve"]
