"""How a model runs, as compiling it decided: the lowering of every scan, and why no faster one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from torch import nn

if TYPE_CHECKING:
    from zoo.compiler.model import CompiledGraph
    from zoo.compiler.program import Written


@dataclass(frozen=True, slots=True)
class Way:
    """How one node runs: the path of its module (as nodes), the way it takes, and why no faster one.

    The reason is empty where there is none: nothing faster was asked, or stood before it in line.
    """

    path: str
    way: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.way}{f' ({self.reason})' if self.reason else ''}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The ways of a model's nodes, in the order of its modules; ``print`` it, or look a path up."""

    ways: tuple[Way, ...]

    def __iter__(self) -> Iterator[Way]:
        return iter(self.ways)

    def __len__(self) -> int:
        return len(self.ways)

    def __getitem__(self, path: str) -> Way:
        """The way of the node at a path; KeyError for one that no choice was made for."""
        for way in self.ways:
            if way.path == path:
                return way
        raise KeyError(path)

    def __str__(self) -> str:
        return "\n".join(map(str, self.ways)) or "nothing to choose: no node can run in more than one way"


def explanation(model: CompiledGraph) -> Explanation:
    """The lowering of every scan of a model."""
    unit = model.__zoo_unit__
    ways: list[Way] = []
    for name, module in cast("Iterator[tuple[str, nn.Module]]", model.named_modules()):
        written: Written | None = unit.written.get(type(module).__name__)
        chosen = None if written is None else written.chosen
        if chosen is not None and unit.classes.get(type(module).__name__) is type(module):
            reason = "; ".join(f"not {each}: {why}" for each, why in chosen.declined.items())
            ways.append(Way(".".join(unit.nodes_of(name)), chosen.lowering, reason))
    return Explanation(tuple(ways))
