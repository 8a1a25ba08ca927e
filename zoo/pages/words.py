"""Settings in words, for pages and for the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from zoo.spec import LayerSpec


def settings_of(spec: LayerSpec) -> Iterator[tuple[str, str, str, str]]:
    """Each setting in words: name, type with range, default, description."""
    properties: dict[str, Any] = spec.settings.model_json_schema().get("properties", {})
    solved = spec.widths & {str(axis) for name in spec.required for axis in spec.inputs[name].shape}
    for name, field in spec.settings.model_fields.items():
        default = "required" if field.is_required() else json_text(field.default)
        if name in solved:
            default = "solved from the wires"
        elif name in spec.widths and field.is_required():
            default = "required, or solved from the wires"
        yield name, type_text(properties[name]), default, field.description or ""


def json_text(value: object) -> str:
    """A value as written in a file."""
    return json.dumps(value, ensure_ascii=False)


def type_text(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words: ``int > 0``, ``"tanh" | "relu"``, ``float >= 0 < 1``."""
    if "enum" in schema or "const" in schema:
        return " | ".join(map(json_text, schema.get("enum", [schema.get("const")])))
    if "anyOf" in schema:
        return " | ".join(map(type_text, schema["anyOf"]))
    words = {"integer": "int", "number": "float", "boolean": "bool", "string": "str", "array": "list"}
    kind: str = schema.get("type", "any")
    text = words.get(kind, kind)
    if "items" in schema:
        text += f" of {type_text(schema['items'])}"
    bounds = {"exclusiveMinimum": ">", "minimum": ">=", "exclusiveMaximum": "<", "maximum": "<="}
    return " ".join([text, *(f"{sign} {schema[bound]}" for bound, sign in bounds.items() if bound in schema)])
