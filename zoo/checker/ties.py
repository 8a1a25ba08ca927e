"""Tied parameters: both ends exist and have one shape, and no tie leads back to itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from zoo.checker.findings import Code, Finding, listed
from zoo.checker.frame import Frame
from zoo.checker.plan import Plan
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ReuseUse, ScanUse, Tie, Use
from zoo.errors import did_you_mean

Nodes: TypeAlias = Mapping[str, ResolvedNode]
Spot: TypeAlias = tuple[tuple[str, ...], str, str]
"""A parameter by the scans around its node, the node, and its own name."""


class _Missing(Exception):
    """There is no such parameter; the names it could be are the arguments."""


def check_ties(frame: Frame) -> None:
    """Check the ties of a block's or graph's body, and of the scans in it."""
    checker = _Ties(frame)
    checker.walk(frame.plan, [frame.resolved], ())
    checker.cycles()


class _Ties:
    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.links: dict[Spot, tuple[Spot, Plan]] = {}

    def walk(self, plan: Plan, levels: Sequence[Nodes], path: tuple[str, ...]) -> None:
        """``levels`` are the nodes of the body of ``plan`` and of those around it, the outermost first."""
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
        """Report ties that lead back to where they begin."""
        done: set[Spot] = set()
        for start in self.links:
            seen: list[Spot] = []
            spot = start
            while spot in self.links and spot not in done:
                done.add(spot)
                seen.append(spot)
                spot = self.links[spot][0]
            if spot in seen:
                names = [".".join((*path, node, own)) for path, node, own in seen[seen.index(spot) :]]
                path, name, own = spot
                message = f"these ties go round in a circle: {' -> '.join([*names, names[0]])}"
                self._report(
                    "tie-cycle", message, "leave one of them out", self.links[spot][1], path, name, own
                )

    def _shapes(
        self, plan: Plan, path: tuple[str, ...], name: str, own: str, tie: Tie, levels: Sequence[Nodes]
    ) -> None:
        found: list[tuple[int, ...]] = []
        ends = ((levels[-1], name, own), (levels[-1 - tie.depth], tie.node, tie.parameter))
        for nodes, node, parameter in ends:
            use = nodes[node].use if node in nodes else None
            if use is None:
                return  # its own problem says why
            try:
                shape = self._shape(use, parameter.split("."), own=parameter == own)
            except _Missing as missing:
                hint = did_you_mean(parameter, missing.args)
                message = f"'{node}' has no parameter '{parameter}'{hint}"
                remedy = "" if hint else f"it has {listed(missing.args)}"
                self._report("tie-unknown", message, remedy, plan, path, name, own)
                return
            except Exception as error:  # noqa: BLE001  # a constructor's own refusal, told like any other problem
                message = f"the layer '{node}' cannot be built: {error}"
                self._report("layer-refuses", message, "", plan, path, name, own)
                return
            if shape is None:
                return
            found.append(shape)
        if found[0] != found[1]:
            message = (
                f"'{own}' of '{name}' is {_told(found[0])}, and '{tie.parameter}' of '{tie.node}' is "
                f"{_told(found[1])}: one parameter has one shape"
            )
            self._report("tie-shape", message, "", plan, path, name, own)

    def _shape(self, use: Use, parts: Sequence[str], *, own: bool) -> tuple[int, ...] | None:
        """The shape of a parameter by its dotted name; None where a problem hides it. Raises _Missing."""
        if isinstance(use, ReuseUse):
            return self._shape(use.use, parts, own=own)
        if isinstance(use, LayerUse):
            shapes = self.frame.session.parameters(use.spec, use.settings)
            if shapes is None:
                return None
            if ".".join(parts) not in shapes:
                raise _Missing(*shapes)
            return shapes[".".join(parts)]
        if isinstance(use, RepeatUse):
            if parts[0].isdigit() and int(parts[0]) < len(use.each):
                return self._shape(use.each[int(parts[0])], parts[1:], own=own)
            if not own:
                raise _Missing(*(f"{index}.{'.'.join(parts)}" for index in range(min(len(use.each), 3))))
            return self._shape(use.each[0], parts, own=own)  # a tie of a repeat holds in every layer
        assert isinstance(use, BlockUse | ScanUse)
        nodes = use.scope.nodes
        if parts[0] not in nodes or len(parts) == 1:
            raise _Missing(*nodes)
        inner = nodes[parts[0]].use
        return None if inner is None else self._shape(inner, parts[1:], own=own)

    def _report(
        self, code: Code, message: str, remedy: str, plan: Plan, path: tuple[str, ...], name: str, own: str
    ) -> None:
        place = (*plan.tree, "nodes", name, "tie", own)
        self.frame.findings.append(
            Finding(code, message, remedy, path=(*path, name), file=self.frame.file, at=place)
        )


def _told(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) if shape else "a scalar"
