"""Settings of a layer against the model that its constructor's signature makes, and what is wrong in plain
words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from zoo.checker.findings import TreePath, listed
from zoo.checker.frame import Site
from zoo.checker.values import UNKNOWN
from zoo.errors import did_you_mean
from zoo.graph import Repeat
from zoo.sizes import Name, Op, Symbolic

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def validated(
    site: Site,
    title: str,
    model: type[BaseModel],
    values: Mapping[str, Any],
    written: Mapping[str, object],
    excused: Collection[str],
) -> dict[str, Any] | None:
    """All settings with their defaults, or None when one is wrong or unknown; every wrong one is reported.

    ``written`` is how the file has them. ``excused`` may be missing: a problem elsewhere hides what they are.
    """
    known = {name: value for name, value in values.items() if not _open(value)}
    try:
        settings = vars(model.model_validate(known))
    except ValidationError as error:
        _report(site, title, model, error.errors(include_url=False), written, {*excused, *values})
        return None
    return settings if len(known) == len(values) and not excused else None


def _open(value: object) -> bool:
    return value is UNKNOWN or isinstance(value, Symbolic)


def _report(
    site: Site,
    title: str,
    model: type[BaseModel],
    errors: list[ErrorDetails],
    written: Mapping[str, object],
    excused: Collection[str],
) -> None:
    fields = model.model_fields
    strangers = [str(error["loc"][0]) for error in errors if error["type"] == "extra_forbidden"]
    said: set[str] = set()
    for error in errors:
        name = str(error["loc"][0]) if error["loc"] else ""
        if error["type"] == "extra_forbidden":
            unknown(site, title, "setting", name, fields)
        elif error["type"] == "missing" and len(error["loc"]) == 1:
            if name not in excused and not any(did_you_mean(other, [name]) for other in strangers):
                missing(site, title, "setting", name)
        elif name not in said:  # a type of several arms has an error for each
            said.add(name)
            wrong = [other for other in errors if other["loc"][:1] == error["loc"][:1]]
            _wrong(site, title, name, wrong, written.get(name))


def unknown(site: Site, title: str, noun: str, name: str, names: Collection[str]) -> None:
    """Report a setting (or a block's param) that does not exist."""
    hint = did_you_mean(name, names)
    remedy = "" if hint else f"its {noun}s are {listed(names)}" if names else "remove it"
    site.report(
        "setting-unknown", f"{title} has no {noun} '{name}'{hint}", remedy, at=_place(site, name), key=True
    )


def missing(site: Site, title: str, noun: str, name: str) -> None:
    """Report a setting (or a block's param) that is needed and not given."""
    message = f"{title} needs the {noun} '{name}'"
    site.report("setting-missing", message, f"write with: {{{name}: …}}", at=("with",), key=True, port="")


def _wrong(site: Site, title: str, name: str, errors: list[ErrorDetails], written: object) -> None:
    error = errors[0]
    if not name:  # the model as a whole refuses
        site.report("setting-value", f"{title}: {_sentence(error)}")
        return
    wanted = " or ".join(dict.fromkeys(_wanted(error) for error in errors))
    path = ".".join(map(str, error["loc"]))
    came = shown(error["input"])
    if isinstance(written, Name | Op):
        came += f" (from {written})"
    hint = ""
    if error["type"] == "literal_error" and isinstance(error["input"], str):
        choices = str(error.get("ctx", {}).get("expected", ""))
        hint = did_you_mean(
            error["input"], [choice.strip("' ") for choice in choices.replace(" or ", ",").split(",")]
        )
    site.report("setting-value", f"'{path}' is {wanted}, got {came}{hint}", at=_place(site, name))


def _place(site: Site, name: str) -> TreePath:
    node = site.node
    if isinstance(node, Repeat) and name in node.vary and site.index is not None:
        return ("vary", name, site.index)
    return ("with", name)


_KINDS = {
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "none_required": "~",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "finite_number": "a finite number",
}
_BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
    "multiple_of": ("multiple_of", "a multiple of"),
}


def _wanted(error: ErrorDetails) -> str:
    """What is allowed, in words: ``an integer``, ``greater than 0``, ``one of 'tanh', 'relu'``."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return f"{words} {shown(context[key])}"
    if kind == "literal_error":
        return str(context["expected"])
    return _sentence(error)


def _sentence(error: ErrorDetails) -> str:
    inner = error.get("ctx", {}).get("error")
    return str(inner) if isinstance(inner, Exception) else error["msg"]


def shown(value: object) -> str:
    """A value as files write it."""
    if value is None or isinstance(value, bool):
        return {None: "~", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 60 else f"'{value[:57]}…'"
    if isinstance(value, tuple | list | dict):
        return "a mapping" if isinstance(value, dict) else "a list"
    return str(value)
