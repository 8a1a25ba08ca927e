"""Deep post-norm stacks: many consecutive layers that end with a norm over their residual sum.

Such a norm also rescales the residual branch, so that the initial gradients are large near the output, and
the larger the deeper the stack is: without warm-up, it often fails to train (Xiong et al. 2020, "On layer
normalization in the Transformer architecture"). As a graph does not say how it is trained, this is a note.

A layer is a block. Going back from its output along the residual stream, there is a norm, then a sum, then,
via one of the summands and possibly further such pairs, the input. Other structures are ignored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from zoo.checker.findings import Finding, TreePath
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ReuseUse, Scope
from zoo.graph import Ref, refs

MOST = 6
"""The number of layers that train without warm-up: that of the original Transformer."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What the residual stream has passed inside a body, up to some wire.

    ``layers`` counts post-norm layers, ``normed`` says whether it passed a norm over a sum in the body
    itself, and ``port`` is the input that it came from.
    """

    layers: int = 0
    normed: bool = False
    port: str | None = None


def check(root: Scope) -> list[Finding]:
    """A note for each node that makes a stack of post-norm layers too deep."""
    return list(_Stacks().walk(root, (), "", ())) if _deep(root, {}) else []


class _Stacks:
    """Traverses every body once."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.known: dict[int, Mapping[Ref, Passed]] = {}

    def walk(self, scope: Scope, path: tuple[str, ...], file: str, tree: TreePath) -> Iterator[Finding]:
        """The notes of a body and of the blocks that it uses, inner ones first."""
        if id(scope) in self.seen:
            return
        self.seen.add(id(scope))
        for name in scope.order:
            node = scope.nodes[name]
            blocks = _blocks(node)
            for index, block in blocks:
                inner = (*path, name, *index)
                yield from self.walk(block.scope, inner, block.file, ("blocks", block.name))
            for port in blocks[0][1].outputs if blocks else ():
                own = self._own(node, port).layers
                whole = self._behind(scope)[Ref(name, port)].layers
                deep = whole > MOST >= whole - own
                if deep and not any(self._through(block.scope, port).layers > MOST for _, block in blocks):
                    yield _note(whole, (*path, name), file, (*tree, "nodes", name))
                    break

    def _behind(self, scope: Scope) -> Mapping[Ref, Passed]:
        """What the stream has passed up to each wire of a body; empty for wires off the stream."""
        if id(scope) not in self.known:
            found = defaultdict[Ref, Passed](Passed, {Ref(name): Passed(port=name) for name in scope.inputs})
            for name in scope.order:
                node = scope.nodes[name]
                for port in node.types:
                    found[Ref(name, port)] = self._at(scope, found, node, port)
            self.known[id(scope)] = found
        return self.known[id(scope)]

    def _at(self, scope: Scope, found: Mapping[Ref, Passed], node: ResolvedNode, port: str) -> Passed:
        if _blocks(node):
            own = self._own(node, port)
            sources = () if own.port is None else refs(node.inputs.get(own.port, ()))
            before = found[sources[0]] if len(sources) == 1 else Passed()
            return replace(before, layers=before.layers + own.layers)
        use = _applied(node)
        sources = [source for wire in node.inputs.values() for source in refs(wire)]
        if not isinstance(use, LayerUse) or len(sources) != 1:
            return Passed()
        if use.spec.role == "norm":
            summed = scope.nodes.get(sources[0].node)
            if summed is None or not isinstance(use := _applied(summed), LayerUse) or use.spec.role != "sum":
                return Passed()
            ways = [found[source] for wire in summed.inputs.values() for source in refs(wire)]
            best = max(ways, key=lambda way: (way.port is not None, way.layers), default=Passed())
            return replace(best, normed=True)
        return found[sources[0]] if use.spec.pointwise else Passed()

    def _own(self, node: ResolvedNode, port: str) -> Passed:
        """What the stream passes inside a node on its way to an output."""
        found = [self._through(block.scope, port) for _, block in _blocks(node)]
        use, first = _applied(node), found[0].port
        if not isinstance(use, RepeatUse):
            return found[0]
        carried = first is not None and use.carry.get(first) == port
        if not carried or len({passed.port for passed in found}) > 1:
            return found[-1]
        return Passed(sum(passed.layers for passed in found), port=first)

    def _through(self, scope: Scope, port: str) -> Passed:
        """What the stream passes in a body; a body that is not a stack counts as one layer, or none."""
        ref = scope.outputs.get(port)
        passed = Passed() if ref is None else self._behind(scope)[ref]
        own = 1 if passed.normed and passed.port is not None else 0
        return Passed(max(passed.layers, own), port=passed.port)


def _deep(scope: Scope, seen: dict[int, bool]) -> bool:
    """Whether any body has enough blocks for a deep stack."""
    if id(scope) not in seen:
        seen[id(scope)] = False
        blocks = [block for node in scope.nodes.values() for _, block in _blocks(node)]
        bodies = {id(block.scope): block.scope for block in blocks}.values()
        seen[id(scope)] = len(blocks) > MOST or any(_deep(body, seen) for body in bodies)
    return seen[id(scope)]


def _applied(node: ResolvedNode) -> object:
    return node.use.use if isinstance(node.use, ReuseUse) else node.use


def _blocks(node: ResolvedNode) -> list[tuple[tuple[str, ...], BlockUse]]:
    """The blocks that a node applies in sequence, with their index in a repeat."""
    use = _applied(node)
    if isinstance(use, BlockUse):
        return [((), use)]
    if isinstance(use, RepeatUse):
        blocks = [((str(at),), each) for at, each in enumerate(use.each) if isinstance(each, BlockUse)]
        return blocks if len(blocks) == len(use.each) else []
    return []


def _note(layers: int, path: tuple[str, ...], file: str, at: TreePath) -> Finding:
    return Finding(
        "post-norm",
        f"a stack of {layers} layers, each with a norm over its residual sum (post-norm), "
        "seldom learns without a slow start",
        "norm what each part of a layer reads instead (pre-norm), or train with warm-up",
        "note",
        path,
        file=file,
        at=at,
        key=True,
    )
