"""Sizes: the integers and named axes that shapes are made of.

They have two forms:

* an **expression** represents source text (``$dim * 4``, ``time-1``): it keeps the order of its terms when
  printed, and is evaluated with a lookup for its names;
* a **size** is a value: an ``int`` if it is known, otherwise a ``Symbolic``, an integer polynomial over named
  axes in a normal form, so that ``dim + hidden == hidden + dim`` is a plain comparison.

``$name`` is a param of a graph or block; a bare name is an axis (or, in a layer's hint, one of its settings).
"""

from zoo.sizes.expressions import LARGEST, Expr, Name, Op, names, parse
from zoo.sizes.values import (
    Quotient,
    Size,
    Symbolic,
    evaluate,
    expression,
    linear,
    substitute,
    symbol,
)

__all__ = [
    "LARGEST",
    "Expr",
    "Name",
    "Op",
    "Quotient",
    "Size",
    "Symbolic",
    "evaluate",
    "expression",
    "linear",
    "names",
    "parse",
    "substitute",
    "symbol",
]
