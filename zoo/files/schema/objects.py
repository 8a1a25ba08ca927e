"""Mappings of a JSON schema."""

from __future__ import annotations

from typing import Any

from zoo.graph import NAME

Schema = dict[str, Any]

WORD = NAME.pattern


def object_of(
    keys: tuple[str, ...], parts: Schema, description: str, required: tuple[str, ...] = ()
) -> Schema:
    """A mapping with these keys."""
    made: Schema = {
        "type": "object",
        "properties": {key: parts[key] for key in keys},
        "additionalProperties": False,
    }
    if description:
        made["description"] = description
    if required:
        made["required"] = list(required)
    return made


def named(values: Schema, description: str) -> Schema:
    """A mapping of names; an empty value counts as an empty mapping."""
    return {**named_freely(values, description), "propertyNames": {"pattern": rf"^{WORD}$"}}


def named_freely(values: Schema, description: str) -> Schema:
    """A mapping with arbitrary keys."""
    made: Schema = {"type": ["object", "null"], "additionalProperties": values}
    if description:
        made["description"] = description
    return made
