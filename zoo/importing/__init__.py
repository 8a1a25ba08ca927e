"""Importing: plain PyTorch as a graph with its weights.

    importing.py    ``import_module``: the front door
    declaring.py    the inputs of a module: as declared, like examples, or found by trying
    recording.py    the module, run once: every call is looked at and drawn
    seen.py         what a tensor is: an output of a node, through turned axes and heads
    scope.py        a body while it is drawn
    at.py           what a rule is given
    functions.py    rules: which layer computes what a function does; those of one subject stand in
                    arithmetic.py, attention.py, axes.py, convolution.py, masks.py, norms.py, positions.py,
                    recurrent.py
    calling.py      rules as they are called, and modules
    deciding.py     Python that looks at numbers, or writes them
    modules.py      rules for modules that are known as a whole; transformer.py has those of most
    drawing.py      what is drawn of a run; placeholders
    folding.py      bodies that are done: blocks (blocks.py), repeats, shared weights
    looping.py      loops over an nn.ModuleList: what each pass does becomes a block
    naming.py       names of functions, classes and lines
    noting.py       what of a module its graph has not
    results.py      what a module gives, as outputs
    verifying.py    the module and the graph's model, on the same inputs
    programs.py     programs of torch.export, as modules again
    exported.py     files of torch.export; those of `zoo export` hold their graph
    foreign.py      errors in the user's code
    opening.py      what ``zoo import`` is given
    weights.py      weights that a module is given first
    saving.py       graph, used files and weights on the disk

A module is run rather than read: on sizes that no weight has, so that shapes tell what numbers mean, and
twice, so that nothing of these sizes stays in the graph.
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
