"""The JSON schema of graph files, with the installed layers and their settings in it.

Text editors with a language server for YAML check and complete graph files with it: ``use:`` offers the
layers, ``with:`` their settings with range, default and help. It says what a file looks like; wires, shapes
and names are for ``zoo.check``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoo.files.bodies import KEYS, SCAN_KEYS
from zoo.files.migrations import FORMAT
from zoo.files.reader import BLOCK_KEYS, GRAPH_KEYS
from zoo.graph import NAME
from zoo.spec import LayerSpec

if TYPE_CHECKING:
    from zoo.packs import Registry

Schema = dict[str, Any]

_NAME = NAME.pattern
_EXPRESSION: Schema = {"$ref": "#/$defs/expression"}
_FREEZE: Schema = {"type": "boolean", "description": "Training leaves its weights as they are."}


def schema(registry: Registry) -> Schema:
    """The schema (JSON Schema, draft 2020-12) as plain values, ready for ``json.dumps``."""
    layers = dict(registry.layers)
    definitions = _words()
    for use, spec in layers.items():
        definitions.update(_layer(use, spec))
    definitions |= {
        "node": _node(),
        **_kinds(layers),
        "block": _object(BLOCK_KEYS, _sections(), "A graph with params."),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A layerzoo graph",
        **_object(GRAPH_KEYS, _heading() | _sections(), "", required=("format", "name")),
        "$defs": definitions,
    }


# --------------------------------------------------------------------------------------------------- sections


def _heading() -> Schema:
    return {
        "format": {"const": FORMAT, "description": "The version of the format."},
        "name": {"type": "string", "minLength": 1, "description": "What the graph is called."},
        "requires": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Distributions with the packs that the graph needs, as for pip.",
        },
        "causal": {
            "type": "array",
            "items": {"type": "string", "pattern": f"^{_NAME}$"},
            "description": "Axes along which no output may depend on later steps.",
        },
        "blocks": _named({"$ref": "#/$defs/block"}, "Graphs with params, used as nodes."),
        "layout": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "integer"}],
                "items": False,
                "minItems": 2,
            },
            "description": "Boxes that were placed by hand: node: [column, row]; ->output: [column, row].",
        },
    }


def _sections() -> Schema:
    return {
        "about": {"type": "string", "description": "What it shows, in a sentence."},
        "params": _named(
            {"type": ["number", "string", "boolean", "null"]},
            "Named values, used in settings as $name; ~ has to be given.",
        ),
        "inputs": _named({"$ref": "#/$defs/type"}, "Input ports: 'optional float batch time dim'."),
        "outputs": _named({"$ref": "#/$defs/output"}, "Output ports and what they read."),
        "nodes": {"$ref": "#/$defs/nodes"},
    }


def _words() -> Schema:
    return {
        "expression": {
            "type": "string",
            "pattern": r"\$",
            "description": "An expression of params and integers: $dim * 4.",
        },
        "output": {
            "type": "string",
            "pattern": rf"^{_NAME}(\.{_NAME})?$",
            "description": "node or node.port",
        },
        "wire": {
            "anyOf": [{"$ref": "#/$defs/output"}, {"type": "array", "items": {"$ref": "#/$defs/output"}}]
        },
        "type": {"type": "string", "pattern": r"^\s*(optional\s+)?(float|int|bool)(\s+\S+)*\s*$"},
        "setting": {"type": ["number", "string", "boolean", "null", "array", "object"]},
        "inputs": {
            "anyOf": [{"$ref": "#/$defs/wire"}, _named({"$ref": "#/$defs/wire"}, "")],
            "description": "What the inputs read: x, [x, y] or {port: x}.",
        },
        "settings": _named({"$ref": "#/$defs/setting"}, "Settings of the layer, or params of the block."),
        "nodes": _named({"$ref": "#/$defs/node"}, "Layers, blocks, repeats and scans by name."),
    }


# ------------------------------------------------------------------------------------------------------ nodes


def _node() -> Schema:
    """One schema for each kind, chosen by the key that says the kind, so that errors speak of that kind
    alone.
    """
    chosen: Schema = {"$ref": "#/$defs/use"}
    for kind in ("reuse", "repeat", "scan"):
        chosen = {"if": {"required": [kind]}, "then": {"$ref": f"#/$defs/{kind}"}, "else": chosen}
    hints = {kind: {"description": _DESCRIPTIONS[kind]} for kind in KEYS}
    return {"type": "object", "properties": hints, **chosen}


_DESCRIPTIONS = {
    "use": "A layer 'pack/name', a block of this file, or 'other.yaml#block'.",
    "repeat": "How often it is stacked: a number or $param.",
    "scan": "A body walked over one axis, with state fed back.",
    "reuse": "The node whose module is applied again, with the same weights.",
}


def _kinds(layers: dict[str, LayerSpec]) -> Schema:
    parts: Schema = {
        "use": {"$ref": "#/$defs/uses"},
        "with": {"$ref": "#/$defs/settings"},
        "in": {"$ref": "#/$defs/inputs"},
        "tie": _named_freely({"type": "string", "pattern": rf"^{_NAME}(\.\w+)+$"}, "Shared parameters."),
        "reuse": {"type": "string", "pattern": rf"^{_NAME}$", "description": _DESCRIPTIONS["reuse"]},
        "repeat": {"type": ["integer", "string"], "description": _DESCRIPTIONS["repeat"]},
        "vary": _named({"type": "array"}, "Settings with a value for each layer."),
        "share": {"type": "boolean", "description": "One set of weights for all layers."},
        "freeze": _FREEZE,
        "carry": _named({"$ref": "#/$defs/output"}, "Ports that read the layer before: {x: first}."),
        "scan": _scan(),
    }
    choices = [
        {
            "if": {"properties": {"use": {"enum": _names(use, spec)}}, "required": ["use"]},
            "then": {"properties": {"with": {"$ref": f"#/$defs/{_key(use)}"}}},
        }
        for use, spec in layers.items()
    ]
    needs = [
        {
            "if": {"properties": {"use": {"enum": _names(use, spec)}}, "required": ["use"]},
            "then": {"properties": {"with": {"required": required}}, "required": ["with"]},
        }
        for use, spec in layers.items()
        if (required := _required(spec))
    ]
    kinds: Schema = {
        kind: _object(keys, {key: parts[key] for key in keys}, _DESCRIPTIONS[kind], _REQUIRED[kind])
        for kind, keys in KEYS.items()
    }
    kinds["use"]["allOf"] = [*choices, *needs]
    kinds["repeat"]["allOf"] = choices  # what its layers need may be given by 'vary'
    return {**kinds, "uses": _uses(layers)}


_REQUIRED = {"use": ("use",), "repeat": ("repeat", "use"), "reuse": ("reuse",), "scan": ("scan",)}


def _names(use: str, spec: LayerSpec) -> list[str]:
    """All that a file may call a layer: one that reads earlier settings has all these names."""
    return [use] if "@" in use else [use, *(f"{use}@{n}" for n in range(1, spec.version + 1))]


def _uses(layers: dict[str, LayerSpec]) -> Schema:
    packs = "|".join(sorted({use.partition("/")[0] for use in layers}))
    other = (
        rf"^(?!({packs})/){_NAME}/{_NAME}(@[1-9][0-9]*)?$" if packs else rf"^{_NAME}/{_NAME}(@[1-9][0-9]*)?$"
    )
    return {
        "anyOf": [
            *({"const": use, "description": spec.summary} for use, spec in layers.items()),
            {"type": "string", "pattern": rf"^{_NAME}$", "description": "A block of this file."},
            {
                "type": "string",
                "pattern": rf"^[^#]+\.ya?ml#{_NAME}$",
                "description": "A block of another file.",
            },
            {"enum": [name for use, spec in layers.items() for name in _names(use, spec)]},
            {"type": "string", "pattern": other, "description": "A layer of a pack that is not installed."},
        ],
        "description": _DESCRIPTIONS["use"],
    }


def _scan() -> Schema:
    outputs = {"$ref": "#/$defs/output"}
    name = {"type": "string", "pattern": rf"^{_NAME}$"}
    parts: Schema = {
        "over": {**name, "description": "The axis that is walked over."},
        "reverse": {"type": "boolean", "description": "Walk from the end."},
        "freeze": _FREEZE,
        "each": _named(outputs, "What is cut into steps."),
        "mask": {**outputs, "description": "A step where it is false carries the old state through."},
        "state": _named(
            {"type": "string"}, "What is fed back, and how it starts: a port, zeros AXIS or learned AXIS."
        ),
        "const": _named(outputs, "What every step sees whole."),
        "nodes": {"$ref": "#/$defs/nodes"},
        "next": _named(outputs, "Each state's value for the step after."),
        "stack": _named(outputs, "Outputs collected over the axis."),
        "final": _named(name, "Outputs that are a state after the last step."),
    }
    return _object(SCAN_KEYS, parts, _DESCRIPTIONS["scan"], ("over",))


# --------------------------------------------------------------------------------------------------- settings


def _key(use: str) -> str:
    return "layer:" + use.replace("/", ":")


def _required(spec: LayerSpec) -> list[str]:
    return [
        name
        for name, field in spec.settings.model_fields.items()
        if field.is_required() and name not in spec.widths
    ]


def _layer(use: str, spec: LayerSpec) -> Schema:
    """The settings of a layer. Expressions of params may stand for any of them; solved widths may be left
    out.
    """
    key = _key(use)
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
    """A setting's schema that lets an expression stand for each of its values."""
    kept = {key: part[key] for key in ("description", "default") if key in part}
    rest = {key: value for key, value in part.items() if key not in {"description", "default", "title"}}
    for key in ("items", "additionalProperties"):
        if isinstance(rest.get(key), dict):
            rest[key] = _spoken(rest[key])
    for key in ("prefixItems", "anyOf"):
        if key in rest:
            rest[key] = [_spoken(item) for item in rest[key]]
    return {**kept, "anyOf": [rest, _EXPRESSION]} if rest else kept


# ---------------------------------------------------------------------------------------------------- objects


def _object(keys: tuple[str, ...], parts: Schema, description: str, required: tuple[str, ...] = ()) -> Schema:
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


def _named(values: Schema, description: str) -> Schema:
    """A mapping from names; an empty heading is an empty mapping."""
    return {**_named_freely(values, description), "propertyNames": {"pattern": rf"^{_NAME}$"}}


def _named_freely(values: Schema, description: str) -> Schema:
    made: Schema = {"type": ["object", "null"], "additionalProperties": values}
    if description:
        made["description"] = description
    return made
