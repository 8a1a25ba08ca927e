"""The schemas of the sections of a graph and of their values."""

from __future__ import annotations

from zoo.files.migrations import FORMAT
from zoo.files.schema.objects import WORD, Schema, named


def heading_schema() -> Schema:
    """The sections that only graphs have."""
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
            "items": {"type": "string", "pattern": f"^{WORD}$"},
            "description": "Axes along which no output may depend on later steps.",
        },
        "blocks": named({"$ref": "#/$defs/block"}, "Graphs with params, used as nodes."),
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


def sections_schema() -> Schema:
    """The sections of both graphs and blocks."""
    return {
        "about": {"type": "string", "description": "What it shows, in a sentence."},
        "params": named(
            {"type": ["number", "string", "boolean", "null"]},
            "Named values, used in settings as $name; ~ has to be given.",
        ),
        "inputs": named({"$ref": "#/$defs/type"}, "Input ports: 'optional float batch time dim'."),
        "outputs": named({"$ref": "#/$defs/output"}, "Output ports and what they read."),
        "nodes": {"$ref": "#/$defs/nodes"},
    }


def words_schema() -> Schema:
    """Definitions of wires, types, settings and expressions."""
    return {
        "expression": {
            "type": "string",
            "pattern": r"\$",
            "description": "An expression of params and integers: $dim * 4.",
        },
        "output": {
            "type": "string",
            "pattern": rf"^{WORD}(\.{WORD})?$",
            "description": "node or node.port",
        },
        "wire": {
            "anyOf": [{"$ref": "#/$defs/output"}, {"type": "array", "items": {"$ref": "#/$defs/output"}}]
        },
        "type": {"type": "string", "pattern": r"^\s*(optional\s+)?(float|int|bool)(\s+\S+)*\s*$"},
        "setting": {"type": ["number", "string", "boolean", "null", "array", "object"]},
        "inputs": {
            "anyOf": [{"$ref": "#/$defs/wire"}, named({"$ref": "#/$defs/wire"}, "")],
            "description": "What the inputs read: x, [x, y] or {port: x}.",
        },
        "settings": named({"$ref": "#/$defs/setting"}, "Settings of the layer, or params of the block."),
        "nodes": named({"$ref": "#/$defs/node"}, "Layers, blocks, repeats and scans by name."),
    }
