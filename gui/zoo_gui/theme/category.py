"""Which colour a category has: the same in every window and every session, whichever layers a graph uses."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32


def category_of(use: str) -> str:
    """The category of a layer, ``recurrent`` in ``recurrent/lstm_cell``; empty for a block."""
    return use.partition("/")[0] if "/" in use and "#" not in use else ""


def slot(name: str, count: int) -> int:
    """The place of a category among so many colours.

    Installed packs have different colours as long as there are enough; their names are known without loading
    them. Others take the colour that their name falls on.
    """
    return _installed(count).get(name, crc32(name.encode()) % count)


@lru_cache(maxsize=4)
def _installed(count: int) -> dict[str, int]:
    from importlib.metadata import entry_points  # takes 20 ms, for which the first picture need not wait

    taken: dict[str, int] = {}
    for name in sorted({point.name for point in entry_points(group="zoo")}):
        first = crc32(name.encode()) % count
        ways = [(first + step) % count for step in range(count)]
        taken[name] = next((way for way in ways if way not in taken.values()), first)
    return taken
