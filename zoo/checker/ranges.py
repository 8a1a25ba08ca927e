"""What a setting may be, in words: ``an integer greater than 0``, ``'tanh' or 'relu'``, ``a number or ~``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

_KINDS = {
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "string": "a text",
    "null": "~",
    "array": "a list",
    "object": "a mapping",
}
_BOUNDS = (
    ("minimum", "at least"),
    ("exclusiveMinimum", "greater than"),
    ("maximum", "at most"),
    ("exclusiveMaximum", "less than"),
    ("multipleOf", "a multiple of"),
)


def allowed(model: type[BaseModel], name: str) -> str:
    """The values that a field of a model takes; empty where its schema has no plain words for them."""
    schema = model.model_json_schema()
    return _words(schema.get("properties", {}).get(name, {}), schema.get("$defs", {}))


def shown(value: object) -> str:
    """A value as files write it, cut short when it is long."""
    if value is None or isinstance(value, bool):
        return {None: "~", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 60 else f"'{value[:57]}…'"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.1f}"
    if isinstance(value, tuple | list | dict):
        return "a mapping" if isinstance(value, dict) else "a list"
    return str(value)


def _words(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _words(defs.get(schema["$ref"].rpartition("/")[2], {}), defs)
    if "anyOf" in schema:
        arms = [_words(arm, defs) for arm in schema["anyOf"]]
        return " or ".join(dict.fromkeys(arms)) if all(arms) else ""
    choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if choices:
        return _listed([shown(choice) for choice in choices])
    kind = _KINDS.get(schema.get("type", ""), "")
    bounds = [f"{words} {schema[key]:g}" for key, words in _BOUNDS if key in schema]
    return f"{kind} {' and '.join(bounds)}" if kind and bounds else kind


def _listed(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"
