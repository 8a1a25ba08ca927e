"""The settings of a layer, as a pydantic model built from the signature of its ``__init__``.

The model is strict (``"3"`` is not a number, ``1.0`` is not an int), forbids extra settings, and is frozen.
It provides validation that reports every error at once, the editor's forms and the JSON schema of the file
format. A setting must be expressible in a file: a number, a string, a bool, None, or a tuple or mapping of
these.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from inspect import Parameter
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, PydanticUserError, ValidationError, create_model
from pydantic_core import SchemaError

from zoo.contract.hints import NoneType, shown
from zoo.errors import LayerError

SettingKind: TypeAlias = Literal["int", "maybe int", "bool", "other"]
"""How an axis can use a setting: as a size, as a size that may be None, as 0 or 1, or not at all."""

_PLAIN = (bool, int, float, str, NoneType)
_CONFIG = ConfigDict(strict=True, extra="forbid", frozen=True, validate_default=True, protected_namespaces=())


def settings_model(
    name: str, module: str, parameters: Mapping[str, Parameter], hints: Mapping[str, Any]
) -> type[BaseModel]:
    """Build the model ``name`` of the parameters; raises LayerError for one that cannot be a setting."""
    fields: dict[str, Any] = {}
    for key, parameter in parameters.items():
        _check_parameter(key, parameter)
        try:
            _check_expressible(hints[key])
        except LayerError as error:
            raise LayerError(f"setting '{key}': {error}") from None
        fields[key] = (hints[key], ... if parameter.default is Parameter.empty else parameter.default)
    try:
        model = create_model(name, __config__=_CONFIG, __module__=module, **fields)
    except (PydanticUserError, SchemaError, TypeError) as error:
        raise LayerError(f"pydantic makes no model of the settings: {error}; mend their types") from error
    for key, field in model.model_fields.items():
        if field.alias:
            raise LayerError(f"setting '{key}' has one name, and its Field an alias; remove the alias")
    _check_defaults(model)
    return model


def setting_kind(hint: Any) -> SettingKind:
    """How an axis can use a setting with this hint."""
    hint = _bare(hint)
    arms = get_args(hint)
    if get_origin(hint) in (Union, types.UnionType):
        kinds = {setting_kind(arm) for arm in arms if arm is not NoneType}
        if kinds == {"int"}:
            return "maybe int" if NoneType in arms else "int"
        return "other"
    values: set[Any] = set(map(type, arms)) if get_origin(hint) is Literal else {hint}
    return "int" if values == {int} else "bool" if values == {bool} else "other"


def _bare(hint: Any) -> Any:
    """A hint without ``Annotated`` and without aliases made by ``type`` statements."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__value__"):
            hint = hint.__value__
        else:
            return hint


def _check_parameter(key: str, parameter: Parameter) -> None:
    if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
        stars = "*" if parameter.kind is Parameter.VAR_POSITIONAL else "**"
        raise LayerError(
            f"a setting has a name and a type, and __init__ takes {stars}{key}; name them one by one"
        )
    if parameter.kind is Parameter.POSITIONAL_ONLY:
        raise LayerError(
            f"settings are given by name, and '{key}' is positional only; remove the / of __init__"
        )
    if parameter.annotation is Parameter.empty:
        raise LayerError(f"a setting has a type, and '{key}' has none; annotate it: {key}: int")
    if key.startswith("_"):
        raise LayerError(f"setting '{key}' begins with _, as private names do; rename it")
    if hasattr(BaseModel, key):
        raise LayerError(
            f"setting '{key}' shadows BaseModel.{key} of pydantic, which holds it; choose another name"
        )


def _check_expressible(hint: Any) -> None:
    """Raise LayerError for a type whose values a file cannot express."""
    hint = _bare(hint)
    origin, arms = get_origin(hint), get_args(hint)
    if hint in _PLAIN or (origin is Literal and all(isinstance(value, _PLAIN) for value in arms)):
        return
    if origin in (Union, types.UnionType) or (origin is tuple and arms):
        for arm in arms:
            if arm is not Ellipsis:
                _check_expressible(arm)
    elif _is_mapping(origin) and _bare(arms[0]) is str:
        _check_expressible(arms[1])
    else:
        raise LayerError(
            f"its type is {shown(hint)}, whose values a file cannot express; "
            "use int, float, bool, str, None, Literal, or tuple[...] or Mapping[str, ...] of these"
        )


def _is_mapping(origin: Any) -> bool:
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _check_defaults(model: type[BaseModel]) -> None:
    try:
        model.model_validate({})
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            if problem["type"] != "missing":
                raise LayerError(
                    f"setting '{problem['loc'][0]}': its own type refuses its default: "
                    f"{problem['msg']}; mend one of them"
                ) from None
    except TypeError as error:  # a bound that does not fit the type
        raise LayerError(
            f"pydantic cannot check the default of a setting: {error}; mend its Field"
        ) from error
