"""Building a graph in Python, node by node.

    >>> import zoo
    >>> g = zoo.Graph.new("tagger", about="Embeds words, walks over them, scores each.")
    >>> dim = g.param("dim", 64)
    >>> words = g.input("words", "int batch time")
    >>> embed = g.add("embed", "basic/embedding", words, vocab=1000, dim=dim)
    >>> walk = g.scan("walk", over="time")
    >>> with walk as step:
    ...     x = step.each("x", embed)
    ...     h = step.state("h", "zeros batch $dim")
    ...     cell = step.add("cell", "recurrent/gru_cell", x=x, h=h, hidden=dim)
    ...     step.next(h=cell)
    ...     step.stack("out", cell)
    >>> with g.block("feed") as feed:
    ...     hidden = feed.param("hidden")
    ...     x = feed.input("x", "float batch time dim")
    ...     up = feed.add("up", "feedforward/ffn", x, hidden=hidden)
    ...     feed.output("out", feed.add("add", "basic/add", x, up))
    >>> stack = g.repeat("stack", 2, feed, carry={"x": walk.out}, hidden=dim * 4)
    >>> scores = g.add("scores", "basic/linear", stack, output=1000, bias=False).tie(weight=embed.weight)
    >>> g.output("scores", scores)
    >>> graph = g.build()
    >>> print(graph.nodes["stack"].settings["hidden"])
    $dim * 4
    >>> zoo.check(graph)
    []

A node with a single output can be wired directly; ``walk.out`` and ``walk["out"]`` are its output ``out``.
Wires are given by position or by the name of their port, several to one port as a list. Every other named
argument is a setting: a number, a text, a param, or an expression of params (``+ - * //``).

``build`` returns the same immutable graph as ``zoo.load`` for an equivalent file, and can be called
repeatedly. A name that is taken, or a wire from another body, raises an EditError immediately, at the
responsible line; ``zoo.check`` finds all other problems.
"""

from zoo.builder.graphs import BlockBuilder, GraphBuilder
from zoo.builder.handles import Expression, Node, Output
from zoo.builder.scans import ScanNode, StepBuilder

__all__ = ["BlockBuilder", "Expression", "GraphBuilder", "Node", "Output", "ScanNode", "StepBuilder"]
