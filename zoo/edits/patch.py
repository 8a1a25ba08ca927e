"""The difference between two graphs.

Graphs share the parts that an edit does not touch, so a comparison only visits the changed parts and the
mappings around them. A patch stores the changed entries, not the graphs, so that an undo history of thousands
of edits stays small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias, TypeVar, cast

from zoo.errors import EditError
from zoo.graph import Block, Body, Frozen, Graph, Scan, identical

B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Entries:
    """A change of a mapping: keys to remove, values to replace, and entries to insert at an index."""

    out: tuple[str, ...]
    over: tuple[tuple[str, Any], ...]
    new: tuple[tuple[int, str, Any], ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """A change of a graph, block or scan: for each changed field, a new value or ``Entries`` of a mapping.

    A scan or block that changed inside is a ``Patch`` of its own in ``Entries.over``.
    """

    kind: type[Body]
    parts: tuple[tuple[str, Part], ...]


Part: TypeAlias = Entries | Any


def difference(before: B, after: B) -> Patch:
    """The patch that turns ``before`` into ``after``."""
    parts: list[tuple[str, Part]] = []
    for field in fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old is new or not field.compare:
            continue
        if isinstance(old, Frozen):
            entries = _entries(cast(Frozen[str, Any], old), new)
            if entries != Entries((), (), ()):
                parts.append((field.name, entries))
        elif not identical(old, new):
            parts.append((field.name, new))
    return Patch(type(before), tuple(parts))


def _entries(before: Mapping[str, Any], after: Mapping[str, Any]) -> Entries:
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:  # the order changed: replace the whole mapping
        kept = []
    staying = set(kept)
    over: list[tuple[str, Any]] = []
    for key in kept:
        old, new = before[key], after[key]
        if old is new or identical(old, new):
            continue
        inside = isinstance(old, Scan | Block) and type(old) is type(new)
        over.append((key, difference(old, new) if inside else new))
    return Entries(
        out=tuple(key for key in before if key not in staying),
        over=tuple(over),
        new=tuple((index, key, after[key]) for index, key in enumerate(after) if key not in staying),
    )


def patched(body: B, patch: Patch) -> B:
    """Apply a patch to ``body``; raises EditError if the patch was made for another one."""
    if type(body) is not patch.kind:
        raise EditError(_UNFIT)
    changes = {
        name: _with_entries(getattr(body, name), part) if isinstance(part, Entries) else part
        for name, part in patch.parts
    }
    return replace(body, **changes)


def _with_entries(mapping: Frozen[str, Any], entries: Entries) -> Frozen[str, Any]:
    changed = dict(mapping)
    for key in entries.out:
        if key not in changed:
            raise EditError(_UNFIT)
        del changed[key]
    for key, value in entries.over:
        if key not in changed:
            raise EditError(_UNFIT)
        inner = changed[key]
        if not isinstance(value, Patch):
            changed[key] = value
        elif isinstance(inner, Graph | Block | Scan):
            changed[key] = patched(inner, value)
        else:
            raise EditError(_UNFIT)
    return _merged(changed, {index: (key, value) for index, key, value in entries.new})


def _merged(old: Mapping[str, Any], new: Mapping[int, tuple[str, Any]]) -> Frozen[str, Any]:
    if not new:
        return Frozen(old)
    rest = iter(old.items())
    size = len(old) + len(new)
    if max(new) >= size or any(key in old for key, _ in new.values()):
        raise EditError(_UNFIT)
    return Frozen(new[index] if index in new else next(rest) for index in range(size))


_UNFIT = "this undoes an edit of another graph, or edits were made since; undo those first"
