"""Settings for an examination, drawn from their types alone.

A required setting gets the first value that the layer accepts. Then every option is tried once: each value of
a ``Literal``, both values of a bool, None and a number, a number other than the default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice, product
from typing import Any

from zoo.spec import LayerSpec
from zoo.testing.sizes import Assignment

_MOST = 4000  # the maximum number of combinations of required settings to try
_FLOATS = (0.3, 0.7, 1.5, 3.0, 20.0, 0.0)


def schemas(spec: LayerSpec) -> Mapping[str, Mapping[str, Any]]:
    """The JSON schema of each setting."""
    return spec.settings.model_json_schema().get("properties", {})


def values(schema: Mapping[str, Any], ints: Sequence[int]) -> list[Any]:
    """Values that a JSON schema allows; integers are taken from ``ints``."""
    if "enum" in schema:
        return list(schema["enum"])
    if "const" in schema:
        return [schema["const"]]
    if "anyOf" in schema:
        return [value for arm in schema["anyOf"] for value in values(arm, ints)]
    kind = schema.get("type")
    if kind == "boolean":
        return [False, True]
    if kind == "integer":
        return [value for value in ints if _within(value, schema)]
    if kind == "number":
        return [value for value in _FLOATS if _within(value, schema)]
    if kind == "array":
        return _tuples(schema, ints)
    plain: dict[Any, list[Any]] = {"null": [None], "string": [""], "object": [{}]}
    return plain.get(kind, [])


def _tuples(schema: Mapping[str, Any], ints: Sequence[int]) -> list[Any]:
    if "prefixItems" in schema:
        parts = [values(item, ints)[:1] for item in schema["prefixItems"]]
        return [tuple(each) for each in product(*parts)]
    items = values(schema.get("items", {}), ints)
    lengths = range(max(schema.get("minItems", 0), 2), 0, -1)
    return [tuple(items[:length]) for length in lengths if length <= schema.get("maxItems", length)]


def _within(value: float, schema: Mapping[str, Any]) -> bool:
    return (
        value > schema.get("exclusiveMinimum", float("-inf"))
        and value >= schema.get("minimum", float("-inf"))
        and value < schema.get("exclusiveMaximum", float("inf"))
        and value <= schema.get("maximum", float("inf"))
        and not value % schema.get("multipleOf", value or 1)
    )


def required(
    spec: LayerSpec, assignment: Assignment, given: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """Values for the required settings that are not ``given``, beginning with distinct primes."""
    found = schemas(spec)
    names = [
        name
        for name, field in spec.settings.model_fields.items()
        if field.is_required() and name not in given
    ]
    widths, counts = cycle(assignment.widths), cycle(assignment.counts)
    choices = [
        values(found[name], (next(widths), *assignment.round))
        if name in _axes(spec)
        else values(found[name], (next(counts), *assignment.spare))
        for name in names
    ]
    for at in islice(_nearest_first([len(choice) for choice in choices]), _MOST):
        drawn = {name: choice[i] for name, choice, i in zip(names, choices, at, strict=True)}
        yield {**drawn, **given}


def _nearest_first(lengths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Index tuples into lists of these lengths, in order of increasing sum."""
    for total in range(sum(length - 1 for length in lengths) + 1):
        yield from _with_sum(total, lengths)


def _with_sum(total: int, lengths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    if not lengths:
        if not total:
            yield ()
        return
    for first in range(min(total, lengths[0] - 1), -1, -1):
        for rest in _with_sum(total - first, lengths[1:]):
            yield first, *rest


def options(
    spec: LayerSpec, plain: Mapping[str, Any], given: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """Changes of one setting each: one other value for a number, every other value otherwise."""
    found = schemas(spec)
    for name in spec.settings.model_fields:
        if name in given or name in spec.widths:
            continue
        others = [value for value in values(found[name], (2, 3, 1, 4)) if value != plain[name]]
        numbers = [
            value for value in others if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        for value in others:
            if value not in numbers[1:] or isinstance(value, bool):
                yield {name: value}


def _axes(spec: LayerSpec) -> set[str]:
    """The settings that are axes of inputs or outputs."""
    return {str(axis) for port in (*spec.inputs.values(), *spec.outputs.values()) for axis in port.shape} - {
        "heads"
    }
