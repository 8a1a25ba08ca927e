"""What could be written at the cursor, by the words before it and the layers that there are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from zoo.errors import EditError
from zoo.files.bodies import KEYS, SCAN_KEYS
from zoo.files.reader import BLOCK_KEYS, GRAPH_KEYS
from zoo.graph import Call, Graph, Repeat, visible
from zoo.packs import Registry
from zoo_gui.panels.text.places import Places

_USE = re.compile(r"\buse:\s*([\w/@.#-]*)$")
_PARAM = re.compile(r"(\$\w*)$")
_WORD = re.compile(r"([\w.]*)$")


@dataclass(frozen=True, slots=True)
class Completion:
    """What is written so far of a word, and what it could become."""

    begun: str
    words: tuple[str, ...]


def complete(text: str, offset: int, graph: Graph, places: Places, registry: Registry | None) -> Completion:
    """The words that fit at a character of a text."""
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    spot = places.at(offset)
    scope = spot.scope if spot else ""
    if found := _USE.search(before):
        return Completion(found[1], (*graph.blocks, *(registry.layers if registry else ())))
    if found := _PARAM.search(before):
        return Completion(found[1], tuple(f"${name}" for name in _params(graph, scope)))
    begun = _WORD.search(before)
    word = begun[1] if begun else ""
    section = _section(text, offset)
    if section == "with":
        name = spot.pick.name if spot else ""
        return Completion(word, tuple(f"{each}: " for each in _settings(graph, scope, name, registry)))
    if section in {"in", "carry", "each", "const", "next", "stack", "outputs"}:
        return Completion(word, tuple(_names(graph, scope)))
    if not before.strip() or before.strip() == word:
        return Completion(word, tuple(f"{key}: " for key in _keys(before, section)))
    return Completion(word, ())


def _section(text: str, offset: int) -> str:
    """The key whose mapping or value the cursor is in: on its line, or of a line further out."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    if found := re.search(r"(\w+):\s+[\w.]*$", line):
        return found[1]
    depth = 0
    for at in range(len(line) - 1, -1, -1):
        if line[at] in "}]":
            depth += 1
        elif line[at] in "{[":
            if depth == 0:
                found = re.search(r"(\w+):\s*$", line[:at])
                return found[1] if found else ""
            depth -= 1
    indent = len(line) - len(line.lstrip())
    for above in reversed(text[: max(offset - len(line) - 1, 0)].split("\n")):
        if above.strip() and len(above) - len(above.lstrip()) < indent:
            found = re.match(r"\s*(\w+):\s*(#.*)?$", above)
            return found[1] if found else ""
    return ""


def _params(graph: Graph, scope: str) -> Iterable[str]:
    block = scope.removeprefix("#").partition(".")[0]
    return graph.blocks[block].params if scope.startswith("#") and block in graph.blocks else graph.params


def _settings(graph: Graph, scope: str, name: str, registry: Registry | None) -> Iterable[str]:
    try:
        node = graph.body(scope).nodes.get(name)
    except EditError:  # a scope that is being written
        return ()
    if not isinstance(node, Call | Repeat):
        return ()
    if node.use in graph.blocks:
        return graph.blocks[node.use].params
    spec = registry.find(node.use) if registry else None
    return spec.settings.model_fields if spec else ()


def _names(graph: Graph, scope: str) -> Iterable[str]:
    try:
        return visible(graph.body(scope))
    except EditError:  # a scope that is being written
        return ()


def _keys(before: str, section: str) -> Iterable[str]:
    if not before or before == before.lstrip():
        return GRAPH_KEYS
    if section == "scan":
        return SCAN_KEYS
    if section in {"", "nodes", "blocks"}:
        return BLOCK_KEYS if section == "blocks" else ()
    return dict.fromkeys(key for keys in KEYS.values() for key in keys)
