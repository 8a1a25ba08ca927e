"""Reading the parts of nodes: wires, settings, counts, ties, initial states."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from zoo.files.report import BAD, Entries, Reporter, is_null
from zoo.files.source import Source
from zoo.files.text import WordError, shown
from zoo.files.tree import Mapping, Marked, Sequence
from zoo.files.words import check_name, parse_expression, parse_ref, parse_setting, parse_start
from zoo.graph import EMPTY, Frozen, Ref, Start, Value, Wire
from zoo.sizes import Expr

T = TypeVar("T")

_ONE_WIRE = "name an input or 'node' or 'node.port'"
_WIRE = "write 'in: x', 'in: [x, y]' or 'in: {port: x}'"


class PieceReader(Reporter):
    """Reads the entries of nodes; ``dropped`` collects the names of whatever could not be read."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.dropped: set[str] = set()

    def named(
        self, node: Marked, what: str, item: str, read: Callable[[Marked], T | None], drop: bool = False
    ) -> Frozen[str, T]:
        """A mapping of names, with its values read by ``read``.

        Entries that cannot be read are left out; with ``drop``, their names are added to ``dropped``.
        """
        found: dict[str, T] = {}
        for name, (key, value) in self.entries(node, what).items():
            before = self.slips
            if self.name(key, item):
                result = read(value)
                if result is not None and self.slips == before:
                    found[name] = result
            if drop and self.slips != before:
                self.dropped.add(name)
        return Frozen(found)

    def count(self, node: Marked) -> Expr | None:
        """The number of layers of a repeat."""
        value = self.scalar(node, "repeat")
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.word(node, parse_expression, "", "repeat")
        if value is not BAD:
            sentence = "'repeat' is a number or an expression of params"
            self.wrong_kind(node, sentence, "write repeat: 3 or repeat: $layers", "repeat")
        return None

    def settings(self, entries: Entries) -> Frozen[str, Value]:
        """The ``with`` of a node."""
        found: dict[str, Value] = {}
        if "with" in entries:
            for name, (key, node) in self.entries(entries["with"][1], "'with'").items():
                if self.name(key, "a setting"):
                    found[name] = self.value(node)
        return Frozen(found) if found else EMPTY

    def inputs(self, entries: Entries) -> Frozen[str, Wire]:
        """The ``in`` of a node; the port "" for ``in: x`` and ``in: [x, y]``."""
        if "in" not in entries:
            return EMPTY
        key, node = entries["in"]
        if isinstance(node, Mapping):
            return self.named(node, "'in'", "a port", self.wire)
        if is_null(node):
            self.report("wire", "'in' names nothing", f"{_WIRE}, or remove it", key.start)
            return EMPTY
        wire = self.wire(node)
        return EMPTY if wire is None else Frozen({"": wire})

    def wire(self, node: Marked) -> Wire | None:
        """What an input reads: an output or a list of them."""
        if isinstance(node, Sequence):
            found = [self.ref(item) for item in node.items]
            return tuple(ref for ref in found if ref is not None)
        return self.ref(node)

    def ref(self, node: Marked) -> Ref | None:
        """An output that a wire reads."""
        return self.word(node, parse_ref, "a wire is the name of an output", "wire", _ONE_WIRE)

    def start(self, node: Marked) -> Start | None:
        """The initial value of a state."""
        sentence = "a state starts as an output, 'zeros axis …' or 'learned axis …'"
        return self.word(node, parse_start, sentence, "state")

    def state(self, node: Marked) -> str | None:
        """The name of a state."""
        return self.word(node, _state_name, "'final' names states", "final")

    def tie(self, entries: Entries) -> Frozen[str, str]:
        """The ``tie`` of a node."""
        if "tie" not in entries:
            return EMPTY
        found: dict[str, str] = {}
        for name, (key, node) in self.entries(entries["tie"][1], "'tie'").items():
            remedy = "write {weight: node.weight}"
            if not _PARAMETER.fullmatch(name):
                message = f"a tie begins with a parameter of its node, got '{shown(name)}'"
                self.report("tie", message, remedy, key.start)
            target = self.word(node, _parameter, "a tie names a parameter of another node", "tie", remedy)
            if target is not None:
                found[name] = target
        return Frozen(found)

    def values(self, node: Marked) -> tuple[Value, ...] | None:
        """One value of a setting for each layer of a repeat."""
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


def _state_name(text: str) -> str:
    check_name(text, "a state")
    return text


def _parameter(text: str) -> str:
    node, _, parameter = text.partition(".")
    check_name(node, "a node")
    if not _PARAMETER.fullmatch(parameter):
        raise WordError(f"a tie names node and parameter, got '{shown(text)}'", f"write '{node}.weight'")
    return text
