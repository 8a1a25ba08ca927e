"""What could be written at the cursor: by the schema of graph files, and by the names in the text itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from zoo.files.bodies import KEYS
from zoo_gui.panels.text.grammar import Grammar
from zoo_gui.panels.text.nesting import Entry, Where, nesting, where
from zoo_gui.panels.text.words import Names
from zoo_gui.search import ranked

_PARAM = re.compile(r"\$\w*$")
_WORD = re.compile(r"(?<![\w.@/#])[\w.@/#]*+$")
_STARTS = {"zeros ": "a state that starts as zeros", "learned ": "a state that starts from a parameter"}
_DTYPES = {"float": "dtype", "int": "dtype", "bool": "dtype", "optional": "it may stay unwired"}


@dataclass(frozen=True, slots=True)
class Word:
    """Something that could be written, and what it means."""

    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What is written so far of a word, and what it could become, the likeliest first."""

    begun: str
    words: tuple[Word, ...]


NOTHING = Completion("", ())


def complete(text: str, offset: int, grammar: Grammar) -> Completion:
    """The words that fit at a character of a text, which may be broken."""
    spot = where(text[:offset])
    if spot.written.startswith("#"):
        return NOTHING
    root = nesting(text)
    known = Names(root, grammar.registry)
    param = _PARAM.search(spot.written)
    word = param or _WORD.search(spot.written)
    begun = word[0] if word else ""
    if param:
        found: Mapping[str, str] = {f"${name}": "param" for name in known.params(spot.path)}
    elif spot.in_key:
        found = _keys(spot, root, known, grammar)
    else:
        found = _values(spot, root, known, grammar)
    tight = not spot.in_key and text[:offset].endswith(":")
    words = [Word(f" {each}" if tight else each, about) for each, about in found.items()]
    return Completion(begun, tuple(ranked(begun, words, lambda word: word.text.strip()) if begun else words))


def _keys(spot: Where, root: Entry, names: Names, grammar: Grammar) -> dict[str, str]:
    """The keys that are not there yet."""
    path, node = spot.path, names.node(spot.path)
    there = root.inside(*path).entries
    match path[len(names.node_path(path)) :] if names.node_path(path) else path:
        case ["in" | "carry"] if node.entries:
            found = names.inputs(node)
        case ["with" | "vary"] if names.block_params(node):
            found = names.block_params(node)
        case ["with" | "vary"] if node.entries:
            found = grammar.keys(root, (*path[:-1], "with")) | names.settings(node)
        case [*_, "next"]:
            found = dict.fromkeys(root.inside(*path[:-1], "state").entries, "state")
        case []:
            found = grammar.keys(root, path)
            kind = next((kind for kind in KEYS if kind in there), None) if node.entries else None
            found = {key: about for key, about in found.items() if kind is None or key in KEYS[kind]}
        case _:
            found = grammar.keys(root, path)
    written = spot.written.strip()
    return {f"{key}: ": about for key, about in found.items() if key not in there or key == written}


def _values(spot: Where, root: Entry, names: Names, grammar: Grammar) -> dict[str, str]:
    path, body = spot.path, names.body(spot.path)
    node = names.node_path(path)
    inner = path[len(node) :] if node else path[len(body) :]
    scan = body[-1:] == ("scan",)
    match inner:
        case ["use"]:
            layers = grammar.values(root, path)
            return names.blocks() | {use: about for use, about in layers.items() if not use.endswith("@1")}
        case ["in" | "carry", *_] if node:
            refs = names.refs(body)
            return {ref: what for ref, what in refs.items() if ref.partition(".")[0] != node[-1]}
        case ["reuse"] if node:
            return {name: what for name, what in names.nodes(body).items() if name != node[-1]}
        case ["outputs" | "next" | "stack", _]:
            return names.refs(body)
        case ["each" | "const", _] | ["mask"] if scan:
            return names.around(body)
        case ["state", _] if scan:
            return names.around(body) | _STARTS
        case ["final", _] if scan:
            return dict.fromkeys(root.inside(*body, "state").entries, "state")
        case ["over"] if scan:
            return {axis: about for axis, about in names.axes(path).items() if not axis.startswith("$")}
        case ["inputs", _]:
            return names.axes(path) if spot.written.split(" ")[:-1] else _DTYPES
        case ["causal"]:
            return {axis: about for axis, about in names.axes(path).items() if not axis.startswith("$")}
        case ["with" | "repeat" | "vary", *_] if node:
            return grammar.values(root, path) | {f"${name}": "param" for name in names.params(path)}
        case _:
            return grammar.values(root, path)
