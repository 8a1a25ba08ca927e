"""The steps by which a graph grows: nodes of every kind, what scans feed back and give, other names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.grown.growing import Growing, Readable
from tests.grown.scans import cells, feed_back, scan
from tests.grown.wiring import LAYERS, settings, wiring
from zoo import edits as e
from zoo.graph import Block, Call, Frozen, Graph, Ref, Repeat, Reuse, Scan, Value, put
from zoo.sizes import Expr, Name, Symbolic, expression
from zoo.spec import Port

Step = Callable[[Growing], object]


def grow(seed: int, steps: int = 20) -> Growing:
    """A graph after so many steps, most of which it kept, with most of its nodes read."""
    grown = Growing(seed)
    for _ in range(steps):
        grown.random.choice(STEPS)(grown)
    for scope in reversed([*grown.scopes]):
        for each in grown.readable(scope):
            if each.ref.node in grown.body(scope).nodes and grown.chance(0.8):
                give(grown, scope, each.ref)
    return grown


def layer(grown: Growing, scope: str | None = None) -> None:
    scope = grown.scope() if scope is None else scope
    for spec in grown.some([*LAYERS.values()], 6):
        wired = wiring(grown, scope, spec.inputs)
        if wired is not None:
            call = Call(use=spec.id, settings=settings(grown, spec, scope), inputs=wired)
            if grown.apply(e.AddNode(scope, grown.fresh(scope), call)):
                return


def give(grown: Growing, scope: str, ref: Ref) -> bool:
    body = grown.body(scope)
    taken = {*body.stack, *body.final} if isinstance(body, Scan) else {*body.outputs}
    return grown.apply(e.AddOutput(scope, grown.name(taken), ref))


def output(grown: Growing) -> None:
    scope = grown.scope()
    each = grown.one(grown.readable(scope))
    if each is not None:
        give(grown, scope, each.ref)


def block(grown: Growing) -> None:
    """A block that takes what is there, some of it perhaps missing, with axes of its own; and a use of it."""
    scope = grown.scope()
    taken = grown.some(grown.readable(scope), grown.random.randint(1, 3))
    if not taken or all(each.optional for each in taken):
        return
    inputs: dict[str, Port] = {}
    wired: dict[str, Ref] = {}
    words: dict[object, Expr] = {}
    for each in taken:
        name = grown.name(inputs)
        inputs[name] = Port(each.type.dtype, _axes(grown, each, words), each.optional or grown.chance(0.2))
        if not inputs[name].optional or grown.chance(0.5):
            wired[name] = each.ref
    title = grown.name(grown.graph.blocks)
    first = next((name for name, port in inputs.items() if not port.optional), None)
    if first is None:
        return
    made = Block(inputs=Frozen(inputs), outputs=Frozen({grown.name(): Ref(first)}))
    graph = replace(grown.graph, blocks=put(grown.graph.blocks, title, made))
    around = graph.body(scope)
    call = Call(use=title, inputs=Frozen(wired))
    nodes = put(around.nodes, grown.fresh(scope), call)
    if grown.keep(graph.with_body(scope, replace(around, nodes=nodes))):
        for _ in range(grown.random.randint(1, 4)):
            layer(grown, f"#{title}")


def _axes(grown: Growing, given: Readable, words: dict[object, Expr]) -> tuple[Expr, ...]:
    axes: list[Expr] = []
    for size in given.type.shape:
        if size not in words:
            plain = isinstance(size, int) and grown.chance(0.5)
            own = isinstance(size, Symbolic) and str(size).isidentifier() and grown.chance(0.6)
            words[size] = expression(size) if plain or own else Name(f"own_{len(words)}")
        axes.append(words[size])
    return tuple(axes)


def use(grown: Growing) -> None:
    """A block or layer, alone or repeated."""
    scope = grown.scope()
    title = grown.one(
        [*grown.graph.blocks, "norm/layer_norm", "recurrent/gru", "feedforward/ffn", "basic/add"]
    )
    if title is None:
        return
    given: Frozen[str, Value] = Frozen()
    if title in grown.graph.blocks:
        ports: Any = grown.graph.blocks[title].inputs
    else:
        ports, given = LAYERS[title].inputs, settings(grown, LAYERS[title], scope)
    wired = wiring(grown, scope, ports)
    if not wired:
        return
    node: Call | Repeat = Call(use=title, settings=given, inputs=wired)
    carry = {port: wire for port, wire in wired.items() if isinstance(wire, Ref)}
    if carry and grown.chance(0.6):
        carried = dict(list(carry.items())[: grown.random.randint(1, 2)])
        node = Repeat(
            count=grown.number(grown.random.randint(1, 3), scope),
            use=title,
            settings=given,
            carry=Frozen(carried),
            inputs=Frozen({port: wire for port, wire in wired.items() if port not in carried}),
            share=grown.chance(0.3),
        )
    grown.apply(e.AddNode(scope, grown.fresh(scope), node))


def reuse(grown: Growing) -> None:
    """The module of a node here or further out, applied again."""
    scope = grown.scope()
    home = grown.one([outer for outer in grown.scopes if scope == outer or scope.startswith(f"{outer}.")])
    name = grown.one([*grown.body(home or "").nodes])
    node = None if name is None else grown.body(home or "").nodes[name]
    if name is None or node is None or isinstance(node, Reuse | Scan):
        return
    ports: Any = (grown.graph.blocks.get(node.use) or LAYERS[node.use]).inputs
    wired = wiring(grown, scope, ports)
    if wired:
        grown.apply(e.AddNode(scope, grown.fresh(scope), Reuse(of=name, inputs=wired)))


def tie(grown: Growing) -> None:
    """A parameter of one node as that of another of its kind, of a layer or of all where it is repeated."""
    scope = grown.scope()
    nodes = {name: n for name, n in grown.body(scope).nodes.items() if isinstance(n, Call | Repeat)}
    own = grown.one([*nodes])
    other = grown.one([name for name in nodes if own and nodes[name].use == nodes[own].use and name != own])
    if own is None or other is None:
        return
    first, last = (grown.one(["", "0."]) if isinstance(nodes[name], Repeat) else "" for name in (own, other))
    for parameter in ("weight", "bias", "inner.weight", "input.weight", "x_to_gates.weight"):
        grown.apply(e.Tie(scope, own, f"{first}{parameter}", f"{other}.{last}{parameter}"))


def freeze(grown: Growing) -> None:
    scope = grown.scope()
    name = grown.one([*grown.body(scope).nodes])
    if name is not None:
        grown.apply(e.SetField(scope, name, "freeze", True))


def rename(grown: Growing) -> None:
    scope = grown.scope()
    body = grown.body(scope)
    name = grown.one([*body.nodes])
    if name is not None:
        assert grown.apply(e.RenameNode(scope, name, grown.fresh(scope))), "another name is no error"
    title = grown.one([*grown.graph.blocks])
    if title is not None and grown.chance(0.3):
        grown.apply(e.RenameBlock(title, grown.name(grown.graph.blocks)))


def group(grown: Growing) -> None:
    scope = grown.scope()
    body = grown.body(scope)
    if not body.nodes or scope not in grown.scopes:
        return
    start = grown.random.randrange(len(body.nodes))
    chosen = tuple([*body.nodes][start : start + grown.random.randint(1, 3)])
    types = e.wire_types(body, grown.scopes[scope])
    title = grown.name({*grown.graph.blocks}, {*body.nodes}, {*_entries(body)})
    grown.apply(e.GroupIntoBlock(scope, chosen, title, types=types))


def _entries(body: Graph | Block | Scan) -> set[str]:
    return {*body.each, *body.state, *body.const} if isinstance(body, Scan) else {*body.inputs}


STEPS: list[Step] = [
    *[layer] * 8, *[scan] * 2, *[cells] * 2, *[feed_back] * 3, *[block] * 2, *[use] * 3, *[reuse] * 2,
    tie, tie, freeze, rename, group, output,
]  # fmt: skip
"""Every step, as often as it is likely."""
