"""What layers choose while they run: one that can compute its result in several ways tells which, and why.

    if choosing.listeners:
        choosing.tell("flash", "nothing forbids it")

Only ``model.explain(inputs)`` listens; otherwise telling costs a look at an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias

Listener: TypeAlias = Callable[[str, str], None]
"""Called with the way that is taken, and why it is not a faster one."""

listeners: list[Listener] = []


def tell(way: str, reason: str) -> None:
    """Tell all who listen."""
    for listener in listeners:
        listener(way, reason)


@contextmanager
def listening(listener: Listener) -> Generator[None]:
    """In this block, a listener hears what layers choose."""
    listeners.append(listener)
    try:
        yield
    finally:
        listeners.remove(listener)
