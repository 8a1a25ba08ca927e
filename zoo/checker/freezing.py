"""Checks of ``freeze``: nodes without parameters, and tied parameters that are frozen at only one end.

A frozen node includes everything inside it. A module that is reused is frozen if the node that owns it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from zoo.checker.findings import Finding, TreePath
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ReuseUse, ScanUse, Scope, Tie
from zoo.graph import Learned, Reuse, Scan

if TYPE_CHECKING:
    from zoo.checker.session import Session

Nodes = Mapping[str, ResolvedNode]


def check(session: Session, root: Scope) -> list[Finding]:
    """Find frozen nodes without parameters, and ties with only one frozen end."""
    return list(_Freezing(session).walk([root.nodes], (False,), (), "", ()))


class _Freezing:
    """Traverses every body, once for each combination of frozen enclosing nodes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.seen: set[tuple[int, tuple[bool, ...]]] = set()

    def walk(
        self,
        levels: Sequence[Nodes],
        frozen: tuple[bool, ...],
        path: tuple[str, ...],
        file: str,
        tree: TreePath,
    ) -> Iterator[Finding]:
        """Check a body.

        ``levels`` are the nodes of the body and of its enclosing bodies in the same block, outermost first;
        ``frozen`` says for each whether an enclosing node is frozen.
        """
        if (id(levels[-1]), frozen) in self.seen:
            return
        self.seen.add((id(levels[-1]), frozen))
        for name, node in levels[-1].items():
            at, here = (*tree, "nodes", name), (*path, name)
            own = is_frozen(node)
            if own and not self._learns(node):
                place = (*at, "scan", "freeze") if isinstance(node.node, Scan) else (*at, "freeze")
                message = f"'{name}' has no parameters, so there is nothing to freeze"
                yield Finding(
                    "freeze-nothing", message, "leave 'freeze' out", "note", here, "", file, place, key=True
                )
            for parameter, tie in node.ties.items():
                message = _torn(levels, frozen, name, parameter, tie)
                if message is not None:
                    remedy, place = "freeze both or neither, or untie them", (*at, "tie", parameter)
                    yield Finding("tie-frozen", message, remedy, path=here, file=file, at=place)
            inside = frozen[-1] or own
            for use, index in _parts(node):
                inner = use.scope.nodes
                if isinstance(use, ScanUse):
                    yield from self.walk([*levels, inner], (*frozen, inside), here, file, (*at, "scan"))
                else:
                    yield from self.walk([inner], (inside,), (*here, *index), use.file, ("blocks", use.name))

    def _learns(self, node: ResolvedNode) -> bool:
        """Whether a node has parameters; true if this cannot be determined."""
        if isinstance(node.node, Reuse):
            return False
        if isinstance(node.node, Scan) and any(
            isinstance(each, Learned) for each in node.node.state.values()
        ):
            return True
        use = node.use
        layers = use.each if isinstance(use, RepeatUse) else (use,)
        for each in layers:
            if each is None:
                return True
            if isinstance(each, LayerUse):
                try:
                    shapes = self.session.parameters(each.spec, each.settings)
                except Exception:  # noqa: BLE001  # a constructor's own refusal, told when the layer is built
                    return True
                if shapes is None or shapes:
                    return True
            elif isinstance(each, BlockUse | ScanUse) and any(map(self._learns, each.scope.nodes.values())):
                return True
        return False


def is_frozen(node: ResolvedNode) -> bool:
    """Whether a node itself is marked as frozen."""
    return not isinstance(node.node, Reuse) and node.node.freeze


def _parts(node: ResolvedNode) -> Iterator[tuple[BlockUse | ScanUse, tuple[str, ...]]]:
    """The bodies in a node, each with its index in a repeat."""
    if isinstance(node.use, BlockUse | ScanUse):
        yield node.use, ()
    elif isinstance(node.use, RepeatUse):
        for index, each in enumerate(node.use.each):
            if isinstance(each, BlockUse):
                yield each, (str(index),)


def _torn(levels: Sequence[Nodes], frozen: Sequence[bool], name: str, parameter: str, tie: Tie) -> str | None:
    """A message if only one end of a tie is frozen."""
    level = len(levels) - 1 - tie.depth
    here = frozen[-1] or _is_frozen_in(levels[-1], name, parameter.split("."))
    there = frozen[level] or _is_frozen_in(levels[level], tie.node, tie.parameter.split("."))
    if here == there:
        return None
    own, other = f"'{parameter}' of '{name}'", f"'{tie.parameter}' of '{tie.node}'"
    first, second = (own, other) if here else (other, own)
    return f"{first} is frozen, and {second}, the same parameter, is not"


def _is_frozen_in(nodes: Nodes, name: str, parameter: Sequence[str]) -> bool:
    """Whether a parameter of a node is frozen by that node or by one inside it."""
    node = nodes.get(name)
    if node is None:
        return False
    if isinstance(node.use, ReuseUse):
        return not node.use.depth and _is_frozen_in(nodes, node.use.target, parameter)
    if is_frozen(node):
        return True
    use = node.use
    if isinstance(use, RepeatUse) and use.each:
        index = int(parameter[0]) if parameter[0].isdigit() else 0
        parameter = parameter[1:] if parameter[0].isdigit() else parameter
        use = use.each[min(index, len(use.each) - 1)]
    if isinstance(use, BlockUse | ScanUse) and len(parameter) > 1:
        return _is_frozen_in(use.scope.nodes, parameter[0], parameter[1:])
    return False
