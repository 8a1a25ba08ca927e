"""Parameters while they are counted: where they live, how often they are there, and which are another's."""

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
    """Parameters: how many numbers, how often there are as many, and the layer that they are of, if any."""

    size: Size | None
    times: Size = 1
    layer: Layer | None = None


Parameters: TypeAlias = Mapping[str, Held]
"""Parameters by the dotted name of their layer or state.

In a repeat, ``*`` stands for all layers, ``2:5`` for some of them, ``=`` for those that are one module. A
name with a ``-`` has what is not counted, as it lives elsewhere.
"""


def total(held: Parameters) -> Size | None:
    """How many numbers all parameters have."""
    return summed(each.size if each.size is None else each.size * each.times for each in held.values())


def untied(held: Parameters, ties: Iterable[str]) -> dict[str, Held]:
    """The parameters without those that live elsewhere."""
    left = dict(held)
    for own in ties:
        size = size_of(left, own)
        left[f"-{own}"] = Held(None if size is None else 0 - size)
    return left


def size_of(held: Parameters, name: str) -> Size | None:
    """How many numbers a parameter has, by its dotted name; 0 for one that lives elsewhere already."""
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
    """The end of a dotted name behind what a key of ``Parameters`` stands for; None where that is another."""
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
    """The parameters that the states of a scan start from; an axis without a number is broadcast."""
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
    """The sum; None when one is unknown, or it is too long to be written."""
    result: Size = 0
    try:
        for size in sizes:
            if size is None:
                return None
            result = result + size
    except SizeError:
        return None
    return result
