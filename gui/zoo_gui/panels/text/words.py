"""The names that stand for something at a place of a text: ports, wires, params, axes, blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zoo.packs import Registry
from zoo_gui.panels.setting_words import hint, parts_of
from zoo_gui.panels.text.nesting import Entry

AXES = ("batch", "time", "source", "target", "query", "key", "dim", "heads", "hidden", "vocab")
"""The words that layers, graphs and documentation share for axes."""

_DTYPES = {"float", "int", "bool", "optional"}
_AXIS = re.compile(r"[A-Za-z_]\w*")


class Names:
    """What a text names. Bodies are paths that end before ``nodes``, as in ``("blocks", "layer")``."""

    def __init__(self, root: Entry, registry: Registry) -> None:
        self._root, self._registry = root, registry

    def body(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The innermost body around a path."""
        for end in range(len(path), 0, -1):
            scan = path[end - 1] == "scan" and path[:end][-3:-2] == ("nodes",)
            if scan or (end == 2 and path[0] == "blocks"):
                return path[:end]
        return ()

    def node(self, path: tuple[str, ...]) -> Entry:
        """The node that a path leads into."""
        return self._root.inside(*self.node_path(path))

    def node_path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The path of the node that a path leads into; empty when it leads into none."""
        body = self.body(path)
        if path[: len(body) + 1] == (*body, "nodes") and len(path) > len(body) + 1:
            return path[: len(body) + 2]
        return ()

    def params(self, path: tuple[str, ...]) -> Iterator[str]:
        """The params of the graph or block that a path leads into."""
        owner = path[:2] if path[:1] == ("blocks",) else ()
        yield from self._root.inside(*owner, "params").entries

    def refs(self, body: tuple[str, ...]) -> dict[str, str]:
        """What a wire in a body can read: its inputs, and every output of its nodes."""
        here = self._root.inside(*body)
        found: dict[str, str] = {}
        for part in ("each", "state", "const") if body[-1:] == ("scan",) else ("inputs",):
            found |= {name: entry.words or part for name, entry in here.inside(part).entries.items()}
        for name, node in here.inside("nodes").entries.items():
            outputs = [*self.outputs(node, here)]
            wires = [f"{name}.{port}" for port in outputs] if len(outputs) > 1 else [name]
            found |= dict.fromkeys(wires, self.what(node))
        return found

    def around(self, body: tuple[str, ...]) -> dict[str, str]:
        """What ``each``, ``state``, ``const`` and ``mask`` of a scan can read: the body that it stands in."""
        return self.refs(self.body(body[:-1]))

    def nodes(self, body: tuple[str, ...]) -> dict[str, str]:
        """The nodes of a body and, for a scan, of those around it."""
        found = {name: self.what(node) for name, node in self._root.inside(*body, "nodes").entries.items()}
        return {**self.nodes(self.body(body[:-1])), **found} if body[-1:] == ("scan",) else found

    def what(self, node: Entry) -> str:
        """What a node is, in a word."""
        for key, before in (("use", ""), ("reuse", "reuse of ")):
            if key in node.entries:
                return f"{before}{node.entries[key].words}"
        return "scan" if "scan" in node.entries else ""

    def inputs(self, node: Entry) -> dict[str, str]:
        """The input ports of a node with their types."""
        spec = self._registry.find(self._use(node))
        if spec is not None:
            return {name: str(port) for name, port in spec.inputs.items()}
        ports = self._block(node).inside("inputs").entries
        return {name: entry.words for name, entry in ports.items()}

    def outputs(self, node: Entry, body: Entry) -> Iterator[str]:
        """The output ports of a node."""
        scan = node.inside("scan")
        spec = self._registry.find(self._use(node))
        if spec is not None:
            yield from spec.outputs
        elif scan.entries:
            yield from scan.inside("stack").entries
            yield from scan.inside("final").entries
        elif "reuse" in node.entries:
            other = body.inside("nodes", node.entries["reuse"].words)
            yield from () if "reuse" in other.entries else self.outputs(other, body)
        else:
            yield from self._block(node).inside("outputs").entries

    def settings(self, node: Entry) -> dict[str, str]:
        """The settings of a node's layer, with what each takes."""
        spec = self._registry.find(self._use(node))
        return {name: hint(part) for name, part in parts_of(spec.settings).items()} if spec else {}

    def block_params(self, node: Entry) -> dict[str, str]:
        """The params of the block that a node uses, with their values."""
        params = self._block(node).inside("params").entries
        return {name: "to be given" if entry.words == "~" else entry.words for name, entry in params.items()}

    def blocks(self) -> dict[str, str]:
        """The blocks of the text with what they are about."""
        blocks = self._root.inside("blocks").entries
        return {name: entry.inside("about").words or "block" for name, entry in blocks.items()}

    def axes(self, path: tuple[str, ...]) -> dict[str, str]:
        """The axes that the text names, and the usual ones."""
        bodies = [self._root, *self._root.inside("blocks").entries.values()]
        types = [port.words for body in bodies for port in body.inside("inputs").entries.values()]
        named = [word for words in types for word in _AXIS.findall(words) if word not in _DTYPES]
        params = {f"${name}": "param" for name in self.params(path)}
        return {**dict.fromkeys((*named, *AXES), "axis"), **params}

    def _use(self, node: Entry) -> str:
        return node.inside("use").words

    def _block(self, node: Entry) -> Entry:
        return self._root.inside("blocks", self._use(node)) if self._use(node) else Entry("")
