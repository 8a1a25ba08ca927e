"""The semantic hash: a hash of a graph's meaning, independent of the form of its file."""

from __future__ import annotations

import hashlib
import json

from zoo.files.plain import plain_graph
from zoo.files.scalars import Plain
from zoo.graph import Graph

_PROSE = {"format", "about", "requires", "causal", "layout"}
"""The sections that do not affect the model."""


def semantic_hash(graph: Graph) -> str:
    """The SHA-256 of a graph's meaning, as 64 hexadecimal digits.

    Two files have the same hash if they differ only in comments, style, ``about``, ``requires``, ``causal``,
    ``layout`` and the order of entries. The order of the graph's inputs and outputs matters, because it is
    that of the model's arguments and results; ``freeze`` matters, because it changes training. The files that
    the graph uses contribute their own hashes, by the names that it uses. Raises FileError if the graph
    cannot be written.
    """
    plain = plain_graph(graph)
    content: dict[str, Plain] = {key: value for key, value in plain.items() if key not in _PROSE}
    blocks = plain.get("blocks")
    if isinstance(blocks, dict):
        content["blocks"] = {name: _without_prose(block) for name, block in blocks.items()}
    for ordered in ("inputs", "outputs"):
        entries = plain.get(ordered)
        if isinstance(entries, dict):
            content[ordered] = [[name, entry] for name, entry in entries.items()]
    content["files"] = {name: semantic_hash(file) for name, file in graph.files.items()}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _without_prose(block: Plain) -> Plain:
    return (
        {key: value for key, value in block.items() if key not in _PROSE}
        if isinstance(block, dict)
        else block
    )
