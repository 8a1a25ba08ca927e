"""Names in generated code: what people wrote, mended where Python or ``nn.Module`` would stumble over it.

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
"""Names that generated code says with a meaning of its own."""


class Names:
    """The names taken in one namespace."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def take(self, *wishes: str) -> str:
        """The first free wish, else the first with ``_`` or a number behind it."""
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
    """A name that may stand as a variable or field inside a class: no keyword, no leading ``__``."""
    if not NAME.fullmatch(name):
        raise ZooError(f"names are made of letters, digits and _, and {name!r} is not; rename it")
    if name.startswith("__"):  # Python would change it inside a class
        name = name.strip("_") or "x"
        name = f"x{name}" if name[0].isdigit() else name
        return f"{name}_"
    return f"{name}_" if name in WORDS else name


def field(name: str) -> str:
    """A name that may stand as the field of a NamedTuple, which refuses a leading ``_``."""
    bare = name.lstrip("_")
    if bare != name:
        name = f"{bare}_" if bare[:1].isalpha() else f"x{name}"
    return plain(name)


def camel(name: str) -> str:
    """A class name: ``encoder_layer`` as ``EncoderLayer``. A graph's name may hold anything."""
    name = "".join(part[:1].upper() + part[1:] for part in re.split(r"[\W_]+", name, flags=re.ASCII))
    return name if name[:1].isalpha() else f"Block{name}"


def attributes(also: Iterable[str] = ()) -> Names:
    """The attributes of a module, with those that every ``nn.Module`` has taken (and ``also``)."""
    return Names((*_TAKEN, *also))


_TAKEN = frozenset(dir(nn.Module()))
