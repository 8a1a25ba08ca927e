"""Texts that were made to take all time and memory, each of about a given number of characters.

As a program, ``python hostile.py SIZE``, it reads them all under limits of memory and time, and prints the
seconds each took.
"""

from __future__ import annotations

import sys
import time

from zoo.files import dumps, read

_HEAD = "format: zoo/1\nname: x\n"


def _times(start: str, piece: str, size: int, end: str = "") -> str:
    return start + piece * (size // len(piece)) + end


def _numbered(start: str, piece: str, size: int, end: str = "") -> str:
    pieces: list[str] = []
    length = 0
    while length < size:
        pieces.append(piece.format(len(pieces)))
        length += len(pieces[-1])
    return start + "".join(pieces) + end


def hostile(size: int) -> dict[str, str]:
    """The texts by what is special about them."""
    bombs = (f"  a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]\n" for at in range(1, 40))
    piled = "".join(" " * at + "a:\n" for at in range(int((2 * size) ** 0.5)))
    return {
        "an alias bomb": _HEAD + "params:\n  a0: &a0 x\n" + "".join(bombs),
        "brackets": _times("", "[", size),
        "braces": _times("", "{a: ", size),
        "dashes": _times("", "- ", size),
        "indentation": piled,
        "nested values": _times(_HEAD + "nodes: ", "[a, ", size),
        "question marks": _times("", "? ", size),
        "question marks in braces": _times(_HEAD + "params: {a: 1", ", a? : 1", size),
        "a question before many keys": _numbered(_HEAD + "# why? \nparams: {z: 1", ", k{}: 1", size, "}"),
        "one word": _times("", "x", size),
        "words": _times("", "x\n", size),
        "a comment": _times("", "#", size),
        "comments": _times(_HEAD, "# x\n", size),
        "blank lines": _times("", "\n", size),
        "spaces": _times("", " ", size),
        "tabs": _times("", "\t", size),
        "carriage returns": _times(_HEAD, "\r", size),
        "tags": _times(_HEAD + "about: ", "!!a ", size),
        "a tag": _times(_HEAD + "about: !", "a", size),
        "anchors": _numbered(_HEAD, "a{0}: &a{0} 1\n", size),
        "aliases": _times(_HEAD + "params: [", "*a, ", size, "]"),
        "an open quote": _times(_HEAD + 'about: "', "x", size),
        "escapes": _times(_HEAD + 'about: "', "\\x41", size, '"'),
        "apostrophes": _times(_HEAD + "about: '", "''", size, "'"),
        "keys": _numbered(_HEAD + "params:\n", "  k{}: 1\n", size),
        "the same key": _times(_HEAD + "params: {", "a: 1, ", size, "}"),
        "keys that are lists": _times(_HEAD + "params: {", "[a]: 1, ", size, "}"),
        "bad names": _numbered(_HEAD + "params:\n", "  k-{}: 1\n", size),
        "items": _times(_HEAD + "requires: [", "a,", size, "]"),
        "digits": _times(_HEAD + "params: {a: ", "1", size, "}"),
        "underscores": _times(_HEAD + "params: {a: 1", "_", size, "x}"),
        "dots": _times(_HEAD + "params: {a: 1.", "1.", size, "}"),
        "an exponent": _times(_HEAD + "params: {a: 1e", "9", size, "}"),
        "parentheses": _times(_HEAD + "nodes: {a: {use: p/q, with: {a: $a", "(", size, "}}}"),
        "a million layers": _HEAD + "nodes: {a: {repeat: 1000000000, use: b}}",
        "a number of layers": _times(_HEAD + "nodes: {a: {repeat: ", "9", size, ", use: b}}"),
        "axes": _times(_HEAD + "inputs: {x: float ", "a ", size, "}"),
        "bad types": _numbered(_HEAD + "inputs:\n", "  x{0}: flaot{0}\n", size),
        "a long use": _times(_HEAD + "nodes: {a: {use: ", "a/", size, "}}"),
        "a long path": _times(_HEAD + "nodes: {a: {use: ", "a.", size, "a}}"),
        "a long requirement": _times(_HEAD + "requires: ['", "a-", size, "!']"),
        "many versions": _times(_HEAD + "requires: ['a>=", "1,>=", size, "!']"),
        "unknown keys": _numbered(_HEAD, "nodse{}: 1\n", size),
        "nodes": _numbered(_HEAD + "nodes:\n", "  n{}: {{use: p/q}}\n", size),
        "broken nodes": _numbered(_HEAD + "nodes:\n", "  n{}: {{ues: p/q}}\n", size),
        "the same node": _times(_HEAD + "nodes:\n", "  a: {use: p/q}\n", size),
        "bad boxes": _numbered(_HEAD + "layout:\n", "  n{}: x\n", size),
        "documents": _times(_HEAD, "---\na: 1\n", size),
        "marks of documents": _times("", "---\n", size),
        "ends of documents": _times("", "...\n", size),
        "NULs": _times(_HEAD, "\0", size),
        "a text of many lines": _times(_HEAD + "about: |\n", "  x\n", size),
        "a folded text": _times(_HEAD + "about: >\n", "  x\n", size),
        "a text over many lines": _times(_HEAD + "about: a\n", "  x\n", size),
    }


def main(size: int) -> None:
    """Read everything in two gigabytes and ten minutes, or die."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
    resource.setrlimit(resource.RLIMIT_CPU, (600, 600))
    for name, text in hostile(size).items():
        start = time.process_time()
        reading = read(text)
        assert dumps(reading.graph) == text
        sys.stdout.write(f"{time.process_time() - start:6.2f} s  {name}: {len(reading.problems)} problems\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
