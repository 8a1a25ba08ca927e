"""The compiler: from a checked graph to Python source, and from that to an ``nn.Module``.

    driver.py            the front door: check, write, execute, build
    lowerings.py         the ways to write the class of a scan, by name; each scan takes the first that fits

Writing the program:

    survey.py            what must be known of the whole graph first
    program.py           the program: its classes, its lines, its imports
    writer.py            writes the class of each node once
      blocks.py          the class of a block, and of the graph itself
        constructors.py  the lines of ``__init__``; ties.py, those that share parameters
        calls.py         the lines of ``forward``; liveness.py, where results are let go
      scans/             the class of a scan, in each of its ways
      recognition/       what a drawn cell computes, as a formula
      merging/           several scans as one call
    body.py              what names, sizes and modules are called in one class
    queries.py           questions to a resolved graph: what a wire reads, what is needed, what serves whom
    names.py             names that Python can stand; text.py: literals, expressions, calls that fit the page

Building a model:

    unit.py              the program executed: classes, tracebacks, pickles
    target.py            where a model is to be, and in which dtype
    materialise.py       every layer at its place: placeholders.py stand there first, seeds.py seed it
    tied_weights.py      parameters that stay shared; tables.py: buffers that no ``state_dict`` holds
    meta_copies.py       layers without contents, built once and copied
    exhausted.py         errors that say that memory is used up

The model:

    model.py             what people hold; unrolled.py, compiled by ``torch.compile``
    inputs.py            what it is called with, examined
    error_notes.py       what its errors say of node and line
    explaining.py        how it runs, and why not faster; tracing.py, for passes of ``torch.fx``
    step/                a second program over its modules: the same graph piece by piece
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.compiler.driver import compile_graph as compile_graph
    from zoo.compiler.model import CompiledGraph as CompiledGraph

_HOME = {"CompiledGraph": "zoo.compiler.model", "compile_graph": "zoo.compiler.driver"}

__all__ = ["CompiledGraph", "compile_graph"]


def __getattr__(name: str) -> Any:
    """Load what is asked for: who needs only ``seeds``, as the tasks do, does not wait for all of it."""
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.compiler' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
