"""Random edits that fit a given graph: of one kind, or of any.

Each kind has a drawer: a function that looks at the graph and draws an edit which may fit, or None
where the graph holds nothing of its kind. An edit that does not fit after all (a wire that would close
a cycle, a param in use) is drawn anew, a few times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

from tests.strategies import axis_names, graphs, layers, names, ports, scalars, texts, values
from zoo import edits as e
from zoo.edits.boxes import output_names
from zoo.edits.cuts import cut_in
from zoo.edits.paths import bodies, nodes
from zoo.errors import EditError
from zoo.graph import (
    Block,
    Body,
    Call,
    Frozen,
    Graph,
    Ref,
    Repeat,
    Reuse,
    Scan,
    Wire,
    Zeros,
    split_scope,
    visible,
)
from zoo.sizes import Name
from zoo.spec import Port
from zoo.wires import End, wires

T = TypeVar("T")
Drawn: TypeAlias = e.Edit | str | None
"""An edit; whatever is none is no edit."""


class Drawer:
    """Draws from what a graph holds; None where there is nothing to draw from."""

    def __init__(self, draw: st.DrawFn, graph: Graph) -> None:
        self.draw, self.graph = draw, graph

    def one(self, things: Iterable[T]) -> T | None:
        found = [*things]
        return self.draw(st.sampled_from(found)) if found else None

    def scope(self, *kinds: type[Body]) -> str | None:
        return self.one(scope for scope, body in bodies(self.graph) if not kinds or isinstance(body, kinds))

    def node(self, *kinds: type[Call | Repeat | Scan | Reuse]) -> tuple[str, str] | None:
        return self.one(place for place, node in nodes(self.graph) if not kinds or isinstance(node, kinds))

    def index(self) -> int | None:
        return self.draw(st.none() | st.integers(0, 3))

    def name(self) -> str:
        return self.draw(names)

    def params(self, scope: str) -> list[str]:
        block, _ = split_scope(scope)
        return [*(self.graph.params if block is None else self.graph.blocks[block].params)]

    def ref(self, scope: str) -> Ref | None:
        """Something that can be read in a scope."""
        name = self.one(visible(self.graph.body(scope)))
        return None if name is None else Ref(name, self.draw(st.none() | names))

    def end(self, scope: str) -> End | None:
        """Where a wire of a scope ends now, or could end."""
        body = self.graph.body(scope)
        ends = [end for end, _ in wires(body)]
        ends += [
            End(name, "inputs", self.name())
            for name, node in body.nodes.items()
            if not isinstance(node, Scan)
        ]
        ends += [End(name, "mask") for name, node in body.nodes.items() if isinstance(node, Scan)]
        ends += [
            End(name, "carry", self.name()) for name, node in body.nodes.items() if isinstance(node, Repeat)
        ]
        if isinstance(body, Scan):
            ends += [End("", "next", state) for state in body.state]
        return self.one(ends)


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


def set_param(d: Drawer) -> Drawn:
    scope = d.scope(Graph, Block) or ""
    return e.SetParam(
        scope, d.draw(names | st.sampled_from([*d.params(scope), "n"])), d.draw(scalars), d.index()
    )


def rename_param(d: Drawer) -> Drawn:
    scope = d.scope(Graph, Block) or ""
    param = d.one(d.params(scope))
    return param and e.RenameParam(scope, param, d.name())


def remove_param(d: Drawer) -> Drawn:
    scope = d.scope(Graph, Block) or ""
    param = d.one(d.params(scope))
    return param and e.RemoveParam(scope, param, d.draw(st.booleans()))


def add_input(d: Drawer) -> Drawn:
    scope = d.scope(Graph, Block) or ""
    return e.AddInput(scope, d.name(), d.draw(ports(d.params(scope))), d.index())


def set_input(d: Drawer) -> Drawn:
    scope = d.scope(Graph, Block) or ""
    body = d.graph.body(scope)
    name = None if isinstance(body, Scan) else d.one(body.inputs)
    return name and e.SetInput(scope, name, d.draw(ports(d.params(scope))))


def add_scan_input(d: Drawer) -> Drawn:
    scope = d.scope(Scan)
    if scope is None:
        return None
    ref = d.ref(scope.rpartition(".")[0])
    if ref is None:
        return e.AddScanInput(scope, d.name(), "state", Zeros((Name("batch"),)), d.index())
    return e.AddScanInput(
        scope, d.name(), d.draw(st.sampled_from(["each", "state", "const"])), ref, d.index()
    )


def set_start(d: Drawer) -> Drawn:
    scope = d.scope(Scan)
    body = None if scope is None else d.graph.body(scope)
    state = d.one(body.state) if isinstance(body, Scan) else None
    return state and scope and e.SetStart(scope, state, Zeros((Name("batch"), 3)))


def _input(d: Drawer) -> tuple[str, str] | None:
    scope = d.scope() or ""
    body = d.graph.body(scope)
    name = d.one(name for name in visible(body) if name not in body.nodes)
    return None if name is None else (scope, name)


def remove_input(d: Drawer) -> Drawn:
    place = _input(d)
    return place and e.RemoveInput(*place)


def rename_input(d: Drawer) -> Drawn:
    place = _input(d)
    return place and e.RenameInput(*place, d.name())


def add_output(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    ref = d.ref(scope)
    return ref and e.AddOutput(scope, d.name(), ref, d.index())


def add_final(d: Drawer) -> Drawn:
    scope = d.scope(Scan)
    body = None if scope is None else d.graph.body(scope)
    state = d.one(body.state) if isinstance(body, Scan) else None
    return state and scope and e.AddFinal(scope, d.name(), state, d.index())


def remove_output(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    name = d.one(output_names(d.graph.body(scope)))
    return name and e.RemoveOutput(scope, name)


def rename_output(d: Drawer) -> Drawn:
    scope = d.scope() or ""
    name = d.one(output_names(d.graph.body(scope)))
    return name and e.RenameOutput(scope, name, d.name())


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


KINDS: dict[type[e.Edit], Callable[[Drawer], Drawn]] = {
    e.AddNode: add_node,
    e.RemoveNode: remove_node,
    e.RemoveNodes: remove_nodes,
    e.RenameNode: rename_node,
    e.ReplaceNode: replace_node,
    e.MoveNode: move_node,
    e.MoveOutput: move_output,
    e.SetField: set_field,
    e.Connect: connect,
    e.Disconnect: disconnect,
    e.InsertOnWire: insert_on_wire,
    e.SetSetting: set_setting,
    e.UnsetSetting: unset_setting,
    e.VarySetting: vary_setting,
    e.Tie: tie,
    e.SetParam: set_param,
    e.RenameParam: rename_param,
    e.RemoveParam: remove_param,
    e.AddInput: add_input,
    e.SetInput: set_input,
    e.AddScanInput: add_scan_input,
    e.SetStart: set_start,
    e.RemoveInput: remove_input,
    e.RenameInput: rename_input,
    e.AddOutput: add_output,
    e.AddFinal: add_final,
    e.RemoveOutput: remove_output,
    e.RenameOutput: rename_output,
    e.AddBlock: add_block,
    e.RemoveBlock: remove_block,
    e.RenameBlock: rename_block,
    e.GroupIntoBlock: group,
    e.Ungroup: ungroup,
    e.WrapInRepeat: wrap,
    e.Unwrap: unwrap,
    e.Compound: compound,
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
