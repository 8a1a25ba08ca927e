"""Reading bodies: nodes of every kind, their wires, settings and the parts of scans.

A node with an error in its own entries is dropped as a whole, and its name is recorded in ``dropped``: an
incomplete node would only cause spurious problems. The nodes inside a scan are dropped individually.
"""

from __future__ import annotations

from collections.abc import Iterable

from zoo.errors import did_you_mean
from zoo.files.pieces import PieceReader
from zoo.files.report import Entries, glued, is_null
from zoo.files.text import WordError, shown
from zoo.files.tree import Mapping, Marked
from zoo.files.words import check_name, parse_use
from zoo.graph import EMPTY, NAME, Call, Frozen, Node, Repeat, Reuse, Scan, Start, join

KEYS: dict[str, tuple[str, ...]] = {
    "scan": ("scan",),
    "repeat": ("repeat", "use", "with", "vary", "share", "freeze", "tie", "carry", "in"),
    "reuse": ("reuse", "in"),
    "use": ("use", "with", "freeze", "tie", "in"),
}
"""The keys of a node, by the key that determines its kind, in the order in which they are written."""

SCAN_KEYS = ("over", "reverse", "freeze", "each", "mask", "state", "const", "nodes", "next", "stack", "final")
"""The keys of a scan, in the order in which they are written."""


class BodyReader(PieceReader):
    """Reads the nodes of bodies."""

    def nodes(self, node: Marked, scope: str) -> Frozen[str, Node]:
        """The nodes of the body at ``scope`` (see ``zoo.graph``)."""
        found: dict[str, Node] = {}
        outer = self.path
        for name, (key, value) in self.entries(node, "'nodes'").items():
            before, self.path = self.slips, outer
            result = None
            if self.name(key, "a node"):
                self.path = join(scope, name)
                result = self._node(value)
            if result is not None and self.slips == before:
                found[name] = result
            else:
                self.dropped.add(name)
            # problems inside a scan's body are counted there, and do not affect the enclosing nodes
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
        hints = (glued(name, KEYS) or _meant(name, KEYS) for name in node.entries)
        hint = next(filter(None, hints), "")
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
            self.known(entries, KEYS[kind], f"a node with '{kind}'", _meant)
        else:
            key = entries[misplaced][0]
            self.report(
                "key-unknown", f"a node with '{kind}' has no '{misplaced}'", _PLACES[misplaced], key.start
            )

    # -------------------------------------------------------------------------------------------------- nodes

    def _call(self, entries: Entries) -> Call | None:
        use = self.word(entries["use"][1], parse_use, "'use' is text", "use", "name a layer or a block")
        settings, inputs, tie = self.settings(entries), self.inputs(entries), self.tie(entries)
        freeze = self._flagged(entries, "freeze")
        if use is None:
            return None
        return Call(use=use, settings=settings, inputs=inputs, tie=tie, freeze=freeze)

    def _repeat(self, entries: Entries) -> Repeat | None:
        count = self.count(entries["repeat"][1])
        use = None
        if "use" in entries:
            use = self.word(entries["use"][1], parse_use, "'use' is text", "use", "name a layer or a block")
        else:
            key = entries["repeat"][0]
            self.report(
                "key-missing", "a repeat needs 'use'", "name the block or layer that is stacked", key.start
            )
        settings, inputs, tie = self.settings(entries), self.inputs(entries), self.tie(entries)
        carry = (
            self.named(entries["carry"][1], "'carry'", "a port", self.ref) if "carry" in entries else EMPTY
        )
        vary = (
            self.named(entries["vary"][1], "'vary'", "a setting", self.values) if "vary" in entries else EMPTY
        )
        share, freeze = self._flagged(entries, "share"), self._flagged(entries, "freeze")
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
            freeze=freeze,
        )

    def _reuse(self, entries: Entries) -> Reuse | None:
        of = self.word(entries["reuse"][1], _node_name, "'reuse' is the name of a node", "reuse")
        inputs = self.inputs(entries)
        return None if of is None else Reuse(of=of, inputs=inputs)

    def _scan(self, node: Marked) -> Scan | None:
        if not isinstance(node, Mapping):
            self.wrong_kind(node, "'scan' is a mapping", "write {over: axis, each: …, nodes: …}")
            return None
        entries = node.entries
        self.known(entries, SCAN_KEYS, "a scan")
        over = None
        if "over" in entries:
            over = self.word(entries["over"][1], axis_name, "'over' is the name of an axis", "over")
        else:
            self.report("key-missing", "a scan needs 'over'", "name the axis that it walks over", node.start)
        parts = {
            part: self.named(entries[part][1], f"'{part}'", item, self.ref)
            for part, item in _SCAN_REFS.items()
            if part in entries
        }
        state: Frozen[str, Start] = EMPTY
        if "state" in entries:
            state = self.named(entries["state"][1], "'state'", "a state", self.start)
        mask = self.ref(entries["mask"][1]) if "mask" in entries else None
        final = (
            self.named(entries["final"][1], "'final'", "an output", self.state)
            if "final" in entries
            else EMPTY
        )
        reverse, freeze = self._flagged(entries, "reverse"), self._flagged(entries, "freeze")
        nodes = self.nodes(entries["nodes"][1], self.path) if "nodes" in entries else EMPTY
        if over is None:
            return None
        return Scan(
            over=over,
            state=state,
            mask=mask,
            nodes=nodes,
            final=final,
            reverse=reverse,
            freeze=freeze,
            **parts,
        )

    def _flagged(self, entries: Entries, key: str) -> bool:
        return key in entries and self.flag(entries[key][1], f"'{key}'")


_SCAN_REFS = {"each": "a step", "const": "an input", "next": "a state", "stack": "an output"}

# Keys that other formats use.
_OTHER_WORDS = {
    **dict.fromkeys(("layer", "block", "type", "class"), "use"),
    **dict.fromkeys(("settings", "params", "args", "kwargs", "config"), "with"),
    **dict.fromkeys(("input", "inputs", "wires", "from"), "in"),
    **dict.fromkeys(("times", "count", "stack"), "repeat"),
}


def _meant(name: str, allowed: Iterable[str]) -> str:
    word = _OTHER_WORDS.get(name, "")
    return f" (did you mean '{word}'?)" if word in allowed else did_you_mean(name, allowed)


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
    "freeze": "freeze the node that is reused; a scan has it under 'scan'",
}


def _node_name(text: str) -> str:
    node, dot, _ = text.partition(".")
    if dot and NAME.fullmatch(node):
        raise WordError(
            f"'reuse' names a node, not one of its outputs, got '{shown(text)}'", f"write '{node}'"
        )
    check_name(text, "a node")
    return text


def axis_name(text: str) -> str:
    """Return the text if it is a valid name for an axis; otherwise raises WordError."""
    check_name(text, "an axis")
    return text
