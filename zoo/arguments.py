"""Validation of the arguments of public functions.

Each function here returns its argument, or raises an ArgumentError that says what is expected, what was
given, and what to write instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from operator import index
from typing import Any, SupportsFloat, TypeVar, cast

from zoo.errors import ArgumentError, came
from zoo.graph import Graph
from zoo.seeds import LARGEST_SEED

T = TypeVar("T")


def graph(value: object, name: str = "graph") -> Graph:
    """Require a graph."""
    if isinstance(value, Graph):
        return value
    remedy = "zoo.load(path) reads one, and zoo.Graph.new(name) begins one"
    if _is_path(value):
        remedy = "zoo.load(path) reads the graph of a file"
    elif isinstance(getattr(value, "graph", None), Graph):  # a compiled model, a document, a resolution
        remedy = "its graph is its attribute .graph"
    elif callable(getattr(value, "build", None)):  # a builder
        remedy = "its method build() gives the graph"
    raise refused(name, "a graph", value, remedy)


def path(value: object, name: str = "path", example: str = "gpt.yaml") -> str:
    """Require the path of a file, and return it as a string."""
    if isinstance(value, str):
        return value
    if _is_path(value) and isinstance(found := os.fspath(cast("os.PathLike[Any]", value)), str):
        return found
    remedy = "os.fsdecode makes one of bytes" if _is_bytes(value) else f'write for example "{example}"'
    raise refused(name, "the path of a file, a text or a Path", value, remedy)


def text(value: object, name: str = "text") -> str:
    """Require a string."""
    if isinstance(value, str):
        return value
    remedy = "write it in quotes"
    if _is_path(value):
        remedy = "zoo.load reads a file"
    elif _is_bytes(value):
        remedy = "decode() makes one of bytes"
    raise refused(name, "a text", value, remedy)


def whole(value: object, name: str, least: int | None = None, most: int | None = None) -> int:
    """Require an integer of at least ``least`` and, with it, at most ``most``; a bool is not one."""
    bound = "" if least is None else f" of {least} or more" if most is None else f" from {least} to {most}"
    try:
        number = None if isinstance(value, bool) else index(cast("Any", value))
    except TypeError:
        number = None
    if number is None:
        raise refused(name, f"a whole number{bound}", value, f"write for example {name}={max(least or 0, 1)}")
    if most is not None and number > most:
        raise ArgumentError(f"'{name}' must be a whole number{bound}, not {number}; write a smaller one")
    if least is not None and number < least:
        raise ArgumentError(
            f"'{name}' must be a whole number{bound}, not {number}; write {name}={least} or more"
        )
    return number


def seed(value: object, name: str = "seed") -> int:
    """Require a seed: an integer from 0 to ``LARGEST_SEED``."""
    return whole(value, name, 0, LARGEST_SEED)


def number(value: object, name: str) -> float:
    """Require a number, possibly infinite or NaN; a bool is not one."""
    if isinstance(value, SupportsFloat) and not isinstance(value, bool):
        return float(value)
    raise refused(name, "a number", value, f"write for example {name}=1.0")


def mapping(value: object, name: str, example: str) -> Mapping[Any, Any]:
    """Require a mapping."""
    if not isinstance(value, Mapping):
        raise refused(name, "a mapping from names", value, f"write for example {name}={example}")
    found = cast("Mapping[Any, Any]", value)
    for key in found:
        if not isinstance(key, str):
            raise ArgumentError(
                f"'{name}' must be a mapping from names, and has the key {key!r}; write for example "
                f"{name}={example}"
            )
    return found


def several(value: object, name: str, each: Callable[[object, str], T]) -> list[T]:
    """Require a sequence whose items pass ``each``. A bare string is refused, although it is a sequence."""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [each(one, name) for one in cast("Sequence[object]", value)]
    one = each(value, name)  # raises first if the value is wrong in itself, not just missing its brackets
    raise refused(name, "a list", value, f"write [{one!r}]")


def instance(value: object, kind: type[T], name: str, remedy: str) -> T:
    """Require an instance of one of the library's classes."""
    if isinstance(value, kind):
        return value
    called = kind.__name__
    article = "an" if called[0] in "AEIOU" else "a"
    raise refused(name, f"{article} {called}", value, remedy)


def _is_path(value: object) -> bool:
    return isinstance(value, str | os.PathLike)


def _is_bytes(value: object) -> bool:
    return isinstance(value, bytes)


def refused(name: str, what: str, value: object, remedy: str) -> ArgumentError:
    """The error for an argument ``name`` that should be ``what``, and is ``value``."""
    return ArgumentError(f"'{name}' must be {what}, not {came(value)}; {remedy}")
