"""The small languages in a graph file's values: types, outputs, uses, expressions, initial states.

Each ``parse_*`` function parses the text of one value, or raises WordError. ``zoo.files.plain`` writes them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from zoo.errors import SizeError, came, did_you_mean
from zoo.files.text import WordError, shown
from zoo.graph import NAME, Learned, Ref, Start, Value, Zeros
from zoo.sizes import Expr, names, parse
from zoo.spec import DTYPES, DType, Port

LONGEST = 200
"""The maximum length of a name."""

_USE = re.compile(rf"{NAME.pattern}(/{NAME.pattern}(@[1-9][0-9]*)?)?")
_FILE_USE = re.compile(rf"(?P<file>[^#]*)#(?P<block>{NAME.pattern})")
_VERSION = r" *(~=|===?|!=|<=?|>=?) *[A-Za-z0-9._*+!-]+"
_REQUIREMENT = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"  # name
    r"( *\[ *[A-Za-z0-9._-]+( *, *[A-Za-z0-9._-]+)* *\])?"  # extras
    rf"( *\(?{_VERSION}( *,{_VERSION})*\)?)?"
    r"( *;[^@]+)?"  # marker
)


def check_name(text: str, what: str) -> None:
    """Raise WordError unless ``text`` is a valid name for ``what``: a node, port, param or block."""
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # from code without types
        raise WordError(f"the name of {what} must be text, not {came(text)}", "write it in quotes")
    if len(text) > LONGEST:
        raise WordError(f"the name of {what} has at most {LONGEST} characters, this one has {len(text)}")
    if NAME.fullmatch(text):
        return
    if ":" in text:
        remedy = "put a space behind the colon"
    else:
        better = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")[:40]
        better = f"_{better}" if better[:1].isdigit() else better
        remedy = f"write '{better}'" if better else "give it a name"
    raise WordError(f"the name of {what} is letters, digits and underscores, got '{shown(text)}'", remedy)


@lru_cache(maxsize=4096)
def parse_ref(text: str) -> Ref:
    """``node`` or ``node.port``."""
    if len(text) > 2 * LONGEST:
        raise WordError(f"an output is 'node' or 'node.port', got {len(text)} characters")
    node, dot, port = text.partition(".")
    if NAME.fullmatch(node) and (not dot or NAME.fullmatch(port)):
        return Ref(node, port if dot else None)
    if text.startswith("$"):
        raise WordError(f"'{shown(text)}' is a param, and a wire reads a tensor", "name an input or a node")
    raise WordError(f"an output is 'node' or 'node.port', got '{shown(text)}'", "name an input or a node")


def parse_use(text: str) -> str:
    """Return a word that is ``pack/layer``, ``pack/layer@2``, ``block`` or ``other.yaml#block``."""
    if _USE.fullmatch(text):
        return text
    if "#" in text:
        file, block = split_use(text)
        if not block:
            raise WordError(f"'{shown(text)}' names no block", "write 'file.yaml#block'")
        check_file(file)
        return text
    if text.endswith((".yaml", ".yml")):
        raise WordError(
            f"'{shown(text)}' is a file, and a node uses a block of it", f"write '{shown(text)}#block'"
        )
    if NAME.fullmatch(text.replace(".", "_")):
        raise WordError(
            f"'{shown(text)}' looks like a Python path, which is never imported",
            "write 'pack/layer' or a block's name",
        )
    raise WordError(f"'use' is 'pack/layer', a block of this file or 'other.yaml#block', got '{shown(text)}'")


def split_use(use: str) -> tuple[str, str]:
    """``other.yaml#block`` as (``other.yaml``, ``block``); the file is empty for every other use."""
    match = _FILE_USE.fullmatch(use)
    return (match["file"], match["block"]) if match else ("", "")


def check_file(file: str) -> None:
    """Raise WordError unless ``file`` is a relative path, with forward slashes, of a YAML file."""
    if "://" in file:
        raise WordError(f"'{shown(file)}' is an address, and graphs come from files", "download it")
    if "\\" in file:
        raise WordError(f"'{shown(file)}' has a backslash", "write '/' between folders, on every system")
    if file.startswith(("/", "~")) or file[1:2] == ":":
        raise WordError(f"'{shown(file)}' is a path of one computer", "write it relative to this file")
    if not file.endswith((".yaml", ".yml")):
        raise WordError(f"'{shown(file)}' is no graph file", "its name ends in .yaml or .yml")


@lru_cache(maxsize=4096)
def parse_port(text: str) -> Port:
    """``[optional] float|int|bool AXIS AXIS …``; an axis is a name, number, ``$param`` or expression."""
    if len(text) > 10 * LONGEST:
        raise WordError(f"a type is {_TYPE}, got {len(text)} characters")
    words = text.split()
    optional = words[:1] == ["optional"]
    if optional:
        del words[0]
    if not words:
        raise WordError(f"a type is {_TYPE}, got '{shown(text)}'", "begin with float, int or bool")
    if words[0] not in DTYPES or "," in text or "[" in text:
        hint = _bracketed(text) or did_you_mean(words[0], [*DTYPES, "optional"])
        hint = hint or "; begin with float, int or bool"
        raise WordError(f"a type is {_TYPE}, got '{shown(text)}'{hint}")
    dtype: DType = next(dtype for dtype in DTYPES if dtype == words[0])
    return Port(dtype, tuple(map(parse_axis, words[1:])), optional=optional)


def _bracketed(text: str) -> str:
    """A remedy for a type with brackets and commas, ``float[batch, time]``."""
    plain = " ".join(re.sub(r"[][(),]", " ", text).split())
    meant = re.fullmatch(rf"(optional )?({'|'.join(DTYPES)})( [\w$+*/-]+)*", plain)
    return f" (did you mean '{plain}'?)" if meant else ""


_TYPE = "'[optional] float|int|bool axis axis …'"


def parse_axis(text: str) -> Expr:
    """One axis of a type or of an initial state."""
    if text in {"optional", *DTYPES}:
        raise WordError(f"'{text}' stands first in a type, here it stands for an axis", "name the axis")
    if text == "_" or text.startswith(("*", "...")):
        raise WordError(
            f"'{shown(text)}' is for the hints of layers", "in a graph every axis has a name or a size"
        )
    try:
        axis = parse(text)
    except SizeError as error:
        raise WordError(
            str(error), "an axis is a name, a number or an expression without spaces such as time-1"
        ) from None
    if isinstance(axis, int) and axis < 0:
        raise WordError(f"the size of an axis is not negative, got {axis}")
    return axis


def parse_start(text: str) -> Start:
    """``zeros AXIS …``, ``learned AXIS …`` or an output."""
    words = text.split()
    if words and words[0] in {"zeros", "learned"}:
        shape = tuple(map(parse_axis, words[1:]))
        return Zeros(shape) if words[0] == "zeros" else Learned(shape)
    if len(words) > 1:
        hint = did_you_mean(words[0], ["zeros", "learned"])
        raise WordError(
            f"a state starts as an output, 'zeros axis …' or 'learned axis …', got '{shown(text)}'{hint}"
        )
    return parse_ref(text)


def _mended(text: str) -> str:
    """A remedy for an invalid expression: a formula in another notation, or no formula at all."""
    if not re.fullmatch(r"(\$\w+|[\d\s.+*/%^()-])*", text):
        return "write $$ for a dollar sign in text"
    return (
        "write // to divide; it rounds down"
        if "/" in text.replace("//", "")
        else "write it as in $dim * 2 + 1"
    )


def parse_expression(text: str) -> Expr:
    """An expression of ``$params`` and integers."""
    if len(text) > 10 * LONGEST:
        raise WordError(f"an expression has at most {10 * LONGEST} characters, this one has {len(text)}")
    try:
        expr = parse(text)
    except SizeError as error:
        raise WordError(str(error), _mended(text)) from None
    bare = next((name for name in names(expr) if not name.startswith("$")), None)
    if bare is not None:
        message = f"'{shown(text)}' names '{bare}', which is no param"
        raise WordError(message, f"write '${bare}' for the param")
    return expr


def parse_setting(text: str) -> Value:
    """A text of a setting: an expression if it contains a dollar sign; ``$$`` is the sign itself."""
    if "$" not in text:
        return text
    rest = text.replace("$$", "")
    if "$" not in rest and "$$" in text:
        return text.replace("$$", "$")
    return parse_expression(text)


def check_requirement(text: str) -> None:
    """Raise WordError unless ``text`` is a requirement for a distribution: ``zoo-attention>=1.2``."""
    if len(text) > LONGEST:
        raise WordError(f"a requirement is the name of a distribution, got {len(text)} characters")
    if "@" in text or "://" in text:
        raise WordError(
            f"'{shown(text)}' names an address", "write the distribution's name, perhaps with its versions"
        )
    if not _REQUIREMENT.fullmatch(text.strip()):
        raise WordError(f"'{shown(text)}' names no distribution", "write it as for pip, 'zoo-attention>=1.2'")
