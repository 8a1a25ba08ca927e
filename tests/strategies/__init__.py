"""Random parts of graphs, for the property tests of everything that takes a graph.

``graphs`` draws graphs that are sound in structure: every wire reads a name that is there, nothing runs
in a cycle, ``reuse`` and ``tie`` find their nodes, blocks do not contain themselves, and all of it can
be written to a file. Layers have invented ids and types are drawn by chance, so the checker has plenty
to say about them.
"""

from tests.strategies.drawing import graphs
from tests.strategies.words import (
    axes,
    axis_names,
    expressions,
    floats,
    integers,
    layers,
    names,
    ports,
    scalars,
    texts,
    values,
)

__all__ = [
    "axes",
    "axis_names",
    "expressions",
    "floats",
    "graphs",
    "integers",
    "layers",
    "names",
    "ports",
    "scalars",
    "texts",
    "values",
]
