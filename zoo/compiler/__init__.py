"""The compiler: from a checked graph to Python source, and from that to an ``nn.Module``.

    compiling.py    the front door: check, write, execute, build
    survey.py       what must be known of the whole graph first
    writer.py       writing classes: program.py, body.py, building.py, calls.py, blocks.py, uses.py, ties.py
    lowerings.py    the ways to write the class of a scan, by name; each scan takes the first that takes it
    walk.py         the class of a scan but for the walk itself: hoisting.py, masking.py, states.py
    loop.py         the walk as a loop over its steps
    whole.py        the walk as one call: fused.py of cells that have one, drawn.py of cells that are drawn
    merging.py      which of these one call takes together: merges.py, and single.py for what it needs of each
    recognition/    what a drawn cell computes, as a formula
    scan.py         the walk as a function of one step, which can be exported for any length
    names.py        names that Python can stand; text.py: literals, expressions, calls that fit the page
    unit.py         the source executed: classes, tracebacks, pickles
    target.py       where a model is to be, and in which dtype
    materialise.py  building a model: placeholders.py, seeds.py, sharing.py, tables.py, twins.py
    exhausted.py    errors that say that memory is used up
    model.py        the model: inputs.py examines what it is called with, notes.py explains its errors,
                    explaining.py how it runs, tracing.py gives it to torch.fx; unrolled.py is compiled

``step/`` writes a second program over the modules of a model: the same graph piece by piece.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.compiler.compiling import compile_graph as compile_graph
    from zoo.compiler.model import CompiledGraph as CompiledGraph

_HOME = {"CompiledGraph": "zoo.compiler.model", "compile_graph": "zoo.compiler.compiling"}

__all__ = ["CompiledGraph", "compile_graph"]


def __getattr__(name: str) -> Any:
    """Load what is asked for: who needs only ``seeds``, as the tasks do, does not wait for all of it."""
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.compiler' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
