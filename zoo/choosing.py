"""Choices at run time: a layer that has several ways to compute its result reports which it takes, and why.

    if choosing.listeners:
        choosing.tell("flash", "nothing forbids it")

Only ``model.explain(inputs)`` listens; otherwise a report costs one check of an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias

Listener: TypeAlias = Callable[[str, str], None]
"""Called with the way taken, and the reason why no faster one is."""

listeners: list[Listener] = []


def tell(way: str, reason: str) -> None:
    """Report a choice to every listener."""
    for listener in listeners:
        listener(way, reason)


@contextmanager
def listening(listener: Listener) -> Generator[None]:
    """Context manager: ``listener`` receives the choices that layers make inside the block."""
    listeners.append(listener)
    try:
        yield
    finally:
        listeners.remove(listener)
