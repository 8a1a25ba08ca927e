"""Text to ``Graph``, with all problems of the text at once.

Reading recovers from errors: broken parts are reported and left out, and the rest is read. The resulting
graph can be shown and checked, even if its problems prevent it from being compiled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from zoo import arguments
from zoo.errors import did_you_mean
from zoo.files.bodies import BodyReader, axis_name
from zoo.files.migrations import FORMAT, MIGRATIONS
from zoo.files.report import BAD, EnoughError, Entries
from zoo.files.source import Source
from zoo.files.text import WordError, shown
from zoo.files.tree import Mapping as MarkedMapping
from zoo.files.tree import Marked, Scalar, Sequence
from zoo.files.words import check_requirement, parse_port, parse_setting
from zoo.graph import EMPTY, NAME, Block, Frozen, Graph, Ref
from zoo.graph import Scalar as Param
from zoo.problems import Problem
from zoo.spec import Port

GRAPH_KEYS = (
    "format",
    "name",
    "about",
    "requires",
    "causal",
    "params",
    "inputs",
    "outputs",
    "blocks",
    "nodes",
    "layout",
)
"""The keys of a file, in the order in which they are written."""

BLOCK_KEYS = ("about", "params", "inputs", "outputs", "nodes")
"""The keys of a block, in the order in which they are written."""

_LAYOUT_PATH = re.compile(rf"#?{NAME.pattern}(\.{NAME.pattern})*(\.->{NAME.pattern})?|->{NAME.pattern}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the graph without its broken parts, all problems, and the names of the broken parts.

    ``dropped`` are names of nodes, inputs, params and blocks, so that the checker does not report wires to
    them.
    """

    graph: Graph
    problems: tuple[Problem, ...]
    dropped: frozenset[str] = frozenset()


def read(text: str, file: str = "") -> Reading:
    """Read a graph from a text, without opening files that it uses; ``file`` is its name in problems."""
    source, steps = Source(file, arguments.text(text)), dict(MIGRATIONS)
    while (step := steps.pop(_written_format(source), None)) is not None:
        source = Source(file, step(source.text))
    return _DocumentReader(source).read()


def _written_format(source: Source) -> str:
    root = source.tree.root
    entry = root.entries.get("format") if isinstance(root, MarkedMapping) else None
    return entry[1].text if entry is not None and isinstance(entry[1], Scalar) else ""


class _DocumentReader(BodyReader):
    def read(self) -> Reading:
        graph, complete = Graph(name="", source=self.source), True
        try:
            graph = self._root() or graph
        except EnoughError:
            complete = False
        return Reading(graph, self.in_order(complete), frozenset(self.dropped))

    def _root(self) -> Graph | None:
        tree = self.source.tree
        for flaw in tree.flaws:
            self.report(flaw.code, flaw.message, flaw.remedy, flaw.at)
        root = tree.root
        if isinstance(root, MarkedMapping):
            self._format(root.entries)
            return self._graph(root.entries)
        if root is not None:
            self.wrong_kind(root, "a graph is a mapping", f"begin with 'format: {FORMAT}'")
        elif not tree.flaws:
            self.report("file-empty", "the file is empty", f"a graph begins with 'format: {FORMAT}'", 0)
        return None

    def _format(self, entries: Entries) -> None:
        remedy = f"write 'format: {FORMAT}' in the first line"
        if "format" not in entries:
            self.report("format", "the file does not say which format it is", remedy, 0)
            return
        node = entries["format"][1]
        version = self.word(node, str, "'format' is text", "format", remedy)
        if version is not None and version != FORMAT:
            known = [*MIGRATIONS, FORMAT]
            hint = did_you_mean(version, known)
            message = f"format '{shown(version)}' is not known to this version of the zoo{hint}"
            self.report(
                "format", message, f"known are {', '.join(known)}; a newer zoo may know more", node.start
            )

    def _graph(self, entries: Entries) -> Graph:
        self.known(entries, GRAPH_KEYS, "a graph")
        name = ""
        if "name" in entries:
            name = self.word(entries["name"][1], _title, "'name' is text", "name", "quote it") or ""
        elif not did_you_mean("name", entries):
            self.report("key-missing", "the graph has no name", "write 'name: …' below 'format'", 0)
        return Graph(
            name=name,
            about=self._about(entries),
            requires=self._requires(entries),
            causal=self._causal(entries),
            params=self._params(entries),
            inputs=self._inputs_of(entries),
            outputs=self._outputs(entries),
            blocks=self._blocks(entries),
            nodes=self.nodes(entries["nodes"][1], "") if "nodes" in entries else EMPTY,
            layout=self._layout(entries),
            source=self.source,
        )

    def _blocks(self, entries: Entries) -> Frozen[str, Block]:
        found: dict[str, Block] = {}
        if "blocks" in entries:
            for name, (key, node) in self.entries(entries["blocks"][1], "'blocks'").items():
                if not self.name(key, "a block"):
                    self.dropped.add(name)
                    continue
                self.path = f"#{name}"
                if isinstance(node, MarkedMapping):
                    found[name] = self._block(node.entries, self.path)
                else:
                    self.dropped.add(name)
                    self.wrong_kind(node, "a block is a mapping", "write inputs, outputs and nodes below it")
                self.path = ""
        return Frozen(found)

    def _block(self, entries: Entries, scope: str) -> Block:
        self.known(entries, BLOCK_KEYS, "a block")
        return Block(
            about=self._about(entries),
            params=self._params(entries),
            inputs=self._inputs_of(entries),
            outputs=self._outputs(entries),
            nodes=self.nodes(entries["nodes"][1], scope) if "nodes" in entries else EMPTY,
        )

    # ----------------------------------------------------------------------------------------------- sections

    def _about(self, entries: Entries) -> str:
        if "about" not in entries:
            return ""
        return self.word(entries["about"][1], str, "'about' is text", "kind", "quote it") or ""

    def _params(self, entries: Entries) -> Frozen[str, Param]:
        found: dict[str, Param] = {}
        if "params" in entries:
            for name, (key, node) in self.entries(entries["params"][1], "'params'").items():
                before = self.slips
                value = self._param(node) if self.name(key, "a param") else None
                if self.slips == before:
                    found[name] = value
                else:
                    self.dropped.add(name)
        return Frozen(found) if found else EMPTY

    def _param(self, node: Marked) -> Param:
        value = self.scalar(node)
        if isinstance(value, str):
            return self.word(node, _param_text, "", "param")
        if value is None or isinstance(value, bool | int | float):
            return value
        if value is not BAD:
            self.wrong_kind(node, "a param is a number, a text, true, false or ~", code="param")
        return None

    def _inputs_of(self, entries: Entries) -> Frozen[str, Port]:
        return (
            self.named(entries["inputs"][1], "'inputs'", "an input", self._port, drop=True)
            if "inputs" in entries
            else EMPTY
        )

    def _port(self, node: Marked) -> Port | None:
        sentence = "a type is '[optional] float|int|bool axis axis …'"
        return self.word(node, parse_port, sentence, "type", "types are words with spaces: float batch time")

    def _outputs(self, entries: Entries) -> Frozen[str, Ref]:
        return (
            self.named(entries["outputs"][1], "'outputs'", "an output", self.ref)
            if "outputs" in entries
            else EMPTY
        )

    def _requires(self, entries: Entries) -> tuple[str, ...]:
        if "requires" not in entries:
            return ()
        remedy = "write requires: [zoo-attention>=1.2]"
        found = [
            self.word(item, _requirement, "a requirement is the name of a distribution", "requires", remedy)
            for item in self.items(entries["requires"][1], "'requires'", remedy)
        ]
        return tuple(word for word in found if word is not None)

    def _causal(self, entries: Entries) -> tuple[str, ...]:
        if "causal" not in entries:
            return ()
        remedy = "write causal: [time]"
        found = [
            self.word(item, axis_name, "'causal' names axes", "causal", remedy)
            for item in self.items(entries["causal"][1], "'causal'", remedy)
        ]
        return tuple(word for word in found if word is not None)

    def _layout(self, entries: Entries) -> Frozen[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        if "layout" in entries:
            for name, (key, node) in self.entries(entries["layout"][1], "'layout'").items():
                place = self._box(node)
                if place is not None and _LAYOUT_PATH.fullmatch(name):
                    found[name] = place
                else:
                    message = f"'layout' has a node and two integers, got '{shown(name)}'"
                    remedy = "write 'node: [3, 1]', or remove the line"
                    self.report("layout", message, remedy, key.start, "warning")
        return Frozen(found) if found else EMPTY

    def _box(self, node: Marked) -> tuple[int, int] | None:
        if not isinstance(node, Sequence) or not all(isinstance(item, Scalar) for item in node.items):
            return None
        place = [self.scalar(item, "layout") for item in node.items]
        if len(place) != 2 or not all(type(number) is int for number in place):
            return None
        return cast(tuple[int, int], tuple(place))


def _title(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise WordError("'name' is a word or a line of text", "give the graph a name")
    return text


def _param_text(text: str) -> str:
    value = parse_setting(text)
    if not isinstance(value, str):
        raise WordError(
            f"a param is a plain value, got the expression '{shown(text)}'",
            "write it where the param is used",
        )
    return value


def _requirement(text: str) -> str:
    check_requirement(text)
    return text
