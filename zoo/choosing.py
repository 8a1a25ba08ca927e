"""What layers choose while they run: one that has several ways to a result tells which it takes, and why.

    if choosing.listeners:
        choosing.tell("flash", "nothing forbids it")

Nobody listens but ``model.explain(inputs)``, so that telling costs a look at an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias

Listener: TypeAlias = Callable[[str, str], None]
"""Is told the way that is taken, and why it is no faster one."""

listeners: list[Listener] = []


def tell(way: str, reason: str) -> None:
    """Tell all who listen."""
    for listener in listeners:
        listener(way, reason)


@contextmanager
def listening(listener: Listener) -> Generator[None]:
    """Within: a listener hears what layers choose."""
    listeners.append(listener)
    try:
        yield
    finally:
        listeners.remove(listener)
