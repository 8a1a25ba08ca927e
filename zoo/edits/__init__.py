"""Edits: changes of a graph as small immutable objects.

    after, undo = Connect("", End("encoder", "inputs", "x"), Ref("embed")).apply(graph)
    before, redo = undo.apply(after)

``apply`` returns the new graph and the edit that undoes the change; the old graph is unchanged, and the two
share everything that is equal. It raises EditError, with a suggestion, if the edit does not fit. ``describe``
is the edit's entry in the undo history. A ``scope`` addresses a body (see ``zoo.graph``).

Edits preserve references: renaming updates a name wherever it is used, and removing a node removes its wires.
They refuse invalid structure (wires to nothing, cycles, a block inside itself) and whatever a file cannot
express. Types and settings are left to the checker, so that a graph may be incomplete while it is drawn.

    base.py           the base class of edits, compound edits, and look-ups
    nodes.py          nodes; settings.py, their settings; fields.py, their other fields
    wiring.py         wires
    inputs.py         inputs of bodies; outputs.py, their outputs; params.py, their params
    blocks.py         blocks
    grouping.py       a selection into a block; ungrouping.py, the reverse
    stacking.py       a node into a repeat, and the reverse
    patch.py          the difference between two graphs

    paths.py          references by ``reuse`` and ``tie``; expressions.py, by ``$name``
    cuts.py           wires that cross the border of a selection; moves.py, references that move with it
    boxes.py          boxes of outputs in the layout
    checks.py         structural checks; words.py, what a file can express
"""

from zoo.edits.base import Compound, Edit, Undo
from zoo.edits.blocks import AddBlock, RemoveBlock, RenameBlock
from zoo.edits.cuts import port_of, wire_types
from zoo.edits.fields import SetField
from zoo.edits.grouping import GroupIntoBlock
from zoo.edits.inputs import AddInput, AddScanInput, RemoveInput, RenameInput, SetInput, SetStart
from zoo.edits.nodes import AddNode, MoveNode, RemoveNode, RemoveNodes, RenameNode, ReplaceNode
from zoo.edits.outputs import AddFinal, AddOutput, MoveOutput, RemoveOutput, RenameOutput
from zoo.edits.params import RemoveParam, RenameParam, SetParam
from zoo.edits.settings import SetSetting, Tie, UnsetSetting, VarySetting
from zoo.edits.stacking import Unwrap, WrapInRepeat
from zoo.edits.ungrouping import Ungroup
from zoo.edits.wiring import Connect, Disconnect, InsertOnWire, wire_at
from zoo.wires import End

__all__ = [
    "AddBlock",
    "AddFinal",
    "AddInput",
    "AddNode",
    "AddOutput",
    "AddScanInput",
    "Compound",
    "Connect",
    "Disconnect",
    "Edit",
    "End",
    "GroupIntoBlock",
    "InsertOnWire",
    "MoveNode",
    "MoveOutput",
    "RemoveBlock",
    "RemoveInput",
    "RemoveNode",
    "RemoveNodes",
    "RemoveOutput",
    "RemoveParam",
    "RenameBlock",
    "RenameInput",
    "RenameNode",
    "RenameOutput",
    "RenameParam",
    "ReplaceNode",
    "SetField",
    "SetInput",
    "SetParam",
    "SetSetting",
    "SetStart",
    "Tie",
    "Undo",
    "Ungroup",
    "UnsetSetting",
    "Unwrap",
    "VarySetting",
    "WrapInRepeat",
    "port_of",
    "wire_at",
    "wire_types",
]
