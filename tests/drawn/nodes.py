"""Edits of nodes, wires and settings."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.drawn.drawer import Drawer, Drawn
from tests.strategies import axis_names, layers, texts, values
from zoo import edits as e
from zoo.edits.boxes import output_names
from zoo.graph import (
    Block,
    Call,
    Frozen,
    Graph,
    Repeat,
    Reuse,
    Scan,
    Wire,
    visible,
)
from zoo.wires import wires


def add_node(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    ref = d.ref(scope)
    inputs = Frozen[str, Wire]({"": ref} if ref else {})
    of = d.one(d.graph.body(scope).nodes)
    node = (
        Call(use=d.draw(layers), inputs=inputs)
        if of is None or d.draw(st.booleans())
        else Reuse(of=of, inputs=inputs)
    )
    return e.AddNode(scope, d.name(), node, d.index())


def remove_node(d: Drawer) -> Drawn:
    place = d.node()
    return place and e.RemoveNode(*place)


def remove_nodes(d: Drawer) -> Drawn:
    place = d.node()
    if place is None:
        return None
    chosen = d.draw(st.lists(st.sampled_from([*d.graph.body(place[0]).nodes]), min_size=1, unique=True))
    return e.RemoveNodes(place[0], tuple(chosen))


def rename_node(d: Drawer) -> Drawn:
    place = d.node()
    return place and e.RenameNode(*place, d.name())


def replace_node(d: Drawer) -> Drawn:
    place = d.node(Call, Repeat, Reuse)
    return place and e.ReplaceNode(*place, Call(use=d.draw(layers)))


def move_node(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    name = d.one(visible(d.graph.body(scope)))
    place = st.tuples(st.integers(-99, 99), st.integers(-99, 99))
    return name and e.MoveNode(scope, name, d.draw(st.none() | place))


def move_output(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    name = d.one(output_names(d.graph.body(scope)))
    place = st.tuples(st.integers(-99, 99), st.integers(-99, 99))
    return name and e.MoveOutput(scope, name, d.draw(st.none() | place))


def set_field(d: Drawer) -> Drawn:
    place = d.node()
    if place is None or d.draw(st.booleans()):
        return e.SetField(d.scope(Graph, Block) or "", "", "about", d.draw(texts))
    scope, name = place
    node = d.graph.body(scope).nodes[name]
    if not isinstance(node, Reuse) and d.draw(st.booleans()):
        return e.SetField(scope, name, "freeze", d.draw(st.booleans()))
    if isinstance(node, Call):
        return e.SetField(scope, name, "use", d.draw(layers))
    if isinstance(node, Repeat):
        return e.SetField(scope, name, "count", d.draw(st.integers(0, 9)))
    if isinstance(node, Scan):
        return e.SetField(scope, name, "over", d.draw(axis_names))
    of = d.one(d.graph.body(scope).nodes)
    return of and e.SetField(scope, name, "of", of)


def connect(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    end, ref = d.end(scope), d.ref(scope)
    return end and ref and e.Connect(scope, end, ref, d.draw(st.booleans()), d.name())


def disconnect(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    end = d.one(end for end, _ in wires(d.graph.body(scope)))
    return end and e.Disconnect(scope, end)


def insert_on_wire(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    end = d.one(end for end, _ in wires(d.graph.body(scope)))
    return end and e.InsertOnWire(scope, end, d.name(), Call(use=d.draw(layers)))


def set_setting(d: Drawer) -> Drawn:
    place = d.node(Call, Repeat)
    return place and e.SetSetting(*place, d.name(), d.draw(values(d.params(place[0]))))


def unset_setting(d: Drawer) -> Drawn:
    place = d.node(Call, Repeat)
    node = place and d.graph.body(place[0]).nodes[place[1]]
    if not place or not isinstance(node, Call | Repeat):
        return None
    setting = d.one([*node.settings, *(node.vary if isinstance(node, Repeat) else ())])
    return setting and e.UnsetSetting(*place, setting)


def vary_setting(d: Drawer) -> Drawn:
    place = d.node(Repeat)
    node = place and d.graph.body(place[0]).nodes[place[1]]
    if not place or not isinstance(node, Repeat):
        return None
    count = node.count if isinstance(node.count, int) else 2
    several = st.lists(values(d.params(place[0])), min_size=count, max_size=count)
    return e.VarySetting(*place, d.name(), tuple(d.draw(several)))


def tie(d: Drawer) -> Drawn:
    place = d.node(Call, Repeat)
    node = place and d.graph.body(place[0]).nodes[place[1]]
    if not place or not isinstance(node, Call | Repeat):
        return None
    if node.tie and d.draw(st.booleans()):
        return e.Tie(*place, d.draw(st.sampled_from([*node.tie])), None)
    target = d.one(d.graph.body(place[0]).nodes)
    return e.Tie(*place, "weight", f"{target}.weight")
