"""Evaluating settings in a body: the value for the constructor, and the form in generated code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from zoo.checker.resolution import Setting
from zoo.graph import Frozen
from zoo.sizes import Name, Op, Symbolic, names, symbol

if TYPE_CHECKING:
    from zoo.checker.frame import Frame

UNKNOWN: Final = object()
"""The value of a setting that is unknown because of another problem."""

_PLAIN = frozenset({int, float, str, bool, type(None)})


def setting(frame: Frame, value: Setting) -> tuple[Setting, Any]:
    """The local form of a setting, for generated code, and its ground value.

    The value is a ``Symbolic`` if it is not a number yet, or UNKNOWN. Raises SizeError if an expression has
    no value.
    """
    kind = value.__class__
    if kind in _PLAIN:
        return value, value
    if isinstance(value, Name):
        found = frame.values.get(value.text, UNKNOWN)
        if type(found) is int or isinstance(found, Symbolic):
            return symbol(value.text), found
        return value, found
    if isinstance(value, Op):
        if any(word not in frame.values for word in names(value)):
            return value, UNKNOWN
        local = frame.evaluate(value)
        return local, frame.ground(local)
    if isinstance(value, Symbolic):
        return value, frame.ground(value)
    return value, _collection(frame, value)


def typed(values: Mapping[str, Any]) -> tuple[tuple[str, str, Any], ...]:
    """Named values as a hashable key in which ``1``, ``1.0`` and ``true`` differ."""
    return tuple((name, value.__class__.__name__, value) for name, value in values.items())


def _collection(frame: Frame, value: Any) -> Any:
    if isinstance(value, tuple):
        items = [setting(frame, item)[1] for item in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - a tuple of anything
        return UNKNOWN if UNKNOWN in items else tuple(items)
    entries = {key: setting(frame, item)[1] for key, item in value.items()}
    return UNKNOWN if UNKNOWN in entries.values() else Frozen(entries)
