"""How a model runs: the lowering of every scan, and what layers choose at run time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from zoo.choosing import listening

if TYPE_CHECKING:
    from zoo.compiler.model import CompiledGraph
    from zoo.compiler.program import ModuleClass


@dataclass(frozen=True, slots=True)
class Way:
    """How one node runs: its path (in nodes), the way that was chosen, and the reason why no faster one was.

    The reason is empty if no faster way was tried.
    """

    path: str
    way: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.way}{f' ({self.reason})' if self.reason else ''}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The ways of a model's nodes, in the order of its modules; print it, or look up a path."""

    ways: tuple[Way, ...]

    def __iter__(self) -> Iterator[Way]:
        return iter(self.ways)

    def __len__(self) -> int:
        return len(self.ways)

    def __getitem__(self, path: str) -> Way:
        """The way of the node at a path; KeyError for a node that can run in one way only."""
        for way in self.ways:
            if way.path == path:
                return way
        raise KeyError(path)

    def __str__(self) -> str:
        return "\n".join(map(str, self.ways)) or "nothing to choose: no node can run in more than one way"


def explanation(model: CompiledGraph, run: Callable[[], object] | None = None) -> Explanation:
    """The lowering of every scan of a model, and what its layers choose during ``run``."""
    unit = model.__zoo_unit__
    ways: dict[Way, None] = {}
    together: dict[str, Mapping[str, str]] = {"": unit.root.together}
    for name, module in cast("Iterator[tuple[str, nn.Module]]", model.named_modules()):
        written: ModuleClass | None = unit.written.get(type(module).__name__)
        if written is None or unit.classes.get(type(module).__name__) is not type(module):
            continue
        together[name] = written.together
        path = unit.nodes_of(name)
        if written.chosen is not None:
            reasons = [f"not {each}: {why}" for each, why in written.chosen.declined.items()]
            said = together.get(name.rpartition(".")[0], {}).get(path[-1])
            reason = "; ".join([*reasons, *([said] if said else [])])
            ways[Way(".".join(path), written.chosen.lowering, reason)] = None
    if run is not None:
        for name, way, reason in _heard(model, run):
            ways[Way(".".join(unit.nodes_of(name)), way, reason)] = None
    return Explanation(tuple(ways))


def _heard(model: CompiledGraph, run: Callable[[], object]) -> list[tuple[str, str, str]]:
    """What layers report while a model runs: the name of the module, its way, and why."""
    inside: list[str] = []
    found: list[tuple[str, str, str]] = []

    def entered(name: str) -> Callable[..., None]:
        return lambda *_: inside.append(name)

    def left(*_: object) -> None:
        inside.pop()

    hooks: list[Any] = []
    try:
        for name, module in cast("Iterator[tuple[str, nn.Module]]", model.named_modules()):
            hooked: Any = module  # torch does not say what hooks are
            hooks += [hooked.register_forward_pre_hook(entered(name)), hooked.register_forward_hook(left)]
        with listening(lambda way, reason: found.append((inside[-1], way, reason))), torch.no_grad():
            run()
    finally:
        for hook in hooks:
            hook.remove()
    return found
