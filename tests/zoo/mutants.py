"""Files of the library, damaged by chance.

A mutant is a file of the library with one to four changes by bytes, lines or words, some of them taken from
another file. Seeds make it, so a failure names the number that makes it again: ``mutant(4711)``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.zoo.files.texts import LIBRARY, MANNERS

SOUND = [path.read_bytes() for path in (*LIBRARY, MANNERS)]

Pieces = list[bytes]
Mutation = Callable[[random.Random, bytes], bytes]

WORD = re.compile(rb"[\w.$/]+|\s+|.", re.DOTALL)

SPECIALS: Pieces = [
    b"&a ", b"*a", b"!!python/object/apply:os.system ", b"<<: ", b"? ", b"- ", b"---\n", b"...\n",
    b"%YAML 1.2\n", b"|\n", b">\n", b"#", b": ", b"{", b"}", b"[", b"]", b"'", b'"', b"\\", b"~", b",",
    b"@", b"`", b"\t", b"\r", b"\0", b"\x85", b"\xff", b"\xed\xa0\x80", "\ufeff".encode(),
    "\u2028".encode(), "é".encode(), "١٢".encode(),
]  # fmt: skip
"""What means something to YAML, and characters that are seldom meant."""

VALUES: Pieces = [
    b"0", b"-1", b"3", b"10000", b"1000000000", b"9223372036854775807", b"9" * 100, b"1e400", b"1e-4",
    b".nan", b"-.inf", b"012", b"no", b"true", b"~", b"$", b"$$", b"$dim", b"$nothing", b"$dim//0",
    b"$dim*$dim*$dim*$dim*$dim*$dim", b"2*time-1", b"__class__", b"encoder", b"x", b"memory.out", b"cell.h",
    b"int batch", b"optional float batch time", b"zeros batch", b"learned $dim", b"zoo/2",
    b"basic/linear@2", b"other.yaml#block", b"../x.yaml#a", b"source_embed.weight",
]  # fmt: skip
"""Words that are right somewhere in a file, or nearly."""


def _cut(pick: random.Random, data: bytes, most: int) -> tuple[int, int]:
    start = pick.randrange(len(data) + 1)
    return start, min(len(data), start + pick.randint(1, most))


def delete_bytes(pick: random.Random, data: bytes) -> bytes:
    start, end = _cut(pick, data, 40)
    return data[:start] + data[end:]


def double_bytes(pick: random.Random, data: bytes) -> bytes:
    start, end = _cut(pick, data, 200)
    return data[:end] + data[start:end] * pick.choice([1, 1, 1, 20]) + data[end:]


def flip_a_byte(pick: random.Random, data: bytes) -> bytes:
    start, end = _cut(pick, data, 1)
    return data[:start] + bytes([pick.randrange(256)]) + data[end:]


def insert_a_special(pick: random.Random, data: bytes) -> bytes:
    start = pick.randrange(len(data) + 1)
    return data[:start] + pick.choice(SPECIALS) + data[start:]


def cut_off(pick: random.Random, data: bytes) -> bytes:
    return data[: pick.randrange(len(data) + 1)]


def _lines(pick: random.Random, data: bytes) -> tuple[Pieces, int, int]:
    lines = data.splitlines(keepends=True) or [b"\n"]
    return lines, pick.randrange(len(lines)), pick.randrange(len(lines))


def delete_a_line(pick: random.Random, data: bytes) -> bytes:
    lines, one, _ = _lines(pick, data)
    return b"".join(lines[:one] + lines[one + 1 :])


def swap_lines(pick: random.Random, data: bytes) -> bytes:
    lines, one, other = _lines(pick, data)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def take_a_line(pick: random.Random, data: bytes) -> bytes:
    lines, one, _ = _lines(pick, data)
    strange, other, _ = _lines(pick, pick.choice(SOUND))
    return b"".join([*lines[:one], strange[other], *lines[one:]])


def indent_a_line(pick: random.Random, data: bytes) -> bytes:
    lines, one, _ = _lines(pick, data)
    lines[one] = pick.choice([lines[one].lstrip(b" "), b"  " + lines[one], lines[one].removeprefix(b"  ")])
    return b"".join(lines)


def _words(pick: random.Random, data: bytes) -> tuple[Pieces, int]:
    words: Pieces = WORD.findall(data) or [b""]
    meant = [place for place, word in enumerate(words) if word.strip()] or [0]
    return words, pick.choice(meant)


def delete_a_word(pick: random.Random, data: bytes) -> bytes:
    words, one = _words(pick, data)
    return b"".join(words[:one] + words[one + 1 :])


def swap_words(pick: random.Random, data: bytes) -> bytes:
    words, one = _words(pick, data)
    _, other = _words(pick, data)
    words[one], words[other] = words[other], words[one]
    return b"".join(words)


def take_a_word(pick: random.Random, data: bytes) -> bytes:
    words, one = _words(pick, data)
    strange, other = _words(pick, pick.choice(SOUND))
    words[one] = strange[other]
    return b"".join(words)


def put_a_value(pick: random.Random, data: bytes) -> bytes:
    words, one = _words(pick, data)
    words[one] = pick.choice(VALUES)
    return b"".join(words)


BROAD: list[Mutation] = [
    delete_bytes, double_bytes, flip_a_byte, insert_a_special, cut_off, swap_lines, take_a_line, indent_a_line
]  # fmt: skip
"""Changes after which most texts are no YAML, or no graph."""

FINE: list[Mutation] = [delete_a_line, delete_a_word, swap_words, take_a_word, put_a_value]
"""Changes after which most texts are graphs still, and wrong ones."""


def mutant(number: int) -> bytes:
    """The same bytes for the same number, as long as the library is the same."""
    pick = random.Random(number)
    data = pick.choice(SOUND)
    for _ in range(pick.randint(1, 4)):
        data = pick.choice(FINE if pick.random() < 0.7 else BROAD)(pick, data)
    return data
