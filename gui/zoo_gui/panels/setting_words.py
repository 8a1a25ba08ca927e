"""A setting in words, from the JSON schema of the settings: what it takes, what it usually is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

from zoo.sizes.expressions import LARGEST
from zoo_gui.panels.values import text_of

Part = Mapping[str, Any]


def parts_of(settings: type[BaseModel]) -> dict[str, Part]:
    """The schema of every setting of a layer, of a task, or of whatever else has its settings in a model."""
    schema = settings.model_json_schema()
    definitions = cast(Mapping[str, Part], schema.get("$defs", {}))
    parts = cast(Mapping[str, Part], schema.get("properties", {}))
    return {name: _whole(part, definitions) for name, part in parts.items()}


def _whole(part: Part, definitions: Mapping[str, Part]) -> Part:
    """A part of a schema with what it refers to."""
    reference = str(part.get("$ref", ""))
    return {**definitions.get(reference.rpartition("/")[2], {}), **part} if reference else part


def is_plain(value: object) -> bool:
    """Whether a default can be shown as it is."""
    return value is None or isinstance(value, bool | int | float | str)


def choices(part: Part) -> tuple[str, ...]:
    """What a setting may be, where that is one of a few."""
    if "enum" in part:
        return tuple(text_of(value) for value in part["enum"])
    if "const" in part:
        return (text_of(part["const"]),)
    if part.get("type") == "boolean":
        return ("true", "false")
    return tuple(choice for each in part.get("anyOf", ()) for choice in choices(each))


_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
_TYPES = {"integer": "a whole number", "number": "a number", "string": "a text", "boolean": "true or false"}


def takes(part: Part) -> str:
    """What a setting takes, in words: ``a number ≥ 0, < 1``."""
    few = choices(part)
    kind = " or ".join(few) if few else _TYPES.get(str(part.get("type")), "")
    if not kind and "anyOf" in part:
        kind = " or ".join(filter(None, (takes(each) for each in part["anyOf"])))
    limits = {key: part[key] for key in _BOUNDS if key in part and part[key] != LARGEST}
    bounds = ", ".join(f"{_BOUNDS[key]} {limit}" for key, limit in limits.items())
    return f"{kind} {bounds}".strip()


def hint(part: Part) -> str:
    """What a setting is, what it takes, what it usually is."""
    default = part.get("default", ...)
    usual = f"usually {text_of(default)}" if default is not ... and is_plain(default) else ""
    about = str(part.get("description", "")).rstrip(".")
    return "; ".join(filter(None, [about, takes(part), usual]))
