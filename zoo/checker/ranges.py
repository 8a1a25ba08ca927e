"""Describing the valid values of a setting: ``an integer greater than 0``, ``'tanh' or 'relu'``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from zoo.errors import did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_KINDS = {
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "string": "a text",
    "null": "~",
    "array": "a list",
    "object": "a mapping",
}
_BOUNDS = (
    ("minimum", "at least"),
    ("exclusiveMinimum", "greater than"),
    ("maximum", "at most"),
    ("exclusiveMaximum", "less than"),
    ("multipleOf", "a multiple of"),
)


def allowed(model: type[BaseModel], name: str) -> str:
    """A description of the valid values of a field; empty if its schema is too complex."""
    schema = model.model_json_schema()
    return _words(schema.get("properties", {}).get(name, {}), schema.get("$defs", {}))


def fault(model: type[BaseModel], error: ErrorDetails, *, whole: bool = True, source: str = "") -> str:
    """A pydantic error in the library's wording: ``'p' is a number less than 1, got 'x'``.

    ``whole`` says whether the value as a whole is wrong, rather than an item of it; ``source`` is appended to
    the value.
    """
    came = error["input"]
    name = str(error["loc"][0])
    wanted = allowed(model, name) if whole and error["type"] not in _OWN_WORDS else ""
    if not wanted:
        return f"'{'.'.join(map(str, error['loc']))}': {sentence(error)}, got {shown(came)}{source}"
    choices = wanted.replace(" or ", ", ").split(", ")
    hint = did_you_mean(f"'{came}'", choices).replace("''", "'") if isinstance(came, str) else ""
    return f"'{name}' is {wanted}, got {shown(came)}{source}{hint}"


def faults(model: type[BaseModel], error: ValidationError) -> str:
    """All errors of a model in one sentence, one per field."""
    return "; ".join(faults_by_field(model, error).values())


def faults_by_field(model: type[BaseModel], error: ValidationError) -> dict[str, str]:
    """The first error of each field of a model; errors of the model as a whole are under ``""``."""
    firsts: dict[str, str] = {}
    for each in error.errors(include_url=False):
        name = "".join(map(str, each["loc"][:1]))
        if each["type"] in _PRESENCE and len(each["loc"]) == 1:
            firsts.setdefault(name, f"'{name}' is {_PRESENCE[each['type']]}")
        elif not name:
            firsts.setdefault(name, sentence(each))
        else:
            whole = len(each["loc"]) == 1 or each["loc"][1] in _ARMS
            firsts.setdefault(name, fault(model, each, whole=whole))
    return firsts


def sentence(error: ErrorDetails) -> str:
    """The message of a validator's own exception, or that of pydantic."""
    inner = error.get("ctx", {}).get("error")
    return str(inner) if isinstance(inner, Exception) else error["msg"]


_PRESENCE = {"missing": "missing", "extra_forbidden": "unknown here"}
_OWN_WORDS = ("value_error", "assertion_error")
_ARMS = ("int", "float", "str", "bool", "none")
"""The names of union members in the location of a pydantic error."""


def shown(value: object) -> str:
    """A value as written in files, shortened if it is long."""
    if value is None or isinstance(value, bool):
        return {None: "~", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 60 else f"'{value[:57]}…'"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.1f}"
    if isinstance(value, tuple | list | dict):
        return "a mapping" if isinstance(value, dict) else "a list"
    return str(value)


def _number(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


def _words(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _words(defs.get(schema["$ref"].rpartition("/")[2], {}), defs)
    if "anyOf" in schema:
        arms = [_words(arm, defs) for arm in schema["anyOf"]]
        return " or ".join(dict.fromkeys(arms)) if all(arms) else ""
    choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if choices:
        return _listed([shown(choice) for choice in choices])
    kind = _KINDS.get(schema.get("type", ""), "")
    bounds = [f"{words} {_number(schema[key])}" for key, words in _BOUNDS if key in schema]
    return f"{kind} {' and '.join(bounds)}" if kind and bounds else kind


def _listed(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"
