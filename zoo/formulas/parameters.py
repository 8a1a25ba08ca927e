"""Counting parameters: their owners, their multiplicity, and ties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from zoo.errors import SizeError
from zoo.formulas.places import Layer, Names
from zoo.graph import Learned, Scan
from zoo.sizes import Size, evaluate, symbol


@dataclass(frozen=True, slots=True)
class Held:
    """Parameters: their number of elements, their multiplicity, and the layer that owns them, if any."""

    size: Size | None
    times: Size = 1
    layer: Layer | None = None


Parameters: TypeAlias = Mapping[str, Held]
"""Parameters by the dotted name of their layer or state.

In a repeat, ``*`` stands for all layers, ``2:5`` for some of them, ``=`` for those that share a module. A
name with a ``-`` holds what is not counted, because its owner is elsewhere.
"""


def total(held: Parameters) -> Size | None:
    """The total number of elements of all parameters."""
    return summed(each.size if each.size is None else each.size * each.times for each in held.values())


def untied(held: Parameters, ties: Iterable[str]) -> dict[str, Held]:
    """The parameters without those that have another owner."""
    left = dict(held)
    for own in ties:
        size = size_of(left, own)
        left[f"-{own}"] = Held(None if size is None else 0 - size)
    return left


def size_of(held: Parameters, name: str) -> Size | None:
    """The number of elements of a parameter, by its dotted name; 0 for one that has another owner."""
    found: Size | None = 0
    for key, each in held.items():
        rest = _behind(key.split(".") if key else [], name.split("."))
        if rest is not None and each.layer is not None and rest:
            found = each.layer.parameter(".".join(rest))
        elif rest is not None and each.layer is None and not rest:
            if "-" in key:
                return 0
            found = each.size
    return found


def _behind(key: Sequence[str], words: list[str]) -> list[str] | None:
    """The rest of a dotted name after the part that a key of ``Parameters`` matches; None if it does not."""
    for part in key:
        first, *rest = words or [""]
        if part == "=":  # one module: with the number of a layer, or without
            words = rest if first.isdigit() else words
            continue
        start, _, stop = part.partition(":")
        among = first.isdigit() and (part == "*" or (bool(stop) and int(start) <= int(first) < int(stop)))
        if not among and part.removeprefix("-") != first:
            return None
        words = rest
    return words


def learned(scan: Scan, names: Names) -> Parameters:
    """The learned initial states of a scan as parameters; an axis without a known size is broadcast."""
    found: dict[str, Held] = {}
    for name, start in scan.state.items():
        if isinstance(start, Learned):
            size: Size = 1
            for axis in start.shape:
                each = evaluate(axis, lambda word: names.get(word, symbol(word)))
                if isinstance(each, int) or all(atom.startswith("$") for atom in each.atoms()):
                    size = size * each
            found[name] = Held(size)
    return found


def summed(sizes: Iterable[Size | None]) -> Size | None:
    """The sum; None if one is unknown, or the sum is too complex."""
    result: Size = 0
    try:
        for size in sizes:
            if size is None:
                return None
            result = result + size
    except SizeError:
        return None
    return result
