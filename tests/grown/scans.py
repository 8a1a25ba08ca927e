"""Steps that are about scans: a new one, one of cells, and what a state becomes."""

from __future__ import annotations

from dataclasses import replace

from tests.grown.growing import Growing, Readable
from zoo.graph import Call, Frozen, Learned, Ref, Scan, Start, Zeros, put
from zoo.sizes import Expr, Symbolic, expression


def scan(grown: Growing) -> None:
    """A scan over any axis, with states, constants and a mask; its body is empty, and states stay."""
    scope = grown.scope()
    readable = [each for each in grown.readable(scope) if not each.optional]
    axes = {str(axis) for each in readable for axis in each.type.shape if isinstance(axis, Symbolic)}
    over = grown.one(sorted(axis for axis in axes if axis.isidentifier() and axis != "batch"))
    if over is None or scope.count(".") > 1:
        return
    walked = [each for each in readable if _times(each, over) == 1]
    chosen = grown.some(walked, grown.random.randint(1, 2))
    if not chosen:
        return
    names: set[str] = set()
    each = {_new(grown, names): one.ref for one in chosen}
    step = tuple(expression(axis) for axis in chosen[0].type.shape if str(axis) != over)
    state = {_new(grown, names): _start(grown, step, readable) for _ in range(grown.random.randint(0, 3))}
    const = {_new(grown, names): one.ref for one in grown.some(readable, grown.random.randint(0, 2))}
    mask = grown.one([one for one in walked if one.type.dtype == "bool"])
    made = Scan(
        over=over,
        each=Frozen(each),
        state=Frozen(state),
        const=Frozen(const),
        mask=mask.ref if mask is not None and grown.chance(0.6) else None,
        next=Frozen({name: Ref(name) for name in state}),
        stack=Frozen({grown.name(): Ref(grown.random.choice([*each, *state, *const]))}),
        final=Frozen({"last_one": next(iter(state))} if state else {}),
        reverse=grown.chance(0.3),
    )
    _put(grown, scope, made)


def cells(grown: Growing) -> None:
    """A scan of a cell or two, one behind the other, as kernels can run them."""
    scope = grown.scope()
    sequences = [
        each
        for each in grown.readable(scope)
        if not each.optional and each.type.dtype == "float" and len(each.type.shape) == 3
    ]
    chosen = grown.one(sequences)
    if chosen is None or not isinstance(chosen.type.shape[2], int):
        return
    axis = 0 if grown.chance(0.2) else 1
    over, batch = (str(chosen.type.shape[place]) for place in (axis, 1 - axis))
    kind, ports = grown.random.choice(
        [
            ("rnn_cell", ["h"]),
            ("gru_cell", ["h"]),
            ("lstm_cell", ["h", "c"]),
            ("slstm_cell", ["h", "c", "n", "m"]),
        ]
    )
    names: set[str] = set()
    step = _new(grown, names)
    before, nodes, state, after = Ref(step), dict[str, Call](), dict[str, Start](), dict[str, Ref]()
    for _ in range(grown.random.randint(1, 2)):
        if grown.chance(0.3):
            between = _new(grown, names)
            nodes[between] = Call(use="basic/tanh", inputs=Frozen({"x": before}))
            before = Ref(between)
        states = {port: _new(grown, names) for port in ports}
        cell = _new(grown, names)
        wired = {"x": before, **{port: Ref(name) for port, name in states.items()}}
        nodes[cell] = Call(use=f"recurrent/{kind}", inputs=Frozen(wired))
        for port, name in states.items():
            shape = expression(chosen.type.shape[1 - axis]), 4
            state[name] = Learned(shape) if grown.chance(0.2) else Zeros(shape)
            after[name] = Ref(cell, port) if len(ports) > 1 else Ref(cell)
        before = after[states["h"]]
    masks = [
        each
        for each in grown.readable(scope)
        if each.type.dtype == "bool" and sorted(map(str, each.type.shape)) == sorted((over, batch))
    ]
    mask = grown.one(masks)
    made = Scan(
        over=over,
        each=Frozen({step: chosen.ref}),
        state=Frozen(state),
        mask=mask.ref if mask is not None and grown.chance(0.7) else None,
        nodes=Frozen(nodes),
        next=Frozen(after),
        stack=Frozen({grown.name(): before}),
        final=Frozen({"last_one": grown.random.choice([*state])} if grown.chance(0.5) else {}),
        reverse=grown.chance(0.3),
    )
    _put(grown, scope, made)


def feed_back(grown: Growing) -> None:
    """Let a state become something else."""
    scope = grown.scope(Scan)
    body = grown.body(scope)
    readable = [each for each in grown.readable(scope) if not each.optional]
    if isinstance(body, Scan) and body.state and readable:
        name = grown.random.choice([*body.state])
        now = next((each for each in readable if each.ref == Ref(name)), None)
        alike = [each for each in readable if now is not None and each.like(now.type)]
        chosen = grown.one(alike)
        if chosen is not None:
            grown.put(scope, replace(body, next=put(body.next, name, chosen.ref)))


def _put(grown: Growing, scope: str, made: Scan) -> None:
    body = grown.body(scope)
    grown.put(scope, replace(body, nodes=put(body.nodes, grown.fresh(scope), made)))


def _start(grown: Growing, step: tuple[Expr, ...], readable: list[Readable]) -> Start:
    chosen = grown.one(readable)
    if chosen is not None and grown.chance(0.4):
        return chosen.ref
    return Learned(step) if grown.chance(0.3) else Zeros(step)


def _new(grown: Growing, names: set[str]) -> str:
    name = grown.name(names)
    names.add(name)
    return name


def _times(each: Readable, over: str) -> int:
    return sum(str(axis) == over for axis in each.type.shape)
