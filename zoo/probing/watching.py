"""Watching modules by hooks, which are gone afterwards: what each gave, call by call."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias, cast

from torch import nn

from zoo.probing.sites import Path

Run: TypeAlias = "tuple[Path, int]"
"""One time that a loop was run: the module that was called for it, and a number."""
Values: TypeAlias = Mapping[str, Any]
"""What came out of a call, by port."""
Call: TypeAlias = "tuple[Run | None, Values]"
"""The run of the innermost loop that a call was in, and what came out of it."""


@dataclass(slots=True)
class Watch:
    """All calls of the watched modules, and which loops are running."""

    calls: dict[Path, list[Call]] = field(default_factory=dict[Path, "list[Call]"])
    running: list[Run] = field(default_factory=list[Run])
    numbers: Iterator[int] = field(default_factory=count)

    def enters(self, path: Path) -> Callable[..., None]:
        """The hook of a module that runs a loop, before it does."""

        def enter(*_: Any) -> None:
            self.running.append((path, next(self.numbers)))

        return enter

    def left(self, *_: Any) -> None:
        """The hook of a module that has run its loop."""
        self.running.pop()

    def took(self, path: Path, ports: Callable[[Any], Values]) -> Callable[..., None]:
        """The hook of a module: it writes down what comes out."""
        calls = self.calls[path] = []

        def take(_: nn.Module, __: Any, result: Any) -> None:
            calls.append((self.running[-1] if self.running else None, ports(result)))

        return take


class _Hooked:
    """A module, whose hooks are written down as they are registered."""

    def __init__(self, module: nn.Module, handles: list[Any]) -> None:
        self._module, self._handles = cast(Any, module), handles  # torch does not say what hooks are

    def register_forward_pre_hook(self, look: Callable[..., Any], **how: bool) -> None:
        self._handles.append(self._module.register_forward_pre_hook(look, **how))

    def register_forward_hook(self, look: Callable[..., Any], **how: bool) -> None:
        self._handles.append(self._module.register_forward_hook(look, **how))


@contextmanager
def hooking() -> Generator[Callable[[nn.Module], _Hooked]]:
    """Within: modules are given hooks, ``hook(module).register_forward_hook(…)``; after, all are gone."""
    handles: list[Any] = []
    try:
        yield lambda module: _Hooked(module, handles)
    finally:
        for handle in handles:
            handle.remove()
