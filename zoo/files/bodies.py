"""Reading bodies: nodes of every kind, their wires, settings and the parts of scans.

A node with anything wrong in its own entries is left out as a whole, and its name kept in ``dropped``: a half
node would only give rise to problems that are not the user's. The nodes inside a scan stand for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from zoo.errors import did_you_mean
from zoo.files.report import BAD, Entries, Reporter, is_null
from zoo.files.source import Source
from zoo.files.text import WordError, shown
from zoo.files.tree import Mapping, Marked, Sequence
from zoo.files.words import check_name, parse_expression, parse_ref, parse_setting, parse_start, parse_use
from zoo.graph import EMPTY, Call, Frozen, Node, Ref, Repeat, Reuse, Scan, Start, Value, Wire
from zoo.sizes import Expr

T = TypeVar("T")

KEYS: dict[str, tuple[str, ...]] = {
    "scan": ("scan",),
    "repeat": ("repeat", "use", "with", "vary", "share", "tie", "carry", "in"),
    "reuse": ("reuse", "in"),
    "use": ("use", "with", "tie", "in"),
}
"""The keys of a node, by the one that says its kind, in the order in which they are written."""

SCAN_KEYS = ("over", "reverse", "each", "mask", "state", "const", "nodes", "next", "stack", "final")
"""The keys of a scan, in the order in which they are written."""

_ONE_WIRE = "name an input or 'node' or 'node.port'"
_WIRE = "write 'in: x', 'in: [x, y]' or 'in: {port: x}'"


class BodyReader(Reporter):
    """Reads the nodes of bodies. ``dropped`` holds the names of whatever had to be left out."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.dropped: set[str] = set()

    def named(self, node: Marked, what: str, item: str, read: Callable[[Marked], T | None]) -> Frozen[str, T]:
        """A mapping from names to whatever ``read`` makes of the values; what cannot be read is dropped."""
        found: dict[str, T] = {}
        for name, (key, value) in self.entries(node, what).items():
            before = self.slips
            if self.name(key, item):
                result = read(value)
                if result is not None and self.slips == before:
                    found[name] = result
            if self.slips != before:
                self.dropped.add(name)
        return Frozen(found)

    def nodes(self, node: Marked, scope: str) -> Frozen[str, Node]:
        """The nodes of the body at ``scope`` (see ``zoo.graph``)."""
        found: dict[str, Node] = {}
        outer = self.path
        for name, (key, value) in self.entries(node, "'nodes'").items():
            before, self.path = self.slips, f"{scope}.{name}" if scope else name
            result = self._node(value) if self.name(key, "a node") else None
            if result is not None and self.slips == before:
                found[name] = result
            else:
                self.dropped.add(name)
            # problems inside a scan's body are counted there: they do not break the nodes around it
            self.slips = before
        self.path = outer
        return Frozen(found)

    def _node(self, node: Marked) -> Node | None:
        if not isinstance(node, Mapping):
            remedy = "write {use: pack/layer, in: x}"
            if is_null(node):
                self.report("node-kind", "a node says what it is, here is nothing", remedy, node.start)
            else:
                self.wrong_kind(node, "a node is a mapping", remedy)
            return None
        entries = node.entries
        kind = next((kind for kind in KEYS if kind in entries), None)
        if kind is None:
            self._no_kind(node)
            return None
        self._known(entries, kind)
        if kind == "use":
            return self._call(entries)
        if kind == "repeat":
            return self._repeat(entries)
        return self._reuse(entries) if kind == "reuse" else self._scan(entries["scan"][1])

    def _no_kind(self, node: Mapping) -> None:
        hint = next((hint for name in node.entries if (hint := did_you_mean(name, KEYS))), "")
        remedy = "" if hint else "write one of 'use', 'repeat', 'scan', 'reuse'"
        self.report(
            "node-kind",
            f"a node says what it is by 'use', 'repeat', 'scan' or 'reuse'{hint}",
            remedy,
            node.start,
        )

    def _known(self, entries: Entries, kind: str) -> None:
        misplaced = next((name for name in entries if name not in KEYS[kind] and name in _PLACES), None)
        if misplaced is None:
            self.known(entries, KEYS[kind], f"a node with '{kind}'")
        else:
            key = entries[misplaced][0]
            self.report(
                "key-unknown", f"a node with '{kind}' has no '{misplaced}'", _PLACES[misplaced], key.start
            )

    # -------------------------------------------------------------------------------------------------- nodes

    def _call(self, entries: Entries) -> Call | None:
        use = self.word(entries["use"][1], parse_use, "'use' is text", "use")
        settings, inputs, tie = self._settings(entries), self._inputs(entries), self._tie(entries)
        return None if use is None else Call(use=use, settings=settings, inputs=inputs, tie=tie)

    def _repeat(self, entries: Entries) -> Repeat | None:
        count = self._count(entries["repeat"][1])
        use = None
        if "use" in entries:
            use = self.word(entries["use"][1], parse_use, "'use' is text", "use")
        else:
            key = entries["repeat"][0]
            self.report(
                "key-missing", "a repeat needs 'use'", "name the block or layer that is stacked", key.start
            )
        settings, inputs, tie = self._settings(entries), self._inputs(entries), self._tie(entries)
        carry = (
            self.named(entries["carry"][1], "'carry'", "a port", self.ref) if "carry" in entries else EMPTY
        )
        vary = (
            self.named(entries["vary"][1], "'vary'", "a setting", self._values)
            if "vary" in entries
            else EMPTY
        )
        share = "share" in entries and self.flag(entries["share"][1], "'share'")
        if count is None or use is None:
            return None
        return Repeat(
            count=count,
            use=use,
            settings=settings,
            carry=carry,
            inputs=inputs,
            vary=vary,
            share=share,
            tie=tie,
        )

    def _reuse(self, entries: Entries) -> Reuse | None:
        of = self.word(entries["reuse"][1], _node_name, "'reuse' is the name of a node", "reuse")
        inputs = self._inputs(entries)
        return None if of is None else Reuse(of=of, inputs=inputs)

    def _scan(self, node: Marked) -> Scan | None:
        if not isinstance(node, Mapping):
            self.wrong_kind(node, "'scan' is a mapping", "write {over: axis, each: …, nodes: …}")
            return None
        entries = node.entries
        self.known(entries, SCAN_KEYS, "a scan")
        over = None
        if "over" in entries:
            over = self.word(entries["over"][1], _axis_name, "'over' is the name of an axis", "over")
        else:
            self.report("key-missing", "a scan needs 'over'", "name the axis that it walks over", node.start)
        parts = {
            part: self.named(entries[part][1], f"'{part}'", item, self.ref)
            for part, item in _SCAN_REFS.items()
            if part in entries
        }
        state: Frozen[str, Start] = EMPTY
        if "state" in entries:
            state = self.named(entries["state"][1], "'state'", "a state", self._start)
        mask = self.ref(entries["mask"][1]) if "mask" in entries else None
        final = (
            self.named(entries["final"][1], "'final'", "an output", self._state)
            if "final" in entries
            else EMPTY
        )
        reverse = "reverse" in entries and self.flag(entries["reverse"][1], "'reverse'")
        nodes = self.nodes(entries["nodes"][1], self.path) if "nodes" in entries else EMPTY
        if over is None:
            return None
        return Scan(over=over, state=state, mask=mask, nodes=nodes, final=final, reverse=reverse, **parts)

    # -------------------------------------------------------------------------------------------------- parts

    def _count(self, node: Marked) -> Expr | None:
        value = self.scalar(node, "repeat")
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.word(node, parse_expression, "", "repeat")
        if value is not BAD:
            self.wrong_kind(
                node,
                "'repeat' is a number or an expression of params",
                "write repeat: 3 or repeat: $layers",
                "repeat",
            )
        return None

    def _settings(self, entries: Entries) -> Frozen[str, Value]:
        found: dict[str, Value] = {}
        if "with" in entries:
            for name, (key, node) in self.entries(entries["with"][1], "'with'").items():
                if self.name(key, "a setting"):
                    found[name] = self.value(node)
        return Frozen(found) if found else EMPTY

    def _inputs(self, entries: Entries) -> Frozen[str, Wire]:
        if "in" not in entries:
            return EMPTY
        key, node = entries["in"]
        if isinstance(node, Mapping):
            return self.named(node, "'in'", "a port", self._wire)
        if is_null(node):
            self.report("wire", "'in' names nothing", f"{_WIRE}, or remove it", key.start)
            return EMPTY
        wire = self._wire(node)
        return EMPTY if wire is None else Frozen({"": wire})

    def _wire(self, node: Marked) -> Wire | None:
        if isinstance(node, Sequence):
            found = [self.ref(item) for item in node.items]
            return tuple(ref for ref in found if ref is not None)
        return self.ref(node)

    def ref(self, node: Marked) -> Ref | None:
        """An output that a wire reads."""
        return self.word(node, parse_ref, "a wire is the name of an output", "wire", _ONE_WIRE)

    def _start(self, node: Marked) -> Start | None:
        return self.word(
            node, parse_start, "a state starts as an output, 'zeros axis …' or 'learned axis …'", "state"
        )

    def _state(self, node: Marked) -> str | None:
        return self.word(node, _state_name, "'final' names states", "final")

    def _tie(self, entries: Entries) -> Frozen[str, str]:
        if "tie" not in entries:
            return EMPTY
        found: dict[str, str] = {}
        for name, (key, node) in self.entries(entries["tie"][1], "'tie'").items():
            remedy = "write {weight: node.weight}"
            if not _PARAMETER.fullmatch(name):
                self.report(
                    "tie",
                    f"a tie begins with a parameter of its node, got '{shown(name)}'",
                    remedy,
                    key.start,
                )
            target = self.word(node, _parameter, "a tie names a parameter of another node", "tie", remedy)
            if target is not None:
                found[name] = target
        return Frozen(found)

    def _values(self, node: Marked) -> tuple[Value, ...] | None:
        items = self.items(node, "what varies", "write one value for each layer, [0.1, 0.2]")
        return tuple(map(self.value, items))

    def value(self, node: Marked) -> Value:
        """A setting: a plain value or an expression."""
        if isinstance(node, Sequence):
            return tuple(map(self.value, node.items))
        if isinstance(node, Mapping):
            return Frozen({name: self.value(item) for name, (_, item) in node.entries.items()})
        value = self.scalar(node)
        if isinstance(value, str):
            return self.word(node, parse_setting, "", "expression")
        return value if value is None or isinstance(value, bool | int | float) else None


_PARAMETER = re.compile(r"\w+(\.\w+)*", re.ASCII)

_SCAN_REFS = {"each": "a step", "const": "an input", "next": "a state", "stack": "an output"}

_PLACES = {
    "with": "settings belong to the node that is reused, or to nodes inside",
    "in": "a scan reads its inputs by 'each', 'state' and 'const'",
    "use": "what it walks over or applies again is said once",
    "tie": "parameters belong to the node that is reused, or to nodes inside",
    "carry": "write 'in', or say how often by 'repeat'",
    "vary": "write 'with', or say how often by 'repeat'",
    "share": "one node has one set of weights; only a 'repeat' has several",
    "repeat": "put what is repeated into a block",
    "reuse": "a node is one of 'use', 'repeat', 'scan', 'reuse'",
    **dict.fromkeys(SCAN_KEYS, "indent it under 'scan'"),
}


def _node_name(text: str) -> str:
    check_name(text, "a node")
    return text


def _axis_name(text: str) -> str:
    check_name(text, "an axis")
    return text


def _state_name(text: str) -> str:
    check_name(text, "a state")
    return text


def _parameter(text: str) -> str:
    node, _, parameter = text.partition(".")
    check_name(node, "a node")
    if not _PARAMETER.fullmatch(parameter):
        raise WordError(f"a tie names node and parameter, got '{shown(text)}'", f"write '{node}.weight'")
    return text
