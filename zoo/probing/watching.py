"""Watching modules by hooks, which are gone afterwards: what each gave, call by call."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias, cast

from torch import nn

from zoo.probing.sites import Path

Call: TypeAlias = "tuple[int | None, Mapping[str, Any]]"
"""The run of the loop that a call was in, and what came out by port."""


@dataclass(slots=True)
class Watch:
    """All calls of the watched modules, and which loops are running."""

    calls: dict[Path, list[Call]] = field(default_factory=dict[Path, "list[Call]"])
    running: list[int] = field(default_factory=list[int])
    numbers: Iterator[int] = field(default_factory=count)

    def entered(self, *_: Any) -> None:
        self.running.append(next(self.numbers))

    def left(self, *_: Any) -> None:
        self.running.pop()

    def took(self, path: Path, ports: Callable[[Any], Mapping[str, Any]]) -> Callable[..., None]:
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
