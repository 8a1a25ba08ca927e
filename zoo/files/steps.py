"""The old and new entries of a collection side by side.

A ``Part`` is an entry of the text. A ``Step`` is a new entry, with the part that it comes from, if any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from zoo.errors import FileError
from zoo.files.comments import dash
from zoo.files.match import in_order, match_items, match_keys
from zoo.files.scalars import Plain
from zoo.files.shape import Kind, has_names
from zoo.files.source import TreePath
from zoo.files.text import shown
from zoo.files.tree import Mapping, Marked, Scalar, Sequence


@dataclass(slots=True)
class Part:
    """An entry or item of the text."""

    name: str
    key: Scalar | None
    start: int
    end: int
    value: Marked
    flow: bool
    path: TreePath


@dataclass(slots=True)
class Step:
    """A new entry or item, with its part of the text, if any, and the old content ``base`` of that part.

    ``stays`` is false for a part that moves to another position.
    """

    key: str
    new: Plain
    part: Part | None
    base: Plain
    stays: bool = True


Steps: TypeAlias = tuple[list[Step], list[Part]]
"""The new entries in their order, and all entries of the text."""


def entries(
    node: Mapping, base: dict[str, Plain], new: dict[str, Plain], kind: Kind, path: TreePath
) -> Steps:
    """The steps from a mapping with the content ``base`` to ``new``."""
    parts = {
        name: Part(name, key, key.start, max(key.end, value.end), value, node.flow, (*path, name))
        for name, (key, value) in node.entries.items()
    }
    was = match_keys(base, new, has_names(kind))
    order = {key: at for at, key in enumerate(base)}
    staying = set(order.values())
    if has_names(kind):
        staying = in_order([order[was[key]] for key in new if key in was])
        lost = next((key for key in new if key not in was and key in parts and key not in base), None)
        if lost is not None:
            raise FileError(
                f"'{shown(lost)}' stands in the file already and could not be read; mend it there first"
            )
    steps: list[Step] = []
    for key, value in new.items():
        old = was.get(key, key)
        # a key with a default value (`with:`, `share: false`) is in the text, but not in the base
        part = parts.get(old)
        stays = part is not None and (old not in base or order[old] in staying)
        steps.append(Step(key, value, part, base.get(old), stays))
    return steps, list(parts.values())


def items(node: Sequence, text: str, base: list[Plain], new: list[Plain], path: TreePath) -> Steps:
    """The steps from a list with the content ``base`` to ``new``."""
    parts: list[Part] = []
    for at, item in enumerate(node.items):
        start = item.start if node.flow else dash(text, item)
        parts.append(Part("", None, start, item.end, item, node.flow, (*path, at)))
    steps: list[Step] = []
    for value, was in zip(new, match_items(base, new), strict=True):
        steps.append(Step("", value, None if was is None else parts[was], None if was is None else base[was]))
    return steps, parts
