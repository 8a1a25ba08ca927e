"""Commands that make: boxes, wires, blocks, inputs, and order among them."""

from __future__ import annotations

from zoo_gui import actions
from zoo_gui.canvas import doing, making
from zoo_gui.canvas.wire_list import ask_wire
from zoo_gui.commands.command import Command, has_nodes, has_selection

COMMANDS = (
    Command(
        id="graph.quick_add",
        text="Add…",
        menu="Graph",
        about="Put a layer or block at the pointer, chosen by a few letters; on the canvas, Tab does it too",
        run=lambda window: doing.quick_add(window.canvas),
        keys=("Shift+A",),
    ),
    Command(
        id="graph.add_behind",
        text="Add behind…",
        menu="Graph",
        about="Put a layer or block behind the selected box, reading its first output",
        run=lambda window: doing.add_behind(window.canvas),
        keys=("Ctrl+Return",),
        enabled=has_selection,
    ),
    Command(
        id="graph.wire",
        text="Wire…",
        menu="Graph",
        about="Choose what an input of the selected box reads, or what reads its output",
        run=lambda window: ask_wire(window.canvas),
        keys=("Ctrl+K",),
        enabled=has_selection,
    ),
    Command(
        id="graph.reuse",
        text="Use again",
        menu="Graph",
        about="Add a node that applies the selected one again, with the same weights",
        run=lambda window: making.reuse(window.canvas),
        keys=("Ctrl+Shift+D",),
        enabled=has_nodes,
    ),
    Command(
        id="graph.new_input",
        text="New input",
        menu="Graph",
        about="Let something enter the body that is shown, and write its name and type",
        run=lambda window: making.new_input(window.canvas),
        rule=True,
    ),
    Command(
        id="graph.new_output",
        text="New output",
        menu="Graph",
        about="Let the selected box leave the body that is shown, and write the output's name",
        run=lambda window: making.new_output(window.canvas),
    ),
    Command(
        id="graph.new_param",
        text="New param",
        menu="Graph",
        about="Give the graph or block a number or word that its settings use as $name",
        run=lambda window: making.new_param(window.canvas),
    ),
    Command(
        id="graph.new_block",
        text="New block",
        menu="Graph",
        about="Make an empty block and go inside; the palette then offers it like a layer",
        run=lambda window: making.new_block(window.canvas),
        keys=("Ctrl+B",),
    ),
    Command(
        id="graph.group",
        text="Group into block",
        menu="Graph",
        about="Make a block of the selected nodes",
        run=lambda window: making.group(window.canvas),
        keys=("Ctrl+G",),
        enabled=has_nodes,
        rule=True,
    ),
    Command(
        id="graph.ungroup",
        text="Ungroup",
        menu="Graph",
        about="Put what is in the selected block in its place; make one node of a repeat",
        run=lambda window: actions.ungroup(window.workspace),
        keys=("Ctrl+Shift+G",),
        enabled=has_nodes,
    ),
    Command(
        id="graph.wrap",
        text="Wrap in repeat",
        menu="Graph",
        about="Stack the selected layer or block, each reading the one before it",
        run=lambda window: making.wrap(window.canvas),
        keys=("Ctrl+Alt+G",),
        enabled=has_nodes,
    ),
    Command(
        id="graph.layout_all",
        text="Lay out all",
        menu="Graph",
        about="Give every box back to the automatic layout",
        run=lambda window: doing.layout_all(window.canvas),
        keys=("Ctrl+Shift+L",),
        rule=True,
    ),
    Command(
        id="graph.layout_selection",
        text="Lay out selection",
        menu="Graph",
        about="Arrange the selected boxes where they stand",
        run=lambda window: doing.layout_selection(window.canvas),
        keys=("Ctrl+Alt+L",),
        enabled=has_selection,
    ),
)
