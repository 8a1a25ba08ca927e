"""Resolving the bare words of a graph file, and writing values so that they are read back unchanged.

The rules are those of YAML 1.2's core schema, without its pitfalls. ``true`` and ``false`` are the only
booleans (``on``, ``no`` and ``yes`` are text), ``1e-4`` is a float, dates are text. Numbers that YAML readers
interpret differently (``012``, ``1_000``) and useless ones (``.nan``) are refused with an explanation. Quoted
words are always text.
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from zoo.files.text import WordError

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
"""The values of a file, without marks."""

WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_NUMBER = re.compile(r"[-+.0-9]")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NOT_A_NUMBER = re.compile(r"\.(nan|NaN|NAN)")
_GROUPED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?")
_LARGEST = 2**63 - 1  # what fits a tensor
_LONGEST = 64  # characters of a number


def resolve(text: str) -> bool | int | float | str | None:
    """The value of an unquoted word; raises WordError for an invalid number."""
    if text in WORDS:
        return WORDS[text]
    if not _NUMBER.match(text):
        return text
    if len(text) > _LONGEST:
        if _FLOAT.fullmatch(text):
            raise WordError(
                f"a number has at most {_LONGEST} characters, this one has {len(text)}",
                "quote it if it is text",
            )
        return text
    if _INT.fullmatch(text):
        return _integer(text, 10)
    if _BASED.fullmatch(text):
        return _integer(text, 0)
    if _FLOAT.fullmatch(text):
        return _floating(text)
    if _INFINITY.fullmatch(text):
        return -math.inf if text[0] == "-" else math.inf
    if _NOT_A_NUMBER.fullmatch(text):
        raise WordError(f"'{text}' is no number", "write the number that is meant")
    if _GROUPED.fullmatch(text):
        remedy = f"write {text.replace('_', '')}, or quote it"
        raise WordError(f"some YAML readers take '{text}' for text", remedy)
    return text


def _integer(text: str, base: int) -> int:
    value = int(text, base)
    if abs(value) > _LARGEST:
        raise WordError(f"an integer lies between ±(2^63 - 1), got {text}", "write a float, as in 1e20")
    return value


def _floating(text: str) -> float:
    digits = text.lstrip("-+")
    if digits.isdigit():
        remedy = f"write {text[: -len(digits)]}{int(digits)}, or quote it"
        raise WordError(f"some YAML readers take '{text}' for an octal number", remedy)
    value = float(text)
    if math.isinf(value):
        raise WordError(f"'{text}' is too large for a float", "write .inf for infinity")
    return value


# ---------------------------------------------------------------------------------------------------- writing

# Words that other YAML readers do not read as text: booleans, dates, times, numbers with underscores.
_FOREIGN = re.compile(
    r"(?i:yes|no|on|off)|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|=|<<"
)
_BARE = re.compile(r"[\w$./(+~-][^\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff\\\"]*")
_INDICATOR = re.compile(r": |:$| #|\s$|^---|^\.\.\.|^[-.?:]( |$)")
_FLOW = re.compile(r"[\[\]{},?]|:[^ ]")
_VISIBLE = re.compile(r"[ -~\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")


_SMALL = 1e-3  # numbers below are written as 1e-4


def word(value: bool | float | str | None, flow: bool = True, quote: str = "") -> str:
    """A value as written: bare if it is read back unchanged, otherwise in quotes (``quote`` if possible).

    ``flow`` says that it is inside braces or brackets. Raises WordError for values that cannot be written:
    NaN, half of a surrogate pair.
    """
    if isinstance(value, str):
        return _text(value, flow, quote)
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise WordError("an integer beyond ±(2^63 - 1) cannot be written")
        return str(value)
    if math.isnan(value):
        raise WordError("not-a-number cannot be written")
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    mantissa, e, exponent = repr(value).partition("e")
    if not e and 0 < abs(value) < _SMALL:
        zeros = len(mantissa) - len(mantissa.lstrip("-0."))
        digits = mantissa[zeros:]
        sign = "-" if value < 0 else ""
        return f"{sign}{digits[0]}{'.' if len(digits) > 1 else ''}{digits[1:]}e-{zeros - 1 - len(sign)}"
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def _text(value: str, flow: bool, quote: str) -> str:
    if not quote and is_bare(value, flow):
        return value
    if quote != '"' and is_visible(value):
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, value)) + '"'


def is_bare(value: str, flow: bool = True) -> bool:
    """Whether this reader and other YAML readers read a text correctly without quotes."""
    if not _BARE.fullmatch(value) or _INDICATOR.search(value) or _FOREIGN.fullmatch(value):
        return False
    if flow and _FLOW.search(value):
        return False
    try:
        return isinstance(resolve(value), str)
    except WordError:
        return False


def is_visible(value: str) -> bool:
    """Whether a text has no control characters, line breaks or other characters that need an escape."""
    return _VISIBLE.fullmatch(value) is not None


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x00": "\\0"}


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if is_visible(character):
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        raise WordError(f"U+{code:04X}, half of a surrogate pair, cannot be written")
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
