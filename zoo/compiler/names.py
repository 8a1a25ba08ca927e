"""Identifiers for generated code: names of the document, changed if they clash with Python's or torch's.

A node called ``class`` becomes ``class_``, one called ``forward`` becomes the attribute ``forward_``. The
same graph always gives the same names, so that weights keep their keys.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from torch import nn

from zoo.errors import ZooError
from zoo.graph import NAME

WORDS = frozenset(
    {
        *keyword.kwlist,
        *("self", "super", "range", "reversed", "zip", "torch", "nn", "Tensor", "NamedTuple", "None"),
        *("int", "float", "bool", "str", "tuple", "__class__"),
    }
)
"""Names that generated code uses itself."""


class Names:
    """The names that are taken in one namespace."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def take(self, *wishes: str) -> str:
        """The first wish that is free, else the first one with ``_`` or a number appended."""
        name = next((wish for wish in wishes if wish not in self), None)
        if name is None:
            name = f"{wishes[0]}_"
            count = 2
            while name in self:
                name = f"{wishes[0]}_{count}"
                count += 1
        self._taken.add(name)
        return name


def plain(name: str) -> str:
    """A valid variable or attribute name inside a class: no keyword, no leading ``__``."""
    if not NAME.fullmatch(name):
        raise ZooError(f"names are made of letters, digits and _, and {name!r} is not; rename it")
    if name.startswith("__"):  # Python would change it inside a class
        name = name.strip("_") or "x"
        name = f"x{name}" if name[0].isdigit() else name
        return f"{name}_"
    return f"{name}_" if name in WORDS else name


def field(name: str) -> str:
    """A valid field name of a NamedTuple, which allows no leading ``_``."""
    bare = name.lstrip("_")
    if bare != name:
        name = f"{bare}_" if bare[:1].isalpha() else f"x{name}"
    return plain(name)


def camel(name: str) -> str:
    """A class name: ``encoder_layer`` as ``EncoderLayer``. A graph's name may hold anything."""
    name = "".join(part[:1].upper() + part[1:] for part in re.split(r"[\W_]+", name, flags=re.ASCII))
    return name if name[:1].isalpha() else f"Block{name}"


def attributes(also: Iterable[str] = ()) -> Names:
    """The attribute names of a module; those of every ``nn.Module`` (and ``also``) are taken."""
    return Names((*_TAKEN, *also))


_TAKEN = frozenset(dir(nn.Module()))
