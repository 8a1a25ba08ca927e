"""What a graph costs, as formulas: in its params and the lengths of its inputs.

    found = formulas(zoo.checker.resolve(graph))
    formula(found.flops)           # 8·batch·time·dim² + 4·batch·time²·dim + …
    str(found.sequential)          # O(1), O(time), O(source + target), …

No layer declares any of it. Layers are called without weights at a few sizes and the polynomials through
the counts are found, exact or not at all; how long the longest chain of operations is, one behind the other,
is read off the tensors that they hand on; how far a place of the output sees, off the gradients.

    fitting.py     the polynomial through counts, proven at further points
    orders.py      how something grows: O(1), O(log time), O(source + target)
    depth.py       the longest chain of operations of a call
    probing.py     how far along an axis an output sees
    places.py      what the sizes around a layer are in the whole graph
    layers.py      one layer in its place in a graph: counts, chains, reach
    parameters.py  whose parameters count, and how often; those that are tied live elsewhere
    graphs.py      the sum over a graph, symbolic
    paths.py       the longest way between two places of a sequence
"""

from zoo.formulas.graphs import Formulas, formulas
from zoo.formulas.orders import Order

__all__ = ["Formulas", "Order", "formulas"]
