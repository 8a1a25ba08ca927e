"""Resolving repeats: the first layer reads the wires, every other one the layer before it.

Layers with the same settings and input types are resolved once, so a stack of 96 costs no more than one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zoo.checker.apply import apply
from zoo.checker.findings import listed
from zoo.checker.frame import Frame
from zoo.checker.layers import Types
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse
from zoo.checker.site import Site
from zoo.checker.targets import Target
from zoo.checker.values import typed
from zoo.checker.wiring import Arrival, Wires
from zoo.errors import SizeError
from zoo.graph import Repeat, Value
from zoo.sizes import Name

MOST = 10_000
"""The maximum number of layers of one repeat."""


def use_repeat(
    site: Site, node: Repeat, target: Target, wires: Wires, read: frozenset[str]
) -> tuple[RepeatUse | None, Types]:
    """Resolve one use of a repeat: None after a problem, together with what is known about its outputs."""
    frame = site.frame
    count = _count(site, node)
    carry = _carry(site, node, target)
    vary = _vary(site, node, count)
    read |= target.on_demand & set(carry.values())
    twins = site.twin.each if isinstance(site.twin, RepeatUse) else ()
    uses: list[LayerUse | BlockUse] = []
    types: Types = dict.fromkeys(target.outputs)
    solved: dict[Any, tuple[LayerUse | BlockUse | None, Types]] = {}
    arrivals = wires.arrivals
    for index in range(count or 1):
        settings = {
            **node.settings,
            **{name: values[index] for name, values in vary.items() if index < len(values)},
        }
        twin = uses[0] if node.share and uses else twins[index] if index < len(twins) else None
        key = (typed(settings), _ground(frame, arrivals), id(twin))
        if key not in solved:
            layer = Site(frame, site.name, site.node, index, twin)
            solved[key] = apply(layer, target, settings, wires.with_arrivals(arrivals), read)
        use, types = solved[key]
        if use is None:
            break
        uses.append(use)
        again = _next(arrivals, carry, types)
        if again is None:
            break
        if not vary and not twins and _ground(frame, again) == _ground(frame, arrivals):
            uses += [use] * ((count or 1) - index - 1)
            break
        arrivals = again
    if count is None or len(uses) < count or not carry:
        return None, types
    known = {name: type_ for name, type_ in types.items() if type_ is not None}
    return RepeatUse(tuple(uses), carry, known), types


def _count(site: Site, node: Repeat) -> int | None:
    """The number of layers; None if it is unknown, or after a report."""
    try:
        count = site.frame.ground(site.frame.evaluate(node.count))
    except SizeError as error:
        message = f"repeat is a number of layers: {error}"
        site.report("repeat-count", message, at=("repeat",), origin=site.frame.origin(error))
        return None
    if not isinstance(count, int):
        return None
    if 1 <= count <= MOST:
        return count
    origin = site.frame.origin(node.count.text) if isinstance(node.count, Name) else ()
    message = f"a repeat has from 1 to {MOST} layers, got {count}"
    site.report("repeat-count", message, at=("repeat",), origin=origin)
    return None


def _carry(site: Site, node: Repeat, target: Target) -> dict[str, str]:
    """The output that feeds each carried port of the next layer: of the same name, or the only one."""
    own = site.node is node  # rather than a reuse of it
    if not node.carry and own:
        message = "a repeat hands something from layer to layer, and this one has no carry"
        port = next(iter(target.required), "x")
        site.report("repeat-carry", message, f"write carry: {{{port}: …}} with what the first layer reads")
    carry: dict[str, str] = {}
    for port in node.carry:
        output = port if port in target.outputs else target.default
        if output is not None:
            carry[port] = output
        elif target.outputs and own and port in target.inputs:
            message = (
                f"the next layer's '{port}' is fed by the output '{port}' or by the only one, "
                f"and {target.title} has the outputs {listed(target.outputs)}"
            )
            site.report("repeat-carry", message, f"call one of them '{port}'", at=("carry", port), key=True)
    return carry


def _vary(site: Site, node: Repeat, count: int | None) -> Mapping[str, Sequence[Value]]:
    for name, values in node.vary.items():
        at = ("vary", name)
        if count is not None and len(values) != count:
            message = f"'{name}' varies over {len(values)} values, and there are {count} layers"
            site.report("repeat-vary", message, "write one value for each layer", at=at)
        if name in node.settings:
            message = f"'{name}' stands in both 'with' and 'vary'"
            site.report("repeat-vary", message, "leave one of them out", at=at, key=True)
        if node.share:
            message = f"all layers share one module, and '{name}' would give it several values"
            site.report("repeat-share", message, "write it in 'with', or leave 'share' out", at=at, key=True)
    return {name: values for name, values in node.vary.items() if values and not node.share}


def _next(arrivals: Sequence[Arrival], carry: Mapping[str, str], types: Types) -> list[Arrival] | None:
    """What arrives at the next layer; None if it is unknown."""
    found: list[Arrival] = []
    for port, index, type_ in arrivals:
        after = types.get(carry[port]) if port in carry else type_
        if after is None:
            return None
        found.append((port, index, after))
    return found


def _ground(frame: Frame, arrivals: Sequence[Arrival]) -> tuple[Any, ...]:
    return tuple((port, type_.dtype, tuple(map(frame.ground, type_.shape))) for port, _, type_ in arrivals)
