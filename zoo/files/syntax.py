"""Readable messages for YAML syntax errors.

The parser's messages are about tokens, scalars and block ends. Each is translated into what is wrong and what
to do about it; the tests run a collection of broken texts through this module and look for parser jargon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from zoo.files.text import shown
from zoo.graph import NAME


@dataclass(frozen=True, slots=True)
class Flaw:
    """A problem located by its offset in the text."""

    code: str
    message: str
    remedy: str
    at: int


_UNREADABLE = re.compile(
    "[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_BREAKS = {"\x85": "U+0085", "\u2028": "U+2028", "\u2029": "U+2029"}


def unreadable(text: str, skip: int = 0) -> Flaw | None:
    """The first character that is not allowed in a graph file, after ``skip`` characters.

    These are control characters, halves of surrogate pairs, byte order marks inside the text, and the three
    line breaks that YAML recognises but text editors do not.
    """
    found = _UNREADABLE.search(text, skip)
    if found is None:
        return None
    character = found[0]
    if character in _BREAKS:
        message = f"the line break {_BREAKS[character]} is counted by some programs and not by others"
        return Flaw("yaml-character", message, "write an ordinary line break", found.start())
    name = {"\x00": "NUL", "\ufeff": "a byte order mark", "\x1b": "escape"}.get(
        character, "a control character"
    )
    message = f"the invisible character U+{ord(character):04X} ({name}) may not stand in a graph file"
    return Flaw(
        "yaml-character", message, "remove it, or write it as an escape in double quotes", found.start()
    )


_QUOTE = "quote text that holds ': ' or ' #', or that begins with one of @ ` % & * ! | > [ ] { }"
_LINE_UP = "entries of one mapping begin in the same column, and are indented by spaces"


def explain(error: yaml.MarkedYAMLError, text: str, shift: int) -> Flaw:
    """The parser's error as a flaw of ``text``, whose first ``shift`` characters the parser has not seen."""
    at = min(error.problem_mark.index + shift if error.problem_mark else 0, len(text))
    opened = min(error.context_mark.index + shift if error.context_mark else at, len(text))
    said, context = error.problem or "", error.context or ""
    if _tab(text, at):
        return _flaw("a tab stands where spaces indent", "indent with spaces", at)
    if "node content" in said or "expected ','" in said:
        return _collection(text, at, opened, context)
    if "mapping values are not allowed" in said and (word := _COLONLESS.match(_line(text, at))):
        start = _start(text, at) + word.start(1)
        return _flaw(f"'{word[1]}' lacks its colon", f"write '{word[1]}: {{…'", start)
    stray = "expected key" in said or "block end" in said
    if stray and "block mapping" in context and _KEY.match(text, at):
        message = (
            f"{_it(text, at)} begins in column {at - _start(text, at) + 1}, where no mapping above begins"
        )
        return _flaw(message, "begin it in the column of the entries that it stands beside", at)
    if "expected ':'" in said:
        at = opened  # the beginning of the line that should be a key
    if "quoted scalar" in context or "double-quoted" in context:
        return _quoted(said, at, opened)
    for words, message, remedy in _SENTENCES:
        if words in said or words in context:
            return _flaw(message.format(it=_it(text, at)), remedy, at)
    return _flaw(f"{_it(text, at)} cannot stand here", f"{_LINE_UP}; {_QUOTE}", at)


_KEY = re.compile(r"[\w.#'\"-]+:(?=\s)")
_COLONLESS = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s+[{\[]")

_SENTENCES = (
    ("mapping values are not allowed", "this ':' makes no 'key: value'", f"{_QUOTE}; {_LINE_UP}"),
    ("cannot start any token", "{it} cannot begin a value", _QUOTE),
    (
        "could not find expected ':'",
        "this line is no 'key: value'",
        "write a colon and a space behind the key",
    ),
    (
        "entries are not allowed",
        "a list item cannot begin here",
        "begin the list on its own line, or write [a, b]",
    ),
    ("mapping keys are not allowed", "a question mark cannot begin a value", "quote it"),
    (
        "scanning an alias",
        "'*' begins a YAML alias, which the format does not know",
        "quote text that begins with *",
    ),
    (
        "scanning an anchor",
        "'&' begins a YAML anchor, which the format does not know",
        "quote text that begins with &",
    ),
    (
        "parsing a tag",
        "'!' begins a YAML tag, which the format does not know",
        "quote text that begins with !",
    ),
    ("tag handle", "'!' begins a YAML tag, which the format does not know", "quote text that begins with !"),
    ("block scalar", "{it} cannot stand behind '|' or '>'", "begin the text on the next line, indented"),
    ("directive", "lines that begin with % are not part of the format", "remove it"),
    ("incompatible YAML", "lines that begin with % are not part of the format", "remove it"),
    ("block collection", "{it} does not continue the list above", "begin list items with '- ' in one column"),
    (
        "document start",
        "the graph ended above, and {it} does not belong to it",
        f"look for a bracket too many; {_LINE_UP}",
    ),
    ("expected key", "{it} does not continue the mapping above", f"{_LINE_UP}; {_QUOTE}"),
    ("block end", "{it} does not continue the mapping above", f"{_LINE_UP}; {_QUOTE}"),
)


def _collection(text: str, at: int, opened: int, context: str) -> Flaw:
    rest = text[at:].strip()
    if "flow" not in context:
        return _flaw(f"{_it(text, at)} closes nothing", "remove it, or quote it", at)
    bracket = text[opened : opened + 1]
    if not rest:
        opened = opened if bracket in ("{", "[") else max(text.rfind("{"), text.rfind("["))
        bracket = text[opened : opened + 1]
        close = {"{": "}", "[": "]"}.get(bracket, "bracket")
        return _flaw(f"the '{bracket}' that opens here is not closed", f"write the '{close}'", opened)
    if bracket not in ("{", "["):
        return _flaw(
            f"{_it(text, at)} stands where a value is expected", "write a value, or remove the comma", at
        )
    close = "}" if bracket == "{" else "]"
    key = _line(text, at).strip()
    if bracket == "{" and rest[0] == ":" and NAME.fullmatch(key) and _start(text, at) > opened:
        message = f"'{key}:' stands where the '{bracket}' of a line above needs ',' or '{close}'"
        return _flaw(
            message, f"write the '{close}' that it lacks, or the comma between entries", at - len(key)
        )
    if rest[0] == "[":
        remedy = "types are words with spaces, 'float batch time'; quote text that holds brackets"
    elif rest[0] == "?":
        remedy = "an optional input is 'optional float batch time'; quote text that holds a question mark"
    elif bracket == "{" and rest[0] == ":":
        remedy = "put a comma between entries; quote text that holds a colon"
    else:
        remedy = f"put commas between entries and '{close}' behind the last"
    return _flaw(f"{_it(text, at)} stands where the '{bracket}' before it needs ',' or '{close}'", remedy, at)


def _quoted(said: str, at: int, opened: int) -> Flaw:
    if "escape" in said or "hexdecimal" in said or "hexadecimal" in said:
        return _flaw(
            "this is no escape that double quotes know",
            r"write '\\' for a backslash, or use single quotes",
            at,
        )
    return _flaw(
        "the quote that opens here is not closed",
        "close it; in single quotes, write '' for an apostrophe",
        opened,
    )


def _start(text: str, at: int) -> int:
    """The beginning of the line of an offset."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line(text: str, at: int) -> str:
    """The line of an offset up to the offset."""
    return text[_start(text, at) : at]


def _tab(text: str, at: int) -> bool:
    line = text[_start(text, at) : at + 1]
    return "\t" in line and not line.strip()


def _it(text: str, at: int) -> str:
    rest = re.match(r"\S+", text[at : at + 80])
    return (
        f"'{shown(rest[0])}'"
        if rest
        else "the end of the line"
        if text[at:].strip()
        else "the end of the file"
    )


def _flaw(message: str, remedy: str, at: int) -> Flaw:
    return Flaw("yaml-syntax", message, remedy, at)
