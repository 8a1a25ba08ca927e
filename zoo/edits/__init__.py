"""Edits: every change of a graph is a small piece of data.

    after, undo = Connect("", End("encoder", "inputs", "x"), Ref("embed")).apply(graph)
    before, redo = undo.apply(after)

``apply`` gives a new graph and the edit that undoes the change; the old graph is as it was, and the two share
what did not change. EditError when an edit does not fit, with a guess at what was meant. ``describe`` says an
edit in the words of the undo history. A ``scope`` says whose body is meant: ``zoo.graph``.

Edits keep what names rest on: renaming follows a name wherever it is used, removing takes the wires along.
They refuse what leads nowhere (wires to nothing, cycles, a block in itself) and what no file could say. Types
and settings are left to the checker, so that a drawing may be unfinished.

    base.py           what an edit is, several as one, and look-ups
    nodes.py          nodes; settings.py, what they are given; fields.py, their other fields
    wiring.py         wires
    inputs.py         what enters a body; outputs.py, what leaves it; params.py, its params
    blocks.py         blocks
    grouping.py       a selection into a block; ungrouping.py, and back
    stacking.py       a node into a repeat, and back
    patch.py          the difference between two graphs

    paths.py          who refers to whom by ``reuse`` and ``tie``; expressions.py, by ``$name``
    cuts.py           wires cut where nodes are set apart; moves.py, what goes with such nodes
    boxes.py          boxes of outputs in the layout
    checks.py         what fits where; words.py, what a file can say
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
