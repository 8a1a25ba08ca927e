"""Edits of the settings of nodes, of settings that vary by layer, and of shared parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from zoo.edits.base import Edit, entry, node_at, with_node, without
from zoo.edits.paths import original, through
from zoo.edits.words import check_value, said
from zoo.errors import EditError
from zoo.files.words import check_name
from zoo.graph import Call, Graph, Repeat, Value, freeze, join, kind, put


def _settable(graph: Graph, scope: str, name: str) -> Call | Repeat:
    node = node_at(graph, scope, name)
    if not isinstance(node, Call | Repeat):
        raise EditError(
            f"'{name}' is a {kind(node)}, which has no settings of its own; set those of its nodes"
        )
    return node


@dataclass(frozen=True, slots=True)
class SetSetting(Edit):
    """Sets a setting; in a repeat, for all layers, even if it varied by layer before."""

    scope: str
    node: str
    setting: str
    value: Value

    def change(self, graph: Graph) -> Graph:
        node = _settable(graph, self.scope, self.node)
        said(check_name, self.setting, "a setting")
        check_value(value := freeze(self.value))
        if isinstance(node, Repeat) and self.setting in node.vary:
            node = replace(node, vary=without(node.vary, self.setting))
        node = replace(node, settings=put(node.settings, self.setting, value))
        return with_node(graph, self.scope, self.node, node)

    def describe(self) -> str:
        return f"set {join(self.scope, self.node)} {self.setting} to {shown(self.value)}"


@dataclass(frozen=True, slots=True)
class UnsetSetting(Edit):
    """Resets a setting to its default, or to being solved from the wires."""

    scope: str
    node: str
    setting: str

    def change(self, graph: Graph) -> Graph:
        node = _settable(graph, self.scope, self.node)
        if isinstance(node, Repeat) and self.setting in node.vary:
            return with_node(
                graph, self.scope, self.node, replace(node, vary=without(node.vary, self.setting))
            )
        entry(node.settings, self.setting, "setting")
        node = replace(node, settings=without(node.settings, self.setting))
        return with_node(graph, self.scope, self.node, node)

    def describe(self) -> str:
        return f"unset {join(self.scope, self.node)} {self.setting}"


@dataclass(frozen=True, slots=True)
class VarySetting(Edit):
    """Sets one value per layer for a setting of a repeat."""

    scope: str
    node: str
    setting: str
    values: tuple[Value, ...]

    def change(self, graph: Graph) -> Graph:
        node = _settable(graph, self.scope, self.node)
        if not isinstance(node, Repeat):
            raise EditError(f"'{self.node}' is a {kind(node)}; only the layers of a repeat vary")
        said(check_name, self.setting, "a setting")
        values = tuple(freeze(value) for value in self.values)
        check_value(values)
        if isinstance(node.count, int) and node.count != len(values):
            raise EditError(f"'{self.node}' has {node.count} layers, and {len(values)} values are given")
        settings = without(node.settings, self.setting)
        node = replace(node, settings=settings, vary=put(node.vary, self.setting, values))
        return with_node(graph, self.scope, self.node, node)

    def describe(self) -> str:
        return f"vary {join(self.scope, self.node)} {self.setting}"


_PARAMETER = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


@dataclass(frozen=True, slots=True)
class Tie(Edit):
    """Ties a parameter of a node to that of another, ``embed.weight``; None removes the tie."""

    scope: str
    node: str
    parameter: str
    target: str | None

    def change(self, graph: Graph) -> Graph:
        node = node_at(graph, self.scope, self.node)
        if not isinstance(node, Call | Repeat):
            raise EditError(f"'{self.node}' is a {kind(node)}; tie the parameters of the node it stands for")
        if self.target is None:
            entry(node.tie, self.parameter, "tie of")
            return with_node(
                graph, self.scope, self.node, replace(node, tie=without(node.tie, self.parameter))
            )
        if not _PARAMETER.fullmatch(self.parameter):
            raise EditError(f"'{self.parameter}' names no parameter; write 'weight'")
        way = through(graph, self.scope, self.target)
        if not way or way[0] is None or not _PARAMETER.fullmatch(self.target):
            raise EditError(
                f"'{self.target}' names no parameter of a node here or around; write 'node.weight'"
            )
        if len(way) == len(self.target.split(".")):
            raise EditError(
                f"'{self.target}' is a node; name a parameter of it, as in '{self.target}.weight'"
            )
        owner = original(graph, way[0])
        if owner is not None and owner[0] == (self.scope, self.node):
            raise EditError(f"'{self.node}' cannot share a parameter with itself")
        node = replace(node, tie=put(node.tie, self.parameter, self.target))
        return with_node(graph, self.scope, self.node, node)

    def describe(self) -> str:
        own = f"{join(self.scope, self.node)}.{self.parameter}"
        return f"untie {own}" if self.target is None else f"tie {own} to {self.target}"


def shown(value: object) -> str:
    """A value as shown in the undo history: short, and in the file's notation."""
    text = "~" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_LONGEST = 40
