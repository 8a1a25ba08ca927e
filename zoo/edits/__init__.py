"""Edits: every change of a graph is a small piece of data.

    after, undo = Connect("", End("encoder", "inputs", "x"), Ref("embed")).apply(graph)
    before, redo = undo.apply(after)

``apply`` gives a new graph and the edit that undoes the change; the old graph is as it was, and the two share
what did not change. EditError when an edit does not fit, with a guess at what was meant. ``describe`` says an
edit in the words of the undo history. A ``scope`` says whose body is meant: ``zoo.graph``.

Edits keep what names rest on: renaming follows a name wherever it is used, removing takes the wires along.
They refuse what leads nowhere (wires to nothing, cycles, a block in itself) and what no file could say. Types
and settings are the checker's, so that a drawing may be unfinished.
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
