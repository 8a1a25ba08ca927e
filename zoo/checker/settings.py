"""Validating the settings of a layer against the model of its constructor, with readable errors."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from zoo.checker.findings import listed
from zoo.checker.ranges import allowed, fault, sentence
from zoo.checker.site import Site
from zoo.checker.values import UNKNOWN
from zoo.errors import did_you_mean
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
) -> tuple[dict[str, Any] | None, Collection[str]]:
    """All settings including defaults, or None if any is wrong or unknown; and the wrong ones, all reported.

    ``written`` are the settings as in the file. Those in ``excused`` may be missing, since another problem
    hides their values.
    """
    known = values
    if any(map(_open, values.values())):
        known = {name: value for name, value in values.items() if not _open(value)}
    try:
        settings = vars(model.model_validate(known))
    except ValidationError as error:
        errors = error.errors(include_url=False)
        _report(site, title, model, errors, values, written, {*excused, *values})
        return None, {str(each["loc"][0]) for each in errors if each["loc"] and each["type"] != "missing"}
    return (settings if len(known) == len(values) and not excused else None), ()


def _open(value: object) -> bool:
    return value is UNKNOWN or isinstance(value, Symbolic)


def _report(
    site: Site,
    title: str,
    model: type[BaseModel],
    errors: list[ErrorDetails],
    values: Mapping[str, Any],
    written: Mapping[str, object],
    excused: Collection[str],
) -> None:
    fields = model.model_fields
    strangers = any(error["type"] == "extra_forbidden" for error in errors)
    said: set[str] = set()
    for error in errors:
        name = str(error["loc"][0]) if error["loc"] else ""
        if error["type"] == "extra_forbidden":
            unknown(site, title, "setting", name, fields)
        elif error["type"] == "missing" and len(error["loc"]) == 1:
            if name not in excused and not strangers:  # an unknown name may have been meant for it
                missing(site, title, "setting", name)
        elif name not in said:  # a union has an error for each of its members
            said.add(name)
            wrong = [other for other in errors if other["loc"][:1] == error["loc"][:1]]
            _wrong(site, title, model, name, wrong, values.get(name), written.get(name))


def unknown(site: Site, title: str, noun: str, name: str, names: Collection[str]) -> None:
    """Report a setting (or a block's param) that does not exist."""
    hint = did_you_mean(name, names)
    remedy = "" if hint else f"its {noun}s are {listed(names)}" if names else "remove it"
    site.report(
        "setting-unknown", f"{title} has no {noun} '{name}'{hint}", remedy, at=site.at_setting(name), key=True
    )


def missing(site: Site, title: str, noun: str, name: str) -> None:
    """Report a required setting (or a block's param) that is not given."""
    message = f"{title} needs the {noun} '{name}'"
    site.report("setting-missing", message, f"write with: {{{name}: …}}", at=("with",), key=True, port="")


def _wrong(
    site: Site,
    title: str,
    model: type[BaseModel],
    name: str,
    errors: list[ErrorDetails],
    value: object,
    written: object,
) -> None:
    error = errors[0]
    if not name:  # the model as a whole refuses
        site.report("setting-value", f"{title}: {sentence(error)}")
        return
    came = error["input"]
    whole = all(other["input"] is value for other in errors)  # rather than an item of a list
    source = f" (from {written})" if isinstance(written, Name | Op) else ""
    message = fault(model, error, whole=whole, source=source)
    origin = site.frame.origin(written.text) if isinstance(written, Name) else ()
    remedy = _remedy(site, came, allowed(model, name) if whole else "")
    site.report("setting-value", message, remedy, at=site.at_setting(name), origin=origin)


def _remedy(site: Site, came: object, wanted: str) -> str:
    """What to write instead of a value of the wrong kind, if that is clear."""
    if isinstance(came, float) and came.is_integer() and wanted.startswith("an integer"):
        return f"write {came:.0f}"
    if not isinstance(came, str) or "text" in wanted:
        return ""
    if f"${came}" in site.frame.values:
        return f"write '${came}' for the param"
    if wanted == "true or false" and came.lower() in _WORDS_FOR_BOOL:
        return f"write {_WORDS_FOR_BOOL[came.lower()]}"
    if re.fullmatch(r"[-+]?[0-9]+([.,][0-9]+)?", came) and wanted.startswith(("a number", "an integer")):
        return f"write {came.replace(',', '.')}{', with a point' if ',' in came else ', without quotes'}"
    return ""


_WORDS_FOR_BOOL = {"yes": "true", "on": "true", "no": "false", "off": "false"}
