"""A first pass over the resolved graph: what must be known before the first class is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ReuseUse, ScanUse, Scope, Use
from zoo.compiler.queries import unique
from zoo.graph import Scan
from zoo.sizes import Symbolic, substitute, symbol


@dataclass(slots=True)
class Survey:
    """The layers of a graph, all names in its document, and the axes of its inputs that scans walk over."""

    layers: dict[type[Any], str] = field(default_factory=dict[type[Any], str])
    """Each with the name of its pack."""
    words: set[str] = field(default_factory=set[str])
    walked: dict[Symbolic, str] = field(default_factory=dict[Symbolic, str])
    _seen: set[int] = field(default_factory=set[int])

    def scope(self, scope: Scope, path: tuple[str, ...] = ()) -> Survey:
        """Visit a scope and everything inside it, each scope once."""
        if id(scope) not in self._seen:
            self._seen.add(id(scope))
            self.words.update(
                scope.inputs, scope.nodes, scope.outputs, (word.lstrip("$") for word in scope.values)
            )
            for name, node in scope.nodes.items():
                self._node(node, scope, (*path, name))
        return self

    def _node(self, node: ResolvedNode, scope: Scope, path: tuple[str, ...]) -> None:
        if node.use is not None:
            self._use(node.use, path)
        if isinstance(node.use, ScanUse) and isinstance(node.node, Scan) and node.use.scope.outputs:
            axis = substitute(symbol(node.node.over), scope.values)
            if isinstance(axis, Symbolic):
                self.walked.setdefault(axis, ".".join(path))

    def _use(self, use: Use, path: tuple[str, ...]) -> None:
        if isinstance(use, ReuseUse):
            self._use(use.use, path)
        elif isinstance(use, LayerUse):
            self.layers[use.spec.cls] = use.spec.id.partition("/")[0]
        elif isinstance(use, RepeatUse):
            for each in unique(use.each):
                self._use(each, path)
        else:
            assert isinstance(use, BlockUse | ScanUse)
            self.scope(use.scope, path)
