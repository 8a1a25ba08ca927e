"""The checker: finds the problems of a graph, and the type of every wire.

    zoo.check(graph)                 every problem, in file order
    resolve(graph).root.nodes        every node with its settings and types

Named axes are unified over the whole graph, through blocks, repeats and scans, with integer arithmetic. An
error only suppresses what depends on it; the rest of the graph is still resolved.

    checking.py       the entry point: checks a whole graph, or a file
    session.py        one run, and what it has resolved so far; memory.py, what the next run reuses
    resolution.py     the result; findings.py, problems before they are located: codes, places

    planner.py        the pass over names: unknown names, cycles, unused nodes
      plan.py           its result; order.py, mentions.py, borrowed.py, params.py, scan_names.py, unused.py

    bodies.py         the pass over types: a body, node by node
      frame.py          a body in one of its uses; local.py, its sizes; known.py, what its names stand for
      nodes.py          one node of any kind; site.py, a node in its place; apply.py, one use
      targets.py        what a node can use: a layer or a block
      wiring.py         from `in:` to ports; patterns.py and fitting.py, whether types fit; causes.py, why not
      layers.py         a layer: settings.py, ranges.py, values.py; rules.py, the rules of its class
      blocks.py         a block; repeats.py, a stack; scans.py and scan_inputs.py, a scan
      masks.py          masks that are not wired
      ties.py           shared parameters; parameters.py, their shapes; freezing.py, frozen ones;
                        tie_cycles.py, cycles through several bodies

    future.py         leaks of the future into the past; flows.py, which inputs each output depends on
    deep.py           errors that only a layer's constructor detects
    post_norm.py      deep post-norm stacks
    measures.py       how many layers there are, and the axes that their settings depend on
    requirements.py   the distributions that a graph requires
    trying.py         a wire that is not drawn yet
"""

from zoo.checker.checking import check, check_file, resolve
from zoo.checker.memory import Memory
from zoo.checker.resolution import Resolution
from zoo.checker.trying import check_wire

__all__ = ["Memory", "Resolution", "check", "check_file", "check_wire", "resolve"]
