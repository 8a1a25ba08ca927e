"""Importing: plain PyTorch as a graph with its weights.

    importing.py    ``import_module``: the entry point
    declaring.py    the inputs of a module: declared, from examples, or found by trial
    recording.py    running the module once, and recording every call
    seen.py         what a tensor is: an output of a node, with permuted axes and split heads
    scope.py        a body that is being recorded
    at.py           the context that a rule gets
    functions.py    rules: which layer computes what a function does; by subject in arithmetic.py,
                    attention.py, axes.py, convolution.py, masks.py, norms.py, positions.py, recurrent.py
    calling.py      calling conventions of rules and modules
    deciding.py     Python code that depends on values, or writes them
    modules.py      rules for whole modules; most of them in transformer.py
    drawing.py      the recorded graph; placeholders
    folding.py      finished bodies: blocks (blocks.py), repeats, shared weights
    looping.py      loops over an nn.ModuleList: each iteration becomes a block
    naming.py       names of functions, classes and lines
    noting.py       parts of a module that its graph lacks
    results.py      the result of a module as outputs
    verifying.py    comparing the module with the graph's model on the same inputs
    programs.py     programs of torch.export, converted back to modules
    exported.py     files of torch.export; those of `zoo export` contain their graph
    foreign.py      errors in the user's code
    opening.py      the argument of ``zoo import``
    weights.py      loading weights into a module first
    saving.py       writing graph, used files and weights

A module is run rather than parsed. Its axes get sizes that no weight has, so that a shape reveals the meaning
of a number, and it is run twice, so that these sizes do not end up in the graph.
"""

from zoo.errors import ImportingError
from zoo.importing.exported import import_file
from zoo.importing.importing import Imported, import_module, import_program
from zoo.importing.opening import opened
from zoo.importing.saving import save
from zoo.importing.weights import load_weights

__all__ = [
    "Imported",
    "ImportingError",
    "import_file",
    "import_module",
    "import_program",
    "load_weights",
    "opened",
    "save",
]
