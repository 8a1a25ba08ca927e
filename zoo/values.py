"""Immutable values: settings, and the mappings inside a graph."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar, cast

from zoo.errors import EditError
from zoo.sizes import Name, Op

K = TypeVar("K")
V = TypeVar("V")


class Frozen(dict[K, V]):
    """An immutable, hashable dict: the mappings inside a graph."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a graph is immutable: make a changed one with zoo.edits or dataclasses.replace")

    if not TYPE_CHECKING:  # to a type checker, every dict is mutable and none is hashable
        __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

        def __hash__(self) -> int:
            return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[Frozen[K, V]], tuple[dict[K, V]]]:
        return Frozen, (dict(self),)


EMPTY: Frozen[str, Any] = Frozen()

Value: TypeAlias = bool | int | float | str | Name | Op | tuple["Value", ...] | Frozen[str, "Value"] | None
"""A setting: a plain value, or an expression of ``$params`` (``Name`` or ``Op``)."""

Scalar: TypeAlias = bool | int | float | str | None
"""The value of a param; None is ``~``: the value must be given where the block is used."""


class Typed(str):
    """A scalar as it was typed on a command line, to be read by whoever knows whether a text is wanted."""

    __slots__ = ()


def freeze(value: object) -> Value:
    """Convert a setting's value, including lists and dicts, to its immutable form.

    Raises EditError for values that a file cannot hold.
    """
    if isinstance(value, float) and math.isnan(value):
        raise EditError("a setting is a value that means something, not .nan")
    if value is None or isinstance(value, bool | int | float | str | Name | Op):
        return value
    if isinstance(value, list | tuple):
        return tuple(map(freeze, cast(Iterable[object], value)))
    if isinstance(value, Mapping):
        entries = cast(Mapping[object, object], value)
        if all(isinstance(key, str) for key in entries):
            return Frozen({str(key): freeze(entry) for key, entry in entries.items()})
    kinds = "a number, a text, true, false, ~, an expression of $params, or a list or mapping of these"
    raise EditError(f"a setting is {kinds}, not {type(cast(object, value)).__name__}")


def identical(a: object, b: object) -> bool:
    """Whether two graphs, or parts of graphs, give the same file: equal in value, type and order."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, Frozen):
        mapping, other = cast(Frozen[str, object], a), cast(Frozen[str, object], b)
        return list(mapping) == list(other) and all(identical(mapping[key], other[key]) for key in mapping)
    if isinstance(a, tuple):
        items, others = cast(tuple[object, ...], a), cast(tuple[object, ...], b)
        return len(items) == len(others) and all(map(identical, items, others))
    if is_dataclass(a) and not isinstance(a, type):
        return all(
            identical(getattr(a, part.name), getattr(b, part.name)) for part in fields(a) if part.compare
        )
    return repr(a) == repr(b) if isinstance(a, float) else a == b  # -0.0 == 0.0
