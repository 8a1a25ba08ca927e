"""Checks of tied parameters: both ends exist and have the same shape, and there is no cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from zoo.checker.findings import Code, Finding, listed
from zoo.checker.frame import Frame
from zoo.checker.plan import Plan
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ReuseUse, ScanUse, Tie, Use
from zoo.errors import did_you_mean
from zoo.graph import Repeat

Nodes: TypeAlias = Mapping[str, ResolvedNode]
Spot: TypeAlias = tuple[tuple[str, ...], str, str]
"""A parameter: the enclosing scans of its node, the node, and the parameter's name."""


class _Missing(Exception):
    """There is no such parameter; the arguments are the existing names."""


def check_ties(frame: Frame) -> None:
    """Check the ties in the body of a block or graph, and in its scans."""
    checker = _Ties(frame)
    checker.walk(frame.plan, [frame.resolved], ())
    checker.cycles()


class _Ties:
    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.links: dict[Spot, tuple[Spot, Plan]] = {}

    def walk(self, plan: Plan, levels: Sequence[Nodes], path: tuple[str, ...]) -> None:
        """Check a body; ``levels`` are the nodes of the body and its enclosing ones, outermost first."""
        for name, ties in plan.ties.items():
            for own, tie in ties.items():
                around = path[: len(path) - tie.depth]
                self.links[path, name, own] = (around, tie.node, tie.parameter), plan
                self._shapes(plan, path, name, own, tie, levels)
        for name, inner in plan.inner.items():
            node = levels[-1].get(name)
            if node is not None and isinstance(node.use, ScanUse):
                self.walk(inner, [*levels, node.use.scope.nodes], (*path, name))

    def cycles(self) -> None:
        """Report ties that form a cycle."""
        done: set[Spot] = set()
        for start in self.links:
            seen: list[Spot] = []
            spot = start
            while spot in self.links and spot not in done:
                done.add(spot)
                seen.append(spot)
                spot = self._meant(self.links[spot][0], seen)
            if spot in seen:
                names = [".".join((*path, node, own)) for path, node, own in seen[seen.index(spot) :]]
                path, name, own = spot
                message = f"these ties form a cycle: {' -> '.join([*names, names[0]])}"
                self._report(
                    "tie-cycle", message, "leave one of them out", self.links[spot][1], path, name, own
                )

    def _meant(self, spot: Spot, seen: Sequence[Spot]) -> Spot:
        """The spot under which ``links`` has a parameter of one layer of a repeat.

        A tie of the repeat applies to all of its layers, except that it may itself point to one of them.
        """
        path, name, own = spot
        layer, _, rest = own.partition(".")
        every = path, name, rest
        if spot in self.links or not layer.isdigit() or every not in self.links:
            return spot
        return spot if seen and seen[-1] == every else every

    def _shapes(
        self, plan: Plan, path: tuple[str, ...], name: str, own: str, tie: Tie, levels: Sequence[Nodes]
    ) -> None:
        found: list[tuple[int, ...]] = []
        ends = ((levels[-1], name, own, True), (levels[-1 - tie.depth], tie.node, tie.parameter, False))
        for nodes, node, parameter, sharer in ends:
            if node not in nodes or nodes[node].use is None:
                return  # its own problem says why
            try:
                shapes = self._all_shapes(nodes[node], parameter.split("."), sharer=sharer)
            except _Missing as missing:
                hint = did_you_mean(parameter, missing.args)
                message = f"'{node}' has no parameter '{parameter}'{hint}"
                remedy = "" if hint else f"it has {listed(missing.args)}"
                self._report("tie-unknown", message, remedy, plan, path, name, own)
                return
            except Exception as error:  # noqa: BLE001  # third-party code: reported like any other problem
                message = f"the layer '{node}' cannot be built: {error}"
                self._report("layer-refuses", message, "", plan, path, name, own)
                return
            if None in shapes:
                return
            if len(shapes) > 1:
                told = " and ".join(_told(shape) for shape in shapes if shape is not None)
                message = f"'{own}' is {told} in the layers of '{name}': one parameter has one shape"
                self._report("tie-shape", message, f"name one of them: 0.{own}", plan, path, name, own)
                return
            found += [shape for shape in shapes if shape is not None]
        if found[0] != found[1]:
            message = (
                f"'{own}' of '{name}' is {_told(found[0])}, and '{tie.parameter}' of '{tie.node}' is "
                f"{_told(found[1])}: one parameter has one shape"
            )
            self._report("tie-shape", message, "", plan, path, name, own)

    def _all_shapes(
        self, node: ResolvedNode, parts: Sequence[str], *, sharer: bool
    ) -> list[tuple[int, ...] | None]:
        """The distinct shapes of a parameter.

        There can be several if a ``sharer`` is a repeat with different layers, all of which share the tie.
        """
        use = node.use
        if not sharer or not isinstance(use, RepeatUse) or parts[0].isdigit():
            return [self._shape(node, parts)]
        distinct = {id(each): each for each in use.each}.values()
        return [*dict.fromkeys(self._shape_in(each, parts) for each in distinct)]

    def _shape(self, node: ResolvedNode, parts: Sequence[str]) -> tuple[int, ...] | None:
        """The shape of a parameter by its dotted name, or None if unknown; raises _Missing."""
        use = node.use
        if not isinstance(use, RepeatUse):
            return None if use is None else self._shape_in(use, parts)
        if parts[0].isdigit() and int(parts[0]) < len(use.each):
            return self._shape_in(use.each[int(parts[0])], parts[1:])
        if not isinstance(node.node, Repeat) or not node.node.share:
            raise _Missing(*(f"{index}.{'.'.join(parts)}" for index in range(min(len(use.each), 3))))
        return self._shape_in(use.each[0], parts)  # all layers are one module

    def _shape_in(self, use: Use, parts: Sequence[str]) -> tuple[int, ...] | None:
        """The same for a module that is not a repeat."""
        if isinstance(use, LayerUse):
            shapes = self.frame.session.parameters(use.spec, use.settings)
            if shapes is None:
                return None
            if ".".join(parts) not in shapes:
                raise _Missing(*shapes)
            return shapes[".".join(parts)]
        assert isinstance(use, BlockUse | ScanUse)
        nodes = use.scope.nodes
        first, *rest = parts or [""]
        if first not in nodes or not rest:
            raise _Missing(*nodes)
        if isinstance(nodes[first].use, ReuseUse):  # its module belongs to another node
            raise _Missing(*(name for name, node in nodes.items() if not isinstance(node.use, ReuseUse)))
        return self._shape(nodes[first], rest)

    def _report(
        self, code: Code, message: str, remedy: str, plan: Plan, path: tuple[str, ...], name: str, own: str
    ) -> None:
        place = (*plan.tree, "nodes", name, "tie", own)
        self.frame.findings.append(
            Finding(code, message, remedy, path=(*path, name), file=self.frame.file, at=place)
        )


def _told(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) if shape else "a scalar"
