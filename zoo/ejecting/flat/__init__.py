"""A program of many classes as one: blocks and scans written out where they are used.

    parts.py           the classes of a program as code that can be put elsewhere
    unfolding.py       ``__init__``: modules without a class, under the same names
    inlining.py        ``forward``: the code of modules in the place of their calls
    substituting.py    other names, and other expressions, in the place of names
    copies.py          copies of variables that say nothing, taken out
    holding.py         results that nobody reads any more, let go

What is put together is the program that ``compile`` would execute, whatever lowerings wrote it.
"""

from __future__ import annotations

from dataclasses import replace

from zoo.compiler.program import Line, ModuleClass, Program
from zoo.ejecting.flat.holding import releasing
from zoo.ejecting.flat.inlining import inlined
from zoo.ejecting.flat.parts import Parts
from zoo.ejecting.flat.unfolding import unfolded
from zoo.ejecting.printing import statements

__all__ = ["flattened"]


def flattened(program: Program, root: ModuleClass) -> ModuleClass:
    """The class of a graph that needs no other class of its program, with the same names of weights."""
    parts = Parts(program)
    part = parts[root.name]
    init = unfolded(part, parts, program.reserved)
    forward = releasing(inlined(part, program.reserved))
    return replace(
        root,
        init=[Line(text) for text in statements(init, 8, parts.beside)],
        forward=[Line(text) for text in statements(forward, 8, parts.beside)],
    )
