"""The JSON schema of graph files, with the installed layers and their settings in it.

Text editors with a language server for YAML check and complete graph files with it: ``use:`` offers the
layers, ``with:`` their settings with range, default and help. It says what a file looks like; wires, shapes
and names are for ``zoo.check``.

    sections.py  the sections of a graph, and the words in them
    nodes.py     nodes of every kind
    settings.py  the settings of layers
    objects.py   mappings of a schema
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.files.reader import BLOCK_KEYS, GRAPH_KEYS
from zoo.files.schema.nodes import kinds_schema, node_schema
from zoo.files.schema.objects import Schema, object_of
from zoo.files.schema.sections import heading_schema, sections_schema, words_schema
from zoo.files.schema.settings import layer_schema

if TYPE_CHECKING:
    from zoo.packs import Registry


def schema(registry: Registry) -> Schema:
    """The schema (JSON Schema, draft 2020-12) as plain values, ready for ``json.dumps``."""
    layers = dict(registry.layers)
    definitions = words_schema()
    for use, spec in layers.items():
        definitions.update(layer_schema(use, spec))
    definitions |= {
        "node": node_schema(),
        **kinds_schema(layers),
        "block": object_of(BLOCK_KEYS, sections_schema(), "A graph with params."),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A layerzoo graph",
        **object_of(GRAPH_KEYS, heading_schema() | sections_schema(), "", required=("format", "name")),
        "$defs": definitions,
    }


__all__ = ["Schema", "schema"]
