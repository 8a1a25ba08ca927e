"""A node at its place in a body, while it is being resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

from zoo.checker.findings import Code, TreePath
from zoo.checker.frame import Frame, Where
from zoo.graph import Node, Repeat

if TYPE_CHECKING:
    from zoo.checker.resolution import Use


class Site:
    """A node that is being resolved.

    ``index`` is the layer of a repeat; ``twin`` is the use of the module that is applied again, if any.
    Without a name, it stands for the body itself, whose outputs read nodes too.
    """

    __slots__ = ("frame", "index", "name", "node", "twin")

    def __init__(
        self,
        frame: Frame,
        name: str = "",
        node: Node | None = None,
        index: int | None = None,
        twin: Use | None = None,
    ) -> None:
        self.frame, self.name, self.node, self.index, self.twin = frame, name, node, index, twin

    @property
    def path(self) -> tuple[str, ...]:
        """The path of the node inside its body."""
        if not self.name:
            return ()
        return (self.name,) if self.index is None else (self.name, str(self.index))

    def report(self, code: Code, message: str, remedy: str = "", **where: Unpack[Where]) -> None:
        """Add a finding about the node; ``at`` is relative to it."""
        at = where.get("at", ())
        where["key"] = where.get("key", not at)
        where["at"] = ("nodes", self.name, *at) if self.name else at
        self.frame.report(code, message, remedy, self.path, **where)

    def at_setting(self, name: str) -> TreePath:
        """Where the node gives a setting."""
        node = self.node
        if isinstance(node, Repeat) and name in node.vary and self.index is not None:
            return ("vary", name, self.index)
        return ("with", name)

    def at_wire(self, port: str, index: int | None) -> TreePath:
        """Where the node wires a port, whose name the file may omit."""
        node = self.node
        if isinstance(node, Repeat) and port in node.carry:
            return ("carry", port)
        inputs: Mapping[str, object] = getattr(node, "inputs", {})
        written = port if port in inputs else ""
        return ("in", written) if index is None else ("in", written, index)
