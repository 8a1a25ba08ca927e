"""Layers and blocks with wires whose types may fit, and with settings that their types allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.grown.growing import Growing, Readable
from zoo.graph import Frozen, Ref, Value, Wire
from zoo.packs import registry
from zoo.spec import LayerSpec, Port, Star
from zoo.testing.settings import schemas, values

LAYERS = dict(registry().layers)
GIVEN: Mapping[str, Value] = {"vocab": 5, "max_length": 64, "causal": True, "dropout": 0.0, "p": 0.0}
"""Settings that are no matter of chance: outputs are to be compared."""


def wiring(grown: Growing, scope: str, ports: Mapping[str, Port]) -> Frozen[str, Wire] | None:
    """A wire for every port that needs one; None where nothing may fit."""
    readable = grown.readable(scope)
    near = grown.one(readable)
    wired: dict[str, Wire] = {}
    for name, port in ports.items():
        fitting = [each for each in readable if _may_fit(port, each)]
        alike = [each for each in fitting if near is not None and each.type.shape == near.type.shape]
        chosen = grown.one(alike if alike and grown.chance(0.7) else fitting)
        if chosen is None or (port.optional and grown.chance(0.5)):
            if port.optional:
                continue
            return None
        many = grown.random.randint(1, 3) if port.variadic else 1
        wired[name] = (chosen.ref, *_more(grown, alike, many - 1)) if port.variadic else chosen.ref
    return Frozen(wired)


def _more(grown: Growing, among: list[Readable], count: int) -> list[Ref]:
    return [each.ref for _ in range(count) if (each := grown.one(among)) is not None]


def _may_fit(port: Port, given: Readable) -> bool:
    named = sum(not isinstance(axis, Star) for axis in port.shape)
    rank = len(given.type.shape)
    return port.dtype == given.type.dtype and (rank == named or (rank > named and named < len(port.shape)))


def settings(grown: Growing, spec: LayerSpec, scope: str) -> Frozen[str, Value]:
    """Settings that a layer needs, and some others; widths follow from the wires, most of the time."""
    chosen: dict[str, Value] = {}
    for name, schema in schemas(spec).items():
        field = spec.settings.model_fields[name]
        if name in GIVEN:
            if field.is_required() or name == "causal":
                chosen[name] = GIVEN[name]
        elif grown.chance(0.15) if name in spec.widths else field.is_required() or grown.chance(0.2):
            value: Any = grown.one(values(schema, (2, 4, 6, 3, 1)))
            chosen[name] = grown.number(value, scope) if type(value) is int and value else value
    return Frozen(chosen)
