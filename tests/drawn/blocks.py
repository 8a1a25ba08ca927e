"""Edits of blocks and repeats, and several at once."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.drawn.drawer import Drawer, Drawn
from tests.drawn.nodes import rename_node, set_field
from tests.strategies import graphs, ports
from zoo import edits as e
from zoo.edits.cuts import cut_in
from zoo.edits.paths import nodes
from zoo.graph import (
    Call,
    Repeat,
)
from zoo.sizes import Name
from zoo.spec import Port
from zoo.wires import wires


def add_block(d: Drawer) -> Drawn:
    other = d.draw(graphs())
    block = d.one(
        block for block in other.blocks.values() if not any(isinstance(n, Call) for n in block.nodes.values())
    )
    return block and e.AddBlock(d.name(), block, d.index())


def remove_block(d: Drawer) -> Drawn:
    name = d.one(d.graph.blocks)
    return name and e.RemoveBlock(name)


def rename_block(d: Drawer) -> Drawn:
    name = d.one(d.graph.blocks)
    return name and e.RenameBlock(name, d.name())


def group(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    body = d.graph.body(scope)
    if not body.nodes:
        return None
    chosen = d.draw(st.lists(st.sampled_from([*body.nodes]), unique=True, min_size=1))
    read = cut_in({name: body.nodes[name] for name in chosen})
    types = {ref: d.draw(ports(d.params(scope))) for ref in read}
    return e.GroupIntoBlock(scope, tuple(chosen), d.name(), types=types)


def ungroup(d: Drawer) -> Drawn:
    place = d.one(
        place for place, node in nodes(d.graph) if isinstance(node, Call) and node.use in d.graph.blocks
    )
    if place is None:
        return None
    body = d.graph.body(place[0])
    types = {ref: Port("float", (Name("batch"), Name("time"), Name("dim"))) for _, ref in wires(body)}
    return e.Ungroup(*place, d.draw(st.booleans()), types)


def wrap(d: Drawer) -> Drawn:
    place = d.one(place for place, node in nodes(d.graph) if isinstance(node, Call) and node.inputs)
    if place is None:
        return None
    node = d.graph.body(place[0]).nodes[place[1]]
    assert isinstance(node, Call)
    return e.WrapInRepeat(*place, 3, (d.draw(st.sampled_from([*node.inputs])) or "x",))


def unwrap(d: Drawer) -> Drawn:
    place = d.node(Repeat)
    return place and e.Unwrap(*place)


def compound(d: Drawer) -> Drawn:
    first = set_field(d)
    second = rename_node(d)
    return e.Compound((first, second)) if isinstance(first, e.Edit) and isinstance(second, e.Edit) else None
