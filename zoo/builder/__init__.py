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

What ``add`` gives can be wired as it is when it has one output; ``walk.out`` and ``walk["out"]`` are
the output ``out``. Wires come one after the other or by the name of their port, several to one port as
a list; everything else that has a name is a setting: a number, a text, a param, an expression of params
(``+ - * //``).

``build`` gives the immutable graph that ``zoo.load`` would give for the same drawing, as often as it is
asked. A name that is taken or a wire from another body is an EditError at once, in the line that did
it; ``zoo.check`` knows the rest.
"""

from zoo.builder.graphs import BlockBuilder, GraphBuilder
from zoo.builder.handles import Expression, Node, Output
from zoo.builder.scans import ScanNode, StepBuilder

__all__ = ["BlockBuilder", "Expression", "GraphBuilder", "Node", "Output", "ScanNode", "StepBuilder"]
