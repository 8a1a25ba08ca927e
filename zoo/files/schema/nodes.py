"""Nodes of every kind, chosen by the key that says the kind."""

from __future__ import annotations

from zoo.files.bodies import KEYS, SCAN_KEYS
from zoo.files.schema.objects import WORD, Schema, named, named_freely, object_of
from zoo.files.schema.settings import key_of, required_of
from zoo.spec import LayerSpec

FREEZE: Schema = {"type": "boolean", "description": "Training leaves its weights as they are."}


def node_schema() -> Schema:
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


def kinds_schema(layers: dict[str, LayerSpec]) -> Schema:
    """The schema of each kind of node, and what ``use`` may name."""
    parts: Schema = {
        "use": {"$ref": "#/$defs/uses"},
        "with": {"$ref": "#/$defs/settings"},
        "in": {"$ref": "#/$defs/inputs"},
        "tie": named_freely({"type": "string", "pattern": rf"^{WORD}(\.\w+)+$"}, "Shared parameters."),
        "reuse": {"type": "string", "pattern": rf"^{WORD}$", "description": _DESCRIPTIONS["reuse"]},
        "repeat": {"type": ["integer", "string"], "description": _DESCRIPTIONS["repeat"]},
        "vary": named({"type": "array"}, "Settings with a value for each layer."),
        "share": {"type": "boolean", "description": "One set of weights for all layers."},
        "freeze": FREEZE,
        "carry": named({"$ref": "#/$defs/output"}, "Ports that read the layer before: {x: first}."),
        "scan": _scan(),
    }
    choices = [
        {
            "if": {"properties": {"use": {"enum": _names(use, spec)}}, "required": ["use"]},
            "then": {"properties": {"with": {"$ref": f"#/$defs/{key_of(use)}"}}},
        }
        for use, spec in layers.items()
    ]
    needs = [
        {
            "if": {"properties": {"use": {"enum": _names(use, spec)}}, "required": ["use"]},
            "then": {"properties": {"with": {"required": required}}, "required": ["with"]},
        }
        for use, spec in layers.items()
        if (required := required_of(spec))
    ]
    kinds: Schema = {
        kind: object_of(keys, {key: parts[key] for key in keys}, _DESCRIPTIONS[kind], _REQUIRED[kind])
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
    other = rf"^(?!({packs})/){WORD}/{WORD}(@[1-9][0-9]*)?$" if packs else rf"^{WORD}/{WORD}(@[1-9][0-9]*)?$"
    return {
        "anyOf": [
            *({"const": use, "description": spec.summary} for use, spec in layers.items()),
            {"type": "string", "pattern": rf"^{WORD}$", "description": "A block of this file."},
            {
                "type": "string",
                "pattern": rf"^[^#]+\.ya?ml#{WORD}$",
                "description": "A block of another file.",
            },
            {"enum": [name for use, spec in layers.items() for name in _names(use, spec)]},
            {"type": "string", "pattern": other, "description": "A layer of a pack that is not installed."},
        ],
        "description": _DESCRIPTIONS["use"],
    }


def _scan() -> Schema:
    outputs = {"$ref": "#/$defs/output"}
    name = {"type": "string", "pattern": rf"^{WORD}$"}
    parts: Schema = {
        "over": {**name, "description": "The axis that is walked over."},
        "reverse": {"type": "boolean", "description": "Walk from the end."},
        "freeze": FREEZE,
        "each": named(outputs, "What is cut into steps."),
        "mask": {**outputs, "description": "A step where it is false carries the old state through."},
        "state": named(
            {"type": "string"}, "What is fed back, and how it starts: a port, zeros AXIS or learned AXIS."
        ),
        "const": named(outputs, "What every step sees whole."),
        "nodes": {"$ref": "#/$defs/nodes"},
        "next": named(outputs, "Each state's value for the step after."),
        "stack": named(outputs, "Outputs collected over the axis."),
        "final": named(name, "Outputs that are a state after the last step."),
    }
    return object_of(SCAN_KEYS, parts, _DESCRIPTIONS["scan"], ("over",))
