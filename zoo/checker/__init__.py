"""The checker: what is wrong with a graph, and what every wire of it carries.

    zoo.check(graph)                 every problem, in the order of the file
    resolve(graph).root.nodes        every node with its settings and types

Named axes are unified over the whole graph, through blocks, repeats and scans, with integer arithmetic. An
error silences only what depends on it: the rest of the graph stays known.

    checking.py     the front door
    resolution.py   the result; findings.py, problems on their way: codes, places
    planner.py      names alone: plan.py, order.py, mentions.py, borrowed.py, unused.py, params.py,
    scan_names.py frame.py        a body in one of its uses: local.py, known.py, site.py bodies.py
    resolving a body; nodes.py, one node of whichever kind; session.py, one run wiring.py       from `in:` to
    ports; patterns.py, fitting.py: do the types fit targets.py      what a node can be a use of; apply.py,
    one use of it layers.py       a layer: settings.py, ranges.py, values.py, rules.py, masks.py blocks.py
    a block; repeats.py, a stack; scans.py and scan_inputs.py, a walk ties.py         shared parameters;
    parameters.py, measures.py, requirements.py memory.py       what one check leaves for the next; trying.py,
    a wire not yet drawn
"""

from zoo.checker.checking import check, check_file, resolve
from zoo.checker.memory import Memory
from zoo.checker.resolution import Resolution
from zoo.checker.trying import check_wire

__all__ = ["Memory", "Resolution", "check", "check_file", "check_wire", "resolve"]
