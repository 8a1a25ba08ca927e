"""Recognising a cell that is drawn: what a body computes, as a formula, beside the formulas of known cells.

    terms.py       sums of products of numbers, gates and matrix products: equal where functions are equal
    interpreter.py the term of a layer's output: the layer is run on tensors without contents, and watched
    cells.py       the terms of ``torch.nn.RNN``, ``GRU`` and ``LSTM``
    weights.py     which parameters are the weights of the cell
    passthrough.py layers that change nothing: they hand inputs on, or set them side by side

Two terms that are equal are the same function, whatever nodes drew them. The reverse does not hold, and
need not: what is not recognised runs as the loop that it is drawn as.
"""

from zoo.compiler.recognition.cells import Match, match
from zoo.compiler.recognition.interpreter import Interpreter, NoTerm, interpret
from zoo.compiler.recognition.passthrough import passed_through
from zoo.compiler.recognition.terms import Row

__all__ = ["Interpreter", "Match", "NoTerm", "Row", "interpret", "match", "passed_through"]
