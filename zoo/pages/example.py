"""An example graph of one layer, to read and to measure: its inputs are the graph's, its sizes are params."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from zoo.checker import resolve
from zoo.checker.resolution import Resolution
from zoo.files import loads
from zoo.packs import Registry
from zoo.packs.offers import use_name
from zoo.sizes import Name, names
from zoo.spec import LayerSpec, Port, Star, Wild

_AXES = ("batch", "time", "source", "target", "query", "key", "steps", "count")
"""Axes that remain axes in a graph; all others are widths, which become params."""
_USUAL: Mapping[str, int] = {"vocab": 1000, "hidden": 64, "max_length": 128, "heads": 4, "layers": 2}
_WIDTH, _COUNTS = 64, (4, 16, 2, 8, 1, 64)


def example(spec: LayerSpec, *, thorough: bool = False) -> tuple[str, Resolution] | None:
    """The text of a graph of this layer, and its resolution; None if no valid one is found.

    Required ports are wired, and required settings given; if ``thorough``, all integer settings become
    params, so that formulas contain them.
    """
    registry = Registry([spec])
    offered: Any = getattr(spec.cls, "examples", list)
    choices: list[Mapping[str, Any]] = [*offered(), {}]
    for given in choices:
        for count in _COUNTS:
            text = _text(spec, given, count, thorough=thorough)
            resolution = resolve(loads(text), registry)
            if not resolution.problems:
                return text, resolution
    return None


def _text(spec: LayerSpec, given: Mapping[str, Any], count: int, *, thorough: bool) -> str:
    params: dict[str, int] = {}
    inputs: dict[str, str] = {}
    wires: dict[str, list[str]] = {}
    for name, port in spec.inputs.items():
        if not port.optional:
            wires[name] = [f"{name[:-1]}{i}" for i in (1, 2)] if port.variadic else [name]
            words = [_word(spec, axis, port, params, given, count) for axis in port.shape]
            inputs |= dict.fromkeys(wires[name], " ".join([port.dtype, *words]))
    settings = {**given, **dict(_settings(spec, params, given, count, thorough=thorough))}
    lines = ["format: zoo/1", f"name: {spec.name}_example"]
    if params:
        lines += ["", f"params: {{{', '.join(f'{name}: {value}' for name, value in params.items())}}}"]
    lines += ["", "inputs:", *(f"  {name}: {type}" for name, type in inputs.items()), "outputs:"]
    lines += [f"  {name}: {_node(spec)}.{name}" for name, port in spec.outputs.items() if not port.on_demand]
    wiring = {name: refs[0] if len(refs) == 1 else f"[{', '.join(refs)}]" for name, refs in wires.items()}
    sole = len(wiring) == 1
    lines += ["", "nodes:", f"  {_node(spec)}:", f"    use: {use_name(spec)}"]
    if settings:
        lines.append(
            f"    with: {{{', '.join(f'{key}: {_value(value)}' for key, value in settings.items())}}}"
        )
    wired = (
        next(iter(wiring.values())) if sole else ", ".join(f"{port}: {ref}" for port, ref in wiring.items())
    )
    lines.append(f"    in: {wired}" if sole else f"    in: {{{wired}}}")
    return "\n".join(lines) + "\n"


def _node(spec: LayerSpec) -> str:
    """The name of the node: the layer's name, unless an input has it."""
    return f"{spec.name}_layer" if spec.name in spec.inputs else spec.name


def _settings(
    spec: LayerSpec, params: dict[str, int], given: Mapping[str, Any], count: int, *, thorough: bool
) -> Iterator[tuple[str, Any]]:
    """The entries of ``with``: settings that are required or occur in a type, unless wires solve them."""
    schemas: Mapping[str, Mapping[str, Any]] = spec.settings.model_json_schema().get("properties", {})
    solved = {
        axis.text for name in spec.required for axis in spec.inputs[name].shape if isinstance(axis, Name)
    }
    for name, field in spec.settings.model_fields.items():
        schema = schemas[name]
        if name in given or (name in spec.widths and name in solved):
            continue
        if name in params:
            yield name, f"${name}"
        elif field.is_required() or (thorough and schema.get("type") == "integer"):
            if schema.get("type") == "integer":
                width = name in spec.widths or any(
                    isinstance(axis, Name) and axis.text == name
                    for port in spec.outputs.values()
                    for axis in port.shape
                )
                params[name] = _size(spec, name, given, _WIDTH if width else count)
                yield name, f"${name}"
            else:
                yield name, schema.get("enum", [2.0 if schema.get("type") == "number" else True])[0]


def _size(spec: LayerSpec, name: str, given: Mapping[str, Any], otherwise: int) -> int:
    field = spec.settings.model_fields.get(name)
    for value in (given.get(name), None if field is None else field.default):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return _USUAL.get(name, otherwise)


def _word(
    spec: LayerSpec, axis: Any, port: Port, params: dict[str, int], given: Mapping[str, Any], count: int
) -> str:
    """An axis of a port in the notation of a graph; adds the params that it needs."""
    if isinstance(axis, Star):
        if port.shape[0] == axis:
            return "batch time"
        axis = Name("time" if all(str(other) != "time" for other in port.shape) else "width")
    if isinstance(axis, Wild):
        axis = Name("width")
    if isinstance(axis, int) or (isinstance(axis, Name) and axis.text in _AXES and axis.text not in given):
        return str(axis)
    for name in names(axis):
        alone = isinstance(axis, Name)
        params.setdefault(name, _size(spec, name, given, _WIDTH if alone or name in spec.widths else count))
    return re.sub(r"[A-Za-z_]\w*", r"$\g<0>", str(axis).replace(" ", ""))


def _value(value: Any) -> str:
    """A setting as written in a flow mapping."""
    if isinstance(value, str) and re.fullmatch(r"\$?[a-z_]\w*", value):
        return value
    return json.dumps(value)
