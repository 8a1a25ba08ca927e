"""The blocks of a graph that is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from zoo.graph import Block


@dataclass(slots=True)
class Blocks:
    """The blocks of a graph, by their names."""

    found: dict[str, Block] = field(default_factory=dict[str, Block])

    def add(self, wanted: str, block: Block) -> str:
        """The name of a block; equal ones have one."""
        name, number = wanted, 1
        while name in self.found and self.found[name] != block:
            number += 1
            name = f"{wanted}_{number}"
        self.found[name] = block
        return name
