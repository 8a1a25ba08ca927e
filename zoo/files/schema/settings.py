"""The settings of layers."""

from __future__ import annotations

from zoo.files.schema.objects import Schema
from zoo.spec import LayerSpec

EXPRESSION: Schema = {"$ref": "#/$defs/expression"}


def key_of(use: str) -> str:
    """The key of a layer's settings among the definitions."""
    return "layer:" + use.replace("/", ":")


def required_of(spec: LayerSpec) -> list[str]:
    """The settings that have no default and are not solved from the wires."""
    return [
        name
        for name, field in spec.settings.model_fields.items()
        if field.is_required() and name not in spec.widths
    ]


def layer_schema(use: str, spec: LayerSpec) -> Schema:
    """The schema of a layer's settings: any may be an expression of params; solved widths are optional."""
    key = key_of(use)
    model = spec.settings.model_json_schema(ref_template=f"#/$defs/{key}:{{model}}")
    aliases = {f"{key}:{name}": _spoken(part) for name, part in model.pop("$defs", {}).items()}
    properties = {name: _spoken(part) for name, part in model.get("properties", {}).items()}
    return {
        key: {
            "type": "object",
            "description": spec.summary,
            "properties": properties,
            "additionalProperties": False,
        },
        **aliases,
    }


def _spoken(part: Schema) -> Schema:
    """A setting's schema, extended by expressions for each of its values."""
    kept = {key: part[key] for key in ("description", "default") if key in part}
    rest = {key: value for key, value in part.items() if key not in {"description", "default", "title"}}
    for key in ("items", "additionalProperties"):
        if isinstance(rest.get(key), dict):
            rest[key] = _spoken(rest[key])
    for key in ("prefixItems", "anyOf"):
        if key in rest:
            rest[key] = [_spoken(item) for item in rest[key]]
    return {**kept, "anyOf": [rest, EXPRESSION]} if rest else kept
