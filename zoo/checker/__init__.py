"""The checker: what is wrong with a graph, and what every wire of it carries.

    zoo.check(graph)                 every problem, in the order of the file
    resolve(graph).root.nodes        every node with its settings and types

Named axes are unified over the whole graph, through blocks, repeats and scans, with integer arithmetic. An
error silences only what depends on it: the rest of the graph stays known.

    checking.py       the front door: a whole graph, or a file
    session.py        one run, and what it has resolved already; memory.py, what the next run keeps
    resolution.py     the result; findings.py, problems on their way: codes, places

    planner.py        names alone: wires to nothing, cycles, what nothing reads
      plan.py           what it finds; order.py, mentions.py, borrowed.py, params.py, scan_names.py, unused.py

    bodies.py         types: a body, node by node
      frame.py          a body in one of its uses; local.py, its sizes; known.py, what its names stand for
      nodes.py          one node of whichever kind; site.py, a node in its place; apply.py, one use
      targets.py        what a node can be a use of: a layer or a block
      wiring.py         from `in:` to ports; patterns.py and fitting.py, whether types fit; causes.py, why not
      layers.py         a layer: settings.py, ranges.py, values.py; rules.py, what its class says itself
      blocks.py         a block; repeats.py, a stack; scans.py and scan_inputs.py, a walk
      masks.py          masks that are not wired
      ties.py           shared parameters; parameters.py, their shapes; freezing.py, frozen ones;
                        tie_cycles.py, circles through several bodies

    future.py         the future in the past; flows.py, what each output carries of the inputs
    deep.py           what only a constructor refuses
    post_norm.py      deep post-norm stacks
    measures.py       how many layers there are, and what they are made with
    requirements.py   the distributions that a graph requires
    trying.py         a wire that is not drawn yet
"""

from zoo.checker.checking import check, check_file, resolve
from zoo.checker.memory import Memory
from zoo.checker.resolution import Resolution
from zoo.checker.trying import check_wire

__all__ = ["Memory", "Resolution", "check", "check_file", "check_wire", "resolve"]
