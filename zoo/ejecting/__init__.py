"""Ejecting: a graph as one file of plain PyTorch, independent of the zoo.

    modules.py     the source of the modules of layers: what names refer to, and where that is defined
    globals.py     the global names that a piece of code reads
    hints.py       type hints in plain PyTorch
    writing.py     one definition as text, without what only the zoo uses
    members.py     which members of a class are written
    patching.py    a module's text with some of it replaced
    gathering.py   all definitions that are needed, under names that do not clash
    printing.py    statements as text that fits the page
    flat/          the classes of a graph as one
    page.py        the file: layers, classes, ``build()`` and ``main()``
    origin.py      the graph at the file's end, and reading it back

A definition is written as its author wrote it, with comments and docstrings; names are followed from the
classes of the graph until nothing new is needed.
"""

from zoo.ejecting.origin import Origin, origin
from zoo.ejecting.page import eject
from zoo.errors import EjectError

__all__ = ["EjectError", "Origin", "eject", "origin"]
