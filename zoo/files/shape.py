"""The kinds of mappings in a file, which determine how they are written.

A ``graph``, ``block``, ``node`` and ``scan`` have the keys of the format; the others have user-defined names.
``lines`` is a section of names with one line each, ``value`` is everything else.
"""

from __future__ import annotations

from typing import Literal

from zoo.files.scalars import Plain

Kind = Literal["graph", "lines", "blocks", "block", "nodes", "node", "scan", "value"]

_CHILDREN: dict[tuple[Kind, str], Kind] = {
    ("graph", "inputs"): "lines",
    ("graph", "outputs"): "lines",
    ("graph", "layout"): "lines",
    ("graph", "blocks"): "blocks",
    ("graph", "nodes"): "nodes",
    ("block", "nodes"): "nodes",
    ("scan", "nodes"): "nodes",
    ("node", "scan"): "scan",
}


def child(kind: Kind, key: str) -> Kind:
    """The kind of the value at ``key`` of a mapping of a kind."""
    if kind == "blocks":
        return "block"
    return "node" if kind == "nodes" else _CHILDREN.get((kind, key), "value")


def has_names(kind: Kind) -> bool:
    """Whether the keys are names or settings rather than keys of the format."""
    return kind not in {"graph", "block", "node", "scan"}


def is_tall(kind: Kind, value: Plain) -> bool:
    """Whether a value is always written on several lines."""
    if not isinstance(value, dict) or not value:
        return False
    return kind not in {"node", "value"} or (kind == "node" and ("scan" in value or "repeat" in value))


def is_apart(kind: Kind, key: str, value: Plain, after: str = "") -> bool:
    """Whether an entry of a mapping of this kind, following ``after``, is set apart by blank lines."""
    if kind == "graph":
        return key not in _HEADING and (key, after) != ("outputs", "inputs")
    return kind == "blocks" or (kind == "nodes" and isinstance(value, dict) and "scan" in value)


_HEADING = {"format", "name", "about", "requires", "causal"}
