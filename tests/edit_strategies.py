"""Random edits that fit a given graph: of one kind, or of any.

Each kind has a drawer (``tests.drawn``). An edit that does not fit after all (a wire that would close
a cycle, a param in use) is drawn anew, a few times.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from tests.drawn import blocks as b
from tests.drawn import nodes as n
from tests.drawn import ports as p
from tests.drawn.drawer import Drawer, Drawn
from zoo import edits as e
from zoo.errors import EditError
from zoo.graph import (
    Graph,
)

KINDS: dict[type[e.Edit], Callable[[Drawer], Drawn]] = {
    e.AddNode: n.add_node,
    e.RemoveNode: n.remove_node,
    e.RemoveNodes: n.remove_nodes,
    e.RenameNode: n.rename_node,
    e.ReplaceNode: n.replace_node,
    e.MoveNode: n.move_node,
    e.MoveOutput: n.move_output,
    e.SetField: n.set_field,
    e.Connect: n.connect,
    e.Disconnect: n.disconnect,
    e.InsertOnWire: n.insert_on_wire,
    e.SetSetting: n.set_setting,
    e.UnsetSetting: n.unset_setting,
    e.VarySetting: n.vary_setting,
    e.Tie: n.tie,
    e.SetParam: p.set_param,
    e.RenameParam: p.rename_param,
    e.RemoveParam: p.remove_param,
    e.AddInput: p.add_input,
    e.SetInput: p.set_input,
    e.AddScanInput: p.add_scan_input,
    e.SetStart: p.set_start,
    e.RemoveInput: p.remove_input,
    e.RenameInput: p.rename_input,
    e.AddOutput: p.add_output,
    e.AddFinal: p.add_final,
    e.RemoveOutput: p.remove_output,
    e.RenameOutput: p.rename_output,
    e.AddBlock: b.add_block,
    e.RemoveBlock: b.remove_block,
    e.RenameBlock: b.rename_block,
    e.GroupIntoBlock: b.group,
    e.Ungroup: b.ungroup,
    e.WrapInRepeat: b.wrap,
    e.Unwrap: b.unwrap,
    e.Compound: b.compound,
}
"""A drawer for every kind of edit."""


@st.composite
def edits(draw: st.DrawFn, graph: Graph, kind: type[e.Edit] | None = None) -> e.Edit:
    """An edit that fits the graph."""
    for _ in range(8):
        drawer = KINDS[kind or draw(st.sampled_from([*KINDS]))]
        edit = drawer(Drawer(draw, graph))
        if isinstance(edit, e.Edit):
            try:
                edit.change(graph)
            except EditError:
                continue
            return edit
    return draw(st.nothing())
