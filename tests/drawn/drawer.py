"""What drawers of edits draw from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

from tests.strategies import names
from zoo import edits as e
from zoo.edits.paths import bodies, nodes
from zoo.graph import (
    Body,
    Call,
    Graph,
    Ref,
    Repeat,
    Reuse,
    Scan,
    split_scope,
    visible,
)
from zoo.wires import End, wires

T = TypeVar("T")
Drawn: TypeAlias = e.Edit | str | None
"""An edit; whatever is none is no edit."""


class Drawer:
    """Draws from what a graph holds; None where there is nothing to draw from."""

    def __init__(self, draw: st.DrawFn, graph: Graph) -> None:
        self.draw, self.graph = draw, graph

    def one(self, things: Iterable[T]) -> T | None:
        found = [*things]
        return self.draw(st.sampled_from(found)) if found else None

    def scope(self, *kinds: type[Body]) -> str | None:
        return self.one(scope for scope, body in bodies(self.graph) if not kinds or isinstance(body, kinds))

    def node(self, *kinds: type[Call | Repeat | Scan | Reuse]) -> tuple[str, str] | None:
        return self.one(place for place, node in nodes(self.graph) if not kinds or isinstance(node, kinds))

    def index(self) -> int | None:
        return self.draw(st.none() | st.integers(0, 3))

    def name(self) -> str:
        return self.draw(names)

    def params(self, scope: str) -> list[str]:
        block, _ = split_scope(scope)
        return [*(self.graph.params if block is None else self.graph.blocks[block].params)]

    def ref(self, scope: str) -> Ref | None:
        """Something that can be read in a scope."""
        name = self.one(visible(self.graph.body(scope)))
        return None if name is None else Ref(name, self.draw(st.none() | names))

    def end(self, scope: str) -> End | None:
        """Where a wire of a scope ends now, or could end."""
        body = self.graph.body(scope)
        ends = [end for end, _ in wires(body)]
        ends += [
            End(name, "inputs", self.name())
            for name, node in body.nodes.items()
            if not isinstance(node, Scan)
        ]
        ends += [End(name, "mask") for name, node in body.nodes.items() if isinstance(node, Scan)]
        ends += [
            End(name, "carry", self.name()) for name, node in body.nodes.items() if isinstance(node, Repeat)
        ]
        if isinstance(body, Scan):
            ends += [End("", "next", state) for state in body.state]
        return self.one(ends)
