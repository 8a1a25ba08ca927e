"""Edits of params, inputs and outputs."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.drawn.drawer import Drawer, Drawn
from tests.strategies import names, ports, scalars
from zoo import edits as e
from zoo.edits.boxes import output_names
from zoo.graph import (
    Block,
    Graph,
    Scan,
    Zeros,
    visible,
)
from zoo.sizes import Name


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
