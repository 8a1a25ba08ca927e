"""The costs of a graph as formulas in its params and the lengths of its inputs.

    found = formulas(zoo.checker.resolve(graph))
    formula(found.flops)           # 8·batch·time·dim² + 4·batch·time²·dim + …
    str(found.sequential)          # O(1), O(time), O(source + target), …

Layers declare none of this. Each layer is called without weights at several sizes, and the polynomial through
the counts is found, either exactly or not at all. The longest chain of dependent operations is measured by
tracking tensors, and the reach of an output position by its gradients.

    fitting.py     the polynomial through counts, verified at further points
    orders.py      growth: O(1), O(log time), O(source + target)
    depth.py       the longest chain of operations of a call
    probing.py     how far along an axis an output sees
    places.py      the sizes around a layer in terms of the whole graph
    layers.py      one layer at its place in a graph: counts, chains, reach
    parameters.py  counting parameters: multiplicity, and ties to parameters elsewhere
    graphs.py      the symbolic sum over a graph
    paths.py       the longest path between two positions of a sequence
"""

from zoo.formulas.graphs import Formulas, formulas
from zoo.formulas.orders import Order

__all__ = ["Formulas", "Order", "formulas"]
